//! What must hold for arbitrary bytes in the payload parsers. The fuzz targets and a property test of the crate both run
//! these functions, so that they are checked without a nightly compiler too.

use tureen_codec::dependency_descriptor::{Descriptor, MAX_LEN, rewrite};
use tureen_codec::{VideoCodec, is_key_frame_start, red, vp8, vp9};

/// Ids that no descriptor of the wire can hold in full, so that masking shows.
const NEW_PICTURE_ID: u16 = 0xffff;
const NEW_TL0: u8 = 0xa5;

/// A descriptor lies within the bytes, and rewriting changes nothing after it.
pub fn vp8(data: &[u8]) {
    let is_key = is_key_frame_start(VideoCodec::Vp8, data);
    let Ok(descriptor) = vp8::Descriptor::parse_untrusted(data) else { return assert!(!is_key) };
    assert!((1..=data.len()).contains(&descriptor.header_len));
    assert_eq!(descriptor.starts_key_frame(data), is_key);
    let mut rewritten = data.to_vec();
    vp8::rewrite(&mut rewritten, &descriptor, NEW_PICTURE_ID, NEW_TL0);
    let again = vp8::Descriptor::parse_untrusted(&rewritten).expect("a rewritten descriptor can be read");
    assert_eq!(again.header_len, descriptor.header_len);
    assert_eq!(rewritten[again.header_len..], data[again.header_len..]);
    vp8::rewrite(&mut rewritten[..descriptor.header_len / 2], &descriptor, 0, 0);
}

/// A descriptor lies within the bytes, and rewriting changes nothing after it.
pub fn vp9(data: &[u8]) {
    let is_key = is_key_frame_start(VideoCodec::Vp9, data);
    let Ok(descriptor) = vp9::Descriptor::parse_untrusted(data) else { return assert!(!is_key) };
    assert!((1..=data.len()).contains(&descriptor.header_len));
    let mut rewritten = data.to_vec();
    vp9::rewrite(&mut rewritten, &descriptor, NEW_PICTURE_ID, NEW_TL0);
    let again = vp9::Descriptor::parse_untrusted(&rewritten).expect("a rewritten descriptor can be read");
    assert_eq!(again.header_len, descriptor.header_len);
    assert_eq!(rewritten[again.header_len..], data[again.header_len..]);
    vp9::rewrite(&mut rewritten[..descriptor.header_len / 2], &descriptor, 0, 0);
}

/// There is an answer, and an empty payload starts nothing.
pub fn h264(data: &[u8]) {
    assert!(!(is_key_frame_start(VideoCodec::H264, data) && data.is_empty()));
}

/// There is an answer, and less than a unit header starts nothing.
pub fn h265(data: &[u8]) {
    assert!(!(is_key_frame_start(VideoCodec::H265, data) && data.len() < 2));
}

/// There is an answer, and an aggregation header alone starts nothing.
pub fn av1(data: &[u8]) {
    assert!(!(is_key_frame_start(VideoCodec::Av1, data) && data.len() < 2));
}

/// The blocks lie within the bytes, one behind the other.
pub fn red(data: &[u8]) {
    let Ok(blocks) = red::Blocks::parse_untrusted(data) else { return };
    let redundant: usize = blocks.redundant().map(|block| block.payload.len()).sum();
    assert_eq!(4 * blocks.redundant().len() + 1 + redundant + blocks.primary().payload.len(), data.len());
}

/// The descriptors of one stream, each after its length. What can be read can be read again once it is rewritten, and says
/// the same but for its number and mask.
pub fn dependency_descriptor(data: &[u8]) {
    let (mut structure, mut rest) = (None, data);
    while let Some((len, after)) = rest.split_first() {
        let (descriptor, next) = after.split_at(after.len().min(usize::from(*len)));
        rest = next;
        let before = structure.clone();
        let Ok(parsed) = Descriptor::parse_untrusted(descriptor, &mut structure) else {
            assert_eq!(structure, before);
            continue;
        };
        assert!(
            parsed.spatial_id < 4 && parsed.temporal_id < 8 && parsed.references.distances().iter().all(|far| *far > 0)
        );
        let mask = structure.as_ref().map_or(0, |structure| structure.mask(1, 1));
        let mut out = [0; MAX_LEN];
        let Some(len) = rewrite(descriptor, &parsed.layout, 0x1234, Some(mask), &mut out) else { continue };
        let again =
            Descriptor::parse_untrusted(&out[..len], &mut structure).expect("a rewritten descriptor can be read");
        assert_eq!((again.layout.frame_number, again.layout.active_decode_targets), (0x1234, Some(mask)));
        assert_eq!(Descriptor { layout: parsed.layout, ..again }, parsed);
    }
}
