use std::time::{Duration, Instant};

use crate::rate::DataRate;

/// Loss, of 256, below which the rate may grow, and beyond which it falls if the round trip has grown as well.
const LOW_LOSS: u8 = 5;
const HIGH_LOSS: u8 = 26;
/// Loss beyond which the rate falls in any case; see [`crate::loss_control`] for why a tenth is no reason by itself.
const HEAVY_LOSS: u8 = 115;
/// Growth per report, which come about once a second, and shrinking per share of loss (draft-ietf-rmcat-gcc-02, section
/// 6).
const GROWTH: f64 = 1.08;
const SHRINKING: f64 = 0.5;
/// The time between two changes at least.
const PAUSE: Duration = Duration::from_millis(800);
/// A round trip this much longer than the shortest means that a queue stands.
const QUEUE: Duration = Duration::from_millis(60);
/// The share of what is longer that counts as the way itself from then on, per report: a queue that stands for half a minute
/// whatever is sent is none.
const LENGTHENING: u32 = 32;
/// A REMB message holds for this long (they come at least once a second).
const REMB_LIFE: Duration = Duration::from_secs(5);

/// The rate towards a peer that sends no transport-wide feedback: its own estimate (draft-alvestrand-rmcat-remb-03) if
/// it tells one, lowered by what its receiver reports say.
#[derive(Debug)]
pub(crate) struct ReceiverReports {
    estimate: DataRate,
    remb: Option<(Instant, DataRate)>,
    changed_at: Option<Instant>,
    shortest_round_trip: Option<Duration>,
    loss: u8,
}

impl ReceiverReports {
    pub fn new(start: DataRate) -> Self {
        Self { estimate: start, remb: None, changed_at: None, shortest_round_trip: None, loss: 0 }
    }

    pub fn estimate(&self) -> DataRate {
        self.estimate
    }

    /// The share that the last report called lost.
    pub fn loss(&self) -> f64 {
        f64::from(self.loss) / 256.0
    }

    pub fn on_round_trip(&mut self, round_trip: Duration) {
        let shortest = self.shortest_round_trip.get_or_insert(round_trip);
        *shortest = round_trip.min(*shortest);
    }

    pub fn on_remb(&mut self, now: Instant, rate: DataRate) {
        // The first message replaces a guess; later ones only limit, unless losses let the rate grow.
        self.estimate = if self.remb.is_none() { rate } else { self.estimate.min(rate) };
        self.remb = Some((now, rate));
    }

    /// A receiver report; `fraction_lost` as on the wire, of 256 (RFC 3550, section 6.4.1).
    pub fn on_loss(&mut self, now: Instant, fraction_lost: u8, round_trip: Option<Duration>, wanted: DataRate) {
        self.loss = fraction_lost;
        if self.changed_at.is_some_and(|at| now.saturating_duration_since(at) < PAUSE) {
            return;
        }
        if let (Some(shortest), Some(round_trip)) = (&mut self.shortest_round_trip, round_trip) {
            *shortest += round_trip.saturating_sub(*shortest) / LENGTHENING;
        }
        let shortest = self.shortest_round_trip.unwrap_or_default();
        let queue = round_trip.is_some_and(|round_trip| round_trip > shortest + QUEUE);
        if fraction_lost > HEAVY_LOSS || fraction_lost > HIGH_LOSS && queue {
            self.estimate = self.estimate.scaled(1.0 - SHRINKING * self.loss());
        } else if fraction_lost <= LOW_LOSS && !queue {
            let ceiling = self.remb.filter(|(at, _)| now.saturating_duration_since(*at) < REMB_LIFE);
            let ceiling = ceiling.map_or(wanted.scaled(1.5), |(_, rate)| rate);
            self.estimate = self.estimate.max(self.estimate.scaled(GROWTH).min(ceiling));
        } else {
            return;
        }
        self.changed_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Option<Duration> = Some(Duration::from_millis(50));
    const LONG: Option<Duration> = Some(Duration::from_millis(300));

    fn after(loss: u8, round_trip: Option<Duration>, remb: Option<u64>) -> u64 {
        let mut reports = ReceiverReports::new(DataRate::from_kbps(600));
        reports.on_round_trip(Duration::from_millis(50));
        let now = Instant::now();
        for second in 0..10 {
            if let Some(kbps) = remb {
                reports.on_remb(now + Duration::from_secs(second), DataRate::from_kbps(kbps));
            }
            reports.on_loss(now + Duration::from_secs(second), loss, round_trip, DataRate::from_kbps(5000));
        }
        reports.estimate().bps() / 1000
    }

    #[test]
    fn a_peers_own_estimate_is_the_limit() {
        assert_eq!(after(0, SHORT, Some(1500)), 1500);
        assert_eq!(after(0, SHORT, Some(200)), 200);
        assert!(after(100, LONG, Some(1500)) < 300);
    }

    #[test]
    fn without_one_losses_and_round_trips_decide() {
        assert!(after(0, SHORT, None) > 1100);
        assert_eq!(after(51, SHORT, None), 600, "a fifth, but no queue");
        assert!(after(51, LONG, None) < 300, "a fifth and a queue");
        assert!(after(150, SHORT, None) < 200, "more than half");
    }

    #[test]
    fn a_way_that_became_longer_is_no_queue_for_ever() {
        let mut reports = ReceiverReports::new(DataRate::from_kbps(100));
        reports.on_round_trip(Duration::from_millis(50));
        let (now, longer) = (Instant::now(), Duration::from_millis(150));
        for second in 0..60 {
            reports.on_round_trip(longer);
            reports.on_loss(now + Duration::from_secs(second), 0, Some(longer), DataRate::from_kbps(5000));
        }
        assert!(reports.estimate() > DataRate::from_kbps(1000), "{}", reports.estimate());
    }
}
