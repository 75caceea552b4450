//! Large sets of literals.
//!
//! - Needles of nine units and more are found by samples: [`filter`] looks at one place of every few for what may be a piece of a needle, and
//!   marks the units at which that needle would begin; [`heads`] compares what is there.
//! - Where some needle is shorter every unit is looked at: [`dense`] takes many walks through a trie ([`compact`]) at a time.
//!
//! Needles are spelled in symbols of a byte ([`view`]): of units that all fit in bytes one structure serves haystacks of both widths.
//!
//! Walks from many places may compare the same units again and again. A search counts what it compares and gives up where that is out of
//! proportion, so that the caller, who goes on with an automaton, takes linear time altogether.
mod compact;
mod dense;
mod filter;
mod heads;
mod lanes;
mod once;
#[cfg(test)]
mod tests;
mod trie;
mod view;

use crate::automaton::head;
use crate::blob::{Reader, Writer};
use crate::given::Given;
use crate::{Match, Outcome, Semantics, effort};
use dense::{Dense, Found, Tables, Walks};
pub(crate) use filter::SAMPLED_MIN;
use filter::{Filter, Starts};
use heads::Heads;
use lanes::Lanes;
use lanewise_simd::Width;
use once::Once;
use std::ops::ControlFlow;
use trie::Ending;
use view::{Bytes, Narrowed, View, Wide};

/// How many symbols a search may compare for each that it has passed before it gives up. An automaton takes about as long for one as this
/// takes for eight.
const COMPARED_PER_SYMBOL: usize = 16;
/// Matches that are given together where needles are equal.
const MATCHES: usize = 256;

/// The first block of a trie, its roots and codes.
const ROOM_MIN: usize = 8 << 10;

/// Stands where there is none.
const NO_MATCH: Match = Match { id: 0, start: 0, end: 0 };

/// How needles are compared and chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// Width of the units of the needles, and then the least width of the haystacks.
    pub(crate) width: Width,
    pub(crate) semantics: Semantics,
    /// The letters A to Z are those from a to z.
    pub(crate) fold_ascii: bool,
    /// No search will refuse an occurrence ([`Accept`]). What then can never be chosen is left out.
    pub(crate) accepts_all: bool,
    /// Needles are the bytes of the patterns with their ids, all of them, so what is left of one can be looked up there.
    pub(crate) is_given: bool,
    /// Most bytes to take.
    pub(crate) memory_max: usize,
}

/// A haystack, in units of some width.
#[derive(Clone, Copy)]
pub(crate) struct Units<'h> {
    pub(crate) units: &'h [u8],
    pub(crate) width: Width,
}

/// Whether an occurrence counts.
pub(crate) trait Accept {
    /// Whether a needle counts where it stands, from unit `start` to before unit `end`. The answer depends on the place only.
    fn accepts(&self, start: usize, end: usize) -> bool;
}

/// Accepts every occurrence.
pub(crate) struct Everything;

impl Accept for Everything {
    #[inline(always)]
    fn accepts(&self, _: usize, _: usize) -> bool {
        true
    }
}

/// Gets matches, and a unit before which no match starts that comes with them or later. Under the leftmost kinds they come in their order.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&[Match], usize) -> ControlFlow<()>;

/// How places are found where needles begin.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Method {
    Sampled(Filter, Heads),
    Dense(Dense),
}

/// A set of literals, compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Big {
    semantics: Semantics,
    fold_ascii: bool,
    /// Needles are spelled in two symbols a unit.
    is_wide: bool,
    /// Of needles that begin with each other the longer has the lower id, if the first is chosen.
    accepts_all: bool,
    /// Units of the shortest needle.
    least: usize,
    /// The symbols of all needles: what an automaton takes to be built.
    size: usize,
    /// Of needles with the same text all but the last one, with the next: `id << 32 | next`, ascending. None where one of them is chosen: the first.
    twins: Vec<u64>,
    method: Method,
}

impl Big {
    /// Compiles `needles`, each in units of the width of `setup` (16-bit ones little-endian) with its id. Ids ascend, and equal needles keep
    /// each their own. None where there is no needle or an empty one, and where it would take more than `setup.memory_max`.
    ///
    /// # Complexity
    /// Time is that of sorting the needles, which is linear where they come sorted; memory besides the compiled form is a small multiple of
    /// the needles.
    pub(crate) fn new(needles: Vec<(&[u8], u32)>, setup: &Setup) -> Option<Self> {
        let is_two = setup.width == Width::Two;
        let is_wide = is_two && needles.iter().any(|needle| needle.0.as_chunks().0.iter().any(|&[_, high]| high != 0));
        if !setup.fold_ascii && is_two == is_wide {
            return Self::spelled(needles, is_wide, setup);
        }
        let mut symbols = Vec::new();
        let ends: Vec<usize> = needles
            .iter()
            .map(|needle| {
                spell(needle.0, is_two, is_wide, setup.fold_ascii, &mut symbols);
                symbols.len()
            })
            .collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let spelled = starts.zip(&ends).zip(&needles).map(|((start, &end), needle)| (&symbols[start..end], needle.1)).collect();
        Self::spelled(spelled, is_wide, setup)
    }

    /// Compiles needles spelled in symbols.
    fn spelled(mut needles: Vec<(&[u8], u32)>, is_wide: bool, setup: &Setup) -> Option<Self> {
        let size = needles.iter().map(|needle| needle.0.len()).sum();
        sort(&mut needles);
        if needles.first().is_none_or(|needle| needle.0.is_empty()) {
            return None;
        }
        let twins = take_twins(&mut needles);
        let chooses = setup.accepts_all && setup.semantics != Semantics::All;
        if chooses && setup.semantics == Semantics::LeftmostFirst {
            drop_shadowed(&mut needles);
        }
        let twins = if setup.semantics == Semantics::All { twins } else { vec![] };
        let memory_max = setup.memory_max.checked_sub(twins.len() * size_of::<u64>())?;
        let method = match (is_wide, setup.fold_ascii) {
            (false, false) => compile(&needles, Bytes::<false>, setup.is_given, memory_max),
            (false, true) => compile(&needles, Bytes::<true>, setup.is_given, memory_max),
            (true, false) => compile(&needles, Wide::<false>, false, memory_max),
            (true, true) => compile(&needles, Wide::<true>, false, memory_max),
        }?;
        let units = |needle: &(&[u8], u32)| needle.0.len() >> u32::from(is_wide);
        let least = needles.iter().map(units).min()?;
        Some(Self {
            semantics: setup.semantics,
            fold_ascii: setup.fold_ascii,
            is_wide,
            accepts_all: setup.accepts_all,
            least,
            size,
            twins,
            method,
        })
    }

    /// Gives `visit` the matches of `text` that start at unit `from` or later, until it breaks. `given` are the patterns.
    ///
    /// # Complexity
    /// Linear in the haystack and the needles; no allocation.
    pub(crate) fn search<A: Accept>(&self, given: &Given, text: Units<'_>, from: usize, accept: &A, visit: Visit<'_>) -> Outcome {
        let Units { units, width } = text;
        match (self.is_wide, width, self.fold_ascii) {
            (false, Width::One, false) => Search { big: self, given, view: Bytes::<false>(units), accept }.run(from, visit),
            (false, Width::One, true) => Search { big: self, given, view: Bytes::<true>(units), accept }.run(from, visit),
            (false, Width::Two, false) => Search { big: self, given, view: Narrowed::<false>(units), accept }.run(from, visit),
            (false, Width::Two, true) => Search { big: self, given, view: Narrowed::<true>(units), accept }.run(from, visit),
            (true, Width::Two, false) => Search { big: self, given, view: Wide::<false>(units), accept }.run(from, visit),
            (true, Width::Two, true) => Search { big: self, given, view: Wide::<true>(units), accept }.run(from, visit),
            // Units of some needle are no bytes; for bytes it would have been compiled without that needle.
            (true, Width::One, _) => ControlFlow::Continue(None),
        }
    }

    /// Whether it was compiled with such a setup, but for its width and memory.
    pub(crate) fn is_of(&self, semantics: Semantics, fold_ascii: bool, accepts_all: bool) -> bool {
        (self.semantics, self.fold_ascii, self.accepts_all) == (semantics, fold_ascii, accepts_all)
    }

    /// Whether a search looks at samples of the haystack, and not at all of it.
    pub(crate) fn is_sampled(&self) -> bool {
        matches!(self.method, Method::Sampled(..))
    }

    /// Bytes of memory that it takes.
    pub(crate) fn memory_bytes(&self) -> usize {
        let method = match &self.method {
            Method::Sampled(filter, heads) => filter.memory_bytes() + heads.memory_bytes(),
            Method::Dense(dense) => dense.memory_bytes(),
        };
        size_of_val(&self.twins[..]) + method
    }

    /// Appends it to a saved form.
    pub(crate) fn save(&self, out: &mut Writer) {
        let semantics = match self.semantics {
            Semantics::LeftmostFirst => 0,
            Semantics::LeftmostLongest => 1,
            Semantics::All => 2,
        };
        out.u8(semantics);
        out.flag(self.fold_ascii);
        out.flag(self.is_wide);
        out.flag(self.accepts_all);
        out.u64(self.least as u64);
        out.u64(self.size as u64);
        out.longs(&self.twins);
        out.flag(matches!(self.method, Method::Dense(_)));
        match &self.method {
            Method::Sampled(filter, heads) => {
                filter.save(out);
                heads.save(out);
            }
            Method::Dense(dense) => dense.save(out),
        }
    }

    /// What [`Big::save`] wrote of so many patterns that have at most so many symbols; none where it does not hold together.
    ///
    /// It gives no id but those of the patterns, at each start each id once at most, and what it compares before it gives up is in proportion:
    /// no set of that size takes longer or finds more.
    pub(crate) fn load(input: &mut Reader<'_>, patterns: usize, size_max: usize) -> Option<Self> {
        let semantics = [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All];
        let semantics = *semantics.get(usize::from(input.u8()?))?;
        let (fold_ascii, is_wide, accepts_all) = (input.flag()?, input.flag()?, input.flag()?);
        let mut number = || usize::try_from(input.u64()?).ok();
        let (least, size) = (number()?, number()?);
        let twins = input.longs()?;
        let mut ids = Once::new(patterns);
        // Each leads to a greater one, so the chain of an id has an end.
        let is_link = |&link: &u64| link >> 32 < link & 0xffff_ffff && ids.take(link as u32);
        let is_sound = least > 0 && size <= size_max && twins.is_sorted() && twins.iter().all(is_link);
        let method = match input.flag()? {
            true => Method::Dense(Dense::load(input, &mut ids)?),
            false => Method::Sampled(Filter::load(input)?, Heads::load(input, &mut ids)?),
        };
        is_sound.then_some(Self { semantics, fold_ascii, is_wide, accepts_all, least, size, twins, method })
    }

    /// The needle with the same text as needle `id` that has the next higher id.
    #[inline(always)]
    fn twin(&self, id: u32) -> Option<u32> {
        if self.twins.is_empty() {
            return None;
        }
        let link = self.twins.get(self.twins.partition_point(|link| link >> 32 < u64::from(id)))?;
        (link >> 32 == u64::from(id)).then_some(*link as u32)
    }
}

/// What a set of `count` patterns that have `size` symbols together can be held to take where it is not sampled. Sets of words take a quarter of
/// that.
pub(crate) fn room(size: usize, count: usize) -> usize {
    // A slot and another that is left free for each symbol, the symbols, and of each pattern the end of its tail and a link to an equal one.
    let of_patterns = count.saturating_mul(size_of::<u32>() + size_of::<u64>());
    size.saturating_mul(9).saturating_add(of_patterns).saturating_add(ROOM_MIN)
}

/// Puts needles in ascending order, and of equal ones the one with the lowest id first.
fn sort(needles: &mut Vec<(&[u8], u32)>) {
    let mut keyed: Vec<(u64, (&[u8], u32))> = needles.iter().map(|&needle| (head(needle.0), needle)).collect();
    // Stable, for the ids; and linear for what is sorted already.
    keyed.sort_by(|(a_head, a), (b_head, b)| a_head.cmp(b_head).then_with(|| a.0.cmp(b.0)));
    needles.clear();
    needles.extend(keyed.into_iter().map(|(_, needle)| needle));
}

/// Appends the symbols of a needle.
fn spell(units: &[u8], is_two: bool, is_wide: bool, fold: bool, symbols: &mut Vec<u8>) {
    let lower = |symbol: u8| if fold { symbol.to_ascii_lowercase() } else { symbol };
    match (is_two, is_wide) {
        (false, _) => symbols.extend(units.iter().map(|&unit| lower(unit))),
        (true, false) => symbols.extend(units.as_chunks().0.iter().map(|&[low, _]| lower(low))),
        (true, true) => {
            symbols.extend(units.as_chunks().0.iter().flat_map(|&[low, high]| [if high == 0 { lower(low) } else { low }, high]))
        }
    }
}

/// What finds `needles`, if it takes no more than `memory_max`.
fn compile<'n, V: View>(needles: &[(&'n [u8], u32)], view: fn(&'n [u8]) -> V, is_given: bool, memory_max: usize) -> Option<Method> {
    let Some(filter) = Filter::new(needles, view) else { return Some(Method::Dense(Dense::new(needles, is_given, memory_max)?)) };
    let heads = Heads::new(needles, view, memory_max.checked_sub(filter.memory_bytes())?)?;
    Some(Method::Sampled(filter, heads))
}

/// Leaves of equal needles, which are neighbours, the first. Returns the links between them as [`Big::twins`].
fn take_twins(needles: &mut Vec<(&[u8], u32)>) -> Vec<u64> {
    let mut twins: Vec<u64> =
        needles.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| u64::from(pair[0].1) << 32 | u64::from(pair[1].1)).collect();
    twins.sort_unstable();
    needles.dedup_by_key(|needle| needle.0);
    twins
}

/// Leaves out what begins with a needle of a lower id, and so is never the first.
fn drop_shadowed(needles: &mut Vec<(&[u8], u32)>) {
    // Those that the needle at hand begins with, the shortest first; of each the id is lower than that of the one before.
    let mut heads: Vec<(&[u8], u32)> = Vec::new();
    needles.retain(|&(text, id)| {
        while heads.pop_if(|head| !text.starts_with(head.0)).is_some() {}
        let is_shadowed = heads.last().is_some_and(|head| head.1 < id);
        if !is_shadowed {
            heads.push((text, id));
        }
        !is_shadowed
    });
}

/// One search.
struct Search<'s, V, A> {
    big: &'s Big,
    given: &'s Given,
    view: V,
    accept: &'s A,
}

/// The walks from `count` starts, from unit `first` on.
struct Block<'b> {
    dense: &'b Dense,
    tables: &'b Tables<'b>,
    first: usize,
    count: usize,
    walks: &'b mut Walks,
    /// Room for what is chosen.
    matches: &'b mut [Match; dense::MET],
}

/// How much was compared, and where the next start may be; or how many starts could have been done ([`Dense::walk`]): nothing was given then.
type Walked = (usize, Result<usize, usize>);

impl<V: View, A: Accept> Search<'_, V, A> {
    fn run(&self, from: usize, visit: Visit<'_>) -> Outcome {
        let is_all = self.big.semantics == Semantics::All;
        match &self.big.method {
            Method::Sampled(filter, heads) if is_all => self.sampled(filter, heads, from, |start| self.every(heads, start, visit)),
            Method::Sampled(filter, heads) => self.sampled(filter, heads, from, |start| self.leftmost(heads, start, visit)),
            Method::Dense(dense) => self.dense(dense, from, visit),
        }
    }

    /// The first unit behind the last start at which the shortest needle has room.
    fn stop(&self) -> usize {
        (self.view.units() + 1).saturating_sub(self.big.least)
    }

    /// Whether `compared` symbols are out of proportion to the units from `from` to `next`.
    #[inline(always)]
    fn is_too_much(&self, compared: usize, from: usize, next: usize) -> bool {
        compared > (next - from).saturating_mul(COMPARED_PER_SYMBOL * V::SYMBOLS).saturating_add(self.big.size)
    }

    /// Gives `at` each start that is marked. It returns how much was compared, and where the next start may be.
    #[inline(always)]
    fn sampled(
        &self,
        filter: &Filter,
        heads: &Heads,
        from: usize,
        mut at: impl FnMut(usize) -> ControlFlow<(), (usize, usize)>,
    ) -> Outcome {
        let stop = self.stop();
        let mut starts = Starts::new();
        let (mut first, mut compared) = (from, 0);
        while first < stop {
            let count = filter::BLOCK.min(stop - first);
            filter.mark(heads, self.view, first, count, &mut starts);
            let mut next = first;
            while let Some(place) = starts.next(next - first) {
                let (used, after) = at(first + place)?;
                next = after;
                compared += used;
                effort::add(used);
                if self.is_too_much(compared, from, next) {
                    return ControlFlow::Continue(Some(next));
                }
            }
            first = next.max(first + count);
        }
        ControlFlow::Continue(None)
    }

    /// Gives `visit` each of the needles at unit `start`.
    #[inline(always)]
    fn every(&self, heads: &Heads, start: usize, visit: Visit<'_>) -> ControlFlow<(), (usize, usize)> {
        let mut flow = ControlFlow::Continue(());
        let compared = heads.walk(self.view, start, |Ending { id, end }| {
            self.each_twin(id, start, end, &mut |found| {
                if flow.is_continue() {
                    flow = visit(&[found], start);
                }
            });
        });
        flow?;
        ControlFlow::Continue((compared, start + 1))
    }

    /// Gives `visit` the one of the needles at unit `start` that is chosen.
    #[inline(always)]
    fn leftmost(&self, heads: &Heads, start: usize, visit: Visit<'_>) -> ControlFlow<(), (usize, usize)> {
        let mut best = None;
        let compared = heads.walk(self.view, start, |Ending { id, end }| {
            let is_better = !self.is_first() || best.is_none_or(|(best, _)| id < best);
            best = if is_better && self.accept.accepts(start, end) { Some((id, end)) } else { best };
        });
        let Some((id, end)) = best else { return ControlFlow::Continue((compared, start + 1)) };
        visit(&[as_match(id, start, end)], start)?;
        ControlFlow::Continue((compared, end))
    }

    fn dense(&self, dense: &Dense, from: usize, visit: Visit<'_>) -> Outcome {
        // Where all are accepted the longer of needles that begin with each other is the one that is chosen.
        let is_longest = self.big.accepts_all && self.big.semantics != Semantics::All;
        if is_longest && self.stop().saturating_sub(from) < lanes::SHORT {
            self.singly(dense, from, visit)
        } else if is_longest {
            self.longest(dense, from, visit)
        } else {
            self.blocks(dense, from, visit)
        }
    }

    /// Gives `visit` the longest needles, by one walk after the other: so few do not wait for long.
    fn singly(&self, dense: &Dense, from: usize, visit: Visit<'_>) -> Outcome {
        let (stop, tables) = (self.stop(), dense.tables(self.given));
        let (mut first, mut compared) = (from, 0);
        while first < stop {
            let (used, found) = dense.one(self.view, &tables, first * V::SYMBOLS, 0);
            compared += used;
            effort::add(used);
            let start = first;
            first += 1;
            if let Some(found) = found {
                let found = self.as_match_from(dense, start, &found);
                first = found.end as usize;
                visit(&[found], start)?;
            }
            if self.is_too_much(compared, from, first) {
                return ControlFlow::Continue(Some(first));
            }
        }
        ControlFlow::Continue(None)
    }

    /// Gives `visit` the longest needles, window by window.
    fn longest(&self, dense: &Dense, from: usize, visit: Visit<'_>) -> Outcome {
        let (stop, tables) = (self.stop(), dense.tables(self.given));
        let (mut first, mut compared, mut lanes) = (from, 0, Lanes::new());
        let mut matches = [NO_MATCH; lanes::MATCHES];
        while first < stop {
            let mut flow = ControlFlow::Continue(());
            let (used, passed) = dense.longest(self.view, &tables, first, &mut lanes, &mut |found: &[Found]| {
                for (one, found) in matches.iter_mut().zip(found) {
                    *one = self.as_match_from(dense, first, found);
                }
                flow = visit(&matches[..found.len()], first);
            });
            flow?;
            first += passed / V::SYMBOLS;
            compared += used;
            effort::add(used);
            if self.is_too_much(compared, from, first) {
                return ControlFlow::Continue(Some(first));
            }
        }
        ControlFlow::Continue(None)
    }

    /// Where `found` is in a block or window that begins with unit `first`.
    #[inline(always)]
    fn as_match_from(&self, dense: &Dense, first: usize, found: &Found) -> Match {
        as_match(dense.id(found), first + found.start as usize / V::SYMBOLS, first + found.end as usize / V::SYMBOLS)
    }

    /// Gives `visit` the needles that are chosen of all, block by block.
    fn blocks(&self, dense: &Dense, from: usize, visit: Visit<'_>) -> Outcome {
        let (stop, tables) = (self.stop(), dense.tables(self.given));
        let (mut first, mut compared, mut walks, mut matches) = (from, 0, Walks::new(), [NO_MATCH; dense::MET]);
        let mut room = dense::BLOCK;
        while first < stop {
            let block = Block { dense, tables: &tables, first, count: room.min(stop - first), walks: &mut walks, matches: &mut matches };
            let (used, next) = if self.big.semantics == Semantics::All {
                self.every_of_block(block, visit)?
            } else {
                self.leftmost_of_block(block, visit)?
            };
            compared += used;
            effort::add(used);
            // A start that takes long is a block of its own, so that what is compared is looked at before the next.
            match next {
                Ok(next) => (first, room) = (next, (2 * room).min(dense::BLOCK)),
                Err(starts) => room = starts.max(1),
            }
            if self.is_too_much(compared, from, first) {
                return ControlFlow::Continue(Some(first));
            }
        }
        ControlFlow::Continue(None)
    }

    /// Gives `visit` each needle of a block.
    #[inline(always)]
    fn every_of_block(&self, block: Block<'_>, visit: Visit<'_>) -> ControlFlow<(), Walked> {
        let Block { dense, tables, first, count, walks, matches } = block;
        let mut flow = ControlFlow::Continue(());
        let mut known = 0;
        // What all do needs no look at each.
        let is_plain = self.big.accepts_all && self.big.twins.is_empty();
        let mut give = |found: &[Match]| if is_plain { visit(found, first) } else { self.with_twins(found, first, visit) };
        let (used, done) = dense.walk(self.view, tables, (first, count), walks, &mut |found| {
            // So many are there at one start alone, where all that is found is.
            if known == dense::MET {
                known = 0;
                flow = if flow.is_continue() { give(matches) } else { flow };
            }
            if let Some(place) = matches.get_mut(known) {
                *place = self.as_match_from(dense, first, &found);
                known += 1;
            }
        });
        flow?;
        if done.is_ok() {
            give(&matches[..known])?;
        }
        ControlFlow::Continue((used, done.map(|()| first + count)))
    }

    /// Gives `visit` those of `found` that count, each with the needles of the same text.
    fn with_twins(&self, found: &[Match], first: usize, visit: Visit<'_>) -> ControlFlow<()> {
        let (mut matches, mut known, mut flow) = ([NO_MATCH; MATCHES], 0, ControlFlow::Continue(()));
        for found in found {
            self.each_twin(found.id, found.start as usize, found.end as usize, &mut |found| {
                matches[known % MATCHES] = found;
                known += 1;
                if known == MATCHES {
                    known = 0;
                    flow = if flow.is_continue() { visit(&matches, first) } else { flow };
                }
            });
        }
        flow?;
        visit(&matches[..known], first)
    }

    /// Gives `visit` those that are chosen of the needles of a block.
    #[inline(always)]
    fn leftmost_of_block(&self, block: Block<'_>, visit: Visit<'_>) -> ControlFlow<(), Walked> {
        let Block { dense, tables, first, count, walks, matches } = block;
        let mut best = [NO_MATCH; dense::BLOCK];
        let is_first = self.is_first();
        let (used, done) = dense.walk(self.view, tables, (first, count), walks, &mut |found| {
            let Match { id, start, end } = self.as_match_from(dense, first, &found);
            let best = &mut best[(start as usize - first) % dense::BLOCK];
            let is_better = best.end == 0 || if is_first { id < best.id } else { end > best.end };
            if is_better && self.accept.accepts(start as usize, end as usize) {
                *best = Match { id, start, end };
            }
        });
        if let Err(starts) = done {
            return ControlFlow::Continue((used, Err(starts)));
        }
        let (mut chosen, mut place) = (0, 0);
        // Without a branch: where a needle stands cannot be foretold.
        while place < count {
            let found = best[place];
            matches[chosen % dense::BLOCK] = found;
            chosen += usize::from(found.end != 0);
            place += ((found.end - found.start) as usize).max(1);
        }
        visit(&matches[..chosen], first)?;
        ControlFlow::Continue((used, Ok(first + place)))
    }

    /// Whether of the needles at a start the one with the lowest id is chosen, and not the longest.
    fn is_first(&self) -> bool {
        self.big.semantics == Semantics::LeftmostFirst && !self.big.accepts_all
    }

    /// Gives `visit` those of the same text as `id`, the lower id first, if they count there. That is asked once: equal needles may be many.
    #[inline(always)]
    fn each_twin(&self, id: u32, start: usize, end: usize, visit: &mut impl FnMut(Match)) {
        let mut next = self.accept.accepts(start, end).then_some(id);
        while let Some(id) = next {
            visit(as_match(id, start, end));
            next = self.big.twin(id);
        }
    }
}

/// Offsets of haystacks have 32 bits.
#[inline(always)]
fn as_match(id: u32, start: usize, end: usize) -> Match {
    Match { id, start: start as u32, end: end as u32 }
}
