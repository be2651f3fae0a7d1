//! One core with candidates of both families.

use std::time::Instant;

use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::RtcpWriter;

use crate::client::{Client, Server, wait_for};

const SSRC: u32 = 1000;

fn connect(server: &mut Server, transport: u64, address: usize) -> Client {
    let mut client = Client::new(transport, server.addresses[address]);
    server.open(transport, client.peer.handshake.local.clone(), client.peer.fingerprint());
    client.peer.check(Instant::now());
    let (remote, _) = wait_for("a connection", || {
        client.turn();
        server.connected(transport)
    });
    assert_eq!(remote, client.socket.local_addr().expect("a bound socket"));
    wait_for("the peer's own end", || {
        client.turn();
        client.peer.is_connected().then_some(())
    });
    client
}

fn receiver_report() -> Vec<u8> {
    let mut room = [0; 100];
    let mut writer = RtcpWriter::new(&mut room);
    assert!(writer.push_receiver_report(1, &[]));
    writer.bytes().to_vec()
}

/// Sends one packet of sound and waits until the listener has it.
fn speak(speaker: &mut Client, listener: &mut Client, sequence: u16) {
    let before = listener.peer.rtp.len();
    let timestamp = u32::from(sequence) * 960;
    let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: SSRC };
    speaker.peer.send_rtp(fields, u64::from(sequence), &[(1, b"0")], b"opus");
    wait_for("the sound", || {
        speaker.turn();
        listener.turn();
        (listener.peer.rtp.len() > before).then_some(())
    });
    assert_eq!(listener.peer.rtp[before].payload, b"opus");
}

#[test]
fn a_call_over_ipv6_and_ipv4_goes_on_when_a_peer_changes_its_address_and_family() {
    let mut server = Server::new(&["127.0.0.1", "::1"]);
    let mut speaker = connect(&mut server, 1, 1);
    let mut listener = connect(&mut server, 2, 0);
    server.open_producer(1, SSRC);
    server.open_consumer(2, 1);
    speak(&mut speaker, &mut listener, 1);
    // Nothing counts from the new address before a check came from it; then the call follows with the first fresh packet.
    listener.move_to(server.addresses[1]);
    listener.peer.check(Instant::now());
    listener.peer.send_rtcp(&receiver_report());
    listener.turn();
    speak(&mut speaker, &mut listener, 2);
    speaker.move_to(server.addresses[0]);
    speaker.peer.check(Instant::now());
    speaker.turn();
    speak(&mut speaker, &mut listener, 3);
}
