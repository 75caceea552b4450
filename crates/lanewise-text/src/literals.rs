//! A few literals, compared as they stand, by the vector searchers of the `memchr` and `aho-corasick` crates.
//!
//! Where neither case nor words matter and matches do not overlap, a small set is found far faster by comparing vectors of the haystack with
//! the first bytes of all patterns (Teddy) than by an automaton; a single pattern by two of its rarer bytes.
use crate::pattern::{to_bytes, to_units};
use crate::{Haystack, Match, Options, Pattern, Semantics};
use aho_corasick::{Span, packed};
use memchr::memmem;
use std::borrow::Cow;

/// More patterns share the buckets of the vector search with each other, and its candidates take longer to confirm.
const PATTERNS_MAX: usize = 32;
/// Bytes of a pattern. A haystack made to be a candidate everywhere costs one comparison of this length a pattern and place.
const SIZE_MAX: usize = 64;

/// The literals in each form of haystack; none where the automaton has to search.
pub(crate) struct Literals {
    bytes: Option<Searcher>,
    latin1: Option<Searcher>,
    utf16: Option<Searcher>,
    /// Every pattern is ASCII: then the one for bytes serves one-byte strings too.
    is_ascii: bool,
}

impl Literals {
    /// The literals that `patterns` are, if they are few and compared as they stand; takes what it needs from `memory`, or does without.
    pub(crate) fn new(patterns: &[Pattern<'_>], options: &Options, memory: &mut usize) -> Option<Self> {
        let is_plain = !options.whole_words && options.ignore_case == crate::CaseFolding::None && options.semantics != Semantics::All;
        // An instruction set that was forced to be the plainest one is searched with by the automaton.
        let has_vectors = lanewise_simd::active().name() != "scalar";
        if !is_plain || !has_vectors || patterns.is_empty() || patterns.len() > PATTERNS_MAX {
            return None;
        }
        let mut searcher = |form: fn(Pattern<'_>) -> Option<Cow<'_, [u8]>>| {
            let searcher = Searcher::new(patterns.iter().map(|&pattern| form(pattern)), options.semantics)?;
            *memory = memory.checked_sub(searcher.memory_bytes())?;
            Some(searcher)
        };
        let is_ascii = patterns.iter().all(|&pattern| to_bytes(pattern).is_some_and(|bytes| bytes.is_ascii()));
        let bytes = searcher(to_bytes);
        let latin1 = if is_ascii { None } else { searcher(to_latin1) };
        Some(Self { bytes, latin1, utf16: searcher(to_units), is_ascii })
    }

    /// The matches in `haystack` from offset `from` on, or `None` where the automaton has to find them.
    pub(crate) fn find_iter<'h>(&'h self, haystack: Haystack<'h>, from: usize) -> Option<impl Iterator<Item = Match> + 'h> {
        let (searcher, units, size) = match haystack {
            Haystack::Bytes(bytes) => (self.bytes.as_ref()?, bytes, 1),
            Haystack::Latin1(units) => (if self.is_ascii { &self.bytes } else { &self.latin1 }.as_ref()?, units, 1),
            Haystack::Utf16(units) => (self.utf16.as_ref()?, units, 2),
        };
        let mut at = from.saturating_mul(size);
        Some(std::iter::from_fn(move || {
            let (pattern, span) = searcher.find(units, at, size)?;
            at = span.end;
            Some(Match { id: searcher.ids[pattern], start: (span.start / size) as u32, end: (span.end / size) as u32 })
        }))
    }

    /// Bytes of memory that the compiled form takes.
    pub(crate) fn memory_bytes(&self) -> usize {
        [&self.bytes, &self.latin1, &self.utf16].into_iter().flatten().map(Searcher::memory_bytes).sum()
    }
}

/// The bytes of one form of the patterns.
struct Searcher {
    engine: Engine,
    /// Of each literal the pattern that it is.
    ids: Vec<u32>,
}

enum Engine {
    One(Box<memmem::Finder<'static>>),
    Many(packed::Searcher),
}

impl Searcher {
    /// The searcher for the patterns that have this form.
    fn new<'a>(forms: impl Iterator<Item = Option<Cow<'a, [u8]>>>, semantics: Semantics) -> Option<Self> {
        let (ids, literals): (Vec<u32>, Vec<_>) = (0..).zip(forms).filter_map(|(id, form)| Some((id, form?))).unzip();
        if literals.is_empty() || literals.iter().any(|literal| literal.len() > SIZE_MAX) {
            return None;
        }
        if let [literal] = &literals[..] {
            return Some(Self { engine: Engine::One(Box::new(memmem::Finder::new(literal).into_owned())), ids });
        }
        let kind =
            if semantics == Semantics::LeftmostFirst { packed::MatchKind::LeftmostFirst } else { packed::MatchKind::LeftmostLongest };
        let searcher = packed::Config::new().match_kind(kind).builder().extend(&literals).build()?;
        Some(Self { engine: Engine::Many(searcher), ids })
    }

    /// The first match from `at` on, at a multiple of the size of a unit. One that begins inside a unit is none: the search goes on behind its
    /// first byte, so no match is missed, since matches are chosen by their start before anything else.
    fn find(&self, units: &[u8], mut at: usize, size: usize) -> Option<(usize, Span)> {
        loop {
            let (pattern, span) = self.find_bytes(units, at)?;
            if span.start % size == 0 {
                return Some((pattern, span));
            }
            at = span.start + 1;
        }
    }

    fn find_bytes(&self, units: &[u8], at: usize) -> Option<(usize, Span)> {
        let rest = units.get(at..)?;
        match &self.engine {
            Engine::One(finder) => {
                let start = at + finder.find(rest)?;
                Some((0, Span { start, end: start + finder.needle().len() }))
            }
            Engine::Many(searcher) => {
                let found = searcher.find_in(units, Span { start: at, end: units.len() })?;
                Some((found.pattern().as_usize(), found.span()))
            }
        }
    }

    fn memory_bytes(&self) -> usize {
        let engine = match &self.engine {
            Engine::One(finder) => size_of_val(&**finder) + finder.needle().len(),
            Engine::Many(searcher) => searcher.memory_usage(),
        };
        engine + self.ids.len() * size_of::<u32>()
    }
}

/// The one-byte units that the pattern matches, if any.
fn to_latin1(pattern: Pattern<'_>) -> Option<Cow<'_, [u8]>> {
    let units = to_units(pattern)?;
    let latin1: Option<Vec<u8>> = units.as_chunks().0.iter().map(|&unit| u8::try_from(u16::from_le_bytes(unit)).ok()).collect();
    latin1.map(Cow::Owned)
}
