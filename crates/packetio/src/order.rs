use tureen_units::Datagram;

/// The order in which datagrams leave: by socket, then by group, and within a group as they were committed. Sorting
/// whole words makes this a matter of nanoseconds per datagram, without allocation.
pub(crate) struct Order {
    /// Socket (16 bits), group (32 bits), index (16 bits).
    keys: Vec<u64>,
}

impl Order {
    /// Datagrams that can be put in order at once, bounded by the bits of an index.
    pub(crate) const MAX: usize = 1 << 16;

    pub(crate) fn new(capacity: usize) -> Self {
        Self { keys: Vec::with_capacity(capacity) }
    }

    /// Puts these datagrams in order; no more than [`Self::MAX`].
    pub(crate) fn arrange(&mut self, datagrams: &[Datagram]) {
        debug_assert!(datagrams.len() <= Self::MAX);
        self.keys.clear();
        self.keys.extend(
            (0u64..).zip(datagrams).map(|(index, datagram)| {
                u64::from(datagram.path.socket) << 48 | u64::from(datagram.group) << 16 | index
            }),
        );
        self.keys.sort_unstable();
    }

    /// Indices of the datagrams, in order.
    pub(crate) fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.keys.iter().map(|key| usize::from(*key as u16))
    }
}
