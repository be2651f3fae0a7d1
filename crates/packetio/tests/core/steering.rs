//! Several shards behind one port: whatever socket the kernel picks, each datagram comes to the shard whose transport it is
//! for, and no further than ICE allows.

use std::time::Instant;

use tureen_rtp::HeaderFields;
use tureen_sfu::Command;

use crate::client::{Client, Server, open_consumer, open_producer, signed_credentials, socket, wait_for};

const SHARDS: usize = 3;

/// Enough that the kernel leaves no shard out and hits none by luck alone: the odds against are 3^-18.
const CLIENTS: u64 = 18;

const fn shard_of(transport: u64) -> usize {
    (transport as usize) % SHARDS
}

/// Whom a client hears: another one on its own shard.
const fn speaker_of(transport: u64) -> u64 {
    (transport + SHARDS as u64 - 1) % CLIENTS + 1
}

fn client(server: &Server, transport: u64) -> Client {
    let shard = shard_of(transport);
    let address = server.core.addresses()[shard][0];
    let client = Client::with_credentials(transport, signed_credentials(shard, transport), address);
    server.open_on(shard, transport, &client);
    client
}

fn connect(server: &mut Server, clients: &mut [Client]) {
    for (transport, client) in (1..).zip(clients) {
        client.prove_path();
        client.peer.check(Instant::now());
        wait_for("a connection", || {
            client.turn();
            server.connected(transport).filter(|_| client.peer.is_connected())
        });
    }
}

fn speak(client: &mut Client, transport: u64, sequence: u16) {
    let ssrc = 1000 + transport as u32;
    let timestamp = u32::from(sequence) * 960;
    let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc };
    client.peer.send_rtp(fields, u64::from(sequence), &[(1, b"0")], format!("voice {transport}").as_bytes());
    client.turn();
}

/// A call of [`CLIENTS`] peers, each of whom hears another one.
fn call(one_port: bool) -> (Server, Vec<Client>) {
    let mut server = Server::with_shards(SHARDS, &["127.0.0.1"], one_port);
    let mut clients: Vec<_> = (1..=CLIENTS).map(|transport| client(&server, transport)).collect();
    connect(&mut server, &mut clients);
    for transport in 1..=CLIENTS {
        server.submit_to(shard_of(transport), open_producer(transport, 1000 + transport as u32));
    }
    for transport in 1..=CLIENTS {
        server.submit_to(shard_of(transport), open_consumer(transport, transport, speaker_of(transport)));
    }
    (server, clients)
}

fn check_everyone_hears(clients: &mut [Client], sequence: u16) {
    for (transport, index) in (1..).zip(0..clients.len()) {
        speak(&mut clients[index], transport, sequence);
    }
    for (transport, client) in (1..).zip(clients) {
        let said = format!("voice {}", speaker_of(transport));
        wait_for("the sound", || {
            client.turn();
            client.peer.rtp.iter().any(|packet| packet.payload == said.as_bytes()).then_some(())
        });
        client.peer.rtp.clear();
    }
}

#[test]
fn peers_from_many_ports_meet_their_shards_behind_one_port() {
    let (server, mut clients) = call(true);
    let addresses = server.core.addresses();
    assert!(addresses.iter().all(|shard| *shard == addresses[0]), "one port for all: {addresses:?}");
    check_everyone_hears(&mut clients, 1);
    let before = server.count("handed_over");
    check_everyone_hears(&mut clients, 2);
    assert!(server.count("handed_over") > before, "the kernel did not hit every shard by luck");
    let steered = server.count("steered_paths");
    assert!(steered > 0 && steered < CLIENTS, "some paths are another shard's and some are not: {steered}");
    assert_eq!((server.count("hand_over_drops"), server.count("stun_refused")), (0, 0));
}

#[test]
fn each_shard_on_its_own_port_hands_nothing_over() {
    let (server, mut clients) = call(false);
    let addresses = server.core.addresses();
    assert!(addresses.iter().all(|shard| addresses.iter().filter(|other| *other == shard).count() == 1));
    check_everyone_hears(&mut clients, 1);
    assert_eq!((server.count("handed_over"), server.count("steered_paths")), (0, 0));
}

#[test]
fn what_no_check_has_proved_is_refused_on_whatever_shard_it_comes_to() {
    let (server, mut clients) = call(true);
    let (steered, handed) = (server.count("steered_paths"), server.count("handed_over"));
    let strangers: Vec<_> = (0..CLIENTS).map(|_| socket(server.addresses[0])).collect();
    // Media and handshakes from addresses that nobody has validated go nowhere, be they well-formed or not.
    let refused = server.count("datagrams_refused");
    for stranger in &strangers {
        stranger.send_to(&[0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0xe9, 1, 2, 3], server.addresses[0]).expect("sent");
        stranger.send_to(&[22, 254, 253, 0, 0, 0, 0], server.addresses[0]).expect("sent");
    }
    wait_for("the refusals", || (server.count("datagrams_refused") == refused + 2 * CLIENTS).then_some(()));
    assert_eq!(server.count("handed_over"), handed);
    // Checks with a transport's name and no password reach its shard at most; checks for no shard reach none.
    let refused = server.count("stun_refused");
    for (stranger, client) in strangers.iter().zip(&mut clients) {
        stranger.send_to(&client.peer.binding_request("a guess"), server.addresses[0]).expect("sent");
        client.peer.handshake.remote.ufrag.replace_range(..1, "/");
        stranger.send_to(&client.peer.binding_request("a guess"), server.addresses[0]).expect("sent");
        client.peer.handshake.remote.ufrag.replace_range(..1, "-");
        stranger.send_to(&client.peer.binding_request("a guess"), server.addresses[0]).expect("sent");
    }
    wait_for("the refusals", || (server.count("stun_refused") == refused + 3 * CLIENTS).then_some(()));
    assert!(server.count("handed_over") <= handed + CLIENTS);
    assert_eq!(server.count("steered_paths"), steered, "no guess has made an address anybody's");
    check_everyone_hears(&mut clients, 1);
}

#[test]
fn a_path_is_nobodys_any_more_when_its_transport_ends() {
    let (server, mut clients) = call(true);
    assert!(server.count("steered_paths") > 0);
    for transport in 1..=CLIENTS {
        server.submit_to(shard_of(transport), Command::CloseTransport { transport });
    }
    wait_for("the end of steering", || (server.count("steered_paths") == 0).then_some(()));
    let (handed, refused) = (server.count("handed_over"), server.count("datagrams_refused"));
    for (transport, client) in (1..).zip(&mut clients) {
        speak(client, transport, 1);
    }
    wait_for("the refusals", || (server.count("datagrams_refused") >= refused + CLIENTS).then_some(()));
    assert_eq!(server.count("handed_over"), handed);
}

#[test]
fn an_address_stays_with_a_running_call_and_goes_from_a_dead_one_to_the_next_on_another_shard() {
    let (mut server, mut clients) = call(true);
    // The same sockets with other transports on other shards, as after a crash of the program behind them.
    let mut heirs: Vec<_> = (100..100 + CLIENTS)
        .map(|transport| {
            let shard = shard_of(transport + 1);
            let heir = Client::with_credentials(transport, signed_credentials(shard, transport), server.addresses[0]);
            server.open_on(shard, transport, &heir);
            heir
        })
        .collect();
    let refused = server.count("stun_refused");
    for ((transport, client), heir) in (1..).zip(&mut clients).zip(&mut heirs) {
        speak(client, transport, 1);
        std::mem::swap(&mut client.socket, &mut heir.socket);
        heir.send_check();
    }
    // Each had the right password, and still.
    wait_for("the refusals", || (server.count("stun_refused") == refused + CLIENTS).then_some(()));
    for (transport, heir) in (100..).zip(&mut heirs) {
        wait_for("an answer after the end of the dead call", || {
            heir.send_check();
            heir.takes_answer()
        });
        heir.peer.check(Instant::now());
        wait_for("a connection from the same address", || {
            heir.turn();
            server.connected(transport).filter(|_| heir.peer.is_connected())
        });
    }
}
