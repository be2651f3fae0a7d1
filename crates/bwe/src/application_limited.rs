use std::time::{Duration, Instant};

use crate::rate::DataRate;

/// Sending less than this share of the estimate is no use of it.
const USED: f64 = 0.65;
/// How much sending is remembered.
const WINDOW: Duration = Duration::from_millis(500);
/// Limited when this share of the window's bytes went unused, and no more once it is below the second.
const ENTER: f64 = 0.8;
const LEAVE: f64 = 0.5;

/// Notices when less is sent than the estimate allows: then the acknowledged rate says nothing about the capacity.
///
/// A bucket fills at a share of the estimate, and sending empties it.
#[derive(Debug, Default)]
pub(crate) struct ApplicationLimited {
    unused: f64,
    /// Since the last update, bytes.
    sent: f64,
    updated: Option<Instant>,
    limited: bool,
}

impl ApplicationLimited {
    pub fn is_limited(&self) -> bool {
        self.limited
    }

    pub fn on_sent(&mut self, bytes: usize) {
        self.sent += bytes as f64;
    }

    /// Judges what was sent until now.
    pub fn update(&mut self, now: Instant, estimate: DataRate) {
        let elapsed = now.saturating_duration_since(self.updated.unwrap_or(now)).min(WINDOW);
        self.updated = Some(self.updated.map_or(now, |updated| updated.max(now)));
        let window = usable(estimate, WINDOW);
        let unused = self.unused + usable(estimate, elapsed) - std::mem::take(&mut self.sent);
        self.unused = unused.clamp(0.0, window);
        self.limited = self.unused > window * if self.limited { LEAVE } else { ENTER };
    }
}

/// The bytes in this time whose sending would be a use of the estimate.
fn usable(estimate: DataRate, time: Duration) -> f64 {
    estimate.bps() as f64 * USED / 8.0 * time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_little_use_over_some_time_counts() {
        let (mut detector, mut now) = (ApplicationLimited::default(), Instant::now());
        let estimate = DataRate::from_kbps(800);
        let mut send = |detector: &mut ApplicationLimited, packets: u32, bytes| {
            for _ in 0..packets {
                now += Duration::from_millis(10);
                detector.on_sent(bytes);
                detector.update(now, estimate);
            }
            detector.is_limited()
        };
        assert!(!send(&mut detector, 100, 900));
        assert!(!send(&mut detector, 20, 100), "a fifth of a second");
        assert!(send(&mut detector, 100, 100));
        assert!(!send(&mut detector, 100, 900));
    }
}
