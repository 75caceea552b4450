//! The automata, which search what candidates cannot: in time linear in any haystack, and for any set.
use crate::automaton::{Automaton, Blocks};
use crate::blob::{Reader, Writer};
use crate::given::Given;
use crate::pattern::Needles;
use crate::text::{Latin1, Raw, Reading, Starts, Text, Units, Utf8, Utf16};
use crate::{Haystack, Match, Outcome, Semantics};
use lanewise_error::{Error, ErrorCode};
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// Patterns of so many bytes have fewer states than an automaton may have, however they are spelled: six symbols for each byte, and eight strings for
/// each pattern.
const UNMEASURED_MAX: usize = 1 << 24;

/// The automata for haystacks of every form, each built when it is first needed.
pub(crate) struct Fallback {
    reading: Reading,
    semantics: Semantics,
    bytes: OnceLock<Side>,
    strings: OnceLock<Side>,
    /// The side for bytes serves strings, too.
    is_shared: bool,
    /// Bytes that the sides need together.
    needed: u64,
    /// What may be taken beyond that.
    spare: usize,
}

/// The needles of one form of haystack, compiled.
pub(crate) struct Side {
    pub(crate) automaton: Automaton,
    /// Of each pattern of the automaton the number of steps of the haystack that it covers.
    pub(crate) steps: Vec<u32>,
    /// How patterns begin where bytes are their own symbols.
    starts: Option<Starts>,
}

impl Side {
    /// Bytes that it takes at the least.
    fn measure(needles: &Needles) -> Result<u64, Error> {
        Ok(Automaton::measure(&needles.strings)? + needles.steps.len() as u64 * size_of::<u32>() as u64)
    }

    fn new(needles: &Needles, reading: Reading, semantics: Semantics, spare: usize) -> Self {
        let (mut automaton, entries) = Automaton::new(&needles.strings, semantics);
        automaton.expand(spare);
        let steps = entries.iter().map(|&entry| needles.steps[entry as usize]).collect();
        let starts = reading.is_raw().then(|| Starts::new(automaton.first_symbols())).flatten();
        Self { automaton, steps, starts }
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
    /// One match.
    First,
    /// Every match.
    Whole,
}

impl Fallback {
    /// The automata for `given`, not yet built, in at most `memory_max` bytes.
    ///
    /// # Errors
    /// `LW_TOO_LARGE` when they would take more.
    pub(crate) fn new(given: &Given, reading: Reading, semantics: Semantics, memory_max: usize) -> Result<Self, Error> {
        let bytes = Side::measure(&Needles::of_bytes(given, reading))?;
        let strings = if is_shared(given, reading) { 0 } else { Side::measure(&Needles::of_strings(given, reading))? };
        Self::of(given, reading, semantics, bytes + strings, memory_max).ok_or(Error::nowhere(ErrorCode::TooLarge))
    }

    /// Automata that need so many bytes; `None` where that is too much.
    fn of(given: &Given, reading: Reading, semantics: Semantics, needed: u64, memory_max: usize) -> Option<Self> {
        let spare = usize::try_from((memory_max as u64).checked_sub(needed)?).ok()?;
        let is_shared = is_shared(given, reading);
        Some(Self { reading, semantics, bytes: OnceLock::new(), strings: OnceLock::new(), is_shared, needed, spare })
    }

    /// Bytes that may be taken beyond what the automata need.
    pub(crate) fn spare(&self) -> usize {
        self.spare
    }

    /// Takes `bytes` from what may be taken.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.spare = self.spare.saturating_sub(bytes);
    }

    pub(crate) fn save(&self, out: &mut Writer) {
        out.u64(self.needed);
    }

    /// What [`Fallback::save`] wrote. A blob may say that the automata of few patterns need less than they do, but they never take more than a
    /// multiple of the patterns in it.
    pub(crate) fn load(input: &mut Reader<'_>, given: &Given, reading: Reading, semantics: Semantics, memory_max: usize) -> Option<Self> {
        let needed = input.u64()?;
        if given.size() > UNMEASURED_MAX {
            return Self::new(given, reading, semantics, memory_max).ok().filter(|measured| measured.needed == needed);
        }
        Self::of(given, reading, semantics, needed, memory_max)
    }

    /// What each side may take beyond what it needs.
    fn share(&self) -> usize {
        if self.is_shared { self.spare } else { self.spare / 2 }
    }

    /// The side for bytes.
    pub(crate) fn bytes(&self, given: &Given) -> &Side {
        self.bytes.get_or_init(|| Side::new(&Needles::of_bytes(given, self.reading), self.reading, self.semantics, self.share()))
    }

    /// The side for strings.
    pub(crate) fn strings(&self, given: &Given) -> &Side {
        if self.is_shared {
            return self.bytes(given);
        }
        self.strings.get_or_init(|| Side::new(&Needles::of_strings(given, self.reading), self.reading, self.semantics, self.share()))
    }

    /// Builds what is not yet built.
    pub(crate) fn build(&self, given: &Given) {
        self.bytes(given);
        self.strings(given);
    }

    /// Bytes that it takes at present.
    pub(crate) fn memory_bytes(&self) -> usize {
        [&self.bytes, &self.strings].into_iter().filter_map(OnceLock::get).map(Side::memory_bytes).sum()
    }

    /// Gives `visit` each match that starts at `from` or later. Where nothing is under way at `until` or later it stops, and gives the place.
    pub(crate) fn search(
        &self,
        given: &Given,
        haystack: Haystack<'_>,
        from: usize,
        until: usize,
        want: Want,
        visit: &mut dyn FnMut(Match) -> ControlFlow<()>,
    ) -> Outcome {
        self.run(given, haystack, Choose { from, until, want, visit })
    }

    /// Appends the ids of the patterns that occur at `from` or later, some perhaps twice.
    pub(crate) fn which(&self, given: &Given, haystack: Haystack<'_>, from: usize, out: &mut Vec<u32>) {
        self.run(given, haystack, Which { from, out });
    }

    /// Runs `task` on the side and the symbols for this form of haystack.
    fn run<T: Task>(&self, given: &Given, haystack: Haystack<'_>, task: T) -> T::Output {
        let (reading, is_raw) = (self.reading, self.reading.is_raw());
        match haystack {
            Haystack::Bytes(bytes) if is_raw => run_raw(self.bytes(given), bytes, task),
            // Every pattern is ASCII.
            Haystack::Latin1(units) if is_raw && self.is_shared => run_raw(self.bytes(given), units, task),
            Haystack::Bytes(bytes) => run_text(self.bytes(given), &Text { units: Utf8(bytes), reading }, task),
            Haystack::Latin1(units) => run_text(self.strings(given), &Text { units: Latin1(units), reading }, task),
            Haystack::Utf16(units) => run_text(self.strings(given), &Text { units: Utf16::new(units), reading }, task),
        }
    }
}

/// Whether the side for bytes serves strings, too: characters have one code in every form, and so do ASCII units.
fn is_shared(given: &Given, reading: Reading) -> bool {
    reading.characters || given.is_ascii()
}

fn run_raw<T: Task>(side: &Side, bytes: &[u8], task: T) -> T::Output {
    task.run(side, &Raw { bytes, starts: side.starts }, |end, steps| end - steps as usize)
}

fn run_text<U: Units, T: Task>(side: &Side, text: &Text<U>, task: T) -> T::Output {
    task.run(side, text, |end, steps| text.start(end, steps))
}

/// Something to do with the symbols of a haystack.
trait Task {
    type Output;
    /// `start` gives the start of a match that ends at an offset and covers so many steps.
    fn run(self, side: &Side, symbols: &impl Blocks, start: impl Fn(usize, u32) -> usize) -> Self::Output;
}

/// To find the matches, until `visit` breaks.
struct Choose<'v> {
    from: usize,
    until: usize,
    want: Want,
    visit: &'v mut dyn FnMut(Match) -> ControlFlow<()>,
}

impl Task for Choose<'_> {
    type Output = Outcome;

    fn run(self, side: &Side, symbols: &impl Blocks, start: impl Fn(usize, u32) -> usize) -> Self::Output {
        let Self { from, until, want, visit } = self;
        let needs_start = want == Want::First || want == Want::Whole;
        side.automaton.search(symbols, from, until, want == Want::Any, &mut |pattern, end| {
            let start = if needs_start { start(end, side.steps[pattern as usize]) } else { end };
            let ids = side.automaton.ids(pattern);
            // Under the leftmost kinds an equal pattern of a higher id is never chosen.
            let ids = if side.automaton.semantics() == Semantics::All { ids } else { &ids[..1] };
            ids.iter().try_for_each(|&id| visit(Match { id, start: start as u32, end: end as u32 }))
        })
    }
}

/// To append the ids of the patterns that occur.
struct Which<'o> {
    from: usize,
    out: &'o mut Vec<u32>,
}

impl Task for Which<'_> {
    type Output = ();

    fn run(self, side: &Side, symbols: &impl Blocks, _: impl Fn(usize, u32) -> usize) {
        side.automaton.which(symbols, self.from, &mut |ids| self.out.extend_from_slice(ids));
    }
}
