//! Estimator, pacer and allocation together over emulated links, in virtual time. One way takes 25 ms; reports come
//! every 50 ms. The source has three encodings of at most 150, 500 and 1700 kbit/s unless a test says otherwise.

mod simulation;

use simulation::{Flow, LinkConfig, Simulation};
use tureen_bwe::DataRate;

const SEEDS: std::ops::Range<u64> = 1..6;

fn on_link(kbps: u64, seed: u64, change: impl FnOnce(&mut LinkConfig)) -> Simulation {
    let mut config = LinkConfig::kbps(kbps);
    change(&mut config);
    Simulation::seeded(config, 1, seed)
}

/// An encoder that follows the budget up to `kbps`.
fn make_elastic(flow: &mut Flow, kbps: u64) {
    flow.source.elastic = Some(DataRate::from_kbps(kbps));
}

#[test]
fn a_fast_link_is_found_within_a_second() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |_| {});
        let flow = simulation.run_until(10.0).flow();
        let time = flow.time_until(0.0, 2000..4000).expect("found");
        assert!(time <= 1.0, "seed {seed}: {time} s");
        let delivered = flow.delivered(1.5, 10.0);
        assert!(delivered >= 1650, "seed {seed}: the best encoding, not {delivered} kbit/s");
        assert!(flow.queue_delay(1.5, 10.0) <= 60, "seed {seed}: {} ms", flow.queue_delay(1.5, 10.0));
    }
}

#[test]
fn a_slow_link_is_found_without_filling_it() {
    for seed in SEEDS {
        let mut simulation = on_link(250, seed, |link| link.queue = 1_000_000);
        let flow = simulation.run_until(30.0).flow();
        assert!((200..=280).contains(&flow.estimate(5.0, 30.0)), "seed {seed}: {}", flow.estimate(5.0, 30.0));
        assert!(flow.queue_delay(5.0, 30.0) <= 350, "seed {seed}: {} ms", flow.queue_delay(5.0, 30.0));
        assert!(flow.delivered(5.0, 30.0) >= 130, "seed {seed}: {}", flow.delivered(5.0, 30.0));
    }
}

#[test]
fn an_encoder_that_follows_uses_most_of_the_link() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |_| {});
        make_elastic(&mut simulation.flows[0], 8000);
        let flow = simulation.run_until(40.0).flow();
        assert!(flow.delivered(3.0, 40.0) >= 2450, "seed {seed}: {}", flow.delivered(3.0, 40.0));
        assert!(flow.queue_delay(3.0, 40.0) <= 300, "seed {seed}: {} ms", flow.queue_delay(3.0, 40.0));
    }
}

#[test]
fn a_link_that_narrows_and_widens_again_is_followed() {
    for seed in SEEDS {
        let mut simulation = on_link(2000, seed, |_| {});
        simulation.run_until(15.0);
        simulation.then(|link| link.rate = DataRate::from_kbps(300), 30.0);
        simulation.then(|link| link.rate = DataRate::from_kbps(2000), 45.0);
        let flow = simulation.flow();
        let settled = flow.time_until(15.0, 100..330).expect("settles");
        assert!(settled < 1.5, "seed {seed}: the estimate settles after {settled} s");
        assert!(flow.queue_delay(18.0, 30.0) <= 250, "seed {seed}: {} ms", flow.queue_delay(18.0, 30.0));
        assert!((150..=340).contains(&flow.estimate(18.0, 30.0)), "seed {seed}: {}", flow.estimate(18.0, 30.0));
        assert!(flow.delivered(18.0, 30.0) >= 90, "seed {seed}: {}", flow.delivered(18.0, 30.0));
        let regained = flow.time_until(30.0, 1600..3000).expect("regains");
        assert!(regained < 8.0, "seed {seed}: regained after {regained} s");
    }
}

#[test]
fn random_loss_costs_no_picture() {
    for (loss, least) in [(0.1, 1600), (0.2, 1600), (0.3, 1600)] {
        for seed in SEEDS {
            let mut simulation = on_link(3000, seed, |link| link.loss = loss);
            let flow = simulation.run_until(40.0).flow();
            assert!(flow.delivered(3.0, 40.0) >= least, "{loss}, seed {seed}: {}", flow.delivered(3.0, 40.0));
            let worst = (3..38).map(|at| flow.delivered(f64::from(at), f64::from(at + 2))).min().expect("many");
            assert!(worst >= 450, "{loss}, seed {seed}: {worst} kbit/s in the worst two seconds");
        }
    }
}

#[test]
fn loss_in_bursts_leaves_a_useful_rate() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |link| (link.loss, link.burst) = (0.3, 4.0));
        let flow = simulation.run_until(40.0).flow();
        assert!(flow.delivered(3.0, 40.0) >= 1100, "seed {seed}: {}", flow.delivered(3.0, 40.0));
    }
}

#[test]
fn loss_that_begins_in_a_call_is_accepted_after_an_experiment() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |_| {});
        simulation.run_until(10.0);
        simulation.then(|link| link.loss = 0.2, 40.0);
        let flow = simulation.flow();
        assert!(flow.delivered(10.0, 40.0) >= 1500, "seed {seed}: {}", flow.delivered(10.0, 40.0));
        let statistics = flow.estimator.statistics();
        assert!((0.1..0.3).contains(&statistics.random_loss), "seed {seed}: {statistics:?}");
    }
}

#[test]
fn loss_by_a_policer_ends_with_a_lower_rate() {
    for seed in SEEDS {
        // Congestion shows in losses only.
        let mut simulation = on_link(3000, seed, |link| (link.polices, link.queue) = (true, 100_000));
        make_elastic(&mut simulation.flows[0], 4000);
        simulation.run_until(10.0);
        simulation.then(|link| link.rate = DataRate::from_kbps(1000), 40.0);
        let flow = simulation.flow();
        assert!(flow.estimate(15.0, 40.0) <= 1400, "seed {seed}: {}", flow.estimate(15.0, 40.0));
        assert!(flow.delivered(15.0, 40.0) >= 750, "seed {seed}: {}", flow.delivered(15.0, 40.0));
    }
}

#[test]
fn jitter_does_not_collapse_the_rate() {
    for (jitter, least) in [(10_000, 1600), (30_000, 850)] {
        for seed in SEEDS {
            let mut simulation = on_link(3000, seed, |link| (link.delay, link.jitter) = (60_000, jitter));
            let flow = simulation.run_until(60.0).flow();
            assert!(flow.delivered(10.0, 60.0) >= least, "{jitter}, seed {seed}: {}", flow.delivered(10.0, 60.0));
            assert!(flow.estimate(10.0, 60.0) < 3300, "{jitter}, seed {seed}: {}", flow.estimate(10.0, 60.0));
        }
    }
}

#[test]
fn reordering_and_duplicates_change_nothing() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |link| (link.reorder, link.duplicate) = (0.05, 0.05));
        let flow = simulation.run_until(30.0).flow();
        assert!(flow.delivered(3.0, 30.0) >= 1450, "seed {seed}: {}", flow.delivered(3.0, 30.0));
    }
}

#[test]
fn lost_reports_change_nothing() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |_| {});
        simulation.feedback_loss = 0.3;
        let flow = simulation.run_until(30.0).flow();
        assert!(flow.delivered(3.0, 30.0) >= 1450, "seed {seed}: {}", flow.delivered(3.0, 30.0));
    }
}

#[test]
fn a_link_that_returns_after_eight_seconds_is_used_again() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |_| {});
        simulation.run_until(15.0);
        simulation.then(|link| link.loss = 1.0, 23.0);
        let sent = simulation.flow().trace.iter().filter(|(sent, ..)| *sent >= 18_000_000).map(|(_, bytes, _)| bytes);
        assert!(sent.sum::<u64>() * 8 / 5000 <= 150, "seed {seed}: a path that is away is not filled");
        simulation.then(|link| link.loss = 0.0, 35.0);
        let flow = simulation.flow();
        let regained = flow.time_until(23.0, 1600..4000).expect("regains");
        assert!(regained <= 2.0, "seed {seed}: {regained} s");
        let audio = flow.trace.iter().find(|(sent, _, arrival)| *sent >= 23_000_000 && arrival.is_some());
        assert!(audio.is_some_and(|(sent, ..)| *sent < 23_100_000), "seed {seed}: audio goes on at once");
        assert!(flow.delivered(27.0, 35.0) >= 1600, "seed {seed}: {}", flow.delivered(27.0, 35.0));
    }
}

#[test]
fn demand_after_a_quiet_time_is_met_soon() {
    for seed in SEEDS {
        let mut simulation = on_link(3000, seed, |_| {});
        simulation.flows[0].source.scale = 0.1;
        simulation.run_until(20.0);
        assert!(simulation.flow().probes <= 2, "what suffices is not probed beyond");
        simulation.flows[0].source.scale = 1.0;
        let flow = simulation.run_until(35.0).flow();
        assert!(flow.delivered(24.0, 35.0) >= 1600, "seed {seed}: {}", flow.delivered(24.0, 35.0));
    }
}

#[test]
fn two_flows_share_a_link() {
    for seed in SEEDS {
        let mut simulation = Simulation::seeded(LinkConfig::kbps(3000), 2, seed);
        simulation.flows.iter_mut().for_each(|flow| make_elastic(flow, 5000));
        simulation.run_until(60.0);
        let [first, second] = [0, 1].map(|index| simulation.flows[index].delivered(10.0, 60.0));
        assert!(first <= 2 * second && second <= 2 * first, "seed {seed}: {first} and {second}");
        assert!(first + second >= 2450, "seed {seed}: {first} and {second}");
        assert!(simulation.flow().queue_delay(10.0, 60.0) <= 310, "seed {seed}");
    }
}

#[test]
fn a_late_flow_gets_its_share() {
    for seed in SEEDS {
        let mut simulation = Simulation::seeded(LinkConfig::kbps(3000), 2, seed);
        make_elastic(&mut simulation.flows[0], 5000);
        // Silent but for audio.
        make_elastic(&mut simulation.flows[1], 0);
        simulation.run_until(15.0);
        make_elastic(&mut simulation.flows[1], 5000);
        simulation.run_until(60.0);
        let [first, second] = [0, 1].map(|index| simulation.flows[index].delivered(25.0, 60.0));
        assert!(first <= 2 * second && second <= 2 * first, "seed {seed}: {first} and {second}");
    }
}
