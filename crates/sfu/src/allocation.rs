//! What shares a line's bandwidth out among the tracks on it: what each layer takes, and which of them fit.

use std::time::Instant;

use tureen_units::Outlet;

use crate::command::{ConsumerId, ProducerId};
use crate::rates::PerLayer;
use crate::selection::LayerTarget;
use crate::shard::Shard;

impl Shard {
    /// Bits per second that it takes to send each layer of a producer with all that it needs, over the last second:
    /// encodings with simulcast, spatial layers with SVC, by temporal layers. Zero for one that does not come.
    pub fn layer_rates(&mut self, now: Instant, producer: ProducerId) -> Option<PerLayer<u64>> {
        let key = *self.producer_keys.get(&producer)?;
        Some(self.producers[key].layer_rates(now))
    }

    /// Sends a consumer these layers at most, or nothing; [`LayerTarget::BEST`] unless said otherwise. A lower encoding
    /// needs a key frame; what is sent until it comes is the higher one, or nothing if the line `cannot_wait`.
    pub fn allocate(
        &mut self,
        now: Instant,
        consumer: ConsumerId,
        allocation: Option<LayerTarget>,
        cannot_wait: bool,
        out: &mut dyn Outlet,
    ) {
        let Some(key) = self.consumer_keys.get(&consumer).copied() else { return };
        self.consumers[key].selection.set_allocation(allocation);
        self.choose_layer(now, key, out);
        if let Some(consumer) = self.consumers.get_mut(key).filter(|_| cannot_wait) {
            consumer.selection.stop_excess();
        }
    }
}
