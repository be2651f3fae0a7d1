use std::cmp::Reverse;
use std::time::{Duration, Instant};

use crate::layers::{Layer, LayerRates};
use crate::rate::DataRate;

/// The share of the budget up to which streams are raised. Measured rates and estimates move by about as much: without
/// the gap a step up would often be a step down a moment later.
const HEADROOM: f64 = 0.88;
/// The same for a larger picture, which costs a key frame as well, here and at the publisher.
const HEADROOM_FOR_SIZE: f64 = 0.75;
/// How long a stream that was lowered for want of budget stays there at least.
const HOLD: Duration = Duration::from_secs(3);

/// What one stream asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamDemand {
    /// Tells streams apart from one call to the next.
    pub id: u32,
    /// Higher is more important. Budget beyond the lowest layers is shared in proportion to priority + 1.
    pub priority: u8,
    /// The highest layer that is of use to the subscriber.
    pub max: Layer,
    /// What the layers cost.
    pub rates: LayerRates,
}

/// Why a stream has the layer that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocationState {
    /// The best of what flows and is of use.
    Full,
    /// A lower layer, for want of budget.
    Limited,
    /// Nothing, for want of budget.
    Paused,
    /// Nothing flows that could be forwarded.
    Idle,
}

/// What one stream gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The stream.
    pub id: u32,
    /// The layer to forward; `None`: nothing.
    pub target: Option<Layer>,
    /// What that costs.
    pub rate: DataRate,
    /// Why.
    pub state: AllocationState,
}

/// What all streams would cost at their best.
pub fn wanted(streams: &[StreamDemand]) -> DataRate {
    let best = streams.iter().filter_map(|stream| stream.rates.ladder(stream.max).last());
    best.fold(DataRate::ZERO, |sum, (_, rate)| sum + rate)
}

/// Shares a budget among streams. Audio is taken off the budget before.
///
/// The lowest layers of all streams come first, the most important stream first; a stream whose lowest layer does not
/// fit is paused. What is left raises streams step by step, always the one that has least for its priority. Layers are
/// raised only where a gap remains, and not soon after they were lowered; lowering happens at once.
///
/// Equal calls in an equal state have equal results.
#[derive(Debug, Default)]
pub struct Allocator {
    /// Sorted by id.
    memory: Vec<Memory>,
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Memory {
    id: u32,
    target: Option<Layer>,
    held_until: Option<Instant>,
}

/// The budget while it is handed out.
struct Purse {
    budget: DataRate,
    used: DataRate,
}

impl Purse {
    /// Replaces a cost by a higher one if that fits into a share of the budget.
    fn exchange(&mut self, old: DataRate, new: DataRate, share: f64) -> bool {
        let after = self.used - old + new;
        let fits = after <= self.budget.scaled(share);
        if fits {
            self.used = after;
        }
        fits
    }
}

/// The next step of a stream that may still be raised.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    index: usize,
    layer: Layer,
    rate: DataRate,
    /// The rate for its priority; the least goes first.
    share: DataRate,
}

impl Candidate {
    /// The step above `target`; `None` at the top.
    fn above(index: usize, stream: &StreamDemand, target: Option<Layer>) -> Option<Self> {
        let mut ladder = stream.rates.ladder(stream.max);
        let (layer, rate) = ladder.find(|(layer, _)| target.is_none_or(|target| *layer > target))?;
        let share = rate.scaled(1.0 / (f64::from(stream.priority) + 1.0));
        Some(Self { index, layer, rate, share })
    }
}

impl Allocator {
    /// Shares `budget` among `streams` at time `now`; `out` gets one entry per stream, in their order. Ids should be
    /// unique; streams that share one share its memory.
    pub fn allocate(&mut self, now: Instant, streams: &[StreamDemand], budget: DataRate, out: &mut Vec<Allocation>) {
        out.clear();
        out.extend(streams.iter().map(|stream| Allocation {
            id: stream.id,
            target: None,
            rate: DataRate::ZERO,
            state: AllocationState::Idle,
        }));
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        candidates.extend((0..).zip(streams).filter_map(|(index, stream)| Candidate::above(index, stream, None)));
        candidates.sort_unstable_by_key(|candidate| (Reverse(streams[candidate.index].priority), candidate.index));
        let mut purse = Purse { budget, used: DataRate::ZERO };
        candidates.retain_mut(|candidate| {
            let index = candidate.index;
            out[index].state = AllocationState::Paused;
            let next = self.take(now, &streams[index], candidate, &mut purse, &mut out[index]);
            next.is_some_and(|next| {
                *candidate = next;
                true
            })
        });
        while let Some(least) = (0..candidates.len()).min_by_key(|place| candidates[*place].share) {
            let index = candidates[least].index;
            match self.take(now, &streams[index], &candidates[least], &mut purse, &mut out[index]) {
                Some(next) => candidates[least] = next,
                None => drop(candidates.remove(least)),
            }
        }
        self.candidates = candidates;
        self.remember(now, streams, out);
    }

    /// Gives a stream a step if it may have it and the budget allows it. Returns the step after that, if any.
    fn take(
        &self,
        now: Instant,
        stream: &StreamDemand,
        step: &Candidate,
        purse: &mut Purse,
        allocation: &mut Allocation,
    ) -> Option<Candidate> {
        let memory = self.find(stream.id);
        let before = memory.and_then(|memory| memory.target);
        let is_raise = before.is_none_or(|target| step.layer > target);
        let is_held = memory.and_then(|memory| memory.held_until).is_some_and(|until| now < until);
        let share = match before.map(|before| allocation.target.map_or(before, |target| target.max(before))) {
            Some(target) if step.layer.spatial > target.spatial => HEADROOM_FOR_SIZE,
            _ if is_raise => HEADROOM,
            _ => 1.0,
        };
        if is_raise && is_held || !purse.exchange(allocation.rate, step.rate, share) {
            return None;
        }
        let next = Candidate::above(step.index, stream, Some(step.layer));
        let state = if next.is_some() { AllocationState::Limited } else { AllocationState::Full };
        *allocation = Allocation { id: stream.id, target: Some(step.layer), rate: step.rate, state };
        next
    }

    fn find(&self, id: u32) -> Option<&Memory> {
        let place = self.memory.binary_search_by_key(&id, |memory| memory.id);
        place.ok().map(|index| &self.memory[index])
    }

    fn remember(&mut self, now: Instant, streams: &[StreamDemand], out: &[Allocation]) {
        self.memory.retain(|memory| streams.iter().any(|stream| stream.id == memory.id));
        for (stream, allocation) in streams.iter().zip(out) {
            let place = self.memory.binary_search_by_key(&stream.id, |memory| memory.id);
            let before = place.ok().map(|index| self.memory[index]);
            let lost = before.and_then(|before| before.target).filter(|target| allocation.target < Some(*target));
            // A layer that ended, that costs no more than the one below, or that is of no more use, was not taken away for
            // want of budget.
            let is_lowered = allocation.state != AllocationState::Full
                && lost.is_some_and(|target| stream.rates.at(target) > DataRate::ZERO && target <= stream.max);
            let held_until = if is_lowered { Some(now + HOLD) } else { before.and_then(|before| before.held_until) };
            let memory = Memory { id: stream.id, target: allocation.target, held_until };
            match place {
                Ok(index) => self.memory[index] = memory,
                Err(index) => self.memory.insert(index, memory),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KBPS: fn(u64) -> DataRate = DataRate::from_kbps;
    const MAX: Layer = Layer { spatial: 2, temporal: 2 };

    /// Layers of 100, 150; 300, 500; 1000, 1500 kbit/s: two steps each, as the base frame rate of upper ones is left
    /// out.
    fn stream(id: u32, priority: u8) -> StreamDemand {
        let mut rates = LayerRates::default();
        for (row, given) in rates.0.iter_mut().zip([[60, 100, 150], [200, 300, 500], [600, 1000, 1500]]) {
            row[..3].copy_from_slice(&given.map(KBPS));
        }
        StreamDemand { id, priority, max: MAX, rates }
    }

    struct Room {
        allocator: Allocator,
        now: Instant,
        out: Vec<Allocation>,
    }

    impl Room {
        fn new() -> Self {
            Self { allocator: Allocator::default(), now: Instant::now(), out: Vec::new() }
        }

        /// The rates, kbit/s, after `seconds` more.
        fn rates(&mut self, seconds: u64, streams: &[StreamDemand], budget: u64) -> Vec<u64> {
            self.now += Duration::from_secs(seconds);
            self.allocator.allocate(self.now, streams, KBPS(budget), &mut self.out);
            self.out.iter().map(|allocation| allocation.rate.bps() / 1000).collect()
        }
    }

    #[test]
    fn all_get_the_lowest_layer_before_any_gets_more() {
        let streams = [stream(1, 0), stream(2, 7), stream(3, 0)];
        assert_eq!(Room::new().rates(0, &streams, 210), [60, 60, 60]);
        assert_eq!(Room::new().rates(0, &streams, 150), [60, 60, 0], "the last of the least important is paused");
        assert_eq!(Room::new().rates(0, &streams, 80), [0, 60, 0]);
        let mut room = Room::new();
        assert_eq!(room.rates(0, &streams, 20), [0, 0, 0]);
        assert!(room.out.iter().all(|allocation| allocation.state == AllocationState::Paused));
    }

    #[test]
    fn more_goes_to_those_of_higher_priority_first() {
        let streams = [stream(1, 0), stream(2, 7)];
        assert_eq!(Room::new().rates(0, &streams, 700), [100, 500]);
        assert_eq!(Room::new().rates(0, &streams, 2000), [150, 1500]);
        let mut room = Room::new();
        assert_eq!(room.rates(0, &streams, 4000), [1500, 1500]);
        assert!(room.out.iter().all(|allocation| allocation.state == AllocationState::Full));
        assert_eq!(Room::new().rates(0, &[stream(1, 0), stream(2, 0)], 700), [300, 300]);
    }

    #[test]
    fn what_is_of_use_and_what_flows_are_limits() {
        let small = StreamDemand { max: Layer { spatial: 0, temporal: 1 }, ..stream(1, 0) };
        let idle = StreamDemand { rates: LayerRates::default(), ..stream(2, 9) };
        let mut room = Room::new();
        assert_eq!(room.rates(0, &[small, idle], 9000), [100, 0]);
        assert_eq!((room.out[0].state, room.out[1].state), (AllocationState::Full, AllocationState::Idle));
        assert_eq!(wanted(&[small, idle, stream(3, 0)]), KBPS(1600));
    }

    #[test]
    fn streams_fall_at_once_and_rise_after_a_while_with_room_to_spare() {
        let mut room = Room::new();
        let streams = [stream(1, 0)];
        assert_eq!(room.rates(0, &streams, 1200), [1000]);
        assert_eq!(room.rates(0, &streams, 1010), [1000], "what fits is kept without a gap");
        assert_eq!(room.rates(0, &streams, 990), [500]);
        assert_eq!(room.rates(2, &streams, 9000), [500], "held");
        assert_eq!(room.rates(1, &streams, 1320), [500], "no gap");
        assert_eq!(room.rates(0, &streams, 1340), [1000]);
        assert_eq!(room.rates(0, &streams, 1690), [1000], "no gap");
        assert_eq!(room.rates(0, &streams, 1710), [1500], "a smaller one suffices for more frames");
    }

    #[test]
    fn a_pause_is_held_too_but_a_new_stream_starts_at_once() {
        let mut room = Room::new();
        assert_eq!(room.rates(0, &[stream(1, 5), stream(2, 0)], 150), [60, 60]);
        assert_eq!(room.rates(0, &[stream(1, 5), stream(2, 0)], 100), [60, 0]);
        assert_eq!(room.rates(1, &[stream(1, 5), stream(2, 0), stream(3, 0)], 300), [150, 0, 100]);
        assert_eq!(room.rates(2, &[stream(1, 5), stream(2, 0), stream(3, 0)], 300), [150, 60, 60]);
    }

    #[test]
    fn a_smaller_picture_by_choice_is_not_held() {
        let mut room = Room::new();
        let small = StreamDemand { max: Layer { spatial: 0, temporal: 2 }, ..stream(1, 0) };
        assert_eq!(room.rates(0, &[stream(1, 0)], 2000), [1500]);
        assert_eq!(room.rates(0, &[small], 2000), [150]);
        assert_eq!(room.rates(0, &[stream(1, 0)], 2000), [1500]);
    }
}
