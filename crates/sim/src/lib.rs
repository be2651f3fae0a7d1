//! Whole calls in memory and virtual time, for tests and benchmarks.
//!
//! A [`Peer`] is the other end of a transport: it sends ICE checks, is the DTLS client, and speaks SRTP and SCTP. A
//! [`Call`] joins peers to a shard through a network that a test scripts.

#![expect(clippy::missing_panics_doc, reason = "a simulation panics where a test would fail")]

mod call;
mod peer;
mod rings;

pub use call::{Addresses, Call, Direction, Network, PeerIndex, address};
pub use peer::{Peer, Received};
pub use rings::Rings;
