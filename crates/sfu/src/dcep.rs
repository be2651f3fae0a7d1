//! The Data Channel Establishment Protocol (RFC 8832): one message opens a channel, one byte confirms it.

use sctp_proto::ReliabilityType;

const MESSAGE_ACK: u8 = 0x02;
const MESSAGE_OPEN: u8 = 0x03;
const UNORDERED: u8 = 0x80;
const FIXED_LEN: usize = 12;

/// Longest label or protocol name that we take, in bytes.
const MAX_NAME: usize = 1024;

/// The answer to an open message.
pub const ACK: [u8; 1] = [MESSAGE_ACK];

/// A message that is not DCEP, or names that are too long or not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DcepError;

/// A DCEP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dcep {
    /// The peer opens a channel.
    Open(Open),
    /// The peer confirms one of ours.
    Ack,
}

/// `DATA_CHANNEL_OPEN` (RFC 8832 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Whether messages arrive in order.
    pub ordered: bool,
    /// How hard delivery is tried.
    pub reliability: Reliability,
    /// The channel's name.
    pub label: String,
    /// The subprotocol; often empty.
    pub protocol: String,
}

/// Reliability of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliability {
    /// Until it arrives.
    Reliable,
    /// With at most this many retransmissions.
    Retransmits(u32),
    /// For at most this many milliseconds.
    Lifetime(u32),
}

impl Reliability {
    /// In `sctp-proto`'s terms.
    pub fn parameters(self) -> (ReliabilityType, u32) {
        match self {
            Self::Reliable => (ReliabilityType::Reliable, 0),
            Self::Retransmits(times) => (ReliabilityType::Rexmit, times),
            Self::Lifetime(milliseconds) => (ReliabilityType::Timed, milliseconds),
        }
    }
}

/// Reads a message of the payload protocol `WebRTC DCEP`.
pub fn parse_untrusted(message: &[u8]) -> Result<Dcep, DcepError> {
    match message.first() {
        Some(&MESSAGE_ACK) => Ok(Dcep::Ack),
        Some(&MESSAGE_OPEN) => open(message).map(Dcep::Open),
        _ => Err(DcepError),
    }
}

fn open(message: &[u8]) -> Result<Open, DcepError> {
    let (fixed, names) = message.split_at_checked(FIXED_LEN).ok_or(DcepError)?;
    let channel_type = fixed[1];
    let parameter = u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]);
    let reliability = match channel_type & !UNORDERED {
        0 => Reliability::Reliable,
        1 => Reliability::Retransmits(parameter),
        2 => Reliability::Lifetime(parameter),
        _ => return Err(DcepError),
    };
    let label_len = usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
    let protocol_len = usize::from(u16::from_be_bytes([fixed[10], fixed[11]]));
    let (label, rest) = names.split_at_checked(label_len).ok_or(DcepError)?;
    let protocol = rest.get(..protocol_len).ok_or(DcepError)?;
    let ordered = channel_type & UNORDERED == 0;
    Ok(Open { ordered, reliability, label: name(label)?, protocol: name(protocol)? })
}

fn name(bytes: &[u8]) -> Result<String, DcepError> {
    if bytes.len() > MAX_NAME {
        return Err(DcepError);
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| DcepError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(channel_type: u8, parameter: u32, label: &[u8], protocol: &[u8]) -> Vec<u8> {
        let mut message = vec![MESSAGE_OPEN, channel_type, 0, 0];
        message.extend(parameter.to_be_bytes());
        message.extend((label.len() as u16).to_be_bytes());
        message.extend((protocol.len() as u16).to_be_bytes());
        message.extend(label);
        message.extend(protocol);
        message
    }

    #[test]
    fn lossy_channel_of_a_browser_is_read() {
        let open = Open {
            ordered: false,
            reliability: Reliability::Retransmits(0),
            label: "_lossy".into(),
            protocol: String::new(),
        };
        assert_eq!(parse_untrusted(&encode(0x81, 0, b"_lossy", b"")), Ok(Dcep::Open(open)));
    }

    #[test]
    fn every_truncation_is_refused() {
        let whole = encode(0, 0, b"label", b"protocol");
        for len in 1..whole.len() {
            assert_eq!(parse_untrusted(&whole[..len]), Err(DcepError), "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = parse_untrusted(&bytes);
        }
    }
}
