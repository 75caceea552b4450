//! The peers, each as a way to find all spans of a set in a text.

#[cfg(hyperscan)]
use crate::hyperscan::Database;
use crate::sets::{Choice, Set};
use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use daachorse::{
    CharwiseDoubleArrayAhoCorasick as Charwise, CharwiseDoubleArrayAhoCorasickBuilder as CharwiseBuilder,
    DoubleArrayAhoCorasick as Bytewise, DoubleArrayAhoCorasickBuilder as BytewiseBuilder,
};
use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};
use std::str;

/// Beyond so many patterns a regular expression of alternatives is no sensible way to search.
const REGEX_MAX: usize = 100;
/// The automata of the crate aho-corasick.
pub const AUTOMATA: [(&str, AhoCorasickKind); 3] = [
    ("aho-corasick NFA", AhoCorasickKind::NoncontiguousNFA),
    ("aho-corasick contiguous NFA", AhoCorasickKind::ContiguousNFA),
    ("aho-corasick DFA", AhoCorasickKind::DFA),
];

/// Appends id, start and end of each match.
type FindAll<'a> = Box<dyn FnMut(&mut Vec<u32>) + 'a>;

/// A way to find all spans.
pub struct Searcher<'a> {
    pub name: &'static str,
    /// Whether it says which pattern it found.
    pub knows_ids: bool,
    /// Bytes of what was compiled, where the peer says so.
    pub memory: Option<usize>,
    pub find_all: FindAll<'a>,
}

impl<'a> Searcher<'a> {
    fn new(name: &'static str, memory: impl Into<Option<usize>>, find_all: impl FnMut(&mut Vec<u32>) + 'a) -> Self {
        Self { name, knows_ids: true, memory: memory.into(), find_all: Box::new(find_all) }
    }
}

/// All that can search `text` for `set` with its semantics.
pub fn searchers<'a>(text: &'a [u8], set: &'a Set) -> Vec<Searcher<'a>> {
    let mut list = Vec::new();
    if let ([needle], false) = (set.patterns.as_slice(), set.ignore_ascii_case) {
        list.extend(by_needle(text, needle.as_bytes()));
    }
    list.extend(by_packed(text, set));
    list.extend(AUTOMATA.map(|(name, kind)| by_aho_corasick(text, set, name, kind)));
    if !set.ignore_ascii_case {
        list.push(by_bytewise(text, set));
        list.extend(str::from_utf8(text).ok().map(|text| by_charwise(text, set)));
    }
    if set.patterns.len() <= REGEX_MAX && set.semantics == Choice::LeftmostFirst {
        list.push(by_regex(text, set));
    }
    list
}

/// What is asserted of everybody's matches, the simplest automaton's.
pub fn expected(text: &[u8], set: &Set) -> Vec<u32> {
    let mut words = Vec::new();
    (by_aho_corasick(text, set, "", AhoCorasickKind::NoncontiguousNFA).find_all)(&mut words);
    words
}

/// Hyperscan gives every occurrence, so it takes part where no two overlap or all are wanted: its matches must be `count`.
/// `spans` says whether it also finds where each starts.
#[cfg(hyperscan)]
pub fn by_hyperscan<'a>(text: &'a [u8], set: &Set, spans: bool, count: usize) -> Option<Searcher<'a>> {
    let mut database = Database::new(&set.patterns, set.ignore_ascii_case, spans)?;
    let mut words = Vec::new();
    database.find_all(text, &mut words);
    if words.len() != count * 3 {
        return None;
    }
    let name = if spans { "Hyperscan" } else { "Hyperscan, ends alone" };
    Some(Searcher::new(name, database.memory_bytes(), move |words| database.find_all(text, words)))
}

fn by_needle<'a>(text: &'a [u8], needle: &'a [u8]) -> [Searcher<'a>; 2] {
    let finder = memmem::Finder::new(needle);
    let size = needle.len();
    let by_memmem = move |words: &mut Vec<u32>| {
        for at in finder.find_iter(text) {
            words.extend([0, at as u32, (at + size) as u32]);
        }
    };
    let by_stringzilla = move |words: &mut Vec<u32>| {
        let mut from = 0;
        while let Some(at) = stringzilla::sz::find(&text[from..], needle) {
            words.extend([0, (from + at) as u32, (from + at + size) as u32]);
            from += at + size;
        }
    };
    [Searcher::new("memchr memmem", None, by_memmem), Searcher::new("StringZilla", None, by_stringzilla)]
}

/// Teddy of the crate aho-corasick, where it takes the set.
fn by_packed<'a>(text: &'a [u8], set: &Set) -> Option<Searcher<'a>> {
    let kind = match set.semantics {
        Choice::LeftmostFirst => packed::MatchKind::LeftmostFirst,
        Choice::LeftmostLongest => packed::MatchKind::LeftmostLongest,
        Choice::All => return None,
    };
    if set.ignore_ascii_case {
        return None;
    }
    let searcher = packed::Config::new().match_kind(kind).builder().extend(&set.patterns).build()?;
    Some(Searcher::new("aho-corasick packed", searcher.memory_usage(), move |words| {
        for found in searcher.find_iter(text) {
            words.extend(span(found.pattern().as_usize(), found.start(), found.end()));
        }
    }))
}

fn by_aho_corasick<'a>(text: &'a [u8], set: &Set, name: &'static str, kind: AhoCorasickKind) -> Searcher<'a> {
    let automaton = compile_aho_corasick(set, kind);
    let overlapping = set.semantics == Choice::All;
    Searcher::new(name, automaton.memory_usage(), move |words| {
        if overlapping {
            for found in automaton.find_overlapping_iter(text) {
                words.extend(span(found.pattern().as_usize(), found.start(), found.end()));
            }
        } else {
            for found in automaton.find_iter(text) {
                words.extend(span(found.pattern().as_usize(), found.start(), found.end()));
            }
        }
    })
}

fn by_bytewise<'a>(text: &'a [u8], set: &Set) -> Searcher<'a> {
    let automaton = compile_bytewise(set);
    let overlapping = set.semantics == Choice::All;
    Searcher::new("daachorse bytewise", automaton.heap_bytes(), move |words| {
        if overlapping {
            for found in automaton.find_overlapping_iter(text) {
                words.extend(span(found.value() as usize, found.start(), found.end()));
            }
        } else {
            for found in automaton.leftmost_find_iter(text) {
                words.extend(span(found.value() as usize, found.start(), found.end()));
            }
        }
    })
}

fn by_charwise<'a>(text: &'a str, set: &Set) -> Searcher<'a> {
    let automaton = compile_charwise(set);
    let overlapping = set.semantics == Choice::All;
    Searcher::new("daachorse charwise", automaton.heap_bytes(), move |words| {
        if overlapping {
            for found in automaton.find_overlapping_iter(text) {
                words.extend(span(found.value() as usize, found.start(), found.end()));
            }
        } else {
            for found in automaton.leftmost_find_iter(text) {
                words.extend(span(found.value() as usize, found.start(), found.end()));
            }
        }
    })
}

/// It does not say which alternative matched.
fn by_regex<'a>(text: &'a [u8], set: &Set) -> Searcher<'a> {
    let regex = compile_regex(set);
    let find_all = move |words: &mut Vec<u32>| {
        for found in regex.find_iter(text) {
            words.extend(span(0, found.start(), found.end()));
        }
    };
    Searcher { knows_ids: false, ..Searcher::new("regex, without ids", None, find_all) }
}

fn span(id: usize, start: usize, end: usize) -> [u32; 3] {
    [id as u32, start as u32, end as u32]
}

pub fn compile_aho_corasick(set: &Set, kind: AhoCorasickKind) -> AhoCorasick {
    let semantics = match set.semantics {
        Choice::LeftmostFirst => aho_corasick::MatchKind::LeftmostFirst,
        Choice::LeftmostLongest => aho_corasick::MatchKind::LeftmostLongest,
        Choice::All => aho_corasick::MatchKind::Standard,
    };
    AhoCorasick::builder()
        .match_kind(semantics)
        .ascii_case_insensitive(set.ignore_ascii_case)
        .kind(Some(kind))
        .build(&set.patterns)
        .expect("a set within the limits of aho-corasick")
}

pub fn compile_bytewise(set: &Set) -> Bytewise<u32> {
    BytewiseBuilder::new().match_kind(daachorse_kind(set)).build(&set.patterns).expect("a set within the limits of daachorse")
}

pub fn compile_charwise(set: &Set) -> Charwise<u32> {
    CharwiseBuilder::new().match_kind(daachorse_kind(set)).build(&set.patterns).expect("a set within the limits of daachorse")
}

fn daachorse_kind(set: &Set) -> daachorse::MatchKind {
    match set.semantics {
        Choice::LeftmostFirst => daachorse::MatchKind::LeftmostFirst,
        Choice::LeftmostLongest => daachorse::MatchKind::LeftmostLongest,
        Choice::All => daachorse::MatchKind::Standard,
    }
}

fn compile_regex(set: &Set) -> Regex {
    let alternatives: Vec<String> = set.patterns.iter().map(|pattern| regex::escape(pattern)).collect();
    // Without Unicode it folds ASCII alone, as everybody here.
    let source = format!("(?-u){}", alternatives.join("|"));
    RegexBuilder::new(&source).case_insensitive(set.ignore_ascii_case).build().expect("a regular expression of literals")
}
