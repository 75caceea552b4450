//! The crate aho-corasick with exports that take and give numbers: what a user would write who wants no glue.
#![allow(clippy::missing_safety_doc, reason = "one caller, `bench/peers/search-libraries.mjs`, which says how it calls")]

use aho_corasick::{AhoCorasick, MatchKind};
use std::slice;

/// A compiled set, with the memory for what it searches and finds.
pub struct Searcher {
    automaton: AhoCorasick,
    haystack: Vec<u8>,
    words: Vec<u32>,
}

/// Room for `size` bytes, which the caller fills, for the rest of the program.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(size: usize) -> *mut u8 {
    vec![0; size].leak().as_mut_ptr()
}

/// `data` holds the patterns, a line each; the leftmost match counts, of several the pattern given first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn compile(data: *const u8, size: usize, ignore_ascii_case: bool) -> *mut Searcher {
    // SAFETY: `allocate` made it with this size.
    let patterns = unsafe { slice::from_raw_parts(data, size) };
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .ascii_case_insensitive(ignore_ascii_case)
        .build(patterns.split(|&byte| byte == b'\n'))
        .expect("a set within the limits of aho-corasick");
    Box::into_raw(Box::new(Searcher { automaton, haystack: Vec::new(), words: Vec::new() }))
}

/// Where the caller puts a haystack of `size` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn haystack(searcher: &mut Searcher, size: usize) -> *mut u8 {
    searcher.haystack.resize(size, 0);
    searcher.haystack.as_mut_ptr()
}

/// The number of words that `words` then points at: id, start and end of each match.
#[unsafe(no_mangle)]
pub extern "C" fn find_all(searcher: &mut Searcher) -> usize {
    searcher.words.clear();
    for found in searcher.automaton.find_iter(&searcher.haystack) {
        searcher.words.extend([found.pattern().as_u32(), found.start() as u32, found.end() as u32]);
    }
    searcher.words.len()
}

#[unsafe(no_mangle)]
pub extern "C" fn words(searcher: &Searcher) -> *const u32 {
    searcher.words.as_ptr()
}
