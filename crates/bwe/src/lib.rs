//! Congestion control for what is sent to one subscriber transport: how much ([`BandwidthEstimator`]), when ([`Pacer`]),
//! and of which streams which layers ([`Allocator`]).
//!
//! Sans I/O: times are handed in, nothing here reads a clock. After warm-up nothing allocates per packet.
//!
//! What the owner of a transport does:
//!
//! ```
//! # use std::time::{Duration, Instant};
//! # use tureen_bwe::*;
//! # let (mut now, streams, audio) = (Instant::now(), [], DataRate::from_kbps(50));
//! let mut estimator = BandwidthEstimator::new(now, EstimatorConfig::default());
//! let (mut pacer, mut allocator, mut targets) = (Pacer::new(estimator.estimate()), Allocator::default(), Vec::new());
//!
//! // When streams, their rates or the estimate changed, and a few times a second: share what is left after audio and after
//! // what losses will cost in retransmissions.
//! estimator.set_wanted(wanted(&streams) + audio);
//! let budget = estimator.estimate().scaled(1.0 - estimator.statistics().loss) - audio;
//! allocator.allocate(now, &streams, budget, &mut targets);
//!
//! // After each report and when a deadline has come.
//! if estimator.deadline().is_some_and(|deadline| deadline <= now) {
//!     estimator.handle_timeout(now);
//! }
//! pacer.set_rate(estimator.estimate());
//! if let Some(cluster) = estimator.poll_probe(now) {
//!     pacer.begin_probe(now, cluster);
//! }
//!
//! // Send what waits, audio first and whether it may or not; then retransmissions, video, data; padding for probes only.
//! # let (mut sequence, mut packets) = (0_u16, vec![1200_usize; 3]);
//! while pacer.may_send(now) {
//!     let Some(bytes) = packets.pop().or(pacer.wants_padding(now).then_some(1000)) else { break };
//!     estimator.on_sent(now, sequence, bytes, pacer.probe());
//!     pacer.on_sent(now, bytes);
//!     sequence = sequence.wrapping_add(1);
//! }
//! let wake_at = pacer.next_release(now).min(estimator.deadline().unwrap_or(now + Duration::from_secs(1)));
//!
//! // A transport-wide report: reference time, and (sequence number, microseconds after the packet before).
//! # now += Duration::from_millis(50);
//! estimator.on_feedback(now, 7, [(0, Some(30_000)), (1, None), (2, Some(250))].into_iter());
//! ```

mod allocation;
mod application_limited;
mod arrival_groups;
mod config;
mod delay_control;
mod estimator;
mod layers;
mod loss_control;
mod loss_model;
mod pacer;
mod probe;
mod rate;
mod rate_meter;
mod reference_clock;
mod remb;
mod send_history;
mod silence;
mod standing_queue;
mod trendline;

pub use allocation::{Allocation, AllocationState, Allocator, StreamDemand, wanted};
pub use config::EstimatorConfig;
pub use estimator::{BandwidthEstimator, EstimatorStatistics};
pub use layers::{Layer, LayerRates, SPATIAL_LAYERS, TEMPORAL_LAYERS};
pub use pacer::Pacer;
pub use probe::{ProbeCluster, ProbeId};
pub use rate::DataRate;
pub use trendline::Usage;
