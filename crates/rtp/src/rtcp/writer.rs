use super::block::{HEADER, VERSION};

/// Appends RTCP packets to a buffer. The `push_*` methods, which stand beside the readers of the same message, answer
/// whether the packet did fit; if not, [`Self::len`] and the bytes before it stay as they were.
pub struct RtcpWriter<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl<'a> RtcpWriter<'a> {
    /// Entries that the five bits of a count field can announce.
    pub(super) const MAX_COUNT: usize = 31;

    /// Writes from the start of `out` on.
    pub fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// Bytes written.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What was written: a compound packet.
    pub fn bytes(&self) -> &[u8] {
        &self.out[..self.len]
    }

    /// Room after what was written, bytes.
    pub fn room(&self) -> usize {
        self.out.len() - self.len
    }

    /// Appends a packet with a body of `body_len` zero bytes, a multiple of four, and returns the body.
    pub(super) fn packet(&mut self, packet_type: u8, count: u8, body_len: usize) -> Option<&mut [u8]> {
        debug_assert!(body_len.is_multiple_of(4) && usize::from(count) <= Self::MAX_COUNT);
        let words = u16::try_from(body_len / 4).ok()?.to_be_bytes();
        let packet = self.out[self.len..].get_mut(..HEADER + body_len)?;
        self.len += packet.len();
        let (header, body) = packet.split_at_mut(HEADER);
        header.copy_from_slice(&[VERSION | count, packet_type, words[0], words[1]]);
        body.fill(0);
        Some(body)
    }

    /// The room for a packet's body, to be tried out before [`Self::finish_packet`].
    pub(super) fn body_room(&mut self) -> &mut [u8] {
        self.out[self.len..].get_mut(HEADER..).unwrap_or_default()
    }

    /// Appends a packet whose body was written to [`Self::body_room`]; its length is a multiple of four and fits there.
    pub(super) fn finish_packet(&mut self, packet_type: u8, count: u8, body_len: usize) {
        debug_assert!(body_len.is_multiple_of(4) && HEADER + body_len <= self.room());
        let words = ((body_len / 4) as u16).to_be_bytes();
        let header = [VERSION | count, packet_type, words[0], words[1]];
        self.out[self.len..self.len + HEADER].copy_from_slice(&header);
        self.len += HEADER + body_len;
    }

    /// Takes back what `push` appended if it does not come to its end.
    pub(super) fn all_or_nothing(&mut self, push: impl FnOnce(&mut Self) -> Option<()>) -> bool {
        let before = self.len;
        let done = push(self).is_some();
        if !done {
            self.len = before;
        }
        done
    }
}
