//! Redundant audio (RFC 2198): taken apart where it comes in, and made for those who lose packets.

use std::time::Duration;

use tureen_codec::red::{Block, Blocks, write};
use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::{ReportBlock, RtcpWriter};
use tureen_sfu::{
    Codec, Command, ConsumerLimits, Encoding, Event, MediaKind, OpenConsumer, OpenProducer, PayloadTypeMapping,
};
use tureen_sim::Call;

const MEDIA: u32 = 1000;
const SENT: u32 = 9000;
const OPUS: u8 = 111;
const RED: u8 = 63;

fn codec(mime_type: &str, payload_type: u8) -> Codec {
    Codec {
        mime_type: mime_type.to_owned(),
        payload_type,
        clock_rate: 48_000,
        feedback: Vec::new(),
        rtx_payload_type: None,
    }
}

/// A speaker, and a listener that takes redundant audio if told so.
fn call(takes_red: bool) -> Call {
    let mut call = Call::new();
    call.join();
    call.join();
    call.command(Command::OpenProducer(OpenProducer {
        request: 0,
        producer: 1,
        transport: 1,
        kind: MediaKind::Audio,
        mid: "m1".to_owned(),
        codecs: vec![codec("audio/opus", OPUS), codec("audio/red", RED)],
        encodings: vec![Encoding { ssrc: Some(MEDIA), ..Encoding::default() }],
        speakers: 0,
    }));
    call.command(Command::OpenConsumer(OpenConsumer {
        request: 0,
        consumer: 1,
        transport: 2,
        producer: 1,
        mid: "d1".to_owned(),
        ssrc: SENT,
        rtx_ssrc: None,
        payload_types: vec![PayloadTypeMapping {
            producer: OPUS,
            consumer: OPUS,
            consumer_rtx: None,
            consumer_red: takes_red.then_some(RED),
        }],
        limits: ConsumerLimits::default(),
    }));
    call
}

fn fields(payload_type: u8, sequence: u16) -> HeaderFields {
    HeaderFields { marker: false, payload_type, sequence, timestamp: u32::from(sequence) * 960, ssrc: MEDIA }
}

/// What the packet with this number says.
fn voice(sequence: u16) -> Vec<u8> {
    vec![sequence as u8; 40]
}

fn speak(call: &mut Call, sequence: u16) {
    call.peers[0].send_rtp(fields(OPUS, sequence), u64::from(sequence), &[(1, b"m1")], &voice(sequence));
    call.settle();
}

/// Sends a packet with the one before it in front.
fn speak_redundantly(call: &mut Call, sequence: u16) {
    let before = voice(sequence - 1);
    let mut payload = [0; 200];
    let earlier = [Block { payload_type: OPUS, offset: 960, payload: &before }];
    let len = write(&mut payload, earlier.into_iter(), OPUS, &voice(sequence)).expect("room");
    call.peers[0].send_rtp(fields(RED, sequence), u64::from(sequence), &[(1, b"m1")], &payload[..len]);
    call.settle();
}

/// The listener reports a share of losses in 256ths.
fn lose(call: &mut Call, fraction_lost: u8) {
    let mut room = [0; 100];
    let mut writer = RtcpWriter::new(&mut room);
    assert!(writer.push_receiver_report(1, &[ReportBlock { ssrc: SENT, fraction_lost, ..ReportBlock::default() }]));
    let len = writer.len();
    call.peers[1].send_rtcp(&room[..len]);
    call.run(Duration::from_millis(5));
}

/// What the listener got: number in order, payload type, payload.
fn heard(call: &Call) -> Vec<(u16, u8, Vec<u8>)> {
    let first = call.peers[1].rtp[0].header.sequence;
    let packets = call.peers[1].rtp.iter();
    packets
        .map(|packet| (packet.header.sequence.wrapping_sub(first), packet.header.payload_type, packet.payload.clone()))
        .collect()
}

#[test]
fn who_takes_plain_opus_gets_it_and_losses_upstream_are_repaired() {
    let mut call = call(false);
    for sequence in [1, 2, 4, 5] {
        speak_redundantly(&mut call, sequence);
    }
    let expected: Vec<_> = (1..=5).map(|sequence| (sequence - 1, OPUS, voice(sequence))).collect();
    assert_eq!(heard(&call), expected, "the third came with the fourth");
    let timestamps: Vec<u32> = call.peers[1].rtp.iter().map(|packet| packet.header.timestamp).collect();
    assert!(timestamps.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == 960));
    assert_eq!(call.shard.counters().recovered, 1);
}

#[test]
fn what_came_redundantly_goes_on_redundantly() {
    let mut call = call(true);
    (1..=3).for_each(|sequence| speak_redundantly(&mut call, sequence));
    let heard = heard(&call);
    assert!(heard.iter().all(|(_, payload_type, _)| *payload_type == RED));
    let blocks = Blocks::parse_untrusted(&heard[2].2).expect("redundant audio");
    assert_eq!(blocks.primary(), Block { payload_type: OPUS, offset: 0, payload: &voice(3) });
    let earlier: Vec<_> = blocks.redundant().collect();
    assert_eq!(earlier, [Block { payload_type: OPUS, offset: 960, payload: &voice(2) }]);
}

#[test]
fn losses_bring_redundancy_to_plain_opus_and_their_end_takes_it_away() {
    let mut call = call(true);
    (1..=4).for_each(|sequence| speak(&mut call, sequence));
    assert!(heard(&call).iter().all(|(_, payload_type, _)| *payload_type == OPUS), "nothing is lost");
    lose(&mut call, 77);
    speak(&mut call, 5);
    let (_, payload_type, payload) = heard(&call)[4].clone();
    assert_eq!(payload_type, RED);
    let blocks = Blocks::parse_untrusted(&payload).expect("redundant audio");
    let offsets: Vec<u16> = blocks.redundant().map(|block| block.offset).collect();
    assert_eq!(offsets, [2880, 1920, 960], "thirty percent ask for three");
    (0..60).for_each(|_| lose(&mut call, 0));
    speak(&mut call, 6);
    assert_eq!(heard(&call)[5], (5, OPUS, voice(6)));
}

#[test]
fn redundancy_counts_as_sent() {
    let mut call = call(true);
    for sequence in 1..=250 {
        if sequence % 50 == 1 {
            lose(&mut call, 77);
        }
        speak(&mut call, sequence);
        call.run(Duration::from_millis(20));
    }
    let mut rates = call.events.iter().filter_map(|event| match event {
        Event::ConsumerReported { transport: 2, report } => Some(report.bitrate),
        _ => None,
    });
    let rate = rates.next_back().expect("a report");
    assert!((60_000..80_000).contains(&rate), "50 packets of 173 bytes a second: {rate}");
}

#[test]
fn large_packets_have_as_much_redundancy_as_fits_a_datagram() {
    let music = |sequence: u16| vec![sequence as u8; 480];
    let mut call = call(true);
    call.estimate(1, 20_000_000);
    for sequence in 1..=5 {
        lose(&mut call, 77);
        call.peers[0].send_rtp(fields(OPUS, sequence), u64::from(sequence), &[(1, b"m1")], &music(sequence));
        call.settle();
    }
    let heard = heard(&call);
    assert_eq!(heard.len(), 5);
    let (_, payload_type, payload) = &heard[4];
    assert_eq!(*payload_type, RED);
    assert!(payload.len() <= 1200, "{}", payload.len());
    let blocks = Blocks::parse_untrusted(payload).expect("redundant audio");
    assert_eq!(blocks.primary().payload, music(5));
    let earlier: Vec<_> = blocks.redundant().collect();
    assert_eq!(earlier, [Block { payload_type: OPUS, offset: 960, payload: &music(4) }]);
}

#[test]
fn what_is_no_redundant_audio_is_dropped() {
    let mut call = call(true);
    speak_redundantly(&mut call, 1);
    call.peers[0].send_rtp(fields(RED, 2), 2, &[(1, b"m1")], &[0xef, 0, 0]);
    call.settle();
    speak_redundantly(&mut call, 3);
    assert_eq!(heard(&call).iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [0, 1, 2], "two came with three");
    assert_eq!(call.shard.counters().rtp_refused, 1);
}

/// Senders probe the path with padding, and one who only speaks does so under the payload type of its voice.
#[test]
fn padding_between_redundant_packets_is_no_loss() {
    let mut call = call(false);
    speak_redundantly(&mut call, 1);
    for sequence in 2..=4 {
        call.peers[0].send_rtp(fields(RED, sequence), u64::from(sequence), &[(1, b"m1")], &[]);
        call.settle();
    }
    speak_redundantly(&mut call, 5);
    assert_eq!(heard(&call), [(0, OPUS, voice(1)), (1, OPUS, voice(5))]);
    let counters = call.shard.counters();
    assert_eq!((counters.rtp_refused, counters.recovered), (0, 0));
}
