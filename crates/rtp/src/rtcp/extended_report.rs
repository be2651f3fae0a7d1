use super::block::Block;
use super::{RtcpError, RtcpWriter, packet_type};
use crate::big_endian::{put, u16_at, u32_at, u64_at};

/// Block types (RFC 3611, sections 4.4 and 4.5).
const RECEIVER_REFERENCE_TIME: u8 = 4;
const DELAY_SINCE_LAST: u8 = 5;
/// A block's header, bytes.
const HEADER: usize = 4;
/// One entry of a DLRR block, bytes.
const ENTRY: usize = 12;

/// XR (RFC 3611): how a receiver that sends nothing measures its round-trip time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedReport<'a> {
    /// Who reports.
    pub sender_ssrc: u32,
    blocks: &'a [u8],
}

/// One block of an XR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtendedBlock<'a> {
    /// RRTR: the receiver's wall clock in NTP format.
    ReceiverReferenceTime(u64),
    /// DLRR: answers to such blocks; see [`DelaySinceReport::all`].
    DelaySinceLastReport(&'a [u8]),
    /// Well-formed, but not read here; the block type.
    Unknown(u8),
}

/// One entry of a DLRR block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelaySinceReport {
    /// The receiver that is answered.
    pub ssrc: u32,
    /// Middle 32 bits of the NTP time in its last RRTR block.
    pub last_receiver_report: u32,
    /// Time since that block came, in 65536ths of a second.
    pub delay: u32,
}

impl DelaySinceReport {
    /// The entries of a [`ExtendedBlock::DelaySinceLastReport`].
    pub fn all(entries: &[u8]) -> impl Iterator<Item = Self> + '_ {
        entries.as_chunks::<ENTRY>().0.iter().map(|entry| {
            let word = |at| u32_at(entry, at).unwrap_or_default();
            Self { ssrc: word(0), last_receiver_report: word(4), delay: word(8) }
        })
    }
}

impl<'a> ExtendedReport<'a> {
    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let sender_ssrc = u32_at(block.body, 0).ok_or(RtcpError("extended report without its SSRC"))?;
        let mut rest = &block.body[4..];
        while !rest.is_empty() {
            rest = split(rest).ok_or(RtcpError("extended report block past the end"))?.1;
        }
        Ok(Self { sender_ssrc, blocks: &block.body[4..] })
    }

    /// The blocks of the report.
    pub fn blocks(&self) -> impl Iterator<Item = ExtendedBlock<'a>> + use<'a> {
        let mut rest = self.blocks;
        std::iter::from_fn(move || {
            let (block, left) = split(rest)?;
            rest = left;
            Some(block)
        })
    }
}

impl RtcpWriter<'_> {
    /// Appends an XR with our wall clock in NTP format, which a sender answers with a [`DelaySinceReport`]. `false`, and
    /// nothing appended, if it does not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_reference_time(&mut self, sender_ssrc: u32, ntp: u64) -> bool {
        let Some(body) = self.packet(packet_type::EXTENDED_REPORT, 0, 16) else { return false };
        put(body, 0, sender_ssrc.to_be_bytes());
        put(body, 4, [RECEIVER_REFERENCE_TIME, 0, 0, 2]);
        put(body, 8, ntp.to_be_bytes());
        true
    }
}

/// Takes the first block off; `None` if it does not end within the bytes or is too short for its type.
fn split(bytes: &[u8]) -> Option<(ExtendedBlock<'_>, &[u8])> {
    let len = HEADER + 4 * usize::from(u16_at(bytes, 2)?);
    let (block, rest) = bytes.split_at_checked(len)?;
    let content = &block[HEADER..];
    let block = match block[0] {
        RECEIVER_REFERENCE_TIME => ExtendedBlock::ReceiverReferenceTime(u64_at(content, 0)?),
        DELAY_SINCE_LAST => ExtendedBlock::DelaySinceLastReport(content),
        other => ExtendedBlock::Unknown(other),
    };
    Some((block, rest))
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;

    fn blocks(bytes: &[u8]) -> Result<Vec<ExtendedBlock<'_>>, RtcpError> {
        match packets_untrusted(bytes).next().unwrap()? {
            Packet::ExtendedReport(report) => Ok(report.blocks().collect()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reference_times_and_answers_are_read_and_other_blocks_skipped() {
        let mut bytes = vec![0x80, 207, 0, 9, 0, 0, 0, 1];
        bytes.extend([4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8]);
        bytes.extend([9, 0, 0, 0]);
        bytes.extend([5, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]);
        let blocks = blocks(&bytes).unwrap();
        assert_eq!(blocks[0], ExtendedBlock::ReceiverReferenceTime(0x0102_0304_0506_0708));
        assert_eq!(blocks[1], ExtendedBlock::Unknown(9));
        let ExtendedBlock::DelaySinceLastReport(entries) = blocks[2] else { panic!() };
        let answer = DelaySinceReport { ssrc: 2, last_receiver_report: 3, delay: 4 };
        assert_eq!(DelaySinceReport::all(entries).collect::<Vec<_>>(), [answer]);
    }

    #[test]
    fn a_reference_time_is_written_and_read_back() {
        let mut room = [0; 20];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_reference_time(7, 0x0102_0304_0506_0708));
        assert!(!writer.push_reference_time(7, 1), "no room");
        assert_eq!(blocks(writer.bytes()).unwrap(), [ExtendedBlock::ReceiverReferenceTime(0x0102_0304_0506_0708)]);
    }

    #[test]
    fn blocks_past_the_end_are_refused() {
        assert!(blocks(&[0x80, 207, 0, 2, 0, 0, 0, 1, 9, 0, 0, 1]).is_err());
        assert!(blocks(&[0x80, 207, 0, 3, 0, 0, 0, 1, 4, 0, 0, 1, 0, 0, 0, 0]).is_err(), "half a clock");
        assert!(blocks(&[0x80, 207, 0, 0]).is_err());
    }
}
