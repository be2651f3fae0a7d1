//! Sequence numbers and timestamps that wrap (RFC 3550, appendix A.1).

/// Whether sequence number `a` comes after `b`, by the shorter way around. Exactly half way counts as before.
pub fn newer(a: u16, b: u16) -> bool {
    distance(a, b) > 0
}

/// How far `a` is ahead of `b`, negative if behind, by the shorter way around.
pub fn distance(a: u16, b: u16) -> i16 {
    a.wrapping_sub(b) as i16
}

/// Whether timestamp `a` comes after `b`, by the shorter way around. Exactly half way counts as before.
pub fn newer_timestamp(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) as i32 > 0
}

/// Extends 16-bit sequence numbers by their roll-overs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SequenceExtender {
    highest: Option<u64>,
}

impl SequenceExtender {
    /// The extended number nearest to the highest seen so far; its lower 16 bits are `sequence`. The first is one cycle up
    /// (`sequence + 65536`), so that a packet sent before it but received after it has a number of its own.
    pub fn extend(&mut self, sequence: u16) -> u64 {
        let Some(highest) = self.highest else {
            return *self.highest.insert(u64::from(sequence) + (1 << 16));
        };
        // Never below zero: the highest starts at 2^16 and the distance is at most 2^15.
        let extended = highest.wrapping_add_signed(i64::from(distance(sequence, highest as u16)));
        self.highest = Some(highest.max(extended));
        extended
    }

    /// The highest extended number so far.
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_goes_the_shorter_way_around() {
        assert!(newer(0, 65535) && !newer(65535, 0));
        assert!(!newer(5, 5) && !newer(0x8000, 0) && !newer(0, 0x8000));
        assert_eq!((distance(2, 65534), distance(65534, 2)), (4, -4));
        assert!(newer_timestamp(3, u32::MAX) && !newer_timestamp(u32::MAX, 3));
    }

    #[test]
    fn a_packet_before_the_first_one_does_not_underflow() {
        let mut extender = SequenceExtender::default();
        assert_eq!(extender.extend(0), 65536);
        assert_eq!(extender.extend(65535), 65535);
        assert_eq!(extender.extend(1), 65537);
        assert_eq!(extender.highest(), Some(65537));
    }

    proptest! {
        #[test]
        fn any_walk_of_near_steps_is_followed(
            first: u16, steps in proptest::collection::vec(-100..32_000i64, 1..200),
        ) {
            let mut extender = SequenceExtender::default();
            let mut highest = extender.extend(first);
            for step in steps {
                // Steps are from the highest, which is what reordering on a network looks like.
                let expected = highest.checked_add_signed(step).unwrap();
                prop_assert_eq!(extender.extend(expected as u16), expected);
                highest = highest.max(expected);
            }
            prop_assert_eq!(extender.highest(), Some(highest));
        }
    }
}
