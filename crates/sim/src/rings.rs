//! What shards hand to each other, in memory: as much per pair and round as the rings hold.

use std::time::Instant;

use tureen_sfu::{Relayed, Shard};
use tureen_units::Outlet;

/// The rings between the shards of a call.
pub struct Rings {
    /// What one ring holds.
    pub capacity: usize,
    relayed: Vec<(u16, Relayed)>,
    waiting: Vec<(usize, u16, Relayed)>,
}

impl Default for Rings {
    fn default() -> Self {
        Self { capacity: 512, relayed: Vec::new(), waiting: Vec::new() }
    }
}

impl Rings {
    /// Takes what waits at each shard and delivers it; what finds its ring full goes back. Whether there was anything.
    pub fn exchange(&mut self, now: Instant, shards: &mut [&mut Shard], out: &mut dyn Outlet) -> bool {
        for (from, shard) in shards.iter_mut().enumerate() {
            shard.relay();
            shard.drain_relayed(&mut self.relayed);
            for (to, relayed) in self.relayed.drain(..) {
                let ring = self.waiting.iter().filter(|(sender, receiver, _)| (*sender, *receiver) == (from, to));
                if ring.count() < self.capacity {
                    self.waiting.push((from, to, relayed));
                } else {
                    shard.handle_relay_drop(now, relayed, out);
                }
            }
        }
        let any = !self.waiting.is_empty();
        for (from, to, relayed) in self.waiting.drain(..) {
            if let Some(buffer) = shards[usize::from(to)].handle_relayed(now, relayed, out) {
                shards[from].give_buffer(buffer);
            }
        }
        any
    }
}
