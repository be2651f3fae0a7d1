//! A microphone's Opus, as far as a forwarder can tell.

use std::time::{Duration, Instant};

use tureen_rtp::extension::AudioLevel;

use crate::clock;
use crate::sent_stream::{Payload, SentStream, Uplink};

/// Sound in a packet.
const FRAME: Duration = Duration::from_millis(20);
/// Time between packets of somebody who is silent (discontinuous transmission).
const SILENT_FRAME: Duration = Duration::from_millis(400);
/// Bytes of a packet of speech: 32 kbit/s.
const SPEECH_BYTES: usize = 80;
/// Bytes of a packet of comfort noise.
const NOISE_BYTES: usize = 3;

/// Sends speech, or silence.
pub struct Microphone {
    /// What it sends.
    pub stream: SentStream,
    speaks: bool,
}

impl Microphone {
    /// A microphone that was silent so far.
    pub fn new(stream: SentStream, speaks: bool) -> Self {
        Self { stream, speaks }
    }

    /// Sends the next packet.
    pub fn send(&mut self, uplink: &mut Uplink<'_>) {
        let (len, level) = if self.speaks { (SPEECH_BYTES, 30) } else { (NOISE_BYTES, 127) };
        let payload = Payload {
            marker: false,
            timestamp: self.stream.ticks(clock::now()),
            len,
            level: Some(AudioLevel { voice: self.speaks, level }),
            ..Payload::default()
        };
        self.stream.send(payload, uplink);
    }

    /// When the packet after the one of this time is due.
    pub fn next(&self, due: Instant, now: Instant) -> Instant {
        let next = due + if self.speaks { FRAME } else { SILENT_FRAME };
        if next + FRAME < now { now } else { next }
    }
}
