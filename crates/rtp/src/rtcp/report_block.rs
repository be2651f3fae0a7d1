use super::RtcpError;
use crate::big_endian::{put, u32_at};

/// What a receiver says about one stream (RFC 3550, section 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream reported on.
    pub ssrc: u32,
    /// Share of packets lost since the report before, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost since the beginning; 24 bits with sign, negative if duplicates prevail.
    pub cumulative_lost: i32,
    /// Highest sequence number received, with its roll-overs in the upper 16 bits.
    pub highest_sequence: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report received; 0 if none.
    pub last_sender_report: u32,
    /// Time since that report came, in 65536ths of a second.
    pub delay_since_last_sender_report: u32,
}

impl ReportBlock {
    /// Length on the wire, bytes.
    pub const LEN: usize = 24;

    fn decode(bytes: &[u8; Self::LEN]) -> Self {
        let word = |at| u32_at(bytes, at).unwrap_or_default();
        Self {
            ssrc: word(0),
            fraction_lost: bytes[4],
            // Shifting down again extends the sign of the 24-bit number.
            cumulative_lost: (word(4) << 8) as i32 >> 8,
            highest_sequence: word(8),
            jitter: word(12),
            last_sender_report: word(16),
            delay_since_last_sender_report: word(20),
        }
    }

    /// Writes [`Self::LEN`] bytes to the start of `out`.
    pub(super) fn encode(&self, out: &mut [u8]) {
        let lost = self.cumulative_lost.clamp(-(1 << 23), (1 << 23) - 1) as u32 & 0x00ff_ffff;
        put(out, 0, self.ssrc.to_be_bytes());
        put(out, 4, (u32::from(self.fraction_lost) << 24 | lost).to_be_bytes());
        put(out, 8, self.highest_sequence.to_be_bytes());
        put(out, 12, self.jitter.to_be_bytes());
        put(out, 16, self.last_sender_report.to_be_bytes());
        put(out, 20, self.delay_since_last_sender_report.to_be_bytes());
    }
}

/// Takes `count` report blocks off the front; what follows them is a profile's extension and ignored.
pub(super) fn split_untrusted(bytes: &[u8], count: u8) -> Result<&[u8], RtcpError> {
    bytes.get(..usize::from(count) * ReportBlock::LEN).ok_or(RtcpError("fewer report blocks than announced"))
}

pub(super) fn decode_all(bytes: &[u8]) -> impl Iterator<Item = ReportBlock> + '_ {
    bytes.as_chunks().0.iter().map(ReportBlock::decode)
}
