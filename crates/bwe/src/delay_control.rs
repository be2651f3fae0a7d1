use std::time::{Duration, Instant};

use crate::config::EstimatorConfig;
use crate::rate::DataRate;
use crate::trendline::Usage;

/// What is left of the acknowledged rate after overuse (draft-ietf-rmcat-gcc-02, section 5.5: beta).
const DECREASE: f64 = 0.85;
/// The same while a queue stands that is [`LONG_QUEUE`] or longer: at 0.85 a queue of a second would take seven to
/// drain.
const DRAIN: f64 = 0.6;
const LONG_QUEUE: Duration = Duration::from_millis(250);
/// While such a queue stands there is nothing to grow into, even if it no longer grows.
const SHORT_QUEUE: Duration = Duration::from_millis(150);
/// A queue that stands; with [`CARRIED_WHILE_LIMITED`] it tells of congestion before the slope is sure of it.
const STANDING_QUEUE: Duration = Duration::from_millis(100);
/// Growth per second while the capacity is unknown (draft-ietf-rmcat-gcc-02, section 5.5: eta).
const GROWTH: f64 = 1.08;
/// The estimate grows no further than what is proven to pass, times this.
const MAX_OVER_ACKNOWLEDGED: f64 = 1.5;
/// A little beyond that, so that the smallest rates can grow.
const GROWTH_ROOM: DataRate = DataRate::from_kbps(10);
/// The time in which a change shows, besides the round trip.
const RESPONSE: Duration = Duration::from_millis(100);
/// One packet, bytes; what additive growth adds per response time.
const PACKET: u64 = 1200;
/// The slowest additive growth, bits per second and second.
const MIN_ADDITIVE: f64 = 4_000.0;
/// The longest time that one step of growth counts for. Feedback that pauses proves nothing.
const MAX_STEP: Duration = Duration::from_secs(1);
/// Limits of the time between two decreases.
const DECREASE_PAUSE: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(300)];
/// What is left of the estimate at least while less is sent than it allows, or while everything still arrives at the
/// rate of sending: a queue that grows slowly, or for a moment, is no reason to give up what was proven but is not in
/// use. One that stays takes the rest within a few reports.
const SOFT_DECREASE: f64 = 0.7;
/// Arrival below this share of the offered rate is a path that carries no more.
const CARRIED: f64 = 0.85;
/// The same where less is sent than the estimate allows: a frame that is larger than others makes a queue, too.
const CARRIED_WHILE_LIMITED: f64 = 0.6;
/// Without an acknowledged rate, one decrease halves the estimate.
const BLIND_DECREASE: f64 = 0.5;

/// What moves the estimate besides the detector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throughput {
    /// Acknowledged over half a second.
    pub acknowledged: Option<DataRate>,
    /// Acknowledged most recently.
    pub recent: Option<DataRate>,
    /// At which rate the packets were sent on which reports came most recently.
    pub offered: Option<DataRate>,
    /// Less is sent than the estimate allows, so that nothing is learnt about more.
    pub application_limited: bool,
    /// How long packets wait on the path.
    pub standing_queue: Duration,
    pub round_trip: Duration,
}

impl Throughput {
    /// Whether a queue stands and much less arrives than is sent: the path has become narrower, and its queue overflows soon.
    pub fn is_stuck(&self) -> bool {
        self.standing_queue >= STANDING_QUEUE && !self.carries(CARRIED_WHILE_LIMITED)
    }

    /// Whether this share of what is sent arrives, as far as is known.
    fn carries(&self, share: f64) -> bool {
        self.recent.zip(self.offered).is_none_or(|(recent, offered)| recent >= offered.scaled(share))
    }
}

/// The rate at which the queue does not grow: additive increase near the last congested rate, multiplicative far from
/// it, multiplicative decrease (draft-ietf-rmcat-gcc-02, section 5.5).
#[derive(Debug)]
pub(crate) struct DelayControl {
    estimate: DataRate,
    congested: CongestedRate,
    changed_at: Option<Instant>,
    decreased_at: Option<Instant>,
}

impl DelayControl {
    pub fn new(start: DataRate) -> Self {
        Self { estimate: start, congested: CongestedRate::default(), changed_at: None, decreased_at: None }
    }

    pub fn estimate(&self) -> DataRate {
        self.estimate
    }

    /// Takes a rate as proven, or gives one up.
    pub fn set_estimate(&mut self, now: Instant, estimate: DataRate) {
        self.estimate = estimate;
        self.changed_at = Some(now);
    }

    /// Keeps the estimate within the bounds, so that it need not climb back from outside.
    pub fn set_bounds(&mut self, config: &EstimatorConfig) {
        self.estimate = config.bound(self.estimate);
    }

    /// Applies what the detector says after a report. `true` if the estimate fell.
    pub fn update(&mut self, now: Instant, usage: Usage, throughput: &Throughput) -> bool {
        let elapsed = now.saturating_duration_since(self.changed_at.unwrap_or(now)).min(MAX_STEP);
        self.changed_at = Some(now);
        match usage {
            Usage::Overuse => return self.decrease(now, throughput),
            // The queue empties; sending more now would keep it.
            Usage::Underuse => {}
            Usage::Normal if throughput.standing_queue >= SHORT_QUEUE => {}
            Usage::Normal => self.increase(elapsed, throughput),
        }
        false
    }

    fn increase(&mut self, elapsed: Duration, throughput: &Throughput) {
        if let Some(acknowledged) = throughput.acknowledged {
            self.congested.forget_if_exceeded(acknowledged);
        }
        if throughput.application_limited {
            return;
        }
        let seconds = elapsed.as_secs_f64();
        let grown = if self.congested.is_near(throughput.acknowledged) {
            let response = (throughput.round_trip + RESPONSE).as_secs_f64();
            let per_second = ((PACKET * 8) as f64 / response).max(MIN_ADDITIVE);
            self.estimate + DataRate::from_bps((per_second * seconds) as u64)
        } else {
            self.estimate.scaled(GROWTH.powf(seconds))
        };
        let proven =
            throughput.acknowledged.map_or(DataRate::MAX, |rate| rate.scaled(MAX_OVER_ACKNOWLEDGED) + GROWTH_ROOM);
        self.estimate = self.estimate.max(grown.min(proven));
    }

    fn decrease(&mut self, now: Instant, throughput: &Throughput) -> bool {
        let pause = throughput.round_trip.clamp(DECREASE_PAUSE[0], DECREASE_PAUSE[1]);
        if self.decreased_at.is_some_and(|at| now.saturating_duration_since(at) < pause) {
            return false;
        }
        let before = self.estimate;
        let lowered = if let Some(recent) = throughput.recent {
            self.congested.observe(recent);
            let share = if throughput.application_limited { CARRIED_WHILE_LIMITED } else { CARRIED };
            let least = if throughput.carries(share) { before.scaled(SOFT_DECREASE) } else { DataRate::ZERO };
            recent.scaled(if throughput.standing_queue >= LONG_QUEUE { DRAIN } else { DECREASE }).max(least)
        } else {
            before.scaled(BLIND_DECREASE)
        };
        self.estimate = before.min(lowered);
        self.decreased_at = Some(now);
        self.estimate < before
    }
}

/// What passed when the path was last congested, and how much that varies.
#[derive(Debug, Default)]
struct CongestedRate {
    /// Mean, and variance divided by the mean, kbit/s.
    known: Option<(f64, f64)>,
}

impl CongestedRate {
    /// Weight of a new observation (draft-ietf-rmcat-gcc-02, section 5.5).
    const WEIGHT: f64 = 0.05;
    const NORMALISED_VARIANCE: [f64; 2] = [0.4, 2.5];
    /// How many deviations from the mean are near.
    const NEAR: f64 = 3.0;

    fn observe(&mut self, rate: DataRate) {
        let rate_kbps = rate.bps() as f64 / 1000.0;
        if self.known.is_some() && !self.is_near(Some(rate)) {
            self.known = None;
        }
        let (mean, variance) = self.known.unwrap_or((rate_kbps, Self::NORMALISED_VARIANCE[0]));
        let mean = mean + Self::WEIGHT * (rate_kbps - mean);
        let error = (rate_kbps - mean).powi(2) / mean.max(1.0);
        let variance = variance + Self::WEIGHT * (error - variance);
        let [low, high] = Self::NORMALISED_VARIANCE;
        self.known = Some((mean, variance.clamp(low, high)));
    }

    /// What passes more than ever before shows that the path has changed.
    fn forget_if_exceeded(&mut self, rate: DataRate) {
        if self.known.is_some_and(|known| rate.bps() as f64 / 1000.0 > known.0 + Self::margin(known)) {
            self.known = None;
        }
    }

    fn is_near(&self, rate: Option<DataRate>) -> bool {
        let Some(known) = self.known else { return false };
        rate.is_none_or(|rate| (rate.bps() as f64 / 1000.0 - known.0).abs() <= Self::margin(known))
    }

    fn margin((mean, variance): (f64, f64)) -> f64 {
        Self::NEAR * (variance * mean).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throughput(kbps: u64) -> Throughput {
        let rate = Some(DataRate::from_kbps(kbps));
        let round_trip = Duration::from_millis(100);
        Throughput {
            acknowledged: rate,
            recent: rate,
            offered: rate,
            application_limited: false,
            standing_queue: Duration::ZERO,
            round_trip,
        }
    }

    fn run(control: &mut DelayControl, from: Instant, steps: u32, kbps: u64) -> Instant {
        for step in 1..=steps {
            control.update(from + Duration::from_millis(100) * step, Usage::Normal, &throughput(kbps));
        }
        from + Duration::from_millis(100) * steps
    }

    #[test]
    fn growth_is_multiplicative_until_congestion_and_additive_after_it() {
        let mut control = DelayControl::new(DataRate::from_kbps(1000));
        let now = run(&mut control, Instant::now(), 11, 1000);
        assert!((1075..=1085).contains(&(control.estimate().bps() / 1000)), "{}", control.estimate());
        assert!(control.update(now, Usage::Overuse, &throughput(1000)));
        assert_eq!(control.estimate(), DataRate::from_kbps(850));
        run(&mut control, now, 10, 1000);
        let grown = control.estimate().bps() / 1000 - 850;
        assert!((40..=56).contains(&grown), "{grown}");
    }

    #[test]
    fn growth_stays_near_what_is_proven_and_pauses_without_traffic() {
        let mut control = DelayControl::new(DataRate::from_kbps(1000));
        let now = run(&mut control, Instant::now(), 100, 700);
        assert_eq!(control.estimate(), DataRate::from_kbps(1060));
        let idle = Throughput { application_limited: true, ..throughput(2000) };
        control.update(now + Duration::from_secs(1), Usage::Normal, &idle);
        assert_eq!(control.estimate(), DataRate::from_kbps(1060));
    }

    #[test]
    fn one_congestion_is_answered_once_per_round_trip() {
        let mut control = DelayControl::new(DataRate::from_kbps(1000));
        let now = Instant::now();
        assert!(control.update(now, Usage::Overuse, &throughput(1000)));
        assert!(!control.update(now + Duration::from_millis(50), Usage::Overuse, &throughput(500)));
        let full = Throughput { offered: Some(DataRate::from_kbps(850)), ..throughput(500) };
        assert!(control.update(now + Duration::from_millis(100), Usage::Overuse, &full));
        assert_eq!(control.estimate(), DataRate::from_kbps(425));
        assert!(!control.update(now + Duration::from_millis(300), Usage::Underuse, &throughput(500)));
    }

    #[test]
    fn what_is_not_in_use_is_given_up_in_steps() {
        let mut control = DelayControl::new(DataRate::from_kbps(2000));
        let now = Instant::now();
        for (step, expected) in (0..).zip([1400, 980, 686, 480, 425]) {
            assert!(control.update(now + Duration::from_millis(100) * step, Usage::Overuse, &throughput(500)));
            assert_eq!((control.estimate().bps() + 500) / 1000, expected);
        }
    }
}
