//! From a publisher's SRTP packet to its place in the ring.

use std::time::{Duration, Instant};

use tureen_codec::red::Blocks;
use tureen_codec::{VideoCodec, is_key_frame_start, vp8, vp9};
use tureen_rtp::{RtpHeader, extension};
use tureen_srtp::InboundStream;
use tureen_units::{PacketBuffer, Path};

use crate::command::MediaKind;
use crate::event::Event;
use crate::frame::{FrameLayer, Pictures};
use crate::nack::{self, Gap};
use crate::producer::{Layer, Pending, Producer};
use crate::ring::{PacketInfo, Span};
use crate::shard::Shard;
use crate::transport::{Feedback, StreamRef};

/// Longest time between a packet and the transport-wide feedback that tells of it.
const TRANSPORT_CC_INTERVAL: Duration = Duration::from_millis(50);

/// A repaired packet starts with the number of the original (RFC 4588 section 4).
pub(crate) const RTX_HEADER: usize = 2;

impl Shard {
    /// Takes an SRTP packet from a validated path.
    pub(crate) fn handle_rtp(&mut self, now: Instant, key: usize, path: Path, buffer: &mut Box<PacketBuffer>) {
        let Ok(header) = RtpHeader::parse_untrusted(buffer.bytes()) else {
            self.counters.rtp_refused += 1;
            return;
        };
        let stream = self.transports[key].stream(header.ssrc);
        if !self.open(key, stream, &header, buffer) {
            self.counters.srtp_refused += 1;
            return;
        }
        self.counters.rtp_received += 1;
        self.note_authentic(now, key);
        self.note_arrival(now, key, &header, buffer);
        if stream.is_some() {
            // One of an unknown stream was compared with nothing that came before: it may be a replay.
            self.transports[key].ice.on_fresh(path);
        }
        let Some(stream) = stream.or_else(|| self.learn(key, &header, buffer)) else {
            self.counters.rtp_refused += 1;
            return;
        };
        self.take_media(now, key, stream, &header, buffer);
    }

    /// Authenticates and decrypts in place. A stream that is not known yet gets a state that is thrown away: nothing is
    /// kept for it before its first packet has named its section.
    fn open(&mut self, key: usize, stream: Option<StreamRef>, header: &RtpHeader, buffer: &mut PacketBuffer) -> bool {
        let Some(srtp) = &self.transports[key].srtp else { return false };
        let mut unknown = InboundStream::default();
        let state = match stream {
            None => &mut unknown,
            Some(stream) => {
                let layer = &mut self.producers[stream.producer].layers[usize::from(stream.layer)];
                if stream.rtx { &mut layer.rtx_srtp } else { &mut layer.srtp }
            }
        };
        let packet = buffer.bytes_mut();
        match srtp.inbound.open_rtp(state, packet, header.header_len, header.sequence, header.ssrc) {
            Ok(len) => {
                buffer.set_len(len);
                true
            }
            Err(_) => false,
        }
    }

    fn note_arrival(&mut self, now: Instant, key: usize, header: &RtpHeader, buffer: &PacketBuffer) {
        let since = now.saturating_duration_since(self.epoch);
        let transport = &mut self.transports[key];
        let Some(id) = transport.extensions.transport_cc else { return };
        let sequence = header.extension(buffer.bytes(), id).and_then(extension::decode_transport_cc);
        if let Some(sequence) = sequence {
            transport.arrivals.record(sequence, since);
            transport.feedback.transport_cc.get_or_insert(now + TRANSPORT_CC_INTERVAL);
        }
    }

    /// Finds out which stream an authentic packet with an unknown SSRC belongs to (RFC 8843 section 9.2): its mid and rid
    /// say so, or, without simulcast, its mid alone.
    fn learn(&mut self, key: usize, header: &RtpHeader, buffer: &PacketBuffer) -> Option<StreamRef> {
        let transport = &self.transports[key];
        let ids = transport.extensions;
        let value = |id: Option<u8>| header.extension(buffer.bytes(), id?);
        let mid = value(ids.mid).and_then(extension::decode_mid);
        let rid = value(ids.rid).and_then(extension::decode_rid);
        let repaired = value(ids.repaired_rid).and_then(extension::decode_rid);
        let (producer, rtx) = transport.producers.iter().find_map(|producer_key| {
            let producer = &self.producers[*producer_key];
            let rtx = producer.original_payload_type(header.payload_type).is_some();
            let named = mid.map_or(producer.codec(header.payload_type).is_some() || rtx, |mid| mid == producer.mid);
            // Without a mid only an unambiguous section will do.
            let certain = mid.is_some() || transport.producers.len() == 1;
            (named && certain).then_some((*producer_key, rtx))
        })?;
        let layer = self.producers[producer].layer_of_rid(if rtx { repaired.or(rid) } else { rid })?;
        let stream = StreamRef { producer, layer, rtx };
        if !self.transports[key].learn_stream(header.ssrc, stream) {
            return None;
        }
        self.adopt(stream, header);
        Some(stream)
    }

    fn adopt(&mut self, stream: StreamRef, header: &RtpHeader) {
        let layer = &mut self.producers[stream.producer].layers[usize::from(stream.layer)];
        if stream.rtx {
            layer.encoding.rtx_ssrc = Some(header.ssrc);
            layer.rtx_srtp = InboundStream::default();
        } else if layer.encoding.ssrc != Some(header.ssrc) {
            layer.restart(header.ssrc, &mut self.pool);
        }
    }

    fn take_media(
        &mut self,
        now: Instant,
        key: usize,
        stream: StreamRef,
        header: &RtpHeader,
        buffer: &mut Box<PacketBuffer>,
    ) {
        let Shard { producers, transports, counters, pool, dirty, events, epoch, speakers, .. } = self;
        let producer = &mut producers[stream.producer];
        let info = read_packet(now, producer, stream, header, buffer);
        let Some(mut info) = info.filter(|info| producer.may_take(stream, info.sequence as u16)) else {
            counters.rtp_refused += u64::from(!stream.rtx);
            return;
        };
        let ids = transports[key].extensions;
        attach_extensions(&mut info, &ids, header, buffer);
        let level = note_level(producer, &info, buffer);
        let heard = level.is_none_or(|level| speakers.admits(producer.speakers, stream.producer, level, now));
        counters.voices_left_out += u64::from(!heard);
        let clock_rate = producer.codec(info.payload_type).map_or(90_000, |codec| codec.clock_rate);
        let parameter_sets = producer.video_codec(info.payload_type).is_some_and(VideoCodec::has_parameter_sets);
        let layer = &mut producer.layers[usize::from(stream.layer)];
        info.sequence = layer.extender.extend(info.sequence as u16);
        counters.rtx_received += u64::from(stream.rtx);
        let first_try = (!stream.rtx).then(|| (now.saturating_duration_since(*epoch), clock_rate));
        let started = layer.on_packet(now, &info, buffer.bytes().len(), first_try);
        let gap = layer.nack.on_packet(info.sequence, now);
        if producer.kind == MediaKind::Video {
            layer.describe(&mut info, buffer.bytes(), parameter_sets);
        }
        note_gap(now, gap, layer, &mut transports[key].feedback);
        if producer.pending.is_empty() {
            dirty.push(stream.producer);
        }
        counters.recovered += producer.recover(stream.layer, &info, buffer.bytes(), pool);
        let layer = &mut producer.layers[usize::from(stream.layer)];
        let pending = Pending::new(stream.layer, &info, heard);
        if !info.payload.is_empty() && !layer.ring.insert(info, buffer, pool) {
            counters.rtp_duplicates += 1;
            return;
        }
        if info.key_frame && producer.kind == MediaKind::Video {
            counters.key_frames_received += 1;
            layer.note_key_frame(info.sequence, now);
        }
        if started {
            let payload_type = info.payload_type;
            events.push(Event::ProducerStarted { producer: producer.id, layer: stream.layer, payload_type });
        }
        producer.pending.push(pending);
        if info.descriptor.is_some_and(|layout| layout.has_structure) {
            release_waiting(producer, pending);
        }
    }
}

/// Forwards what waited for the structure that came with this packet, once: also what came in this batch.
pub fn release_waiting(producer: &mut Producer, structure: Pending) {
    let layer = &mut producer.layers[usize::from(structure.layer)];
    for sequence in layer.describe_again(structure.sequence) {
        producer.pending.retain(|other| (other.layer, other.sequence) != (structure.layer, sequence));
        producer.pending.push(Pending { sequence, ..structure });
    }
}

/// Reads what forwarding needs. The sequence number is still the 16 bits of the wire.
fn read_packet(
    now: Instant,
    producer: &Producer,
    stream: StreamRef,
    header: &RtpHeader,
    buffer: &PacketBuffer,
) -> Option<PacketInfo> {
    let bytes = buffer.bytes();
    let payload = header.payload(bytes).ok()?;
    let (payload, sequence, payload_type) = if stream.rtx {
        let (number, original) = payload.split_at_checked(RTX_HEADER)?;
        let payload_type = producer.original_payload_type(header.payload_type)?;
        // A retransmission of nothing is padding, sent to probe the path.
        (
            Some(original).filter(|original| !original.is_empty())?,
            u16::from_be_bytes([number[0], number[1]]),
            payload_type,
        )
    } else {
        producer.codec(header.payload_type)?;
        (payload, header.sequence, header.payload_type)
    };
    let (mut payload, mut payload_type, mut redundant) = (payload, payload_type, Span::default());
    // Without a payload it is padding, which has no blocks.
    if producer.is_redundant(payload_type) && !payload.is_empty() {
        let primary = Blocks::parse_untrusted(payload).ok()?.primary();
        producer.codec(primary.payload_type)?;
        redundant = Span::of(bytes, payload);
        (payload, payload_type) = (primary.payload, primary.payload_type);
    }
    let codec = producer.video_codec(payload_type);
    let key_frame = match producer.kind {
        MediaKind::Audio => true,
        MediaKind::Video => codec.is_some_and(|codec| is_key_frame_start(codec, payload)),
    };
    let (frame, pictures) = read_frame(codec, payload, header.marker);
    Some(PacketInfo {
        sequence: u64::from(sequence),
        timestamp: header.timestamp,
        marker: header.marker,
        payload_type,
        key_frame,
        arrived: now,
        payload: Span::of(bytes, payload),
        redundant,
        frame,
        pictures,
        audio_level: Span::default(),
        video_orientation: Span::default(),
        abs_capture_time: Span::default(),
        dependency_descriptor: Span::default(),
        descriptor: None,
        awaits_structure: false,
    })
}

/// What the payload tells of its frame.
fn read_frame(codec: Option<VideoCodec>, payload: &[u8], marker: bool) -> (FrameLayer, Pictures) {
    match codec {
        Some(VideoCodec::Vp8) => vp8::Descriptor::parse_untrusted(payload).map_or_else(
            |_| Default::default(),
            |descriptor| (FrameLayer::of_vp8(&descriptor, marker), Pictures::Vp8(descriptor)),
        ),
        Some(VideoCodec::Vp9) => vp9::Descriptor::parse_untrusted(payload).map_or_else(
            |_| Default::default(),
            |descriptor| (FrameLayer::of_vp9(&descriptor), Pictures::Vp9(descriptor)),
        ),
        _ => Default::default(),
    }
}

fn attach_extensions(
    info: &mut PacketInfo,
    ids: &crate::command::HeaderExtensionIds,
    header: &RtpHeader,
    buffer: &PacketBuffer,
) {
    let bytes = buffer.bytes();
    for (id, value) in header.extensions(bytes) {
        let span = Span::of(bytes, value);
        let id = Some(id);
        let target = if id == ids.audio_level {
            &mut info.audio_level
        } else if id == ids.video_orientation {
            &mut info.video_orientation
        } else if id == ids.dependency_descriptor {
            &mut info.dependency_descriptor
        } else if id == ids.abs_capture_time {
            &mut info.abs_capture_time
        } else {
            continue;
        };
        *target = span;
    }
}

/// What is missing is asked for soon, in one request with what else turns out to be missing.
fn note_gap(now: Instant, gap: Gap, layer: &mut Layer, feedback: &mut Feedback) {
    match gap {
        Gap::Missing => {
            feedback.nack.get_or_insert(now + nack::INTERVAL / 2);
        }
        Gap::Beyond => layer.key_frames.request(),
        Gap::None => {}
    }
}

/// Takes down how loud the packet is; `None` where nothing tells.
fn note_level(producer: &mut Producer, info: &PacketInfo, buffer: &PacketBuffer) -> Option<u8> {
    if producer.kind != MediaKind::Audio {
        return None;
    }
    let level = extension::decode_audio_level(info.audio_level.slice(buffer.bytes()))?.level;
    producer.meter.record(level);
    Some(level)
}
