use crate::CodecError;

/// The M bit of a picture id's first byte: the id has 15 bits.
const WIDE: u8 = 0x80;

/// A picture id: its value, and whether it takes two bytes (15 bits) rather than one (7 bits).
pub type PictureId = (u16, bool);

/// Bytes that a picture id takes.
pub(crate) fn width(id: Option<PictureId>) -> usize {
    match id {
        None => 0,
        Some((_, false)) => 1,
        Some((_, true)) => 2,
    }
}

/// Reads the picture id at `at`, as VP8 and VP9 both write it.
pub(crate) fn parse_untrusted(payload: &[u8], at: usize) -> Result<PictureId, CodecError> {
    let truncated = CodecError("ends within the picture id");
    let first = *payload.get(at).ok_or(truncated)?;
    if first & WIDE == 0 {
        return Ok((first.into(), false));
    }
    let second = *payload.get(at + 1).ok_or(truncated)?;
    Ok((u16::from_be_bytes([first & !WIDE, second]), true))
}

/// Writes `value` over the picture id at `at`, as many of its lower bits as there were; a payload that is too short stays
/// as it is.
pub(crate) fn overwrite(payload: &mut [u8], at: usize, current: Option<PictureId>, value: u16) {
    let [high, low] = value.to_be_bytes();
    match (current, payload.get_mut(at..at + width(current))) {
        (Some(_), Some([narrow])) => *narrow = low & !WIDE,
        (Some(_), Some([first, second])) => (*first, *second) = (high | WIDE, low),
        _ => {}
    }
}
