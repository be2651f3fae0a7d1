//! What a participant publishes: its cameras and microphones.

use std::time::{Duration, Instant};

use crate::camera::{Camera, Layer};
use crate::messages::{Media, PayloadTypes, Publish};
use crate::microphone::Microphone;
use crate::schedule::{Schedule, Task};
use crate::sent_stream::{SentStream, StreamName, Uplink};

const VIDEO_RATE: u32 = 90_000;
const AUDIO_RATE: u32 = 48_000;
/// SSRCs of one participant.
const SSRCS: u32 = 256;
/// Cameras and microphones start at different times, so that their packets do not all come at once.
const PHASES: u32 = 37;

/// Its tracks.
#[derive(Default)]
pub struct Publishing {
    cameras: Vec<Camera>,
    microphones: Vec<Microphone>,
    next_ssrc: u32,
}

impl Publishing {
    /// Adds a track; its first packets are due within a frame's time.
    pub fn add(&mut self, order: Publish, types: PayloadTypes, now: Instant, schedule: &mut Schedule) {
        let participant = order.participant;
        let seed = participant as u32 + 1;
        // Spread evenly, whatever the number: 37 and 33 have no common divisor.
        let phase = Duration::from_millis(u64::from(seed * PHASES % 33)) + Duration::from_micros(u64::from(seed) * 130);
        match order.media {
            Media::Camera(shapes) => {
                let layers = shapes.iter().map(|shape| {
                    let rtx = Some((self.ssrc(seed), types.rtx));
                    let name = StreamName {
                        ssrc: self.ssrc(seed),
                        rtx,
                        payload_type: types.vp8,
                        mid: order.mid.clone(),
                        rid: Some(shape.rid.clone()).filter(|_| shapes.len() > 1),
                        clock_rate: VIDEO_RATE,
                    };
                    let seed = name.ssrc;
                    Layer::new(SentStream::new(name, seed), shape, seed)
                });
                let camera = Camera { layers: layers.collect() };
                for (layer, at) in camera.first_frames(now, phase).enumerate() {
                    schedule.add(at, participant, Task::Frame(self.cameras.len(), layer));
                }
                self.cameras.push(camera);
            }
            Media::Microphone { speaks } => {
                let name = StreamName {
                    ssrc: self.ssrc(seed),
                    rtx: None,
                    payload_type: types.opus,
                    mid: order.mid,
                    rid: None,
                    clock_rate: AUDIO_RATE,
                };
                let seed = name.ssrc;
                schedule.add(now + phase, participant, Task::Sound(self.microphones.len()));
                self.microphones.push(Microphone::new(SentStream::new(name, seed), speaks));
            }
        }
    }

    /// Sends a frame that is due; returns its packets, and when the next one is due.
    pub fn send_frame(
        &mut self,
        (camera, layer): (usize, usize),
        due: Instant,
        now: Instant,
        uplink: &mut Uplink<'_>,
    ) -> (u64, Instant) {
        let camera = &mut self.cameras[camera];
        let packets = camera.layers[layer].send_frame(uplink);
        (packets, camera.next_frame(layer, due, now))
    }

    /// Sends sound that is due; returns when the next is.
    pub fn send_sound(&mut self, index: usize, due: Instant, now: Instant, uplink: &mut Uplink<'_>) -> Instant {
        let microphone = &mut self.microphones[index];
        microphone.send(uplink);
        microphone.next(due, now)
    }

    /// The streams.
    pub fn streams(&mut self) -> impl Iterator<Item = &mut SentStream> {
        let layers = self.cameras.iter_mut().flat_map(|camera| &mut camera.layers).map(|layer| &mut layer.stream);
        layers.chain(self.microphones.iter_mut().map(|microphone| &mut microphone.stream))
    }

    /// The stream with this SSRC.
    pub fn stream(&mut self, ssrc: u32) -> Option<&mut SentStream> {
        self.streams().find(|stream| stream.ssrc() == ssrc)
    }

    /// The next frame of the layer with this SSRC will be a key frame; `false` if there is none.
    pub fn want_key_frame(&mut self, ssrc: u32) -> bool {
        let mut layers = self.cameras.iter_mut().flat_map(|camera| &mut camera.layers);
        let found = layers.find(|layer| layer.stream.ssrc() == ssrc);
        found.map(|layer| layer.key_frame_wanted = true).is_some()
    }

    fn ssrc(&mut self, seed: u32) -> u32 {
        self.next_ssrc += 1;
        seed * SSRCS + self.next_ssrc
    }
}
