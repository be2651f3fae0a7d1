use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

/// An address to bind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Listen {
    /// A literal IP address, never a wildcard: ICE has to know which address a packet came to.
    pub address: String,
    /// UDP port; 0 takes any.
    pub port: u16,
}

impl Listen {
    /// The address as the system takes it; `None` if it is not literal.
    pub fn socket_address(&self) -> Option<SocketAddr> {
        let address: IpAddr = self.address.parse().ok()?;
        Some(SocketAddr::new(address, self.port))
    }
}

/// How the core starts; `tureen.media.settings.CoreSettings` is the other side.
#[derive(Clone, Debug, Deserialize)]
pub struct CoreSettings {
    /// The addresses of each shard. A shard is a thread.
    pub shards: Vec<Vec<Listen>>,
    /// Whether all shards receive on the same addresses, which must be the same for each then. A port 0 becomes the same
    /// port for all. Otherwise each shard has addresses of its own.
    #[serde(default)]
    pub one_port: bool,
    /// Whether to use UDP segmentation offload where the kernel has it.
    pub gso: bool,
}
