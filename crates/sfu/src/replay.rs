//! A picture for whoever comes late: the last key frame and what followed it, from the ring, in front of the live packets.
//! So nobody has to wait for the publisher, and the publisher has to make no key frame for one viewer.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use tureen_units::Outlet;

use crate::padding;
use crate::producer::{Layer, Pending};
use crate::shard::Shard;

/// A group of pictures is sent again while its key frame is at most so old: it all arrives at once, and a player that is
/// given more than this shows the past for a while.
const MAX_AGE: Duration = Duration::from_secs(1);
/// The same where a new key frame would have to wait.
const MAX_AGE_THROTTLED: Duration = Duration::from_secs(2);

/// The most packets of a group: some 250 kB.
const MAX_PACKETS: u64 = 200;

impl Layer {
    /// Notes that a key frame starts with this packet.
    pub fn note_key_frame(&mut self, sequence: u64, now: Instant) {
        self.key_frames.on_key_frame();
        if self.last_key_frame.is_none_or(|(last, _)| sequence > last) {
            self.last_key_frame = Some((sequence, now));
        }
    }

    /// The packets from the last key frame on, if it came after `since`, is young enough, and none of them is missing.
    fn group(&self, now: Instant, since: Option<Instant>) -> Option<RangeInclusive<u64>> {
        let (first, came) = self.last_key_frame.filter(|(_, came)| since.is_none_or(|since| *came > since))?;
        let last = self.ring.highest()?;
        let throttled = self.key_frames.is_throttled(now);
        let max_age = if throttled { MAX_AGE_THROTTLED } else { MAX_AGE };
        let fits = now.saturating_duration_since(came) <= max_age && last < first + MAX_PACKETS;
        let mut missing = first..=last;
        (fits && !missing.any(|sequence| self.nack.is_missing(sequence))).then_some(first..=last)
    }
}

impl Shard {
    /// Sends a consumer that receives nothing yet what was kept of an encoding. Whether that was possible.
    pub(crate) fn replay(&mut self, now: Instant, key: usize, encoding: u8, out: &mut dyn Outlet) -> bool {
        let consumer = &self.consumers[key];
        let producer = &self.producers[consumer.producer];
        // What is pending is on its way to everybody: once only.
        if consumer.current_layer().is_some() || !producer.pending.is_empty() {
            return false;
        }
        let layer = producer.layers.get(usize::from(encoding));
        let Some(group) = layer.and_then(|layer| layer.group(now, consumer.last_sent())) else { return false };
        let pending = group.map(|sequence| Pending {
            layer: encoding,
            sequence,
            // What is neither here nor missing was padding.
            skip: layer.is_none_or(|layer| layer.ring.get(sequence).is_none()),
            padding: 0,
        });
        let mut pending: Vec<Pending> = pending.collect();
        padding::even_out(&mut pending, &producer.layers);
        self.forward_to(now, (consumer.producer, key), (&pending, 1), out);
        let started = self.consumers.get(key).is_some_and(|consumer| consumer.current_layer().is_some());
        self.counters.groups_replayed += u64::from(started);
        started
    }
}
