//! Under AES-GCM no number of a stream may go out twice (RFC 7714 section 8.3), whatever publisher and subscriber do.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use tureen_rtp::{HeaderFields, RtpHeader};
use tureen_sfu::{Command, ConsumerLimits, Encoding, MediaKind};
use tureen_sim::{Call, Direction};

const VIDEO: u32 = 9000;

/// A publisher of video and a viewer, and what went out under a number that had gone out before.
struct Watched {
    call: Call,
    sequence: u16,
    timestamp: u32,
    repeated: Rc<RefCell<Vec<(u32, u16)>>>,
}

impl Watched {
    fn new() -> Self {
        let mut call = Call::new();
        let (publisher, viewer) = (call.join(), call.join());
        let encoding = Encoding { rid: None, ssrc: Some(1000), rtx_ssrc: None };
        call.publish(publisher, 1, MediaKind::Video, vec![encoding]);
        call.subscribe(viewer, 1, 1, VIDEO);
        let repeated = Rc::new(RefCell::new(Vec::new()));
        let (mut sent, found) = (HashSet::new(), repeated.clone());
        call.network = Box::new(move |direction, peer, datagram| {
            let is_rtp = matches!(datagram, [128..=191, second, ..] if !(192..=223).contains(second));
            if direction == Direction::Down && is_rtp {
                let header = RtpHeader::parse_untrusted(datagram).expect("the server writes headers");
                if !sent.insert((peer, header.ssrc, header.sequence)) {
                    found.borrow_mut().push((header.ssrc, header.sequence));
                }
            }
            true
        });
        Self { call, sequence: 0, timestamp: 0, repeated }
    }

    /// Sends a frame of so many packets of 1100 bytes under an SSRC.
    fn frame(&mut self, ssrc: u32, key: bool, packets: u16) {
        self.timestamp += 3000;
        for index in 0..packets {
            let mut payload = vec![7; 1100];
            payload[..2].copy_from_slice(&[if index == 0 { 0x10 } else { 0 }, u8::from(!key)]);
            self.sequence += 1;
            let (sequence, marker) = (self.sequence, index + 1 == packets);
            let fields = HeaderFields { marker, payload_type: 96, sequence, timestamp: self.timestamp, ssrc };
            self.call.peers[0].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], &payload);
        }
        self.call.run(Duration::from_millis(10));
    }

    fn pause(&mut self, paused: bool) {
        let limits = ConsumerLimits { paused, ..ConsumerLimits::default() };
        self.call.command(Command::UpdateConsumer { request: 0, consumer: 1, limits });
    }

    /// Packets of the video that the viewer has got.
    fn received(&self) -> usize {
        self.call.peers[1].rtp.iter().filter(|packet| packet.header.ssrc == VIDEO).count()
    }
}

#[test]
fn a_group_that_is_sent_again_while_it_waits_for_the_pace() {
    let mut watched = Watched::new();
    watched.frame(1000, true, 1);
    watched.frame(1000, false, 40);
    watched.frame(1000, true, 10);
    assert!(watched.received() < 41, "the key frame waits");
    watched.pause(true);
    watched.pause(false);
    watched.call.run(Duration::from_secs(1));
    assert!(watched.received() > 10);
    assert_eq!(*watched.repeated.borrow(), []);
}

/// Numbers of streams that took each other's place are taken for those of one stream after 256 of them.
#[test]
fn many_streams_that_take_each_others_place_at_once() {
    let mut watched = Watched::new();
    watched.frame(1000, true, 3);
    let lost = watched.sequence + 1;
    watched.sequence += 1;
    watched.frame(1000, false, 3);
    for ssrc in 2000..2256 {
        watched.sequence = lost - 3;
        let fields = HeaderFields {
            marker: true,
            payload_type: 96,
            sequence: watched.sequence,
            timestamp: watched.timestamp,
            ssrc,
        };
        let index = u64::from(watched.sequence);
        watched.call.peers[0].send_rtp(fields, index, &[(1, b"m1")], &[0x10, 1, 7]);
    }
    watched.call.run(Duration::from_millis(100));
    assert_eq!(*watched.repeated.borrow(), []);
}
