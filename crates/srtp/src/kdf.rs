//! Session keys from the master key (RFC 3711, section 4.3; AES-256 as in RFC 6188).

use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

use crate::{Profile, SrtpError};

/// Longest session encryption key, bytes.
const MAX_KEY: usize = 32;
/// Longest session salt, bytes.
const MAX_SALT: usize = 14;
/// HMAC-SHA1 session key, bytes (RFC 3711, section 5.2).
const AUTH_KEY: usize = 20;

/// Master key and salt of one direction, as the DTLS handshake exported them (RFC 5764, section 4.2).
#[derive(Clone, Copy)]
pub struct MasterKey<'a> {
    /// [`Profile::key_len`] bytes.
    pub key: &'a [u8],
    /// [`Profile::salt_len`] bytes.
    pub salt: &'a [u8],
}

/// What a set of session keys protects; the two sets differ by their labels only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traffic {
    Rtp,
    Rtcp,
}

impl Traffic {
    /// Labels of encryption key, authentication key and salt (RFC 3711, section 4.3.2).
    const fn labels(self) -> [u8; 3] {
        match self {
            Self::Rtp => [0, 1, 2],
            Self::Rtcp => [3, 4, 5],
        }
    }
}

/// The session keys of RTP or of RTCP; the parts have the profile's lengths.
pub(crate) struct SessionKeys {
    profile: Profile,
    key: [u8; MAX_KEY],
    auth: [u8; AUTH_KEY],
    salt: [u8; MAX_SALT],
}

impl SessionKeys {
    pub(crate) fn derive(profile: Profile, master: MasterKey<'_>, traffic: Traffic) -> Result<Self, SrtpError> {
        let kdf = Kdf::new(profile, master)?;
        let [encryption, authentication, salting] = traffic.labels();
        let mut keys = Self { profile, key: [0; MAX_KEY], auth: [0; AUTH_KEY], salt: [0; MAX_SALT] };
        kdf.derive(encryption, &mut keys.key[..profile.key_len()])?;
        kdf.derive(authentication, &mut keys.auth)?;
        kdf.derive(salting, &mut keys.salt[..profile.salt_len()])?;
        Ok(keys)
    }

    /// Session keys that were derived elsewhere: the vectors of RFC 7714 start from these.
    #[cfg(test)]
    pub(crate) fn from_parts(profile: Profile, encryption: &[u8], authentication: &[u8], salting: &[u8]) -> Self {
        let mut keys = Self { profile, key: [0; MAX_KEY], auth: [0; AUTH_KEY], salt: [0; MAX_SALT] };
        keys.key[..encryption.len()].copy_from_slice(encryption);
        keys.auth[..authentication.len()].copy_from_slice(authentication);
        keys.salt[..salting.len()].copy_from_slice(salting);
        keys
    }

    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.key[..self.profile.key_len()]
    }

    /// HMAC-SHA1 key; of no use to the AEAD profiles.
    pub(crate) fn auth(&self) -> &[u8; AUTH_KEY] {
        &self.auth
    }

    /// The salt, padded on the right with zeros where the profile's is shorter.
    pub(crate) fn salt(&self) -> &[u8; MAX_SALT] {
        &self.salt
    }
}

/// The pseudo-random function: AES in counter mode, keyed with the master key.
struct Kdf {
    prf: EncryptingKey,
    salt: [u8; 16],
}

impl Kdf {
    fn new(profile: Profile, master: MasterKey<'_>) -> Result<Self, SrtpError> {
        if master.key.len() != profile.key_len() || master.salt.len() != profile.salt_len() {
            return Err(SrtpError::KeyLength);
        }
        let aes = if profile.key_len() == 32 { &AES_256 } else { &AES_128 };
        let key = UnboundCipherKey::new(aes, master.key).map_err(|_| SrtpError::Backend)?;
        let mut salt = [0; 16];
        salt[..master.salt.len()].copy_from_slice(master.salt);
        Ok(Self { prf: EncryptingKey::ctr(key).map_err(|_| SrtpError::Backend)?, salt })
    }

    /// Fills `out` with the key of this label. The key derivation rate is 0, so `r` of RFC 3711 is 0 and only the label
    /// is mixed into the salt, as the first of its last seven bytes.
    fn derive(&self, label: u8, out: &mut [u8]) -> Result<(), SrtpError> {
        let mut iv = self.salt;
        iv[7] ^= label;
        out.fill(0);
        let context = EncryptionContext::Iv128(FixedLength::from(iv));
        self.prf.less_safe_encrypt(out, context).map_err(|_| SrtpError::Backend)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{hex, rfc3711_b3};

    #[test]
    fn rfc_3711_appendix_b3() {
        let (key, salt) = rfc3711_b3();
        let master = MasterKey { key: &key, salt: &salt };
        let keys = SessionKeys::derive(Profile::Aes128CmSha1_80, master, Traffic::Rtp).unwrap();
        assert_eq!(keys.key(), hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(keys.salt()[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
        let long = hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE");
        assert_eq!(keys.auth()[..], long[..AUTH_KEY]);
        let mut out = [0xff; 32];
        Kdf::new(Profile::Aes128CmSha1_80, master).unwrap().derive(1, &mut out).unwrap();
        assert_eq!(out[..], long);
    }

    #[test]
    fn rtp_and_rtcp_keys_differ() {
        let (key, salt) = rfc3711_b3();
        let master = MasterKey { key: &key, salt: &salt };
        let media = SessionKeys::derive(Profile::Aes128CmSha1_80, master, Traffic::Rtp).unwrap();
        let control = SessionKeys::derive(Profile::Aes128CmSha1_80, master, Traffic::Rtcp).unwrap();
        assert_ne!(media.key(), control.key());
        assert_ne!(media.auth(), control.auth());
        assert_ne!(media.salt(), control.salt());
    }

    #[test]
    fn wrong_lengths_are_refused() {
        for profile in Profile::ALL {
            let (key, salt) = ([1; 33], [2; 15]);
            let (key_len, salt_len) = (profile.key_len(), profile.salt_len());
            for (key_len, salt_len) in
                [(key_len - 1, salt_len), (key_len + 1, salt_len), (key_len, salt_len - 1), (0, 0)]
            {
                let master = MasterKey { key: &key[..key_len], salt: &salt[..salt_len] };
                let refused = SessionKeys::derive(profile, master, Traffic::Rtp).err();
                assert_eq!(refused, Some(SrtpError::KeyLength));
            }
        }
    }
}
