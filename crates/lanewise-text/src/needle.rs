//! One needle in bytes, found without anything that is compiled before.
use crate::engine::frequency;
use lanewise_simd::{CANDIDATES, Candidate, Kernels, Pair, Probe, Width};
use std::ops::ControlFlow;

/// Of a long needle so many bytes are thought of for the two that candidates are found by.
const PROBED_MAX: usize = 64;
/// So many bytes may be compared in vain for each byte of the haystack that has been passed, before the search goes on without candidates.
const EFFORT_MAX: usize = 4;
/// What may be compared in vain whatever the haystack is.
const EFFORT_FREE: usize = 1 << 12;
/// The first candidate is most often the match.
const WANTED: usize = 4;

/// The offset of the first `needle` that starts at `from` or later, in bytes; an empty one is found everywhere, and at the end for a `from`
/// beyond it.
///
/// # Complexity
/// O(haystack.len() + needle.len()) time; allocates a word for each byte of the needle where candidates are too many, else nothing.
/// # Source
/// Candidates by two bytes that are rare in text: see `lanewise_simd::Pair`. Else Knuth, Morris and Pratt, "Fast pattern matching in
/// strings" (1977).
#[must_use]
pub fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let from = from.min(haystack.len());
    match needle {
        [] => Some(from),
        [byte] => lanewise_simd::active().find_byte(*byte, &haystack[from..]).map(|offset| from + offset),
        _ => {
            let mut found = None;
            let _ = walk(haystack, needle, from, WANTED, &mut |at| {
                found = Some(at);
                ControlFlow::Break(())
            });
            found
        }
    }
}

/// How often `needle` occurs, without overlap; 0 for an empty one.
///
/// # Complexity
/// As [`find`].
#[must_use]
pub fn count(haystack: &[u8], needle: &[u8]) -> usize {
    match needle {
        [] => 0,
        [byte] => lanewise_simd::active().count_byte(*byte, haystack),
        _ => {
            let mut count = 0;
            let _ = walk(haystack, needle, 0, CANDIDATES, &mut |_| {
                count += 1;
                ControlFlow::Continue(())
            });
            count
        }
    }
}

/// Gives `visit` the offset of each occurrence of a needle of two bytes or more, without overlap.
fn walk(haystack: &[u8], needle: &[u8], from: usize, wanted: usize, visit: &mut dyn FnMut(usize) -> ControlFlow<()>) -> ControlFlow<()> {
    walk_with(lanewise_simd::active(), haystack, needle, from, wanted, visit)
}

fn walk_with(
    kernels: &Kernels,
    haystack: &[u8],
    needle: &[u8],
    from: usize,
    wanted: usize,
    visit: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let pair = rarest_pair(needle);
    let mut batch = [Candidate::default(); CANDIDATES];
    // Where the next occurrence may start, and from where on candidates are asked for.
    let (mut free, mut next) = (from, from);
    let mut effort = 0;
    while next < haystack.len() {
        let (found, behind) = kernels.pair(&pair, haystack, next, wanted, &mut batch);
        for candidate in &batch[..found] {
            let at = candidate.at as usize;
            if at < free {
                continue;
            }
            if haystack[at..].starts_with(needle) {
                free = at + needle.len();
                visit(at)?;
            } else {
                effort += needle.len();
            }
        }
        next = behind;
        if effort > EFFORT_FREE + EFFORT_MAX * (next - from) {
            return walk_steadily(haystack, needle, next.max(free), visit);
        }
    }
    ControlFlow::Continue(())
}

/// The two rarest bytes among the first of the needle.
fn rarest_pair(needle: &[u8]) -> Pair {
    let probed = &needle[..needle.len().min(PROBED_MAX)];
    let rate = |&offset: &usize| frequency(Width::One, probed[offset].into());
    let first = (0..probed.len()).min_by_key(rate).unwrap_or(0);
    let second = (0..probed.len()).filter(|&offset| offset != first).min_by_key(rate).unwrap_or(0);
    let probe = |offset: usize| Probe { offset, unit: probed[offset].into(), fold: 0 };
    Pair::new(Width::One, probe(first), probe(second))
}

/// [`walk`] with a step for each byte and no more than one comparison in vain for each: what has matched is never read again.
#[cold]
fn walk_steadily(haystack: &[u8], needle: &[u8], from: usize, visit: &mut dyn FnMut(usize) -> ControlFlow<()>) -> ControlFlow<()> {
    // Of each length of a prefix of the needle the length of the longest shorter one that it ends with.
    let mut borders = vec![0_usize; needle.len() + 1];
    let mut known = 0;
    for at in 1..needle.len() {
        while known > 0 && needle[at] != needle[known] {
            known = borders[known];
        }
        known += usize::from(needle[at] == needle[known]);
        borders[at + 1] = known;
    }
    let mut matched = 0;
    for (at, &byte) in haystack.iter().enumerate().skip(from) {
        while matched > 0 && needle[matched] != byte {
            matched = borders[matched];
        }
        matched += usize::from(needle[matched] == byte);
        if matched == needle.len() {
            matched = 0;
            visit(at + 1 - needle.len())?;
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(haystack: &[u8], needle: &[u8], from: usize) -> Vec<usize> {
        let (mut found, mut at) = (Vec::new(), from);
        while at + needle.len() <= haystack.len() {
            if haystack[at..].starts_with(needle) {
                found.push(at);
                at += needle.len();
            } else {
                at += 1;
            }
        }
        found
    }

    fn assert_found(haystack: &[u8], needle: &[u8], from: usize) {
        let expected = naive(haystack, needle, from);
        for kernels in lanewise_simd::available() {
            for wanted in [1, CANDIDATES] {
                let mut found = Vec::new();
                let _ = walk_with(kernels, haystack, needle, from, wanted, &mut |at| {
                    found.push(at);
                    ControlFlow::Continue(())
                });
                assert_eq!(found, expected, "{}", kernels.name());
            }
        }
        let mut found = Vec::new();
        let _ = walk_steadily(haystack, needle, from, &mut |at| {
            found.push(at);
            ControlFlow::Continue(())
        });
        assert_eq!(found, expected);
        assert_eq!(find(haystack, needle, from), expected.first().copied());
        assert_eq!(count(&haystack[from.min(haystack.len())..], needle), expected.len());
    }

    #[test]
    fn an_empty_needle_is_found_at_once_and_one_byte_as_any_other() {
        assert_eq!(
            [find(b"abc", b"", 0), find(b"abc", b"", 2), find(b"abc", b"", 9), find(b"", b"", 0)],
            [Some(0), Some(2), Some(3), Some(0)]
        );
        assert_eq!(
            [find(b"abcb", b"b", 0), find(b"abcb", b"b", 2), find(b"abcb", b"b", 4), find(b"", b"b", 9)],
            [Some(1), Some(3), None, None]
        );
        assert_eq!([count(b"abcb", b"b"), count(b"abcb", b""), count(b"", b"b")], [2, 0, 0]);
    }

    #[test]
    fn a_needle_that_almost_occurs_everywhere_takes_time_linear_in_the_haystack() {
        let haystack = vec![b'a'; 1 << 20];
        let needle = [vec![b'a'; 1 << 14], vec![b'b']].concat();
        assert_eq!(find(&haystack, &needle, 0), None);
        let needle = [vec![b'b'], vec![b'a'; 1 << 14]].concat();
        assert_eq!(find(&haystack, &needle, 0), None);
        assert_eq!(count(&haystack, &vec![b'a'; 1000]), (1 << 20) / 1000);
        let needle = [vec![b'a'; 5000], vec![b'b'], vec![b'a'; 5000]].concat();
        assert_eq!(find(&[&haystack[..], &needle].concat(), &needle, 0), Some(1 << 20));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_finds_what_the_definition_says(
            haystack in prop::collection::vec(prop_oneof![8 => Just(b'a'), 1 => Just(b'b'), 1 => Just(b'\n')], 0..400),
            needle in prop::collection::vec(prop_oneof![6 => Just(b'a'), 1 => Just(b'b')], 2..9),
            from in 0..420_usize,
        ) {
            assert_found(&haystack, &needle, from.min(haystack.len()));
        }

        #[test]
        fn it_finds_a_part_of_the_haystack(
            haystack in prop::collection::vec(any::<u8>(), 2..600),
            start in any::<prop::sample::Index>(),
            len in 2..80_usize,
        ) {
            let start = start.index(haystack.len() - 1);
            assert_found(&haystack, &haystack[start..haystack.len().min(start + len)], 0);
        }
    }
}
