use super::block::Block;
use super::report_block::{ReportBlock, decode_all, split_untrusted};
use super::{RtcpError, RtcpWriter, packet_type};
use crate::big_endian::{put, u32_at};

/// RR (RFC 3550, section 6.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverReport<'a> {
    /// Who reports.
    pub sender_ssrc: u32,
    blocks: &'a [u8],
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let sender_ssrc = u32_at(block.body, 0).ok_or(RtcpError("receiver report without its SSRC"))?;
        Ok(Self { sender_ssrc, blocks: split_untrusted(&block.body[4..], block.count)? })
    }

    /// What the sender of the report receives.
    pub fn report_blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        decode_all(self.blocks)
    }
}

impl RtcpWriter<'_> {
    /// Appends an RR, or several if there are more than 31 blocks; an empty one without blocks. `false`, and nothing
    /// appended, if it does not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_receiver_report(&mut self, sender_ssrc: u32, reports: &[ReportBlock]) -> bool {
        self.all_or_nothing(|writer| {
            let mut rest = reports;
            loop {
                let (own, others) = rest.split_at(rest.len().min(Self::MAX_COUNT));
                let len = 4 + own.len() * ReportBlock::LEN;
                let body = writer.packet(packet_type::RECEIVER_REPORT, own.len() as u8, len)?;
                put(body, 0, sender_ssrc.to_be_bytes());
                for (report, out) in own.iter().zip(body[4..].chunks_exact_mut(ReportBlock::LEN)) {
                    report.encode(out);
                }
                if others.is_empty() {
                    return Some(());
                }
                rest = others;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;

    #[test]
    fn the_lost_count_is_signed_and_has_24_bits() {
        let mut bytes = vec![0x81, 201, 0, 7, 0, 0, 0, 1];
        bytes.extend([0, 0, 0, 2, 0x40, 0xff, 0xff, 0xfe, 0, 1, 0, 9, 0, 0, 0, 5, 1, 2, 3, 4, 0, 5, 0x40, 0]);
        let Some(Ok(Packet::ReceiverReport(report))) = packets_untrusted(&bytes).next() else { panic!() };
        let expected = ReportBlock {
            ssrc: 2,
            fraction_lost: 64,
            cumulative_lost: -2,
            highest_sequence: 0x1_0009,
            jitter: 5,
            last_sender_report: 0x0102_0304,
            delay_since_last_sender_report: 0x0005_4000,
        };
        assert_eq!(report.report_blocks().collect::<Vec<_>>(), [expected]);
        let mut room = [0; 64];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_receiver_report(1, &[expected]));
        assert_eq!(writer.bytes(), bytes);
    }

    #[test]
    fn a_profile_extension_after_the_blocks_is_ignored() {
        let bytes = [0x80, 201, 0, 2, 0, 0, 0, 1, 9, 9, 9, 9];
        let Some(Ok(Packet::ReceiverReport(report))) = packets_untrusted(&bytes).next() else { panic!() };
        assert_eq!(report.report_blocks().count(), 0);
    }
}
