use super::random::Random;
use tureen_bwe::{DataRate, Layer, LayerRates, StreamDemand};

const FRAME: u64 = 33_333;
const PACKET: u64 = 1150;
/// kbit/s of three encodings at 7.5, 15 and 30 frames per second.
const RATES: [[u64; 3]; 3] = [[80, 110, 150], [280, 380, 500], [950, 1300, 1700]];
const KEY_FRAME: f64 = 5.0;

/// Three encodings of one camera, of which one is forwarded.
pub struct Source {
    random: Random,
    next_frame: u64,
    frame: u64,
    pub layer: Option<Layer>,
    /// Instead of layers, an encoder that follows the budget, up to this rate.
    pub elastic: Option<DataRate>,
    pub budget: DataRate,
    /// Multiplies all rates.
    pub scale: f64,
}

impl Source {
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            next_frame: 0,
            frame: 0,
            layer: None,
            elastic: None,
            budget: DataRate::ZERO,
            scale: 1.0,
        }
    }

    pub fn demand(&self) -> StreamDemand {
        let mut rates = LayerRates::default();
        for (row, given) in rates.0.iter_mut().zip(RATES) {
            row[..3].copy_from_slice(&given.map(|kbps| DataRate::from_kbps(kbps).scaled(self.scale)));
        }
        StreamDemand { id: 1, priority: 0, max: Layer { spatial: 2, temporal: 2 }, rates }
    }

    /// Switches, with a key frame to come.
    pub fn select(&mut self, layer: Option<Layer>) {
        if layer.map(|layer| layer.spatial) != self.layer.map(|layer| layer.spatial) {
            self.frame = 0;
        }
        self.layer = layer;
    }

    /// The packets, in bytes, of the frames that are due.
    pub fn packets(&mut self, now: u64, out: &mut impl Extend<u64>) {
        while self.next_frame <= now {
            self.next_frame += FRAME;
            let index = self.frame;
            self.frame += 1;
            if let Some(max) = self.elastic {
                let size = (self.budget.min(max).bps() as f64 / 240.0 * (0.75 + 0.5 * self.random.unit())) as u64;
                let count = size.div_ceil(PACKET).max(1);
                out.extend((0..count).map(|_| (size / count).max(50)));
                continue;
            }
            let Some(layer) = self.layer else { continue };
            let temporal = [0, 2, 1, 2][index as usize % 4];
            if temporal > layer.temporal {
                continue;
            }
            // A frame of temporal layer t has what that layer adds, shared among its frames.
            let row = RATES[usize::from(layer.spatial)];
            let [base, middle, top] =
                [row[0] as f64 / 7.5, (row[1] - row[0]) as f64 / 7.5, (row[2] - row[1]) as f64 / 15.0];
            let kilobits = [base, middle, top][usize::from(temporal)];
            let noise = 0.75 + 0.5 * self.random.unit();
            let size = kilobits * 125.0 * self.scale * noise * if index == 0 { KEY_FRAME } else { 1.0 };
            let size = size as u64;
            let count = size.div_ceil(PACKET).max(1);
            out.extend((0..count).map(|_| (size / count).max(50) + 50));
        }
    }
}
