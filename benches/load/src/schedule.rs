//! What is due when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Something that a participant does again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// ICE checks and DTLS timers.
    Connection,
    /// Transport-wide feedback, and requests for what is missing.
    Feedback,
    /// Sender and receiver reports.
    Reports,
    /// The next frame of a layer: camera and layer by their indices.
    Frame(usize, usize),
    /// What a narrow link has carried.
    Link,
    /// The next packet of a microphone, by its index.
    Sound(usize),
}

/// Tasks of all participants by time.
#[derive(Default)]
pub struct Schedule {
    heap: BinaryHeap<Reverse<(Instant, usize, Task)>>,
}

impl Schedule {
    /// Adds a task of a participant.
    pub fn add(&mut self, at: Instant, participant: usize, task: Task) {
        self.heap.push(Reverse((at, participant, task)));
    }

    /// When the first one is due.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes the first one if it is due.
    pub fn pop_due(&mut self, now: Instant) -> Option<(Instant, usize, Task)> {
        let due = self.next().is_some_and(|at| at <= now);
        if due { self.heap.pop().map(|Reverse(entry)| entry) } else { None }
    }
}
