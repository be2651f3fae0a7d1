//! What the control plane is told of a call.

use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::{ExtendedBlock, Packet, ReportBlock, RtcpWriter, packets_untrusted};
use tureen_sfu::{ConsumerReport, Encoding, Event, MediaKind, ProducerReport};
use tureen_sim::Call;

const MEDIA: u32 = 1000;
const SENT: u32 = 9000;
const PAYLOAD: [u8; 100] = [7; 100];

/// One speaks for four seconds, of which every tenth packet is lost, and another listens.
fn spoken() -> Call {
    let mut call = Call::new();
    let (speaker, listener) = (call.join(), call.join());
    call.publish(speaker, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(MEDIA), ..Encoding::default() }]);
    call.subscribe(listener, 2, 1, SENT);
    for sequence in 1..=200u16 {
        let timestamp = u32::from(sequence) * 960;
        let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp, ssrc: MEDIA };
        if !sequence.is_multiple_of(10) {
            call.peers[speaker].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], &PAYLOAD);
        }
        call.run(Duration::from_millis(20));
        if sequence == 100 {
            reports_loss(&mut call, listener);
        }
    }
    call
}

/// The listener says that it lost 25 of 100 packets, with a jitter of 10 ms.
fn reports_loss(call: &mut Call, listener: usize) {
    for (highest_sequence, cumulative_lost) in [(1000, 0), (1100, 25)] {
        let mut room = [0; 200];
        let mut writer = RtcpWriter::new(&mut room);
        let block =
            ReportBlock { ssrc: SENT, highest_sequence, cumulative_lost, jitter: 480, ..ReportBlock::default() };
        assert!(writer.push_receiver_report(1, &[block]));
        let len = writer.len();
        call.peers[listener].send_rtcp(&room[..len]);
        call.run(Duration::from_millis(if cumulative_lost == 0 { 2000 } else { 5 }));
    }
}

/// What was told of one transport at a time.
#[derive(Clone, Default)]
struct Report {
    round_trip_ms: Option<u32>,
    sent: u64,
    received: u64,
    producers: Vec<ProducerReport>,
    consumers: Vec<ConsumerReport>,
}

fn reports(call: &Call, of: u64) -> Vec<Report> {
    let (mut reports, mut next) = (Vec::new(), Report::default());
    for event in &call.events {
        match *event {
            Event::ProducerReported { transport, report } if transport == of => next.producers.push(report),
            Event::ConsumerReported { transport, report } if transport == of => next.consumers.push(report),
            Event::TransportReported { transport, round_trip_ms, sent, received, .. } if transport == of => {
                reports.push(Report { round_trip_ms, sent, received, ..std::mem::take(&mut next) });
            }
            _ => {}
        }
    }
    reports
}

#[test]
fn the_publishers_report_says_what_comes() {
    let call = spoken();
    let reports = reports(&call, 1);
    let full = reports.iter().max_by_key(|report| report.received).expect("a report");
    let [Some(layer), None, None, None] = full.producers[0].layers else { panic!("one layer: {:?}", full.producers) };
    assert_eq!((full.producers[0].producer, layer.layer), (1, 0));
    assert!(
        (25_000..55_000).contains(&layer.bitrate),
        "at most 45 packets of some 120 bytes a second: {}",
        layer.bitrate
    );
    assert!((80..=120).contains(&layer.loss), "{}", layer.loss);
    assert!(full.received >= layer.bitrate);
}

#[test]
fn the_subscribers_report_says_what_goes_and_how_it_arrives() {
    let call = spoken();
    let reports = reports(&call, 2);
    let consumer = reports.iter().map(|report| report.consumers[0]).find(|consumer| consumer.loss > 0).expect("a loss");
    assert_eq!((consumer.consumer, consumer.layer, consumer.loss, consumer.jitter_ms), (2, Some(0), 250, 10));
    assert!(reports.iter().any(|report| report.consumers[0].bitrate > 30_000 && report.sent > 30_000));
}

#[test]
fn the_round_trip_to_one_who_only_publishes_is_known() {
    let mut call = Call::new();
    let speaker = call.join();
    call.publish(speaker, 1, MediaKind::Audio, vec![Encoding { ssrc: Some(MEDIA), ..Encoding::default() }]);
    for sequence in 1..=300u16 {
        let fields = HeaderFields { marker: false, payload_type: 111, sequence, timestamp: 0, ssrc: MEDIA };
        call.peers[speaker].send_rtp(fields, u64::from(sequence), &[(1, b"m1")], &PAYLOAD);
        call.run(Duration::from_millis(20));
        answer_reference_times(&mut call, speaker);
    }
    let told = reports(&call, 1).last().expect("a report").round_trip_ms;
    assert!(told.is_some_and(|time| (50..150).contains(&time)), "{told:?}");
}

/// Answers, 80 ms later, each reference time that came, saying that it was kept for 20 ms of them (RFC 3611 section 4.5).
fn answer_reference_times(call: &mut Call, peer: usize) {
    let came = std::mem::take(&mut call.peers[peer].rtcp);
    let times: Vec<u64> = came
        .iter()
        .flat_map(|bytes| packets_untrusted(bytes).flatten())
        .filter_map(|packet| match packet {
            Packet::ExtendedReport(report) => report.blocks().find_map(|block| match block {
                ExtendedBlock::ReceiverReferenceTime(ntp) => Some(ntp),
                _ => None,
            }),
            _ => None,
        })
        .collect();
    for ntp in times {
        call.run(Duration::from_millis(80));
        let mut answer = vec![0x80, 207, 0, 5, 0, 0, 0, 9, 5, 0, 0, 3, 0, 0, 0, 1];
        answer.extend(((ntp >> 16) as u32).to_be_bytes());
        answer.extend((65536u32 / 50).to_be_bytes());
        call.peers[peer].send_rtcp(&answer);
        call.settle();
    }
}
