//! A call of three on one shard, and arbitrary datagrams.
#![no_main]

#[path = "../bodies/shard.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::datagrams(data));
