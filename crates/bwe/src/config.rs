use crate::rate::DataRate;

/// The bounds of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimatorConfig {
    /// Assumed before the first report. The default, 600 kbit/s, is audio and a small picture, which nearly every
    /// access carries, and a third of the first probe.
    pub start: DataRate,
    /// Never less: by default 50 kbit/s, one Opus stream with its headers. Less is no call.
    pub min: DataRate,
    /// Never more: by default 20 Mbit/s, at which the history of sent packets still holds a second.
    pub max: DataRate,
}

impl Default for EstimatorConfig {
    fn default() -> Self {
        Self { start: DataRate::from_kbps(600), min: DataRate::from_kbps(50), max: DataRate::from_kbps(20_000) }
    }
}

impl EstimatorConfig {
    /// Within the bounds. Bounds that contradict each other do not panic; the upper one holds.
    pub(crate) fn bound(&self, rate: DataRate) -> DataRate {
        rate.max(self.min).min(self.max)
    }
}
