//! AV1 (RTP Payload Format For AV1, section 4.4): the aggregation header.
//!
//! ```text
//! Z Y W W N - - -      Z continues an OBU of the packet before, N starts a coded video sequence
//! ```

const CONTINUES: u8 = 0x80;
const NEW_SEQUENCE: u8 = 0x08;

/// Whether a key frame starts in this RTP payload: it is the first packet of a coded video sequence.
pub fn is_key_frame_start(payload: &[u8]) -> bool {
    // A packet cannot both start a sequence and continue what was before it.
    payload.len() > 1 && payload[0] & (CONTINUES | NEW_SEQUENCE) == NEW_SEQUENCE
}

#[cfg(test)]
mod tests {
    use super::is_key_frame_start;

    #[test]
    fn the_aggregation_header_tells() {
        assert!(is_key_frame_start(&[0x08, 0x0a]));
        assert!(is_key_frame_start(&[0x68, 0x0a]), "an unfinished OBU and a count");
        assert!(!is_key_frame_start(&[0x10, 0x32]));
        assert!(!is_key_frame_start(&[0x88, 0x0a]), "a contradiction");
        assert!(!is_key_frame_start(&[0x08]) && !is_key_frame_start(&[]));
    }
}
