//! A call in virtual time: one or more flows over one link that loses, delays, reorders and fills.
#![allow(dead_code, unused_imports, reason = "each test program uses a part of it")]

mod flow;
mod link;
mod random;
mod receiver;
mod source;

use std::time::Instant;

pub use flow::Flow;
pub use link::{Link, LinkConfig};
pub use random::Random;
pub use receiver::{Feedback, Receiver};

const TICK: u64 = 1000;

pub struct Simulation {
    pub link: Link,
    pub flows: Vec<Flow>,
    pub feedback_loss: f64,
    now: u64,
    random: Random,
}

impl Simulation {
    pub fn new(config: LinkConfig, flows: u64) -> Self {
        Self::seeded(config, flows, 1)
    }

    pub fn seeded(config: LinkConfig, flows: u64, seed: u64) -> Self {
        let began = Instant::now();
        Self {
            link: Link::new(config, seed),
            flows: (0..flows).map(|index| Flow::new(began, seed * 31 + index)).collect(),
            feedback_loss: 0.0,
            now: 0,
            random: Random::new(seed + 99),
        }
    }

    /// Runs until this time, seconds since the start.
    pub fn run_until(&mut self, seconds: f64) -> &mut Self {
        let end = (seconds * 1e6) as u64;
        let Self { link, flows, feedback_loss, now, random } = self;
        while *now < end {
            for flow in flows.iter_mut() {
                flow.tick(*now, link, &mut || random.unit() < *feedback_loss);
            }
            *now += TICK;
        }
        self
    }

    /// Runs with a changed link until this time.
    pub fn then(&mut self, change: impl FnOnce(&mut LinkConfig), seconds: f64) -> &mut Self {
        change(&mut self.link.config);
        self.run_until(seconds)
    }

    pub fn flow(&self) -> &Flow {
        &self.flows[0]
    }
}
