//! The definition of a search, followed word by word: every occurrence by comparison at every place, then the choice among them.
use lanewise_text::{CaseFolding, Match, Semantics};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// What the units of a text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Utf8,
    Latin1,
    Utf16,
}

/// A character, or a unit that is part of none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Character {
    Whole(char),
    Stray(u16),
}

/// The one character that `units` are, if they are one.
fn character(units: &[u16], form: Form) -> Option<char> {
    let text = match form {
        Form::Utf8 => String::from_utf8(units.iter().map(|&unit| unit as u8).collect()).ok()?,
        Form::Latin1 => units.iter().map(|&unit| char::from(unit as u8)).collect(),
        Form::Utf16 => String::from_utf16(units).ok()?,
    };
    let mut characters = text.chars();
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

/// The character at the start of `units`, and its length.
fn first(units: &[u16], form: Form) -> Option<(Character, usize)> {
    let whole = (1..=units.len().min(4)).find_map(|len| Some((Character::Whole(character(&units[..len], form)?), len)));
    whole.or(units.first().map(|&unit| (Character::Stray(unit), 1)))
}

/// The characters of `units`, with their offsets, and at last the length.
fn characters(units: &[u16], form: Form) -> (Vec<Character>, Vec<usize>) {
    let (mut all, mut offsets) = (vec![], vec![0]);
    while let Some((character, len)) = first(&units[offsets[all.len()]..], form) {
        offsets.push(offsets[all.len()] + len);
        all.push(character);
    }
    (all, offsets)
}

fn is_same(a: Character, b: Character, folding: CaseFolding) -> bool {
    match (a, b) {
        (Character::Whole(a), Character::Whole(b)) => match folding {
            CaseFolding::None => a == b,
            CaseFolding::Ascii => a.eq_ignore_ascii_case(&b),
            CaseFolding::Unicode => {
                let mut class = ClassUnicode::new([ClassUnicodeRange::new(a, a)]);
                class.case_fold_simple();
                class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&b))
            }
        },
        _ => a == b,
    }
}

fn is_whole_word(haystack: &[u16], form: Form, start: usize, end: usize) -> bool {
    let before = (start.saturating_sub(4)..start).find_map(|from| character(&haystack[from..start], form));
    let after = (end..=haystack.len().min(end + 4)).find_map(|to| character(&haystack[end..to], form));
    !before.into_iter().chain(after).any(regex_syntax::is_word_character)
}

/// Every place where `pattern` stands in `haystack`.
fn places(pattern: &[u16], haystack: &[u16], form: Form, folding: CaseFolding) -> Vec<(usize, usize)> {
    if folding == CaseFolding::None {
        let starts = (0..haystack.len()).filter(|&start| haystack[start..].starts_with(pattern));
        return starts.map(|start| (start, start + pattern.len())).collect();
    }
    let (wanted, _) = characters(pattern, form);
    let (text, offsets) = characters(haystack, form);
    let mut places = vec![];
    for start in 0..(text.len() + 1).saturating_sub(wanted.len()) {
        if wanted.iter().zip(&text[start..]).all(|(&a, &b)| is_same(a, b, folding)) {
            places.push((offsets[start], offsets[start + wanted.len()]));
        }
    }
    places
}

/// Every occurrence of the patterns; those without a text in this form are none.
pub(crate) fn occurrences(
    patterns: &[Option<Vec<u16>>],
    haystack: &[u16],
    form: Form,
    folding: CaseFolding,
    whole_words: bool,
) -> Vec<Match> {
    let mut all = vec![];
    for (id, pattern) in (0..).zip(patterns) {
        for (start, end) in pattern.iter().flat_map(|pattern| places(pattern, haystack, form, folding)) {
            if !whole_words || is_whole_word(haystack, form, start, end) {
                all.push(Match { id, start: start as u32, end: end as u32 });
            }
        }
    }
    all
}

/// The matches that a search from offset `from` on gives.
pub(crate) fn choose(occurrences: &[Match], semantics: Semantics, mut from: u32) -> Vec<Match> {
    let mut rest: Vec<Match> = occurrences.iter().copied().filter(|found| found.start >= from).collect();
    if semantics == Semantics::All {
        rest.sort_by_key(|found| (found.end, found.start, found.id));
        return rest;
    }
    let mut chosen = vec![];
    let longest_first = |found: &Match| if semantics == Semantics::LeftmostLongest { u32::MAX - found.end } else { 0 };
    while let Some(best) = rest.iter().filter(|found| found.start >= from).min_by_key(|found| (found.start, longest_first(found), found.id))
    {
        chosen.push(*best);
        from = best.end;
    }
    chosen
}
