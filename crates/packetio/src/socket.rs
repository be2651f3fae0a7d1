use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, RawFd};

use socket2::{Domain, Protocol, Socket, Type};

/// What the kernel is asked to hold for each direction of a socket, bytes: some 50 ms of a loaded shard. It may grant
/// less.
const BUFFER_BYTES: usize = 8 << 20;

/// A bound, non-blocking UDP socket. It is never connected, so that an ICMP error of one peer cannot reach the others.
#[derive(Debug)]
pub struct UdpSocket {
    socket: Socket,
    local: SocketAddr,
}

impl UdpSocket {
    /// Binds a socket with large buffers, as far as the system grants them; port 0 takes any. An IPv6 socket takes no
    /// IPv4 traffic.
    ///
    /// # Errors
    /// The system's, when it has no such address or the port is taken.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        Self::open(address, false)
    }

    /// Binds one more socket to the address of [`Self::bind`]'s, which must have been shared by [`Self::share`].
    ///
    /// # Errors
    /// The system's, as [`Self::bind`].
    pub fn bind_shared(address: SocketAddr) -> io::Result<Self> {
        Self::open(address, true)
    }

    /// Lets others of this process's user bind the same address; the kernel then picks one for each remote address
    /// (`SO_REUSEPORT`). Set after binding, so that a port which somebody else shares counts as taken.
    ///
    /// # Errors
    /// The system's, when it knows no shared ports.
    pub fn share(&self) -> io::Result<()> {
        set_option(&self.socket, libc::SO_REUSEPORT, 1)
    }

    fn open(address: SocketAddr, shared: bool) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        enlarge_buffers(&socket);
        if shared {
            set_option(&socket, libc::SO_REUSEPORT, 1)?;
        }
        socket.bind(&address.into())?;
        let local = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { socket, local })
    }

    /// The address that the socket is bound to, with the port that it got.
    pub fn local_address(&self) -> SocketAddr {
        self.local
    }

    /// The descriptor, for `poll` and its kin; it stays this socket's.
    pub fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// Asks for more than the system-wide maximum first, which needs `CAP_NET_ADMIN`, then for what anyone may have.
/// Smaller buffers cost packets under load and nothing else, so a refusal is no error.
fn enlarge_buffers(socket: &Socket) {
    let bytes = BUFFER_BYTES as libc::c_int;
    if set_option(socket, libc::SO_RCVBUFFORCE, bytes).is_err() {
        let _capped = socket.set_recv_buffer_size(BUFFER_BYTES);
    }
    if set_option(socket, libc::SO_SNDBUFFORCE, bytes).is_err() {
        let _capped = socket.set_send_buffer_size(BUFFER_BYTES);
    }
}

fn set_option(socket: &Socket, option: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the option's value is an int, and `value` lives across the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            (&raw const value).cast(),
            size_of_val(&value) as libc::socklen_t,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_zero_becomes_a_real_port_in_both_families() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let address: SocketAddr = address.parse().unwrap();
            let socket = UdpSocket::bind(address).unwrap();
            assert_eq!(socket.local_address().ip(), address.ip());
            assert_ne!(socket.local_address().port(), 0);
        }
    }

    #[test]
    fn a_taken_port_is_an_error() {
        let first = UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let second = UdpSocket::bind(first.local_address());
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn an_address_is_shared_only_with_those_who_say_so() {
        let first = UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        assert!(UdpSocket::bind_shared(first.local_address()).is_err(), "it is not shared yet");
        first.share().unwrap();
        let second = UdpSocket::bind_shared(first.local_address()).unwrap();
        assert_eq!(second.local_address(), first.local_address());
        let stranger = UdpSocket::bind(first.local_address());
        assert_eq!(stranger.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn ipv6_leaves_the_port_to_ipv4() {
        let six = UdpSocket::bind("[::]:0".parse().unwrap()).unwrap();
        UdpSocket::bind(SocketAddr::new("127.0.0.1".parse().unwrap(), six.local_address().port())).unwrap();
    }
}
