//! A packet that goes from one shard to another allocates nothing on its way, once rings and pools are full.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use tureen_rtp::HeaderFields;
use tureen_sfu::{Encoding, MediaKind};
use tureen_sim::{Call, PeerIndex, address};
use tureen_units::{Egress, Outlet, PacketBuffer, Path};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

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

const SPEAKER: PeerIndex = 0;
const SSRC: u32 = 1000;
/// More than the ring of a voice holds.
const WARM_UP: u16 = 200;
const MEASURED: u16 = 200;

fn voice(call: &mut Call, sequence: u16) -> Vec<u8> {
    let timestamp = u32::from(sequence) * 960;
    let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: SSRC };
    call.peers[SPEAKER].send_rtp(fields, u64::from(sequence), &[(1, b"m1"), (5, &[20])], &[0; 120]);
    call.peers[SPEAKER].take_outbox().pop().expect("a packet")
}

#[test]
fn nothing_is_allocated_per_relayed_packet() {
    let mut call = Call::with_shards(2);
    let (_, near, far) = (call.join_on(0), call.join_on(0), call.join_on(1));
    call.publish(SPEAKER, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(SSRC), ..Encoding::default() }]);
    call.subscribe(near, 1, 1, 2000);
    call.subscribe(far, 2, 1, 3000);
    let packets: Vec<_> = (1..=WARM_UP + MEASURED).map(|sequence| voice(&mut call, sequence)).collect();
    let path = Path { socket: 0, remote: address(SPEAKER) };
    let (now, mut buffer, mut relayed) = (call.now, PacketBuffer::boxed(), Vec::new());
    let mut sink = Sink { egress: Egress::new(64), sent: 0 };
    let mut before = 0;
    for (packet, index) in packets.iter().zip(0..) {
        if index == WARM_UP {
            (before, sink.sent) = (ALLOCATIONS.get(), 0);
        }
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
        home.forward(now, &mut sink);
        other.forward(now, &mut sink);
        sink.flush();
    }
    assert_eq!(ALLOCATIONS.get(), before);
    assert_eq!(sink.sent, 2 * usize::from(MEASURED), "one here, one there");
}
