//! What one core forwards: one publisher, many subscribers, SRTP AES-256-GCM, UDP.
//!
//! Every case runs twice, in turns: once through the product's packet path (a shard with connected transports, its rings,
//! rewriting, sealing, and its sender), once through a reference that seals and sends and does nothing else. The machine's
//! mood hits both, so the ratio is the result. One JSON line per case.
//!
//! Usage: `packet_path [memory|loopback|ifb] [rounds] [subscribers,...] [packets per frame,...]`. `ifb` expects to run where 10.200.0.0/16 leads into a device that
//! drops (`benches/packets.py` makes that place); `loopback` sends to a socket that nobody reads.

mod case;
mod core_clock;
mod product;
mod reference;
mod sink;

use std::process::ExitCode;

use case::Case;
use product::Codec;
use sink::Sink;

/// Subscribers, unless the command line says otherwise.
const SUBSCRIBERS: &str = "10,100,1000";
/// Packets of one frame, and so the most that can travel in one send; unless the command line says otherwise.
const RUNS: &str = "1,2,6,12";
const ROUNDS: &str = "5";
const USAGE: &str = "usage: packet_path [memory|loopback|ifb] [rounds] [subscribers,...] [packets per frame,...]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize, default: &'static str| arguments.get(index).map_or(default, String::as_str);
    let sink = Sink::from_name(argument(0, Sink::Memory.name()));
    let rounds = numbers(argument(1, ROUNDS)).and_then(|rounds| rounds.first().copied());
    let (subscribers, runs) = (numbers(argument(2, SUBSCRIBERS)), numbers(argument(3, RUNS)));
    let (Some(sink), Some(rounds), Some(subscribers), Some(runs)) = (sink, rounds, subscribers, runs) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    core_clock::pin_to_last_core();
    for subscribers in subscribers {
        for run in &runs {
            for codec in [Codec::Vp8, Codec::H264] {
                println!("{}", Case { sink, subscribers, run: *run, codec }.measure(rounds));
            }
        }
    }
    ExitCode::SUCCESS
}

/// Positive numbers between commas.
fn numbers(text: &str) -> Option<Vec<usize>> {
    text.split(',').map(|number| number.parse().ok().filter(|number| *number > 0)).collect()
}
