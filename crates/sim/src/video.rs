//! Synthetic video: streams with the layers, numbers and references of real encoders, whose payloads say what they are, so
//! that a [`crate::Player`] can tell whether a decoder could show them.

use tureen_rtp::HeaderFields;

use crate::descriptor::{self, Template};

/// How layers are told and what refers to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One resolution; three frame rates that need layer sync to go up. By the payload descriptor alone.
    Vp8,
    /// The same, and a dependency descriptor.
    Vp8Described,
    /// Three resolutions and three frame rates in one stream, non-flexible mode, by the payload descriptor alone.
    Vp9,
    /// The same by dependency descriptors; the payload cannot be read.
    Av1,
}

impl Format {
    /// Its media type.
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Vp8 | Self::Vp8Described => "video/VP8",
            Self::Vp9 => "video/VP9",
            Self::Av1 => "video/AV1",
        }
    }

    fn spatial_layers(self) -> u8 {
        if matches!(self, Self::Vp9 | Self::Av1) { 3 } else { 1 }
    }

    fn is_described(self) -> bool {
        matches!(self, Self::Vp8Described | Self::Av1)
    }
}

/// Whether upper spatial layers refer to lower ones in every picture (`L3T3`) or in key pictures only (`L3T3_KEY`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// In every picture.
    Full,
    /// In key pictures only.
    KeyOnly,
}

/// What a payload says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Tells the frame from all others of all streams.
    pub frame: u32,
    /// The frames that it refers to.
    pub references: Vec<u32>,
    /// Its layers.
    pub layer: (u8, u8),
    /// Whether a decoder may start here.
    pub key: bool,
    /// Running number of the picture in its stream.
    pub picture: u32,
    /// Which packet of the frame this is, and how many there are.
    pub packet: (u8, u8),
}

impl Truth {
    fn encode(&self) -> Vec<u8> {
        let mut out = self.frame.to_be_bytes().to_vec();
        out.extend(self.picture.to_be_bytes());
        let (layer, packet) = (self.layer, self.packet);
        out.extend([layer.0, layer.1, self.key.into(), packet.0, packet.1, self.references.len() as u8]);
        out.extend(self.references.iter().flat_map(|reference| reference.to_be_bytes()));
        out
    }

    /// Reads what [`VideoSource`] wrote, behind the payload's own descriptor.
    pub fn decode(payload: &[u8]) -> Self {
        let word = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().expect("four bytes"));
        Self {
            frame: word(0),
            picture: word(4),
            layer: (payload[8], payload[9]),
            key: payload[10] == 1,
            packet: (payload[11], payload[12]),
            references: (0..usize::from(payload[13])).map(|index| word(14 + 4 * index)).collect(),
        }
    }
}

/// A packet that a publisher sends.
#[derive(Clone, Debug)]
pub struct VideoPacket {
    /// Its header.
    pub fields: HeaderFields,
    /// Extended sequence number.
    pub index: u64,
    /// Its dependency descriptor, if its format has any.
    pub descriptor: Option<Vec<u8>>,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// A frame that later ones may refer to: what it is called, and its frame number.
type Made = (u32, u16);

/// An encoder and packetiser of one RTP stream.
pub struct VideoSource {
    /// How it numbers and describes.
    pub format: Format,
    /// Its SSRC.
    pub ssrc: u32,
    /// Packets per frame: one more for every spatial layer.
    pub packets: u8,
    prediction: Prediction,
    payload_type: u8,
    sequence: u64,
    timestamp: u32,
    picture: u32,
    picture_id: u16,
    tl0_pic_idx: u8,
    frame: u32,
    frame_number: u16,
    /// Place of the next picture in the pattern of temporal layers.
    phase: usize,
    /// The newest frame of each spatial and temporal layer.
    newest: [[Option<Made>; 3]; 3],
}

/// Temporal layers of eight pictures, and those that each refers to, besides the lowest. The first half is what a receiver
/// may move up in; VP8 marks it.
const PATTERN: [(u8, &[u8]); 8] = [(0, &[]), (2, &[]), (1, &[]), (2, &[1]), (0, &[]), (2, &[1]), (1, &[1]), (2, &[1])];
/// In SVC streams upper layers refer to the lowest one and what stands between since then.
const SVC_PATTERN: [(u8, &[u8]); 4] = [(0, &[]), (2, &[]), (1, &[]), (2, &[1])];

impl VideoSource {
    /// A source whose numbers all start at figures that follow from its SSRC.
    pub fn new(format: Format, prediction: Prediction, ssrc: u32) -> Self {
        let start = ssrc.wrapping_mul(2_654_435_761);
        Self {
            format,
            ssrc,
            packets: 2,
            prediction,
            payload_type: 96,
            sequence: u64::from(start >> 17),
            timestamp: start,
            picture: 0,
            picture_id: (start >> 8) as u16 & 0x7fff,
            tl0_pic_idx: (start >> 3) as u8,
            frame: ssrc << 16,
            frame_number: (start >> 5) as u16,
            phase: 0,
            newest: Default::default(),
        }
    }

    /// Starts over as another stream would that takes its place.
    pub fn restart(&mut self, ssrc: u32) {
        *self = Self { packets: self.packets, ..Self::new(self.format, self.prediction, ssrc) };
    }

    /// The packets of the next picture; a first one is a key picture in any case. `ticks` is how much later it is.
    pub fn picture(&mut self, key: bool, ticks: u32) -> Vec<VideoPacket> {
        let key = key || self.picture == 0;
        if key {
            self.phase = 0;
        }
        self.picture += 1;
        self.picture_id = self.picture_id.wrapping_add(1) & 0x7fff;
        self.timestamp = self.timestamp.wrapping_add(ticks);
        let svc = self.format.spatial_layers() > 1;
        let (temporal, between) = if svc { SVC_PATTERN[self.phase % 4] } else { PATTERN[self.phase % 8] };
        self.tl0_pic_idx = self.tl0_pic_idx.wrapping_add(u8::from(temporal == 0));
        let layers = self.format.spatial_layers();
        let packets = (0..layers).flat_map(|spatial| {
            let references = self.references((spatial, temporal), between, key);
            self.frame(spatial, temporal, key, &references)
        });
        let mut packets: Vec<VideoPacket> = packets.collect();
        if let Some(last) = packets.last_mut() {
            last.fields.marker = true;
        }
        self.phase += 1;
        packets
    }

    fn references(&self, (spatial, temporal): (u8, u8), between: &[u8], key: bool) -> Vec<Made> {
        let own = self.newest[usize::from(spatial)];
        let mut references: Vec<Made> = Vec::new();
        if !key {
            references.extend(own[0]);
            references.extend(between.iter().filter_map(|layer| own[usize::from(*layer)]));
        }
        if spatial > 0 && (key || self.prediction == Prediction::Full) {
            references.extend(self.newest[usize::from(spatial) - 1][usize::from(temporal)]);
        }
        references
    }

    fn frame(&mut self, spatial: u8, temporal: u8, key: bool, references: &[Made]) -> Vec<VideoPacket> {
        self.frame += 1;
        self.frame_number = self.frame_number.wrapping_add(1);
        let (frame, number) = (self.frame, self.frame_number);
        self.newest[usize::from(spatial)][usize::from(temporal)] = Some((frame, number));
        let count = self.packets + spatial;
        (0..count)
            .map(|packet| {
                let (start, end) = (packet == 0, packet + 1 == count);
                let truth = Truth {
                    frame,
                    references: references.iter().map(|(frame, _)| *frame).collect(),
                    layer: (spatial, temporal),
                    key: key && spatial == 0,
                    picture: self.picture,
                    packet: (packet, count),
                };
                let mut payload = self.payload_header((spatial, temporal), key, (start, end), references);
                payload.extend(truth.encode());
                let descriptor = self
                    .format
                    .is_described()
                    .then(|| self.descriptor((spatial, temporal), key, (start, end), references));
                self.packet(payload, descriptor)
            })
            .collect()
    }

    fn packet(&mut self, payload: Vec<u8>, descriptor: Option<Vec<u8>>) -> VideoPacket {
        self.sequence += 1;
        let fields = HeaderFields {
            marker: false,
            payload_type: self.payload_type,
            sequence: self.sequence as u16,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
        };
        VideoPacket { fields, index: self.sequence, descriptor, payload }
    }

    /// The payload descriptor, and for VP8 the first byte of the frame.
    fn payload_header(
        &self,
        (spatial, temporal): (u8, u8),
        key: bool,
        (start, end): (bool, bool),
        references: &[Made],
    ) -> Vec<u8> {
        let [high, low] = (self.picture_id | 0x8000).to_be_bytes();
        match self.format {
            Format::Vp8 | Format::Vp8Described => {
                let sync = temporal > 0 && references.len() == 1;
                let layers = temporal << 6 | if sync { 0x20 } else { 0 };
                let first = 0x80 | if start { 0x10 } else { 0 };
                vec![first, 0xe0, high, low, self.tl0_pic_idx, layers, u8::from(!key)]
            }
            Format::Vp9 => {
                let flags = [(0x40, !key), (0x08, start), (0x04, end)];
                let first = flags.iter().filter(|(_, set)| *set).fold(0xa0, |first, (flag, _)| first | flag);
                let inter_layer = spatial > 0 && (key || self.prediction == Prediction::Full);
                let switching_up = temporal == 0 || temporal == 1;
                let layer = temporal << 5 | u8::from(switching_up) << 4 | spatial << 1 | u8::from(inter_layer);
                vec![first, high, low, layer, self.tl0_pic_idx]
            }
            Format::Av1 => vec![0],
        }
    }

    fn descriptor(&self, layer: (u8, u8), key: bool, (start, end): (bool, bool), references: &[Made]) -> Vec<u8> {
        let offset = (self.ssrc % 64) as u8;
        let templates = self.templates();
        // Both a layer's key frame and its later ones have a template; of the first layer the key frame's comes first.
        let mut indices = (0..).zip(&templates).filter(|(_, template)| template.layer == layer).map(|(index, _)| index);
        let (first, second) = (indices.next().expect("a template"), indices.next());
        let template = if key { first } else { second.unwrap_or(first) };
        if key && start && layer.0 == 0 {
            return descriptor::key_frame(&templates, offset, self.frame_number, end);
        }
        let distances: Vec<u16> =
            references.iter().map(|(_, number)| self.frame_number.wrapping_sub(*number)).collect();
        descriptor::frame((start, end), offset + template, self.frame_number, Some(&distances))
    }

    fn templates(&self) -> Vec<Template> {
        let spatial_layers = self.format.spatial_layers();
        let layers = (0..spatial_layers).flat_map(|spatial| [(spatial, 0), (spatial, 0), (spatial, 1), (spatial, 2)]);
        layers
            .enumerate()
            .map(|(index, layer)| {
                let key = index % 4 == 0;
                let targets = (0..spatial_layers).flat_map(|spatial| (0..3).map(move |temporal| (spatial, temporal)));
                let indications = targets.map(|target| self.indication(layer, target, key)).collect();
                Template { layer, indications, references: Vec::new() }
            })
            .collect()
    }

    fn indication(&self, layer: (u8, u8), target: (u8, u8), key: bool) -> char {
        let inherits = key || self.prediction == Prediction::Full;
        if target.1 < layer.1 || target.0 < layer.0 || (target.0 > layer.0 && !inherits) {
            return '-';
        }
        let discardable = layer.1 > 0 && target.1 == layer.1 && target.0 == layer.0;
        // Of VP8 only key frames allow to move up for certain: later ones may lack their layer sync.
        let may_lack_sync = self.format == Format::Vp8Described && target.1 > layer.1;
        match (key, discardable) {
            (true, _) => 'S',
            (_, true) => 'D',
            _ if may_lack_sync => 'R',
            _ => 'S',
        }
    }
}
