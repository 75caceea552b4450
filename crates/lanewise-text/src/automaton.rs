//! An Aho-Corasick automaton over strings of byte symbols.
//!
//! After Aho and Corasick (1975); the leftmost kinds cut the failure links behind a match, as the `aho-corasick` crate describes it.
//! It is our own because its memory must be known before it is built and stay linear in the patterns, nested and equal ones too:
//! a state knows only the longest pattern that ends in it, and each pattern the next shorter one (the dictionary links of the
//! article), where copied lists of matches take quadratic memory for a set like a, aa, aaa and so on.
//!
//! States are numbered breadth first, so the children of a state are neighbours, and a state is twelve bytes and the symbol that
//! leads to it. The first states, the only ones of a small automaton and the ones most met of a large one, have rows of transitions too.
use crate::Semantics;
use lanewise_error::{Error, ErrorCode};
use std::ops::{ControlFlow, Range};

/// The state where nothing has been read of any pattern.
pub(crate) const ROOT: u32 = 1;
/// The state, of the leftmost kinds, from where no better match can come.
pub(crate) const DEAD: u32 = 0;
/// Output of a state in which no pattern ends.
pub(crate) const NONE: u32 = u32::MAX;
/// Output of `DEAD`.
pub(crate) const STOP: u32 = u32::MAX - 1;
/// States and patterns are fewer than this, so that neither the outputs above nor `SPECIAL` can be one.
const STATES_MAX: usize = 1 << 30;
/// `DEAD` and `ROOT`.
const ROWS_MIN: usize = 2;
/// More rows than this many bytes of them hold states that are seldom met.
const ROWS_BYTES_MAX: usize = 4 << 20;
/// Marks a state that has an output.
const SPECIAL: u32 = 1 << 31;

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
    /// Leaves out what can never be reported: under the leftmost kinds an equal string of a higher id, under leftmost-first also what
    /// begins with a string of a lower id.
    fn new(strings: &'a Strings, semantics: Semantics) -> Self {
        let mut order: Vec<u32> = (0..strings.entries.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| strings.get(a).cmp(strings.get(b)).then(a.cmp(&b)));
        let mut sorted = Self { strings, entries: Vec::new(), ids: Vec::new(), first_ids: Vec::new() };
        let mut prefixes: Vec<u32> = Vec::new();
        for entry in order {
            let string = strings.get(entry);
            if sorted.entries.last().is_some_and(|&last| strings.get(last) == string) {
                if semantics == Semantics::All {
                    sorted.ids.push(strings.id(entry));
                }
                continue;
            }
            if semantics == Semantics::LeftmostFirst {
                while prefixes.last().is_some_and(|&prefix| !string.starts_with(strings.get(prefix))) {
                    prefixes.pop();
                }
                if prefixes.last().is_some_and(|&prefix| strings.id(prefix) < strings.id(entry)) {
                    continue;
                }
                prefixes.push(entry);
            }
            sorted.first_ids.push(sorted.ids.len() as u32);
            sorted.ids.push(strings.id(entry));
            sorted.entries.push(entry);
        }
        sorted.first_ids.push(sorted.ids.len() as u32);
        sorted
    }

    fn get(&self, string: u32) -> &'a [u8] {
        self.strings.get(self.entries[string as usize])
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    /// The number of states that a trie of these strings has, `DEAD` and `ROOT` with it.
    fn count_states(&self) -> usize {
        let shared = |a: &[u8], b: &[u8]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let mut before: &[u8] = &[];
        let mut count = 2;
        for string in (0..self.len() as u32).map(|string| self.get(string)) {
            count += string.len() - shared(before, string);
            before = string;
        }
        count
    }
}

/// One state of the sparse form.
#[derive(Clone, Copy)]
struct State {
    /// The first of its children; they end where those of the next state begin.
    children: u32,
    /// The longest proper suffix of this state that is a state. Under the leftmost kinds `DEAD` once a pattern ended on the way here.
    fail: u32,
    /// The longest pattern that ends here, or `NONE`, or `STOP`.
    output: u32,
}

/// All states in breadth-first order, and a last one that only says where children end.
struct Trie {
    states: Vec<State>,
    /// The symbol that leads to each state.
    symbols: Vec<u8>,
    /// Of each pattern the longest other pattern that it ends with, or `NONE`.
    shorter: Vec<u32>,
}

impl Trie {
    fn new(sorted: &Sorted<'_>, state_count: usize, semantics: Semantics) -> Self {
        let mut trie = Self {
            states: Vec::with_capacity(state_count + 1),
            symbols: Vec::with_capacity(state_count),
            shorter: vec![NONE; sorted.len()],
        };
        trie.states.push(State { children: 2, fail: DEAD, output: STOP });
        trie.states.push(State { children: 2, fail: DEAD, output: NONE });
        trie.symbols.extend([0, 0]);
        // The strings below each state of the level at hand, and of the next.
        let mut level = Vec::new();
        level.push(0..sorted.len() as u32);
        let mut below = Vec::new();
        let (mut state, mut depth) = (ROOT, 0);
        while !level.is_empty() {
            for strings in level.drain(..) {
                trie.add_children(sorted, state, depth, strings, semantics, &mut below);
                state += 1;
            }
            std::mem::swap(&mut level, &mut below);
            depth += 1;
        }
        trie.states.push(State { children: state, fail: DEAD, output: NONE });
        trie
    }

    /// Adds the states that follow on `state`, which is as deep as `depth` and below which `strings` are.
    fn add_children(
        &mut self,
        sorted: &Sorted<'_>,
        state: u32,
        depth: usize,
        mut strings: Range<u32>,
        semantics: Semantics,
        below: &mut Vec<Range<u32>>,
    ) {
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
            let mut fail = self.suffix(state, symbol);
            let mut output = if fail == DEAD { NONE } else { self.states[fail as usize].output };
            if string.len() == depth + 1 {
                self.shorter[strings.start as usize] = output;
                output = strings.start;
                if semantics != Semantics::All {
                    fail = DEAD;
                }
            }
            // Its children are not known before its own turn.
            self.states.push(State { children: 0, fail, output });
            self.symbols.push(symbol);
            strings.start += 1 + others;
        }
    }

    /// The state of the longest proper suffix of `state` and then `symbol`, or `DEAD`.
    ///
    /// Only states less deep than `state` are asked for their children, and those are complete.
    fn suffix(&self, state: u32, symbol: u8) -> u32 {
        if state == ROOT {
            return ROOT;
        }
        let mut fail = self.states[state as usize].fail;
        while fail != DEAD {
            if let Some(child) = self.child(fail, symbol) {
                return child;
            }
            if fail == ROOT {
                return ROOT;
            }
            fail = self.states[fail as usize].fail;
        }
        DEAD
    }

    #[inline]
    fn child(&self, state: u32, symbol: u8) -> Option<u32> {
        let start = self.states[state as usize].children;
        let end = self.states[state as usize + 1].children;
        let symbols = &self.symbols[start as usize..end as usize];
        symbols.binary_search(&symbol).ok().map(|index| start + index as u32)
    }

    /// `state`, with `SPECIAL` where it has an output.
    #[inline]
    fn mark(&self, state: u32) -> u32 {
        if self.states[state as usize].output == NONE { state } else { state | SPECIAL }
    }

    fn children(&self, state: u32) -> Range<u32> {
        self.states[state as usize].children..self.states[state as usize + 1].children
    }
}

/// Symbols that all states treat alike: those that no pattern has are one class, each other one is its own.
#[derive(Clone, Copy)]
struct Classes {
    of: [u8; 256],
    /// A row of transitions has two to this power targets, at least one for each class.
    row_bits: u32,
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
        Self { of, row_bits: count.next_power_of_two().trailing_zeros() }
    }

    #[inline(always)]
    fn of(&self, symbol: u8) -> usize {
        self.of[usize::from(symbol)].into()
    }
}

/// The transitions of the first states: the root, and as many more as there is room for.
///
/// A failure link leads to an earlier state, so a row knows where every symbol leads and no link is followed from here.
struct Rows {
    /// One row per state, over classes of symbols; `SPECIAL` marks a target with an output.
    targets: Vec<u32>,
    classes: Classes,
    /// The number of rows.
    count: u32,
}

impl Rows {
    /// The rows of all states that fit into so many bytes; `DEAD` and `ROOT` have theirs always.
    fn new(trie: &Trie, classes: Classes, size_max: usize) -> Self {
        let row_bits = classes.row_bits;
        let count = (size_max / (size_of::<u32>() << row_bits)).clamp(ROWS_MIN, trie.symbols.len());
        let mut targets = vec![trie.mark(DEAD); count << row_bits];
        for state in ROOT..count as u32 {
            let row = (state as usize) << row_bits;
            let fail = (trie.states[state as usize].fail as usize) << row_bits;
            if state == ROOT {
                targets[row..row + (1 << row_bits)].fill(ROOT);
            } else {
                targets.copy_within(fail..fail + (1 << row_bits), row);
            }
            for child in trie.children(state) {
                targets[row + classes.of(trie.symbols[child as usize])] = trie.mark(child);
            }
        }
        Self { targets, classes, count: count as u32 }
    }

    fn size(&self) -> usize {
        self.targets.len() * size_of::<u32>()
    }
}

/// What gives the symbols of a haystack, from some place on.
pub(crate) trait Symbols {
    /// Gives `each` every symbol from offset `from` on, with the offset where a pattern that it ends would end.
    ///
    /// `each` answers whether the search is idle: then, and at first, symbols with which no pattern begins may be left out.
    fn read(&self, from: usize, each: impl FnMut(u8, usize) -> ControlFlow<(), bool>) -> ControlFlow<()>;
}

/// A set of strings compiled for one kind of search.
pub(crate) struct Automaton {
    trie: Trie,
    rows: Rows,
    semantics: Semantics,
    ids: Vec<u32>,
    first_ids: Vec<u32>,
}

impl Automaton {
    /// Compiles `strings` within `memory_max` bytes, and gives the entry of `strings` that each pattern of the automaton is.
    ///
    /// # Errors
    /// `LW_TOO_LARGE` when it does not fit, before it is built.
    pub(crate) fn new(strings: &Strings, semantics: Semantics, memory_max: usize) -> Result<(Self, Vec<u32>), Error> {
        let sorted = Sorted::new(strings, semantics);
        let classes = Classes::new(&sorted);
        let state_count = sorted.count_states();
        let rows_size = (ROWS_MIN * size_of::<u32>()) << classes.row_bits;
        if state_count >= STATES_MAX || Self::size(state_count, sorted.len(), sorted.ids.len(), rows_size) > memory_max as u64 {
            return Err(Error::nowhere(ErrorCode::TooLarge));
        }
        let trie = Trie::new(&sorted, state_count, semantics);
        let rows = Rows::new(&trie, classes, rows_size);
        let Sorted { entries, ids, first_ids, .. } = sorted;
        Ok((Self { trie, rows, semantics, ids, first_ids }, entries))
    }

    /// Takes up to `memory_max` more bytes for a faster search.
    pub(crate) fn expand(&mut self, memory_max: usize) {
        let size_max = memory_max.saturating_add(self.rows.size()).min(ROWS_BYTES_MAX);
        self.rows = Rows::new(&self.trie, self.rows.classes, size_max);
    }

    /// Bytes that an automaton takes; they may be more than an address space of 32 bits has.
    fn size(state_count: usize, pattern_count: usize, id_count: usize, rows_size: usize) -> u64 {
        let states = (state_count as u64 + 1) * (size_of::<State>() as u64 + 1);
        let patterns = (2 * pattern_count as u64 + 1 + id_count as u64) * size_of::<u32>() as u64;
        states + patterns + (rows_size + size_of::<Self>()) as u64
    }

    /// Bytes that it takes.
    pub(crate) fn memory_bytes(&self) -> usize {
        // What is there has a size.
        Self::size(self.trie.symbols.len(), self.trie.shorter.len(), self.ids.len(), self.rows.size()) as usize
    }

    /// The first state of each depth.
    pub(crate) fn levels(&self) -> Vec<u32> {
        let mut levels = Vec::new();
        let mut level = ROOT..ROOT + 1;
        while !level.is_empty() {
            levels.push(level.start);
            level = self.trie.states[level.start as usize].children..self.trie.states[level.end as usize].children;
        }
        levels
    }

    /// The state that `next` gave, without its mark.
    pub(crate) fn unmarked(state: u32) -> u32 {
        state & !SPECIAL
    }

    /// The longest proper suffix of `state` that is a state; `DEAD` of `ROOT`, and behind a match of the leftmost kinds.
    pub(crate) fn fail(&self, state: u32) -> u32 {
        self.trie.states[state as usize].fail
    }

    /// The state that is `state` and then `symbol`.
    pub(crate) fn child(&self, state: u32, symbol: u8) -> Option<u32> {
        self.trie.child(state, symbol)
    }

    /// The states that are `state` and one symbol more, each with that.
    pub(crate) fn children(&self, state: u32) -> impl Iterator<Item = (u8, u32)> {
        self.trie.children(state).map(|child| (self.trie.symbols[child as usize], child))
    }

    /// Whether one of the strings ends in `state` from the root on.
    pub(crate) fn ends_string(&self, state: u32) -> bool {
        let State { fail, output, .. } = self.trie.states[state as usize];
        // What only a suffix ends with is the output of the suffix too.
        output < STOP && (fail == DEAD || self.trie.states[fail as usize].output != output)
    }

    /// The longest other pattern that `pattern` ends with, or `NONE`.
    pub(crate) fn shorter(&self, pattern: u32) -> u32 {
        self.trie.shorter[pattern as usize]
    }

    /// The state that follows on `state`; both with `SPECIAL` where they have an output.
    #[inline(always)]
    pub(crate) fn next(&self, state: u32, symbol: u8) -> u32 {
        let mut state = state & !SPECIAL;
        while state >= self.rows.count {
            if let Some(child) = self.trie.child(state, symbol) {
                return self.trie.mark(child);
            }
            state = self.trie.states[state as usize].fail;
        }
        self.rows.targets[((state as usize) << self.rows.classes.row_bits) + self.rows.classes.of(symbol)]
    }

    /// The output of a state that `next` gave.
    #[inline(always)]
    pub(crate) fn output(&self, state: u32) -> u32 {
        if state & SPECIAL == 0 { NONE } else { self.trie.states[(state & !SPECIAL) as usize].output }
    }

    /// Gives `visit` the pattern and the end of each match from offset `from` on, in the order of the semantics.
    ///
    /// `earliest` asks only whether there is a match: then the first pattern given is one that occurs, no more.
    ///
    /// A search takes one step per symbol. Under the leftmost kinds what lies between the end of a match and the place where it
    /// became certain is read again: at most the length of the longest pattern for each match.
    pub(crate) fn search(
        &self,
        symbols: &impl Symbols,
        mut from: usize,
        earliest: bool,
        visit: &mut dyn FnMut(u32, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.semantics == Semantics::All {
            return self.search_all(symbols, from, visit);
        }
        while let Some((pattern, end)) = self.leftmost(symbols, from, earliest) {
            visit(pattern, end)?;
            from = end;
        }
        ControlFlow::Continue(())
    }

    fn search_all(&self, symbols: &impl Symbols, from: usize, visit: &mut dyn FnMut(u32, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut state = ROOT;
        symbols.read(from, |symbol, end| {
            state = self.next(state, symbol);
            let mut pattern = self.output(state);
            while pattern != NONE {
                visit(pattern, end)?;
                pattern = self.trie.shorter[pattern as usize];
            }
            ControlFlow::Continue(state == ROOT)
        })
    }

    /// The leftmost match from offset `from` on, or with `earliest` whichever is certain first.
    fn leftmost(&self, symbols: &impl Symbols, from: usize, earliest: bool) -> Option<(u32, usize)> {
        let mut state = ROOT;
        let mut found = None;
        // Why the reading ended does not matter: what was found last is the match.
        let _ = symbols.read(from, |symbol, end| {
            state = self.next(state, symbol);
            match self.output(state) {
                NONE => return ControlFlow::Continue(state == ROOT),
                STOP => return ControlFlow::Break(()),
                pattern => found = Some((pattern, end)),
            }
            if earliest { ControlFlow::Break(()) } else { ControlFlow::Continue(false) }
        });
        found
    }

    /// The symbols with which a pattern can begin, ascending.
    pub(crate) fn first_symbols(&self) -> &[u8] {
        let children = self.trie.children(ROOT);
        &self.trie.symbols[children.start as usize..children.end as usize]
    }

    /// The ids of a pattern, ascending; under the leftmost kinds only the lowest.
    pub(crate) fn ids(&self, pattern: u32) -> &[u32] {
        let index = pattern as usize;
        &self.ids[self.first_ids[index] as usize..self.first_ids[index + 1] as usize]
    }
}
