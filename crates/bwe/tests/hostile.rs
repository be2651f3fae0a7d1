//! Whatever a peer reports, the estimator neither panics nor leaves its bounds, and nonsense does not move it.

mod simulation;

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use simulation::Random;
use tureen_bwe::{BandwidthEstimator, DataRate, EstimatorConfig, Pacer};

#[derive(Clone, Debug)]
enum Step {
    Pass(u32),
    Send {
        packets: u8,
        bytes: u16,
        sequence: Option<u16>,
    },
    /// The last packets, all received.
    Acknowledge {
        packets: u8,
        spacing: i16,
    },
    Report {
        reference_time: u32,
        base: u16,
        statuses: Vec<Option<i16>>,
    },
    RoundTrip(u32),
    Remb(u64),
    Loss(u8),
    Wanted(u64),
    Timeout,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_000_000_u32).prop_map(Step::Pass),
        6 => (any::<u8>(), any::<u16>(), proptest::option::weighted(0.1, any::<u16>()))
            .prop_map(|(packets, bytes, sequence)| Step::Send { packets, bytes, sequence }),
        4 => (any::<u8>(), -100..3000_i16).prop_map(|(packets, spacing)| Step::Acknowledge { packets, spacing }),
        3 => (0..1_u32 << 24, any::<u16>(), vec(any::<Option<i16>>(), 0..300))
            .prop_map(|(reference_time, base, statuses)| Step::Report { reference_time, base, statuses }),
        1 => any::<u32>().prop_map(Step::RoundTrip),
        1 => any::<u64>().prop_map(Step::Remb),
        1 => any::<u8>().prop_map(Step::Loss),
        1 => any::<u64>().prop_map(Step::Wanted),
        2 => Just(Step::Timeout),
    ]
}

proptest! {
    #[test]
    fn estimates_stay_within_their_bounds(steps in vec(step(), 1..150)) {
        let mut now = Instant::now();
        let config = EstimatorConfig::default();
        let mut estimator = BandwidthEstimator::new(now, config);
        let mut pacer = Pacer::new(estimator.estimate());
        let (mut sequence, mut reference_time) = (65_000_u16, 0);
        for step in steps {
            match step {
                Step::Pass(micros) => now += Duration::from_micros(u64::from(micros)),
                Step::Send { packets, bytes, sequence: jump } => {
                    sequence = jump.unwrap_or(sequence);
                    for _ in 0..packets {
                        now += Duration::from_micros(500);
                        let _ = (pacer.may_send(now), pacer.wants_padding(now));
                        estimator.on_sent(now, sequence, usize::from(bytes), pacer.probe());
                        pacer.on_sent(now, usize::from(bytes));
                        sequence = sequence.wrapping_add(1);
                    }
                }
                Step::Acknowledge { packets, spacing } => {
                    reference_time = (reference_time + 1) & 0xff_ffff;
                    let base = sequence.wrapping_sub(u16::from(packets));
                    let statuses = (0..u16::from(packets))
                        .map(|index| (base.wrapping_add(index), Some(i32::from(spacing) * 250)));
                    estimator.on_feedback(now, reference_time, statuses);
                }
                Step::Report { reference_time, base, statuses } => {
                    let statuses = (0..).zip(statuses)
                        .map(|(index, delta)| (base.wrapping_add(index), delta.map(|ticks| i32::from(ticks) * 250)));
                    estimator.on_feedback(now, reference_time, statuses);
                }
                Step::RoundTrip(micros) => estimator.on_round_trip(Duration::from_micros(u64::from(micros))),
                Step::Remb(bits) => estimator.on_remb(now, DataRate::from_bps(bits)),
                Step::Loss(fraction) => estimator.on_loss_report(now, fraction),
                Step::Wanted(bits) => estimator.set_wanted(DataRate::from_bps(bits)),
                Step::Timeout => {
                    now = estimator.deadline().map_or(now, |deadline| deadline.max(now));
                    estimator.handle_timeout(now);
                }
            }
            if let Some(cluster) = estimator.poll_probe(now) {
                prop_assert!(cluster.rate <= config.max && cluster.min_packets <= 10);
                pacer.begin_probe(now, cluster);
            }
            let estimate = estimator.estimate();
            prop_assert!((config.min..=config.max).contains(&estimate), "{}", estimate);
            pacer.set_rate(estimate);
            prop_assert!(pacer.next_release(now) <= now + Duration::from_secs(3600));
            let statistics = estimator.statistics();
            prop_assert!((0.0..=1.0).contains(&statistics.loss) && (0.0..=1.0).contains(&statistics.random_loss));
        }
    }

    #[test]
    fn a_timer_that_is_served_is_set_later(rates in vec(1..5000_u64, 1..20)) {
        let mut now = Instant::now();
        let mut estimator = BandwidthEstimator::new(now, EstimatorConfig::default());
        for (sequence, rate) in (0..).zip(rates) {
            estimator.set_wanted(DataRate::from_kbps(rate));
            estimator.on_sent(now, sequence, 1000, None);
            estimator.on_feedback(now, u32::from(sequence), [(sequence, Some(0))].into_iter());
            for _ in 0..50 {
                let Some(deadline) = estimator.deadline() else { break };
                now = now.max(deadline);
                estimator.handle_timeout(now);
                let _ = estimator.poll_probe(now);
                prop_assert!(estimator.deadline().is_none_or(|next| next > now), "no busy loop");
            }
        }
    }
}

/// Sends 100 packets a second for `seconds` over a path that delays by 30 ms and loses every tenth; after each report
/// `disturb` may do what it likes. Returns the estimates.
fn run(seconds: u32, mut disturb: impl FnMut(&mut BandwidthEstimator, Instant, u16, u32)) -> Vec<DataRate> {
    let began = Instant::now();
    let mut estimator = BandwidthEstimator::new(began, EstimatorConfig::default());
    estimator.set_wanted(DataRate::from_kbps(500));
    let mut estimates = Vec::new();
    for report in 0..seconds * 10 {
        let base = (report * 10) as u16;
        let at = began + Duration::from_millis(u64::from(report) * 100);
        for index in 0..10 {
            estimator.on_sent(at + Duration::from_millis(index * 10), base.wrapping_add(index as u16), 1000, None);
        }
        // In units of 64 ms, the rest in the first delta.
        let arrival = report * 100 + 30;
        let reference_time = arrival / 64;
        let statuses = (0..10).map(|index| {
            let delta = if index == 0 { (arrival % 64) as i32 * 1000 } else { 10_000 };
            let delta = if index == 6 { 20_000 } else { delta };
            (base.wrapping_add(index), (index != 5).then_some(delta))
        });
        let now = at + Duration::from_millis(150);
        estimator.on_feedback(now, reference_time, statuses.clone());
        disturb(&mut estimator, now, base, reference_time);
        estimates.push(estimator.estimate());
    }
    estimates
}

#[test]
fn repeated_old_and_foreign_reports_change_nothing() {
    let undisturbed = run(30, |_, _, _, _| {});
    assert!(undisturbed.last().is_some_and(|last| *last > DataRate::from_kbps(500)));
    let mut random = Random::new(7);
    let disturbed = run(30, |estimator, now, base, reference_time| {
        let repeated = (0..10).map(|index| (base.wrapping_add(index), Some(9_000)));
        estimator.on_feedback(now, reference_time.wrapping_add(3), repeated.filter(|(sequence, _)| sequence % 10 != 5));
        let old = (0..200).map(|index| (base.wrapping_sub(5000).wrapping_add(index), Some(-70_000)));
        estimator.on_feedback(now, (random.unit() * f64::from(1 << 24)) as u32, old);
        let foreign = (0..500).map(|index| (base.wrapping_add(10 + index), (index % 2 == 0).then_some(8_000_000)));
        estimator.on_feedback(now, reference_time, foreign);
    });
    assert_eq!(undisturbed, disturbed);
}

#[test]
fn without_feedback_remb_and_receiver_reports_decide() {
    let mut now = Instant::now();
    let mut estimator = BandwidthEstimator::new(now, EstimatorConfig::default());
    estimator.set_wanted(DataRate::from_kbps(3000));
    estimator.on_remb(now, DataRate::from_kbps(1500));
    assert_eq!(estimator.estimate(), DataRate::from_kbps(1500));
    for _ in 0..10 {
        now += Duration::from_secs(1);
        estimator.on_loss_report(now, 50);
    }
    assert_eq!(estimator.estimate(), DataRate::from_kbps(1500), "a fifth lost, but no queue");
    estimator.on_sent(now, 1, 1000, None);
    estimator.on_feedback(now + Duration::from_millis(50), 1, [(1, Some(0))].into_iter());
    estimator.on_remb(now, DataRate::from_kbps(100));
    assert_eq!(estimator.estimate(), DataRate::from_kbps(600), "feedback is better than both");
}

#[test]
fn losses_may_be_told_in_any_order_after_a_long_silence() {
    let began = Instant::now();
    let mut estimator = BandwidthEstimator::new(began, EstimatorConfig::default());
    let at = |packet: u16| began + Duration::from_millis(u64::from(packet));
    (0..3000).for_each(|packet| estimator.on_sent(at(packet), packet, 1000, None));
    for base in [2900, 2000] {
        estimator.on_feedback(at(3000), 40, (base..base + 10).map(|packet| (packet, None)));
    }
    estimator.on_feedback(at(3000), 41, std::iter::once((2950, Some(250))));
    assert!(estimator.estimate() > DataRate::ZERO);
}
