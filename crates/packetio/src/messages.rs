use std::net::IpAddr;
use std::ops::Range;

use tureen_units::Egress;

use crate::runs::Run;
use crate::socket_name::SocketName;

/// A control message that carries a segment size (`UDP_SEGMENT`), laid out as the kernel expects it.
#[derive(Clone, Copy)]
#[repr(C)]
struct SegmentControl {
    header: libc::cmsghdr,
    segment: u16,
}

impl SegmentControl {
    fn new() -> Self {
        // SAFETY: the fields are plain integers, for which zero is valid.
        let mut control: Self = unsafe { std::mem::zeroed() };
        control.header.cmsg_level = libc::SOL_UDP;
        control.header.cmsg_type = libc::UDP_SEGMENT;
        control.header.cmsg_len = (size_of::<libc::cmsghdr>() + size_of::<u16>()) as _;
        control
    }
}

/// The kernel's view of the messages of one flush. Message i is run i; the datagram at position p of the order has
/// vector p, so a run's datagrams are gathered from wherever they lie in the arena.
pub(crate) struct Messages {
    headers: Box<[libc::mmsghdr]>,
    vectors: Box<[libc::iovec]>,
    names: Box<[SocketName]>,
    controls: Box<[SegmentControl]>,
}

// SAFETY: the pointers lead into this struct's own heap blocks or into an arena; they are used only between `load` and
// the sends that follow it, and nothing is bound to a thread.
unsafe impl Send for Messages {}

impl Messages {
    /// Room for `capacity` messages of `capacity` datagrams in all.
    pub(crate) fn new(capacity: usize) -> Self {
        // SAFETY: `iovec` and `mmsghdr` are integers and pointers, for which zero is valid.
        let (vector, header) = unsafe { (std::mem::zeroed::<libc::iovec>(), std::mem::zeroed::<libc::mmsghdr>()) };
        Self {
            headers: vec![header; capacity].into(),
            vectors: vec![vector; capacity].into(),
            names: vec![SocketName::empty(); capacity].into(),
            controls: vec![SegmentControl::new(); capacity].into(),
        }
    }

    /// Describes the runs to the kernel; `indices` are the arena's, in the order that the runs count in. The pointers
    /// hold until the arena changes or this is called again.
    pub(crate) fn load(&mut self, egress: &Egress, indices: impl Iterator<Item = usize>, runs: &[Run]) {
        let mut run_starts = runs.iter().enumerate().peekable();
        for (position, index) in indices.enumerate() {
            let bytes = egress.bytes(index);
            self.vectors[position] = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
            if let Some((message, _)) = run_starts.next_if(|(_, run)| run.start == position) {
                let (name, len) = SocketName::new(egress.datagrams()[index].path.remote);
                self.names[message] = name;
                self.headers[message].msg_hdr.msg_namelen = len;
            }
        }
        for (control, run) in self.controls.iter_mut().zip(runs) {
            control.segment = run.segment as u16;
        }
        self.link(runs);
    }

    /// Sets the pointers, once everything that they point at is in place.
    fn link(&mut self, runs: &[Run]) {
        let vectors = self.vectors.as_mut_ptr();
        let parts = self.headers.iter_mut().zip(&mut self.names).zip(&mut self.controls).zip(runs);
        for (((header, name), control), run) in parts {
            let header = &mut header.msg_hdr;
            header.msg_name = (&raw mut *name).cast();
            header.msg_iov = vectors.wrapping_add(run.start);
            header.msg_iovlen = run.count as _;
            if run.count > 1 {
                header.msg_control = (&raw mut *control).cast();
                header.msg_controllen = size_of::<SegmentControl>() as _;
            } else {
                header.msg_control = std::ptr::null_mut();
                header.msg_controllen = 0;
            }
        }
    }

    /// These messages, to be sent by one call.
    pub(crate) fn batch(&mut self, messages: Range<usize>) -> &mut [libc::mmsghdr] {
        &mut self.headers[messages]
    }

    /// The datagram at this place within a message's run, as a message of its own.
    pub(crate) fn single(&self, message: usize, datagram: usize) -> libc::mmsghdr {
        let mut header = self.headers[message];
        header.msg_hdr.msg_iov = header.msg_hdr.msg_iov.wrapping_add(datagram);
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_control = std::ptr::null_mut();
        header.msg_hdr.msg_controllen = 0;
        header
    }

    /// Where a message goes.
    pub(crate) fn remote(&self, message: usize) -> IpAddr {
        self.names[message].address().ip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_message_has_the_kernels_layout() {
        // SAFETY: these compute sizes only.
        let (space, len) = unsafe { (libc::CMSG_SPACE(2), libc::CMSG_LEN(2)) };
        assert_eq!(size_of::<SegmentControl>(), space as usize);
        assert_eq!(SegmentControl::new().header.cmsg_len, len as usize);
        assert_eq!(std::mem::offset_of!(SegmentControl, segment), size_of::<libc::cmsghdr>());
    }
}
