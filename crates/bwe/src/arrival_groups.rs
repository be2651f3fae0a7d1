/// Packets that left within this time are one group, microseconds (draft-ietf-rmcat-gcc-02, section 5.2).
const BURST: u64 = 5_000;
/// A group that grows by packets that arrive in one burst ends after this time, microseconds.
const MAX_GROUP: i64 = 100_000;
/// An arrival this far off is no delay but another clock, microseconds.
const CLOCK_JUMP: i64 = 3_000_000;
/// Groups that arrive before the one ahead of them until the peer's clock is taken to have been set back.
const REORDERED_LIMIT: u8 = 3;

/// How much later one group of packets was sent and arrived than the group before, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupDelta {
    pub sent: u64,
    pub arrived: i64,
    /// When the later group was complete, on the peer's clock.
    pub at: i64,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    first_sent: u64,
    last_sent: u64,
    first_arrival: i64,
    last_arrival: i64,
}

/// Gathers packets into groups and compares neighbours. Single packets of one burst tell nothing about the path: they
/// queue behind each other. A packet that was overtaken was late for another reason than a queue, and is left out.
#[derive(Debug, Default)]
pub(crate) struct ArrivalGroups {
    /// The last packet, of which it is not known yet whether it was overtaken.
    pending: Option<(u64, i64)>,
    current: Option<Group>,
    previous: Option<Group>,
    reordered: u8,
}

impl ArrivalGroups {
    /// Adds a packet, in the order of sending. Returns a comparison when a group is complete.
    pub fn add(&mut self, sent: u64, arrival: i64) -> Option<GroupDelta> {
        let (sent, arrival) = self.pending.replace((sent, arrival)).filter(|(_, before)| *before <= arrival)?;
        self.gather(sent, arrival)
    }

    fn gather(&mut self, sent: u64, arrival: i64) -> Option<GroupDelta> {
        let Some(group) = &mut self.current else {
            self.current = Some(Group::new(sent, arrival));
            return None;
        };
        if sent < group.first_sent {
            return None;
        }
        if group.takes(sent, arrival) {
            group.last_sent = group.last_sent.max(sent);
            group.last_arrival = group.last_arrival.max(arrival);
            return None;
        }
        let complete = *group;
        let delta = self.previous.and_then(|previous| complete.since(&previous));
        self.current = Some(Group::new(sent, arrival));
        match delta {
            Some(delta) if delta.arrived - delta.sent as i64 >= CLOCK_JUMP => {
                *self = Self { pending: self.pending, current: self.current, ..Self::default() };
                None
            }
            Some(delta) if delta.arrived < 0 => {
                self.reordered += 1;
                if self.reordered >= REORDERED_LIMIT {
                    *self = Self { pending: self.pending, current: self.current, ..Self::default() };
                }
                None
            }
            delta => {
                self.reordered = 0;
                self.previous = Some(complete);
                delta
            }
        }
    }

    /// Forgets the groups; what comes next is compared with nothing before it.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Group {
    fn new(sent: u64, arrival: i64) -> Self {
        Self { first_sent: sent, last_sent: sent, first_arrival: arrival, last_arrival: arrival }
    }

    /// Whether the packet left in the same burst, or came out of a queue together with the group.
    fn takes(&self, sent: u64, arrival: i64) -> bool {
        let since_last = arrival - self.last_arrival;
        let queued = since_last < (sent.saturating_sub(self.last_sent)) as i64
            && since_last.unsigned_abs() <= BURST
            && arrival - self.first_arrival < MAX_GROUP;
        sent - self.first_sent <= BURST || queued
    }

    fn since(&self, previous: &Self) -> Option<GroupDelta> {
        Some(GroupDelta {
            sent: self.last_sent.checked_sub(previous.last_sent)?,
            arrived: self.last_arrival - previous.last_arrival,
            at: self.last_arrival,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_compared_as_a_whole() {
        let mut groups = ArrivalGroups::default();
        assert_eq!(groups.gather(0, 1000), None);
        assert_eq!(groups.gather(4_000, 9_000), None, "same burst");
        assert_eq!(groups.gather(33_000, 40_000), None, "nothing to compare with");
        assert_eq!(groups.gather(34_000, 46_000), None);
        let delta = groups.gather(66_000, 80_000).unwrap();
        assert_eq!(delta, GroupDelta { sent: 30_000, arrived: 37_000, at: 46_000 });
    }

    #[test]
    fn packets_that_leave_a_queue_together_are_one_group() {
        let mut groups = ArrivalGroups::default();
        for index in 0..8_u16 {
            let (sent, arrival) = (u64::from(index) * 20_000, 500_000 + i64::from(index) * 1000);
            assert_eq!(groups.gather(sent, arrival), None);
        }
    }

    #[test]
    fn a_clock_that_jumps_starts_afresh() {
        let mut groups = ArrivalGroups::default();
        for (sent, arrival) in [(0, 0), (20_000, 20_000), (40_000, 9_040_000), (60_000, 9_060_000)] {
            groups.gather(sent, arrival);
        }
        assert_eq!(groups.gather(80_000, 9_080_000), None);
        assert_eq!(groups.gather(100_000, 9_100_000).unwrap().arrived, 20_000);
        for index in 6..12 {
            groups.gather(index * 20_000, index as i64 * 20_000);
        }
        assert_eq!(groups.gather(240_000, 240_000).unwrap().arrived, 20_000);
    }

    #[test]
    fn late_packets_are_left_out() {
        let mut groups = ArrivalGroups::default();
        groups.gather(100_000, 100_000);
        assert_eq!(groups.gather(50_000, 101_000), None);
        groups.gather(120_000, 120_000);
        assert_eq!(groups.gather(140_000, 140_000).unwrap().sent, 20_000);
    }

    #[test]
    fn a_packet_that_was_overtaken_delays_no_group() {
        let mut groups = ArrivalGroups::default();
        let deltas: Vec<_> = (0..10)
            .filter_map(|index| groups.add(index * 20_000, index as i64 * 20_000 + if index == 5 { 30_000 } else { 0 }))
            .collect();
        assert_eq!(deltas.len(), 6);
        assert!(deltas.iter().all(|delta| delta.arrived == delta.sent as i64), "{deltas:?}");
    }
}
