//! What a viewer sees while somebody sends it as much data as its channels take.

use std::time::Duration;

use serde_bytes::ByteBuf;
use tureen_rtp::HeaderFields;
use tureen_sfu::{Command, Encoding, MediaKind};
use tureen_sim::Call;

const MEDIA: u32 = 1000;
const VIDEO: u32 = 9000;
const FRAME: Duration = Duration::from_millis(33);
/// Packets of a frame: 800 kbit/s in all.
const PACKETS: u16 = 3;

/// A publisher of video, and a viewer with a data channel, who gets 20 kB of data with every frame.
struct Meeting {
    call: Call,
    frames: u32,
}

impl Meeting {
    fn new() -> Self {
        let mut call = Call::new();
        let (publisher, viewer) = (call.join(), call.join());
        call.publish(publisher, 1, MediaKind::Video, vec![Encoding { ssrc: Some(MEDIA), ..Encoding::default() }]);
        call.subscribe(viewer, 1, 1, VIDEO);
        let now = call.now;
        call.peers[viewer].connect_data(now);
        call.run(Duration::from_millis(100));
        let now = call.now;
        call.peers[viewer].open_channel(now, 0, "files", true, None);
        call.run(Duration::from_millis(100));
        Self { call, frames: 0 }
    }

    /// Frames that the viewer gets of those that are published in this time, and messages.
    fn publish(&mut self, time: Duration) -> (usize, usize) {
        let (before, end) = (self.received(), self.call.now + time);
        while self.call.now < end {
            for index in 0..PACKETS {
                let mut payload = vec![7; 1100];
                let key = self.frames.is_multiple_of(30);
                payload[..2].copy_from_slice(&[if index == 0 { 0x10 } else { 0 }, u8::from(!key)]);
                let (sequence, timestamp) = (self.frames as u16 * PACKETS + index, self.frames * 3000);
                let marker = index + 1 == PACKETS;
                let fields = HeaderFields { marker, payload_type: 96, sequence, timestamp, ssrc: MEDIA };
                self.call.peers[0].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], &payload);
            }
            self.frames += 1;
            let payload = ByteBuf::from(vec![1; 20_000]);
            self.call.command(Command::SendData { transports: vec![2], label: "files".into(), payload, binary: true });
            self.call.run(FRAME);
        }
        let after = self.received();
        (after.0 - before.0, after.1 - before.1)
    }

    fn received(&self) -> (usize, usize) {
        let viewer = &self.call.peers[1];
        let packets = viewer.rtp.iter().filter(|packet| packet.header.ssrc == VIDEO).count();
        (packets / usize::from(PACKETS), viewer.messages.len())
    }
}

#[test]
fn data_leaves_room_for_the_picture() {
    let mut meeting = Meeting::new();
    meeting.call.narrow(1, 3_000_000);
    meeting.publish(Duration::from_secs(8));
    let sent = meeting.frames as usize;
    let (frames, messages) = meeting.publish(Duration::from_secs(20));
    let sent = meeting.frames as usize - sent;
    assert!(frames * 100 > sent * 98, "{frames} of {sent} frames");
    assert!(messages > 100, "{messages} messages of 160 kbit");
}

#[test]
fn the_picture_comes_back_with_the_path_although_data_flows() {
    let mut meeting = Meeting::new();
    meeting.call.narrow(1, 3_000_000);
    meeting.publish(Duration::from_secs(8));
    meeting.call.narrow(1, 400_000);
    meeting.publish(Duration::from_secs(10));
    meeting.call.narrow(1, 8_000_000);
    for _ in 0..20 {
        println!("{:?} video packets", meeting.publish(Duration::from_secs(1)));
    }
    let sent = meeting.frames as usize;
    let (frames, _) = meeting.publish(Duration::from_secs(10));
    let sent = meeting.frames as usize - sent;
    assert!(frames * 100 > sent * 98, "{frames} of {sent} frames");
}
