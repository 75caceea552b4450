//! [`Matcher`]: a set of literal patterns, compiled.
use crate::automaton::{Automaton, Symbols};
use crate::blob::{Reader, Writer};
use crate::given::Given;
use crate::literals::Literals;
use crate::pattern::{self, Needles};
use crate::text::{Latin1, Raw, Reading, Starts, Text, Units, Utf8, Utf16};
use crate::{CaseFolding, Haystack, Match, Options, Pattern, Plan, Semantics};
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
    given: Given,
    options: Options,
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
        Self::of(Given::new(patterns, options.memory_max)?, options)
    }

    fn of(given: Given, options: &Options) -> Result<Self, Error> {
        let patterns: Vec<Pattern<'_>> = given.iter().collect();
        let reading = pattern::reading(&patterns, options);
        let too_large = Error::nowhere(ErrorCode::TooLarge);
        let mut memory = options.memory_max.checked_sub(given.memory_bytes()).ok_or(too_large)?;
        let (mut bytes, mut strings) = Self::compile(&patterns, reading, options.semantics, &mut memory)?;
        // Only now: speed must not take the room of a side that is needed.
        let literals = Literals::new(&patterns, options, &mut memory);
        bytes.expand(&mut memory);
        if let Some(strings) = &mut strings {
            strings.expand(&mut memory);
        }
        let starts = reading.is_raw().then(|| Starts::new(bytes.automaton.first_symbols())).flatten();
        Ok(Self { options: *options, reading, bytes, strings, starts, literals, given })
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
        &self.bytes
    }

    /// The needles for strings.
    pub(crate) fn strings_side(&self) -> &Side {
        self.strings.as_ref().unwrap_or(&self.bytes)
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
        let engine = if self.literals.is_some() { "literals" } else { "automaton" };
        let prefilter = self.starts.is_some().then_some("first bytes");
        let unfiltered = if self.literals.is_some() || prefilter.is_some() { Vec::new() } else { (0..self.len() as u32).collect() };
        Plan { engine, prefilter, memory_bytes: self.memory_bytes(), unfiltered }
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

    /// Bytes of memory that the compiled form takes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let literals = self.literals.as_ref().map_or(0, Literals::memory_bytes);
        self.given.memory_bytes() + self.bytes.memory_bytes() + self.strings.as_ref().map_or(0, Side::memory_bytes) + literals
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

    /// Appends the ids of all patterns that occur anywhere, whatever the semantics, ascending, each once; equal patterns all of theirs.
    pub fn which(&self, haystack: Haystack<'_>, out: &mut Vec<u32>) {
        let mut ids = Vec::new();
        self.run(haystack.clip(), Which { out: &mut ids });
        // A pattern that can be met in several ways may have been.
        ids.sort_unstable();
        ids.dedup();
        out.append(&mut ids);
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
        self.run(haystack, Choose { from, want, visit })
    }

    /// Runs `task` on the side and the symbols for this form of haystack.
    fn run<T: Task>(&self, haystack: Haystack<'_>, task: T) -> T::Output {
        let strings = self.strings.as_ref().unwrap_or(&self.bytes);
        let (reading, is_raw) = (self.reading, self.reading.is_raw());
        let raw = |bytes| Raw { bytes, starts: self.starts };
        let raw_start = |end, steps: u32| end - steps as usize;
        match haystack {
            Haystack::Bytes(bytes) if is_raw => task.run(&self.bytes, &raw(bytes), raw_start),
            // The same side for bytes and strings: every pattern is ASCII.
            Haystack::Latin1(units) if is_raw && self.strings.is_none() => task.run(&self.bytes, &raw(units), raw_start),
            Haystack::Bytes(bytes) => run_text(&self.bytes, &Text { units: Utf8(bytes), reading }, task),
            Haystack::Latin1(units) => run_text(strings, &Text { units: Latin1(units), reading }, task),
            Haystack::Utf16(units) => run_text(strings, &Text { units: Utf16::new(units), reading }, task),
        }
    }
}

fn run_text<U: Units, T: Task>(side: &Side, text: &Text<U>, task: T) -> T::Output {
    task.run(side, text, |end, steps| text.start(end, steps))
}

/// Something to do with the symbols of a haystack.
trait Task {
    type Output;
    /// `start` gives the start of a match that ends at an offset and covers so many steps.
    fn run(self, side: &Side, symbols: &impl Symbols, start: impl Fn(usize, u32) -> usize) -> Self::Output;
}

/// To find the matches from offset `from` on, until `visit` breaks.
struct Choose<'v> {
    from: usize,
    want: Want,
    visit: &'v mut dyn FnMut(Match) -> ControlFlow<()>,
}

impl Task for Choose<'_> {
    type Output = ControlFlow<()>;

    fn run(self, side: &Side, symbols: &impl Symbols, start: impl Fn(usize, u32) -> usize) -> ControlFlow<()> {
        let Self { from, want, visit } = self;
        side.automaton.search(symbols, from, want == Want::Any, &mut |pattern, end| {
            let start = if want == Want::Whole { start(end, side.steps[pattern as usize]) } else { end };
            let ids = side.automaton.ids(pattern);
            // Under the leftmost kinds an equal pattern of a higher id is never chosen.
            let ids = if side.automaton.semantics() == Semantics::All { ids } else { &ids[..1] };
            ids.iter().try_for_each(|&id| visit(Match { id, start: start as u32, end: end as u32 }))
        })
    }
}

/// To append the ids of the patterns that occur.
struct Which<'o> {
    out: &'o mut Vec<u32>,
}

impl Task for Which<'_> {
    type Output = ();

    fn run(self, side: &Side, symbols: &impl Symbols, _: impl Fn(usize, u32) -> usize) {
        side.automaton.which(symbols, &mut |ids| self.out.extend_from_slice(ids));
    }
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
