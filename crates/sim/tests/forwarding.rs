//! What peers of a call notice of each other's media.

use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::{Packet, RtcpWriter, packets_untrusted};
use tureen_sfu::{BEST_LAYER, Command, ConsumerLimits, Encoding, Event, MediaKind};
use tureen_sim::{Call, Direction, Peer};

const KEY: [u8; 3] = [0x10, 0x00, 0xaa];
const DELTA: [u8; 3] = [0x10, 0x01, 0xbb];
const MEDIA: u32 = 1000;
const SENT: u32 = 9000;

fn one_stream() -> Vec<Encoding> {
    vec![Encoding { rid: None, ssrc: Some(MEDIA), rtx_ssrc: Some(MEDIA + 1) }]
}

fn video(sequence: u16, frame: u32) -> HeaderFields {
    HeaderFields { marker: true, payload_type: 96, sequence, timestamp: frame * 3000, ssrc: MEDIA }
}

fn send(peer: &mut Peer, sequence: u16, payload: &[u8]) {
    peer.send_rtp(video(sequence, u32::from(sequence)), u64::from(sequence), &[(1, b"m1")], payload);
}

/// The sequence numbers that a peer received on an SSRC, in order of arrival.
fn sequences(peer: &Peer, ssrc: u32) -> Vec<u16> {
    peer.rtp.iter().filter(|packet| packet.header.ssrc == ssrc).map(|packet| packet.header.sequence).collect()
}

fn key_frame_requests(peer: &Peer) -> usize {
    let packets = peer.rtcp.iter().flat_map(|bytes| packets_untrusted(bytes).flatten());
    packets.filter(|packet| matches!(packet, Packet::PictureLossIndication { .. })).count()
}

fn requested(peer: &Peer) -> Vec<u16> {
    let packets = peer.rtcp.iter().flat_map(|bytes| packets_untrusted(bytes).flatten());
    packets
        .flat_map(|packet| match packet {
            Packet::Nack(nack) => nack.sequences().collect::<Vec<_>>(),
            _ => Vec::new(),
        })
        .collect()
}

/// Two peers; the first publishes video, the second watches it from its key frame on.
fn watched() -> Call {
    let mut call = Call::new();
    let (publisher, viewer) = (call.join(), call.join());
    call.publish(publisher, 1, MediaKind::Video, one_stream());
    call.subscribe(viewer, 1, 1, SENT);
    send(&mut call.peers[publisher], 1, &KEY);
    call.settle();
    call
}

#[test]
fn the_best_srtp_profile_is_negotiated() {
    let mut call = Call::new();
    call.join();
    let profile = call.events.iter().find_map(|event| match event {
        Event::TransportConnected { srtp_profile, .. } => Some(srtp_profile.as_str()),
        _ => None,
    });
    assert_eq!(profile, Some("AEAD_AES_256_GCM"));
    assert_eq!(call.peers[0].profile().map(tureen_srtp::Profile::name), Some("AEAD_AES_256_GCM"));
}

#[test]
fn sound_flows_at_once_with_the_subscribers_numbers() {
    let mut call = Call::new();
    let (speaker, listener) = (call.join(), call.join());
    call.publish(speaker, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(MEDIA), ..Encoding::default() }]);
    call.subscribe(listener, 1, 1, SENT);
    for sequence in 1..=3u16 {
        let fields = HeaderFields {
            marker: false,
            payload_type: 111,
            sequence,
            timestamp: u32::from(sequence) * 960,
            ssrc: MEDIA,
        };
        call.peers[speaker].send_rtp(fields, u64::from(sequence), &[(1, b"m1"), (5, &[20])], b"opus");
        call.settle();
    }
    let received = &call.peers[listener].rtp;
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|packet| packet.header.payload_type == 115 && packet.payload == b"opus"));
    assert!(received.iter().all(|packet| packet.header.extension(&packet.packet, 5) == Some(&[20])), "the level stays");
    assert!(received.iter().all(|packet| packet.header.extension(&packet.packet, 4).is_some()), "congestion control");
    let first = received[0].header.sequence;
    assert_eq!(sequences(&call.peers[listener], SENT), [first, first + 1, first + 2]);
    assert_eq!(received[1].header.timestamp.wrapping_sub(received[0].header.timestamp), 960);
}

#[test]
fn speech_is_reported_and_silence_is_not() {
    let mut call = Call::new();
    let speaker = call.join();
    call.publish(speaker, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(MEDIA), ..Encoding::default() }]);
    for sequence in 1..=50u16 {
        let timestamp = u32::from(sequence) * 960;
        let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: MEDIA };
        call.peers[speaker].send_rtp(fields, u64::from(sequence), &[(1, b"m1"), (5, &[20])], b"opus");
        call.run(Duration::from_millis(20));
    }
    call.run(Duration::from_millis(400));
    let spoken = levels(&call);
    assert!(spoken.len() >= 2 && spoken.contains(&20), "{spoken:?}");
    call.run(Duration::from_secs(2));
    assert_eq!(levels(&call), spoken);
}

fn levels(call: &Call) -> Vec<u8> {
    let levels = call.events.iter().filter_map(|event| match event {
        Event::AudioLevel { producer: 1, level } => Some(*level),
        _ => None,
    });
    levels.collect()
}

#[test]
fn a_viewer_starts_at_a_key_frame_that_is_asked_for_at_once() {
    let mut call = Call::new();
    let (publisher, viewer) = (call.join(), call.join());
    call.publish(publisher, 1, MediaKind::Video, one_stream());
    send(&mut call.peers[publisher], 1, &DELTA);
    call.settle();
    call.subscribe(viewer, 1, 1, SENT);
    assert_eq!(key_frame_requests(&call.peers[publisher]), 1);
    send(&mut call.peers[publisher], 2, &DELTA);
    call.settle();
    assert!(call.peers[viewer].rtp.is_empty(), "nothing before the key frame");
    send(&mut call.peers[publisher], 3, &KEY);
    send(&mut call.peers[publisher], 4, &DELTA);
    call.settle();
    assert_eq!(call.peers[viewer].rtp.len(), 2);
    assert_eq!(call.peers[viewer].rtp[0].payload, KEY);
}

#[test]
fn a_hundred_viewers_cost_the_publisher_one_request() {
    let mut call = Call::new();
    let publisher = call.join();
    call.publish(publisher, 1, MediaKind::Video, one_stream());
    send(&mut call.peers[publisher], 1, &DELTA);
    call.settle();
    let viewers: Vec<usize> = (0..20).map(|_| call.join()).collect();
    for (index, viewer) in viewers.iter().enumerate() {
        (0..5).for_each(|copy| {
            let consumer = (index * 5 + copy) as u64;
            call.subscribe(*viewer, consumer, 1, SENT + 2 * consumer as u32);
        });
    }
    assert_eq!(key_frame_requests(&call.peers[publisher]), 1);
}

#[test]
fn what_the_viewer_lost_is_sent_again() {
    let mut call = watched();
    let mut down = 0;
    call.network = Box::new(move |direction, peer, datagram| {
        let media = direction == Direction::Down && peer == 1 && (128..192).contains(&datagram[0]);
        let media = media && !(192..224).contains(&datagram[1]);
        down += u32::from(media);
        !(media && down == 2)
    });
    for sequence in 2..=4 {
        send(&mut call.peers[0], sequence, &DELTA);
        call.settle();
    }
    let got = sequences(&call.peers[1], SENT);
    let lost = got[0].wrapping_add(2);
    assert_eq!(got, [got[0], got[0].wrapping_add(1), got[0].wrapping_add(3)]);
    let mut room = [0; 64];
    let mut writer = RtcpWriter::new(&mut room);
    assert!(writer.push_nack(1, SENT, &[lost]));
    let nack = room[..writer_len(&[lost])].to_vec();
    call.peers[1].send_rtcp(&nack);
    call.settle();
    let repaired = call.peers[1].rtp.iter().find(|packet| packet.header.ssrc == SENT + 1).expect("a retransmission");
    assert_eq!(repaired.payload[..2], lost.to_be_bytes());
    assert_eq!(repaired.payload[2..], DELTA);
    call.peers[1].send_rtcp(&nack);
    call.settle();
    assert_eq!(sequences(&call.peers[1], SENT + 1).len(), 1, "a quick repeat is answered once");
}

fn writer_len(sequences: &[u16]) -> usize {
    let mut room = [0; 64];
    let mut writer = RtcpWriter::new(&mut room);
    assert!(writer.push_nack(1, SENT, sequences));
    writer.len()
}

#[test]
fn what_the_publisher_lost_is_asked_for_and_repaired_in_place() {
    let mut call = watched();
    send(&mut call.peers[0], 2, &DELTA);
    call.peers[0].take_outbox();
    send(&mut call.peers[0], 3, &DELTA);
    call.run(Duration::from_millis(40));
    assert!(requested(&call.peers[0]).contains(&2));
    let rtx = HeaderFields { marker: true, payload_type: 97, sequence: 1, timestamp: 6000, ssrc: MEDIA + 1 };
    call.peers[0].send_rtp(rtx, 1, &[], &[&2u16.to_be_bytes()[..], &DELTA[..]].concat());
    call.settle();
    let got = sequences(&call.peers[1], SENT);
    assert_eq!(got, [got[0], got[0].wrapping_add(2), got[0].wrapping_add(1)]);
}

/// libwebrtc makes a key frame of all layers when asked for one, and ignores requests that come within 300 ms of that one.
#[test]
fn a_request_for_another_layer_does_not_come_before_it_is_heeded() {
    let mut call = Call::new();
    let (publisher, viewer) = (call.join(), call.join());
    let rid = |name: &str| Encoding { rid: Some(name.to_owned()), ..Encoding::default() };
    call.publish(publisher, 1, MediaKind::Video, vec![rid("q"), rid("f")]);
    let mut sequence = 0;
    let mut show = |call: &mut Call, payload: &[u8]| {
        sequence += 1;
        for (rid, ssrc) in [(&b"q"[..], 50), (b"f", 60)] {
            let fields = HeaderFields { ssrc, ..video(sequence, u32::from(sequence)) };
            call.peers[publisher].send_rtp(fields, u64::from(sequence), &[(1, b"m1"), (2, rid)], payload);
        }
        call.run(Duration::from_millis(10));
    };
    let limit = |call: &mut Call, max_layer| {
        let limits = ConsumerLimits { max_layer, ..ConsumerLimits::default() };
        call.command(Command::UpdateConsumer { request: 0, consumer: 1, limits });
    };
    show(&mut call, &DELTA);
    call.subscribe(viewer, 1, 1, SENT);
    limit(&mut call, 0);
    show(&mut call, &KEY);
    (0..100).for_each(|_| show(&mut call, &DELTA));
    let before = key_frame_requests(&call.peers[publisher]);
    limit(&mut call, BEST_LAYER);
    show(&mut call, &KEY);
    assert_eq!(key_frame_requests(&call.peers[publisher]), before + 1, "at once");
    for (requests, max_layer) in [(1, 0), (2, BEST_LAYER)] {
        limit(&mut call, max_layer);
        (0..28).for_each(|_| show(&mut call, &DELTA));
        assert_eq!(key_frame_requests(&call.peers[publisher]), before + requests, "it would be ignored");
        (0..5).for_each(|_| show(&mut call, &DELTA));
        assert_eq!(key_frame_requests(&call.peers[publisher]), before + requests + 1, "now it is due");
        show(&mut call, &KEY);
    }
}

#[test]
fn a_layer_switch_leaves_no_gap_and_no_step_back() {
    let mut call = Call::new();
    let (publisher, viewer) = (call.join(), call.join());
    let rid = |name: &str| Encoding { rid: Some(name.to_owned()), ..Encoding::default() };
    call.publish(publisher, 1, MediaKind::Video, vec![rid("q"), rid("f")]);
    call.subscribe(viewer, 1, 1, SENT);
    let layer = |call: &mut Call, rid: &'static [u8], ssrc: u32, sequence: u16, payload: &[u8]| {
        let fields = HeaderFields {
            marker: true,
            payload_type: 96,
            sequence,
            timestamp: ssrc.wrapping_mul(77_777).wrapping_add(u32::from(sequence) * 3000),
            ssrc,
        };
        call.peers[publisher].send_rtp(fields, u64::from(sequence), &[(1, b"m1"), (2, rid)], payload);
        call.run(Duration::from_millis(35));
    };
    layer(&mut call, b"q", 50, 100, &KEY);
    layer(&mut call, b"q", 50, 101, &DELTA);
    layer(&mut call, b"f", 60, 7000, &DELTA);
    call.run(Duration::from_millis(150));
    assert!(key_frame_requests(&call.peers[publisher]) > 0, "the better layer needs a key frame");
    layer(&mut call, b"q", 50, 102, &DELTA);
    layer(&mut call, b"f", 60, 7001, &KEY);
    layer(&mut call, b"q", 50, 103, &DELTA);
    layer(&mut call, b"f", 60, 7002, &DELTA);
    let got = sequences(&call.peers[viewer], SENT);
    let expected: Vec<u16> = (0..got.len() as u16).map(|step| got[0].wrapping_add(step)).collect();
    assert_eq!(got, expected, "continuous");
    assert_eq!(got.len(), 5, "103 of the old layer and 7000 before the key frame stay out");
    let times: Vec<u32> = call.peers[viewer].rtp.iter().map(|packet| packet.header.timestamp).collect();
    assert!(times.windows(2).all(|pair| (1..90_000).contains(&pair[1].wrapping_sub(pair[0]))), "{times:?}");
}

const SEQUENCE_PARAMETERS: [u8; 2] = [0x67, 0x42];
const PICTURE_PARAMETERS: [u8; 2] = [0x68, 0xce];
const IDR: [u8; 2] = [0x65, 0x88];
const LATER_IDR_SLICE: [u8; 2] = [0x65, 0x48];
const SLICE: [u8; 2] = [0x41, 0x9a];
const DELIMITER: [u8; 2] = [0x09, 0xf0];

/// A publisher of H264 and a viewer; `(sequence, frame, marker, payload)` are sent in this order, an empty payload as
/// padding. Returns the call and the payloads that the viewer received.
fn h264(packets: &[(u16, u32, bool, &[u8])]) -> (Call, Vec<Vec<u8>>) {
    let mut call = Call::new();
    let (publisher, viewer) = (call.join(), call.join());
    call.publish_codec(publisher, 1, "video/H264", one_stream());
    call.subscribe(viewer, 1, 1, SENT);
    for (sequence, frame, marker, payload) in packets {
        let fields = HeaderFields { marker: *marker, ..video(*sequence, *frame) };
        call.peers[publisher].send_rtp(fields, u64::from(*sequence), &[(1, b"m1")], payload);
        call.settle();
    }
    let payloads = call.peers[viewer].rtp.iter().map(|packet| packet.payload.clone()).collect();
    (call, payloads)
}

#[test]
fn a_key_frame_counts_once_and_is_seen_from_its_parameter_sets_on() {
    let (call, seen) = h264(&[
        (1, 1, true, &SLICE),
        (2, 2, false, &DELIMITER),
        (3, 2, false, &SEQUENCE_PARAMETERS),
        (4, 2, false, &PICTURE_PARAMETERS),
        (5, 2, false, &IDR),
        (6, 2, true, &LATER_IDR_SLICE),
        (7, 3, true, &SLICE),
    ]);
    assert_eq!(seen, [SEQUENCE_PARAMETERS, PICTURE_PARAMETERS, IDR, LATER_IDR_SLICE, SLICE]);
    assert_eq!(call.shard.counters().key_frames_received, 1);
    let next: [(u16, u32, bool, &[u8]); 2] = [(1, 1, false, &IDR), (2, 2, true, &IDR)];
    assert_eq!(h264(&next).0.shard.counters().key_frames_received, 2, "frames of one packet each");
}

#[test]
fn a_key_frame_whose_beginning_is_missing_is_none_until_that_comes() {
    let (mut call, seen) = h264(&[
        (1, 1, true, &SLICE),
        (4, 2, false, &IDR),
        (3, 2, false, &PICTURE_PARAMETERS),
        (5, 2, true, &LATER_IDR_SLICE),
    ]);
    assert!(seen.is_empty(), "{seen:?}");
    assert_eq!(call.shard.counters().key_frames_received, 0);
    call.run(Duration::from_millis(600));
    assert!(key_frame_requests(&call.peers[0]) > 1, "a key frame is still wanted");
    let fields = HeaderFields { marker: false, ..video(2, 2) };
    call.peers[0].send_rtp(fields, 2, &[(1, b"m1")], &SEQUENCE_PARAMETERS);
    call.settle();
    send(&mut call.peers[0], 6, &SLICE);
    call.settle();
    assert_eq!(call.peers[1].rtp[0].payload, SEQUENCE_PARAMETERS);
    let got = sequences(&call.peers[1], SENT);
    assert_eq!(got, [got[0], got[0].wrapping_add(4)], "what lies between was sent before, and can be asked for");
}

#[test]
fn what_is_missing_of_the_frame_before_does_not_spoil_a_key_frame() {
    let (_, seen) = h264(&[(1, 1, false, &SLICE), (3, 2, false, &SEQUENCE_PARAMETERS), (4, 2, true, &IDR)]);
    assert_eq!(seen, [SEQUENCE_PARAMETERS, IDR], "the second packet ended the first frame");
}

#[test]
fn padding_before_a_key_frame_does_not_spoil_it() {
    let (_, seen) = h264(&[(1, 1, true, &SLICE), (2, 1, false, &[]), (3, 1, false, &[]), (4, 2, true, &IDR)]);
    assert_eq!(seen, [IDR]);
}

#[test]
fn padding_leaves_no_hole() {
    let mut call = watched();
    call.peers[0].send_rtp(video(2, 2), 2, &[(1, b"m1")], &[]);
    send(&mut call.peers[0], 3, &DELTA);
    call.settle();
    let got = sequences(&call.peers[1], SENT);
    assert_eq!(got, [got[0], got[0].wrapping_add(1)]);
}

#[test]
fn a_paused_producer_is_silent_and_resumes_at_a_key_frame() {
    let mut call = watched();
    call.command(Command::PauseProducer { request: 0, producer: 1, paused: true });
    send(&mut call.peers[0], 2, &DELTA);
    call.settle();
    assert_eq!(call.peers[1].rtp.len(), 1);
    call.command(Command::PauseProducer { request: 0, producer: 1, paused: false });
    send(&mut call.peers[0], 3, &DELTA);
    send(&mut call.peers[0], 4, &KEY);
    call.settle();
    let got = sequences(&call.peers[1], SENT);
    assert_eq!(got, [got[0], got[0].wrapping_add(1)]);
}

#[test]
fn congestion_control_feedback_reaches_the_publisher() {
    let mut call = watched();
    for sequence in 2..=20u16 {
        let number = sequence.to_be_bytes();
        let fields = video(sequence, u32::from(sequence));
        call.peers[0].send_rtp(fields, u64::from(sequence), &[(1, b"m1"), (4, &number)], &DELTA);
        call.run(Duration::from_millis(10));
    }
    call.run(Duration::from_millis(60));
    let packets = call.peers[0].rtcp.iter().flat_map(|bytes| packets_untrusted(bytes).flatten());
    assert!(packets.filter(|packet| matches!(packet, Packet::TransportCc(_))).count() >= 3);
}

#[test]
fn reports_carry_the_publishers_clock() {
    let mut call = watched();
    let mut room = [0; 64];
    let mut writer = RtcpWriter::new(&mut room);
    let info = tureen_rtp::rtcp::SenderInfo { ssrc: MEDIA, ntp: 77 << 32, rtp_timestamp: 3000, packets: 1, octets: 3 };
    assert!(writer.push_sender_report(&info, &[]));
    let len = writer.len();
    call.peers[0].send_rtcp(&room[..len]);
    call.run(Duration::from_millis(1200));
    let sent = call.peers[1].rtp[0].header.timestamp;
    let packets = call.peers[1].rtcp.iter().flat_map(|bytes| packets_untrusted(bytes).flatten());
    let report = packets.filter_map(|packet| match packet {
        Packet::SenderReport(report) => Some(report.info),
        _ => None,
    });
    let report = report.last().expect("a sender report");
    assert_eq!((report.ssrc, report.packets), (SENT, 1));
    let elapsed = (report.ntp - (77 << 32)) as f64 / 4_294_967_296.0;
    assert!((0.5..1.3).contains(&elapsed), "{elapsed} s since the publisher's report");
    let moved = f64::from(report.rtp_timestamp.wrapping_sub(sent)) / 90_000.0;
    assert!((moved - elapsed).abs() < 0.01, "both clocks moved by the same time");
}

#[test]
fn who_sends_nothing_reports_nothing() {
    let mut call = watched();
    let mut room = [0; 64];
    let mut writer = RtcpWriter::new(&mut room);
    let info = tureen_rtp::rtcp::SenderInfo { ssrc: MEDIA, ntp: 77 << 32, rtp_timestamp: 3000, packets: 1, octets: 3 };
    assert!(writer.push_sender_report(&info, &[]));
    call.peers[0].send_rtcp(writer.bytes());
    let reports = |call: &Call| {
        let packets = call.peers[1].rtcp.iter().flat_map(|bytes| packets_untrusted(bytes).flatten());
        packets.filter(|packet| matches!(packet, Packet::SenderReport(_))).count()
    };
    call.run(Duration::from_secs(5));
    assert_eq!(reports(&call), 1);
    send(&mut call.peers[0], 2, &DELTA);
    call.run(Duration::from_secs(5));
    assert_eq!(reports(&call), 2);
}

#[test]
fn the_packets_of_a_frame_go_out_equally_long() {
    let mut call = watched();
    let frame = |sequence, marker| HeaderFields { marker, sequence, ..video(sequence, 2) };
    let lens: [usize; 4] = [100, 100, 101, 90];
    for (sequence, len) in (2..).zip(lens) {
        let payload = [&DELTA[..], &vec![7; len - DELTA.len()]].concat();
        call.peers[0].send_rtp(frame(sequence, sequence == 5), u64::from(sequence), &[(1, b"m1")], &payload);
    }
    call.settle();
    let received = &call.peers[1].rtp[1..];
    assert_eq!(received.iter().map(|packet| packet.payload.len()).collect::<Vec<_>>(), lens, "padding is no payload");
    let datagrams: Vec<usize> = received.iter().map(|packet| packet.packet.len()).collect();
    assert_eq!(datagrams, [datagrams[0]; 4]);
}

#[test]
fn an_encoding_that_takes_anothers_place_is_another_stream() {
    let mut call = watched();
    (2..6).for_each(|sequence| send(&mut call.peers[0], sequence, &DELTA));
    call.settle();
    let renamed = Encoding { rid: Some("a".to_owned()), ssrc: Some(MEDIA + 10), rtx_ssrc: None };
    call.publish(0, 1, MediaKind::Video, vec![renamed]);
    for (sequence, payload) in [(2, DELTA), (3, KEY), (4, DELTA)] {
        let fields = HeaderFields { ssrc: MEDIA + 10, ..video(sequence, 10 + u32::from(sequence)) };
        call.peers[0].send_rtp(fields, sequence.into(), &[(1, b"m1"), (2, b"a")], &payload);
    }
    call.settle();
    let contents: Vec<&[u8]> = call.peers[1].rtp.iter().skip(5).map(|packet| &packet.payload[..]).collect();
    assert_eq!(contents, [&KEY[..], &DELTA[..]]);
}

#[test]
fn of_a_picture_at_rest_the_last_packet_can_be_sent_again() {
    let mut call = watched();
    (2..=40).for_each(|sequence| send(&mut call.peers[0], sequence, &DELTA));
    call.run(Duration::from_secs(4));
    let sent = sequences(&call.peers[1], SENT);
    for (requested, answers) in [(sent[38], 0), (sent[39], 1)] {
        let mut room = [0; 64];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_nack(1, SENT, &[requested]), "room for one");
        let before = sequences(&call.peers[1], SENT + 1).len();
        call.peers[1].send_rtcp(writer.bytes());
        call.settle();
        assert_eq!(sequences(&call.peers[1], SENT + 1).len() - before, answers);
    }
}
