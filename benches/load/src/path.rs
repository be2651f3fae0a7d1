//! The last stretch to a participant, made worse than the machine's own.

use std::collections::VecDeque;
use std::time::Duration;

use crate::messages::PathShape;

/// What waits before a narrow link at most; the rest is dropped, as the queue of an access router does.
const MAX_QUEUE: Duration = Duration::from_millis(500);
/// Of IPv4 and UDP, bytes.
const HEADERS: usize = 28;

/// What lies between a participant's socket and the participant.
pub enum Path {
    /// Nothing.
    Open,
    /// The participant neither reads nor writes: its process is stopped.
    Deaf,
    /// A slow link towards the participant.
    Narrow(NarrowLink),
}

impl From<PathShape> for Path {
    fn from(shape: PathShape) -> Self {
        match shape {
            PathShape::Open => Self::Open,
            PathShape::Deaf => Self::Deaf,
            PathShape::Narrow { bits_per_second } => Self::Narrow(NarrowLink::new(bits_per_second)),
        }
    }
}

/// A link that carries one datagram after the other at its rate.
pub struct NarrowLink {
    bits_per_second: u32,
    /// When it has carried all that it took.
    free_at: Duration,
    queue: VecDeque<(Duration, Vec<u8>)>,
}

impl NarrowLink {
    /// A link that is free.
    pub fn new(bits_per_second: u32) -> Self {
        Self { bits_per_second: bits_per_second.max(1), free_at: Duration::ZERO, queue: VecDeque::new() }
    }

    /// Takes a datagram that came at its near end, or drops it. `true` if nothing waited before, so that
    /// [`Self::next`] has become due.
    pub fn take(&mut self, datagram: &[u8], arrival: Duration) -> bool {
        let start = self.free_at.max(arrival);
        if start.saturating_sub(arrival) > MAX_QUEUE {
            return false;
        }
        let bits = 8.0 * (datagram.len() + HEADERS) as f64;
        self.free_at = start + Duration::from_secs_f64(bits / f64::from(self.bits_per_second));
        self.queue.push_back((self.free_at, datagram.to_vec()));
        self.queue.len() == 1
    }

    /// When the first datagram reaches the far end.
    pub fn next(&self) -> Option<Duration> {
        self.queue.front().map(|(at, _)| *at)
    }

    /// The next datagram that has reached the far end, and when it did.
    pub fn pop_due(&mut self, now: Duration) -> Option<(Duration, Vec<u8>)> {
        if self.next()? <= now { self.queue.pop_front() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_carries_its_rate_and_drops_what_would_wait_too_long() {
        let (mut link, start) = (NarrowLink::new(64_000), Duration::from_secs(1));
        // 80 ms each: the first seven start within half a second.
        let taken = (0..20).filter(|_| link.take(&[0; 612], start)).count();
        assert_eq!(taken, 1, "the link was idle once");
        let ends: Vec<_> =
            std::iter::from_fn(|| link.pop_due(Duration::MAX)).map(|(at, _)| at.saturating_sub(start)).collect();
        assert_eq!(ends, (1..=7).map(|number| Duration::from_millis(80 * number)).collect::<Vec<_>>());
        assert!(link.take(&[0; 612], start + Duration::from_secs(2)));
        let due = start + Duration::from_millis(2080);
        assert_eq!((link.next(), link.pop_due(start + Duration::from_secs(2))), (Some(due), None));
        assert_eq!(link.pop_due(due).map(|(at, _)| at), Some(due));
    }
}
