//! Plays many participants of a media server over real sockets, on one thread.
//!
//! Each has a UDP socket, is the controlling side of ICE and the client of DTLS, publishes simulcast-shaped video and
//! sound, and answers what it receives as a browser does: transport-wide feedback, reports, requests for what is missing.
//! Nothing is encoded or decoded; of what comes, headers are read, and one packet in some is decrypted.
//!
//! Somebody else does the signaling: JSON lines on standard input say whom to connect and what to publish
//! ([`messages::Order`]), lines on standard output what came of it ([`messages::Report`]). The program ends with its input.
//!
//! ```text
//! stdin ─▶ Order ─▶ Crowd ─▶ Participant ─▶ camera, microphone ─▶ SentStream     ─▶ SendBatch ─▶ socket
//! timers ────────────┘            └───────▶ feedback           ◀─ ReceivedStream ◀─ ReceiveBatch ◀─ socket
//! ```

mod camera;
mod clock;
mod crowd;
mod feedback;
mod latency;
mod messages;
mod microphone;
mod orders;
mod participant;
mod path;
mod poll;
mod publishing;
mod receive;
mod received_stream;
mod schedule;
mod send;
mod sent_stream;
mod socket;
mod stamp;
mod tally;

use std::process::ExitCode;

fn main() -> ExitCode {
    match crowd::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tureen-load: {error}");
            ExitCode::FAILURE
        }
    }
}
