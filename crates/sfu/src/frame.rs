//! What is known of the frame that a packet belongs to, read once per packet whatever the codec: its layers, where they may
//! change, and the numbers that must go on without a gap.

use tureen_codec::dependency_descriptor::Descriptor;
use tureen_codec::{vp8, vp9};

/// Spatial and temporal layers that are told apart; higher ones count as the highest of these.
pub const LAYERS: usize = 4;

/// The layer of a frame, and what a receiver may do there. The default is that of streams with one layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameLayer {
    /// Within its RTP stream: 0 unless the stream carries several resolutions (SVC).
    pub spatial: u8,
    /// 0 is the lowest frame rate.
    pub temporal: u8,
    /// The frame starts in this packet.
    pub start: bool,
    /// The frame ends in this packet.
    pub end: bool,
    /// It refers to the lowest temporal layer only: whoever has that may have this frame too.
    pub sync: bool,
    /// Whoever has this frame can decode all later ones of temporal layers up to this.
    pub switch_up: u8,
}

impl FrameLayer {
    /// By the payload descriptor of VP8 (RFC 7741 section 4.2). Marked packets end a frame.
    pub fn of_vp8(descriptor: &vp8::Descriptor, marker: bool) -> Self {
        Self {
            spatial: 0,
            temporal: descriptor.temporal_id.unwrap_or(0),
            start: descriptor.starts_frame(),
            end: marker,
            sync: descriptor.layer_sync,
            switch_up: 0,
        }
    }

    /// By the payload descriptor of VP9 (RFC 9628 section 4.2).
    pub fn of_vp9(descriptor: &vp9::Descriptor) -> Self {
        let (start, end) = (descriptor.start_of_frame, descriptor.end_of_frame);
        descriptor.layer.map_or(Self { start, end, ..Self::default() }, |layer| Self {
            spatial: layer.spatial_id.min(LAYERS as u8 - 1),
            temporal: layer.temporal_id,
            start,
            end,
            sync: false,
            switch_up: if layer.switching_up { u8::MAX } else { 0 },
        })
    }

    /// By the dependency descriptor, which tells what a payload's own one says and more.
    pub fn of_descriptor(descriptor: &Descriptor, sync: bool) -> Self {
        Self {
            spatial: descriptor.spatial_id,
            temporal: descriptor.temporal_id,
            start: descriptor.start_of_frame,
            end: descriptor.end_of_frame,
            sync,
            switch_up: descriptor.switch_up.unwrap_or(0),
        }
    }
}

/// Where the payload numbers its pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pictures {
    /// Nowhere.
    #[default]
    Unnumbered,
    /// As VP8 does.
    Vp8(vp8::Descriptor),
    /// As VP9 does.
    Vp9(vp9::Descriptor),
}

impl Pictures {
    /// Picture id and `TL0PICIDX`; zero where one is absent, `None` without both.
    pub fn numbers(&self) -> Option<(u16, u8)> {
        let (id, tl0) = match self {
            Self::Unnumbered => return None,
            Self::Vp8(descriptor) => (descriptor.picture_id, descriptor.tl0_pic_idx),
            Self::Vp9(descriptor) => (descriptor.picture_id, descriptor.tl0_pic_idx),
        };
        (id.is_some() || tl0.is_some()).then(|| (id.map_or(0, |(value, _)| value), tl0.unwrap_or(0)))
    }

    /// Whether every picture has the number after the one before, also when one in between was left out. Of VP9 pictures
    /// the distances count.
    pub fn are_consecutive(&self) -> bool {
        matches!(self, Self::Vp8(_))
    }

    /// Writes numbers over those in the payload.
    pub fn rewrite(&self, payload: &mut [u8], (picture_id, tl0_pic_idx): (u16, u8)) {
        match self {
            Self::Unnumbered => {}
            Self::Vp8(descriptor) => vp8::rewrite(payload, descriptor, picture_id, tl0_pic_idx),
            Self::Vp9(descriptor) => vp9::rewrite(payload, descriptor, picture_id, tl0_pic_idx),
        }
    }
}
