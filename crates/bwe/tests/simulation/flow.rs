use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::link::Link;
use super::receiver::{Feedback, Receiver};
use super::source::Source;
use tureen_bwe::{Allocation, Allocator, BandwidthEstimator, DataRate, EstimatorConfig, Pacer, wanted};

const AUDIO_PACKET: usize = 130;
const AUDIO_RATE: DataRate = DataRate::from_kbps(52);
const PADDING: u64 = 1000;
const FEEDBACK: u64 = 50_000;
const ALLOCATION: u64 = 100_000;

/// A tenth of a second of one flow.
#[derive(Clone, Copy)]
pub struct Sample {
    pub at: u64,
    pub estimate: DataRate,
    pub sent: u64,
    /// Bytes of media that arrived.
    pub delivered: u64,
    pub queue_delay: u64,
}

/// Server and one subscriber: source, allocation, pacer and estimator on one side, reports on the other.
pub struct Flow {
    began: Instant,
    pub estimator: BandwidthEstimator,
    pacer: Pacer,
    pub source: Source,
    allocator: Allocator,
    allocations: Vec<Allocation>,
    queue: VecDeque<u64>,
    receiver: Receiver,
    sequence: u64,
    media: HashMap<u64, u64>,
    arriving: Vec<(u64, u64, u64)>,
    returning: VecDeque<(u64, Feedback)>,
    next_audio: u64,
    next_feedback: u64,
    next_allocation: u64,
    pub feedback_loss: bool,
    pub samples: Vec<Sample>,
    pub probes: u32,
    pub lost: u64,
    /// (sent, bytes, arrival) of every packet.
    pub trace: Vec<(u64, u64, Option<u64>)>,
}

impl Flow {
    pub fn new(began: Instant, seed: u64) -> Self {
        let config = EstimatorConfig::default();
        Self {
            began,
            estimator: BandwidthEstimator::new(began, config),
            pacer: Pacer::new(config.start),
            source: Source::new(seed),
            allocator: Allocator::default(),
            allocations: Vec::new(),
            queue: VecDeque::new(),
            receiver: Receiver::default(),
            sequence: 65_000,
            media: HashMap::new(),
            arriving: Vec::new(),
            returning: VecDeque::new(),
            next_audio: 0,
            next_feedback: seed * 7919 % FEEDBACK,
            next_allocation: 0,
            feedback_loss: false,
            samples: Vec::new(),
            probes: 0,
            lost: 0,
            trace: Vec::new(),
        }
    }

    fn instant(&self, now: u64) -> Instant {
        self.began + Duration::from_micros(now)
    }

    pub fn tick(&mut self, now: u64, link: &mut Link, back_is_lossy: &mut impl FnMut() -> bool) {
        self.receive(now, back_is_lossy);
        while self.returning.front().is_some_and(|(at, _)| *at <= now) {
            let (_, feedback) = self.returning.pop_front().expect("looked");
            self.handle_feedback(now, &feedback);
        }
        if self.estimator.deadline().is_some_and(|deadline| deadline <= self.instant(now)) {
            self.estimator.handle_timeout(self.instant(now));
        }
        self.allocate(now);
        self.send(now, link);
        if now.is_multiple_of(100_000) {
            let (estimate, queue_delay) = (self.estimator.estimate(), link.queue_delay(now));
            self.samples.push(Sample { at: now, estimate, sent: 0, delivered: 0, queue_delay });
        }
    }

    fn receive(&mut self, now: u64, back_is_lossy: &mut impl FnMut() -> bool) {
        self.arriving.sort_unstable();
        let due = self.arriving.partition_point(|(at, ..)| *at <= now);
        for (at, sequence, media) in self.arriving.drain(..due) {
            self.receiver.receive(sequence, at);
            if let Some(sample) = self.samples.last_mut() {
                sample.delivered += media;
            }
        }
        if now >= self.next_feedback {
            self.next_feedback += FEEDBACK;
            if let Some(feedback) = self.receiver.report()
                && !back_is_lossy()
            {
                self.returning.push_back((now + 25_000, feedback));
            }
        }
    }

    fn handle_feedback(&mut self, now: u64, feedback: &Feedback) {
        for (sequence, delta) in &feedback.statuses {
            let extended = self.sequence - u64::from((self.sequence as u16).wrapping_sub(*sequence));
            let media = self.media.remove(&extended);
            if delta.is_none() && media.is_some() {
                self.lost += 1;
                // A retransmission.
                self.queue.extend(media);
            }
        }
        let now = self.instant(now);
        self.estimator.on_feedback(now, feedback.reference_time, feedback.statuses.iter().copied());
    }

    fn allocate(&mut self, now: u64) {
        if now < self.next_allocation {
            return;
        }
        self.next_allocation += ALLOCATION;
        let demand = [self.source.demand()];
        self.estimator.set_wanted(self.source.elastic.unwrap_or(wanted(&demand)) + AUDIO_RATE);
        // Retransmissions take their share.
        let loss = self.estimator.statistics().loss;
        let budget = self.estimator.estimate().scaled(1.0 - loss) - AUDIO_RATE;
        self.source.budget = budget;
        self.allocator.allocate(self.instant(now), &demand, budget, &mut self.allocations);
        let target = self.allocations[0].target;
        if target < self.source.layer {
            // What waits belongs to a layer that is too much.
            self.queue.clear();
        }
        self.source.select(target);
    }

    fn send(&mut self, now: u64, link: &mut Link) {
        self.source.packets(now, &mut self.queue);
        let at = self.instant(now);
        self.pacer.set_rate(self.estimator.estimate());
        if let Some(cluster) = self.estimator.poll_probe(at) {
            self.probes += 1;
            self.pacer.begin_probe(at, cluster);
        }
        if now >= self.next_audio {
            self.next_audio += 20_000;
            self.put(now, link, AUDIO_PACKET as u64, false);
        }
        while self.pacer.may_send(at) {
            if let Some(bytes) = self.queue.pop_front() {
                self.put(now, link, bytes, true);
            } else if self.pacer.wants_padding(at) {
                self.put(now, link, PADDING, false);
            } else {
                break;
            }
        }
    }

    fn put(&mut self, now: u64, link: &mut Link, bytes: u64, is_media: bool) {
        let at = self.instant(now);
        self.estimator.on_sent(at, self.sequence as u16, bytes as usize, self.pacer.probe());
        self.pacer.on_sent(at, bytes as usize);
        if let Some(sample) = self.samples.last_mut() {
            sample.sent += bytes;
        }
        let arrival = link.send(now, bytes);
        self.trace.push((now, bytes, arrival));
        let media = if is_media { bytes } else { 0 };
        if let Some(arrival) = arrival {
            self.arriving.push((arrival, self.sequence, media));
            if link.duplicates() {
                self.arriving.push((arrival + 5_000, self.sequence, 0));
            }
        }
        if is_media {
            self.media.insert(self.sequence, bytes);
        }
        self.sequence += 1;
    }

    /// Mean kbit/s of media that arrived between two times in seconds.
    pub fn delivered(&self, from: f64, to: f64) -> u64 {
        self.mean(from, to, |sample| sample.delivered * 8 / 100)
    }

    /// Mean estimate, kbit/s.
    pub fn estimate(&self, from: f64, to: f64) -> u64 {
        self.mean(from, to, |sample| sample.estimate.bps() / 1000)
    }

    /// Longest queue, milliseconds.
    pub fn queue_delay(&self, from: f64, to: f64) -> u64 {
        self.between(from, to).map(|sample| sample.queue_delay / 1000).max().unwrap_or(0)
    }

    /// The first time, in seconds after `from`, at which the estimate is within the bounds, kbit/s.
    pub fn time_until(&self, from: f64, bounds: std::ops::Range<u64>) -> Option<f64> {
        let first = self.between(from, f64::MAX).find(|sample| bounds.contains(&(sample.estimate.bps() / 1000)));
        first.map(|sample| sample.at as f64 / 1e6 - from)
    }

    fn between(&self, from: f64, to: f64) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| (from..to).contains(&(sample.at as f64 / 1e6)))
    }

    fn mean(&self, from: f64, to: f64, value: impl Fn(&Sample) -> u64) -> u64 {
        let (sum, count) = self.between(from, to).fold((0, 0), |(sum, count), sample| (sum + value(sample), count + 1));
        sum / count.max(1)
    }

    pub fn print(&self) {
        for sample in self.samples.iter().step_by(2) {
            println!(
                "{:5.1} estimate {:5} sent {:5} delivered {:5} queue {:3}",
                sample.at as f64 / 1e6,
                sample.estimate.bps() / 1000,
                sample.sent * 8 / 100,
                sample.delivered * 8 / 100,
                sample.queue_delay / 1000
            );
        }
    }
}
