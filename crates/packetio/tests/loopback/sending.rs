use proptest::prelude::*;
use tureen_packetio::{ReceiveBatch, SendReport, Sender, UdpSocket, probe_gso};
use tureen_units::Path;

use crate::ends::{Receiver, Transmitter, V4, V6, bind, datagram};

/// Sends datagrams of these lengths to one peer and checks that they arrive as they are, in order.
fn exchange(family: &str, gso: bool, lens: &[usize]) -> Transmitter {
    let (mut receiver, mut transmitter) = (Receiver::new(family), Transmitter::new(family, gso));
    let sent: Vec<_> = lens.iter().enumerate().map(|(number, len)| datagram(number, *len)).collect();
    for bytes in &sent {
        transmitter.push(receiver.address(), 1, bytes);
    }
    transmitter.flush();
    assert_eq!(receiver.take_bytes(sent.len()), sent);
    let report = transmitter.report;
    assert_eq!(report.datagrams, lens.len() as u64);
    assert_eq!(report.bytes, lens.iter().sum::<usize>() as u64);
    assert_eq!((report.failed, report.dropped_would_block), (0, 0));
    transmitter
}

#[test]
fn a_run_arrives_intact_and_in_order_in_both_families() {
    for family in [V4, V6] {
        let report = exchange(family, true, &[1100, 1100, 1100, 1100, 300]).report;
        assert_eq!(report.system_calls, 1);
        if probe_gso() && report.fallbacks == 0 {
            assert_eq!((report.sends, report.gso_runs, report.gso_segments), (1, 1, 5));
        }
    }
}

#[test]
fn mixed_sizes_arrive_as_they_were_sent() {
    let report = exchange(V4, true, &[1105, 1105, 1105, 1106, 80, 80, 0, 1600, 1600, 1]).report;
    assert_eq!(report.system_calls, 1);
    if probe_gso() {
        assert_eq!((report.gso_runs, report.gso_segments), (3, 8));
    }
}

#[test]
fn long_trains_are_split_into_runs() {
    let report = exchange(V6, true, &[100; 200]).report;
    if probe_gso() {
        assert_eq!((report.sends, report.gso_segments), (4, 200));
    }
    let report = exchange(V4, true, &[1500; 100]).report;
    if probe_gso() {
        assert_eq!(report.sends, 3, "60,000 bytes at most");
    }
}

#[test]
fn without_segmentation_each_datagram_is_a_message() {
    let transmitter = exchange(V4, false, &[1100, 1100, 1100, 300]);
    assert!(!transmitter.sender.uses_gso());
    let report = transmitter.report;
    assert_eq!((report.sends, report.system_calls, report.gso_runs), (4, 1, 0));
}

#[test]
fn peers_get_their_own_datagrams_in_their_order() {
    let mut transmitter = Transmitter::new(V4, true);
    let mut receivers: Vec<_> = (0..5).map(|_| Receiver::new(V4)).collect();
    for number in 0..100 {
        transmitter.push(receivers[number % 5].address(), (number % 5) as u32, &datagram(number, 150));
    }
    transmitter.flush();
    for (peer, receiver) in receivers.iter_mut().enumerate() {
        let expected: Vec<_> = (0..20).map(|turn| datagram(turn * 5 + peer, 150)).collect();
        assert_eq!(receiver.take_bytes(20), expected);
    }
    assert_eq!(transmitter.report.system_calls, 1);
    if probe_gso() {
        assert_eq!(transmitter.report.sends, 5);
    }
}

#[test]
fn each_datagram_leaves_by_the_socket_of_its_path() {
    let (mut receiver, mut transmitter) = (Receiver::new(V4), Transmitter::new(V4, true));
    transmitter.sockets.push(bind(V4));
    let sources: Vec<_> = transmitter.sockets.iter().map(UdpSocket::local_address).collect();
    for number in 0..6_u16 {
        let path = Path { socket: number % 2, remote: receiver.address() };
        assert!(transmitter.egress.push(path, 1, &datagram(number.into(), 60)));
    }
    transmitter.flush();
    let expected: Vec<_> = [0, 2, 4, 1, 3, 5].map(|number| (sources[number % 2], datagram(number, 60))).to_vec();
    assert_eq!(receiver.take(6), expected);
    assert_eq!(transmitter.report.system_calls, 2);
}

#[test]
fn a_closed_port_does_not_stop_the_others() {
    for family in [V4, V6] {
        let (mut receiver, mut transmitter) = (Receiver::new(family), Transmitter::new(family, true));
        let closed = Receiver::new(family).address();
        for round in 0..5 {
            for number in 0..6 {
                let remote = if number % 2 == 0 { closed } else { receiver.address() };
                transmitter.push(remote, number as u32 % 2, &datagram(round * 10 + number, 90));
            }
            transmitter.flush();
            let expected: Vec<_> = [1, 3, 5].map(|number| datagram(round * 10 + number, 90)).to_vec();
            assert_eq!(receiver.take_bytes(3), expected);
        }
        assert_eq!(transmitter.report.failed, 0, "refusals of a peer are not errors of the socket");
    }
}

#[test]
fn an_address_of_the_wrong_family_fails_alone() {
    let (mut receiver, mut transmitter) = (Receiver::new(V4), Transmitter::new(V4, true));
    transmitter.push(receiver.address(), 1, b"before");
    transmitter.push("[::1]:9".parse().unwrap(), 2, b"bad");
    transmitter.push("[::1]:9".parse().unwrap(), 2, b"bad");
    transmitter.push(receiver.address(), 3, b"after");
    transmitter.flush();
    assert_eq!(receiver.take_bytes(2), [&b"before"[..], b"after"]);
    assert_eq!((transmitter.report.datagrams, transmitter.report.failed), (2, 2));
}

#[test]
fn more_than_a_window_is_sent_in_windows() {
    let mut transmitter = Transmitter::new(V4, true);
    let mut receivers: Vec<_> = (0..100).map(|_| Receiver::new(V4)).collect();
    for number in 0..2500 {
        transmitter.push(receivers[number % 100].address(), (number % 100) as u32, &datagram(number, 40));
    }
    transmitter.flush();
    for (peer, receiver) in receivers.iter_mut().enumerate() {
        let expected: Vec<_> = (0..25).map(|turn| datagram(turn * 100 + peer, 40)).collect();
        assert_eq!(receiver.take_bytes(25), expected);
    }
    assert_eq!((transmitter.report.datagrams, transmitter.report.system_calls), (2500, 3));
}

#[test]
fn an_empty_flush_does_nothing() {
    let mut transmitter = Transmitter::new(V4, true);
    transmitter.flush();
    assert_eq!(transmitter.report, SendReport::default());
}

#[test]
fn sender_and_batch_may_move_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Sender>();
    is_send::<ReceiveBatch>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_train_arrives(lens in prop::collection::vec(prop::sample::select(vec![0_usize, 1, 700, 1100, 1101]), 1..80)) {
        exchange(V4, true, &lens);
        exchange(V4, false, &lens);
    }
}
