//! Where a shard's own traffic and that of its neighbours meet.

use std::time::Instant;

use tureen_sfu::{Relayed, Shard};
use tureen_units::{Egress, Outlet, PacketBuffer, Path};

use crate::links::{HandedOver, Links, Notice, Parcel};
use crate::send::{SendReport, Sender};
use crate::socket::UdpSocket;
use crate::steering::{Origin, Steering, is_stun};

/// Datagrams that wait for one flush at most.
pub const EGRESS_CAPACITY: usize = 512;

/// The arena and the sockets behind it.
pub struct SocketOutlet {
    egress: Egress,
    sender: Sender,
    /// One per address, in the same order on every shard.
    pub sockets: Vec<UdpSocket>,
    /// What became of what was sent.
    pub report: SendReport,
}

impl SocketOutlet {
    /// An empty arena before these sockets.
    pub fn new(sockets: Vec<UdpSocket>, gso: bool) -> Self {
        let (egress, sender) = (Egress::new(EGRESS_CAPACITY), Sender::new(gso));
        Self { egress, sender, sockets, report: SendReport::default() }
    }
}

impl Outlet for SocketOutlet {
    fn egress(&mut self) -> &mut Egress {
        &mut self.egress
    }

    fn flush(&mut self) {
        if !self.egress.datagrams().is_empty() {
            self.sender.flush(Instant::now(), &self.sockets, &mut self.egress, &mut self.report);
        }
    }
}

/// A shard with its ways in and out: its sockets, and the rings from and to its neighbours.
pub struct Junction {
    /// The media server.
    pub shard: Shard,
    /// The way to the network.
    pub outlet: SocketOutlet,
    /// The way to the neighbours.
    pub links: Links,
    /// Where all shards share a port.
    steering: Option<Steering>,
    index: u16,
    /// Kept for their memory.
    forgotten: Vec<Path>,
    relayed: Vec<(u16, Relayed)>,
}

impl Junction {
    /// The junction of the shard with this index; `one_port`: its addresses are all shards'.
    pub fn new(shard: Shard, outlet: SocketOutlet, links: Links, index: usize, one_port: bool) -> Self {
        let shares = one_port && links.len() > 1;
        let steering = shares.then(|| Steering::new(index, links.len()));
        Self { shard, outlet, links, steering, index: index as u16, forgotten: Vec::new(), relayed: Vec::new() }
    }

    /// Paths that arrive here and are handed to others.
    pub fn steered_paths(&self) -> u64 {
        self.steering.as_ref().map_or(0, |steering| steering.len() as u64)
    }

    /// Takes a datagram from an own socket; its buffer may be exchanged. Call [`Self::flush`] after each round.
    pub fn receive(&mut self, now: Instant, path: Path, buffer: &mut Box<PacketBuffer>) {
        let origin = Origin { path, home: self.index, handed_over: false, steered: false };
        self.dispatch(now, &origin, buffer);
    }

    /// Takes what the neighbours have sent; `false` if there may be more.
    pub fn take_parcels(&mut self, now: Instant) -> bool {
        let Self { shard, links, .. } = self;
        links.take_back(|buffer| shard.give_buffer(buffer));
        let mut all = true;
        for from in 0..self.links.len() {
            let mut left = self.links.capacity();
            while left > 0
                && let Some(parcel) = self.links.take(from)
            {
                self.take(now, from, parcel);
                left -= 1;
            }
            all &= left > 0;
        }
        all
    }

    /// Relays and forwards what came, does what is due, and sends it all. `wake` is for those for whom there is something:
    /// they begin while we forward.
    pub fn flush(&mut self, now: Instant, wake: impl Fn(usize)) {
        self.shard.relay();
        self.send_relayed(now);
        self.announce(&wake);
        self.shard.forward(now, &mut self.outlet);
        self.shard.handle_timeout(now, &mut self.outlet);
        self.send_relayed(now);
        self.outlet.flush();
        self.announce(&wake);
    }

    fn send_relayed(&mut self, now: Instant) {
        let Self { shard, outlet, links, relayed, .. } = self;
        shard.drain_relayed(relayed);
        for (to, relayed) in relayed.drain(..) {
            if let Some(relayed) = links.relay(to, relayed) {
                shard.handle_relay_drop(now, relayed, outlet);
            }
        }
    }

    /// Tells the neighbours which paths are no longer ours, and wakes those for whom there is something.
    fn announce(&mut self, wake: &impl Fn(usize)) {
        self.shard.drain_forgotten_paths(&mut self.forgotten);
        let Self { shard, steering, links, forgotten, .. } = self;
        for path in forgotten.drain(..) {
            if !shard.knows_path(&path)
                && let Some(home) = steering.as_mut().and_then(|steering| steering.forget(path))
            {
                links.tell(home, Notice::Forgotten(path));
            }
        }
        links.announce(wake);
    }

    fn take(&mut self, now: Instant, from: usize, parcel: Parcel) {
        match parcel {
            Parcel::Datagram(HandedOver { path, home, steered, mut buffer }) => {
                let origin = Origin { path, home, handed_over: true, steered };
                self.dispatch(now, &origin, &mut buffer);
                self.links.give_back(from, buffer);
            }
            Parcel::Relayed(relayed) => {
                if let Some(buffer) = self.shard.handle_relayed(now, relayed, &mut self.outlet) {
                    self.links.give_back(from, buffer);
                }
            }
            Parcel::Notice(notice) => {
                if let Some(steering) = &mut self.steering {
                    steering.note(from as u16, notice);
                }
            }
        }
    }

    fn dispatch(&mut self, now: Instant, origin: &Origin, buffer: &mut Box<PacketBuffer>) {
        let Self { shard, outlet, links, steering, .. } = self;
        let Some(steering) = steering else {
            shard.handle_datagram(now, origin.path, buffer, outlet);
            return;
        };
        if let Some(route) = steering.route(shard, now, origin, buffer.bytes()) {
            let datagram = std::mem::replace(buffer, shard.take_buffer());
            if let Some(datagram) = links.hand_over(route, origin, datagram) {
                shard.give_buffer(datagram);
            }
            return;
        }
        let check = is_stun(buffer.bytes());
        shard.handle_datagram(now, origin.path, buffer, outlet);
        if check && let Some(notice) = steering.settle(shard, origin) {
            links.tell(origin.home, notice);
        }
    }
}
