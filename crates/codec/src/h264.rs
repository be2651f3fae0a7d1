//! H264 (RFC 6184): where key frames start, in single units, aggregates and fragments.

const IDR: u8 = 5;
const SPS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
const TYPE: u8 = 0x1f;
/// Of a fragment's header: the first fragment of its unit.
const FIRST_FRAGMENT: u8 = 0x80;
/// The first bit of a slice header: `first_mb_in_slice`, an Exp-Golomb number, is zero.
const FIRST_SLICE: u8 = 0x80;

/// Whether a key frame starts in this RTP payload: a sequence parameter set, or the first slice of an IDR picture.
pub fn is_key_frame_start(payload: &[u8]) -> bool {
    let Some((header, content)) = payload.split_first() else { return false };
    match header & TYPE {
        STAP_A => units(content).any(|unit| unit.split_first().is_some_and(|(header, slice)| starts(*header, slice))),
        FU_A => content.split_first().is_some_and(|(fragment, slice)| {
            // The fragment's header carries the type where a unit's does.
            fragment & FIRST_FRAGMENT != 0 && starts(*fragment, slice)
        }),
        _ => starts(*header, content),
    }
}

fn starts(header: u8, content: &[u8]) -> bool {
    match header & TYPE {
        SPS => true,
        IDR => content.first().is_some_and(|slice| slice & FIRST_SLICE != 0),
        _ => false,
    }
}

/// The units of an aggregate, each after its size in two bytes. A size past the end ends them.
pub(crate) fn units(mut aggregate: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (size, rest) = aggregate.split_first_chunk()?;
        let (unit, rest) = rest.split_at_checked(u16::from_be_bytes(*size).into())?;
        aggregate = rest;
        Some(unit)
    })
}

#[cfg(test)]
mod tests {
    use super::is_key_frame_start;

    #[test]
    fn single_units() {
        assert!(is_key_frame_start(&[0x67, 0x42]), "parameter set");
        assert!(is_key_frame_start(&[0x65, 0x88]), "IDR");
        assert!(!is_key_frame_start(&[0x65, 0x48]), "a later slice of an IDR picture");
        assert!(!is_key_frame_start(&[0x41, 0x9a]), "another slice");
        assert!(!is_key_frame_start(&[0x68, 0xce]), "a picture parameter set alone");
        assert!(!is_key_frame_start(&[0x65]) && !is_key_frame_start(&[]));
    }

    #[test]
    fn aggregates() {
        assert!(is_key_frame_start(&[0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce]));
        assert!(is_key_frame_start(&[0x78, 0, 2, 0x68, 0xce, 0, 2, 0x65, 0x88]), "not the first unit");
        assert!(!is_key_frame_start(&[0x78, 0, 2, 0x41, 0x9a, 0, 9, 0x65, 0x88]), "a size past the end");
        assert!(!is_key_frame_start(&[0x78, 0, 0, 0, 0]), "empty units");
    }

    #[test]
    fn fragments() {
        assert!(is_key_frame_start(&[0x7c, 0x85, 0x88]), "the first one");
        assert!(!is_key_frame_start(&[0x7c, 0x05, 0x88]), "a middle one");
        assert!(!is_key_frame_start(&[0x7c, 0x81, 0x9a]), "of another slice");
        assert!(!is_key_frame_start(&[0x7c]));
    }
}
