//! Data channels of a call.

use std::time::Duration;

use serde_bytes::ByteBuf;
use tureen_sfu::{Command, Event, HeaderExtensionIds, UpdateTransport};
use tureen_sim::Call;

/// The largest message that we take and send, bytes.
const LARGEST: usize = 262_144;

/// Label, stream, whether ordered, retransmissions.
const CHANNELS: [(&str, u16, bool, Option<u32>); 3] =
    [("_reliable", 0, true, None), ("_lossy", 2, false, Some(0)), ("unordered", 4, false, None)];

fn call_with_channels() -> Call {
    let mut call = Call::new();
    call.join();
    let now = call.now;
    call.peers[0].connect_data(now);
    call.run(Duration::from_millis(50));
    assert!(call.peers[0].has_data());
    for (label, stream, ordered, retransmits) in CHANNELS {
        let now = call.now;
        call.peers[0].open_channel(now, stream, label, ordered, retransmits);
    }
    call.run(Duration::from_millis(50));
    call
}

fn peer_takes(call: &mut Call, max_message_size: usize) {
    call.command(Command::UpdateTransport(UpdateTransport {
        request: 0,
        transport: 1,
        extensions: HeaderExtensionIds::default(),
        max_message_size: max_message_size as u32,
        local_ice: None,
        remote_ice: None,
    }));
}

fn message(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index % 251) as u8).collect()
}

fn submit(call: &mut Call, label: &str, payload: Vec<u8>) {
    let (label, payload) = (label.to_owned(), ByteBuf::from(payload));
    call.command(Command::SendData { transports: vec![1], label, payload, binary: true });
}

fn send(call: &mut Call, label: &str, payload: Vec<u8>) {
    submit(call, label, payload);
    call.run(Duration::from_millis(100));
}

/// The messages that came up: label and bytes.
fn came_up(call: &Call) -> Vec<(&str, &[u8])> {
    call.events
        .iter()
        .filter_map(|event| match event {
            Event::DataMessage { label, payload, .. } => Some((label.as_str(), &payload[..])),
            _ => None,
        })
        .collect()
}

fn closed(call: &Call) -> Vec<u16> {
    let channel = |event: &Event| match event {
        Event::DataChannelClosed { channel, .. } => Some(*channel),
        _ => None,
    };
    call.events.iter().filter_map(channel).collect()
}

fn dropped(call: &Call) -> usize {
    call.events.iter().filter(|event| matches!(event, Event::DataDropped { .. })).count()
}

/// The peer's transport is as before: only its data channels suffer.
fn assert_connected(call: &Call) {
    assert!(!call.events.iter().any(|event| matches!(event, Event::TransportClosed { .. })));
    assert_eq!(call.shard.sizes()[0], 1);
    assert_eq!(call.shard.counters().panics, 0);
}

#[test]
fn all_kinds_of_channels_are_reported() {
    let call = call_with_channels();
    let opened: Vec<_> = call
        .events
        .iter()
        .filter_map(|event| match event {
            Event::DataChannelOpened { label, ordered, max_retransmits, .. } => {
                Some((label.as_str(), *ordered, *max_retransmits))
            }
            _ => None,
        })
        .collect();
    assert_eq!(opened, CHANNELS.map(|(label, _, ordered, retransmits)| (label, ordered, retransmits)));
}

#[test]
fn the_largest_message_goes_both_ways_on_every_kind_of_channel() {
    for (label, stream, ..) in CHANNELS {
        let mut call = call_with_channels();
        peer_takes(&mut call, LARGEST);
        let now = call.now;
        call.peers[0].send_message(now, stream, &message(LARGEST));
        call.run(Duration::from_secs(1));
        assert!(came_up(&call) == [(label, &message(LARGEST)[..])], "up on {label}");
        send(&mut call, label, message(LARGEST));
        call.run(Duration::from_secs(1));
        assert!(call.peers[0].messages == [(stream, message(LARGEST))], "down on {label}");
        assert_eq!(dropped(&call), 0);
    }
}

#[test]
fn what_a_peer_says_it_takes_is_the_limit_and_a_later_description_may_raise_it() {
    let mut call = call_with_channels();
    send(&mut call, "_reliable", message(65_536));
    send(&mut call, "_reliable", message(65_537));
    let refused = Event::DataDropped { transport: 1, label: "_reliable".into(), size: 65_537 };
    assert_eq!(call.events.last(), Some(&refused));
    peer_takes(&mut call, 100_000);
    send(&mut call, "_reliable", message(100_000));
    send(&mut call, "_reliable", message(100_001));
    assert_eq!(dropped(&call), 2);
    peer_takes(&mut call, 0);
    send(&mut call, "_reliable", message(LARGEST));
    call.run(Duration::from_secs(1));
    send(&mut call, "_reliable", message(LARGEST + 1));
    assert_eq!(dropped(&call), 3);
    let lens: Vec<usize> = call.peers[0].messages.iter().map(|(_, message)| message.len()).collect();
    assert_eq!(lens, [65_536, 100_000, LARGEST], "what is refused leaves no trace, and what follows arrives");
}

#[test]
fn a_peer_that_sends_more_than_we_take_loses_its_channels_only() {
    for (_, stream, ..) in CHANNELS {
        let mut call = call_with_channels();
        let now = call.now;
        call.peers[0].send_message(now, stream, &message(LARGEST + 1));
        call.run(Duration::from_secs(1));
        assert!(came_up(&call).is_empty());
        assert_eq!(closed(&call), [0, 2, 4]);
        send(&mut call, "_reliable", message(3));
        assert_eq!(dropped(&call), 1, "there is no channel any more");
        assert_connected(&call);
    }
}

#[test]
fn a_message_for_no_channel_is_reported_as_dropped() {
    let mut call = call_with_channels();
    send(&mut call, "nowhere", vec![1, 2, 3]);
    let dropped = Event::DataDropped { transport: 1, label: "nowhere".into(), size: 3 };
    assert_eq!(call.events.last(), Some(&dropped));
}

#[test]
fn what_waits_for_a_peer_that_reads_nothing_is_bounded_on_every_kind_of_channel() {
    let bounds = [("_reliable", 4 << 20), ("unordered", 4 << 20), ("_lossy", (64 << 10) + LARGEST)];
    for (label, bound) in bounds {
        let mut call = call_with_channels();
        call.network = Box::new(|_, _, _| false);
        (0..200).for_each(|_| submit(&mut call, label, vec![0; 60_000]));
        let accepted = 200 - dropped(&call);
        assert!(accepted > 0 && accepted * 60_000 <= bound, "{accepted} messages wait on {label}");
        assert_eq!(call.shard.counters().data_messages_dropped, dropped(&call) as u64);
    }
}

#[test]
fn a_peer_that_reads_again_gets_what_waited_and_then_more() {
    let mut call = call_with_channels();
    call.network = Box::new(|_, _, _| false);
    (0..100).for_each(|number| submit(&mut call, "_reliable", vec![number; 60_000]));
    let accepted = 100 - dropped(&call);
    call.network = Box::new(|_, _, _| true);
    call.run(Duration::from_secs(20));
    send(&mut call, "_reliable", vec![0xff]);
    let got: Vec<u8> = call.peers[0].messages.iter().map(|(_, message)| message[0]).collect();
    let expected: Vec<u8> = (0..accepted as u8).chain([0xff]).collect();
    assert_eq!(got, expected, "in order and without a hole");
}

/// A DATA chunk (RFC 9260 section 3.3.1) numbered `ahead` after the last one that the peer's association sent; padded.
fn data(call: &Call, ahead: u32, stream: u16, flags: u8, payload: &[u8]) -> Vec<u8> {
    let last = call.peers[0].last_sctp();
    assert_eq!(last[12], 0, "a DATA chunk stands first");
    let number = u32::from_be_bytes([last[16], last[17], last[18], last[19]]).wrapping_add(ahead);
    let mut chunk = vec![0, flags];
    chunk.extend((16 + payload.len() as u16).to_be_bytes());
    chunk.extend(number.to_be_bytes());
    chunk.extend(stream.to_be_bytes());
    chunk.extend([0, 9, 0, 0, 0, 53]);
    chunk.extend(payload);
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    chunk
}

/// Flags of a chunk: first of its message, last of it, both.
const FIRST: u8 = 2;
const MIDDLE: u8 = 0;
const WHOLE: u8 = 3;
const UNORDERED: u8 = 4;

/// Sends one small message so that the association's last packet is DATA.
fn call_with_a_message() -> Call {
    let mut call = call_with_channels();
    let now = call.now;
    call.peers[0].send_message(now, 0, b"first");
    call
}

#[test]
fn a_message_without_end_is_given_up() {
    // Whole packets, then a byte at a time: the crate bounds the bytes, we bound the chunks.
    for (size, per_packet, bound) in [(1000, 1, 270), (1, 20, 4200)] {
        let mut call = call_with_a_message();
        let mut sent = 0;
        while closed(&call).is_empty() && sent < 20_000 {
            let flags = |step| if sent + step == 1 { FIRST } else { MIDDLE };
            let chunks: Vec<Vec<u8>> =
                (1..=per_packet).map(|step| data(&call, sent + step, 0, flags(step), &vec![7; size])).collect();
            sent += per_packet;
            let now = call.now;
            call.peers[0].forge_sctp(now, &chunks.concat());
            call.settle();
        }
        assert_eq!(closed(&call), [0, 2, 4], "after {sent} chunks");
        assert!(sent <= bound, "{sent} chunks were taken");
        assert_connected(&call);
    }
}

#[test]
fn unfinished_messages_on_many_streams_share_one_bound() {
    let mut call = call_with_a_message();
    let mut bytes = 0;
    for number in 1..4000 {
        let chunk = data(&call, number, (number % 1000) as u16, FIRST, &[7; 1100]);
        let now = call.now;
        call.peers[0].forge_sctp(now, &chunk);
        call.settle();
        if !closed(&call).is_empty() {
            break;
        }
        bytes += 1100;
    }
    assert_eq!(closed(&call), [0, 2, 4]);
    assert!(bytes <= 1_100_000, "{bytes} bytes were kept");
    assert_connected(&call);
}

#[test]
fn chunks_beyond_a_hole_that_never_closes_are_not_kept_for_ever() {
    let mut call = call_with_a_message();
    // Whole messages: each is handed up at once, but its number has to be remembered until the hole before it closes.
    for number in 2..20_000 {
        let chunk = data(&call, number, 4, WHOLE | UNORDERED, b"x");
        let now = call.now;
        call.peers[0].forge_sctp(now, &chunk);
        call.settle();
    }
    let taken = came_up(&call).iter().filter(|(label, _)| *label == "unordered").count();
    assert!((1000..=4200).contains(&taken), "{taken} were taken");
    let hole = data(&call, 1, 4, WHOLE | UNORDERED, b"hole");
    let now = call.now;
    call.peers[0].forge_sctp(now, &hole);
    call.run(Duration::from_millis(300));
    assert_eq!(came_up(&call).last(), Some(&("unordered", &b"hole"[..])), "the channel works again");
    assert_connected(&call);
}

#[test]
fn chunks_without_payload_and_of_streams_that_were_not_agreed_are_ignored() {
    let mut call = call_with_a_message();
    for number in 1..3000 {
        let empty = data(&call, number, 0, if number == 1 { FIRST } else { MIDDLE }, b"");
        let now = call.now;
        call.peers[0].forge_sctp(now, &empty);
    }
    for stream in [1024, u16::MAX] {
        let strange = data(&call, 1, stream, WHOLE, b"x");
        let now = call.now;
        call.peers[0].forge_sctp(now, &strange);
    }
    call.settle();
    let now = call.now;
    call.peers[0].send_message(now, 0, b"second");
    call.run(Duration::from_millis(100));
    assert_eq!(came_up(&call), [("_reliable", &b"first"[..]), ("_reliable", b"second")]);
    assert_connected(&call);
}

#[test]
fn a_second_association_is_not_made() {
    let mut call = call_with_a_message();
    for tag in 1..=1000u32 {
        // INIT (RFC 9260 section 3.3.2) with a tag of its own; its packet would carry no verification tag.
        let mut init = vec![1, 0, 0, 20];
        init.extend(tag.to_be_bytes());
        init.extend([0, 1, 0, 0, 0, 9, 0, 9, 0, 0, 0, 1]);
        let now = call.now;
        call.peers[0].forge_init(now, &init);
    }
    let before = call.shard.counters().panics;
    call.settle();
    let now = call.now;
    call.peers[0].send_message(now, 0, b"second");
    call.run(Duration::from_millis(100));
    assert_eq!(came_up(&call).last(), Some(&("_reliable", &b"second"[..])));
    assert_eq!(call.shard.counters().panics, before);
    assert_connected(&call);
}

#[test]
fn a_peer_may_keep_so_many_channels_and_no_more() {
    let mut call = call_with_channels();
    for stream in 3..200u16 {
        let now = call.now;
        call.peers[0].open_channel(now, 2 * stream, &format!("c{stream}"), true, None);
        call.run(Duration::from_millis(5));
    }
    call.run(Duration::from_millis(200));
    let opened = call.events.iter().filter(|event| matches!(event, Event::DataChannelOpened { .. })).count();
    assert_eq!(opened, 64);
    let now = call.now;
    call.peers[0].send_message(now, 0, b"still here");
    call.run(Duration::from_millis(100));
    assert_eq!(came_up(&call), [("_reliable", &b"still here"[..])]);
    assert_connected(&call);
}

#[test]
fn names_that_are_too_long_or_not_text_open_no_channel() {
    let mut call = call_with_channels();
    let open = |label: &[u8]| {
        let len = (label.len() as u16).to_be_bytes();
        [&[3, 0, 0, 0, 0, 0, 0, 0][..], &len, &[0, 0], label].concat()
    };
    let before = call.events.len();
    for (stream, label) in [(6, vec![b'x'; 1025]), (8, vec![0xff, 0xfe])] {
        let now = call.now;
        call.peers[0].send_dcep(now, stream, &open(&label));
    }
    call.run(Duration::from_millis(100));
    assert_eq!(call.events.len(), before);
    let now = call.now;
    call.peers[0].send_dcep(now, 10, &open(&[b'x'; 1024]));
    call.run(Duration::from_millis(100));
    assert!(matches!(call.events.last(), Some(Event::DataChannelOpened { channel: 10, .. })));
}
