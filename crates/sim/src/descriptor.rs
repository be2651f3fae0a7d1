//! Dependency descriptors (RTP Payload Format For AV1, appendix A) as an encoder writes them.

/// A template: the layer of a frame, its decode target indications, and what it refers to.
#[derive(Clone, Debug)]
pub struct Template {
    /// Spatial and temporal id.
    pub layer: (u8, u8),
    /// One sign per decode target: `-` not present, `D` discardable, `S` switch, `R` required.
    pub indications: String,
    /// How many frames back each frame is that it refers to.
    pub references: Vec<u16>,
}

/// The first packet's descriptor of a key frame: template 0, with the structure. Template ids start at `offset`.
pub fn key_frame(templates: &[Template], offset: u8, number: u16, end: bool) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.mandatory((true, end), offset, number);
    bits.push(0b10000, 5);
    let targets = templates[0].indications.len();
    bits.push(offset.into(), 6);
    bits.push(targets as u32 - 1, 5);
    for pair in templates.windows(2) {
        let next = match (pair[0].layer, pair[1].layer) {
            (before, after) if before == after => 0,
            (before, after) if before.0 == after.0 => 1,
            _ => 2,
        };
        bits.push(next, 2);
    }
    bits.push(3, 2);
    for sign in templates.iter().flat_map(|template| template.indications.chars()) {
        bits.push("-DSR".find(sign).expect("an indication") as u32, 2);
    }
    for template in templates {
        for distance in &template.references {
            bits.push(1, 1);
            bits.push(u32::from(*distance) - 1, 4);
        }
        bits.push(0, 1);
    }
    // No chains: zero of `targets + 1` takes as many bits as short numbers below it have.
    bits.push(0, (targets + 1).ilog2() as usize);
    bits.push(0, 1);
    bits.bytes()
}

/// Any other packet's descriptor: mandatory fields, or references of its own.
pub fn frame((start, end): (bool, bool), template: u8, number: u16, references: Option<&[u16]>) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.mandatory((start, end), template, number);
    if let Some(references) = references {
        bits.push(0b00010, 5);
        for distance in references {
            bits.push(3, 2);
            bits.push(u32::from(*distance) - 1, 12);
        }
        bits.push(0, 2);
    }
    bits.bytes()
}

#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn mandatory(&mut self, (start, end): (bool, bool), template: u8, number: u16) {
        self.push(start.into(), 1);
        self.push(end.into(), 1);
        self.push((template % 64).into(), 6);
        self.push(number.into(), 16);
    }

    fn push(&mut self, value: u32, width: usize) {
        self.0.extend((0..width).rev().map(|bit| value >> bit & 1 == 1));
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| bits.iter().enumerate().fold(0, |sum, (at, bit)| sum | u8::from(*bit) << (7 - at));
        self.0.chunks(8).map(byte).collect()
    }
}
