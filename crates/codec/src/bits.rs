use crate::CodecError;

/// Reads bits, the most significant first, and remembers how far it came.
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    /// A reader from this bit on.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Bits read so far, those before the start included.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The next bit.
    pub(crate) fn flag(&mut self) -> Result<bool, CodecError> {
        Ok(self.number(1)? == 1)
    }

    /// The next `width` bits, at most 32, as a number.
    pub(crate) fn number(&mut self, width: usize) -> Result<u32, CodecError> {
        if self.at + width > 8 * self.bytes.len() {
            return Err(CodecError("ends within a field"));
        }
        let bit = |at: usize| u32::from(self.bytes[at / 8] >> (7 - at % 8) & 1);
        let value = (self.at..self.at + width).fold(0, |value, at| value << 1 | bit(at));
        self.at += width;
        Ok(value)
    }

    /// A number below `count` (at least 1) in as few bits as it needs (AV1 specification section 4.10.7, `ns(n)`).
    pub(crate) fn below(&mut self, count: u32) -> Result<u32, CodecError> {
        let width = u32::BITS - count.leading_zeros();
        let short = (1 << width) - count;
        let value = self.number(width as usize - 1)?;
        if value < short { Ok(value) } else { Ok((value << 1) - short + self.number(1)?) }
    }
}

/// Writes the lower `width` bits of `value` over those from `at` on; what does not fit is left out.
pub(crate) fn overwrite(bytes: &mut [u8], at: usize, width: usize, value: u32) {
    for index in 0..width {
        let Some(byte) = bytes.get_mut((at + index) / 8) else { return };
        let mask = 0x80 >> ((at + index) % 8);
        if value >> (width - 1 - index) & 1 == 1 {
            *byte |= mask;
        } else {
            *byte &= !mask;
        }
    }
}
