use crate::rate::DataRate;

/// Spatial layers of a stream at most.
pub const SPATIAL_LAYERS: usize = 4;
/// Temporal layers of a stream at most.
pub const TEMPORAL_LAYERS: usize = 4;

/// A simulcast encoding or spatial layer, and the temporal layers within it up to this one. Both count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layer {
    /// Encoding or spatial layer.
    pub spatial: u8,
    /// Temporal layer.
    pub temporal: u8,
}

/// What it costs to forward a stream at each layer, with everything that it depends on: `rates[spatial][temporal]`.
/// Zero: this layer does not flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerRates(pub [[DataRate; TEMPORAL_LAYERS]; SPATIAL_LAYERS]);

impl LayerRates {
    /// The rate at a layer; zero outside the table.
    pub fn at(&self, layer: Layer) -> DataRate {
        let row = self.0.get(usize::from(layer.spatial));
        row.and_then(|row| row.get(usize::from(layer.temporal))).copied().unwrap_or(DataRate::ZERO)
    }

    /// The layers worth choosing, up to `max` in either direction, from the least to the best. Each costs more than the
    /// one before. The base frame rate of an upper spatial layer is left out where that layer has more: few sharp
    /// pictures are worse than many smaller ones.
    pub(crate) fn ladder(&self, max: Layer) -> impl Iterator<Item = (Layer, DataRate)> {
        let lowest = self.0.iter().position(|row| row.iter().any(|rate| *rate > DataRate::ZERO)).unwrap_or(0);
        let spatials = lowest..=usize::from(max.spatial).min(SPATIAL_LAYERS - 1);
        let last = usize::from(max.temporal).min(TEMPORAL_LAYERS - 1);
        let steps = spatials.flat_map(move |spatial| {
            let row = &self.0[spatial];
            let has_more = row[1..=last.max(1)].iter().take(last).any(|rate| *rate > DataRate::ZERO);
            let from = usize::from(spatial > lowest && has_more);
            (from..=last)
                .map(move |temporal| (Layer { spatial: spatial as u8, temporal: temporal as u8 }, row[temporal]))
        });
        steps
            .scan(DataRate::ZERO, |reached, step| {
                let dearer = step.1 > *reached;
                *reached = step.1.max(*reached);
                Some(dearer.then_some(step))
            })
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KBPS: fn(u64) -> DataRate = DataRate::from_kbps;

    fn ladder(rates: &[[u64; 4]], max: (u8, u8)) -> Vec<(u8, u8, u64)> {
        let mut table = LayerRates::default();
        for (row, given) in table.0.iter_mut().zip(rates) {
            *row = given.map(KBPS);
        }
        let max = Layer { spatial: max.0, temporal: max.1 };
        table.ladder(max).map(|(layer, rate)| (layer.spatial, layer.temporal, rate.bps() / 1000)).collect()
    }

    #[test]
    fn steps_rise_in_cost_and_skip_few_sharp_pictures() {
        let rates = [[80, 110, 150, 0], [250, 350, 500, 0], [800, 1200, 1700, 0]];
        let all = [(0, 0, 80), (0, 1, 110), (0, 2, 150), (1, 1, 350), (1, 2, 500), (2, 1, 1200), (2, 2, 1700)];
        assert_eq!(ladder(&rates, (3, 3)), all);
        assert_eq!(ladder(&rates, (1, 1)), [(0, 0, 80), (0, 1, 110), (1, 1, 350)]);
        assert_eq!(ladder(&rates, (1, 0)), [(0, 0, 80), (1, 0, 250)]);
    }

    #[test]
    fn what_does_not_flow_is_no_step() {
        assert_eq!(ladder(&[], (3, 3)), []);
        assert_eq!(ladder(&[[0; 4], [300, 0, 0, 0], [900, 0, 0, 0]], (3, 3)), [(1, 0, 300), (2, 0, 900)]);
        assert_eq!(ladder(&[[0; 4], [300, 0, 0, 0]], (0, 3)), [], "only above the highest allowed");
        assert_eq!(ladder(&[[200, 0, 0, 0], [150, 0, 0, 0]], (3, 3)), [(0, 0, 200)], "cheaper is not better");
    }
}
