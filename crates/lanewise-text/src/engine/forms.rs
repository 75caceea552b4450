//! The engines for haystacks of every form.
use super::large::{self, Large};
use super::search::Visit;
use super::{Engine, Form, Pending, is_large};
use crate::blob::{Reader, Writer};
use crate::given::Given;
use crate::text::{Reading, Text, Units};
use crate::{Match, Outcome, Semantics};
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// What searches haystacks of each form by candidates.
pub(crate) struct Engines {
    reading: Reading,
    semantics: Semantics,
    utf8: Searcher,
    latin1: Other,
    utf16: Other,
}

/// The way to search haystacks of one form.
pub(crate) enum Searcher {
    Few(Engine),
    Large(Large),
}

/// That for a form other than UTF-8.
enum Other {
    /// The one for the form before does the same: UTF-8, Latin-1, UTF-16.
    Same,
    Made(Searcher),
    /// It is made when the first haystack of the form is searched, in so many bytes; where those are too few the automata search alone.
    Later(OnceLock<Option<Searcher>>, usize),
}

const SAME: u8 = 0;
const MADE: u8 = 1;
const LATER: u8 = 2;

impl Engines {
    /// The engines for these patterns in at most `memory_max` bytes; `None` where the automata have to search alone.
    pub(crate) fn new(given: &Given, reading: Reading, semantics: Semantics, memory_max: usize) -> Option<Self> {
        if is_large(given) { Self::large(given, reading, semantics, memory_max) } else { Self::few(given, reading, semantics, memory_max) }
    }

    fn few(given: &Given, reading: Reading, semantics: Semantics, memory_max: usize) -> Option<Self> {
        let kernels = lanewise_simd::active();
        if !kernels.has_vectors() {
            return None;
        }
        let engine = |form| Engine::new(kernels, given, form, reading, semantics);
        let (utf8, latin1) = (engine(Form::Utf8), engine(Form::Latin1));
        let latin1 = if latin1.is_same(&utf8) { Other::Same } else { Other::Made(Searcher::Few(latin1)) };
        let utf16 = Other::Made(Searcher::Few(engine(Form::Utf16)));
        let engines = Self { reading, semantics, utf8: Searcher::Few(utf8), latin1, utf16 };
        (engines.memory_bytes() <= memory_max).then_some(engines)
    }

    fn large(given: &Given, reading: Reading, semantics: Semantics, mut memory_max: usize) -> Option<Self> {
        if !large::takes(given, reading) || large::is_stepped(given, reading) {
            return None;
        }
        let make = |form, memory_max: &mut usize| {
            let large = Large::new(given, form, reading, semantics, *memory_max)?;
            *memory_max = memory_max.checked_sub(large.memory_bytes())?;
            Some(large)
        };
        let utf8 = make(Form::Utf8, &mut memory_max)?;
        let mut other = |form, is_same, others| match utf8.room(given, form) {
            _ if is_same => Some(Other::Same),
            None => Some(Other::Made(Searcher::Large(make(form, &mut memory_max)?))),
            Some(room) => {
                let room = room.min(memory_max / others);
                memory_max -= room;
                Some(Other::Later(OnceLock::new(), room))
            }
        };
        // Units below 128 are the same in each form, and units of one byte in strings of both widths.
        let (is_ascii, is_narrow) = (given.is_ascii(), given.is_narrow());
        let latin1 = other(Form::Latin1, is_ascii, if is_narrow { 1 } else { 2 })?;
        let utf16 = other(Form::Utf16, is_narrow, 1)?;
        Some(Self { reading, semantics, utf8: Searcher::Large(utf8), latin1, utf16 })
    }

    pub(crate) fn utf8(&self) -> &Searcher {
        &self.utf8
    }

    pub(crate) fn latin1(&self, given: &Given) -> Option<&Searcher> {
        self.other(&self.latin1, given, Form::Latin1, || Some(&self.utf8))
    }

    pub(crate) fn utf16(&self, given: &Given) -> Option<&Searcher> {
        self.other(&self.utf16, given, Form::Utf16, || self.latin1(given))
    }

    fn other<'e>(
        &'e self,
        other: &'e Other,
        given: &Given,
        form: Form,
        before: impl FnOnce() -> Option<&'e Searcher>,
    ) -> Option<&'e Searcher> {
        match other {
            Other::Same => before(),
            Other::Made(searcher) => Some(searcher),
            Other::Later(made, room) => {
                let make = || Large::new(given, form, self.reading, self.semantics, *room).map(Searcher::Large);
                made.get_or_init(make).as_ref()
            }
        }
    }

    /// Those that have been made.
    fn all(&self) -> impl Iterator<Item = &Searcher> {
        [Some(&self.utf8), self.latin1.made(), self.utf16.made()].into_iter().flatten()
    }

    /// The name of the engine, and of what finds its candidates.
    pub(crate) fn names(&self) -> (&'static str, Option<&'static str>) {
        match &self.utf8 {
            Searcher::Few(_) => ("compare", self.all().find_map(Searcher::filter_name)),
            Searcher::Large(large) => ("trie", large.filter_name()),
        }
    }

    /// Bytes that it takes at present.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.all().map(Searcher::memory_bytes).sum()
    }

    /// Bytes that it will not take more than.
    pub(crate) fn memory_max(&self) -> usize {
        let of = |other: &Other| if let Other::Later(_, room) = other { *room } else { other.made().map_or(0, Searcher::memory_bytes) };
        self.utf8.memory_bytes().saturating_add(of(&self.latin1)).saturating_add(of(&self.utf16))
    }

    /// Appends what takes long to compile: large sets, but for forms that are made when they are needed.
    pub(crate) fn save(&self, out: &mut Writer) {
        self.utf8.save(out);
        self.latin1.save(out);
        self.utf16.save(out);
    }

    /// What [`Engines::save`] wrote of a large set.
    pub(crate) fn load(input: &mut Reader<'_>, given: &Given, reading: Reading, semantics: Semantics) -> Option<Self> {
        let searcher = |input: &mut Reader<'_>| Some(Searcher::Large(Large::load(input, given, reading, semantics)?));
        let other = |input: &mut Reader<'_>| match input.u8()? {
            SAME => Some(Other::Same),
            MADE => searcher(input).map(Other::Made),
            LATER => Some(Other::Later(OnceLock::new(), usize::try_from(input.u64()?).unwrap_or(usize::MAX))),
            _ => None,
        };
        Some(Self { reading, semantics, utf8: searcher(input)?, latin1: other(input)?, utf16: other(input)? })
    }
}

impl Other {
    fn made(&self) -> Option<&Searcher> {
        match self {
            Self::Same => None,
            Self::Made(searcher) => Some(searcher),
            Self::Later(made, _) => made.get()?.as_ref(),
        }
    }

    fn save(&self, out: &mut Writer) {
        match self {
            Self::Same => out.u8(SAME),
            Self::Made(searcher) => {
                out.u8(MADE);
                searcher.save(out);
            }
            Self::Later(_, room) => {
                out.u8(LATER);
                out.u64(*room as u64);
            }
        }
    }
}

impl Searcher {
    /// [`Engine::search`].
    pub(crate) fn search<U: Units>(
        &self,
        given: &Given,
        text: &Text<U>,
        from: usize,
        is_first: bool,
        pending: Option<&mut Pending>,
        visit: Visit<'_>,
    ) -> Outcome {
        match self {
            Self::Few(engine) => engine.search(text, from, is_first, pending, visit),
            Self::Large(large) => large.search(given, text, from, pending, visit),
        }
    }

    /// [`Engine::search_one`].
    #[inline]
    pub(crate) fn search_one<U: Units>(&self, text: &Text<U>, visit: impl FnMut(Match) -> ControlFlow<()>) -> Option<Outcome> {
        if let Self::Few(engine) = self { engine.search_one(text, 0, visit) } else { None }
    }

    /// [`Engine::which`].
    pub(crate) fn which<U: Units>(&self, text: &Text<U>, given: &Given, out: &mut Vec<u32>) -> Outcome {
        match self {
            Self::Few(engine) => engine.which(text, out),
            Self::Large(large) => large.which(text, given, out),
        }
    }

    fn filter_name(&self) -> Option<&'static str> {
        if let Self::Few(engine) = self { engine.filter_name() } else { None }
    }

    /// Appends it if it takes long to compile.
    fn save(&self, out: &mut Writer) {
        if let Self::Large(large) = self {
            large.save(out);
        }
    }

    fn memory_bytes(&self) -> usize {
        match self {
            Self::Few(engine) => engine.memory_bytes(),
            Self::Large(large) => large.memory_bytes(),
        }
    }
}
