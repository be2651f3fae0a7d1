//! A producer whose publisher is on another shard: fed by that shard, forwarded like any other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tureen_rtp::extension;
use tureen_units::{Outlet, PacketBuffer};

use crate::command::{MediaKind, OpenMirror};
use crate::control::{Failure, Outcome, check_producer};
use crate::event::CommandErrorCode as Code;
use crate::ingress::release_waiting;
use crate::producer::{Pending, Producer, Upstream};
use crate::relay::{Relayed, RelayedPacket};
use crate::shard::Shard;

impl Shard {
    /// Opens a mirror, or takes over what changed at its producer.
    pub(crate) fn open_mirror(&mut self, now: Instant, open: OpenMirror, out: &mut dyn Outlet) -> Outcome {
        check_producer(&open.producer)?;
        let (id, upstream) = (open.producer.producer, Upstream::Shard(open.shard));
        match self.producer_keys.get(&id) {
            Some(key) if self.producers[*key].upstream != upstream => {
                return Err(Failure::new(Code::DuplicateId, "the producer is open here or comes from another shard"));
            }
            Some(key) => self.producers[*key].update(open.producer, &mut self.pool),
            None => {
                let key = self.producers.insert(Producer::new(open.producer, upstream, &mut self.pool));
                self.producer_keys.insert(id, key);
                self.mirrors += 1;
            }
        }
        self.pause_producer(now, id, open.paused, out)
    }

    /// Whether a producer of another shard is mirrored here.
    pub fn mirrors_producer(&self, id: u64) -> bool {
        let key = self.producer_keys.get(&id);
        key.is_some_and(|key| self.producers[*key].transport().is_none())
    }

    /// Begins or ceases to relay a producer to another shard.
    pub(crate) fn mirror_producer(&mut self, id: u64, shard: u16, mirrored: bool) -> Outcome {
        if !mirrored && !self.producer_keys.contains_key(&id) {
            return Ok(());
        }
        let key = self.producer_key(id)?;
        let mirrors = &mut self.producers[key].mirrors;
        mirrors.retain(|known| *known != shard);
        if mirrored {
            mirrors.push(shard);
        }
        Ok(())
    }

    /// Takes a packet of a mirrored producer; the buffer that comes back is its own or one that it takes the place of. A
    /// panic costs the packet.
    pub(crate) fn mirror(&mut self, now: Instant, mut packet: RelayedPacket) -> Option<Box<PacketBuffer>> {
        let content = packet.content.take();
        let (info, mut buffer) = content.map_or((None, None), |(info, buffer)| (Some(info), Some(buffer)));
        let take = || self.take_mirrored(now, &packet, info.zip(buffer.as_mut()));
        if catch_unwind(AssertUnwindSafe(take)).is_err() {
            self.counters.panics += 1;
        }
        buffer
    }

    fn take_mirrored(
        &mut self,
        now: Instant,
        packet: &RelayedPacket,
        content: Option<(crate::ring::PacketInfo, &mut Box<PacketBuffer>)>,
    ) {
        let Self { producers, producer_keys, pool, dirty, speakers, counters, .. } = self;
        let Some(key) = producer_keys.get(&packet.producer).copied() else { return };
        let producer = &mut producers[key];
        let Some(layer) = producer.layers.get_mut(usize::from(packet.layer)) else { return };
        if layer.generation != packet.generation {
            layer.restart(layer.encoding.ssrc.unwrap_or_default(), pool);
            layer.generation = packet.generation;
        }
        layer.clock = packet.clock;
        layer.on_mirrored(now);
        // Nothing is asked for again between shards; but what is missing is known, so that it is not taken for padding.
        layer.nack.on_packet(packet.sequence, now);
        producer.redundant = packet.redundant;
        if producer.pending.is_empty() {
            dirty.push(key);
        }
        let Some((mut info, buffer)) = content else {
            producer.pending.push(Pending { layer: packet.layer, sequence: packet.sequence, skip: true, padding: 0 });
            return;
        };
        let mut heard = true;
        if producer.kind == MediaKind::Video {
            // What its own shard found out of key frames holds; the structure of later descriptors has to be known here too.
            layer.describe(&mut info, buffer.bytes(), false);
        } else {
            let level = extension::decode_audio_level(info.audio_level.slice(buffer.bytes())).map(|audio| audio.level);
            heard = level.is_none_or(|level| speakers.admits(producer.speakers, key, level, now));
            counters.voices_left_out += u64::from(!heard);
        }
        if !layer.ring.insert(info, buffer, pool) {
            return;
        }
        if info.key_frame && producer.kind == MediaKind::Video {
            layer.note_key_frame(info.sequence, now);
        }
        let pending = Pending::new(packet.layer, &info, heard);
        producer.pending.push(pending);
        if info.descriptor.is_some_and(|layout| layout.has_structure) {
            release_waiting(producer, pending);
        }
    }

    /// Asks the producer's own shard for the key frames that are due.
    pub(crate) fn request_of_origin(&mut self, now: Instant, key: usize, shard: u16) {
        let Self { producers, relayed, .. } = self;
        let producer = &mut producers[key];
        for (layer, index) in producer.layers.iter_mut().zip(0..) {
            if layer.key_frames.poll(now) {
                relayed.push((shard, Relayed::KeyFrame { producer: producer.id, layer: index }));
            }
        }
    }
}
