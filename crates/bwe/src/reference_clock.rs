/// Microseconds in a unit of a report's reference time, and bits of the field
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
const UNIT: i64 = 64_000;
const BITS: u32 = 24;
/// The longest time that is counted, units.
const LIMIT: i64 = 1 << 40;

/// Extends the reference times of reports, which wrap every 12.4 days.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReferenceClock {
    last: Option<i64>,
}

impl ReferenceClock {
    /// Microseconds on the peer's clock; nearest to the time of the last report that counted.
    pub fn micros(&self, reference_time: u32) -> i64 {
        self.extend(reference_time) * UNIT
    }

    /// Makes this report the last.
    pub fn advance(&mut self, reference_time: u32) {
        let extended = self.extend(reference_time);
        // A peer whose clock races for hours starts afresh before microseconds overflow.
        self.last = (extended.abs() < LIMIT).then_some(extended);
    }

    fn extend(&self, reference_time: u32) -> i64 {
        let Some(last) = self.last else { return i64::from(reference_time & ((1 << BITS) - 1)) };
        let ahead = (reference_time.wrapping_sub(last as u32) << (32 - BITS)) as i32 >> (32 - BITS);
        last + i64::from(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_across_the_wrap() {
        let mut clock = ReferenceClock::default();
        assert_eq!(clock.micros(0xff_ffff), 0xff_ffff * UNIT);
        clock.advance(0xff_ffff);
        assert_eq!(clock.micros(2), 0x100_0002 * UNIT);
        clock.advance(2);
        assert_eq!(clock.micros(0xff_ffff), 0xff_ffff * UNIT, "an older report");
    }
}
