//! Which of many audio tracks are forwarded: in a large room only the loudest, as nobody can follow more voices, and every
//! packet that is not sent saves as much as any other.
//!
//! A voice is heard from its first packet that is louder than the quietest of those who are heard now, so no word loses its
//! beginning. Loudness falls slowly, so that a pause between two words costs nobody the floor.

use std::collections::HashMap;
use std::time::Instant;

/// How fast the loudness of one who falls silent decays, dB per second.
const DECAY: f32 = 30.0;

/// A newcomer must be this much louder than the one whose place it takes, dB.
const MARGIN: f32 = 3.0;

/// Loudness of silence, as levels tell it (RFC 6464), -dBov.
const SILENCE: f32 = 127.0;

#[derive(Clone, Copy)]
struct Heard {
    producer: usize,
    level: f32,
    at: Instant,
}

impl Heard {
    /// Its loudness now, -dBov.
    fn level(&self, now: Instant) -> f32 {
        (self.level + DECAY * now.saturating_duration_since(self.at).as_secs_f32()).min(SILENCE)
    }
}

#[derive(Default)]
struct Group {
    limit: usize,
    heard: Vec<Heard>,
}

/// All groups of a shard.
#[derive(Default)]
pub struct Speakers {
    groups: HashMap<u64, Group>,
}

impl Speakers {
    /// Forwards only so many producers of a group at a time; 0 forwards all.
    pub fn limit(&mut self, group: u64, limit: usize) {
        if limit == 0 || group == 0 {
            self.groups.remove(&group);
            return;
        }
        let group = self.groups.entry(group).or_default();
        group.limit = limit;
        group.heard.truncate(limit);
        group.heard.reserve(limit - group.heard.len());
    }

    /// Whether a packet of this producer, this loud (-dBov), is forwarded. There is no limit in group 0.
    pub fn admits(&mut self, group: u64, producer: usize, level: u8, now: Instant) -> bool {
        let Some(Group { limit, heard }) = self.groups.get_mut(&group) else { return true };
        let level = f32::from(level);
        let entry = Heard { producer, level, at: now };
        if let Some(known) = heard.iter_mut().find(|known| known.producer == producer) {
            if level <= known.level(now) {
                *known = entry;
            }
            return true;
        }
        if heard.len() < *limit {
            heard.push(entry);
            return true;
        }
        let quietest = heard.iter_mut().max_by(|a, b| a.level(now).total_cmp(&b.level(now)));
        match quietest {
            Some(quietest) if level + MARGIN <= quietest.level(now) => {
                *quietest = entry;
                true
            }
            _ => false,
        }
    }

    /// A producer ended: its place is free.
    pub fn forget(&mut self, group: u64, producer: usize) {
        if let Some(group) = self.groups.get_mut(&group) {
            group.heard.retain(|heard| heard.producer != producer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const GROUP: u64 = 7;

    fn limited(limit: usize) -> (Speakers, Instant) {
        let mut speakers = Speakers::default();
        speakers.limit(GROUP, limit);
        (speakers, Instant::now())
    }

    #[test]
    fn without_a_limit_everyone_is_heard() {
        let (mut speakers, now) = limited(1);
        assert!((0..50).all(|producer| speakers.admits(8, producer, 60, now)));
        speakers.limit(GROUP, 0);
        assert!((0..50).all(|producer| speakers.admits(GROUP, producer, 60, now)));
    }

    #[test]
    fn the_loudest_are_heard_from_their_first_packet() {
        let (mut speakers, now) = limited(2);
        assert!(speakers.admits(GROUP, 1, 30, now));
        assert!(speakers.admits(GROUP, 2, 50, now));
        assert!(!speakers.admits(GROUP, 3, 60, now), "quieter than both");
        assert!(speakers.admits(GROUP, 3, 40, now), "louder than the second");
        assert!(!speakers.admits(GROUP, 2, 50, now), "whose place is taken");
        assert!(speakers.admits(GROUP, 1, 30, now));
    }

    #[test]
    fn a_pause_between_words_costs_nobody_the_floor() {
        let (mut speakers, mut now) = limited(1);
        assert!(speakers.admits(GROUP, 1, 30, now));
        for _ in 0..10 {
            now += Duration::from_millis(20);
            assert!(speakers.admits(GROUP, 1, 127, now));
            assert!(!speakers.admits(GROUP, 2, 50, now));
        }
    }

    #[test]
    fn one_who_went_silent_makes_room() {
        let (mut speakers, mut now) = limited(1);
        assert!(speakers.admits(GROUP, 1, 30, now));
        let mut waited = 0;
        while !speakers.admits(GROUP, 2, 50, now) {
            now += Duration::from_millis(20);
            waited += 20;
            assert!(waited < 1000, "never heard");
        }
        assert!(!speakers.admits(GROUP, 1, 60, now));
    }

    #[test]
    fn the_place_of_one_who_left_is_free() {
        let (mut speakers, now) = limited(1);
        assert!(speakers.admits(GROUP, 1, 30, now));
        assert!(!speakers.admits(GROUP, 2, 90, now));
        speakers.forget(GROUP, 1);
        assert!(speakers.admits(GROUP, 2, 90, now));
    }
}
