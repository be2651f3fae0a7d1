use crate::rate::DataRate;

/// Observations that are weighed: about six seconds of a quarter each.
const WINDOW: usize = 24;
/// The weight of an observation against the one after it.
const AGEING: f64 = 0.93;
/// Losses come in runs. Treating them as independent would find meaning in chance, so evidence is divided by a run's
/// length.
const DISPERSION: f64 = 4.0;
/// How much more likely a capacity must make what was seen than chance alone does, as the difference of logarithms.
const EVIDENCE: f64 = 3.0;
/// Random loss beyond this is not believed in.
const MAX_RANDOM: f64 = 0.5;
/// Steps between the capacities that are tried, and their number: from the highest observed rate down to a fifth of it.
const STEP: f64 = 0.92;
const CANDIDATES: usize = 20;

/// Packets of about a quarter of a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Observation {
    pub rate: DataRate,
    pub packets: u32,
    pub lost: u32,
}

/// What explains the observations best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Explanation {
    /// The share that is lost at any rate.
    pub random: f64,
    /// The rate beyond which everything is lost, if that explains more than chance.
    pub capacity: Option<DataRate>,
}

/// Tells loss by chance from loss by congestion. A path of capacity `c` that also loses the share `p` at random loses
/// of a rate `r` the share `p + (1 - p) * max(0, 1 - c / r)`. Among some capacities, and none at all, the one wins that
/// makes what was observed most likely.
///
/// Loss that is the same at different rates thus speaks for chance, and loss that comes and goes with the rate for a
/// capacity. While the rate is constant nothing speaks for either, and chance is believed.
#[derive(Debug)]
pub(crate) struct LossModel {
    observations: [Observation; WINDOW],
    count: usize,
    next: usize,
}

impl Default for LossModel {
    fn default() -> Self {
        Self { observations: [Observation::default(); WINDOW], count: 0, next: 0 }
    }
}

impl LossModel {
    pub fn add(&mut self, observation: Observation) {
        self.observations[self.next] = observation;
        self.next = (self.next + 1) % WINDOW;
        self.count = (self.count + 1).min(WINDOW);
    }

    /// Forgets all but the last observations.
    pub fn keep(&mut self, count: usize) {
        self.count = self.count.min(count);
    }

    /// The last observations, newest first.
    pub fn latest(&self, count: usize) -> impl Iterator<Item = &Observation> {
        let newest = self.next + WINDOW - 1;
        (0..count.min(self.count)).map(move |age| &self.observations[(newest - age) % WINDOW])
    }

    /// The share of packets lost in the last observations.
    pub fn loss(&self, count: usize) -> f64 {
        let sum = |value: fn(&Observation) -> u32| self.latest(count).map(|each| f64::from(value(each))).sum::<f64>();
        sum(|each| each.lost) / sum(|each| each.packets).max(1.0)
    }

    /// The mean rate of the last observations.
    pub fn rate(&self, count: usize) -> Option<DataRate> {
        let (sum, found) = self.latest(count).fold((0, 0), |(sum, found), each| (sum + each.rate.bps(), found + 1));
        (found > 0).then(|| DataRate::from_bps(sum / found.max(1)))
    }

    pub fn explain(&self) -> Explanation {
        let chance = self.random_loss(f64::INFINITY);
        let chance_alone = self.likelihood(f64::INFINITY, chance);
        if self.highest_likelihood() <= chance_alone + EVIDENCE {
            // No explanation can be so much better; mostly nothing was lost at all.
            return Explanation { random: chance, capacity: None };
        }
        let highest = self.latest(WINDOW).map(|each| each.rate.bps()).max().unwrap_or(0) as f64;
        let mut best = (chance_alone + EVIDENCE, Explanation { random: chance, capacity: None });
        let mut capacity = highest;
        for _ in 0..CANDIDATES {
            capacity *= STEP;
            let random = self.random_loss(capacity);
            let likelihood = self.likelihood(capacity, random);
            if likelihood > best.0 {
                best = (likelihood, Explanation { random, capacity: Some(DataRate::from_bps(capacity as u64)) });
            }
        }
        best.1
    }

    /// The random loss that explains what the capacity does not, by moments.
    fn random_loss(&self, capacity: f64) -> f64 {
        let (mut lost, mut passed) = (0.0, 0.0);
        for (each, weight) in self.weighted() {
            let congestion = congestion_loss(each.rate, capacity);
            lost += weight * (f64::from(each.lost) - f64::from(each.packets) * congestion);
            passed += weight * f64::from(each.packets) * (1.0 - congestion);
        }
        if passed > 0.0 { (lost / passed).clamp(0.0, MAX_RANDOM) } else { 0.0 }
    }

    /// The logarithm of how likely the losses are.
    fn likelihood(&self, capacity: f64, random: f64) -> f64 {
        self.likelihood_of(|each| random + (1.0 - random) * congestion_loss(each.rate, capacity))
    }

    /// The same for an explanation that fits each observation exactly.
    fn highest_likelihood(&self) -> f64 {
        self.likelihood_of(|each| f64::from(each.lost) / f64::from(each.packets.max(1)))
    }

    fn likelihood_of(&self, expected: impl Fn(&Observation) -> f64) -> f64 {
        let each = self.weighted().map(|(each, weight)| {
            let expected = expected(each).clamp(0.005, 0.98);
            let arrived = f64::from(each.packets - each.lost.min(each.packets));
            weight * (f64::from(each.lost) * expected.ln() + arrived * (1.0 - expected).ln())
        });
        each.sum::<f64>() / DISPERSION
    }

    fn weighted(&self) -> impl Iterator<Item = (&Observation, f64)> {
        self.latest(WINDOW).scan(1.0, |weight, each| {
            let this = *weight;
            *weight *= AGEING;
            Some((each, this))
        })
    }
}

fn congestion_loss(rate: DataRate, capacity: f64) -> f64 {
    (1.0 - capacity / (rate.bps() as f64).max(1.0)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(observations: &[(u64, u32, u32)]) -> Explanation {
        let mut model = LossModel::default();
        for (kbps, packets, lost) in observations {
            model.add(Observation { rate: DataRate::from_kbps(*kbps), packets: *packets, lost: *lost });
        }
        model.explain()
    }

    #[test]
    fn loss_that_does_not_depend_on_the_rate_is_chance() {
        let steady = explain(&[(1000, 30, 6); 20]);
        assert!(steady.capacity.is_none() && (0.19..0.21).contains(&steady.random), "{steady:?}");
        let varied: Vec<_> = (0..20).map(|index| (700 + 60 * index, 40, 8 + index as u32 % 3)).collect();
        assert!(explain(&varied).capacity.is_none());
        assert_eq!(explain(&[]), Explanation { random: 0.0, capacity: None });
    }

    #[test]
    fn loss_that_comes_with_the_rate_is_a_capacity() {
        let mut observations = vec![(800, 40, 0); 8];
        observations.extend([(2000, 60, 30); 8]);
        let found = explain(&observations);
        let capacity = found.capacity.expect("found").bps() / 1000;
        assert!((850..1150).contains(&capacity) && found.random < 0.03, "{found:?}");
    }

    #[test]
    fn both_can_be_told_apart() {
        let mut observations = vec![(800, 40, 4); 10];
        observations.extend([(2000, 80, 44); 10]);
        let found = explain(&observations);
        let capacity = found.capacity.expect("found").bps() / 1000;
        assert!((850..1150).contains(&capacity), "{found:?}");
        assert!((0.05..0.15).contains(&found.random), "{found:?}");
    }
}
