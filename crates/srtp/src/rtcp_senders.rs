use crate::replay::ReplayWindow;

/// How many sender SSRCs are remembered. A browser uses one per stream that it sends, RTX included, and one to receive.
const MAX_SENDERS: usize = 64;

/// Replay windows of the peer's SRTCP senders, the most recently heard first. Entries are made for authentic packets
/// only; the table grows to [`MAX_SENDERS`] and then forgets the sender that was silent longest. A peer can thereby
/// only weaken its own replay protection.
#[derive(Default)]
pub(crate) struct RtcpSenders {
    senders: Vec<Sender>,
}

struct Sender {
    ssrc: u32,
    window: ReplayWindow<1>,
}

impl RtcpSenders {
    pub(crate) fn check(&self, ssrc: u32, index: u32) -> bool {
        self.senders.iter().find(|sender| sender.ssrc == ssrc).is_none_or(|sender| sender.window.check(index.into()))
    }

    pub(crate) fn accept(&mut self, ssrc: u32, index: u32) {
        let position = self.senders.iter().position(|sender| sender.ssrc == ssrc).unwrap_or_else(|| self.add(ssrc));
        self.senders[..=position].rotate_right(1);
        self.senders[0].window.accept(index.into());
    }

    /// Puts a new sender last and returns its position.
    fn add(&mut self, ssrc: u32) -> usize {
        self.senders.truncate(MAX_SENDERS - 1);
        self.senders.push(Sender { ssrc, window: ReplayWindow::default() });
        self.senders.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sender_has_its_own_indices() {
        let mut senders = RtcpSenders::default();
        senders.accept(1, 100);
        assert!(!senders.check(1, 100));
        assert!(!senders.check(1, 36), "older than 64 indices");
        assert!(senders.check(1, 37));
        assert!(senders.check(2, 100));
        senders.accept(2, 7);
        senders.accept(1, 101);
        assert!(!senders.check(2, 7) && !senders.check(1, 100) && !senders.check(1, 101));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_the_most_silent() {
        let mut senders = RtcpSenders::default();
        senders.accept(0, 5);
        for ssrc in 1..1000 {
            senders.accept(ssrc, 5);
            senders.accept(0, 5 + ssrc);
        }
        assert_eq!(senders.senders.len(), MAX_SENDERS);
        assert!(!senders.check(0, 5 + 999) && !senders.check(999, 5));
        assert!(senders.check(1, 5));
    }
}
