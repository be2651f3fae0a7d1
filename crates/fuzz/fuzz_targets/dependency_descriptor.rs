//! Dependency descriptors of one stream from arbitrary bytes.
#![no_main]

#[path = "../bodies/codec.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::dependency_descriptor(data));
