use std::fmt;

use crate::kdf::{MasterKey, Traffic};
use crate::replay::ReplayWindow;
use crate::rollover::guess_index;
use crate::rtcp_senders::RtcpSenders;
use crate::transform::Transform;
use crate::{Profile, RTCP_ENCRYPTED, RTCP_HEADER, RTCP_INDEX, RTP_HEADER, SrtpError};

/// Opens what a peer sends: the keys of one transport's receiving direction, for all SSRCs.
pub struct Inbound {
    profile: Profile,
    rtp: Transform,
    rtcp: Transform,
    senders: RtcpSenders,
}

/// What must be remembered of one received SSRC: roll-over counter, highest sequence number, and which of the last 256
/// packets were accepted. 40 bytes.
#[derive(Clone, Debug, Default)]
pub struct InboundStream {
    window: ReplayWindow<4>,
}

impl InboundStream {
    /// The highest index (roll-over counter << 16 | sequence number) that was accepted, if any was.
    pub fn highest(&self) -> Option<u64> {
        self.window.highest()
    }
}

impl Inbound {
    /// Derives the session keys.
    ///
    /// # Errors
    /// [`SrtpError::KeyLength`] when key or salt have not the profile's length.
    pub fn new(profile: Profile, master: MasterKey<'_>) -> Result<Self, SrtpError> {
        Ok(Self {
            profile,
            rtp: Transform::new(profile, master, Traffic::Rtp)?,
            rtcp: Transform::new(profile, master, Traffic::Rtcp)?,
            senders: RtcpSenders::default(),
        })
    }

    /// The profile in use.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Authenticates and decrypts an SRTP packet in place and returns the length of header and payload (RFC 3711,
    /// section 3.3). `header_len` covers the fixed header, CSRCs and the extension block; `sequence` and `ssrc` are the
    /// header's.
    ///
    /// After an error the stream is as it was, but the bytes behind the header may be lost.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`], [`SrtpError::Replayed`], [`SrtpError::Unauthentic`], [`SrtpError::IndexExhausted`].
    pub fn open_rtp(
        &self,
        stream: &mut InboundStream,
        packet: &mut [u8],
        header_len: usize,
        sequence: u16,
        ssrc: u32,
    ) -> Result<usize, SrtpError> {
        if header_len < RTP_HEADER || packet.len() < header_len {
            return Err(SrtpError::TooShort);
        }
        let index = guess_index(stream.window.highest(), sequence)?;
        if !stream.window.check(index) {
            return Err(SrtpError::Replayed);
        }
        let len = self.rtp.open_rtp_untrusted(ssrc, index, packet, header_len)?;
        stream.window.accept(index);
        Ok(len)
    }

    /// Authenticates and decrypts an SRTCP packet (usually a compound) in place and returns the plain length (RFC 3711,
    /// section 3.4). The sender is the SSRC of the first packet in the compound.
    ///
    /// After an error the replay windows are as they were, but the bytes behind the header may be lost.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`], [`SrtpError::Unencrypted`], [`SrtpError::Replayed`], [`SrtpError::Unauthentic`].
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        if packet.len() < RTCP_HEADER + self.profile.rtcp_overhead() {
            return Err(SrtpError::TooShort);
        }
        let ssrc = word(packet, 4);
        let protection = word(packet, packet.len() - self.rtcp.rtcp_word_from_end());
        if protection & RTCP_ENCRYPTED == 0 {
            return Err(SrtpError::Unencrypted);
        }
        let index = protection & !RTCP_ENCRYPTED;
        if !self.senders.check(ssrc, index) {
            return Err(SrtpError::Replayed);
        }
        let len = self.rtcp.open_rtcp_untrusted(ssrc, index, packet)?;
        self.senders.accept(ssrc, index);
        Ok(len)
    }
}

impl fmt::Debug for Inbound {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// The big-endian word at `offset`, which the caller has checked to be inside.
fn word(packet: &[u8], offset: usize) -> u32 {
    let mut bytes = [0; RTCP_INDEX];
    bytes.copy_from_slice(&packet[offset..offset + RTCP_INDEX]);
    u32::from_be_bytes(bytes)
}
