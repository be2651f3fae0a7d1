//! What all RTCP packets have in common (RFC 3550 section 6.4.1; RFC 4585 section 6.1 for feedback).

use super::RtcpError;
use crate::big_endian::{u16_at, u32_at};

/// The common header, bytes.
pub(super) const HEADER: usize = 4;
/// Version 2 in the first two bits.
pub(super) const VERSION: u8 = 2 << 6;
const VERSION_MASK: u8 = 0b1100_0000;
const PADDING: u8 = 0b0010_0000;
const COUNT: u8 = 0b0001_1111;

/// One packet, delimited but not understood.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    pub packet_type: u8,
    /// Number of entries, or the feedback message type.
    pub count: u8,
    /// What follows the common header, without padding.
    pub body: &'a [u8],
}

impl<'a> Block<'a> {
    /// Takes the first packet off a buffer.
    pub fn split_untrusted(buf: &'a [u8]) -> Result<(Self, &'a [u8]), RtcpError> {
        let header: &[u8; HEADER] = buf.first_chunk().ok_or(RtcpError("shorter than a header"))?;
        if header[0] & VERSION_MASK != VERSION {
            return Err(RtcpError("not version 2"));
        }
        let len = HEADER + 4 * usize::from(u16::from_be_bytes([header[2], header[3]]));
        let (packet, rest) = buf.split_at_checked(len).ok_or(RtcpError("ends before its length"))?;
        let mut body = &packet[HEADER..];
        if header[0] & PADDING != 0 {
            // The RFC wants a multiple of four; transport-wide feedback in the field pads by single bytes.
            let count = usize::from(*body.last().ok_or(RtcpError("no room for the padding count"))?);
            let unpadded = body.len().checked_sub(count).filter(|_| count != 0);
            body = &body[..unpadded.ok_or(RtcpError("padding count out of range"))?];
        }
        Ok((Self { packet_type: header[1], count: header[0] & COUNT, body }, rest))
    }

    /// Splits the body of a feedback message: sender SSRC, media SSRC and the control information after them.
    pub fn feedback(self) -> Result<(u32, u32, &'a [u8]), RtcpError> {
        let split = || Some((u32_at(self.body, 0)?, u32_at(self.body, 4)?, self.body.get(8..)?));
        split().ok_or(RtcpError("feedback without its two SSRCs"))
    }
}

/// The SSRCs in a list of 32-bit words.
pub(super) fn ssrcs(words: &[u8]) -> impl Iterator<Item = u32> + '_ {
    words.as_chunks().0.iter().copied().map(u32::from_be_bytes)
}

/// The numbers in a list of 16-bit words, from `start` bytes on.
pub(super) fn words(bytes: &[u8], start: usize) -> impl Iterator<Item = u16> + '_ {
    (start..).step_by(2).map_while(|at| u16_at(bytes, at))
}
