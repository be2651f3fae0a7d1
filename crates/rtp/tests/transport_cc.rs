//! What a recorder of arrival times reports, as the peer who sent the packets reads it.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use tureen_rtp::rtcp::{Packet, RtcpWriter, TransportCc, TransportCcRecorder, packets_untrusted};

const ROOM: usize = 1200;

/// A report as read: base sequence number, and each packet's arrival in microseconds.
type Report = (u16, Vec<(u16, Option<i64>)>);

fn next_report(recorder: &mut TransportCcRecorder, room: usize) -> Option<Report> {
    let mut out = vec![0xee; room];
    let mut writer = RtcpWriter::new(&mut out);
    if !recorder.build(1, 2, &mut writer) {
        assert!(writer.is_empty());
        return None;
    }
    let Packet::TransportCc(feedback) = packets_untrusted(writer.bytes()).next().unwrap().unwrap() else { panic!() };
    let mut time = feedback.reference_time().as_micros() as i64;
    let statuses = feedback.statuses().map(|(sequence, delta)| {
        let arrival = delta.map(|delta| {
            time += i64::from(delta.micros());
            time
        });
        (sequence, arrival)
    });
    Some((feedback.header.base_sequence, statuses.collect()))
}

fn reports(recorder: &mut TransportCcRecorder) -> Vec<Report> {
    std::iter::from_fn(|| next_report(recorder, ROOM)).collect()
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn losses_are_reported_once_something_later_came() {
    let mut recorder = TransportCcRecorder::default();
    assert!(!recorder.is_pending());
    assert_eq!(reports(&mut recorder), []);
    recorder.record(65_534, ms(1000));
    recorder.record(65_535, ms(1001));
    recorder.record(1, ms(1003));
    assert!(recorder.is_pending());
    let expected = [(65_534, Some(1_000_000)), (65_535, Some(1_001_000)), (0, None), (1, Some(1_003_000))];
    assert_eq!(reports(&mut recorder), [(65_534, expected.to_vec())]);
    assert!(!recorder.is_pending());
    recorder.record(3, ms(1010));
    assert_eq!(reports(&mut recorder), [(2, vec![(2, None), (3, Some(1_010_000))])]);
}

#[test]
fn a_packet_reported_as_lost_is_reported_again_when_it_comes() {
    let mut recorder = TransportCcRecorder::default();
    recorder.record(10, ms(0));
    recorder.record(12, ms(2));
    assert_eq!(reports(&mut recorder).len(), 1);
    recorder.record(11, ms(60));
    recorder.record(12, ms(61));
    assert_eq!(reports(&mut recorder), [(11, vec![(11, Some(60_000)), (12, Some(2_000))])]);
    recorder.record(11, ms(99));
    assert_eq!(reports(&mut recorder), [], "duplicates are no news");
}

#[test]
fn a_pause_longer_than_a_delta_starts_another_report() {
    let mut recorder = TransportCcRecorder::default();
    recorder.record(0, ms(0));
    recorder.record(1, ms(8_000));
    recorder.record(3, ms(30_000));
    let reports = reports(&mut recorder);
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[0].1, [(0, Some(0)), (1, Some(8_000_000)), (2, None)]);
    assert_eq!(reports[1], (3, vec![(3, Some(30_000_000))]));
}

#[test]
fn a_jump_past_the_window_forgets_what_was_before() {
    let mut recorder = TransportCcRecorder::default();
    recorder.record(0, ms(0));
    recorder.record(30_000, ms(10));
    recorder.record(1, ms(11));
    let statuses: Vec<_> = reports(&mut recorder).into_iter().flat_map(|report| report.1).collect();
    let received: Vec<_> = statuses.iter().filter(|status| status.1.is_some()).collect();
    assert_eq!(received, [&(30_000, Some(10_000))]);
    assert!(statuses.len() <= 2048);
}

#[test]
fn clocks_go_on_after_the_reference_time_wraps() {
    let wrap = Duration::from_millis(64 << 24);
    let mut recorder = TransportCcRecorder::default();
    recorder.record(0, Duration::from_millis((64 << 24) - 3));
    recorder.record(1, wrap + ms(4));
    let wrap_us = wrap.as_micros() as i64;
    let expected = [(0, Some(wrap_us - 3_000)), (1, Some(wrap_us + 4_000))];
    assert_eq!(reports(&mut recorder)[0].1, expected);
    recorder.record(2, wrap + ms(70));
    assert_eq!(reports(&mut recorder)[0].1, [(2, Some(70_000))]);
}

#[test]
fn the_feedback_count_rises_with_each_report() {
    let mut recorder = TransportCcRecorder::default();
    for expected in 0..3u8 {
        recorder.record(u16::from(expected), ms(0));
        let mut out = [0; ROOM];
        let mut writer = RtcpWriter::new(&mut out);
        assert!(recorder.build(1, 2, &mut writer));
        let Packet::TransportCc(feedback) = packets_untrusted(writer.bytes()).next().unwrap().unwrap() else {
            panic!()
        };
        assert_eq!(feedback.header.feedback_count, expected);
    }
}

proptest! {
    #[test]
    fn the_sender_learns_what_arrived_and_when(
        first: u16,
        // Steps from the highest packet so far, and microseconds since the last arrival.
        packets in vec((prop_oneof![8 => Just(1i64), 2 => 2..40i64, 1 => -30..0i64], 0..40_000u64), 1..600),
        pauses in vec(prop_oneof![9 => Just(false), 1 => Just(true)], 600),
        long_pauses in vec(prop_oneof![60 => Just(0u64), 1 => 8..20u64], 600),
        room in prop_oneof![Just(TransportCc::MIN_ROOM), TransportCc::MIN_ROOM..400, Just(ROOM)],
    ) {
        let mut recorder = TransportCcRecorder::default();
        let mut sent: BTreeMap<i64, i64> = BTreeMap::new();
        let mut known: BTreeMap<i64, i64> = BTreeMap::new();
        let (mut highest, mut now) = (i64::from(first), 0i64);
        let mut lowest = highest;
        for (index, (step, wait)) in packets.iter().enumerate() {
            now += *wait as i64 + long_pauses[index] as i64 * 1_000_000;
            let sequence = if index == 0 { highest } else { highest + step };
            recorder.record(sequence as u16, Duration::from_micros(now as u64));
            sent.entry(sequence).or_insert(now);
            highest = highest.max(sequence);
            lowest = lowest.min(sequence);
            if !pauses[index] && index + 1 < packets.len() {
                continue;
            }
            while let Some((_, statuses)) = next_report(&mut recorder, room) {
                prop_assert!(!statuses.is_empty());
                for (wire, arrival) in statuses {
                    // All numbers lie within 2^15 of the highest, so the nearest one is meant.
                    let sequence = highest + i64::from(wire.wrapping_sub(highest as u16) as i16);
                    prop_assert!((lowest..=highest).contains(&sequence));
                    match arrival {
                        Some(arrival) => { known.insert(sequence, arrival); }
                        None => prop_assert!(!sent.contains_key(&sequence), "{} was received", sequence),
                    }
                }
            }
            prop_assert!(!recorder.is_pending());
            prop_assert_eq!(known.keys().collect::<Vec<_>>(), sent.keys().collect::<Vec<_>>());
        }
        for (sequence, arrival) in known {
            prop_assert!((0..250).contains(&(sent[&sequence] - arrival)), "{}", sequence);
        }
    }
}
