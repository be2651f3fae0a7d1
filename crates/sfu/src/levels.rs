//! How loud a track is, from the audio level extension (RFC 6464): the mean amplitude over an interval.

/// Audible: louder than this many -dBov.
pub const AUDIBLE: u8 = 35;

/// The loudness of one audio track over the current interval.
#[derive(Default)]
pub struct LevelMeter {
    sum: f32,
    packets: u32,
}

/// Packets in an interval of 400 ms, 20 ms each. Silence that is not sent (DTX) counts as silence.
const EXPECTED: u32 = 20;

impl LevelMeter {
    /// Notes the level of a packet, 0 (loudest) to 127.
    pub fn record(&mut self, level: u8) {
        self.sum += 10f32.powf(f32::from(level.min(127)) / -20.0);
        self.packets += 1;
    }

    /// The mean level of the interval, 0 to 127; starts the next one.
    pub fn take(&mut self) -> u8 {
        let mean = self.sum / self.packets.max(EXPECTED) as f32;
        *self = Self::default();
        if mean <= 0.0 { 127 } else { (-20.0 * mean.log10()).round().clamp(0.0, 127.0) as u8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_speech_keeps_its_level_and_silence_is_silent() {
        let mut meter = LevelMeter::default();
        (0..20).for_each(|_| meter.record(30));
        assert_eq!(meter.take(), 30);
        assert_eq!(meter.take(), 127);
    }

    #[test]
    fn one_loud_packet_among_silence_is_not_speech() {
        let mut meter = LevelMeter::default();
        meter.record(20);
        assert!(meter.take() > AUDIBLE);
    }
}
