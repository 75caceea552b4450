//! Text search: many literal patterns at once, in bytes and in JavaScript strings as they are, and the lines of a text.
//!
//! Nothing here converts a haystack: bytes are searched as bytes, strings as the Latin-1 or UTF-16 units that their engine holds, and
//! every offset is in the unit of the haystack.
//!
//! ```
//! use lanewise_text::{Haystack, Match, Matcher, Options, Pattern};
//!
//! let matcher = Matcher::new([Pattern::Bytes(b"wise"), Pattern::Bytes(b"lane")], &Options::default())?;
//! assert_eq!(matcher.find(Haystack::Bytes(b"in lanewise"), 0), Some(Match { id: 1, start: 3, end: 7 }));
//! assert_eq!(matcher.count(Haystack::Utf16(b"l\0a\0n\0e\0w\0i\0s\0e\0")), 2);
//! # Ok::<(), lanewise_error::Error>(())
//! ```
#![forbid(unsafe_code)]

mod automaton;
mod batch;
mod big;
mod blob;
mod chunk;
mod effort;
mod engine;
mod fallback;
mod given;
mod lines;
mod matcher;
pub mod needle;
mod pattern;
mod plan;
mod prefix;
mod replace;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod unicode;

use std::ops::ControlFlow;

pub use lines::line_starts;
pub use matcher::{HAYSTACK_MAX, Matcher};
pub use plan::Plan;
pub use prefix::PrefixSet;
pub use stream::Scanner;

/// The text to search, and the unit in which its offsets count.
#[derive(Clone, Copy, Debug)]
pub enum Haystack<'a> {
    /// Bytes; where characters matter, those of UTF-8. Bytes that are not UTF-8 stand for themselves.
    Bytes(&'a [u8]),
    /// A string of one-byte units, each the character of its value.
    Latin1(&'a [u8]),
    /// A string of UTF-16 units, two bytes each, the low one first, at any alignment. A last odd byte is left out.
    Utf16(&'a [u8]),
}

/// A text to search for.
#[derive(Clone, Copy, Debug)]
pub enum Pattern<'a> {
    /// Bytes, in strings the text that they are the UTF-8 of.
    Bytes(&'a [u8]),
    /// A JavaScript string in UTF-16 units as in [`Haystack::Utf16`]; in bytes its UTF-8.
    Units(&'a [u8]),
}

impl Pattern<'_> {
    /// Whether it has no unit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Units(units) => units.len() < 2,
        }
    }
}

/// Which of the occurrences are matches. Ties go to the lowest id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantics {
    /// Of those that start first the one of the lowest id; matches do not overlap; ordered by start.
    #[default]
    LeftmostFirst,
    /// Of those that start first the longest; matches do not overlap; ordered by start.
    LeftmostLongest,
    /// Every occurrence of every pattern; ordered by end, then start, then id.
    All,
}

/// Which characters are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseFolding {
    /// Each only to itself.
    #[default]
    None,
    /// A to Z and a to z.
    Ascii,
    /// Those with the same simple case folding: CaseFolding.txt of Unicode 16, status C and S.
    Unicode,
}

/// What counts as a match, and the memory to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which of the occurrences are matches.
    pub semantics: Semantics,
    /// Which characters are the same.
    pub ignore_case: CaseFolding,
    /// An occurrence counts only where neither the character before it nor the one after it is a word character: alphabetic, mark,
    /// decimal number, connector punctuation or join control (UTS 18, `\w`).
    pub whole_words: bool,
    /// Upper bound in bytes for the compiled form, for haystacks of every form together.
    pub memory_max: usize,
}

/// [`Options::memory_max`] by default.
pub const MEMORY_MAX: usize = 64 << 20;

impl Default for Options {
    fn default() -> Self {
        Self { semantics: Semantics::default(), ignore_case: CaseFolding::default(), whole_words: false, memory_max: MEMORY_MAX }
    }
}

/// One match: which pattern, and where, in units of the haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Position of the pattern in the patterns given.
    pub id: u32,
    /// Offset of its first unit.
    pub start: u32,
    /// Offset behind its last unit.
    pub end: u32,
}

/// What a search came to: broken off by who asked, or with all done (`None`), or given up at a place where nothing is under way: every match that
/// starts before it has been given, and none that starts there or later.
type Outcome = ControlFlow<(), Option<usize>>;
