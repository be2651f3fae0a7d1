//! Which packets of a track one subscriber gets. A track comes as several RTP streams of different resolution (simulcast) or
//! as one stream of several layers (SVC); each may hold frames that can be left out (temporal layers).
//!
//! ```text
//! limits (what is wanted) ┐
//! allocation (what fits)  ┴─▶ target ─▶ encoding, spatial, temporal ─▶ verdict on each frame
//! ```
//!
//! The target is a wish. What happens follows these rules, so that a decoder never lacks what a frame refers to:
//!
//! | | simulcast encoding | spatial layer (SVC) | temporal layer |
//! |---|---|---|---|
//! | up | at a key frame of the higher one | at a key picture | at a frame that allows it |
//! | down | at a key frame of the lower one | at the next picture | at the next picture |
//!
//! All spatial layers up to the target are forwarded, also where upper ones could do without (`L3T3_KEY`): it costs up to a
//! third more, and buys that going down needs no key frame, which everybody else would have to pay for.
//!
//! A frame goes out whole or not at all: its first packet decides.

use std::time::Instant;

use crate::command::{BEST_LAYER, ConsumerLimits, MediaKind};
use crate::frame::FrameLayer;
use crate::producer::Producer;
use crate::rewrite::Source;
use crate::ring::PacketInfo;

/// Up to which layers a track is sent: encodings with simulcast, spatial layers with SVC; and temporal layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerTarget {
    /// 0 is the lowest; above all that there are means the best.
    pub layer: u8,
    /// 0 is the lowest.
    pub temporal: u8,
}

impl LayerTarget {
    /// All there is.
    pub const BEST: Self = Self { layer: BEST_LAYER, temporal: BEST_LAYER };
}

/// What happens to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes out.
    Send,
    /// It is left out.
    LeaveOut {
        /// The newest packet before it was of the same frame.
        rest: bool,
    },
}

/// The frame that the newest packet belongs to.
#[derive(Clone, Copy, Debug)]
struct CurrentFrame {
    timestamp: u32,
    spatial: u8,
    sent: bool,
}

/// The choice of one consumer.
pub struct Selection {
    kind: MediaKind,
    limits: ConsumerLimits,
    /// `None` while there is no bandwidth for it.
    allocation: Option<LayerTarget>,
    /// The encoding to forward, once one flows.
    encoding: Option<u8>,
    /// The layers of it to forward.
    target: LayerTarget,
    source: Option<Source>,
    /// The layers that are forwarded.
    top: u8,
    temporal: u8,
    frame: Option<CurrentFrame>,
}

impl Selection {
    /// Nothing is forwarded yet.
    pub fn new(kind: MediaKind, limits: ConsumerLimits) -> Self {
        let target = LayerTarget { layer: BEST_LAYER, temporal: limits.max_temporal };
        Self {
            kind,
            limits,
            allocation: Some(LayerTarget::BEST),
            encoding: None,
            target,
            source: None,
            top: 0,
            temporal: 0,
            frame: None,
        }
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// How much is wanted.
    pub fn limits(&self) -> ConsumerLimits {
        self.limits
    }

    /// Takes over how much is wanted; [`Self::choose`] then says what it needs.
    pub fn set_limits(&mut self, limits: ConsumerLimits) {
        self.limits = limits;
        self.stop_if_paused();
    }

    /// Takes over how much fits the line, `None` for nothing; [`Self::choose`] then says what it needs.
    pub fn set_allocation(&mut self, allocation: Option<LayerTarget>) {
        self.allocation = allocation;
        self.stop_if_paused();
    }

    /// Stops at once what is still sent of an encoding above the target. Without this it goes on until a key frame of the
    /// lower one comes.
    pub fn stop_excess(&mut self) {
        if self.source.is_some_and(|source| self.encoding.is_some_and(|encoding| source.layer > encoding)) {
            self.source = None;
        }
    }

    /// Whether nothing is to be sent.
    pub fn is_paused(&self) -> bool {
        self.limits.paused || self.allocation.is_none()
    }

    /// Whether it is wanted, but there is no bandwidth for it.
    pub fn is_starved(&self) -> bool {
        self.allocation.is_none() && !self.limits.paused
    }

    /// The RTP stream that is forwarded.
    pub fn source(&self) -> Option<Source> {
        self.source
    }

    /// The layers that are forwarded, as [`LayerTarget`] counts them.
    pub fn current(&self, producer: &Producer) -> Option<LayerTarget> {
        let encoding = self.source?.layer;
        let rates = &producer.layers.get(usize::from(encoding))?.rates;
        let layer = if producer.layers.len() > 1 { encoding } else { self.top.min(rates.highest_spatial()) };
        Some(LayerTarget { layer, temporal: self.temporal.min(rates.highest_temporal()) })
    }

    /// The highest spatial and temporal layers that go out; those above the best that there is count.
    pub fn layers(&self) -> (u8, u8) {
        (self.top, self.temporal)
    }

    /// The layers that a decoder has to expect from now on.
    pub fn announced(&self) -> LayerTarget {
        LayerTarget { layer: self.top, temporal: self.target.temporal }
    }

    /// Chooses what to forward; `Some` with the encoding whose key frame is needed for it.
    pub fn choose(&mut self, producer: &Producer, now: Instant) -> Option<u8> {
        let Some(allocation) = self.allocation.filter(|_| !self.limits.paused && !producer.paused) else {
            self.source = None;
            return None;
        };
        let layer = self.limits.max_layer.min(allocation.layer);
        let simulcast = producer.layers.len() > 1;
        let (encoding, spatial) = if simulcast { (layer, BEST_LAYER) } else { (0, layer) };
        self.target = LayerTarget { layer: spatial, temporal: self.limits.max_temporal.min(allocation.temporal) };
        self.encoding = producer.best_layer(encoding, now).or(self.encoding);
        let target = self.encoding.unwrap_or(0);
        if self.kind == MediaKind::Audio {
            return None;
        }
        let highest = producer.layers.get(usize::from(target)).map_or(0, |layer| layer.rates.highest_spatial());
        let complete = self.forwards(target, producer) && self.top >= self.target.layer.min(highest);
        (!complete).then_some(target)
    }

    /// Whether packets of this encoding may be of use: it is forwarded, or is to be, or nothing is yet.
    pub fn concerns(&self, encoding: u8) -> bool {
        let forwarded = self.source.is_none_or(|source| source.layer == encoding);
        !self.is_paused() && (forwarded || self.encoding.is_none_or(|target| target == encoding))
    }

    /// Goes on at the next key frame: what went before was dropped.
    pub fn start_anew(&mut self) {
        if self.kind == MediaKind::Video {
            self.source = None;
        }
    }

    /// Whether this encoding is what is forwarded.
    pub fn forwards(&self, layer: u8, producer: &Producer) -> bool {
        self.source.is_some_and(|source| producer.source(layer) == Some(source))
    }

    /// Decides on a packet of a stream that is not forwarded: a key frame of the target starts it, and any within the
    /// limits if nothing is forwarded at all.
    pub fn admits_switch(&self, layer: u8, info: &PacketInfo) -> bool {
        let allowed = self.allocation.map_or(0, |allocation| allocation.layer.min(self.limits.max_layer));
        let start = self.source.is_none() && (layer == 0 || layer <= allowed);
        info.key_frame && (start || self.encoding.is_none_or(|target| target == layer))
    }

    /// Forwards another stream from this packet on, which starts a key frame.
    pub fn switch(&mut self, source: Source, info: &PacketInfo) {
        self.source = Some(source);
        self.start_key_picture();
        self.frame = Some(CurrentFrame { timestamp: info.timestamp, spatial: info.frame.spatial, sent: true });
    }

    /// Decides on a packet of the forwarded stream that is newer than all before; `after_gap` if something is missing right
    /// before it.
    pub fn decide(&mut self, info: &PacketInfo, after_gap: bool) -> Verdict {
        let FrameLayer { spatial, .. } = info.frame;
        let known = self.frame.filter(|frame| frame.timestamp == info.timestamp && frame.spatial == spatial);
        let sent = match known {
            Some(frame) => frame.sent,
            None => self.decide_frame(info, after_gap),
        };
        if sent {
            return Verdict::Send;
        }
        Verdict::LeaveOut { rest: known.is_some() }
    }

    fn decide_frame(&mut self, info: &PacketInfo, after_gap: bool) -> bool {
        let FrameLayer { spatial, temporal, start, sync, switch_up, .. } = info.frame;
        let target = self.target;
        let starts_picture = start && spatial == 0 && !after_gap;
        if info.key_frame {
            self.start_key_picture();
        } else if starts_picture {
            // What began with some layers ends with them, so that the last packet of the highest one is marked. Where a
            // picture's beginning is missing, nobody knows what that was, and the next one is soon enough.
            self.top = self.top.min(target.layer);
            self.temporal = self.temporal.min(target.temporal);
        }
        // One step at a time: that a frame of the layer after the next needs the lowest only says nothing of the next.
        let due = temporal <= self.temporal || (sync && temporal == self.temporal + 1 && temporal <= target.temporal);
        let sent = spatial <= self.top && due;
        if sent {
            self.temporal = self.temporal.max(temporal).max(switch_up.min(target.temporal));
        }
        self.frame = Some(CurrentFrame { timestamp: info.timestamp, spatial, sent });
        sent
    }

    fn start_key_picture(&mut self) {
        self.top = self.target.layer;
        self.temporal = self.target.temporal;
    }

    fn stop_if_paused(&mut self) {
        if self.is_paused() {
            self.source = None;
        }
    }
}
