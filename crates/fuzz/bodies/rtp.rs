//! What must hold for arbitrary bytes in the RTP and RTCP parsers. The fuzz targets and a property test of the crate both
//! run these functions, so that they are checked without a nightly compiler too.

use std::time::Duration;

use tureen_rtp::extension;
use tureen_rtp::rtcp::{DelaySinceReport, ExtendedBlock, Packet, RtcpWriter, TransportCcRecorder, packets_untrusted};
use tureen_rtp::{RtpHeader, write_header};

/// Whatever parses lies within the bytes, and what its extensions hold can be written again.
pub fn packet(data: &[u8]) {
    let Ok(header) = RtpHeader::parse_untrusted(data) else { return };
    assert!((12..=data.len()).contains(&header.header_len));
    assert!(header.payload_type < 128);
    let elements: Vec<_> = header.extensions(data).collect();
    for (id, element) in &elements {
        let _ = extension::decode_audio_level(element).map(extension::encode_audio_level);
        let _ = extension::decode_transport_cc(element);
        let _ = extension::decode_abs_send_time(element);
        let name = extension::decode_mid(element);
        assert!(name.is_none_or(|name| (1..=extension::MAX_STREAM_NAME).contains(&name.len())));
        assert!(header.extension(data, *id).is_some());
    }
    if let Ok(payload) = header.payload(data) {
        assert!(payload.len() <= data.len() - header.header_len);
    }
    let fields = tureen_rtp::HeaderFields {
        marker: header.marker,
        payload_type: header.payload_type,
        sequence: header.sequence,
        timestamp: header.timestamp,
        ssrc: header.ssrc,
    };
    // The two-byte form may take a byte more per element than what came in the one-byte form.
    let mut out = vec![0; 2 * data.len() + 16];
    let len = write_header(&mut out, &fields, &elements).expect("elements that were read can be written");
    let again = RtpHeader::parse_untrusted(&out[..len]).expect("what was written can be read");
    assert!(again.extensions(&out[..len]).eq(elements));
}

/// Whatever parses can be iterated over, and no packet promises more than its bytes can hold.
pub fn rtcp(data: &[u8]) {
    let mut packets = 0;
    let mut failed = false;
    for packet in packets_untrusted(data) {
        assert!(!failed, "an error ends the walk");
        packets += 1;
        match packet {
            Ok(packet) => iterate(packet, data.len()),
            Err(error) => failed = !error.to_string().is_empty(),
        }
    }
    assert!(packets <= data.len() / 4 + 1);
}

/// Whatever transport-wide numbers a peer makes up, few reports tell of them, and each can be read. Four bytes are a
/// number and the milliseconds since the packet before.
pub fn arrivals(data: &[u8]) {
    let mut recorder = TransportCcRecorder::default();
    let mut now = Duration::from_secs(1);
    for packet in data.chunks_exact(4) {
        now += Duration::from_millis(u16::from_be_bytes([packet[2], packet[3]]).into());
        recorder.record(u16::from_be_bytes([packet[0], packet[1]]), now);
    }
    let mut reports = 0;
    loop {
        let mut room = [0; 1200];
        let mut writer = RtcpWriter::new(&mut room);
        if !recorder.build(1, 2, &mut writer) {
            return;
        }
        reports += 1;
        assert!(reports <= 64 + data.len() / 4, "reports without end");
        let written =
            packets_untrusted(writer.bytes()).next().expect("a packet").expect("what was written can be read");
        assert!(matches!(written, Packet::TransportCc(feedback) if feedback.statuses().count() > 0));
    }
}

fn iterate(packet: Packet<'_>, len: usize) {
    match packet {
        Packet::SenderReport(report) => assert!(report.report_blocks().count() <= 31),
        Packet::ReceiverReport(report) => assert!(report.report_blocks().count() <= 31),
        Packet::SourceDescription(description) => assert!(description.items().count() <= len / 2),
        Packet::Bye(bye) => assert!(bye.ssrcs().count() <= 31 && bye.reason.len() <= 255),
        Packet::Nack(nack) => assert!(nack.sequences().count() <= 17 * len / 4),
        Packet::TransportCc(feedback) => {
            assert_eq!(feedback.statuses().count(), usize::from(feedback.status_count()));
        }
        Packet::FullIntraRequest(request) => assert!(request.entries().count() <= len / 8),
        Packet::Remb(remb) => assert!(remb.ssrcs().count() <= 255),
        Packet::ExtendedReport(report) => {
            for block in report.blocks() {
                if let ExtendedBlock::DelaySinceLastReport(entries) = block {
                    assert!(DelaySinceReport::all(entries).count() <= len / 12);
                }
            }
        }
        Packet::PictureLossIndication { .. } | Packet::Unknown { .. } => {}
    }
}
