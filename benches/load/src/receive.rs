//! Datagrams in batches, with the times at which the kernel got them (`recvmmsg`, `SO_TIMESTAMPNS`, `UDP_GRO`).

use std::os::fd::RawFd;
use std::time::Duration;

use crate::clock;

/// Messages of one batch.
const CAPACITY: usize = 32;
/// Room of a message: one datagram, or a whole run of them.
const ROOM: usize = 2048;
const ROOM_OFFLOADED: usize = 65_536;

#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; 96]);

/// Buffers for one call after the other.
pub struct ReceiveBatch {
    room: usize,
    bytes: Box<[u8]>,
    vectors: Box<[libc::iovec]>,
    headers: Box<[libc::mmsghdr]>,
    controls: Box<[Control]>,
}

impl ReceiveBatch {
    /// Nothing is allocated after this. `offload`: messages may be runs of datagrams.
    pub fn new(offload: bool) -> Self {
        // SAFETY: `iovec` and `mmsghdr` are integers and pointers, for which zero is valid.
        let (vector, header) = unsafe { (std::mem::zeroed::<libc::iovec>(), std::mem::zeroed::<libc::mmsghdr>()) };
        let room = if offload { ROOM_OFFLOADED } else { ROOM };
        Self {
            room,
            bytes: vec![0; room * CAPACITY].into(),
            vectors: vec![vector; CAPACITY].into(),
            headers: vec![header; CAPACITY].into(),
            controls: vec![Control([0; 96]); CAPACITY].into(),
        }
    }

    /// Takes what waits and hands each datagram on, with its arrival since the Unix epoch. `true` if more may wait.
    pub fn receive(&mut self, socket: RawFd, take: &mut dyn FnMut(&mut [u8], Duration)) -> bool {
        self.link();
        // SAFETY: `link` has pointed every header at a vector, a buffer and a control block of this batch, with their
        // lengths; they outlive the call. No timeout is passed.
        let count = unsafe {
            libc::recvmmsg(
                socket,
                self.headers.as_mut_ptr(),
                CAPACITY as libc::c_uint,
                libc::MSG_DONTWAIT as _,
                std::ptr::null_mut(),
            )
        };
        // An error is either that nothing waits, or an ICMP message of a server that has gone.
        let count = usize::try_from(count).unwrap_or(0);
        for (header, message) in self.headers[..count].iter().zip(self.bytes.chunks_exact_mut(self.room)) {
            let (arrival, segment) = read_control(&header.msg_hdr);
            let message = &mut message[..header.msg_len as usize];
            let segment = segment.unwrap_or(message.len()).max(1);
            for datagram in message.chunks_mut(segment) {
                take(datagram, arrival.unwrap_or_else(clock::now));
            }
        }
        count == CAPACITY
    }

    fn link(&mut self) {
        let rooms = self.bytes.chunks_exact_mut(self.room);
        let parts = rooms.zip(&mut self.vectors).zip(&mut self.headers).zip(&mut self.controls);
        for (((room, vector), header), control) in parts {
            *vector = libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() };
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.0.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = size_of::<Control>() as _;
        }
    }
}

/// When a message came, and the length of its datagrams if it is a run.
fn read_control(header: &libc::msghdr) -> (Option<Duration>, Option<usize>) {
    let (mut arrival, mut segment) = (None, None);
    // SAFETY: the kernel has filled the control block and its length, and the macros stay within it; what is read is as
    // long as the messages of these types are.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(header);
        while !message.is_null() {
            let data = libc::CMSG_DATA(message);
            match ((*message).cmsg_level, (*message).cmsg_type) {
                (libc::SOL_SOCKET, libc::SO_TIMESTAMPNS) => {
                    let time = data.cast::<libc::timespec>().read_unaligned();
                    arrival = Some(Duration::new(time.tv_sec as u64, time.tv_nsec as u32));
                }
                (libc::SOL_UDP, libc::UDP_GRO) => {
                    segment = usize::try_from(data.cast::<libc::c_int>().read_unaligned()).ok();
                }
                _ => {}
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    (arrival, segment)
}
