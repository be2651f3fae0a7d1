//! The parsers take any bytes of any length: the bodies of the fuzz targets.

#[path = "../../fuzz/bodies/codec.rs"]
mod bodies;
#[path = "../../fuzz/bodies/seeds.rs"]
mod seeds;

use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn seeds_are_read() {
    seeds::replay("vp8", bodies::vp8);
    seeds::replay("vp9", bodies::vp9);
    seeds::replay("h264", bodies::h264);
    seeds::replay("h265", bodies::h265);
    seeds::replay("av1", bodies::av1);
    seeds::replay("red", bodies::red);
    seeds::replay("dependency_descriptor", bodies::dependency_descriptor);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn payload_parsers_never_panic(data in vec(any::<u8>(), 0..120)) {
        for body in [bodies::vp8, bodies::vp9, bodies::h264, bodies::h265, bodies::av1, bodies::red] {
            (0..=data.len()).for_each(|len| body(&data[..len]));
        }
    }

    #[test]
    fn descriptors_never_panic(data in vec(any::<u8>(), 0..300)) {
        bodies::dependency_descriptor(&data);
    }

    #[test]
    fn descriptors_after_a_structure_never_panic(data in vec(any::<u8>(), 0..60), cut in 0..40usize) {
        let seed = include_bytes!("../../fuzz/seeds/dependency_descriptor/00");
        bodies::dependency_descriptor(&[&seed[..], &[30], &data].concat());
        let cut = cut.min(data.len());
        bodies::dependency_descriptor(&[&seed[..], &[data.len() as u8, 0xbc, 0, 1, 0x80], &data[cut..]].concat());
    }

    #[test]
    fn aggregates_of_any_sizes_never_panic(
        header in prop_oneof![Just([0x78, 0, 3]), Just([0x60, 1, 0])], data in vec(0..6u8, 0..60),
    ) {
        let data = [&header[..], &data].concat();
        bodies::h264(&data);
        bodies::h265(&data);
    }
}
