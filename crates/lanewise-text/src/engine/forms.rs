//! The engines for haystacks of every form.
use super::large::{self, Large};
use super::search::Visit;
use super::{Engine, Form, Pending, is_large};
use crate::blob::{Reader, Writer};
use crate::given::Given;
use crate::text::{Reading, Text, Units};
use crate::{Match, Outcome, Semantics};
use std::ops::ControlFlow;

/// What searches haystacks of each form by candidates.
pub(crate) struct Engines {
    utf8: Searcher,
    /// None where that for UTF-8 does the same.
    latin1: Option<Searcher>,
    utf16: Option<Searcher>,
}

/// The way to search haystacks of one form.
pub(crate) enum Searcher {
    Few(Engine),
    Large(Large),
}

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
        let utf8 = engine(Form::Utf8);
        let latin1 = Some(engine(Form::Latin1)).filter(|latin1| !latin1.is_same(&utf8)).map(Searcher::Few);
        let engines = Self { utf8: Searcher::Few(utf8), latin1, utf16: Some(Searcher::Few(engine(Form::Utf16))) };
        (engines.memory_bytes() <= memory_max).then_some(engines)
    }

    fn large(given: &Given, reading: Reading, semantics: Semantics, mut memory_max: usize) -> Option<Self> {
        if !large::takes(given, reading) {
            return None;
        }
        let mut searcher = |form| {
            let large = Large::new(given, form, reading, semantics, memory_max)?;
            memory_max = memory_max.checked_sub(large.memory_bytes())?;
            Some(Searcher::Large(large))
        };
        let utf8 = searcher(Form::Utf8)?;
        // Units below 128 are the same in each form.
        let is_ascii = given.is_ascii();
        let mut of_strings = |form| if is_ascii { Some(None) } else { searcher(form).map(Some) };
        Some(Self { utf8, latin1: of_strings(Form::Latin1)?, utf16: of_strings(Form::Utf16)? })
    }

    pub(crate) fn utf8(&self) -> &Searcher {
        &self.utf8
    }

    pub(crate) fn latin1(&self) -> &Searcher {
        self.latin1.as_ref().unwrap_or(&self.utf8)
    }

    pub(crate) fn utf16(&self) -> &Searcher {
        self.utf16.as_ref().unwrap_or(&self.utf8)
    }

    fn all(&self) -> impl Iterator<Item = &Searcher> {
        [Some(&self.utf8), self.latin1.as_ref(), self.utf16.as_ref()].into_iter().flatten()
    }

    /// The name of the engine, and of what finds its candidates.
    pub(crate) fn names(&self) -> (&'static str, Option<&'static str>) {
        match &self.utf8 {
            Searcher::Few(_) => ("compare", self.all().find_map(Searcher::filter_name)),
            Searcher::Large(large) => ("trie", large.filter_name()),
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.all().map(Searcher::memory_bytes).sum()
    }

    /// Appends what takes long to compile: large sets.
    pub(crate) fn save(&self, out: &mut Writer) {
        let (latin1, utf16) = (self.latin1.as_ref(), self.utf16.as_ref());
        for searcher in [Some(&self.utf8), latin1, utf16] {
            out.flag(searcher.is_some());
            if let Some(Searcher::Large(large)) = searcher {
                large.save(out);
            }
        }
    }

    /// What [`Engines::save`] wrote of a large set.
    pub(crate) fn load(input: &mut Reader<'_>, given: &Given, reading: Reading, semantics: Semantics) -> Option<Self> {
        let mut searcher = || match input.flag()? {
            false => Some(None),
            true => Some(Some(Searcher::Large(Large::load(input, given, reading, semantics)?))),
        };
        Some(Self { utf8: searcher()??, latin1: searcher()?, utf16: searcher()? })
    }
}

impl Searcher {
    /// [`Engine::search`].
    pub(crate) fn search<U: Units>(
        &self,
        text: &Text<U>,
        from: usize,
        is_first: bool,
        pending: Option<&mut Pending>,
        visit: Visit<'_>,
    ) -> Outcome {
        match self {
            Self::Few(engine) => engine.search(text, from, is_first, pending, visit),
            Self::Large(large) => large.search(text, from, pending, visit),
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

    fn memory_bytes(&self) -> usize {
        match self {
            Self::Few(engine) => engine.memory_bytes(),
            Self::Large(large) => large.memory_bytes(),
        }
    }
}
