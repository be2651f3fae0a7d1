use std::fmt;

use crate::kdf::{MasterKey, Traffic};
use crate::transform::Transform;
use crate::{Profile, RTCP_HEADER, RTCP_INDEX_LIMIT, RTP_HEADER, RTP_INDEX_LIMIT, SrtpError};

/// Seals what is sent to a peer: the keys of one transport's sending direction, for all SSRCs.
pub struct Outbound {
    profile: Profile,
    rtp: Transform,
    rtcp: Transform,
    /// Of the next SRTCP packet; one counter for all senders, so that no index repeats for any.
    rtcp_index: u32,
}

impl Outbound {
    /// Derives the session keys.
    ///
    /// # Errors
    /// [`SrtpError::KeyLength`] when key or salt have not the profile's length.
    pub fn new(profile: Profile, master: MasterKey<'_>) -> Result<Self, SrtpError> {
        Ok(Self {
            profile,
            rtp: Transform::new(profile, master, Traffic::Rtp)?,
            rtcp: Transform::new(profile, master, Traffic::Rtcp)?,
            rtcp_index: 0,
        })
    }

    /// The profile in use.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Seals an RTP packet and returns its length on the wire. `out[..header_len]` already holds the RTP header (fixed
    /// part, CSRCs, extension block); `payload` and then `padding` (RTP padding with its count, may be empty) land
    /// encrypted behind it, then the tag: [`Profile::rtp_overhead`] bytes more.
    ///
    /// `index` is the roll-over counter << 16 | sequence number. It must agree with the header and never repeat for
    /// this SSRC with other bytes: under GCM that gives the key away.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`] (the header is less than RTP's), [`SrtpError::NoRoom`], [`SrtpError::IndexExhausted`];
    /// in these cases `out` is unchanged.
    pub fn seal_rtp(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        payload: &[u8],
        padding: &[u8],
    ) -> Result<usize, SrtpError> {
        let len = header_len.saturating_add(payload.len()).saturating_add(padding.len());
        self.check_rtp(ssrc, index, out, header_len, len)?;
        self.rtp.seal_rtp(ssrc, index, out, header_len, payload, padding)
    }

    /// Like [`Self::seal_rtp`], when header and payload (`len` bytes in all) already stand in `out`.
    ///
    /// # Errors
    /// As [`Self::seal_rtp`].
    pub fn seal_rtp_in_place(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        len: usize,
    ) -> Result<usize, SrtpError> {
        self.check_rtp(ssrc, index, out, header_len, len)?;
        self.rtp.seal_rtp_in_place(ssrc, index, out, header_len, len)
    }

    /// Seals an RTCP packet (usually a compound) into `out` and returns its length there, which is longer by
    /// [`Profile::rtcp_overhead`]. The index is counted here.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`] (less than an RTCP header and SSRC), [`SrtpError::NoRoom`],
    /// [`SrtpError::IndexExhausted`].
    pub fn seal_rtcp(&mut self, packet: &[u8], out: &mut [u8]) -> Result<usize, SrtpError> {
        if self.rtcp_index >= RTCP_INDEX_LIMIT {
            return Err(SrtpError::IndexExhausted);
        }
        let Some(&[a, b, c, d]) = packet.get(4..RTCP_HEADER) else { return Err(SrtpError::TooShort) };
        let ssrc = u32::from_be_bytes([a, b, c, d]);
        let len = self.rtcp.seal_rtcp(ssrc, self.rtcp_index, packet, out)?;
        self.rtcp_index += 1;
        Ok(len)
    }

    fn check_rtp(&self, ssrc: u32, index: u64, out: &[u8], header_len: usize, len: usize) -> Result<(), SrtpError> {
        if header_len < RTP_HEADER || len < header_len {
            return Err(SrtpError::TooShort);
        }
        if out.len() < len.saturating_add(self.profile.rtp_overhead()) {
            return Err(SrtpError::NoRoom);
        }
        if index >= RTP_INDEX_LIMIT {
            return Err(SrtpError::IndexExhausted);
        }
        debug_assert_eq!(out[2..4], (index as u16).to_be_bytes(), "the index must end in the header's sequence number");
        debug_assert_eq!(out[8..12], ssrc.to_be_bytes(), "the SSRC must be the header's");
        Ok(())
    }
}

impl fmt::Debug for Outbound {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("profile", &self.profile).finish_non_exhaustive()
    }
}
