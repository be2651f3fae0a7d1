//! Contexts and packets for the tests of this crate.

use tureen_srtp::{Inbound, MasterKey, Outbound, Profile};

pub const SSRC: u32 = 0x1020_3040;

/// Both ends of one direction.
pub fn pair(profile: Profile) -> (Outbound, Inbound) {
    let key: Vec<u8> = (0..profile.key_len() as u8).map(|i| i.wrapping_mul(37)).collect();
    let salt: Vec<u8> = (0..profile.salt_len() as u8).map(|i| i.wrapping_mul(91)).collect();
    let master = MasterKey { key: &key, salt: &salt };
    (Outbound::new(profile, master).unwrap(), Inbound::new(profile, master).unwrap())
}

/// A plain RTP header of `len` bytes, what follows the fixed part being arbitrary.
pub fn header(sequence: u16, len: usize) -> Vec<u8> {
    let mut header = vec![0xbe; len];
    header[..4].copy_from_slice(&[0x90, 96, (sequence >> 8) as u8, sequence as u8]);
    header[8..12].copy_from_slice(&SSRC.to_be_bytes());
    header
}

/// The sealed packet of this index with a plain header.
pub fn seal(outbound: &Outbound, index: u64, payload: &[u8], padding: &[u8]) -> Vec<u8> {
    let header = header(index as u16, 12);
    let mut out = vec![0; 12 + payload.len() + padding.len() + outbound.profile().rtp_overhead()];
    out[..12].copy_from_slice(&header);
    let len = outbound.seal_rtp(SSRC, index, &mut out, 12, payload, padding).unwrap();
    assert_eq!(len, out.len());
    out
}

/// A receiver report of `blocks` arbitrary blocks.
pub fn report(ssrc: u32, blocks: usize) -> Vec<u8> {
    let mut packet = vec![0x80 | blocks as u8, 201, 0, 1 + 6 * blocks as u8];
    packet.extend(ssrc.to_be_bytes());
    packet.extend((0..24 * blocks).map(|i| i as u8));
    packet
}

/// The sealed form of an RTCP packet.
pub fn seal_rtcp(outbound: &mut Outbound, packet: &[u8]) -> Vec<u8> {
    let mut out = vec![0; packet.len() + outbound.profile().rtcp_overhead()];
    assert_eq!(outbound.seal_rtcp(packet, &mut out), Ok(out.len()));
    out
}
