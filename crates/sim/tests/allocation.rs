//! Once rings and pools are full, a call allocates nothing: no packet does, also not on its way from one shard to another, and
//! no timer, report or event.

use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_sfu::{Encoding, Event, MediaKind};
use tureen_sim::{Call, PeerIndex, address};
use tureen_units::{Egress, Outlet, PacketBuffer, Path};

/// An arena that counts what it forgets.
struct Sink {
    egress: Egress,
    sent: usize,
}

impl Outlet for Sink {
    fn egress(&mut self) -> &mut Egress {
        &mut self.egress
    }

    fn flush(&mut self) {
        self.sent += self.egress.datagrams().len();
        self.egress.clear();
    }
}

/// How often the control plane was told of what is told again and again.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    levels: u32,
    producers: u32,
    consumers: u32,
    transports: u32,
}

impl Told {
    fn note(&mut self, event: &Event) {
        let count = match event {
            Event::AudioLevel { .. } => &mut self.levels,
            Event::ProducerReported { .. } => &mut self.producers,
            Event::ConsumerReported { .. } => &mut self.consumers,
            Event::TransportReported { .. } => &mut self.transports,
            _ => return,
        };
        *count += 1;
    }
}

const SPEAKER: PeerIndex = 0;
const SSRC: u32 = 1000;
/// More than the ring of a voice holds, and longer than the time between two reports to the control plane.
const WARM_UP: u16 = 210;
const MEASURED: u16 = 210;
const INTERVAL: Duration = Duration::from_millis(20);

fn voice(call: &mut Call, sequence: u16) -> Vec<u8> {
    let timestamp = u32::from(sequence) * 960;
    let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: SSRC };
    call.peers[SPEAKER].send_rtp(fields, u64::from(sequence), &[(1, b"m1"), (5, &[20])], &[0; 120]);
    call.peers[SPEAKER].take_outbox().pop().expect("a packet")
}

#[test]
fn nothing_is_allocated_while_a_call_runs() {
    let mut call = Call::with_shards(2);
    let (_, near, far) = (call.join_on(0), call.join_on(0), call.join_on(1));
    call.publish(SPEAKER, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(SSRC), ..Encoding::default() }]);
    call.subscribe(near, 1, 1, 2000);
    call.subscribe(far, 2, 1, 3000);
    let packets: Vec<_> = (1..=WARM_UP + MEASURED).map(|sequence| voice(&mut call, sequence)).collect();
    let path = Path { socket: 0, remote: address(SPEAKER) };
    let (mut now, mut buffer, mut relayed) = (call.now, PacketBuffer::boxed(), Vec::new());
    let mut sink = Sink { egress: Egress::new(64), sent: 0 };
    let (mut events, mut told) = (Vec::new(), Told::default());
    let mut before = 0;
    for (packet, index) in packets.iter().zip(0..) {
        if index == WARM_UP {
            (before, sink.sent, told) = (tureen_allocations::count(), 0, Told::default());
        }
        now += INTERVAL;
        let (home, other) = (&mut call.shard, &mut call.others[0]);
        buffer.room_mut()[..packet.len()].copy_from_slice(packet);
        buffer.set_len(packet.len());
        home.handle_datagram(now, path, &mut buffer, &mut sink);
        home.relay();
        home.drain_relayed(&mut relayed);
        for (_, relayed) in relayed.drain(..) {
            let lent = other.handle_relayed(now, relayed, &mut sink);
            home.give_buffer(lent.expect("a packet has a buffer"));
        }
        for shard in [home, other] {
            shard.forward(now, &mut sink);
            shard.handle_timeout(now, &mut sink);
            shard.drain_events(&mut events);
        }
        sink.flush();
        events.drain(..).for_each(|event| told.note(&event));
    }
    assert_eq!(tureen_allocations::count(), before);
    assert!(sink.sent > 2 * usize::from(MEASURED), "one here, one there, and reports: {}", sink.sent);
    let Told { levels, producers, consumers, transports } = told;
    assert!(levels > 5 && producers >= 2 && consumers >= 4 && transports >= 6, "{told:?}");
}
