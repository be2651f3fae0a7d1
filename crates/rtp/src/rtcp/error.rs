use std::fmt;

/// Why bytes are not RTCP. It concerns the rest of that datagram only: drop it, count it, go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RtcpError(pub(super) &'static str);

impl RtcpError {
    /// What is wrong, for counters and logs.
    pub const fn reason(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RtcpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed RTCP packet, drop the rest of its datagram: {}", self.0)
    }
}

impl std::error::Error for RtcpError {}
