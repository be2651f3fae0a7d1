//! What a receiver reports about a stream (RFC 3550, sections 6.4.1, A.3 and A.8).

use std::time::Duration;

use crate::rtcp::ReportBlock;

/// Extended sequence numbers start one cycle up, see [`crate::sequence::SequenceExtender`].
const FIRST_CYCLE: u64 = 1 << 16;
/// Bounds of the 24-bit signed count of lost packets.
const LOST_MIN: i64 = -(1 << 23);
const LOST_MAX: i64 = (1 << 23) - 1;
/// A transit time that changes by this much is a clock that jumped, not jitter; seconds.
const MAX_TRANSIT_CHANGE: u64 = 5;

/// Counts of one RTP stream.
#[derive(Clone, Debug, Default)]
pub struct ReceptionStats {
    /// First and highest extended sequence number.
    range: Option<(u64, u64)>,
    received: u64,
    /// What was expected and received at the last report.
    expected_before: u64,
    received_before: u64,
    /// Arrival minus timestamp of the last packet, in timestamp units.
    transit: Option<u32>,
    /// Sixteen times the jitter, in timestamp units, which keeps the fraction of the estimate.
    jitter_scaled: u64,
}

impl ReceptionStats {
    /// Notes a packet as it came from the network, not a repair of it.
    ///
    /// `sequence` comes from a [`crate::sequence::SequenceExtender`], `timestamp` from the header; `arrival` is the time
    /// since any fixed moment, `clock_rate` is in Hz.
    pub fn on_packet(&mut self, sequence: u64, timestamp: u32, arrival: Duration, clock_rate: u32) {
        let (first, highest) = self.range.unwrap_or((sequence, sequence));
        self.range = Some((first, highest.max(sequence)));
        self.received += 1;
        let transit = ticks(arrival, clock_rate).wrapping_sub(timestamp);
        let Some(before) = self.transit.replace(transit) else { return };
        let change = u64::from((transit.wrapping_sub(before) as i32).unsigned_abs());
        if change < MAX_TRANSIT_CHANGE * u64::from(clock_rate) {
            self.jitter_scaled = self.jitter_scaled + change - ((self.jitter_scaled + 8) >> 4);
        }
    }

    /// Packets that came, duplicates included.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Packets that are missing since the start; negative if duplicates outnumber them.
    pub fn lost(&self) -> i64 {
        self.expected() as i64 - self.received as i64
    }

    /// Interarrival jitter in timestamp units.
    pub fn jitter(&self) -> u32 {
        (self.jitter_scaled >> 4).min(u64::from(u32::MAX)) as u32
    }

    /// The report on the time since the last call; `None` before the first packet.
    ///
    /// `last_sender_report` is the middle 32 bits of the NTP time in the sender's last report, and how long ago it came.
    pub fn report(&mut self, ssrc: u32, last_sender_report: Option<(u32, Duration)>) -> Option<ReportBlock> {
        let (_, highest) = self.range?;
        let expected = self.expected();
        let expected_now = expected - self.expected_before;
        let received_now = self.received - self.received_before;
        (self.expected_before, self.received_before) = (expected, self.received);
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction_lost = (lost_now << 8).checked_div(expected_now).unwrap_or(0).min(255) as u8;
        let (last_sender_report, delay) = last_sender_report.unwrap_or_default();
        Some(ReportBlock {
            ssrc,
            fraction_lost,
            cumulative_lost: self.lost().clamp(LOST_MIN, LOST_MAX) as i32,
            highest_sequence: highest.saturating_sub(FIRST_CYCLE) as u32,
            jitter: self.jitter(),
            last_sender_report,
            delay_since_last_sender_report: u32::try_from(in_65536ths(delay)).unwrap_or(u32::MAX),
        })
    }

    fn expected(&self) -> u64 {
        self.range.map_or(0, |(first, highest)| highest - first + 1)
    }
}

/// A duration in units of 1/65536 seconds.
fn in_65536ths(duration: Duration) -> u64 {
    (duration.as_secs().min(1 << 32) << 16) + ((u64::from(duration.subsec_nanos()) << 16) / 1_000_000_000)
}

fn ticks(since_epoch: Duration, clock_rate: u32) -> u32 {
    let rate = u64::from(clock_rate);
    let fraction = u64::from(since_epoch.subsec_nanos()) * rate / 1_000_000_000;
    since_epoch.as_secs().wrapping_mul(rate).wrapping_add(fraction) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: u32 = 48_000;
    const FRAME: Duration = Duration::from_millis(20);

    fn send(stats: &mut ReceptionStats, index: u32, late: Duration) {
        stats.on_packet(FIRST_CYCLE + u64::from(index), index * 960, FRAME * index + late, RATE);
    }

    #[test]
    fn there_is_nothing_to_report_before_the_first_packet() {
        assert_eq!(ReceptionStats::default().report(1, None), None);
    }

    #[test]
    fn losses_count_for_ever_and_their_share_since_the_last_report() {
        let mut stats = ReceptionStats::default();
        (0..10).filter(|index| index % 2 == 0).for_each(|index| send(&mut stats, index, Duration::ZERO));
        let block = stats.report(7, None).unwrap();
        assert_eq!((block.ssrc, block.cumulative_lost, block.fraction_lost), (7, 4, (4 * 256 / 9) as u8));
        assert_eq!((block.highest_sequence, block.jitter), (8, 0));
        (9..19).for_each(|index| send(&mut stats, index, Duration::ZERO));
        let block = stats.report(7, None).unwrap();
        assert_eq!((block.cumulative_lost, block.fraction_lost), (4, 0));
    }

    #[test]
    fn duplicates_make_the_loss_negative_and_never_the_share() {
        let mut stats = ReceptionStats::default();
        (0..3).for_each(|_| send(&mut stats, 0, Duration::ZERO));
        let block = stats.report(1, None).unwrap();
        assert_eq!((block.cumulative_lost, block.fraction_lost), (-2, 0));
    }

    #[test]
    fn the_highest_sequence_counts_roll_overs() {
        let mut stats = ReceptionStats::default();
        for sequence in [65_534u64, 65_535, 65_536, 65_537] {
            stats.on_packet(FIRST_CYCLE + sequence, 0, Duration::ZERO, RATE);
        }
        assert_eq!(stats.report(1, None).unwrap().highest_sequence, 0x0001_0001);
    }

    #[test]
    fn jitter_nears_the_mean_change_of_transit_time() {
        let mut stats = ReceptionStats::default();
        (0..400).for_each(|index| send(&mut stats, index, Duration::from_millis(u64::from(index % 2) * 10)));
        // Every packet is 10 ms earlier or later than the one before: 480 ticks.
        assert!((470..=480).contains(&stats.jitter()), "{}", stats.jitter());
        stats.on_packet(FIRST_CYCLE + 400, 2_000_000_000, FRAME * 400, RATE);
        assert!((450..=480).contains(&stats.jitter()), "a clock that jumps is not jitter");
    }

    #[test]
    fn the_delay_since_the_last_report_is_in_65536ths() {
        let mut stats = ReceptionStats::default();
        send(&mut stats, 0, Duration::ZERO);
        let block = stats.report(1, Some((0xaabb_ccdd, Duration::from_millis(5_250)))).unwrap();
        // RFC 3550, section 6.4.1, figure 2: 5.250 s is 0x0005:4000.
        assert_eq!((block.last_sender_report, block.delay_since_last_sender_report), (0xaabb_ccdd, 0x0005_4000));
        let block = stats.report(1, Some((1, Duration::MAX))).unwrap();
        assert_eq!(block.delay_since_last_sender_report, u32::MAX);
    }

    proptest! {
        #[test]
        fn any_packets_make_a_report(
            packets in proptest::collection::vec((any::<u16>(), any::<u32>(), any::<u32>(), 0..200_000u32), 1..100),
        ) {
            let mut extender = crate::sequence::SequenceExtender::default();
            let mut stats = ReceptionStats::default();
            for (sequence, timestamp, arrival, rate) in packets {
                stats.on_packet(extender.extend(sequence), timestamp, Duration::from_micros(arrival.into()), rate);
                let block = stats.report(1, None).unwrap();
                prop_assert_eq!(block.highest_sequence as u16, extender.highest().unwrap() as u16);
            }
        }
    }
}
