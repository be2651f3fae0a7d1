//! Redundant audio data (RFC 2198): a packet that carries earlier packets' payloads in front of its own, so that a receiver
//! which lost those has them after all.

use crate::CodecError;

/// The header of a redundant block, and that of the last one, the primary.
const BLOCK_HEADER: usize = 4;
const PRIMARY_HEADER: usize = 1;

/// Blocks that are read of one packet at most.
const MAX_BLOCKS: usize = 16;

/// Bounds of the timestamp offset and of the length of a redundant block, by their widths on the wire.
const MAX_OFFSET: u32 = (1 << 14) - 1;
const MAX_LEN: usize = (1 << 10) - 1;

/// A block of a packet: what another packet carried, or was to carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block<'a> {
    /// Payload type of its content.
    pub payload_type: u8,
    /// How much earlier than the packet's own its timestamp is; 0 for the primary.
    pub offset: u16,
    /// Its content.
    pub payload: &'a [u8],
}

/// The blocks of one packet, of which the last is the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks<'a> {
    headers: &'a [u8],
    contents: &'a [u8],
}

impl<'a> Blocks<'a> {
    /// Reads an RTP payload of any bytes.
    ///
    /// # Errors
    /// [`CodecError`] when headers or contents end early, or there are more than 16 blocks.
    pub fn parse_untrusted(payload: &'a [u8]) -> Result<Self, CodecError> {
        let (mut at, mut redundant) = (0, 0);
        for _ in 0..MAX_BLOCKS {
            let first = *payload.get(at).ok_or(CodecError("redundant audio without a primary block"))?;
            if first & 0x80 == 0 {
                let (headers, contents) = payload.split_at(at + PRIMARY_HEADER);
                let complete = contents.len() >= redundant;
                return complete
                    .then_some(Self { headers, contents })
                    .ok_or(CodecError("redundant audio block past the end"));
            }
            let header =
                payload.get(at..at + BLOCK_HEADER).ok_or(CodecError("redundant audio block header cut off"))?;
            redundant += usize::from(len_of(header));
            at += BLOCK_HEADER;
        }
        Err(CodecError("too many redundant audio blocks"))
    }

    /// The block that the packet is about.
    pub fn primary(&self) -> Block<'a> {
        self.all().last().unwrap_or_default()
    }

    /// The blocks of earlier packets, oldest first.
    pub fn redundant(&self) -> impl DoubleEndedIterator<Item = Block<'a>> + ExactSizeIterator + use<'a> {
        let Self { headers, contents } = *self;
        let count = headers.len() / BLOCK_HEADER;
        (0..count).map(move |index| {
            let start: usize =
                headers.chunks_exact(BLOCK_HEADER).take(index).map(|header| usize::from(len_of(header))).sum();
            let header = &headers[index * BLOCK_HEADER..][..BLOCK_HEADER];
            Block {
                payload_type: header[0] & 0x7f,
                offset: u16::from_be_bytes([header[1], header[2]]) >> 2,
                payload: &contents[start..start + usize::from(len_of(header))],
            }
        })
    }

    fn all(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let Self { headers, contents } = *self;
        let redundant: usize = self.redundant().map(|block| block.payload.len()).sum();
        let payload_type = headers.last().copied().unwrap_or_default();
        self.redundant().chain(std::iter::once(Block { payload_type, offset: 0, payload: &contents[redundant..] }))
    }
}

/// Whether a payload of so many bytes from so many timestamp units ago can stand in front of another.
pub fn fits(len: usize, offset: u32) -> bool {
    (1..=MAX_LEN).contains(&len) && (1..=MAX_OFFSET).contains(&offset)
}

/// Writes a packet's payload: `redundant` blocks, oldest first, each of which [`fits`], and the primary. Returns its length,
/// or `None`, with `out` in any state, if there is no room.
pub fn write<'a>(
    out: &mut [u8],
    redundant: impl Iterator<Item = Block<'a>> + Clone,
    payload_type: u8,
    primary: &[u8],
) -> Option<usize> {
    let mut at = 0;
    for block in redundant.clone() {
        let word =
            u32::from(0x80 | block.payload_type) << 24 | u32::from(block.offset) << 10 | block.payload.len() as u32;
        out.get_mut(at..at + BLOCK_HEADER)?.copy_from_slice(&word.to_be_bytes());
        at += BLOCK_HEADER;
    }
    *out.get_mut(at)? = payload_type & 0x7f;
    at += PRIMARY_HEADER;
    for content in redundant.map(|block| block.payload).chain(std::iter::once(primary)) {
        out.get_mut(at..at + content.len())?.copy_from_slice(content);
        at += content.len();
    }
    Some(at)
}

fn len_of(header: &[u8]) -> u16 {
    u16::from_be_bytes([header[2], header[3]]) & MAX_LEN as u16
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_packet_with_one_earlier_payload_is_taken_apart() {
        let payload = [&[0xef, 0x0f, 0x00, 0x02, 111][..], b"ab", b"cde"].concat();
        let blocks = Blocks::parse_untrusted(&payload).unwrap();
        assert_eq!(blocks.primary(), Block { payload_type: 111, offset: 0, payload: b"cde" });
        let earlier = Block { payload_type: 111, offset: 960, payload: b"ab" };
        assert_eq!(blocks.redundant().collect::<Vec<_>>(), [earlier]);
        for len in 0..7 {
            assert!(Blocks::parse_untrusted(&payload[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn headers_without_end_are_refused() {
        assert!(Blocks::parse_untrusted(&[0x80; 4 * (MAX_BLOCKS + 1)]).is_err());
    }

    #[test]
    fn only_what_has_room_on_the_wire_fits() {
        assert!(fits(1023, 16_383));
        assert!(!fits(1024, 960));
        assert!(!fits(80, 16_384));
        assert!(!fits(80, 0));
        assert!(!fits(0, 960), "nothing to say");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            earlier in vec((0..128u8, 1..=16_383u16, vec(any::<u8>(), 1..90)), 0..5),
            payload_type in 0..128u8,
            primary in vec(any::<u8>(), 0..90),
        ) {
            let blocks: Vec<_> = earlier
                .iter()
                .map(|(payload_type, offset, payload)| Block { payload_type: *payload_type, offset: *offset, payload })
                .collect();
            let mut out = [0; 600];
            let len = write(&mut out, blocks.iter().copied(), payload_type, &primary).unwrap();
            let read = Blocks::parse_untrusted(&out[..len]).unwrap();
            prop_assert_eq!(read.redundant().collect::<Vec<_>>(), blocks.clone());
            prop_assert_eq!(read.primary(), Block { payload_type, offset: 0, payload: &primary });
            prop_assert_eq!(write(&mut out[..len - 1], blocks.iter().copied(), payload_type, &primary), None);
        }
    }
}
