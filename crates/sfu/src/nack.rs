//! Which packets of a stream are missing, and when to ask for them (RFC 4585 section 6.2.1).

use std::time::{Duration, Instant};

/// Gaps that we keep track of; a larger hole is repaired by a key frame.
const MAX_MISSING: usize = 256;

/// The time between two requests for one packet while the round-trip time is unknown; and its bounds when it is known.
const RETRY: Duration = Duration::from_millis(50);
const RETRY_MIN: Duration = Duration::from_millis(33);
const RETRY_MAX: Duration = Duration::from_millis(300);

/// What an answer may take above the round-trip time.
const MARGIN: Duration = Duration::from_millis(10);

/// After this a packet is not worth having: the picture has moved on.
const GIVE_UP: Duration = Duration::from_secs(1);

/// How often at most requests go out for one stream.
pub const INTERVAL: Duration = Duration::from_millis(20);

struct Missing {
    sequence: u64,
    since: Instant,
    asked: Option<Instant>,
}

/// What became of the gaps of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nothing worth mentioning.
    None,
    /// Packets are missing; [`NackTracker::collect`] says which to ask for.
    Missing,
    /// Too much is missing to ask for it.
    Beyond,
}

/// The missing packets of one stream.
#[derive(Default)]
pub struct NackTracker {
    missing: Vec<Missing>,
    /// The first and the last that came, by number.
    lowest: u64,
    highest: Option<u64>,
}

impl NackTracker {
    /// Notes the arrival of a packet, repaired or not.
    pub fn on_packet(&mut self, sequence: u64, now: Instant) -> Gap {
        let Some(highest) = self.highest else {
            (self.lowest, self.highest) = (sequence, Some(sequence));
            return Gap::None;
        };
        if sequence > highest {
            self.highest = Some(sequence);
            return self.note_gap(highest + 1..sequence, now);
        }
        self.missing.retain(|missing| missing.sequence != sequence);
        if sequence > self.lowest {
            return Gap::None;
        }
        // A stream whose first packets change places has a beginning before the first one that came.
        let lowest = std::mem::replace(&mut self.lowest, sequence);
        self.note_gap(sequence + 1..lowest, now)
    }

    fn note_gap(&mut self, gap: std::ops::Range<u64>, now: Instant) -> Gap {
        if gap.is_empty() {
            return Gap::None;
        }
        if self.missing.len() as u64 + (gap.end - gap.start) > MAX_MISSING as u64 {
            self.missing.clear();
            return Gap::Beyond;
        }
        self.missing.extend(gap.map(|sequence| Missing { sequence, since: now, asked: None }));
        Gap::Missing
    }

    /// Whether this packet is missing and still worth having.
    pub fn is_missing(&self, sequence: u64) -> bool {
        self.missing.iter().any(|missing| missing.sequence == sequence)
    }

    /// Whether anything is missing.
    pub fn is_waiting(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Writes the packets to ask for now into `out`, oldest first, and returns how many; `lost` counts those given up. A
    /// packet is asked for again when the answer should have come.
    pub fn collect(&mut self, now: Instant, round_trip: Option<Duration>, out: &mut [u16], lost: &mut u64) -> usize {
        let before = self.missing.len();
        self.missing.retain(|missing| now.saturating_duration_since(missing.since) < GIVE_UP);
        *lost += (before - self.missing.len()) as u64;
        let retry = round_trip.map_or(RETRY, |time| (time + MARGIN).clamp(RETRY_MIN, RETRY_MAX));
        let mut count = 0;
        for missing in &mut self.missing {
            let due = missing.asked.is_none_or(|asked| now >= asked + retry);
            if due && count < out.len() {
                out[count] = missing.sequence as u16;
                count += 1;
                missing.asked = Some(now);
            }
        }
        count
    }

    /// Starts anew, for a stream that took another SSRC.
    pub fn reset(&mut self) {
        self.missing.clear();
        self.highest = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_asked_for_at_once_and_again_later() {
        let start = Instant::now();
        let mut tracker = NackTracker::default();
        tracker.on_packet(10, start);
        assert_eq!(tracker.on_packet(13, start), Gap::Missing);
        let (mut out, mut lost) = ([0; 8], 0);
        assert_eq!(tracker.collect(start, None, &mut out, &mut lost), 2);
        assert_eq!(out[..2], [11, 12]);
        assert_eq!(tracker.collect(start + Duration::from_millis(40), None, &mut out, &mut lost), 0);
        tracker.on_packet(11, start);
        assert_eq!(tracker.collect(start + Duration::from_millis(60), None, &mut out, &mut lost), 1);
        assert_eq!(out[0], 12);
        assert_eq!(tracker.collect(start + Duration::from_secs(2), None, &mut out, &mut lost), 0);
        assert_eq!((lost, tracker.is_waiting()), (1, false));
    }

    #[test]
    fn a_far_publisher_is_asked_less_often() {
        let start = Instant::now();
        let mut tracker = NackTracker::default();
        tracker.on_packet(10, start);
        tracker.on_packet(12, start);
        let mut asked = |at: u64, round_trip: u64| {
            let (round_trip, mut out, mut lost) = (Some(Duration::from_millis(round_trip)), [0; 8], 0);
            tracker.collect(start + Duration::from_millis(at), round_trip, &mut out, &mut lost)
        };
        assert_eq!(asked(0, 200), 1);
        assert_eq!(asked(200, 200), 0, "the answer is on its way");
        assert_eq!(asked(210, 200), 1);
        assert_eq!(asked(240, 5), 0, "never a flood");
        assert_eq!(asked(243, 5), 1);
    }

    #[test]
    fn a_gap_before_the_first_packet_that_came_is_seen_when_an_earlier_one_comes() {
        let start = Instant::now();
        let mut tracker = NackTracker::default();
        tracker.on_packet(12, start);
        assert_eq!(tracker.on_packet(10, start), Gap::Missing);
        assert!(tracker.is_missing(11) && !tracker.is_missing(10));
        assert_eq!(tracker.on_packet(11, start), Gap::None);
        assert!(!tracker.is_waiting());
    }

    #[test]
    fn a_hole_too_large_is_not_asked_for() {
        let mut tracker = NackTracker::default();
        tracker.on_packet(0, Instant::now());
        assert_eq!(tracker.on_packet(1000, Instant::now()), Gap::Beyond);
        assert!(!tracker.is_waiting());
    }
}
