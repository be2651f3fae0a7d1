use crate::{Egress, Path};

/// Where finished datagrams go: an arena, and someone who empties it.
pub trait Outlet {
    /// The arena.
    fn egress(&mut self) -> &mut Egress;

    /// Sends what waits and clears the arena.
    fn flush(&mut self);

    /// A free slot, after a flush if need be. Finish with [`Egress::commit`].
    fn slot(&mut self) -> &mut [u8] {
        if self.egress().free() == 0 {
            self.flush();
        }
        self.egress().slot().expect("an arena that was just flushed has room")
    }

    /// Copies a finished datagram into the arena; one that is too long is dropped.
    fn send(&mut self, path: Path, group: u32, bytes: &[u8]) {
        if self.egress().free() == 0 {
            self.flush();
        }
        self.egress().push(path, group, bytes);
    }
}
