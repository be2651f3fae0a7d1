//! Which transport is due when: a heap that keeps its memory, with entries that may be stale.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Deadlines of the transports of a shard.
#[derive(Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl Timers {
    /// Wakes `key` at `at`. `scheduled` is the key's own note of its next wake-up: nothing happens if that is earlier.
    pub fn schedule(&mut self, key: usize, at: Instant, scheduled: &mut Option<Instant>) {
        if scheduled.is_none_or(|earlier| at < earlier) {
            *scheduled = Some(at);
            self.heap.push(Reverse((at, key)));
        }
    }

    /// The next entry that is due. The caller compares its time with the key's own note: another time means stale.
    pub fn pop_due(&mut self, now: Instant) -> Option<(Instant, usize)> {
        let Reverse((at, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    /// When to look again.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}
