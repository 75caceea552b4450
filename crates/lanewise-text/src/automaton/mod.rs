//! An Aho-Corasick automaton over strings of byte symbols.
//!
//! After Aho and Corasick (1975). One automaton finds every occurrence and serves every semantics: for the leftmost kinds a match is
//! certain once the state, the longest suffix of what was read that can still grow into a pattern, starts behind it.
//! It is our own because its memory must be known before it is built and stay linear in the patterns, nested and equal ones too:
//! a state knows only the longest pattern that ends in it, and each pattern the next shorter one (the dictionary links of the
//! article), where copied lists of matches take quadratic memory for a set like a, aa, aaa and so on.
//!
//! States are numbered breadth first, so the children of a state are neighbours, and a state is twelve bytes and the symbol that
//! leads to it. The first states, the only ones of a small automaton and the ones most met of a large one, have rows of transitions too:
//! of as many targets as there are classes of symbols, each of two bytes where that is enough.
mod search;
#[cfg(test)]
mod tests;

use crate::chunk::bytes_at;
use crate::{Semantics, effort};
use lanewise_error::{Error, ErrorCode};
pub(crate) use search::{Block, Blocks, Room, Symbols};
use std::ops::Range;

/// The state where nothing has been read of any pattern.
pub(crate) const ROOT: u32 = 0;
/// Output of a state in which no pattern ends.
pub(crate) const NONE: u32 = u32::MAX;
/// States and patterns are fewer than this, so that a marked state is no `NONE`.
const STATES_MAX: usize = 1 << 30;
/// That of `ROOT`.
const ROWS_MIN: usize = 1;
/// More rows than this many bytes of them hold states that are seldom met.
const ROWS_BYTES_MAX: usize = 4 << 20;
/// Bytes that an automaton has besides its lists, on every host.
const FIXED_SIZE: u64 = 512;
/// A marked state is twice its number, and this if it has an output.
const OUTPUT: u32 = 1;
/// An automaton of so many states has marked states that fit into two bytes.
const NARROW_MAX: usize = 1 << 15;

/// The strings to search for, in symbols.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Strings {
    symbols: Vec<u8>,
    /// Of each string where it is in `symbols`, and its id. Ids ascend.
    entries: Vec<(Range<usize>, u32)>,
}

impl Strings {
    /// Adds the string that `write` appends, under an id that is no smaller than the one before.
    pub(crate) fn push(&mut self, id: u32, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.symbols.len();
        write(&mut self.symbols);
        self.entries.push((start..self.symbols.len(), id));
    }

    fn get(&self, entry: u32) -> &[u8] {
        &self.symbols[self.entries[entry as usize].0.clone()]
    }

    fn id(&self, entry: u32) -> u32 {
        self.entries[entry as usize].1
    }

    /// The entries in ascending order of their strings, equal ones as they come.
    fn order(&self) -> Vec<u32> {
        let key = |entry| (head(self.get(entry)), entry);
        let mut order: Vec<(u64, u32)> = (0..self.entries.len() as u32).map(key).collect();
        // Stable, so that it is linear for what is sorted already.
        order.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(self.get(b.1))));
        order.into_iter().map(|(_, entry)| entry).collect()
    }
}

/// The first eight symbols as a number: of strings in ascending order these do not descend.
pub(crate) fn head(string: &[u8]) -> u64 {
    u64::from_be_bytes(bytes_at(string, 0))
}

/// The different strings in ascending order, with the ids that each of them has.
struct Sorted<'a> {
    strings: &'a Strings,
    /// Entry of each different string: of equal ones the first.
    entries: Vec<u32>,
    /// The ids of string `i` are `ids[first_ids[i]..first_ids[i + 1]]`, ascending.
    ids: Vec<u32>,
    first_ids: Vec<u32>,
}

impl<'a> Sorted<'a> {
    fn new(strings: &'a Strings) -> Self {
        let order = strings.order();
        let mut sorted = Self { strings, entries: Vec::new(), ids: Vec::new(), first_ids: Vec::new() };
        for entry in order {
            if sorted.entries.last().is_none_or(|&last| strings.get(last) != strings.get(entry)) {
                sorted.first_ids.push(sorted.ids.len() as u32);
                sorted.entries.push(entry);
            }
            sorted.ids.push(strings.id(entry));
        }
        sorted.first_ids.push(sorted.ids.len() as u32);
        sorted
    }

    /// Of each string whether no longer string that begins with it would be chosen in its place.
    fn are_last(&self, semantics: Semantics) -> Vec<bool> {
        let mut are_last = vec![true; self.len()];
        // The strings with which the one at hand begins, each with the lowest id of those that begin with it.
        let mut prefixes: Vec<(u32, u32)> = Vec::new();
        let mut close = |prefixes: &mut Vec<(u32, u32)>| {
            let Some((string, lowest)) = prefixes.pop() else { return };
            let id = self.ids[self.first_ids[string as usize] as usize];
            are_last[string as usize] = lowest == u32::MAX || semantics == Semantics::LeftmostFirst && id < lowest;
            if let Some((_, of_parent)) = prefixes.last_mut() {
                *of_parent = lowest.min(id).min(*of_parent);
            }
        };
        for string in 0..self.len() as u32 {
            while prefixes.last().is_some_and(|&(prefix, _)| !self.get(string).starts_with(self.get(prefix))) {
                close(&mut prefixes);
            }
            prefixes.push((string, u32::MAX));
        }
        while !prefixes.is_empty() {
            close(&mut prefixes);
        }
        are_last
    }

    fn get(&self, string: u32) -> &'a [u8] {
        self.strings.get(self.entries[string as usize])
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    /// The length of the longest.
    fn depth(&self) -> usize {
        (0..self.len() as u32).map(|string| self.get(string).len()).max().unwrap_or(0)
    }

    /// The number of states that a trie of these strings has, `ROOT` with it.
    fn count_states(&self) -> usize {
        let shared = |a: &[u8], b: &[u8]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let mut before: &[u8] = &[];
        let mut count = 1;
        for string in (0..self.len() as u32).map(|string| self.get(string)) {
            count += string.len() - shared(before, string);
            before = string;
        }
        count
    }
}

/// One state of the sparse form.
struct State {
    /// The first of its children; they end where those of the next state begin.
    children: u32,
    /// The longest proper suffix of this state that is a state.
    fail: u32,
    /// The longest pattern that ends here, or `NONE`.
    output: u32,
}

/// All states in breadth-first order, and a last one that only says where children end.
struct Trie {
    states: Vec<State>,
    /// The symbol that leads to each state.
    symbols: Vec<u8>,
    /// The first state of each depth, and at last the number of states.
    levels: Vec<u32>,
    /// Of each pattern the longest other pattern that it ends with, or `NONE`.
    shorter: Vec<u32>,
}

impl Trie {
    fn new(sorted: &Sorted<'_>, state_count: usize) -> Self {
        let mut trie = Self {
            states: Vec::with_capacity(state_count + 1),
            symbols: Vec::with_capacity(state_count),
            levels: Vec::with_capacity(sorted.depth() + 2),
            shorter: vec![NONE; sorted.len()],
        };
        trie.states.push(State { children: 1, fail: ROOT, output: NONE });
        trie.symbols.push(0);
        // The strings below each state of the level at hand, and of the next.
        let mut level = Vec::new();
        level.push(0..sorted.len() as u32);
        let mut below = Vec::new();
        let (mut state, mut depth) = (ROOT, 0);
        while !level.is_empty() {
            trie.levels.push(state);
            for strings in level.drain(..) {
                trie.add_children(sorted, state, depth, strings, &mut below);
                state += 1;
            }
            std::mem::swap(&mut level, &mut below);
            depth += 1;
        }
        trie.levels.push(state);
        trie.states.push(State { children: state, fail: ROOT, output: NONE });
        trie
    }

    /// Adds the states that follow on `state`, which is as deep as `depth` and below which `strings` are.
    fn add_children(&mut self, sorted: &Sorted<'_>, state: u32, depth: usize, mut strings: Range<u32>, below: &mut Vec<Range<u32>>) {
        self.states[state as usize].children = self.states.len() as u32;
        // A string that ends here is the first below.
        if !strings.is_empty() && sorted.get(strings.start).len() == depth {
            strings.start += 1;
        }
        while !strings.is_empty() {
            let string = sorted.get(strings.start);
            let symbol = string[depth];
            let others = strings.clone().skip(1).take_while(|&other| sorted.get(other)[depth] == symbol).count() as u32;
            below.push(strings.start..strings.start + 1 + others);
            let fail = self.suffix(state, symbol);
            let mut output = self.states[fail as usize].output;
            if string.len() == depth + 1 {
                self.shorter[strings.start as usize] = output;
                output = strings.start;
            }
            // Its children are not known before its own turn.
            self.states.push(State { children: 0, fail, output });
            self.symbols.push(symbol);
            strings.start += 1 + others;
        }
    }

    /// The state of the longest proper suffix of `state` and then `symbol`.
    ///
    /// Only states less deep than `state` are asked for their children, and those are complete.
    fn suffix(&self, mut state: u32, symbol: u8) -> u32 {
        while state != ROOT {
            state = self.states[state as usize].fail;
            if let Some(child) = self.child(state, symbol) {
                return child;
            }
        }
        ROOT
    }

    #[inline]
    fn child(&self, state: u32, symbol: u8) -> Option<u32> {
        let start = self.states[state as usize].children;
        let end = self.states[state as usize + 1].children;
        let symbols = &self.symbols[start as usize..end as usize];
        symbols.binary_search(&symbol).ok().map(|index| start + index as u32)
    }

    /// `state`, marked.
    #[inline]
    fn mark(&self, state: u32) -> u32 {
        2 * state + if self.states[state as usize].output == NONE { 0 } else { OUTPUT }
    }

    fn children(&self, state: u32) -> Range<u32> {
        self.states[state as usize].children..self.states[state as usize + 1].children
    }
}

/// Symbols that all states treat alike: those that no pattern has are one class, each other one is its own.
#[derive(Clone, Copy)]
struct Classes {
    of: [u8; 256],
    count: usize,
}

impl Classes {
    fn new(sorted: &Sorted<'_>) -> Self {
        let mut used = [false; 256];
        for string in 0..sorted.len() as u32 {
            sorted.get(string).iter().for_each(|&symbol| used[usize::from(symbol)] = true);
        }
        let mut of = [0; 256];
        // With every symbol in use nobody is left for class zero.
        let mut count = usize::from(used.contains(&false));
        for symbol in (0..256).filter(|&symbol| used[symbol]) {
            of[symbol] = count as u8;
            count += 1;
        }
        Self { of, count }
    }

    #[inline(always)]
    fn of(&self, symbol: u8) -> usize {
        self.of[usize::from(symbol)].into()
    }

    /// The place of `symbol` in the row of a marked state.
    #[inline(always)]
    fn index(&self, state: u32, symbol: u8) -> usize {
        (state >> 1) as usize * self.count + self.of(symbol)
    }
}

/// The transitions of the first states: the root, and as many more as there is room for.
///
/// A failure link leads to an earlier state, so a row knows where every symbol leads and no link is followed from here.
struct Rows {
    /// One row per state, over classes of symbols.
    targets: Targets,
    classes: Classes,
    /// The number of rows.
    count: u32,
}

/// Marked states, in as few bytes as they fit into.
enum Targets {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Rows {
    /// The rows of all states that fit into so many bytes; `ROOT` has its own always.
    fn new(trie: &Trie, classes: Classes, size_max: usize) -> Self {
        let is_narrow = trie.symbols.len() <= NARROW_MAX;
        let size = if is_narrow { size_of::<u16>() } else { size_of::<u32>() };
        let count = (size_max / (size * classes.count)).clamp(ROWS_MIN, trie.symbols.len());
        let targets = match is_narrow {
            true => Targets::Narrow(Self::targets(trie, &classes, count, |state| state as u16)),
            false => Targets::Wide(Self::targets(trie, &classes, count, |state| state)),
        };
        Self { targets, classes, count: count as u32 }
    }

    fn targets<T: Copy + Default>(trie: &Trie, classes: &Classes, count: usize, target: impl Fn(u32) -> T) -> Vec<T> {
        let mut targets = vec![T::default(); count * classes.count];
        for state in ROOT..count as u32 {
            let row = state as usize * classes.count;
            let fail = trie.states[state as usize].fail as usize * classes.count;
            targets.copy_within(fail..fail + classes.count, row);
            for child in trie.children(state) {
                targets[row + classes.of(trie.symbols[child as usize])] = target(trie.mark(child));
            }
        }
        targets
    }

    /// Where `symbol` leads from a marked state that has a row.
    #[inline(always)]
    fn target(&self, state: u32, symbol: u8) -> u32 {
        match &self.targets {
            Targets::Narrow(targets) => targets[self.classes.index(state, symbol)].into(),
            Targets::Wide(targets) => targets[self.classes.index(state, symbol)],
        }
    }

    fn size(&self) -> usize {
        match &self.targets {
            Targets::Narrow(targets) => size_of_val(&targets[..]),
            Targets::Wide(targets) => size_of_val(&targets[..]),
        }
    }
}

/// A set of strings, compiled.
pub(crate) struct Automaton {
    trie: Trie,
    rows: Rows,
    semantics: Semantics,
    /// Of each pattern the number of its symbols.
    lens: Vec<u32>,
    /// Of each pattern whether a leftmost search that met it need not ask how it goes on.
    are_last: Vec<bool>,
    ids: Vec<u32>,
    first_ids: Vec<u32>,
}

/// What a leftmost search has met and may still give up for something better.
#[derive(Clone, Copy)]
pub(crate) struct Met {
    pub(crate) pattern: u32,
    /// Of its symbols, counted from where the search began.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Automaton {
    /// Bytes that the automaton of `strings` takes at the least.
    ///
    /// # Errors
    /// `LW_TOO_LARGE` when there can be none.
    pub(crate) fn measure(strings: &Strings) -> Result<u64, Error> {
        let sorted = Sorted::new(strings);
        let state_count = sorted.count_states();
        if state_count >= STATES_MAX {
            return Err(Error::nowhere(ErrorCode::TooLarge));
        }
        // No row has more.
        let rows_size = ROWS_MIN * size_of::<u32>() * Classes::new(&sorted).count.next_power_of_two();
        Ok(Self::size(state_count, sorted.depth(), sorted.len(), sorted.ids.len(), rows_size))
    }

    /// Compiles `strings`, which [`Automaton::measure`] has found to be few enough, and gives the entry of `strings` that each pattern of the
    /// automaton is.
    pub(crate) fn new(strings: &Strings, semantics: Semantics) -> (Self, Vec<u32>) {
        let sorted = Sorted::new(strings);
        let trie = Trie::new(&sorted, sorted.count_states());
        let rows = Rows::new(&trie, Classes::new(&sorted), 0);
        let lens = (0..sorted.len() as u32).map(|string| sorted.get(string).len() as u32).collect();
        let are_last = sorted.are_last(semantics);
        let Sorted { entries, ids, first_ids, .. } = sorted;
        (Self { trie, rows, semantics, lens, are_last, ids, first_ids }, entries)
    }

    /// Takes up to `memory_max` more bytes for a faster search.
    pub(crate) fn expand(&mut self, memory_max: usize) {
        let size_max = memory_max.saturating_add(self.rows.size()).min(ROWS_BYTES_MAX);
        self.rows = Rows::new(&self.trie, self.rows.classes, size_max);
    }

    /// Bytes that an automaton takes; they may be more than an address space of 32 bits has.
    fn size(state_count: usize, depth: usize, pattern_count: usize, id_count: usize, rows_size: usize) -> u64 {
        let states = (state_count as u64 + 1) * (size_of::<State>() as u64 + 1) + (depth as u64 + 2) * size_of::<u32>() as u64;
        let patterns = pattern_count as u64 * (3 * size_of::<u32>() as u64 + 1);
        states + patterns + (id_count as u64 + 1) * size_of::<u32>() as u64 + rows_size as u64 + FIXED_SIZE
    }

    /// Bytes that it takes.
    pub(crate) fn memory_bytes(&self) -> usize {
        // What is there has a size.
        let depth = self.trie.levels.len() - 2;
        Self::size(self.trie.symbols.len(), depth, self.lens.len(), self.ids.len(), self.rows.size()) as usize
    }

    /// The marked state that follows on a marked state.
    #[inline(always)]
    pub(crate) fn next(&self, state: u32, symbol: u8) -> u32 {
        effort::add(1);
        self.follow(state, symbol)
    }

    #[inline(always)]
    fn follow(&self, marked: u32, symbol: u8) -> u32 {
        let mut state = Self::unmarked(marked);
        while state >= self.rows.count {
            if let Some(child) = self.trie.child(state, symbol) {
                return self.trie.mark(child);
            }
            state = self.trie.states[state as usize].fail;
        }
        self.rows.target(2 * state, symbol)
    }

    /// The output of a marked state.
    #[inline(always)]
    pub(crate) fn output(&self, marked: u32) -> u32 {
        if marked & OUTPUT == 0 { NONE } else { self.trie.states[Self::unmarked(marked) as usize].output }
    }

    /// The state that is marked.
    #[inline(always)]
    pub(crate) fn unmarked(marked: u32) -> u32 {
        marked >> 1
    }

    /// Puts the longest pattern that ends in a marked state, after so many symbols, in place of `met` if it is better.
    #[inline(always)]
    pub(crate) fn meet(&self, marked: u32, read: usize, end: usize, met: &mut Option<Met>) {
        let pattern = self.output(marked);
        if pattern != NONE {
            let start = read - self.lens[pattern as usize] as usize;
            if met.as_ref().is_none_or(|met| start < met.start || start == met.start && self.is_better(pattern, met.pattern)) {
                *met = Some(Met { pattern, start, end });
            }
        }
    }

    /// Whether of two patterns with the same start the one that ends later is chosen.
    #[inline]
    fn is_better(&self, later: u32, earlier: u32) -> bool {
        self.semantics == Semantics::LeftmostLongest || self.ids(later)[0] < self.ids(earlier)[0]
    }

    /// Whether nothing that is under way in a marked state, after so many symbols, can be chosen in place of `met`.
    #[inline(always)]
    pub(crate) fn is_certain(&self, met: &Met, marked: u32, read: usize) -> bool {
        // What starts later is worse; what starts at the same place is, too, behind a pattern that is last.
        let depth = read - met.start + usize::from(self.are_last[met.pattern as usize]);
        self.trie.levels.get(depth).is_none_or(|&first| Self::unmarked(marked) < first)
    }

    pub(crate) fn semantics(&self) -> Semantics {
        self.semantics
    }

    /// The symbols with which a pattern can begin, ascending.
    pub(crate) fn first_symbols(&self) -> &[u8] {
        let children = self.trie.children(ROOT);
        &self.trie.symbols[children.start as usize..children.end as usize]
    }

    /// The ids of a pattern, ascending.
    pub(crate) fn ids(&self, pattern: u32) -> &[u32] {
        let index = pattern as usize;
        &self.ids[self.first_ids[index] as usize..self.first_ids[index + 1] as usize]
    }
}

/// What a search in a stream asks for.
impl Automaton {
    /// The number of symbols that `state` stands for.
    pub(crate) fn depth(&self, state: u32) -> usize {
        self.trie.levels.partition_point(|&first| first <= state) - 1
    }

    /// The longest proper suffix of `state` that is a state; `None` of the root.
    pub(crate) fn suffix(&self, state: u32) -> Option<u32> {
        (state != ROOT).then(|| self.trie.states[state as usize].fail)
    }

    /// The state that is `state` and then `symbol`.
    pub(crate) fn child(&self, state: u32, symbol: u8) -> Option<u32> {
        self.trie.child(state, symbol)
    }

    /// The states that are `state` and one symbol more, each with that.
    pub(crate) fn children(&self, state: u32) -> impl Iterator<Item = (u8, u32)> {
        self.trie.children(state).map(|child| (self.trie.symbols[child as usize], child))
    }

    /// The longest other pattern that `pattern` ends with, or `NONE`.
    pub(crate) fn shorter(&self, pattern: u32) -> u32 {
        self.trie.shorter[pattern as usize]
    }

    /// The pattern that is all that `state` stands for.
    pub(crate) fn whole(&self, state: u32) -> Option<u32> {
        let State { fail, output, .. } = self.trie.states[state as usize];
        // What only a suffix ends with is the output of the suffix too.
        (output != NONE && self.trie.states[fail as usize].output != output).then_some(output)
    }

    /// Of each state the lowest id of the patterns that go on from there, where a leftmost search that has met one pattern asks for it.
    pub(crate) fn lowest_ids(&self) -> Option<Vec<u32>> {
        if self.semantics != Semantics::LeftmostFirst || self.are_last.iter().all(|&is_last| is_last) {
            return None;
        }
        let mut lowest = vec![u32::MAX; self.trie.symbols.len()];
        // Children come behind their state.
        for state in (0..lowest.len() as u32).rev() {
            for child in self.trie.children(state) {
                let own = self.whole(child).map_or(u32::MAX, |pattern| self.ids(pattern)[0]);
                lowest[state as usize] = lowest[state as usize].min(own).min(lowest[child as usize]);
            }
        }
        Some(lowest)
    }
}
