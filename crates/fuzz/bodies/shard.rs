//! What must hold for a whole shard with a call on it, whatever comes. The fuzz target and a property test of the crate both
//! run this function, so that it is checked without a nightly compiler too.

use tureen_rtp::HeaderFields;
use tureen_sfu::{Encoding, Event, MediaKind};
use tureen_sim::{Call, address};

const SPEAKER: usize = 0;
const LISTENER: usize = 1;
const INTRUDER: usize = 2;
const VOICE: u32 = 1000;
const PICTURE: u32 = 5000;
const CODECS: [&str; 5] = ["video/VP8", "video/VP9", "video/H264", "video/H265", "video/AV1"];

/// A speaker, a listener, and an intruder who is connected, publishes video and has data channels under way.
fn call(codec: &str) -> Call {
    let mut call = Call::new();
    for _ in 0..3 {
        call.join();
    }
    call.publish(SPEAKER, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(VOICE), ..Encoding::default() }]);
    call.subscribe(LISTENER, 1, 1, 9000);
    call.publish_codec(INTRUDER, 2, codec, vec![Encoding { ssrc: Some(PICTURE), ..Encoding::default() }]);
    call.subscribe(LISTENER, 2, 2, 9100);
    let now = call.now;
    call.peers[INTRUDER].connect_data(now);
    call.settle();
    speak(&mut call, 1);
    call
}

fn speak(call: &mut Call, sequence: u16) {
    let heard = heard(call);
    let timestamp = u32::from(sequence) * 960;
    let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: VOICE };
    call.peers[SPEAKER].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], b"opus");
    call.settle();
    assert_eq!(heard + 1, self::heard(call), "the call goes on");
}

fn heard(call: &Call) -> usize {
    call.peers[LISTENER].rtp.iter().filter(|packet| packet.payload == b"opus").count()
}

/// The first byte chooses the intruder's codec. Each item after it is two bytes, who and how long, and so much content.
pub fn datagrams(data: &[u8]) {
    let Some((codec, mut rest)) = data.split_first() else { return };
    let mut call = call(CODECS[usize::from(*codec) % CODECS.len()]);
    let mut authentic = false;
    let mut sequence = 1;
    while let Some(([who, len], more)) = rest.split_first_chunk() {
        let (content, after) = more.split_at(usize::from(*len).min(more.len()));
        rest = after;
        sequence += 1;
        authentic |= deliver(&mut call, *who, sequence, content);
    }
    call.settle();
    assert_eq!(call.shard.counters().panics, 0);
    let gone: Vec<u64> = call
        .events
        .iter()
        .filter_map(|event| match event {
            Event::TransportClosed { transport, .. } => Some(*transport),
            _ => None,
        })
        .collect();
    assert!(gone.is_empty() || (authentic && gone == [INTRUDER as u64 + 1]), "{gone:?} are gone");
    speak(&mut call, 2);
}

/// Delivers bytes as they are from a stranger or from a peer's address, or sealed by the intruder; true if sealed.
fn deliver(call: &mut Call, who: u8, sequence: u16, content: &[u8]) -> bool {
    match who % 8 {
        0 => call.inject(address(99), content),
        1 => call.inject(address(SPEAKER), content),
        2 => call.inject(address(LISTENER), content),
        3 => call.inject(address(INTRUDER), content),
        4 if call.peers[INTRUDER].has_data() => {
            let now = call.now;
            call.peers[INTRUDER].forge_sctp(now, content);
        }
        5 if content.len() >= 4 => {
            // The SSRC is in clear, and a sender's own; the rest is what a sender may make up.
            let plain = [&content[..4], &PICTURE.to_be_bytes(), &content[4..]].concat();
            call.peers[INTRUDER].send_rtcp(&plain);
        }
        _ => {
            let timestamp = u32::from(sequence / 3) * 3000;
            let marker = who & 8 != 0;
            let fields = HeaderFields { marker, payload_type: 96, sequence, timestamp, ssrc: PICTURE };
            call.peers[INTRUDER].send_rtp(fields, sequence.into(), &[(1, b"m2")], content);
        }
    }
    call.settle();
    who % 8 > 3
}
