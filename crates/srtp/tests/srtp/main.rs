//! What a peer could notice of SRTP contexts, for every profile.

mod allocation;
mod packets;
mod refusal;
mod round_trip;
