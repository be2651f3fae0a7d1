//! Repeats that nobody has asked for yet. Where a path loses one packet in ten by chance, most pictures lack something, and
//! a repeat takes a round trip, and is lost as often. What the path carries beyond what is watched is of better use for
//! sending pictures twice. Losses that sending less would avoid are none by chance.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::consumer::Sent;

/// Chance losses, of all packets, from which on each packet goes out so many times more.
const COPIES: [(f64, u32); 3] = [(0.25, 3), (0.15, 2), (0.05, 1)];

/// The time between a packet and its repeat: longer than most runs of losses last.
const SPREAD: Duration = Duration::from_millis(12);

/// How long a path has to be as bad before it begins: one that has just become narrower needs less sent to it, not more.
const DELIBERATION: Duration = Duration::from_secs(2);

/// It goes on for so long after it was needed last.
const HOLD: Duration = Duration::from_secs(2);

/// Packets that are to be repeated at most: a key frame and more.
const CAPACITY: usize = 256;

#[derive(Clone, Copy, Debug)]
struct Planned {
    due: Instant,
    consumer: usize,
    sent: Sent,
    left: u32,
}

/// What is to be repeated to one peer.
#[derive(Default)]
pub struct RepeatsAhead {
    copies: u32,
    /// Since when more are called for.
    called_for: Option<Instant>,
    needed: Option<Instant>,
    queue: VecDeque<Planned>,
}

impl RepeatsAhead {
    /// Follows the share of packets that the path loses by chance, 0 to 1.
    pub fn update(&mut self, now: Instant, chance_loss: f64) {
        let copies = COPIES.iter().find(|(from, _)| chance_loss >= *from).map_or(0, |(_, copies)| *copies);
        if copies > self.copies {
            let since = *self.called_for.get_or_insert(now);
            if now < since + DELIBERATION {
                return;
            }
        } else if copies < self.copies && self.needed.is_some_and(|needed| now < needed + HOLD) {
            return;
        }
        (self.copies, self.needed, self.called_for) = (copies, Some(now), None);
    }

    /// How often each packet goes out.
    pub fn times(&self) -> u32 {
        1 + self.copies
    }

    /// Plans the repeats of a packet that just left, if there shall be any and there is room.
    pub fn plan(&mut self, now: Instant, consumer: usize, sent: Sent) -> bool {
        let wanted = self.copies > 0 && self.queue.len() < CAPACITY;
        if wanted {
            self.queue.push_back(Planned { due: now + SPREAD, consumer, sent, left: self.copies - 1 });
        }
        wanted
    }

    /// The next repeat that is due, and the key of its consumer.
    pub fn take(&mut self, now: Instant) -> Option<(usize, Sent)> {
        let planned = *self.queue.front().filter(|planned| planned.due <= now)?;
        self.queue.pop_front();
        if let Some(left) = planned.left.checked_sub(1) {
            self.queue.push_back(Planned { due: now + SPREAD, left, ..planned });
        }
        Some((planned.consumer, planned.sent))
    }

    /// When the next one is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.queue.front().map(|planned| planned.due)
    }

    /// Gives up all that is planned.
    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// Gives up what is planned for a consumer that ends.
    pub fn forget(&mut self, consumer: usize) {
        self.queue.retain(|planned| planned.consumer != consumer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::{Origin, Shift, Source};

    /// On a path that has lost so many by chance for a while.
    fn used_to(chance_loss: f64) -> (RepeatsAhead, Instant) {
        let (mut ahead, start) = (RepeatsAhead::default(), Instant::now());
        ahead.update(start, chance_loss);
        ahead.update(start + DELIBERATION, chance_loss);
        (ahead, start + DELIBERATION)
    }

    fn sent(out: u64) -> Sent {
        let source = Source { layer: 0, generation: 0 };
        Sent { origin: Origin { source, sequence: out, shift: Shift::default() }, out }
    }

    fn taken(ahead: &mut RepeatsAhead, now: Instant) -> Vec<u64> {
        std::iter::from_fn(|| ahead.take(now)).map(|(_, sent)| sent.out).collect()
    }

    #[test]
    fn nothing_is_repeated_on_a_good_path() {
        let (mut ahead, now) = used_to(0.04);
        assert!(!ahead.plan(now, 1, sent(1)));
        assert_eq!((ahead.times(), ahead.deadline()), (1, None));
    }

    #[test]
    fn a_bad_path_gets_all_twice_and_a_worse_one_four_times() {
        let (mut ahead, now) = used_to(0.1);
        assert!(ahead.plan(now, 1, sent(1)));
        assert_eq!(taken(&mut ahead, now), []);
        assert_eq!(taken(&mut ahead, now + SPREAD), [1]);
        let (mut ahead, now) = used_to(0.3);
        assert!(ahead.plan(now, 1, sent(2)) && ahead.plan(now, 2, sent(9)));
        assert_eq!(taken(&mut ahead, now + SPREAD), [2, 9]);
        ahead.forget(2);
        assert_eq!(taken(&mut ahead, now + 2 * SPREAD), [2]);
        assert_eq!(taken(&mut ahead, now + 3 * SPREAD), [2]);
        assert_eq!(ahead.deadline(), None);
    }

    #[test]
    fn it_goes_on_for_a_while() {
        let (mut ahead, now) = used_to(0.1);
        ahead.update(now + HOLD / 2, 0.0);
        assert_eq!(ahead.times(), 2);
        ahead.update(now + HOLD, 0.0);
        assert_eq!(ahead.times(), 1);
    }

    #[test]
    fn a_bad_moment_is_no_bad_path() {
        let (mut ahead, start) = (RepeatsAhead::default(), Instant::now());
        for seconds in 0..4 {
            ahead.update(start + Duration::from_secs(2 * seconds), if seconds % 2 == 0 { 0.3 } else { 0.0 });
            assert_eq!(ahead.times(), 1);
        }
    }

    #[test]
    fn the_plan_is_bounded() {
        let (mut ahead, now) = used_to(0.1);
        let planned = (0..2 * CAPACITY as u64).filter(|out| ahead.plan(now, 1, sent(*out))).count();
        assert_eq!(planned, CAPACITY);
    }
}
