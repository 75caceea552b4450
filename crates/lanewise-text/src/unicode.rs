//! Simple case folding and word characters, by tables generated from the Unicode Character Database.
#[path = "generated/unicode.rs"]
mod tables;

use crate::CaseFolding;
use std::cmp::Ordering;
use std::ops::RangeInclusive;
use tables::{FOLD_RUNS, WORD_RANGES};

/// The smallest code point with the same simple case folding as `code` (CaseFolding.txt, status C and S).
///
/// Two characters have the same folding exactly where this gives the same for both. What is no character stays as it is.
#[inline]
pub(crate) fn fold(code: u32) -> u32 {
    if code < 0x80 { fold_ascii(code) } else { fold_beyond_ascii(code) }
}

/// `code`, or the capital letter of an ASCII small one.
#[inline]
pub(crate) fn fold_ascii(code: u32) -> u32 {
    if code.wrapping_sub(0x61) < 26 { code - 0x20 } else { code }
}

fn fold_beyond_ascii(code: u32) -> u32 {
    let run = FOLD_RUNS.binary_search_by(|&(first, last, ..)| place(first, last, code)).map(|index| FOLD_RUNS[index]);
    match run {
        Ok((first, _, spacing, distance)) if (code - first).is_multiple_of(spacing) => code.wrapping_add_signed(distance),
        _ => code,
    }
}

/// Every character with the same simple case folding as `smallest`, which is the smallest of them.
pub(crate) fn variants(smallest: u32) -> impl Iterator<Item = u32> {
    let others = FOLD_RUNS.iter().filter_map(move |&(first, last, spacing, distance)| {
        let other = smallest.checked_add_signed(distance.checked_neg()?)?;
        ((first..=last).contains(&other) && (other - first).is_multiple_of(spacing)).then_some(other)
    });
    std::iter::once(smallest).chain(others)
}

/// `capital` and, of an ASCII one, its small letter.
pub(crate) fn variants_ascii(capital: u32) -> impl Iterator<Item = u32> {
    let small = (capital.wrapping_sub(0x41) < 26).then_some(capital + 0x20);
    std::iter::once(capital).chain(small)
}

/// Whether `code` is a word character: alphabetic, mark, decimal number, connector punctuation or join control (UTS 18, `\w`).
#[inline]
pub(crate) fn is_word(code: u32) -> bool {
    match u8::try_from(code) {
        Ok(byte) if byte < 0x80 => byte.is_ascii_alphanumeric() || byte == b'_',
        _ => WORD_RANGES.binary_search_by(|&(first, last)| place(first, last, code)).is_ok(),
    }
}

/// Those of `codes`, ASCII is none of them, that do not fold to themselves, each with what it folds to.
pub(crate) fn folded_in(folding: CaseFolding, codes: RangeInclusive<u32>) -> impl Iterator<Item = (u32, u32)> {
    let (start, end) = codes.into_inner();
    let runs = if folding == CaseFolding::Unicode { FOLD_RUNS } else { &[] };
    let next = runs.partition_point(|&(_, last, ..)| last < start);
    let overlapping = runs[next..].iter().take_while(move |&&(first, ..)| first <= end);
    let folded = overlapping.flat_map(|&(first, last, spacing, distance)| {
        (first..=last).step_by(spacing as usize).map(move |code| (code, code.wrapping_add_signed(distance)))
    });
    folded.filter(move |&(code, _)| (start..=end).contains(&code))
}

/// Where the range `first..=last` lies, seen from `code`.
fn place(first: u32, last: u32, code: u32) -> Ordering {
    if last < code {
        Ordering::Less
    } else if first > code {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    #[test]
    fn folding_is_that_of_the_unicode_character_database() {
        for c in '\0'..=char::MAX {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            class.case_fold_simple();
            assert_eq!(fold(c.into()), u32::from(class.ranges()[0].start()), "{c:?}");
        }
    }

    #[test]
    fn the_variants_of_a_character_are_those_that_fold_to_it() {
        let mut folded: Vec<(u32, u32)> = (0..0x11_0200).map(|code| (fold(code), code)).collect();
        folded.sort_unstable();
        for class in folded.chunk_by(|a, b| a.0 == b.0) {
            let mut all: Vec<u32> = variants(class[0].0).collect();
            all.sort_unstable();
            assert!(all.iter().eq(class.iter().map(|(_, code)| code)), "{class:x?}");
        }
        for code in 0..0x200 {
            assert!(variants_ascii(fold_ascii(code)).any(|variant| variant == code));
            assert!(variants_ascii(fold_ascii(code)).all(|variant| fold_ascii(variant) == fold_ascii(code)));
        }
    }

    #[test]
    fn word_characters_are_those_of_the_unicode_character_database() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_word(c.into()), regex_syntax::is_word_character(c), "{c:?}");
        }
    }

    #[test]
    fn only_status_c_and_s_fold() {
        let same = |a: char, b: char| fold(a.into()) == fold(b.into());
        // CaseFolding.txt, C: Kelvin sign, long s, sigma, Deseret, capital L with middle tilde; S: capital sharp s.
        for (a, b) in
            [('k', '\u{212a}'), ('s', 'ſ'), ('σ', 'ς'), ('Σ', 'ς'), ('𐐀', '𐐨'), ('\u{2c62}', 'ɫ'), ('ẞ', 'ß'), ('ÿ', 'Ÿ'), ('µ', 'μ')]
        {
            assert!(same(a, b), "{a:?} {b:?}");
        }
        // F and T: capital I with dot above, dotless i; the sharp s is no pair of s.
        for (a, b) in [('i', 'İ'), ('I', 'ı'), ('i', 'ı'), ('s', 'ß')] {
            assert!(!same(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_is_no_character_is_no_word_character_and_stays_as_it_is() {
        for code in (0xd800..0xe000).chain(0x11_0000..0x11_0200).chain([u32::MAX]) {
            assert_eq!((fold(code), is_word(code)), (code, false));
        }
    }
}
