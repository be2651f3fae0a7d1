use std::net::SocketAddr;

/// The five-tuple of a datagram as a shard sees it: one of its UDP sockets and the remote address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// Index of the socket within the shard.
    pub socket: u16,
    /// The peer's address.
    pub remote: SocketAddr,
}
