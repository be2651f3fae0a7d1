//! What is sealed opens again, for every profile, in every order that a network may deliver.

use crate::packets::{SSRC, header, pair, report, seal, seal_rtcp};
use proptest::prelude::*;
use tureen_srtp::{InboundStream, Profile, SrtpError};

fn profiles() -> impl Strategy<Value = Profile> {
    prop::sample::select(Profile::ALL.to_vec())
}

proptest! {
    #[test]
    fn rtp_of_any_header_payload_and_padding(
        profile in profiles(),
        index in 0..1_u64 << 16,
        header_len in 12..120_usize,
        payload in prop::collection::vec(any::<u8>(), 0..1300),
        padding in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let (outbound, inbound) = pair(profile);
        let plain = [header(index as u16, header_len), payload.clone(), padding.clone()].concat();
        let mut out = [0x55; 1600];
        out[..header_len].copy_from_slice(&plain[..header_len]);
        let len = outbound.seal_rtp(SSRC, index, &mut out, header_len, &payload, &padding).unwrap();
        prop_assert_eq!(len, plain.len() + profile.rtp_overhead());
        prop_assert!(out[len..].iter().all(|&byte| byte == 0x55), "nothing is written behind the packet");
        prop_assert_eq!(&out[..header_len], &plain[..header_len]);

        let mut in_place = [0; 1600];
        in_place[..plain.len()].copy_from_slice(&plain);
        prop_assert_eq!(outbound.seal_rtp_in_place(SSRC, index, &mut in_place, header_len, plain.len()), Ok(len));
        prop_assert_eq!(&in_place[..len], &out[..len]);

        let mut stream = InboundStream::default();
        let opened = inbound.open_rtp(&mut stream, &mut out[..len], header_len, index as u16, SSRC);
        prop_assert_eq!(opened, Ok(plain.len()));
        prop_assert_eq!(&out[..plain.len()], &plain[..]);
        prop_assert_eq!(stream.highest(), Some(index));
    }

    #[test]
    fn rtcp_of_any_length(profile in profiles(), blocks in 0..31_usize, ssrc: u32) {
        let (mut outbound, mut inbound) = pair(profile);
        let plain = report(ssrc, blocks);
        for _ in 0..3 {
            let mut sealed = seal_rtcp(&mut outbound, &plain);
            prop_assert_eq!(&sealed[..8], &plain[..8]);
            prop_assert_eq!(inbound.open_rtcp(&mut sealed), Ok(plain.len()));
            prop_assert_eq!(&sealed[..plain.len()], &plain[..]);
        }
    }

    /// A shuffle within the window: every packet opens once, and no copy opens.
    #[test]
    fn reordering_over_a_wrap(
        profile in profiles(),
        rollovers in 0..4_u64,
        order in Just((0..200_u64).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let (outbound, inbound) = pair(profile);
        let first = (rollovers << 16) + 65_400;
        let mut stream = InboundStream::default();
        // The receiver has followed the stream up to here.
        for index in (0..first - 1).step_by(1 << 14).chain([first - 1]) {
            let mut packet = seal(&outbound, index, b"before", &[]);
            inbound.open_rtp(&mut stream, &mut packet, 12, index as u16, SSRC).unwrap();
        }
        for index in order.iter().map(|offset| first + offset) {
            let sealed = seal(&outbound, index, &index.to_be_bytes(), &[]);
            let mut packet = sealed.clone();
            prop_assert_eq!(inbound.open_rtp(&mut stream, &mut packet, 12, index as u16, SSRC), Ok(20));
            prop_assert_eq!(&packet[12..20], &index.to_be_bytes());
            let mut copy = sealed;
            let again = inbound.open_rtp(&mut stream, &mut copy, 12, index as u16, SSRC);
            prop_assert_eq!(again, Err(SrtpError::Replayed));
        }
        prop_assert_eq!(stream.highest(), Some(first + 199));
    }
}

#[test]
fn one_inbound_serves_streams_of_all_ssrcs() {
    for profile in Profile::ALL {
        let (outbound, inbound) = pair(profile);
        let mut streams: Vec<InboundStream> = (0..3).map(|_| InboundStream::default()).collect();
        for (ssrc, stream) in (10_u32..).zip(&mut streams) {
            let mut packet = header(65_535, 12);
            packet[8..].copy_from_slice(&ssrc.to_be_bytes());
            packet.extend([7; 40]);
            packet.extend([0; 16]);
            let len = outbound.seal_rtp_in_place(ssrc, 65_535, &mut packet, 12, 52).unwrap();
            assert_eq!(inbound.open_rtp(stream, &mut packet[..len], 12, 65_535, ssrc), Ok(52));
        }
    }
}

#[test]
fn rtcp_of_several_senders_is_counted_apart() {
    for profile in Profile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let mut sealed: Vec<Vec<u8>> = (0..60).map(|i| seal_rtcp(&mut outbound, &report(i % 3, 1))).collect();
        for packet in sealed.iter().rev() {
            assert_eq!(inbound.open_rtcp(&mut packet.clone()), Ok(32), "reordered within the window");
        }
        for packet in &mut sealed {
            assert_eq!(inbound.open_rtcp(packet), Err(SrtpError::Replayed));
        }
    }
}

#[test]
fn contexts_may_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let (outbound, inbound) = pair(Profile::AeadAes256Gcm);
    is_send(&outbound);
    is_send(&inbound);
}

#[test]
fn keys_do_not_show_in_debug_output() {
    let (outbound, inbound) = pair(Profile::Aes128CmSha1_80);
    assert_eq!(format!("{outbound:?}"), "Outbound { profile: Aes128CmSha1_80, .. }");
    assert_eq!(format!("{inbound:?}"), "Inbound { profile: Aes128CmSha1_80, .. }");
}
