//! Panics where no datagram goes out, so that an outlet cannot bring them about (`crates/sim/tests/panics.rs` has those):
//! the shard's own tables are broken, and what looks something up in them panics.

use std::time::{Duration, Instant};

use tureen_srtp::{Inbound, MasterKey, Outbound, Profile};
use tureen_units::{Egress, Outlet, PacketBuffer, Path};

use crate::command::{Command, ConsumerLimits, HeaderExtensionIds, IceCredentials, OpenTransport};
use crate::dtls::Identity;
use crate::event::{CloseReason, CommandErrorCode, Event};
use crate::shard::Shard;
use crate::transport::{Srtp, State, StreamRef};

/// A key of nothing.
const DANGLING: usize = 99;

struct Nowhere(Egress);

impl Outlet for Nowhere {
    fn egress(&mut self) -> &mut Egress {
        &mut self.0
    }

    fn flush(&mut self) {
        self.0.clear();
    }
}

/// A shard with two transports, 1 and 2.
fn shard(now: Instant) -> (Shard, Nowhere) {
    let mut shard = Shard::new(Identity::generate().expect("a certificate"), 7, now);
    let mut out = Nowhere(Egress::new(8));
    for transport in [1, 2] {
        let ice = |name: &str| IceCredentials { ufrag: format!("{name}{transport}"), password: "p".repeat(24) };
        let open = OpenTransport {
            request: 0,
            transport,
            local_ice: ice("ours"),
            remote_ice: ice("them"),
            remote_fingerprint: String::new(),
            extensions: HeaderExtensionIds::default(),
            max_message_size: 0,
        };
        shard.handle_command(now, Command::OpenTransport(open), &mut out);
    }
    assert_eq!(shard.sizes(), [2, 0, 0]);
    (shard, out)
}

/// Makes the transport look connected, with a path.
fn connect(shard: &mut Shard, key: usize, path: Path) {
    let master = || MasterKey { key: &[1; 16], salt: &[2; 12] };
    let inbound = Inbound::new(Profile::AeadAes128Gcm, master()).expect("a key");
    let outbound = Outbound::new(Profile::AeadAes128Gcm, master()).expect("a key");
    shard.transports[key].srtp = Some(Srtp { inbound, outbound });
    shard.transports[key].state = State::Connected;
    shard.paths.insert(path, key);
}

fn events(shard: &mut Shard) -> Vec<Event> {
    let mut events = Vec::new();
    shard.drain_events(&mut events);
    events
}

#[test]
fn an_rtp_packet() {
    let now = Instant::now();
    let (mut shard, mut out) = shard(now);
    let path = Path { socket: 0, remote: ([127, 0, 0, 1], 9).into() };
    connect(&mut shard, 0, path);
    shard.transports[0].learn_stream(0x0102_0304, StreamRef { producer: DANGLING, layer: 0, rtx: false });
    let mut buffer = PacketBuffer::boxed();
    let packet = [0x80, 96, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 0xaa];
    buffer.room_mut()[..packet.len()].copy_from_slice(&packet);
    buffer.set_len(packet.len());
    shard.handle_datagram(now, path, &mut buffer, &mut out);
    assert_eq!(shard.counters().panics, 1);
    assert_eq!(events(&mut shard), [Event::TransportClosed { transport: 1, reason: CloseReason::Panic }]);
    assert_eq!(shard.sizes(), [1, 0, 0]);
}

#[test]
fn a_check_before_it_is_authentic_drops_nobody() {
    let now = Instant::now();
    let (mut shard, mut out) = shard(now);
    shard.ufrags.insert("ours3".to_owned(), DANGLING);
    let message = is::stun::StunMessage::binding_request("ours3:them3", is::stun::TransId::new(), true, 1, 1, true);
    let mut buffer = PacketBuffer::boxed();
    let len = message.to_bytes(Some(b"guess"), buffer.room_mut(), |_, _| [0; 20]).expect("a short message");
    buffer.set_len(len);
    let path = Path { socket: 0, remote: ([127, 0, 0, 1], 9).into() };
    shard.handle_datagram(now, path, &mut buffer, &mut out);
    assert_eq!((shard.counters().panics, shard.sizes()), (1, [2, 0, 0]));
    assert_eq!(events(&mut shard), []);
}

#[test]
fn a_timer() {
    let now = Instant::now();
    let (mut shard, mut out) = shard(now);
    connect(&mut shard, 1, Path { socket: 0, remote: ([127, 0, 0, 1], 9).into() });
    shard.transports[1].producers.push(DANGLING);
    shard.transports[1].feedback.report = Some(now);
    shard.reschedule(1);
    shard.handle_timeout(now + Duration::from_millis(1), &mut out);
    assert_eq!(shard.counters().panics, 1);
    assert_eq!(events(&mut shard), [Event::TransportClosed { transport: 2, reason: CloseReason::Panic }]);
}

#[test]
fn a_command_fails_drops_its_transport_and_the_next_one_works() {
    let now = Instant::now();
    let (mut shard, mut out) = shard(now);
    shard.transports[0].consumers.push(DANGLING);
    shard.consumer_keys.insert(5, DANGLING);
    let limits = ConsumerLimits { max_layer: 0, ..ConsumerLimits::default() };
    let update = Command::UpdateConsumer { request: 7, consumer: 5, limits };
    shard.handle_command(now, update, &mut out);
    assert_eq!(shard.counters().panics, 1);
    let found = events(&mut shard);
    let [Event::CommandFailed { request: 7, code: CommandErrorCode::Panic, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    shard.transport_keys.insert(9, DANGLING);
    shard.producer_keys.insert(9, DANGLING);
    shard.handle_command(now, Command::CloseProducer { producer: 9 }, &mut out);
    assert_eq!(shard.counters().panics, 2);
    shard.handle_command(now, Command::CloseTransport { transport: 1 }, &mut out);
    assert_eq!(shard.sizes(), [1, 0, 0]);
}
