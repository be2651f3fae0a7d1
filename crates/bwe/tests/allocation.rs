//! Sending and reports allocate nothing once a transport is warm: a counting allocator watches.

use std::time::{Duration, Instant};

use tureen_bwe::{
    Allocation, Allocator, BandwidthEstimator, DataRate, EstimatorConfig, Layer, LayerRates, Pacer, StreamDemand,
};

struct Transport {
    now: Instant,
    sequence: u16,
    reference_time: u32,
    estimator: BandwidthEstimator,
    pacer: Pacer,
    allocator: Allocator,
    streams: Vec<StreamDemand>,
    out: Vec<Allocation>,
    probes: u32,
}

impl Transport {
    fn new() -> Self {
        let now = Instant::now();
        let mut rates = LayerRates::default();
        for (row, given) in rates.0.iter_mut().zip([150, 500, 1700]) {
            row[0] = DataRate::from_kbps(given);
        }
        let max = Layer { spatial: 2, temporal: 0 };
        Self {
            now,
            sequence: 60_000,
            reference_time: 0,
            estimator: BandwidthEstimator::new(now, EstimatorConfig::default()),
            pacer: Pacer::new(DataRate::from_kbps(600)),
            allocator: Allocator::default(),
            streams: (0..9).map(|id| StreamDemand { id, priority: 0, max, rates }).collect(),
            out: Vec::new(),
            probes: 0,
        }
    }

    /// 64 ms of packets, every seventh of which is lost, and a report on them.
    fn round(&mut self) {
        self.estimator.set_wanted(DataRate::from_kbps(9 * 1700));
        if let Some(cluster) = self.estimator.poll_probe(self.now) {
            self.probes += 1;
            self.pacer.begin_probe(self.now, cluster);
        }
        let base = self.sequence;
        for _ in 0..32 {
            self.now += Duration::from_millis(2);
            if self.pacer.may_send(self.now) || self.pacer.wants_padding(self.now) {
                self.estimator.on_sent(self.now, self.sequence, 1200, self.pacer.probe());
                self.pacer.on_sent(self.now, 1200);
                self.sequence = self.sequence.wrapping_add(1);
            }
        }
        self.reference_time += 1;
        let count = self.sequence.wrapping_sub(base);
        let statuses = (0..count).map(|index| (base.wrapping_add(index), (index % 7 != 3).then_some(2000)));
        self.estimator.on_feedback(self.now, self.reference_time, statuses);
        self.estimator.handle_timeout(self.now);
        let estimate = self.estimator.estimate();
        self.pacer.set_rate(estimate);
        self.allocator.allocate(self.now, &self.streams, estimate, &mut self.out);
    }
}

#[test]
fn nothing_is_allocated_after_the_first_round() {
    let mut transport = Transport::new();
    transport.round();
    let before = tureen_allocations::count();
    assert!(before > 0, "the allocator counts");
    for _ in 0..1000 {
        transport.round();
    }
    assert_eq!(tureen_allocations::count() - before, 0);
    assert!(transport.probes > 1 && transport.estimator.statistics().loss > 0.1, "the rounds exercised everything");
}

#[test]
fn a_transport_that_sends_nothing_costs_little() {
    let before = tureen_allocations::count();
    let now = Instant::now();
    let estimator = BandwidthEstimator::new(now, EstimatorConfig::default());
    let pacer = Pacer::new(estimator.estimate());
    assert_eq!(tureen_allocations::count() - before, 0);
    let bytes = size_of_val(&estimator) + size_of_val(&pacer);
    assert!(bytes <= 4096, "{bytes} bytes");
}
