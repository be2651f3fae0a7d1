//! The parsers take any bytes of any length: the bodies of the fuzz targets, on random and on nearly valid input.

#[path = "../../fuzz/bodies/rtp.rs"]
mod bodies;
#[path = "../../fuzz/bodies/seeds.rs"]
mod seeds;

use proptest::collection::vec;
use proptest::prelude::*;

/// A first byte of version 2 and a body, long enough for every kind of header.
fn rtp_like() -> impl Strategy<Value = Vec<u8>> {
    let profile = prop_oneof![Just([0xbe, 0xde]), (0..16u8).prop_map(|bits| [0x10, bits]), any::<[u8; 2]>()];
    (0x80..0xc0u8, vec(any::<u8>(), 11), profile, 0..12u8, vec(any::<u8>(), 0..80)).prop_map(
        |(first, fixed, profile, words, rest)| {
            let csrcs = vec![7; 4 * usize::from(first & 0x0f)];
            [&[first][..], &fixed, &csrcs, &profile, &[0, words], &rest].concat()
        },
    )
}

/// Packets with a true length and a known type; what is in them is random, with many small numbers.
fn rtcp_like() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![2 => any::<u8>(), 1 => 0..8u8];
    let body = vec(byte, 0..30).prop_map(|mut body| {
        body.resize(body.len().next_multiple_of(4), 0);
        body
    });
    let count = prop_oneof![Just(15u8), Just(1), Just(4), 0..32u8];
    let packet = (count, 200..208u8, any::<bool>(), body).prop_map(|(count, packet_type, padded, body)| {
        let first = 0x80 | count | if padded { 0x20 } else { 0 };
        [&[first, packet_type, 0, (body.len() / 4) as u8][..], &body].concat()
    });
    vec(packet, 0..5).prop_map(|packets| packets.concat())
}

#[test]
fn seeds_are_read() {
    seeds::replay("rtp_packet", bodies::packet);
    seeds::replay("rtcp", bodies::rtcp);
    seeds::replay("transport_cc", bodies::arrivals);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn made_up_arrivals_are_reported_once(data in vec(any::<u8>(), 0..400)) {
        bodies::arrivals(&data);
    }

    #[test]
    fn rtp_never_panics(data in prop_oneof![vec(any::<u8>(), 0..200), rtp_like()]) {
        bodies::packet(&data);
    }

    #[test]
    fn rtp_never_panics_when_truncated(data in rtp_like()) {
        (0..data.len()).for_each(|len| bodies::packet(&data[..len]));
    }

    #[test]
    fn rtcp_never_panics(data in prop_oneof![vec(any::<u8>(), 0..200), rtcp_like()]) {
        bodies::rtcp(&data);
    }

    #[test]
    fn rtcp_never_panics_when_truncated(data in rtcp_like()) {
        (0..data.len()).for_each(|len| bodies::rtcp(&data[..len]));
    }
}
