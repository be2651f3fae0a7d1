//! What must hold for arbitrary and for damaged bytes where SRTP and SRTCP are opened. The fuzz targets and a property test
//! of the crate both run these functions, so that they are checked without a nightly compiler too.

use tureen_srtp::{Inbound, InboundStream, MasterKey, Outbound, Profile};

const KEY: [u8; 32] = [0x5a; 32];
const SALT: [u8; 14] = [0xa5; 14];
const SSRC: u32 = 0x0102_0304;
const RTP_HEADER: usize = 12;

fn master(profile: Profile) -> MasterKey<'static> {
    MasterKey { key: &KEY[..profile.key_len()], salt: &SALT[..profile.salt_len()] }
}

/// Nothing that the keys did not seal is opened, and refusing it changes no state.
pub fn rtp(data: &[u8]) {
    let Some((&header_len, packet)) = data.split_first() else { return };
    for profile in Profile::ALL {
        let inbound = Inbound::new(profile, master(profile)).expect("keys of the right length");
        let mut stream = InboundStream::default();
        let opened = inbound.open_rtp(&mut stream, &mut packet.to_vec(), header_len.into(), 7, SSRC);
        assert!(opened.is_err() && stream.highest().is_none());
        let sequence = packet.get(2..4).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
        assert!(damaged_rtp(profile, sequence, data).is_none());
    }
}

/// Seals the bytes as a payload, damages one bit of the packet or its length, and opens it; `None` if it is refused, and
/// the packet itself is accepted after that, once.
fn damaged_rtp(profile: Profile, sequence: u16, data: &[u8]) -> Option<usize> {
    let outbound = Outbound::new(profile, master(profile)).expect("keys of the right length");
    let mut sealed = vec![0; RTP_HEADER + data.len() + profile.rtp_overhead()];
    sealed[0] = 0x80;
    sealed[2..4].copy_from_slice(&sequence.to_be_bytes());
    sealed[8..12].copy_from_slice(&SSRC.to_be_bytes());
    outbound.seal_rtp(SSRC, sequence.into(), &mut sealed, RTP_HEADER, data, &[]).expect("room for the packet");
    let inbound = Inbound::new(profile, master(profile)).expect("keys of the right length");
    let mut stream = InboundStream::default();
    let mut damaged = damage(&sealed, data);
    let opened = inbound.open_rtp(&mut stream, &mut damaged, RTP_HEADER, sequence, SSRC).ok();
    let mut again = sealed.clone();
    assert_eq!(inbound.open_rtp(&mut stream, &mut again, RTP_HEADER, sequence, SSRC), Ok(RTP_HEADER + data.len()));
    assert_eq!(again[RTP_HEADER..RTP_HEADER + data.len()], *data);
    assert!(inbound.open_rtp(&mut stream, &mut sealed, RTP_HEADER, sequence, SSRC).is_err(), "a replay");
    opened
}

/// As [`rtp`], for SRTCP.
pub fn rtcp(data: &[u8]) {
    for profile in Profile::ALL {
        let mut inbound = Inbound::new(profile, master(profile)).expect("keys of the right length");
        assert!(inbound.open_rtcp(&mut data.to_vec()).is_err());
        let plain = [&[0x80, 201, 0, 1][..], &SSRC.to_be_bytes(), data].concat();
        let mut outbound = Outbound::new(profile, master(profile)).expect("keys of the right length");
        let mut sealed = vec![0; plain.len() + profile.rtcp_overhead()];
        outbound.seal_rtcp(&plain, &mut sealed).expect("room for the packet");
        assert!(inbound.open_rtcp(&mut damage(&sealed, data)).is_err());
        let mut again = sealed.clone();
        assert_eq!(inbound.open_rtcp(&mut again), Ok(plain.len()));
        assert_eq!(again[..plain.len()], plain);
        assert!(inbound.open_rtcp(&mut sealed).is_err(), "a replay");
    }
}

/// The packet with one bit or its end changed; which, the bytes say.
fn damage(packet: &[u8], how: &[u8]) -> Vec<u8> {
    let place = how.iter().fold(1usize, |place, byte| place.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let mut damaged = packet.to_vec();
    if place % 8 == 0 {
        damaged.truncate(place / 8 % packet.len());
    } else {
        damaged[place / 8 % packet.len()] ^= 1 << (place % 8);
    }
    damaged
}
