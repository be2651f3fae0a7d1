//! What goes out a second time: because a peer asked for it, or to see how much its path carries.

use std::time::Instant;

use tureen_rtp::HeaderFields;
use tureen_units::Outlet;

use crate::consumer::{Consumer, Sent};
use crate::packet_sender::{Content, Form, PacketSender};
use crate::producer::Producer;
use crate::rewrite::Origin;
use crate::shard::Shard;

impl Shard {
    /// Answers a request for a packet (RFC 4585 section 6.2.1).
    pub(crate) fn retransmit(&mut self, now: Instant, consumer: usize, requested: u16, out: &mut dyn Outlet) {
        let Self { producers, consumers, transports, counters, epoch, .. } = self;
        let consumer_key = consumer;
        let consumer = &mut consumers[consumer];
        let key = consumer.transport;
        let round_trip = transports[key].round_trip.get();
        let Some(sent) = consumer.retransmit(requested, round_trip, now) else { return };
        let Some(mut sender) = PacketSender::new(&mut transports[key], now, key as u32, *epoch, counters) else {
            return;
        };
        if sender.wait_to_repeat(consumer_key, sent) {
            self.plan_release(now, key);
            return;
        }
        repair(sent, consumer, &mut producers[consumer.producer], &mut sender, out);
    }
}

/// Sends a packet again that the peer misses, unless another encoding has taken over meanwhile.
pub fn repair(
    sent: Sent,
    consumer: &mut Consumer,
    producer: &mut Producer,
    sender: &mut PacketSender<'_>,
    out: &mut dyn Outlet,
) {
    if consumer.is_current(sent)
        && let Some(len) = send_again(sent, consumer, producer, sender, out)
    {
        consumer.on_retransmitted(len);
        if let Some((other, now)) = sender.other() {
            other.note_repair(now, len);
        }
        sender.counters.rtx_sent += 1;
    }
}

/// Sends a packet again although nobody has asked for it, unless another encoding has taken over meanwhile.
pub fn repeat_ahead(
    sent: Sent,
    consumer: &mut Consumer,
    producer: &mut Producer,
    sender: &mut PacketSender<'_>,
    out: &mut dyn Outlet,
) {
    if consumer.is_current(sent) && send_again(sent, consumer, producer, sender, out).is_some() {
        sender.counters.rtx_sent_ahead += 1;
    }
}

/// Sends a packet again, over the retransmission stream (RFC 4588); returns the length of its payload. Without such a stream
/// nothing can be sent again: the same SRTP index with other bytes (a new transport-wide number) would break AES-GCM.
pub fn send_again(
    sent: Sent,
    consumer: &mut Consumer,
    producer: &mut Producer,
    sender: &mut PacketSender<'_>,
    out: &mut dyn Outlet,
) -> Option<usize> {
    let ssrc = consumer.rtx_ssrc?;
    let Origin { source, sequence, .. } = sent.origin;
    // What a stream sent before it started anew is gone.
    let packet = producer.layer_of(source)?.ring.get(sequence)?;
    let forward = consumer.repeat(producer, &packet.info, sent)?;
    let ring = &mut producer.layers.get_mut(usize::from(source.layer))?.ring;
    ring.set_pictures(sequence, forward.pictures);
    let content = Content { packet: ring.get(sequence)?, descriptor: forward.descriptor, empty: forward.empty };
    let fields = HeaderFields {
        marker: forward.marker,
        payload_type: forward.rtx_payload_type?,
        sequence: consumer.rtx_sequence as u16,
        timestamp: forward.timestamp,
        ssrc,
    };
    let form = Form::Again { original: sent.out as u16 };
    let len = sender.send(&fields, consumer.rtx_sequence, consumer, content, form, out)?;
    consumer.rtx_sequence += 1;
    Some(len)
}

/// Sends padding over the retransmission stream; `false` without one.
pub fn send_padding(consumer: &mut Consumer, sender: &mut PacketSender<'_>, out: &mut dyn Outlet) -> bool {
    let (Some(ssrc), Some(payload_type)) = (consumer.rtx_ssrc, consumer.rtx_payload_type()) else { return false };
    let (sequence, timestamp) = (consumer.rtx_sequence as u16, consumer.last_timestamp());
    let fields = HeaderFields { marker: false, payload_type, sequence, timestamp, ssrc };
    let sent = sender.send_padding(&fields, consumer.rtx_sequence, out);
    consumer.rtx_sequence += u64::from(sent);
    sent
}
