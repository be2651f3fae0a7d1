use std::io;
use std::os::fd::RawFd;

/// What sends messages; [`SendMmsg`] outside of tests.
pub(crate) trait Kernel {
    /// Sends messages from the first on and returns how many went, at least one. The error is that of the first.
    fn send(&mut self, messages: &mut [libc::mmsghdr]) -> Result<usize, SendError>;

    /// Waits until the socket takes something again, but not for long. `false` if it still takes nothing.
    fn wait(&mut self) -> bool;
}

/// How long a full socket is waited for at a time. All peers of a thread leave by it, so there is nothing else to be done
/// meanwhile; what comes in waits in the kernel.
const PATIENCE_MS: libc::c_int = 2;

/// Why the first of some messages was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The socket takes nothing now.
    WouldBlock,
    /// This message, or something that an earlier one left behind.
    Message {
        /// The system's error number.
        errno: i32,
    },
}

/// `sendmmsg(2)` on one socket; only [`Kernel::wait`] takes time.
pub(crate) struct SendMmsg(pub(crate) RawFd);

impl Kernel for SendMmsg {
    fn send(&mut self, messages: &mut [libc::mmsghdr]) -> Result<usize, SendError> {
        loop {
            // SAFETY: the headers were filled by `Messages`, whose buffers and the arena that they lead into are
            // borrowed by the caller for the whole flush; the kernel writes the headers' `msg_len` only.
            let result = unsafe {
                libc::sendmmsg(
                    self.0,
                    messages.as_mut_ptr(),
                    messages.len() as libc::c_uint,
                    (libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) as _,
                )
            };
            if result >= 0 {
                return Ok(result as usize);
            }
            match io::Error::last_os_error().raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::EAGAIN | libc::ENOBUFS) => return Err(SendError::WouldBlock),
                errno => return Err(SendError::Message { errno: errno.unwrap_or_default() }),
            }
        }
    }

    fn wait(&mut self) -> bool {
        let mut entry = libc::pollfd { fd: self.0, events: libc::POLLOUT, revents: 0 };
        // SAFETY: one entry, which outlives the call.
        let ready = unsafe { libc::poll(&raw mut entry, 1, PATIENCE_MS) };
        ready > 0 && entry.revents & libc::POLLOUT != 0
    }
}
