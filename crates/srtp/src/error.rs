use std::fmt;

/// Why a packet was not sealed or not opened. All but [`SrtpError::KeyLength`] and [`SrtpError::IndexExhausted`]
/// concern one packet only: drop it, count it by [`SrtpError::code`], go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SrtpError {
    /// Master key or salt do not have the profile's lengths. The caller's fault; final for this context.
    KeyLength,
    /// The packet cannot hold its header, tag and index. The sender's fault.
    TooShort,
    /// This index was accepted before, or is older than the replay window. Duplicates of the network do this too.
    Replayed,
    /// The tag does not match: forged, damaged, of other keys, or of a roll-over that was missed.
    Unauthentic,
    /// An SRTCP packet without the E flag; browsers always encrypt.
    Unencrypted,
    /// The output buffer is too small for the packet and its tag. The caller's fault.
    NoRoom,
    /// All indices of this SSRC or of SRTCP are used up: new keys are needed, so close the transport.
    IndexExhausted,
    /// The crypto library refused; there is no memory for a key, or the packet has an absurd length.
    Backend,
}

impl SrtpError {
    /// A stable name for counters and logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyLength => "srtp.key_length",
            Self::TooShort => "srtp.too_short",
            Self::Replayed => "srtp.replayed",
            Self::Unauthentic => "srtp.unauthentic",
            Self::Unencrypted => "srtp.unencrypted",
            Self::NoRoom => "srtp.no_room",
            Self::IndexExhausted => "srtp.index_exhausted",
            Self::Backend => "srtp.backend",
        }
    }
}

impl fmt::Display for SrtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyLength => "master key or salt has the wrong length: pass the profile's key_len() and salt_len()",
            Self::TooShort => "packet is shorter than header, tag and index need: drop it",
            Self::Replayed => "packet was seen before or is older than the replay window: drop it",
            Self::Unauthentic => "authentication tag does not match: drop the packet",
            Self::Unencrypted => "SRTCP packet is not encrypted (E flag is 0): drop it",
            Self::NoRoom => "output has no room for packet and tag: pass a buffer longer by the profile's overhead",
            Self::IndexExhausted => "packet indices are used up: the transport needs new keys",
            Self::Backend => "the crypto library refused the operation: drop the packet",
        })
    }
}

impl std::error::Error for SrtpError {}
