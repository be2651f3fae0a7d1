//! One measurement: product and reference in turns.

use std::time::Duration;

use serde::Serialize;
use tureen_packetio::SendReport;

use crate::core_clock;
use crate::core_clock::cpu_time;
use crate::product::{Codec, Product};
use crate::reference::Reference;
use crate::sink::Sink;

/// Bytes of every datagram as it goes out.
pub const DATAGRAM: usize = 1156;

/// CPU time of one slice; forwards are counted, and the time is taken around all of them.
const SLICE: Duration = Duration::from_millis(200);

/// Longer than the two seconds between reports, and with more packets than the ring of a track holds.
const WARM_UP: Duration = Duration::from_millis(2500);

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
    sink: &'static str,
    subscribers: usize,
    run: usize,
    codec: &'static str,
    ns_per_forward: f64,
    forwards_per_core_second: f64,
    reference_ns_per_forward: f64,
    ratio: f64,
    /// Nothing where nothing is sent.
    packets_per_send: Option<f64>,
    allocations_per_packet: f64,
}

impl Case {
    /// Runs the case; returns its line.
    pub fn measure(self, rounds: usize) -> String {
        let _open = self.sink.open();
        let mut product = Product::connect(self);
        let mut reference = Reference::new(self);
        product.forward_for(WARM_UP, SLICE);
        reference.forward_for(SLICE / 4);
        let (mut ours, mut theirs, mut allocated, mut packets) = (Vec::new(), Vec::new(), 0, 0);
        for _ in 0..rounds {
            theirs.push(nanoseconds(|| reference.forward_for(SLICE)));
            product.prepare(SLICE);
            ours.push(nanoseconds(|| {
                let before = tureen_allocations::count();
                let forwards = product.forward_prepared();
                allocated += tureen_allocations::count() - before;
                assert!(forwards > 0, "the subscribers were lost: the machine is too busy to measure on");
                packets += forwards;
                forwards
            }));
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let line = Line {
            sink: self.sink.name(),
            subscribers: self.subscribers,
            run: self.run,
            codec: self.codec.name(),
            ns_per_forward: ours,
            forwards_per_core_second: 1e9 / ours,
            reference_ns_per_forward: theirs,
            ratio: theirs / ours,
            packets_per_send: packets_per_send(product.report()),
            allocations_per_packet: allocated as f64 / packets as f64,
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

fn packets_per_send(report: &SendReport) -> Option<f64> {
    (report.sends > 0).then(|| report.datagrams as f64 / report.sends as f64)
}
