//! The packet path allocates nothing: a counting allocator watches reading, writing and reporting.

use std::time::Duration;

use tureen_rtp::receiver::ReceptionStats;
use tureen_rtp::rtcp::{Packet, ReportBlock, RtcpWriter, SenderInfo, TransportCcRecorder, packets_untrusted};
use tureen_rtp::sequence::SequenceExtender;
use tureen_rtp::{HeaderFields, RtpHeader, append_padding, write_header};

struct Stream {
    extender: SequenceExtender,
    stats: ReceptionStats,
    recorder: TransportCcRecorder,
}

fn one_packet(stream: &mut Stream, sequence: u16, out: &mut [u8]) {
    let fields =
        HeaderFields { marker: false, payload_type: 96, sequence, timestamp: u32::from(sequence) * 3000, ssrc: 1 };
    let start = write_header(out, &fields, &[(1, b"0"), (3, &sequence.to_be_bytes())]).unwrap();
    let len = append_padding(out, start + 100, 8).unwrap();
    let header = RtpHeader::parse_untrusted(&out[..len]).unwrap();
    assert_eq!(header.extension(&out[..len], 3), Some(&sequence.to_be_bytes()[..]));
    assert_eq!(header.payload(&out[..len]).unwrap().len(), 100);
    let arrival = Duration::from_millis(u64::from(sequence) * 33);
    stream.stats.on_packet(stream.extender.extend(sequence), header.timestamp, arrival, 90_000);
    stream.recorder.record(sequence, arrival);
}

fn one_report(stream: &mut Stream, out: &mut [u8]) -> usize {
    let mut writer = RtcpWriter::new(out);
    assert!(writer.push_sender_report(&SenderInfo::default(), &[ReportBlock::default()]));
    assert!(writer.push_receiver_report(1, &[stream.stats.report(1, None).unwrap()]));
    assert!(writer.push_sdes_cname(1, "tureen") && writer.push_nack(1, 2, &[3, 4, 50]));
    assert!(writer.push_pli(1, 2) && writer.push_fir(1, 2, 3) && writer.push_remb(1, 1_000_000, &[2]));
    assert!(writer.push_bye(&[1]) && stream.recorder.build(1, 2, &mut writer));
    let entries = packets_untrusted(writer.bytes()).map(|packet| match packet.unwrap() {
        Packet::SenderReport(report) => report.report_blocks().count(),
        Packet::ReceiverReport(report) => report.report_blocks().count(),
        Packet::SourceDescription(description) => description.items().count(),
        Packet::Nack(nack) => nack.sequences().count(),
        Packet::TransportCc(feedback) => feedback.statuses().count(),
        _ => 0,
    });
    entries.sum()
}

#[test]
fn nothing_is_allocated_after_the_first_packet() {
    let mut stream = Stream {
        extender: SequenceExtender::default(),
        stats: ReceptionStats::default(),
        recorder: TransportCcRecorder::default(),
    };
    let mut out = [0; 1500];
    one_packet(&mut stream, 0, &mut out);
    let before = tureen_allocations::count();
    assert!(before > 0, "the allocator counts");
    for sequence in 1..200 {
        one_packet(&mut stream, sequence, &mut out);
    }
    let entries = one_report(&mut stream, &mut out);
    assert_eq!(tureen_allocations::count() - before, 0);
    assert_eq!(entries, 1 + 1 + 1 + 3 + 200);
}
