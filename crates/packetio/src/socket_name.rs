use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// A socket address as the kernel reads and writes it, no larger than IP needs.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) union SocketName {
    family: libc::sa_family_t,
    v4: libc::sockaddr_in,
    v6: libc::sockaddr_in6,
}

impl SocketName {
    /// Room for either family, for the kernel's `msg_namelen`.
    pub(crate) const ROOM: libc::socklen_t = size_of::<Self>() as libc::socklen_t;

    /// A name of no family.
    pub(crate) fn empty() -> Self {
        // SAFETY: all fields are plain integers, for which zero is valid.
        unsafe { std::mem::zeroed() }
    }

    /// The name and how much of it counts.
    pub(crate) fn new(address: SocketAddr) -> (Self, libc::socklen_t) {
        let mut name = Self::empty();
        match address {
            SocketAddr::V4(v4) => {
                name.v4 = libc::sockaddr_in {
                    sin_family: libc::AF_INET as libc::sa_family_t,
                    sin_port: v4.port().to_be(),
                    sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(v4.ip().octets()) },
                    sin_zero: [0; 8],
                };
                (name, size_of::<libc::sockaddr_in>() as libc::socklen_t)
            }
            SocketAddr::V6(v6) => {
                name.v6 = libc::sockaddr_in6 {
                    sin6_family: libc::AF_INET6 as libc::sa_family_t,
                    sin6_port: v6.port().to_be(),
                    sin6_flowinfo: v6.flowinfo(),
                    sin6_addr: libc::in6_addr { s6_addr: v6.ip().octets() },
                    sin6_scope_id: v6.scope_id(),
                };
                (name, size_of::<libc::sockaddr_in6>() as libc::socklen_t)
            }
        }
    }

    /// The address; unspecified with port 0 if the kernel wrote none.
    pub(crate) fn address(&self) -> SocketAddr {
        // SAFETY: a name is made by `empty` or `new` and changed by the kernel only, so all bytes are initialized; the
        // fields are integers, for which every bit pattern is valid.
        unsafe {
            match i32::from(self.family) {
                libc::AF_INET => {
                    let ip = Ipv4Addr::from(self.v4.sin_addr.s_addr.to_ne_bytes());
                    SocketAddrV4::new(ip, u16::from_be(self.v4.sin_port)).into()
                }
                libc::AF_INET6 => {
                    let ip = Ipv6Addr::from(self.v6.sin6_addr.s6_addr);
                    let port = u16::from_be(self.v6.sin6_port);
                    SocketAddrV6::new(ip, port, self.v6.sin6_flowinfo, self.v6.sin6_scope_id).into()
                }
                _ => SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0).into(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ipv4_round_trip(ip: [u8; 4], port: u16) {
            let address = SocketAddrV4::new(ip.into(), port).into();
            prop_assert_eq!(SocketName::new(address).0.address(), address);
        }

        #[test]
        fn ipv6_round_trip(ip: [u8; 16], port: u16, flow: u32, scope: u32) {
            let address = SocketAddrV6::new(ip.into(), port, flow, scope).into();
            let (name, len) = SocketName::new(address);
            prop_assert_eq!(name.address(), address);
            prop_assert_eq!(len, SocketName::ROOM);
        }
    }

    #[test]
    fn no_name_is_the_unspecified_address() {
        assert_eq!(SocketName::empty().address(), "0.0.0.0:0".parse().unwrap());
    }
}
