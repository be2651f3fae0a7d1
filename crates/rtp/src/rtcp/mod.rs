//! RTCP (RFC 3550, section 6): reading and writing of compound and reduced-size packets (RFC 5506).
//!
//! [`packets_untrusted`] walks over a decrypted datagram; each [`Packet`] is a view whose contents were checked, so its
//! iterators cannot fail. [`RtcpWriter`] appends packets to a buffer. One file per message holds both directions.

mod block;
mod bye;
mod error;
mod extended_report;
mod full_intra;
mod nack;
mod picture_loss;
mod receiver_report;
mod remb;
mod report_block;
mod sender_report;
mod source_description;
mod transport_cc;
mod transport_cc_chunk;
mod transport_cc_recorder;
mod writer;

use block::Block;
pub use bye::Bye;
pub use error::RtcpError;
pub use extended_report::{DelaySinceReport, ExtendedBlock, ExtendedReport};
pub use full_intra::{FullIntraEntry, FullIntraRequest};
pub use nack::Nack;
pub use receiver_report::ReceiverReport;
pub use remb::Remb;
pub use report_block::ReportBlock;
pub use sender_report::{SenderInfo, SenderReport};
pub use source_description::{DescriptionItem, SourceDescription};
pub use transport_cc::{ArrivalDelta, TransportCc, TransportCcHeader};
pub use transport_cc_recorder::TransportCcRecorder;
pub use writer::RtcpWriter;

/// RTCP packet types (RFC 3550 section 12.1, RFC 4585 section 6.1, RFC 3611 section 2).
mod packet_type {
    pub const SENDER_REPORT: u8 = 200;
    pub const RECEIVER_REPORT: u8 = 201;
    pub const SOURCE_DESCRIPTION: u8 = 202;
    pub const BYE: u8 = 203;
    pub const TRANSPORT_FEEDBACK: u8 = 205;
    pub const PAYLOAD_FEEDBACK: u8 = 206;
    pub const EXTENDED_REPORT: u8 = 207;
}

/// Feedback message types: the count field of [`packet_type::TRANSPORT_FEEDBACK`] and
/// [`packet_type::PAYLOAD_FEEDBACK`].
mod feedback_type {
    pub const NACK: u8 = 1;
    pub const TRANSPORT_CC: u8 = 15;
    pub const PICTURE_LOSS: u8 = 1;
    pub const FULL_INTRA: u8 = 4;
    pub const APPLICATION: u8 = 15;
}

/// One RTCP packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// SR (RFC 3550, section 6.4.1).
    SenderReport(SenderReport<'a>),
    /// RR (RFC 3550, section 6.4.2).
    ReceiverReport(ReceiverReport<'a>),
    /// SDES (RFC 3550, section 6.5).
    SourceDescription(SourceDescription<'a>),
    /// BYE (RFC 3550, section 6.6).
    Bye(Bye<'a>),
    /// Generic NACK (RFC 4585, section 6.2.1).
    Nack(Nack<'a>),
    /// Transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
    TransportCc(TransportCc<'a>),
    /// PLI (RFC 4585, section 6.3.1).
    PictureLossIndication {
        /// Who asks.
        sender_ssrc: u32,
        /// The stream that needs a key frame.
        media_ssrc: u32,
    },
    /// FIR (RFC 5104, section 4.3.1).
    FullIntraRequest(FullIntraRequest<'a>),
    /// REMB (draft-alvestrand-rmcat-remb-03).
    Remb(Remb<'a>),
    /// XR (RFC 3611).
    ExtendedReport(ExtendedReport<'a>),
    /// Well-formed, but of a kind that is not read here.
    Unknown {
        /// The packet type.
        packet_type: u8,
        /// Count, subtype or feedback message type: the lower five bits of the first byte.
        count: u8,
    },
}

impl<'a> Packet<'a> {
    fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let Block { packet_type, count, .. } = block;
        Ok(match (packet_type, count) {
            (packet_type::SENDER_REPORT, _) => Self::SenderReport(SenderReport::parse_untrusted(block)?),
            (packet_type::RECEIVER_REPORT, _) => Self::ReceiverReport(ReceiverReport::parse_untrusted(block)?),
            (packet_type::SOURCE_DESCRIPTION, _) => Self::SourceDescription(SourceDescription::parse_untrusted(block)?),
            (packet_type::BYE, _) => Self::Bye(Bye::parse_untrusted(block)?),
            (packet_type::TRANSPORT_FEEDBACK, feedback_type::NACK) => Self::Nack(Nack::parse_untrusted(block)?),
            (packet_type::TRANSPORT_FEEDBACK, feedback_type::TRANSPORT_CC) => {
                Self::TransportCc(TransportCc::parse_untrusted(block)?)
            }
            (packet_type::PAYLOAD_FEEDBACK, feedback_type::PICTURE_LOSS) => picture_loss::parse_untrusted(block)?,
            (packet_type::PAYLOAD_FEEDBACK, feedback_type::FULL_INTRA) => {
                Self::FullIntraRequest(FullIntraRequest::parse_untrusted(block)?)
            }
            (packet_type::PAYLOAD_FEEDBACK, feedback_type::APPLICATION) if Remb::is_in(block) => {
                Self::Remb(Remb::parse_untrusted(block)?)
            }
            (packet_type::EXTENDED_REPORT, _) => Self::ExtendedReport(ExtendedReport::parse_untrusted(block)?),
            _ => Self::Unknown { packet_type, count },
        })
    }
}

/// Walks over the packets of a decrypted compound or reduced-size RTCP packet. A bad packet yields its error and ends the
/// iteration: what follows it cannot be trusted to start where it seems to. An empty buffer has no packets.
pub fn packets_untrusted(buf: &[u8]) -> Packets<'_> {
    Packets { rest: buf }
}

/// See [`packets_untrusted`].
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, RtcpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let packet = Block::split_untrusted(self.rest).and_then(|(block, rest)| {
            self.rest = rest;
            Packet::parse_untrusted(block)
        });
        if packet.is_err() {
            self.rest = &[];
        }
        Some(packet)
    }
}

impl std::iter::FusedIterator for Packets<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(buf: &[u8]) -> Vec<Result<Packet<'_>, RtcpError>> {
        packets_untrusted(buf).collect()
    }

    #[test]
    fn a_compound_is_read_in_order_and_unknown_packets_are_skipped() {
        let mut room = [0; 128];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_receiver_report(1, &[]));
        assert!(writer.push_sdes_cname(1, "tureen"));
        assert!(writer.push_pli(1, 2));
        let mut bytes = writer.bytes().to_vec();
        bytes.extend([0x83, 204, 0, 1, 0, 0, 0, 9]);
        let packets = all(&bytes);
        assert_eq!(packets.len(), 4);
        assert!(matches!(packets[0], Ok(Packet::ReceiverReport(_))));
        assert!(matches!(packets[1], Ok(Packet::SourceDescription(_))));
        assert_eq!(packets[2], Ok(Packet::PictureLossIndication { sender_ssrc: 1, media_ssrc: 2 }));
        assert_eq!(packets[3], Ok(Packet::Unknown { packet_type: 204, count: 3 }));
    }

    #[test]
    fn a_bad_packet_ends_the_walk() {
        let good = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        for bad in [&[0x81][..], &[0x41, 206, 0, 0], &[0x81, 206, 0, 1], &[0x81, 206, 0, 0], &[0xa1, 206, 0, 0]] {
            let bytes = [&good[..], bad].concat();
            let packets = all(&bytes);
            assert_eq!(packets.len(), 2, "{bad:?}");
            assert!(packets[0].is_ok() && packets[1].is_err(), "{bad:?}");
        }
        assert!(all(&[]).is_empty());
    }

    #[test]
    fn padding_is_left_out() {
        let padded = [0xa1, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4];
        assert_eq!(all(&padded), [Ok(Packet::PictureLossIndication { sender_ssrc: 1, media_ssrc: 2 })]);
        let mut too_much = padded;
        too_much[15] = 13;
        assert!(all(&too_much)[0].is_err());
        too_much[15] = 0;
        assert!(all(&too_much)[0].is_err());
    }

    #[test]
    fn every_truncation_of_a_compound_is_an_error_or_a_whole_packet_less() {
        let mut room = [0; 256];
        let mut writer = RtcpWriter::new(&mut room);
        let info = SenderInfo { ssrc: 1, ntp: 2, rtp_timestamp: 3, packets: 4, octets: 5 };
        assert!(writer.push_sender_report(&info, &[ReportBlock::default()]));
        let first = writer.len();
        assert!(writer.push_nack(1, 2, &[1, 2, 40]));
        let second = writer.len();
        assert!(writer.push_fir(1, 2, 3));
        let bytes = writer.bytes();
        for len in 0..bytes.len() {
            let whole = len == 0 || len == first || len == second;
            assert_eq!(packets_untrusted(&bytes[..len]).all(|packet| packet.is_ok()), whole, "{len} bytes");
        }
    }

    #[test]
    fn the_error_says_what_happened_and_what_to_do() {
        let error = all(&[0x81])[0].unwrap_err();
        assert_eq!(error.to_string(), "malformed RTCP packet, drop the rest of its datagram: shorter than a header");
    }
}
