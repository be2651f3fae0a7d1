//! One room over three shards: nobody notices.

use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::{Packet, RtcpWriter, SenderInfo, packets_untrusted};
use tureen_sfu::{CloseReason, Command, CommandErrorCode, Encoding, Event, MediaKind, OpenMirror, OpenProducer};
use tureen_sim::{Call, Direction, PeerIndex, Received};

const KEY: [u8; 3] = [0x10, 0x00, 0xaa];
const DELTA: [u8; 3] = [0x10, 0x01, 0xbb];
const MEDIA: u32 = 1000;
const PUBLISHER: PeerIndex = 0;
/// The shard of each viewer; the publisher is on the first.
const VIEWERS: [(PeerIndex, usize); 4] = [(1, 0), (2, 1), (3, 1), (4, 2)];

fn ssrc(viewer: PeerIndex) -> u32 {
    9000 + 2 * viewer as u32
}

fn one_stream(ssrc: u32) -> Vec<Encoding> {
    vec![Encoding { rid: None, ssrc: Some(ssrc), rtx_ssrc: Some(ssrc + 1) }]
}

/// The publisher and its viewers, before the first packet.
fn room() -> Call {
    let mut call = Call::with_shards(3);
    call.join_on(0);
    for (_, shard) in VIEWERS {
        call.join_on(shard);
    }
    call.publish(PUBLISHER, 1, MediaKind::Video, one_stream(MEDIA));
    for (viewer, _) in VIEWERS {
        call.subscribe(viewer, viewer as u64, 1, ssrc(viewer));
    }
    call
}

/// The same after a key frame that all have seen.
fn watched() -> Call {
    let mut call = room();
    publish(&mut call, 1, &KEY);
    assert_eq!(counts(&call), [1; 4]);
    call
}

fn publish(call: &mut Call, sequence: u16, payload: &[u8]) {
    publish_on(call, MEDIA, sequence, payload);
}

fn publish_on(call: &mut Call, ssrc: u32, sequence: u16, payload: &[u8]) {
    let timestamp = u32::from(sequence) * 3000;
    let fields = HeaderFields { marker: true, payload_type: 96, sequence, timestamp, ssrc };
    call.peers[PUBLISHER].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], payload);
    call.settle();
}

/// What a viewer received of the track, retransmissions apart.
fn pictures(call: &Call, viewer: PeerIndex) -> Vec<&Received> {
    call.peers[viewer].rtp.iter().filter(|packet| packet.header.ssrc == ssrc(viewer)).collect()
}

fn counts(call: &Call) -> [usize; 4] {
    VIEWERS.map(|(viewer, _)| pictures(call, viewer).len())
}

/// The numbers that a viewer received follow each other.
fn assert_continuous(call: &Call, viewer: PeerIndex) {
    let numbers: Vec<u16> = pictures(call, viewer).iter().map(|packet| packet.header.sequence).collect();
    let expected = (0..numbers.len() as u16).map(|index| numbers[0] + index);
    assert!(numbers.iter().copied().eq(expected), "{numbers:?}");
}

fn assert_all_continuous(call: &Call) {
    for (viewer, _) in VIEWERS {
        assert_continuous(call, viewer);
    }
}

fn feedback(call: &Call, peer: PeerIndex) -> Vec<Packet<'_>> {
    call.peers[peer].rtcp.iter().flat_map(|bytes| packets_untrusted(bytes).flatten()).collect()
}

fn key_frame_requests(call: &Call) -> usize {
    let packets = feedback(call, PUBLISHER);
    packets.iter().filter(|packet| matches!(packet, Packet::PictureLossIndication { .. })).count()
}

fn send_rtcp(call: &mut Call, peer: PeerIndex, write: impl FnOnce(&mut RtcpWriter<'_>) -> bool) {
    let mut room = [0; 200];
    let mut writer = RtcpWriter::new(&mut room);
    assert!(write(&mut writer));
    let len = writer.len();
    call.peers[peer].send_rtcp(&room[..len]);
    call.settle();
}

#[test]
fn viewers_on_all_shards_see_the_same() {
    let mut call = watched();
    for sequence in 2..=20 {
        publish(&mut call, sequence, &DELTA);
    }
    assert_eq!(counts(&call), [20; 4]);
    for (viewer, _) in VIEWERS {
        assert_continuous(&call, viewer);
        let payloads = pictures(&call, viewer).into_iter().map(|packet| packet.payload.clone());
        assert!(payloads.skip(1).all(|payload| payload == DELTA));
    }
    assert_eq!(call.shard.counters().packets_relayed, 2 * 20, "one copy per shard, however many watch there");
    assert_eq!((call.at(1).mirrors(), call.at(1).sizes()), (1, [2, 0, 2]));
}

#[test]
fn what_a_viewer_lost_comes_from_its_own_shard() {
    let mut call = watched();
    call.network = Box::new(|direction, peer, _| (direction, peer) != (Direction::Down, 2));
    publish(&mut call, 2, &DELTA);
    call.network = Box::new(|_, _, _| true);
    publish(&mut call, 3, &DELTA);
    let lost = pictures(&call, 2)[0].header.sequence + 1;
    call.rings.capacity = 0;
    send_rtcp(&mut call, 2, |writer| writer.push_nack(1, ssrc(2), &[lost]));
    let repaired = call.peers[2].rtp.iter().find(|packet| packet.header.ssrc == ssrc(2) + 1).expect("a repair");
    assert_eq!(repaired.payload[..2], lost.to_be_bytes());
    assert_eq!(repaired.payload[2..], DELTA);
    assert!(!feedback(&call, PUBLISHER).iter().any(|packet| matches!(packet, Packet::Nack(_))));
}

#[test]
fn requests_for_key_frames_from_all_shards_cost_the_publisher_one() {
    let mut call = room();
    assert_eq!(key_frame_requests(&call), 1, "for four who have just come");
    publish(&mut call, 1, &KEY);
    call.run(Duration::from_secs(1));
    assert_eq!(key_frame_requests(&call), 1, "it came");
    for (viewer, _) in VIEWERS {
        send_rtcp(&mut call, viewer, |writer| writer.push_pli(1, ssrc(viewer)));
    }
    assert_eq!(key_frame_requests(&call), 2, "one more for all four");
    call.run(Duration::from_secs(1));
    publish(&mut call, 2, &DELTA);
    assert_eq!(key_frame_requests(&call), 3, "repeated while none comes");
}

#[test]
fn who_joins_late_on_another_shard_starts_at_a_key_frame() {
    let mut call = watched();
    call.run(Duration::from_secs(3));
    let late = call.join_on(2);
    call.subscribe(late, 10, 1, ssrc(late));
    assert_eq!(key_frame_requests(&call), 2);
    publish(&mut call, 2, &DELTA);
    assert!(pictures(&call, late).is_empty(), "no picture without its key frame");
    publish(&mut call, 3, &KEY);
    assert_eq!(pictures(&call, late).len(), 1);
}

#[test]
fn who_joins_soon_on_another_shard_sees_the_last_picture_from_its_mirror() {
    let mut call = watched();
    publish(&mut call, 2, &DELTA);
    let late = call.join_on(2);
    call.subscribe(late, 10, 1, ssrc(late));
    let payloads: Vec<_> = pictures(&call, late).into_iter().map(|packet| packet.payload.clone()).collect();
    assert_eq!(payloads, [KEY, DELTA]);
    assert_eq!(key_frame_requests(&call), 1, "nothing was asked of the publisher");
    // A packet that did not find its way to the mirror is no padding: then there is no whole picture to show.
    call.run(Duration::from_secs(1));
    publish(&mut call, 3, &KEY);
    call.rings.capacity = 0;
    publish(&mut call, 4, &DELTA);
    call.rings.capacity = 512;
    publish(&mut call, 5, &DELTA);
    let later = call.join_on(2);
    call.subscribe(later, 11, 1, ssrc(later));
    assert!(pictures(&call, later).is_empty());
}

#[test]
fn the_publisher_leaves_and_nothing_is_left() {
    let mut call = watched();
    for shard in 0..3 {
        call.command_to(shard, Command::CloseProducer { producer: 1 });
    }
    publish(&mut call, 2, &DELTA);
    assert_eq!(counts(&call), [1; 4]);
    for shard in 0..3 {
        let left = (call.at(shard).mirrors(), call.at(shard).sizes()[1], call.at(shard).sizes()[2]);
        assert_eq!(left, (0, 0, 0));
    }
    // A packet that is under way when a mirror goes is nobody's.
    let mut call = watched();
    call.command_to(1, Command::CloseProducer { producer: 1 });
    publish(&mut call, 2, &DELTA);
    assert_eq!(counts(&call), [2, 1, 1, 2]);
    let stop = Command::MirrorProducer { request: 0, producer: 1, shard: 1, mirrored: false };
    call.command_to(0, stop);
    let relayed = call.shard.counters().packets_relayed;
    publish(&mut call, 3, &DELTA);
    assert_eq!(call.shard.counters().packets_relayed, relayed + 1, "for the third shard only");
}

#[test]
fn a_full_ring_costs_pictures_behind_it_until_the_next_key_frame_and_the_others_nothing() {
    let mut call = watched();
    call.run(Duration::from_secs(1));
    let asked = key_frame_requests(&call);
    call.rings.capacity = 0;
    publish(&mut call, 2, &DELTA);
    call.rings.capacity = 512;
    assert_eq!(counts(&call), [2, 1, 1, 1]);
    assert_eq!(call.shard.counters().relay_drops, 2);
    assert_eq!(key_frame_requests(&call), asked + 1, "the publisher is asked for a new start");
    publish(&mut call, 3, &KEY);
    assert_eq!(counts(&call), [3, 2, 2, 2]);
    assert_continuous(&call, 1);
    let [first, next] = [0, 1].map(|index| pictures(&call, 4)[index].header.sequence);
    assert_eq!(next, first + 2, "what was dropped stays a hole");
    call.run(Duration::from_secs(2));
    assert_eq!(key_frame_requests(&call), asked + 1);
}

#[test]
fn a_panic_over_a_viewer_on_one_shard_drops_that_one_and_nobody_else() {
    let mut call = watched();
    // On the first shard's viewer one datagram goes out, then the second shard's first one panics.
    call.panic_after(1);
    publish(&mut call, 2, &DELTA);
    assert!(!call.awaits_panic());
    let closed: Vec<_> = call
        .events
        .iter()
        .filter_map(|event| match event {
            Event::TransportClosed { transport, reason } => Some((*transport, *reason)),
            _ => None,
        })
        .collect();
    assert_eq!(closed, [(3, CloseReason::Panic)]);
    publish(&mut call, 3, &DELTA);
    assert_eq!(counts(&call), [3, 1, 3, 3]);
    assert_eq!([0, 1, 2].map(|shard| call.at(shard).counters().panics), [0, 1, 0]);
}

#[test]
fn a_publisher_that_starts_anew_with_another_ssrc_goes_on_everywhere() {
    let mut call = watched();
    publish(&mut call, 2, &DELTA);
    let restarted = MEDIA + 100;
    for (sequence, payload) in [(1, DELTA), (2, KEY), (3, DELTA)] {
        publish_on(&mut call, restarted, sequence, &payload);
    }
    assert_eq!(counts(&call), [4; 4]);
    assert_all_continuous(&call);
    // A new offer that names another SSRC is told to the mirrors too, which must not count it twice.
    let signalled = MEDIA + 200;
    call.publish(PUBLISHER, 1, MediaKind::Video, one_stream(signalled));
    for (sequence, payload) in [(1, KEY), (2, DELTA)] {
        publish_on(&mut call, signalled, sequence, &payload);
    }
    assert_eq!(counts(&call), [6; 4]);
    assert_all_continuous(&call);
}

#[test]
fn a_paused_producer_is_silent_on_all_shards_and_resumes_at_a_key_frame() {
    let mut call = watched();
    let pause = |call: &mut Call, paused| {
        (0..3).for_each(|shard| call.command_to(shard, Command::PauseProducer { request: 0, producer: 1, paused }));
    };
    pause(&mut call, true);
    let relayed = call.shard.counters().packets_relayed;
    publish(&mut call, 2, &KEY);
    assert_eq!((counts(&call), call.shard.counters().packets_relayed), ([1; 4], relayed));
    pause(&mut call, false);
    publish(&mut call, 3, &DELTA);
    publish(&mut call, 4, &KEY);
    assert_eq!(counts(&call), [2; 4]);
    assert_all_continuous(&call);
}

#[test]
fn reports_carry_the_publishers_clock_and_name_to_all_shards() {
    let mut call = watched();
    let info = SenderInfo { ssrc: MEDIA, ntp: 7 << 32, rtp_timestamp: 3000, packets: 1, octets: 3 };
    send_rtcp(&mut call, PUBLISHER, |writer| writer.push_sender_report(&info, &[]));
    publish(&mut call, 2, &DELTA);
    call.run(Duration::from_secs(2));
    let names = VIEWERS.map(|(viewer, _)| {
        let first = pictures(&call, viewer)[0].header.timestamp;
        let report = feedback(&call, viewer).into_iter().find_map(|packet| match packet {
            Packet::SenderReport(report) => Some(report.info),
            _ => None,
        });
        let report = report.expect("a sender report");
        let seconds = (report.ntp - (7 << 32)) as f64 / 4_294_967_296.0;
        let ticks = f64::from(report.rtp_timestamp.wrapping_sub(first));
        assert!((ticks - seconds * 90_000.0).abs() < 2.0, "{ticks} ticks in {seconds} s");
        let name = call.peers[viewer].rtcp.iter().find_map(|bytes| {
            let at = bytes.windows(7).position(|part| part == b"tureen-")?;
            Some(bytes[at..at + 8].to_vec())
        });
        name.expect("a canonical name")
    });
    assert!(names.iter().all(|name| name == b"tureen-1"), "one name for what belongs together: {names:?}");
}

#[test]
fn the_loudest_are_heard_on_all_shards_wherever_they_speak() {
    const GROUP: u64 = 5;
    let mut call = Call::with_shards(2);
    let speakers = [call.join_on(0), call.join_on(1)];
    let listeners = [call.join_on(0), call.join_on(1)];
    for shard in 0..2 {
        call.command_to(shard, Command::LimitSpeakers { speakers: GROUP, limit: 1 });
    }
    for (speaker, id) in speakers.into_iter().zip(1..) {
        call.publish_voice(speaker, id, MEDIA + id as u32, GROUP);
        for listener in listeners {
            call.subscribe(listener, 10 * id + listener as u64, id, ssrc(listener) + 100 * id as u32);
        }
    }
    let levels = [[60], [20]];
    for sequence in 1..=20u16 {
        for ((speaker, id), level) in speakers.into_iter().zip(1u8..).zip(&levels) {
            let timestamp = u32::from(sequence) * 960;
            let ssrc = MEDIA + u32::from(id);
            let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc };
            let mid = [b'm', b'0' + id];
            call.peers[speaker].send_rtp(fields, u64::from(sequence), &[(1, &mid), (5, level)], &[id]);
        }
        call.run(Duration::from_millis(20));
    }
    for listener in listeners {
        let heard = |id: u8| call.peers[listener].rtp.iter().filter(|packet| packet.payload == [id]).count();
        assert_eq!(heard(2), 20, "the loud one, from the first word on");
        assert!(heard(1) <= 1, "the quiet one: {}", heard(1));
    }
}

#[test]
fn a_producer_cannot_be_opened_and_mirrored_on_one_shard() {
    let mut call = watched();
    let producer = OpenProducer {
        request: 0,
        producer: 1,
        transport: 1,
        kind: MediaKind::Video,
        mid: String::new(),
        codecs: vec![],
        encodings: one_stream(1),
        speakers: 0,
    };
    let mirror = |shard, producer| Command::OpenMirror(OpenMirror { request: 7, shard, paused: false, producer });
    call.command_to(1, mirror(0, producer.clone()));
    call.command_to(0, Command::MirrorProducer { request: 8, producer: 99, shard: 1, mirrored: true });
    call.command_to(0, Command::MirrorProducer { request: 9, producer: 99, shard: 1, mirrored: false });
    let failed: Vec<_> = call
        .events
        .iter()
        .filter_map(|event| match event {
            Event::CommandFailed { request, code, .. } => Some((*request, *code)),
            _ => None,
        })
        .collect();
    assert_eq!(failed, [(7, CommandErrorCode::InvalidParameter), (8, CommandErrorCode::UnknownProducer)]);
}
