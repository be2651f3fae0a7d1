use std::time::{Duration, Instant};

use crate::rate::DataRate;

/// Reports come at least four times a second while packets arrive; without any for this long, besides two round trips,
/// nothing arrives or no report comes back.
const PATIENCE: Duration = Duration::from_secs(1);
/// The allowed rate falls to this share after each further step of silence.
const DECREASE: f64 = 0.5;
const STEP: Duration = Duration::from_millis(500);

/// Limits the rate while no reports come though packets were sent: a path that is away should not be filled, and one
/// that returns should not find everything at once.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    /// The first packet that was sent since the last report.
    unanswered_since: Option<Instant>,
    cap: Option<DataRate>,
    next_step: Option<Instant>,
}

impl Silence {
    /// The highest rate that is allowed now; `None`: reports come.
    pub fn cap(&self) -> Option<DataRate> {
        self.cap
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.next_step
    }

    pub fn on_sent(&mut self, now: Instant, round_trip: Duration) {
        if self.unanswered_since.is_none() {
            self.unanswered_since = Some(now);
            self.next_step = Some(now + PATIENCE + round_trip * 2);
        }
    }

    /// A report came. `true` if that ends a silence.
    pub fn on_report(&mut self) -> bool {
        let silent = self.cap.is_some();
        *self = Self::default();
        silent
    }

    /// Lowers the cap where a step is due; `estimate` is what was allowed before the silence.
    pub fn handle_timeout(&mut self, now: Instant, estimate: DataRate, min: DataRate) {
        while let Some(step) = self.next_step.filter(|step| *step <= now) {
            let cap = self.cap.unwrap_or(estimate).scaled(DECREASE).max(min);
            self.next_step = (cap > min).then(|| step + STEP);
            self.cap = Some(cap);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_halves_until_a_report_comes() {
        let (mut silence, now) = (Silence::default(), Instant::now());
        let (estimate, min) = (DataRate::from_kbps(1000), DataRate::from_kbps(200));
        silence.handle_timeout(now + Duration::from_secs(60), estimate, min);
        assert_eq!(silence.cap(), None, "nothing was sent");
        silence.on_sent(now, Duration::from_millis(100));
        silence.handle_timeout(now + Duration::from_millis(1199), estimate, min);
        assert_eq!(silence.cap(), None);
        silence.handle_timeout(now + Duration::from_millis(1200), estimate, min);
        assert_eq!(silence.cap(), Some(DataRate::from_kbps(500)));
        silence.handle_timeout(now + Duration::from_secs(60), estimate, min);
        assert_eq!((silence.cap(), silence.deadline()), (Some(min), None));
        assert!(silence.on_report());
        assert!(!silence.on_report());
    }
}
