//! The media server takes any bytes of any length: the bodies of the fuzz targets, on their seeds, on random and on nearly
//! valid input.

#[path = "../../fuzz/bodies/seeds.rs"]
mod seeds;
#[path = "../../fuzz/bodies/sfu.rs"]
mod sfu;
#[path = "../../fuzz/bodies/shard.rs"]
mod shard;

use proptest::collection::vec;
use proptest::prelude::*;

/// A header of STUN with a true length, and attributes that are nearly right.
fn stun_like() -> impl Strategy<Value = Vec<u8>> {
    let attribute =
        (prop_oneof![Just([0, 6]), Just([0, 8]), Just([0x80, 0x28]), any::<[u8; 2]>()], vec(any::<u8>(), 0..40));
    vec(attribute, 0..6).prop_map(|attributes| {
        let mut body = Vec::new();
        for (kind, value) in attributes {
            body.extend(kind);
            body.extend((value.len() as u16).to_be_bytes());
            body.extend(&value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let header = [0, 1, (body.len() >> 8) as u8, body.len() as u8, 0x21, 0x12, 0xa4, 0x42];
        [&header[..], &[7; 12], &body].concat()
    })
}

/// One item of the shard's input: who, and what, of the kinds that go through the first byte.
fn item() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![0..4u8, 20..64u8, 128..192u8, any::<u8>()];
    let second = prop_oneof![192..224u8, any::<u8>()];
    (any::<u8>(), first, second, vec(any::<u8>(), 0..150))
        .prop_map(|(who, first, second, rest)| [&[who, rest.len() as u8 + 2, first, second][..], &rest].concat())
}

#[test]
fn seeds_are_survived() {
    seeds::replay("stun", sfu::stun);
    seeds::replay("dcep", sfu::dcep);
    seeds::replay("sctp_window", sfu::sctp_window);
    seeds::replay("shard", shard::datagrams);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn parsers_never_panic(data in prop_oneof![vec(any::<u8>(), 0..200), stun_like()]) {
        for body in [sfu::stun, sfu::dcep, sfu::sctp_window] {
            body(&data);
        }
        let opens = [&[3, 0x81][..], &data].concat();
        sfu::dcep(&opens);
    }

    #[test]
    fn parsers_never_panic_when_truncated(data in stun_like()) {
        for len in 0..data.len() {
            sfu::stun(&data[..len]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn a_call_goes_on(codec: u8, items in vec(item(), 0..30)) {
        shard::datagrams(&[&[codec][..], &items.concat()].concat());
    }
}
