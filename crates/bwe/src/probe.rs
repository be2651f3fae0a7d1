use std::num::NonZeroU8;
use std::time::{Duration, Instant};

use crate::rate::DataRate;
use crate::send_history::SentPacket;

/// Packets of a cluster at least. With fewer, the time between first and last is mostly chance.
const MIN_PACKETS: u32 = 5;
/// Length of a cluster at least, while the first probes rise, and later. A short cluster that falls between the frames
/// of another flow on the path, or into a burst of jitter, says nothing of the mean; at first there is no time for
/// more.
const FIRST_DURATION: Duration = Duration::from_millis(15);
const DURATION: Duration = Duration::from_millis(100);
/// The first probe against the start rate, and the following ones against the estimate.
const FIRST_FACTOR: f64 = 3.0;
const FACTOR: f64 = 2.0;
/// The estimate suffices at what is wanted times this: allocation raises streams only where an eighth of the budget
/// remains.
const ENOUGH: f64 = 1.2;
/// Probes go no higher than what is wanted, times this.
const OVER_WANTED: f64 = 2.0;
/// The share of a cluster's packets that must arrive.
const MIN_ARRIVED: f64 = 0.5;
/// Arrival slower than this share of the probe's rate means that the path was full.
const FULL: f64 = 0.9;
/// What is taken of the rate of a path that was full.
const FULL_SHARE: f64 = 0.88;
/// A result of this share of the probe's rate asks for the next probe at once.
const CONTINUE: f64 = 0.7;
/// Pauses after failures in a row, and after overuse.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(3), Duration::from_secs(4)];
const PAUSE_AFTER_OVERUSE: Duration = Duration::from_millis(1500);
/// How long a cluster may take besides two round trips.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a queue is the probe's own doing: from the first packet until the reports, and after a result until it has
/// drained.
const OWN_QUEUE: Duration = Duration::from_millis(400);
const DRAIN: Duration = Duration::from_millis(500);

/// Identifies a cluster; ids wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProbeId(NonZeroU8);

impl ProbeId {
    fn next(self) -> Self {
        Self(self.0.checked_add(1).unwrap_or(NonZeroU8::MIN))
    }
}

/// Packets to be sent in a row at a higher rate than usual, to see whether they pass. What media there is counts;
/// retransmissions and padding fill the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeCluster {
    /// Goes with each packet of the cluster into [`crate::BandwidthEstimator::on_sent`].
    pub id: ProbeId,
    /// The rate to send at.
    pub rate: DataRate,
    /// The number of packets at least.
    pub min_packets: u32,
    /// The time over which to keep up the rate at least.
    pub min_duration: Duration,
}

impl ProbeCluster {
    /// The bytes of the whole cluster at least.
    pub fn min_bytes(&self) -> u64 {
        self.rate.bytes_in(self.min_duration)
    }
}

/// What decides about a probe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProbeConditions {
    pub estimate: DataRate,
    pub wanted: DataRate,
    pub max: DataRate,
    /// Neither queue nor losses forbid to try more.
    pub permitted: bool,
    pub random_loss: f64,
    pub round_trip: Duration,
}

impl ProbeConditions {
    /// Whether there is less room than is wanted.
    pub fn is_short(&self) -> bool {
        self.estimate < self.wanted.scaled(ENOUGH).min(self.max)
    }

    fn ask_for_more(&self) -> bool {
        self.permitted && self.is_short()
    }
}

/// What became of a cluster.
#[derive(Clone, Copy, Debug)]
struct Outstanding {
    cluster: ProbeCluster,
    until: Instant,
    random_loss: f64,
    sent: Side,
    arrived: Side,
    lost: u32,
}

/// One end of a cluster's way; times in microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    packets: u32,
    bytes: u64,
    /// (time, bytes)
    first: Option<(i64, u64)>,
    last: Option<(i64, u64)>,
}

impl Side {
    fn add(&mut self, at: i64, bytes: u64) {
        self.packets += 1;
        self.bytes += bytes;
        if self.first.is_none_or(|(first, _)| at < first) {
            self.first = Some((at, bytes));
        }
        if self.last.is_none_or(|(last, _)| at >= last) {
            self.last = Some((at, bytes));
        }
    }

    /// The rate between first and last; `excluded` is the end that took no time of this interval.
    fn rate(&self, excluded: Option<(i64, u64)>) -> Option<DataRate> {
        let micros = self.last?.0 - self.first?.0;
        DataRate::of(self.bytes - excluded?.1, Duration::from_micros(u64::try_from(micros).ok()?))
    }
}

/// Whether a queue is a probe's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    /// The probe is under way, or its rate has passed.
    Sure,
    /// The probe found the path full: others may have filled it as well.
    Likely,
}

/// Decides when to probe and what the results mean. One cluster at a time.
#[derive(Debug)]
pub(crate) struct Prober {
    id: ProbeId,
    outstanding: Option<Outstanding>,
    next_at: Instant,
    failures: usize,
    begun: bool,
    /// Until when a queue is the last probe's own doing, and whether that is sure.
    own_queue: Option<(Instant, Certainty)>,
    /// The first rise is over.
    rose: bool,
}

impl Prober {
    /// The first cluster may go at once.
    pub fn new(now: Instant) -> Self {
        Self {
            id: ProbeId(NonZeroU8::MIN),
            outstanding: None,
            next_at: now,
            failures: 0,
            begun: false,
            own_queue: None,
            rose: false,
        }
    }

    /// A cluster to send now.
    pub fn poll(&mut self, now: Instant, conditions: &ProbeConditions) -> Option<ProbeCluster> {
        if self.outstanding.is_some() || now < self.next_at || !conditions.ask_for_more() {
            return None;
        }
        let factor = if self.begun { FACTOR } else { FIRST_FACTOR };
        let ceiling = conditions.wanted.scaled(OVER_WANTED).min(conditions.max);
        let rate = conditions.estimate.scaled(factor).min(ceiling);
        let min_packets = (f64::from(MIN_PACKETS) / (1.0 - conditions.random_loss.clamp(0.0, 0.5))).ceil() as u32;
        let min_duration = if self.rose { DURATION } else { FIRST_DURATION };
        let cluster = ProbeCluster { id: self.id, rate, min_packets, min_duration };
        self.begun = true;
        self.own_queue = Some((now + OWN_QUEUE + conditions.round_trip, Certainty::Sure));
        self.id = self.id.next();
        self.outstanding = Some(Outstanding {
            cluster,
            until: now + conditions.round_trip * 2 + PATIENCE,
            random_loss: conditions.random_loss,
            sent: Side::default(),
            arrived: Side::default(),
            lost: 0,
        });
        Some(cluster)
    }

    /// When to look again, besides reports.
    pub fn deadline(&self, conditions: &ProbeConditions) -> Option<Instant> {
        match &self.outstanding {
            Some(outstanding) => Some(outstanding.until),
            None => conditions.ask_for_more().then_some(self.next_at),
        }
    }

    pub fn on_sent(&mut self, packet: &SentPacket) {
        if let Some(outstanding) = self.with_id(packet.probe) {
            outstanding.sent.add(packet.sent as i64, u64::from(packet.bytes));
        }
    }

    /// Notes the fate of a packet; `None`: lost.
    pub fn on_report(&mut self, packet: &SentPacket, arrival: Option<i64>) {
        let Some(outstanding) = self.with_id(packet.probe) else { return };
        match arrival {
            Some(at) => outstanding.arrived.add(at, u64::from(packet.bytes)),
            None => outstanding.lost += 1,
        }
    }

    /// Ends a cluster on which everything is known or nothing more will be. Returns the rate that is now proven.
    pub fn finish(&mut self, now: Instant, estimate: DataRate) -> Option<DataRate> {
        let outstanding = self.outstanding.filter(|each| each.is_complete() || now >= each.until)?;
        self.outstanding = None;
        let result = outstanding.result();
        let proven = result.filter(|rate| *rate > estimate);
        let certainty = if proven.is_some() { Certainty::Sure } else { Certainty::Likely };
        self.own_queue = Some((now + DRAIN, certainty));
        if proven.is_some_and(|rate| rate >= outstanding.cluster.rate.scaled(CONTINUE)) {
            self.failures = 0;
            self.next_at = now;
        } else {
            self.next_at = now + PAUSES[self.failures.min(PAUSES.len() - 1)];
            self.failures += 1;
            self.rose = true;
        }
        proven
    }

    /// Whether any cluster was asked for.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether a cluster has waited long enough for reports.
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.outstanding.is_some_and(|outstanding| now >= outstanding.until)
    }

    /// Whether a queue that grows now is the doing of a probe, whose result says more.
    pub fn explains_queue(&self, now: Instant) -> bool {
        self.own_queue.is_some_and(|(until, certainty)| now < until && certainty == Certainty::Sure)
    }

    /// Whether a queue that grows now may be the doing of a probe, whatever its result. Where little else is sent it is.
    pub fn may_explain_queue(&self, now: Instant) -> bool {
        self.outstanding.is_some() || self.own_queue.is_some_and(|(until, _)| now < until)
    }

    pub fn on_overuse(&mut self, now: Instant) {
        self.rest_until(now + PAUSE_AFTER_OVERUSE);
    }

    /// No probe before.
    pub fn rest_until(&mut self, until: Instant) {
        self.next_at = self.next_at.max(until);
    }

    /// Tries again as soon as permitted: the path came back.
    pub fn restart(&mut self, now: Instant) {
        self.outstanding = None;
        self.failures = 0;
        self.next_at = now;
    }

    fn with_id(&mut self, id: Option<ProbeId>) -> Option<&mut Outstanding> {
        self.outstanding.as_mut().filter(|outstanding| Some(outstanding.cluster.id) == id)
    }
}

impl Outstanding {
    fn is_complete(&self) -> bool {
        self.sent.packets >= self.cluster.min_packets
            && self.sent.bytes >= self.cluster.min_bytes()
            && self.arrived.packets + self.lost >= self.sent.packets
    }

    /// The rate that the path carried: the lower of how fast the cluster left and how fast it arrived.
    fn result(&self) -> Option<DataRate> {
        if f64::from(self.arrived.packets) < f64::from(self.cluster.min_packets) * MIN_ARRIVED {
            return None;
        }
        let sent = self.sent.rate(self.sent.last)?;
        // Packets lost at random would have come in between.
        let arrived = self.arrived.rate(self.arrived.first)?.scaled(1.0 / (1.0 - self.random_loss.clamp(0.0, 0.5)));
        Some(if arrived < sent.scaled(FULL) { arrived.scaled(FULL_SHARE) } else { arrived.min(sent) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(estimate: u64, wanted: u64) -> ProbeConditions {
        ProbeConditions {
            estimate: DataRate::from_kbps(estimate),
            wanted: DataRate::from_kbps(wanted),
            max: DataRate::from_kbps(20_000),
            permitted: true,
            random_loss: 0.0,
            round_trip: Duration::from_millis(100),
        }
    }

    /// Sends the cluster in packets of 1200 bytes; they arrive at `arrival_kbps`.
    fn play(prober: &mut Prober, cluster: &ProbeCluster, arrival_kbps: u64) {
        let interval = |rate: DataRate| rate.time_for(1200).as_micros() as u64;
        let count = (cluster.min_bytes().div_ceil(1200)).max(u64::from(cluster.min_packets));
        let packet = |index| SentPacket { sent: index * interval(cluster.rate), bytes: 1200, probe: Some(cluster.id) };
        for index in 0..count {
            prober.on_sent(&packet(index));
        }
        for index in 0..count {
            let arrival = index * interval(DataRate::from_kbps(arrival_kbps));
            prober.on_report(&packet(index), Some(arrival as i64));
        }
    }

    #[test]
    fn probes_rise_while_they_pass_and_what_is_wanted_is_more() {
        let now = Instant::now();
        let mut prober = Prober::new(now);
        assert_eq!(prober.poll(now, &conditions(600, 499)), None);
        let mut estimate = 600;
        for expected in [1800, 3600, 4800] {
            let cluster = prober.poll(now, &conditions(estimate, 2500 + 1)).expect("a probe");
            assert!(cluster.rate.bps() / 1000 >= expected && cluster.rate.bps() <= 5_002_000, "{cluster:?}");
            assert_eq!(prober.poll(now, &conditions(estimate, 5000)), None, "one at a time");
            play(&mut prober, &cluster, 50_000);
            let proven = prober.finish(now, DataRate::from_kbps(estimate)).expect("proven");
            assert!(proven.ratio(cluster.rate) > 0.97, "{proven}");
            estimate = if expected == 3600 { 2400 } else { proven.bps() / 1000 };
        }
        assert_eq!(prober.poll(now, &conditions(estimate, 2500)), None, "enough");
    }

    #[test]
    fn a_full_path_ends_the_rise_for_a_while() {
        let now = Instant::now();
        let mut prober = Prober::new(now);
        let cluster = prober.poll(now, &conditions(600, 5000)).expect("a probe");
        play(&mut prober, &cluster, 1000);
        let proven = prober.finish(now, DataRate::from_kbps(600)).expect("more than before");
        assert!((880..=920).contains(&(proven.bps() / 1000)), "{proven}");
        assert_eq!(prober.poll(now + Duration::from_secs(1), &conditions(900, 5000)), None);
        assert!(prober.poll(now + Duration::from_secs(2), &conditions(900, 5000)).is_some());
    }

    #[test]
    fn a_cluster_that_is_never_sent_or_lost_times_out() {
        let now = Instant::now();
        let mut prober = Prober::new(now);
        prober.poll(now, &conditions(600, 5000)).expect("a probe");
        assert_eq!(prober.finish(now, DataRate::from_kbps(600)), None);
        let deadline = prober.deadline(&conditions(600, 5000)).expect("waits");
        assert_eq!(prober.finish(deadline, DataRate::from_kbps(600)), None);
        assert!(prober.deadline(&conditions(600, 5000)).expect("pauses") > deadline);
    }
}
