//! The UTF-8 check, on every ISA that runs here, against table 3-7 of the Unicode Standard.

mod common;

use common::{Guarded, by_machine, lengths, offsets, placements};
use lanewise_simd::available;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Table 3-7 of the Unicode Standard, row by row: the ranges of the bytes of each well-formed sequence.
const WELL_FORMED: &[&[(u8, u8)]] = &[
    &[(0x00, 0x7f)],
    &[(0xc2, 0xdf), (0x80, 0xbf)],
    &[(0xe0, 0xe0), (0xa0, 0xbf), (0x80, 0xbf)],
    &[(0xe1, 0xec), (0x80, 0xbf), (0x80, 0xbf)],
    &[(0xed, 0xed), (0x80, 0x9f), (0x80, 0xbf)],
    &[(0xee, 0xef), (0x80, 0xbf), (0x80, 0xbf)],
    &[(0xf0, 0xf0), (0x90, 0xbf), (0x80, 0xbf), (0x80, 0xbf)],
    &[(0xf1, 0xf3), (0x80, 0xbf), (0x80, 0xbf), (0x80, 0xbf)],
    &[(0xf4, 0xf4), (0x80, 0x8f), (0x80, 0xbf), (0x80, 0xbf)],
];

fn naive(bytes: &[u8]) -> Result<(), usize> {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let fits =
            |row: &&&[(u8, u8)]| row.len() <= rest.len() && row.iter().zip(rest).all(|(&(low, high), byte)| (low..=high).contains(byte));
        at += WELL_FORMED.iter().find(fits).ok_or(at)?.len();
    }
    Ok(())
}

/// Each kind of fault, and sequences next to each of them that are right.
const SEQUENCES: &[&[u8]] = &[
    // A continuation that continues nothing, alone and in a row.
    b"\x80",
    b"\xbf",
    b"\x80\x80\x80\x80",
    // A sequence one too long.
    b"\xc2\x80\x80",
    b"\xe1\x80\x80\x80",
    b"\xf1\x80\x80\x80\x80",
    // A sequence cut short, at each length, by the end, by ASCII, by another lead.
    b"\xc2",
    b"\xe1",
    b"\xe1\x80",
    b"\xf1",
    b"\xf1\x80",
    b"\xf1\x80\x80",
    b"\xc2a",
    b"\xe1\x80a",
    b"\xf1\x80\x80a",
    b"\xc2\xc2\x80",
    b"\xe1\x80\xe1\x80\x80",
    b"\xf1\x80\x80\xf1\x80\x80\x80",
    // Overlong forms, and the shortest right ones.
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xc2\x80",
    b"\xe0\x80\x80",
    b"\xe0\x9f\xbf",
    b"\xe0\xa0\x80",
    b"\xf0\x80\x80\x80",
    b"\xf0\x8f\xbf\xbf",
    b"\xf0\x90\x80\x80",
    // Surrogates, and their neighbours.
    b"\xed\x9f\xbf",
    b"\xed\xa0\x80",
    b"\xed\xaf\xbf",
    b"\xed\xb0\x80",
    b"\xed\xbf\xbf",
    b"\xee\x80\x80",
    // Above U+10FFFF, and the last character.
    b"\xf4\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf4\xbf\xbf\xbf",
    b"\xf5\x80\x80\x80",
    b"\xf7\xbf\xbf\xbf",
    b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80",
    b"\xfe",
    b"\xff",
];

/// Asserts on every ISA that `bytes`, at the end of guarded memory, are judged as the naive check does.
fn assert_checked(memory: &mut Guarded, bytes: &[u8]) {
    let expected = naive(bytes);
    let bytes = memory.at_end(bytes);
    for kernels in available() {
        assert_eq!(kernels.check_utf8(bytes), expected, "{}: {bytes:x?}", kernels.name());
    }
}

#[test]
fn the_naive_check_agrees_with_the_standard_library() {
    for sequence in SEQUENCES {
        assert_eq!(naive(sequence), std::str::from_utf8(sequence).map(drop).map_err(|error| error.valid_up_to()), "{sequence:x?}");
    }
}

#[test]
fn each_fault_is_found_at_each_offset_of_the_blocks() {
    let mut memory = Guarded::new();
    let dense_max = by_machine(260, 80, 0);
    let stride = by_machine(1, 11, 127);
    for filling in ["a", "é", "€", "😀", "a€"] {
        for sequence in SEQUENCES.iter().step_by(by_machine(1, 1, 5)) {
            for offset in (0..=262).filter(|offset| *offset <= dense_max || offset % stride == 0) {
                for behind in [0, 1, 64] {
                    let mut bytes: Vec<u8> = filling.bytes().cycle().take(offset / filling.len() * filling.len()).collect();
                    // Where the filling does not fit, ASCII brings the sequence to its offset.
                    bytes.splice(0..0, std::iter::repeat_n(b'_', offset - bytes.len()));
                    bytes.extend_from_slice(sequence);
                    bytes.extend(filling.bytes().cycle().take(behind * filling.len()));
                    assert_checked(&mut memory, &bytes);
                }
            }
        }
    }
}

#[test]
fn the_first_of_several_faults_is_the_one() {
    let mut memory = Guarded::new();
    for first in SEQUENCES.iter().step_by(by_machine(1, 1, 9)) {
        for second in SEQUENCES.iter().step_by(by_machine(1, 3, 17)) {
            for gap in [0, 1, 2, 60] {
                let bytes = [&[b'a'; 62], *first, &vec![b'a'; gap], *second].concat();
                assert_checked(&mut memory, &bytes);
            }
        }
    }
}

#[test]
fn a_fault_is_found_at_every_length_and_alignment() {
    let mut memory = Guarded::new();
    for kernels in available() {
        // Continuations around the slice: a kernel that looks too far sees its sequences continued.
        memory.bytes().fill(0x80);
        for len in lengths() {
            for offset in offsets() {
                for place in placements(memory.bytes().len(), len, offset) {
                    let bytes = &mut memory.bytes()[place];
                    bytes.fill(b'a');
                    assert_eq!(kernels.check_utf8(bytes), Ok(()), "{} {len} {offset}", kernels.name());
                    // The lead of a sequence that the end of the slice cuts.
                    for (behind, lead) in [(1, 0xc2), (2, 0xe1), (3, 0xf1)] {
                        if behind <= len {
                            bytes[len - behind..].fill(0x80);
                            bytes[len - behind] = lead;
                            assert_eq!(kernels.check_utf8(bytes), Err(len - behind), "{} {len} {offset}", kernels.name());
                        }
                    }
                    bytes.fill(0x80);
                    assert_eq!(kernels.check_utf8(bytes), if len == 0 { Ok(()) } else { Err(0) }, "{} {len} {offset}", kernels.name());
                }
            }
        }
    }
}

#[test]
fn every_string_of_one_or_two_bytes_is_judged_right() {
    let mut memory = Guarded::new();
    let step = by_machine(1, 1, 51);
    for first in (0..=255).step_by(by_machine(1, 1, 17)) {
        assert_checked(&mut memory, &[first]);
        for second in (0..=255).step_by(step) {
            assert_checked(&mut memory, &[first, second]);
        }
    }
}

#[test]
fn every_string_of_four_bytes_from_the_ends_of_all_ranges_is_judged_right() {
    let mut ends: Vec<u8> = WELL_FORMED.iter().copied().flatten().flat_map(|&(low, high)| [low, high]).collect();
    ends.extend([0xc0, 0xc1, 0xf5, 0xff]);
    ends.sort_unstable();
    ends.dedup();
    // Where instructions are emulated, the middle bytes are those that some lead treats differently.
    let middle = by_machine(&ends[..], &[0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2], &[0x8f, 0xa0]);
    let last = by_machine(&ends[..], &[0x7f, 0x80, 0xc2], &[0x80]);
    let mut memory = Guarded::new();
    for &first in &ends {
        for &second in middle {
            for &third in middle {
                for &fourth in last {
                    assert_checked(&mut memory, &[first, second, third, fourth]);
                }
            }
        }
    }
}

#[test]
fn every_character_is_accepted_and_cut_characters_are_not() {
    let boundaries = [
        0, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0x1_0000, 0x3_ffff, 0x4_0000,
        0xf_ffff, 0x10_0000, 0x10_ffff,
    ];
    let mut memory = Guarded::new();
    for character in boundaries.into_iter().filter_map(char::from_u32) {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        for offset in (0..=130).step_by(by_machine(1, 3, 61)) {
            for cut in 1..=bytes.len() {
                assert_checked(&mut memory, &[&vec![b'a'; offset], &bytes[..cut]].concat());
            }
        }
    }
    let step = by_machine(1, 17, 20_011);
    let all: String = ('\0'..=char::MAX).step_by(step).collect();
    for kernels in available() {
        assert_eq!(kernels.check_utf8(all.as_bytes()), Ok(()), "{}", kernels.name());
    }
}

#[test]
fn a_fault_late_in_a_long_input_is_found_at_its_offset() {
    let size = by_machine(1 << 20, 1 << 12, 1 << 9);
    for kernels in available() {
        for filling in ["a", "é", "€", "😀"] {
            let mut bytes = filling.repeat(size / filling.len()).into_bytes();
            assert_eq!(kernels.check_utf8(&bytes), Ok(()), "{}", kernels.name());
            bytes.push(0xc0);
            assert_eq!(kernels.check_utf8(&bytes), Err(bytes.len() - 1), "{}", kernels.name());
        }
    }
}

#[cfg(not(target_family = "wasm"))]
mod property {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: by_machine(2048, 512, 3),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        /// Text in which up to three bytes are replaced, removed or doubled.
        #[test]
        fn damaged_text_is_judged_as_the_naive_check_judges_it(
            text in prop::collection::vec(prop_oneof![3 => prop::char::range('\0', '\x7f'), 2 => any::<char>()], 0..by_machine(400usize, 400, 40)),
            damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 0..=3),
        ) {
            let mut bytes = String::from_iter(text).into_bytes();
            for (place, byte, kind) in damages {
                if !bytes.is_empty() {
                    let place = place.index(bytes.len());
                    match kind {
                        0 => bytes[place] = byte,
                        1 => drop(bytes.remove(place)),
                        _ => bytes.insert(place, bytes[place]),
                    }
                }
            }
            assert_checked(&mut Guarded::new(), &bytes);
        }

        #[test]
        fn any_bytes_are_judged_as_the_naive_check_judges_them(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            assert_checked(&mut Guarded::new(), &bytes);
        }
    }
}
