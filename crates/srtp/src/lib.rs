//! SRTP and SRTCP (RFC 3711, RFC 7714): what stands between a transport's RTP and the wire.
//!
//! Sans-IO and without a clock. [`Inbound`] and [`Outbound`] hold the keys of one direction of one transport and serve
//! all of its SSRCs; what belongs to one SSRC (roll-over counter, replay window) is an [`InboundStream`] that the
//! caller keeps, and for sending an index that the caller counts. Nothing is allocated per packet.
//!
//! ```text
//!                    one per transport and direction            one per SSRC
//!   receive   Inbound  { RTP keys, RTCP keys, RTCP windows }     InboundStream { ROC, highest index, window }
//!   send      Outbound { RTP keys, RTCP keys, RTCP index }       index = ROC << 16 | sequence, the caller's
//! ```
//!
//! Departures and absences: no MKI, no re-keying (DTLS-SRTP makes new keys, RFC 5764), unencrypted SRTCP (E = 0) is
//! refused although RFC 3711, section 3.4 allows it, and no header extension encryption (RFC 6904, RFC 9335).

mod cm;
mod error;
mod gcm;
mod inbound;
mod kdf;
mod outbound;
mod profile;
mod replay;
mod rollover;
mod rtcp_senders;
mod transform;
#[cfg(test)]
mod vectors;

pub use error::SrtpError;
pub use inbound::{Inbound, InboundStream};
pub use kdf::MasterKey;
pub use outbound::Outbound;
pub use profile::Profile;

/// The fixed part of an RTP header, bytes (RFC 3550, section 5.1).
const RTP_HEADER: usize = 12;
/// The part of an RTCP packet that stays in clear: first word and sender SSRC, bytes (RFC 3711, section 3.4).
const RTCP_HEADER: usize = 8;
/// The word after an SRTCP packet's ciphertext: E flag and index, bytes.
const RTCP_INDEX: usize = 4;
/// The E flag of that word: this packet is encrypted.
const RTCP_ENCRYPTED: u32 = 1 << 31;
/// RTP indices (ROC and sequence number) stay below this.
const RTP_INDEX_LIMIT: u64 = 1 << 48;
/// SRTCP indices stay below this.
const RTCP_INDEX_LIMIT: u32 = 1 << 31;
