//! The packets of one layer, kept for retransmission: one ring per layer, shared by all its consumers.

use std::time::{Duration, Instant};

use tureen_codec::dependency_descriptor::Layout;
use tureen_units::PacketBuffer;

use crate::frame::{FrameLayer, Pictures};

/// A part of a packet buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u16,
    len: u16,
}

impl Span {
    /// The part of `whole` that `part` is; `part` must be a slice of it.
    pub fn of(whole: &[u8], part: &[u8]) -> Self {
        let start = part.as_ptr() as usize - whole.as_ptr() as usize;
        Self { start: start as u16, len: part.len() as u16 }
    }

    /// The bytes in `whole`, empty if it has become too short.
    pub fn slice(self, whole: &[u8]) -> &[u8] {
        let start = usize::from(self.start);
        whole.get(start..start + usize::from(self.len)).unwrap_or_default()
    }

    /// Like [`Self::slice`], to be changed.
    fn slice_mut(self, whole: &mut [u8]) -> &mut [u8] {
        let start = usize::from(self.start);
        whole.get_mut(start..start + usize::from(self.len)).unwrap_or_default()
    }

    /// Whether there is nothing.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// What forwarding needs to know of a packet, parsed once.
#[derive(Clone, Copy, Debug)]
pub struct PacketInfo {
    /// Extended sequence number within the layer.
    pub sequence: u64,
    /// RTP timestamp as it came.
    pub timestamp: u32,
    /// RTP marker bit.
    pub marker: bool,
    /// Payload type as it came; the original's for a retransmission.
    pub payload_type: u8,
    /// Whether a key frame starts here; always true for audio.
    pub key_frame: bool,
    /// When it arrived.
    pub arrived: Instant,
    /// The payload without padding.
    pub payload: Span,
    /// Earlier packets' payloads and this one's, where it is redundant audio (RFC 2198).
    pub redundant: Span,
    /// The layer of its frame.
    pub frame: FrameLayer,
    /// Where its payload numbers its picture.
    pub pictures: Pictures,
    /// Audio level extension (RFC 6464), as it came.
    pub audio_level: Span,
    /// Video orientation extension, as it came.
    pub video_orientation: Span,
    /// Absolute capture time extension, as it came.
    pub abs_capture_time: Span,
    /// Dependency descriptor extension, as it came.
    pub dependency_descriptor: Span,
    /// Where that has what we change, if we could read it.
    pub descriptor: Option<Layout>,
    /// It cannot be read before the structure has come that it refers to.
    pub awaits_structure: bool,
}

impl PacketInfo {
    /// The same without what its header carried.
    pub fn without_extensions(self) -> Self {
        let none = Span::default();
        Self {
            redundant: none,
            audio_level: none,
            video_orientation: none,
            abs_capture_time: none,
            dependency_descriptor: none,
            ..self
        }
    }
}

/// A packet and its bytes.
pub struct Packet {
    /// What was parsed of it.
    pub info: PacketInfo,
    buffer: Box<PacketBuffer>,
}

impl Packet {
    /// The decrypted datagram; in its payload the numbers of pictures are those of the last consumer that it went to.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.bytes()
    }

    /// The payload without padding.
    pub fn payload(&self) -> &[u8] {
        self.info.payload.slice(self.buffer.bytes())
    }
}

/// Spare buffers of a shard.
#[derive(Default)]
pub struct BufferPool {
    #[expect(clippy::vec_box, reason = "boxes are exchanged with rings, never unpacked")]
    spare: Vec<Box<PacketBuffer>>,
}

/// How long a packet is kept: longer than any round trip over which it is worth asking for it again, and than late joiners
/// are shown the past.
const KEPT: Duration = Duration::from_millis(1500);

/// Places of a ring at first.
const FEWEST: usize = 64;

/// Spare buffers kept at most; more go back to the allocator.
const MAX_SPARE: usize = 4096;

impl BufferPool {
    /// A buffer with any content.
    pub fn take(&mut self) -> Box<PacketBuffer> {
        self.spare.pop().unwrap_or_else(PacketBuffer::boxed)
    }

    /// Takes a buffer back.
    pub fn put(&mut self, buffer: Box<PacketBuffer>) {
        if self.spare.len() < MAX_SPARE {
            self.spare.push(buffer);
        }
    }
}

/// The last packets of a layer, by sequence number.
pub struct PacketRing {
    slots: Vec<Option<Packet>>,
    most: usize,
    highest: Option<u64>,
    /// What came before this is gone for good.
    oldest: u64,
}

impl PacketRing {
    /// A ring of a few packets, and as many as come while they are kept, but not more than `most`, a power of two.
    pub fn new(most: usize) -> Self {
        debug_assert!(most.is_power_of_two());
        let capacity = most.min(FEWEST);
        Self { slots: (0..capacity).map(|_| None).collect(), most, highest: None, oldest: 0 }
    }

    /// Keeps a packet. Its buffer is exchanged for a spare one, so that the caller always holds a buffer. `false` if the
    /// packet is here already or too old to keep, so that nothing is ever forwarded twice.
    pub fn insert(&mut self, info: PacketInfo, buffer: &mut Box<PacketBuffer>, pool: &mut BufferPool) -> bool {
        let highest = self.highest.unwrap_or(info.sequence);
        if info.sequence < self.oldest || info.sequence + self.slots.len() as u64 <= highest {
            return false;
        }
        self.drop_old(info.arrived, pool);
        if self.is_crowded(&info) {
            self.grow();
        }
        let index = self.index(info.sequence);
        match &mut self.slots[index] {
            Some(old) if old.info.sequence == info.sequence => return false,
            Some(old) => {
                std::mem::swap(&mut old.buffer, buffer);
                old.info = info;
            }
            empty => *empty = Some(Packet { info, buffer: std::mem::replace(buffer, pool.take()) }),
        }
        self.highest = Some(highest.max(info.sequence));
        true
    }

    /// Whether this packet would take the place of one that is not old yet, although there could be more places.
    fn is_crowded(&self, info: &PacketInfo) -> bool {
        let here = self.slots[self.index(info.sequence)].as_ref().filter(|old| old.info.sequence < info.sequence);
        self.slots.len() < self.most
            && here.is_some_and(|old| info.arrived.saturating_duration_since(old.info.arrived) < KEPT)
    }

    /// Doubles the places. It happens a few times while a stream starts, and not afterwards.
    fn grow(&mut self) {
        let capacity = self.slots.len() * 2;
        let slots = std::mem::replace(&mut self.slots, (0..capacity).map(|_| None).collect());
        for packet in slots.into_iter().flatten() {
            let index = self.index(packet.info.sequence);
            self.slots[index] = Some(packet);
        }
    }

    /// Gives the buffers of packets back that nobody asks for any more, so that a slow stream does not hold as many as a
    /// fast one.
    fn drop_old(&mut self, now: Instant, pool: &mut BufferPool) {
        let Some(highest) = self.highest else { return };
        let (mask, places) = (self.slots.len() - 1, self.slots.len() as u64);
        let reach = (highest + 1).saturating_sub(places);
        // Numbers that jump pass over what is here and take no place of it.
        for sequence in self.oldest..reach.min(self.oldest + places) {
            if let Some(packet) = self.slots[sequence as usize & mask].take_if(|old| old.info.sequence == sequence) {
                pool.put(packet.buffer);
            }
        }
        self.oldest = self.oldest.max(reach);
        for sequence in self.oldest..highest {
            let slot = &mut self.slots[sequence as usize & mask];
            let Some(here) = slot.as_ref().filter(|packet| packet.info.sequence == sequence) else { continue };
            if now.saturating_duration_since(here.info.arrived) < KEPT {
                return;
            }
            if let Some(packet) = slot.take() {
                pool.put(packet.buffer);
            }
            // What is missing before a packet that is kept may still come.
            self.oldest = sequence + 1;
        }
    }

    /// Gives all back but the newest packet, and the places: the stream rests. Who finds out by what comes next that the
    /// newest is missing may still ask for it.
    pub fn rest(&mut self, pool: &mut BufferPool) {
        let Some(highest) = self.highest.filter(|highest| self.oldest < *highest) else { return };
        let index = self.index(highest);
        let newest = self.slots[index].take_if(|packet| packet.info.sequence == highest);
        self.give_back(pool);
        self.slots.truncate(self.most.min(FEWEST));
        self.slots.shrink_to_fit();
        self.oldest = highest;
        let index = self.index(highest);
        self.slots[index] = newest;
    }

    /// The newest packet's sequence number.
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// The packet with this sequence number, if it is still here.
    pub fn get(&self, sequence: u64) -> Option<&Packet> {
        self.slots[self.index(sequence)].as_ref().filter(|packet| packet.info.sequence == sequence)
    }

    /// Takes over what is known of a packet by now.
    pub fn amend(&mut self, info: PacketInfo) {
        let index = self.index(info.sequence);
        if let Some(packet) = self.slots[index].as_mut().filter(|packet| packet.info.sequence == info.sequence) {
            packet.info = info;
        }
    }

    /// Makes the packet with this sequence number what one consumer gets: with this picture id and `TL0PICIDX`, where it has
    /// any. They are written over those of the consumer before, so that no payload has to be copied; what was parsed of
    /// the packet stays as it came.
    pub fn set_pictures(&mut self, sequence: u64, pictures: Option<(u16, u8)>) {
        let Some(numbers) = pictures else { return };
        let index = self.index(sequence);
        if let Some(packet) = self.slots[index].as_mut().filter(|packet| packet.info.sequence == sequence) {
            packet.info.pictures.rewrite(packet.info.payload.slice_mut(packet.buffer.bytes_mut()), numbers);
        }
    }

    /// Gives all buffers back.
    pub fn clear(&mut self, pool: &mut BufferPool) {
        self.give_back(pool);
        self.highest = None;
        self.oldest = 0;
    }

    fn give_back(&mut self, pool: &mut BufferPool) {
        self.slots.iter_mut().filter_map(Option::take).for_each(|packet| pool.put(packet.buffer));
    }

    fn index(&self, sequence: u64) -> usize {
        (sequence as usize) & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{FrameLayer, Pictures};

    fn info(sequence: u64, arrived: Instant) -> PacketInfo {
        let none = Span::default();
        PacketInfo {
            sequence,
            timestamp: 0,
            marker: false,
            payload_type: 96,
            key_frame: false,
            arrived,
            payload: none,
            redundant: none,
            frame: FrameLayer::default(),
            pictures: Pictures::default(),
            audio_level: none,
            video_orientation: none,
            abs_capture_time: none,
            dependency_descriptor: none,
            descriptor: None,
            awaits_structure: false,
        }
    }

    #[test]
    fn old_packets_give_their_buffers_back_and_never_return() {
        let (start, mut pool, mut buffer) = (Instant::now(), BufferPool::default(), PacketBuffer::boxed());
        let mut ring = PacketRing::new(64);
        (0..10).for_each(|sequence| assert!(ring.insert(info(sequence, start), &mut buffer, &mut pool)));
        let later = start + KEPT;
        assert!(ring.insert(info(12, later), &mut buffer, &mut pool));
        assert_eq!(pool.spare.len(), 8, "all but the newest came back, and one was taken");
        assert!(!ring.insert(info(5, later), &mut buffer, &mut pool), "a duplicate of one that is gone");
        assert!(ring.insert(info(11, later), &mut buffer, &mut pool), "missing ones may still come");
        assert!(!ring.insert(info(11, later), &mut buffer, &mut pool));
    }

    #[test]
    fn a_ring_grows_to_what_a_fast_stream_needs_and_no_further() {
        let (start, mut pool, mut buffer) = (Instant::now(), BufferPool::default(), PacketBuffer::boxed());
        let mut rings = [20, 5, 1].map(|millis| (PacketRing::new(512), Duration::from_millis(millis)));
        for (ring, interval) in &mut rings {
            for sequence in 0..2000 {
                assert!(ring.insert(info(sequence, start + *interval * sequence as u32), &mut buffer, &mut pool));
                assert!(ring.get(sequence.saturating_sub(40)).is_some(), "growing loses nothing");
            }
        }
        assert_eq!(rings.map(|(ring, _)| ring.slots.len()), [128, 512, 512]);
    }

    #[test]
    fn a_full_ring_takes_the_place_of_the_oldest() {
        let (start, mut pool, mut buffer) = (Instant::now(), BufferPool::default(), PacketBuffer::boxed());
        let mut ring = PacketRing::new(FEWEST);
        (0..200).for_each(|sequence| assert!(ring.insert(info(sequence, start), &mut buffer, &mut pool)));
        assert!(ring.get(135).is_none() && ring.get(136).is_some());
        assert!(!ring.insert(info(100, start), &mut buffer, &mut pool));
    }

    #[test]
    fn numbers_that_jump_hold_no_buffers() {
        let (start, mut pool, mut buffer) = (Instant::now(), BufferPool::default(), PacketBuffer::boxed());
        let mut ring = PacketRing::new(64);
        for jump in [64, 63, 1000, 30_000] {
            for sequence in (0..20).map(|index| index * jump).flat_map(|first| first..first + 20) {
                ring.insert(info(100_000 * jump + sequence, start), &mut buffer, &mut pool);
            }
        }
        let held = ring.slots.iter().flatten();
        assert!(held.clone().all(|packet| packet.info.sequence >= ring.oldest), "nothing is out of reach");
        assert!(held.count() <= 40);
    }

    #[test]
    fn a_stream_that_rests_keeps_its_newest_packet_only() {
        let (start, mut pool, mut buffer) = (Instant::now(), BufferPool::default(), PacketBuffer::boxed());
        let mut ring = PacketRing::new(512);
        (0..500).for_each(|sequence| assert!(ring.insert(info(sequence, start), &mut buffer, &mut pool)));
        ring.rest(&mut pool);
        assert_eq!((pool.spare.len(), ring.slots.len()), (499, FEWEST));
        ring.rest(&mut pool);
        assert!(ring.get(499).is_some() && ring.get(498).is_none());
        assert!([498, 499].map(|sequence| ring.insert(info(sequence, start), &mut buffer, &mut pool)) == [false; 2]);
        assert!(ring.insert(info(501, start), &mut buffer, &mut pool));
        assert!(ring.insert(info(500, start), &mut buffer, &mut pool), "missing ones may still come");
        assert!(ring.get(499).is_some());
    }
}
