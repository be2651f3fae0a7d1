use super::block::{Block, ssrcs};
use super::{RtcpError, RtcpWriter, packet_type};

/// BYE (RFC 3550, section 6.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bye<'a> {
    sources: &'a [u8],
    /// Why, for people; empty if not said. UTF-8 by the RFC, but not checked.
    pub reason: &'a [u8],
}

impl<'a> Bye<'a> {
    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let split = block.body.split_at_checked(4 * usize::from(block.count));
        let (sources, rest) = split.ok_or(RtcpError("fewer sources than announced"))?;
        let reason = match rest.split_first() {
            Some((len, text)) => text.get(..usize::from(*len)).ok_or(RtcpError("reason past the end"))?,
            None => &[],
        };
        Ok(Self { sources, reason })
    }

    /// The streams that end.
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        ssrcs(self.sources)
    }
}

impl RtcpWriter<'_> {
    /// Appends a BYE for at most 31 streams, without a reason. `false`, and nothing appended, if it does not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_bye(&mut self, sources: &[u32]) -> bool {
        if sources.len() > Self::MAX_COUNT {
            return false;
        }
        let Some(body) = self.packet(packet_type::BYE, sources.len() as u8, 4 * sources.len()) else { return false };
        for (source, out) in sources.iter().zip(body.as_chunks_mut().0) {
            *out = source.to_be_bytes();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;

    fn read(bytes: &[u8]) -> Result<(Vec<u32>, &[u8]), RtcpError> {
        match packets_untrusted(bytes).next().unwrap()? {
            Packet::Bye(bye) => Ok((bye.ssrcs().collect(), bye.reason)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sources_and_reason_are_read() {
        assert_eq!(read(&[0x81, 203, 0, 2, 0, 0, 0, 7, 2, b'o', b'k', 0]), Ok((vec![7], &b"ok"[..])));
        assert!(read(&[0x81, 203, 0, 2, 0, 0, 0, 7, 4, b'o', b'k', 0]).is_err());
        assert!(read(&[0x82, 203, 0, 1, 0, 0, 0, 7]).is_err());
    }

    #[test]
    fn up_to_31_sources_are_written() {
        let mut room = [0; 256];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(!writer.push_bye(&[1; 32]));
        let sources: Vec<u32> = (1..=31).collect();
        assert!(writer.push_bye(&sources));
        assert_eq!(read(writer.bytes()), Ok((sources, &[][..])));
    }
}
