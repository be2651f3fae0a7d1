//! What a peer may make us remember of its SCTP packets.
//!
//! `sctp-proto` bounds the payload that waits for the rest of a message, 1 MiB by default, but each chunk of it costs the
//! packet that it came in and a place in lists that are searched. Chunks of one byte, of none at all, or far ahead of a
//! number that never comes would cost a peer little and us much. So chunks are counted here before the crate sees them.
//!
//! ```text
//! common header (12) | type 0, flags, length | TSN | stream, sequence | payload protocol | payload     DATA
//!                    | type 3, flags, length | cumulative TSN | window | ...                           SACK
//! ```

/// Streams per direction; ids start at 0. Browsers use the first ones.
pub const MAX_STREAMS: u16 = 1024;

/// Chunks that may wait for the rest of their message or for a message before it. A full window of whole packets has a
/// quarter of that.
const MAX_CHUNKS: usize = 4096;

/// How far beyond what we acknowledged a chunk may be numbered.
const MAX_AHEAD: u32 = 4096;

const COMMON_HEADER: usize = 12;
const DATA: u8 = 0;
const DATA_HEADER: usize = 16;
const SACK: u8 = 3;

/// What one association has taken and not handed on, in chunks.
#[derive(Default)]
pub struct ReceiveWindow {
    waiting: usize,
    acknowledged: Option<u32>,
}

impl ReceiveWindow {
    /// Bytes of payload that may wait.
    pub const BYTES: u32 = 1024 * 1024;

    /// Whether a packet of the peer may be taken; its chunks then count. One that may not is as good as lost: the peer
    /// sends it again, when there may be room.
    pub fn admits(&mut self, packet: &[u8]) -> bool {
        let mut fresh = 0;
        for chunk in chunks(packet).filter(|chunk| chunk[0] == DATA) {
            // A chunk without payload is a violation (RFC 9260 section 3.3.1), and a malformed one the crate's to refuse.
            let Some(number) = word(chunk, 4).filter(|_| chunk.len() > DATA_HEADER) else { return false };
            if u16::from_be_bytes([chunk[8], chunk[9]]) >= MAX_STREAMS {
                return false;
            }
            let ahead = self.acknowledged.map_or(1, |acknowledged| number.wrapping_sub(acknowledged) as i32);
            if ahead > MAX_AHEAD as i32 {
                return false;
            }
            fresh += usize::from(ahead > 0);
        }
        self.waiting += fresh;
        true
    }

    /// Whether more chunks wait than ever become messages; then the association is not worth keeping.
    pub fn is_exhausted(&self) -> bool {
        self.waiting > MAX_CHUNKS
    }

    /// A message of so many chunks was read.
    pub fn note_read(&mut self, chunks: usize) {
        self.waiting = self.waiting.saturating_sub(chunks);
    }

    /// A packet goes to the peer. Its acknowledgement says exactly what `waiting` only approaches: repeated and
    /// abandoned chunks count there until nothing waits any more.
    pub fn note_sent(&mut self, packet: &[u8]) {
        for chunk in chunks(packet).filter(|chunk| chunk[0] == SACK) {
            self.acknowledged = word(chunk, 4);
            if word(chunk, 8) == Some(Self::BYTES) {
                self.waiting = 0;
            }
        }
    }
}

/// The chunks of a packet, each with its header of four bytes, without what pads them; a length that cannot be ends them.
fn chunks(packet: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = packet.get(COMMON_HEADER..).unwrap_or_default();
    std::iter::from_fn(move || {
        let len = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
        let chunk = rest.get(..len).filter(|chunk| chunk.len() >= 4)?;
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some(chunk)
    })
}

fn word(chunk: &[u8], at: usize) -> Option<u32> {
    chunk.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data(number: u32, stream: u16, payload: usize) -> Vec<u8> {
        let mut chunk = vec![DATA, 3, 0, 0];
        chunk.extend(number.to_be_bytes());
        chunk.extend(stream.to_be_bytes());
        chunk.extend([0; 6]);
        chunk.resize(DATA_HEADER + payload, 0xdd);
        let len = chunk.len() as u16;
        chunk[2..4].copy_from_slice(&len.to_be_bytes());
        chunk.resize(chunk.len().next_multiple_of(4), 0);
        chunk
    }

    fn sack(number: u32, window: u32) -> Vec<u8> {
        [&[SACK, 0, 0, 16][..], &number.to_be_bytes(), &window.to_be_bytes(), &[0; 4]].concat()
    }

    fn packet(chunks: &[Vec<u8>]) -> Vec<u8> {
        [vec![0; COMMON_HEADER], chunks.concat()].concat()
    }

    #[test]
    fn chunks_without_payload_and_of_streams_that_were_not_agreed_are_refused() {
        let mut window = ReceiveWindow::default();
        assert!(window.admits(&packet(&[data(1, MAX_STREAMS - 1, 1)])));
        assert!(!window.admits(&packet(&[data(2, 0, 1), data(3, 0, 0)])));
        assert!(!window.admits(&packet(&[data(2, MAX_STREAMS, 1)])));
        assert_eq!(window.waiting, 1, "a refused packet counts for nothing");
    }

    #[test]
    fn numbers_far_ahead_of_what_was_acknowledged_are_refused() {
        let mut window = ReceiveWindow::default();
        let last = u32::MAX - 5;
        window.note_sent(&packet(&[sack(last, ReceiveWindow::BYTES)]));
        assert!(window.admits(&packet(&[data(last.wrapping_add(MAX_AHEAD), 0, 1)])));
        assert!(!window.admits(&packet(&[data(last.wrapping_add(MAX_AHEAD + 1), 0, 1)])));
        assert!(window.admits(&packet(&[data(last - 3, 0, 1)])), "a repeated one is the crate's to answer");
    }

    #[test]
    fn chunks_that_never_become_messages_exhaust_it_and_messages_do_not() {
        let mut window = ReceiveWindow::default();
        for number in 1..=20_000 {
            assert!(window.admits(&packet(&[data(number, 0, 1)])));
            window.note_read(1);
            window.note_sent(&packet(&[sack(number, ReceiveWindow::BYTES - 1)]));
        }
        assert!(!window.is_exhausted());
        for number in 20_001..=20_001 + MAX_CHUNKS as u32 {
            assert!(!window.is_exhausted() && window.admits(&packet(&[data(number, 0, 1)])));
            window.note_sent(&packet(&[sack(number, ReceiveWindow::BYTES - 1)]));
        }
        assert!(window.is_exhausted());
    }

    #[test]
    fn an_empty_window_and_repeated_chunks_count_for_nothing() {
        let mut window = ReceiveWindow::default();
        assert!(window.admits(&packet(&[data(7, 0, 1), data(8, 0, 1)])));
        window.note_sent(&packet(&[sack(8, ReceiveWindow::BYTES - 2)]));
        assert!(window.admits(&packet(&[data(7, 0, 1)])));
        assert_eq!(window.waiting, 2);
        window.note_sent(&packet(&[sack(8, ReceiveWindow::BYTES)]));
        assert_eq!(window.waiting, 0);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut window = ReceiveWindow::default();
            window.admits(&bytes);
            window.note_sent(&bytes);
            prop_assert!(window.waiting <= bytes.len() / DATA_HEADER);
        }
    }
}
