//! From the ring to the subscribers: rewrite, seal, hand to the outlet. This is the hot path: it allocates nothing and
//! looks nothing up by hash.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tureen_rtp::HeaderFields;
use tureen_units::Outlet;

use crate::command::MediaKind;
use crate::consumer::{Consumer, Forward};
use crate::event::CloseReason;
use crate::packet_sender::{Content, Form, PacketSender};
use crate::padding;
use crate::producer::{Pending, Producer};
use crate::redundancy::Earlier;
use crate::shard::Shard;

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
                self.forward_to(now, (key, consumer), (&pending, 0), out);
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

    /// Forwards packets to one consumer. The first `urgent` of them do not wait for their turn.
    pub(crate) fn forward_to(
        &mut self,
        now: Instant,
        (producer, consumer): (usize, usize),
        (pending, urgent): (&[Pending], usize),
        out: &mut dyn Outlet,
    ) {
        let Self { producers, consumers, transports, counters, epoch, .. } = self;
        let consumer_key = consumer;
        let consumer = &mut consumers[consumer];
        let key = consumer.transport;
        let transport = &mut transports[key];
        let producer = &mut producers[producer];
        let epoch = *epoch;
        let work = || {
            let Some(mut sender) = PacketSender::new(transport, now, key as u32, epoch, counters) else { return false };
            let may_wait = producer.kind == MediaKind::Video;
            let mut waits = false;
            for (index, pending) in pending.iter().enumerate() {
                if !consumer.concerns(pending.layer) {
                    continue;
                }
                if may_wait && index >= urgent && sender.wait(consumer_key, *pending) {
                    waits = true;
                    continue;
                }
                waits |= forward_packet(producer, (consumer_key, consumer), *pending, &mut sender, out);
            }
            waits
        };
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(false) => {}
            Ok(true) => self.plan_release(now, key),
            Err(_) => {
                self.counters.panics += 1;
                self.fail_transport(key, CloseReason::Panic);
            }
        }
    }
}

/// Sends one packet to one consumer, if it is for it. `true` if repeats of it are planned.
pub fn forward_packet(
    producer: &mut Producer,
    (key, consumer): (usize, &mut Consumer),
    pending: Pending,
    sender: &mut PacketSender<'_>,
    out: &mut dyn Outlet,
) -> bool {
    if pending.skip {
        consumer.skip(pending.layer, pending.sequence);
        return false;
    }
    let layer = usize::from(pending.layer);
    let Some(packet) = producer.layers[layer].ring.get(pending.sequence) else { return false };
    let mut switched = false;
    let Some(forward) = consumer.admit(producer, pending.layer, &packet.info, &mut switched) else { return false };
    sender.counters.layer_switches += u64::from(switched);
    let Forward {
        sequence, timestamp, marker, mut payload_type, red_payload_type, pictures, descriptor, empty, ..
    } = forward;
    producer.layers[layer].ring.set_pictures(pending.sequence, pictures);
    let ring = &producer.layers[layer].ring;
    let Some(packet) = ring.get(pending.sequence) else { return false };
    let content = Content { packet, descriptor, empty };
    let mut form = Form::First { padding: pending.padding };
    if let Some(red) = red_payload_type
        && let copies @ 1.. = consumer.redundancy.copies(producer.redundant).min(sender.copies())
    {
        form = Form::Redundant { payload_type, earlier: Earlier::of(packet, ring, copies, payload_type) };
        payload_type = red;
        sender.counters.redundant_sent += 1;
    }
    let fields = HeaderFields { marker, payload_type, sequence: sequence as u16, timestamp, ssrc: consumer.ssrc };
    let Some(len) = sender.send(&fields, sequence, consumer, content, form, out) else { return false };
    consumer.on_sent(len);
    sender.counters.rtp_forwarded += 1;
    sender.counters.payload_bytes_forwarded += len as u64;
    if producer.kind == MediaKind::Video {
        let sent = if sender.repeats_ahead() { consumer.sent_as(sequence) } else { None };
        return sent.is_some_and(|sent| sender.plan_ahead(key, sent));
    }
    let sound = packet.payload().len();
    if let Some((other, now)) = sender.other() {
        other.note_sound(now, sound, len.saturating_sub(sound));
    }
    false
}
