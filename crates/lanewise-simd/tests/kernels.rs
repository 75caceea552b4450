//! The kernels that search, on every ISA that runs here, against naive ones.

mod common;

use common::{Guarded, by_machine, lengths, offsets, placements, places};
use lanewise_simd::{ByteSet, Kernels, available};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A needle and a byte that is none: zero, with which partly filled vectors are filled up, on either side; the highest bit; neighbours.
const PAIRS: [(u8, u8); 4] = [(0, 1), (b'\n', 0), (0x80, 0), (0xff, 0x7f)];

fn index_byte(kernels: &Kernels, needle: u8, haystack: &[u8], base: u32) -> Vec<u32> {
    let mut positions = Vec::new();
    kernels.index_byte(needle, haystack, base, &mut positions);
    positions
}

/// Every kernel over a haystack whose needles stand at `expected`.
fn assert_found(kernels: &Kernels, (needle, other): (u8, u8), haystack: &[u8], expected: &[u32]) {
    const BASE: u32 = 7;
    let first = expected.first().map(|&position| position as usize);
    let context = || format!("{}: {} needles {needle:#x} among {other:#x} in {} bytes", kernels.name(), expected.len(), haystack.len());
    assert_eq!(kernels.find_byte(needle, haystack), first, "{}", context());
    // The needle takes each of the three places in turn; the other two are bytes that do not occur, or the needle again.
    let turn = haystack.len() % 3;
    let mut needles = if haystack.len().is_multiple_of(2) { [0x55; 3] } else { [needle; 3] };
    needles[turn] = needle;
    assert_eq!(kernels.find_any3(needles, haystack), first, "{}", context());
    assert_eq!(kernels.count_byte(needle, haystack), expected.len(), "{}", context());
    let set: ByteSet = [needle, !other, 0x55, b'!', 0xe3].into_iter().filter(|&byte| byte != other).collect();
    assert_eq!(kernels.find_in_set(&set, haystack), first, "{}", context());
    let positions = index_byte(kernels, needle, haystack, BASE);
    assert!(positions.iter().eq(expected.iter().map(|position| BASE + position).collect::<Vec<_>>().iter()), "{}", context());
}

/// Runs `check` on every length, alignment and side of the room. The bytes around the slice are needles, so that a kernel that
/// looks too far finds them where no guard stops it.
fn at_every_length_and_alignment(check: impl Fn(&'static Kernels, (u8, u8), &mut [u8])) {
    let mut memory = Guarded::new();
    for kernels in available() {
        for pair in PAIRS.into_iter().take(by_machine(4, 4, 1)) {
            let (needle, other) = pair;
            memory.bytes().fill(needle);
            for len in lengths() {
                for offset in offsets() {
                    for place in placements(memory.bytes().len(), len, offset) {
                        let haystack = &mut memory.bytes()[place];
                        haystack.fill(other);
                        check(kernels, pair, haystack);
                        haystack.fill(needle);
                    }
                }
            }
        }
    }
}

#[test]
fn one_needle_is_found_at_every_place_of_every_length_and_alignment() {
    at_every_length_and_alignment(|kernels, pair, haystack| {
        // Each pair meets every length, and every fourth alignment: all four at each of them would take four times as long.
        let turn = (haystack.as_ptr().addr() + haystack.len()) % PAIRS.len();
        if pair != PAIRS[turn] && by_machine(true, true, false) {
            return;
        }
        for place in places(haystack.len()) {
            haystack[place] = pair.0;
            assert_found(kernels, pair, haystack, &[place as u32]);
            haystack[place] = pair.1;
        }
    });
}

#[test]
fn nothing_is_found_where_no_needle_is() {
    at_every_length_and_alignment(|kernels, pair, haystack| assert_found(kernels, pair, haystack, &[]));
}

#[test]
fn every_needle_is_found_where_all_bytes_are_needles() {
    at_every_length_and_alignment(|kernels, pair, haystack| {
        haystack.fill(pair.0);
        let all: Vec<u32> = (0..haystack.len() as u32).collect();
        assert_found(kernels, pair, haystack, &all);
    });
}

#[test]
fn any3_finds_each_of_three_different_needles_and_the_first_of_them() {
    let mut memory = Guarded::new();
    for kernels in available() {
        for len in lengths() {
            let haystack = memory.at_end(&vec![b'.'; len]).to_vec();
            for place in places(len) {
                for needle in *b"abc" {
                    let mut haystack = haystack.clone();
                    haystack[place] = needle;
                    if let Some(last) = haystack.get_mut(place + 1..).and_then(<[u8]>::last_mut) {
                        *last = b'a';
                    }
                    let haystack = memory.at_end(&haystack);
                    assert_eq!(kernels.find_any3(*b"abc", haystack), Some(place), "{} {len}", kernels.name());
                    assert_eq!(kernels.find_any3(*b"bca", haystack), Some(place), "{} {len}", kernels.name());
                }
            }
        }
    }
}

#[test]
fn each_byte_is_found_by_the_sets_that_have_it_and_by_no_other() {
    let step = by_machine(1, 1, 37);
    for kernels in available() {
        for byte in (0..=0xff).step_by(step) {
            let only: ByteSet = [byte].into_iter().collect();
            let but: ByteSet = (0..=0xff).filter(|&other| other != byte).collect();
            assert_eq!((only.len(), but.len(), only.contains(byte), but.contains(byte)), (1, 255, true, false));
            for len in [1, 5, 16, 64, 70] {
                let mut haystack = vec![byte; len];
                assert_eq!(kernels.find_in_set(&only, &haystack), Some(0), "{} {byte:#x}", kernels.name());
                assert_eq!(kernels.find_in_set(&but, &haystack), None, "{} {byte:#x}", kernels.name());
                for other in (0..=0xff).step_by(step).filter(|&other| other != byte) {
                    haystack[len - 1] = other;
                    assert_eq!(kernels.find_in_set(&but, &haystack), Some(len - 1), "{} {byte:#x} {other:#x}", kernels.name());
                    assert_eq!(kernels.find_in_set(&only, &haystack), (len > 1).then_some(0), "{} {byte:#x} {other:#x}", kernels.name());
                }
            }
        }
        assert_eq!(kernels.find_in_set(&ByteSet::new(), b"\0abc"), None);
        assert_eq!(kernels.find_in_set(&(0..=0xff).collect(), b""), None);
    }
}

#[test]
fn index_appends_to_what_is_there() {
    for kernels in available() {
        let mut positions = vec![1, 2];
        kernels.index_byte(b'\n', b"a\nb\n", 10, &mut positions);
        kernels.index_byte(b'\n', b"\n", 14, &mut positions);
        assert_eq!(positions, [1, 2, 11, 13, 14], "{}", kernels.name());
    }
}

#[test]
fn index_leaves_out_positions_above_the_largest_word() {
    let haystack = [b'\n'; 600];
    for kernels in available() {
        for below in [0, 1, 5, 63, 64, 130, 255, 256, 300, 599, 600, 700] {
            let expected: Vec<u32> = (u32::MAX - below..=u32::MAX).take(haystack.len()).collect();
            assert_eq!(index_byte(kernels, b'\n', &haystack, u32::MAX - below), expected, "{} {below}", kernels.name());
        }
    }
}

#[test]
fn index_allocates_in_proportion_to_the_matches() {
    let size = by_machine(1 << 20, 1 << 13, 1 << 10);
    let mut haystack = vec![b'.'; size];
    for kernels in available() {
        let mut positions = Vec::new();
        kernels.index_byte(b'\n', &haystack, 0, &mut positions);
        assert_eq!(positions.capacity(), 0, "{} allocates without a match", kernels.name());
        for gap in [1000, 100, 7, 1] {
            haystack.iter_mut().step_by(gap).for_each(|byte| *byte = b'\n');
            let mut positions = Vec::new();
            kernels.index_byte(b'\n', &haystack, 0, &mut positions);
            assert_eq!(positions.len(), kernels.count_byte(b'\n', &haystack), "{}", kernels.name());
            assert!(
                positions.capacity() <= 2 * (positions.len() + 256),
                "{}: {} for {}",
                kernels.name(),
                positions.capacity(),
                positions.len()
            );
            haystack.fill(b'.');
        }
    }
}

#[cfg(not(target_family = "wasm"))]
mod property {
    use super::*;
    use proptest::prelude::*;

    mod naive {
        pub(crate) fn find_any3(needles: [u8; 3], haystack: &[u8]) -> Option<usize> {
            haystack.iter().position(|byte| needles.contains(byte))
        }

        pub(crate) fn index_byte(needle: u8, haystack: &[u8], base: u32) -> Vec<u32> {
            (base..).zip(haystack).filter(|&(_, &byte)| byte == needle).map(|(position, _)| position).collect()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: by_machine(512, 256, 3),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn any_set_finds_what_it_contains(
            bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..20), prop::collection::vec(any::<u8>(), 0..400)],
            haystack in prop::collection::vec(any::<u8>(), 0..by_machine(300usize, 300, 100)),
        ) {
            let set: ByteSet = bytes.iter().copied().collect();
            let expected = haystack.iter().position(|byte| bytes.contains(byte));
            prop_assert!(set.bytes().all(|byte| bytes.contains(&byte)) && bytes.iter().all(|&byte| set.contains(byte)));
            prop_assert_eq!(set.is_empty(), bytes.is_empty());
            let mut memory = Guarded::new();
            let haystack = memory.at_end(&haystack);
            for kernels in available() {
                prop_assert_eq!(kernels.find_in_set(&set, haystack), expected, "{}", kernels.name());
            }
        }

        /// Stretches of needles at equal distances, so that a kernel that goes by how dense they are changes its mind, at any alignment.
        #[test]
        fn positions_are_indexed_in_dense_and_in_sparse_stretches(
            stretches in prop::collection::vec((prop_oneof![1..4usize, 20..90usize, 300..2000usize], 0..by_machine(6000usize, 3000, 200)), 0..5),
            alignment in 0..64usize,
            rest in 0..200usize,
            base in 0u32..1_000_000,
        ) {
            let mut haystack = vec![b'.'; alignment];
            for (gap, len) in stretches {
                haystack.extend((1..=len).map(|at| if at % gap == 0 { b'\n' } else { b'.' }));
            }
            haystack.resize(haystack.len() + rest, b'.');
            let haystack = &haystack[alignment..];
            let expected = naive::index_byte(b'\n', haystack, base);
            for kernels in available() {
                prop_assert_eq!(&index_byte(kernels, b'\n', haystack, base), &expected, "{}", kernels.name());
                prop_assert_eq!(kernels.count_byte(b'\n', haystack), expected.len(), "{}", kernels.name());
            }
        }

        /// Few different bytes, so that hits stand at all distances from each other.
        #[test]
        fn any_haystack_gives_what_the_naive_kernels_give(
            haystack in (1u8..=6, 0..by_machine(2000usize, 2000, 200))
                .prop_flat_map(|(letters, len)| prop::collection::vec(0..letters, len)),
            needles in prop::array::uniform3(0u8..5),
            base in 0u32..1_000_000,
        ) {
            let mut memory = Guarded::new();
            let haystack = memory.at_end(&haystack);
            for kernels in available() {
                let expected = naive::index_byte(needles[0], haystack, base);
                prop_assert_eq!(kernels.find_byte(needles[0], haystack), expected.first().map(|position| (position - base) as usize));
                prop_assert_eq!(kernels.find_any3(needles, haystack), naive::find_any3(needles, haystack));
                prop_assert_eq!(kernels.count_byte(needles[0], haystack), expected.len());
                prop_assert_eq!(index_byte(kernels, needles[0], haystack, base), expected);
            }
        }
    }
}
