use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// A rate of data in bits per second. Arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataRate(u64);

impl DataRate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// More than any link; stands for "not limited".
    pub const MAX: Self = Self(u64::MAX);

    /// From bits per second.
    pub const fn from_bps(bits: u64) -> Self {
        Self(bits)
    }

    /// From kilobits (1000 bits) per second.
    pub const fn from_kbps(kilobits: u64) -> Self {
        Self(kilobits.saturating_mul(1000))
    }

    /// `bytes` within `time`; `None` if no time passed.
    pub fn of(bytes: u64, time: Duration) -> Option<Self> {
        let micros = micros(time);
        (micros > 0).then(|| Self(bytes.saturating_mul(8_000_000) / micros.max(1)))
    }

    /// In bits per second.
    pub const fn bps(self) -> u64 {
        self.0
    }

    /// The whole bytes that pass in `time`.
    pub fn bytes_in(self, time: Duration) -> u64 {
        self.0.saturating_mul(micros(time)) / 8_000_000
    }

    /// How long `bytes` take; an hour at most, which also stands for "never".
    pub fn time_for(self, bytes: u64) -> Duration {
        const NEVER: u64 = 3_600_000_000;
        Duration::from_micros((bytes.saturating_mul(8_000_000) / self.0.max(1)).min(NEVER))
    }

    /// Multiplied; a factor that is negative or not a number counts as zero.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        // Casts from floating point saturate, and NaN becomes zero.
        Self((self.0 as f64 * factor) as u64)
    }

    /// As a multiple of `other`; infinite if that is zero.
    pub fn ratio(self, other: Self) -> f64 {
        self.0 as f64 / other.0 as f64
    }
}

/// Whole microseconds in 64 bits, which divide several times faster than the 128 of [`Duration::as_micros`].
pub(crate) fn micros(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000).saturating_add(u64::from(time.subsec_micros()))
}

impl Add for DataRate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for DataRate {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for DataRate {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for DataRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kbit/s", self.0 / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_times_agree() {
        let rate = DataRate::from_kbps(800);
        assert_eq!(rate.bytes_in(Duration::from_millis(10)), 1000);
        assert_eq!(rate.time_for(1000), Duration::from_millis(10));
        assert_eq!(DataRate::of(1000, Duration::from_millis(10)), Some(rate));
        assert_eq!(rate.to_string(), "800 kbit/s");
    }

    #[test]
    fn extremes_saturate() {
        assert_eq!(DataRate::of(5, Duration::ZERO), None);
        assert_eq!(DataRate::ZERO.time_for(1 << 20), Duration::from_secs(3600));
        assert_eq!(DataRate::MAX + DataRate::MAX, DataRate::MAX);
        assert_eq!(DataRate::ZERO - DataRate::MAX, DataRate::ZERO);
        assert_eq!(DataRate::MAX.scaled(2.0), DataRate::MAX);
        assert_eq!(DataRate::from_bps(5).scaled(f64::NAN), DataRate::ZERO);
    }
}
