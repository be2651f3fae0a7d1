//! Who gets how much of the path to a peer. Sound, repairs and data, up to half, are taken off first; pictures share the rest.

use std::time::{Duration, Instant};

use tureen_bwe::{Allocation, AllocationState, DataRate, Layer, LayerRates, StreamDemand, wanted};
use tureen_units::Outlet;

use crate::command::{BEST_LAYER, ConsumerLimits, MediaKind, ProducerId};
use crate::event::Event;
use crate::producer::Producer;
use crate::rates::PerLayer;
use crate::selection::LayerTarget;
use crate::shard::Shard;

/// Beyond this multiple of its share a stream stops at once instead of going on until the lower layer starts.
const EXCESS: f64 = 1.5;

/// For so long the lowest layer of a stream may cost more than there is before it is paused: the pace holds it back, and a
/// scene that moves much is often over by then.
const PATIENCE: Duration = Duration::from_secs(1);

/// Room for one transport's streams, kept from one allocation to the next.
#[derive(Default)]
pub struct Shares {
    streams: Vec<StreamDemand>,
    allocations: Vec<Allocation>,
}

impl Shard {
    /// Bits per second that it takes to send each layer of a producer with all that it needs, over the last second:
    /// encodings with simulcast, spatial layers with SVC, by temporal layers. Zero for one that does not come.
    pub fn layer_rates(&mut self, now: Instant, producer: ProducerId) -> Option<PerLayer<u64>> {
        let key = *self.producer_keys.get(&producer)?;
        Some(self.producers[key].layer_rates(now))
    }

    /// Shares the path to a peer among its pictures, and lets each follow.
    pub(crate) fn allocate(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let mut shares = std::mem::take(&mut self.shares);
        if self.divide(now, key, &mut shares) {
            for allocation in &shares.allocations {
                self.follow(now, allocation, out);
            }
        }
        self.shares = shares;
    }

    /// Fills the allocations; `false` where nothing is sent.
    fn divide(&mut self, now: Instant, key: usize, shares: &mut Shares) -> bool {
        let Self { transports, producers, consumers, .. } = self;
        let Some(transport) = transports.get_mut(key).filter(|transport| transport.srtp.is_some()) else {
            return false;
        };
        let Some(downlink) = &mut transport.downlink else { return false };
        shares.streams.clear();
        for key in &transport.consumers {
            let consumer = &consumers[*key];
            let producer = &mut producers[consumer.producer];
            if producer.kind == MediaKind::Video {
                shares.streams.push(demand(now, *key, consumer.selection.limits(), producer));
            }
        }
        downlink.divide(now, wanted(&shares.streams), &shares.streams, &mut shares.allocations);
        true
    }

    /// Lets a consumer have its share.
    fn follow(&mut self, now: Instant, allocation: &Allocation, out: &mut dyn Outlet) {
        let key = allocation.id as usize;
        let Self { producers, consumers, events, .. } = self;
        let Some(consumer) = consumers.get_mut(key) else { return };
        let since = match allocation.state {
            AllocationState::Paused => Some(consumer.starving.unwrap_or(now)),
            _ => None,
        };
        consumer.starving = since;
        let target = match (allocation.state, allocation.target) {
            (AllocationState::Paused, _) if since.is_some_and(|since| now >= since + PATIENCE) => None,
            // What does not flow yet starts at the bottom; so does what has no layers.
            (AllocationState::Idle | AllocationState::Paused, _) | (_, None) => {
                Some(LayerTarget { layer: 0, temporal: BEST_LAYER })
            }
            (AllocationState::Full, _) => Some(LayerTarget::BEST),
            (AllocationState::Limited, Some(Layer { spatial, temporal })) => {
                Some(LayerTarget { layer: spatial, temporal })
            }
        };
        consumer.selection.set_allocation(target);
        // Compared with what was told: the subscriber's own pause ends it as well.
        let starved = consumer.selection.is_starved();
        if std::mem::replace(&mut consumer.told_starved, starved) != starved {
            events.push(Event::ConsumerPaused { consumer: consumer.id, paused: starved });
        }
        let producer = &mut producers[consumer.producer];
        if let Some(current) = consumer.selection.current(producer) {
            let sent = rate_of(now, producer, current);
            if sent > allocation.rate.scaled(EXCESS) && allocation.state == AllocationState::Limited {
                consumer.selection.stop_excess();
            }
        }
        self.choose_layer(now, key, out);
    }
}

fn demand(now: Instant, key: usize, limits: ConsumerLimits, producer: &mut Producer) -> StreamDemand {
    let wants = !limits.paused && !producer.paused;
    StreamDemand {
        id: key as u32,
        priority: limits.priority,
        max: Layer { spatial: limits.max_layer, temporal: limits.max_temporal },
        rates: if wants { rising(rates(now, producer)) } else { LayerRates::default() },
    }
}

/// The same, but that an upper spatial layer never costs less than a lower one. A picture at rest may cost nothing in any of
/// them; without this, chance would decide which one is best, and each change of its mind costs a key frame.
fn rising(mut rates: LayerRates) -> LayerRates {
    let mut below = DataRate::ZERO;
    for row in &mut rates.0 {
        for rate in row.iter_mut().filter(|rate| **rate > DataRate::ZERO) {
            *rate = (*rate).max(below + DataRate::from_bps(u64::from(below > DataRate::ZERO)));
        }
        below = row.iter().copied().fold(below, DataRate::max);
    }
    rates
}

fn rates(now: Instant, producer: &mut Producer) -> LayerRates {
    LayerRates(producer.layer_rates(now).map(|row| row.map(DataRate::from_bps)))
}

fn rate_of(now: Instant, producer: &mut Producer, target: LayerTarget) -> DataRate {
    rates(now, producer).at(Layer { spatial: target.layer, temporal: target.temporal })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: [[u64; 4]; 4]) -> LayerRates {
        LayerRates(rows.map(|row| row.map(DataRate::from_bps)))
    }

    #[test]
    fn upper_layers_never_cost_less() {
        let rates = table([[100, 150, 150, 0], [90, 120, 0, 0], [0; 4], [500, 700, 0, 0]]);
        assert_eq!(rising(rates), table([[100, 150, 150, 0], [151, 151, 0, 0], [0; 4], [500, 700, 0, 0]]));
        assert_eq!(rising(LayerRates::default()), LayerRates::default());
    }
}
