//! What is counted between two orders to tell.

use std::time::Instant;

use crate::clock;
use crate::latency::Latency;
use crate::messages::Tallied;

/// Counts of all participants together.
pub struct Tally {
    /// RTP packets that came, retransmissions apart.
    pub packets: u64,
    /// Bytes of them, SRTP included.
    pub bytes: u64,
    /// Retransmissions that came.
    pub rtx_packets: u64,
    /// RTP packets that came for no expected stream.
    pub strays: u64,
    /// Packets that were asked for again.
    pub nacks: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Packets that failed authentication.
    pub unauthentic: u64,
    /// RTP packets sent, retransmissions apart.
    pub published: u64,
    /// Retransmissions sent.
    pub repaired: u64,
    /// Key frames that the server asked for.
    pub key_frame_requests: u64,
    /// Datagrams that the kernel did not take.
    pub unsent: u64,
    /// From a publisher's send to the arrival in the viewer's kernel, of the packets that were decrypted.
    pub latency: Latency,
    /// How late publishers were: the program's own hurry.
    pub lateness: Latency,
    since: Instant,
    cpu_seconds: f64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            packets: 0,
            bytes: 0,
            rtx_packets: 0,
            strays: 0,
            nacks: 0,
            lost: 0,
            unauthentic: 0,
            published: 0,
            repaired: 0,
            key_frame_requests: 0,
            unsent: 0,
            latency: Latency::default(),
            lateness: Latency::default(),
            since: Instant::now(),
            cpu_seconds: clock::cpu_seconds(),
        }
    }
}

impl Tally {
    /// The counts so far; counting starts anew. Streams are the caller's to count.
    pub fn take(&mut self, now: Instant, expected_streams: usize, flowing_streams: usize) -> Tallied {
        let before = std::mem::take(self);
        self.since = now;
        Tallied {
            seconds: now.saturating_duration_since(before.since).as_secs_f64(),
            cpu_seconds: self.cpu_seconds - before.cpu_seconds,
            expected_streams,
            flowing_streams,
            packets: before.packets,
            bytes: before.bytes,
            rtx_packets: before.rtx_packets,
            strays: before.strays,
            nacks: before.nacks,
            lost: before.lost,
            unauthentic: before.unauthentic,
            published: before.published,
            repaired: before.repaired,
            key_frame_requests: before.key_frame_requests,
            unsent: before.unsent,
            latency_us: before.latency.percentiles(),
            lateness_us: before.lateness.percentiles(),
        }
    }
}
