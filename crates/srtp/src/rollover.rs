use crate::{RTP_INDEX_LIMIT, SrtpError};

/// The index (roll-over counter and sequence number) of a packet, guessed from the highest one accepted so far: of the
/// three possible counters the one that brings it nearest (RFC 3711, section 3.3.1 and appendix A).
///
/// Departure: where the RFC counts below zero, modulo 2^32, the counter stays 0, as no sender has sent before it.
///
/// # Errors
/// [`SrtpError::IndexExhausted`] when the counter would pass 2^32 - 1.
pub(crate) fn guess_index(highest: Option<u64>, sequence: u16) -> Result<u64, SrtpError> {
    let Some(highest) = highest else { return Ok(sequence.into()) };
    let rollovers = highest >> 16;
    let rollovers = match i32::from(sequence) - i32::from(highest as u16) {
        32_769.. => rollovers.saturating_sub(1),
        ..=-32_769 => rollovers + 1,
        _ => rollovers,
    };
    let index = rollovers << 16 | u64::from(sequence);
    if index < RTP_INDEX_LIMIT { Ok(index) } else { Err(SrtpError::IndexExhausted) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn first_packet_starts_at_its_sequence_number() {
        assert_eq!(guess_index(None, 65_535), Ok(65_535));
    }

    #[test]
    fn the_counter_follows_both_ways_over_the_wrap() {
        assert_eq!(guess_index(Some(65_535), 0), Ok(65_536));
        assert_eq!(guess_index(Some(65_536), 65_535), Ok(65_535));
        assert_eq!(guess_index(Some(0x5_0003), 0xfff0), Ok(0x4_fff0));
        assert_eq!(guess_index(Some(0x5_fff0), 3), Ok(0x6_0003));
    }

    #[test]
    fn the_counter_never_goes_below_zero() {
        assert_eq!(guess_index(Some(5), 65_530), Ok(65_530));
    }

    #[test]
    fn the_last_index_is_the_end() {
        let last = RTP_INDEX_LIMIT - 1;
        assert_eq!(guess_index(Some(last), 65_535), Ok(last));
        assert_eq!(guess_index(Some(last), 0), Err(SrtpError::IndexExhausted));
    }

    proptest! {
        #[test]
        fn any_index_nearer_than_half_the_range_is_found(highest in 65_536..1_u64 << 47, off in -32_767..=32_767_i64) {
            let index = highest.checked_add_signed(off).unwrap();
            prop_assert_eq!(guess_index(Some(highest), index as u16), Ok(index));
        }
    }
}
