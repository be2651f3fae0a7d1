//! Values that every crate of the packet core shares.

mod buffer;
mod egress;
mod outlet;
mod path;

pub use buffer::PacketBuffer;
pub use egress::{Datagram, Egress};
pub use outlet::Outlet;
pub use path::Path;

/// Largest datagram that we send or take, in bytes: an Ethernet frame's worth (1500) and some room for tunnels that
/// reassemble. Longer ones from the network are truncated by the socket and fail authentication.
pub const MAX_DATAGRAM: usize = 1600;
