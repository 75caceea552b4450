//! Units to UTF-8, on every ISA that runs here, against the standard library.

mod common;

use common::{Guarded, by_machine};
use lanewise_simd::available;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Pieces of every length, the first and the last units of each, pairs, and halves of pairs that stand alone.
const PIECES: &[&[u16]] = &[
    &[],
    &[0x61],
    &[0, 0x7f],
    &[0x80],
    &[0xff, 0x100, 0x7ff],
    &[0x800, 0xfff, 0x1000],
    &[0xd7ff, 0xe000, 0xffff, 0xfffd],
    &[0xd83d, 0xde00],
    &[0xd800, 0xdc00, 0xdbff, 0xdfff, 0xd8c0, 0xdfff, 0xd8bf, 0xdc00],
    &[0xd83d],
    &[0xde00],
    &[0xde00, 0xd83d],
    &[0xd83d, 0xd83d, 0xde00, 0xde00],
    &[0xd83d, 0xde00, 0x61, 0xd83d, 0xde00, 0x20ac, 0xd83d, 0xde00],
    &[0xdbff, 0x61],
];

/// Asserts on every ISA that `units`, at the end of guarded memory, give the bytes that the standard library makes of them.
fn assert_encoded(memory: &mut Guarded, units: &[u16]) {
    let expected = String::from_utf16_lossy(units).into_bytes();
    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_ne_bytes()).collect();
    let bytes = memory.at_end(&bytes);
    for kernels in available() {
        let mut out = b"held".to_vec();
        kernels.encode_utf16(bytes, &mut out).expect("there is memory");
        assert_eq!(out[..4], *b"held");
        assert!(out[4..] == expected, "{}: {units:x?}\n{:x?}\n{expected:x?}", kernels.name(), &out[4..]);
    }
    if units.iter().all(|&unit| unit < 0x100) {
        let bytes: Vec<u8> = units.iter().map(|&unit| unit as u8).collect();
        let bytes = memory.at_end(&bytes);
        for kernels in available() {
            let mut out = Vec::new();
            kernels.encode_latin1(bytes, &mut out).expect("there is memory");
            assert_eq!(out, expected, "{}", kernels.name());
        }
    }
}

#[test]
fn each_piece_is_encoded_at_each_offset_of_the_vectors() {
    let mut memory = Guarded::new();
    for filling in [&[0x61][..], &[0xe9], &[0x44f], &[0x20ac], &[0xd83d, 0xde00], &[0x61, 0x20ac], &[0x61, 0xe9, 0x44f]] {
        for piece in PIECES {
            for offset in (0..=by_machine(135, 135, 66)).step_by(by_machine(1, 7, 65)) {
                for behind in [0, 1, 70] {
                    let mut units = vec![0x5f; offset % filling.len()];
                    units.extend(filling.iter().cycle().take(offset / filling.len() * filling.len()));
                    units.extend_from_slice(piece);
                    units.extend(filling.iter().cycle().take(behind * filling.len()));
                    assert_encoded(&mut memory, &units);
                }
            }
        }
    }
}

#[test]
fn pieces_follow_each_other_in_every_order() {
    let mut memory = Guarded::new();
    for first in PIECES.iter().step_by(by_machine(1, 1, 4)) {
        for second in PIECES.iter().step_by(by_machine(1, 1, 5)) {
            for shift in [0, 1, 14, 15, 16, 30, 31, 32, 33, 62, 63, 64].into_iter().step_by(by_machine(1, 1, 5)) {
                for gap in [0, 1, 30, 62] {
                    let units = [&vec![0x78; shift], *first, &vec![0x79; gap], *second, &vec![0x7a; shift], *first].concat();
                    assert_encoded(&mut memory, &units);
                }
            }
        }
    }
}

#[test]
fn every_unit_and_every_character_is_encoded() {
    let mut memory = Guarded::new();
    for start in (0..=0xffff_u32).step_by(by_machine(64, 64, 20_000)) {
        let units: Vec<u16> = (start..start + 64).map(|unit| unit as u16).collect();
        assert_encoded(&mut memory, &units);
    }
    let all: String = ('\u{10000}'..=char::MAX).step_by(by_machine(1, 17, 20_011)).collect();
    let units: Vec<u8> = all.encode_utf16().flat_map(u16::to_ne_bytes).collect();
    for kernels in available() {
        let mut out = Vec::new();
        kernels.encode_utf16(&units, &mut out).expect("there is memory");
        assert!(out == all.as_bytes(), "{}", kernels.name());
    }
}

#[test]
fn a_last_odd_byte_is_not_looked_at() {
    for kernels in available() {
        let mut out = Vec::new();
        kernels.encode_utf16(&[0x61_u16.to_ne_bytes().as_slice(), &[0]].concat(), &mut out).expect("there is memory");
        kernels.encode_utf16(&[1], &mut out).expect("there is memory");
        assert_eq!(out, b"a");
    }
}

#[cfg(not(target_family = "wasm"))]
mod property {
    use super::*;
    use proptest::prelude::*;

    fn unit() -> impl Strategy<Value = Vec<u16>> {
        prop_oneof![
            6 => (0_u16..0x80, 1_usize..40).prop_map(|(unit, count)| vec![unit; count]),
            4 => prop::collection::vec(0_u16..0x100, 1..40),
            4 => prop::collection::vec(0x400_u16..0x500, 1..40),
            4 => prop::collection::vec(0x3000_u16..0xd800, 1..40),
            4 => prop::collection::vec(any::<char>(), 1..20).prop_map(|text| text.iter().collect::<String>().encode_utf16().collect()),
            1 => (0xd800_u16..0xe000).prop_map(|unit| vec![unit]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: by_machine(3000, 300, 3), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_units_are_encoded_as_the_standard_library_encodes_them(runs in prop::collection::vec(unit(), 0..12)) {
            assert_encoded(&mut Guarded::new(), &runs.concat());
        }
    }
}
