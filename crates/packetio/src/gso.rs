use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

/// Addresses that are remembered as refusing runs.
const MAX_REFUSING: usize = 64;

/// How long an address is remembered. Routes change and tunnels go; a run that is refused again costs one system call.
const REFUSED_FOR: Duration = Duration::from_secs(300);

/// Whether this kernel knows UDP segmentation offload (Linux 4.18 and later). A path may refuse it all the same.
pub fn probe_gso() -> bool {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let Ok(socket) = std::net::UdpSocket::bind(any_port) else { return false };
    let segment: libc::c_int = 1200;
    // SAFETY: the option's value is an int, and `segment` lives across the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_UDP,
            libc::UDP_SEGMENT,
            (&raw const segment).cast(),
            size_of_val(&segment) as libc::socklen_t,
        )
    };
    result == 0
}

/// To whom runs may be sent.
pub(crate) enum Gso {
    /// One datagram per message, to everybody.
    Off,
    /// Runs, but not to these addresses.
    On(Refusing),
}

impl Gso {
    pub(crate) fn new(on: bool) -> Self {
        if on { Self::On(Refusing::default()) } else { Self::Off }
    }

    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        match self {
            Self::Off => false,
            Self::On(refusing) => !refusing.contains(address),
        }
    }

    /// Forgets the refusals that are too old.
    pub(crate) fn expire(&mut self, now: Instant) {
        if let Self::On(refusing) = self {
            refusing.expire(now);
        }
    }

    /// Takes note of a run that failed with `errno`; returns whether that was about segmentation at all.
    ///
    /// EMSGSIZE is a segment above the MTU of that path, EINVAL a kernel or sandbox that does not take the message, EIO
    /// a device that computes no checksums. The last is true of all paths through the device: once there are more than
    /// can be remembered, segmentation is given up.
    pub(crate) fn refuse(&mut self, now: Instant, address: IpAddr, errno: i32) -> bool {
        if !matches!(errno, libc::EIO | libc::EINVAL | libc::EMSGSIZE) {
            return false;
        }
        if let Self::On(refusing) = self {
            if errno == libc::EIO && refusing.entries.len() == MAX_REFUSING {
                *self = Self::Off;
            } else {
                refusing.add(now, address);
            }
        }
        true
    }
}

/// A bounded set of addresses, the oldest first; when it is full, the oldest makes room. Addresses without ports: the
/// path is the same for all of them.
#[derive(Default)]
pub(crate) struct Refusing {
    entries: Vec<(IpAddr, Instant)>,
}

impl Refusing {
    fn contains(&self, address: IpAddr) -> bool {
        self.entries.iter().any(|(known, _)| *known == address)
    }

    fn add(&mut self, now: Instant, address: IpAddr) {
        if self.contains(address) {
            return;
        }
        if self.entries.len() == MAX_REFUSING {
            self.entries.remove(0);
        }
        self.entries.push((address, now));
    }

    fn expire(&mut self, now: Instant) {
        let old =
            self.entries.iter().take_while(|(_, since)| now.saturating_duration_since(*since) >= REFUSED_FOR).count();
        self.entries.drain(..old);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(index: usize) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + index as u32))
    }

    #[test]
    fn an_address_that_refused_gets_no_more_runs_and_others_do() {
        let mut gso = Gso::new(true);
        assert!(gso.refuse(Instant::now(), address(1), libc::EMSGSIZE));
        assert!(!gso.allows(address(1)) && gso.allows(address(2)));
    }

    #[test]
    fn a_refusal_is_forgotten_after_a_while() {
        let (mut gso, start) = (Gso::new(true), Instant::now());
        gso.refuse(start, address(1), libc::EMSGSIZE);
        gso.refuse(start + Duration::from_secs(60), address(2), libc::EMSGSIZE);
        gso.expire(start + REFUSED_FOR / 2);
        assert!(!gso.allows(address(1)));
        gso.expire(start + REFUSED_FOR);
        assert!(gso.allows(address(1)) && !gso.allows(address(2)));
    }

    #[test]
    fn other_errors_say_nothing_about_segmentation() {
        let mut gso = Gso::new(true);
        assert!(!gso.refuse(Instant::now(), address(1), libc::EPERM));
        assert!(gso.allows(address(1)));
    }

    #[test]
    fn the_set_is_bounded_and_forgets_the_oldest() {
        let (mut gso, now) = (Gso::new(true), Instant::now());
        (0..=MAX_REFUSING).for_each(|index| assert!(gso.refuse(now, address(index), libc::EMSGSIZE)));
        assert!(gso.allows(address(0)));
        assert!((1..=MAX_REFUSING).all(|index| !gso.allows(address(index))));
    }

    #[test]
    fn a_device_without_checksums_ends_segmentation() {
        let (mut gso, now) = (Gso::new(true), Instant::now());
        (0..=MAX_REFUSING).for_each(|index| assert!(gso.refuse(now, address(index), libc::EIO)));
        assert!(!gso.allows(address(1000)));
    }

    #[test]
    fn switched_off_means_off() {
        assert!(!Gso::new(false).allows(address(1)));
    }
}
