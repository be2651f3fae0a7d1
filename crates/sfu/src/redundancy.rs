//! Redundant audio (RFC 2198), hop by hop. What publishers send redundantly is taken apart at once, and what was lost on the way
//! is put back from it. Subscribers who lose packets get as many earlier ones along as their losses ask for, whether the
//! publisher sent any or not.

use tureen_codec::red::{self, Block, Blocks};

use crate::producer::{Layer, Pending};
use crate::ring::{BufferPool, Packet, PacketInfo, PacketRing, Span};

/// Earlier payloads that a packet carries at most.
pub const MOST: usize = 3;

/// A payload with earlier ones in front of it, bytes at most: with all headers a datagram passes everywhere.
const MAX_PAYLOAD: usize = 1150;

/// What a redundant block's header takes (RFC 2198 section 3), bytes.
const BLOCK_HEADER: usize = 4;

/// The name of the payload format.
pub const MIME_TYPE: &str = "audio/red";

/// Losses, per mille, from which on so many earlier payloads go along. Of random losses of a share p, p^(n+1) remain.
const STEPS: [(u16, usize); MOST] = [(200, 3), (50, 2), (10, 1)];

/// How many earlier payloads to send to someone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Redundancy {
    /// Losses of late, per mille.
    loss: u16,
}

impl Redundancy {
    /// Takes a report: the share lost in 256ths (RFC 3550 section 6.4.1). Protection comes at once and goes slowly, as losses
    /// come in groups.
    pub fn on_report(&mut self, fraction_lost: u8) {
        let sample = (u32::from(fraction_lost) * 1000 / 256) as u16;
        self.loss = sample.max(self.loss - self.loss.div_ceil(8));
    }

    /// The number of earlier payloads; `sent` by the publisher: then at least one.
    pub fn copies(self, sent: bool) -> usize {
        let by_loss = STEPS.iter().find(|(loss, _)| self.loss >= *loss).map_or(0, |(_, copies)| *copies);
        by_loss.max(usize::from(sent))
    }
}

/// What stands in front of a payload, oldest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Earlier<'a> {
    blocks: [Block<'a>; MOST],
    len: usize,
}

impl<'a> Earlier<'a> {
    /// The `copies` packets before this one, as far as they are here, can stand in front of it, and leave the datagram small
    /// enough. The newest count most.
    pub fn of(packet: &Packet, ring: &'a PacketRing, copies: usize, payload_type: u8) -> Self {
        let mut earlier = Self::default();
        let mut room = MAX_PAYLOAD.saturating_sub(packet.payload().len());
        for distance in 1..=copies.min(MOST) as u64 {
            let before = packet.info.sequence.checked_sub(distance).and_then(|sequence| ring.get(sequence));
            let Some(before) = before else { continue };
            let offset = packet.info.timestamp.wrapping_sub(before.info.timestamp);
            if !red::fits(before.payload().len(), offset) || before.info.payload_type != packet.info.payload_type {
                continue;
            }
            let Some(left) = room.checked_sub(BLOCK_HEADER + before.payload().len()) else { break };
            room = left;
            earlier.blocks[earlier.len] = Block { payload_type, offset: offset as u16, payload: before.payload() };
            earlier.len += 1;
        }
        earlier.blocks[..earlier.len].reverse();
        earlier
    }

    /// Writes them and the payload behind them; returns the length of all, or `None` if there is no room.
    pub fn write(&self, out: &mut [u8], payload_type: u8, payload: &[u8]) -> Option<usize> {
        red::write(out, self.blocks[..self.len].iter().copied(), payload_type, payload)
    }
}

/// Puts packets that are missing into the ring from what a later one carries of them, oldest first, notes them as pending and
/// returns how many there are. Encoders put the packets right before into a packet, so a block's place tells its number.
pub fn recover(
    info: &PacketInfo,
    bytes: &[u8],
    (index, layer): (u8, &mut Layer),
    pool: &mut BufferPool,
    pending: &mut Vec<Pending>,
) -> u64 {
    let Ok(blocks) = Blocks::parse_untrusted(info.redundant.slice(bytes)) else { return 0 };
    let (count, before) = (blocks.redundant().len() as u64, pending.len());
    for (block, distance) in blocks.redundant().zip((1..=count).rev()) {
        let Some(sequence) = info.sequence.checked_sub(distance) else { continue };
        if block.payload.is_empty() || !layer.nack.is_missing(sequence) {
            continue;
        }
        let mut buffer = pool.take();
        buffer.room_mut()[..block.payload.len()].copy_from_slice(block.payload);
        buffer.set_len(block.payload.len());
        let recovered = PacketInfo {
            sequence,
            timestamp: info.timestamp.wrapping_sub(u32::from(block.offset)),
            marker: false,
            payload: Span::of(buffer.bytes(), buffer.bytes()),
            ..info.without_extensions()
        };
        if layer.ring.insert(recovered, &mut buffer, pool) {
            layer.nack.on_packet(sequence, info.arrived);
            pending.push(Pending { layer: index, sequence, skip: false, padding: 0 });
        }
        pool.put(buffer);
    }
    (pending.len() - before) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protection_follows_losses_up_at_once_and_down_slowly() {
        let mut redundancy = Redundancy::default();
        assert_eq!((redundancy.copies(false), redundancy.copies(true)), (0, 1));
        redundancy.on_report(77);
        assert_eq!(redundancy.copies(false), 3, "thirty percent");
        redundancy.on_report(0);
        assert_eq!(redundancy.copies(false), 3);
        (0..40).for_each(|_| redundancy.on_report(0));
        assert_eq!(redundancy.copies(false), 0);
        redundancy.on_report(26);
        assert_eq!(redundancy.copies(true), 2, "ten percent");
    }
}
