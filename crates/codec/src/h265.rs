//! H265 (RFC 7798): where key frames start, in single units, aggregates and fragments.

use crate::h264::units;

/// Pictures that decoding can start at: BLA, IDR and CRA.
const RANDOM_ACCESS: std::ops::RangeInclusive<u8> = 16..=21;
/// Parameter sets that an encoder sends before such a picture.
const VIDEO_PARAMETERS: u8 = 32;
const SEQUENCE_PARAMETERS: u8 = 33;
const AGGREGATE: u8 = 48;
const FRAGMENT: u8 = 49;
/// Of a fragment's header: the first fragment of its unit.
const FIRST_FRAGMENT: u8 = 0x80;
/// The first bit of a slice header: the first slice segment of its picture.
const FIRST_SLICE: u8 = 0x80;

/// Whether a key frame starts in this RTP payload: a video or sequence parameter set, or the first slice segment of a
/// random access picture. (Aggregates and fragments with decoding order numbers are not negotiated, so not read.)
pub fn is_key_frame_start(payload: &[u8]) -> bool {
    let Some(([header, _], content)) = payload.split_first_chunk() else { return false };
    match unit_type(*header) {
        AGGREGATE => units(content)
            .any(|unit| unit.split_first_chunk().is_some_and(|([header, _], slice)| starts(unit_type(*header), slice))),
        FRAGMENT => content
            .split_first()
            .is_some_and(|(fragment, slice)| fragment & FIRST_FRAGMENT != 0 && starts(fragment & 0x3f, slice)),
        single => starts(single, content),
    }
}

fn unit_type(header: u8) -> u8 {
    header >> 1 & 0x3f
}

fn starts(unit_type: u8, content: &[u8]) -> bool {
    match unit_type {
        VIDEO_PARAMETERS | SEQUENCE_PARAMETERS => true,
        picture if RANDOM_ACCESS.contains(&picture) => content.first().is_some_and(|slice| slice & FIRST_SLICE != 0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_key_frame_start;

    #[test]
    fn single_units() {
        assert!(is_key_frame_start(&[0x40, 1, 0x0c]), "video parameter set");
        assert!(is_key_frame_start(&[0x42, 1, 0x01]), "sequence parameter set");
        for picture in 16..=21 {
            assert!(is_key_frame_start(&[picture << 1, 1, 0x80]), "type {picture}");
            assert!(!is_key_frame_start(&[picture << 1, 1, 0x40]), "a later slice of type {picture}");
        }
        for other in [0, 1, 15, 22, 34, 35, 39] {
            assert!(!is_key_frame_start(&[other << 1, 1, 0x80]), "type {other}");
        }
        assert!(!is_key_frame_start(&[0x26, 1]) && !is_key_frame_start(&[0x26]) && !is_key_frame_start(&[]));
    }

    #[test]
    fn aggregates() {
        assert!(is_key_frame_start(&[0x60, 1, 0, 3, 0x44, 1, 0xc0, 0, 3, 0x26, 1, 0x80]), "not the first unit");
        assert!(!is_key_frame_start(&[0x60, 1, 0, 3, 0x02, 1, 0x80, 0, 9, 0x26, 1, 0x80]), "a size past the end");
        assert!(!is_key_frame_start(&[0x60, 1, 0, 1, 0x26]), "half a unit header");
    }

    #[test]
    fn fragments() {
        assert!(is_key_frame_start(&[0x62, 1, 0x93, 0x80]), "the first one");
        assert!(!is_key_frame_start(&[0x62, 1, 0x13, 0x80]), "a middle one");
        assert!(!is_key_frame_start(&[0x62, 1, 0x81, 0x80]), "of another picture");
        assert!(!is_key_frame_start(&[0x62, 1]));
    }
}
