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

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    sent: u64,
    sequence: u16,
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
    /// The sequence number after the newest that was reported.
    unreported: u16,
}

impl SendHistory {
    pub fn insert(&mut self, sequence: u16, packet: SentPacket) {
        if self.slots.is_empty() {
            self.slots = vec![Slot::default(); CAPACITY];
            self.unreported = sequence;
        }
        let SentPacket { sent, bytes, probe } = packet;
        self.slots[index(sequence)] = Slot { sent, sequence, bytes, probe, state: State::InFlight };
        self.newest = sequence;
    }

    /// Notes one status of a report. `None`: nothing new, or no packet of ours.
    pub fn report(&mut self, sequence: u16, received: bool) -> Option<Report> {
        if self.newest.wrapping_sub(sequence) >= CAPACITY as u16 {
            return None;
        }
        let slot = self.slots.get_mut(index(sequence)).filter(|slot| slot.sequence == sequence)?;
        let packet = SentPacket { sent: slot.sent, bytes: slot.bytes, probe: slot.probe };
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
        let is_in_flight = |slot: &Slot| slot.sequence == sequence && slot.state == State::InFlight;
        if gap == 0 || gap >= CAPACITY as u16 || !self.slots.get(index(sequence)).is_some_and(is_in_flight) {
            return 0;
        }
        let mut bytes = 0;
        for skipped in (0..gap).map(|offset| self.unreported.wrapping_add(offset)) {
            let slot = &mut self.slots[index(skipped)];
            if slot.sequence == skipped && slot.state == State::InFlight {
                slot.state = State::Settled;
                bytes += u64::from(slot.bytes);
            }
        }
        bytes
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
