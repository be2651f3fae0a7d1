//! One measurement: product and reference in turns.

use std::time::Duration;

use serde::Serialize;
use tureen_packetio::SendReport;

use crate::core_clock::cpu_time;
use crate::product::{Codec, Product};
use crate::reference::Reference;
use crate::sink::Sink;
use crate::{allocations, core_clock};

/// Bytes of every datagram as it goes out.
pub const DATAGRAM: usize = 1156;

/// CPU time of one slice; forwards are counted, and the time is taken around all of them.
const SLICE: Duration = Duration::from_millis(200);

/// More than the ring of a track holds: from then on each packet takes the place of another one.
const WARM_UP_PACKETS: usize = 2000;

/// The aim: forwards per core-second of the product by those of the reference.
const AIM_RATIO: f64 = 0.70;
/// The aim for work outside of the kernel, ns per forward.
const AIM_USER_NS: f64 = 350.0;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Where datagrams go.
    pub sink: Sink,
    /// Subscribers of the one track.
    pub subscribers: usize,
    /// Packets per frame.
    pub run: usize,
    /// The track's codec: VP8 needs its picture ids rewritten.
    pub codec: Codec,
}

/// A line of the output. Times are CPU time of the thread, medians over rounds.
#[derive(Serialize)]
struct Line {
    benchmark: &'static str,
    sink: &'static str,
    subscribers: usize,
    run: usize,
    codec: &'static str,
    datagram_bytes: usize,
    ns_per_forward: f64,
    forwards_per_core_second: f64,
    reference_ns_per_forward: f64,
    ratio: f64,
    packets_per_send: f64,
    allocations_per_packet: f64,
    aim: &'static str,
    met: bool,
}

impl Case {
    /// Runs the case; returns its line.
    pub fn measure(self, rounds: usize) -> String {
        let _open = self.sink.open();
        let mut product = Product::connect(self);
        let mut reference = Reference::new(self);
        product.forward_frames(WARM_UP_PACKETS.div_ceil(self.run));
        reference.forward_for(SLICE / 4);
        let (mut ours, mut theirs, mut allocated, mut packets) = (Vec::new(), Vec::new(), 0, 0);
        for _ in 0..rounds {
            theirs.push(nanoseconds(|| reference.forward_for(SLICE)));
            product.prepare(SLICE);
            ours.push(nanoseconds(|| {
                let before = allocations::count();
                let forwards = product.forward_prepared();
                allocated += allocations::count() - before;
                assert!(forwards > 0, "the subscribers were lost: the machine is too busy to measure on");
                packets += forwards;
                forwards
            }));
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let ratio = theirs / ours;
        let (aim, met) = match self.sink {
            Sink::Memory => ("ns_per_forward <= 350, allocations 0", ours <= AIM_USER_NS && allocated == 0),
            _ => ("ratio >= 0.70, allocations 0", ratio >= AIM_RATIO && allocated == 0),
        };
        let line = Line {
            benchmark: "packet_path",
            sink: self.sink.name(),
            subscribers: self.subscribers,
            run: self.run,
            codec: self.codec.name(),
            datagram_bytes: DATAGRAM,
            ns_per_forward: tenths(ours),
            forwards_per_core_second: (1e9 / ours).round(),
            reference_ns_per_forward: tenths(theirs),
            ratio: (ratio * 1000.0).round() / 1000.0,
            packets_per_send: tenths(packets_per_send(product.report())),
            allocations_per_packet: allocated as f64 / packets as f64,
            aim,
            met,
        };
        serde_json::to_string(&line).expect("plain numbers")
    }
}

/// CPU time per forward of some work that returns how many forwards it made.
fn nanoseconds(work: impl FnOnce() -> u64) -> f64 {
    let before = core_clock::cpu_time();
    let forwards = work();
    cpu_time().saturating_sub(before).as_nanos() as f64 / forwards as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn packets_per_send(report: &SendReport) -> f64 {
    if report.sends == 0 { 0.0 } else { report.datagrams as f64 / report.sends as f64 }
}
