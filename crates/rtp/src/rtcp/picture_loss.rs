//! PLI (RFC 4585, section 6.3.1): two SSRCs and nothing else.

use super::block::Block;
use super::{Packet, RtcpError, RtcpWriter, feedback_type, packet_type};
use crate::big_endian::put;

pub(super) fn parse_untrusted(block: Block<'_>) -> Result<Packet<'_>, RtcpError> {
    let (sender_ssrc, media_ssrc, _) = block.feedback()?;
    Ok(Packet::PictureLossIndication { sender_ssrc, media_ssrc })
}

impl RtcpWriter<'_> {
    /// Appends a PLI. `false`, and nothing appended, if it does not fit.
    #[must_use = "false means that the packet did not fit"]
    pub fn push_pli(&mut self, sender_ssrc: u32, media_ssrc: u32) -> bool {
        let kind = feedback_type::PICTURE_LOSS;
        let Some(body) = self.packet(packet_type::PAYLOAD_FEEDBACK, kind, 8) else { return false };
        put(body, 0, sender_ssrc.to_be_bytes());
        put(body, 4, media_ssrc.to_be_bytes());
        true
    }
}
