//! Sans-IO media server: transports, producers, consumers, and the forwarding between them.
//!
//! A [`Shard`] is the media server of one thread. It knows opaque ids only: no rooms, no people, no SDP.

mod command;
mod consumer;
mod control;
mod counters;
mod dcep;
mod dtls;
mod event;
mod feedback;
mod forward;
mod ice;
mod ingress;
mod keyframe;
mod levels;
mod nack;
#[cfg(test)]
mod panic_tests;
mod producer;
mod random;
mod receive_window;
mod rewrite;
mod ring;
mod sctp;
mod shard;
mod timers;
mod transport;

pub use command::*;
pub use counters::Counters;
pub use dtls::Identity;
pub use event::{CloseReason, CommandErrorCode, Event, SpeakerLevel};
pub use shard::Shard;
