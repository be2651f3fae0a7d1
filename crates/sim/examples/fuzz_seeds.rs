//! Writes the seeds of the fuzz targets: `cargo run -p tureen-sim --example fuzz_seeds`. All of them come from our own
//! encoders and simulated peers, so nothing of them is recorded from anybody.

use std::path::Path;
use std::{fs, io};

use tureen_rtp::rtcp::{ReportBlock, RtcpWriter, SenderInfo, TransportCcRecorder};
use tureen_rtp::{HeaderFields, write_header};
use tureen_sim::Call;
use tureen_sim::descriptor::{self, Template};

fn main() -> io::Result<()> {
    let all = [
        ("rtp_packet", rtp_packets()),
        ("rtcp", rtcp_compounds()),
        ("transport_cc", vec![arrivals(20, 5), arrivals(300, 0)]),
        ("vp8", payloads(&[&[0x10, 0, 0xaa], &[0x90, 0xe0, 0x81, 0x02, 7, 0x20, 0, 0xaa], &[0x10, 1, 0xbb]])),
        ("vp9", payloads(&[&[0x8c, 0x81, 0x02, 0xaa], &[0xac, 0x05, 0x20, 7, 0xaa], &[0x0a, 0x18, 1, 2, 3]])),
        ("h264", payloads(&[&[0x67, 0x42], &[0x78, 0, 2, 0x68, 0xce, 0, 2, 0x65, 0x88], &[0x7c, 0x85, 0x88]])),
        ("h265", payloads(&[&[0x40, 1, 0x0c], &[0x60, 1, 0, 3, 0x26, 1, 0x80], &[0x62, 1, 0x93, 0x80]])),
        ("av1", payloads(&[&[0x08, 0x0a], &[0x68, 0x0a, 1], &[0x10, 0x32]])),
        (
            "red",
            payloads(&[
                &[0xef, 0x0f, 0, 2, 111, 1, 2, 3],
                &[0xef, 0x1e, 0, 1, 0xef, 0x0f, 0, 1, 111, 1, 2, 3],
                &[111, 1],
            ]),
        ),
        ("dependency_descriptor", descriptors()),
        ("srtp", rtp_packets().into_iter().map(|packet| [&[12][..], &packet].concat()).collect()),
        ("srtcp", rtcp_compounds()),
        ("stun", vec![binding_request()]),
        ("dcep", vec![open(0, b"_reliable", b""), open(0x81, b"_lossy", b"json"), vec![2]]),
        ("sctp_window", vec![sctp_packet()]),
        ("shard", shard_inputs()),
    ];
    for (target, seeds) in all {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("{number:02}")), seed)?;
        }
    }
    Ok(())
}

fn payloads(all: &[&[u8]]) -> Vec<Vec<u8>> {
    all.iter().map(|payload| payload.to_vec()).collect()
}

/// Streams of two and of four layers: a key frame, and frames with and without what differs from their template.
fn descriptors() -> Vec<Vec<u8>> {
    let template = |layer, indications: &str, references: &[u16]| Template {
        layer,
        indications: indications.to_owned(),
        references: references.to_vec(),
    };
    let temporal = [template((0, 0), "SS", &[]), template((0, 0), "SS", &[2]), template((0, 1), "-D", &[1])];
    let spatial = [
        template((0, 0), "SSSS", &[]),
        template((0, 1), "-D-R", &[2]),
        template((1, 0), "--SS", &[1]),
        template((1, 1), "---D", &[2, 1]),
    ];
    let stream = |templates: &[Template]| {
        let frames = [
            descriptor::key_frame(templates, 60, 7, false),
            descriptor::frame((false, true), 60, 7, None),
            descriptor::frame((true, true), 62, 8, None),
            descriptor::frame((true, true), 61, 9, Some(&[2, 5])),
        ];
        frames.iter().flat_map(|frame| [&[frame.len() as u8][..], frame].concat()).collect()
    };
    vec![stream(&temporal), stream(&spatial)]
}

fn rtp_packets() -> Vec<Vec<u8>> {
    let fields = HeaderFields { marker: true, payload_type: 96, sequence: 7, timestamp: 3000, ssrc: 0x0102_0304 };
    let lists: [&[(u8, &[u8])]; 3] = [&[], &[(1, b"m1"), (4, &[0, 9]), (5, &[0xaa])], &[(20, b""), (1, b"m1")]];
    lists.iter().map(|list| packet(&fields, list)).collect()
}

fn packet(fields: &HeaderFields, extensions: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = vec![0; 100];
    let len = write_header(&mut out, fields, extensions).expect("room for the header");
    out.truncate(len);
    out.extend([0x10, 0, 0xaa]);
    out
}

fn rtcp_compounds() -> Vec<Vec<u8>> {
    let block = ReportBlock { ssrc: 1000, ..ReportBlock::default() };
    let info = SenderInfo { ssrc: 9, ntp: 77 << 32, rtp_timestamp: 3000, packets: 5, octets: 500 };
    let mut recorder = TransportCcRecorder::default();
    for sequence in [1, 2, 5, 6, 9] {
        recorder.record(sequence, std::time::Duration::from_millis(u64::from(sequence) * 7));
    }
    let writers: [&mut dyn FnMut(&mut RtcpWriter<'_>) -> bool; 4] = [
        &mut |writer| writer.push_sender_report(&info, &[block]) && writer.push_sdes_cname(9, "tureen-1"),
        &mut |writer| writer.push_receiver_report(1, &[block]) && writer.push_nack(1, 1000, &[7, 8, 30]),
        &mut |writer| writer.push_pli(1, 1000) && writer.push_fir(1, 1000, 3),
        &mut |writer| recorder.build(1, 1000, writer),
    ];
    writers.into_iter().map(compound).collect()
}

fn compound(write: &mut dyn FnMut(&mut RtcpWriter<'_>) -> bool) -> Vec<u8> {
    let mut room = [0; 400];
    let mut writer = RtcpWriter::new(&mut room);
    assert!(write(&mut writer), "room for a few packets");
    writer.bytes().to_vec()
}

fn arrivals(count: u16, gap_ms: u16) -> Vec<u8> {
    (0..count).flat_map(|number| [number.wrapping_sub(5).to_be_bytes(), gap_ms.to_be_bytes()].concat()).collect()
}

fn binding_request() -> Vec<u8> {
    let mut call = Call::new();
    let peer = call.add_peer();
    call.peers[peer].binding_request(&call.peers[peer].handshake.remote.password.clone())
}

fn open(kind: u8, label: &[u8], protocol: &[u8]) -> Vec<u8> {
    let lens = [(label.len() as u16).to_be_bytes(), (protocol.len() as u16).to_be_bytes()].concat();
    [&[3, kind, 0, 0, 0, 0, 0, 0][..], &lens, label, protocol].concat()
}

fn sctp_packet() -> Vec<u8> {
    let mut call = Call::new();
    call.join();
    let now = call.now;
    call.peers[0].connect_data(now);
    call.run(std::time::Duration::from_millis(50));
    let now = call.now;
    call.peers[0].open_channel(now, 0, "_reliable", true, None);
    call.peers[0].last_sctp().to_vec()
}

/// Items of the shard target: who, how long, content. One seed per way in, and one of all of them.
fn shard_inputs() -> Vec<Vec<u8>> {
    let item = |who: u8, content: &[u8]| [&[who, content.len() as u8][..], content].concat();
    let chunk = &sctp_packet()[12..];
    let mut ways: Vec<Vec<u8>> = Vec::new();
    ways.extend((0..4).map(|who| item(who, &binding_request())));
    ways.extend((0..4).map(|who| item(who, &[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0])));
    ways.extend(rtp_packets().iter().map(|packet| item(1, packet)));
    ways.push(item(4, chunk));
    ways.extend(rtcp_compounds().iter().map(|packet| item(5, &[&packet[..4], &packet[8..]].concat())));
    ways.extend([&[0x10, 0, 0xaa][..], &[0x67, 0x42], &[0x65, 0x88], &[0x40, 1, 0x0c]].map(|video| item(6, video)));
    let all = ways.concat();
    ways.push(all);
    ways.iter().zip(0u8..).map(|(way, codec)| [&[codec][..], way].concat()).collect()
}
