//! SRTCP from arbitrary and damaged bytes.
#![no_main]

#[path = "../bodies/srtp.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::rtcp(data));
