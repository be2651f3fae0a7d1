//! The round-trip time to one peer, from whatever tells it: answers to our sender reports (RFC 3550 section 6.4.1), and to our
//! reference times where the peer only publishes (RFC 3611 section 4.5).

use std::time::Duration;

/// A smoothed round-trip time.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoundTrip {
    smoothed: Option<Duration>,
}

impl RoundTrip {
    /// Longer than this is no round trip but a defect of the peer.
    const MOST: Duration = Duration::from_secs(10);

    /// Takes a sample; one eighth of it counts.
    pub fn record(&mut self, sample: Duration) {
        let sample = sample.min(Self::MOST);
        self.smoothed = Some(self.smoothed.map_or(sample, |before| (before * 7 + sample) / 8));
    }

    /// The time, once anything told.
    pub fn get(self) -> Option<Duration> {
        self.smoothed
    }
}

/// A duration as NTP counts it: 32.32 bits of seconds.
pub fn ntp_duration(elapsed: Duration) -> u64 {
    (elapsed.as_secs() << 32) | ((u64::from(elapsed.subsec_nanos()) << 32) / 1_000_000_000)
}

/// What reports carry of a 32.32 bit time.
pub fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// The round trip of something that was sent at `sent` and came back now after the peer had kept it for `delay`, all in 65536ths
/// of a second; `None` if the peer kept it longer than it was away.
pub fn since(now: u32, sent: u32, delay: u32) -> Option<Duration> {
    let ticks = now.wrapping_sub(sent).checked_sub(delay).filter(|ticks| *ticks < 1 << 31)?;
    Some(Duration::from_secs_f64(f64::from(ticks) / 65536.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_smoothed_and_bounded() {
        let mut round_trip = RoundTrip::default();
        assert_eq!(round_trip.get(), None);
        round_trip.record(Duration::from_millis(80));
        round_trip.record(Duration::from_millis(160));
        assert_eq!(round_trip.get(), Some(Duration::from_millis(90)));
        round_trip.record(Duration::from_secs(86_400));
        assert!(round_trip.get() < Some(RoundTrip::MOST));
    }

    #[test]
    fn the_time_that_the_peer_kept_it_does_not_count() {
        assert_eq!(since(5 << 16, 3 << 16, 1 << 16), Some(Duration::from_secs(1)));
        assert_eq!(since(1 << 15, u32::MAX - (1 << 15) + 1, 0), Some(Duration::from_secs(1)), "the clock wraps");
        assert_eq!(since(5 << 16, 3 << 16, 3 << 16), None);
        assert_eq!(since(3 << 16, 5 << 16, 0), None, "from the future");
    }
}
