//! One RTP stream that a participant receives: what is missing of it, and what it reports.

use std::time::Duration;

use tureen_rtp::RtpHeader;
use tureen_rtp::receiver::ReceptionStats;
use tureen_rtp::rtcp::ReportBlock;
use tureen_rtp::sequence::SequenceExtender;
use tureen_srtp::InboundStream;

use crate::messages::Incoming;

/// Missing packets that are remembered.
const MAX_MISSING: usize = 256;
/// Time between two requests for the same packet.
const REPEAT: Duration = Duration::from_millis(60);
/// Requests for one packet.
const MAX_REQUESTS: u8 = 10;

struct Missing {
    sequence: u64,
    /// The next request, in time since the Unix epoch.
    due: Duration,
    requests: u8,
}

/// A stream.
pub struct ReceivedStream {
    /// What the description says of it.
    pub incoming: Incoming,
    /// SRTP state of the packets that are decrypted.
    pub srtp: InboundStream,
    /// SRTP state of the retransmissions.
    pub rtx_srtp: InboundStream,
    /// Whether a packet came since the last tally.
    pub flows: bool,
    /// Whether a key frame should be asked for.
    pub wants_key_frame: bool,
    /// Packets until the next one that is decrypted.
    pub until_sample: u32,
    extender: SequenceExtender,
    stats: ReceptionStats,
    missing: Vec<Missing>,
    /// The middle of the NTP time in the last sender report, and when it came.
    last_report: Option<(u32, Duration)>,
}

impl ReceivedStream {
    /// A stream that has received nothing.
    pub fn new(incoming: Incoming) -> Self {
        Self {
            wants_key_frame: incoming.video,
            incoming,
            srtp: InboundStream::default(),
            rtx_srtp: InboundStream::default(),
            flows: false,
            until_sample: 1,
            extender: SequenceExtender::default(),
            stats: ReceptionStats::default(),
            missing: Vec::new(),
            last_report: None,
        }
    }

    /// Notes a packet.
    pub fn on_packet(&mut self, header: &RtpHeader, arrival: Duration) {
        self.flows = true;
        let before = self.extender.highest();
        let sequence = self.extender.extend(header.sequence);
        let clock_rate = if self.incoming.video { 90_000 } else { 48_000 };
        self.stats.on_packet(sequence, header.timestamp, arrival, clock_rate);
        let next = before.map_or(sequence, |before| before + 1);
        if sequence < next {
            self.missing.retain(|missing| missing.sequence != sequence);
        }
        for sequence in (next..sequence).take(MAX_MISSING - self.missing.len()) {
            self.missing.push(Missing { sequence, due: arrival, requests: 0 });
        }
    }

    /// Notes that a packet was sent again.
    pub fn on_repaired(&mut self, sequence: u16) {
        self.missing.retain(|missing| missing.sequence as u16 != sequence);
    }

    /// Notes a sender report: its NTP time.
    pub fn on_sender_report(&mut self, ntp: u64, arrival: Duration) {
        self.last_report = Some(((ntp >> 16) as u32, arrival));
    }

    /// Whether a packet is missing.
    pub fn is_incomplete(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Moves what is to be asked for now into `sequences`; returns how many are given up.
    pub fn requests(&mut self, now: Duration, sequences: &mut Vec<u16>) -> u64 {
        let (video, before) = (self.incoming.rtx_ssrc.is_some(), self.missing.len());
        self.missing.retain(|missing| video && missing.requests < MAX_REQUESTS);
        for missing in self.missing.iter_mut().filter(|missing| missing.due <= now) {
            sequences.push(missing.sequence as u16);
            missing.due = now + REPEAT;
            missing.requests += 1;
        }
        (before - self.missing.len()) as u64
    }

    /// What a receiver report says of it.
    pub fn report(&mut self, now: Duration) -> Option<ReportBlock> {
        let last = self.last_report.map(|(middle, at)| (middle, now.saturating_sub(at)));
        self.stats.report(self.incoming.ssrc, last)
    }
}
