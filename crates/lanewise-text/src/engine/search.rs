//! The searches of an [`Engine`].
use super::filter::{Filter, Filters};
use super::{Engine, Pending};
use crate::needle::Literal;
use crate::text::{Text, Units};
use crate::{Match, Outcome, Semantics};
use lanewise_simd::{CANDIDATES, Candidate, Kernels};
use std::ops::ControlFlow;

/// Gets the matches.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(Match) -> ControlFlow<()>;

/// What verification may cost for each unit of the haystack, where a block or a character that is compared costs one. An automaton steps over
/// about this many units in the time of so much verification.
const WORK_PER_UNIT: usize = 1;
/// What it may cost before it is too much.
const WORK_MIN: usize = 1 << 12;
/// A candidate that is no match costs as much as so many blocks.
const WORK_OF_CANDIDATE: usize = 2;
/// After so many units what was earned before is forgotten.
const WINDOW: usize = 1 << 16;

/// Sees when candidates take longer than an automaton would.
struct Budget {
    /// Where it began to count.
    origin: usize,
    work: usize,
}

impl Budget {
    /// Whether the search should go on at `place`.
    #[inline(always)]
    fn allows(&mut self, place: usize) -> bool {
        let units = place - self.origin;
        if self.work > WORK_MIN + units * WORK_PER_UNIT {
            return false;
        }
        if units > WINDOW {
            *self = Self { origin: place, work: 0 };
        }
        true
    }
}

/// Units after which a search asks whether its filter is a good one.
const STRETCH: usize = 1 << 14;
/// Units for which a choice holds: what it costs to make one is little beside them.
const CHOICE: usize = 1 << 20;
/// A candidate in vain for so many units takes a quarter of the time that the filter takes for these: the search is in need of a better one.
const UNITS_PER_VAIN: usize = 1024;

/// The filter that a search goes by, for as long as that finds little in vain.
struct Choice<'f> {
    filter: &'f Filter,
    /// Candidates from `origin` on of which nothing came; all of them, where that is not known.
    vain: usize,
    origin: usize,
    /// Where to ask next.
    due: usize,
}

impl<'f> Choice<'f> {
    /// Takes another filter, where this one found much in vain and another finds less in what follows `from`.
    fn look_back<U: Units>(&mut self, filters: &'f Filters, kernels: &Kernels, text: &Text<U>, from: usize) {
        let units = from - self.origin;
        (self.origin, self.due) = (from, from + STRETCH);
        if std::mem::take(&mut self.vain) > units / UNITS_PER_VAIN && text.units.len() - from >= 4 * STRETCH {
            self.filter = filters.best(kernels, U::WIDTH, text.units.raw(), from);
            self.due = from + CHOICE;
        }
    }
}

impl Engine {
    /// Gives `visit` the matches that start at `from` or later, in the order of the semantics; those of [`Semantics::All`] in the order of their
    /// ends by way of `pending`, without it as they are found. `is_first` says that one is enough.
    ///
    /// Under [`Semantics::All`] what `pending` holds when the search ends is still to be given.
    pub(crate) fn search<U: Units>(
        &self,
        text: &Text<U>,
        from: usize,
        is_first: bool,
        pending: Option<&mut Pending>,
        visit: Visit<'_>,
    ) -> Outcome {
        if let Some(outcome) = self.search_one(text, from, &mut *visit) {
            return outcome;
        }
        let Some(filters) = &self.filters else { return ControlFlow::Continue(None) };
        match (self.semantics, pending) {
            (Semantics::All, None) => self.each(filters, text, from, is_first, |filter, start, buckets, work| {
                self.occurrences(filter, text, start, buckets, work, visit)?;
                ControlFlow::Continue(start + 1)
            }),
            (Semantics::All, Some(pending)) => self.each(filters, text, from, is_first, |filter, start, buckets, work| {
                // What is found from here on ends behind its start.
                pending.give_up_to(start as u32, visit)?;
                self.occurrences(filter, text, start, buckets, work, &mut |found| {
                    pending.push(found);
                    ControlFlow::Continue(())
                })?;
                ControlFlow::Continue(start + 1)
            }),
            _ => self.each(filters, text, from, is_first, |filter, start, buckets, work| {
                let Some((needle, end)) = self.best(filter, text, start, buckets, work) else { return ControlFlow::Continue(start + 1) };
                // It took no longer than an automaton, and leads on by its length.
                *work -= WORK_OF_CANDIDATE;
                visit(Match { id: self.needles.id(needle), start: start as u32, end: end as u32 })?;
                ControlFlow::Continue(end)
            }),
        }
    }

    /// [`Engine::search`] for one needle that is found by nothing but its units; `None` where there are more, or it takes more.
    #[inline]
    pub(crate) fn search_one<U: Units>(
        &self,
        text: &Text<U>,
        from: usize,
        mut visit: impl FnMut(Match) -> ControlFlow<()>,
    ) -> Option<Outcome> {
        let needle = self.literal.as_deref()?;
        let (id, len) = (self.needles.id(0), (needle.len() / U::WIDTH.size()) as u32);
        let give = |start| visit(Match { id, start: start as u32, end: start as u32 + len });
        Some(Literal::new(U::WIDTH, needle).search(self.kernels, text.units.raw(), from, give))
    }

    /// Appends the ids of each needle that occurs, once.
    pub(crate) fn which<U: Units>(&self, text: &Text<U>, out: &mut Vec<u32>) -> Outcome {
        let Some(filters) = &self.filters else { return ControlFlow::Continue(None) };
        let mut seen = vec![false; self.needles.len()];
        let mut unseen = seen.len();
        self.each(filters, text, 0, false, |filter, start, buckets, work| {
            for (group, known) in self.suspects(filter, buckets) {
                for &needle in group {
                    if !seen[needle as usize] && self.needles.end(needle, text, start, known, work).is_some() {
                        seen[needle as usize] = true;
                        unseen -= 1;
                        out.extend_from_slice(self.needles.ids(needle));
                    }
                }
            }
            if unseen == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(start + 1) }
        })
    }

    /// Gives `at` each candidate from `from` on: its start, its buckets or the slot of its head, and where to add what its verification costs. It
    /// answers from which start on candidates are of interest.
    #[inline(always)]
    fn each<U: Units>(
        &self,
        filters: &Filters,
        text: &Text<U>,
        mut from: usize,
        is_first: bool,
        mut at: impl FnMut(&Filter, usize, u32, &mut usize) -> ControlFlow<(), usize>,
    ) -> Outcome {
        let haystack = text.units.raw();
        let mut candidates = [Candidate::default(); CANDIDATES];
        let mut want = if is_first { 1 } else { CANDIDATES };
        let mut budget = Budget { origin: from, work: 0 };
        let heads = self.needles.heads();
        let mut choice = Choice { filter: filters.first(), vain: 0, origin: from, due: from.saturating_add(STRETCH) };
        while from < text.units.len() {
            let (mut count, next) = choice.filter.candidates(self.kernels, haystack, from, want, &mut candidates);
            choice.vain += count;
            if let Some(heads) = heads {
                let kept = heads.keep(U::WIDTH, haystack, &mut candidates[..count]);
                budget.work += count - kept;
                choice.vain -= kept;
                count = kept;
            }
            for candidate in &candidates[..count] {
                let start = candidate.at as usize;
                if start < from {
                    continue;
                }
                budget.work += WORK_OF_CANDIDATE;
                from = at(choice.filter, start, candidate.buckets, &mut budget.work)?;
                if !budget.allows(from) {
                    return ControlFlow::Continue(Some(from));
                }
            }
            from = from.max(next);
            if from >= choice.due && filters.differ() {
                choice.look_back(filters, self.kernels, text, from);
            }
            // Where candidates are no matches, looking at them one by one takes too long.
            want = CANDIDATES.min(want * 4);
        }
        ControlFlow::Continue(None)
    }

    /// The needle that the leftmost kinds choose at `start`, and its end.
    #[inline]
    fn best<U: Units>(&self, filter: &Filter, text: &Text<U>, start: usize, buckets: u32, work: &mut usize) -> Option<(u32, usize)> {
        if let Some((&[only], known)) = self.needles.heads().map(|heads| heads.group(buckets)) {
            return Some((only, self.needles.end(only, text, start, known, work)?));
        }
        let mut best: Option<(u32, usize)> = None;
        for (group, known) in self.suspects(filter, buckets) {
            // Those of a group are in the order of preference.
            let better = group.iter().take_while(|&&needle| best.is_none_or(|(chosen, _)| needle < chosen));
            let found = { better }.find_map(|&needle| Some((needle, self.needles.end(needle, text, start, known, work)?)));
            best = found.or(best);
        }
        best
    }

    /// Gives `visit` what occurs at `start`.
    #[inline]
    fn occurrences<U: Units>(
        &self,
        filter: &Filter,
        text: &Text<U>,
        start: usize,
        buckets: u32,
        work: &mut usize,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        for (group, known) in self.suspects(filter, buckets) {
            for &needle in group {
                if let Some(end) = self.needles.end(needle, text, start, known, work) {
                    let ids = self.needles.ids(needle);
                    ids.iter().try_for_each(|&id| visit(Match { id, start: start as u32, end: end as u32 }))?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The needles that may stand at a candidate, in groups that are ascending, by what [`Engine::each`] says of it; and of how many of their bytes it
    /// is known that they stand there.
    #[inline]
    fn suspects<'e>(&'e self, filter: &'e Filter, mut buckets: u32) -> impl Iterator<Item = (&'e [u32], usize)> {
        let mut only = self.needles.heads().map(|heads| heads.group(std::mem::take(&mut buckets)));
        std::iter::from_fn(move || {
            only.take().or_else(|| {
                let bucket = (buckets != 0).then_some(buckets.trailing_zeros())?;
                buckets &= buckets - 1;
                Some((filter.bucket(bucket), 0))
            })
        })
    }
}
