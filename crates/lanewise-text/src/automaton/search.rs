//! Search of a haystack, a block of symbols at a time.
//!
//! A step waits for the one before it, and for a row of transitions, but the steps of several lanes go on side by side. So a block is cut in
//! lanes, and each is read as if nothing came before it. Where the lane before it ends in the middle of something, single steps lead on from
//! there until they come to the state that is written: from there on both are the same.
//!
//! States are written down first and looked at afterwards, so what is found costs the steps nothing.
use super::{Automaton, Met, NONE, OUTPUT, ROOT, Targets};
use crate::text::Starts;
use crate::{Outcome, Semantics, effort};
use std::ops::ControlFlow;

/// Symbols of a block at most, and how many of a haystack are not worth so much room.
const BLOCK: usize = 1024;
const SHORT: usize = 128;
/// Lanes of a block, and the fewest symbols of one.
const LANES: usize = 4;
const LANE_MIN: usize = 24;
/// States that are looked at together.
const LOOK: usize = 16;
/// A skip over fewer units costs more than to step through them.
const NEAR: usize = 32;
/// After so many more near skips than others a search does without.
const PATIENCE: u32 = 16;

/// What gives the symbols of a haystack, from some place on.
pub(crate) trait Symbols {
    /// Gives `each` every symbol from offset `from` on, with the offset where a pattern that it ends would end.
    fn read(&self, from: usize, each: impl FnMut(u8, usize) -> ControlFlow<()>) -> ControlFlow<()>;
}

/// What gives them a block at a time.
pub(crate) trait Blocks {
    /// The symbols from offset `from` on, about `count` of them, where they are not at hand in `room`.
    fn block<'b>(&'b self, from: usize, count: usize, room: Room<'b>) -> Block<'b>;

    /// The number of units.
    fn len(&self) -> usize;

    /// What finds units with which a pattern can begin, and all units.
    fn starts(&self) -> Option<(Starts, &[u8])>;
}

/// Room for the symbols of a block, and for where each ends.
pub(crate) struct Room<'r> {
    pub(crate) symbols: &'r mut [u8],
    pub(crate) ends: &'r mut [u32],
}

/// Symbols that follow on each other.
pub(crate) struct Block<'b> {
    pub(crate) symbols: &'b [u8],
    /// Of each symbol the offset where a pattern that it ends would end; where there is none symbols are units, the first one behind `from`.
    pub(crate) ends: Option<&'b [u32]>,
    pub(crate) from: usize,
    /// Where the next block begins; none behind the last.
    pub(crate) next: Option<usize>,
}

impl Block<'_> {
    #[inline(always)]
    fn end(&self, index: usize) -> usize {
        self.ends.map_or(self.from + index + 1, |ends| ends[index] as usize)
    }
}

/// A block that has been read.
struct Scanned<'b> {
    block: Block<'b>,
    /// The marked state behind each symbol.
    states: &'b [u32],
    /// Where among them those with an output are, ascending.
    outputs: &'b [u16],
    /// How many symbols were read before the block.
    read: usize,
    /// From where on a search may stop.
    until: usize,
    /// That is in this block.
    is_last: bool,
}

/// What stands in a block next.
enum Next {
    /// The index of a state with an output.
    Output(usize),
    /// The offset of a place where nothing is under way.
    Idle(usize),
    End,
}

/// How a search goes on behind a block.
enum Then {
    /// In this state.
    On(u32),
    /// From this offset on, as if nothing came before it.
    From(usize),
}

impl Scanned<'_> {
    /// What comes at `index` or later. Outputs before it are taken from `outputs`.
    #[inline(always)]
    fn next(&self, index: usize, outputs: &mut &[u16]) -> Next {
        while let [output, rest @ ..] = outputs
            && usize::from(*output) < index
        {
            *outputs = rest;
        }
        let output = outputs.first().map(|&output| usize::from(output));
        if self.is_last
            && let Some(idle) = (index..output.unwrap_or(self.states.len())).find(|&index| self.is_idle(index, self.states[index]))
        {
            return Next::Idle(self.block.end(idle));
        }
        output.map_or(Next::End, Next::Output)
    }

    #[inline(always)]
    fn is_idle(&self, index: usize, state: u32) -> bool {
        state == ROOT && self.block.end(index) >= self.until
    }

    /// The state behind the block.
    fn last(&self) -> u32 {
        self.states.last().copied().unwrap_or(ROOT)
    }
}

impl Automaton {
    /// Gives `visit` the pattern and the end of each match from offset `from` on, in the order of the semantics. Where nothing is under way
    /// at `until` or later it stops, and gives the place: no occurrence lies across it.
    ///
    /// `earliest` asks only whether there is a match: then the first pattern given is one that occurs, no more.
    ///
    /// A search takes one step per symbol. Under the leftmost kinds what lies between the end of a match and the place where it
    /// became certain is read again: at most the length of the longest pattern, and a block, for each match.
    pub(crate) fn search(
        &self,
        symbols: &impl Blocks,
        from: usize,
        until: usize,
        earliest: bool,
        visit: &mut impl FnMut(u32, usize) -> ControlFlow<()>,
    ) -> Outcome {
        if self.semantics != Semantics::All {
            return self.leftmost(symbols, from, until, earliest, visit);
        }
        self.each_longest(symbols, from, until, &mut |mut pattern, end| {
            while pattern != NONE {
                visit(pattern, end)?;
                pattern = self.trie.shorter[pattern as usize];
            }
            ControlFlow::Continue(())
        })
    }

    /// Gives `visit` the ids of each pattern that occurs at `from` or later, once.
    pub(crate) fn which(&self, symbols: &impl Blocks, from: usize, visit: &mut dyn FnMut(&[u32])) {
        let mut seen = vec![false; self.lens.len()];
        let mut unseen = seen.len();
        let _ = self.each_longest(symbols, from, usize::MAX, &mut |mut pattern, _| {
            // Where a pattern has been seen, so have those that it ends with.
            while pattern != NONE && !std::mem::replace(&mut seen[pattern as usize], true) {
                visit(self.ids(pattern));
                unseen -= 1;
                pattern = self.trie.shorter[pattern as usize];
            }
            if unseen == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }

    /// Gives `visit` the longest pattern that ends at each place where one does, with that place.
    fn each_longest(
        &self,
        symbols: &impl Blocks,
        from: usize,
        until: usize,
        visit: &mut impl FnMut(u32, usize) -> ControlFlow<()>,
    ) -> Outcome {
        self.each_block(symbols, from, until, &mut |scanned| {
            let (mut index, mut outputs) = (0, scanned.outputs);
            loop {
                match scanned.next(index, &mut outputs) {
                    Next::Output(found) => {
                        visit(self.output(scanned.states[found]), scanned.block.end(found)).map_break(ControlFlow::Break)?;
                        index = found + 1;
                    }
                    Next::Idle(place) => return ControlFlow::Break(ControlFlow::Continue(Some(place))),
                    Next::End => return ControlFlow::Continue(Then::On(scanned.last())),
                }
            }
        })
    }

    fn leftmost(
        &self,
        symbols: &impl Blocks,
        from: usize,
        until: usize,
        earliest: bool,
        visit: &mut impl FnMut(u32, usize) -> ControlFlow<()>,
    ) -> Outcome {
        let mut met = None;
        self.each_block(symbols, from, until, &mut |scanned| self.leftmost_in(scanned, earliest, &mut met, visit))
    }

    /// Gives `visit` the leftmost matches that are certain at the end of a block. In `met` is one that was met before, and then one that is not
    /// yet certain.
    fn leftmost_in(
        &self,
        scanned: &Scanned<'_>,
        earliest: bool,
        met: &mut Option<Met>,
        visit: &mut impl FnMut(u32, usize) -> ControlFlow<()>,
    ) -> ControlFlow<Outcome, Then> {
        let &Scanned { ref block, states, mut outputs, read, until, .. } = scanned;
        // Behind a match the search begins anew. It is in a state of its own until that is the one that is written.
        let (mut index, mut own) = (0, None);
        loop {
            if met.is_none() && own.is_none() {
                match scanned.next(index, &mut outputs) {
                    Next::Output(found) => index = found,
                    Next::Idle(place) => return ControlFlow::Break(ControlFlow::Continue(Some(place))),
                    Next::End => return ControlFlow::Continue(Then::On(scanned.last())),
                }
            }
            if let Some(&written) = states.get(index) {
                let state = own.map_or(written, |own| self.next(own, block.symbols[index]));
                own = (state != written).then_some(state);
                index += 1;
                self.meet(state, read + index, block.end(index - 1), met);
                match met {
                    None if scanned.is_idle(index - 1, state) => {
                        return ControlFlow::Break(ControlFlow::Continue(Some(block.end(index - 1))));
                    }
                    Some(met) if earliest || self.is_certain(met, state, read + index) => {}
                    _ => continue,
                }
            } else if met.is_none() || block.next.is_some() {
                return ControlFlow::Continue(Then::On(own.unwrap_or(scanned.last())));
            }
            let Some(Met { pattern, start, end }) = met.take() else { continue };
            visit(pattern, end).map_break(ControlFlow::Break)?;
            if end >= until {
                return ControlFlow::Break(ControlFlow::Continue(Some(end)));
            }
            match (start + self.lens[pattern as usize] as usize).checked_sub(read) {
                Some(after) => (index, own) = (after, Some(ROOT)),
                None => return ControlFlow::Continue(Then::From(end)),
            }
        }
    }

    /// Reads the symbols from offset `from` on, and gives `each` block.
    #[inline(always)]
    fn each_block(
        &self,
        symbols: &impl Blocks,
        from: usize,
        until: usize,
        each: &mut dyn FnMut(&Scanned<'_>) -> ControlFlow<Outcome, Then>,
    ) -> Outcome {
        let (mut small, mut large);
        let (codes, ends, states, outputs) = if symbols.len().saturating_sub(from) < SHORT {
            small = ([0; SHORT], [0; SHORT], [ROOT; SHORT], [0; SHORT]);
            (&mut small.0[..], &mut small.1[..], &mut small.2[..], &mut small.3[..])
        } else {
            large = ([0; BLOCK], [0; BLOCK], [ROOT; BLOCK], [0; BLOCK]);
            (&mut large.0[..], &mut large.1[..], &mut large.2[..], &mut large.3[..])
        };
        let (mut state, mut read, mut place) = (ROOT, 0, from);
        let (mut count, mut patience) = (SHORT, PATIENCE);
        loop {
            if let Some((starts, units)) = symbols.starts()
                && patience > 0
                && let Some(rest) = units.get(place..)
            {
                count = NEAR;
                if state == ROOT {
                    let skipped = starts.skip(rest);
                    patience = if skipped < NEAR { patience - 1 } else { PATIENCE.min(patience + 1) };
                    place += skipped;
                }
            }
            let count_max = until.saturating_sub(place).max(SHORT).min(states.len());
            let block = symbols.block(place, count.min(count_max), Room { symbols: codes, ends });
            count = BLOCK.min(2 * count);
            let states = &mut states[..block.symbols.len()];
            self.scan(block.symbols, state, states);
            let outputs = list_outputs(states, outputs);
            let (next, len) = (block.next, states.len());
            let is_last = len > 0 && block.end(len - 1) >= until;
            match each(&Scanned { block, states, outputs, read, until, is_last }) {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(Then::From(from)) => (state, read, place) = (ROOT, 0, from),
                ControlFlow::Continue(Then::On(last)) => {
                    let Some(next) = next else { return ControlFlow::Continue(None) };
                    (state, read, place) = (last, read + len, next);
                }
            }
        }
    }

    /// Writes the state behind each of `symbols`, the first of which is read in `state`.
    #[inline(never)]
    fn scan(&self, symbols: &[u8], state: u32, states: &mut [u32]) {
        let lane = symbols.len() / LANES;
        if lane < LANE_MIN {
            return self.step_through(symbols, state, states);
        }
        let (lanes, rest) = symbols.split_at(LANES * lane);
        let (written, rest_written) = states.split_at_mut(LANES * lane);
        self.run_lanes(lanes, lane, state, written);
        for start in (lane..LANES * lane).step_by(lane) {
            let mut state = written[start - 1];
            for (&symbol, written) in lanes[start..].iter().zip(&mut written[start..]) {
                state = self.next(state, symbol);
                if *written == state {
                    break;
                }
                *written = state;
            }
        }
        self.step_through(rest, written[LANES * lane - 1], rest_written);
    }

    fn step_through(&self, symbols: &[u8], mut state: u32, states: &mut [u32]) {
        for (&symbol, written) in symbols.iter().zip(states) {
            state = self.next(state, symbol);
            *written = state;
        }
    }

    /// Each lane has `len` symbols.
    fn run_lanes(&self, symbols: &[u8], len: usize, state: u32, states: &mut [u32]) {
        effort::add(symbols.len());
        let classes = &self.rows.classes;
        let has_all = self.rows.count as usize == self.trie.symbols.len();
        match &self.rows.targets {
            Targets::Narrow(targets) if has_all => {
                run(symbols, len, state, states, |state, symbol| targets[classes.index(state, symbol)].into());
            }
            Targets::Wide(targets) if has_all => {
                run(symbols, len, state, states, |state, symbol| targets[classes.index(state, symbol)]);
            }
            _ => run(symbols, len, state, states, |state, symbol| self.follow(state, symbol)),
        }
    }
}

/// Runs lanes of `len` symbols side by side.
#[inline(always)]
fn run(symbols: &[u8], len: usize, state: u32, states: &mut [u32], step: impl Fn(u32, u8) -> u32) {
    let [mut a, mut b, mut c, mut d] = [state, ROOT, ROOT, ROOT];
    let (in_a, rest) = symbols.split_at(len);
    let (in_b, rest) = rest.split_at(len);
    let (in_c, in_d) = rest.split_at(len);
    let (out_a, rest) = states.split_at_mut(len);
    let (out_b, rest) = rest.split_at_mut(len);
    let (out_c, out_d) = rest.split_at_mut(len);
    let (in_d, out_d) = (&in_d[..len], &mut out_d[..len]);
    for index in 0..len {
        (a, b) = (step(a, in_a[index]), step(b, in_b[index]));
        (c, d) = (step(c, in_c[index]), step(d, in_d[index]));
        (out_a[index], out_b[index]) = (a, b);
        (out_c[index], out_d[index]) = (c, d);
    }
}

/// Writes the places of the states that have an output. A few are looked at together, and where there is one it is not asked at which of them.
#[inline(never)]
fn list_outputs<'o>(states: &[u32], outputs: &'o mut [u16]) -> &'o [u16] {
    let (mut count, mut index) = (0, 0);
    for states in states.chunks(LOOK) {
        if states.iter().fold(0, |all, state| all | state) & OUTPUT != 0 {
            for (&state, index) in states.iter().zip(index..) {
                if let Some(output) = outputs.get_mut(count) {
                    *output = index;
                }
                count += usize::from(state & OUTPUT != 0);
            }
        }
        index += LOOK as u16;
    }
    &outputs[..count]
}
