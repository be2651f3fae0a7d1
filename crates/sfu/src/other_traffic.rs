//! What goes to a peer besides pictures, and what of it has to be set aside before they share the path. Not what went out of
//! late counts, but what will: redundancy and repairs that a narrower path no longer allows for are not taken off it.

use std::time::Instant;

use tureen_bwe::DataRate;

use crate::redundancy;
use crate::volume::RecentRate;

/// What sound may take of the path with all its redundancy, headers left out (which are nearly as much again).
const SOUND_SHARE: f64 = 0.33;

/// What repairs may take of it: for chance losses so many times their share, and a little for others.
const REPAIRS_PER_LOSS: f64 = 1.5;
const OTHER_REPAIRS: f64 = 0.05;

/// Rates of late.
pub struct OtherTraffic {
    data: RecentRate,
    /// Sound without its redundancy, and that.
    sound: RecentRate,
    redundancy: RecentRate,
    repairs: RecentRate,
    copies: usize,
}

impl OtherTraffic {
    /// Nothing was sent yet.
    pub fn new(now: Instant) -> Self {
        let nothing = RecentRate::new(now);
        Self { data: nothing, sound: nothing, redundancy: nothing, repairs: nothing, copies: redundancy::MOST }
    }

    /// Notes so many bytes of data.
    pub fn note_data(&mut self, now: Instant, bytes: usize) {
        self.data.add(now, bytes);
    }

    /// Notes so many bytes of sound, and so many more for earlier sound that goes along.
    pub fn note_sound(&mut self, now: Instant, bytes: usize, redundant: usize) {
        self.sound.add(now, bytes);
        self.redundancy.add(now, redundant);
    }

    /// Notes so many bytes that went out again.
    pub fn note_repair(&mut self, now: Instant, bytes: usize) {
        self.repairs.add(now, bytes);
    }

    /// How many earlier packets of sound may go along with each: redundancy that fills the path loses more than it saves.
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// What data channels sent.
    pub fn data(&mut self, now: Instant) -> DataRate {
        DataRate::from_bps(self.data.get(now))
    }

    /// What is to be set aside for sound and repairs of a path that carries `estimate` and loses a share by chance.
    pub fn set_aside(&mut self, now: Instant, estimate: DataRate, chance_loss: f64) -> DataRate {
        let sound = self.sound.get(now);
        let room = estimate.scaled(SOUND_SHARE).bps() / sound.max(1);
        self.copies = usize::try_from(room).unwrap_or(usize::MAX).saturating_sub(1).min(redundancy::MOST);
        let redundancy = self.redundancy.get(now).min(sound * self.copies as u64);
        let repairs = estimate.scaled(chance_loss * REPAIRS_PER_LOSS + OTHER_REPAIRS).bps().min(self.repairs.get(now));
        DataRate::from_bps(sound + redundancy + repairs)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KBPS: fn(u64) -> DataRate = DataRate::from_kbps;

    /// A second of sound at 48 kbit/s with everything twice, and of repairs at 400 kbit/s.
    fn traffic() -> (OtherTraffic, Instant) {
        let start = Instant::now();
        let mut other = OtherTraffic::new(start);
        for millis in (0..1000).step_by(20) {
            let now = start + Duration::from_millis(millis);
            other.note_sound(now, 120, 120);
            other.note_repair(now, 1000);
        }
        (other, start + Duration::from_millis(990))
    }

    #[test]
    fn a_wide_path_bears_all_of_it() {
        let (mut other, now) = traffic();
        assert_eq!(other.set_aside(now, KBPS(20_000), 0.0), KBPS(96 + 400));
        assert_eq!(other.copies(), redundancy::MOST);
    }

    #[test]
    fn a_narrow_path_bears_sound_and_the_repairs_that_chance_calls_for() {
        let (mut other, now) = traffic();
        assert_eq!(other.set_aside(now, KBPS(200), 0.0), KBPS(48 + 10));
        assert_eq!(other.copies(), 0);
        assert_eq!(other.set_aside(now, KBPS(200), 0.1), KBPS(48 + 40));
    }
}
