//! Datagrams of one participant in batches (`sendmmsg`).

use std::net::UdpSocket;
use std::os::fd::AsRawFd;

/// Datagrams of one batch.
const CAPACITY: usize = 64;
/// Room of a datagram, bytes.
const ROOM: usize = 1500;

/// Buffers for one call after the other.
pub struct SendBatch {
    bytes: Box<[u8]>,
    lens: Vec<usize>,
    vectors: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
    /// Datagrams that the kernel did not take.
    pub unsent: u64,
}

impl SendBatch {
    /// Nothing is allocated after this.
    pub fn new() -> Self {
        // SAFETY: `iovec` and `mmsghdr` are integers and pointers, for which zero is valid.
        let (vector, header) = unsafe { (std::mem::zeroed::<libc::iovec>(), std::mem::zeroed::<libc::mmsghdr>()) };
        Self {
            bytes: vec![0; ROOM * CAPACITY].into(),
            lens: Vec::with_capacity(CAPACITY),
            vectors: vec![vector; CAPACITY].into(),
            headers: vec![header; CAPACITY].into(),
            unsent: 0,
        }
    }

    /// Room for the next datagram; what waits is sent if there is none.
    pub fn slot(&mut self, socket: &UdpSocket) -> &mut [u8] {
        if self.lens.len() == CAPACITY {
            self.flush(socket);
        }
        &mut self.bytes[self.lens.len() * ROOM..][..ROOM]
    }

    /// Keeps the first bytes of the slot.
    pub fn commit(&mut self, len: usize) {
        self.lens.push(len);
    }

    /// Sends what waits, all of it to the socket's peer.
    pub fn flush(&mut self, socket: &UdpSocket) {
        let parts = self.bytes.chunks_exact_mut(ROOM).zip(&self.lens).zip(&mut self.vectors).zip(&mut self.headers);
        for (((datagram, len), vector), header) in parts {
            *vector = libc::iovec { iov_base: datagram.as_mut_ptr().cast(), iov_len: *len };
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
        }
        let mut sent = 0;
        while sent < self.lens.len() {
            let waiting = &mut self.headers[sent..self.lens.len()];
            // SAFETY: these headers and their vectors were filled above and lead into this batch's own bytes.
            let count = unsafe {
                libc::sendmmsg(
                    socket.as_raw_fd(),
                    waiting.as_mut_ptr(),
                    waiting.len() as libc::c_uint,
                    (libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) as _,
                )
            };
            // An error is the first message's: it is left out.
            let count = usize::try_from(count).unwrap_or(0);
            self.unsent += u64::from(count == 0);
            sent += count.max(1);
        }
        self.lens.clear();
    }
}
