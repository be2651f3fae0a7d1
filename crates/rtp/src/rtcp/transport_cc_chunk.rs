//! Packet status chunks of transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, sections 3.1.1 to
//! 3.1.4). A symbol is also the number of bytes that its arrival delta takes: 0 not received, 1 small, 2 large or negative.
//!
//! ```text
//! run length   0 S S L L L L L L L L L L L L L      L statuses of symbol S
//! one bit      1 0 B B B B B B B B B B B B B B      14 statuses, 0 or 1
//! two bits     1 1 T T T T T T T T T T T T T T      7 statuses of two bits
//! ```

/// Not received.
pub(super) const LOST: u16 = 0;
/// Received, with a delta of 0 to 255 ticks.
pub(super) const SMALL: u16 = 1;
/// Received, with a signed delta of 16 bits.
pub(super) const LARGE: u16 = 2;

const VECTOR: u16 = 1 << 15;
const TWO_BITS: u16 = 1 << 14;
const ONE_BIT_LEN: usize = 14;
const TWO_BIT_LEN: usize = 7;
/// The longest run that a chunk can hold.
const MAX_RUN: usize = (1 << 13) - 1;
/// The longest run of received packets that we write: it bounds what one chunk adds to a report, deltas included.
const MAX_RECEIVED_RUN: usize = 64;
/// Bytes that one written chunk takes at most, with its deltas.
pub(super) const MAX_CHUNK_LEN: usize = 2 + 2 * MAX_RECEIVED_RUN;

/// A chunk from the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk(pub u16);

impl Chunk {
    /// Statuses in this chunk.
    pub fn len(self) -> usize {
        match self.0 & (VECTOR | TWO_BITS) {
            vector if vector & VECTOR == 0 => usize::from(self.0) & MAX_RUN,
            VECTOR => ONE_BIT_LEN,
            _ => TWO_BIT_LEN,
        }
    }

    /// The symbol at `index`, which is below [`Self::len`]; 3 is reserved.
    pub fn symbol(self, index: usize) -> u16 {
        match self.0 & (VECTOR | TWO_BITS) {
            vector if vector & VECTOR == 0 => self.0 >> 13,
            VECTOR => self.0 >> (ONE_BIT_LEN - 1 - index) & 1,
            _ => self.0 >> (2 * (TWO_BIT_LEN - 1 - index)) & 3,
        }
    }

    /// Bytes of deltas for the first `count` statuses; `None` if one of them is reserved.
    pub fn delta_bytes(self, count: usize) -> Option<usize> {
        if self.0 & VECTOR == 0 {
            let symbol = self.symbol(0);
            return (symbol <= LARGE).then_some(count * usize::from(symbol));
        }
        (0..count).try_fold(0, |bytes, index| {
            let symbol = self.symbol(index);
            (symbol <= LARGE).then_some(bytes + usize::from(symbol))
        })
    }

    /// The chunk that covers most of what comes next, and how many statuses it covers. One that covers fewer than it could
    /// hold is the last.
    pub fn covering(symbols: impl Iterator<Item = u16> + Clone) -> Option<(Self, usize)> {
        let first = symbols.clone().next()?;
        let longest = if first == LOST { MAX_RUN } else { MAX_RECEIVED_RUN };
        let run = symbols.clone().take(longest).take_while(|symbol| *symbol == first).count();
        let mut next = [LOST; ONE_BIT_LEN];
        let mut known = 0;
        for (slot, symbol) in next.iter_mut().zip(symbols) {
            *slot = symbol;
            known += 1;
        }
        let two_bits = next.contains(&LARGE);
        let covered = if two_bits { known.min(TWO_BIT_LEN) } else { known };
        if run >= covered {
            return Some((Self(first << 13 | run as u16), run));
        }
        let pack = |symbols: &[u16], width: u32| symbols.iter().fold(0, |bits, symbol| bits << width | symbol);
        let vector = if two_bits { VECTOR | TWO_BITS | pack(&next[..TWO_BIT_LEN], 2) } else { VECTOR | pack(&next, 1) };
        Some((Self(vector), covered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn symbols(chunk: Chunk) -> Vec<u16> {
        (0..chunk.len()).map(|index| chunk.symbol(index)).collect()
    }

    #[test]
    fn the_examples_of_the_draft() {
        // Section 3.1.3: 221 packets that were not received; 24 that were, with small deltas.
        assert_eq!(symbols(Chunk(0b0000_0000_1101_1101)), [LOST; 221]);
        assert_eq!(symbols(Chunk(0b0010_0000_0001_1000)), [SMALL; 24]);
        // Section 3.1.4.
        assert_eq!(symbols(Chunk(0b1001_1111_0001_1100)), [0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0]);
        assert_eq!(symbols(Chunk(0b1100_1101_0101_0000)), [0, 3, 1, 1, 1, 0, 0]);
    }

    #[test]
    fn reserved_symbols_have_no_deltas() {
        assert_eq!(Chunk(0b1100_1101_0101_0000).delta_bytes(7), None);
        assert_eq!(Chunk(0b1100_1101_0101_0000).delta_bytes(1), Some(0));
        assert_eq!(Chunk(0b0110_0000_0000_0001).delta_bytes(1), None);
        assert_eq!(Chunk(0b0100_0000_0000_0011).delta_bytes(3), Some(6));
    }

    #[test]
    fn the_chunk_that_covers_most_is_taken() {
        let covering = |symbols: &[u16]| Chunk::covering(symbols.iter().copied()).map(|(chunk, len)| (chunk.0, len));
        assert_eq!(covering(&[]), None);
        assert_eq!(covering(&[SMALL; 20]), Some((0x2014, 20)));
        assert_eq!(covering(&[LOST; 8192]), Some((0x1fff, 8191)));
        assert_eq!(covering(&[SMALL; 8192]), Some((0x2040, 64)));
        assert_eq!(covering(&[SMALL, LOST, SMALL]), Some((0xa800, 3)));
        assert_eq!(covering(&[SMALL, LOST, LARGE]), Some((0xd200, 3)));
    }

    proptest! {
        #[test]
        fn chunks_say_what_they_were_made_of(
            wanted in proptest::collection::vec(prop_oneof![4 => Just(LOST), 8 => Just(SMALL), 1 => Just(LARGE)], 1..400),
        ) {
            let mut rest = &wanted[..];
            while let Some((chunk, covered)) = Chunk::covering(rest.iter().copied()) {
                prop_assert!(covered == chunk.len() || covered == rest.len());
                prop_assert_eq!(&symbols(chunk)[..covered], &rest[..covered]);
                let bytes = rest[..covered].iter().map(|symbol| usize::from(*symbol)).sum();
                prop_assert_eq!(chunk.delta_bytes(covered), Some(bytes));
                prop_assert!(2 + bytes <= MAX_CHUNK_LEN);
                rest = &rest[covered..];
            }
        }
    }
}
