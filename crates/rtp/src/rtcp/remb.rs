use super::block::{Block, ssrcs};
use super::{RtcpError, RtcpWriter, feedback_type, packet_type};
use crate::big_endian::{put, u32_at};

/// Marks an application-layer feedback message as REMB.
const IDENTIFIER: [u8; 4] = *b"REMB";
const MANTISSA_BITS: u32 = 18;

/// Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remb<'a> {
    /// Who estimates.
    pub sender_ssrc: u32,
    /// The estimate in bit/s, for all streams together.
    pub bitrate_bps: u64,
    streams: &'a [u8],
}

impl<'a> Remb<'a> {
    pub(super) fn is_in(block: Block<'_>) -> bool {
        block.feedback().is_ok_and(|(_, _, information)| information.starts_with(&IDENTIFIER))
    }

    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let (sender_ssrc, _, information) = block.feedback()?;
        let word = u32_at(information, 4).ok_or(RtcpError("REMB without an estimate"))?;
        let (count, exponent) = (word >> 24, word >> MANTISSA_BITS & 0x3f);
        let mantissa = u64::from(word & ((1 << MANTISSA_BITS) - 1));
        if mantissa.leading_zeros() < exponent {
            return Err(RtcpError("REMB estimate beyond 64 bits"));
        }
        let streams = information.get(8..8 + 4 * count as usize).ok_or(RtcpError("fewer streams than announced"))?;
        Ok(Self { sender_ssrc, bitrate_bps: mantissa << exponent, streams })
    }

    /// The streams that share the estimate.
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        ssrcs(self.streams)
    }
}

impl RtcpWriter<'_> {
    /// Appends a REMB for at most 255 streams. The wire has 18 significant bits: the rest is rounded down. `false`, and
    /// nothing appended, if it does not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_remb(&mut self, sender_ssrc: u32, bitrate_bps: u64, streams: &[u32]) -> bool {
        let Ok(count) = u8::try_from(streams.len()) else { return false };
        let exponent = (u64::BITS - bitrate_bps.leading_zeros()).saturating_sub(MANTISSA_BITS);
        let mantissa = (bitrate_bps >> exponent) as u32;
        let len = 16 + 4 * streams.len();
        let kind = feedback_type::APPLICATION;
        let Some(body) = self.packet(packet_type::PAYLOAD_FEEDBACK, kind, len) else { return false };
        put(body, 0, sender_ssrc.to_be_bytes());
        put(body, 8, IDENTIFIER);
        put(body, 12, (u32::from(count) << 24 | exponent << MANTISSA_BITS | mantissa).to_be_bytes());
        for (stream, out) in streams.iter().zip(body[16..].as_chunks_mut().0) {
            *out = stream.to_be_bytes();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Packet<'_>, RtcpError> {
        packets_untrusted(bytes).next().unwrap()
    }

    #[test]
    fn other_application_feedback_is_unknown_and_huge_estimates_are_refused() {
        let other = [0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, b'A', b'B', b'C', b'D'];
        assert_eq!(read(&other), Ok(Packet::Unknown { packet_type: 206, count: 15 }));
        let mut huge = [0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 0, 0xff, 0xff, 0xff];
        assert!(read(&huge).is_err());
        huge[17..].fill(0);
        assert!(read(&huge).is_ok());
        huge[16] = 1;
        assert!(read(&huge).is_err(), "a stream is announced");
    }

    proptest! {
        #[test]
        fn an_estimate_comes_back_to_18_bits(
            bits in 0..=64u32, value: u64, streams in proptest::collection::vec(any::<u32>(), 0..10),
        ) {
            let bitrate = value.checked_shr(64 - bits).unwrap_or(0);
            let mut room = [0xee; 128];
            let mut writer = RtcpWriter::new(&mut room);
            prop_assert!(writer.push_remb(9, bitrate, &streams));
            let Packet::Remb(remb) = read(writer.bytes()).unwrap() else { panic!() };
            prop_assert!(remb.bitrate_bps <= bitrate && bitrate - remb.bitrate_bps <= bitrate >> 17);
            prop_assert_eq!(remb.ssrcs().collect::<Vec<_>>(), streams);
        }
    }
}
