//! VP8 (RFC 7741): the payload descriptor and the first byte of the payload header.
//!
//! ```text
//!  0   X R N S R PID        S start of a partition, PID which one
//!      I L T K RSV          if X
//!      M PictureID [..]     if I; two bytes if M
//!      TL0PICIDX            if L
//!      TID Y KEYIDX         if T or K
//! ```

use crate::{CodecError, PictureId, picture_id};

const EXTENDED: u8 = 0x80;
const NON_REFERENCE: u8 = 0x20;
const START: u8 = 0x10;
const PARTITION: u8 = 0x07;
/// Of the extension byte.
const HAS_PICTURE_ID: u8 = 0x80;
const HAS_TL0_PIC_IDX: u8 = 0x40;
const HAS_TEMPORAL_ID: u8 = 0x20;
const HAS_KEY_IDX: u8 = 0x10;
/// Of the payload header's first byte: 0 for a key frame (section 4.3).
const INTER_FRAME: u8 = 0x01;
/// Where the picture id is if there is one.
const PICTURE_ID_AT: usize = 2;

/// A parsed payload descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Value, and whether it has 15 bits.
    pub picture_id: Option<PictureId>,
    /// Running number of frames of the lowest temporal layer.
    pub tl0_pic_idx: Option<u8>,
    /// 0 to 3.
    pub temporal_id: Option<u8>,
    /// The frame refers to the lowest temporal layer only, so that a receiver may move up to its layer here.
    pub layer_sync: bool,
    /// Running number of key frames, 0 to 31.
    pub key_idx: Option<u8>,
    /// No other frame refers to this one.
    pub non_reference: bool,
    /// A partition starts in this packet.
    pub start_of_partition: bool,
    /// Which partition; 0 comes first in a frame.
    pub partition: u8,
    /// Length of the descriptor, bytes.
    pub header_len: usize,
}

impl Descriptor {
    /// Parses the descriptor at the start of an RTP payload. Fails if the payload ends within it.
    pub fn parse_untrusted(payload: &[u8]) -> Result<Self, CodecError> {
        let truncated = CodecError("ends within the VP8 descriptor");
        let byte = |at: usize| payload.get(at).copied().ok_or(truncated);
        let first = byte(0)?;
        let has = if first & EXTENDED == 0 { 0 } else { byte(1)? };
        let mut at = if first & EXTENDED == 0 { 1 } else { PICTURE_ID_AT };
        let mut picture_id = None;
        if has & HAS_PICTURE_ID != 0 {
            picture_id = Some(picture_id::parse_untrusted(payload, at)?);
            at += picture_id::width(picture_id);
        }
        let mut tl0_pic_idx = None;
        if has & HAS_TL0_PIC_IDX != 0 {
            tl0_pic_idx = Some(byte(at)?);
            at += 1;
        }
        let mut layers = 0;
        if has & (HAS_TEMPORAL_ID | HAS_KEY_IDX) != 0 {
            layers = byte(at)?;
            at += 1;
        }
        let has_temporal_id = has & HAS_TEMPORAL_ID != 0;
        Ok(Self {
            picture_id,
            tl0_pic_idx,
            temporal_id: has_temporal_id.then_some(layers >> 6),
            layer_sync: has_temporal_id && layers & 0x20 != 0,
            key_idx: (has & HAS_KEY_IDX != 0).then_some(layers & 0x1f),
            non_reference: first & NON_REFERENCE != 0,
            start_of_partition: first & START != 0,
            partition: first & PARTITION,
            header_len: at,
        })
    }

    /// Whether a frame starts in this packet.
    pub fn starts_frame(&self) -> bool {
        self.start_of_partition && self.partition == 0
    }

    /// Whether a key frame starts in `payload`, which this descriptor was parsed from.
    pub fn starts_key_frame(&self, payload: &[u8]) -> bool {
        self.starts_frame() && payload.get(self.header_len).is_some_and(|header| header & INTER_FRAME == 0)
    }
}

/// Whether a key frame starts in this RTP payload.
pub fn is_key_frame_start(payload: &[u8]) -> bool {
    Descriptor::parse_untrusted(payload).is_ok_and(|descriptor| descriptor.starts_key_frame(payload))
}

/// Writes new numbers over those in the payload that `descriptor` was parsed from, or over a copy of its front. Each keeps
/// its width (a narrow picture id takes the lower 7 bits) and what is absent stays absent, so the length never changes.
pub fn rewrite(payload_prefix: &mut [u8], descriptor: &Descriptor, new_picture_id: u16, new_tl0: u8) {
    picture_id::overwrite(payload_prefix, PICTURE_ID_AT, descriptor.picture_id, new_picture_id);
    let tl0_at = PICTURE_ID_AT + picture_id::width(descriptor.picture_id);
    if let (Some(_), Some(byte)) = (descriptor.tl0_pic_idx, payload_prefix.get_mut(tl0_at)) {
        *byte = new_tl0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything present: a wide picture id 0x1234, TL0PICIDX 7, temporal layer 2 with sync, KEYIDX 21.
    const FULL: [u8; 7] = [0xb0, 0xf0, 0x92, 0x34, 7, 0xb5, 0x00];

    #[test]
    fn all_fields_are_read() {
        let expected = Descriptor {
            picture_id: Some((0x1234, true)),
            tl0_pic_idx: Some(7),
            temporal_id: Some(2),
            layer_sync: true,
            key_idx: Some(21),
            non_reference: true,
            start_of_partition: true,
            partition: 0,
            header_len: 6,
        };
        assert_eq!(Descriptor::parse_untrusted(&FULL), Ok(expected));
        for len in 0..expected.header_len {
            assert!(Descriptor::parse_untrusted(&FULL[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn a_short_descriptor_has_one_byte() {
        let descriptor = Descriptor::parse_untrusted(&[0x13, 0]).unwrap();
        assert_eq!((descriptor.header_len, descriptor.partition, descriptor.picture_id), (1, 3, None));
        assert!(descriptor.start_of_partition && !descriptor.starts_frame());
    }

    #[test]
    fn key_frames_start_with_the_first_partition() {
        assert!(is_key_frame_start(&[0x10, 0x00]));
        assert!(!is_key_frame_start(&[0x10, 0x01]), "an inter frame");
        assert!(!is_key_frame_start(&[0x00, 0x00]), "the middle of a partition");
        assert!(!is_key_frame_start(&[0x11, 0x00]), "another partition");
        assert!(!is_key_frame_start(&[0x10]), "a descriptor without a payload");
        assert!(is_key_frame_start(&FULL));
    }

    #[test]
    fn an_id_keeps_its_width() {
        let mut narrow = [0x90, 0xc0, 0x7f, 9, 0xaa];
        let descriptor = Descriptor::parse_untrusted(&narrow).unwrap();
        rewrite(&mut narrow, &descriptor, 0x7f85, 10);
        assert_eq!(narrow, [0x90, 0xc0, 0x05, 10, 0xaa]);
        let mut wide = FULL;
        rewrite(&mut wide, &Descriptor::parse_untrusted(&FULL).unwrap(), 3, 8);
        assert_eq!(wide, [0xb0, 0xf0, 0x80, 0x03, 8, 0xb5, 0x00]);
    }

    proptest! {
        #[test]
        fn rewriting_changes_the_two_numbers_and_nothing_else(
            payload in proptest::collection::vec(any::<u8>(), 1..12), picture_id: u16, tl0: u8,
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
