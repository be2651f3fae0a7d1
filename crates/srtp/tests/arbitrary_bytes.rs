//! SRTP and SRTCP take any bytes of any length: the bodies of the fuzz targets.

#[path = "../../fuzz/bodies/srtp.rs"]
mod bodies;
#[path = "../../fuzz/bodies/seeds.rs"]
mod seeds;

use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn seeds_are_refused() {
    seeds::replay("srtp", bodies::rtp);
    seeds::replay("srtcp", bodies::rtcp);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn arbitrary_bytes_are_refused(data in vec(any::<u8>(), 0..120)) {
        bodies::rtp(&data);
        bodies::rtcp(&data);
    }
}
