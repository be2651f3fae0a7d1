//! Data channels of a call.

use std::time::Duration;

use serde_bytes::ByteBuf;
use tureen_sfu::{Command, Event};
use tureen_sim::Call;

fn call_with_channels() -> Call {
    let mut call = Call::new();
    call.join();
    let now = call.now;
    call.peers[0].connect_data(now);
    call.run(Duration::from_millis(50));
    assert!(call.peers[0].has_data());
    let now = call.now;
    call.peers[0].open_channel(now, 0, "_reliable", None);
    call.peers[0].open_channel(now, 2, "_lossy", Some(0));
    call.run(Duration::from_millis(50));
    call
}

fn send(call: &mut Call, label: &str, payload: Vec<u8>) {
    let (label, payload) = (label.to_owned(), ByteBuf::from(payload));
    call.command(Command::SendData { transports: vec![1], label, payload, binary: true });
    call.run(Duration::from_millis(100));
}

#[test]
fn both_kinds_of_channels_are_reported() {
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
    assert_eq!(opened, [("_reliable", true, None), ("_lossy", false, Some(0))]);
}

#[test]
fn large_messages_go_both_ways() {
    let mut call = call_with_channels();
    let large: Vec<u8> = (0..60_000u32).map(|index| index as u8).collect();
    let now = call.now;
    call.peers[0].send_message(now, 0, &large);
    call.run(Duration::from_millis(500));
    let up =
        call.events.iter().any(|event| matches!(event, Event::DataMessage { payload, .. } if payload[..] == large[..]));
    assert!(up, "the message came up whole");
    send(&mut call, "_reliable", large.clone());
    assert!(call.peers[0].messages.contains(&(0, large)));
}

#[test]
fn a_message_for_no_channel_is_reported_as_dropped() {
    let mut call = call_with_channels();
    send(&mut call, "nowhere", vec![1, 2, 3]);
    let dropped = Event::DataDropped { transport: 1, label: "nowhere".into(), size: 3 };
    assert_eq!(call.events.last(), Some(&dropped));
}

#[test]
fn a_peer_that_reads_nothing_fills_its_own_buffer_only() {
    let mut call = call_with_channels();
    call.network = Box::new(|_, _, _| false);
    for _ in 0..200 {
        let payload = ByteBuf::from(vec![0; 60_000]);
        call.command(Command::SendData { transports: vec![1], label: "_reliable".into(), payload, binary: true });
    }
    let dropped = call.events.iter().filter(|event| matches!(event, Event::DataDropped { .. })).count();
    assert!(dropped > 100, "{dropped} of 200 dropped: at most 4 MiB wait");
}
