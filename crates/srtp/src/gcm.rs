//! AES-GCM for SRTP and SRTCP (RFC 7714).
//!
//! ```text
//!   SRTP    header (AAD) | ciphertext | tag
//!   SRTCP   first 8 bytes (AAD) | ciphertext | tag | E flag and index (AAD)
//! ```

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::kdf::SessionKeys;
use crate::{Profile, RTCP_ENCRYPTED, RTCP_HEADER, RTCP_INDEX, SrtpError};

const TAG: usize = 16;
const NONCE: usize = 12;

/// One key, set up once, and its salt.
pub(crate) struct Gcm {
    key: LessSafeKey,
    salt: [u8; NONCE],
}

impl Gcm {
    pub(crate) fn new(keys: &SessionKeys) -> Result<Self, SrtpError> {
        let algorithm = if keys.profile() == Profile::AeadAes256Gcm { &AES_256_GCM } else { &AES_128_GCM };
        let key = UnboundKey::new(algorithm, keys.key()).map_err(|_| SrtpError::Backend)?;
        let mut salt = [0; NONCE];
        salt.copy_from_slice(&keys.salt()[..NONCE]);
        Ok(Self { key: LessSafeKey::new(key), salt })
    }

    /// Two zero bytes, SSRC and 48 bits of index, mixed with the salt (RFC 7714, sections 8.1 and 9.1: the SRTCP index
    /// is the same 48 bits with zeros in front).
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut nonce = [0; NONCE];
        nonce[4..].copy_from_slice(&index.to_be_bytes());
        nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
        for (byte, salt) in nonce.iter_mut().zip(self.salt) {
            *byte ^= salt;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Payload and padding go encrypted behind the header in one pass.
    pub(crate) fn seal_rtp(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        payload: &[u8],
        padding: &[u8],
    ) -> Result<usize, SrtpError> {
        let total = header_len + payload.len() + padding.len() + TAG;
        let (header, rest) = out.get_mut(..total).ok_or(SrtpError::NoRoom)?.split_at_mut(header_len);
        let (body, padding_and_tag) = rest.split_at_mut(payload.len());
        let aad = Aad::from(&*header);
        self.key
            .seal_out_of_place_scatter(self.nonce(ssrc, index), aad, payload, body, padding, padding_and_tag)
            .map_err(|_| SrtpError::Backend)?;
        Ok(total)
    }

    pub(crate) fn seal_rtp_in_place(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        len: usize,
    ) -> Result<usize, SrtpError> {
        let (header, rest) = out.get_mut(..len + TAG).ok_or(SrtpError::NoRoom)?.split_at_mut(header_len);
        let (body, tag) = rest.split_at_mut(len - header_len);
        self.key
            .seal_in_place_scatter(self.nonce(ssrc, index), Aad::from(&*header), body, &[], tag)
            .map_err(|_| SrtpError::Backend)?;
        Ok(len + TAG)
    }

    pub(crate) fn open_rtp_untrusted(
        &self,
        ssrc: u32,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
    ) -> Result<usize, SrtpError> {
        let (header, body_and_tag) = packet.split_at_mut_checked(header_len).ok_or(SrtpError::TooShort)?;
        if body_and_tag.len() < TAG {
            return Err(SrtpError::TooShort);
        }
        let plain = self
            .key
            .open_in_place(self.nonce(ssrc, index), Aad::from(&*header), body_and_tag)
            .map_err(|_| SrtpError::Unauthentic)?;
        Ok(header_len + plain.len())
    }

    pub(crate) fn seal_rtcp(&self, ssrc: u32, index: u32, packet: &[u8], out: &mut [u8]) -> Result<usize, SrtpError> {
        let (header, payload) = packet.split_at_checked(RTCP_HEADER).ok_or(SrtpError::TooShort)?;
        let total = packet.len() + TAG + RTCP_INDEX;
        let out = out.get_mut(..total).ok_or(SrtpError::NoRoom)?;
        let word = (index | RTCP_ENCRYPTED).to_be_bytes();
        let (sealed, word_out) = out.split_at_mut(total - RTCP_INDEX);
        let (header_out, rest) = sealed.split_at_mut(RTCP_HEADER);
        let (body, tag) = rest.split_at_mut(payload.len());
        self.key
            .seal_out_of_place_scatter(
                self.nonce(ssrc, index.into()),
                Aad::from(rtcp_aad(header, word)),
                payload,
                body,
                &[],
                tag,
            )
            .map_err(|_| SrtpError::Backend)?;
        header_out.copy_from_slice(header);
        word_out.copy_from_slice(&word);
        Ok(total)
    }

    pub(crate) fn open_rtcp_untrusted(&self, ssrc: u32, index: u32, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let sealed_len = packet.len().checked_sub(RTCP_INDEX).ok_or(SrtpError::TooShort)?;
        if sealed_len < RTCP_HEADER + TAG {
            return Err(SrtpError::TooShort);
        }
        let (header, body_and_tag) = packet[..sealed_len].split_at_mut(RTCP_HEADER);
        let aad = rtcp_aad(header, (index | RTCP_ENCRYPTED).to_be_bytes());
        let plain = self
            .key
            .open_in_place(self.nonce(ssrc, index.into()), Aad::from(aad), body_and_tag)
            .map_err(|_| SrtpError::Unauthentic)?;
        Ok(RTCP_HEADER + plain.len())
    }
}

/// What SRTCP authenticates besides the ciphertext: the clear header, then the word that stands last on the wire
/// (RFC 7714, section 9.2).
fn rtcp_aad(header: &[u8], word: [u8; RTCP_INDEX]) -> [u8; RTCP_HEADER + RTCP_INDEX] {
    let mut aad = [0; RTCP_HEADER + RTCP_INDEX];
    aad[..RTCP_HEADER].copy_from_slice(header);
    aad[RTCP_HEADER..].copy_from_slice(&word);
    aad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::hex;

    const RTP: &str = "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070
                       61727465 73207472 6573";
    const RTCP: &str = "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
                        deadbeef deadbeef deadbeef deadbeef deadbeef";

    struct Vector {
        profile: Profile,
        rtp: &'static str,
        rtcp: &'static str,
    }

    /// RFC 7714, sections 16.1 and 17.1 (128 bits), 16.2 and 17.2 (256 bits).
    const VECTORS: [Vector; 2] = [
        Vector {
            profile: Profile::AeadAes128Gcm,
            rtp: "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a
                  51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce",
            rtcp: "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda
                   4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4",
        },
        Vector {
            profile: Profile::AeadAes256Gcm,
            rtp: "8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02
                  76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13",
            rtcp: "81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be
                   8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4",
        },
    ];

    fn gcm(profile: Profile) -> Gcm {
        let key: Vec<u8> = (0..profile.key_len() as u8).collect();
        let salt = hex("517569642070726f2071756f");
        Gcm::new(&SessionKeys::from_parts(profile, &key, &[], &salt)).unwrap()
    }

    #[test]
    fn rfc_7714_section_16_seals_in_both_ways_and_opens() {
        let (plain, ssrc, index) = (hex(RTP), 0x5501_a0b2, 0xf17b);
        for vector in VECTORS {
            let (gcm, expected) = (gcm(vector.profile), hex(vector.rtp));
            let mut out = [0; 100];
            out[..12].copy_from_slice(&plain[..12]);
            let len = gcm.seal_rtp(ssrc, index, &mut out, 12, &plain[12..], &[]).unwrap();
            assert_eq!(out[..len], expected);
            out[..plain.len()].copy_from_slice(&plain);
            let len = gcm.seal_rtp_in_place(ssrc, index, &mut out, 12, plain.len()).unwrap();
            assert_eq!(out[..len], expected);
            let len = gcm.open_rtp_untrusted(ssrc, index, &mut out[..len], 12).unwrap();
            assert_eq!(out[..len], plain);
        }
    }

    #[test]
    fn rfc_7714_section_17_seals_and_opens() {
        let (plain, ssrc, index) = (hex(RTCP), 0x4d61_7273, 0x5d4);
        for vector in VECTORS {
            let (gcm, expected) = (gcm(vector.profile), hex(vector.rtcp));
            let mut out = [0; 100];
            let len = gcm.seal_rtcp(ssrc, index, &plain, &mut out).unwrap();
            assert_eq!(out[..len], expected);
            let len = gcm.open_rtcp_untrusted(ssrc, index, &mut out[..len]).unwrap();
            assert_eq!(out[..len], plain);
        }
    }

    #[test]
    fn padding_is_sealed_as_if_it_were_payload() {
        let gcm = gcm(Profile::AeadAes256Gcm);
        let plain = hex(RTP);
        for split in 12..=plain.len() {
            let (mut apart, mut whole) = ([0; 100], [0; 100]);
            apart[..12].copy_from_slice(&plain[..12]);
            whole[..12].copy_from_slice(&plain[..12]);
            let len = gcm.seal_rtp(7, 9, &mut apart, 12, &plain[12..split], &plain[split..]).unwrap();
            assert_eq!(gcm.seal_rtp(7, 9, &mut whole, 12, &plain[12..], &[]), Ok(len));
            assert_eq!(apart, whole);
        }
    }
}
