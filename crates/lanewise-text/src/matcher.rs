//! [`Matcher`]: a set of literal patterns, compiled.
use crate::blob::{Reader, Writer};
use crate::engine::{Engine, Form, Pending};
use crate::fallback::{Fallback, Want};
use crate::given::Given;
use crate::pattern;
use crate::text::{Latin1, Reading, Text, Units, Utf8, Utf16};
use crate::{CaseFolding, Haystack, Match, Options, Pattern, Plan, Semantics};
use lanewise_error::{Error, ErrorCode};
use std::ops::ControlFlow;

/// Offsets are words of 32 bits, so no haystack has more units than this that are looked at.
pub const HAYSTACK_MAX: usize = u32::MAX as usize;

/// Where candidates are too dense, the automaton searches at least so many units before they are tried again, and twice as many each time.
const STRETCH: usize = 1 << 16;

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
    given: Given,
    options: Options,
    reading: Reading,
    /// None where the automata search alone.
    engines: Option<Engines>,
    fallback: Fallback,
}

/// What searches haystacks of each form.
struct Engines {
    utf8: Engine,
    /// None where it would be the same as for UTF-8.
    latin1: Option<Engine>,
    utf16: Engine,
}

impl Engines {
    fn new(given: &Given, reading: Reading, semantics: Semantics) -> Option<Self> {
        let kernels = lanewise_simd::active();
        if !kernels.has_vectors() {
            return None;
        }
        let engine = |form| Engine::new(kernels, given, form, reading, semantics);
        let utf8 = engine(Form::Utf8)?;
        let latin1 = engine(Form::Latin1).filter(|latin1| !latin1.is_same(&utf8));
        Some(Self { latin1, utf16: engine(Form::Utf16)?, utf8 })
    }

    fn utf8(&self) -> &Engine {
        &self.utf8
    }

    fn latin1(&self) -> &Engine {
        self.latin1.as_ref().unwrap_or(&self.utf8)
    }

    fn utf16(&self) -> &Engine {
        &self.utf16
    }

    fn all(&self) -> impl Iterator<Item = &Engine> {
        [Some(&self.utf8), self.latin1.as_ref(), Some(&self.utf16)].into_iter().flatten()
    }
}

impl Matcher {
    /// Compiles `patterns`. What it takes besides the compiled form is a small multiple of the patterns, and is given back.
    ///
    /// # Errors
    /// `LW_EMPTY_PATTERN` when a pattern has no unit, `LW_TOO_LARGE` when the compiled form would take more than
    /// [`Options::memory_max`] bytes; both nowhere.
    pub fn new<'a>(patterns: impl IntoIterator<Item = Pattern<'a>>, options: &Options) -> Result<Self, Error> {
        Self::of(Given::new(patterns, options.memory_max)?, options)
    }

    fn of(given: Given, options: &Options) -> Result<Self, Error> {
        let reading = pattern::reading(&given, options);
        let engines = Engines::new(&given, reading, options.semantics);
        let engines_size: usize = engines.iter().flat_map(Engines::all).map(Engine::memory_bytes).sum();
        let room = options.memory_max.checked_sub(given.memory_bytes() + engines_size).ok_or(Error::nowhere(ErrorCode::TooLarge))?;
        let fallback = Fallback::new(&given, reading, options.semantics, room)?;
        if engines.is_none() {
            fallback.build(&given);
        }
        Ok(Self { options: *options, reading, engines, fallback, given })
    }

    /// The number of patterns given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The patterns, in the order of their ids. A last half unit that one was given with is left out.
    pub fn patterns(&self) -> impl ExactSizeIterator<Item = Pattern<'_>> {
        self.given.iter()
    }

    /// What it was compiled for.
    #[must_use]
    pub fn options(&self) -> Options {
        self.options
    }

    /// The semantics that it was compiled for.
    #[must_use]
    pub fn semantics(&self) -> Semantics {
        self.options.semantics
    }

    /// How it searches.
    #[must_use]
    pub fn explain(&self) -> Plan {
        let filter = self.engines.as_ref().and_then(|engines| engines.all().find_map(Engine::filter_name));
        let unfiltered = if self.engines.is_some() { Vec::new() } else { (0..self.len() as u32).collect() };
        let engine = if self.engines.is_some() { "candidates" } else { "automaton" };
        Plan { engine, prefilter: filter, memory_bytes: self.memory_bytes(), unfiltered }
    }

    /// The saved form: versioned, with a checksum, and the same bytes on every host and for every instruction set, whatever was searched before.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.u8(self.options.semantics as u8);
        out.u8(self.options.ignore_case as u8);
        out.u8(self.options.whole_words.into());
        out.u64(self.options.memory_max as u64);
        self.given.save(&mut out);
        out.finish()
    }

    /// The matcher that [`Matcher::save`] gave `blob` for. Nothing of it is trusted: whatever `blob` is, a search of the matcher ends and
    /// does not panic.
    ///
    /// # Errors
    /// `LW_BAD_BLOB` when it is no saved form of this version, or was changed; `LW_TOO_LARGE` when it does not fit into the
    /// [`Options::memory_max`] that it was saved with; both nowhere.
    pub fn load(blob: &[u8]) -> Result<Self, Error> {
        let (options, given) = Self::read(blob).ok_or(Error::nowhere(ErrorCode::BadBlob))?;
        Self::of(given, &options)
    }

    fn read(blob: &[u8]) -> Option<(Options, Given)> {
        let mut input = Reader::new(blob)?;
        let semantics = [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All];
        let foldings = [CaseFolding::None, CaseFolding::Ascii, CaseFolding::Unicode];
        let options = Options {
            semantics: *semantics.get(usize::from(input.u8()?))?,
            ignore_case: *foldings.get(usize::from(input.u8()?))?,
            whole_words: [false, true].get(usize::from(input.u8()?)).copied()?,
            // A host of 32 bits has less memory than it may use.
            memory_max: usize::try_from(input.u64()?).unwrap_or(usize::MAX),
        };
        let given = Given::load(&mut input)?;
        input.is_empty().then_some((options, given))
    }

    /// Bytes of memory that the compiled form takes at present. Some of it is made only when a haystack needs it; with that it stays within
    /// [`Options::memory_max`].
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let engines: usize = self.engines.iter().flat_map(Engines::all).map(Engine::memory_bytes).sum();
        self.given.memory_bytes() + engines + self.fallback.memory_bytes()
    }

    /// The same, searched by the automata alone.
    #[cfg(test)]
    pub(crate) fn without_engines(mut self) -> Self {
        self.engines = None;
        self
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
        let _ = self.search(haystack, from, Want::First, &mut |found| {
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

    /// Appends the ids of all patterns that occur anywhere, whatever the semantics, ascending, each once; equal patterns all of theirs.
    pub fn which(&self, haystack: Haystack<'_>, out: &mut Vec<u32>) {
        let mut ids = Vec::new();
        let haystack = haystack.clip();
        let (engines, reading) = (self.engines.as_ref(), self.reading);
        match haystack {
            Haystack::Bytes(bytes) => self.which_in(engines.map(Engines::utf8), &Text { units: Utf8(bytes), reading }, haystack, &mut ids),
            Haystack::Latin1(units) => {
                self.which_in(engines.map(Engines::latin1), &Text { units: Latin1(units), reading }, haystack, &mut ids)
            }
            Haystack::Utf16(units) => {
                self.which_in(engines.map(Engines::utf16), &Text { units: Utf16::new(units), reading }, haystack, &mut ids)
            }
        }
        // A pattern that can be met in several ways may have been.
        ids.sort_unstable();
        ids.dedup();
        out.append(&mut ids);
    }

    fn which_in<U: Units>(&self, engine: Option<&Engine>, text: &Text<U>, haystack: Haystack<'_>, ids: &mut Vec<u32>) {
        let rest = engine.map_or(ControlFlow::Continue(Some(0)), |engine| engine.which(text, ids));
        if let ControlFlow::Continue(Some(from)) = rest {
            self.fallback.which(&self.given, haystack, from, ids);
        }
    }

    /// Gives `visit` each match from offset `from` on until it breaks.
    fn search(&self, haystack: Haystack<'_>, from: usize, want: Want, visit: &mut dyn FnMut(Match) -> ControlFlow<()>) -> ControlFlow<()> {
        let haystack = haystack.clip();
        let (engines, reading) = (self.engines.as_ref(), self.reading);
        let search = Search { haystack, from, want, visit };
        match haystack {
            Haystack::Bytes(bytes) => self.search_in(engines.map(Engines::utf8), &Text { units: Utf8(bytes), reading }, search),
            Haystack::Latin1(units) => self.search_in(engines.map(Engines::latin1), &Text { units: Latin1(units), reading }, search),
            Haystack::Utf16(units) => self.search_in(engines.map(Engines::utf16), &Text { units: Utf16::new(units), reading }, search),
        }
    }

    /// Searches by turns with the engine, while candidates are few, and with the automaton.
    fn search_in<U: Units>(&self, engine: Option<&Engine>, text: &Text<U>, search: Search<'_>) -> ControlFlow<()> {
        let Search { haystack, mut from, want, visit } = search;
        let is_first = want == Want::Any || want == Want::First;
        let is_ordered_by_end = self.options.semantics == Semantics::All && (want == Want::First || want == Want::Whole);
        let mut pending = is_ordered_by_end.then(Pending::default);
        let mut stretch = STRETCH;
        loop {
            if let Some(engine) = engine {
                let Some(place) = engine.search(text, from, is_first, pending.as_mut(), visit)? else { break };
                from = place;
            }
            let until = if engine.is_some() { from.saturating_add(stretch) } else { usize::MAX };
            stretch = stretch.saturating_mul(2);
            let outcome = self.fallback.search(&self.given, haystack, from, until, want, &mut |found| match &mut pending {
                Some(pending) => pending.give_with(found, visit),
                None => visit(found),
            })?;
            let Some(place) = outcome else { break };
            from = place;
        }
        match &mut pending {
            Some(pending) => pending.give_up_to(u32::MAX, visit),
            None => ControlFlow::Continue(()),
        }
    }
}

/// What is to be found.
struct Search<'s> {
    haystack: Haystack<'s>,
    from: usize,
    want: Want,
    visit: &'s mut dyn FnMut(Match) -> ControlFlow<()>,
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
