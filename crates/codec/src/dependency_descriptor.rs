//! The dependency descriptor (RTP Payload Format For AV1, appendix A): which layer a frame belongs to, told in a header
//! extension, so that it can be read whatever the codec and even if the payload is encrypted.
//!
//! ```text
//! start end template(6) number(16)                                      all that most packets carry
//! structure? mask? dtis? fdiffs? chains?                                one flag each, if longer than three bytes
//! [structure] [mask] [dtis] [fdiffs] [chains]                           what the flags announce
//! ```
//!
//! A key frame's first packet carries the [`Structure`]: a list of templates, each a layer with what its frames refer to.
//! Later packets name a template. The structure is therefore state of the stream that it came with.

use crate::bits::{BitReader, overwrite};
use crate::error::CodecError;

/// Templates of a structure: their ids have six bits.
const MAX_TEMPLATES: usize = 64;
/// Decode targets of a structure.
const MAX_DECODE_TARGETS: usize = 32;
/// Layers: ids are at most 3 and 7.
const MAX_SPATIAL_ID: u8 = 3;
const MAX_TEMPORAL_ID: u8 = 7;
/// Frames that one frame may refer to; AV1 itself allows seven.
const MAX_REFERENCES: usize = 8;
/// Bits of the mandatory fields, and of the flags that follow.
const MANDATORY: usize = 24;
const FLAGS: usize = 5;
/// Of these flags, the one that announces the mask of active decode targets.
const MASK_FLAG_AT: usize = MANDATORY + 1;
/// A decode target indication: decoding may be switched to that target at this frame.
const SWITCH: u64 = 2;
const NOT_PRESENT: u64 = 0;

/// The longest descriptor that can be written: what an element of the two-byte form holds (RFC 8285 section 4.3).
pub const MAX_LEN: usize = 255;

/// How far back the frames are that a frame refers to, counted in frame numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct References {
    distances: [u16; MAX_REFERENCES],
    count: u8,
}

impl References {
    /// The distances, none of them zero.
    pub fn distances(&self) -> &[u16] {
        &self.distances[..usize::from(self.count)]
    }

    fn push(&mut self, distance: u32) -> Result<(), CodecError> {
        let slot = self.distances.get_mut(usize::from(self.count)).ok_or(CodecError("refers to too many frames"))?;
        *slot = distance as u16;
        self.count += 1;
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Template {
    spatial_id: u8,
    temporal_id: u8,
    switch_up: Option<u8>,
    references: References,
}

/// What a key frame announces of the frames that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    offset: u8,
    templates: [Template; MAX_TEMPLATES],
    template_count: u8,
    /// Highest spatial and temporal layer of each decode target.
    targets: [(u8, u8); MAX_DECODE_TARGETS],
    target_count: u8,
    chain_count: u8,
}

impl Structure {
    /// Which decode targets remain for a receiver that is sent these layers only, as a mask whose bit 0 is the first.
    pub fn mask(&self, max_spatial: u8, max_temporal: u8) -> u32 {
        let sent = |target: &(u8, u8)| target.0 <= max_spatial && target.1 <= max_temporal;
        let targets = &self.targets[..usize::from(self.target_count)];
        targets.iter().enumerate().filter(|(_, target)| sent(target)).fold(0, |mask, (index, _)| mask | 1 << index)
    }

    fn parse(reader: &mut BitReader<'_>) -> Result<Self, CodecError> {
        let offset = reader.number(6)? as u8;
        let target_count = reader.number(5)? as usize + 1;
        let mut templates = [Template::default(); MAX_TEMPLATES];
        let count = parse_layers(reader, &mut templates)?;
        let templates_used = &mut templates[..count];
        let mut indications = [0; MAX_TEMPLATES];
        for indication in &mut indications[..count] {
            *indication = parse_indications(reader, target_count)?;
        }
        for template in &mut *templates_used {
            while reader.flag()? {
                template.references.push(reader.number(4)? + 1)?;
            }
        }
        let chain_count = reader.below(target_count as u32 + 1)?;
        if chain_count > 0 {
            for _ in 0..target_count {
                reader.below(chain_count)?;
            }
            for _ in 0..count {
                skip(reader, 4, chain_count)?;
            }
        }
        if reader.flag()? {
            let spatial_layers = templates_used.last().map_or(0, |template| u32::from(template.spatial_id) + 1);
            skip(reader, 32, spatial_layers)?;
        }
        let targets = target_layers(templates_used, &indications, target_count);
        for (template, indications) in templates_used.iter_mut().zip(indications) {
            template.switch_up = switch_up(template.spatial_id, indications, &targets[..target_count]);
        }
        Ok(Self {
            offset,
            templates,
            template_count: count as u8,
            targets,
            target_count: target_count as u8,
            chain_count: chain_count as u8,
        })
    }

    fn template(&self, id: u8) -> Result<&Template, CodecError> {
        let index = usize::from(id.wrapping_sub(self.offset) & 0x3f);
        let used = &self.templates[..usize::from(self.template_count)];
        used.get(index).ok_or(CodecError::NO_TEMPLATE)
    }
}

/// The layers of the templates: each is that of the one before, the next temporal one, or the next spatial one.
fn parse_layers(reader: &mut BitReader<'_>, templates: &mut [Template]) -> Result<usize, CodecError> {
    let (mut spatial_id, mut temporal_id) = (0, 0);
    for (index, template) in templates.iter_mut().enumerate() {
        (template.spatial_id, template.temporal_id) = (spatial_id, temporal_id);
        match reader.number(2)? {
            0 => {}
            1 => temporal_id += 1,
            2 => (spatial_id, temporal_id) = (spatial_id + 1, 0),
            _ => return Ok(index + 1),
        }
        if spatial_id > MAX_SPATIAL_ID || temporal_id > MAX_TEMPORAL_ID {
            return Err(CodecError("has a layer that there is not"));
        }
    }
    Err(CodecError("has too many templates"))
}

/// Two bits for each decode target, the first in the lowest bits.
fn parse_indications(reader: &mut BitReader<'_>, targets: usize) -> Result<u64, CodecError> {
    (0..targets).try_fold(0, |all, target| Ok(all | u64::from(reader.number(2)?) << (2 * target)))
}

fn indication(indications: u64, target: usize) -> u64 {
    indications >> (2 * target) & 3
}

fn skip(reader: &mut BitReader<'_>, width: usize, times: u32) -> Result<(), CodecError> {
    (0..times).try_for_each(|_| reader.number(width).map(drop))
}

/// A decode target's layer is the highest of the frames in it.
fn target_layers(templates: &[Template], indications: &[u64], count: usize) -> [(u8, u8); MAX_DECODE_TARGETS] {
    let mut targets = [(0, 0); MAX_DECODE_TARGETS];
    for (index, target) in targets[..count].iter_mut().enumerate() {
        for (template, indications) in templates.iter().zip(indications) {
            if indication(*indications, index) != NOT_PRESENT {
                *target = (target.0.max(template.spatial_id), target.1.max(template.temporal_id));
            }
        }
    }
    targets
}

/// The highest temporal layer of this spatial layer that may be switched to.
fn switch_up(spatial_id: u8, indications: u64, targets: &[(u8, u8)]) -> Option<u8> {
    let same = targets.iter().enumerate().filter(|(_, target)| target.0 == spatial_id);
    same.filter(|(index, _)| indication(indications, *index) == SWITCH).map(|(_, target)| target.1).max()
}

/// Where in a descriptor stands what a forwarder changes, as [`rewrite`] needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Running number of the frame; layers of one picture have different ones.
    pub frame_number: u16,
    /// The structure is in this packet.
    pub has_structure: bool,
    /// Which decode targets the sender still makes, if it says so here: bit 0 is the first.
    pub active_decode_targets: Option<u32>,
    mask_at: u16,
    end: u16,
    decode_targets: u8,
}

impl Layout {
    /// The mask of all decode targets.
    pub fn all_decode_targets(&self) -> u32 {
        u32::MAX >> (32 - u32::from(self.decode_targets))
    }
}

/// A parsed descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The frame starts in this packet.
    pub start_of_frame: bool,
    /// The frame ends in this packet.
    pub end_of_frame: bool,
    /// 0 to 3.
    pub spatial_id: u8,
    /// 0 to 7.
    pub temporal_id: u8,
    /// Up to which temporal layer a receiver of this frame may move up after it.
    pub switch_up: Option<u8>,
    /// The frames that it refers to.
    pub references: References,
    /// For [`rewrite`].
    pub layout: Layout,
}

impl Descriptor {
    /// Parses the data of the extension. `structure` is that of the stream so far; one that comes along takes its place.
    /// Fails, and leaves it as it is, if the data ends within a field, needs a structure that never came, or names what
    /// the structure does not have.
    pub fn parse_untrusted(data: &[u8], structure: &mut Option<Box<Structure>>) -> Result<Self, CodecError> {
        if data.len() * 8 > MANDATORY && BitReader::new(data, MANDATORY).flag()? {
            let mut reader = BitReader::new(data, MANDATORY + FLAGS);
            let attached = Structure::parse(&mut reader)?;
            let descriptor = Self::parse_with(data, &attached, reader.position(), true)?;
            match structure {
                Some(known) => **known = attached,
                None => *structure = Some(Box::new(attached)),
            }
            return Ok(descriptor);
        }
        let structure = structure.as_deref().ok_or(CodecError::NO_STRUCTURE)?;
        Self::parse_with(data, structure, MANDATORY + FLAGS, false)
    }

    /// Whether a key frame starts in this packet: it brings the structure that what follows needs.
    pub fn starts_key_frame(&self) -> bool {
        self.start_of_frame && self.layout.has_structure && self.spatial_id == 0
    }

    /// Parses all but the structure, which ends at `mask_at`.
    fn parse_with(data: &[u8], structure: &Structure, mask_at: usize, has_structure: bool) -> Result<Self, CodecError> {
        let mut reader = BitReader::new(data, 0);
        let (start_of_frame, end_of_frame) = (reader.flag()?, reader.flag()?);
        let template = structure.template(reader.number(6)? as u8)?;
        let frame_number = reader.number(16)? as u16;
        let targets = usize::from(structure.target_count);
        let (mut switch_up_to, mut references, mut mask) = (template.switch_up, template.references, None);
        if data.len() * 8 > MANDATORY {
            reader.flag()?;
            let (has_mask, has_indications) = (reader.flag()?, reader.flag()?);
            let (has_references, has_chains) = (reader.flag()?, reader.flag()?);
            reader = BitReader::new(data, mask_at);
            if has_mask {
                // The first bit of the field is the last decode target's.
                mask = Some(reader.number(targets)?);
            }
            if has_indications {
                let indications = parse_indications(&mut reader, targets)?;
                switch_up_to = switch_up(template.spatial_id, indications, &structure.targets[..targets]);
            }
            if has_references {
                references = parse_references(&mut reader)?;
            }
            if has_chains {
                skip(&mut reader, 8, structure.chain_count.into())?;
            }
        }
        let (mask_at, end) = (mask_at as u16, reader.position() as u16);
        let decode_targets = structure.target_count;
        let layout = Layout { frame_number, has_structure, active_decode_targets: mask, mask_at, end, decode_targets };
        Ok(Self {
            start_of_frame,
            end_of_frame,
            spatial_id: template.spatial_id,
            temporal_id: template.temporal_id,
            switch_up: switch_up_to,
            references,
            layout,
        })
    }
}

fn parse_references(reader: &mut BitReader<'_>) -> Result<References, CodecError> {
    let mut references = References::default();
    loop {
        match reader.number(2)? as usize {
            0 => return Ok(references),
            nibbles => references.push(reader.number(4 * nibbles)? + 1)?,
        }
    }
}

/// Writes the descriptor that `layout` was parsed from to `out` with another frame number and, if given, with this mask
/// of active decode targets, which is added where there is none. Returns its length; `None` if it gets too long.
pub fn rewrite(
    data: &[u8],
    layout: &Layout,
    frame_number: u16,
    mask: Option<u32>,
    out: &mut [u8; MAX_LEN],
) -> Option<usize> {
    out.get_mut(..data.len())?.copy_from_slice(data);
    out.get_mut(1..3)?.copy_from_slice(&frame_number.to_be_bytes());
    let Some(mask) = mask else { return Some(data.len()) };
    let (at, end, width) = (usize::from(layout.mask_at), usize::from(layout.end), usize::from(layout.decode_targets));
    if layout.active_decode_targets.is_some() {
        overwrite(out, at, width, mask);
        return Some(data.len());
    }
    // What stood behind moves back to make room; a descriptor of the mandatory fields alone gets its flags.
    let moved = end.saturating_sub(at);
    let len = (at + width + moved).div_ceil(8);
    out.get_mut(data.len().min(end.div_ceil(8))..len)?.fill(0);
    overwrite(out, MASK_FLAG_AT, 1, 1);
    overwrite(out, at, width, mask);
    let mut rest = BitReader::new(data, at);
    for index in 0..moved {
        overwrite(out, at + width + index, 1, rest.number(1).ok()?);
    }
    overwrite(out, at + width + moved, len * 8 - (at + width + moved), 0);
    Some(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes from bits, which may be grouped; zeros fill the last byte.
    fn bytes(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at))).collect()
    }

    /// Two temporal layers and four templates: a key frame, a frame of the lower layer, and two of the upper one, of which
    /// the second refers to two frames. Ids start at 60.
    const TWO_LAYERS: &str = "111100 00001  00 01 00 11  10 10  10 10  00 01  00 11 \
        0  1 0001 0  1 0000 0  1 0000 1 0001 0  10  0000 0010 0001 0001  1 0000000101000000 0000000010110100";

    fn key_frame(mask: &str) -> Vec<u8> {
        let has_mask = u8::from(!mask.is_empty());
        bytes(&format!("1 0 111100 0000000000000111  1 {has_mask} 000 {TWO_LAYERS} {mask}"))
    }

    fn known() -> Option<Box<Structure>> {
        let mut structure = None;
        Descriptor::parse_untrusted(&key_frame(""), &mut structure).unwrap();
        structure
    }

    #[test]
    fn a_key_frame_brings_the_structure() {
        let mut structure = None;
        let descriptor = Descriptor::parse_untrusted(&key_frame(""), &mut structure).unwrap();
        assert!(descriptor.start_of_frame && !descriptor.end_of_frame && descriptor.layout.has_structure);
        assert_eq!((descriptor.spatial_id, descriptor.temporal_id, descriptor.layout.frame_number), (0, 0, 7));
        assert_eq!((descriptor.switch_up, descriptor.references.distances()), (Some(1), &[][..]));
        let structure = structure.unwrap();
        assert_eq!([structure.mask(0, 0), structure.mask(0, 1), structure.mask(3, 7)], [0b01, 0b11, 0b11]);
    }

    #[test]
    fn later_frames_name_a_template() {
        let mut structure = known();
        let mut parse = |bits: &str| Descriptor::parse_untrusted(&bytes(bits), &mut structure);
        let base = parse("1 1 111101 0000000000001001").unwrap();
        assert_eq!((base.temporal_id, base.switch_up, base.references.distances()), (0, Some(1), &[2][..]));
        let upper = parse("0 1 111111 0000000000001000").unwrap();
        assert_eq!((upper.temporal_id, upper.switch_up, upper.references.distances()), (1, None, &[1, 2][..]));
        assert!(parse("1 1 000000 0000000000001001").is_err(), "a fifth template");
        assert!(parse("1 1 111101 00000000").is_err(), "two bytes");
        let without = Descriptor::parse_untrusted(&bytes("11 111101 0000000000001001"), &mut None);
        assert!(without.is_err_and(CodecError::awaits_structure));
    }

    #[test]
    fn a_frame_may_differ_from_its_template() {
        let descriptor = bytes("1 1 111101 0000000000001001  0 1 1 1 1  01  10 00  01 0100 10 00010000 00  00000101");
        let parsed = Descriptor::parse_untrusted(&descriptor, &mut known()).unwrap();
        assert_eq!(parsed.layout.active_decode_targets, Some(0b01));
        assert_eq!((parsed.switch_up, parsed.references.distances()), (Some(0), &[5, 17][..]));
        for len in 0..descriptor.len() {
            assert!(Descriptor::parse_untrusted(&descriptor[..len], &mut known()).is_err() || len == 3, "{len} bytes");
        }
    }

    #[test]
    fn a_structure_that_ends_early_changes_nothing() {
        let (whole, before) = (key_frame(""), known());
        for len in 4..whole.len() {
            let mut structure = before.clone();
            assert!(Descriptor::parse_untrusted(&whole[..len], &mut structure).is_err(), "{len} bytes");
            assert_eq!(structure, before);
        }
    }

    #[test]
    fn the_mask_is_written_over_or_added() {
        let mut out = [0xff; MAX_LEN];
        for descriptor in [key_frame(""), key_frame("11"), bytes("1 1 111101 0000000000001001")] {
            let mut structure = known();
            let before = Descriptor::parse_untrusted(&descriptor, &mut structure).unwrap();
            let len = rewrite(&descriptor, &before.layout, 0xabcd, Some(0b01), &mut out).unwrap();
            let after = Descriptor::parse_untrusted(&out[..len], &mut structure).unwrap();
            assert_eq!(after.layout.active_decode_targets, Some(0b01));
            assert_eq!(after.layout.frame_number, 0xabcd);
            assert_eq!(Descriptor { layout: before.layout, ..after }, before);
            assert_eq!(structure, known());
        }
        assert_eq!(out[..4], bytes("1 1 111101 1010101111001101 01000 01"), "what is short gets its flags");
    }

    proptest! {
        #[test]
        fn rewriting_keeps_the_rest(tail in proptest::collection::vec(any::<u8>(), 0..40), number: u16, mask in 0..4u32) {
            let descriptor = [&[0xbd, 0, 9][..], &tail].concat();
            let mut structure = known();
            let Ok(before) = Descriptor::parse_untrusted(&descriptor, &mut structure) else { return Ok(()) };
            let mut out = [0; MAX_LEN];
            let len = rewrite(&descriptor, &before.layout, number, Some(mask), &mut out).unwrap();
            let mut again = known();
            let after = Descriptor::parse_untrusted(&out[..len], &mut again).unwrap();
            prop_assert_eq!(Descriptor { layout: before.layout, ..after }, before);
            prop_assert_eq!((after.layout.frame_number, again), (number, structure));
            prop_assert_eq!(after.layout.active_decode_targets, Some(mask & after.layout.all_decode_targets()));
        }
    }
}
