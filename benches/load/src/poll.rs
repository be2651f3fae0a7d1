//! `epoll(7)`: which sockets have something.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

const EVENTS: usize = 256;

/// Descriptors that are watched for input, each with a number.
pub struct Poll {
    epoll: OwnedFd,
    events: Box<[libc::epoll_event]>,
}

impl Poll {
    /// Watches nothing yet.
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointer is passed; a descriptor that is returned is nobody else's.
        let epoll = unsafe {
            let fd = libc::epoll_create1(libc::EPOLL_CLOEXEC);
            if fd < 0 {
                return Err(io::Error::last_os_error());
            }
            OwnedFd::from_raw_fd(fd)
        };
        Ok(Self { epoll, events: vec![libc::epoll_event { events: 0, u64: 0 }; EVENTS].into() })
    }

    /// Watches a descriptor; it leaves by being closed.
    pub fn watch(&self, fd: RawFd, number: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: number };
        // SAFETY: the event outlives the call.
        let result = unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &raw mut event) };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// Watches a descriptor no longer.
    pub fn unwatch(&self, fd: RawFd) -> io::Result<()> {
        // SAFETY: the pointer is ignored for this operation.
        let result = unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), libc::EPOLL_CTL_DEL, fd, std::ptr::null_mut()) };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// Waits, at most so long, and returns how many descriptors have something; [`Self::number`] tells which.
    pub fn wait(&mut self, timeout: Duration) -> usize {
        let timeout = libc::timespec {
            tv_sec: timeout.as_secs().min(3600) as libc::time_t,
            tv_nsec: libc::c_long::from(timeout.subsec_nanos() as i32),
        };
        // SAFETY: the events are as many as is said, and they and the timeout outlive the call; no signal mask is passed.
        let count = unsafe {
            libc::epoll_pwait2(
                self.epoll.as_raw_fd(),
                self.events.as_mut_ptr(),
                EVENTS as libc::c_int,
                &raw const timeout,
                std::ptr::null(),
            )
        };
        // An interruption is as good as a timeout.
        usize::try_from(count).unwrap_or(0)
    }

    /// The number of the descriptor with this index among those that have something.
    pub fn number(&self, index: usize) -> u64 {
        self.events[index].u64
    }
}
