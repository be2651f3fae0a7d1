//! Which shard a datagram is for, where all shards share one port and the kernel picks the socket by a hash of addresses.
//!
//! ```text
//! shard that received it ─▶ path known to be another's ──────────────────────────▶ hand over
//!                        ─▶ ICE check whose user name starts with another's sign ─▶ hand over ─┐
//!                        ─▶ else its own                                                       │
//!        "this path is mine" ◀── owner, once ICE has validated the path ◀──────────────────────┘
//! ```
//!
//! The kernel's choice for a path never changes, so one shard, the path's home, has to know its owner. A path enters only
//! when its owner has authenticated a check from it, and leaves with the owner's transport. A check never overrules a
//! running call: a datagram from a known path goes to its owner first, which passes on what it may.

use std::collections::HashMap;
use std::time::Instant;

use tureen_sfu::{BindingRequest, Shard};
use tureen_units::Path;

use crate::links::Notice;

/// The signs of shards, by index: characters that a user name fragment may have (RFC 8839 section 5.4).
/// `tureen.model.media.SHARD_SIGNS` is the other side.
const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Shards that can share a port.
pub const MAX_SHARDS: usize = SIGNS.len();

/// A datagram's way so far.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Where it came from.
    pub path: Path,
    /// The shard whose socket it came to.
    pub home: u16,
    /// Whether another shard handed it over, because it knows that the path is this one's or because of its user name.
    pub handed_over: bool,
    /// Whether that was because it knows the path.
    pub steered: bool,
}

/// Where a datagram goes that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The shard.
    pub owner: u16,
    /// Whether it has proved that the path is its own.
    pub steered: bool,
}

/// What one shard knows of paths that arrive at one shard and belong to another.
pub struct Steering {
    index: u16,
    shards: u16,
    /// Paths that arrive here, and their owners.
    owners: HashMap<Path, u16>,
    /// Own paths, and where they arrive.
    homes: HashMap<Path, u16>,
}

impl Steering {
    /// The steering of one of several shards, at most [`MAX_SHARDS`].
    pub fn new(index: usize, shards: usize) -> Self {
        Self { index: index as u16, shards: shards as u16, owners: HashMap::new(), homes: HashMap::new() }
    }

    /// Paths that arrive here and are others'.
    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Who shall have a datagram; `None`: this shard, be it to refuse it.
    pub fn route(&self, shard: &Shard, now: Instant, origin: &Origin, datagram: &[u8]) -> Option<Route> {
        if !origin.handed_over
            && let Some(owner) = self.owners.get(&origin.path)
        {
            return Some(Route { owner: *owner, steered: true });
        }
        if !is_stun(datagram) {
            return None;
        }
        let owner = self.addressee_untrusted(datagram)?;
        let moves = owner != self.index && !shard.holds_path(origin.path, now);
        moves.then_some(Route { owner, steered: false })
    }

    /// The shard whose transport an ICE check asks for, proved by nothing yet.
    fn addressee_untrusted(&self, datagram: &[u8]) -> Option<u16> {
        let request = BindingRequest::parse_untrusted(datagram).ok()?;
        let sign = request.local_ufrag().bytes().next()?;
        let index = SIGNS.iter().position(|known| *known == sign)? as u16;
        (index < self.shards).then_some(index)
    }

    /// What to tell the path's home after this shard has handled an ICE check.
    pub fn settle(&mut self, shard: &Shard, origin: &Origin) -> Option<Notice> {
        let Origin { path, home, steered, .. } = *origin;
        if !shard.knows_path(&path) {
            // Its home learns that it is wrong, if it does not already.
            return steered.then_some(Notice::Forgotten(path));
        }
        if home == self.index {
            self.owners.remove(&path);
            return None;
        }
        let known = self.homes.insert(path, home).is_some();
        (!known || !steered).then_some(Notice::Owned(path))
    }

    /// Takes a notice of another shard about a path that arrives here.
    pub fn note(&mut self, from: u16, notice: Notice) {
        match notice {
            Notice::Owned(path) => {
                self.owners.insert(path, from);
            }
            Notice::Forgotten(path) => {
                if self.owners.get(&path) == Some(&from) {
                    self.owners.remove(&path);
                }
            }
        }
    }

    /// An own path was given up. Returns its home, to be told.
    pub fn forget(&mut self, path: Path) -> Option<u16> {
        self.homes.remove(&path)
    }
}

/// Whether the first byte says STUN (RFC 7983).
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first <= 3)
}
