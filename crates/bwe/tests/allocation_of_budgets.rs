//! What holds for every allocation of a budget.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use tureen_bwe::{Allocation, AllocationState, Allocator, DataRate, Layer, LayerRates, StreamDemand, wanted};

prop_compose! {
    fn demand()(
        priority in 0..8_u8, spatial in 0..4_u8, temporal in 0..4_u8,
        table in vec(vec(prop_oneof![1 => Just(0), 3 => 10..3000_u64], 4), 4),
    ) -> StreamDemand {
        let mut rates = LayerRates::default();
        for (row, given) in rates.0.iter_mut().zip(table) {
            for (rate, kbps) in row.iter_mut().zip(given) {
                *rate = DataRate::from_kbps(kbps);
            }
        }
        StreamDemand { id: 0, priority, max: Layer { spatial, temporal }, rates }
    }
}

fn demands() -> impl Strategy<Value = Vec<StreamDemand>> {
    vec(demand(), 0..12).prop_map(|mut streams| {
        for (id, stream) in (0..).zip(&mut streams) {
            stream.id = id * 7 % 13;
        }
        streams
    })
}

fn fresh(streams: &[StreamDemand], kbps: u64) -> Vec<Allocation> {
    let mut out = Vec::new();
    Allocator::default().allocate(Instant::now(), streams, DataRate::from_kbps(kbps), &mut out);
    out
}

fn sum(out: &[Allocation]) -> DataRate {
    out.iter().fold(DataRate::ZERO, |sum, allocation| sum + allocation.rate)
}

fn check(streams: &[StreamDemand], out: &[Allocation], budget: DataRate) -> Result<(), TestCaseError> {
    prop_assert_eq!(out.len(), streams.len());
    prop_assert!(sum(out) <= budget);
    for (stream, allocation) in streams.iter().zip(out) {
        prop_assert_eq!(stream.id, allocation.id);
        if let Some(target) = allocation.target {
            prop_assert!(target.spatial <= stream.max.spatial && target.temporal <= stream.max.temporal);
            prop_assert_eq!(stream.rates.at(target), allocation.rate);
            prop_assert!(allocation.rate > DataRate::ZERO, "only what flows is chosen");
            prop_assert!(matches!(allocation.state, AllocationState::Full | AllocationState::Limited));
        } else {
            prop_assert_eq!(allocation.rate, DataRate::ZERO);
            let idle = wanted(std::slice::from_ref(stream)) == DataRate::ZERO;
            let expected = if idle { AllocationState::Idle } else { AllocationState::Paused };
            prop_assert_eq!(allocation.state, expected);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn budgets_and_limits_hold_over_time(streams in demands(), budgets in vec((0..8000_u64, 0..4000_u64), 1..20)) {
        let (mut allocator, mut now, mut out) = (Allocator::default(), Instant::now(), Vec::new());
        let mut twin = Allocator::default();
        for (budget, millis) in budgets {
            now += Duration::from_millis(millis);
            let budget = DataRate::from_kbps(budget);
            allocator.allocate(now, &streams, budget, &mut out);
            check(&streams, &out, budget)?;
            let mut again = Vec::new();
            twin.allocate(now, &streams, budget, &mut again);
            prop_assert_eq!(&out, &again, "deterministic");
        }
    }

    #[test]
    fn enough_for_all_is_the_best_for_all(streams in demands()) {
        let budget = wanted(&streams).scaled(1.2) + DataRate::from_kbps(1);
        let out = fresh(&streams, budget.bps().div_ceil(1000));
        let is_best = |state| matches!(state, AllocationState::Full | AllocationState::Idle);
        prop_assert!(out.iter().all(|allocation| is_best(allocation.state)));
        prop_assert_eq!(sum(&out), wanted(&streams));
    }

    #[test]
    fn one_stream_gets_no_less_of_a_larger_budget(stream in demand(), less in 0..5000_u64, more in 0..5000_u64) {
        let [small, large] = [less, less + more].map(|kbps| fresh(std::slice::from_ref(&stream), kbps)[0].target);
        prop_assert!(small <= large);
    }

    #[test]
    fn the_most_important_is_paused_last(streams in demands(), budget in 0..3000_u64, more in 0..3000_u64) {
        let Some(top) = streams.iter().map(|stream| stream.priority).max() else { return Ok(()) };
        let first = streams.iter().position(|stream| stream.priority == top).expect("there is one");
        let [small, large] = [budget, budget + more].map(|kbps| fresh(&streams, kbps));
        prop_assert!(small[first].target.is_none() || large[first].target.is_some());
        // Somebody runs only if it does not fit by itself.
        if small[first].state == AllocationState::Paused {
            let alone = fresh(&streams[first..=first], budget);
            prop_assert_eq!(alone[0].state, AllocationState::Paused);
        }
    }

    #[test]
    fn nothing_is_raised_while_a_stream_is_paused_that_would_fit_instead(streams in demands(), budget in 0..6000_u64) {
        let out = fresh(&streams, budget);
        let lowest = |stream: &StreamDemand| {
            let mut room = 0;
            loop {
                // The least budget at which a stream runs by itself, to 10 kbit/s.
                if fresh(std::slice::from_ref(stream), room)[0].target.is_some() {
                    return DataRate::from_kbps(room);
                }
                room += 10;
            }
        };
        let used = sum(&out);
        for (stream, allocation) in streams.iter().zip(&out) {
            if allocation.state == AllocationState::Paused {
                prop_assert!(used + lowest(stream).scaled(1.0) > DataRate::from_kbps(budget).scaled(0.88));
            }
        }
    }
}
