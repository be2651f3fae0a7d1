use std::time::Duration;

use super::{ArrivalDelta, RtcpWriter, TransportCcHeader};
use crate::sequence::SequenceExtender;

/// Packets back from the highest whose arrival is known. Reports go out some 20 times a second, so that this is enough
/// for 40,000 packets a second from one peer. A power of two.
const WINDOW: usize = 2048;
/// Ticks of arrival times in a second, and nanoseconds in one.
const TICKS_PER_SECOND: u64 = 4000;
const NANOS_PER_TICK: u32 = 250_000;
/// One unit of the reference time (64 ms) is 256 ticks.
const REFERENCE_SHIFT: u32 = 8;

/// Collects arrival times and reports them to the sender of the packets, who estimates the bandwidth from them.
///
/// Every packet is reported at least once: as received, or as missing if one after it came. A packet that comes after it
/// was reported as missing is reported again, with all that follows it. Duplicates keep their first arrival. What falls
/// out of the window unreported is never reported.
///
/// A recorder allocates once, at the first packet: peers that send nothing cost nothing.
#[derive(Debug, Default)]
pub struct TransportCcRecorder {
    extender: SequenceExtender,
    window: Option<Box<Window>>,
    /// The first packet of the next report, extended.
    next: u64,
    feedback_count: u8,
}

/// Arrivals by the lower bits of the extended sequence number.
#[derive(Debug)]
struct Window {
    /// Highest sequence number so far, extended. It was received.
    highest: u64,
    received: [u64; WINDOW / 64],
    /// In ticks; they wrap together with the reference time of the wire, after 2^32.
    arrivals: [u32; WINDOW],
}

impl TransportCcRecorder {
    /// Notes that the packet with this transport-wide sequence number came at `arrival` since any fixed moment.
    pub fn record(&mut self, sequence: u16, arrival: Duration) {
        let sequence = self.extender.extend(sequence);
        let window = self.window.get_or_insert_with(|| {
            self.next = sequence;
            Box::new(Window { highest: sequence, received: [0; WINDOW / 64], arrivals: [0; WINDOW] })
        });
        window.advance(sequence);
        if window.insert(sequence, ticks(arrival)) {
            self.next = self.next.min(sequence);
        }
        self.next = self.next.max(window.oldest());
    }

    /// Whether [`Self::build`] has something to report.
    pub fn is_pending(&self) -> bool {
        self.window.as_ref().is_some_and(|window| self.next <= window.highest)
    }

    /// Appends one report to `writer`. `false` if there is nothing to report, or less room than
    /// [`super::TransportCc::MIN_ROOM`].
    ///
    /// Call it until it answers `false`: a report ends early for want of room, or before a packet that came more than
    /// 8 seconds earlier or later than the one before it.
    pub fn build(&mut self, sender_ssrc: u32, media_ssrc: u32, writer: &mut RtcpWriter<'_>) -> bool {
        let Some(window) = &self.window else { return false };
        let Some(first) = (self.next..=window.highest).find_map(|sequence| window.arrival(sequence)) else {
            return false;
        };
        let reference_time = first >> REFERENCE_SHIFT;
        let header = TransportCcHeader {
            sender_ssrc,
            media_ssrc,
            base_sequence: self.next as u16,
            reference_time,
            feedback_count: self.feedback_count,
        };
        let statuses = Statuses { window, sequence: self.next, previous: reference_time << REFERENCE_SHIFT };
        let count = writer.push_transport_cc(&header, statuses);
        if count == 0 {
            return false;
        }
        self.next += u64::from(count);
        self.feedback_count = self.feedback_count.wrapping_add(1);
        true
    }
}

impl Window {
    /// The first sequence number that has a place.
    fn oldest(&self) -> u64 {
        // Extended numbers start at 2^16 and reach 2^15 below their start at the least.
        self.highest + 1 - WINDOW as u64
    }

    /// Makes `sequence` the highest if it is higher, and forgets what falls out.
    fn advance(&mut self, sequence: u64) {
        let steps = sequence.saturating_sub(self.highest);
        if steps >= WINDOW as u64 {
            self.received.fill(0);
        } else {
            for entering in self.highest + 1..=sequence {
                let (word, bit) = place(entering);
                self.received[word] &= !bit;
            }
        }
        self.highest += steps;
    }

    /// Keeps an arrival; `false` for a duplicate and for a packet from before the window.
    fn insert(&mut self, sequence: u64, ticks: u32) -> bool {
        let (word, bit) = place(sequence);
        if sequence < self.oldest() || self.received[word] & bit != 0 {
            return false;
        }
        self.received[word] |= bit;
        self.arrivals[index(sequence)] = ticks;
        true
    }

    /// When a packet within the window came.
    fn arrival(&self, sequence: u64) -> Option<u32> {
        let (word, bit) = place(sequence);
        (self.received[word] & bit != 0).then(|| self.arrivals[index(sequence)])
    }
}

/// The packets from `sequence` on, up to the highest or to a delta that the wire cannot carry.
#[derive(Clone)]
struct Statuses<'a> {
    window: &'a Window,
    sequence: u64,
    previous: u32,
}

impl Iterator for Statuses<'_> {
    type Item = Option<ArrivalDelta>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.sequence > self.window.highest {
            return None;
        }
        let arrival = self.window.arrival(self.sequence);
        let delta = match arrival {
            Some(arrival) => Some(i16::try_from(arrival.wrapping_sub(self.previous) as i32).ok()?),
            None => None,
        };
        self.sequence += 1;
        self.previous = arrival.unwrap_or(self.previous);
        Some(delta.map(ArrivalDelta::from_ticks))
    }
}

fn index(sequence: u64) -> usize {
    sequence as usize & (WINDOW - 1)
}

/// Word and bit of a packet in [`Window::received`].
fn place(sequence: u64) -> (usize, u64) {
    (index(sequence) / 64, 1 << (sequence & 63))
}

fn ticks(since_epoch: Duration) -> u32 {
    let fraction = u64::from(since_epoch.subsec_nanos() / NANOS_PER_TICK);
    since_epoch.as_secs().wrapping_mul(TICKS_PER_SECOND).wrapping_add(fraction) as u32
}
