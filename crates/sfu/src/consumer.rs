//! A producer's track as one subscriber receives it: which layer, and under which numbers.

use std::time::{Duration, Instant};

use tureen_codec::vp8;
use tureen_rtp::rtcp::ReportBlock;

use crate::command::{ConsumerId, ConsumerLimits, MediaKind, OpenConsumer, PayloadTypeMapping};
use crate::producer::{Layer, Producer};
use crate::redundancy::Redundancy;
use crate::rewrite::{Rewriter, Shift};
use crate::ring::PacketInfo;
use crate::round_trip::{middle, ntp_duration};
use crate::volume::{LossShare, Volume};

/// A repeated request for a packet within this time is answered once: the answer is on its way.
const REPEAT: Duration = Duration::from_millis(20);

/// Requests remembered to recognise repeats.
const REMEMBERED: usize = 32;

/// Retransmissions may add this share (in percent) to what was sent, and always this many bytes.
const RTX_SHARE: u64 = 15;
const RTX_FLOOR: u64 = 64 * 1024;

/// The stream that a consumer currently forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Source {
    layer: u8,
    generation: u32,
}

/// How a packet goes out.
#[derive(Clone, Copy, Debug)]
pub struct Forward {
    /// Extended sequence number.
    pub sequence: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// Payload type.
    pub payload_type: u8,
    /// Payload type of the same with earlier payloads in front of it (RFC 2198).
    pub red_payload_type: Option<u8>,
    /// Payload type of a retransmission.
    pub rtx_payload_type: Option<u8>,
    /// Picture id and `TL0PICIDX`, where the codec is VP8.
    pub pictures: Option<(u16, u8)>,
}

/// A packet that went out before.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Its layer.
    pub layer: u8,
    /// Its extended sequence number there.
    pub sequence: u64,
    /// What was added to its numbers.
    pub shift: Shift,
    /// Its extended outgoing sequence number.
    pub out: u64,
}

/// The last sender report that went out, to compute the round-trip time from the answer.
#[derive(Clone, Copy, Debug)]
struct SentReport {
    middle: u32,
    at: Instant,
}

/// One subscription at the core.
pub struct Consumer {
    /// Its id for the control plane.
    pub id: ConsumerId,
    /// Key of its transport within the shard.
    pub transport: usize,
    /// Key of its producer within the shard.
    pub producer: usize,
    /// The section's mid, sent along until the peer knows the SSRC.
    pub mid: String,
    /// SSRC of the media.
    pub ssrc: u32,
    /// SSRC of the retransmissions.
    pub rtx_ssrc: Option<u32>,
    /// Extended sequence number of the next retransmission.
    pub rtx_sequence: u64,
    /// How much is wanted.
    pub limits: ConsumerLimits,
    /// Whether the peer reported on this SSRC: then it needs no mid any more.
    pub known_to_peer: bool,
    /// Packets sent, for sender reports.
    pub packets: u32,
    /// Payload bytes sent, for sender reports.
    pub octets: u32,
    /// What the peer last reported on it.
    pub reception: Option<ReportBlock>,
    /// How much protection its losses ask for.
    pub redundancy: Redundancy,
    /// Payload bytes sent since the last report to the control plane, retransmissions included.
    pub volume: Volume,
    /// Losses since then.
    pub loss: LossShare,
    payload_types: Vec<PayloadTypeMapping>,
    kind: MediaKind,
    target: Option<u8>,
    source: Option<Source>,
    rewriter: Rewriter,
    last_timestamp: u32,
    last_sent: Option<Instant>,
    last_picture: (u16, u8),
    answered: Vec<(u16, Instant)>,
    rtx_bytes: u64,
    sent_report: Option<SentReport>,
}

impl Consumer {
    /// A consumer that waits for a key frame. `first_sequence` is random, below 2^15, so that the roll-over counter that
    /// the peer assumes (0) holds even if the first packets are reordered.
    pub fn new(parameters: OpenConsumer, transport: usize, producer: usize, kind: MediaKind, random: u32) -> Self {
        Self {
            id: parameters.consumer,
            transport,
            producer,
            mid: parameters.mid,
            ssrc: parameters.ssrc,
            rtx_ssrc: parameters.rtx_ssrc,
            rtx_sequence: u64::from(random >> 17),
            limits: parameters.limits,
            known_to_peer: false,
            packets: 0,
            octets: 0,
            reception: None,
            redundancy: Redundancy::default(),
            volume: Volume::default(),
            loss: LossShare::default(),
            payload_types: parameters.payload_types,
            kind,
            target: None,
            source: None,
            rewriter: Rewriter::new(u64::from(random & 0x7fff)),
            last_timestamp: random.rotate_left(16),
            last_sent: None,
            last_picture: ((random >> 8) as u16 & 0x7fff, random as u8),
            answered: Vec::new(),
            rtx_bytes: 0,
            sent_report: None,
        }
    }

    /// Chooses the layer to forward; `Some` if a key frame of it is needed first.
    pub fn choose(&mut self, producer: &Producer, now: Instant) -> Option<u8> {
        if self.limits.paused || producer.paused {
            self.source = None;
            return None;
        }
        self.target = producer.best_layer(self.limits.max_layer, now).or(self.target);
        let target = self.target.unwrap_or(0);
        let wants = self.kind == MediaKind::Video && !self.forwards(target, producer);
        wants.then_some(target)
    }

    fn forwards(&self, layer: u8, producer: &Producer) -> bool {
        let generation = producer.layers.get(usize::from(layer)).map(|layer| layer.generation);
        self.source.is_some_and(|source| source.layer == layer && Some(source.generation) == generation)
    }

    /// Decides on a packet of `layer`: how it goes out, or `None` if it does not. `switched` is set when the layer changed.
    pub fn admit(&mut self, producer: &Producer, layer: u8, info: &PacketInfo, switched: &mut bool) -> Option<Forward> {
        if self.limits.paused || producer.paused {
            return None;
        }
        let mapping = *self.payload_types.iter().find(|mapping| mapping.producer == info.payload_type)?;
        if !self.forwards(layer, producer) {
            let start = self.source.is_none() && layer <= self.limits.max_layer;
            let wanted = start || self.target.is_none_or(|target| target == layer);
            if !wanted || !info.key_frame {
                return None;
            }
            self.switch(producer, layer, info);
            *switched = true;
        }
        let (sequence, shift) = self.rewriter.map(layer, info.sequence)?;
        let timestamp = info.timestamp.wrapping_add(shift.timestamp);
        let pictures = info.vp8.as_ref().map(|descriptor| shifted(descriptor, shift));
        if sequence + 1 == self.rewriter.next_out() {
            self.last_timestamp = timestamp;
            self.last_sent = Some(info.arrived);
            self.last_picture = pictures.unwrap_or(self.last_picture);
        }
        let rtx_payload_type = mapping.consumer_rtx;
        let (payload_type, red_payload_type) = (mapping.consumer, mapping.consumer_red);
        Some(Forward { sequence, timestamp, payload_type, red_payload_type, rtx_payload_type, pictures })
    }

    /// Whether packets of this layer may be of use: it is forwarded, or is to be.
    pub fn concerns(&self, layer: u8) -> bool {
        let forwarded = self.source.is_none_or(|source| source.layer == layer);
        !self.limits.paused && (forwarded || self.target.is_none_or(|target| target == layer))
    }

    /// Video goes on at the next key frame: what went before was dropped.
    pub fn start_anew(&mut self) {
        if self.kind == MediaKind::Video {
            self.source = None;
        }
    }

    /// Leaves a padding packet of `layer` out.
    pub fn skip(&mut self, layer: u8, sequence: u64) {
        if self.source.is_some_and(|source| source.layer == layer) {
            self.rewriter.skip(layer, sequence);
        }
    }

    /// Takes over how much is wanted.
    pub fn update(&mut self, limits: ConsumerLimits) {
        self.limits = limits;
        if limits.paused {
            self.source = None;
        }
    }

    /// Which packet to send again for a requested sequence number. `None` for one that never went out, for a quick repeat,
    /// and past the budget.
    pub fn retransmit(&mut self, requested: u16, round_trip: Option<Duration>, now: Instant) -> Option<Sent> {
        let wait = round_trip.unwrap_or(REPEAT).clamp(REPEAT, Duration::from_millis(200));
        self.answered.retain(|(_, at)| now.saturating_duration_since(*at) < wait);
        if self.answered.len() >= REMEMBERED || self.answered.iter().any(|(sequence, _)| *sequence == requested) {
            return None;
        }
        if self.rtx_bytes > RTX_FLOOR + u64::from(self.octets) * RTX_SHARE / 100 {
            return None;
        }
        let out = self.rewriter.extend(requested);
        let sent = self.sent(out)?;
        self.answered.push((requested, now));
        Some(sent)
    }

    /// The packet that went out so many before the next one.
    pub fn sent_before(&self, back: u64) -> Option<Sent> {
        self.sent(self.rewriter.next_out().checked_sub(back)?)
    }

    fn sent(&self, out: u64) -> Option<Sent> {
        let (layer, sequence, shift) = self.rewriter.source(out)?;
        Some(Sent { layer, sequence, shift, out })
    }

    /// The outgoing form of a packet that went out before.
    pub fn repeat(&self, info: &PacketInfo, sent: Sent) -> Option<Forward> {
        let Sent { shift, out, .. } = sent;
        let mapping = self.payload_types.iter().find(|mapping| mapping.producer == info.payload_type)?;
        Some(Forward {
            sequence: out,
            timestamp: info.timestamp.wrapping_add(shift.timestamp),
            payload_type: mapping.consumer,
            red_payload_type: None,
            rtx_payload_type: mapping.consumer_rtx,
            pictures: info.vp8.as_ref().map(|descriptor| shifted(descriptor, shift)),
        })
    }

    /// Counts a retransmission of `bytes`.
    pub fn on_retransmitted(&mut self, bytes: usize) {
        self.rtx_bytes += bytes as u64;
        self.volume.add(bytes);
    }

    /// Counts a packet with `bytes` of payload.
    pub fn on_sent(&mut self, bytes: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.volume.add(bytes);
        self.octets = self.octets.wrapping_add(bytes as u32);
    }

    /// The layer being forwarded.
    pub fn current_layer(&self) -> Option<u8> {
        self.source.map(|source| source.layer)
    }

    /// What a sender report says now: NTP time and RTP timestamp; `None` before the publisher's own first report. The
    /// publisher's mapping is carried through our shift, so that sound and picture stay together.
    pub fn clock(&mut self, producer: &Producer, now: Instant) -> Option<(u64, u32)> {
        let source = self.source?;
        let layer = producer.layers.get(usize::from(source.layer))?;
        let clock = layer.clock?;
        let rate = producer.clock_rate();
        let elapsed = now.saturating_duration_since(clock.received);
        let ntp = clock.ntp.wrapping_add(ntp_duration(elapsed));
        let (_, _, shift) = self.rewriter.source(self.rewriter.next_out().checked_sub(1)?)?;
        let rtp = clock.rtp.wrapping_add(ticks(elapsed, rate)).wrapping_add(shift.timestamp);
        self.sent_report = Some(SentReport { middle: middle(ntp), at: now });
        Some((ntp, rtp))
    }

    /// Takes the peer's report on this SSRC (RFC 3550 section 6.4.1); returns the round-trip time if it tells.
    pub fn on_report(&mut self, block: ReportBlock, now: Instant) -> Option<Duration> {
        self.known_to_peer = true;
        self.reception = Some(block);
        self.redundancy.on_report(block.fraction_lost);
        let sent = self.sent_report.filter(|sent| sent.middle == block.last_sender_report)?;
        let delay = Duration::from_secs_f64(f64::from(block.delay_since_last_sender_report) / 65536.0);
        now.saturating_duration_since(sent.at).checked_sub(delay)
    }

    fn switch(&mut self, producer: &Producer, layer: u8, info: &PacketInfo) {
        let index = usize::from(layer);
        let previous = self.source.and_then(|source| producer.layers.get(usize::from(source.layer)));
        let rate = producer.codec(info.payload_type).map_or(90_000, |codec| codec.clock_rate);
        let timestamp = self.continue_timestamp(previous, &producer.layers[index], info, rate);
        let picture = info.vp8.as_ref().and_then(|descriptor| descriptor.picture_id).map_or(0, |(value, _)| value);
        let tl0 = info.vp8.as_ref().and_then(|descriptor| descriptor.tl0_pic_idx).unwrap_or(0);
        let shift = Shift {
            sequence: 0,
            timestamp: timestamp.wrapping_sub(info.timestamp),
            picture_id: self.last_picture.0.wrapping_add(1).wrapping_sub(picture),
            tl0_pic_idx: self.last_picture.1.wrapping_add(1).wrapping_sub(tl0),
        };
        self.rewriter.switch(layer, info.sequence, shift);
        self.source = Some(Source { layer, generation: producer.layers[index].generation });
    }

    /// The outgoing timestamp of the first packet after a switch: through both layers' clock reports where we have them,
    /// otherwise by the time that passed; always ahead of what was sent.
    fn continue_timestamp(&self, previous: Option<&Layer>, next: &Layer, info: &PacketInfo, rate: u32) -> u32 {
        let Some(last_sent) = self.last_sent else { return self.last_timestamp };
        let by_time =
            self.last_timestamp.wrapping_add(ticks(info.arrived.saturating_duration_since(last_sent), rate).max(1));
        let by_clock = previous.and_then(|previous| {
            let (old, new) = (previous.clock?, next.clock?);
            let last_out = self.rewriter.next_out().checked_sub(1)?;
            let (_, _, shift) = self.rewriter.source(last_out)?;
            let since_report = f64::from(info.timestamp.wrapping_sub(new.rtp) as i32) / f64::from(rate);
            let between = new.ntp.wrapping_sub(old.ntp) as i64 as f64 / 4_294_967_296.0;
            let moved = ((since_report + between) * f64::from(rate)) as i64 as u32;
            Some(old.rtp.wrapping_add(moved).wrapping_add(shift.timestamp))
        });
        let ahead = |timestamp: u32| {
            let distance = timestamp.wrapping_sub(self.last_timestamp) as i32;
            distance > 0 && distance < (10 * rate) as i32
        };
        by_clock.filter(|timestamp| ahead(*timestamp)).unwrap_or(by_time)
    }
}

fn shifted(descriptor: &vp8::Descriptor, shift: Shift) -> (u16, u8) {
    let picture = descriptor.picture_id.map_or(0, |(value, _)| value);
    let tl0 = descriptor.tl0_pic_idx.unwrap_or(0);
    (picture.wrapping_add(shift.picture_id) & 0x7fff, tl0.wrapping_add(shift.tl0_pic_idx))
}

fn ticks(elapsed: Duration, rate: u32) -> u32 {
    (elapsed.as_secs_f64() * f64::from(rate)) as u64 as u32
}
