//! RTP headers, header extensions and padding from arbitrary bytes.
#![no_main]

#[path = "../bodies/rtp.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::packet(data));
