use crate::{MAX_DATAGRAM, Path};

/// A datagram that waits in the arena.
#[derive(Clone, Copy, Debug)]
pub struct Datagram {
    /// Where it goes.
    pub path: Path,
    /// Datagrams of one group go to one peer; a sender may bring them together, keeping their order.
    pub group: u32,
    /// Its length in bytes.
    pub len: u16,
}

/// The arena into which packets are sealed and from which the sockets send them: one fixed slot per datagram, reused
/// after each flush, so that nothing is allocated once it has its size.
pub struct Egress {
    arena: Box<[u8]>,
    datagrams: Vec<Datagram>,
}

impl Egress {
    /// An arena for `capacity` datagrams.
    pub fn new(capacity: usize) -> Self {
        Self { arena: vec![0; capacity * MAX_DATAGRAM].into_boxed_slice(), datagrams: Vec::with_capacity(capacity) }
    }

    /// The next free slot, or `None` when the arena is full and must be flushed first.
    pub fn slot(&mut self) -> Option<&mut [u8]> {
        let start = self.datagrams.len() * MAX_DATAGRAM;
        self.arena.get_mut(start..start + MAX_DATAGRAM)
    }

    /// Keeps the first `len` bytes of the slot that [`Self::slot`] gave as a datagram.
    pub fn commit(&mut self, path: Path, group: u32, len: usize) {
        debug_assert!(len <= MAX_DATAGRAM && self.datagrams.len() < self.datagrams.capacity());
        self.datagrams.push(Datagram { path, group, len: len.min(MAX_DATAGRAM) as u16 });
    }

    /// Copies a finished datagram into the arena; `false` when it is full or the datagram is too long.
    pub fn push(&mut self, path: Path, group: u32, bytes: &[u8]) -> bool {
        let Some(slot) = self.slot() else { return false };
        let Some(room) = slot.get_mut(..bytes.len()) else { return false };
        room.copy_from_slice(bytes);
        self.commit(path, group, bytes.len());
        true
    }

    /// What waits, in the order of commits.
    pub fn datagrams(&self) -> &[Datagram] {
        &self.datagrams
    }

    /// The bytes of the datagram with this index.
    pub fn bytes(&self, index: usize) -> &[u8] {
        let start = index * MAX_DATAGRAM;
        &self.arena[start..start + usize::from(self.datagrams[index].len)]
    }

    /// Free slots.
    pub fn free(&self) -> usize {
        self.arena.len() / MAX_DATAGRAM - self.datagrams.len()
    }

    /// Forgets all datagrams.
    pub fn clear(&mut self) {
        self.datagrams.clear();
    }
}
