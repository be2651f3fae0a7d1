use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use tureen_packetio::{Core, CoreSettings, Listen};
use tureen_sfu::{
    Codec, Command, ConsumerLimits, Encoding, Event, IceCredentials, MediaKind, OpenConsumer, OpenProducer,
    OpenTransport, PayloadTypeMapping,
};
use tureen_sim::{Call, Peer};

/// What takes longer than this does not happen.
const DEADLINE: Duration = Duration::from_secs(20);

/// A core, and what it has told.
pub struct Server {
    pub core: Core,
    /// The first shard's.
    pub addresses: Vec<SocketAddr>,
    pub events: Vec<Event>,
}

impl Server {
    /// One shard on these addresses.
    pub fn new(addresses: &[&str]) -> Self {
        Self::with_shards(1, addresses, false)
    }

    /// So many shards on these addresses, on one port or each on its own.
    pub fn with_shards(shards: usize, addresses: &[&str], one_port: bool) -> Self {
        let listen = |address: &&str| Listen { address: (*address).to_owned(), port: 0 };
        let settings =
            CoreSettings { shards: vec![addresses.iter().map(listen).collect(); shards], gso: true, one_port };
        let core = Core::start(&settings).expect("free ports");
        let addresses = core.addresses().remove(0);
        Self { core, addresses, events: Vec::new() }
    }

    /// Opens a transport for the peer with this number.
    pub fn open(&self, transport: u64, remote_ice: IceCredentials, remote_fingerprint: String) {
        self.submit(open_transport(transport, credentials(transport), remote_ice, remote_fingerprint));
    }

    /// The same for a client on any shard.
    pub fn open_on(&self, shard: usize, transport: u64, client: &Client) {
        let (ours, theirs) = (client.peer.handshake.remote.clone(), client.peer.handshake.local.clone());
        self.submit_to(shard, open_transport(transport, ours, theirs, client.peer.fingerprint()));
    }

    /// Receives sound of this SSRC; producer and transport have the same number.
    pub fn open_producer(&self, transport: u64, ssrc: u32) {
        self.submit(open_producer(transport, ssrc));
    }

    /// Sends a producer's sound to a transport.
    pub fn open_consumer(&self, transport: u64, producer: u64) {
        self.submit(open_consumer(1, transport, producer));
    }

    pub fn submit(&self, command: Command) {
        self.submit_to(0, command);
    }

    pub fn submit_to(&self, shard: usize, command: Command) {
        assert!(self.core.submit(shard, vec![command]), "the shard runs");
    }

    /// A count of all shards together.
    pub fn count(&self, name: &str) -> u64 {
        let found = self.core.statistics().into_iter().find(|(known, _)| *known == name);
        found.expect("a known name").1
    }

    /// The remote address and SRTP profile of a transport that has connected.
    pub fn connected(&mut self, transport: u64) -> Option<(SocketAddr, String)> {
        self.events.append(&mut self.core.drain());
        self.events.iter().find_map(|event| match event {
            Event::TransportConnected { transport: id, remote, srtp_profile } if *id == transport => {
                Some((remote.parse().expect("an address"), srtp_profile.clone()))
            }
            _ => None,
        })
    }
}

/// Receives sound of this SSRC; producer and transport have the same number.
pub fn open_producer(transport: u64, ssrc: u32) -> Command {
    let codec = Codec {
        mime_type: "audio/opus".to_owned(),
        payload_type: 111,
        clock_rate: 48_000,
        feedback: Vec::new(),
        rtx_payload_type: None,
    };
    Command::OpenProducer(OpenProducer {
        request: 0,
        producer: transport,
        transport,
        kind: MediaKind::Audio,
        mid: "0".to_owned(),
        codecs: vec![codec],
        encodings: vec![Encoding { ssrc: Some(ssrc), ..Encoding::default() }],
        speakers: 0,
    })
}

/// Sends a producer's sound to a transport.
pub fn open_consumer(consumer: u64, transport: u64, producer: u64) -> Command {
    Command::OpenConsumer(OpenConsumer {
        request: 0,
        consumer,
        transport,
        producer,
        mid: "1".to_owned(),
        ssrc: 9000,
        rtx_ssrc: None,
        payload_types: vec![PayloadTypeMapping {
            producer: 111,
            consumer: 111,
            consumer_rtx: None,
            consumer_red: None,
        }],
        limits: ConsumerLimits::default(),
    })
}

fn open_transport(
    transport: u64,
    local_ice: IceCredentials,
    remote_ice: IceCredentials,
    remote_fingerprint: String,
) -> Command {
    Command::OpenTransport(OpenTransport {
        request: 0,
        transport,
        local_ice,
        remote_ice,
        remote_fingerprint,
        extensions: Call::extensions(),
        max_message_size: 65536,
    })
}

/// Our side's credentials of a transport.
pub fn credentials(transport: u64) -> IceCredentials {
    IceCredentials { ufrag: format!("srv{transport}"), password: format!("{transport:0>24}") }
}

/// The same where the user name says which shard the transport is on.
pub fn signed_credentials(shard: usize, transport: u64) -> IceCredentials {
    let sign = char::from(b'A' + shard as u8);
    IceCredentials { ufrag: format!("{sign}{transport:0>7}"), password: format!("{transport:0>24}") }
}

/// A simulated peer on a real socket.
pub struct Client {
    pub peer: Peer,
    pub socket: UdpSocket,
    pub server: SocketAddr,
}

impl Client {
    /// A peer for this transport, which sends to this address of the server.
    pub fn new(transport: u64, server: SocketAddr) -> Self {
        Self::with_credentials(transport, credentials(transport), server)
    }

    /// A peer for the transport with these credentials of ours.
    pub fn with_credentials(transport: u64, ours: IceCredentials, server: SocketAddr) -> Self {
        let peer = Peer::new(&transport.to_string(), ours, Instant::now());
        Self { peer, socket: socket(server), server }
    }

    /// Sends a check and waits for the answer, as browsers do before they start DTLS.
    pub fn prove_path(&self) {
        self.send_check();
        wait_for("an answer to the check", || self.takes_answer());
    }

    /// Whether the next datagram is an answer to a check.
    pub fn takes_answer(&self) -> Option<()> {
        let mut buffer = [0; 2000];
        self.socket.recv_from(&mut buffer).is_ok_and(|_| buffer[0] <= 3).then_some(())
    }

    /// Sends a check and nothing else.
    pub fn send_check(&self) {
        let check = self.peer.binding_request(&self.peer.handshake.remote.password);
        self.socket.send_to(&check, self.server).expect("a sent datagram");
    }

    /// Goes on from another socket.
    pub fn move_to(&mut self, server: SocketAddr) {
        self.socket = socket(server);
        self.server = server;
    }

    /// Sends what waits, and takes what comes within a few milliseconds.
    pub fn turn(&mut self) {
        let now = Instant::now();
        self.peer.handle_timeout(now);
        for datagram in self.peer.take_outbox() {
            self.socket.send_to(&datagram, self.server).expect("a sent datagram");
        }
        let mut buffer = [0; 2000];
        while let Ok((len, from)) = self.socket.recv_from(&mut buffer) {
            assert_eq!(from, self.server, "answers come from where requests go to");
            self.peer.handle(Instant::now(), &buffer[..len]);
        }
    }
}

/// A socket of the same family as the server's, on loopback.
pub fn socket(server: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind(SocketAddr::new(server.ip(), 0)).expect("a free port");
    socket.set_read_timeout(Some(Duration::from_millis(5))).expect("a timeout");
    socket
}

/// Calls `step` until it returns something.
pub fn wait_for<T>(what: &str, mut step: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = step() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
    }
}
