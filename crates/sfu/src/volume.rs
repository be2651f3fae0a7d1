//! Bytes that passed, and how fast.

use std::time::{Duration, Instant};

/// Counts bytes; a report takes the rate since the one before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Volume {
    bytes: u64,
}

impl Volume {
    /// Counts so many bytes.
    pub fn add(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Bits per second over `time`, in which all that was counted since the last call passed.
    pub fn take_rate(&mut self, time: Duration) -> u64 {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
        std::mem::take(&mut self.bytes).saturating_mul(8_000_000) / micros
    }
}

/// The time over which a recent rate is taken, in two halves.
const HALF: Duration = Duration::from_millis(500);

/// How fast bytes passed of late.
#[derive(Clone, Copy, Debug)]
pub struct RecentRate {
    began: Instant,
    bytes: u64,
    before: u64,
}

impl RecentRate {
    /// Nothing passed yet.
    pub fn new(now: Instant) -> Self {
        Self { began: now, bytes: 0, before: 0 }
    }

    /// Counts so many bytes.
    pub fn add(&mut self, now: Instant, bytes: usize) {
        self.advance(now);
        self.bytes += bytes as u64;
    }

    /// Bits per second: the higher of the half second before and of what has passed since.
    pub fn get(&mut self, now: Instant) -> u64 {
        self.advance(now);
        let in_half = self.before.max(self.bytes);
        in_half * 8 * 1000 / HALF.as_millis() as u64
    }

    fn advance(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.began);
        if elapsed >= HALF {
            self.before = if elapsed < 2 * HALF { self.bytes } else { 0 };
            self.bytes = 0;
            self.began = now;
        }
    }
}

/// Share of packets lost between two readings of what never falls: packets expected and packets lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct LossShare {
    expected: i64,
    lost: i64,
}

impl LossShare {
    /// Per mille of the packets expected since the last call. Duplicates do not make it negative.
    pub fn take(&mut self, expected: i64, lost: i64) -> u16 {
        let (expected_now, lost_now) = (expected - self.expected, lost - self.lost);
        *self = Self { expected, lost };
        if expected_now <= 0 { 0 } else { (lost_now * 1000 / expected_now).clamp(0, 1000) as u16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_from_the_last_one() {
        let mut volume = Volume::default();
        volume.add(250_000);
        assert_eq!(volume.take_rate(Duration::from_secs(2)), 1_000_000);
        assert_eq!(volume.take_rate(Duration::from_secs(2)), 0);
        volume.add(1);
        volume.take_rate(Duration::ZERO);
    }

    #[test]
    fn a_recent_rate_forgets() {
        let now = Instant::now();
        let mut rate = RecentRate::new(now);
        (0..50).for_each(|packet| rate.add(now + Duration::from_millis(20 * packet), 100));
        let told = rate.get(now + Duration::from_secs(1));
        assert!((38_000..=42_000).contains(&told), "{told}");
        assert_eq!(rate.get(now + Duration::from_secs(3)), 0);
    }

    #[test]
    fn losses_count_from_the_last_share() {
        let mut share = LossShare::default();
        assert_eq!(share.take(200, 20), 100);
        assert_eq!(share.take(300, 20), 0);
        assert_eq!(share.take(300, 25), 0, "nothing was expected");
        assert_eq!(share.take(400, 5), 0, "late ones came after all");
    }
}
