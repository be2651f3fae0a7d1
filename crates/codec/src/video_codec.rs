/// A video codec whose payload format is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
    /// RFC 6184.
    H264,
    /// RFC 7798.
    H265,
    /// RTP Payload Format For AV1, version 1.0.
    Av1,
}

/// Media types as registered.
const MEDIA_TYPES: [(&str, VideoCodec); 5] = [
    ("video/VP8", VideoCodec::Vp8),
    ("video/VP9", VideoCodec::Vp9),
    ("video/H264", VideoCodec::H264),
    ("video/H265", VideoCodec::H265),
    ("video/AV1", VideoCodec::Av1),
];

impl VideoCodec {
    /// Whether key frames begin with parameter sets, often in packets of their own: then more than one packet of a key
    /// frame answers that it starts here, and only the first one of them is where a receiver may start.
    pub fn has_parameter_sets(self) -> bool {
        matches!(self, Self::H264 | Self::H265)
    }

    /// The codec of a media type such as `video/VP8`, in any case; `None` for sound, repair formats and unknown ones.
    pub fn from_mime(media_type: &str) -> Option<Self> {
        MEDIA_TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(media_type)).map(|(_, codec)| *codec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_known_in_any_case() {
        for (name, codec) in MEDIA_TYPES {
            assert_eq!(VideoCodec::from_mime(&name.to_lowercase()), Some(codec));
            assert_eq!(VideoCodec::from_mime(name), Some(codec));
        }
        for other in ["audio/opus", "video/rtx", "VP8", ""] {
            assert_eq!(VideoCodec::from_mime(other), None);
        }
    }
}
