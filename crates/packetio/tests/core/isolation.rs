//! Subscribers who are slow or gone cost the others nothing.

use std::time::Instant;

use tureen_rtp::HeaderFields;
use tureen_sfu::{Command, OpenMirror};

use crate::client::{Client, Server, open_consumer, open_producer, signed_credentials, wait_for};

const SSRC: u32 = 1000;
const PACKETS: u16 = 1000;
const SPEAKER: u64 = 1;

fn join(server: &mut Server, shard: usize, transport: u64) -> Client {
    let mut client = Client::with_credentials(transport, signed_credentials(shard, transport), server.addresses[0]);
    server.open_on(shard, transport, &client);
    client.prove_path();
    client.peer.check(Instant::now());
    wait_for("a connection", || {
        client.turn();
        server.connected(transport).filter(|_| client.peer.is_connected())
    });
    client
}

fn speak(speaker: &mut Client, sequence: u16) {
    let timestamp = u32::from(sequence) * 960;
    let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: SSRC };
    speaker.peer.send_rtp(fields, u64::from(sequence), &[(1, b"0")], &sequence.to_be_bytes());
}

/// Opens the speaker's producer on the first shard, and a mirror of it on the second.
fn publish(server: &Server) {
    let Command::OpenProducer(producer) = open_producer(SPEAKER, SSRC) else { unreachable!("it opens a producer") };
    server.submit_to(0, Command::OpenProducer(producer.clone()));
    server.submit_to(1, Command::OpenMirror(OpenMirror { request: 0, shard: 0, paused: false, producer }));
    server.submit_to(0, Command::MirrorProducer { request: 0, producer: SPEAKER, shard: 1, mirrored: true });
}

#[test]
fn one_who_never_reads_and_one_who_is_gone_take_nothing_from_the_others_on_any_shard() {
    let mut server = Server::with_shards(2, &["127.0.0.1"], true);
    let mut speaker = join(&mut server, 0, SPEAKER);
    publish(&server);
    // On each shard one who is gone comes first, then one whose buffer fills up, and one who listens last.
    let mut gone = Vec::new();
    let mut deaf = Vec::new();
    let mut listeners = Vec::new();
    for shard in 0..2 {
        for (role, clients) in [(0, &mut gone), (1, &mut deaf), (2, &mut listeners)] {
            let transport = 10 + 3 * shard as u64 + role;
            clients.push(join(&mut server, shard, transport));
            server.submit_to(shard, open_consumer(transport, transport, SPEAKER));
        }
    }
    drop(gone);
    for sequence in 1..=PACKETS {
        speak(&mut speaker, sequence);
        if sequence % 20 == 0 {
            speaker.turn();
            listeners.iter_mut().for_each(Client::turn);
        }
    }
    let expected: Vec<[u8; 2]> = (1..=PACKETS).map(u16::to_be_bytes).collect();
    for listener in &mut listeners {
        wait_for("all that was said", || {
            listener.turn();
            (listener.peer.rtp.len() == expected.len()).then_some(())
        });
        assert!(listener.peer.rtp.iter().zip(&expected).all(|(packet, said)| packet.payload == said), "in order");
    }
    assert_eq!((server.count("sends_failed"), server.count("sends_would_block")), (0, 0));
    assert_eq!((server.count("relay_drops"), server.count("hand_over_drops")), (0, 0));
    assert_eq!(server.count("packets_relayed"), u64::from(PACKETS));
}
