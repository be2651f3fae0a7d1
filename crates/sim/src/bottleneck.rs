//! A narrow way to one peer: packets wait in a queue in front of it, and what finds the queue full is lost.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tureen_rtp::rtcp::{RtcpWriter, TransportCcRecorder};
use tureen_rtp::{RtpHeader, extension};

/// Headers of IP and UDP, which take their time as well, bytes.
const OVERHEAD: u64 = 28;

/// Time between two feedback messages.
const FEEDBACK: Duration = Duration::from_millis(50);

/// A queue in front of a slow link. The peer behind it answers with transport-wide feedback.
pub struct Bottleneck {
    rate: u64,
    queue: Duration,
    delay: Duration,
    free_at: Instant,
    under_way: VecDeque<(Instant, Vec<u8>)>,
    began: Instant,
    arrivals: TransportCcRecorder,
    feedback_at: Instant,
}

impl Bottleneck {
    /// A link of `rate` bits per second, whose queue holds what passes in `queue`, and on which everything takes `delay`.
    pub fn new(now: Instant, rate: u64, queue: Duration, delay: Duration) -> Self {
        Self {
            rate,
            queue,
            delay,
            free_at: now,
            under_way: VecDeque::new(),
            began: now,
            arrivals: TransportCcRecorder::default(),
            feedback_at: now + FEEDBACK,
        }
    }

    /// From now on the link has this rate.
    pub fn set_rate(&mut self, rate: u64) {
        self.rate = rate;
    }

    /// Takes a datagram, unless the queue is full.
    pub fn send(&mut self, now: Instant, datagram: Vec<u8>) {
        let start = self.free_at.max(now);
        if start.saturating_duration_since(now) > self.queue {
            return;
        }
        let micros = (datagram.len() as u64 + OVERHEAD) * 8_000_000 / self.rate;
        self.free_at = start + Duration::from_micros(micros);
        self.under_way.push_back((self.free_at + self.delay, datagram));
    }

    /// The next datagram that has arrived by now, and its number is taken down (`id`: of the transport-wide number).
    pub fn poll(&mut self, now: Instant, id: u8) -> Option<Vec<u8>> {
        self.under_way.front().filter(|(at, _)| *at <= now)?;
        let (at, datagram) = self.under_way.pop_front()?;
        let number = RtpHeader::parse_untrusted(&datagram)
            .ok()
            .and_then(|header| header.extension(&datagram, id).and_then(extension::decode_transport_cc));
        if let Some(number) = number {
            self.arrivals.record(number, at.saturating_duration_since(self.began));
        }
        Some(datagram)
    }

    /// The feedback that is due.
    pub fn poll_feedback(&mut self, now: Instant) -> Option<Vec<u8>> {
        if now < self.feedback_at {
            return None;
        }
        self.feedback_at = now + FEEDBACK;
        let mut room = [0; 1200];
        let mut writer = RtcpWriter::new(&mut room);
        self.arrivals.build(1, 1, &mut writer).then(|| writer.bytes().to_vec())
    }
}
