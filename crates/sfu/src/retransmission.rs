//! What goes out a second time, because a peer asked for it.

use std::time::Instant;

use tureen_rtp::HeaderFields;
use tureen_units::Outlet;

use crate::packet_sender::{Form, PacketSender};
use crate::shard::Shard;

impl Shard {
    /// Sends a packet again, over the retransmission stream (RFC 4588). Without one nothing can be sent again: the same
    /// SRTP index with other bytes (a new transport-wide number) would break AES-GCM.
    pub(crate) fn retransmit(&mut self, now: Instant, consumer: usize, requested: u16, out: &mut dyn Outlet) {
        let Self { producers, consumers, transports, counters, epoch, .. } = self;
        let consumer = &mut consumers[consumer];
        let Some(rtx_ssrc) = consumer.rtx_ssrc else { return };
        let round_trip = transports[consumer.transport].round_trip.get();
        let Some((layer, sequence, shift, sent_as)) = consumer.retransmit(requested, round_trip, now) else { return };
        let Some(layer) = producers[consumer.producer].layers.get_mut(usize::from(layer)) else { return };
        let Some(packet) = layer.ring.get(sequence) else { return };
        let Some(forward) = consumer.repeat(&packet.info, shift, sent_as) else { return };
        layer.ring.set_pictures(sequence, forward.pictures);
        let Some(packet) = layer.ring.get(sequence) else { return };
        let Some(payload_type) = forward.rtx_payload_type else { return };
        let key = consumer.transport;
        let Some(mut sender) = PacketSender::new(&mut transports[key], key as u32, *epoch, counters) else { return };
        let fields = HeaderFields {
            marker: packet.info.marker,
            payload_type,
            sequence: consumer.rtx_sequence as u16,
            timestamp: forward.timestamp,
            ssrc: rtx_ssrc,
        };
        let form = Form::Again { original: sent_as as u16 };
        if let Some(len) = sender.send(&fields, consumer.rtx_sequence, consumer, packet, form, out) {
            consumer.rtx_sequence += 1;
            consumer.on_retransmitted(len);
            counters.rtx_sent += 1;
        }
    }
}
