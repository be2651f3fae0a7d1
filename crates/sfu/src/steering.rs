//! What others must know of a shard's paths to bring its datagrams to it: several shards may share one port, and then a
//! datagram comes to whichever of them the kernel picks.

use std::time::Instant;

use tureen_units::Path;

use crate::shard::Shard;

impl Shard {
    /// Whether ICE validated this path for one of the transports.
    pub fn knows_path(&self, path: &Path) -> bool {
        self.paths.contains_key(path)
    }

    /// Whether a running call uses this path, so that no other transport may claim it.
    pub fn holds_path(&self, path: Path, now: Instant) -> bool {
        self.paths.get(&path).is_some_and(|owner| self.transports[*owner].holds(path, now))
    }

    /// Moves the paths that were given up since the last call to the end of `paths`. Some may be known again.
    pub fn drain_forgotten_paths(&mut self, paths: &mut Vec<Path>) {
        paths.append(&mut self.forgotten);
    }
}
