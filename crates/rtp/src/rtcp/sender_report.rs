use super::block::Block;
use super::report_block::{ReportBlock, decode_all, split_untrusted};
use super::{RtcpError, RtcpWriter, packet_type};
use crate::big_endian::{put, u32_at, u64_at};

/// Sender SSRC and sender information, bytes.
const INFO: usize = 24;

/// What a sender says about its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// The stream.
    pub ssrc: u32,
    /// Wall clock in NTP format: seconds in the upper 32 bits, their fraction in the lower.
    pub ntp: u64,
    /// The same moment on the stream's clock.
    pub rtp_timestamp: u32,
    /// Packets sent so far.
    pub packets: u32,
    /// Payload bytes sent so far.
    pub octets: u32,
}

/// SR (RFC 3550, section 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport<'a> {
    /// About the sender's own stream.
    pub info: SenderInfo,
    blocks: &'a [u8],
}

impl<'a> SenderReport<'a> {
    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let info = || {
            Some(SenderInfo {
                ssrc: u32_at(block.body, 0)?,
                ntp: u64_at(block.body, 4)?,
                rtp_timestamp: u32_at(block.body, 12)?,
                packets: u32_at(block.body, 16)?,
                octets: u32_at(block.body, 20)?,
            })
        };
        let info = info().ok_or(RtcpError("sender report without sender information"))?;
        Ok(Self { info, blocks: split_untrusted(&block.body[INFO..], block.count)? })
    }

    /// What the sender receives.
    pub fn report_blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        decode_all(self.blocks)
    }
}

impl RtcpWriter<'_> {
    /// Appends an SR. More than 31 report blocks go on in receiver reports (RFC 3550, section 6.1). `false`, and nothing
    /// appended, if it does not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_sender_report(&mut self, info: &SenderInfo, reports: &[ReportBlock]) -> bool {
        let (own, others) = reports.split_at(reports.len().min(Self::MAX_COUNT));
        self.all_or_nothing(|writer| {
            let len = INFO + own.len() * ReportBlock::LEN;
            let body = writer.packet(packet_type::SENDER_REPORT, own.len() as u8, len)?;
            put(body, 0, info.ssrc.to_be_bytes());
            put(body, 4, info.ntp.to_be_bytes());
            put(body, 12, info.rtp_timestamp.to_be_bytes());
            put(body, 16, info.packets.to_be_bytes());
            put(body, 20, info.octets.to_be_bytes());
            for (report, out) in own.iter().zip(body[INFO..].chunks_exact_mut(ReportBlock::LEN)) {
                report.encode(out);
            }
            (others.is_empty() || writer.push_receiver_report(info.ssrc, others)).then_some(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    pub(in crate::rtcp) fn any_report() -> impl Strategy<Value = ReportBlock> {
        any::<(u32, u8, i32, u32, u32, u32, u32)>().prop_map(|(ssrc, fraction_lost, lost, seq, jitter, lsr, dlsr)| {
            ReportBlock {
                ssrc,
                fraction_lost,
                cumulative_lost: lost >> 8,
                highest_sequence: seq,
                jitter,
                last_sender_report: lsr,
                delay_since_last_sender_report: dlsr,
            }
        })
    }

    proptest! {
        #[test]
        fn sender_and_receiver_reports_come_back(
            ssrc: u32, ntp: u64, rtp_timestamp: u32, packets: u32, octets: u32,
            reports in vec(any_report(), 0..70),
        ) {
            let mut room = [0xee; 2048];
            let mut writer = RtcpWriter::new(&mut room);
            let written = SenderInfo { ssrc, ntp, rtp_timestamp, packets, octets };
            prop_assert!(writer.push_sender_report(&written, &reports));
            let mut read = Vec::new();
            for (index, packet) in packets_untrusted(writer.bytes()).enumerate() {
                match packet.unwrap() {
                    Packet::SenderReport(report) if index == 0 => {
                        prop_assert_eq!(report.info, written);
                        read.extend(report.report_blocks());
                    }
                    Packet::ReceiverReport(report) if index > 0 => {
                        prop_assert_eq!(report.sender_ssrc, ssrc);
                        read.extend(report.report_blocks());
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            prop_assert_eq!(read, reports);
        }

        #[test]
        fn a_report_that_does_not_fit_leaves_nothing(reports in vec(any_report(), 0..40), room in 0..1100usize) {
            let mut full = [0; 2048];
            let mut writer = RtcpWriter::new(&mut full);
            prop_assert!(writer.push_sender_report(&SenderInfo::default(), &reports));
            let needed = writer.len();
            let mut short = vec![0; room];
            let mut writer = RtcpWriter::new(&mut short);
            let fits = writer.push_sender_report(&SenderInfo::default(), &reports);
            prop_assert_eq!(fits, room >= needed);
            prop_assert_eq!(writer.len(), if fits { needed } else { 0 });
        }
    }
}
