//! What leaves when its time has come: packets that waited for the pace, and what fills a probe of the path.

use std::time::Instant;

use tureen_bwe::DataRate;
use tureen_rtp::rtcp::{ArrivalDelta, TransportCc};
use tureen_units::Outlet;

use crate::command::MediaKind;
use crate::consumer::Consumer;
use crate::forward::forward_packet;
use crate::packet_sender::PacketSender;
use crate::producer::Producer;
use crate::retransmission::{repair, repeat_ahead, send_again, send_padding};
use crate::shard::Shard;

/// How far back the packets lie that fill a probe, at most.
const FILLERS: u64 = 16;

impl Shard {
    /// Lets packets leave that wait for their turn on a transport, and fills a probe that runs.
    pub(crate) fn release(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let Self { producers, consumers, transports, counters, epoch, .. } = self;
        let transport = &mut transports[key];
        let Some(downlink) = &mut transport.downlink else { return };
        downlink.estimator.handle_timeout(now);
        downlink.update(now);
        if downlink.is_behind(now) {
            self.start_anew(now, key, out);
            return;
        }
        let asks = downlink.estimator.wants_report(now);
        let own = std::mem::take(&mut transport.consumers);
        if let Some(mut sender) = PacketSender::new(transport, now, key as u32, *epoch, counters) {
            let mut filler = 0;
            loop {
                if let Some((consumer, sent)) = sender.next_repeat() {
                    let Some(consumer) = consumers.get_mut(consumer) else { continue };
                    repair(sent, consumer, &mut producers[consumer.producer], &mut sender, out);
                } else if let Some(waiting) = sender.next_waiting() {
                    let Some(consumer) = consumers.get_mut(waiting.consumer) else { continue };
                    let producer = &mut producers[consumer.producer];
                    forward_packet(producer, (waiting.consumer, consumer), waiting.pending, &mut sender, out);
                } else if let Some((consumer, sent)) = sender.next_ahead() {
                    let Some(consumer) = consumers.get_mut(consumer) else { continue };
                    repeat_ahead(sent, consumer, &mut producers[consumer.producer], &mut sender, out);
                } else if sender.wants_filler() {
                    filler += 1;
                    if !fill((&own, filler), consumers, producers, &mut sender, out) {
                        break;
                    }
                } else {
                    break;
                }
            }
            // Where nothing waits because nothing has room, only this tells when there is.
            if asks {
                own.iter().any(|key| send_padding(&mut consumers[*key], &mut sender, out));
            }
        }
        let transport = &mut transports[key];
        transport.consumers = own;
        if let Some(downlink) = &mut transport.downlink {
            downlink.plan(now);
        }
    }

    /// Comes back for packets that just began to wait.
    pub(crate) fn plan_release(&mut self, now: Instant, key: usize) {
        if let Some(downlink) = &mut self.transports[key].downlink {
            downlink.plan(now);
        }
        self.reschedule(key);
    }

    /// So much waits that it is better dropped: video goes on at its next key frames.
    fn start_anew(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let transport = &mut self.transports[key];
        let Some(downlink) = &mut transport.downlink else { return };
        self.counters.waiting_dropped += downlink.drop_waiting() as u64;
        downlink.plan(now);
        // A publisher that panics over the request for a key frame takes its consumers along.
        for key in transport.consumers.clone() {
            if let Some(consumer) = self.consumers.get_mut(key) {
                consumer.start_anew();
                self.choose_layer(now, key, out);
            }
        }
    }

    /// Takes transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    pub(crate) fn take_feedback(&mut self, now: Instant, key: usize, feedback: &TransportCc<'_>, out: &mut dyn Outlet) {
        let Some(downlink) = &mut self.transports[key].downlink else { return };
        let statuses = feedback.statuses().map(|(number, delta)| (number, delta.map(ArrivalDelta::micros)));
        downlink.estimator.on_feedback(now, feedback.header.reference_time, statuses);
        if let Some(round_trip) = downlink.estimator.round_trip() {
            downlink.playout.update(now, downlink.estimator.statistics().loss, round_trip);
        }
        self.follow_estimate(now, key, out);
    }

    /// Takes losses and delays that a peer without transport-wide feedback reports.
    pub(crate) fn take_loss(&mut self, now: Instant, key: usize, fraction_lost: u8, out: &mut dyn Outlet) {
        let Some(downlink) = &mut self.transports[key].downlink else { return };
        downlink.estimator.on_loss_report(now, fraction_lost);
        self.follow_estimate(now, key, out);
    }

    fn follow_estimate(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let Some(downlink) = &mut self.transports[key].downlink else { return };
        downlink.update(now);
        if downlink.is_overdrawn() {
            self.allocate(now, key, out);
        }
    }

    /// Takes the estimate of a peer that gives no transport-wide feedback (draft-alvestrand-rmcat-remb-03).
    pub(crate) fn take_remb(&mut self, now: Instant, key: usize, bitrate: u64, out: &mut dyn Outlet) {
        let Some(downlink) = &mut self.transports[key].downlink else { return };
        downlink.estimator.on_remb(now, DataRate::from_bps(bitrate));
        self.follow_estimate(now, key, out);
    }
}

/// Keeps up the rate of a probe: with a packet that went out lately, which is of use if it was lost, or else with padding.
/// `false` if there is no retransmission stream for it.
fn fill(
    (own, turn): (&[usize], u64),
    consumers: &mut slab::Slab<Consumer>,
    producers: &mut slab::Slab<Producer>,
    sender: &mut PacketSender<'_>,
    out: &mut dyn Outlet,
) -> bool {
    let repeated = own.iter().any(|key| {
        let consumer = &mut consumers[*key];
        let producer = &mut producers[consumer.producer];
        producer.kind == MediaKind::Video
            && (0..FILLERS).any(|more| {
                let back = 1 + (turn + more) % FILLERS;
                let sent = consumer.sent_before(back);
                sent.is_some_and(|sent| send_again(sent, consumer, producer, sender, out).is_some())
            })
    });
    repeated || own.iter().any(|key| send_padding(&mut consumers[*key], sender, out))
}
