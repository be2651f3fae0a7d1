//! Which datagrams travel together in one message, to be cut apart again by the kernel or the network card (UDP
//! segmentation offload).

use std::net::IpAddr;

use tureen_units::Datagram;

/// Segments that every kernel with `UDP_SEGMENT` takes in one message.
const MAX_SEGMENTS: usize = 64;
/// Bytes of one message: below 64 KiB by more than the headers of IP and UDP need.
const MAX_BYTES: usize = 60_000;

/// Datagrams of one path that stand next to each other in the order and make one message: all of one size but the last,
/// which may be shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Position of the first within the order.
    pub(crate) start: usize,
    /// How many; 1 is an ordinary datagram.
    pub(crate) count: usize,
    /// Size of each but the last, bytes.
    pub(crate) segment: usize,
    /// All of them together.
    pub(crate) bytes: usize,
    /// Index of the shard's socket.
    pub(crate) socket: u16,
}

impl Run {
    fn of_one(start: usize, datagram: &Datagram) -> Self {
        let len = usize::from(datagram.len);
        Self { start, count: 1, segment: len, bytes: len, socket: datagram.path.socket }
    }

    /// A run stays open while all of its datagrams have its size.
    fn takes(&self, len: usize) -> bool {
        self.count < MAX_SEGMENTS
            && self.bytes == self.segment * self.count
            && (1..=self.segment).contains(&len)
            && self.bytes + len <= MAX_BYTES
    }

    fn add(&mut self, len: usize) {
        self.count += 1;
        self.bytes += len;
    }
}

/// Fills `runs` with the runs of the datagrams at these indices, in order. `allows` says whether an address may get
/// more than one datagram per message.
pub(crate) fn plan(
    datagrams: &[Datagram],
    indices: impl Iterator<Item = usize>,
    allows: impl Fn(IpAddr) -> bool,
    runs: &mut Vec<Run>,
) {
    runs.clear();
    let mut previous: Option<&Datagram> = None;
    for (position, index) in indices.enumerate() {
        let datagram = &datagrams[index];
        let len = usize::from(datagram.len);
        let same_peer = previous.is_some_and(|last| last.group == datagram.group && last.path == datagram.path);
        match runs.last_mut() {
            Some(run) if same_peer && run.takes(len) && (run.count > 1 || allows(datagram.path.remote.ip())) => {
                run.add(len);
            }
            _ => runs.push(Run::of_one(position, datagram)),
        }
        previous = Some(datagram);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use tureen_units::Path;

    use super::*;
    use crate::order::Order;

    fn datagram(socket: u16, port: u16, group: u32, len: u16) -> Datagram {
        Datagram { path: Path { socket, remote: ([127, 0, 0, 1], port).into() }, group, len }
    }

    fn planned(datagrams: &[Datagram], gso: bool) -> (Vec<usize>, Vec<Run>) {
        let (mut order, mut runs) = (Order::new(datagrams.len()), Vec::new());
        order.arrange(datagrams);
        plan(datagrams, order.indices(), |_| gso, &mut runs);
        (order.indices().collect(), runs)
    }

    fn shape(datagrams: &[Datagram]) -> Vec<(usize, usize)> {
        planned(datagrams, true).1.iter().map(|run| (run.count, run.bytes)).collect()
    }

    fn lens(lens: &[u16]) -> Vec<Datagram> {
        lens.iter().map(|len| datagram(0, 1, 1, *len)).collect()
    }

    #[test]
    fn a_shorter_datagram_ends_a_run_and_a_longer_one_starts_another() {
        assert_eq!(shape(&lens(&[100, 100, 60, 60, 60, 100])), [(3, 260), (2, 120), (1, 100)]);
        assert_eq!(shape(&lens(&[60, 100, 100])), [(1, 60), (2, 200)]);
    }

    #[test]
    fn runs_split_at_the_segment_and_byte_limits() {
        assert_eq!(shape(&lens(&[50; 130])), [(64, 3200), (64, 3200), (2, 100)]);
        assert_eq!(shape(&lens(&[1500; 50])), [(40, 60_000), (10, 15_000)]);
    }

    #[test]
    fn empty_datagrams_travel_alone() {
        assert_eq!(shape(&lens(&[50, 0, 0, 50])), [(1, 50), (1, 0), (1, 0), (1, 50)]);
    }

    #[test]
    fn interleaved_groups_are_brought_together() {
        let datagrams: Vec<_> = (0..12).map(|i| datagram(0, 1 + i % 3, u32::from(i % 3), 100)).collect();
        assert_eq!(shape(&datagrams), [(4, 400); 3]);
    }

    #[test]
    fn a_path_that_changes_within_a_group_ends_the_run() {
        let datagrams = [1, 1, 2, 2].map(|port| datagram(0, port, 7, 100));
        assert_eq!(shape(&datagrams), [(2, 200), (2, 200)]);
    }

    fn any_datagrams() -> impl Strategy<Value = Vec<Datagram>> {
        let any = (0..2_u16, 1..4_u16, 0..4_u32, prop::sample::select(vec![0_u16, 80, 1100, 1101, 1600]));
        prop::collection::vec(any.prop_map(|(socket, port, group, len)| datagram(socket, port, group, len)), 0..300)
    }

    proptest! {
        #[test]
        fn runs_keep_the_rules_and_the_order(datagrams in any_datagrams(), gso: bool) {
            let (order, runs) = planned(&datagrams, gso);
            let mut next = 0;
            let mut last_of: HashMap<_, usize> = HashMap::new();
            for run in &runs {
                prop_assert_eq!(run.start, next);
                next += run.count;
                let members: Vec<_> = order[run.start..next].iter().map(|index| datagrams[*index]).collect();
                let (last, others) = members.split_last().unwrap();
                prop_assert!(others.iter().all(|d| usize::from(d.len) == run.segment && d.path == last.path));
                prop_assert!(usize::from(last.len) <= run.segment && last.path.socket == run.socket);
                prop_assert_eq!(members.iter().map(|d| usize::from(d.len)).sum::<usize>(), run.bytes);
                prop_assert!(run.count == 1 || gso && last.len > 0);
                prop_assert!(run.count <= MAX_SEGMENTS && (run.count == 1 || run.bytes <= MAX_BYTES));
                for index in &order[run.start..next] {
                    let peer = (datagrams[*index].group, datagrams[*index].path);
                    let before = last_of.insert(peer, *index);
                    prop_assert!(before.is_none_or(|before| before < *index));
                }
            }
            prop_assert_eq!(next, datagrams.len());
            prop_assert!(runs.is_sorted_by_key(|run| run.socket));
        }
    }
}
