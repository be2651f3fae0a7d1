//! From the ring to the subscribers: rewrite, seal, hand to the outlet. This is the hot path: it allocates nothing and
//! looks nothing up by hash.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tureen_codec::dependency_descriptor;
use tureen_rtp::{HeaderFields, extension, set_padding_bit, write_header};
use tureen_units::{Outlet, Path};

use crate::consumer::{Consumer, DescriptorChange, Forward};
use crate::counters::Counters;
use crate::event::CloseReason;
use crate::ingress::RTX_HEADER;
use crate::padding::{self, Padding};
use crate::producer::{Pending, Producer};
use crate::ring::Packet;
use crate::shard::Shard;
use crate::transport::{Srtp, Transport};
use crate::volume::Volume;

/// The most extensions that a packet carries out.
const MAX_EXTENSIONS: usize = 8;

impl Shard {
    /// Forwards what arrived since the last call. Consumers are the outer loop, so that all packets for one peer stand
    /// side by side and leave in one send.
    pub fn forward(&mut self, now: Instant, out: &mut dyn Outlet) {
        while let Some(key) = self.dirty.pop() {
            let Some(producer) = self.producers.get_mut(key) else { continue };
            let mut pending = std::mem::take(&mut producer.pending);
            padding::even_out(&mut pending, &producer.layers);
            let mut index = 0;
            // A panic drops the consumer's transport, which shortens the list, and may take the producer along.
            while let Some(consumer) =
                self.producers.get(key).and_then(|producer| producer.consumers.get(index).copied())
            {
                self.forward_to(key, consumer, &pending, out);
                let stays = self.producers.get(key).and_then(|producer| producer.consumers.get(index));
                index += usize::from(stays == Some(&consumer));
            }
            self.poll_key_frames(now, key, out);
            if let Some(producer) = self.producers.get_mut(key) {
                pending.clear();
                producer.pending = pending;
            }
        }
    }

    pub(crate) fn forward_to(&mut self, producer: usize, consumer: usize, pending: &[Pending], out: &mut dyn Outlet) {
        let Self { producers, consumers, transports, counters, epoch, .. } = self;
        let consumer = &mut consumers[consumer];
        let key = consumer.transport;
        let transport = &mut transports[key];
        let producer = &mut producers[producer];
        let epoch = *epoch;
        let work = || {
            let Some(mut sender) = PacketSender::new(transport, key as u32, epoch, counters) else { return };
            for pending in pending {
                forward_packet(producer, consumer, *pending, &mut sender, out);
            }
        };
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            self.counters.panics += 1;
            self.fail_transport(key, CloseReason::Panic);
        }
    }

    /// Sends a packet again, over the retransmission stream (RFC 4588). Without one nothing can be sent again: the same
    /// SRTP index with other bytes (a new transport-wide number) would break AES-GCM.
    pub(crate) fn retransmit(&mut self, now: Instant, consumer: usize, requested: u16, out: &mut dyn Outlet) {
        let Self { producers, consumers, transports, counters, epoch, .. } = self;
        let consumer = &mut consumers[consumer];
        let Some(rtx_ssrc) = consumer.rtx_ssrc else { return };
        let round_trip = transports[consumer.transport].round_trip.get();
        let Some((origin, sent_as)) = consumer.retransmit(requested, round_trip, now) else { return };
        let producer = &mut producers[consumer.producer];
        // What a stream sent before it started anew is gone.
        let Some(layer) = producer.layer_of(origin.source) else { return };
        let Some(packet) = layer.ring.get(origin.sequence) else { return };
        let Some(forward) = consumer.repeat(producer, &packet.info, origin, sent_as) else { return };
        let layer = &mut producer.layers[usize::from(origin.source.layer)];
        let Some(packet) = layer.ring.get_with_pictures(origin.sequence, forward.pictures) else { return };
        let Some(payload_type) = forward.rtx_payload_type else { return };
        let key = consumer.transport;
        let Some(mut sender) = PacketSender::new(&mut transports[key], key as u32, *epoch, counters) else { return };
        let fields = HeaderFields {
            marker: forward.marker,
            payload_type,
            sequence: consumer.rtx_sequence as u16,
            timestamp: forward.timestamp,
            ssrc: rtx_ssrc,
        };
        let form = Form::Again { original: sent_as as u16 };
        let content = Content { packet, descriptor: forward.descriptor, empty: forward.empty };
        if let Some(len) = sender.send(&fields, consumer.rtx_sequence, consumer, content, form, out) {
            consumer.rtx_sequence += 1;
            consumer.on_retransmitted(len);
            counters.rtx_sent += 1;
        }
    }
}

fn forward_packet(
    producer: &mut Producer,
    consumer: &mut Consumer,
    pending: Pending,
    sender: &mut PacketSender<'_>,
    out: &mut dyn Outlet,
) {
    if pending.skip {
        consumer.skip(pending.layer, pending.sequence);
        return;
    }
    let layer = usize::from(pending.layer);
    let Some(packet) = producer.layers[layer].ring.get(pending.sequence) else { return };
    let mut switched = false;
    let Some(forward) = consumer.admit(producer, pending.layer, &packet.info, &mut switched) else { return };
    sender.counters.layer_switches += u64::from(switched);
    let Forward { sequence, timestamp, marker, payload_type, pictures, descriptor, empty, .. } = forward;
    let Some(packet) = producer.layers[layer].ring.get_with_pictures(pending.sequence, pictures) else { return };
    let content = Content { packet, descriptor, empty };
    let fields = HeaderFields { marker, payload_type, sequence: sequence as u16, timestamp, ssrc: consumer.ssrc };
    if let Some(len) = sender.send(&fields, sequence, consumer, content, Form::First { padding: pending.padding }, out)
    {
        consumer.on_sent(len);
        sender.counters.rtp_forwarded += 1;
        sender.counters.payload_bytes_forwarded += len as u64;
    }
}

/// What a packet carries.
#[derive(Clone, Copy)]
struct Content<'a> {
    packet: &'a Packet,
    descriptor: Option<DescriptorChange>,
    /// Without its payload.
    empty: bool,
}

impl<'a> Content<'a> {
    fn payload(self) -> &'a [u8] {
        if self.empty { &[] } else { self.packet.payload() }
    }

    /// The dependency descriptor as it goes out, in `room` where it changes.
    fn descriptor<'b>(self, room: &'b mut [u8; dependency_descriptor::MAX_LEN]) -> &'b [u8]
    where
        'a: 'b,
    {
        let came = self.packet.info.dependency_descriptor.slice(self.packet.bytes());
        let (Some(layout), Some(change)) = (&self.packet.info.descriptor, self.descriptor) else { return came };
        let len = dependency_descriptor::rewrite(came, layout, change.frame_number, change.mask, room);
        len.map_or(came, |len| &room[..len])
    }
}

/// What a packet has besides its header and its payload.
#[derive(Clone, Copy)]
enum Form {
    /// It goes out for the first time, with so many bytes of padding.
    First { padding: u8 },
    /// It goes out again; the number under which it did before stands in front of the payload (RFC 4588 section 4).
    Again { original: u16 },
}

/// Seals packets for one transport.
struct PacketSender<'a> {
    srtp: &'a Srtp,
    ids: crate::command::HeaderExtensionIds,
    /// The transport-wide number of the next packet.
    number: &'a mut u16,
    sent: &'a mut Volume,
    path: Path,
    group: u32,
    epoch: Instant,
    counters: &'a mut Counters,
}

impl<'a> PacketSender<'a> {
    fn new(transport: &'a mut Transport, group: u32, epoch: Instant, counters: &'a mut Counters) -> Option<Self> {
        let path = transport.ice.selected()?;
        let srtp = transport.srtp.as_ref()?;
        let (number, sent) = (&mut transport.sent_number, &mut transport.sent);
        Some(Self { srtp, ids: transport.extensions, number, sent, path, group, epoch, counters })
    }

    /// Seals one packet into the outlet; returns the length of its payload, or `None` if it does not fit.
    fn send(
        &mut self,
        fields: &HeaderFields,
        index: u64,
        consumer: &Consumer,
        content: Content<'_>,
        form: Form,
        out: &mut dyn Outlet,
    ) -> Option<usize> {
        let slot = out.slot();
        let header_len = self.write_header(slot, fields, consumer, content)?;
        let payload = content.payload();
        let outbound = &self.srtp.outbound;
        let sealed = match form {
            Form::First { padding } => {
                if padding > 0 {
                    set_padding_bit(slot);
                }
                outbound.seal_rtp(fields.ssrc, index, slot, header_len, payload, Padding::new(padding).bytes())
            }
            Form::Again { original } => {
                let body = slot.get_mut(header_len..header_len + RTX_HEADER + payload.len())?;
                body[..RTX_HEADER].copy_from_slice(&original.to_be_bytes());
                body[RTX_HEADER..].copy_from_slice(payload);
                let len = header_len + body.len();
                outbound.seal_rtp_in_place(fields.ssrc, index, slot, header_len, len)
            }
        };
        let len = sealed.ok()?;
        out.egress().commit(self.path, self.group, len);
        self.sent.add(len);
        *self.number = self.number.wrapping_add(1);
        Some(payload.len())
    }

    fn write_header(
        &self,
        slot: &mut [u8],
        fields: &HeaderFields,
        consumer: &Consumer,
        content: Content<'_>,
    ) -> Option<usize> {
        let packet = content.packet;
        let transport_cc = extension::encode_transport_cc(*self.number);
        let (send_time, mut room);
        let mut list = ExtensionList::default();
        if !consumer.known_to_peer {
            list.push(self.ids.mid, consumer.mid.as_bytes());
        }
        if self.ids.transport_cc.is_some() {
            list.push(self.ids.transport_cc, &transport_cc);
        } else if self.ids.abs_send_time.is_some() {
            send_time = extension::encode_abs_send_time(packet.info.arrived.saturating_duration_since(self.epoch));
            list.push(self.ids.abs_send_time, &send_time);
        }
        let (info, bytes) = (&packet.info, packet.bytes());
        list.push(self.ids.audio_level, info.audio_level.slice(bytes));
        list.push(self.ids.video_orientation, info.video_orientation.slice(bytes));
        if self.ids.dependency_descriptor.is_some() && !info.dependency_descriptor.is_empty() {
            room = [0; dependency_descriptor::MAX_LEN];
            list.push(self.ids.dependency_descriptor, content.descriptor(&mut room));
        }
        list.push(self.ids.abs_capture_time, info.abs_capture_time.slice(bytes));
        write_header(slot, fields, list.as_slice())
    }
}

/// The extensions of one packet, on the stack.
#[derive(Default)]
struct ExtensionList<'a> {
    items: [(u8, &'a [u8]); MAX_EXTENSIONS],
    len: usize,
}

impl<'a> ExtensionList<'a> {
    /// Adds an extension that was negotiated and has a value.
    fn push(&mut self, id: Option<u8>, value: &'a [u8]) {
        if let Some(id) = id
            && !value.is_empty()
            && self.len < MAX_EXTENSIONS
        {
            self.items[self.len] = (id, value);
            self.len += 1;
        }
    }

    fn as_slice(&self) -> &[(u8, &'a [u8])] {
        &self.items[..self.len]
    }
}
