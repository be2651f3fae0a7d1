use std::time::{Duration, Instant};

use crate::probe::{ProbeCluster, ProbeId};
use crate::rate::DataRate;

/// The pace against the estimate. The estimate is a mean over frames of different sizes: at 2.5 times the rate a frame
/// of twice the mean leaves before the next one comes, and key frames, which are ten times the mean, are stretched to a
/// few hundred milliseconds instead of filling the path's queue.
const PACE: f64 = 2.5;
/// A backlog must not leave at that pace: it would fill the path faster than the estimate. Beyond what a quarter of a
/// second of the estimate allows, only a little more than the estimate leaves: of a key frame, which is twice that, as much
/// is in the queue at worst as the shortest queues of access routers hold.
const SUSTAINED: f64 = 1.1;
const SUSTAINED_TIME: Duration = Duration::from_millis(250);
/// A full-size packet, bytes.
const PACKET: u64 = 1250;
/// Once the bucket is empty, the next release waits until this much may pass: runs stay long enough for segmentation
/// offload, and the burst short enough for the estimate, which looks at groups of 5 ms.
const RELEASE: Duration = Duration::from_millis(5);
/// The most that leaves at once after a rest, packets. Frames up to this size are not torn apart where the pace allows for
/// it; who watches many gets two frames at once now and then.
const MAX_BURST: u64 = 16;
const MIN_BURST: u64 = 4;
/// What a burst may take of the pace: a frame of a camera, which is a third of 100 ms at 2.5 times the rate, and half of one
/// more. A frame that is torn apart waits for the next release, and travels in more messages.
const BURST: Duration = Duration::from_millis(20);
/// What gathers between two releases at most, packets. A fast path need not wait for more than makes a long message.
const MAX_RELEASE: u64 = 6;
/// Packets that do not wait can run up a debt of this much at most.
const MAX_DEBT: Duration = Duration::from_millis(100);
/// An estimate below this share of the one before is a path that has become narrower.
const NARROWER: f64 = 0.9;
/// A cluster that is not complete after its own time and this much ends; the source has too little to send.
const PROBE_PATIENCE: Duration = Duration::from_millis(100);
/// The lowest pace; below it nothing would ever pass.
const MIN_PACE: DataRate = DataRate::from_kbps(50);

/// A bucket of bytes that fills at a rate.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: DataRate,
    capacity: f64,
    /// What may leave now; negative: a debt.
    credit: f64,
    max_debt: f64,
}

impl Bucket {
    fn new(rate: DataRate, capacity: f64) -> Self {
        Self { rate, capacity, credit: capacity, max_debt: rate.bytes_in(MAX_DEBT) as f64 }
    }

    fn resize(&mut self, rate: DataRate, capacity: f64) {
        *self = Self { credit: self.credit.min(capacity), ..Self::new(rate, capacity) };
    }

    fn forfeit(&mut self) {
        self.credit = self.credit.min(0.0);
    }

    fn fill(&mut self, elapsed: Duration) {
        self.credit = (self.credit + self.rate.bps() as f64 / 8.0 * elapsed.as_secs_f64()).min(self.capacity);
    }

    fn take(&mut self, bytes: usize) {
        self.credit = (self.credit - bytes as f64).max(-self.max_debt);
    }

    /// Until there is so much; rounded up to the next microsecond, or the caller would come back for fractions of a
    /// byte.
    fn time_until(&self, credit: f64) -> Duration {
        let missing = credit - self.credit;
        if missing <= 0.0 {
            return Duration::ZERO;
        }
        self.rate.time_for(missing.ceil() as u64) + Duration::from_micros(1)
    }
}

/// Spreads what is sent to one peer over time: a leaky bucket for the moment, and one for a quarter of a second.
///
/// [`Self::may_send`] before each packet that can wait, [`Self::on_sent`] after each that left, also those that do not
/// wait (audio, RTCP): they are charged all the same. During a probe the cluster's rate holds instead of the pace, and
/// [`Self::wants_padding`] says when media alone does not keep it up.
#[derive(Debug)]
pub struct Pacer {
    pace: Bucket,
    sustained: Bucket,
    updated: Option<Instant>,
    /// The bucket ran empty and waits for a whole release.
    waiting: bool,
    probe: Option<RunningProbe>,
}

#[derive(Clone, Copy, Debug)]
struct RunningProbe {
    cluster: ProbeCluster,
    began: Instant,
    packets: u32,
    bytes: u64,
}

impl RunningProbe {
    /// When the next packet of the cluster is due.
    fn next_at(&self) -> Instant {
        self.began + self.cluster.rate.time_for(self.bytes)
    }

    fn is_complete(&self) -> bool {
        self.packets >= self.cluster.min_packets && self.bytes >= self.cluster.min_bytes()
    }

    fn ends_at(&self) -> Instant {
        let packets = self.cluster.rate.time_for(u64::from(self.cluster.min_packets) * PACKET);
        self.began + packets.max(self.cluster.min_duration) + PROBE_PATIENCE
    }
}

impl Pacer {
    /// A pacer for this estimate, its buckets full.
    pub fn new(estimate: DataRate) -> Self {
        let (pace, sustained) = Self::rates(estimate);
        Self {
            pace: Bucket::new(pace, burst(pace)),
            sustained: Bucket::new(sustained, sustained.bytes_in(SUSTAINED_TIME) as f64),
            updated: None,
            waiting: false,
            probe: None,
        }
    }

    /// Follows the estimate.
    pub fn set_rate(&mut self, estimate: DataRate) {
        if self.updated.is_none() {
            // Buckets that nothing was taken from yet are full at any rate.
            *self = Self::new(estimate);
            return;
        }
        let (pace, sustained) = Self::rates(estimate);
        if sustained < self.sustained.rate.scaled(NARROWER) {
            // The path's queue is full by now: nothing that was saved up may go there.
            self.pace.forfeit();
            self.sustained.forfeit();
        }
        self.pace.resize(pace, burst(pace));
        self.sustained.resize(sustained, sustained.bytes_in(SUSTAINED_TIME) as f64);
    }

    /// The rate at which a frame leaves.
    pub fn pace(&self) -> DataRate {
        self.pace.rate
    }

    /// Whether a packet that can wait may leave now.
    pub fn may_send(&mut self, now: Instant) -> bool {
        self.advance(now);
        if let Some(probe) = &self.probe {
            return now >= probe.next_at();
        }
        if self.waiting {
            let release = self.release();
            self.waiting = self.pace.credit < release || self.sustained.credit < release;
        }
        !self.waiting
    }

    /// A packet left.
    pub fn on_sent(&mut self, now: Instant, bytes: usize) {
        self.advance(now);
        self.pace.take(bytes);
        self.sustained.take(bytes);
        self.waiting |= self.pace.credit <= 0.0 || self.sustained.credit <= 0.0;
        if let Some(probe) = &mut self.probe {
            probe.packets += 1;
            probe.bytes += bytes as u64;
            if probe.is_complete() {
                self.probe = None;
            }
        }
    }

    /// When [`Self::may_send`] becomes true; `now` if it is.
    pub fn next_release(&self, now: Instant) -> Instant {
        if let Some(probe) = &self.probe {
            return probe.next_at().max(now);
        }
        if !self.waiting {
            return now;
        }
        let wait = self.pace.time_until(self.release()).max(self.sustained.time_until(self.release()));
        (self.updated.unwrap_or(now) + wait).max(now)
    }

    /// Begins a cluster. What is sent from now on belongs to it until it has the packets and bytes that it needs.
    pub fn begin_probe(&mut self, now: Instant, cluster: ProbeCluster) {
        self.probe = Some(RunningProbe { cluster, began: now, packets: 0, bytes: 0 });
    }

    /// The cluster that the next packet belongs to.
    pub fn probe(&self) -> Option<ProbeId> {
        self.probe.map(|probe| probe.cluster.id)
    }

    /// Whether the probe needs a packet now, be it padding.
    pub fn wants_padding(&mut self, now: Instant) -> bool {
        self.may_send(now) && self.probe.is_some()
    }

    /// Follows the time. Packets leave in batches, all of one at the same moment: then there is nothing to do.
    fn advance(&mut self, now: Instant) {
        if self.probe.is_some() || self.updated.is_none_or(|updated| updated < now) {
            self.pass_time(now);
        }
    }

    /// Fills the buckets for the time that passed, and ends a cluster that the source could not complete.
    #[inline(never)]
    fn pass_time(&mut self, now: Instant) {
        let updated = self.updated.unwrap_or(now);
        self.updated = Some(updated.max(now));
        let elapsed = now.saturating_duration_since(updated);
        self.pace.fill(elapsed);
        self.sustained.fill(elapsed);
        self.probe = self.probe.filter(|probe| now < probe.ends_at());
    }

    fn rates(estimate: DataRate) -> (DataRate, DataRate) {
        (estimate.scaled(PACE).max(MIN_PACE), estimate.scaled(SUSTAINED).max(MIN_PACE))
    }

    /// What must have gathered before the next packets leave, bytes.
    fn release(&self) -> f64 {
        self.pace.rate.bytes_in(RELEASE).clamp(1, MAX_RELEASE * PACKET).min(self.sustained.capacity as u64) as f64
    }
}

/// The most that leaves at once, bytes.
fn burst(pace: DataRate) -> f64 {
    pace.bytes_in(BURST).clamp(MIN_BURST * PACKET, MAX_BURST * PACKET) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as allowed and returns (bytes, packets of the longest burst).
    fn drive(pacer: &mut Pacer, from: Instant, time: Duration) -> (u64, u32) {
        let (mut now, mut bytes, mut longest) = (from, 0, 0);
        while now < from + time {
            let mut burst = 0;
            while pacer.may_send(now) {
                pacer.on_sent(now, 1200);
                bytes += 1200;
                burst += 1;
            }
            longest = longest.max(burst);
            let next = pacer.next_release(now);
            assert!(next > now, "no busy waiting");
            now = next;
        }
        (bytes, longest)
    }

    #[test]
    fn the_pace_is_kept_in_bounded_bursts() {
        for kbps in [100, 300, 1000, 3000, 20_000] {
            let estimate = DataRate::from_kbps(kbps);
            let mut pacer = Pacer::new(estimate);
            let now = Instant::now();
            let (bytes, longest) = drive(&mut pacer, now, Duration::from_millis(150));
            let rate = DataRate::of(bytes, Duration::from_millis(150)).expect("time passed");
            assert!((0.95..4.0).contains(&rate.ratio(pacer.pace())), "{kbps}: {rate}");
            drive(&mut pacer, now + Duration::from_millis(150), Duration::from_secs(3));
            let (bytes, _) = drive(&mut pacer, now + Duration::from_millis(3150), Duration::from_secs(10));
            let rate = DataRate::of(bytes, Duration::from_secs(10)).expect("time passed");
            assert!((1.08..1.12).contains(&rate.ratio(estimate)), "{kbps}: {rate}");
            assert!(longest <= 17, "{kbps}: {longest}");
        }
    }

    #[test]
    fn a_frame_after_a_rest_leaves_at_once() {
        let mut pacer = Pacer::new(DataRate::from_kbps(3000));
        let now = Instant::now();
        drive(&mut pacer, now, Duration::from_millis(100));
        let later = now + Duration::from_secs(1);
        for _ in 0..6 {
            assert!(pacer.may_send(later));
            pacer.on_sent(later, 1200);
        }
    }

    #[test]
    fn what_does_not_wait_is_charged() {
        let (mut pacer, now) = (Pacer::new(DataRate::from_kbps(400)), Instant::now());
        pacer.on_sent(now, 7000);
        assert!(!pacer.may_send(now));
        // The debt of 2000 bytes and a release of 625, at 1 Mbit/s.
        assert_eq!(pacer.next_release(now), now + Duration::from_micros(21_001));
        assert!(pacer.may_send(now + Duration::from_micros(21_001)));
        pacer.on_sent(now, 1_000_000);
        assert!(pacer.may_send(now + Duration::from_millis(200)), "debts are bounded");
    }
}
