//! Peers joined to one shard or several in virtual time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tureen_rtp::rtcp::RtcpWriter;
use tureen_sfu::{
    Codec, Command, ConsumerLimits, Encoding, Event, HeaderExtensionIds, IceCredentials, Identity, MediaKind,
    OpenConsumer, OpenMirror, OpenProducer, OpenTransport, PayloadTypeMapping, Shard,
};
use tureen_units::{Egress, Outlet, PacketBuffer, Path};

use crate::bottleneck::Bottleneck;
use crate::peer::Peer;
use crate::rings::Rings;

/// Number of a peer in its call; its transport has this id plus one.
pub type PeerIndex = usize;

/// Decides about a datagram on its way; `false` loses it.
pub type Network = Box<dyn FnMut(Direction, PeerIndex, &[u8]) -> bool>;

/// Where each peer sends from.
pub type Addresses = fn(PeerIndex) -> SocketAddr;

/// Which way a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From a peer to the server.
    Up,
    /// From the server to a peer.
    Down,
}

struct Memory {
    egress: Egress,
    sent: Vec<(Path, Vec<u8>)>,
    /// Datagrams until the one at which the outlet panics.
    until_panic: Option<usize>,
}

impl Memory {
    fn count_down(&mut self) {
        let left = self.until_panic.take();
        assert_ne!(left, Some(0), "the panic that a test asked for");
        self.until_panic = left.map(|left| left - 1);
    }
}

impl Outlet for Memory {
    fn egress(&mut self) -> &mut Egress {
        &mut self.egress
    }

    fn flush(&mut self) {
        for (index, datagram) in self.egress.datagrams().iter().enumerate() {
            self.sent.push((datagram.path, self.egress.bytes(index).to_vec()));
        }
        self.egress.clear();
    }

    fn slot(&mut self) -> &mut [u8] {
        self.count_down();
        if self.egress.free() == 0 {
            self.flush();
        }
        self.egress.slot().expect("an arena that was just flushed has room")
    }

    fn send(&mut self, path: Path, group: u32, bytes: &[u8]) {
        self.count_down();
        if self.egress.free() == 0 {
            self.flush();
        }
        self.egress.push(path, group, bytes);
    }
}

/// A server of one shard or several, its peers, and the network between them.
pub struct Call {
    /// The first shard, and the only one unless a call says otherwise.
    pub shard: Shard,
    /// The other shards, from 1 on.
    pub others: Vec<Shard>,
    /// What joins the shards.
    pub rings: Rings,
    /// The peers.
    pub peers: Vec<Peer>,
    /// Events so far, in order.
    pub events: Vec<Event>,
    /// The current moment.
    pub now: Instant,
    /// Decides what arrives.
    pub network: Network,
    /// The shard of each peer's transport.
    homes: Vec<usize>,
    /// Producers that were opened, to be mirrored.
    producers: HashMap<u64, OpenProducer>,
    addresses: Addresses,
    /// The way back from an address to its peer.
    indices: HashMap<SocketAddr, PeerIndex>,
    /// Narrow ways to peers.
    bottlenecks: HashMap<PeerIndex, Bottleneck>,
    outlet: Memory,
    buffer: Box<PacketBuffer>,
}

impl Default for Call {
    fn default() -> Self {
        Self::new()
    }
}

impl Call {
    /// A call without peers over a network that loses nothing.
    ///
    /// # Panics
    /// If no certificate can be made.
    pub fn new() -> Self {
        Self::with_addresses(address)
    }

    /// A call whose peers are spread over so many shards by [`Self::join_on`].
    ///
    /// # Panics
    /// If no certificate can be made.
    pub fn with_shards(shards: usize) -> Self {
        let mut call = Self::new();
        let shard = |seed| Shard::new(Identity::generate().expect("a certificate"), seed, call.now);
        call.others = (1..shards as u64).map(shard).collect();
        call
    }

    /// A call whose peers send from these addresses, which must differ.
    ///
    /// # Panics
    /// If no certificate can be made.
    pub fn with_addresses(addresses: Addresses) -> Self {
        let now = Instant::now();
        Self {
            shard: Shard::new(Identity::generate().expect("a certificate"), 7, now),
            others: Vec::new(),
            rings: Rings::default(),
            homes: Vec::new(),
            producers: HashMap::new(),
            peers: Vec::new(),
            events: Vec::new(),
            now,
            network: Box::new(|_, _, _| true),
            addresses,
            indices: HashMap::new(),
            bottlenecks: HashMap::new(),
            outlet: Memory { egress: Egress::new(64), sent: Vec::new(), until_panic: None },
            buffer: PacketBuffer::boxed(),
        }
    }

    /// The extensions that all peers negotiate.
    pub fn extensions() -> HeaderExtensionIds {
        HeaderExtensionIds {
            mid: Some(1),
            rid: Some(2),
            repaired_rid: Some(3),
            transport_cc: Some(4),
            audio_level: Some(5),
            dependency_descriptor: Some(crate::DESCRIPTOR_ID),
            ..HeaderExtensionIds::default()
        }
    }

    /// The shard with this number.
    pub fn at(&mut self, shard: usize) -> &mut Shard {
        if shard == 0 { &mut self.shard } else { &mut self.others[shard - 1] }
    }

    /// Adds a peer and opens its transport.
    pub fn add_peer(&mut self) -> PeerIndex {
        self.add_peer_on(0)
    }

    /// The same on any shard.
    pub fn add_peer_on(&mut self, shard: usize) -> PeerIndex {
        let index = self.peers.len();
        let credentials = IceCredentials { ufrag: format!("srv{index}"), password: format!("{index:0>24}") };
        let peer = Peer::new(&index.to_string(), credentials.clone(), self.now);
        let open = OpenTransport {
            request: 0,
            transport: index as u64 + 1,
            local_ice: credentials,
            remote_ice: peer.handshake.local.clone(),
            remote_fingerprint: peer.fingerprint(),
            extensions: Self::extensions(),
            max_message_size: 65536,
        };
        self.connect_peer(peer);
        self.homes[index] = shard;
        self.command_to(shard, Command::OpenTransport(open));
        index
    }

    /// Puts a peer on the network that has no transport at the server yet.
    pub fn connect_peer(&mut self, peer: Peer) -> PeerIndex {
        let index = self.peers.len();
        self.peers.push(peer);
        self.homes.push(0);
        self.indices.insert((self.addresses)(index), index);
        index
    }

    /// Adds a peer and lets it connect.
    ///
    /// # Panics
    /// If it does not.
    pub fn join(&mut self) -> PeerIndex {
        self.join_on(0)
    }

    /// The same on any shard.
    ///
    /// # Panics
    /// If it does not.
    pub fn join_on(&mut self, shard: usize) -> PeerIndex {
        let index = self.add_peer_on(shard);
        self.peers[index].check(self.now);
        self.run(Duration::from_millis(200));
        assert!(self.peers[index].is_connected(), "ICE and DTLS complete");
        index
    }

    /// Lets the server panic while it hands over a datagram, after `datagrams` more that go out.
    pub fn panic_after(&mut self, datagrams: usize) {
        self.outlet.until_panic = Some(datagrams);
    }

    /// Whether the panic that was asked for is still to come.
    pub fn awaits_panic(&self) -> bool {
        self.outlet.until_panic.is_some()
    }

    /// Carries out a command on the first shard.
    pub fn command(&mut self, command: Command) {
        self.command_to(0, command);
    }

    /// Carries out a command on any shard.
    pub fn command_to(&mut self, shard: usize, command: Command) {
        let target = if shard == 0 { &mut self.shard } else { &mut self.others[shard - 1] };
        target.handle_command(self.now, command, &mut self.outlet);
        self.settle();
    }

    /// Opens a producer for audio (Opus) or video (VP8), as [`Self::publish_codec`].
    pub fn publish(&mut self, peer: PeerIndex, producer: u64, kind: MediaKind, encodings: Vec<Encoding>) {
        let mime_type = match kind {
            MediaKind::Audio => "audio/opus",
            MediaKind::Video => "video/VP8",
        };
        self.publish_codec(peer, producer, mime_type, encodings);
    }

    /// Opens a producer for audio (payload type 111) or video (96, retransmissions 97).
    pub fn publish_codec(&mut self, peer: PeerIndex, producer: u64, mime_type: &str, encodings: Vec<Encoding>) {
        self.open_producer(parameters(peer, producer, mime_type, encodings));
    }

    /// Opens a producer of audio (Opus) among whose group only the loudest may be forwarded.
    pub fn publish_voice(&mut self, peer: PeerIndex, producer: u64, ssrc: u32, speakers: u64) {
        let encoding = Encoding { ssrc: Some(ssrc), ..Encoding::default() };
        self.open_producer(OpenProducer { speakers, ..parameters(peer, producer, "audio/opus", vec![encoding]) });
    }

    /// Opens a producer, or takes over what changed, with its mirrors.
    pub fn open_producer(&mut self, open: OpenProducer) {
        let (id, home) = (open.producer, self.home_of(&open));
        self.command_to(home, Command::OpenProducer(open.clone()));
        self.producers.insert(id, open);
        for shard in (0..=self.others.len()).filter(|shard| *shard != home) {
            if self.at(shard).mirrors_producer(id) {
                self.mirror(id, shard);
            }
        }
    }

    /// Opens a mirror on this shard, or tells it what changed.
    fn mirror(&mut self, producer: u64, shard: usize) {
        let open = self.producers[&producer].clone();
        let home = self.home_of(&open);
        let request = 0;
        let mirror = OpenMirror { request, shard: home as u16, paused: false, producer: open };
        self.command_to(shard, Command::OpenMirror(mirror));
        let mirrored = Command::MirrorProducer { request, producer, shard: shard as u16, mirrored: true };
        self.command_to(home, mirrored);
    }

    fn home_of(&self, open: &OpenProducer) -> usize {
        self.homes[open.transport as usize - 1]
    }

    /// Opens a consumer, on another shard than the producer's through a mirror. Its payload types are the producer's plus 4, with SSRC `ssrc` and retransmissions on `ssrc + 1`.
    pub fn subscribe(&mut self, peer: PeerIndex, consumer: u64, producer: u64, ssrc: u32) {
        let mapping = |producer: u8| PayloadTypeMapping {
            producer,
            consumer: producer + 4,
            consumer_rtx: Some(producer + 5),
            consumer_red: None,
        };
        let home = self.homes[peer];
        let elsewhere = self.producers.get(&producer).is_some_and(|open| self.home_of(open) != home);
        if elsewhere && !self.at(home).mirrors_producer(producer) {
            self.mirror(producer, home);
        }
        self.command_to(
            home,
            Command::OpenConsumer(OpenConsumer {
                request: 0,
                consumer,
                transport: peer as u64 + 1,
                producer,
                mid: format!("d{consumer}"),
                ssrc,
                rtx_ssrc: Some(ssrc + 1),
                payload_types: vec![mapping(96), mapping(111)],
                limits: ConsumerLimits::default(),
            }),
        );
    }

    /// Puts a link of so many bits per second in front of a peer, with a queue of 200 ms and a way of 20 ms; if there is one,
    /// sets its rate. The peer answers with transport-wide feedback from then on.
    pub fn narrow(&mut self, peer: PeerIndex, rate: u64) {
        let link = || Bottleneck::new(self.now, rate, Duration::from_millis(200), Duration::from_millis(20));
        self.bottlenecks.entry(peer).or_insert_with(link).set_rate(rate);
    }

    /// A peer says what its line carries, bits per second (draft-alvestrand-rmcat-remb-03). It counts while the peer gives no
    /// transport-wide feedback.
    ///
    /// # Panics
    /// Before the peer is connected.
    pub fn estimate(&mut self, peer: PeerIndex, rate: u64) {
        let mut room = [0; 64];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_remb(1, rate, &[1]), "room for one");
        self.peers[peer].send_rtcp(writer.bytes());
        self.settle();
    }

    /// Lets time pass in steps of 5 ms.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        self.settle();
        while self.now < end {
            self.now += Duration::from_millis(5);
            for shard in std::iter::once(&mut self.shard).chain(&mut self.others) {
                shard.handle_timeout(self.now, &mut self.outlet);
            }
            for index in 0..self.peers.len() {
                self.peers[index].handle_timeout(self.now);
            }
            self.deliver();
            self.settle();
        }
    }

    /// Delivers what is under way until nothing is.
    pub fn settle(&mut self) {
        loop {
            let mut moved = false;
            for index in 0..self.peers.len() {
                for datagram in self.peers[index].take_outbox() {
                    moved = true;
                    if (self.network)(Direction::Up, index, &datagram) {
                        self.inject((self.addresses)(index), &datagram);
                    }
                }
            }
            moved |= self.forward();
            for (path, datagram) in std::mem::take(&mut self.outlet.sent) {
                moved = true;
                let Some(index) = self.indices.get(&path.remote).copied() else { continue };
                if !(self.network)(Direction::Down, index, &datagram) {
                    continue;
                }
                match self.bottlenecks.get_mut(&index) {
                    Some(link) => link.send(self.now, datagram),
                    None => self.peers[index].handle(self.now, &datagram),
                }
            }
            if !moved {
                break;
            }
        }
        for shard in std::iter::once(&mut self.shard).chain(&mut self.others) {
            shard.drain_events(&mut self.events);
        }
    }

    /// Lets each shard hand over and forward; whether anything went from one to another.
    fn forward(&mut self) -> bool {
        let mut shards: Vec<_> = std::iter::once(&mut self.shard).chain(&mut self.others).collect();
        let moved = self.rings.exchange(self.now, &mut shards, &mut self.outlet);
        for shard in shards {
            shard.forward(self.now, &mut self.outlet);
        }
        self.outlet.flush();
        moved
    }

    /// Hands over what came through narrow links by now.
    fn deliver(&mut self) {
        let id = Self::extensions().transport_cc.unwrap_or_default();
        for (peer, link) in &mut self.bottlenecks {
            while let Some(datagram) = link.poll(self.now, id) {
                self.peers[*peer].handle(self.now, &datagram);
            }
            if let Some(feedback) = link.poll_feedback(self.now) {
                self.peers[*peer].send_rtcp(&feedback);
            }
        }
    }

    /// Hands the server a datagram from any address.
    pub fn inject(&mut self, from: SocketAddr, datagram: &[u8]) {
        let room = self.buffer.room_mut();
        room[..datagram.len()].copy_from_slice(datagram);
        self.buffer.set_len(datagram.len());
        let path = Path { socket: 0, remote: from };
        let home = self.indices.get(&from).map_or(0, |peer| self.homes[*peer]);
        let shard = if home == 0 { &mut self.shard } else { &mut self.others[home - 1] };
        shard.handle_datagram(self.now, path, &mut self.buffer, &mut self.outlet);
    }
}

fn parameters(peer: PeerIndex, producer: u64, mime_type: &str, encodings: Vec<Encoding>) -> OpenProducer {
    let (kind, payload_type, clock_rate, rtx) = if mime_type.starts_with("audio/") {
        (MediaKind::Audio, 111, 48_000, None)
    } else {
        (MediaKind::Video, 96, 90_000, Some(97))
    };
    let codec = Codec {
        mime_type: mime_type.to_owned(),
        payload_type,
        clock_rate,
        feedback: vec!["nack".to_owned(), "nack pli".to_owned()],
        rtx_payload_type: rtx,
    };
    OpenProducer {
        request: 0,
        producer,
        transport: peer as u64 + 1,
        kind,
        mid: format!("m{producer}"),
        codecs: vec![codec],
        encodings,
        speakers: 0,
    }
}

/// Where a peer sends from, unless a call says otherwise.
pub fn address(peer: PeerIndex) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 10_000 + peer as u16)
}
