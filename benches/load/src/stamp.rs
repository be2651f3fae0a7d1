//! The moment at which a packet left, written into its payload.

use std::time::Duration;

/// Where it stands: behind the VP8 descriptor and the header of a key frame, which the server reads.
pub const AT: usize = 16;
/// Its length, bytes: a mark and nanoseconds since the Unix epoch.
pub const LEN: usize = 12;
/// A payload with a stamp has this length at least.
pub const END: usize = AT + LEN;

const MARK: [u8; 4] = *b"load";

/// Writes `time` into the front of a payload.
pub fn write(front: &mut [u8; END], time: Duration) {
    front[AT..AT + 4].copy_from_slice(&MARK);
    front[AT + 4..].copy_from_slice(&(time.as_nanos() as u64).to_be_bytes());
}

/// The time in a decrypted payload; `None` if it has none.
pub fn read(payload: &[u8]) -> Option<Duration> {
    let (mark, nanos) = payload.get(AT..END)?.split_at(MARK.len());
    (mark == MARK).then(|| nanos.first_chunk().map(|nanos| Duration::from_nanos(u64::from_be_bytes(*nanos))))?
}
