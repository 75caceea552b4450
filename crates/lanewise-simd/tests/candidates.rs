//! The filters, on every ISA that runs here, against their definitions.

mod common;

use common::{Guarded, by_machine, lengths, offsets, placements};
use lanewise_simd::{CANDIDATES, Candidate, Kernels, Pair, Probe, Teddy, Width, available};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod naive {
    use super::*;

    pub(crate) fn units(width: Width, haystack: &[u8]) -> Vec<u16> {
        match width {
            Width::One => haystack.iter().map(|&byte| u16::from(byte)).collect(),
            Width::Two => haystack.as_chunks().0.iter().map(|&unit| u16::from_le_bytes(unit)).collect(),
        }
    }

    /// By the definition of a candidate.
    pub(crate) fn teddy(teddy: &Teddy, haystack: &[u8]) -> Vec<Candidate> {
        let (units, offsets) = (units(teddy.width(), haystack), teddy.offsets());
        let windows = units.len().saturating_sub(offsets[offsets.len() - 1]);
        let buckets = |at: usize| {
            let allows = |&bucket: &usize| (0..offsets.len()).all(|place| teddy.allows(bucket, place, units[at + offsets[place]]));
            (0..16).filter(allows).fold(0, |buckets, bucket| buckets | 1 << bucket)
        };
        let candidates = (0..windows).map(|at| Candidate { at: at as u32, buckets: buckets(at) });
        candidates.filter(|candidate| candidate.buckets != 0).collect()
    }

    pub(crate) fn pair(width: Width, probes: [Probe; 2], haystack: &[u8]) -> Vec<Candidate> {
        let units = units(width, haystack);
        let matches = |at: usize, probe: Probe| units.get(at + probe.offset).is_some_and(|unit| (unit ^ probe.unit) & !probe.fold == 0);
        let found = (0..units.len()).filter(|&at| probes.iter().all(|&probe| matches(at, probe)));
        found.map(|at| Candidate { at: at as u32, buckets: 1 }).collect()
    }
}

/// What `search` gives from `from` on, call after call, and that each call keeps its promises.
fn all(
    width: Width,
    haystack: &[u8],
    from: usize,
    want: usize,
    search: impl Fn(usize, &mut [Candidate; CANDIDATES]) -> (usize, usize),
) -> Vec<Candidate> {
    let units = naive::units(width, haystack).len();
    let mut out = [Candidate { at: u32::MAX, buckets: u32::MAX }; CANDIDATES];
    let mut found = Vec::new();
    let mut at = from;
    loop {
        let (count, next) = search(at, &mut out);
        assert!(count <= CANDIDATES);
        assert!(out[..count].iter().all(|candidate| (at..next).contains(&(candidate.at as usize))), "candidates lie in what was searched");
        assert!(next >= units || next > at, "each call gets on");
        assert!(next == units || count >= want.min(CANDIDATES) || count > 0, "a call ends for a reason");
        found.extend_from_slice(&out[..count]);
        if next >= units {
            assert_eq!(next, units);
            return found;
        }
        at = next;
    }
}

fn teddy(kernels: &Kernels, teddy: &Teddy, haystack: &[u8], from: usize, want: usize) -> Vec<Candidate> {
    all(teddy.width(), haystack, from, want, |from, out| kernels.teddy(teddy, haystack, from, want, out))
}

fn pair(kernels: &Kernels, pair: &Pair, haystack: &[u8], from: usize, want: usize) -> Vec<Candidate> {
    all(pair.width(), haystack, from, want, |from, out| kernels.pair(pair, haystack, from, want, out))
}

/// A filter for `strings`, each in a bucket of its own.
fn teddy_of(width: Width, places: usize, strings: &[&[u16]]) -> Teddy {
    let mut teddy = Teddy::new(width, places, strings.len());
    for (bucket, string) in strings.iter().enumerate() {
        for (place, &unit) in string.iter().take(places).enumerate() {
            teddy.allow(bucket, place, unit);
        }
    }
    teddy
}

/// Needles as long as a filter reaches, at the end of haystacks of every length around blocks: what lies between the places does not matter.
#[test]
fn places_may_be_far_apart() {
    let mut memory = Guarded::new();
    for width in WIDTHS {
        for offsets in [&[63][..], &[0, 63], &[5, 6, 40], &[0, 1, 31, 63], &[60, 61, 62, 63]] {
            let mut filter = Teddy::at(width, offsets, 9);
            (0..offsets.len()).for_each(|place| filter.allow(8, place, 0x41 + place as u16));
            for len in 0..by_machine(400, 400, 140) {
                let mut units = vec![0x2e; len];
                for start in [0, len / 2, len.saturating_sub(64)].into_iter().filter(|start| start + 64 <= len) {
                    (0..offsets.len()).for_each(|place| units[start + offsets[place]] = 0x41 + place as u16);
                }
                let haystack = bytes(width, &units);
                let expected = naive::teddy(&filter, &haystack);
                assert_eq!(expected.is_empty(), len < 64);
                let haystack = memory.at_end(&haystack);
                for kernels in available() {
                    assert_eq!(teddy(kernels, &filter, haystack, 0, 256), expected, "{} {width:?} {offsets:?} {len}", kernels.name());
                }
            }
        }
    }
}

// A panic ends a WebAssembly module.
#[cfg(not(target_family = "wasm"))]
#[test]
fn places_ascend_and_are_not_too_far() {
    for offsets in [&[][..], &[1, 1], &[2, 1], &[64], &[0, 1, 2, 3, 4]] {
        assert!(std::panic::catch_unwind(|| Teddy::at(Width::One, offsets, 1)).is_err(), "{offsets:?}");
    }
}

fn bytes(width: Width, units: &[u16]) -> Vec<u8> {
    match width {
        Width::One => units.iter().map(|&unit| unit as u8).collect(),
        Width::Two => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
    }
}

const WIDTHS: [Width; 2] = [Width::One, Width::Two];
const NEEDLE: [u16; 4] = [0x41, 0x62, 0xe7, 0x00];

/// One string at each place of each length and alignment, among bytes that begin one and do not go on; strings all around.
#[test]
fn a_string_is_found_at_every_place_of_every_length_and_alignment() {
    let mut memory = Guarded::new();
    let needle = bytes(Width::One, &NEEDLE);
    for kernels in available() {
        for width in WIDTHS {
            let size = if width == Width::One { 1 } else { 2 };
            let string = bytes(width, &NEEDLE);
            let memory = memory.bytes();
            let around: Vec<u8> = string.iter().copied().cycle().take(memory.len()).collect();
            memory.copy_from_slice(&around);
            for len in lengths().filter(|len| len % by_machine(5, 9, 11) < 2) {
                for offset in offsets().filter(|offset| by_machine(true, offset % 3 == 0, true) && (offset + len) % 4 < 2) {
                    let places = 1 + (len + offset) % 4;
                    let filter = teddy_of(width, places, &[&NEEDLE, &[1, 2, 3, 4]]);
                    let probes =
                        [Probe { offset: places % 4, unit: NEEDLE[places % 4], fold: 0 }, Probe { offset: 1, unit: 0x42, fold: 0x20 }];
                    let filter_by_pair = Pair::new(width, probes[0], probes[1]);
                    for place in placements(memory.len(), len, offset) {
                        let haystack = &mut memory[place.clone()];
                        for at in [0, 1, 5, len / 3, len / 2, (len / size).saturating_sub(4), (len / size).saturating_sub(1)] {
                            haystack.fill(needle[0]);
                            let room = haystack.len().saturating_sub(at * size).min(string.len());
                            let at = (at * size).min(haystack.len());
                            haystack[at..at + room].copy_from_slice(&string[..room]);
                            let context = format!("{} {width:?} {len} {offset} {places} {at}", kernels.name());
                            assert_eq!(teddy(kernels, &filter, haystack, 0, 256), naive::teddy(&filter, haystack), "{context}");
                            assert_eq!(pair(kernels, &filter_by_pair, haystack, 0, 256), naive::pair(width, probes, haystack), "{context}");
                        }
                        memory[place.clone()].copy_from_slice(&around[place]);
                    }
                }
            }
        }
    }
}

#[test]
fn a_batch_that_is_full_goes_on_where_it_stopped() {
    for width in WIDTHS {
        for len in [255, 256, 257, 511, 512, 513, by_machine(5000, 5000, 600)] {
            let haystack = bytes(width, &vec![0x61; len]);
            for buckets in [1, 8, 9, 16] {
                let filter = teddy_of(width, 2, &vec![&[0x61, 0x61][..]; buckets]);
                let probe = |offset| Probe { offset, unit: 0x61, fold: 0 };
                let probes = Pair::new(width, probe(1), probe(0));
                for kernels in available() {
                    for want in [0, 1, 7, 255, 256, 1000, usize::MAX] {
                        for from in [0, 1, 2, 100, len - 2, len - 1, len, len + 1].into_iter().filter(|&from| from <= len) {
                            let expected: Vec<u32> = (from as u32..len as u32 - 1).collect();
                            let at = |found: Vec<Candidate>| found.iter().map(|candidate| candidate.at).collect::<Vec<_>>();
                            let found = teddy(kernels, &filter, &haystack, from, want);
                            assert!(found.iter().all(|candidate| candidate.buckets == (1 << buckets) - 1));
                            assert_eq!(at(found), expected, "{} {width:?} {len} {want} {from}", kernels.name());
                            assert_eq!(at(pair(kernels, &probes, &haystack, from, want)), expected, "{}", kernels.name());
                        }
                    }
                }
            }
        }
    }
}

/// A caller who wants one candidate must not wait for the whole haystack.
#[test]
fn a_search_stops_soon_after_what_is_wanted() {
    let mut haystack = vec![b'.'; by_machine(1 << 20, 1 << 16, 1 << 13)];
    haystack[100..102].copy_from_slice(b"ab");
    for width in WIDTHS {
        let unit = |nth| naive::units(width, b"abab")[nth];
        let filter = teddy_of(width, 1, &[&[unit(0)]]);
        let probes = Pair::new(width, Probe { offset: 0, unit: unit(0), fold: 0 }, Probe { offset: 0, unit: unit(0), fold: 0 });
        let mut out = [Candidate::default(); CANDIDATES];
        for kernels in available() {
            for (count, next) in [kernels.teddy(&filter, &haystack, 0, 1, &mut out), kernels.pair(&probes, &haystack, 0, 1, &mut out)] {
                assert_eq!(count, 1, "{} {width:?}", kernels.name());
                assert!(next < 1 << 13, "{} {width:?}: {next}", kernels.name());
            }
        }
    }
}

#[test]
fn units_that_no_haystack_can_hold_are_never_found() {
    let mut out = [Candidate::default(); CANDIDATES];
    let mut filter = Teddy::new(Width::One, 1, 1);
    filter.allow(0, 0, 0x161);
    let wide = Probe { offset: 0, unit: 0x161, fold: 0 };
    let narrow = Probe { offset: 0, unit: 0x61, fold: 0 };
    let far = Probe { offset: usize::MAX, unit: 0x61, fold: 0 };
    for kernels in available() {
        assert_eq!(kernels.teddy(&filter, b"aaaa", 0, 256, &mut out), (0, 4));
        for (first, second) in [(wide, narrow), (narrow, wide), (narrow, far), (far, narrow)] {
            assert_eq!(kernels.pair(&Pair::new(Width::One, first, second), b"aaaa", 0, 256, &mut out), (0, 4));
        }
        let folded = Probe { fold: 0x100, ..wide };
        assert_eq!(kernels.pair(&Pair::new(Width::One, folded, folded), b"aaaa", 0, 256, &mut out), (4, 4));
    }
}

#[cfg(not(target_family = "wasm"))]
mod property {
    use super::*;
    use proptest::prelude::*;

    /// Few different units that share nibbles, low bytes and high bytes.
    const UNITS: [u16; 16] =
        [0x61, 0x41, 0x62, 0x51, 0x00, 0x0a, 0x80, 0xff, 0x161, 0x0461, 0x0430, 0x0450, 0x0420, 0x7fff, 0x8061, 0xffff];

    fn unit() -> impl Strategy<Value = u16> {
        prop_oneof![prop::sample::select(&UNITS[..]), prop::sample::select(&UNITS[..3])]
    }

    fn width() -> impl Strategy<Value = Width> {
        prop::sample::select(&WIDTHS[..])
    }

    fn probe() -> impl Strategy<Value = Probe> {
        (prop_oneof![0usize..6, 0usize..100], unit(), prop::sample::select(&[0u16, 0, 0x20, 0x100][..]))
            .prop_map(|(offset, unit, fold)| Probe { offset, unit, fold })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: by_machine(1000, 100, 3),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn any_filter_finds_what_its_definition_says(
            width in width(),
            offsets in prop_oneof![
                (1usize..=4).prop_map(|places| Vec::from_iter(0..places)),
                prop::sample::subsequence(Vec::from_iter(0..64usize), 1..=4),
            ],
            buckets in 1usize..=16,
            allowed in prop::collection::vec((0usize..16, 0usize..4, unit()), 0..40),
            units in (1..=UNITS.len()).prop_flat_map(|kinds| prop::collection::vec((0..kinds).prop_map(|nth| UNITS[nth]), 0..by_machine(700, 700, 90))),
            odd in prop::collection::vec(any::<u8>(), 0..2),
            from in 0usize..40,
            want in 1usize..300,
        ) {
            let (mut filter, places) = (Teddy::at(width, &offsets, buckets), offsets.len());
            for &(bucket, place, unit) in &allowed {
                filter.allow(bucket % buckets, place % places, unit);
            }
            for &(bucket, place, unit) in &allowed {
                prop_assert!(filter.allows(bucket % buckets, place % places, unit) || width == Width::One && unit > 0xff);
            }
            let haystack = [bytes(width, &units), odd].concat();
            let from = from.min(width.units(&haystack));
            let expected: Vec<_> = naive::teddy(&filter, &haystack).into_iter().filter(|candidate| candidate.at as usize >= from).collect();
            let mut memory = Guarded::new();
            let haystack = memory.at_end(&haystack);
            for kernels in available() {
                prop_assert_eq!(teddy(kernels, &filter, haystack, from, want), expected.clone(), "{}", kernels.name());
            }
        }

        #[test]
        fn any_pair_finds_what_its_definition_says(
            width in width(),
            probes in prop::array::uniform2(probe()),
            units in (1..=UNITS.len()).prop_flat_map(|kinds| prop::collection::vec((0..kinds).prop_map(|nth| UNITS[nth]), 0..by_machine(700, 700, 90))),
            odd in prop::collection::vec(any::<u8>(), 0..2),
            from in 0usize..40,
            want in 1usize..300,
        ) {
            let haystack = [bytes(width, &units), odd].concat();
            let from = from.min(width.units(&haystack));
            let expected: Vec<_> =
                naive::pair(width, probes, &haystack).into_iter().filter(|candidate| candidate.at as usize >= from).collect();
            let mut memory = Guarded::new();
            let haystack = memory.at_end(&haystack);
            for kernels in available() {
                prop_assert_eq!(
                    pair(kernels, &Pair::new(width, probes[0], probes[1]), haystack, from, want),
                    expected.clone(),
                    "{}",
                    kernels.name()
                );
            }
        }
    }
}
