//! What forwarding needs to know of payloads: where key frames start, which layer a frame belongs to, the numbers that must
//! go on across layer switches, and redundant sound. Nothing is decoded and nothing is allocated.
//!
//! ```text
//! is_key_frame_start(codec, payload)        any codec, from the RTP payload alone
//! vp8::Descriptor, vp9::Descriptor          parsed once per packet, kept with it
//! vp8::rewrite, vp9::rewrite                new picture ids in place, at the same width
//! red::Blocks, red::write                   earlier sound in front of a packet's own
//! dependency_descriptor::Descriptor         the layer of a frame of any codec, from a header extension
//! ```
//!
//! Payloads may be end-to-end encrypted or hostile: an answer may then be wrong, but it is always an answer.

pub mod av1;
mod bits;
pub mod dependency_descriptor;
mod error;
pub mod h264;
pub mod h265;
mod picture_id;
pub mod red;
mod video_codec;
pub mod vp8;
pub mod vp9;

pub use error::CodecError;
pub use picture_id::PictureId;
pub use video_codec::VideoCodec;

/// Whether a key frame starts in this RTP payload (without padding), so that a receiver may start here.
///
/// For codecs with parameter sets ([`VideoCodec::has_parameter_sets`]) it is true for those too, so more than one packet
/// of a key frame may answer true, and the first one counts.
pub fn is_key_frame_start(codec: VideoCodec, payload: &[u8]) -> bool {
    match codec {
        VideoCodec::Vp8 => vp8::is_key_frame_start(payload),
        VideoCodec::Vp9 => vp9::is_key_frame_start(payload),
        VideoCodec::H264 => h264::is_key_frame_start(payload),
        VideoCodec::H265 => h265::is_key_frame_start(payload),
        VideoCodec::Av1 => av1::is_key_frame_start(payload),
    }
}
