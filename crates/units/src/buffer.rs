use crate::MAX_DATAGRAM;

/// One datagram with room for the largest. Buffers are swapped, never copied: a receive buffer that becomes part of a
/// track's ring is exchanged for the one that it replaces there.
#[derive(Clone)]
pub struct PacketBuffer {
    bytes: [u8; MAX_DATAGRAM],
    len: usize,
}

impl PacketBuffer {
    /// An empty buffer on the heap.
    pub fn boxed() -> Box<Self> {
        Box::new(Self { bytes: [0; MAX_DATAGRAM], len: 0 })
    }

    /// The datagram.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The datagram, to be changed in place.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }

    /// All of the room, whatever the length; a socket writes here and then calls [`Self::set_len`].
    pub fn room_mut(&mut self) -> &mut [u8; MAX_DATAGRAM] {
        &mut self.bytes
    }

    /// Sets the length of the datagram; more than the room counts as all of it.
    pub fn set_len(&mut self, len: usize) {
        self.len = len.min(MAX_DATAGRAM);
    }
}
