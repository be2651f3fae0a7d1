//! A camera's VP8 simulcast, as far as a forwarder can tell: sizes, temporal layers, key frames when asked, descriptors.

use std::time::{Duration, Instant};

use crate::clock;
use crate::messages::LayerShape;
use crate::sent_stream::{MAX_PAYLOAD, Payload, SentStream, Uplink};
use crate::stamp;

/// Temporal layers in turn: three of them, as browsers use for simulcast.
const PATTERN: [u8; 4] = [0, 2, 1, 2];
/// How large a frame of each temporal layer is beside the mean, in percent; the pattern's sum is 400.
const WEIGHTS: [usize; 3] = [160, 100, 70];
/// How much larger a key frame is than the mean.
const KEY_FRAME: usize = 5;
/// Frames of one picture leave one after the other, as its layers are encoded.
const ENCODING_TIME: Duration = Duration::from_millis(3);

/// One layer.
pub struct Layer {
    /// What it sends.
    pub stream: SentStream,
    /// Whether the next frame is a key frame.
    pub key_frame_wanted: bool,
    mean_bytes: usize,
    interval: Duration,
    frames: u64,
    picture_id: u16,
    tl0_pic_idx: u8,
    key_idx: u8,
    random: u32,
}

/// Its layers, from the lowest to the highest.
pub struct Camera {
    /// The layers.
    pub layers: Vec<Layer>,
}

impl Layer {
    /// A layer that starts with a key frame.
    pub fn new(stream: SentStream, shape: &LayerShape, seed: u32) -> Self {
        Self {
            stream,
            key_frame_wanted: true,
            mean_bytes: (shape.bitrate / 8 / shape.frame_rate.max(1)) as usize,
            interval: Duration::from_secs(1) / shape.frame_rate.max(1),
            frames: 0,
            picture_id: seed as u16 & 0x7fff,
            tl0_pic_idx: seed as u8,
            key_idx: 0,
            random: seed | 1,
        }
    }

    /// Sends the next frame; returns how many packets it has.
    pub fn send_frame(&mut self, uplink: &mut Uplink<'_>) -> u64 {
        let key_frame = std::mem::take(&mut self.key_frame_wanted);
        if key_frame {
            self.frames = 0;
            self.key_idx = (self.key_idx + 1) & 0x1f;
        }
        let temporal = PATTERN[(self.frames % 4) as usize];
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        self.tl0_pic_idx = self.tl0_pic_idx.wrapping_add(u8::from(temporal == 0));
        let bytes = self.frame_bytes(temporal, key_frame);
        self.frames += 1;
        let timestamp = self.stream.ticks(clock::now());
        let count = bytes.div_ceil(MAX_PAYLOAD);
        for index in 0..count {
            let mut payload = Payload { marker: index + 1 == count, timestamp, ..Payload::default() };
            // As libwebrtc splits: about equal, the longer ones last.
            payload.len = bytes / count + usize::from(index >= count - bytes % count);
            self.write_front(&mut payload.front, index == 0, temporal, key_frame);
            self.stream.send(payload, uplink);
        }
        count as u64
    }

    fn frame_bytes(&mut self, temporal: u8, key_frame: bool) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let varied = self.mean_bytes * (80 + self.random as usize % 41) / 100;
        let bytes = if key_frame { varied * KEY_FRAME } else { varied * WEIGHTS[usize::from(temporal)] / 100 };
        bytes.max(stamp::END)
    }

    /// The descriptor (RFC 7741 section 4.2) with all of its fields, and in the first packet the header of the payload.
    fn write_front(&self, front: &mut [u8], first: bool, temporal: u8, key_frame: bool) {
        let [high, low] = self.picture_id.to_be_bytes();
        let non_reference = if temporal == 2 { 0x20 } else { 0 };
        let layer_sync = if temporal > 0 && self.frames % 4 < 3 { 0x20 } else { 0 };
        let descriptor = [
            0x80 | non_reference | if first { 0x10 } else { 0 },
            0xf0,
            0x80 | high,
            low,
            self.tl0_pic_idx,
            temporal << 6 | layer_sync | self.key_idx,
        ];
        front[..descriptor.len()].copy_from_slice(&descriptor);
        // The tag's lowest bit tells an inter frame; a key frame goes on with its start code (RFC 6386 section 9.1).
        let header = if key_frame { [0x10, 0x02, 0, 0x9d, 0x01, 0x2a] } else { [0x11, 0x02, 0, 0, 0, 0] };
        if first {
            front[descriptor.len()..descriptor.len() + header.len()].copy_from_slice(&header);
        }
    }
}

impl Camera {
    /// When each layer's first frame is due; `phase` is the camera's own, below a frame's time.
    pub fn first_frames(&self, now: Instant, phase: Duration) -> impl Iterator<Item = Instant> {
        (0..self.layers.len() as u32).map(move |layer| now + phase + ENCODING_TIME * layer)
    }

    /// When the frame after the one of this time is due. Frames that the program was too late for are left out.
    pub fn next_frame(&self, layer: usize, due: Instant, now: Instant) -> Instant {
        let interval = self.layers[layer].interval;
        let next = due + interval;
        if next + interval < now { now } else { next }
    }
}
