//! SCTP packets of arbitrary bytes, before the association sees them.
#![no_main]

#[path = "../bodies/sfu.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::sctp_window(data));
