//! A model of a player: it takes what a subscriber receives and says whether a decoder could show all of it without an error
//! or a pause, as browsers judge that. It knows the truth about each frame from its payload, and checks that what the headers
//! say agrees with it.

use std::collections::{BTreeMap, HashMap, HashSet};

use tureen_codec::dependency_descriptor::{Descriptor, Structure};
use tureen_codec::{vp8, vp9};

use crate::peer::Received;
use crate::video::{Format, Truth};

/// The id of the dependency descriptor in calls that negotiate it.
pub const DESCRIPTOR_ID: u8 = 6;

/// Frames of an abandoned stream that may be missed in front of the key frame of another.
const MOST_CUT_OFF: usize = 12;

/// Ticks of 90 kHz that a picture may be after the one before: a minute.
const LONGEST_PAUSE: i32 = 60 * 90_000;

#[derive(Clone, Debug)]
struct Packet {
    timestamp: u32,
    marker: bool,
    payload: Vec<u8>,
    descriptor: Option<Vec<u8>>,
}

/// A frame that came whole.
#[derive(Clone, Debug)]
struct Frame {
    truth: Truth,
    timestamp: u32,
    marker: bool,
    payload: Vec<u8>,
    descriptor: Option<Vec<u8>>,
    /// Something without a payload stood between it and the frame before.
    after_empty: bool,
    /// The packet that is missing between it and the frame before.
    after_lost: Option<u64>,
}

impl Frame {
    /// Which stream it came from.
    fn source(&self) -> u32 {
        self.truth.frame >> 16
    }
}

/// The end of a stream that is left for another one: something of it is lost for good, and what follows of it cannot be
/// shown. The key frame of the other is at hand or on its way by then, so it costs nobody anything.
struct Cut {
    lost: u64,
    source: u32,
    /// Frames that it may have yet.
    left: usize,
}

/// A picture that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// RTP timestamp.
    pub timestamp: u32,
    /// The highest spatial layer of it.
    pub spatial: u8,
    /// Its temporal layer.
    pub temporal: u8,
    /// Which stream it came from: the upper half of its frames' numbers.
    pub source: u32,
}

/// What a player got on one SSRC.
pub struct Player {
    format: Format,
    ssrc: u32,
    packets: BTreeMap<u64, Packet>,
    highest: Option<u64>,
}

impl Player {
    /// A player of what comes on an SSRC, with retransmissions on the next one.
    pub fn new(format: Format, ssrc: u32) -> Self {
        Self { format, ssrc, packets: BTreeMap::new(), highest: None }
    }

    /// Takes a packet.
    ///
    /// # Panics
    /// If another one came under its number.
    pub fn take(&mut self, received: &Received) {
        let repaired = received.header.ssrc == self.ssrc + 1;
        // A retransmission of nothing is padding, sent to probe the path.
        if !(repaired || received.header.ssrc == self.ssrc) || repaired && received.payload.is_empty() {
            return;
        }
        let (number, payload) = if repaired {
            (u16::from_be_bytes([received.payload[0], received.payload[1]]), &received.payload[2..])
        } else {
            (received.header.sequence, &received.payload[..])
        };
        let sequence = self.extend(number);
        let packet = Packet {
            timestamp: received.header.timestamp,
            marker: received.header.marker,
            payload: payload.to_vec(),
            descriptor: received.header.extension(&received.packet, DESCRIPTOR_ID).map(<[u8]>::to_vec),
        };
        if let Some(before) = self.packets.insert(sequence, packet) {
            // What comes too late to be of use may come twice: whole when it was asked for, and without its payload.
            let same = before.payload == payload || before.payload.is_empty() || payload.is_empty();
            assert!(same, "two packets with the number {sequence}: {:x?}, {payload:x?}", before.payload);
        }
    }

    /// The numbers that are missing.
    pub fn missing(&self) -> Vec<u16> {
        let (Some(first), Some(last)) = (self.packets.keys().next(), self.packets.keys().last()) else {
            return Vec::new();
        };
        (*first..*last)
            .filter(|sequence| !self.packets.contains_key(sequence))
            .map(|sequence| sequence as u16)
            .collect()
    }

    /// Packets that came.
    pub fn len(&self) -> usize {
        self.packets.len()
    }

    /// Whether none came.
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// Plays everything. Fails with what a viewer would have noticed.
    pub fn play(&self) -> Result<Vec<Picture>, String> {
        let mut decoder = Decoder::new(self.format);
        let mut cut: Option<Cut> = None;
        for frame in self.frames() {
            let at = format!("frame {:x} of layer {:?}", frame.truth.frame, frame.truth.layer);
            if let Some(cut) = cut.take_if(|cut| frame.truth.key && frame.source() == cut.source) {
                return Err(format!("{at}: packet {} before it never came", cut.lost));
            }
            // What is lost for good in front of a key frame nobody misses.
            if frame.truth.key {
                cut = None;
            } else if let Some(lost) = frame.after_lost {
                cut.get_or_insert(Cut { lost, source: frame.source(), left: MOST_CUT_OFF });
            }
            if let Some(cut) = &mut cut {
                cut.left = cut.left.checked_sub(1).ok_or_else(|| format!("{at}: packet {} never came", cut.lost))?;
                continue;
            }
            decoder.decode(&frame).map_err(|error| format!("{at}: {error}"))?;
        }
        if let Some(cut) = cut {
            return Err(format!("packet {} never came", cut.lost));
        }
        Ok(decoder.pictures)
    }

    fn extend(&mut self, number: u16) -> u64 {
        let highest = *self.highest.get_or_insert(u64::from(number) + (1 << 32));
        let extended = highest.wrapping_add_signed(i64::from(number.wrapping_sub(highest as u16) as i16));
        self.highest = Some(highest.max(extended));
        extended
    }

    /// The frames that came whole. One whose stream went on elsewhere in its middle, or of which a part was of no use, is
    /// left out, as by a browser.
    fn frames(&self) -> Vec<Frame> {
        let mut frames: Vec<Frame> = Vec::new();
        let (mut parts, mut after_empty, mut after_lost) = (0, false, None);
        let mut open: Option<Frame> = None;
        let mut expected = self.packets.keys().next().copied().unwrap_or(0);
        for (sequence, packet) in &self.packets {
            if *sequence != expected {
                (open, after_lost) = (None, after_lost.or(Some(expected)));
            }
            expected = sequence + 1;
            if packet.payload.is_empty() {
                after_empty = true;
                continue;
            }
            let truth = Truth::decode(&packet.payload[self.format.header_len(&packet.payload)..]);
            if truth.packet.0 == 0 {
                parts = 0;
                let (payload, descriptor) = (packet.payload.clone(), packet.descriptor.clone());
                let (timestamp, marker) = (packet.timestamp, packet.marker);
                let truth = truth.clone();
                open = Some(Frame { truth, timestamp, marker, payload, descriptor, after_empty, after_lost });
                after_empty = false;
            }
            let Some(frame) = open.as_mut().filter(|frame| frame.truth.frame == truth.frame && parts == truth.packet.0)
            else {
                open = None;
                continue;
            };
            parts += 1;
            frame.marker = packet.marker;
            if parts == truth.packet.1 {
                frames.extend(open.take());
                after_lost = None;
            }
        }
        frames
    }
}

/// What a decoder and the reference finder in front of it keep.
struct Decoder {
    format: Format,
    decoded: HashSet<u32>,
    pictures: Vec<Picture>,
    last: Option<Frame>,
    picture_id: Option<u16>,
    tl0_pic_idx: u8,
    structure: Option<Box<Structure>>,
    /// Frames by their number in dependency descriptors.
    numbers: HashMap<u16, u32>,
    frame_number: Option<u16>,
}

impl Decoder {
    fn new(format: Format) -> Self {
        Self {
            format,
            decoded: HashSet::new(),
            pictures: Vec::new(),
            last: None,
            picture_id: None,
            tl0_pic_idx: 0,
            structure: None,
            numbers: HashMap::new(),
            frame_number: None,
        }
    }

    fn decode(&mut self, frame: &Frame) -> Result<(), String> {
        let truth = &frame.truth;
        if truth.key {
            self.decoded.clear();
        } else if let Some(missing) = truth.references.iter().find(|reference| !self.decoded.contains(reference)) {
            return Err(format!("refers to {missing:x}, which never came"));
        } else if self.decoded.is_empty() {
            return Err("nothing to start from".to_owned());
        }
        self.check_time(frame)?;
        self.check_picture(frame)?;
        self.check_descriptor(frame)?;
        self.decoded.insert(truth.frame);
        self.last = Some(frame.clone());
        Ok(())
    }

    fn check_time(&mut self, frame: &Frame) -> Result<(), String> {
        let (spatial, temporal) = frame.truth.layer;
        let Some(last) = &self.last else {
            self.show(frame);
            return Ok(());
        };
        let step = frame.timestamp.wrapping_sub(last.timestamp) as i32;
        if step == 0 {
            if spatial <= last.truth.layer.0 || last.marker {
                return Err("comes after the end of its picture".to_owned());
            }
            let picture = self.pictures.last_mut().expect("the picture that it belongs to");
            (picture.spatial, picture.temporal) = (spatial, temporal);
            return Ok(());
        }
        if !(1..LONGEST_PAUSE).contains(&step) {
            return Err(format!("is {step} ticks after the one before"));
        }
        if !last.marker && !frame.truth.key {
            return Err("the picture before has no end".to_owned());
        }
        self.show(frame);
        Ok(())
    }

    fn show(&mut self, frame: &Frame) {
        let ((spatial, temporal), source) = (frame.truth.layer, frame.truth.frame >> 16);
        self.pictures.push(Picture { timestamp: frame.timestamp, spatial, temporal, source });
    }

    /// What the payload says of its picture must continue; of VP8 it must be the next one.
    fn check_picture(&mut self, frame: &Frame) -> Result<(), String> {
        let Some((id, tl0)) = self.format.picture_numbers(&frame.payload) else { return Ok(()) };
        let temporal = frame.truth.layer.1;
        let Some(before) = self.picture_id.replace(id) else {
            self.tl0_pic_idx = tl0;
            return Ok(());
        };
        let step = id.wrapping_sub(before) & 0x7fff;
        let same_source = self.last.as_ref().filter(|last| last.truth.frame >> 16 == frame.truth.frame >> 16);
        let true_step = same_source.map(|last| frame.truth.picture - last.truth.picture);
        let expected = match self.format {
            // Before a key frame something may have been cut off in its middle.
            _ if frame.truth.key => (1..0x4000).contains(&step),
            Format::Vp9 => true_step == Some(step.into()),
            _ => step == 1 || (frame.after_empty && step < 100),
        };
        if !expected {
            return Err(format!("has picture id {id} after {before}"));
        }
        let new_picture = step > 0;
        let tl0_step = tl0.wrapping_sub(self.tl0_pic_idx);
        self.tl0_pic_idx = tl0;
        let cut_off = frame.truth.key && (1..100).contains(&tl0_step);
        if tl0_step != u8::from(new_picture && temporal == 0) && !cut_off {
            return Err(format!("has TL0PICIDX {tl0}, {tl0_step} after the one before"));
        }
        Ok(())
    }

    /// Frame numbers must rise, and what they refer to must be what the frame refers to.
    fn check_descriptor(&mut self, frame: &Frame) -> Result<(), String> {
        let Some(data) = &frame.descriptor else { return Ok(()) };
        let parsed = Descriptor::parse_untrusted(data, &mut self.structure).map_err(|error| error.to_string())?;
        let number = parsed.layout.frame_number;
        if let Some(before) = self.frame_number.replace(number)
            && !(1..1000).contains(&number.wrapping_sub(before))
        {
            return Err(format!("has frame number {number} after {before}"));
        }
        if (parsed.spatial_id, parsed.temporal_id) != frame.truth.layer {
            return Err("is described as of another layer".to_owned());
        }
        let distances = parsed.references.distances().iter();
        let mut named: Vec<u32> = Vec::new();
        // Templates of key frames list no references here; others do.
        for distance in distances {
            let reference = self.numbers.get(&number.wrapping_sub(*distance));
            named.push(*reference.ok_or("is described as referring to what never came")?);
        }
        if !frame.truth.key && named != frame.truth.references {
            return Err(format!("is described as referring to {named:x?}, not {:x?}", frame.truth.references));
        }
        if let Some(mask) = parsed.layout.active_decode_targets
            && mask & 1 == 0
        {
            return Err(format!("announces {mask:b} without the lowest layer"));
        }
        self.numbers.insert(number, frame.truth.frame);
        Ok(())
    }
}

impl Format {
    fn header_len(self, payload: &[u8]) -> usize {
        match self {
            Self::Vp8 | Self::Vp8Described => {
                vp8::Descriptor::parse_untrusted(payload).expect("a VP8 descriptor").header_len + 1
            }
            Self::Vp9 => vp9::Descriptor::parse_untrusted(payload).expect("a VP9 descriptor").header_len,
            Self::Av1 => 1,
        }
    }

    fn picture_numbers(self, payload: &[u8]) -> Option<(u16, u8)> {
        let (id, tl0) = match self {
            Self::Vp8 | Self::Vp8Described => {
                let descriptor = vp8::Descriptor::parse_untrusted(payload).ok()?;
                (descriptor.picture_id, descriptor.tl0_pic_idx)
            }
            Self::Vp9 => {
                let descriptor = vp9::Descriptor::parse_untrusted(payload).ok()?;
                (descriptor.picture_id, descriptor.tl0_pic_idx)
            }
            Self::Av1 => return None,
        };
        Some((id?.0, tl0?))
    }
}
