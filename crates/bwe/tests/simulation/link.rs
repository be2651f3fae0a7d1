use super::random::Random;
use tureen_bwe::DataRate;

/// A link in one direction. Times are microseconds.
#[derive(Clone, Copy)]
pub struct LinkConfig {
    pub rate: DataRate,
    /// One way.
    pub delay: u64,
    /// Standard deviation of the delay; order is kept.
    pub jitter: u64,
    /// What waits at most; longer queues drop the newest packet.
    pub queue: u64,
    /// What exceeds the rate is dropped, `queue` after it began, and nothing ever waits.
    pub polices: bool,
    /// Share lost, in runs of this mean length.
    pub loss: f64,
    pub burst: f64,
    /// Share that overtakes nothing but is overtaken, by up to 40 ms.
    pub reorder: f64,
    pub duplicate: f64,
}

impl LinkConfig {
    pub fn kbps(rate: u64) -> Self {
        Self {
            rate: DataRate::from_kbps(rate),
            delay: 25_000,
            jitter: 0,
            queue: 300_000,
            polices: false,
            loss: 0.0,
            burst: 1.0,
            reorder: 0.0,
            duplicate: 0.0,
        }
    }
}

pub struct Link {
    pub config: LinkConfig,
    random: Random,
    in_burst: bool,
    backlog: f64,
    updated: u64,
    last_arrival: u64,
}

impl Link {
    pub fn new(config: LinkConfig, seed: u64) -> Self {
        let random = Random::new(seed);
        Self { config, random, in_burst: false, backlog: 0.0, updated: 0, last_arrival: 0 }
    }

    /// How long a packet that comes now would wait.
    pub fn queue_delay(&mut self, now: u64) -> u64 {
        let rate = self.config.rate.bps() as f64 / 8e6;
        self.backlog = (self.backlog - (now - self.updated) as f64 * rate).max(0.0);
        self.updated = now;
        (self.backlog / rate) as u64
    }

    /// When a packet of this size arrives.
    pub fn send(&mut self, now: u64, bytes: u64) -> Option<u64> {
        if self.is_lost() || self.queue_delay(now) > self.config.queue {
            return None;
        }
        self.backlog += bytes as f64;
        let jitter = (self.random.normal() * self.config.jitter as f64).max(-(self.config.delay as f64));
        let wait = if self.config.polices { 0 } else { self.queue_delay(now) };
        let arrival = (now + wait + self.config.delay).saturating_add_signed(jitter as i64);
        if self.random.unit() < self.config.reorder {
            return Some(arrival + (self.random.unit() * 40_000.0) as u64);
        }
        self.last_arrival = self.last_arrival.max(arrival);
        Some(self.last_arrival)
    }

    pub fn duplicates(&mut self) -> bool {
        self.random.unit() < self.config.duplicate
    }

    fn is_lost(&mut self) -> bool {
        let LinkConfig { loss, burst, .. } = self.config;
        if burst <= 1.0 || loss <= 0.0 || loss >= 1.0 {
            return self.random.unit() < loss;
        }
        self.in_burst = if self.in_burst {
            self.random.unit() >= 1.0 / burst
        } else {
            self.random.unit() < loss / (burst * (1.0 - loss))
        };
        self.in_burst
    }
}
