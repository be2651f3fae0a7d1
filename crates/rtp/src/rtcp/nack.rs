use super::block::{Block, words};
use super::{RtcpError, RtcpWriter, feedback_type, packet_type};
use crate::big_endian::put;

/// Packets that one entry can name: the first by number, the next 16 by a bit each.
const REACH: u16 = 16;

/// Generic NACK (RFC 4585, section 6.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nack<'a> {
    /// Who asks.
    pub sender_ssrc: u32,
    /// The stream that packets are missing of.
    pub media_ssrc: u32,
    entries: &'a [u8],
}

impl<'a> Nack<'a> {
    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let (sender_ssrc, media_ssrc, entries) = block.feedback()?;
        if entries.is_empty() || entries.len() % 4 != 0 {
            return Err(RtcpError("NACK without whole entries"));
        }
        Ok(Self { sender_ssrc, media_ssrc, entries })
    }

    /// The sequence numbers asked for, in the order of the message: at most 17 for each of its entries of 4 bytes.
    pub fn sequences(&self) -> impl Iterator<Item = u16> + use<'a> {
        let (first, following) = (words(self.entries, 0).step_by(2), words(self.entries, 2).step_by(2));
        first.zip(following).flat_map(|(first, following)| {
            let named = (0..REACH).filter(move |bit| following >> bit & 1 != 0);
            std::iter::once(first).chain(named.map(move |bit| first.wrapping_add(1 + bit)))
        })
    }
}

/// Takes the longest front of `sequences` that one entry can name: the entry and what is left.
fn entry(sequences: &[u16]) -> Option<([u8; 4], &[u16])> {
    let (first, mut rest) = sequences.split_first()?;
    let mut following = 0u16;
    while let Some((next, after)) = rest.split_first() {
        match next.wrapping_sub(*first) {
            0 => {}
            ahead @ 1..=REACH => following |= 1 << (ahead - 1),
            _ => break,
        }
        rest = after;
    }
    let ([a, b], [c, d]) = (first.to_be_bytes(), following.to_be_bytes());
    Some(([a, b, c, d], rest))
}

fn entries(sequences: &[u16]) -> impl Iterator<Item = [u8; 4]> + '_ {
    let mut rest = sequences;
    std::iter::from_fn(move || {
        let (bytes, left) = entry(rest)?;
        rest = left;
        Some(bytes)
    })
}

impl RtcpWriter<'_> {
    /// Appends a NACK for `sequences`, which are in ascending order (a wrap is fine; another order only costs room).
    /// Without sequences there is nothing to append and nothing that does not fit. `false`, and nothing appended, if it does
    /// not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_nack(&mut self, sender_ssrc: u32, media_ssrc: u32, sequences: &[u16]) -> bool {
        if sequences.is_empty() {
            return true;
        }
        let len = 8 + 4 * entries(sequences).count();
        let Some(body) = self.packet(packet_type::TRANSPORT_FEEDBACK, feedback_type::NACK, len) else { return false };
        put(body, 0, sender_ssrc.to_be_bytes());
        put(body, 4, media_ssrc.to_be_bytes());
        for (entry, out) in entries(sequences).zip(body[8..].as_chunks_mut().0) {
            *out = entry;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Vec<u16> {
        match packets_untrusted(bytes).next().unwrap().unwrap() {
            Packet::Nack(nack) => nack.sequences().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_entry_names_seventeen_packets_across_the_wrap() {
        let mut room = [0; 64];
        let mut writer = RtcpWriter::new(&mut room);
        let sequences: Vec<u16> = (0..17).map(|index| 65_530u16.wrapping_add(index)).collect();
        assert!(writer.push_nack(1, 2, &sequences));
        assert_eq!(writer.bytes(), [0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfa, 0xff, 0xff]);
        assert_eq!(read(writer.bytes()), sequences);
    }

    #[test]
    fn nothing_is_written_for_no_packets_and_nothing_read_of_half_entries() {
        let mut room = [0; 64];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_nack(1, 2, &[]));
        assert!(writer.is_empty());
        assert!(packets_untrusted(&[0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]).next().unwrap().is_err());
    }

    proptest! {
        #[test]
        fn ascending_sequences_come_back(first: u16, steps in proptest::collection::vec(1..40u16, 0..200)) {
            let mut sequences = vec![first];
            for step in steps {
                sequences.push(sequences.last().unwrap().wrapping_add(step));
            }
            let mut room = [0xee; 1024];
            let mut writer = RtcpWriter::new(&mut room);
            prop_assert!(writer.push_nack(1, 2, &sequences));
            prop_assert_eq!(read(writer.bytes()), sequences);
        }
    }
}
