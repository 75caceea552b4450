//! What is measured: the same work by all, with the results asserted to be equal.

use crate::searchers::{self, AUTOMATA, Searcher, compile_aho_corasick, compile_bytewise, compile_charwise};
use crate::sets::Set;
use harness::Named;
use harness::measure::Contender;
use harness::ours::{self, Haystack, Matcher, Ours};
use std::hint::black_box;
use std::str;

#[cfg(hyperscan)]
use crate::hyperscan::Database;

/// Everybody finds all spans of `set` in `text`; ours also counts them, and searches the text in UTF-16.
pub fn search<'a>(text: &'a [u8], set: &'a Set, ours: &'a [Named]) -> Vec<Contender<'a>> {
    let expected = sorted(&searchers::expected(text, set));
    let mut list = Vec::new();
    for (name, ours) in ours {
        list.extend(by_ours(name, ours, text, set, &expected));
    }
    for searcher in searchers::searchers(text, set) {
        list.push(contender(searcher, set, &expected));
    }
    #[cfg(hyperscan)]
    for spans in [true, false] {
        let searcher = searchers::by_hyperscan(text, set, spans, expected.len());
        list.extend(searcher.map(|searcher| measured(searcher, expected.len())));
    }
    list
}

fn by_ours<'a>(name: &str, ours: &Ours, text: &'a [u8], set: &Set, expected: &[[u32; 3]]) -> Vec<Contender<'a>> {
    let count = expected.len();
    let mut matcher = compile_ours(ours, set);
    assert!(sorted(matcher.find_all(Haystack::Bytes(text))) == expected, "{name} finds other matches of {}", set.name);
    let memory = matcher.memory_bytes();
    let mut list = vec![Contender::new(name, move || matcher.find_all(Haystack::Bytes(text)).len()).taking(memory)];

    let matcher = compile_ours(ours, set);
    assert_eq!(matcher.count(Haystack::Bytes(text)), count, "{name} counts other matches of {}", set.name);
    list.push(Contender::new(format!("{name}, count"), move || matcher.count(Haystack::Bytes(text))));

    if let Ok(text) = str::from_utf8(text) {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut matcher = compile_ours(ours, set);
        assert_eq!(matcher.find_all(Haystack::Utf16(&units)).len(), count * 3, "{name} finds other matches of {} in UTF-16", set.name);
        list.push(Contender::new(format!("{name}, UTF-16"), move || matcher.find_all(Haystack::Utf16(&units)).len()));
    }
    list
}

fn contender<'a>(mut searcher: Searcher<'a>, set: &Set, expected: &[[u32; 3]]) -> Contender<'a> {
    let mut words = Vec::new();
    (searcher.find_all)(&mut words);
    let found = sorted(&words);
    let known = if searcher.knows_ids { 3 } else { 2 };
    let is_right = found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| found[..known] == expected[..known]);
    assert!(is_right, "{} finds other matches of {}", searcher.name, set.name);
    measured(searcher, expected.len())
}

fn measured(searcher: Searcher<'_>, count: usize) -> Contender<'_> {
    let Searcher { name, memory, mut find_all, .. } = searcher;
    let mut words = Vec::with_capacity(count * 3);
    let contender = Contender::new(name, move || {
        words.clear();
        find_all(&mut words);
        words.len()
    });
    match memory {
        Some(bytes) => contender.taking(bytes),
        None => contender,
    }
}

/// Start, end and id, in an order that is the same for all.
fn sorted(words: &[u32]) -> Vec<[u32; 3]> {
    let mut matches: Vec<[u32; 3]> = words.chunks_exact(3).map(|word| [word[1], word[2], word[0]]).collect();
    matches.sort_unstable();
    matches
}

/// Everybody compiles `set`.
pub fn build<'a>(set: &'a Set, ours: &'a [Named]) -> Vec<Contender<'a>> {
    let mut list = Vec::new();
    for (name, ours) in ours {
        list.push(compiling(name, || compile_ours(ours, set), Matcher::memory_bytes));
    }
    for (name, kind) in AUTOMATA {
        list.push(compiling(name, move || compile_aho_corasick(set, kind), |automaton| automaton.memory_usage()));
    }
    list.push(compiling("daachorse bytewise", || compile_bytewise(set), |automaton| automaton.heap_bytes()));
    list.push(compiling("daachorse charwise", || compile_charwise(set), |automaton| automaton.heap_bytes()));
    #[cfg(hyperscan)]
    if let Some(database) = Database::new(&set.patterns, set.ignore_ascii_case, false) {
        let again = || Database::new(&set.patterns, set.ignore_ascii_case, false);
        let contender = Contender::new("Hyperscan, ends alone", move || usize::from(black_box(again()).is_some()));
        list.push(contender.taking(database.memory_bytes()));
    }
    list
}

/// The compiled form is dropped in the measured time, by all.
fn compiling<'a, T>(name: &str, compile: impl Fn() -> T + 'a, memory: impl Fn(&T) -> usize) -> Contender<'a> {
    let bytes = memory(&compile());
    let call = move || {
        black_box(compile());
        1
    };
    Contender::new(name, call).taking(bytes)
}

fn compile_ours(ours: &Ours, set: &Set) -> Matcher {
    ours.matcher(&ours::Set::new(&set.patterns), set.semantics.into(), set.ignore_ascii_case)
}
