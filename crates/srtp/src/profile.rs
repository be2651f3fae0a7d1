use crate::RTCP_INDEX;

/// An SRTP protection profile (RFC 5764, section 4.1.2 and RFC 7714, section 14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// AES-256 in GCM with a tag of 16 bytes: what today's browsers agree on.
    AeadAes256Gcm,
    /// AES-128 in GCM with a tag of 16 bytes.
    AeadAes128Gcm,
    /// AES-128 in counter mode with HMAC-SHA1, tag of 10 bytes.
    Aes128CmSha1_80,
}

impl Profile {
    /// All profiles, the preferred first.
    pub const ALL: [Self; 3] = [Self::AeadAes256Gcm, Self::AeadAes128Gcm, Self::Aes128CmSha1_80];

    /// The name, for metrics and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::Aes128CmSha1_80 => "AES128_CM_SHA1_80",
        }
    }

    /// Length of the master key and of the session encryption key, bytes.
    pub const fn key_len(self) -> usize {
        match self {
            Self::AeadAes256Gcm => 32,
            Self::AeadAes128Gcm | Self::Aes128CmSha1_80 => 16,
        }
    }

    /// Length of the master salt and of the session salt, bytes.
    pub const fn salt_len(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 12,
            Self::Aes128CmSha1_80 => 14,
        }
    }

    /// How many bytes an RTP packet grows by.
    pub const fn rtp_overhead(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 16,
            Self::Aes128CmSha1_80 => 10,
        }
    }

    /// How many bytes an RTCP packet grows by: tag and index word.
    pub const fn rtcp_overhead(self) -> usize {
        self.rtp_overhead() + RTCP_INDEX
    }
}
