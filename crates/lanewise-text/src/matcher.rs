//! [`Matcher`]: a set of literal patterns, compiled.
use crate::blob::{Reader, Writer};
use crate::engine::{self, Engines, Pending, Searcher};
use crate::fallback::{Fallback, Side, Want};
use crate::given::Given;
use crate::pattern;
use crate::text::{Latin1, Reading, Text, Units, Utf8, Utf16};
use crate::{CaseFolding, Haystack, Match, Options, Outcome, Pattern, Plan, Semantics};
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
        let room = options.memory_max.checked_sub(given.memory_bytes()).ok_or(Error::nowhere(ErrorCode::TooLarge))?;
        let fallback = Fallback::new(&given, reading, options.semantics, room)?;
        let engines = Engines::new(&given, reading, options.semantics, fallback.spare());
        Ok(Self::with(given, options, reading, engines, fallback))
    }

    fn with(given: Given, options: &Options, reading: Reading, engines: Option<Engines>, mut fallback: Fallback) -> Self {
        match &engines {
            Some(engines) => fallback.reserve(engines.memory_max()),
            None => fallback.build(&given),
        }
        Self { options: *options, reading, engines, fallback, given }
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

    /// The needles for bytes.
    pub(crate) fn bytes_side(&self) -> &Side {
        self.fallback.bytes(&self.given)
    }

    /// The needles for strings.
    pub(crate) fn strings_side(&self) -> &Side {
        self.fallback.strings(&self.given)
    }

    /// How haystacks are read.
    pub(crate) fn reading(&self) -> Reading {
        self.reading
    }

    /// The semantics that it was compiled for.
    #[must_use]
    pub fn semantics(&self) -> Semantics {
        self.options.semantics
    }

    /// How it searches.
    #[must_use]
    pub fn explain(&self) -> Plan {
        let (engine, prefilter) = self.engines.as_ref().map_or(("automaton", None), Engines::names);
        let reads_all = self.engines.is_none() || engine::is_large(&self.given) && prefilter.is_none();
        let unfiltered = if reads_all { (0..self.len() as u32).collect() } else { Vec::new() };
        Plan { engine, prefilter, memory_bytes: self.memory_bytes(), unfiltered }
    }

    /// The saved form: versioned, with a checksum, and the same bytes on every host and for every instruction set, whatever was searched before.
    ///
    /// It holds the patterns, and of a large set what is compiled of them; but what strings need beyond what bytes do is made again, where some
    /// pattern is short, when the first string is searched. A small set takes no time to compile.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.u8(self.options.semantics as u8);
        out.u8(self.options.ignore_case as u8);
        out.flag(self.options.whole_words);
        out.u64(self.options.memory_max as u64);
        self.given.save(&mut out);
        self.fallback.save(&mut out);
        let large = self.engines.as_ref().filter(|_| engine::is_large(&self.given));
        out.flag(large.is_some());
        if let Some(engines) = large {
            engines.save(&mut out);
        }
        out.finish()
    }

    /// The matcher that [`Matcher::save`] gave `blob` for. Nothing of it is trusted: whatever `blob` is, a search of the matcher ends and
    /// does not panic.
    ///
    /// # Errors
    /// `LW_BAD_BLOB` when it is no saved form of this version, or was changed; `LW_TOO_LARGE` when it does not fit into the
    /// [`Options::memory_max`] that it was saved with; both nowhere.
    /// # Complexity
    /// Linear in the blob. Only where the automata search alone they are built.
    pub fn load(blob: &[u8]) -> Result<Self, Error> {
        Self::read(blob).ok_or(Error::nowhere(ErrorCode::BadBlob))?
    }

    fn read(blob: &[u8]) -> Option<Result<Self, Error>> {
        let mut input = Reader::new(blob)?;
        let semantics = [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All];
        let foldings = [CaseFolding::None, CaseFolding::Ascii, CaseFolding::Unicode];
        let options = Options {
            semantics: *semantics.get(usize::from(input.u8()?))?,
            ignore_case: *foldings.get(usize::from(input.u8()?))?,
            whole_words: input.flag()?,
            // A host of 32 bits has less memory than it may use.
            memory_max: usize::try_from(input.u64()?).unwrap_or(usize::MAX),
        };
        let given = Given::load(&mut input)?;
        let reading = pattern::reading(&given, &options);
        let room = options.memory_max.checked_sub(given.memory_bytes())?;
        let fallback = Fallback::load(&mut input, &given, reading, options.semantics, room)?;
        let engines = match (input.flag()?, engine::is_large(&given)) {
            (false, true) => None,
            (false, false) => Engines::new(&given, reading, options.semantics, fallback.spare()),
            (true, true) => Some(Engines::load(&mut input, &given, reading, options.semantics)?),
            (true, false) => return None,
        };
        let fits = engines.as_ref().is_none_or(|engines| engines.memory_max() <= fallback.spare());
        let matcher = || Self::with(given, &options, reading, engines, fallback);
        input.is_empty().then(|| if fits { Ok(matcher()) } else { Err(Error::nowhere(ErrorCode::TooLarge)) })
    }

    /// Bytes of memory that the compiled form takes at present. Some of it, as what strings need of a large set with short patterns beyond ASCII, is
    /// made only when a haystack needs it; with that it stays within
    /// [`Options::memory_max`].
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.given.memory_bytes() + self.engines.as_ref().map_or(0, Engines::memory_bytes) + self.fallback.memory_bytes()
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
        self.all(haystack, Want::Ends, |_| {
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
        self.all(haystack, Want::Whole, |found| {
            out.extend([found.id, found.start, found.end]);
            ControlFlow::Continue(())
        });
    }

    /// Gives `visit` every match. One needle can occur so densely that a call through a pointer costs as much as finding it.
    fn all(&self, haystack: Haystack<'_>, want: Want, mut visit: impl FnMut(Match) -> ControlFlow<()>) {
        let from = match self.search_one(haystack.clip(), &mut visit) {
            None => 0,
            Some(ControlFlow::Continue(Some(from))) => from,
            Some(_) => return,
        };
        let _ = self.search(haystack, from, want, &mut visit);
    }

    /// Gives `visit` the matches of one needle that is found by nothing but its units; `None` where that does not say it.
    fn search_one(&self, haystack: Haystack<'_>, visit: impl FnMut(Match) -> ControlFlow<()>) -> Option<Outcome> {
        let (engines, reading) = (self.engines.as_ref()?, self.reading);
        match haystack {
            Haystack::Bytes(bytes) => engines.utf8().search_one(&Text { units: Utf8(bytes), reading }, visit),
            Haystack::Latin1(units) => engines.latin1(&self.given)?.search_one(&Text { units: Latin1(units), reading }, visit),
            Haystack::Utf16(units) => engines.utf16(&self.given)?.search_one(&Text { units: Utf16::new(units), reading }, visit),
        }
    }

    /// Shows every match to `visit`, in the order of the semantics, as it is found, until that breaks off.
    ///
    /// # Complexity
    /// As [`Matcher::find_all`], with no memory for the matches.
    pub fn each(&self, haystack: Haystack<'_>, visit: &mut dyn FnMut(Match) -> ControlFlow<()>) {
        let _ = self.search(haystack, 0, Want::Whole, visit);
    }

    /// Appends the ids of all patterns that occur anywhere, whatever the semantics, ascending, each once; equal patterns all of theirs.
    pub fn which(&self, haystack: Haystack<'_>, out: &mut Vec<u32>) {
        let mut ids = Vec::new();
        let haystack = haystack.clip();
        let (engines, reading) = (self.engines.as_ref(), self.reading);
        match haystack {
            Haystack::Bytes(bytes) => self.which_in(engines.map(Engines::utf8), &Text { units: Utf8(bytes), reading }, haystack, &mut ids),
            Haystack::Latin1(units) => self.which_in(
                engines.and_then(|engines| engines.latin1(&self.given)),
                &Text { units: Latin1(units), reading },
                haystack,
                &mut ids,
            ),
            Haystack::Utf16(units) => self.which_in(
                engines.and_then(|engines| engines.utf16(&self.given)),
                &Text { units: Utf16::new(units), reading },
                haystack,
                &mut ids,
            ),
        }
        // A pattern that can be met in several ways may have been.
        ids.sort_unstable();
        ids.dedup();
        out.append(&mut ids);
    }

    fn which_in<U: Units>(&self, engine: Option<&Searcher>, text: &Text<U>, haystack: Haystack<'_>, ids: &mut Vec<u32>) {
        let rest = engine.map_or(ControlFlow::Continue(Some(0)), |engine| engine.which(text, &self.given, ids));
        if let ControlFlow::Continue(Some(from)) = rest {
            self.fallback.which(&self.given, haystack, from, ids);
        }
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
        let (engines, reading) = (self.engines.as_ref(), self.reading);
        let search = Search { haystack, from, want, visit };
        match haystack {
            Haystack::Bytes(bytes) => self.search_in(engines.map(Engines::utf8), &Text { units: Utf8(bytes), reading }, search),
            Haystack::Latin1(units) => {
                let engine = engines.and_then(|engines| engines.latin1(&self.given));
                self.search_in(engine, &Text { units: Latin1(units), reading }, search)
            }
            Haystack::Utf16(units) => {
                let engine = engines.and_then(|engines| engines.utf16(&self.given));
                self.search_in(engine, &Text { units: Utf16::new(units), reading }, search)
            }
        }
    }

    /// Searches by turns with the engine, while candidates are few, and with the automaton.
    fn search_in<U: Units>(&self, engine: Option<&Searcher>, text: &Text<U>, search: Search<'_>) -> ControlFlow<()> {
        let Search { haystack, mut from, want, visit } = search;
        let is_first = want == Want::Any || want == Want::First;
        let is_ordered_by_end = self.options.semantics == Semantics::All && (want == Want::First || want == Want::Whole);
        let mut pending = is_ordered_by_end.then(Pending::default);
        let mut stretch = STRETCH;
        loop {
            if let Some(engine) = engine {
                let Some(place) = engine.search(&self.given, text, from, is_first, pending.as_mut(), visit)? else { break };
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
