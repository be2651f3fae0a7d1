//! A panic while one peer is handled drops that peer, is counted, and costs the others nothing. The outlet panics where the
//! core hands a datagram over, which is in the middle of the work for one peer.

use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::RtcpWriter;
use tureen_sfu::{CloseReason, Command, Encoding, Event, MediaKind};
use tureen_sim::{Call, PeerIndex};

const KEY: [u8; 3] = [0x10, 0x00, 0xaa];
const DELTA: [u8; 3] = [0x10, 0x01, 0xbb];
const MEDIA: u32 = 1000;
const PUBLISHER: PeerIndex = 0;

/// A publisher and three viewers, who all see its key frame.
fn call() -> Call {
    let mut call = Call::new();
    (0..4).for_each(|_| {
        call.join();
    });
    let encoding = Encoding { rid: None, ssrc: Some(MEDIA), rtx_ssrc: Some(MEDIA + 1) };
    call.publish(PUBLISHER, 1, MediaKind::Video, vec![encoding]);
    (1..4).for_each(|viewer| call.subscribe(viewer, viewer as u64, 1, ssrc(viewer)));
    publish(&mut call, 1, &KEY);
    call.settle();
    assert_eq!(received(&call), [1, 1, 1]);
    call
}

fn ssrc(viewer: PeerIndex) -> u32 {
    9000 + 2 * viewer as u32
}

fn publish(call: &mut Call, sequence: u16, payload: &[u8]) {
    let timestamp = u32::from(sequence) * 3000;
    let fields = HeaderFields { marker: true, payload_type: 96, sequence, timestamp, ssrc: MEDIA };
    call.peers[PUBLISHER].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], payload);
}

/// Packets of the track at each viewer; retransmissions apart.
fn received(call: &Call) -> [usize; 3] {
    [1, 2, 3].map(|viewer| call.peers[viewer].rtp.iter().filter(|packet| packet.header.ssrc == ssrc(viewer)).count())
}

fn closed(call: &Call) -> Vec<(u64, CloseReason)> {
    let closed = |event: &Event| match event {
        Event::TransportClosed { transport, reason } => Some((*transport, *reason)),
        _ => None,
    };
    call.events.iter().filter_map(closed).collect()
}

/// The panic happened, was counted once, and dropped this peer only.
fn assert_dropped(call: &Call, peer: PeerIndex) {
    assert!(!call.awaits_panic(), "nothing went out");
    assert_eq!(call.shard.counters().panics, 1);
    assert_eq!(closed(call), [(peer as u64 + 1, CloseReason::Panic)]);
}

/// Every viewer but the dropped one receives the next packets.
fn assert_others_see(call: &mut Call, dropped: PeerIndex) {
    let before = received(call);
    for sequence in 100..103 {
        publish(call, sequence, &DELTA);
        call.settle();
    }
    let expected: Vec<usize> =
        before.iter().zip(1..).map(|(count, viewer)| if viewer == dropped { *count } else { count + 3 }).collect();
    assert_eq!(received(call)[..], expected);
    assert_eq!(call.shard.counters().panics, 1);
}

#[test]
fn forwarding_to_one_of_three_costs_the_others_no_packet() {
    for dropped in 1..4 {
        let mut call = call();
        // Both packets are of one batch: two datagrams for each viewer, in the order of subscription.
        publish(&mut call, 2, &DELTA);
        publish(&mut call, 3, &DELTA);
        call.panic_after(2 * (dropped - 1));
        call.settle();
        assert_dropped(&call, dropped);
        let mut expected = [3; 3];
        expected[dropped - 1] = 1;
        assert_eq!(received(&call), expected, "those before it and those after it have every packet");
        assert_others_see(&mut call, dropped);
    }
}

#[test]
fn a_packet_that_only_just_went_out_is_no_reason_to_lose_the_next_viewers() {
    let mut call = call();
    publish(&mut call, 2, &DELTA);
    publish(&mut call, 3, &DELTA);
    call.panic_after(1);
    call.settle();
    assert_dropped(&call, 1);
    assert_eq!(received(&call), [2, 3, 3]);
    assert_others_see(&mut call, 1);
}

#[test]
fn an_answer_to_a_check() {
    let mut call = call();
    call.panic_after(0);
    let now = call.now;
    call.peers[2].check(now);
    call.settle();
    assert_dropped(&call, 2);
    let request = call.peers[2].binding_request(&call.peers[2].handshake.remote.password.clone());
    call.inject(tureen_sim::address(2), &request);
    assert_eq!(call.shard.counters().stun_refused, 1, "its credentials are forgotten");
    assert_others_see(&mut call, 2);
}

#[test]
fn a_flight_of_the_handshake() {
    let mut call = call();
    let newcomer = call.add_peer();
    // The answer to its check goes out; the first record of the handshake does not.
    call.panic_after(1);
    let now = call.now;
    call.peers[newcomer].check(now);
    call.settle();
    assert_dropped(&call, newcomer);
    assert_others_see(&mut call, newcomer);
}

#[test]
fn a_data_channel() {
    let mut call = call();
    call.panic_after(0);
    let now = call.now;
    call.peers[2].connect_data(now);
    call.settle();
    assert_dropped(&call, 2);
    assert_others_see(&mut call, 2);
}

#[test]
fn a_retransmission() {
    let mut call = call();
    publish(&mut call, 2, &DELTA);
    call.settle();
    let sequence = call.peers[2].rtp.last().expect("a packet").header.sequence;
    let mut room = [0; 64];
    let mut writer = RtcpWriter::new(&mut room);
    assert!(writer.push_nack(1, ssrc(2), &[sequence]));
    let len = writer.len();
    call.panic_after(0);
    call.peers[2].send_rtcp(&room[..len]);
    call.settle();
    assert_dropped(&call, 2);
    assert_others_see(&mut call, 2);
}

#[test]
fn a_report_that_is_due() {
    let mut call = call();
    call.panic_after(0);
    call.run(Duration::from_millis(1500));
    assert!(!call.awaits_panic());
    assert_eq!(call.shard.counters().panics, 1);
    let [(dropped, CloseReason::Panic)] = closed(&call)[..] else { panic!("{:?}", closed(&call)) };
    // The publisher joined first, so its report is due first; without it there is nothing to see.
    assert_eq!(dropped, PUBLISHER as u64 + 1);
    let (alice, bob) = (1, 2);
    call.publish(alice, 2, MediaKind::Audio, vec![Encoding { ssrc: Some(77), ..Encoding::default() }]);
    call.subscribe(bob, 20, 2, 8000);
    let fields = HeaderFields { marker: false, payload_type: 111, sequence: 1, timestamp: 960, ssrc: 77 };
    call.peers[alice].send_rtp(fields, 1, &[(1, b"m2")], b"opus");
    call.settle();
    assert!(call.peers[bob].rtp.iter().any(|packet| packet.payload == b"opus"), "the others go on");
}

#[test]
fn a_request_for_a_key_frame_drops_the_publisher_and_not_who_needs_it() {
    let need: [fn(&mut Call); 3] = [
        |call| call.subscribe(3, 30, 1, 9900),
        |call| call.command(Command::RequestKeyFrame { request: 1, producer: 1 }),
        |call| {
            let mut room = [0; 64];
            let mut writer = RtcpWriter::new(&mut room);
            assert!(writer.push_pli(1, ssrc(2)));
            let len = writer.len();
            call.peers[2].send_rtcp(&room[..len]);
            call.settle();
        },
    ];
    for need in need {
        let mut call = call();
        // The request of the first viewers is long ago, and the key frame is too old to be sent again.
        call.run(Duration::from_millis(1200));
        call.panic_after(0);
        need(&mut call);
        assert_dropped(&call, PUBLISHER);
        assert_eq!(call.shard.sizes(), [3, 0, 0], "its track goes along, and the subscriptions to it");
    }
}

#[test]
fn what_is_sent_again_to_a_late_viewer_drops_that_viewer_only() {
    let mut call = call();
    call.panic_after(0);
    call.subscribe(3, 30, 1, 9900);
    assert_dropped(&call, 3);
    assert_others_see(&mut call, 3);
}

#[test]
fn resuming_many_subscriptions_of_a_publisher_that_panics() {
    let mut call = call();
    call.command(Command::PauseProducer { request: 1, producer: 1, paused: true });
    call.run(Duration::from_millis(700));
    call.panic_after(0);
    call.command(Command::PauseProducer { request: 2, producer: 1, paused: false });
    assert_dropped(&call, PUBLISHER);
    assert_eq!(call.shard.sizes(), [3, 0, 0]);
}

#[test]
fn starting_anew_with_two_tracks_of_a_publisher_that_panics() {
    let mut call = call();
    call.publish(PUBLISHER, 2, MediaKind::Video, vec![Encoding { ssrc: Some(2000), ..Encoding::default() }]);
    (1..4).for_each(|viewer| call.subscribe(viewer, 10 + viewer as u64, 2, 9900 + 2 * viewer as u32));
    // The request of the first viewers is long ago, and the key frame is too old to be sent again.
    call.run(Duration::from_millis(2100));
    for sequence in 2..2200 {
        publish(&mut call, sequence, &[&DELTA[..], &[7; 1000]].concat());
        call.settle();
    }
    call.panic_after(0);
    call.run(Duration::from_millis(40));
    assert_dropped(&call, PUBLISHER);
    assert_eq!(call.shard.sizes(), [3, 0, 0]);
}

#[test]
fn a_goodbye() {
    let mut call = call();
    call.panic_after(0);
    call.command(Command::CloseTransport { transport: 3 });
    assert_dropped(&call, 2);
    assert_others_see(&mut call, 2);
}

#[test]
fn a_message_to_many_reaches_the_others() {
    let mut call = call();
    for peer in 1..4 {
        let now = call.now;
        call.peers[peer].connect_data(now);
        call.run(Duration::from_millis(50));
        let now = call.now;
        call.peers[peer].open_channel(now, 0, "_reliable", true, None);
    }
    call.run(Duration::from_millis(300));
    call.panic_after(1);
    let payload = serde_bytes::ByteBuf::from(b"hello".to_vec());
    call.command(Command::SendData { transports: vec![2, 3, 4], label: "_reliable".into(), payload, binary: true });
    assert_dropped(&call, 2);
    call.run(Duration::from_millis(100));
    let got = [1, 2, 3].map(|peer| call.peers[peer].messages.len());
    assert_eq!(got, [1, 0, 1]);
    assert_others_see(&mut call, 2);
}
