//! What goes to one peer: how much its path carries, and what waits for its turn.
//!
//! Audio never waits. Video waits when the pace is used up, and leaves in the order in which it came. Retransmissions wait for
//! the pace too, before everything else that waits; those that nobody asked for, after it. All of it is charged to one bucket.
//! Data channels have one of their own besides.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tureen_bwe::{Allocation, Allocator, BandwidthEstimator, DataRate, EstimatorConfig, Pacer, StreamDemand};

use crate::ahead::RepeatsAhead;
use crate::consumer::Sent;
use crate::other_traffic::OtherTraffic;
use crate::playout::Playout;
use crate::producer::Pending;

/// Packets that wait at most; and how long. Who is that far behind starts anew at a key frame.
const MAX_WAITING: usize = 2048;
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Repeats that wait at most. Whoever misses more asks again.
const MAX_REPEATS: usize = 128;

/// What data channels may take of the path where there are pictures: they fill what there is, for as long as somebody sends.
const DATA_SHARE: f64 = 0.5;

/// The time between two looks at the same peer at least, whatever it waits for.
const ROUND: Duration = Duration::from_millis(1);

/// Below this share of what was divided, it is divided anew at once.
const OVERDRAWN: f64 = 0.95;

/// A packet that waits for its turn. It stays in its ring; if it is gone from there meanwhile, it is not sent.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Key of the consumer.
    pub consumer: usize,
    /// Which packet.
    pub pending: Pending,
    since: Instant,
}

/// The sending side of a transport.
pub struct Downlink {
    /// How much the path carries.
    pub estimator: BandwidthEstimator,
    /// When the next packet may leave.
    pub pacer: Pacer,
    /// How long the peer's player should wait.
    pub playout: Playout,
    /// What is not shared out.
    pub other: OtherTraffic,
    /// What is repeated without being asked for.
    pub ahead: RepeatsAhead,
    allocator: Allocator,
    /// When data channels may send next.
    data_pacer: Pacer,
    data_share: f64,
    /// The estimate when it was shared out last.
    divided: DataRate,
    waiting: VecDeque<Waiting>,
    repeats: VecDeque<(usize, Sent)>,
    data_waits: bool,
    release: Option<Instant>,
    updated: Instant,
}

impl Downlink {
    /// A path about which nothing is known.
    pub fn new(now: Instant) -> Self {
        let estimator = BandwidthEstimator::new(now, EstimatorConfig::default());
        let (pacer, data_pacer) = (Pacer::new(estimator.estimate()), Pacer::new(estimator.estimate()));
        Self {
            estimator,
            pacer,
            playout: Playout::default(),
            other: OtherTraffic::new(now),
            ahead: RepeatsAhead::default(),
            allocator: Allocator::default(),
            data_pacer,
            data_share: 1.0,
            divided: DataRate::ZERO,
            waiting: VecDeque::new(),
            repeats: VecDeque::new(),
            data_waits: false,
            release: None,
            updated: now,
        }
    }

    /// Whether a video packet has to wait.
    pub fn must_wait(&mut self, now: Instant) -> bool {
        !self.waiting.is_empty() || !self.pacer.may_send(now)
    }

    /// Whether a repeat has to wait.
    pub fn must_repeat_wait(&mut self, now: Instant) -> bool {
        !self.repeats.is_empty() || !self.pacer.may_send(now)
    }

    /// Whether data has to wait.
    pub fn must_data_wait(&mut self, now: Instant) -> bool {
        !self.pacer.may_send(now) || !self.data_pacer.may_send(now)
    }

    /// Lets a repeat wait, if there is room.
    pub fn wait_to_repeat(&mut self, consumer: usize, sent: Sent) {
        if self.repeats.len() < MAX_REPEATS {
            self.repeats.push_back((consumer, sent));
        }
    }

    /// The next repeat that may leave now, and the key of its consumer.
    pub fn take_repeat(&mut self, now: Instant) -> Option<(usize, Sent)> {
        if self.repeats.is_empty() || !self.pacer.may_send(now) {
            return None;
        }
        self.repeats.pop_front()
    }

    /// Lets a packet wait. [`Self::is_behind`] says when that leads nowhere.
    pub fn wait(&mut self, now: Instant, consumer: usize, pending: Pending) {
        self.waiting.push_back(Waiting { consumer, pending, since: now });
    }

    /// Whether so much waits, or so long, that it is better dropped.
    pub fn is_behind(&self, now: Instant) -> bool {
        let oldest = self.waiting.front().map(|waiting| now.saturating_duration_since(waiting.since));
        self.waiting.len() > MAX_WAITING || oldest.is_some_and(|oldest| oldest > MAX_WAIT)
    }

    /// Drops what waits; returns how many packets that were.
    pub fn drop_waiting(&mut self) -> usize {
        let count = self.waiting.len();
        self.waiting.clear();
        self.repeats.clear();
        self.ahead.clear();
        count
    }

    /// Drops what waits for a consumer that ends.
    pub fn forget(&mut self, consumer: usize) {
        self.waiting.retain(|waiting| waiting.consumer != consumer);
        self.repeats.retain(|(key, _)| *key != consumer);
        self.ahead.forget(consumer);
    }

    /// The next packet that may leave now.
    pub fn take(&mut self, now: Instant) -> Option<Waiting> {
        if self.waiting.is_empty() || !self.pacer.may_send(now) {
            return None;
        }
        self.waiting.pop_front()
    }

    /// The next repeat nobody asked for that may leave now, and the key of its consumer.
    pub fn take_ahead(&mut self, now: Instant) -> Option<(usize, Sent)> {
        if self.ahead.deadline().is_none() || !self.pacer.may_send(now) {
            return None;
        }
        self.ahead.take(now)
    }

    /// Counts a datagram that left; `number`: its transport-wide sequence number, where it has one.
    pub fn on_sent(&mut self, now: Instant, number: Option<u16>, bytes: usize) {
        if let Some(number) = number {
            self.estimator.on_sent(now, number, bytes, self.pacer.probe());
        }
        self.pacer.on_sent(now, bytes);
    }

    /// Notes that so many bytes of what left are of data channels.
    pub fn note_data(&mut self, now: Instant, bytes: usize) {
        self.other.note_data(now, bytes);
        self.data_pacer.on_sent(now, bytes);
    }

    /// Shares the path among `streams`, whose best would cost `wanted`.
    pub fn divide(&mut self, now: Instant, wanted: DataRate, streams: &[StreamDemand], out: &mut Vec<Allocation>) {
        let statistics = self.estimator.statistics();
        let chance_loss = statistics.random_loss.min(statistics.loss);
        self.ahead.update(now, chance_loss);
        let times = f64::from(self.ahead.times());
        let (sound, data) = (self.other.set_aside(now, statistics.estimate, chance_loss), self.other.data(now));
        self.estimator.set_wanted(wanted.scaled(times) + sound + data);
        self.data_share = if wanted == DataRate::ZERO { 1.0 } else { DATA_SHARE };
        self.divided = self.update(now);
        let rest = self.divided - sound - data.min(self.divided.scaled(self.data_share));
        self.allocator.allocate(now, streams, rest.scaled(1.0 / times), out);
    }

    /// Whether the path has become so much narrower that it has to be shared out anew at once.
    pub fn is_overdrawn(&self) -> bool {
        self.estimator.estimate() < self.divided.scaled(OVERDRAWN)
    }

    /// Whether data channels have something to send and wait for their turn.
    pub fn set_data_waits(&mut self, waits: bool) {
        self.data_waits = waits;
    }

    /// Follows the estimate, and begins a probe that is due. Returns the estimate.
    pub fn update(&mut self, now: Instant) -> DataRate {
        let estimate = self.estimator.estimate();
        self.updated = now;
        self.pacer.set_rate(estimate);
        self.data_pacer.set_rate(estimate.scaled(self.data_share));
        if self.pacer.probe().is_none()
            && let Some(cluster) = self.estimator.poll_probe(now)
        {
            self.pacer.begin_probe(now, cluster);
        }
        self.plan(now);
        estimate
    }

    /// Notes when the next packet may leave, if any waits or a probe runs.
    pub fn plan(&mut self, now: Instant) {
        let pictures = !self.waiting.is_empty() || !self.repeats.is_empty() || self.pacer.probe().is_some();
        let (next, next_data) = (self.pacer.next_release(now), self.data_pacer.next_release(now));
        let due = [pictures.then_some(next), self.data_waits.then_some(next_data), self.ahead.deadline()];
        self.release = due.into_iter().flatten().min().map(|due| due.max(next).max(now + ROUND));
    }

    /// When anything is due.
    pub fn deadline(&self) -> Option<Instant> {
        let estimator = self.estimator.deadline().map(|at| at.max(self.updated + ROUND));
        [self.release, estimator].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: Pending = Pending { layer: 0, sequence: 1, skip: false, padding: 0 };

    /// A downlink whose pace is used up.
    fn exhausted() -> (Downlink, Instant) {
        let now = Instant::now();
        let mut downlink = Downlink::new(now);
        while downlink.pacer.may_send(now) {
            downlink.on_sent(now, None, 1200);
        }
        (downlink, now)
    }

    #[test]
    fn what_waits_leaves_in_order_when_the_pace_allows_it() {
        let (mut downlink, now) = exhausted();
        assert!(downlink.must_wait(now));
        (1..=3).for_each(|consumer| downlink.wait(now, consumer, PACKET));
        downlink.plan(now);
        assert!(downlink.take(now).is_none());
        let release = downlink.deadline().expect("something waits");
        assert!(release > now && release < now + Duration::from_millis(50));
        let left: Vec<usize> = std::iter::from_fn(|| downlink.take(release)).map(|waiting| waiting.consumer).collect();
        assert_eq!(left, [1, 2, 3]);
        downlink.plan(release);
        assert_eq!(downlink.release, None, "nothing to come back for");
    }

    #[test]
    fn new_packets_queue_behind_those_that_wait() {
        let (mut downlink, now) = exhausted();
        downlink.wait(now, 1, PACKET);
        assert!(downlink.must_wait(now + Duration::from_secs(1)), "although the pace would allow it");
        downlink.forget(1);
        assert!(!downlink.must_wait(now + Duration::from_secs(1)));
    }

    #[test]
    fn who_is_too_far_behind_starts_anew() {
        let (mut downlink, now) = exhausted();
        downlink.wait(now, 1, PACKET);
        assert!(!downlink.is_behind(now + MAX_WAIT));
        assert!(downlink.is_behind(now + MAX_WAIT + Duration::from_millis(1)));
        (0..MAX_WAITING).for_each(|_| downlink.wait(now, 1, PACKET));
        assert!(downlink.is_behind(now));
        assert_eq!(downlink.drop_waiting(), MAX_WAITING + 1);
    }
}
