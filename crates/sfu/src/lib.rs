//! Sans-IO media server: transports, producers, consumers, and the forwarding between them.
//!
//! A [`Shard`] is the media server of one thread. It knows opaque ids only: no rooms, no people, no SDP.

mod ahead;
mod allocation;
mod command;
mod consumer;
mod control;
mod counters;
mod dcep;
mod describe;
mod downlink;
mod dtls;
mod event;
mod feedback;
mod forward;
mod frame;
mod ice;
mod ingress;
mod keyframe;
mod levels;
mod mirror;
mod nack;
mod other_traffic;
mod packet_sender;
mod padding;
#[cfg(test)]
mod panic_tests;
mod playout;
mod producer;
mod random;
mod rates;
mod receive_window;
mod redundancy;
mod relay;
mod release;
mod replay;
mod report;
mod retransmission;
mod rewrite;
mod ring;
mod round_trip;
mod sctp;
mod selection;
mod shard;
mod speakers;
mod steering;
mod timeline;
mod timers;
mod transport;
mod volume;

/// The parsers of network bytes, for fuzz targets and property tests.
#[cfg(feature = "untrusted")]
pub mod untrusted {
    pub use crate::dcep::{Dcep, Open as OpenDataChannel, parse_untrusted as parse_dcep_untrusted};
    pub use crate::ice::BindingRequest;
    pub use crate::receive_window::ReceiveWindow;
}

pub use command::*;
pub use counters::Counters;
pub use dtls::Identity;
pub use event::{CloseReason, CommandErrorCode, ConsumerReport, Event, LayerReport, ProducerReport};
pub use ice::{BindingRequest, Refused};
pub use rates::PerLayer;
pub use relay::{Relayed, RelayedPacket};
pub use selection::LayerTarget;
pub use shard::Shard;
