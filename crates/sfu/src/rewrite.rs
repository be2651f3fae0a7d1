//! Continuity of what one consumer receives: sequence numbers, timestamps and picture ids go on across layer switches,
//! pauses and packets that we leave out.
//!
//! What was sent is described by segments: from `first_in` on, packets of one layer keep a constant distance to what goes
//! out. A switch starts a segment; a packet that we leave out (padding) closes its hole by starting one that is nearer by
//! one. Upstream loss makes no segment: it stays a hole, which a late repair fills at the same distance. The same list
//! answers retransmission requests, so there is no map of single packets.
//!
//! Under AES-GCM a sequence number must never go out twice with different bytes. Segments never overlap, in or out, and a
//! ring hands each packet over once, so that cannot happen.

/// Segments kept: how many switches and left-out packets a late packet or a request may reach back over.
const MAX_SEGMENTS: usize = 32;

/// The distance between what comes in and what goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Added to the extended sequence number, wrapping.
    pub sequence: u64,
    /// Added to the RTP timestamp, wrapping.
    pub timestamp: u32,
    /// Added to the VP8 picture id, wrapping.
    pub picture_id: u16,
    /// Added to the VP8 `TL0PICIDX`, wrapping.
    pub tl0_pic_idx: u8,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    layer: u8,
    /// First and one past the last incoming sequence number that this segment covers.
    first_in: u64,
    end_in: u64,
    shift: Shift,
    /// Whether this segment began with a switch: what came before it on the same layer is stale.
    switch: bool,
}

impl Segment {
    fn first_out(&self) -> u64 {
        self.first_in.wrapping_add(self.shift.sequence)
    }
}

/// The numbering of one consumer.
pub struct Rewriter {
    segments: Vec<Segment>,
    next_out: u64,
    highest_in: u64,
}

impl Rewriter {
    /// A numbering whose first packet goes out as `first_out`.
    pub fn new(first_out: u64) -> Self {
        Self { segments: Vec::with_capacity(MAX_SEGMENTS), next_out: first_out, highest_in: 0 }
    }

    /// The sequence number that comes after the highest sent.
    pub fn next_out(&self) -> u64 {
        self.next_out
    }

    /// Continues with `layer` from `sequence` on; `shift.sequence` is set here.
    pub fn switch(&mut self, layer: u8, sequence: u64, shift: Shift) {
        if let Some(last) = self.segments.last_mut() {
            last.end_in = last.end_in.min(self.highest_in.max(last.first_in.saturating_sub(1)) + 1);
        }
        let shift = Shift { sequence: self.next_out.wrapping_sub(sequence), ..shift };
        self.push(Segment { layer, first_in: sequence, end_in: u64::MAX, shift, switch: true });
        self.highest_in = sequence.saturating_sub(1);
    }

    /// Where a packet of the current layer goes; `None` for a straggler of another layer, for one from before the switch,
    /// and for one that was left out.
    pub fn map(&mut self, layer: u8, sequence: u64) -> Option<(u64, Shift)> {
        let current = self.segments.last()?;
        if current.layer != layer {
            return None;
        }
        if sequence >= current.first_in {
            let out = sequence.wrapping_add(current.shift.sequence);
            if sequence > self.highest_in {
                self.highest_in = sequence;
                self.next_out = out + 1;
            }
            return Some((out, current.shift));
        }
        for segment in self.segments.iter().rev() {
            if (segment.first_in..segment.end_in).contains(&sequence) {
                return Some((sequence.wrapping_add(segment.shift.sequence), segment.shift));
            }
            if segment.switch {
                break;
            }
        }
        None
    }

    /// Leaves a packet out. Its hole closes if nothing later went out yet; otherwise it stays.
    pub fn skip(&mut self, layer: u8, sequence: u64) {
        let Some(current) = self.segments.last_mut() else { return };
        if current.layer != layer || sequence <= self.highest_in || sequence < current.first_in {
            return;
        }
        let nearer = Shift { sequence: current.shift.sequence.wrapping_sub(1), ..current.shift };
        self.highest_in = sequence;
        // What is missing between the last packet and this one keeps its numbers.
        self.next_out = (sequence + 1).wrapping_add(nearer.sequence);
        if current.first_in == sequence {
            current.first_in = sequence + 1;
            current.shift = nearer;
            return;
        }
        current.end_in = sequence;
        self.push(Segment { layer, first_in: sequence + 1, end_in: u64::MAX, shift: nearer, switch: false });
    }

    /// Which packet went out with this sequence number: its layer, its incoming number and its shift.
    pub fn source(&self, out: u64) -> Option<(u8, u64, Shift)> {
        let segment = self.segments.iter().rev().find(|segment| segment.first_out() <= out)?;
        let sequence = out.wrapping_sub(segment.shift.sequence);
        (sequence < segment.end_in && out < self.next_out).then_some((segment.layer, sequence, segment.shift))
    }

    /// The extended number nearest to the highest sent that ends in these 16 bits.
    pub fn extend(&self, out: u16) -> u64 {
        let back = (self.next_out as u16).wrapping_sub(out);
        self.next_out.wrapping_sub(u64::from(back))
    }

    fn push(&mut self, segment: Segment) {
        if self.segments.len() == MAX_SEGMENTS {
            self.segments.remove(0);
        }
        self.segments.push(segment);
    }
}
