//! Whole calls in memory and virtual time, for tests and benchmarks.
//!
//! A [`Peer`] is the other end of a transport: its [`Handshake`] sends ICE checks and is the DTLS client, and it speaks SRTP
//! and SCTP. A
//! [`Call`] joins peers to a shard through a network that a test scripts.

#![expect(clippy::missing_panics_doc, reason = "a simulation panics where a test would fail")]

mod bottleneck;
mod call;
pub mod descriptor;
mod handshake;
mod peer;
mod player;
mod rings;
mod video;

pub use call::{Addresses, Call, Direction, Network, PeerIndex, address};
pub use handshake::{DtlsCertificate, Handshake};
pub use peer::{Peer, Received};
pub use player::{DESCRIPTOR_ID, Picture, Player};
pub use rings::Rings;
pub use video::{Format, Prediction, Truth, VideoPacket, VideoSource};
