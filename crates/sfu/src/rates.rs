//! How much each layer of a stream sends, measured over the last second.

use std::time::{Duration, Instant};

use crate::frame::{FrameLayer, LAYERS};

/// The window is this many slots of this length; the current one is not counted until it is over.
const SLOTS: usize = 5;
const SLOT: Duration = Duration::from_millis(200);

/// A figure for each spatial and temporal layer.
pub type PerLayer<T> = [[T; LAYERS]; LAYERS];

/// The bytes of one RTP stream, by layer.
#[derive(Clone, Debug, Default)]
pub struct LayerRates {
    slots: [PerLayer<u32>; SLOTS],
    current: PerLayer<u32>,
    /// When the current slot began, and how many before it count.
    began: Option<Instant>,
    next: usize,
    filled: usize,
    highest: (u8, u8),
}

impl LayerRates {
    /// Counts a packet of so many bytes.
    pub fn add(&mut self, frame: FrameLayer, bytes: usize, now: Instant) {
        self.advance(now);
        let place = |layer: u8| usize::from(layer).min(LAYERS - 1);
        let slot = &mut self.current[place(frame.spatial)][place(frame.temporal)];
        *slot = slot.saturating_add(bytes as u32);
        self.highest = (self.highest.0.max(frame.spatial), self.highest.1.max(frame.temporal));
    }

    /// The highest spatial layer of the last second.
    pub fn highest_spatial(&self) -> u8 {
        self.highest.0.min(LAYERS as u8 - 1)
    }

    /// The highest temporal layer of the last second.
    pub fn highest_temporal(&self) -> u8 {
        self.highest.1.min(LAYERS as u8 - 1)
    }

    /// Bits per second that it takes to send each layer with all that are below it; zero for one that does not come.
    pub fn cumulative(&mut self, now: Instant) -> PerLayer<u64> {
        self.advance(now);
        let millis = (self.filled as u64 * SLOT.as_millis() as u64).max(1);
        let own = |spatial: usize, temporal: usize| -> u64 {
            self.slots.iter().map(|slot| u64::from(slot[spatial][temporal])).sum::<u64>() * 8000 / millis
        };
        let mut rates = PerLayer::default();
        for spatial in 0..LAYERS {
            let row: [u64; LAYERS] = std::array::from_fn(|temporal| own(spatial, temporal));
            if row.iter().all(|rate| *rate == 0) {
                continue;
            }
            let mut sum = 0;
            for temporal in 0..LAYERS {
                sum += row[temporal];
                let below = rates[..spatial].iter().rev().map(|row| row[temporal]).find(|rate| *rate > 0);
                rates[spatial][temporal] = sum + below.unwrap_or(0);
            }
        }
        rates
    }

    fn advance(&mut self, now: Instant) {
        let began = *self.began.get_or_insert(now);
        let over = (now.saturating_duration_since(began).as_millis() / SLOT.as_millis()) as usize;
        if over == 0 {
            return;
        }
        for _ in 0..over.min(SLOTS) {
            self.slots[self.next] = std::mem::take(&mut self.current);
            self.next = (self.next + 1) % SLOTS;
        }
        self.filled = (self.filled + over).min(SLOTS);
        self.began = Some(began + SLOT * over as u32);
        self.highest = self.slots.iter().fold((0, 0), |highest, slot| highest_of(slot, highest));
    }
}

fn highest_of(slot: &PerLayer<u32>, mut highest: (u8, u8)) -> (u8, u8) {
    for (spatial, row) in slot.iter().enumerate() {
        for (temporal, _) in row.iter().enumerate().filter(|(_, bytes)| **bytes > 0) {
            highest = (highest.0.max(spatial as u8), highest.1.max(temporal as u8));
        }
    }
    highest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(spatial: u8, temporal: u8) -> FrameLayer {
        FrameLayer { spatial, temporal, ..FrameLayer::default() }
    }

    #[test]
    fn a_layer_costs_all_below_it() {
        let (start, mut rates) = (Instant::now(), LayerRates::default());
        for millis in (0..2000).step_by(10) {
            let now = start + Duration::from_millis(millis);
            rates.add(layer(0, 0), 100, now);
            rates.add(layer(0, 1), 50, now);
            rates.add(layer(2, 0), 1000, now);
        }
        let measured = rates.cumulative(start + Duration::from_secs(2));
        assert_eq!(measured[0], [80_000, 120_000, 120_000, 120_000]);
        assert_eq!(measured[1], [0; 4], "a layer that does not come");
        assert_eq!(measured[2][..2], [880_000, 920_000]);
        assert_eq!((rates.highest_spatial(), rates.highest_temporal()), (2, 1));
    }

    #[test]
    fn what_ended_is_forgotten_within_a_second() {
        let (start, mut rates) = (Instant::now(), LayerRates::default());
        rates.add(layer(1, 2), 1000, start);
        assert_eq!(rates.highest_spatial(), 1, "known at once");
        assert_eq!(rates.cumulative(start + Duration::from_millis(200))[1][2], 40_000);
        let later = start + Duration::from_millis(1300);
        assert_eq!(rates.cumulative(later), PerLayer::default());
        assert_eq!(rates.highest_spatial(), 0);
    }
}
