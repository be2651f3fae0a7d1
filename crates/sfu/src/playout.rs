//! How long a subscriber's player should wait for pictures. A player that shows each picture as soon as it can has shown the
//! next one before a repeat of the last arrives, and drops it. Players of people who only receive do not even know the round-trip
//! time: that is known here. So where packets get lost, the player is asked to wait for as many rounds of repeats as it takes.

use std::time::{Duration, Instant};

use tureen_rtp::extension::encode_playout_delay;

/// Losses, of all packets, from which on so many rounds of repeats are worth waiting for.
const ROUNDS: [(f64, u32); 3] = [(0.2, 3), (0.07, 2), (0.01, 1)];

/// What a round takes besides the round trip: the loss is seen with the next packet, and peers ask every few ten milliseconds.
const MARGIN: Duration = Duration::from_millis(30);

/// Nobody waits longer: people talk.
const MOST: Duration = Duration::from_millis(250);

/// Peers keep to a wait for so long after they needed it last: each change is seen.
const HOLD: Duration = Duration::from_secs(10);

/// No bound for the longest wait.
const UNBOUNDED: Duration = Duration::from_secs(10);

/// The wait that a peer is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Playout {
    /// `None` until there was any reason.
    wait: Option<Duration>,
    needed: Option<Instant>,
}

impl Playout {
    /// Follows the share of packets that a path loses, 0 to 1, and its round trip.
    pub fn update(&mut self, now: Instant, loss: f64, round_trip: Duration) {
        let rounds = ROUNDS.iter().find(|(from, _)| loss >= *from).map_or(0, |(_, rounds)| *rounds);
        let wait = ((round_trip + MARGIN) * rounds).min(MOST);
        if wait.is_zero() && self.wait.is_none() {
            return;
        }
        let current = self.wait.unwrap_or_default();
        let held = self.needed.is_some_and(|needed| now < needed + HOLD);
        if wait >= current || !held {
            self.wait = Some(wait);
            self.needed = Some(now);
        }
    }

    /// The header extension that asks for it; `None` as long as there was no reason.
    pub fn extension(&self) -> Option<[u8; 3]> {
        self.wait.map(|wait| encode_playout_delay(wait, UNBOUNDED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Duration = Duration::from_millis(50);

    #[test]
    fn players_wait_while_packets_get_lost() {
        let start = Instant::now();
        let mut playout = Playout::default();
        playout.update(start, 0.005, ROUND_TRIP);
        assert_eq!(playout.extension(), None, "not a byte for those who lose nothing");
        playout.update(start, 0.1, ROUND_TRIP);
        assert_eq!(playout.extension(), Some(encode_playout_delay(2 * (ROUND_TRIP + MARGIN), UNBOUNDED)));
        playout.update(start, 0.3, Duration::from_secs(1));
        assert_eq!(playout.extension(), Some(encode_playout_delay(MOST, UNBOUNDED)));
        let soon = start + HOLD / 2;
        playout.update(soon, 0.0, ROUND_TRIP);
        assert_eq!(playout.extension(), Some(encode_playout_delay(MOST, UNBOUNDED)), "losses come and go");
        playout.update(start + HOLD, 0.0, ROUND_TRIP);
        assert_eq!(
            playout.extension(),
            Some(encode_playout_delay(Duration::ZERO, UNBOUNDED)),
            "and the player is told"
        );
    }
}
