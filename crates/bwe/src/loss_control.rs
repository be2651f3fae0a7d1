//! What losses say about the rate.
//!
//! The draft's rule (section 6) lowers the rate whenever more than a tenth is lost. On a radio link that loses a fifth
//! of all packets at any rate, it walks down to the minimum: the loss never goes away, however little is sent. So the
//! question here is not how much is lost but whether sending less would lose less ([`LossModel`]).
//!
//! At a constant rate nobody can answer that. When loss newly appears, we therefore ask the path: for a second we send
//! a quarter less. If the loss stays, it is chance, and is accepted until it grows further; if it goes, the model finds
//! the capacity, a policer or a queue too short to show as delay, and the rate stays below it. Queues that do show as
//! delay are the delay controller's concern, which sees them first.

use std::time::{Duration, Instant};

use crate::loss_model::{LossModel, Observation};
use crate::rate::DataRate;

/// An observation has at least this length, and packets or length.
const MIN_LENGTH: u64 = 250_000;
const MIN_PACKETS: u32 = 20;
const MAX_LENGTH: u64 = 1_000_000;
/// Observations over which loss is judged.
const JUDGED: usize = 8;
/// Loss above what is accepted that raises the question.
const SUSPICIOUS: f64 = 0.1;
/// How fast what is accepted follows loss that fell, per observation: slowly, since a lucky second is no better path.
const RELIEF: f64 = 0.05;
/// Loss above what is accepted that is no sign of congestion.
const CALM: f64 = 0.03;
/// The rate of an experiment against the rate before it at most, its length in observations, and in time at most.
const EXPERIMENT: f64 = 0.75;
const EXPERIMENT_LENGTH: u32 = 4;
/// Observations before an experiment that it is compared with.
const BEFORE_EXPERIMENT: usize = 2;
const EXPERIMENT_TIME: Duration = Duration::from_secs(4);
/// Pause after an experiment that found chance; doubles each time.
const PAUSES: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(80)];
/// A limit that a probe lifted and that is found again within this time was right; then probing rests for longer each
/// time.
const LIFT_REGRET: Duration = Duration::from_secs(5);
const LIFT_PAUSES: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(40)];
/// More lost than this is never accepted as chance: the rate follows what arrives.
const HEAVY: f64 = 0.45;
/// The packets that this is judged by at least; fewer may be one bad moment.
const HEAVY_PACKETS: u32 = 80;
/// No experiment goes lower: audio and the smallest picture, twice, as much of it is lost. Below there is nothing to be
/// gained.
const MIN_EXPERIMENT: DataRate = DataRate::from_kbps(400);
/// Growth of a limit per observation that nothing supports any more: about a sixth per second.
const GROWTH: f64 = 1.04;
/// A limit so far above what is sent is none.
const OBSOLETE: f64 = 3.0;
/// A run of losses of this many packets and this length, microseconds, is an outage, which says nothing about rates.
const OUTAGE_PACKETS: u32 = 10;
const OUTAGE_LENGTH: u64 = 250_000;

/// Packets in a row that were lost.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    packets: u32,
    bytes: u64,
    first: u64,
    last: u64,
}

/// The observation that is being made.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    began: Option<u64>,
    packets: u32,
    lost: u32,
    bytes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Experiment {
    began: Instant,
    observations: u32,
}

/// Limits the rate where losses depend on it.
#[derive(Debug, Default)]
pub(crate) struct LossControl {
    model: LossModel,
    /// The share lost over [`JUDGED`] observations, and over half as many.
    loss: f64,
    recent_loss: f64,
    open: Open,
    run: Run,
    limit: Option<DataRate>,
    /// The share of loss that was found to be chance.
    accepted: f64,
    experiment: Option<Experiment>,
    pause: Option<(Instant, Duration)>,
    /// When a probe last lifted a limit, and how long probing rests should that prove wrong.
    lifted: Option<(Instant, Duration)>,
    closed_until: Option<Instant>,
}

impl LossControl {
    /// The highest rate that losses allow; `None` if they do not matter.
    pub fn limit(&self) -> Option<DataRate> {
        self.limit
    }

    /// The share lost over the last two seconds or so.
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// The share that is lost at any rate, as far as is known.
    pub fn random_loss(&self) -> f64 {
        self.accepted.min(self.loss)
    }

    /// Whether more may be tried: nothing is lost that chance does not explain.
    pub fn is_calm(&self) -> bool {
        self.experiment.is_none() && self.recent_loss <= self.accepted + CALM
    }

    /// No probe before; the last ones misled.
    pub fn closed_until(&self) -> Option<Instant> {
        self.closed_until
    }

    /// A rate was seen to pass. What speaks against it is out of date.
    pub fn on_proven(&mut self, now: Instant, rate: DataRate) {
        if self.experiment.is_none() && self.limit.is_some_and(|limit| limit < rate) {
            self.model = LossModel::default();
            self.limit = None;
            self.lifted = Some((now, self.lifted.map_or(Duration::ZERO, |(_, pause)| pause)));
        }
    }

    /// Counts a packet, in the order of sequence numbers; `sent` in microseconds.
    pub fn add(&mut self, now: Instant, sent: u64, bytes: u16, received: bool) {
        if !received {
            let Run { packets, first, last, .. } = self.run;
            // After a long silence a peer can tell of packets in any order.
            let (first, last) = if packets == 0 { (sent, sent) } else { (first.min(sent), last.max(sent)) };
            self.run = Run { packets: packets + 1, bytes: self.run.bytes + u64::from(bytes), first, last };
            return;
        }
        let run = std::mem::take(&mut self.run);
        if run.packets >= OUTAGE_PACKETS && run.last - run.first >= OUTAGE_LENGTH {
            self.open = Open::default();
        } else if run.packets > 0 {
            self.count(now, run.first, run.packets, run.packets, run.bytes);
        }
        self.count(now, sent, 1, 0, u64::from(bytes));
    }

    /// Takes a loss back: the packet was late.
    pub fn forgive(&mut self) {
        if self.run.packets > 0 {
            self.run.packets -= 1;
        } else {
            self.open.lost = self.open.lost.saturating_sub(1);
        }
    }

    /// Forgets what was observed; another path, or one that was away.
    pub fn reset(&mut self) {
        *self = Self { accepted: self.accepted, pause: self.pause, ..Self::default() };
    }

    fn count(&mut self, now: Instant, sent: u64, packets: u32, lost: u32, bytes: u64) {
        let length = sent.saturating_sub(*self.open.began.get_or_insert(sent));
        let complete = length >= MIN_LENGTH && self.open.packets >= MIN_PACKETS || length >= MAX_LENGTH;
        if complete {
            if let Some(rate) = DataRate::of(self.open.bytes, Duration::from_micros(length)) {
                self.observe(now, Observation { rate, packets: self.open.packets, lost: self.open.lost });
            }
            self.open = Open { began: Some(sent), ..Open::default() };
        }
        self.open.packets += packets;
        self.open.lost += lost;
        self.open.bytes += bytes;
    }

    fn observe(&mut self, now: Instant, observation: Observation) {
        self.model.add(observation);
        self.loss = self.model.loss(JUDGED);
        self.recent_loss = self.model.loss(JUDGED / 2);
        let loss = self.loss;
        self.accepted -= (self.accepted - loss).max(0.0) * RELIEF;
        let found = self.model.explain();
        if self.experiment.is_some() {
            self.continue_experiment(now, &observation);
        } else if self.is_heavy() {
            self.begin_experiment(now);
        } else if let Some(capacity) = found.capacity {
            self.limit_to(now, capacity);
            self.accepted = self.accepted.min(found.random);
        } else if self.limit.is_some() && loss > self.accepted + SUSPICIOUS {
            // The limit did not help.
            self.accept(now, loss);
        } else if self.limit.is_some() {
            self.relax(observation.rate);
        } else if loss > self.accepted + SUSPICIOUS && self.pause.is_none_or(|(until, _)| now >= until) {
            self.begin_experiment(now);
        }
    }

    fn limit_to(&mut self, now: Instant, capacity: DataRate) {
        let lifted = self.lifted.filter(|(at, _)| now.saturating_duration_since(*at) < LIFT_REGRET);
        if let (None, Some((at, pause))) = (self.limit, lifted) {
            // The probe passed but the rate did not: a policer lets short bursts pass.
            let pause = (pause * 2).clamp(LIFT_PAUSES[0], LIFT_PAUSES[1]);
            self.lifted = Some((at, pause));
            self.closed_until = Some(now + pause);
        }
        self.limit = Some(self.limit.map_or(capacity, |limit| limit.min(capacity)));
    }

    /// Sends clearly less: what arrived of late, if loss was heavier than that, so that all would pass if it was
    /// congestion. What was observed before loss began is about another path and would mislead.
    fn begin_experiment(&mut self, now: Instant) {
        self.model.keep(BEFORE_EXPERIMENT);
        let delivered = (1.0 - self.model.loss(BEFORE_EXPERIMENT)) / (1.0 - self.accepted.min(HEAVY));
        let rate = self.model.rate(BEFORE_EXPERIMENT).map(|rate| rate.scaled(delivered.min(EXPERIMENT)));
        let rate = rate.map(|rate| rate.max(MIN_EXPERIMENT));
        self.limit = [rate, self.limit].into_iter().flatten().min();
        self.experiment = Some(Experiment { began: now, observations: 0 });
    }

    fn continue_experiment(&mut self, now: Instant, observation: &Observation) {
        let (Some(experiment), Some(limit)) = (&mut self.experiment, self.limit) else { return };
        // What was on its way when the experiment began went at the old rate.
        if observation.rate <= limit.scaled(1.1) {
            experiment.observations += 1;
        }
        let timed_out = now.saturating_duration_since(experiment.began) >= EXPERIMENT_TIME;
        if experiment.observations < EXPERIMENT_LENGTH && !timed_out {
            return;
        }
        self.experiment = None;
        if self.is_heavy() {
            self.begin_experiment(now);
        } else if let Some(capacity) = self.model.explain().capacity {
            self.limit = None;
            self.limit_to(now, capacity);
        } else {
            self.accept(now, self.recent_loss);
        }
    }

    /// Takes this loss for chance.
    fn accept(&mut self, now: Instant, loss: f64) {
        self.limit = None;
        self.accepted = loss;
        let pause = self.pause.map_or(PAUSES[0], |(_, pause)| (pause * 2).min(PAUSES[1]));
        self.pause = Some((now + pause, pause));
    }

    fn is_heavy(&self) -> bool {
        let packets: u32 = self.model.latest(JUDGED / 2).map(|each| each.packets).sum();
        packets >= HEAVY_PACKETS && self.recent_loss > HEAVY
    }

    fn relax(&mut self, sent: DataRate) {
        self.limit = self.limit.map(|limit| limit.scaled(GROWTH)).filter(|limit| *limit < sent.scaled(OBSOLETE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Path {
        control: LossControl,
        began: Instant,
        at: u64,
        index: u64,
    }

    impl Path {
        fn new() -> Self {
            Self { control: LossControl::default(), began: Instant::now(), at: 0, index: 0 }
        }

        /// Sends packets of 1000 bytes at what the limit allows of `kbps`; the path loses one in `every` and what
        /// exceeds `capacity`.
        fn send(&mut self, millis: u64, kbps: u64, every: u64, capacity: u64) -> u64 {
            let end = self.at + millis * 1000;
            while self.at < end {
                let rate = self.control.limit().map_or(kbps, |limit| kbps.min(limit.bps() / 1000));
                self.at += 8_000_000 / rate;
                self.index += 1;
                let exceeds = self.index * capacity / rate == (self.index - 1) * capacity / rate;
                let lost = self.index.is_multiple_of(every) || rate > capacity && exceeds;
                let now = self.began + Duration::from_micros(self.at);
                self.control.add(now, self.at, 1000, !lost);
            }
            self.control.limit().map_or(kbps, |limit| kbps.min(limit.bps() / 1000))
        }
    }

    #[test]
    fn random_loss_is_tried_and_accepted() {
        let mut path = Path::new();
        assert_eq!(path.send(3000, 2000, 1_000_000, 9000), 2000);
        assert_eq!(path.send(1500, 2000, 5, 9000), 1500, "an experiment");
        assert_eq!(path.send(3000, 2000, 5, 9000), 2000);
        assert!((0.18..0.22).contains(&path.control.random_loss()) && path.control.is_calm());
        for _ in 0..20 {
            assert_eq!(path.send(1000, 2000, 5, 9000), 2000, "once is enough");
        }
    }

    #[test]
    fn loss_that_goes_with_the_rate_limits_it_until_more_is_proven() {
        let mut path = Path::new();
        path.send(3000, 2000, 1_000_000, 9000);
        path.send(4000, 2000, 1_000_000, 1500);
        let limit = path.send(2000, 2000, 1_000_000, 1500);
        assert!((1350..1800).contains(&limit), "{limit}");
        assert!(path.control.random_loss() < 0.03);
        path.control.on_proven(path.began + Duration::from_micros(path.at), DataRate::from_kbps(2500));
        assert_eq!(path.control.limit(), None);
    }

    #[test]
    fn a_limit_without_evidence_fades() {
        let mut path = Path::new();
        path.send(3000, 2000, 1_000_000, 9000);
        path.send(4000, 2000, 1_000_000, 1500);
        assert_eq!(path.send(20_000, 2000, 1_000_000, 9000), 2000);
    }

    #[test]
    fn a_probe_that_misled_makes_probing_rest() {
        let mut path = Path::new();
        path.send(3000, 2000, 1_000_000, 9000);
        path.send(4000, 2000, 1_000_000, 1000);
        assert_eq!(path.control.closed_until(), None);
        let now = path.began + Duration::from_micros(path.at);
        path.control.on_proven(now, DataRate::from_kbps(2500));
        path.send(3000, 2000, 1_000_000, 1000);
        assert!(path.control.limit().is_some());
        assert!(path.control.closed_until().is_some_and(|until| until >= now + LIFT_PAUSES[0]));
    }

    #[test]
    fn an_outage_says_nothing_about_the_rate() {
        let mut path = Path::new();
        path.send(3000, 2000, 1_000_000, 9000);
        path.send(4000, 2000, 1, 9000);
        assert_eq!(path.send(3000, 2000, 1_000_000, 9000), 2000);
        assert!(path.control.loss() < 0.01, "{}", path.control.loss());
    }

    #[test]
    fn a_packet_that_was_late_is_no_loss() {
        let mut path = Path::new();
        for _ in 0..100 {
            path.send(50, 2000, 5, 9000);
            path.control.forgive();
            path.control.forgive();
        }
        assert!(path.control.loss() < 0.08, "{}", path.control.loss());
    }
}
