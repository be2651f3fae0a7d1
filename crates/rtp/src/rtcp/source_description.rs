use super::block::Block;
use super::{RtcpError, RtcpWriter, packet_type};
use crate::big_endian::{put, u32_at};

/// Item type of the canonical name.
const CNAME: u8 = 1;
/// Item type that ends a chunk.
const END: u8 = 0;

/// SDES (RFC 3550, section 6.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceDescription<'a> {
    chunks: &'a [u8],
    count: u8,
}

/// One item about one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DescriptionItem<'a> {
    /// The source.
    pub ssrc: u32,
    /// Which item; 1 is the canonical name.
    pub item_type: u8,
    /// UTF-8 by the RFC, but not checked.
    pub text: &'a [u8],
}

impl<'a> SourceDescription<'a> {
    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let description = Self { chunks: block.body, count: block.count };
        description.walk().find_map(Result::err).map_or(Ok(description), Err)
    }

    /// The items of all chunks.
    pub fn items(&self) -> impl Iterator<Item = DescriptionItem<'a>> + use<'a> {
        self.walk().filter_map(Result::ok)
    }

    /// The canonical name of the first source that has one.
    pub fn cname(&self) -> Option<(u32, &'a [u8])> {
        self.items().find(|item| item.item_type == CNAME).map(|item| (item.ssrc, item.text))
    }

    fn walk(&self) -> Walk<'a> {
        Walk { bytes: self.chunks, at: 0, chunks_left: self.count, ssrc: None }
    }
}

/// Goes over items; chunks start at multiples of four bytes.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    chunks_left: u8,
    /// Of the chunk that `at` is in.
    ssrc: Option<u32>,
}

impl<'a> Walk<'a> {
    fn step(&mut self) -> Result<Option<DescriptionItem<'a>>, RtcpError> {
        loop {
            let Some(ssrc) = self.ssrc else {
                if self.chunks_left == 0 {
                    return Ok(None);
                }
                self.chunks_left -= 1;
                self.ssrc = Some(u32_at(self.bytes, self.at).ok_or(RtcpError("fewer chunks than announced"))?);
                self.at += 4;
                continue;
            };
            let truncated = RtcpError("chunk without an end");
            let item_type = *self.bytes.get(self.at).ok_or(truncated)?;
            if item_type == END {
                self.at = (self.at + 1).next_multiple_of(4);
                self.ssrc = None;
                continue;
            }
            let len = usize::from(*self.bytes.get(self.at + 1).ok_or(truncated)?);
            let text = self.bytes.get(self.at + 2..self.at + 2 + len).ok_or(truncated)?;
            self.at += 2 + len;
            return Ok(Some(DescriptionItem { ssrc, item_type, text }));
        }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<DescriptionItem<'a>, RtcpError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.step();
        if item.is_err() {
            (self.chunks_left, self.ssrc) = (0, None);
        }
        item.transpose()
    }
}

impl RtcpWriter<'_> {
    /// Appends an SDES with the canonical name of one source. `false`, and nothing appended, if it does not fit or if the
    /// name is longer than 255 bytes.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_sdes_cname(&mut self, ssrc: u32, cname: &str) -> bool {
        let Ok(name_len) = u8::try_from(cname.len()) else { return false };
        // SSRC, item type, length, name and at least one byte that ends the list.
        let len = (4 + 2 + cname.len() + 1).next_multiple_of(4);
        let Some(body) = self.packet(packet_type::SOURCE_DESCRIPTION, 1, len) else { return false };
        put(body, 0, ssrc.to_be_bytes());
        put(body, 4, [CNAME, name_len]);
        body[6..6 + cname.len()].copy_from_slice(cname.as_bytes());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Vec<DescriptionItem<'_>>, RtcpError> {
        match packets_untrusted(bytes).next().unwrap()? {
            Packet::SourceDescription(description) => Ok(description.items().collect()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn several_chunks_with_several_items() {
        let mut bytes = vec![0x82, 202, 0, 5];
        bytes.extend([0, 0, 0, 1, 1, 2, b'a', b'b', 2, 1, b'c', 0]);
        bytes.extend([0, 0, 0, 2, 0, 0, 0, 0]);
        let items = [
            DescriptionItem { ssrc: 1, item_type: 1, text: b"ab" },
            DescriptionItem { ssrc: 1, item_type: 2, text: b"c" },
        ];
        assert_eq!(read(&bytes).unwrap(), items);
        bytes[0] = 0x83;
        assert!(read(&bytes).is_err(), "a third chunk is announced");
        bytes[0] = 0x81;
        bytes[9] = 200;
        assert!(read(&bytes).is_err(), "an item past the end");
    }

    proptest! {
        #[test]
        fn a_name_of_any_length_comes_back(ssrc: u32, name in "[a-z]{0,255}") {
            let mut room = [0xee; 300];
            let mut writer = RtcpWriter::new(&mut room);
            prop_assert!(writer.push_sdes_cname(ssrc, &name));
            let Packet::SourceDescription(read) = packets_untrusted(writer.bytes()).next().unwrap().unwrap() else {
                panic!()
            };
            prop_assert_eq!(read.cname(), Some((ssrc, name.as_bytes())));
        }
    }

    #[test]
    fn a_name_that_is_too_long_is_refused() {
        let mut room = [0; 400];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(!writer.push_sdes_cname(1, &"x".repeat(256)));
        assert!(writer.is_empty());
    }
}
