//! One RTP stream that a participant sends, and what it keeps for retransmission.

use std::net::UdpSocket;
use std::time::Duration;

use tureen_rtp::extension::{AudioLevel, encode_audio_level, encode_transport_cc};
use tureen_rtp::rtcp::{RtcpWriter, SenderInfo};
use tureen_rtp::{HeaderFields, write_header};
use tureen_srtp::Outbound;

use crate::clock;
use crate::messages::ExtensionIds;
use crate::send::SendBatch;
use crate::stamp;

/// Packets kept for retransmission: some two seconds of the largest layer.
const HISTORY: usize = 512;
/// The longest payload, so that a datagram stays below 1,200 bytes as browsers keep it.
pub const MAX_PAYLOAD: usize = 1140;
/// What all payloads have behind their front. Nobody decodes it.
const REST: [u8; MAX_PAYLOAD] = [0x55; MAX_PAYLOAD];
/// The original sequence number in front of what is sent again (RFC 4588 section 4).
const RTX_HEADER: usize = 2;

/// The front of a payload: what the server reads, and the stamp.
pub type Front = [u8; stamp::END];

/// A packet as the stream's owner makes it.
#[derive(Clone, Copy, Default)]
pub struct Payload {
    /// The M bit.
    pub marker: bool,
    /// RTP timestamp before the stream's offset.
    pub timestamp: u32,
    /// Its first bytes, as far as `len` reaches.
    pub front: Front,
    /// Length, bytes; at most [`MAX_PAYLOAD`].
    pub len: usize,
    /// How loud it is, for sound.
    pub level: Option<AudioLevel>,
}

/// What all streams of a participant leave through.
pub struct Uplink<'a> {
    /// Seals.
    pub outbound: &'a Outbound,
    /// Leads to the server.
    pub socket: &'a UdpSocket,
    /// What is under way to the socket.
    pub batch: &'a mut SendBatch,
    /// The transport-wide number of the next packet.
    pub number: &'a mut u16,
    /// Negotiated ids.
    pub extensions: ExtensionIds,
}

/// How a stream is called.
#[derive(Clone)]
pub struct StreamName {
    /// SSRC of the media.
    pub ssrc: u32,
    /// SSRC and payload type of the retransmissions, where there are any.
    pub rtx: Option<(u32, u8)>,
    /// Payload type of the media.
    pub payload_type: u8,
    /// Section.
    pub mid: String,
    /// Layer, with simulcast.
    pub rid: Option<String>,
    /// Ticks of its timestamps per second.
    pub clock_rate: u32,
}

/// A stream.
pub struct SentStream {
    name: StreamName,
    /// Whether the server reported on it: then it needs no names any more.
    known: bool,
    sequence: u64,
    rtx_sequence: u64,
    offset: u32,
    packets: u32,
    octets: u32,
    history: Vec<(u64, Payload)>,
}

impl SentStream {
    /// A stream that has sent nothing. `seed` makes its numbers differ from those of others.
    pub fn new(name: StreamName, seed: u32) -> Self {
        let history = if name.rtx.is_some() { HISTORY } else { 0 };
        Self {
            name,
            known: false,
            // Below 2^15, so that the roll-over counter which the server assumes holds.
            sequence: u64::from(seed.wrapping_mul(0x9e37_79b9) >> 17),
            rtx_sequence: u64::from(seed.wrapping_mul(0x85eb_ca6b) >> 17),
            offset: seed.wrapping_mul(0xc2b2_ae35),
            packets: 0,
            octets: 0,
            history: vec![(u64::MAX, Payload::default()); history],
        }
    }

    /// Its SSRC.
    pub fn ssrc(&self) -> u32 {
        self.name.ssrc
    }

    /// The server reported on it.
    pub fn on_reported(&mut self) {
        self.known = true;
    }

    /// Sends a packet, stamped with this moment if it is long enough.
    pub fn send(&mut self, mut payload: Payload, uplink: &mut Uplink<'_>) {
        if payload.len >= stamp::END {
            stamp::write(&mut payload.front, clock::now());
        }
        let (sequence, ssrc, payload_type) = (self.sequence, self.name.ssrc, self.name.payload_type);
        self.seal(&payload, ssrc, payload_type, sequence, None, uplink);
        self.sequence += 1;
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload.len as u32);
        let places = self.history.len() as u64;
        if places > 0 {
            self.history[(sequence % places) as usize] = (sequence, payload);
        }
    }

    /// Sends a packet again; `false` if it is not kept.
    pub fn repeat(&mut self, sequence: u16, uplink: &mut Uplink<'_>) -> bool {
        let Some((ssrc, payload_type)) = self.name.rtx else { return false };
        let place = self.history.iter().find(|(kept, _)| *kept != u64::MAX && *kept as u16 == sequence);
        let Some((_, payload)) = place.copied() else { return false };
        self.seal(&payload, ssrc, payload_type, self.rtx_sequence, Some(sequence), uplink);
        self.rtx_sequence += 1;
        true
    }

    /// Appends its sender report.
    #[must_use = "false means that it did not fit"]
    pub fn report(&self, timestamp: u32, time: Duration, writer: &mut RtcpWriter<'_>) -> bool {
        let info = SenderInfo {
            ssrc: self.name.ssrc,
            ntp: clock::ntp(time),
            rtp_timestamp: timestamp.wrapping_add(self.offset),
            packets: self.packets,
            octets: self.octets,
        };
        writer.push_sender_report(&info, &[])
    }

    /// Ticks of its clock at this time.
    pub fn ticks(&self, time: Duration) -> u32 {
        (time.as_secs() * u64::from(self.name.clock_rate)
            + u64::from(time.subsec_nanos()) * u64::from(self.name.clock_rate) / 1_000_000_000) as u32
    }

    fn seal(
        &self,
        payload: &Payload,
        ssrc: u32,
        payload_type: u8,
        sequence: u64,
        original: Option<u16>,
        uplink: &mut Uplink<'_>,
    ) {
        let fields = HeaderFields {
            marker: payload.marker,
            payload_type,
            sequence: sequence as u16,
            timestamp: payload.timestamp.wrapping_add(self.offset),
            ssrc,
        };
        let number = encode_transport_cc(*uplink.number);
        let level = payload.level.map(encode_audio_level);
        let ids = uplink.extensions;
        let rid_id = if original.is_some() { ids.repaired_rid } else { ids.rid };
        let all = [
            (ids.transport_cc, Some(&number[..])),
            (ids.audio_level, level.as_ref().map(|level| &level[..])),
            (ids.mid, Some(self.name.mid.as_bytes()).filter(|_| !self.known)),
            (rid_id, self.name.rid.as_deref().map(str::as_bytes).filter(|_| !self.known)),
        ];
        let mut extensions = [(0, &[][..]); 4];
        let mut count = 0;
        for (id, value) in all {
            if let Some(value) = value {
                extensions[count] = (id, value);
                count += 1;
            }
        }
        let out = uplink.batch.slot(uplink.socket);
        let header_len = write_header(out, &fields, &extensions[..count]).expect("a short header");
        let mut at = header_len;
        if let Some(original) = original {
            out[at..at + RTX_HEADER].copy_from_slice(&original.to_be_bytes());
            at += RTX_HEADER;
        }
        let front = payload.len.min(payload.front.len());
        out[at..at + front].copy_from_slice(&payload.front[..front]);
        out[at + front..at + payload.len].copy_from_slice(&REST[..payload.len - front]);
        let sealed = uplink.outbound.seal_rtp_in_place(ssrc, sequence, out, header_len, at + payload.len);
        uplink.batch.commit(sealed.expect("room for a packet"));
        *uplink.number = uplink.number.wrapping_add(1);
    }
}
