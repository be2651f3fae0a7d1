//! What a subscriber behind a narrow link gets.

use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_sfu::{Command, ConsumerLimits, Encoding, Event, MediaKind};
use tureen_sim::{Call, Direction};

const MEDIA: u32 = 1000;
const VIDEO: u32 = 9000;
const RTX: u32 = VIDEO + 1;
const SOUND: u32 = 9100;
const FRAME: Duration = Duration::from_millis(33);

/// A publisher of video and sound, and a viewer of both.
struct Meeting {
    call: Call,
    frames: u32,
    sequence: u16,
    key_frame: bool,
    is_muted: bool,
}

impl Meeting {
    fn new() -> Self {
        let mut call = Call::new();
        let (publisher, viewer) = (call.join(), call.join());
        let one = |ssrc| vec![Encoding { rid: None, ssrc: Some(ssrc), rtx_ssrc: None }];
        call.publish(publisher, 1, MediaKind::Video, one(MEDIA));
        call.publish(publisher, 2, MediaKind::Audio, one(MEDIA + 10));
        call.subscribe(viewer, 1, 1, VIDEO);
        call.subscribe(viewer, 2, 2, SOUND);
        Self { call, frames: 0, sequence: 0, key_frame: true, is_muted: false }
    }

    /// Sends frames of so many packets of 1100 bytes, and sound, for a time.
    fn publish(&mut self, packets: u16, time: Duration) {
        let end = self.call.now + time;
        while self.call.now < end {
            self.frames += 1;
            for index in 0..packets {
                let mut payload = vec![7; 1100];
                payload[..2].copy_from_slice(&[if index == 0 { 0x10 } else { 0 }, u8::from(!self.key_frame)]);
                self.sequence = self.sequence.wrapping_add(1);
                let (sequence, marker) = (self.sequence, index + 1 == packets);
                let timestamp = self.frames * 3000;
                let fields = HeaderFields { marker, payload_type: 96, sequence, timestamp, ssrc: MEDIA };
                self.call.peers[0].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], &payload);
            }
            self.key_frame = self.frames.is_multiple_of(30);
            if self.is_muted {
                self.call.run(FRAME);
                continue;
            }
            let fields = HeaderFields {
                marker: false,
                payload_type: 111,
                sequence: self.frames as u16,
                timestamp: self.frames * 1600,
                ssrc: MEDIA + 10,
            };
            self.call.peers[0].send_rtp(fields, u64::from(self.frames), &[(1, b"m2")], &[9; 80]);
            self.call.run(FRAME);
        }
    }

    /// Packets of a stream that the viewer has got.
    fn received(&self, ssrc: u32) -> usize {
        self.call.peers[1].rtp.iter().filter(|packet| packet.header.ssrc == ssrc).count()
    }

    /// The viewer wants the picture, or does not.
    fn pause(&mut self, paused: bool) {
        let limits = ConsumerLimits { paused, ..ConsumerLimits::default() };
        self.call.command(Command::UpdateConsumer { request: 0, consumer: 1, limits });
    }

    /// Whether the viewer was told last that the path is too narrow for the picture.
    fn is_told_to_be_starved(&self) -> bool {
        let told = self.call.events.iter().rev().find_map(|event| match event {
            Event::ConsumerPaused { consumer: 1, paused } => Some(*paused),
            _ => None,
        });
        told.unwrap_or(false)
    }

    /// What the last report says that the path to the viewer carries, bits per second.
    fn estimate(&self) -> u64 {
        let reports = self.call.events.iter().rev().filter_map(|event| match event {
            Event::TransportReported { transport: 2, estimate, .. } => *estimate,
            _ => None,
        });
        reports.into_iter().next().expect("a report")
    }
}

#[test]
fn the_estimate_follows_the_link_down_and_up() {
    let mut meeting = Meeting::new();
    meeting.call.narrow(1, 4_000_000);
    meeting.publish(4, Duration::from_secs(8));
    let wide = meeting.estimate();
    assert!((1_500_000..6_000_000).contains(&wide), "{wide}");
    meeting.call.narrow(1, 500_000);
    meeting.publish(4, Duration::from_secs(8));
    let narrow = meeting.estimate();
    assert!((150_000..700_000).contains(&narrow), "{narrow}");
    meeting.call.narrow(1, 4_000_000);
    meeting.publish(4, Duration::from_secs(12));
    assert!(meeting.estimate() > 2 * narrow, "{} after {narrow}", meeting.estimate());
}

#[test]
fn sound_passes_a_link_that_is_too_narrow_for_the_picture() {
    let mut meeting = Meeting::new();
    meeting.call.narrow(1, 400_000);
    meeting.publish(6, Duration::from_secs(5));
    let (frames, before) = (meeting.frames, meeting.received(SOUND));
    meeting.publish(6, Duration::from_secs(10));
    let sent = (meeting.frames - frames) as usize;
    let heard = meeting.received(SOUND) - before;
    assert!(heard * 100 >= sent * 98, "{heard} of {sent}");
}

#[test]
fn a_path_is_probed_with_retransmissions() {
    let mut meeting = Meeting::new();
    meeting.call.narrow(1, 8_000_000);
    meeting.publish(4, Duration::from_secs(4));
    assert!(meeting.received(RTX) > 0, "nothing was lost, so all of these are probes");
    assert!(meeting.received(RTX) * 5 < meeting.received(VIDEO), "and they are few");
}

#[test]
fn a_frame_that_exceeds_the_pace_arrives_all_the_same() {
    let mut meeting = Meeting::new();
    meeting.publish(2, Duration::from_millis(200));
    let before = meeting.received(VIDEO);
    meeting.publish(40, FRAME);
    meeting.publish(0, Duration::from_secs(1));
    assert_eq!(meeting.received(VIDEO) - before, 40);
}

#[test]
fn a_picture_that_nobody_wants_any_more_does_not_starve() {
    let mut meeting = Meeting::new();
    meeting.call.narrow(1, 150_000);
    meeting.publish(6, Duration::from_secs(8));
    assert!(meeting.is_told_to_be_starved());
    meeting.pause(true);
    meeting.publish(6, Duration::from_secs(1));
    assert!(!meeting.is_told_to_be_starved(), "it pauses because the viewer says so");
    meeting.call.narrow(1, 8_000_000);
    meeting.pause(false);
    meeting.publish(6, Duration::from_secs(20));
    assert!(!meeting.is_told_to_be_starved());
    let before = meeting.received(VIDEO);
    meeting.publish(6, Duration::from_secs(1));
    assert!(meeting.received(VIDEO) > before + 150);
}

#[test]
fn the_picture_comes_back_after_an_outage_although_nothing_else_is_sent() {
    let mut meeting = Meeting::new();
    meeting.is_muted = true;
    meeting.call.narrow(1, 4_000_000);
    meeting.publish(4, Duration::from_secs(8));
    meeting.call.network = Box::new(|direction, peer, _| direction == Direction::Up || peer != 1);
    meeting.publish(4, Duration::from_secs(8));
    meeting.call.network = Box::new(|_, _, _| true);
    meeting.publish(4, Duration::from_secs(8));
    assert!(!meeting.is_told_to_be_starved());
    let before = meeting.received(VIDEO);
    meeting.publish(4, Duration::from_secs(1));
    assert!(meeting.received(VIDEO) > before + 100, "{}", meeting.received(VIDEO) - before);
}

#[test]
fn the_picture_comes_back_after_congestion_although_nothing_else_is_sent() {
    for rate in [60_000, 150_000, 400_000, 800_000] {
        let mut meeting = Meeting::new();
        meeting.is_muted = true;
        meeting.call.narrow(1, 4_000_000);
        meeting.publish(4, Duration::from_secs(8));
        meeting.call.narrow(1, rate);
        meeting.publish(4, Duration::from_secs(8));
        meeting.call.narrow(1, 4_000_000);
        meeting.publish(4, Duration::from_secs(10));
        assert!(!meeting.is_told_to_be_starved(), "{rate}");
        let before = meeting.received(VIDEO);
        meeting.publish(4, Duration::from_secs(1));
        assert!(meeting.received(VIDEO) > before + 100, "{rate}: {}", meeting.received(VIDEO) - before);
    }
}
