//! Text calls.
use lanewise_error::{Error, ErrorCode};
use lanewise_text::{CaseFolding, Haystack, Options, Pattern, Semantics};

use crate::outcome::{Out, fault, verdict, with_words};

const LEFTMOST_LONGEST: u32 = 1;
const ALL: u32 = 2;
const FOLD_ASCII: u32 = 4;
const FOLD_UNICODE: u32 = 8;
const WHOLE_WORDS: u32 = 16;

/// 0, or the fault at the first byte of the first sequence that is no UTF-8.
#[must_use]
pub fn check_utf8(input: &[u8]) -> f64 {
    verdict(lanewise_simd::active().check_utf8(input).map_err(|offset| Error::new(ErrorCode::Utf8, offset)))
}

/// The number of lines; where each starts in `out`.
pub fn line_starts(haystack: &[u8], out: impl Out<u32>) -> f64 {
    with_words(out, |starts| {
        lanewise_text::line_starts(haystack, starts);
        Ok(())
    })
}

/// A compiled set of patterns, or the error with which its construction ended.
pub struct Matcher(Result<lanewise_text::Matcher, Error>);

impl Matcher {
    /// Pattern `i` is `patterns[ends[i - 1]..ends[i]]`: bytes where `kinds[i]` is 0, UTF-16LE units where it is 1.
    #[must_use]
    pub fn new(patterns: &[u8], ends: &[u32], kinds: &[u8], memory_max: f64, flags: u32) -> Self {
        let mut start = 0;
        let patterns = ends.iter().zip(kinds).map(|(&end, &kind)| {
            let pattern = patterns.get(start..end as usize).unwrap_or_default();
            start = end as usize;
            if kind == 0 { Pattern::Bytes(pattern) } else { Pattern::Units(pattern) }
        });
        Self(lanewise_text::Matcher::new(patterns, &options(memory_max, flags)))
    }

    /// 0, or the fault of the construction.
    #[must_use]
    pub fn status(&self) -> f64 {
        verdict(self.0.as_ref().map(drop).map_err(|error| *error))
    }

    /// 1 if some pattern occurs, else 0.
    #[must_use]
    pub fn test(&self, haystack: &[u8], form: u32) -> f64 {
        self.run(|matcher| f64::from(u8::from(matcher.test(shape(haystack, form)))))
    }

    /// The number of matches.
    #[must_use]
    pub fn count(&self, haystack: &[u8], form: u32) -> f64 {
        self.run(|matcher| matcher.count(shape(haystack, form)) as f64)
    }

    /// 3 and the first match from `from` on in `out`, or 0.
    pub fn find(&self, haystack: &[u8], form: u32, from: u32, out: impl Out<u32>) -> f64 {
        self.run(|matcher| {
            with_words(out, |words| {
                words.extend(matcher.find(shape(haystack, form), from as usize).into_iter().flat_map(|m| [m.id, m.start, m.end]));
                Ok(())
            })
        })
    }

    /// Three words for each match; the number of words.
    pub fn find_all(&self, haystack: &[u8], form: u32, out: impl Out<u32>) -> f64 {
        self.run(|matcher| {
            with_words(out, |words| {
                matcher.find_all(shape(haystack, form), words);
                Ok(())
            })
        })
    }

    fn run(&self, call: impl FnOnce(&lanewise_text::Matcher) -> f64) -> f64 {
        match &self.0 {
            Ok(matcher) => call(matcher),
            Err(error) => fault(*error),
        }
    }
}

fn shape(haystack: &[u8], form: u32) -> Haystack<'_> {
    match form {
        0 => Haystack::Bytes(haystack),
        1 => Haystack::Latin1(haystack),
        _ => Haystack::Utf16(haystack),
    }
}

fn options(memory_max: f64, flags: u32) -> Options {
    let semantics = match flags & (LEFTMOST_LONGEST | ALL) {
        LEFTMOST_LONGEST => Semantics::LeftmostLongest,
        ALL => Semantics::All,
        _ => Semantics::LeftmostFirst,
    };
    let ignore_case = match flags & (FOLD_ASCII | FOLD_UNICODE) {
        0 => CaseFolding::None,
        FOLD_ASCII => CaseFolding::Ascii,
        _ => CaseFolding::Unicode,
    };
    Options { semantics, ignore_case, whole_words: flags & WHOLE_WORDS != 0, memory_max: memory_max as usize }
}
