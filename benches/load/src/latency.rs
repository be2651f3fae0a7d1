//! A distribution of times, kept in microseconds up to a tenth of a second.

use std::time::Duration;

use serde::Serialize;

const LONGEST_US: usize = 100_000;

/// How often each time was seen. Recording allocates nothing.
pub struct Latency {
    counts: Box<[u32]>,
    longest: Duration,
}

/// What a distribution says of itself, in microseconds.
#[derive(Debug, Serialize)]
pub struct Percentiles {
    count: u64,
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

impl Default for Latency {
    fn default() -> Self {
        Self { counts: vec![0; LONGEST_US + 1].into(), longest: Duration::ZERO }
    }
}

impl Latency {
    /// Takes a time in.
    pub fn record(&mut self, time: Duration) {
        self.counts[(time.as_micros() as usize).min(LONGEST_US)] += 1;
        self.longest = self.longest.max(time);
    }

    /// The percentiles of what was recorded; zeros if nothing was.
    pub fn percentiles(&self) -> Percentiles {
        let count: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        let at = |hundredths: u64| {
            let mut left = (count * hundredths).div_ceil(100);
            let found = self.counts.iter().position(|seen| {
                left = left.saturating_sub(u64::from(*seen));
                left == 0
            });
            if count == 0 { 0.0 } else { found.unwrap_or(LONGEST_US) as f64 }
        };
        Percentiles { count, p50: at(50), p90: at(90), p99: at(99), max: self.longest.as_secs_f64() * 1e6 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut latency = Latency::default();
        (1..=200).for_each(|micros| latency.record(Duration::from_micros(micros)));
        latency.record(Duration::from_secs(1));
        let Percentiles { count, p50, p90, p99, max } = latency.percentiles();
        assert_eq!((count, p50, p90, p99), (201, 101.0, 181.0, 199.0));
        assert!((max - 1e6).abs() < 1.0);
        assert_eq!(Latency::default().percentiles().count, 0);
    }
}
