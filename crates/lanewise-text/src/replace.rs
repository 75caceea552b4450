//! Something else in place of matches.
use crate::{Haystack, Matcher};
use lanewise_error::{Error, ErrorCode};

/// Words of a match: its id, start and end.
const MATCH_WORDS: usize = 3;

impl Matcher {
    /// Appends `haystack` to `out` with a replacement in place of each match: the only one, or the one with the id of the match. What has none
    /// is replaced by nothing; of matches that overlap the first one is replaced. `found` is room for the matches.
    ///
    /// # Errors
    /// `LW_SIZE`, nowhere, when the result is larger than [`crate::HAYSTACK_MAX`] or there is no memory for it. Nothing is built then.
    /// # Complexity
    /// As [`Matcher::find_all`], and O(result).
    pub fn replace(&self, haystack: &[u8], replacements: &[&[u8]], found: &mut Vec<u32>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.find_all(Haystack::Bytes(haystack), found);
        let (joined, spans) = joined(replacements);
        let of = |id: u32| match *spans {
            [one] => one,
            ref each => each.get(id as usize).copied().unwrap_or_default(),
        };
        let mut size = haystack.len() as u64;
        for (id, start, end) in apart(found) {
            size += of(id).1 as u64;
            size -= u64::from(end - start);
        }
        let size = usize::try_from(size).ok().filter(|&size| size <= crate::HAYSTACK_MAX).ok_or(Error::nowhere(ErrorCode::Size))?;
        let before = out.len();
        out.try_reserve_exact(size + FEW).map_err(|_| Error::nowhere(ErrorCode::Size))?;
        out.resize(before + size + FEW, 0);
        let mut writer = Writer { out, at: before };
        let mut at = 0;
        for (id, start, end) in apart(found) {
            let (offset, len) = of(id);
            writer.copy(haystack, at, start as usize - at);
            writer.copy(&joined, offset, len);
            at = end as usize;
        }
        writer.copy(haystack, at, haystack.len() - at);
        out.truncate(before + size);
        Ok(())
    }
}

/// Up to so many bytes are copied as if they were so many: that takes a fraction of a call that copies any number.
const FEW: usize = 16;

/// The replacements one behind the other, with room behind them, and where each begins and how long it is.
fn joined(replacements: &[&[u8]]) -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut all = Vec::new();
    let spans = replacements.iter().map(|replacement| {
        all.extend_from_slice(replacement);
        (all.len() - replacement.len(), replacement.len())
    });
    let spans = spans.collect();
    all.extend([0; FEW]);
    (all, spans)
}

/// Writes to bytes that are there, of which there are FEW more than will count.
struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    /// Copies the `len` bytes of `from` at `start`.
    #[inline(always)]
    fn copy(&mut self, from: &[u8], start: usize, len: usize) {
        let size = if len <= FEW && start + FEW <= from.len() { FEW } else { len };
        if size == FEW {
            self.out[self.at..self.at + FEW].copy_from_slice(&from[start..start + FEW]);
        } else {
            self.out[self.at..self.at + size].copy_from_slice(&from[start..start + size]);
        }
        self.at += len;
    }
}

/// The matches that overlap none before them.
fn apart(found: &[u32]) -> impl Iterator<Item = (u32, u32, u32)> {
    let mut at = 0;
    found.as_chunks::<MATCH_WORDS>().0.iter().filter_map(move |&[id, start, end]| {
        let is_apart = start >= at;
        at = if is_apart { end } else { at };
        is_apart.then_some((id, start, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Pattern, Semantics};
    use proptest::prelude::*;

    fn replaced(patterns: &[&[u8]], semantics: Semantics, haystack: &[u8], replacements: &[&[u8]]) -> Vec<u8> {
        let options = Options { semantics, ..Options::default() };
        let matcher = Matcher::new(patterns.iter().map(|&pattern| Pattern::Bytes(pattern)), &options).unwrap();
        let (mut found, mut out) = (vec![], b">".to_vec());
        matcher.replace(haystack, replacements, &mut found, &mut out).unwrap();
        out
    }

    #[test]
    fn one_replacement_is_for_all_and_several_are_for_a_pattern_each() {
        let patterns: [&[u8]; 2] = [b"ab", b"c"];
        let replace = |haystack: &[u8], with: &[&[u8]]| replaced(&patterns, Semantics::LeftmostFirst, haystack, with);
        assert_eq!(replace(b"xabcx", &[b"--"]), b">x----x");
        assert_eq!(replace(b"xabcx", &[b"1", b"22"]), b">x122x");
        assert_eq!(replace(b"xabcx", &[b"", b""]), b">xx");
        assert_eq!(replace(b"xabcx", &[]), b">xx");
        assert_eq!([replace(b"", &[b"1"]), replace(b"x", &[b"1"])], [b">".to_vec(), b">x".to_vec()]);
    }

    #[test]
    fn of_matches_that_overlap_the_first_is_replaced() {
        assert_eq!(replaced(&[b"aa", b"ab"], Semantics::All, b"aaab", &[b"1", b"2"]), b">12");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_what_a_step_at_each_place_gives(
            haystack in prop::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b'c')], 0..300),
            patterns in prop::collection::vec(prop::collection::vec(prop_oneof![Just(b'a'), Just(b'b')], 1..4), 1..4),
            replacement in prop::collection::vec(any::<u8>(), 0..5),
        ) {
            let patterns: Vec<&[u8]> = patterns.iter().map(Vec::as_slice).collect();
            let (mut expected, mut at) = (b">".to_vec(), 0);
            while at < haystack.len() {
                match patterns.iter().find(|pattern| haystack[at..].starts_with(pattern)) {
                    Some(pattern) => {
                        expected.extend(&replacement);
                        at += pattern.len();
                    }
                    None => {
                        expected.push(haystack[at]);
                        at += 1;
                    }
                }
            }
            prop_assert_eq!(replaced(&patterns, Semantics::LeftmostFirst, &haystack, &[&replacement]), expected);
        }
    }
}
