//! Requests for key frames: at once when none is outstanding, then at most one per interval, until a key frame comes.

use std::time::{Duration, Instant};

/// The least time between two requests for one layer.
const INTERVAL: Duration = Duration::from_millis(500);

/// The least time between two requests to one publisher for different layers of one track. libwebrtc makes a key frame of all
/// layers when asked for one, so the second request is often needless by then; and it ignores what comes within 300 ms, so
/// an earlier request would only be repeated an interval later. The rest is for the jitter of the path.
pub const SPACING: Duration = Duration::from_millis(320);

/// The outstanding requests of one layer, merged.
#[derive(Default)]
pub struct KeyFrameRequests {
    wanted: bool,
    sent: Option<Instant>,
}

impl KeyFrameRequests {
    /// Notes that a consumer needs a key frame; [`Self::poll`] says when to ask the publisher.
    pub fn request(&mut self) {
        self.wanted = true;
    }

    /// Whether to send a request now.
    pub fn poll(&mut self, now: Instant) -> bool {
        let due = self.wanted && !self.is_throttled(now);
        if due {
            self.sent = Some(now);
        }
        due
    }

    /// Whether a request would have to wait.
    pub fn is_throttled(&self, now: Instant) -> bool {
        self.sent.is_some_and(|sent| now < sent + INTERVAL)
    }

    /// Notes that a key frame began.
    pub fn on_key_frame(&mut self) {
        self.wanted = false;
    }

    /// Whether a request is outstanding.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_joiners_cost_one_request() {
        let start = Instant::now();
        let mut requests = KeyFrameRequests::default();
        let sent = (0..100).filter(|_| {
            requests.request();
            requests.poll(start)
        });
        assert_eq!(sent.count(), 1);
        assert!(requests.poll(start + INTERVAL), "repeated while no key frame comes");
        requests.on_key_frame();
        assert!(!requests.poll(start + 3 * INTERVAL));
    }
}
