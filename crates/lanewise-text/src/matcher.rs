//! [`Matcher`]: a set of literal patterns, compiled.
use crate::automaton::{Automaton, Symbols};
use crate::literals::Literals;
use crate::pattern::{self, Needles};
use crate::text::{Latin1, Raw, Reading, Starts, Text, Units, Utf8, Utf16};
use crate::{Haystack, Match, Options, Pattern, Semantics};
use lanewise_error::{Error, ErrorCode};
use std::ops::ControlFlow;

/// Offsets are words of 32 bits, so no haystack has more units than this that are looked at.
pub const HAYSTACK_MAX: usize = u32::MAX as usize;

/// The needles of one form of haystack, compiled.
pub(crate) struct Side {
    pub(crate) automaton: Automaton,
    /// Of each pattern of the automaton the number of steps of the haystack that it covers.
    pub(crate) steps: Vec<u32>,
}

impl Side {
    /// Compiles `needles` and takes what it needs from `memory`.
    fn new(needles: &Needles, semantics: Semantics, memory: &mut usize) -> Result<Self, Error> {
        let (automaton, entries) = Automaton::new(&needles.strings, semantics, *memory)?;
        let steps: Vec<u32> = entries.iter().map(|&entry| needles.steps[entry as usize]).collect();
        let side = Self { automaton, steps };
        *memory = memory.checked_sub(side.memory_bytes()).ok_or(Error::nowhere(ErrorCode::TooLarge))?;
        Ok(side)
    }

    /// Takes what makes it faster from `memory`.
    fn expand(&mut self, memory: &mut usize) {
        let least = self.automaton.memory_bytes();
        self.automaton.expand(*memory);
        *memory -= self.automaton.memory_bytes() - least;
    }

    fn memory_bytes(&self) -> usize {
        self.automaton.memory_bytes() + self.steps.len() * size_of::<u32>()
    }
}

/// What a search wants to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Whether there is a match: the first one given tells no more.
    Any,
    /// The ends of matches; their starts are not made out.
    Ends,
    Whole,
}

/// A set of literal strings, compiled for searches of one kind in haystacks of any form.
///
/// Ids are positions in the patterns given. A pattern matches the same text in every form of haystack; where its text has no such form
/// (half a surrogate pair in bytes, bad UTF-8 in strings) it never matches. An empty set matches nothing.
///
/// Unless case is ignored, a pattern is found wherever its units stand, so `"\ud83d"` is found in the first half of an astral
/// character, as by `String.prototype.indexOf`; the characters that [`Options::whole_words`] looks at are those that end at its start and
/// begin at its end. When case is ignored every match covers whole characters.
///
/// # Complexity
/// A search takes time linear in the haystack, and no memory but its result. Under the leftmost kinds each match may make it
/// read as many characters again as the longest pattern has; where case is ignored in UTF-8 so may finding the start of each match.
///
/// # Source
/// Aho and Corasick, "Efficient string matching" (1975).
pub struct Matcher {
    len: usize,
    semantics: Semantics,
    reading: Reading,
    bytes: Side,
    /// For strings; none where it would be the same as for bytes.
    strings: Option<Side>,
    /// How patterns begin where bytes are their own symbols.
    starts: Option<Starts>,
    /// What searches instead of the automata where it can.
    literals: Option<Literals>,
}

impl Matcher {
    /// Compiles `patterns`. What it takes besides the compiled form is a small multiple of the patterns, and is given back.
    ///
    /// # Errors
    /// `LW_EMPTY_PATTERN` when a pattern has no unit, `LW_TOO_LARGE` when the compiled form would take more than
    /// [`Options::memory_max`] bytes; both nowhere.
    pub fn new<'a>(patterns: impl IntoIterator<Item = Pattern<'a>>, options: &Options) -> Result<Self, Error> {
        let patterns: Vec<Pattern<'a>> = patterns.into_iter().collect();
        if patterns.iter().any(Pattern::is_empty) {
            return Err(Error::nowhere(ErrorCode::EmptyPattern));
        }
        if u32::try_from(patterns.len()).is_err() {
            return Err(Error::nowhere(ErrorCode::TooLarge));
        }
        let reading = pattern::reading(&patterns, options);
        let mut memory = options.memory_max;
        let (mut bytes, mut strings) = Self::compile(&patterns, reading, options.semantics, &mut memory)?;
        // Only now: speed must not take the room of a side that is needed.
        let literals = Literals::new(&patterns, options, &mut memory);
        bytes.expand(&mut memory);
        if let Some(strings) = &mut strings {
            strings.expand(&mut memory);
        }
        let starts = reading.is_raw().then(|| Starts::new(bytes.automaton.first_symbols())).flatten();
        Ok(Self { len: patterns.len(), semantics: options.semantics, reading, bytes, strings, starts, literals })
    }

    /// The side for bytes, and the one for strings where it is another.
    fn compile(
        patterns: &[Pattern<'_>],
        reading: Reading,
        semantics: Semantics,
        memory: &mut usize,
    ) -> Result<(Side, Option<Side>), Error> {
        if reading.characters {
            return Ok((Side::new(&Needles::for_characters(patterns, reading), semantics, memory)?, None));
        }
        let bytes = Needles::for_bytes(patterns, reading);
        let strings = Needles::for_strings(patterns, reading);
        let bytes_side = Side::new(&bytes, semantics, memory)?;
        let strings_side = (strings != bytes).then(|| Side::new(&strings, semantics, memory)).transpose()?;
        Ok((bytes_side, strings_side))
    }

    /// The number of patterns given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The needles for bytes.
    pub(crate) fn bytes_side(&self) -> &Side {
        &self.bytes
    }

    /// How haystacks are read.
    pub(crate) fn reading(&self) -> Reading {
        self.reading
    }

    /// The semantics that it was compiled for.
    #[must_use]
    pub fn semantics(&self) -> Semantics {
        self.semantics
    }

    /// Bytes of memory that the compiled form takes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let literals = self.literals.as_ref().map_or(0, Literals::memory_bytes);
        self.bytes.memory_bytes() + self.strings.as_ref().map_or(0, Side::memory_bytes) + literals
    }

    /// Whether any pattern occurs.
    #[must_use]
    pub fn test(&self, haystack: Haystack<'_>) -> bool {
        self.search(haystack, 0, Want::Any, &mut |_| ControlFlow::Break(())).is_break()
    }

    /// The number of matches that [`Matcher::find_all`] gives.
    #[must_use]
    pub fn count(&self, haystack: Haystack<'_>) -> usize {
        let mut count = 0;
        let _ = self.search(haystack, 0, Want::Ends, &mut |_| {
            count += 1;
            ControlFlow::Continue(())
        });
        count
    }

    /// The first match, in the order of the semantics, of those that start at `from` or later, in units of the haystack.
    ///
    /// Text before `from` is still seen by [`Options::whole_words`]. From the end of the haystack on there is none.
    #[must_use]
    pub fn find(&self, haystack: Haystack<'_>, from: usize) -> Option<Match> {
        let mut first = None;
        let _ = self.search(haystack, from, Want::Whole, &mut |found| {
            first = Some(found);
            ControlFlow::Break(())
        });
        first
    }

    /// Appends id, start and end of every match to `out`, in the order of the semantics.
    pub fn find_all(&self, haystack: Haystack<'_>, out: &mut Vec<u32>) {
        let _ = self.search(haystack, 0, Want::Whole, &mut |found| {
            out.extend([found.id, found.start, found.end]);
            ControlFlow::Continue(())
        });
    }

    /// Gives `visit` each match from offset `from` on until it breaks.
    pub(crate) fn search(
        &self,
        haystack: Haystack<'_>,
        from: usize,
        want: Want,
        visit: &mut dyn FnMut(Match) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let haystack = haystack.clip();
        if let Some(mut matches) = self.literals.as_ref().and_then(|literals| literals.find_iter(haystack, from)) {
            return matches.try_for_each(visit);
        }
        let strings = self.strings.as_ref().unwrap_or(&self.bytes);
        let is_raw = self.reading.is_raw();
        match haystack {
            Haystack::Bytes(bytes) if is_raw => self.search_raw(bytes, from, want, visit),
            // The same side for bytes and strings: every pattern is ASCII.
            Haystack::Latin1(units) if is_raw && self.strings.is_none() => self.search_raw(units, from, want, visit),
            Haystack::Bytes(bytes) => self.search_text(&self.bytes, Utf8(bytes), from, want, visit),
            Haystack::Latin1(units) => self.search_text(strings, Latin1(units), from, want, visit),
            Haystack::Utf16(units) => self.search_text(strings, Utf16::new(units), from, want, visit),
        }
    }

    fn search_raw(&self, bytes: &[u8], from: usize, want: Want, visit: &mut dyn FnMut(Match) -> ControlFlow<()>) -> ControlFlow<()> {
        let symbols = Raw { bytes, starts: self.starts };
        search_side(&self.bytes, &symbols, |end, steps| end - steps as usize, from, want, visit)
    }

    fn search_text<U: Units>(
        &self,
        side: &Side,
        units: U,
        from: usize,
        want: Want,
        visit: &mut dyn FnMut(Match) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let text = Text { units, reading: self.reading };
        search_side(side, &text, |end, steps| text.start(end, steps), from, want, visit)
    }
}

fn search_side(
    side: &Side,
    symbols: &impl Symbols,
    start: impl Fn(usize, u32) -> usize,
    from: usize,
    want: Want,
    visit: &mut dyn FnMut(Match) -> ControlFlow<()>,
) -> ControlFlow<()> {
    side.automaton.search(symbols, from, want == Want::Any, &mut |pattern, end| {
        let start = if want == Want::Whole { start(end, side.steps[pattern as usize]) } else { end };
        for &id in side.automaton.ids(pattern) {
            visit(Match { id, start: start as u32, end: end as u32 })?;
        }
        ControlFlow::Continue(())
    })
}

impl Haystack<'_> {
    /// What of it offsets of 32 bits can reach.
    fn clip(self) -> Self {
        let clip = |units: &[u8], size: usize| units.len().min(HAYSTACK_MAX.saturating_mul(size));
        match self {
            Self::Bytes(bytes) => Self::Bytes(&bytes[..clip(bytes, 1)]),
            Self::Latin1(units) => Self::Latin1(&units[..clip(units, 1)]),
            Self::Utf16(units) => Self::Utf16(&units[..clip(units, 2) & !1]),
        }
    }
}
