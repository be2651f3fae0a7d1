//! Packets of one frame made equally long. Publishers split a frame into packets that differ by about one byte, the longest
//! last; the kernel cuts one message into datagrams of one size, of which only the last may be shorter. So the shorter ones
//! are padded (RFC 3550 section 5.1), and a frame leaves in one message. Only at the last hop: what goes to another server
//! or into a file has no padding.

use crate::producer::{Layer, Pending};

/// The most that is added to one packet, bytes. More would cost the path more than it saves here.
pub const MOST: u8 = 16;

const ZEROS: [u8; MOST as usize] = [0; MOST as usize];

/// As much padding as a packet can have: it has nothing else.
pub const FILLER: [u8; 255] = {
    let mut bytes = [0; 255];
    bytes[254] = 255;
    bytes
};

/// Says of each pending packet how many bytes bring it to the length of the longest of its frame.
pub fn even_out(pending: &mut [Pending], layers: &[Layer]) {
    let mut start = 0;
    while start < pending.len() {
        let frame = frame_of(&pending[start], layers);
        let len = pending[start..].iter().take_while(|next| frame_of(next, layers) == frame).count();
        even_out_frame(&mut pending[start..start + len], layers);
        start += len;
    }
}

fn even_out_frame(frame: &mut [Pending], layers: &[Layer]) {
    let lengths = frame.iter().filter_map(|pending| length(pending, layers));
    let longest = lengths.max().unwrap_or(0);
    for pending in frame {
        let missing = longest - length(pending, layers).unwrap_or(longest);
        pending.padding = u8::try_from(missing).ok().filter(|missing| *missing <= MOST).unwrap_or(0);
    }
}

/// What tells one frame from another: its layer and its timestamp.
fn frame_of(pending: &Pending, layers: &[Layer]) -> (u8, Option<u32>) {
    let packet = layers[usize::from(pending.layer)].ring.get(pending.sequence);
    (pending.layer, packet.map(|packet| packet.info.timestamp))
}

fn length(pending: &Pending, layers: &[Layer]) -> Option<usize> {
    let packet = layers[usize::from(pending.layer)].ring.get(pending.sequence)?;
    Some(packet.payload().len())
}

/// The bytes of so much padding, at most [`MOST`]: zeros, and their number in the last byte.
pub struct Padding {
    bytes: [u8; MOST as usize],
    len: u8,
}

impl Padding {
    /// So many bytes; 0 for none.
    pub fn new(len: u8) -> Self {
        let (mut bytes, len) = (ZEROS, len.min(MOST));
        if len > 0 {
            bytes[usize::from(len) - 1] = len;
        }
        Self { bytes, len }
    }

    /// As they go out.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}
