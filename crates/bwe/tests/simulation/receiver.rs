use std::collections::BTreeMap;

const TICK: i64 = 250;
const REFERENCE: i64 = 64_000;

/// One report: reference time and statuses with the time since the packet before, as on the wire.
#[derive(Clone)]
pub struct Feedback {
    pub reference_time: u32,
    pub statuses: Vec<(u16, Option<i32>)>,
}

/// A peer that reports arrivals every 50 ms. Its clock is about to wrap.
#[derive(Default)]
pub struct Receiver {
    arrivals: BTreeMap<u64, u64>,
    next: u64,
    highest: Option<u64>,
}

impl Receiver {
    /// `sequence` is extended; the wire carries its lower 16 bits.
    pub fn receive(&mut self, sequence: u64, arrival: u64) {
        if self.highest.is_none() {
            self.next = sequence;
        }
        if self.arrivals.contains_key(&sequence) {
            return;
        }
        self.arrivals.insert(sequence, arrival);
        self.next = self.next.min(sequence);
        self.highest = self.highest.max(Some(sequence));
        while self.arrivals.len() > 4000 {
            self.arrivals.pop_first();
        }
    }

    pub fn report(&mut self) -> Option<Feedback> {
        let highest = self.highest.filter(|highest| *highest >= self.next)?;
        let ticks = |arrival: u64| (arrival as i64 + 0xff_ff00 * REFERENCE) / TICK;
        let first = self.arrivals.range(self.next..).next().map(|(_, at)| ticks(*at))?;
        let reference_time = first * TICK / REFERENCE;
        let mut previous = reference_time * REFERENCE / TICK;
        let statuses = (self.next..=highest).map(|sequence| {
            let delta = self.arrivals.get(&sequence).map(|at| {
                let delta = ticks(*at) - previous;
                previous = ticks(*at);
                (delta * TICK) as i32
            });
            (sequence as u16, delta)
        });
        let statuses = statuses.collect();
        self.next = highest + 1;
        Some(Feedback { reference_time: reference_time as u32 & 0xff_ffff, statuses })
    }
}
