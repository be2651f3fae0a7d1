//! The lines of JSON between this program and whoever does the signaling.

use serde::{Deserialize, Serialize};

use crate::latency::Percentiles;

/// A line on standard input.
#[derive(Debug, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// The first line; answered by [`Report::Started`].
    Start(Start),
    /// Connect a participant; answered by [`Report::Connected`] when DTLS is complete.
    Connect(Connect),
    /// Let a participant publish a track.
    Publish(Publish),
    /// These streams are all that a participant receives from now on.
    Receive {
        /// Number of the participant.
        participant: usize,
        /// From the last answer.
        streams: Vec<Incoming>,
    },
    /// Sets participants aside, whose path is like this from now on: what they receive is no longer told.
    Path {
        /// Their numbers.
        participants: Vec<usize>,
        /// What their path is like.
        path: PathShape,
    },
    /// Tell what was counted since the last such line; answered by [`Report::Tallied`].
    Tally,
}

/// How many there are, and what all of them negotiate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Participants; they are numbered from 0.
    pub participants: usize,
    /// RTP payload types.
    pub payload_types: PayloadTypes,
    /// Header extensions.
    pub extensions: ExtensionIds,
    /// One received packet in so many is decrypted, for its time.
    pub sample_every: u32,
    /// Take runs of datagrams whole (`UDP_GRO`), as a network card that cuts them itself would spare the server's kernel.
    pub receive_offload: bool,
}

/// RTP payload types.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadTypes {
    /// Opus.
    pub opus: u8,
    /// VP8.
    pub vp8: u8,
    /// Retransmissions of VP8.
    pub rtx: u8,
}

/// Ids of header extensions.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionIds {
    /// Audio level.
    pub audio_level: u8,
    /// Transport-wide sequence number.
    pub transport_cc: u8,
    /// Media section.
    pub mid: u8,
    /// Layer.
    pub rid: u8,
    /// Layer of a retransmission.
    pub repaired_rid: u8,
}

/// Where a participant connects to, from the server's answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// Number of the participant.
    pub participant: usize,
    /// The server's user name fragment.
    pub ufrag: String,
    /// The server's password.
    pub password: String,
    /// SHA-256 of the server's certificate.
    pub fingerprint: String,
    /// The server's candidate.
    pub address: std::net::SocketAddr,
}

/// A track.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Number of the participant.
    pub participant: usize,
    /// The section's mid.
    pub mid: String,
    /// What it shows or sounds like.
    pub media: Media,
}

/// What a track is like.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// Simulcast layers, from the lowest to the highest.
    Camera(Vec<LayerShape>),
    /// Speech, or the comfort noise of somebody who listens.
    Microphone {
        /// Whether somebody talks.
        speaks: bool,
    },
}

/// One simulcast layer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerShape {
    /// Its id.
    pub rid: String,
    /// Bits per second.
    pub bitrate: u32,
    /// Frames per second.
    pub frame_rate: u32,
}

/// What a participant's path is like.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathShape {
    /// As good as this machine.
    Open,
    /// The participant stops: it reads nothing and says nothing.
    Deaf,
    /// A slow link towards the participant.
    Narrow {
        /// What it carries.
        bits_per_second: u32,
    },
}

/// A stream that comes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    /// SSRC of the media.
    pub ssrc: u32,
    /// SSRC of the retransmissions.
    pub rtx_ssrc: Option<u32>,
    /// Whether it is video.
    pub video: bool,
}

/// A line on standard output.
#[derive(Debug, Serialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum Report {
    /// What offers have to say of the participants.
    Started {
        /// SHA-256 of the certificate, which all share.
        fingerprint: String,
        /// User name fragments and passwords, by number.
        credentials: Vec<(String, String)>,
    },
    /// DTLS is complete.
    Connected {
        /// Number of the participant.
        participant: usize,
        /// The SRTP profile.
        profile: &'static str,
    },
    /// What was counted.
    Tallied(Tallied),
}

/// Counts since the last line of its kind; [`crate::tally::Tally`] explains them.
#[derive(Debug, Serialize)]
pub struct Tallied {
    pub seconds: f64,
    pub cpu_seconds: f64,
    pub expected_streams: usize,
    pub flowing_streams: usize,
    pub packets: u64,
    pub bytes: u64,
    pub rtx_packets: u64,
    pub strays: u64,
    pub nacks: u64,
    pub lost: u64,
    pub unauthentic: u64,
    pub published: u64,
    pub repaired: u64,
    pub key_frame_requests: u64,
    pub unsent: u64,
    pub latency_us: Percentiles,
    pub lateness_us: Percentiles,
}
