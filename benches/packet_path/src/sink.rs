//! Where the datagrams of a measurement end.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use tureen_packetio::{SendReport, Sender, UdpSocket};
use tureen_sim::{Addresses, PeerIndex};
use tureen_units::{Egress, Outlet};

/// Datagrams that wait for one flush, as in the product.
const EGRESS_CAPACITY: usize = tureen_packetio::EGRESS_CAPACITY;

const PORT: u16 = 20_000;

/// What stands behind the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// Nothing: no system call is made.
    Memory,
    /// A socket on loopback that nobody reads.
    Loopback,
    /// A device that drops, behind the whole UDP and IP path.
    Ifb,
}

impl Sink {
    /// The sink that the command line names.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Memory, Self::Loopback, Self::Ifb].into_iter().find(|sink| sink.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Loopback => "loopback",
            Self::Ifb => "ifb",
        }
    }

    /// Where the peers are, so that what is sent to them ends in this sink.
    pub fn addresses(self) -> Addresses {
        match self {
            Self::Ifb => |peer| address(10, peer),
            Self::Memory | Self::Loopback => |peer| address(127, peer),
        }
    }

    /// What has to stay open while datagrams are sent to this sink.
    pub fn open(self) -> Option<std::net::UdpSocket> {
        (self == Self::Loopback).then(|| std::net::UdpSocket::bind(("0.0.0.0", PORT)).expect("port 20000 is free"))
    }

    /// The product's arena with this sink behind it.
    pub fn outlet(self) -> SinkOutlet {
        let sockets = match self {
            Self::Memory => Vec::new(),
            _ => vec![UdpSocket::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))).expect("a UDP socket")],
        };
        let egress = Egress::new(EGRESS_CAPACITY);
        SinkOutlet { egress, sender: Sender::new(true), sockets, report: SendReport::default() }
    }
}

fn address(network: u8, peer: PeerIndex) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::new(network, 200, 1 + (peer / 250) as u8, 1 + (peer % 250) as u8), PORT))
}

/// The arena and what empties it.
pub struct SinkOutlet {
    egress: Egress,
    sender: Sender,
    sockets: Vec<UdpSocket>,
    /// What was sent so far.
    pub report: SendReport,
}

impl Outlet for SinkOutlet {
    fn egress(&mut self) -> &mut Egress {
        &mut self.egress
    }

    fn flush(&mut self) {
        if self.sockets.is_empty() {
            self.egress.clear();
        } else {
            self.sender.flush(Instant::now(), &self.sockets, &mut self.egress, &mut self.report);
        }
    }
}
