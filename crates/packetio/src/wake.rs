//! A file descriptor that becomes readable when another thread says so.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

/// An eventfd, non-blocking on both sides. Setting it while it is set costs no system call.
pub struct Wake {
    fd: OwnedFd,
    set: AtomicBool,
}

impl Wake {
    /// A wake-up that is not set.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub fn new() -> io::Result<Self> {
        // SAFETY: eventfd takes no pointers; a non-negative result is a descriptor that nobody else owns.
        let fd = unsafe {
            let fd = libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC);
            if fd < 0 {
                return Err(io::Error::last_os_error());
            }
            OwnedFd::from_raw_fd(fd)
        };
        Ok(Self { fd, set: AtomicBool::new(false) })
    }

    /// Sets the wake-up; setting it twice is setting it once. What was handed over before is seen by whoever clears it.
    pub fn set(&self) {
        if self.set.swap(true, Ordering::AcqRel) {
            return;
        }
        let one = 1u64.to_ne_bytes();
        // SAFETY: the buffer holds the eight bytes that are written. A full counter is set already.
        unsafe { libc::write(self.fd.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Clears the wake-up. Look at what it was about afterwards.
    pub fn clear(&self) {
        let mut count = [0u8; 8];
        // SAFETY: the buffer has room for the eight bytes that are read. An empty counter is clear already.
        unsafe { libc::read(self.fd.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
        // Only now may others write again: a write between the two would be read away and its mark would stay.
        self.set.swap(false, Ordering::AcqRel);
    }

    /// The descriptor, for `poll` and its kin.
    pub fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}
