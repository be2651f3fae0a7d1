use tureen_packetio::ReceiveBatch;
use tureen_units::{MAX_DATAGRAM, PacketBuffer};

use crate::ends::{Receiver, V4, V6, bind, datagram};

fn std_socket(like: &str) -> std::net::UdpSocket {
    std::net::UdpSocket::bind(like).unwrap()
}

#[test]
fn an_idle_socket_gives_nothing_and_does_not_block() {
    let socket = bind(V4);
    assert_eq!(ReceiveBatch::new().receive(&socket).unwrap(), 0);
}

#[test]
fn datagrams_come_with_their_senders() {
    for family in [V4, V6] {
        let mut receiver = Receiver::new(family);
        let peers = [std_socket(family), std_socket(family)];
        for (number, peer) in peers.iter().enumerate() {
            peer.send_to(&datagram(number, 200 + number), receiver.address()).unwrap();
        }
        let expected: Vec<_> = (0..2).map(|n| (peers[n].local_addr().unwrap(), datagram(n, 200 + n))).collect();
        assert_eq!(receiver.take(2), expected);
    }
}

#[test]
fn a_long_datagram_is_cut_and_an_empty_one_is_empty() {
    let mut receiver = Receiver::new(V4);
    let peer = std_socket(V4);
    peer.send_to(&datagram(1, 3000), receiver.address()).unwrap();
    peer.send_to(&[], receiver.address()).unwrap();
    assert_eq!(receiver.take_bytes(2), [datagram(1, 3000)[..MAX_DATAGRAM].to_vec(), Vec::new()]);
}

#[test]
fn more_than_a_batch_comes_in_batches_and_in_order() {
    let mut receiver = Receiver::new(V4);
    let peer = std_socket(V4);
    let sent: Vec<_> = (0..100).map(|n| datagram(n, 50)).collect();
    for bytes in &sent {
        assert_eq!(peer.send_to(bytes, receiver.address()).unwrap(), 50);
    }
    receiver.wait();
    assert_eq!(receiver.batch.receive(&receiver.socket).unwrap(), ReceiveBatch::CAPACITY);
    let first: Vec<_> = (0..64).map(|index| receiver.batch.buffer_mut(index).bytes().to_vec()).collect();
    assert_eq!(first, sent[..64]);
    assert_eq!(receiver.take_bytes(36), sent[64..]);
}

#[test]
fn a_buffer_that_was_swapped_out_keeps_its_datagram() {
    let mut receiver = Receiver::new(V4);
    let peer = std_socket(V4);
    peer.send_to(b"kept", receiver.address()).unwrap();
    receiver.wait();
    assert_eq!(receiver.batch.receive(&receiver.socket).unwrap(), 1);
    let mut kept = PacketBuffer::boxed();
    std::mem::swap(&mut kept, receiver.batch.buffer_mut(0));
    peer.send_to(b"later", receiver.address()).unwrap();
    assert_eq!(receiver.take_bytes(1), [b"later"]);
    assert_eq!(kept.bytes(), b"kept");
}
