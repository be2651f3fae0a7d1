//! What a video packet's headers say of its frame, also where they can be read only once another packet has come.

use tureen_codec::dependency_descriptor::Descriptor;

use crate::frame::FrameLayer;
use crate::producer::Layer;
use crate::ring::{Packet, PacketInfo};

/// Of what a key frame costs so much counts as what its layer costs. It is a few times as large as others, and encoders save
/// most of that with those that follow.
const KEY_FRAME_WEIGHT: usize = 3;

impl Layer {
    /// Completes what is known of a video packet, and counts it. What a dependency descriptor says of the frame counts more
    /// than what the payload says, which may be encrypted.
    pub fn describe(&mut self, info: &mut PacketInfo, packet: &[u8], parameter_sets: bool) {
        self.read_descriptor(info, packet);
        if info.key_frame && parameter_sets && info.descriptor.is_none() {
            info.key_frame = self.is_first_of_key_frame(info);
        }
        if info.awaits_structure && !self.nack.is_waiting() {
            self.key_frames.request();
        }
        if info.key_frame {
            self.key_frame_at = Some(info.timestamp);
        }
        let weight = if self.key_frame_at == Some(info.timestamp) { KEY_FRAME_WEIGHT } else { 1 };
        self.rates.add(info.frame, packet.len() / weight, info.arrived);
    }

    /// Reads what came before the structure that it needs, once that has come with packet `structure`; returns the packets
    /// that can be forwarded now.
    pub fn describe_again(&mut self, structure: u64) -> impl Iterator<Item = u64> + '_ {
        let highest = self.ring.highest().unwrap_or(structure);
        (structure + 1..=highest).filter(move |sequence| {
            let Some(packet) = self.ring.get(*sequence).filter(|packet| packet.info.awaits_structure) else {
                return false;
            };
            let mut info = packet.info;
            let data = info.dependency_descriptor.slice(packet.bytes());
            let Ok(descriptor) = Descriptor::parse_untrusted(data, &mut self.structure) else { return false };
            take_descriptor(&mut info, &descriptor);
            self.ring.amend(info);
            true
        })
    }

    fn read_descriptor(&mut self, info: &mut PacketInfo, packet: &[u8]) {
        let data = info.dependency_descriptor.slice(packet);
        if data.is_empty() {
            return;
        }
        match Descriptor::parse_untrusted(data, &mut self.structure) {
            Ok(descriptor) => take_descriptor(info, &descriptor),
            Err(error) => info.awaits_structure = error.awaits_structure(),
        }
    }

    /// Whether this packet, which holds a parameter set or the first slice of a key frame, is the first one of its frame
    /// that does. While a packet before it is missing, that may be the one, so the answer is no: it comes late and is
    /// asked about then, or a key frame is requested again.
    fn is_first_of_key_frame(&self, info: &PacketInfo) -> bool {
        let of_frame = |packet: &&Packet| packet.info.timestamp == info.timestamp;
        let mut before = info.sequence.wrapping_sub(1);
        while let Some(packet) = self.ring.get(before).filter(of_frame) {
            if packet.info.key_frame {
                return false;
            }
            before = before.wrapping_sub(1);
        }
        // What is neither here nor missing was padding, or is so long ago that it does not come any more.
        let complete = self.ring.get(before).is_some() || !self.nack.is_missing(before);
        let last = self.ring.get(before.wrapping_sub(1)).filter(|last| !of_frame(last));
        complete || last.is_some_and(|last| !last.info.marker)
    }
}

fn take_descriptor(info: &mut PacketInfo, descriptor: &Descriptor) {
    info.awaits_structure = false;
    info.key_frame = descriptor.starts_key_frame();
    info.frame = FrameLayer::of_descriptor(descriptor, info.frame.sync);
    info.descriptor = Some(descriptor.layout);
}
