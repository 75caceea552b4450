//! How a stream is searched.
//!
//! What a stream asks for is the state of the automaton, which knows how much of the end of the text may still begin a match: as much as the
//! state is deep. So the automaton reads the start of each chunk until nothing of the chunk before matters, and the end of each
//! chunk, as long as a pattern can be; between them the search is that of a whole text.
use super::ahead::Ahead;
use super::form::Form;
use crate::automaton::{Automaton, Met, NONE, ROOT, Symbols};
use crate::fallback::{Side, Want};
use crate::text::{Part, Raw, Reading, Text};
use crate::{Match, Matcher, Semantics};
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Units before a place that say whether a word ends there, and whether a character does.
const CONTEXT: usize = 4;
/// To search fewer units than these the automaton needs less time than it takes to set about another way.
const INSIDE_MIN: usize = 64;
/// Text that is done with goes once there is so much of it, so that it is not moved for each chunk.
const DONE_MAX: usize = 1 << 12;

/// A search in a stream; offsets are in units.
pub(super) struct Scan<F> {
    matcher: Arc<Matcher>,
    /// See [`Automaton::lowest_ids`].
    lowest_ids: Option<Vec<u32>>,
    /// No match and what must be known around it takes more units.
    reach: usize,
    /// The text that may still matter: `CONTEXT` units and those behind them that may begin a match.
    text: Vec<u8>,
    progress: Progress,
    /// Where what is held back begins: at `progress.live`, or inside a character that is not complete.
    open: usize,
    form: PhantomData<F>,
}

/// How far the automaton has come.
#[derive(Clone, Copy)]
struct Progress {
    /// Where the next step is read.
    read: usize,
    /// Marked.
    state: u32,
    /// What is a match unless a better one comes.
    met: Option<Met>,
    /// A place before which no match starts that is yet to be given.
    live: usize,
    /// How many symbols were read from there on.
    symbols: usize,
}

impl Progress {
    /// Nothing has been read before `at`.
    fn at(at: usize) -> Self {
        Self { read: at, state: ROOT, met: None, live: at, symbols: 0 }
    }
}

impl<F: Form> Scan<F> {
    pub(super) fn new(matcher: Arc<Matcher>) -> Self {
        let side = F::side(&matcher);
        let longest = side.steps.iter().copied().max().unwrap_or(0) as usize;
        let longest = longest.saturating_mul(F::step_size(matcher.reading()));
        let (lowest_ids, reach) = (side.automaton.lowest_ids(), longest.saturating_add(2 * CONTEXT));
        Self { matcher, lowest_ids, reach, text: Vec::new(), progress: Progress::at(0), open: 0, form: PhantomData }
    }

    pub(super) fn held_back(&self) -> usize {
        self.len() - self.open
    }

    pub(super) fn write(&mut self, chunk: &[u8], out: &mut Vec<u32>) {
        self.forget();
        let (start, known, size) = (self.open, self.len(), chunk.len() / F::SIZE);
        let head = self.head_size(size);
        self.text.extend_from_slice(&chunk[..head * F::SIZE]);
        self.read(self.decided(), false, 0, &mut |found| push(out, found, start, 0));
        if head < size {
            self.search_inside(chunk, known, known - start, out);
        }
        self.settle_live();
    }

    pub(super) fn end(&mut self, out: &mut Vec<u32>) {
        let start = self.open;
        self.read(self.len(), true, 0, &mut |found| push(out, found, start, 0));
        self.text.clear();
        (self.progress, self.open) = (Progress::at(0), 0);
    }

    /// How much of the start of a chunk the automaton reads: until no match can have begun before the chunk, or all of a small one.
    fn head_size(&self, size: usize) -> usize {
        let is_idle = self.is_raw() && self.held_back() == 0;
        let head = if is_idle { 0 } else { self.reach };
        if size < head.saturating_add(self.reach).saturating_add(INSIDE_MIN) { size } else { head }
    }

    /// Goes on inside `chunk`, which starts at `known` of the text, and offsets of matches `ahead` before it.
    fn search_inside(&mut self, chunk: &[u8], known: usize, ahead: usize, out: &mut Vec<u32>) {
        self.settle_live();
        let (from, read) = (self.progress.live - known, self.progress.read - known);
        // Where words matter what ends at the place that was reached is not certain before the next character.
        let open = read + usize::from(!self.matcher.reading().words);
        // A match that starts before is certain, whatever comes.
        let certain = chunk.len() / F::SIZE - self.reach;
        let overlaps = self.matcher.semantics() == Semantics::All;
        let mut next = from;
        let _ = self.matcher.search(F::haystack(chunk), from, Want::Whole, &mut |found| {
            if if overlaps { found.end as usize > certain } else { found.start as usize >= certain } {
                return ControlFlow::Break(());
            }
            if !overlaps || found.end as usize >= open {
                next = found.end as usize;
                push(out, found, 0, ahead);
            }
            ControlFlow::Continue(())
        });
        // What overlaps the last match that was given is read again.
        let resumed = if overlaps { from.max(certain.saturating_sub(self.reach)) } else { next.max(certain) };
        let resumed = self.text_of(chunk).boundary(resumed);
        let start = resumed.saturating_sub(CONTEXT);
        self.text.clear();
        self.text.extend_from_slice(&chunk[start * F::SIZE..]);
        self.progress = Progress::at(resumed - start);
        let given = if overlaps { certain - start } else { 0 };
        self.read(self.decided(), false, given, &mut |found| push(out, found, 0, ahead + start));
    }

    /// Where the text ends of which every step is known: before a character that the next chunk may complete.
    fn decided(&self) -> usize {
        let Reading { characters, words, .. } = self.matcher.reading();
        if characters || words { F::cut(&self.text) } else { self.len() }
    }

    fn len(&self) -> usize {
        self.text.len() / F::SIZE
    }

    /// Whether the symbols are the bytes.
    fn is_raw(&self) -> bool {
        F::SIZE == 1 && self.matcher.reading().is_raw()
    }

    /// Reads on up to `to`, and gives `visit` each match that is certain and ends behind `given`. `is_end` says that no more text comes.
    fn read(&mut self, to: usize, is_end: bool, given: usize, visit: &mut dyn FnMut(Match)) {
        let (side, overlaps) = (F::side(&self.matcher), self.matcher.semantics() == Semantics::All);
        let text = self.text_of(&self.text);
        let ahead = Ahead::<F>::new(&side.automaton, &text, to);
        let run = Run { side, lowest_ids: self.lowest_ids.as_deref(), overlaps, ahead, is_end, to, given };
        if self.is_raw() {
            let symbols = Raw { bytes: &self.text[..to], starts: None };
            run.read(&symbols, |end, steps| end - steps as usize, &mut self.progress, visit);
        } else {
            let start = |end, steps| text.start(end, steps);
            run.read(&Part { text: &text, to, closes: is_end }, start, &mut self.progress, visit);
        }
    }

    /// Finds how much of what has come may still be part of a match.
    fn settle_live(&mut self) {
        let text = self.text_of(&self.text);
        let Progress { read, symbols, mut live, .. } = self.progress;
        let automaton = &F::side(&self.matcher).automaton;
        let ahead = Ahead::<F>::new(automaton, &text, read);
        let state = live_state(automaton, &ahead, self.lowest_ids.as_deref(), &self.progress);
        let depth = state.map_or(0, |state| automaton.depth(state));
        let mut dropped = 0;
        if self.is_raw() {
            (live, dropped) = (read - depth, symbols - depth);
        }
        while live < read && !self.is_raw() {
            let (count, end) = text.count_symbols(live);
            if symbols - dropped - count < depth {
                break;
            }
            (live, dropped) = (end, dropped + count);
        }
        self.open = if state.is_none() { self.len() - ahead.open() } else { live };
        let met = self.progress.met.map(|met| Met { start: met.start - dropped, ..met });
        self.progress = Progress { live, symbols: symbols - dropped, met, ..self.progress };
    }

    fn text_of<'a>(&self, bytes: &'a [u8]) -> Text<F::Units<'a>> {
        Text { units: F::units(bytes), reading: self.matcher.reading() }
    }

    /// Drops text that is done with.
    fn forget(&mut self) {
        let done = self.progress.live.saturating_sub(CONTEXT);
        if done < DONE_MAX {
            return;
        }
        self.text.drain(..done * F::SIZE);
        let Progress { read, met, live, .. } = self.progress;
        let met = met.map(|met| Met { end: met.end - done, ..met });
        self.progress = Progress { read: read - done, met, live: live - done, ..self.progress };
        self.open -= done;
    }
}

/// One reading of the automaton.
struct Run<'a, F: Form> {
    side: &'a Side,
    /// Whether matches may overlap.
    overlaps: bool,
    lowest_ids: Option<&'a [u32]>,
    ahead: Ahead<'a, F>,
    is_end: bool,
    to: usize,
    given: usize,
}

impl<F: Form> Run<'_, F> {
    /// Goes on where `progress` is, and comes back to the end of each match, from where the next one is looked for.
    fn read(&self, symbols: &impl Symbols, start: impl Fn(usize, u32) -> usize, progress: &mut Progress, visit: &mut dyn FnMut(Match)) {
        let automaton = &self.side.automaton;
        let mut give = |pattern, end| {
            let start = start(end, self.side.steps[pattern as usize]);
            // Under the leftmost kinds an equal pattern of a higher id is never chosen.
            let ids = automaton.ids(pattern).iter().take(if self.overlaps { usize::MAX } else { 1 });
            ids.for_each(|&id| visit(Match { id, start: start as u32, end: end as u32 }));
        };
        loop {
            let Progress { mut state, symbols: mut count, mut met, .. } = *progress;
            let read = symbols.read(progress.read, |symbol, end| {
                state = automaton.next(state, symbol);
                count += 1;
                if self.overlaps {
                    let mut pattern = if end > self.given { automaton.output(state) } else { NONE };
                    while pattern != NONE {
                        give(pattern, end);
                        pattern = automaton.shorter(pattern);
                    }
                    return ControlFlow::Continue(());
                }
                automaton.meet(state, count, end, &mut met);
                let is_certain = met.is_some_and(|met| automaton.is_certain(&met, state, count));
                if is_certain { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            *progress = Progress { read: self.to, state, symbols: count, met, ..*progress };
            let Some(met) = met else { return };
            let is_certain = read.is_break() || self.is_end || live_state(automaton, &self.ahead, self.lowest_ids, progress).is_none();
            if !is_certain {
                return;
            }
            give(met.pattern, met.end);
            *progress = Progress::at(met.end);
        }
    }
}

/// The deepest of the states that the state of `progress` stands for, itself and its suffixes, from where what is chosen can still be
/// completed. Where a pattern was met, only what is better than it is chosen.
fn live_state<F: Form>(automaton: &Automaton, ahead: &Ahead<'_, F>, lowest_ids: Option<&[u32]>, progress: &Progress) -> Option<u32> {
    let mut state = Some(Automaton::unmarked(progress.state));
    while let Some(next) = state {
        let is_better = progress.met.is_none_or(|met| {
            let spare = (automaton.depth(next) + met.start).checked_sub(progress.symbols);
            spare.is_some_and(|spare| spare > 0 || lowest_ids.is_none_or(|lowest| lowest[next as usize] < automaton.ids(met.pattern)[0]))
        });
        if is_better && ahead.can_go_on(next) {
            break;
        }
        state = automaton.suffix(next);
    }
    state
}

/// Appends a match whose offsets are counted from `start`, and `ahead` more.
fn push(out: &mut Vec<u32>, Match { id, start, end }: Match, from: usize, ahead: usize) {
    let place = |at: u32| (at as usize - from + ahead) as u32;
    out.extend([id, place(start), place(end)]);
}
