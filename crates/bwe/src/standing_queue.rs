use std::time::Duration;

/// How long the shortest delay is remembered, microseconds: at least one of these, at most two. Longer than any queue
/// stands while the rate is held down, short enough for clocks that drift and routes that change.
const MEMORY: u64 = 10_000_000;

/// How long packets wait on the path now: their delay against the shortest one of late.
///
/// The slope of the delay tells that a queue grows; only its height tells that one stands.
#[derive(Debug, Default)]
pub(crate) struct StandingQueue {
    /// Shortest delay of the current and of the last period, on two clocks that need not agree, microseconds.
    shortest: Option<i64>,
    before: Option<i64>,
    period_began: u64,
    /// Shortest delay since [`Self::finish_report`].
    latest: Option<i64>,
    delay: Duration,
}

impl StandingQueue {
    /// Of the last report; the shortest of its packets, so that jitter does not count.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    pub fn add(&mut self, sent: u64, arrival: i64) {
        let delay = arrival.saturating_sub_unsigned(sent);
        self.latest = Some(self.latest.map_or(delay, |latest| latest.min(delay)));
    }

    /// All packets of a report were added; `sent`: when the newest left.
    pub fn finish_report(&mut self, sent: u64) {
        let Some(latest) = self.latest.take() else { return };
        if sent.saturating_sub(self.period_began) >= MEMORY {
            self.before = self.shortest.take();
            self.period_began = sent;
        }
        self.shortest = Some(self.shortest.map_or(latest, |shortest| shortest.min(latest)));
        let base = self.shortest.into_iter().chain(self.before).min().unwrap_or(latest);
        self.delay = Duration::from_micros(u64::try_from(latest - base).unwrap_or(0));
    }

    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(queue: &mut StandingQueue, at: u64, delays: &[i64]) -> u128 {
        for delay in delays {
            queue.add(at, 7_000_000 + at as i64 + delay);
        }
        queue.finish_report(at);
        queue.delay().as_millis()
    }

    #[test]
    fn a_queue_is_measured_from_the_shortest_delay() {
        let mut queue = StandingQueue::default();
        assert_eq!(report(&mut queue, 0, &[50_000, 80_000]), 0);
        assert_eq!(report(&mut queue, 100_000, &[350_000, 370_000]), 300);
        assert_eq!(report(&mut queue, 200_000, &[40_000]), 0);
        assert_eq!(report(&mut queue, 300_000, &[50_000]), 10);
    }

    #[test]
    fn a_longer_route_is_no_queue_for_ever() {
        let mut queue = StandingQueue::default();
        report(&mut queue, 0, &[0]);
        for second in 1..19 {
            assert_eq!(report(&mut queue, second * 1_000_000, &[100_000]), 100);
        }
        assert_eq!(report(&mut queue, 20_000_000, &[100_000]), 0);
    }
}
