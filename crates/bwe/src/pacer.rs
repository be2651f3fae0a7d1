use std::time::{Duration, Instant};

use crate::probe::{ProbeCluster, ProbeId};
use crate::rate::DataRate;

/// The pace against the estimate. The estimate is a mean over frames of different sizes: at 2.5 times the rate a frame of
/// twice the mean leaves before the next one comes, and key frames, which are ten times the mean, are stretched to a few
/// hundred milliseconds instead of filling the path's queue.
const PACE: f64 = 2.5;
/// A full-size packet, bytes.
const PACKET: u64 = 1250;
/// Once the bucket is empty, the next release waits until this much may pass: runs stay long enough for segmentation
/// offload, and the burst short enough for the estimate, which looks at groups of 5 ms.
const RELEASE: Duration = Duration::from_millis(5);
/// The most that leaves at once after a rest, packets. Frames up to this size are not torn apart where the pace allows for it.
const MAX_BURST: u64 = 12;
const MIN_BURST: u64 = 4;
/// What a burst may take of the pace.
const BURST: Duration = Duration::from_millis(10);
/// Packets that do not wait can run up a debt of this much at most.
const MAX_DEBT: Duration = Duration::from_millis(100);
/// A cluster that is not complete after its own time and this much ends; the source has too little to send.
const PROBE_PATIENCE: Duration = Duration::from_millis(100);
/// The lowest pace; below it nothing would ever pass.
const MIN_PACE: DataRate = DataRate::from_kbps(50);

/// Spreads what is sent to one peer over time: a leaky bucket of bytes.
///
/// [`Self::may_send`] before each packet that can wait, [`Self::on_sent`] after each that left, also those that do not wait
/// (audio, RTCP): they are charged all the same. During a probe the cluster's rate holds instead of the pace, and
/// [`Self::wants_padding`] says when media alone does not keep it up.
#[derive(Debug)]
pub struct Pacer {
    pace: DataRate,
    /// What may leave now, bytes; negative: a debt.
    credit: f64,
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
    /// A pacer for this estimate, its bucket full.
    pub fn new(estimate: DataRate) -> Self {
        let mut pacer = Self { pace: MIN_PACE, credit: f64::MAX, updated: None, waiting: false, probe: None };
        pacer.set_rate(estimate);
        pacer
    }

    /// Follows the estimate.
    pub fn set_rate(&mut self, estimate: DataRate) {
        self.pace = estimate.scaled(PACE).max(MIN_PACE);
        self.credit = self.credit.min(self.capacity());
    }

    /// The rate at which the bucket fills.
    pub fn pace(&self) -> DataRate {
        self.pace
    }

    /// Whether a packet may leave now.
    pub fn may_send(&mut self, now: Instant) -> bool {
        self.advance(now);
        if let Some(probe) = &self.probe {
            return now >= probe.next_at();
        }
        if self.waiting && self.credit >= self.release() {
            self.waiting = false;
        }
        !self.waiting
    }

    /// A packet left.
    pub fn on_sent(&mut self, now: Instant, bytes: usize) {
        self.advance(now);
        self.credit = (self.credit - bytes as f64).max(-(self.pace.bytes_in(MAX_DEBT) as f64));
        self.waiting |= self.credit <= 0.0;
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
        let missing = if self.waiting { self.release() - self.credit } else { 0.0 };
        // Rounded up to the next microsecond, or the caller would come back for fractions of a byte.
        let wait = self.pace.time_for(missing.ceil().max(0.0) as u64) + Duration::from_micros(1);
        if self.waiting { (self.updated.unwrap_or(now) + wait).max(now) } else { now }
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

    /// Fills the bucket for the time that passed, and ends a cluster that the source could not complete.
    fn advance(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.updated.unwrap_or(now));
        self.updated = Some(self.updated.map_or(now, |updated| updated.max(now)));
        self.credit = (self.credit + self.pace.bps() as f64 / 8.0 * elapsed.as_secs_f64()).min(self.capacity());
        self.probe = self.probe.filter(|probe| now < probe.ends_at());
    }

    fn capacity(&self) -> f64 {
        self.pace.bytes_in(BURST).clamp(MIN_BURST * PACKET, MAX_BURST * PACKET) as f64
    }

    fn release(&self) -> f64 {
        self.pace.bytes_in(RELEASE).clamp(1, MAX_BURST * PACKET) as f64
    }
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
        for kbps in [50, 300, 1000, 3000, 20_000] {
            let estimate = DataRate::from_kbps(kbps);
            let mut pacer = Pacer::new(estimate);
            let (bytes, longest) = drive(&mut pacer, Instant::now(), Duration::from_secs(10));
            let rate = DataRate::of(bytes, Duration::from_secs(10)).expect("time passed");
            assert!((0.98..1.05).contains(&rate.ratio(pacer.pace())), "{kbps}: {rate}");
            assert!(longest <= 13, "{kbps}: {longest}");
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
