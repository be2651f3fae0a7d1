use std::fmt;

/// Why a payload does not start with the descriptor of its codec, or why a dependency descriptor is none. It concerns that packet only: drop it, count it, go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodecError(pub(crate) &'static str);

impl CodecError {
    pub(crate) const NO_STRUCTURE: Self = Self("needs a structure that did not come yet");
    pub(crate) const NO_TEMPLATE: Self = Self("names a template that the structure lacks");

    /// Whether a dependency descriptor may be readable once the structure comes that it was made with.
    pub fn awaits_structure(self) -> bool {
        self == Self::NO_STRUCTURE || self == Self::NO_TEMPLATE
    }

    /// What is wrong, for counters and logs.
    pub const fn reason(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed payload, drop its packet: {}", self.0)
    }
}

impl std::error::Error for CodecError {}
