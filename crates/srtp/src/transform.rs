use crate::cm::Cm;
use crate::gcm::Gcm;
use crate::kdf::{MasterKey, SessionKeys, Traffic};
use crate::{Profile, RTCP_INDEX, SrtpError};

/// The cryptographic transform of RTP or of RTCP in one direction: the profile's cipher with its session keys.
pub(crate) enum Transform {
    Gcm(Gcm),
    /// Boxed: its key schedules would make every other transform as large as they are.
    Cm(Box<Cm>),
}

impl Transform {
    pub(crate) fn new(profile: Profile, master: MasterKey<'_>, traffic: Traffic) -> Result<Self, SrtpError> {
        let keys = SessionKeys::derive(profile, master, traffic)?;
        Ok(match profile {
            Profile::AeadAes256Gcm | Profile::AeadAes128Gcm => Self::Gcm(Gcm::new(&keys)?),
            Profile::Aes128CmSha1_80 => Self::Cm(Box::new(Cm::new(&keys)?)),
        })
    }

    pub(crate) fn seal_rtp(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        payload: &[u8],
        padding: &[u8],
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(gcm) => gcm.seal_rtp(ssrc, index, out, header_len, payload, padding),
            Self::Cm(cm) => cm.seal_rtp(ssrc, index, out, header_len, payload, padding),
        }
    }

    pub(crate) fn seal_rtp_in_place(
        &self,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
        header_len: usize,
        len: usize,
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(gcm) => gcm.seal_rtp_in_place(ssrc, index, out, header_len, len),
            Self::Cm(cm) => cm.seal_rtp_in_place(ssrc, index, out, header_len, len),
        }
    }

    pub(crate) fn open_rtp_untrusted(
        &self,
        ssrc: u32,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(gcm) => gcm.open_rtp_untrusted(ssrc, index, packet, header_len),
            Self::Cm(cm) => cm.open_rtp_untrusted(ssrc, index, packet, header_len),
        }
    }

    pub(crate) fn seal_rtcp(&self, ssrc: u32, index: u32, packet: &[u8], out: &mut [u8]) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(gcm) => gcm.seal_rtcp(ssrc, index, packet, out),
            Self::Cm(cm) => cm.seal_rtcp(ssrc, index, packet, out),
        }
    }

    pub(crate) fn open_rtcp_untrusted(&self, ssrc: u32, index: u32, packet: &mut [u8]) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(gcm) => gcm.open_rtcp_untrusted(ssrc, index, packet),
            Self::Cm(cm) => cm.open_rtcp_untrusted(ssrc, index, packet),
        }
    }

    /// Where an SRTCP packet's index word begins, counted from the packet's end: GCM puts it behind the tag, counter
    /// mode before it.
    pub(crate) fn rtcp_word_from_end(&self) -> usize {
        match self {
            Self::Gcm(_) => RTCP_INDEX,
            Self::Cm(_) => Cm::RTCP_WORD_FROM_END,
        }
    }
}
