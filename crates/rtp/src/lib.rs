//! RTP and RTCP wire formats (RFC 3550, RFC 4585, RFC 5104, RFC 8285): packets, header extensions, sequence numbers and
//! reception statistics.
//!
//! Sans-IO, without a clock, and without allocation on the packet path. Parsers look at bytes in place and return views;
//! writers fill a slice that the caller gives. Functions that take bytes from the network end in `_untrusted`; what they
//! return can be read without further checks.
//!
//! ```text
//! datagram ─▶ RtpHeader::parse_untrusted ─▶ extension() / extensions() / payload()
//!          ─▶ rtcp::packets_untrusted    ─▶ Packet::{SenderReport, Nack, TransportCc, ...}
//! ```

mod big_endian;
pub mod extension;
pub mod packet;
pub mod receiver;
pub mod rtcp;
pub mod sequence;

pub use extension::Extensions;
pub use packet::{HeaderFields, RtpError, RtpHeader, append_padding, set_padding_bit, write_header};
pub use rtcp::RtcpError;
