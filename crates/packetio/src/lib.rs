//! The only crate with I/O: UDP sockets in batches, and the threads of the shards.
//!
//! Receiving is `recvmmsg` into buffers that are swapped, sending is `sendmmsg` of runs for UDP segmentation offload.
//! Linux only.

mod core;
mod gso;
mod junction;
mod kernel;
mod links;
mod load;
mod messages;
mod order;
mod priority;
mod receive;
mod runs;
mod send;
mod settings;
mod shard_thread;
mod socket;
mod socket_name;
mod steering;
mod wake;

pub use crate::core::Core;
pub use gso::probe_gso;
pub use junction::EGRESS_CAPACITY;
pub use receive::ReceiveBatch;
pub use send::{SendReport, Sender};
pub use settings::{CoreSettings, Listen};
pub use socket::UdpSocket;
