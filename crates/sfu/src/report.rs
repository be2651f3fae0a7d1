//! What the control plane is told of each peer every other second: rates, losses, delays, and what is forwarded.

use std::time::{Duration, Instant};

use crate::command::MediaKind;
use crate::consumer::Consumer;
use crate::event::{ConsumerReport, Event, LayerReport, ProducerReport};
use crate::producer::{Layer, MAX_LAYERS, Producer};
use crate::shard::Shard;

/// RTCP reports per report to the control plane.
const EVERY: u32 = 2;

impl Shard {
    /// Tells of a transport if it is its turn: of what it sends and receives, and then of itself.
    pub(crate) fn report_transport(&mut self, now: Instant, key: usize) {
        let Self { transports, producers, consumers, events, .. } = self;
        let transport = &mut transports[key];
        transport.rounds += 1;
        if !transport.rounds.is_multiple_of(EVERY) {
            return;
        }
        let id = transport.id;
        let time = now.saturating_duration_since(transport.reported);
        transport.reported = now;
        for key in &transport.producers {
            let report = of_producer(&mut producers[*key], now, time);
            events.push(Event::ProducerReported { transport: id, report });
        }
        for key in &transport.consumers {
            let consumer = &mut consumers[*key];
            let report = of_consumer(consumer, &producers[consumer.producer], time);
            events.push(Event::ConsumerReported { transport: id, report });
        }
        events.push(Event::TransportReported {
            transport: id,
            round_trip_ms: transport.round_trip.get().map(milliseconds),
            estimate: transport.downlink.as_ref().map(|downlink| downlink.estimator.estimate().bps()),
            sent: transport.sent.take_rate(time),
            received: transport.received.take_rate(time),
        });
    }
}

fn of_producer(producer: &mut Producer, now: Instant, time: Duration) -> ProducerReport {
    let clock_rate = producer.clock_rate();
    let mut layers = [None; MAX_LAYERS];
    for ((told, layer), index) in layers.iter_mut().zip(&mut producer.layers).zip(0..) {
        if !layer.flows(now) {
            continue;
        }
        let Layer { stats, loss, volume, .. } = layer;
        *told = Some(LayerReport {
            layer: index,
            bitrate: volume.take_rate(time),
            loss: loss.take(stats.received() as i64 + stats.lost(), stats.lost()),
            jitter_ms: in_milliseconds(stats.jitter(), clock_rate),
        });
    }
    ProducerReport { producer: producer.id, layers }
}

fn of_consumer(consumer: &mut Consumer, producer: &Producer, time: Duration) -> ConsumerReport {
    let reception = consumer.reception.unwrap_or_default();
    let expected = i64::from(reception.highest_sequence);
    let current = consumer.selection.current(producer);
    ConsumerReport {
        consumer: consumer.id,
        layer: current.map(|current| current.layer),
        temporal: current.map(|current| current.temporal).filter(|_| producer.kind == MediaKind::Video),
        paused: consumer.selection.is_starved(),
        bitrate: consumer.volume.take_rate(time),
        loss: consumer.loss.take(expected, i64::from(reception.cumulative_lost)),
        jitter_ms: in_milliseconds(reception.jitter, producer.clock_rate()),
    }
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

fn in_milliseconds(ticks: u32, clock_rate: u32) -> u32 {
    (u64::from(ticks) * 1000 / u64::from(clock_rate.max(1))) as u32
}
