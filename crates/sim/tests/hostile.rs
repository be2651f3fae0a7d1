//! What strangers and liars can do to a running call: nothing.

use std::net::SocketAddr;
use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::RtcpWriter;
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

/// A nominating check of this peer, and a packet that nobody has seen before, from another address.
fn move_to(call: &mut Call, peer: usize, address: SocketAddr) {
    let password = call.peers[peer].handshake.remote.password.clone();
    let request = call.peers[peer].binding_request(&password);
    call.inject(address, &request);
    call.peers[peer].send_rtcp(&receiver_report());
    for datagram in call.peers[peer].take_outbox() {
        call.inject(address, &datagram);
    }
}

fn receiver_report() -> Vec<u8> {
    vec![0x80, 201, 0, 1, 0, 0, 0, 9]
}

#[test]
fn a_check_with_the_password_and_fresh_media_move_the_call() {
    let mut call = call_with_sound();
    move_to(&mut call, 1, tureen_sim::address(7));
    call.add_peer();
    speak(&mut call, 2);
    assert_eq!(call.peers[1].rtp.len(), 1, "the listener's packets go to its new address");
    move_to(&mut call, 1, tureen_sim::address(1));
    speak(&mut call, 3);
    assert_eq!(call.peers[1].rtp.len(), 2, "and back to its old one");
}

#[test]
fn a_role_conflict_opens_no_path() {
    let mut call = call_with_sound();
    let guest = call.add_peer();
    let conflict = call.peers[guest].conflicting_request();
    call.inject(stranger(), &conflict);
    let refused = call.shard.counters().datagrams_refused;
    call.inject(stranger(), &[22; 40]);
    assert_eq!(call.shard.counters().datagrams_refused, refused + 1, "the address is nobody's");
    call.command(Command::CloseTransport { transport: guest as u64 + 1 });
    let password = call.peers[1].handshake.remote.password.clone();
    let request = call.peers[1].binding_request(&password);
    call.inject(stranger(), &request);
    assert_eq!(call.shard.counters().panics, 0);
    assert_unharmed(&mut call, 2);
}

#[test]
fn a_replayed_check_moves_no_call() {
    let mut call = call_with_sound();
    let password = call.peers[1].handshake.remote.password.clone();
    let request = call.peers[1].binding_request(&password);
    call.inject(tureen_sim::address(1), &request);
    call.peers[1].send_rtcp(&receiver_report());
    let reports = call.peers[1].take_outbox();
    call.inject(tureen_sim::address(1), &reports[0]);
    for replayed in [&request, &reports[0]] {
        call.inject(stranger(), replayed);
    }
    assert_unharmed(&mut call, 2);
}

#[test]
fn a_replayed_data_record_moves_no_call() {
    let mut call = call_with_sound();
    call.peers[1].connect_data(call.now);
    call.run(Duration::from_millis(200));
    let now = call.now;
    call.peers[1].open_channel(now, 1, "chat", true, None);
    let records = call.peers[1].take_outbox();
    let password = call.peers[1].handshake.remote.password.clone();
    let request = call.peers[1].binding_request(&password);
    for datagram in records.iter().chain([&request]) {
        call.inject(tureen_sim::address(1), datagram);
    }
    for replayed in [&request].into_iter().chain(&records) {
        call.inject(stranger(), replayed);
    }
    assert_unharmed(&mut call, 2);
}

#[test]
fn a_check_takes_no_address_from_a_live_call() {
    let mut call = call_with_sound();
    let password = call.peers[1].handshake.remote.password.clone();
    let request = call.peers[1].binding_request(&password);
    call.inject(tureen_sim::address(0), &request);
    assert_unharmed(&mut call, 2);
}

#[test]
fn an_address_passes_to_whoever_proves_it_once_its_call_is_silent() {
    let mut call = call_with_sound();
    let newcomer = call.add_peer();
    call.run(Duration::from_secs(6));
    let password = call.peers[newcomer].handshake.remote.password.clone();
    let request = call.peers[newcomer].binding_request(&password);
    call.inject(tureen_sim::address(0), &request);
    let datagram = speak(&mut call, 2);
    assert!(!datagram.is_empty());
    assert_eq!(call.peers[1].rtp.len(), 1, "the address is the newcomer's");
    call.peers[0].check(call.now);
    call.settle();
    speak(&mut call, 3);
    assert_eq!(call.peers[1].rtp.len(), 2, "and its first owner's again, once it says so");
}

#[test]
fn an_address_is_whose_check_came_last() {
    let mut call = call_with_sound();
    let shared = tureen_sim::address(7);
    for peer in [0, 1, 0] {
        let request = call.peers[peer].binding_request(&call.peers[peer].handshake.remote.password.clone());
        call.inject(shared, &request);
    }
    let fields = HeaderFields { marker: false, payload_type: 111, sequence: 2, timestamp: 1920, ssrc: 1000 };
    let datagram = call.peers[0].send_rtp(fields, 2, &[(1, b"m1")], b"opus");
    call.peers[0].take_outbox();
    let before = call.shard.counters().rtp_received;
    call.inject(shared, &datagram);
    assert_eq!(call.shard.counters().rtp_received, before + 1);
}

#[test]
fn more_addresses_than_a_peer_may_have_do_not_cost_another_peer_its_own() {
    let mut call = call_with_sound();
    // The newcomer claims the speaker's address; the speaker takes it back and the newcomer wanders on.
    let newcomer = call.join();
    let claim = |call: &mut Call, peer: usize, from| {
        let request = call.peers[peer].binding_request(&call.peers[peer].handshake.remote.password.clone());
        call.inject(from, &request);
    };
    claim(&mut call, newcomer, tureen_sim::address(0));
    claim(&mut call, 0, tureen_sim::address(0));
    for port in 20..60 {
        claim(&mut call, newcomer, tureen_sim::address(port));
    }
    assert_unharmed(&mut call, 2);
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
        remote_ice: peer.handshake.local.clone(),
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

#[test]
fn a_request_for_a_number_that_never_went_out_is_answered_by_nothing() {
    let mut call = Call::new();
    let (publisher, viewer) = (call.join(), call.join());
    call.publish(publisher, 1, MediaKind::Video, vec![Encoding { ssrc: Some(1000), ..Encoding::default() }]);
    call.subscribe(viewer, 1, 1, 9000);
    let fields = HeaderFields { marker: true, payload_type: 96, sequence: 40_000, timestamp: 1, ssrc: 1000 };
    call.peers[publisher].send_rtp(fields, 40_000, &[(1, b"m1")], &[0x10, 0, 7]);
    call.settle();
    let sent = call.peers[viewer].rtp[0].header.sequence;
    for ahead in [1, 2, 40_000] {
        let mut room = [0; 64];
        let mut writer = RtcpWriter::new(&mut room);
        assert!(writer.push_nack(1, 9000, &[sent.wrapping_add(ahead)]), "room for one");
        call.peers[viewer].send_rtcp(writer.bytes());
        call.settle();
    }
    assert_eq!((call.shard.counters().panics, call.peers[viewer].rtp.len()), (0, 1));
}

#[test]
fn feedback_that_announces_more_than_it_brings_is_refused() {
    let mut call = call_with_sound();
    let on_packets = |count: u16| {
        let [high, low] = count.to_be_bytes();
        // One run of packets that did not come.
        [0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, high, low, 0, 0, 1, 0, high, low, 0, 0]
    };
    for (messages, refused) in [(vec![on_packets(8000)], 0), (vec![on_packets(8000), on_packets(8000)], 1)] {
        call.peers[1].send_rtcp(&messages.concat());
        call.settle();
        assert_eq!(call.shard.counters().rtp_refused, refused);
    }
    assert_unharmed(&mut call, 2);
}
