//! VP9 (RFC 9628): the payload descriptor.
//!
//! ```text
//!  0   I P L F B E V Z      B, E start and end of a layer frame
//!      M PictureID [..]     if I; two bytes if M
//!      TID U SID D          if L
//!      TL0PICIDX            if L and not F
//!      P_DIFF N             if F and P, one to three times: again if N
//!      scalability          if V
//! ```

use crate::{CodecError, PictureId, picture_id};

const HAS_PICTURE_ID: u8 = 0x80;
const INTER_PICTURE: u8 = 0x40;
const HAS_LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const START: u8 = 0x08;
const END: u8 = 0x04;
const HAS_SCALABILITY: u8 = 0x02;
const NOT_REFERENCE_FOR_UPPER: u8 = 0x01;
/// Of a reference index byte: another one follows.
const MORE_REFERENCES: u8 = 0x01;
const MAX_REFERENCES: usize = 3;
/// Where the picture id is if there is one.
const PICTURE_ID_AT: usize = 1;
const TRUNCATED: CodecError = CodecError("ends within the VP9 descriptor");

/// Which layer a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// 0 to 7.
    pub temporal_id: u8,
    /// Later frames of this and of higher temporal layers do not refer past this one: a receiver may move up here.
    pub switching_up: bool,
    /// 0 to 7.
    pub spatial_id: u8,
    /// The frame refers to the next lower spatial layer of the same picture.
    pub inter_layer: bool,
}

/// A parsed payload descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the wire, and all combinations are legal")]
pub struct Descriptor {
    /// Value, and whether it has 15 bits.
    pub picture_id: Option<PictureId>,
    /// The layer; `None` if the stream has one layer only.
    pub layer: Option<Layer>,
    /// Running number of pictures of the lowest temporal layer; never in flexible mode.
    pub tl0_pic_idx: Option<u8>,
    /// The frame refers to an earlier picture.
    pub inter_picture: bool,
    /// References are listed with each frame.
    pub flexible: bool,
    /// A layer frame starts in this packet.
    pub start_of_frame: bool,
    /// A layer frame ends in this packet.
    pub end_of_frame: bool,
    /// The scalability structure is in this packet.
    pub has_scalability_structure: bool,
    /// No higher spatial layer refers to this frame.
    pub not_reference_for_upper: bool,
    /// Length of the descriptor, bytes.
    pub header_len: usize,
}

impl Descriptor {
    /// Parses the descriptor at the start of an RTP payload. Fails if the payload ends within it, or if it lists more than
    /// three references.
    pub fn parse_untrusted(payload: &[u8]) -> Result<Self, CodecError> {
        let first = byte(payload, 0)?;
        let has = |flag: u8| first & flag != 0;
        let mut at = PICTURE_ID_AT;
        let mut picture_id = None;
        if has(HAS_PICTURE_ID) {
            picture_id = Some(picture_id::parse_untrusted(payload, at)?);
            at += picture_id::width(picture_id);
        }
        let (mut layer, mut tl0_pic_idx) = (None, None);
        if has(HAS_LAYERS) {
            layer = Some(Layer::from_byte(byte(payload, at)?));
            at += 1;
            if !has(FLEXIBLE) {
                tl0_pic_idx = Some(byte(payload, at)?);
                at += 1;
            }
        }
        if has(FLEXIBLE) && has(INTER_PICTURE) {
            at = skip_references(payload, at)?;
        }
        if has(HAS_SCALABILITY) {
            at = skip_scalability_structure(payload, at)?;
        }
        Ok(Self {
            picture_id,
            layer,
            tl0_pic_idx,
            inter_picture: has(INTER_PICTURE),
            flexible: has(FLEXIBLE),
            start_of_frame: has(START),
            end_of_frame: has(END),
            has_scalability_structure: has(HAS_SCALABILITY),
            not_reference_for_upper: has(NOT_REFERENCE_FOR_UPPER),
            header_len: at,
        })
    }

    /// Whether a key frame starts in this packet. Higher spatial layers of a key picture do not start one: they are of no
    /// use without the lowest.
    pub fn starts_key_frame(&self) -> bool {
        self.start_of_frame && !self.inter_picture && self.layer.is_none_or(|layer| layer.spatial_id == 0)
    }
}

impl Layer {
    fn from_byte(byte: u8) -> Self {
        Self {
            temporal_id: byte >> 5,
            switching_up: byte & 0x10 != 0,
            spatial_id: byte >> 1 & 0x07,
            inter_layer: byte & 0x01 != 0,
        }
    }
}

fn byte(payload: &[u8], at: usize) -> Result<u8, CodecError> {
    payload.get(at).copied().ok_or(TRUNCATED)
}

fn skip_references(payload: &[u8], start: usize) -> Result<usize, CodecError> {
    for at in start..start + MAX_REFERENCES {
        if byte(payload, at)? & MORE_REFERENCES == 0 {
            return Ok(at + 1);
        }
    }
    Err(CodecError("more than three VP9 references"))
}

/// Skips the scalability structure (section 4.2.1): a head, sizes of the spatial layers, and the pictures of a group.
fn skip_scalability_structure(payload: &[u8], start: usize) -> Result<usize, CodecError> {
    let head = byte(payload, start)?;
    let mut at = start + 1;
    let (has_sizes, has_group) = (head & 0x10 != 0, head & 0x08 != 0);
    if has_sizes {
        at += 4 * (usize::from(head >> 5) + 1);
    }
    if has_group {
        let pictures = byte(payload, at)?;
        at += 1;
        for _ in 0..pictures {
            at += 1 + usize::from(byte(payload, at)? >> 2 & 0x03);
        }
    }
    if at <= payload.len() { Ok(at) } else { Err(TRUNCATED) }
}

/// Whether a key frame starts in this RTP payload.
pub fn is_key_frame_start(payload: &[u8]) -> bool {
    Descriptor::parse_untrusted(payload)
        .is_ok_and(|descriptor| descriptor.starts_key_frame() && payload.len() > descriptor.header_len)
}

/// Writes new numbers over those in the payload that `descriptor` was parsed from, or over a copy of its front. Each keeps
/// its width (a narrow picture id takes the lower 7 bits) and what is absent stays absent, so the length never changes.
pub fn rewrite(payload_prefix: &mut [u8], descriptor: &Descriptor, new_picture_id: u16, new_tl0: u8) {
    picture_id::overwrite(payload_prefix, PICTURE_ID_AT, descriptor.picture_id, new_picture_id);
    // The layer's byte stands between the two.
    let tl0_at = PICTURE_ID_AT + picture_id::width(descriptor.picture_id) + 1;
    if let (Some(_), Some(byte)) = (descriptor.tl0_pic_idx, payload_prefix.get_mut(tl0_at)) {
        *byte = new_tl0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A key picture in non-flexible mode with a scalability structure of two layers and a group of two pictures.
    const KEY: [u8; 22] = [
        0xaa, 0x92, 0x34, 0x10, 7, // picture id 0x1234, layer 0 of both kinds, TL0PICIDX 7
        0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, // sizes 320x180 and 640x360
        0x00, 0x28, 1, 2, // two pictures: without and with two references
        9, 9, 9,
    ];

    #[test]
    fn a_key_picture_with_its_structure_is_read() {
        let descriptor = Descriptor::parse_untrusted(&KEY).unwrap();
        assert_eq!(descriptor.picture_id, Some((0x1234, true)));
        assert_eq!(descriptor.tl0_pic_idx, Some(7));
        let layer = Layer { temporal_id: 0, switching_up: true, spatial_id: 0, inter_layer: false };
        assert_eq!(descriptor.layer, Some(layer));
        assert_eq!((descriptor.has_scalability_structure, descriptor.header_len), (true, 19));
        assert!(is_key_frame_start(&KEY));
        for len in 0..19 {
            assert!(Descriptor::parse_untrusted(&KEY[..len]).is_err(), "{len} bytes");
        }
        assert!(!is_key_frame_start(&KEY[..19]), "a descriptor without a payload");
    }

    #[test]
    fn flexible_mode_lists_references_and_has_no_tl0_pic_idx() {
        let payload = [0xf8, 0x05, 0x42, 0x03, 0x04, 0xff];
        let descriptor = Descriptor::parse_untrusted(&payload).unwrap();
        assert_eq!((descriptor.picture_id, descriptor.tl0_pic_idx), (Some((5, false)), None));
        let layer = Layer { temporal_id: 2, switching_up: false, spatial_id: 1, inter_layer: false };
        assert_eq!((descriptor.layer, descriptor.header_len), (Some(layer), 5));
        let four = [0x50, 0x03, 0x03, 0x03, 0x02];
        assert!(Descriptor::parse_untrusted(&four).is_err());
    }

    #[test]
    fn only_the_lowest_layer_of_an_intra_picture_starts_a_key_frame() {
        assert!(is_key_frame_start(&[0x08, 0xff]), "no layers");
        assert!(!is_key_frame_start(&[0x48, 0xff]), "an inter picture");
        assert!(!is_key_frame_start(&[0x00, 0xff]), "the middle of a frame");
        assert!(!is_key_frame_start(&[0x28, 0x03, 0, 0xff]), "an upper spatial layer");
    }

    proptest! {
        #[test]
        fn rewriting_changes_the_two_numbers_and_nothing_else(
            payload in proptest::collection::vec(any::<u8>(), 1..40), picture_id: u16, tl0: u8,
        ) {
            let Ok(before) = Descriptor::parse_untrusted(&payload) else { return Ok(()) };
            let mut rewritten = payload.clone();
            rewrite(&mut rewritten, &before, picture_id, tl0);
            let after = Descriptor::parse_untrusted(&rewritten).unwrap();
            let mask = |wide| if wide { 0x7fff } else { 0x7f };
            let expected = Descriptor {
                picture_id: before.picture_id.map(|(_, wide)| (picture_id & mask(wide), wide)),
                tl0_pic_idx: before.tl0_pic_idx.map(|_| tl0),
                ..before
            };
            prop_assert_eq!(after, expected);
            prop_assert_eq!(&rewritten[after.header_len..], &payload[before.header_len..]);
        }
    }
}
