//! AES in counter mode with HMAC-SHA1, tag of 80 bits (RFC 3711, sections 4.1.1 and 4.2).
//!
//! ```text
//!   SRTP    header | ciphertext | tag over all before it and the roll-over counter
//!   SRTCP   first 8 bytes | ciphertext | E flag and index | tag over all before it
//! ```

use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

use crate::kdf::SessionKeys;
use crate::{RTCP_ENCRYPTED, RTCP_HEADER, RTCP_INDEX, SrtpError};

const TAG: usize = 10;

/// AES key schedule and HMAC state, both set up once, and the salt.
pub(crate) struct Cm {
    aes: EncryptingKey,
    hmac: hmac::Key,
    salt: [u8; 14],
}

impl Cm {
    pub(crate) fn new(keys: &SessionKeys) -> Result<Self, SrtpError> {
        let aes = UnboundCipherKey::new(&AES_128, keys.key()).map_err(|_| SrtpError::Backend)?;
        Ok(Self {
            aes: EncryptingKey::ctr(aes).map_err(|_| SrtpError::Backend)?,
            hmac: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, keys.auth()),
            salt: *keys.salt(),
        })
    }

    /// Encrypts or decrypts: the key stream of this SSRC and index is the same both ways (RFC 3711, section 4.1.1;
    /// SRTCP indices have 31 bits and stand in the same place).
    fn apply_keystream(&self, ssrc: u32, index: u64, body: &mut [u8]) -> Result<(), SrtpError> {
        let mut iv = [0; 16];
        iv[6..14].copy_from_slice(&index.to_be_bytes());
        iv[4..8].copy_from_slice(&ssrc.to_be_bytes());
        for (byte, salt) in iv.iter_mut().zip(self.salt) {
            *byte ^= salt;
        }
        let context = EncryptionContext::Iv128(FixedLength::from(iv));
        self.aes.less_safe_encrypt(body, context).map_err(|_| SrtpError::Backend)?;
        Ok(())
    }

    fn rtp_tag(&self, index: u64, authenticated: &[u8]) -> hmac::Tag {
        let rollovers = (index >> 16) as u32;
        let mut context = hmac::Context::with_key(&self.hmac);
        context.update(authenticated);
        context.update(&rollovers.to_be_bytes());
        context.sign()
    }

    /// Payload and padding are copied behind the header, then encrypted in place: the counter mode at hand has no other
    /// way.
    pub(crate) fn seal_rtp(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        payload: &[u8],
        padding: &[u8],
    ) -> Result<usize, SrtpError> {
        let len = header_len + payload.len() + padding.len();
        let body = out.get_mut(..len + TAG).ok_or(SrtpError::NoRoom)?.get_mut(header_len..len);
        let (payload_out, padding_out) = body.ok_or(SrtpError::NoRoom)?.split_at_mut(payload.len());
        payload_out.copy_from_slice(payload);
        padding_out.copy_from_slice(padding);
        self.seal_rtp_in_place(ssrc, index, out, header_len, len)
    }

    pub(crate) fn seal_rtp_in_place(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        len: usize,
    ) -> Result<usize, SrtpError> {
        let (packet, tag) = out.get_mut(..len + TAG).ok_or(SrtpError::NoRoom)?.split_at_mut(len);
        self.apply_keystream(ssrc, index, &mut packet[header_len..])?;
        tag.copy_from_slice(&self.rtp_tag(index, packet).as_ref()[..TAG]);
        Ok(len + TAG)
    }

    pub(crate) fn open_rtp_untrusted(
        &self,
        ssrc: u32,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
    ) -> Result<usize, SrtpError> {
        let len = packet.len().checked_sub(TAG).ok_or(SrtpError::TooShort)?;
        if len < header_len {
            return Err(SrtpError::TooShort);
        }
        let (packet, tag) = packet.split_at_mut(len);
        verify(&self.rtp_tag(index, packet), tag)?;
        self.apply_keystream(ssrc, index, &mut packet[header_len..])?;
        Ok(len)
    }

    pub(crate) fn seal_rtcp(&self, ssrc: u32, index: u32, packet: &[u8], out: &mut [u8]) -> Result<usize, SrtpError> {
        if packet.len() < RTCP_HEADER {
            return Err(SrtpError::TooShort);
        }
        let authenticated = packet.len() + RTCP_INDEX;
        let out = out.get_mut(..authenticated + TAG).ok_or(SrtpError::NoRoom)?;
        let (sealed, tag) = out.split_at_mut(authenticated);
        let (body, word) = sealed.split_at_mut(packet.len());
        body.copy_from_slice(packet);
        self.apply_keystream(ssrc, index.into(), &mut body[RTCP_HEADER..])?;
        word.copy_from_slice(&(index | RTCP_ENCRYPTED).to_be_bytes());
        tag.copy_from_slice(&hmac::sign(&self.hmac, sealed).as_ref()[..TAG]);
        Ok(authenticated + TAG)
    }

    pub(crate) fn open_rtcp_untrusted(&self, ssrc: u32, index: u32, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let len = packet.len().checked_sub(RTCP_INDEX + TAG).ok_or(SrtpError::TooShort)?;
        if len < RTCP_HEADER {
            return Err(SrtpError::TooShort);
        }
        let (sealed, tag) = packet.split_at_mut(len + RTCP_INDEX);
        verify(&hmac::sign(&self.hmac, sealed), tag)?;
        self.apply_keystream(ssrc, index.into(), &mut sealed[RTCP_HEADER..len])?;
        Ok(len)
    }

    /// Where a packet's index word begins, counted from the packet's end.
    pub(crate) const RTCP_WORD_FROM_END: usize = RTCP_INDEX + TAG;
}

/// Compares the first 80 bits in constant time.
fn verify(expected: &hmac::Tag, tag: &[u8]) -> Result<(), SrtpError> {
    verify_slices_are_equal(&expected.as_ref()[..TAG], tag).map_err(|_| SrtpError::Unauthentic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;
    use crate::vectors::hex;

    fn cm() -> Cm {
        let (key, salt) = (hex("2B7E151628AED2A6ABF7158809CF4F3C"), hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
        Cm::new(&SessionKeys::from_parts(Profile::Aes128CmSha1_80, &key, &[3; 20], &salt)).unwrap()
    }

    #[test]
    fn rfc_3711_appendix_b2() {
        let mut stream = vec![0; 65_282 * 16];
        cm().apply_keystream(0, 0, &mut stream).unwrap();
        let first =
            "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0";
        assert_eq!(stream[..48], hex(first));
        let last = "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44";
        assert_eq!(stream[stream.len() - 48..], hex(last));
    }

    #[test]
    fn tag_covers_the_rollover_counter() {
        let mut out = [0x80; 64];
        let len = cm().seal_rtp_in_place(1, 5, &mut out, 12, 30).unwrap();
        let later = cm().open_rtp_untrusted(1, 5 + (1 << 16), &mut out[..len], 12);
        assert_eq!(later, Err(SrtpError::Unauthentic));
        assert_eq!(cm().open_rtp_untrusted(1, 5, &mut out[..len], 12), Ok(30));
    }
}
