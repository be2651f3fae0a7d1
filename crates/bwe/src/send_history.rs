use crate::probe::ProbeId;

/// Packets that can be reported on. At the highest rate that we estimate it holds a second of full packets, which is
/// more than any usable round trip; at 3 Mbit/s it holds seven. A power of two, so that it divides the 16-bit sequence.
const CAPACITY: usize = 2048;

/// What was sent with one transport-wide sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SentPacket {
    /// Microseconds since the estimator began.
    pub sent: u64,
    pub bytes: u16,
    pub probe: Option<ProbeId>,
}

/// What a report means for a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// Arrived.
    Received(SentPacket),
    /// Arrived although an earlier report missed it: it was late, not lost.
    Late(SentPacket),
    /// Missing for the first time.
    Lost(SentPacket),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Vacant,
    InFlight,
    Lost,
    /// Received, or skipped by a report that was itself lost.
    Settled,
}

/// Eight bytes: what is written to memory for each packet and peer is most of what it costs to remember it.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The lower half of when it was sent.
    sent: u32,
    bytes: u16,
    probe: Option<ProbeId>,
    state: State,
}

/// Remembers what was sent, by transport-wide sequence number, until its fate is known.
///
/// Allocates once, at the first packet: a transport that sends no media costs nothing.
#[derive(Debug, Default)]
pub(crate) struct SendHistory {
    slots: Vec<Slot>,
    newest: u16,
    /// When that was sent, microseconds.
    newest_sent: u64,
    /// The sequence number after the newest that was reported.
    unreported: u16,
}

impl SendHistory {
    /// Remembers a packet. Numbers rise by one, and what was sent before a leap is forgotten.
    pub fn insert(&mut self, sequence: u16, packet: SentPacket) {
        if self.slots.is_empty() || sequence != self.newest.wrapping_add(1) {
            self.slots.clear();
            self.slots.resize(CAPACITY, Slot::default());
            self.unreported = sequence;
        }
        self.newest = sequence;
        self.newest_sent = self.newest_sent.max(packet.sent);
        let SentPacket { bytes, probe, .. } = packet;
        self.slots[index(sequence)] = Slot { sent: self.newest_sent as u32, bytes, probe, state: State::InFlight };
    }

    /// Notes one status of a report. `None`: nothing new, or no packet of ours.
    pub fn report(&mut self, sequence: u16, received: bool) -> Option<Report> {
        let newest_sent = self.newest_sent;
        let slot = self.slot(sequence)?;
        // Nothing that is still reported on was sent more than the 71 minutes before the newest that fit into 32 bits.
        let age = (newest_sent as u32).wrapping_sub(slot.sent);
        let packet = SentPacket { sent: newest_sent - u64::from(age), bytes: slot.bytes, probe: slot.probe };
        let report = match (slot.state, received) {
            (State::InFlight, true) => Report::Received(packet),
            (State::Lost, true) => Report::Late(packet),
            (State::InFlight, false) => Report::Lost(packet),
            (State::Lost, false) | (State::Vacant | State::Settled, _) => return None,
        };
        slot.state = if received { State::Settled } else { State::Lost };
        if self.newest.wrapping_sub(sequence) < self.newest.wrapping_sub(self.unreported).wrapping_add(1) {
            self.unreported = sequence.wrapping_add(1);
        }
        Some(report)
    }

    /// Before the first status of a report: settles all packets before `sequence` on which no report came, since the
    /// reports themselves were lost, and returns their bytes. Their fate is unknown and stays so.
    pub fn skip_to(&mut self, sequence: u16) -> u64 {
        let gap = sequence.wrapping_sub(self.unreported);
        let is_in_flight = |slot: &mut Slot| slot.state == State::InFlight;
        if gap == 0 || gap >= CAPACITY as u16 || !self.slot(sequence).is_some_and(is_in_flight) {
            return 0;
        }
        let mut bytes = 0;
        for offset in 0..gap {
            let skipped = self.unreported.wrapping_add(offset);
            if let Some(slot) = self.slot(skipped).filter(|slot| slot.state == State::InFlight) {
                slot.state = State::Settled;
                bytes += u64::from(slot.bytes);
            }
        }
        bytes
    }

    /// What is remembered of a packet; `None` for one that was not sent, or too long ago.
    fn slot(&mut self, sequence: u16) -> Option<&mut Slot> {
        let is_recent = self.newest.wrapping_sub(sequence) < CAPACITY as u16;
        self.slots.get_mut(index(sequence)).filter(|_| is_recent)
    }
}

fn index(sequence: u16) -> usize {
    usize::from(sequence) % CAPACITY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(sequences: impl Iterator<Item = u16>) -> SendHistory {
        let mut history = SendHistory::default();
        for (sent, sequence) in (0..).zip(sequences) {
            history.insert(sequence, SentPacket { sent, bytes: 100, probe: None });
        }
        history
    }

    #[test]
    fn each_fate_is_told_once() {
        let mut history = history([65534, 65535, 0, 1].into_iter());
        assert!(matches!(history.report(65534, true), Some(Report::Received(SentPacket { sent: 0, .. }))));
        assert_eq!(history.report(65534, true), None, "a repeated report");
        assert!(matches!(history.report(65535, false), Some(Report::Lost(_))));
        assert_eq!(history.report(65535, false), None);
        assert!(matches!(history.report(0, true), Some(Report::Received(_))));
        assert!(matches!(history.report(65535, true), Some(Report::Late(SentPacket { sent: 1, .. }))));
        assert_eq!(history.report(65535, true), None);
        assert!(matches!(history.report(1, true), Some(Report::Received(_))));
    }

    #[test]
    fn reports_on_what_was_not_sent_are_ignored() {
        let mut empty = SendHistory::default();
        assert_eq!(empty.report(5, true), None);
        assert_eq!(empty.skip_to(5), 0);
        let mut history = history(0..3000);
        assert_eq!(history.report(3000, true), None, "not sent yet");
        assert_eq!(history.report(900, true), None, "too long ago");
        assert!(history.report(2999, true).is_some());
    }

    #[test]
    fn a_leap_of_numbers_forgets_what_was_before() {
        let mut history = history(0..10);
        history.insert(1000, SentPacket { sent: 20, bytes: 100, probe: None });
        assert_eq!(history.report(5, true), None);
        assert_eq!(history.skip_to(1000), 0);
        assert!(matches!(history.report(1000, true), Some(Report::Received(SentPacket { sent: 20, .. }))));
    }

    #[test]
    fn times_outlast_what_a_slot_holds_of_them() {
        let mut history = SendHistory::default();
        let hour = u64::from(u32::MAX) + 5;
        for (sequence, sent) in [(0, hour - 10), (1, hour), (2, hour - 3)] {
            history.insert(sequence, SentPacket { sent, bytes: 100, probe: None });
        }
        let mut sent = |sequence| match history.report(sequence, true) {
            Some(Report::Received(packet)) => packet.sent,
            other => panic!("{other:?}"),
        };
        assert_eq!([sent(0), sent(1)], [hour - 10, hour]);
        assert_eq!(sent(2), hour, "times do not go backwards");
    }

    #[test]
    fn what_a_lost_report_was_about_is_skipped() {
        let mut history = history(65530..=65535);
        history.insert(0, SentPacket { sent: 9, bytes: 100, probe: None });
        assert!(history.report(65530, true).is_some());
        assert_eq!(history.skip_to(7), 0, "not sent");
        assert_eq!(history.skip_to(65534), 300);
        assert_eq!(history.report(65532, true), None);
        assert_eq!(history.skip_to(65534), 0);
        assert!(history.report(65534, true).is_some());
        assert_eq!(history.skip_to(65535), 0);
    }
}
