//! Commands from the control plane. Plain data that serialises, so that the same core can stand behind a function call or
//! a socket. `src/tureen/media/commands.py` is the other side and documents the fields.

use serde::Deserialize;
use serde_bytes::ByteBuf;

/// Identifies a transport for the control plane.
pub type TransportId = u64;
/// Identifies a producer for the control plane.
pub type ProducerId = u64;
/// Identifies a consumer for the control plane.
pub type ConsumerId = u64;

/// The media of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// Forwarded from the first packet on.
    Audio,
    /// Forwarded from a key frame on.
    Video,
}

/// A negotiated codec.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.model.media.Codec")]
pub struct Codec {
    pub mime_type: String,
    pub payload_type: u8,
    pub clock_rate: u32,
    #[serde(default)]
    pub feedback: Vec<String>,
    #[serde(default)]
    pub rtx_payload_type: Option<u8>,
}

/// RTP header extension ids of a transport; `None` where not negotiated.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[expect(missing_docs, reason = "named after the extensions")]
pub struct HeaderExtensionIds {
    pub mid: Option<u8>,
    pub rid: Option<u8>,
    pub repaired_rid: Option<u8>,
    pub transport_cc: Option<u8>,
    pub abs_send_time: Option<u8>,
    pub audio_level: Option<u8>,
    pub dependency_descriptor: Option<u8>,
    pub video_orientation: Option<u8>,
    pub abs_capture_time: Option<u8>,
    #[serde(default)]
    pub playout_delay: Option<u8>,
}

/// One RTP stream of a producer.
#[derive(Clone, Debug, Default, Deserialize)]
#[expect(missing_docs, reason = "as in SDP")]
pub struct Encoding {
    pub rid: Option<String>,
    pub ssrc: Option<u32>,
    pub rtx_ssrc: Option<u32>,
}

/// ICE user name fragment and password.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "as in SDP")]
pub struct IceCredentials {
    pub ufrag: String,
    pub password: String,
}

/// How a producer's payload type appears at a subscriber.
#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.model.media.PayloadTypeMapping")]
pub struct PayloadTypeMapping {
    pub producer: u8,
    pub consumer: u8,
    pub consumer_rtx: Option<u8>,
    #[serde(default)]
    pub consumer_red: Option<u8>,
}

/// What the control plane may ask; see `tureen.media.commands` for each.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at tureen.media.commands")]
pub enum Command {
    OpenTransport(OpenTransport),
    UpdateTransport(UpdateTransport),
    CloseTransport {
        transport: TransportId,
    },
    OpenProducer(OpenProducer),
    LimitSpeakers {
        speakers: u64,
        limit: usize,
    },
    OpenMirror(OpenMirror),
    MirrorProducer {
        #[serde(default)]
        request: u64,
        producer: ProducerId,
        shard: u16,
        mirrored: bool,
    },
    PauseProducer {
        #[serde(default)]
        request: u64,
        producer: ProducerId,
        paused: bool,
    },
    CloseProducer {
        producer: ProducerId,
    },
    OpenConsumer(OpenConsumer),
    UpdateConsumer {
        #[serde(default)]
        request: u64,
        consumer: ConsumerId,
        limits: ConsumerLimits,
    },
    CloseConsumer {
        consumer: ConsumerId,
    },
    RequestKeyFrame {
        #[serde(default)]
        request: u64,
        producer: ProducerId,
    },
    SendData {
        transports: Vec<TransportId>,
        label: String,
        payload: ByteBuf,
        binary: bool,
    },
}

impl Command {
    /// Its name on the wire, and the number under which its failure is reported.
    pub(crate) fn name(&self) -> (&'static str, u64) {
        match self {
            Self::OpenTransport(open) => ("open_transport", open.request),
            Self::UpdateTransport(update) => ("update_transport", update.request),
            Self::CloseTransport { .. } => ("close_transport", 0),
            Self::OpenProducer(open) => ("open_producer", open.request),
            Self::LimitSpeakers { .. } => ("limit_speakers", 0),
            Self::OpenMirror(open) => ("open_mirror", open.request),
            Self::MirrorProducer { request, .. } => ("mirror_producer", *request),
            Self::PauseProducer { request, .. } => ("pause_producer", *request),
            Self::CloseProducer { .. } => ("close_producer", 0),
            Self::OpenConsumer(open) => ("open_consumer", open.request),
            Self::UpdateConsumer { request, .. } => ("update_consumer", *request),
            Self::CloseConsumer { .. } => ("close_consumer", 0),
            Self::RequestKeyFrame { request, .. } => ("request_key_frame", *request),
            Self::SendData { .. } => ("send_data", 0),
        }
    }
}

/// Makes a transport.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.media.commands")]
pub struct OpenTransport {
    #[serde(default)]
    pub request: u64,
    pub transport: TransportId,
    pub local_ice: IceCredentials,
    pub remote_ice: IceCredentials,
    pub remote_fingerprint: String,
    pub extensions: HeaderExtensionIds,
    pub max_message_size: u32,
}

/// Takes over what a later description changed.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.media.commands")]
pub struct UpdateTransport {
    #[serde(default)]
    pub request: u64,
    pub transport: TransportId,
    pub extensions: HeaderExtensionIds,
    pub max_message_size: u32,
    #[serde(default)]
    pub local_ice: Option<IceCredentials>,
    #[serde(default)]
    pub remote_ice: Option<IceCredentials>,
}

/// Starts to receive a track.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.media.commands")]
pub struct OpenProducer {
    #[serde(default)]
    pub request: u64,
    pub producer: ProducerId,
    pub transport: TransportId,
    pub kind: MediaKind,
    pub mid: String,
    pub codecs: Vec<Codec>,
    pub encodings: Vec<Encoding>,
    #[serde(default)]
    pub speakers: u64,
}

/// Makes a mirror of a producer that is on another shard.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.media.commands")]
pub struct OpenMirror {
    #[serde(default)]
    pub request: u64,
    pub shard: u16,
    pub paused: bool,
    pub producer: OpenProducer,
}

/// Forwards a producer to a transport.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.media.commands")]
pub struct OpenConsumer {
    #[serde(default)]
    pub request: u64,
    pub consumer: ConsumerId,
    pub transport: TransportId,
    pub producer: ProducerId,
    pub mid: String,
    pub ssrc: u32,
    pub rtx_ssrc: Option<u32>,
    pub payload_types: Vec<PayloadTypeMapping>,
    pub limits: ConsumerLimits,
}

/// A layer above every real one.
pub const BEST_LAYER: u8 = u8::MAX;

/// How much of a track a consumer is sent at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "documented at tureen.model.media.ConsumerLimits")]
pub struct ConsumerLimits {
    pub paused: bool,
    pub max_layer: u8,
    pub max_temporal: u8,
    pub priority: u8,
}

impl Default for ConsumerLimits {
    fn default() -> Self {
        Self { paused: false, max_layer: BEST_LAYER, max_temporal: BEST_LAYER, priority: 0 }
    }
}
