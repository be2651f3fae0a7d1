//! Events for the control plane. `src/tureen/media/events.py` is the other side and documents them.

use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::command::{ConsumerId, ProducerId, TransportId};

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

/// How loud a producer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "documented at tureen.media.events.SpeakerLevel")]
pub struct SpeakerLevel {
    pub producer: ProducerId,
    pub level: u8,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "documented at tureen.model.reports.ProducerReport")]
pub struct ProducerReport {
    pub producer: ProducerId,
    pub layers: Vec<LayerReport>,
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

/// What was measured of one transport over the last interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "documented at tureen.model.reports.TransportReport")]
pub struct TransportReport {
    pub round_trip_ms: Option<u32>,
    pub estimate: Option<u64>,
    pub sent: u64,
    pub received: u64,
    pub producers: Vec<ProducerReport>,
    pub consumers: Vec<ConsumerReport>,
}

/// What the core tells; see `tureen.media.events` for each.
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
    AudioLevels {
        levels: Vec<SpeakerLevel>,
    },
    ConsumerPaused {
        consumer: ConsumerId,
        paused: bool,
    },
    TransportReported {
        transport: TransportId,
        report: TransportReport,
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
