//! How busy a thread is, and how long it waits for more work because of it.
//!
//! A thread that has little to do serves each datagram at once. One that is busy serves in rounds: what comes within a
//! round goes out together, in longer messages and fewer system calls, which costs a packet a fraction of a millisecond and
//! saves more than half of the work.

use std::time::{Duration, Instant};

/// The time over which the load is measured.
const PERIOD: Duration = Duration::from_millis(100);

/// Share of the time that a thread is busy above which it serves in rounds.
const BUSY: f32 = 0.08;

/// Rounds of a busy thread follow each other at this distance.
pub const ROUND: Duration = Duration::from_micros(500);

/// Measures one thread.
pub struct Load {
    started: Instant,
    idle: Duration,
    busy: bool,
    round: Instant,
}

impl Load {
    /// A thread that had nothing to do yet.
    pub fn new(now: Instant) -> Self {
        Self { started: now, idle: Duration::ZERO, busy: false, round: now }
    }

    /// Work came after the thread had waited from `since` to `now`. Returns how much longer it shall wait for more.
    pub fn on_work(&mut self, since: Instant, now: Instant) -> Duration {
        let pause = if self.busy { (self.round + ROUND).saturating_duration_since(now) } else { Duration::ZERO };
        self.idle += now.saturating_duration_since(since) + pause;
        let elapsed = now.saturating_duration_since(self.started) + pause;
        if elapsed >= PERIOD {
            self.busy = self.idle.as_secs_f32() < (1.0 - BUSY) * elapsed.as_secs_f32();
            self.started = now + pause;
            self.idle = Duration::ZERO;
        }
        self.round = now + pause;
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: Duration = Duration::from_micros(100);

    /// Lets packets come every 100 µs, each of which takes `work`; returns the longest wait for more.
    fn longest_pause(work: Duration) -> Duration {
        let start = Instant::now();
        let (mut load, mut now, mut longest) = (Load::new(start), start, Duration::ZERO);
        while now < start + 5 * PERIOD {
            let since = now;
            now = since.max(now + PACKET.saturating_sub(work));
            let pause = load.on_work(since, now);
            longest = longest.max(pause);
            now += pause + work;
        }
        longest
    }

    #[test]
    fn a_thread_with_little_to_do_serves_at_once() {
        assert_eq!(longest_pause(PACKET / 20), Duration::ZERO);
    }

    #[test]
    fn a_busy_thread_serves_in_rounds() {
        let pause = longest_pause(PACKET / 2);
        assert!(pause > ROUND / 2 && pause <= ROUND, "{pause:?}");
    }

    #[test]
    fn after_a_busy_time_it_serves_at_once_again() {
        let start = Instant::now();
        let mut load = Load::new(start);
        load.on_work(start, start + PERIOD / 100);
        load.on_work(start + PERIOD, start + PERIOD);
        assert!(load.busy);
        load.on_work(start + PERIOD, start + 3 * PERIOD);
        assert!(!load.busy);
        assert_eq!(load.on_work(start + 3 * PERIOD, start + 3 * PERIOD), Duration::ZERO);
    }
}
