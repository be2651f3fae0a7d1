use std::io;
use std::net::SocketAddr;

use tureen_units::PacketBuffer;

use crate::socket::UdpSocket;
use crate::socket_name::SocketName;

/// How many times in a row one call ignores interruptions and errors that belong to an earlier send.
const MAX_RETRIES: usize = 16;

/// A batch of datagrams, received by one system call (`recvmmsg`) into buffers that the owner may swap for others.
pub struct ReceiveBatch {
    buffers: Box<[Box<PacketBuffer>]>,
    names: Box<[SocketName]>,
    vectors: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
}

// SAFETY: the pointers in `vectors` and `headers` lead into this batch's own heap blocks and are written anew before
// each use; nothing is bound to a thread.
unsafe impl Send for ReceiveBatch {}

impl ReceiveBatch {
    /// Datagrams of one batch at most.
    pub const CAPACITY: usize = 64;

    /// A batch with its buffers; nothing is allocated after this.
    pub fn new() -> Self {
        // SAFETY: `iovec` and `mmsghdr` are integers and pointers, for which zero is valid.
        let (vector, header) = unsafe { (std::mem::zeroed::<libc::iovec>(), std::mem::zeroed::<libc::mmsghdr>()) };
        Self {
            buffers: (0..Self::CAPACITY).map(|_| PacketBuffer::boxed()).collect(),
            names: vec![SocketName::empty(); Self::CAPACITY].into(),
            vectors: vec![vector; Self::CAPACITY].into(),
            headers: vec![header; Self::CAPACITY].into(),
        }
    }

    /// Takes what waits at the socket and returns the number of datagrams, 0 if none waits. Datagrams longer than a
    /// buffer are cut to its size.
    ///
    /// # Errors
    /// The system's, when the socket itself is broken; errors of single peers are passed over.
    pub fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        self.link();
        for _ in 0..MAX_RETRIES {
            // SAFETY: `link` has pointed every header at a name, a vector and, through it, a buffer of this batch; they
            // outlive the call and their lengths are given with them. No timeout is passed.
            let result = unsafe {
                libc::recvmmsg(
                    socket.fd(),
                    self.headers.as_mut_ptr(),
                    Self::CAPACITY as libc::c_uint,
                    libc::MSG_DONTWAIT as _,
                    std::ptr::null_mut(),
                )
            };
            if result >= 0 {
                return Ok(self.take_lengths(result as usize));
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EAGAIN) => return Ok(0),
                Some(libc::EINTR | libc::ECONNREFUSED | libc::EHOSTUNREACH | libc::ENETUNREACH) => {}
                _ => return Err(error),
            }
        }
        Ok(0)
    }

    /// The sender of datagram `index` of the last batch.
    pub fn remote(&self, index: usize) -> SocketAddr {
        self.names[index].address()
    }

    /// The buffer of datagram `index`; the owner may put another box in its place.
    pub fn buffer_mut(&mut self, index: usize) -> &mut Box<PacketBuffer> {
        &mut self.buffers[index]
    }

    /// Points the headers at the names and buffers. Done before every call: boxes may have been swapped, and the kernel
    /// has overwritten the lengths.
    fn link(&mut self) {
        let parts = self.buffers.iter_mut().zip(&mut self.names).zip(&mut self.vectors).zip(&mut self.headers);
        for (((buffer, name), vector), header) in parts {
            let room = buffer.room_mut();
            *vector = libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() };
            header.msg_hdr.msg_name = (&raw mut *name).cast();
            header.msg_hdr.msg_namelen = SocketName::ROOM;
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
        }
    }

    fn take_lengths(&mut self, count: usize) -> usize {
        for (buffer, header) in self.buffers.iter_mut().zip(&self.headers[..count]) {
            buffer.set_len(header.msg_len as usize);
        }
        count
    }
}

impl Default for ReceiveBatch {
    fn default() -> Self {
        Self::new()
    }
}
