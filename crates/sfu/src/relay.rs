//! One room over several shards: what a producer's shard hands to those that mirror it, and what they ask of it. Someone
//! else carries it (`packetio` over rings between threads, `sim` in memory) and may drop any of it.
//!
//! ```text
//! publisher ─▶ producer's ring ─▶ own consumers
//!                   │ one copy per shard
//!                   ├──────────▶ mirror's ring ─▶ that shard's consumers
//!                   ◀────────── key frame requests, merged per shard and again here
//! ```

use std::time::Instant;

use tureen_units::{Outlet, PacketBuffer};

use crate::command::ProducerId;
use crate::producer::{Pending, Producer, ReportedClock};
use crate::ring::{BufferPool, PacketInfo};
use crate::shard::Shard;

/// A packet of a producer, or the news that its number stays empty.
pub struct RelayedPacket {
    pub(crate) producer: ProducerId,
    pub(crate) layer: u8,
    /// The layer's, so that a mirror starts anew when the stream does.
    pub(crate) generation: u8,
    /// The publisher's clock. It goes along, as a message of its own could be dropped.
    pub(crate) clock: Option<ReportedClock>,
    pub(crate) redundant: bool,
    pub(crate) sequence: u64,
    /// `None`: padding, of which only the number counts.
    pub(crate) content: Option<(PacketInfo, Box<PacketBuffer>)>,
}

/// What goes from one shard to another.
pub enum Relayed {
    /// From a producer to its mirror.
    Packet(RelayedPacket),
    /// From a mirror to its producer: subscribers wait for a key frame.
    KeyFrame {
        /// The producer.
        producer: ProducerId,
        /// Index of the layer.
        layer: u8,
    },
}

impl Shard {
    /// Copies what arrived since the last [`Self::forward`] for the shards that mirror it. Call it before `forward`, whose
    /// consumers write their own picture numbers over the packets.
    pub fn relay(&mut self) {
        let Self { producers, dirty, pool, relayed, counters, .. } = self;
        for key in dirty.iter() {
            let Some(producer) = producers.get(*key).filter(|producer| !producer.paused) else { continue };
            for shard in &producer.mirrors {
                relayed.extend(producer.pending.iter().map(|pending| (*shard, copy(producer, *pending, pool))));
                counters.packets_relayed += producer.pending.len() as u64;
            }
        }
    }

    /// Moves what waits for other shards, by shard, to the end of `relayed`.
    pub fn drain_relayed(&mut self, relayed: &mut Vec<(u16, Relayed)>) {
        relayed.append(&mut self.relayed);
    }

    /// Takes what another shard has handed over. A buffer that comes back belongs to that shard. Call [`Self::relay`] and
    /// [`Self::forward`] after each batch.
    pub fn handle_relayed(
        &mut self,
        now: Instant,
        relayed: Relayed,
        out: &mut dyn Outlet,
    ) -> Option<Box<PacketBuffer>> {
        match relayed {
            Relayed::Packet(packet) => self.mirror(now, packet),
            Relayed::KeyFrame { producer, layer } => {
                self.request_for_others(now, producer, layer, out);
                None
            }
        }
    }

    /// Takes back what could not be handed over. Pictures that miss it are repaired by a key frame.
    pub fn handle_relay_drop(&mut self, now: Instant, relayed: Relayed, out: &mut dyn Outlet) {
        // A request is repeated by whoever needs the key frame.
        let Relayed::Packet(packet) = relayed else { return };
        self.counters.relay_drops += 1;
        if let Some((_, buffer)) = packet.content {
            self.pool.put(buffer);
            self.request_for_others(now, packet.producer, packet.layer, out);
        }
    }

    /// A buffer of the shard's, with any content.
    pub fn take_buffer(&mut self) -> Box<PacketBuffer> {
        self.pool.take()
    }

    /// Takes a buffer in, such as one that was handed over and came back.
    pub fn give_buffer(&mut self, buffer: Box<PacketBuffer>) {
        self.pool.put(buffer);
    }

    /// Subscribers on another shard wait for a key frame.
    fn request_for_others(&mut self, now: Instant, producer: ProducerId, layer: u8, out: &mut dyn Outlet) {
        let Some(key) = self.producer_keys.get(&producer).copied() else { return };
        let producer = &mut self.producers[key];
        let video = producer.kind == crate::command::MediaKind::Video;
        if let Some(layer) = producer.layers.get_mut(usize::from(layer)).filter(|_| video) {
            layer.key_frames.request();
            self.poll_key_frames(now, key, out);
        }
    }
}

fn copy(producer: &Producer, pending: Pending, pool: &mut BufferPool) -> Relayed {
    let layer = &producer.layers[usize::from(pending.layer)];
    // Voices that are not heard here go along: whom the others hear is theirs to find out.
    let content = layer.ring.get(pending.sequence).map(|packet| {
        let (bytes, mut buffer) = (packet.bytes(), pool.take());
        buffer.room_mut()[..bytes.len()].copy_from_slice(bytes);
        buffer.set_len(bytes.len());
        (packet.info, buffer)
    });
    Relayed::Packet(RelayedPacket {
        producer: producer.id,
        layer: pending.layer,
        generation: layer.generation,
        clock: layer.clock,
        redundant: producer.redundant,
        sequence: pending.sequence,
        content,
    })
}
