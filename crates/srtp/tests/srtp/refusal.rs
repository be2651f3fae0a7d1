//! What must not open does not, and leaves no trace in the state.

use crate::packets::{SSRC, header, pair, report, seal, seal_rtcp};
use proptest::prelude::*;
use tureen_srtp::{Inbound, InboundStream, MasterKey, Profile, SrtpError};

#[test]
fn any_flipped_bit_of_an_rtp_packet() {
    for profile in Profile::ALL {
        let (outbound, inbound) = pair(profile);
        let sealed = seal(&outbound, 700, &[5; 33], &[0, 0, 3]);
        let mut stream = InboundStream::default();
        for bit in 0..sealed.len() * 8 {
            let mut packet = sealed.clone();
            packet[bit / 8] ^= 1 << (bit % 8);
            let sequence = u16::from_be_bytes([packet[2], packet[3]]);
            let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
            let opened = inbound.open_rtp(&mut stream, &mut packet, 12, sequence, ssrc);
            assert_eq!(opened, Err(SrtpError::Unauthentic), "{profile:?}, bit {bit}");
        }
        assert_eq!(stream.highest(), None);
        assert_eq!(inbound.open_rtp(&mut stream, &mut sealed.clone(), 12, 700, SSRC), Ok(48));
    }
}

#[test]
fn any_flipped_bit_of_an_rtcp_packet() {
    for profile in Profile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let mut sealed = seal_rtcp(&mut outbound, &report(SSRC, 1));
        for bit in 0..sealed.len() * 8 {
            let mut packet = sealed.clone();
            packet[bit / 8] ^= 1 << (bit % 8);
            let refused = inbound.open_rtcp(&mut packet).unwrap_err();
            assert!(matches!(refused, SrtpError::Unauthentic | SrtpError::Unencrypted), "{profile:?}, bit {bit}");
        }
        assert_eq!(inbound.open_rtcp(&mut sealed), Ok(32));
    }
}

#[test]
fn rtcp_without_the_encryption_flag() {
    for profile in Profile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let mut sealed = seal_rtcp(&mut outbound, &report(SSRC, 1));
        let word = sealed.len() - if profile == Profile::Aes128CmSha1_80 { 14 } else { 4 };
        sealed[word] &= 0x7f;
        assert_eq!(inbound.open_rtcp(&mut sealed), Err(SrtpError::Unencrypted));
    }
}

#[test]
fn truncated_packets_of_every_length() {
    for profile in Profile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let media = seal(&outbound, 3, &[1; 20], &[]);
        let control = seal_rtcp(&mut outbound, &report(SSRC, 1));
        let mut stream = InboundStream::default();
        for len in 0..media.len() {
            let opened = inbound.open_rtp(&mut stream, &mut media.clone()[..len], 12, 3, SSRC);
            let short = len < 12 + profile.rtp_overhead();
            assert_eq!(opened, Err(if short { SrtpError::TooShort } else { SrtpError::Unauthentic }));
        }
        for len in 0..control.len() {
            assert!(inbound.open_rtcp(&mut control.clone()[..len]).is_err());
        }
        assert_eq!(inbound.open_rtp(&mut stream, &mut media.clone(), 11, 3, SSRC), Err(SrtpError::TooShort));
        assert_eq!(inbound.open_rtp(&mut stream, &mut media.clone(), 4000, 3, SSRC), Err(SrtpError::TooShort));
    }
}

#[test]
fn a_forged_roll_over_does_not_move_the_stream() {
    for profile in Profile::ALL {
        let (outbound, inbound) = pair(profile);
        let mut stream = InboundStream::default();
        let mut accept = |index: u64| {
            inbound.open_rtp(&mut stream, &mut seal(&outbound, index, &[9; 10], &[]), 12, index as u16, SSRC)
        };
        assert_eq!(accept(40_000), Ok(22));
        // Looks like a packet after the wrap, but was sealed with a counter of the attacker's choice.
        for rollovers in [0, 2, 3, u64::from(u32::MAX)] {
            assert_eq!(accept((rollovers << 16) + 100), Err(SrtpError::Unauthentic));
        }
        assert_eq!(accept(40_001), Ok(22));
        assert_eq!(accept(65_535), Ok(22));
        assert_eq!(accept(65_536), Ok(22));
        assert_eq!(accept(65_534), Ok(22), "back over the wrap");
        assert_eq!(accept(65_536), Err(SrtpError::Replayed));
        assert_eq!(accept(65_536 - 300), Err(SrtpError::Replayed), "older than the window");
    }
}

#[test]
fn keys_of_the_other_direction_or_of_another_profile() {
    let (outbound, _) = pair(Profile::AeadAes128Gcm);
    let sealed = seal(&outbound, 1, &[0; 50], &[]);
    let other = Inbound::new(Profile::AeadAes128Gcm, MasterKey { key: &[1; 16], salt: &[2; 12] }).unwrap();
    let opened = other.open_rtp(&mut InboundStream::default(), &mut sealed.clone(), 12, 1, SSRC);
    assert_eq!(opened, Err(SrtpError::Unauthentic));
    let (_, cm) = pair(Profile::Aes128CmSha1_80);
    let opened = cm.open_rtp(&mut InboundStream::default(), &mut sealed.clone(), 12, 1, SSRC);
    assert_eq!(opened, Err(SrtpError::Unauthentic));
}

#[test]
fn sealing_checks_room_and_index() {
    for profile in Profile::ALL {
        let (mut outbound, _) = pair(profile);
        let need = 12 + 20 + profile.rtp_overhead();
        let mut out = [0; 100];
        out[..12].copy_from_slice(&header(0, 12));
        let before = out;
        let no_room = outbound.seal_rtp(SSRC, 0, &mut out[..need - 1], 12, &[1; 15], &[0; 5]);
        assert_eq!(no_room, Err(SrtpError::NoRoom));
        assert_eq!(outbound.seal_rtp_in_place(SSRC, 0, &mut out[..need - 1], 12, 32), Err(SrtpError::NoRoom));
        assert_eq!(outbound.seal_rtp_in_place(SSRC, 0, &mut out, 12, usize::MAX), Err(SrtpError::NoRoom));
        assert_eq!(outbound.seal_rtp_in_place(SSRC, 0, &mut out, 12, 11), Err(SrtpError::TooShort));
        assert_eq!(outbound.seal_rtp(SSRC, 0, &mut out, 11, &[], &[]), Err(SrtpError::TooShort));
        assert_eq!(outbound.seal_rtp(SSRC, 1 << 48, &mut out, 12, &[], &[]), Err(SrtpError::IndexExhausted));
        assert_eq!(out, before);
        assert_eq!(outbound.seal_rtp(SSRC, 0, &mut out[..need], 12, &[1; 15], &[0; 5]), Ok(need));

        let plain = report(SSRC, 0);
        let need = plain.len() + profile.rtcp_overhead();
        assert_eq!(outbound.seal_rtcp(&plain, &mut out[..need - 1]), Err(SrtpError::NoRoom));
        assert_eq!(outbound.seal_rtcp(&plain[..7], &mut out), Err(SrtpError::TooShort));
        assert_eq!(outbound.seal_rtcp(&plain, &mut out[..need]), Ok(need));
    }
}

#[test]
fn errors_say_what_to_do_and_have_distinct_codes() {
    let all = [
        SrtpError::KeyLength,
        SrtpError::TooShort,
        SrtpError::Replayed,
        SrtpError::Unauthentic,
        SrtpError::Unencrypted,
        SrtpError::NoRoom,
        SrtpError::IndexExhausted,
        SrtpError::Backend,
    ];
    let codes: std::collections::HashSet<_> = all.iter().map(|error| error.code()).collect();
    assert_eq!(codes.len(), all.len());
    assert!(all.iter().all(|error| error.to_string().contains(':')));
}

proptest! {
    /// Garbage never opens, never panics and never moves the state.
    #[test]
    fn garbage(bytes in prop::collection::vec(any::<u8>(), 0..200), header_len in 0..220_usize, sequence: u16) {
        for profile in Profile::ALL {
            let (_, mut inbound) = pair(profile);
            let mut stream = InboundStream::default();
            prop_assert!(inbound.open_rtp(&mut stream, &mut bytes.clone(), header_len, sequence, SSRC).is_err());
            prop_assert_eq!(stream.highest(), None);
            prop_assert!(inbound.open_rtcp(&mut bytes.clone()).is_err());
        }
    }
}
