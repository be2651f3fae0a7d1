//! A file descriptor that becomes readable when another thread says so.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// An eventfd, non-blocking on both sides.
pub struct Wake(OwnedFd);

impl Wake {
    /// A wake-up that is not set.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub fn new() -> io::Result<Self> {
        // SAFETY: eventfd takes no pointers; a non-negative result is a descriptor that nobody else owns.
        unsafe {
            let fd = libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC);
            if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(Self(OwnedFd::from_raw_fd(fd))) }
        }
    }

    /// Sets the wake-up; setting it twice is setting it once.
    pub fn set(&self) {
        let one = 1u64.to_ne_bytes();
        // SAFETY: the buffer holds the eight bytes that are written. A full counter is set already.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Clears the wake-up.
    pub fn clear(&self) {
        let mut count = [0u8; 8];
        // SAFETY: the buffer has room for the eight bytes that are read. An empty counter is clear already.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }

    /// The descriptor, for `poll` and its kin.
    pub fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
