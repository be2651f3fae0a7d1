use super::block::Block;
use super::{RtcpError, RtcpWriter, feedback_type, packet_type};
use crate::big_endian::put;

/// One entry, bytes: SSRC, sequence number, three reserved bytes.
const ENTRY: usize = 8;

/// FIR (RFC 5104, section 4.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullIntraRequest<'a> {
    /// Who asks.
    pub sender_ssrc: u32,
    entries: &'a [u8],
}

/// One stream that should send a key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullIntraEntry {
    /// The stream.
    pub ssrc: u32,
    /// Rises with every new request; a repetition keeps it.
    pub sequence: u8,
}

impl<'a> FullIntraRequest<'a> {
    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let (sender_ssrc, _, entries) = block.feedback()?;
        if entries.is_empty() || entries.len() % ENTRY != 0 {
            return Err(RtcpError("FIR without whole entries"));
        }
        Ok(Self { sender_ssrc, entries })
    }

    /// The streams that should send a key frame.
    pub fn entries(&self) -> impl Iterator<Item = FullIntraEntry> + use<'a> {
        let entries = self.entries.as_chunks::<ENTRY>().0;
        entries
            .iter()
            .map(|&[a, b, c, d, sequence, ..]| FullIntraEntry { ssrc: u32::from_be_bytes([a, b, c, d]), sequence })
    }
}

impl RtcpWriter<'_> {
    /// Appends a FIR for one stream. `false`, and nothing appended, if it does not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_fir(&mut self, sender_ssrc: u32, media_ssrc: u32, sequence: u8) -> bool {
        let kind = feedback_type::FULL_INTRA;
        let Some(body) = self.packet(packet_type::PAYLOAD_FEEDBACK, kind, 8 + ENTRY) else { return false };
        put(body, 0, sender_ssrc.to_be_bytes());
        // The media SSRC of the message itself is unused and zero; the entry names the stream.
        put(body, 8, media_ssrc.to_be_bytes());
        put(body, 12, [sequence]);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;

    #[test]
    fn a_request_comes_back() {
        let mut room = [0xee; 32];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_fir(1, 2, 3));
        assert_eq!(writer.bytes(), [0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0]);
        let Some(Ok(Packet::FullIntraRequest(request))) = packets_untrusted(writer.bytes()).next() else { panic!() };
        assert_eq!(request.sender_ssrc, 1);
        assert_eq!(request.entries().collect::<Vec<_>>(), [FullIntraEntry { ssrc: 2, sequence: 3 }]);
    }

    #[test]
    fn a_request_without_entries_is_refused() {
        assert!(packets_untrusted(&[0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0]).next().unwrap().is_err());
    }
}
