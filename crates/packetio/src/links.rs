//! What shards hand to each other: a bounded ring to each neighbour, and one back for the buffers. Full rings drop and
//! count; nobody waits for anybody.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use tureen_sfu::Relayed;
use tureen_units::{PacketBuffer, Path};

use crate::steering::{Origin, Route};

/// Parcels under way to all neighbours together, and the bounds of each one's share.
const PARCELS: usize = 4096;
const FEWEST_PARCELS: usize = 64;
const MOST_PARCELS: usize = 512;

/// Datagrams from paths that nobody has proved yet which may be under way to one neighbour: whoever floods us with such
/// ones takes no room from the running calls.
const MOST_UNPROVED: usize = 32;

/// A datagram that came to one shard and is another's.
pub struct HandedOver {
    /// Where it came from; the socket's index means the same address on every shard.
    pub path: Path,
    /// The shard whose socket it came to.
    pub home: u16,
    /// Whether it was handed over because its path is known to be the receiver's.
    pub steered: bool,
    /// The datagram.
    pub buffer: Box<PacketBuffer>,
}

/// What a neighbour has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The path is the sender's from now on.
    Owned(Path),
    /// The path is not the sender's any more.
    Forgotten(Path),
}

/// One thing that is handed over.
pub enum Parcel {
    /// A datagram. Its buffer is to be given back.
    Datagram(HandedOver),
    /// News of a path.
    Notice(Notice),
    /// A packet for a mirror, or a mirror's request. The buffer of a packet is to be given back.
    Relayed(Relayed),
}

struct Neighbour {
    parcels: SyncSender<Parcel>,
    spares: Receiver<Box<PacketBuffer>>,
    unproved_sent: Arc<AtomicUsize>,
    inbox: Receiver<Parcel>,
    returns: SyncSender<Box<PacketBuffer>>,
    unproved_received: Arc<AtomicUsize>,
    /// Notices that found the ring full. There are never more than paths.
    backlog: VecDeque<Notice>,
    /// Something was sent that it was not woken for.
    unannounced: bool,
}

/// One shard's rings to and from all others.
pub struct Links {
    neighbours: Vec<Option<Neighbour>>,
    capacity: usize,
    /// Datagrams handed to other shards.
    pub handed_over: u64,
    /// Datagrams that found the ring full.
    pub hand_over_drops: u64,
}

/// One direction between two shards.
struct Ring {
    parcels: (SyncSender<Parcel>, Receiver<Parcel>),
    spares: (SyncSender<Box<PacketBuffer>>, Receiver<Box<PacketBuffer>>),
    unproved: Arc<AtomicUsize>,
}

impl Ring {
    fn new(capacity: usize) -> Self {
        Self { parcels: sync_channel(capacity), spares: sync_channel(capacity), unproved: Arc::default() }
    }
}

impl Links {
    /// The links of each of `shards` shards.
    pub fn mesh(shards: usize) -> Vec<Self> {
        let capacity = (PARCELS / shards.max(1)).clamp(FEWEST_PARCELS, MOST_PARCELS);
        let mut mesh: Vec<Self> = (0..shards)
            .map(|_| Self {
                neighbours: (0..shards).map(|_| None).collect(),
                capacity,
                handed_over: 0,
                hand_over_drops: 0,
            })
            .collect();
        for one in 0..shards {
            for other in 0..one {
                let (there, back) = (Ring::new(capacity), Ring::new(capacity));
                mesh[one].neighbours[other] = Some(Neighbour::new(
                    (there.parcels.0, there.spares.1, there.unproved.clone()),
                    (back.parcels.1, back.spares.0, back.unproved.clone()),
                ));
                mesh[other].neighbours[one] = Some(Neighbour::new(
                    (back.parcels.0, back.spares.1, back.unproved),
                    (there.parcels.1, there.spares.0, there.unproved),
                ));
            }
        }
        mesh
    }

    /// How many shards there are, this one included.
    pub fn len(&self) -> usize {
        self.neighbours.len()
    }

    /// Hands a datagram to another shard. Where there is no room its buffer comes back.
    pub fn hand_over(&mut self, route: Route, origin: &Origin, buffer: Box<PacketBuffer>) -> Option<Box<PacketBuffer>> {
        let Route { owner, steered } = route;
        let Some(neighbour) = self.neighbour(owner).filter(|neighbour| steered || neighbour.takes_unproved()) else {
            self.hand_over_drops += 1;
            return Some(buffer);
        };
        let datagram = HandedOver { path: origin.path, home: origin.home, steered, buffer };
        if let Some(Parcel::Datagram(datagram)) = neighbour.send(Parcel::Datagram(datagram)) {
            self.hand_over_drops += 1;
            return Some(datagram.buffer);
        }
        neighbour.unproved_sent.fetch_add(usize::from(!steered), Ordering::Relaxed);
        self.handed_over += 1;
        None
    }

    /// Hands a packet to a shard that mirrors its producer, or what such a shard asks for to the producer's. Where there is no
    /// room it comes back.
    pub fn relay(&mut self, to: u16, relayed: Relayed) -> Option<Relayed> {
        let Some(neighbour) = self.neighbour(to) else { return Some(relayed) };
        match neighbour.send(Parcel::Relayed(relayed)) {
            Some(Parcel::Relayed(relayed)) => Some(relayed),
            _ => None,
        }
    }

    /// Tells another shard about a path. Where there is no room it is told later, in the same order.
    pub fn tell(&mut self, to: u16, notice: Notice) {
        if let Some(neighbour) = self.neighbour(to) {
            neighbour.backlog.push_back(notice);
            neighbour.send_backlog();
        }
    }

    /// The next parcel from a shard; one call sees no more than a ring holds.
    pub fn take(&mut self, from: usize) -> Option<Parcel> {
        let neighbour = self.neighbours[from].as_mut()?;
        let parcel = neighbour.inbox.try_recv().ok()?;
        if matches!(parcel, Parcel::Datagram(HandedOver { steered: false, .. })) {
            neighbour.unproved_received.fetch_sub(1, Ordering::Relaxed);
        }
        Some(parcel)
    }

    /// Parcels that may wait from one shard.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Gives a buffer back to the shard that handed it over.
    pub fn give_back(&mut self, to: usize, buffer: Box<PacketBuffer>) {
        if let Some(neighbour) = &self.neighbours[to] {
            // One that finds no room was lent in excess of what can be under way.
            let _ = neighbour.returns.try_send(buffer);
        }
    }

    /// Takes the buffers that came back.
    pub fn take_back(&mut self, mut take: impl FnMut(Box<PacketBuffer>)) {
        for neighbour in self.neighbours.iter().flatten() {
            neighbour.spares.try_iter().for_each(&mut take);
        }
    }

    /// Wakes those that were sent something since the last call.
    pub fn announce(&mut self, wake: impl Fn(usize)) {
        for (index, neighbour) in self.neighbours.iter_mut().enumerate() {
            if let Some(neighbour) = neighbour {
                neighbour.send_backlog();
                if std::mem::take(&mut neighbour.unannounced) {
                    wake(index);
                }
            }
        }
    }

    fn neighbour(&mut self, index: u16) -> Option<&mut Neighbour> {
        self.neighbours.get_mut(usize::from(index)).and_then(Option::as_mut)
    }
}

type Sending = (SyncSender<Parcel>, Receiver<Box<PacketBuffer>>, Arc<AtomicUsize>);
type Receiving = (Receiver<Parcel>, SyncSender<Box<PacketBuffer>>, Arc<AtomicUsize>);

impl Neighbour {
    fn new((parcels, spares, unproved_sent): Sending, (inbox, returns, unproved_received): Receiving) -> Self {
        let (backlog, unannounced) = (VecDeque::new(), false);
        Self { parcels, spares, unproved_sent, inbox, returns, unproved_received, backlog, unannounced }
    }

    /// Puts a parcel into the ring; it comes back where there is no room.
    fn send(&mut self, parcel: Parcel) -> Option<Parcel> {
        match self.parcels.try_send(parcel) {
            Ok(()) => {
                self.unannounced = true;
                None
            }
            Err(TrySendError::Full(parcel) | TrySendError::Disconnected(parcel)) => Some(parcel),
        }
    }

    fn takes_unproved(&self) -> bool {
        self.unproved_sent.load(Ordering::Relaxed) < MOST_UNPROVED
    }

    fn send_backlog(&mut self) {
        while let Some(notice) = self.backlog.front() {
            if self.send(Parcel::Notice(*notice)).is_some() {
                return;
            }
            self.backlog.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Links, Links) {
        let mut mesh = Links::mesh(2);
        let other = mesh.pop().unwrap();
        (mesh.pop().unwrap(), other)
    }

    fn origin(port: u16) -> Origin {
        let path = Path { socket: 0, remote: ([127, 0, 0, 1], port).into() };
        Origin { path, home: 0, handed_over: false, steered: false }
    }

    fn datagram(content: u8) -> Box<PacketBuffer> {
        let mut buffer = PacketBuffer::boxed();
        buffer.room_mut()[0] = content;
        buffer.set_len(1);
        buffer
    }

    fn contents(links: &mut Links) -> Vec<u8> {
        let parcels = std::iter::from_fn(|| links.take(0));
        let datagrams = parcels.filter_map(|parcel| match parcel {
            Parcel::Datagram(datagram) => Some(datagram.buffer.bytes()[0]),
            Parcel::Notice(_) | Parcel::Relayed(_) => None,
        });
        datagrams.collect()
    }

    const STEERED: Route = Route { owner: 1, steered: true };

    #[test]
    fn a_full_ring_drops_what_comes_then_and_nothing_else() {
        let (mut one, mut other) = pair();
        let capacity = one.capacity();
        for index in 0..capacity + 5 {
            one.hand_over(STEERED, &origin(1), datagram(index as u8));
        }
        assert_eq!((one.handed_over, one.hand_over_drops), (capacity as u64, 5));
        let expected: Vec<u8> = (0..capacity).map(|index| index as u8).collect();
        assert_eq!(contents(&mut other), expected);
        one.hand_over(STEERED, &origin(1), datagram(7));
        assert_eq!(contents(&mut other), [7]);
    }

    #[test]
    fn a_full_ring_delays_notices_and_loses_none() {
        let (mut one, mut other) = pair();
        for _ in 0..one.capacity() {
            one.hand_over(STEERED, &origin(1), datagram(0));
        }
        let notices = [Notice::Owned(origin(1).path), Notice::Forgotten(origin(1).path), Notice::Owned(origin(2).path)];
        for notice in notices {
            one.tell(1, notice);
        }
        assert_eq!(contents(&mut other).len(), one.capacity());
        assert!(other.take(0).is_none());
        let woken = std::cell::Cell::new(0);
        one.announce(|shard| woken.set(shard));
        assert_eq!(woken.get(), 1);
        let told = std::iter::from_fn(|| other.take(0)).map(|parcel| match parcel {
            Parcel::Notice(notice) => notice,
            _ => panic!("there was nothing else"),
        });
        assert_eq!(told.collect::<Vec<_>>(), notices);
    }

    #[test]
    fn a_flood_of_what_nobody_proved_takes_no_room_from_running_calls() {
        let (mut one, mut other) = pair();
        let check = Route { owner: 1, steered: false };
        for _ in 0..1000 {
            one.hand_over(check, &origin(1), datagram(1));
        }
        one.hand_over(STEERED, &origin(2), datagram(2));
        assert_eq!(one.handed_over, MOST_UNPROVED as u64 + 1);
        let arrived = contents(&mut other);
        assert_eq!((arrived.len(), arrived[MOST_UNPROVED]), (MOST_UNPROVED + 1, 2));
        one.hand_over(check, &origin(1), datagram(3));
        assert_eq!(contents(&mut other), [3], "there is room again");
    }

    #[test]
    fn buffers_come_back() {
        let (mut one, mut other) = pair();
        let mut pool = vec![datagram(0), datagram(1)];
        for _ in 0..1000 {
            let buffer = pool.pop().expect("what was handed over came back");
            assert!(one.hand_over(STEERED, &origin(1), buffer).is_none());
            let Some(Parcel::Datagram(datagram)) = other.take(0) else { panic!("a datagram was handed over") };
            other.give_back(0, datagram.buffer);
            one.take_back(|buffer| pool.push(buffer));
        }
        assert_eq!(pool.len(), 2);
    }

    #[test]
    fn each_of_many_shards_reaches_each_other_one() {
        let mut mesh = Links::mesh(5);
        for from in 0..5 {
            for owner in (0..5).filter(|to| *to != from) {
                let route = Route { owner, steered: true };
                mesh[usize::from(from)].hand_over(route, &origin(from * 10 + owner), datagram(0));
            }
        }
        for (to, links) in mesh.iter_mut().enumerate() {
            for from in (0..5).filter(|from| *from != to) {
                let Some(Parcel::Datagram(datagram)) = links.take(from) else { panic!("nothing from {from}") };
                assert_eq!(usize::from(datagram.path.remote.port()), from * 10 + to);
            }
        }
    }
}
