use std::net::SocketAddr;
use std::time::Instant;

use tureen_packetio::{ReceiveBatch, SendReport, Sender, UdpSocket};
use tureen_units::{Egress, Path};

pub const V4: &str = "127.0.0.1:0";
pub const V6: &str = "[::1]:0";

pub fn bind(address: &str) -> UdpSocket {
    UdpSocket::bind(address.parse().unwrap()).unwrap()
}

/// A socket with its batch.
pub struct Receiver {
    pub socket: UdpSocket,
    pub batch: ReceiveBatch,
}

impl Receiver {
    pub fn new(address: &str) -> Self {
        Self { socket: bind(address), batch: ReceiveBatch::new() }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_address()
    }

    /// Waits until something can be read.
    pub fn wait(&self) {
        let mut entry = libc::pollfd { fd: self.socket.fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one entry, which outlives the call.
        let ready = unsafe { libc::poll(&raw mut entry, 1, 5000) };
        assert_eq!(ready, 1, "nothing arrived");
    }

    /// The next `count` datagrams with their senders.
    pub fn take(&mut self, count: usize) -> Vec<(SocketAddr, Vec<u8>)> {
        let mut taken = Vec::new();
        while taken.len() < count {
            self.wait();
            for index in 0..self.batch.receive(&self.socket).unwrap() {
                let remote = self.batch.remote(index);
                taken.push((remote, self.batch.buffer_mut(index).bytes().to_vec()));
            }
        }
        assert_eq!(taken.len(), count);
        assert_eq!(self.batch.receive(&self.socket).unwrap(), 0, "more arrived than was sent");
        taken
    }

    pub fn take_bytes(&mut self, count: usize) -> Vec<Vec<u8>> {
        self.take(count).into_iter().map(|(_, bytes)| bytes).collect()
    }
}

/// A sender with its sockets and arena.
pub struct Transmitter {
    pub sockets: Vec<UdpSocket>,
    pub sender: Sender,
    pub egress: Egress,
    pub report: SendReport,
}

impl Transmitter {
    pub fn new(address: &str, gso: bool) -> Self {
        Self {
            sockets: vec![bind(address)],
            sender: Sender::new(gso),
            egress: Egress::new(3000),
            report: SendReport::default(),
        }
    }

    pub fn push(&mut self, remote: SocketAddr, group: u32, bytes: &[u8]) {
        assert!(self.egress.push(Path { socket: 0, remote }, group, bytes));
    }

    pub fn flush(&mut self) {
        self.sender.flush(Instant::now(), &self.sockets, &mut self.egress, &mut self.report);
        assert!(self.egress.datagrams().is_empty());
    }
}

/// Bytes that tell one datagram from another.
pub fn datagram(number: usize, len: usize) -> Vec<u8> {
    (0..len).map(|i| (number * 31 + i) as u8).collect()
}
