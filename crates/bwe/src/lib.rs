//! Congestion control for what is sent to one subscriber transport: how much ([`BandwidthEstimator`]), when ([`Pacer`]), and
//! of which streams which layers ([`Allocator`]).
//!
//! Sans I/O: times are handed in, nothing here reads a clock. After warm-up nothing allocates per packet.

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
