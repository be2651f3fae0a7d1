//! Recorded links, replayed: what was sent is given, so that only the estimate is judged (`traces/README.md`).

mod simulation;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use simulation::{Feedback, LinkConfig, Receiver, Simulation};
use tureen_bwe::{BandwidthEstimator, DataRate, EstimatorConfig};

/// Microseconds.
const REPORT: u64 = 50_000;
const WAY_BACK: u64 = 20_000;

struct Packet {
    sent: u64,
    bytes: usize,
    arrival: Option<u64>,
}

/// (milliseconds, kbit/s) after each report.
struct Replay(Vec<(u64, u64)>);

impl Replay {
    fn of(name: &str) -> Self {
        let packets = read(name);
        let began = Instant::now();
        let mut estimator = BandwidthEstimator::new(began, EstimatorConfig::default());
        let mut receiver = Receiver::default();
        let mut arrivals: Vec<_> =
            (0..).zip(&packets).filter_map(|(index, packet)| Some((packet.arrival?, 65_000 + index))).collect();
        arrivals.sort_unstable();
        let (mut arrivals, mut sends) = (arrivals.into_iter().peekable(), (0..).zip(&packets).peekable());
        let mut estimates = Vec::new();
        let end = packets.last().expect("packets").sent;
        for report_at in (1..end / REPORT).map(|index| index * REPORT) {
            while let Some((arrival, sequence)) = arrivals.next_if(|(arrival, _)| *arrival < report_at) {
                receiver.receive(sequence, arrival);
            }
            let now = report_at + WAY_BACK;
            while let Some((index, packet)) = sends.next_if(|(_, packet)| packet.sent < now) {
                let at = began + Duration::from_micros(packet.sent);
                estimator.on_sent(at, (65_000_u64 + index) as u16, packet.bytes, None);
            }
            let now = began + Duration::from_micros(now);
            if let Some(Feedback { reference_time, statuses }) = receiver.report() {
                estimator.on_feedback(now, reference_time, statuses.into_iter());
            }
            estimator.handle_timeout(now);
            estimates.push((report_at / 1000, estimator.estimate().bps() / 1000));
        }
        Self(estimates)
    }

    fn between(&self, from: u64, to: u64) -> impl Iterator<Item = u64> {
        self.0.iter().filter(move |(at, _)| (from..to).contains(at)).map(|(_, estimate)| *estimate)
    }

    fn lowest(&self, from: u64, to: u64) -> u64 {
        self.between(from, to).min().expect("a time within the trace")
    }

    fn highest(&self, from: u64, to: u64) -> u64 {
        self.between(from, to).max().expect("a time within the trace")
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces")
}

fn read(name: &str) -> Vec<Packet> {
    let text = std::fs::read_to_string(folder().join(name)).expect("a trace");
    let packet = |line: &str| {
        let mut fields = line.split(',').map(|field| field.parse::<u64>().ok());
        let mut field = || fields.next().expect("three fields");
        Packet { sent: field().expect("when"), bytes: field().expect("bytes") as usize, arrival: field() }
    };
    text.lines().skip(1).map(packet).collect()
}

#[test]
fn a_steady_link_lets_the_estimate_grow() {
    let replay = Replay::of("steady.csv");
    assert!(replay.lowest(0, 10_000) >= 590, "{}", replay.lowest(0, 10_000));
    // Without probes it grows by 8 % per second, and no further than half again of what passes.
    assert!((1150..1400).contains(&replay.highest(9_500, 10_000)), "{}", replay.highest(9_500, 10_000));
}

#[test]
fn a_link_that_narrows_lowers_the_estimate_within_a_second() {
    let replay = Replay::of("narrowing.csv");
    assert!(replay.lowest(3_000, 4_000) >= 700, "{}", replay.lowest(3_000, 4_000));
    // From 2000 to 500 kbit/s after 4 s, and back after 8 s. The sender does not obey and keeps the queue full.
    assert!(replay.highest(5_000, 8_000) <= 500, "{}", replay.highest(5_000, 8_000));
    assert!(replay.lowest(5_000, 8_000) >= 250, "{}", replay.lowest(5_000, 8_000));
    assert!(replay.highest(11_500, 12_000) > replay.highest(9_000, 9_400), "grows again");
}

#[test]
fn random_loss_in_bursts_does_not_stop_the_growth() {
    let replay = Replay::of("loss.csv");
    assert!(replay.lowest(0, 10_000) >= 590, "{}", replay.lowest(0, 10_000));
    assert!(replay.highest(9_000, 10_000) >= 1000, "{}", replay.highest(9_000, 10_000));
}

#[test]
fn jitter_is_no_congestion() {
    let replay = Replay::of("jitter.csv");
    assert!(replay.lowest(0, 10_000) >= 590, "{}", replay.lowest(0, 10_000));
    assert!(replay.highest(9_000, 10_000) >= 1000, "{}", replay.highest(9_000, 10_000));
}

#[test]
fn simulated_a_link_that_narrows() {
    let replay = Replay::of("simulated_narrowing.csv");
    assert!(replay.lowest(2_000, 4_000) >= 650, "{}", replay.lowest(2_000, 4_000));
    assert!(replay.highest(4_800, 9_000) <= 300, "{}", replay.highest(4_800, 9_000));
    assert!(replay.lowest(4_800, 9_000) >= 130, "{}", replay.lowest(4_800, 9_000));
}

#[test]
fn simulated_a_policer() {
    let replay = Replay::of("simulated_policer.csv");
    assert!(replay.highest(6_000, 10_000) <= 650, "{}", replay.highest(6_000, 10_000));
    assert!(replay.lowest(6_000, 10_000) >= 450, "{}", replay.lowest(6_000, 10_000));
}

/// Writes the traces that are simulated.
#[test]
#[ignore = "writes into the source tree"]
fn record_simulated_traces() {
    let write = |name: &str, simulation: &Simulation| {
        let row = |(sent, bytes, arrival): &(u64, u64, Option<u64>)| {
            format!("{sent},{bytes},{}\n", arrival.map(|at| at.to_string()).unwrap_or_default())
        };
        let rows: String = simulation.flow().trace.iter().map(row).collect();
        std::fs::write(folder().join(name), format!("sent_us,bytes,arrival_us\n{rows}")).expect("written");
    };
    let mut narrowing = Simulation::new(LinkConfig::kbps(1200), 1);
    narrowing.run_until(4.0).then(|link| link.rate = DataRate::from_kbps(300), 9.0);
    write("simulated_narrowing.csv", &narrowing);
    let mut policer = Simulation::new(LinkConfig { polices: true, queue: 50_000, ..LinkConfig::kbps(600) }, 1);
    policer.flows[0].source.elastic = Some(DataRate::from_kbps(1000));
    write("simulated_policer.csv", policer.run_until(10.0));
}
