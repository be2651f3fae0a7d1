//! The RTP packet (RFC 3550, section 5.1): header, payload, padding.

use std::fmt;

use crate::big_endian::{put, u16_at, u32_at};
use crate::extension::{self, Extensions};

/// The fixed part of the header, bytes.
const FIXED: usize = 12;
/// The first two bits of every RTP and RTCP packet: version 2.
const VERSION: u8 = 2 << 6;
const VERSION_MASK: u8 = 0b1100_0000;
const PADDING: u8 = 0b0010_0000;
const EXTENSION: u8 = 0b0001_0000;
const CSRC_COUNT: u8 = 0b0000_1111;
const MARKER: u8 = 0b1000_0000;

/// Why bytes are not an RTP packet. It concerns that packet only: drop it, count it, go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RtpError(&'static str);

impl RtpError {
    /// What is wrong, for counters and logs.
    pub const fn reason(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed RTP packet, drop it: {}", self.0)
    }
}

impl std::error::Error for RtpError {}

/// A parsed header. It holds offsets into the packet, so pass the same bytes again to read extensions and payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpHeader {
    /// The M bit; for video usually the end of a frame.
    pub marker: bool,
    /// 0 to 127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp in units of the payload's clock rate.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// The P bit: the last byte of the decrypted packet says how much of its end is padding.
    pub has_padding: bool,
    /// Offset of the payload, bytes: fixed header, CSRCs and extension block.
    pub header_len: usize,
    /// The first word of the extension block ("defined by profile"); 0 without one.
    extension_profile: u16,
    /// Offset of the first extension element; `header_len` without a block.
    extension_start: usize,
}

impl RtpHeader {
    /// Parses the header. The payload is not looked at, so the packet may still be encrypted.
    ///
    /// Fails if the bytes are not version 2 or end before the header does.
    pub fn parse_untrusted(buf: &[u8]) -> Result<Self, RtpError> {
        let fixed: &[u8; FIXED] = buf.first_chunk().ok_or(RtpError("shorter than the fixed header"))?;
        if fixed[0] & VERSION_MASK != VERSION {
            return Err(RtpError("not version 2"));
        }
        let csrc_end = FIXED + 4 * usize::from(fixed[0] & CSRC_COUNT);
        let (extension_profile, extension_start, header_len) = if fixed[0] & EXTENSION == 0 {
            (0, csrc_end, csrc_end)
        } else {
            let truncated = RtpError("ends before the extension block does");
            let profile = u16_at(buf, csrc_end).ok_or(truncated)?;
            let words = u16_at(buf, csrc_end + 2).ok_or(truncated)?;
            (profile, csrc_end + 4, csrc_end + 4 + 4 * usize::from(words))
        };
        if buf.len() < header_len {
            return Err(RtpError("ends before the header does"));
        }
        Ok(Self {
            marker: fixed[1] & MARKER != 0,
            payload_type: fixed[1] & !MARKER,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32_at(fixed, 4).unwrap_or_default(),
            ssrc: u32_at(fixed, 8).unwrap_or_default(),
            has_padding: fixed[0] & PADDING != 0,
            header_len,
            extension_profile,
            extension_start,
        })
    }

    /// The header extension elements of this packet as `(id, data)`, in both forms of RFC 8285. A malformed block ends the
    /// iteration early; one of another profile has no elements.
    pub fn extensions<'a>(&self, buf: &'a [u8]) -> Extensions<'a> {
        let elements = buf.get(self.extension_start..self.header_len).unwrap_or_default();
        Extensions::new(self.extension_profile, elements)
    }

    /// The data of the first extension element with this id.
    pub fn extension<'a>(&self, buf: &'a [u8], id: u8) -> Option<&'a [u8]> {
        self.extensions(buf).find_map(|(found, data)| (found == id).then_some(data))
    }

    /// The payload of a *decrypted* packet, without padding; empty for a packet of padding only.
    ///
    /// Fails if the padding count is zero or larger than what follows the header.
    pub fn payload<'a>(&self, packet: &'a [u8]) -> Result<&'a [u8], RtpError> {
        let padded = packet.get(self.header_len..).ok_or(RtpError("ends before the header does"))?;
        if !self.has_padding {
            return Ok(padded);
        }
        let count = usize::from(*padded.last().ok_or(RtpError("no room for the padding count"))?);
        if count == 0 {
            return Err(RtpError("padding count is zero"));
        }
        let len = padded.len().checked_sub(count).ok_or(RtpError("more padding than payload"))?;
        Ok(&padded[..len])
    }
}

/// What [`write_header`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderFields {
    /// The M bit.
    pub marker: bool,
    /// 0 to 127; the upper bit is ignored.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp in units of the payload's clock rate.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
}

/// Writes a header without CSRCs to the start of `out` and returns its length, bytes.
///
/// Extension elements are `(id, data)`. They take the one-byte form if every id is 1 to 14 and every length 1 to 16, else
/// the two-byte form; without elements there is no block. `None` if there is no room, or if an element fits neither form
/// (id 0, more than 255 bytes); `out` is then partly written.
pub fn write_header(out: &mut [u8], fields: &HeaderFields, extensions: &[(u8, &[u8])]) -> Option<usize> {
    let (fixed, rest) = out.split_at_mut_checked(FIXED)?;
    fixed[0] = VERSION | if extensions.is_empty() { 0 } else { EXTENSION };
    fixed[1] = fields.payload_type & !MARKER | if fields.marker { MARKER } else { 0 };
    put(fixed, 2, fields.sequence.to_be_bytes());
    put(fixed, 4, fields.timestamp.to_be_bytes());
    put(fixed, 8, fields.ssrc.to_be_bytes());
    if extensions.is_empty() {
        return Some(FIXED);
    }
    Some(FIXED + extension::encode_block(rest, extensions)?)
}

/// Sets the P bit of a packet whose end the caller filled with padding; the last byte must hold the count.
pub fn set_padding_bit(packet: &mut [u8]) {
    if let Some(first) = packet.first_mut() {
        *first |= PADDING;
    }
}

/// Appends `count` bytes of padding to the unpadded packet in `out[..len]`, sets its P bit and returns the new length.
/// `None`, and nothing changed, if there is no room; a count of 0 changes nothing.
pub fn append_padding(out: &mut [u8], len: usize, count: u8) -> Option<usize> {
    let end = len.checked_add(usize::from(count))?;
    let padding = out.get_mut(len..end)?;
    if let Some((last, zeros)) = padding.split_last_mut() {
        zeros.fill(0);
        *last = count;
        set_padding_bit(out);
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const FIELDS: HeaderFields =
        HeaderFields { marker: true, payload_type: 96, sequence: 0xfffe, timestamp: 0x0102_0304, ssrc: 0xdead_beef };

    fn fields(header: &RtpHeader) -> HeaderFields {
        let RtpHeader { marker, payload_type, sequence, timestamp, ssrc, .. } = *header;
        HeaderFields { marker, payload_type, sequence, timestamp, ssrc }
    }

    #[test]
    fn a_packet_with_csrcs_an_extension_and_padding_is_taken_apart() {
        let mut packet = vec![0xb2, 0xe0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1];
        packet.extend([0, 0, 0, 2, 0, 0, 0, 3]);
        packet.extend([0xbe, 0xde, 0, 1, 0x10, 0x85, 0, 0]);
        packet.extend(b"media");
        packet.extend([0, 0, 3]);
        let header = RtpHeader::parse_untrusted(&packet).unwrap();
        assert_eq!(
            fields(&header),
            HeaderFields { marker: true, payload_type: 96, sequence: 7, timestamp: 9, ssrc: 1 }
        );
        assert_eq!((header.header_len, header.has_padding), (28, true));
        assert_eq!(header.extension(&packet, 1), Some(&[0x85][..]));
        assert_eq!(header.extension(&packet, 2), None);
        assert_eq!(header.payload(&packet), Ok(&b"media"[..]));
        for len in 0..header.header_len {
            assert!(RtpHeader::parse_untrusted(&packet[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn only_version_two_is_rtp() {
        for version in [0x00, 0x40, 0xc0] {
            let packet = [version, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            assert_eq!(RtpHeader::parse_untrusted(&packet).unwrap_err().reason(), "not version 2");
        }
    }

    #[test]
    fn padding_is_stripped_and_false_padding_refused() {
        let mut out = [0xff; 40];
        let len = write_header(&mut out, &FIELDS, &[]).unwrap();
        let padded = append_padding(&mut out, len, 5).unwrap();
        let header = RtpHeader::parse_untrusted(&out[..padded]).unwrap();
        assert_eq!(header.payload(&out[..padded]), Ok(&[][..]), "padding only");
        out[padded - 1] = 6;
        assert!(header.payload(&out[..padded]).is_err());
        out[padded - 1] = 0;
        assert!(header.payload(&out[..padded]).is_err());
        assert!(header.payload(&out[..len]).is_err(), "the P bit without a count");
        assert_eq!(append_padding(&mut out, 36, 5), None);
        assert_eq!(append_padding(&mut out, 36, 0), Some(36));
    }

    #[test]
    fn the_error_says_what_happened_and_what_to_do() {
        let error = RtpHeader::parse_untrusted(&[]).unwrap_err();
        assert_eq!(error.to_string(), "malformed RTP packet, drop it: shorter than the fixed header");
    }

    #[test]
    fn no_room_is_said_at_every_length() {
        let elements: &[(u8, &[u8])] = &[(1, &[1, 2, 3]), (14, &[9; 16])];
        let mut room = [0; 64];
        let len = write_header(&mut room, &FIELDS, elements).unwrap();
        for short in 0..len {
            assert_eq!(write_header(&mut room[..short], &FIELDS, elements), None);
        }
        assert_eq!(write_header(&mut room[..len], &FIELDS, elements), Some(len));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            marker: bool, payload_type in 0..128u8, sequence: u16, timestamp: u32, ssrc: u32,
            elements in vec((1..=255u8, vec(any::<u8>(), 0..20)), 0..5),
            payload in vec(any::<u8>(), 0..50), padding in 0..20u8,
        ) {
            let written = HeaderFields { marker, payload_type, sequence, timestamp, ssrc };
            let elements: Vec<(u8, &[u8])> = elements.iter().map(|(id, data)| (*id, data.as_slice())).collect();
            let mut out = [0xaa; 256];
            let start = write_header(&mut out, &written, &elements).unwrap();
            out[start..start + payload.len()].copy_from_slice(&payload);
            let len = append_padding(&mut out, start + payload.len(), padding).unwrap();
            let header = RtpHeader::parse_untrusted(&out[..len]).unwrap();
            prop_assert_eq!(fields(&header), written);
            prop_assert_eq!(header.header_len, start);
            prop_assert_eq!(header.has_padding, padding != 0);
            prop_assert_eq!(header.extensions(&out[..len]).collect::<Vec<_>>(), elements);
            prop_assert_eq!(header.payload(&out[..len]).unwrap(), payload.as_slice());
        }
    }
}
