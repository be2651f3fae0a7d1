//! Continuity of the numbers that one consumer receives: sequence numbers, timestamps, picture ids and frame numbers go on
//! across layer switches, pauses and packets that we leave out.
//!
//! What was sent is described by segments: from `first_in` on, packets of one stream keep a constant distance to what goes
//! out. A switch starts a segment, and so does the first packet after some that were left out: it takes the number that the
//! first of them would have had. Upstream loss makes no segment: it stays a hole, which a late repair fills at the same
//! distance. The same list answers retransmission requests, so there is no map of single packets.
//!
//! ```text
//! in    10 11 12 [13 14] 15 16  ·  18 [19] 20      left out in brackets, 17 is missing
//! out   70 71 72         73 74 (75) 76      77
//! ```
//!
//! Leaving out every other frame makes one segment per frame that is left out, however many packets it has, and costs a
//! move of one place in a ring. The oldest segment is forgotten first: then late packets and requests that reach back to it
//! find nothing.
//!
//! Under AES-GCM a sequence number must never go out twice with different bytes. Segments never overlap, in or out, and what
//! is not newer than all before goes out only where it fills a hole, once. That a ring hands each packet over once is not
//! enough: what waits for the pace may be sent by a replay as well, or be announced again once it can be read.

use std::collections::VecDeque;

/// Segments kept: with every other frame of 30 a second left out they reach back six seconds, and with upper spatial layers
/// left out of every picture three; a layer's ring has as much of them at usual rates.
const VIDEO_SEGMENTS: usize = 96;
const AUDIO_SEGMENTS: usize = 8;

/// Numbers that may still be filled, at most: as many as are asked for again. The oldest is given up first.
const MAX_HOLES: usize = 256;

/// One RTP stream of a producer, until it starts anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Index of the encoding.
    pub layer: u8,
    /// How often it started anew, wrapping.
    pub generation: u8,
}

/// The distance between what comes in and what goes out, besides that of sequence numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Added to the RTP timestamp, wrapping.
    pub timestamp: u32,
    /// Added to the picture id, wrapping.
    pub picture_id: u16,
    /// Added to the frame number of the dependency descriptor, wrapping.
    pub frame_number: u16,
    /// Added to `TL0PICIDX`, wrapping.
    pub tl0_pic_idx: u8,
    /// The highest spatial and temporal layers that go out.
    pub layers: (u8, u8),
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Extended sequence number.
    pub sequence: u64,
    /// Its other numbers.
    pub shift: Shift,
}

/// Where a packet that went out came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its stream.
    pub source: Source,
    /// Extended sequence number there.
    pub sequence: u64,
    /// How it was numbered.
    pub shift: Shift,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    source: Source,
    /// Whether this segment began with a switch: what came before it is stale.
    switch: bool,
    /// First and one past the last incoming sequence number that this segment covers.
    first_in: u64,
    end_in: u64,
    first_out: u64,
    shift: Shift,
}

impl Segment {
    fn place(&self, sequence: u64) -> Place {
        Place { sequence: self.first_out + (sequence - self.first_in), shift: self.shift }
    }
}

/// The numbering of one consumer.
pub struct Rewriter {
    segments: VecDeque<Segment>,
    capacity: usize,
    next_out: u64,
    /// Numbers since the last switch that were kept for what is missing, ascending.
    holes: VecDeque<u64>,
    /// The newest packet of the current stream that was sent or left out.
    highest_in: u64,
}

impl Rewriter {
    /// A numbering whose first packet goes out as `first_out`.
    pub fn new(first_out: u64, video: bool) -> Self {
        let capacity = if video { VIDEO_SEGMENTS } else { AUDIO_SEGMENTS };
        let segments = VecDeque::with_capacity(capacity);
        Self { segments, capacity, next_out: first_out, holes: VecDeque::new(), highest_in: 0 }
    }

    /// The sequence number that comes after the highest sent.
    pub fn next_out(&self) -> u64 {
        self.next_out
    }

    /// How the newest packets are numbered; `None` before the first.
    pub fn shift(&self) -> Option<Shift> {
        self.segments.back().map(|segment| segment.shift)
    }

    /// Continues with another stream, or with the same one after a pause, from `sequence` on.
    pub fn switch(&mut self, source: Source, sequence: u64, shift: Shift) {
        let (end, next_out) = (self.highest_in + 1, self.next_out);
        if let Some(last) = self.segments.back_mut() {
            last.end_in = last.end_in.min(end.max(last.first_in));
        }
        let segment =
            Segment { source, switch: true, first_in: sequence, end_in: u64::MAX, first_out: next_out, shift };
        self.push(segment);
        self.holes.clear();
        self.highest_in = sequence - 1;
    }

    /// Whether a packet of the current stream is newer than all before.
    pub fn is_newer(&self, sequence: u64) -> bool {
        sequence > self.highest_in
    }

    /// Whether something is missing between a newer packet and the newest so far.
    pub fn is_after_gap(&self, sequence: u64) -> bool {
        sequence > self.highest_in + 1
    }

    /// Sends a packet that is newer than all before, with these highest layers; `None` before the first switch.
    pub fn send(&mut self, sequence: u64, layers: (u8, u8)) -> Option<Place> {
        let mut segment = self.segments.back()?;
        if segment.shift.layers != layers {
            self.renumber(sequence, |shift| shift.layers = layers);
            segment = self.segments.back()?;
        }
        let place = segment.place(sequence);
        self.highest_in = sequence;
        self.keep_up_to(place.sequence);
        self.next_out = place.sequence + 1;
        Some(place)
    }

    /// Leaves a packet out that is newer than all before, and those that are missing before it too if `with_gap`. Their
    /// numbers go to what follows.
    pub fn skip(&mut self, sequence: u64, with_gap: bool) {
        let start = if with_gap { self.highest_in + 1 } else { sequence };
        let Some(current) = self.segments.back_mut() else { return };
        self.highest_in = sequence;
        if start == current.first_in {
            current.first_in = sequence + 1;
            return;
        }
        current.end_in = start;
        // What is missing between the last packet and this one keeps its numbers.
        let first_out = current.first_out + (start - current.first_in);
        let next = Segment { switch: false, first_in: sequence + 1, end_in: u64::MAX, first_out, ..*current };
        self.keep_up_to(first_out);
        self.push(next);
    }

    /// Numbers the packets from this one on, which is newer than all before, in another way. What is missing before it keeps
    /// the old one.
    #[cold]
    pub fn renumber(&mut self, start: u64, change: impl FnOnce(&mut Shift)) {
        let Some(current) = self.segments.back_mut() else { return };
        let mut shift = current.shift;
        change(&mut shift);
        if shift == current.shift {
            return;
        }
        if start == current.first_in {
            current.shift = shift;
            return;
        }
        current.end_in = start;
        let first_out = current.first_out + (start - current.first_in);
        let next = Segment { switch: false, first_in: start, end_in: u64::MAX, first_out, shift, ..*current };
        self.keep_up_to(first_out);
        self.highest_in = start - 1;
        self.push(next);
    }

    /// Sends a late packet of the current stream; `None` if it went out before, was left out or came before the switch.
    pub fn fill(&mut self, sequence: u64) -> Option<Place> {
        let place = self.find(sequence)?;
        let hole = self.holes.binary_search(&place.sequence).ok()?;
        self.holes.remove(hole);
        Some(place)
    }

    /// Where a late packet of the current stream belongs; `None` if it was left out or came before the switch.
    pub fn find(&self, sequence: u64) -> Option<Place> {
        for segment in self.segments.iter().rev() {
            if sequence >= segment.first_in {
                return (sequence < segment.end_in).then(|| segment.place(sequence));
            }
            if segment.switch {
                break;
            }
        }
        None
    }

    /// Which packet went out with this sequence number.
    pub fn origin(&self, out: u64) -> Option<Origin> {
        if out >= self.next_out {
            return None;
        }
        let after = self.segments.partition_point(|segment| segment.first_out <= out);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        let sequence = segment.first_in + (out - segment.first_out);
        let sent = sequence < segment.end_in;
        sent.then_some(Origin { source: segment.source, sequence, shift: segment.shift })
    }

    /// The extended number nearest to the highest sent that ends in these 16 bits.
    pub fn extend(&self, out: u16) -> u64 {
        let back = (self.next_out as u16).wrapping_sub(out);
        self.next_out.wrapping_sub(u64::from(back))
    }

    /// Makes this the next number. Those before it that did not go out are kept for what is missing.
    fn keep_up_to(&mut self, out: u64) {
        for hole in self.next_out.max(out.saturating_sub(MAX_HOLES as u64))..out {
            if self.holes.len() == MAX_HOLES {
                self.holes.pop_front();
            }
            self.holes.push_back(hole);
        }
        self.next_out = out;
    }

    fn push(&mut self, segment: Segment) {
        if self.segments.len() == self.capacity {
            self.segments.pop_front();
        }
        self.segments.push_back(segment);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// The next packet of the current stream arrives.
        Packet,
        /// The next packet of the current stream is lost for now.
        Loss,
        /// The latest lost packet of the current stream arrives after all.
        Repair,
        /// The next packet of the current stream is left out.
        Skip,
        /// It is, and what is missing before it belonged to the same frame.
        SkipWithGap,
        /// Other numbers from here on.
        Renumber,
        /// A key frame of this stream takes over.
        Switch(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            10 => Just(Step::Packet),
            2 => Just(Step::Loss),
            2 => Just(Step::Repair),
            6 => Just(Step::Skip),
            1 => Just(Step::SkipWithGap),
            1 => Just(Step::Renumber),
            1 => (0..3u8).prop_map(Step::Switch),
        ];
        proptest::collection::vec(step, 0..400)
    }

    fn source(layer: u8) -> Source {
        Source { layer, generation: 0 }
    }

    struct Played {
        rewriter: Rewriter,
        /// What went out, by its number.
        sent: HashMap<u64, (u8, u64)>,
        /// Losses that stay holes.
        open: usize,
    }

    fn play(steps: &[Step]) -> Played {
        let mut rewriter = Rewriter::new(100, true);
        let mut next_in = [65_536u64, 200_000, 900_000];
        let (mut layer, mut lost, mut open, mut after_skip) = (0u8, Vec::new(), 0, false);
        let mut sent = HashMap::new();
        rewriter.switch(source(0), next_in[0], Shift::default());
        for step in steps {
            let index = usize::from(layer);
            let sequence = next_in[index];
            match *step {
                Step::Packet => {
                    let before = rewriter.next_out();
                    let place = rewriter.send(sequence, (0, 0)).expect("a stream");
                    assert!(place.sequence >= before && place.sequence == rewriter.next_out() - 1);
                    assert_eq!(sent.insert(place.sequence, (layer, sequence)), None, "went out twice");
                    assert_eq!(rewriter.fill(sequence), None, "no hole");
                    next_in[index] += 1;
                }
                Step::Loss => {
                    lost.push(sequence);
                    next_in[index] += 1;
                }
                Step::Repair => {
                    let Some(sequence) = lost.pop() else { continue };
                    if rewriter.is_newer(sequence) {
                        lost.push(sequence);
                        continue;
                    }
                    if let Some(place) = rewriter.fill(sequence) {
                        assert_eq!(sent.insert(place.sequence, (layer, sequence)), None, "went out twice");
                        assert_eq!(rewriter.fill(sequence), None, "only once");
                    } else {
                        open += 1;
                    }
                }
                Step::Skip | Step::SkipWithGap => {
                    rewriter.skip(sequence, after_skip && matches!(step, Step::SkipWithGap));
                    assert_eq!(rewriter.find(sequence), None, "left out for good");
                    next_in[index] += 1;
                }
                Step::Renumber => rewriter.renumber(sequence, |shift| shift.picture_id += 1),
                Step::Switch(to) => {
                    open += lost.len();
                    lost.clear();
                    layer = to;
                    next_in[usize::from(to)] += 5;
                    rewriter.switch(source(to), next_in[usize::from(to)], Shift::default());
                }
            }
            after_skip = match step {
                Step::Skip | Step::SkipWithGap => true,
                Step::Loss | Step::Repair => after_skip,
                _ => false,
            };
        }
        Played { rewriter, sent, open: open + lost.len() }
    }

    proptest! {
        #[test]
        fn nothing_goes_out_twice_and_only_losses_leave_holes(steps in steps()) {
            let Played { rewriter, sent, open } = play(&steps);
            let span = (rewriter.next_out() - 100) as usize;
            prop_assert!(sent.len() <= span);
            prop_assert!(span - sent.len() <= open, "{} holes, {open} losses", span - sent.len());
        }

        #[test]
        fn what_went_out_lately_can_be_found_again(steps in steps()) {
            let Played { rewriter, sent, .. } = play(&steps);
            let recent = rewriter.segments.front().map_or(0, |segment| segment.first_out);
            for (out, (layer, sequence)) in sent.iter().filter(|(out, _)| **out >= recent) {
                let found = rewriter.origin(*out).map(|origin| (origin.source.layer, origin.sequence));
                prop_assert_eq!(found, Some((*layer, *sequence)));
            }
        }
    }

    #[test]
    fn two_of_three_frames_left_out_for_long_cost_no_reach() {
        let mut rewriter = Rewriter::new(0, true);
        rewriter.switch(source(0), 1, Shift::default());
        let mut sequence = 1;
        for _ in 0..1000 {
            (0..3).for_each(|packet| {
                rewriter.send(sequence + packet, (0, 0));
            });
            (3..13).for_each(|packet| rewriter.skip(sequence + packet, packet > 3));
            sequence += 13;
        }
        assert_eq!(rewriter.next_out(), 3000);
        let reach = (0..3000).rev().take_while(|out| rewriter.origin(*out).is_some()).count();
        assert!(reach >= 250, "{reach} packets");
        assert!(std::mem::size_of::<Segment>() * VIDEO_SEGMENTS <= 4 << 10);
    }

    #[test]
    fn the_sixteen_bits_of_a_request_are_extended_to_what_was_sent() {
        let mut rewriter = Rewriter::new(65_530, true);
        rewriter.switch(source(0), 1, Shift::default());
        (1..11).for_each(|sequence| {
            rewriter.send(sequence, (0, 0));
        });
        assert_eq!(rewriter.extend(65_531), 65_531);
        assert_eq!(rewriter.extend(2), 65_538);
    }
}
