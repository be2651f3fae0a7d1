//! What strangers and liars can do to a running call: nothing.

use std::net::SocketAddr;
use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_sfu::{CloseReason, Command, CommandErrorCode, Encoding, Event, IceCredentials, MediaKind, OpenTransport};
use tureen_sim::{Call, Peer};

const STRANGER: &str = "203.0.113.9:4000";

fn stranger() -> SocketAddr {
    STRANGER.parse().expect("an address")
}

fn call_with_sound() -> Call {
    let mut call = Call::new();
    let (speaker, listener) = (call.join(), call.join());
    call.publish(speaker, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(1000), ..Encoding::default() }]);
    call.subscribe(listener, 1, 1, 9000);
    speak(&mut call, 1);
    call
}

fn speak(call: &mut Call, sequence: u16) -> Vec<u8> {
    let timestamp = u32::from(sequence) * 960;
    let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: 1000 };
    let datagram = call.peers[0].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], b"opus");
    call.settle();
    datagram
}

/// The call still works: the next packet arrives.
fn assert_unharmed(call: &mut Call, sequence: u16) {
    let before = call.peers[1].rtp.len();
    speak(call, sequence);
    assert_eq!(call.peers[1].rtp.len(), before + 1);
    assert!(!call.events.iter().any(|event| matches!(event, Event::TransportClosed { .. })));
}

#[test]
fn a_check_without_the_password_opens_no_path() {
    let mut call = call_with_sound();
    let forged = call.peers[0].binding_request("not the password, but as long");
    call.inject(stranger(), &forged);
    let answered = call.shard.counters().stun_refused;
    assert_eq!(answered, 1);
    let datagram = speak(&mut call, 2);
    call.inject(stranger(), &datagram);
    assert_eq!(call.shard.counters().datagrams_refused, 1, "the stranger's address is still nobody's");
    assert_unharmed(&mut call, 3);
}

#[test]
fn a_check_with_the_password_moves_the_call() {
    let mut call = call_with_sound();
    let request = call.peers[1].binding_request(&call.peers[1].remote.password.clone());
    call.inject(tureen_sim::address(7), &request);
    call.add_peer();
    speak(&mut call, 2);
    assert_eq!(call.peers[1].rtp.len(), 1, "the listener's packets go to its new address");
}

#[test]
fn replayed_and_altered_packets_are_refused() {
    let mut call = call_with_sound();
    let datagram = speak(&mut call, 2);
    let before = call.peers[1].rtp.len();
    call.inject(tureen_sim::address(0), &datagram);
    for bit in 0..datagram.len() * 8 {
        let mut altered = datagram.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        call.inject(tureen_sim::address(0), &altered);
    }
    call.settle();
    assert_eq!(call.peers[1].rtp.len(), before);
    assert_unharmed(&mut call, 3);
}

#[test]
fn noise_from_a_peer_and_from_strangers_changes_nothing() {
    let mut call = call_with_sound();
    let mut state = 1u32;
    for round in 0..20_000usize {
        let len = round % 600;
        let noise: Vec<u8> = (0..len)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        let from = if round % 2 == 0 { tureen_sim::address(0) } else { stranger() };
        call.inject(from, &noise);
    }
    call.settle();
    assert_unharmed(&mut call, 2);
}

#[test]
fn forged_dtls_records_do_not_end_a_call() {
    let mut call = call_with_sound();
    let close_notify = [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0];
    let fatal_alert = [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 10, 0, 2, 2, 40];
    let encrypted_alert = [21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 11, 0, 2, 2, 40];
    for record in [close_notify, fatal_alert, encrypted_alert] {
        call.inject(tureen_sim::address(0), &record);
    }
    call.settle();
    assert_unharmed(&mut call, 2);
}

#[test]
fn feedback_about_others_streams_is_ignored() {
    let mut call = call_with_sound();
    let intruder = call.join();
    let before = call.shard.counters().nacks_received;
    let mut room = [0; 64];
    let mut writer = tureen_rtp::rtcp::RtcpWriter::new(&mut room);
    assert!(writer.push_nack(1, 9000, &[1, 2, 3]) && writer.push_pli(1, 9000));
    let len = writer.len();
    call.peers[intruder].send_rtcp(&room[..len]);
    call.settle();
    assert_eq!(call.shard.counters().nacks_received, before);
}

#[test]
fn another_certificate_than_the_signalled_one_is_refused() {
    let mut call = Call::new();
    let credentials = IceCredentials { ufrag: "srv".into(), password: "s".repeat(24) };
    let peer = Peer::new("x", credentials.clone(), call.now);
    call.command(Command::OpenTransport(OpenTransport {
        request: 0,
        transport: 1,
        local_ice: credentials,
        remote_ice: peer.local.clone(),
        remote_fingerprint: ["AB"; 32].join(":"),
        extensions: Call::extensions(),
        max_message_size: 0,
    }));
    call.connect_peer(peer);
    call.peers[0].check(call.now);
    call.run(Duration::from_millis(300));
    let closed = Event::TransportClosed { transport: 1, reason: CloseReason::DtlsFailed };
    assert!(call.events.contains(&closed), "{:?}", call.events);
    assert!(!call.events.iter().any(|event| matches!(event, Event::TransportConnected { .. })));
}

#[test]
fn a_peer_that_never_comes_is_given_up() {
    let mut call = Call::new();
    call.add_peer();
    call.run(Duration::from_secs(31));
    let closed = Event::TransportClosed { transport: 1, reason: CloseReason::ConnectTimeout };
    assert_eq!(call.events, [closed]);
}

#[test]
fn silence_is_reported_before_it_is_the_end() {
    let mut call = Call::new();
    call.join();
    call.run(Duration::from_secs(11));
    assert!(call.events.contains(&Event::TransportDisconnected { transport: 1 }));
    call.peers[0].check(call.now);
    call.settle();
    assert!(call.events.contains(&Event::TransportReconnected { transport: 1 }));
    call.run(Duration::from_secs(31));
    let closed = Event::TransportClosed { transport: 1, reason: CloseReason::ConsentExpired };
    assert_eq!(call.events.last(), Some(&closed));
}

#[test]
fn commands_about_unknown_things_fail_and_say_so() {
    let mut call = Call::new();
    call.command(Command::RequestKeyFrame { request: 5, producer: 99 });
    let Some(Event::CommandFailed { request: 5, command, code, .. }) = call.events.last() else {
        panic!("{:?}", call.events)
    };
    assert_eq!((command.as_str(), *code), ("request_key_frame", CommandErrorCode::UnknownProducer));
}
