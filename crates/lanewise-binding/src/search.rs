//! Text calls.
use std::cell::RefCell;
use std::sync::Arc;

use lanewise_error::{Error, ErrorCode};
use lanewise_text::{CaseFolding, Haystack, Matcher, Options, Pattern, Semantics};

use crate::frame::Call;
use crate::handles::Handles;
use crate::list::List;
use crate::outcome::{fault, lend_words, verdict, with_bytes, with_words};

pub(crate) const LEFTMOST_LONGEST: u32 = 1;
pub(crate) const ALL: u32 = 2;
pub(crate) const FOLD_ASCII: u32 = 4;
pub(crate) const FOLD_UNICODE: u32 = 8;
pub(crate) const WHOLE_WORDS: u32 = 16;

/// The kind of a pattern that is bytes, and of one that is UTF-16LE units.
pub(crate) const KIND_BYTES: u8 = 0;
pub(crate) const KIND_UNITS: u8 = 1;

thread_local! {
    /// The matchers of this thread.
    static MATCHERS: RefCell<Handles<Matcher>> = const { RefCell::new(Handles::new()) };
}

/// 0, or the fault at the first byte of the first sequence that is no UTF-8.
#[must_use]
pub fn check_utf8(call: Call<'_>) -> f64 {
    verdict(lanewise_simd::active().check_utf8(call.input).map_err(|offset| Error::new(ErrorCode::Utf8, offset)))
}

/// The number of lines, and where each starts.
#[must_use]
pub fn line_starts(call: Call<'_>) -> f64 {
    with_words(call.out, |starts| {
        lanewise_text::line_starts(call.input, starts);
        Ok(())
    })
}

/// The handle of a matcher for the list of patterns in the input, or the fault.
#[must_use]
pub fn matcher_new(call: Call<'_>) -> f64 {
    match Matcher::new(patterns(call.input), &options(&call)) {
        Ok(matcher) => f64::from(keep(matcher)),
        Err(error) => fault(error),
    }
}

/// Gives the memory of a matcher back; its handle may be given out again. 0.
#[must_use]
pub fn matcher_free(call: Call<'_>) -> f64 {
    MATCHERS.with_borrow_mut(|matchers| matchers.free(call.handle));
    0.0
}

/// 1 if some pattern occurs, else 0.
#[must_use]
pub fn matcher_test(call: Call<'_>) -> f64 {
    with_matcher(call, |matcher, haystack, _| f64::from(u8::from(matcher.test(haystack))))
}

/// The number of matches.
#[must_use]
pub fn matcher_count(call: Call<'_>) -> f64 {
    with_matcher(call, |matcher, haystack, _| matcher.count(haystack) as f64)
}

/// 3 and the id, start and end of the first match from `from` on, or 0.
#[must_use]
pub fn matcher_find(call: Call<'_>) -> f64 {
    let from = call.from as usize;
    with_matcher(call, |matcher, haystack, out| {
        with_words(out, |words| {
            words.extend(matcher.find(haystack, from).into_iter().flat_map(|found| [found.id, found.start, found.end]));
            Ok(())
        })
    })
}

/// The number of words: id, start and end of each match.
#[must_use]
pub fn matcher_find_all(call: Call<'_>) -> f64 {
    with_matcher(call, |matcher, haystack, out| {
        with_words(out, |words| {
            matcher.find_all(haystack, words);
            Ok(())
        })
    })
}

/// The number of words: the ids of the patterns that occur.
#[must_use]
pub fn matcher_which(call: Call<'_>) -> f64 {
    with_matcher(call, |matcher, haystack, out| {
        with_words(out, |words| {
            matcher.which(haystack, words);
            Ok(())
        })
    })
}

/// The number of bytes: the input with something else in place of its matches. The pointer is a list of it, one for all or one for each pattern.
#[must_use]
pub fn matcher_replace(call: Call<'_>) -> f64 {
    let (haystack, list) = (call.input, call.pointer);
    with_matcher(call, |matcher, _, out| {
        let replacements: Vec<&[u8]> = List(list).map(|(_, replacement)| replacement).collect();
        with_bytes(out, |replaced| lend_words(|found| matcher.replace(haystack, &replacements, found, replaced)))
    })
}

/// One byte for each of the haystacks that lie one behind the other in the input, 1 if some pattern occurs in it. The pointer is a word for each,
/// how many bytes it takes.
#[must_use]
pub fn matcher_test_batch(call: Call<'_>) -> f64 {
    let sizes = call.pointer;
    with_matcher(call, |matcher, haystack, out| {
        let width = if matches!(haystack, Haystack::Utf16(_)) { 2 } else { 1 };
        with_bytes(out, |found| {
            let sizes = sizes.as_chunks().0.iter().map(|size| u32::from_ne_bytes(*size) as usize / width);
            matcher.test_each(haystack, sizes, found);
            Ok(())
        })
    })
}

/// The handle of a matcher of this thread.
pub(crate) fn keep(matcher: Matcher) -> u32 {
    MATCHERS.with_borrow_mut(|matchers| matchers.keep(matcher))
}

/// The matcher of this handle, to be used beyond a call.
pub(crate) fn matcher(handle: u32) -> Option<Arc<Matcher>> {
    MATCHERS.with_borrow(|matchers| matchers.get(handle).cloned())
}

/// The patterns of a list.
pub(crate) fn patterns(list: &[u8]) -> impl Iterator<Item = Pattern<'_>> {
    List(list).map(|(kind, pattern)| if kind == KIND_BYTES { Pattern::Bytes(pattern) } else { Pattern::Units(pattern) })
}

/// The units that `form` says the bytes are: `FORM` in `ts/units.ts`.
pub(crate) fn haystack(form: u32, units: &[u8]) -> Haystack<'_> {
    match form {
        0 => Haystack::Bytes(units),
        1 => Haystack::Latin1(units),
        _ => Haystack::Utf16(units),
    }
}

/// Runs `search`; a handle that is not in use, which the facade never gives, finds nothing.
fn with_matcher(call: Call<'_>, search: impl FnOnce(&Matcher, Haystack<'_>, &mut [u8]) -> f64) -> f64 {
    MATCHERS.with_borrow(|matchers| match matchers.get(call.handle) {
        Some(matcher) => search(matcher, haystack(call.form, call.input), call.out),
        None => 0.0,
    })
}

fn options(call: &Call<'_>) -> Options {
    let flags = call.flags;
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
    Options { semantics, ignore_case, whole_words: flags & WHOLE_WORDS != 0, memory_max: call.memory_max as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(input: &'a [u8], handle: u32, out: &'a mut [u8]) -> Call<'a> {
        Call { depth_max: 0, memory_max: 1 << 20, flags: 0, form: 0, handle, from: 0, pointer: &[], input, out }
    }

    #[test]
    fn a_batch_is_tested_item_by_item() {
        let matcher = matcher_new(call(&[2, 0, 0, 0, KIND_BYTES, b'a', b'b'], 0, &mut [])) as u32;
        let sizes: Vec<u8> = [1_u32, 1, 0, 3, 9].iter().flat_map(|size| size.to_ne_bytes()).collect();
        let mut out = [9; 5];
        let batch = Call { pointer: &sizes, ..call(b"abxab", matcher, &mut out) };
        assert_eq!(matcher_test_batch(batch), 5.0);
        assert_eq!(out, [0, 0, 0, 1, 0], "an item beyond the input is what is left of it");
    }

    #[test]
    fn a_replacement_is_for_all_or_for_one_pattern() {
        let list = [1, 0, 0, 0, KIND_BYTES, b'a', 1, 0, 0, 0, KIND_BYTES, b'b'];
        let matcher = matcher_new(call(&list, 0, &mut [])) as u32;
        let mut out = [0; 5];
        let replace = |pointer: &[u8], out: &mut [u8]| matcher_replace(Call { pointer, ..call(b"xabx", matcher, out) });
        assert_eq!(replace(&[1, 0, 0, 0, KIND_BYTES, b'-'], &mut out), 4.0);
        assert_eq!(out[..4], *b"x--x");
        assert_eq!(replace(&[0, 0, 0, 0, KIND_BYTES, 2, 0, 0, 0, KIND_BYTES, b'1', b'2'], &mut out), 4.0);
        assert_eq!(out[..4], *b"x12x");
    }

    #[test]
    fn a_handle_is_given_out_again_once_it_is_free() {
        let list = [1, 0, 0, 0, KIND_BYTES, b'a', 2, 0, 0, 0, 1, b'b', 0];
        let first = matcher_new(call(&list, 0, &mut []));
        let second = matcher_new(call(&list, 0, &mut []));
        assert_eq!((first, second), (0.0, 1.0));
        assert_eq!(matcher_count(call(b"abc", 1, &mut [])), 2.0);
        assert_eq!(matcher_free(call(b"", 0, &mut [])), 0.0);
        assert_eq!(matcher_test(call(b"abc", 0, &mut [])), 0.0);
        assert_eq!(matcher_new(call(&list, 0, &mut [])), first);
        let empty = [0, 0, 0, 0, KIND_BYTES];
        assert_eq!(matcher_new(call(&empty, 0, &mut [])), fault(Error::nowhere(ErrorCode::EmptyPattern)));
    }
}
