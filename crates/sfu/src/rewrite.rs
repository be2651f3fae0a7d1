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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// The next packet of the current layer arrives.
        Packet,
        /// The next packet of the current layer is lost for now.
        Loss,
        /// The oldest lost packet of the current layer arrives after all.
        Repair,
        /// The next packet of the current layer is padding.
        Padding,
        /// A key frame of this layer takes over.
        Switch(u8),
        /// The other layers' packets do not matter.
        Straggler(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            10 => Just(Step::Packet),
            2 => Just(Step::Loss),
            2 => Just(Step::Repair),
            2 => Just(Step::Padding),
            1 => (0..3u8).prop_map(Step::Switch),
            1 => (0..3u8).prop_map(Step::Straggler),
        ];
        proptest::collection::vec(step, 0..200)
    }

    /// Plays steps; returns what went out, by outgoing number, and how many upstream losses were left open.
    fn play(steps: &[Step]) -> (HashMap<u64, (u8, u64)>, Rewriter, usize) {
        let mut rewriter = Rewriter::new(100);
        let mut next_in = [65_536u64, 200_000, 900_000];
        let (mut layer, mut lost, mut open) = (0u8, Vec::new(), 0);
        let mut sent = HashMap::new();
        rewriter.switch(0, next_in[0], Shift::default());
        for step in steps {
            let index = usize::from(layer);
            match *step {
                Step::Packet => {
                    let (out, _) = rewriter.map(layer, next_in[index]).expect("a packet of the current layer");
                    assert!(sent.insert(out, (layer, next_in[index])).is_none(), "{out} went out twice");
                    next_in[index] += 1;
                }
                Step::Loss => {
                    lost.push(next_in[index]);
                    next_in[index] += 1;
                }
                Step::Repair => {
                    let Some(sequence) = lost.pop() else { continue };
                    if let Some((out, _)) = rewriter.map(layer, sequence) {
                        assert!(sent.insert(out, (layer, sequence)).is_none(), "{out} went out twice");
                    } else {
                        open += 1;
                    }
                }
                Step::Padding => {
                    rewriter.skip(layer, next_in[index]);
                    assert_eq!(rewriter.map(layer, next_in[index]), None, "left out for good");
                    next_in[index] += 1;
                }
                Step::Switch(to) => {
                    open += lost.len();
                    lost.clear();
                    layer = to;
                    next_in[usize::from(to)] += 5;
                    rewriter.switch(to, next_in[usize::from(to)], Shift::default());
                }
                Step::Straggler(from) if from != layer => {
                    assert_eq!(rewriter.map(from, next_in[usize::from(from)]), None);
                }
                Step::Straggler(_) => {}
            }
        }
        (sent, rewriter, open + lost.len())
    }

    proptest! {
        #[test]
        fn nothing_goes_out_twice_and_only_losses_leave_holes(steps in steps()) {
            let (sent, rewriter, open) = play(&steps);
            let span = (rewriter.next_out() - 100) as usize;
            prop_assert!(sent.len() <= span);
            prop_assert!(span - sent.len() <= open, "{} holes, {open} losses", span - sent.len());
        }

        #[test]
        fn what_went_out_lately_can_be_found_again(steps in steps()) {
            let (sent, rewriter, _) = play(&steps);
            let recent = rewriter.segments.first().map_or(0, Segment::first_out);
            for (out, (layer, sequence)) in sent.iter().filter(|(out, _)| **out >= recent) {
                let found = rewriter.source(*out).map(|(layer, sequence, _)| (layer, sequence));
                prop_assert_eq!(found, Some((*layer, *sequence)));
            }
        }
    }

    #[test]
    fn the_sixteen_bits_of_a_request_are_extended_to_what_was_sent() {
        let mut rewriter = Rewriter::new(65_530);
        rewriter.switch(0, 0, Shift::default());
        (0..10).for_each(|sequence| {
            rewriter.map(0, sequence);
        });
        assert_eq!(rewriter.extend(65_531), 65_531);
        assert_eq!(rewriter.extend(2), 65_538);
    }
}
