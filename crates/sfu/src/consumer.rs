//! A producer's track as one subscriber receives it: which layer, and under which numbers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tureen_rtp::rtcp::ReportBlock;

use crate::command::{ConsumerId, MediaKind, OpenConsumer, PayloadTypeMapping};
use crate::producer::Producer;
use crate::redundancy::Redundancy;
use crate::rewrite::{Origin, Place, Rewriter, Shift};
use crate::ring::{Packet, PacketInfo};
use crate::round_trip::{middle, ntp_duration};
use crate::selection::{LayerTarget, Selection, Verdict};
use crate::timeline::{Timeline, ticks};
use crate::volume::{LossShare, Volume};

/// A repeated request for a packet within three quarters of a round trip, and at least this time, is answered once: the answer
/// is on its way. After a whole one the peer asks again because it got none, and round trips are not measured to the millisecond.
const REPEAT: Duration = Duration::from_millis(20);
const REPEAT_MAX: Duration = Duration::from_millis(200);

/// Requests remembered to recognise repeats: a third of a key frame of 250 kB.
const REMEMBERED: usize = 96;

/// What may be sent again: as many bytes as went out since, and at most so many at a time. A path that loses a third of
/// everything, repeats included, needs half as much; one that asks for more than all of it does not lose by chance.
const RTX_CREDIT: u64 = 128 * 1024;

/// Packets of a frame that are searched for one of which it is known whether it was sent.
const LONGEST_FRAME: u64 = 64;

/// How a packet goes out.
#[derive(Clone, Copy, Debug)]
pub struct Forward {
    /// Extended sequence number.
    pub sequence: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP marker bit.
    pub marker: bool,
    /// Payload type.
    pub payload_type: u8,
    /// Payload type of the same with earlier payloads in front of it (RFC 2198).
    pub red_payload_type: Option<u8>,
    /// Payload type of a retransmission.
    pub rtx_payload_type: Option<u8>,
    /// Picture id and `TL0PICIDX`, where the payload has any.
    pub pictures: Option<(u16, u8)>,
    /// What changes in the dependency descriptor, if there is one.
    pub descriptor: Option<DescriptorChange>,
    /// Without its payload: it is of no use, but its number is taken.
    pub empty: bool,
}

/// What changes in a dependency descriptor.
#[derive(Clone, Copy, Debug)]
pub struct DescriptorChange {
    /// The frame number.
    pub frame_number: u16,
    /// Which decode targets remain, if it has to say so.
    pub mask: Option<u32>,
}

/// A packet that went out before.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Where it came from.
    pub origin: Origin,
    /// Its extended outgoing sequence number.
    pub out: u64,
}

/// The last sender report that went out, to compute the round-trip time from the answer.
#[derive(Clone, Copy, Debug)]
struct SentReport {
    middle: u32,
    at: Instant,
    packets: u32,
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
    /// Which packets it gets.
    pub selection: Selection,
    /// Whether the peer reported on this SSRC: then it needs no mid any more.
    pub known_to_peer: bool,
    /// Packets sent, for sender reports.
    pub packets: u32,
    /// Payload bytes sent, for sender reports.
    pub octets: u32,
    /// What the peer last reported on it.
    pub reception: Option<ReportBlock>,
    /// Since when there is no bandwidth for it.
    pub starving: Option<Instant>,
    /// Whether the control plane was told that it pauses because of that.
    pub told_starved: bool,
    /// How much protection its losses ask for.
    pub redundancy: Redundancy,
    /// Payload bytes sent since the last report to the control plane, retransmissions included.
    pub volume: Volume,
    /// Losses since then.
    pub loss: LossShare,
    payload_types: Vec<PayloadTypeMapping>,
    /// The mapping that was used last, where looking for it costs no visit to other memory.
    mapping: PayloadTypeMapping,
    rewriter: Rewriter,
    timeline: Timeline,
    /// The layers that the peer was told of by a mask of decode targets.
    announced: Option<LayerTarget>,
    /// Requests that were answered of late, the oldest first.
    answered: VecDeque<(u16, Instant)>,
    rtx_credit: u64,
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
            selection: Selection::new(kind, parameters.limits),
            known_to_peer: false,
            packets: 0,
            octets: 0,
            reception: None,
            starving: None,
            told_starved: false,
            redundancy: Redundancy::default(),
            volume: Volume::default(),
            loss: LossShare::default(),
            mapping: parameters.payload_types[0],
            payload_types: parameters.payload_types,
            rewriter: Rewriter::new(u64::from(random & 0x7fff), kind == MediaKind::Video),
            timeline: Timeline::new(random),
            announced: None,
            answered: VecDeque::new(),
            rtx_credit: RTX_CREDIT,
            sent_report: None,
        }
    }

    /// Chooses the layers to forward; `Some` with the encoding whose key frame is needed first.
    pub fn choose(&mut self, producer: &Producer, now: Instant) -> Option<u8> {
        self.selection.choose(producer, now)
    }

    /// Decides on a packet of `layer`: how it goes out, or `None` if it does not. `switched` is set when the layer changed.
    pub fn admit(&mut self, producer: &Producer, layer: u8, info: &PacketInfo, switched: &mut bool) -> Option<Forward> {
        if self.selection.is_paused() || producer.paused || info.awaits_structure {
            return None;
        }
        if self.mapping.producer != info.payload_type {
            self.mapping = *self.payload_types.iter().find(|mapping| mapping.producer == info.payload_type)?;
        }
        let mapping = self.mapping;
        if !self.selection.forwards(layer, producer) {
            if !self.selection.admits_switch(layer, info) {
                return None;
            }
            self.switch(producer, layer, info)?;
            *switched = true;
        } else if !self.rewriter.is_newer(info.sequence) {
            let place = self.rewriter.fill(info.sequence)?;
            return Some(self.forward_late(producer, layer, info, place, mapping));
        } else if let Verdict::LeaveOut { rest } =
            self.selection.decide(info, self.rewriter.is_after_gap(info.sequence))
        {
            self.leave_out(info, rest);
            return None;
        }
        let place = self.rewriter.send(info.sequence, self.selection.layers())?;
        let mut forward = self.forward(producer, layer, info, place, mapping);
        self.timeline.note(info, place.shift, forward.pictures);
        if info.frame.start && self.announce() {
            self.add_mask(&mut forward, producer, layer, info);
        }
        Some(forward)
    }

    /// Whether packets of this layer may be of use: it is forwarded, or is to be.
    pub fn concerns(&self, layer: u8) -> bool {
        self.selection.concerns(layer)
    }

    /// Video goes on at the next key frame: what went before was dropped.
    pub fn start_anew(&mut self) {
        self.selection.start_anew();
    }

    /// Leaves a padding packet of `layer` out.
    pub fn skip(&mut self, layer: u8, sequence: u64) {
        let current = self.selection.source().is_some_and(|source| source.layer == layer);
        if current && self.rewriter.is_newer(sequence) {
            self.rewriter.skip(sequence, false);
        }
    }

    /// Which packet to send again for a requested sequence number. `None` for one that never went out, for a quick repeat,
    /// and past the budget.
    pub fn retransmit(&mut self, requested: u16, round_trip: Option<Duration>, now: Instant) -> Option<Sent> {
        let wait = round_trip.map_or(REPEAT, |time| time * 3 / 4).clamp(REPEAT, REPEAT_MAX);
        // Only the oldest are looked at: a peer may ask for as much as it likes.
        while self.answered.front().is_some_and(|(_, at)| now.saturating_duration_since(*at) >= wait) {
            self.answered.pop_front();
        }
        if self.answered.len() >= REMEMBERED || self.answered.iter().any(|(sequence, _)| *sequence == requested) {
            return None;
        }
        if self.rtx_credit == 0 {
            return None;
        }
        let out = self.rewriter.extend(requested);
        let sent = self.sent_as(out).filter(|sent| self.is_current(*sent))?;
        self.answered.push_back((requested, now));
        Some(sent)
    }

    /// Whether a packet is of the encoding that is forwarded. What was sent of another is of no use behind the key frame of
    /// this, and where a switch was due to a narrow path, repeats of it would leave no room for that.
    pub fn is_current(&self, sent: Sent) -> bool {
        self.selection.source().is_none_or(|source| source == sent.origin.source)
    }

    /// The packet that went out so many before the next one.
    pub fn sent_before(&self, back: u64) -> Option<Sent> {
        self.sent_as(self.rewriter.next_out().checked_sub(back)?)
    }

    /// The packet that went out with this sequence number.
    pub fn sent_as(&self, out: u64) -> Option<Sent> {
        Some(Sent { origin: self.rewriter.origin(out)?, out })
    }

    /// The payload type of retransmissions, where all have the same one or any of them will do.
    pub fn rtx_payload_type(&self) -> Option<u8> {
        self.payload_types.iter().find_map(|mapping| mapping.consumer_rtx)
    }

    /// The RTP timestamp that went out last.
    pub fn last_timestamp(&self) -> u32 {
        self.timeline.timestamp()
    }

    /// The outgoing form of a packet that went out before, or whose number was kept for it.
    pub fn repeat(&self, producer: &Producer, info: &PacketInfo, sent: Sent) -> Option<Forward> {
        let mapping = *self.payload_types.iter().find(|mapping| mapping.producer == info.payload_type)?;
        if info.awaits_structure {
            return None;
        }
        let place = Place { sequence: sent.out, shift: sent.origin.shift };
        Some(self.forward_late(producer, sent.origin.source.layer, info, place, mapping))
    }

    /// Counts a retransmission of `bytes`.
    pub fn on_retransmitted(&mut self, bytes: usize) {
        self.rtx_credit = self.rtx_credit.saturating_sub(bytes as u64);
        self.volume.add(bytes);
    }

    /// Counts a packet with `bytes` of payload.
    pub fn on_sent(&mut self, bytes: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.rtx_credit = (self.rtx_credit + bytes as u64).min(RTX_CREDIT);
        self.volume.add(bytes);
        self.octets = self.octets.wrapping_add(bytes as u32);
    }

    /// When the packet came that went out last.
    pub fn last_sent(&self) -> Option<Instant> {
        self.timeline.sent()
    }

    /// The encoding that is forwarded.
    pub fn current_layer(&self) -> Option<u8> {
        self.selection.source().map(|source| source.layer)
    }

    /// What a sender report says now: NTP time and RTP timestamp; `None` before the publisher's own first report, and when
    /// nothing was sent since ours (RFC 3550 section 6.4). The publisher's mapping is carried through our shift, so that
    /// sound and picture stay together.
    pub fn clock(&mut self, producer: &Producer, now: Instant) -> Option<(u64, u32)> {
        if self.sent_report.is_some_and(|sent| sent.packets == self.packets) {
            return None;
        }
        let source = self.selection.source()?;
        let clock = producer.layers.get(usize::from(source.layer))?.clock?;
        let rate = producer.clock_rate();
        let elapsed = now.saturating_duration_since(clock.received);
        let ntp = clock.ntp.wrapping_add(ntp_duration(elapsed));
        let shift = self.rewriter.shift()?;
        let rtp = clock.rtp.wrapping_add(ticks(elapsed, rate)).wrapping_add(shift.timestamp);
        self.sent_report = Some(SentReport { middle: middle(ntp), at: now, packets: self.packets });
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

    #[cold]
    fn switch(&mut self, producer: &Producer, layer: u8, info: &PacketInfo) -> Option<()> {
        let source = producer.source(layer)?;
        let rate = producer.codec(info.payload_type).map_or(90_000, |codec| codec.clock_rate);
        let previous = self.current_layer().and_then(|layer| producer.layers.get(usize::from(layer)));
        let previous = previous.zip(self.rewriter.shift());
        let shift = self.timeline.continue_with(info, &producer.layers[usize::from(layer)], previous, rate);
        self.rewriter.switch(source, info.sequence, shift);
        self.selection.switch(source, info);
        Some(())
    }

    /// A packet that comes late, or again. If it is of layers that were not sent then, it only fills its place: what it refers
    /// to may be missing.
    #[cold]
    fn forward_late(
        &self,
        producer: &Producer,
        layer: u8,
        info: &PacketInfo,
        place: Place,
        mapping: PayloadTypeMapping,
    ) -> Forward {
        let current = self.selection.forwards(layer, producer);
        let empty = !(is_useful(info, place.shift) || current && self.has_neighbour(producer, layer, info));
        Forward { empty, ..self.forward(producer, layer, info, place, mapping) }
    }

    /// Whether the nearest packet that we have of the same frame was of use.
    fn has_neighbour(&self, producer: &Producer, layer: u8, info: &PacketInfo) -> bool {
        let Some(layer) = producer.layers.get(usize::from(layer)) else { return false };
        let of_frame = |packet: &&Packet| {
            packet.info.timestamp == info.timestamp && packet.info.frame.spatial == info.frame.spatial
        };
        let mut before = (info.sequence - LONGEST_FRAME..info.sequence).rev();
        let before = before.find_map(|sequence| layer.ring.get(sequence)).filter(of_frame);
        let mut after = info.sequence + 1..info.sequence + LONGEST_FRAME;
        let after = after.find_map(|sequence| layer.ring.get(sequence)).filter(of_frame);
        before.or(after).map(|packet| packet.info).is_some_and(|neighbour| {
            self.rewriter.find(neighbour.sequence).is_some_and(|place| is_useful(&neighbour, place.shift))
        })
    }

    /// Leaves a packet out. If it is of the `rest` of a frame, so is what is missing before it.
    fn leave_out(&mut self, info: &PacketInfo, rest: bool) {
        self.rewriter.skip(info.sequence, rest);
        let (layers, closes_picture) = (self.selection.layers(), !rest && info.pictures.are_consecutive());
        self.rewriter.renumber(info.sequence + 1, |shift| {
            shift.layers = layers;
            shift.picture_id = shift.picture_id.wrapping_sub(closes_picture.into());
        });
        // What is missing before it has numbers too, which are not to be given to anything else.
        if let Some(shift) = self.rewriter.shift() {
            self.timeline.note(info, shift, info.pictures.numbers().map(|numbers| shifted(numbers, shift)));
        }
    }

    fn forward(
        &self,
        producer: &Producer,
        layer: u8,
        info: &PacketInfo,
        place: Place,
        mapping: PayloadTypeMapping,
    ) -> Forward {
        let Place { sequence, shift } = place;
        let descriptor = info.descriptor.map(|layout| {
            // A structure alone says that all targets remain.
            let states_mask = layout.has_structure || layout.active_decode_targets.is_some();
            let mask = states_mask.then(|| self.mask(producer, layer)).flatten();
            let active = layout.active_decode_targets.unwrap_or(layout.all_decode_targets());
            let mask = mask.map(|mask| mask & active).filter(|mask| *mask != active);
            DescriptorChange { frame_number: layout.frame_number.wrapping_add(shift.frame_number), mask }
        });
        Forward {
            sequence,
            timestamp: info.timestamp.wrapping_add(shift.timestamp),
            // What was the last packet of its picture may be so no more, and another one is.
            marker: info.marker || (info.frame.end && info.frame.spatial == shift.layers.0),
            payload_type: mapping.consumer,
            red_payload_type: mapping.consumer_red,
            rtx_payload_type: mapping.consumer_rtx,
            pictures: info.pictures.numbers().map(|numbers| shifted(numbers, shift)),
            descriptor,
            empty: false,
        }
    }

    /// Whether the peer was told of other layers before.
    fn announce(&mut self) -> bool {
        let sent = self.selection.announced();
        self.announced.replace(sent) != Some(sent)
    }

    /// Tells which decode targets remain, where the publisher says nothing of them.
    fn add_mask(&self, forward: &mut Forward, producer: &Producer, layer: u8, info: &PacketInfo) {
        let silent = info.descriptor.is_some_and(|layout| !layout.has_structure);
        if let Some(change) = forward.descriptor.as_mut().filter(|_| silent) {
            change.mask = change.mask.or_else(|| self.mask(producer, layer));
        }
    }

    /// Which decode targets remain; `None` if the structure is not known.
    fn mask(&self, producer: &Producer, layer: u8) -> Option<u32> {
        let structure = producer.layers.get(usize::from(layer))?.structure.as_deref()?;
        let sent = self.selection.announced();
        Some(structure.mask(sent.layer, sent.temporal))
    }
}

/// Whether a late packet belongs to the layers that were sent where its number was kept for it.
fn is_useful(info: &PacketInfo, shift: Shift) -> bool {
    info.frame.spatial <= shift.layers.0 && info.frame.temporal <= shift.layers.1
}

fn shifted((picture_id, tl0_pic_idx): (u16, u8), shift: Shift) -> (u16, u8) {
    (picture_id.wrapping_add(shift.picture_id) & 0x7fff, tl0_pic_idx.wrapping_add(shift.tl0_pic_idx))
}
