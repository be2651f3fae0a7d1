//! Events for the control plane. `src/tureen/media/events.py` is the other side and documents them.

use serde::{Serialize, Serializer};
use serde_bytes::ByteBuf;

use crate::command::{ConsumerId, ProducerId, TransportId};
use crate::producer::MAX_LAYERS;

/// Why the core closed a transport by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at tureen.media.events.TransportCloseReason")]
pub enum CloseReason {
    DtlsFailed,
    ConnectTimeout,
    ConsentExpired,
    PeerClosed,
    Panic,
}

/// Why a command had no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at tureen.media.events.CommandFailed")]
pub enum CommandErrorCode {
    UnknownTransport,
    UnknownProducer,
    UnknownConsumer,
    DuplicateId,
    InvalidParameter,
    LimitExceeded,
    Panic,
}

/// One RTP stream of a producer over the last interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "documented at tureen.model.reports.LayerReport")]
pub struct LayerReport {
    pub layer: u8,
    pub bitrate: u64,
    pub loss: u16,
    pub jitter_ms: u32,
}

/// A track that a peer sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "documented at tureen.model.reports.ProducerReport")]
pub struct ProducerReport {
    pub producer: ProducerId,
    #[serde(serialize_with = "those_that_flow")]
    pub layers: [Option<LayerReport>; MAX_LAYERS],
}

fn those_that_flow<S: Serializer>(layers: &[Option<LayerReport>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(layers.iter().flatten())
}

/// A track that a peer receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "documented at tureen.model.reports.ConsumerReport")]
pub struct ConsumerReport {
    pub consumer: ConsumerId,
    pub layer: Option<u8>,
    pub temporal: Option<u8>,
    pub paused: bool,
    pub bitrate: u64,
    pub loss: u16,
    pub jitter_ms: u32,
}

/// What the core tells; see `tureen.media.events` for each. What is told again and again owns no memory, so that telling it
/// allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at tureen.media.events")]
pub enum Event {
    CommandFailed {
        request: u64,
        command: String,
        code: CommandErrorCode,
        message: String,
    },
    TransportConnected {
        transport: TransportId,
        remote: String,
        srtp_profile: String,
    },
    TransportDisconnected {
        transport: TransportId,
    },
    TransportReconnected {
        transport: TransportId,
    },
    TransportClosed {
        transport: TransportId,
        reason: CloseReason,
    },
    ProducerStarted {
        producer: ProducerId,
        layer: u8,
        payload_type: u8,
    },
    AudioLevel {
        producer: ProducerId,
        level: u8,
    },
    ConsumerPaused {
        consumer: ConsumerId,
        paused: bool,
    },
    ProducerReported {
        transport: TransportId,
        report: ProducerReport,
    },
    ConsumerReported {
        transport: TransportId,
        report: ConsumerReport,
    },
    TransportReported {
        transport: TransportId,
        round_trip_ms: Option<u32>,
        estimate: Option<u64>,
        sent: u64,
        received: u64,
    },
    DataChannelOpened {
        transport: TransportId,
        channel: u16,
        label: String,
        protocol: String,
        ordered: bool,
        max_retransmits: Option<u32>,
    },
    DataChannelClosed {
        transport: TransportId,
        channel: u16,
    },
    DataMessage {
        transport: TransportId,
        channel: u16,
        label: String,
        binary: bool,
        payload: ByteBuf,
    },
    DataDropped {
        transport: TransportId,
        label: String,
        size: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_do_not_flow_are_not_told() {
        let layer = LayerReport { layer: 1, bitrate: 5, loss: 0, jitter_ms: 3 };
        let report = ProducerReport { producer: 7, layers: [None, Some(layer), None, None] };
        let told = rmp_serde::to_vec(&report).expect("plain values");
        assert_eq!(told, [0x92, 7, 0x91, 0x94, 1, 5, 0, 3], "a list of one");
    }
}
