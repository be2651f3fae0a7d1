//! RTP header extensions (RFC 8285), and the contents of those that forwarding reads or writes.
//!
//! A block holds elements in the one-byte form (ids 1 to 14, 1 to 16 bytes each) or in the two-byte form (ids 1 to 255,
//! 0 to 255 bytes each). The `decode_*` functions take the data of one element from the network and answer `None` if it
//! cannot be theirs; ignore the element then.

use std::time::Duration;

/// "Defined by profile" of a block in the one-byte form.
const ONE_BYTE_PROFILE: u16 = 0xbede;
/// The same for the two-byte form; the lower four bits are the application's.
const TWO_BYTE_PROFILE: u16 = 0x1000;
const TWO_BYTE_MASK: u16 = 0xfff0;
/// The id that ends a block in the one-byte form (RFC 8285, section 4.2).
const STOP: u8 = 15;

/// The longest mid or rid that we take, bytes: what an element in the one-byte form can hold.
pub const MAX_STREAM_NAME: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    OneByte,
    TwoByte,
}

impl Form {
    /// The smaller form that can hold all elements.
    fn for_elements(elements: &[(u8, &[u8])]) -> Option<Self> {
        if elements.iter().all(|(id, data)| (1..STOP).contains(id) && (1..=16).contains(&data.len())) {
            return Some(Self::OneByte);
        }
        elements.iter().all(|(id, data)| *id != 0 && data.len() <= 255).then_some(Self::TwoByte)
    }

    fn profile(self) -> u16 {
        match self {
            Self::OneByte => ONE_BYTE_PROFILE,
            Self::TwoByte => TWO_BYTE_PROFILE,
        }
    }
}

/// The elements of an extension block as `(id, data)`.
#[derive(Clone, Debug)]
pub struct Extensions<'a> {
    rest: &'a [u8],
    form: Form,
}

impl<'a> Extensions<'a> {
    pub(crate) fn new(profile: u16, elements: &'a [u8]) -> Self {
        match profile {
            ONE_BYTE_PROFILE => Self { rest: elements, form: Form::OneByte },
            _ if profile & TWO_BYTE_MASK == TWO_BYTE_PROFILE => Self { rest: elements, form: Form::TwoByte },
            _ => Self { rest: &[], form: Form::OneByte },
        }
    }

    fn element(&mut self) -> Option<(u8, &'a [u8])> {
        // Both forms pad with zero bytes, before, between and after elements.
        let start = self.rest.iter().position(|byte| *byte != 0)?;
        let (first, after) = self.rest[start..].split_first()?;
        let (id, len, after) = match self.form {
            Form::OneByte => (first >> 4, usize::from(first & 0x0f) + 1, after),
            Form::TwoByte => {
                let (len, after) = after.split_first()?;
                (*first, usize::from(*len), after)
            }
        };
        if self.form == Form::OneByte && (id == 0 || id == STOP) {
            return None;
        }
        let (data, rest) = after.split_at_checked(len)?;
        self.rest = rest;
        Some((id, data))
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.element();
        if element.is_none() {
            self.rest = &[];
        }
        element
    }
}

impl std::iter::FusedIterator for Extensions<'_> {}

/// Writes a whole block with its two header words and returns its length, a multiple of four bytes.
pub(crate) fn encode_block(out: &mut [u8], elements: &[(u8, &[u8])]) -> Option<usize> {
    let form = Form::for_elements(elements)?;
    let mut at = 4;
    for (id, data) in elements {
        at += match form {
            Form::OneByte => {
                *out.get_mut(at)? = id << 4 | (data.len() - 1) as u8;
                1
            }
            Form::TwoByte => {
                out.get_mut(at..at + 2)?.copy_from_slice(&[*id, data.len() as u8]);
                2
            }
        };
        out.get_mut(at..at + data.len())?.copy_from_slice(data);
        at += data.len();
    }
    let end = at.next_multiple_of(4);
    out.get_mut(at..end)?.fill(0);
    let words = u16::try_from(end / 4 - 1).ok()?;
    out[..2].copy_from_slice(&form.profile().to_be_bytes());
    out[2..4].copy_from_slice(&words.to_be_bytes());
    Some(end)
}

/// How loud a packet of audio is (RFC 6464).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLevel {
    /// Whether the encoder believes that it is speech.
    pub voice: bool,
    /// Minus the level in dBov: 0 is the loudest, 127 is silence.
    pub level: u8,
}

/// Reads an audio level.
pub fn decode_audio_level(data: &[u8]) -> Option<AudioLevel> {
    let byte = *data.first()?;
    Some(AudioLevel { voice: byte & 0x80 != 0, level: byte & 0x7f })
}

/// Writes an audio level; a level above 127 counts as silence.
pub fn encode_audio_level(level: AudioLevel) -> [u8; 1] {
    [level.level.min(127) | if level.voice { 0x80 } else { 0 }]
}

/// Reads a transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 2).
pub fn decode_transport_cc(data: &[u8]) -> Option<u16> {
    data.first_chunk().copied().map(u16::from_be_bytes)
}

/// Writes a transport-wide sequence number.
pub fn encode_transport_cc(sequence: u16) -> [u8; 2] {
    sequence.to_be_bytes()
}

/// Reads an absolute send time: 24 bits of seconds in 6.18 fixed point, so it wraps every 64 seconds.
pub fn decode_abs_send_time(data: &[u8]) -> Option<Duration> {
    let [high, middle, low] = *data.first_chunk()?;
    let fixed = u64::from(u32::from_be_bytes([0, high, middle, low]));
    Some(Duration::from_nanos((fixed * 1_000_000_000) >> 18))
}

/// Writes an absolute send time from the time since any fixed moment, rounded down.
pub fn encode_abs_send_time(since_epoch: Duration) -> [u8; 3] {
    let fraction = (u64::from(since_epoch.subsec_nanos()) << 18) / 1_000_000_000;
    let fixed = (since_epoch.as_secs() & 0x3f) << 18 | fraction;
    let [.., high, middle, low] = fixed.to_be_bytes();
    [high, middle, low]
}

/// Writes within which bounds the time from capture to display should be (the playout delay extension of libwebrtc): each 12
/// bits of 10 ms, longer ones as the longest.
pub fn encode_playout_delay(least: Duration, most: Duration) -> [u8; 3] {
    let field = |delay: Duration| (delay.as_millis() / 10).min(0xfff) as u32;
    let [_, high, middle, low] = (field(least) << 12 | field(most)).to_be_bytes();
    [high, middle, low]
}

/// Reads the name of a media section (RFC 9143, section 15): a token of at most [`MAX_STREAM_NAME`] bytes.
pub fn decode_mid(data: &[u8]) -> Option<&str> {
    decode_stream_name(data)
}

/// Reads the id of an RTP stream, also of a repaired one (RFC 8852): at most [`MAX_STREAM_NAME`] bytes.
pub fn decode_rid(data: &[u8]) -> Option<&str> {
    decode_stream_name(data)
}

fn decode_stream_name(data: &[u8]) -> Option<&str> {
    let fits = (1..=MAX_STREAM_NAME).contains(&data.len()) && data.iter().all(u8::is_ascii_graphic);
    std::str::from_utf8(data).ok().filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn elements(profile: u16, block: &[u8]) -> Vec<(u8, Vec<u8>)> {
        Extensions::new(profile, block).map(|(id, data)| (id, data.to_vec())).collect()
    }

    #[test]
    fn the_one_byte_form_skips_padding_and_stops_at_fifteen() {
        let block = [0x10, 0xaa, 0, 0, 0x21, 1, 2, 0, 0xf0, 0x30, 0xbb, 0];
        assert_eq!(elements(ONE_BYTE_PROFILE, &block), [(1, vec![0xaa]), (2, vec![1, 2])]);
        // RFC 8285, section 4.2: id 0 with a length ends the block.
        assert_eq!(elements(ONE_BYTE_PROFILE, &[0x10, 0xaa, 0x02, 0x30, 0xbb, 0]), [(1, vec![0xaa])]);
    }

    #[test]
    fn the_two_byte_form_may_hold_empty_elements_and_any_id() {
        let block = [1, 0, 0, 2, 1, 0x33, 0, 200, 2, 7, 8, 0];
        let expected = [(1, vec![]), (2, vec![0x33]), (200, vec![7, 8])];
        assert_eq!(elements(TWO_BYTE_PROFILE, &block), expected);
        assert_eq!(elements(TWO_BYTE_PROFILE | 5, &block), expected);
    }

    #[test]
    fn truncated_elements_and_other_profiles_yield_nothing() {
        assert_eq!(elements(ONE_BYTE_PROFILE, &[0x13, 1, 2, 3]), []);
        assert_eq!(elements(TWO_BYTE_PROFILE, &[0, 0, 0, 9]), []);
        assert_eq!(elements(TWO_BYTE_PROFILE, &[1, 3, 0, 9]), []);
        assert_eq!(elements(0x4321, &[0x10, 1, 0, 0]), []);
    }

    #[test]
    fn the_form_follows_from_the_elements() {
        let profile = |elements: &[(u8, &[u8])]| {
            let mut out = [0; 600];
            encode_block(&mut out, elements).map(|_| u16::from_be_bytes([out[0], out[1]]))
        };
        assert_eq!(profile(&[(14, &[0; 16])]), Some(ONE_BYTE_PROFILE));
        assert_eq!(profile(&[(15, &[0])]), Some(TWO_BYTE_PROFILE));
        assert_eq!(profile(&[(1, &[])]), Some(TWO_BYTE_PROFILE));
        assert_eq!(profile(&[(1, &[0; 17])]), Some(TWO_BYTE_PROFILE));
        assert_eq!(profile(&[(0, &[0])]), None);
        assert_eq!(profile(&[(1, &[0; 256])]), None);
    }

    #[test]
    fn audio_levels_and_stream_names_are_bounded() {
        assert_eq!(decode_audio_level(&[0xaa]), Some(AudioLevel { voice: true, level: 42 }));
        assert_eq!(encode_audio_level(AudioLevel { voice: false, level: 200 }), [127]);
        assert_eq!(decode_audio_level(&[]), None);
        assert_eq!(decode_mid(b"0"), Some("0"));
        assert_eq!(decode_rid(b"f"), Some("f"));
        for refused in [&b""[..], b"a b", b"\xc3\xa4", b"seventeen-letters"] {
            assert_eq!(decode_mid(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn absolute_send_time_wraps_after_64_seconds() {
        assert_eq!(encode_abs_send_time(Duration::from_millis(1500)), [0x06, 0, 0]);
        assert_eq!(encode_abs_send_time(Duration::from_secs(64)), [0, 0, 0]);
        assert_eq!(decode_abs_send_time(&[0x06, 0, 0]), Some(Duration::from_millis(1500)));
        assert_eq!(decode_abs_send_time(&[0, 0]), None);
    }

    proptest! {
        #[test]
        fn send_times_come_back_within_a_tick(nanos in 0..64_000_000_000u64) {
            let sent = Duration::from_nanos(nanos);
            let read = decode_abs_send_time(&encode_abs_send_time(sent)).unwrap();
            prop_assert!(read <= sent && sent < read + Duration::from_nanos(3_816 + 2));
        }

        #[test]
        fn levels_and_sequences_come_back(voice: bool, level in 0..128u8, sequence: u16) {
            let level = AudioLevel { voice, level };
            prop_assert_eq!(decode_audio_level(&encode_audio_level(level)), Some(level));
            prop_assert_eq!(decode_transport_cc(&encode_transport_cc(sequence)), Some(sequence));
        }
    }
}
