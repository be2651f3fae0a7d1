//! Where one consumer's numbers stand, so that what comes after a switch continues them.

use std::time::{Duration, Instant};

use crate::producer::Layer;
use crate::rewrite::Shift;
use crate::ring::PacketInfo;

/// A timestamp by the publishers' clocks is taken if it is at most so far ahead of the last one.
const LONGEST_STEP_SECONDS: u32 = 10;

/// The numbers of the newest packet that went out.
#[derive(Clone, Copy, Debug)]
pub struct Timeline {
    timestamp: u32,
    sent: Option<Instant>,
    picture: (u16, u8),
    frame_number: u16,
}

impl Timeline {
    /// Starts at numbers that nobody can guess.
    pub fn new(random: u32) -> Self {
        Self {
            timestamp: random.rotate_left(16),
            sent: None,
            picture: ((random >> 8) as u16 & 0x7fff, random as u8),
            frame_number: (random >> 12) as u16,
        }
    }

    /// When the packet came that went out last.
    pub fn sent(&self) -> Option<Instant> {
        self.sent
    }

    /// The RTP timestamp of the packet that went out last.
    pub fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Notes the newest packet, with its picture id and `TL0PICIDX` as they go out, or as they would have.
    pub fn note(&mut self, info: &PacketInfo, shift: Shift, pictures: Option<(u16, u8)>) {
        self.timestamp = info.timestamp.wrapping_add(shift.timestamp);
        self.sent = Some(info.arrived);
        self.picture = pictures.unwrap_or(self.picture);
        if let Some(layout) = &info.descriptor {
            self.frame_number = layout.frame_number.wrapping_add(shift.frame_number);
        }
    }

    /// What continues these numbers with this packet. `previous` is the stream so far, and how its packets were numbered.
    pub fn continue_with(
        &self,
        info: &PacketInfo,
        next: &Layer,
        previous: Option<(&Layer, Shift)>,
        rate: u32,
    ) -> Shift {
        let (picture, tl0) = info.pictures.numbers().unwrap_or_default();
        let frame_number = info.descriptor.map_or(0, |layout| layout.frame_number);
        Shift {
            timestamp: self.continue_timestamp(info, next, previous, rate).wrapping_sub(info.timestamp),
            picture_id: self.picture.0.wrapping_add(1).wrapping_sub(picture),
            frame_number: self.frame_number.wrapping_add(1).wrapping_sub(frame_number),
            tl0_pic_idx: self.picture.1.wrapping_add(1).wrapping_sub(tl0),
            layers: (0, 0),
        }
    }

    /// The outgoing timestamp of the first packet after a switch: through both layers' clock reports where we have them,
    /// otherwise by the time that passed; always ahead of what was sent.
    fn continue_timestamp(&self, info: &PacketInfo, next: &Layer, previous: Option<(&Layer, Shift)>, rate: u32) -> u32 {
        let Some(sent) = self.sent else { return self.timestamp };
        let elapsed = info.arrived.saturating_duration_since(sent);
        let by_time = self.timestamp.wrapping_add(ticks(elapsed, rate).max(1));
        let by_clock = previous.and_then(|(previous, shift)| {
            let (old, new) = (previous.clock?, next.clock?);
            let since_report = f64::from(info.timestamp.wrapping_sub(new.rtp) as i32) / f64::from(rate);
            let between = new.ntp.wrapping_sub(old.ntp) as i64 as f64 / 4_294_967_296.0;
            let moved = ((since_report + between) * f64::from(rate)) as i64 as u32;
            Some(old.rtp.wrapping_add(moved).wrapping_add(shift.timestamp))
        });
        let ahead = |timestamp: u32| {
            let distance = timestamp.wrapping_sub(self.timestamp) as i32;
            distance > 0 && distance < (LONGEST_STEP_SECONDS * rate) as i32
        };
        by_clock.filter(|timestamp| ahead(*timestamp)).unwrap_or(by_time)
    }
}

/// A time in ticks of a clock.
pub fn ticks(elapsed: Duration, rate: u32) -> u32 {
    (elapsed.as_secs_f64() * f64::from(rate)) as u64 as u32
}
