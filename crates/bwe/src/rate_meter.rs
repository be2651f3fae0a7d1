use crate::rate::DataRate;
use std::time::Duration;

/// The unit in which arrivals are counted, microseconds.
const BUCKET: i64 = 10_000;
const BUCKETS: usize = 50;
/// How far back [`RateMeter::rate`] looks: long enough that single frames do not show.
const LONG: usize = BUCKETS;
/// How far back [`RateMeter::recent`] looks. A path whose queue grows delivers evenly at its capacity, so that a
/// short look is exact exactly when it is asked for, and does not remember what passed before the capacity fell.
const SHORT: usize = 20;
/// An arrival this many buckets ago is not late: the peer's clock was set back.
const CLOCK_JUMP: i64 = 300;

/// How fast bytes pass, by the clock of those who see them.
#[derive(Debug)]
pub(crate) struct RateMeter {
    bytes: [u32; BUCKETS],
    /// First and newest bucket with an arrival, in buckets since the peer's clock began.
    first: i64,
    newest: Option<i64>,
}

impl Default for RateMeter {
    fn default() -> Self {
        Self { bytes: [0; BUCKETS], first: 0, newest: None }
    }
}

impl RateMeter {
    /// Counts bytes that arrived at this time, microseconds. What is older than the window is not counted.
    pub fn add(&mut self, arrival: i64, bytes: u64) {
        let bucket = arrival.div_euclid(BUCKET);
        let newest = match self.newest {
            Some(newest) if (-CLOCK_JUMP..BUCKETS as i64).contains(&(bucket - newest)) => newest,
            // The first ever, the first after a silence or by another clock: what came before is history.
            _ => {
                self.bytes = [0; BUCKETS];
                self.first = bucket;
                bucket
            }
        };
        for passed in newest + 1..=bucket {
            self.bytes[slot(passed)] = 0;
        }
        self.newest = Some(newest.max(bucket));
        if newest - bucket < BUCKETS as i64 {
            let count = &mut self.bytes[slot(bucket)];
            *count = count.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        }
    }

    /// Over half a second; `None` before there was as much.
    pub fn rate(&self) -> Option<DataRate> {
        self.over(LONG)
    }

    /// Over a fifth of a second.
    pub fn recent(&self) -> Option<DataRate> {
        self.over(SHORT)
    }

    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn over(&self, buckets: usize) -> Option<DataRate> {
        let newest = self.newest?;
        if newest - self.first + 1 < buckets as i64 {
            return None;
        }
        // The ring from the oldest of them on: its end, then its beginning.
        let (before, from) = self.bytes.split_at(slot(newest + 1));
        let bytes = from.iter().chain(before).skip(BUCKETS - buckets).map(|bytes| u64::from(*bytes)).sum();
        DataRate::of(bytes, Duration::from_micros(BUCKET.unsigned_abs() * buckets as u64))
    }
}

fn slot(bucket: i64) -> usize {
    bucket.rem_euclid(BUCKETS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_known_after_their_windows() {
        let mut acknowledged = RateMeter::default();
        for index in 0..19 {
            acknowledged.add(index * BUCKET, 1250);
        }
        assert_eq!(acknowledged.recent(), None);
        for index in 19..50 {
            acknowledged.add(index * BUCKET, 1250);
        }
        assert_eq!(acknowledged.rate(), Some(DataRate::from_kbps(1000)));
        for index in 50..70 {
            acknowledged.add(index * BUCKET, 250);
        }
        assert_eq!(acknowledged.recent(), Some(DataRate::from_kbps(200)));
        assert_eq!(acknowledged.rate(), Some(DataRate::from_kbps(680)));
    }

    #[test]
    fn a_clock_may_jump_either_way() {
        let mut acknowledged = RateMeter::default();
        for arrival in [0, 500_000, i64::from(i32::MAX) * 1000, -5, 3] {
            acknowledged.add(arrival, u64::MAX);
            let _ = (acknowledged.rate(), acknowledged.recent());
        }
    }
}
