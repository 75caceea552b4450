//! Needles as a trie of four bytes an edge.
//!
//! The nodes that more than one needle goes through lie in a double array: the child of the node with base `b` along code `c` is slot `b ^ c`, if
//! that slot has label `c`. No two nodes have the same base, so the label alone tells whose child a slot is. An edge that one needle alone
//! goes along is a leaf: it names the needle, and what is left of that is its tail. Codes are those of the symbols of needles, numbered from 1
//! on, the most frequent first, so that what is met most lies together.
//!
//! | bits | edge to a node | leaf | slot `b` of a node with base `b` where a needle ends |
//! | --- | --- | --- | --- |
//! | 0 to 8 | label | label | 0 |
//! | 9 | 0 | 1 | 0 |
//! | 10 | 1 where no needle ends | 1 where there is a tail | 0 |
//! | 11 to 31 | base | id | id |
//!
//! Of an edge `e` and a code `c` the bits of `e ^ c` tell all at once: none of [`GOES`] where a walk goes on in a node, none of [`HITS`] where
//! a needle ends, and of [`KIND`] those of [`TAILED`] where a tail begins. [`Kernels::follow`](lanewise_simd::Kernels::follow) walks through it, too.
//!
//! Needles that are spelled as they were given are not spelled again: then tails are looked up in [`Given`].
use super::once::Once;
use super::view::View;
use crate::blob::{Reader, Writer};
use crate::chunk::bytes_at;
use crate::given::Given;
pub(super) use lanewise_simd::edge::{LABEL, LEAF, MUTE, VALUE_SHIFT};
use std::collections::VecDeque;
use std::ops::Range;

/// Slots and ids are fewer than this.
const VALUES: usize = 1 << (32 - VALUE_SHIFT);
/// See above.
pub(super) const GOES: u32 = LABEL | LEAF;
pub(super) const HITS: u32 = LABEL | MUTE;
pub(super) const KIND: u32 = LABEL | LEAF | MUTE;
pub(super) const TAILED: u32 = LEAF | MUTE;
/// The code of a symbol that is in no needle: no label.
pub(super) const FOREIGN: u16 = 0x1ff;
/// How many codes there may be, [`FOREIGN`] and zero included.
pub(super) const CODES: usize = 0x200;
/// No node has this base.
const NOWHERE: usize = 0;
/// A block in which this many nodes found no room is looked at no more.
const MISSES_MAX: u32 = 24;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compact {
    /// The symbols of needles; the code of each is its place and one.
    symbols: Vec<u8>,
    /// The edges from the root by their codes; zero where there is none.
    roots: Vec<u32>,
    slots: Vec<u32>,
    /// None where needles are spelled as they were given.
    tails: Option<Tails>,
}

/// What is left of needles behind their leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tails {
    /// Of each id where its tail ends in `symbols`; it begins where that of the id before ends.
    ends: Vec<u32>,
    symbols: Vec<u8>,
}

impl Tails {
    fn new(rests: &[&[u8]]) -> Option<Self> {
        let symbols = rests.concat();
        let mut end = 0;
        let ends = rests.iter().map(|rest| {
            end += rest.len();
            u32::try_from(end).ok()
        });
        Some(Self { ends: ends.collect::<Option<_>>()?, symbols })
    }

    /// The tail of `id` with what is behind it, and how many symbols it has.
    #[inline(always)]
    fn get(&self, id: u32) -> (&[u8], usize) {
        let id = id as usize;
        let start = id.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied()).unwrap_or_default() as usize;
        let rest = self.symbols.get(start..).unwrap_or_default();
        let end = self.ends.get(id).map_or(start, |&end| end as usize);
        (rest, end.saturating_sub(start).min(rest.len()))
    }

    fn is_shape(&self) -> bool {
        self.ends.is_sorted() && self.ends.last().copied().unwrap_or_default() as usize == self.symbols.len()
    }

    fn memory_bytes(&self) -> usize {
        size_of_val(&self.ends[..]) + self.symbols.len()
    }
}

impl Compact {
    /// The trie of `needles`, which are different and ascending; none where it would take more than `memory_max`, or has too many nodes.
    /// `is_given` says that they are spelled as they were given.
    pub(super) fn new(needles: &[(&[u8], u32)], is_given: bool, memory_max: usize) -> Option<Self> {
        let mut counts = [0_usize; 256];
        needles.iter().flat_map(|needle| needle.0).for_each(|&symbol| counts[usize::from(symbol)] += 1);
        let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| counts[usize::from(symbol)] > 0).collect();
        symbols.sort_by_key(|&symbol| std::cmp::Reverse(counts[usize::from(symbol)]));
        let mut builder = Builder::new(needles, &symbols, is_given, memory_max)?;
        builder.build()?;
        let Builder { roots, mut slots, rests, .. } = builder;
        slots.shrink_to_fit();
        let tails = if is_given { None } else { Some(Tails::new(&rests)?) };
        let compact = Self { symbols, roots, slots, tails };
        (compact.memory_bytes() <= memory_max).then_some(compact)
    }

    /// The codes of symbols.
    pub(super) fn codes(&self) -> [u16; 256] {
        number(&self.symbols)
    }

    /// The edges from the root by code.
    pub(super) fn roots(&self) -> [u32; CODES] {
        let mut roots = [0; CODES];
        roots.iter_mut().zip(&self.roots).for_each(|(root, &edge)| *root = edge);
        roots
    }

    pub(super) fn slots(&self) -> &[u32] {
        &self.slots
    }

    /// What is in a slot.
    #[inline(always)]
    pub(super) fn slot(&self, slot: u32) -> u32 {
        self.slots.get(slot as usize).copied().unwrap_or_default()
    }

    /// What is in the slot of `code` below the node of `edge`, as it is and with the code taken off.
    #[inline(always)]
    pub(super) fn step(&self, edge: u32, code: u32) -> (u32, u32) {
        let next = self.slot((edge >> VALUE_SHIFT) ^ code);
        (next, next ^ code)
    }

    /// The edge of a leaf.
    pub(super) fn leaf(id: u32) -> u32 {
        LEAF | id << VALUE_SHIFT
    }

    /// The id of the needle that ends in the node of `edge`, or whose leaf it is.
    #[inline(always)]
    pub(super) fn id(&self, edge: u32) -> u32 {
        let value = edge >> VALUE_SHIFT;
        // Without a branch: which it is cannot be foretold.
        let end = self.slot(if edge & LEAF == 0 { value } else { NOWHERE as u32 }) >> VALUE_SHIFT;
        if edge & LEAF == 0 { end } else { value }
    }

    /// What of needle `id` is behind its leaf, which is as deep as `depth`: with what is behind it, and how many symbols it has.
    #[inline(always)]
    fn tail<'t>(&'t self, given: &'t Given, id: u32, depth: usize) -> (&'t [u8], usize) {
        match &self.tails {
            None => given.rest_and_more(id, depth),
            Some(tails) => tails.get(id),
        }
    }

    /// How many symbols from `at` on are those of the tail of needle `id`, whose leaf is as deep as `depth`, of at most `max` that are compared; and
    /// how many it has.
    #[inline(always)]
    pub(super) fn agree<V: View>(&self, view: V, given: &Given, id: u32, depth: usize, at: usize, max: usize) -> (usize, usize) {
        let (rest, len) = self.tail(given, id, depth);
        // Most are short: one comparison tells it without a loop of which the end cannot be foretold.
        let word = if len <= 8 { view.agree_word(at, u64::from_le_bytes(bytes_at(rest, 0)), len) } else { None };
        (word.unwrap_or_else(|| view.agree(at, &rest[..len.min(max)])), len)
    }

    /// Goes on from `edge`, the last of those of the symbols of `passed`, as the symbols behind them do. Gives `visit` the id of each needle with
    /// where it ends, the shorter first. Returns how many symbols were compared.
    pub(super) fn walk<V: View>(
        &self,
        view: V,
        given: &Given,
        codes: &[u16; 256],
        edge: u32,
        passed: Range<usize>,
        visit: &mut dyn FnMut(u32, usize),
    ) -> usize {
        let (mut edge, Range { start, end: at }) = (edge, passed);
        let mut end = at;
        loop {
            if edge & TAILED == TAILED {
                let id = edge >> VALUE_SHIFT;
                let (agreed, len) = self.agree(view, given, id, end - start, end, usize::MAX);
                if agreed == len {
                    visit(id, end + agreed);
                }
                return end + agreed + 1 - at;
            }
            if edge & MUTE == 0 {
                visit(self.id(edge), end);
            }
            if edge & LEAF != 0 {
                return end + 1 - at;
            }
            let code = view.symbol(end).map_or(FOREIGN, |symbol| codes[usize::from(symbol)]).into();
            let (next, rest) = self.step(edge, code);
            end += 1;
            if rest & LABEL != 0 {
                return end - at;
            }
            edge = next;
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let tails = self.tails.as_ref().map_or(0, Tails::memory_bytes);
        self.symbols.len() + size_of_val(&self.roots[..]) + size_of_val(&self.slots[..]) + tails
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.bytes(&self.symbols);
        out.words(&self.roots);
        out.words(&self.slots);
        out.flag(self.tails.is_some());
        if let Some(tails) = &self.tails {
            out.words(&tails.ends);
            out.bytes(&tails.symbols);
        }
    }

    /// What [`Compact::save`] wrote, if it holds together and gives each of `ids` once at most.
    pub(super) fn load(input: &mut Reader<'_>, ids: &mut Once) -> Option<Self> {
        let symbols = input.bytes()?.to_vec();
        let (roots, slots) = (input.words()?, input.words()?);
        let tails = if input.flag()? { Some(Tails { ends: input.words()?, symbols: input.bytes()?.to_vec() }) } else { None };
        let compact = Self { symbols, roots, slots, tails };
        let mut symbols = Once::new(256);
        let is_shape = compact.symbols.iter().all(|&symbol| symbols.take(symbol.into()))
            && compact.roots.len() == compact.symbols.len() + 1
            && compact.slots.len() <= VALUES
            && compact.tails.as_ref().is_none_or(Tails::is_shape);
        (is_shape && compact.is_tree(ids)).then_some(compact)
    }

    /// Whether the nodes are a tree, and no needle ends in two of them.
    ///
    /// A slot and its label tell the base of the parent. So where no two edges lead to the same base a node has one parent at most, and where no
    /// walk that begins at the root comes to a node again no needle is found twice at a start.
    fn is_tree(&self, ids: &mut Once) -> bool {
        let mut bases = Once::new(self.slots.len());
        let (roots, slots) = (|| (0..).zip(self.roots.iter().copied()), || (0..).zip(self.slots.iter().copied()));
        let is_edge = |edge: u32| edge & LABEL != 0;
        let mut leads_on = |edge: u32| {
            let value = edge >> VALUE_SHIFT;
            if edge & LEAF != 0 {
                return ids.take(value);
            }
            let is_end = edge & MUTE == 0;
            value as usize != NOWHERE
                && bases.take(value)
                && (!is_end || self.slot(value) & HITS == 0 && ids.take(self.slot(value) >> VALUE_SHIFT))
        };
        let edges = || roots().chain(slots()).map(|(_, edge)| edge).filter(|&edge| is_edge(edge));
        let is_known = |edge: u32| (edge & LABEL) as usize <= self.symbols.len();
        roots().all(|(code, edge)| edge == 0 || code != 0 && edge & GOES == code)
            && edges().all(|edge| is_known(edge) && leads_on(edge))
            && slots().all(|(slot, edge)| !is_edge(edge) || bases.has_taken(slot ^ (edge & LABEL)))
    }
}

/// The code of each symbol: its place and one.
fn number(symbols: &[u8]) -> [u16; 256] {
    let mut codes = [FOREIGN; 256];
    symbols.iter().zip(1..).for_each(|(&symbol, code)| codes[usize::from(symbol)] = code);
    codes
}

/// A node to be placed: the needles that go through it, how many symbols they share, its label, and the slot of its edge, none of the root's.
struct Node {
    group: Range<usize>,
    depth: usize,
    label: u16,
    slot: Option<usize>,
}

struct Builder<'n> {
    needles: &'n [(&'n [u8], u32)],
    codes: [u16; 256],
    /// The edges from the root by their codes.
    roots: Vec<u32>,
    memory_max: usize,
    /// Slots of a block, a power of two above all codes: a base reaches only its own block.
    block: usize,
    slots: Vec<u32>,
    /// Which slots and bases are taken.
    taken: Vec<bool>,
    bases: Vec<bool>,
    /// Of each block how often it had no room.
    misses: Vec<u32>,
    /// The first block that may have room.
    open: usize,
    /// The tails by id, if needles are not spelled as they were given.
    rests: Vec<&'n [u8]>,
    nodes: VecDeque<Node>,
}

impl<'n> Builder<'n> {
    fn new(needles: &'n [(&'n [u8], u32)], symbols: &[u8], is_given: bool, memory_max: usize) -> Option<Self> {
        let ids = needles.iter().map(|needle| needle.1 as usize + 1).max()?;
        let rests = if is_given { 0 } else { ids };
        (ids <= VALUES && rests.checked_mul(size_of::<u32>())? <= memory_max).then_some(())?;
        Some(Self {
            needles,
            codes: number(symbols),
            roots: vec![0; symbols.len() + 1],
            memory_max,
            block: (symbols.len() + 1).next_power_of_two(),
            slots: vec![],
            taken: vec![],
            bases: vec![],
            misses: vec![],
            open: 0,
            rests: vec![&[]; rests],
            nodes: VecDeque::new(),
        })
    }

    /// Fills the slots of all nodes, breadth first, so that what is met most lies together.
    fn build(&mut self) -> Option<()> {
        self.part(0..self.needles.len(), 0);
        while let Some(node) = self.nodes.pop_front() {
            let (slot, label) = (node.slot, node.label);
            let edge = self.edge(node)? | u32::from(label);
            match slot {
                Some(slot) => self.slots[slot] = edge,
                None => self.roots[usize::from(label)] = edge,
            }
        }
        Some(())
    }

    /// Appends a node for each symbol that comes at `depth` in the needles of `group`. Returns where they begin in `nodes`.
    fn part(&mut self, group: Range<usize>, depth: usize) -> usize {
        let first = self.nodes.len();
        let mut start = group.start;
        for same in self.needles[group].chunk_by(|a, b| a.0[depth] == b.0[depth]) {
            let label = self.codes[usize::from(same[0].0[depth])];
            self.nodes.push_back(Node { group: start..start + same.len(), depth: depth + 1, label, slot: None });
            start += same.len();
        }
        first
    }

    /// The edge to `node`, but for its label.
    fn edge(&mut self, node: Node) -> Option<u32> {
        let Node { mut group, depth, .. } = node;
        let (text, id) = self.needles[group.start];
        // The root leads to no leaf, so that every walk begins with a node.
        if group.len() == 1 && depth > 1 {
            if let Some(rest) = self.rests.get_mut(id as usize) {
                *rest = &text[depth..];
            }
            return Some(LEAF | id << VALUE_SHIFT | if text.len() == depth { 0 } else { MUTE });
        }
        let is_end = text.len() == depth;
        group.start += usize::from(is_end);
        let first = self.part(group, depth);
        let base = self.place(first, is_end)?;
        if is_end {
            self.slots[base] = id << VALUE_SHIFT;
        }
        Some((base as u32) << VALUE_SHIFT | if is_end { 0 } else { MUTE })
    }

    /// Takes a base, and slots for the nodes from `first` on, and its own where a needle ends.
    fn place(&mut self, first: usize, is_end: bool) -> Option<usize> {
        let mut labels: Vec<usize> = self.nodes.range(first..).map(|node| node.label.into()).collect();
        labels.extend(is_end.then_some(0));
        let base = match (self.open..self.misses.len()).find_map(|block| self.room(block, &labels)) {
            Some(base) => base,
            None => self.new_block(&labels)?,
        };
        self.bases[base] = true;
        labels.iter().for_each(|label| self.taken[base ^ label] = true);
        self.nodes.range_mut(first..).for_each(|node| node.slot = Some(base ^ usize::from(node.label)));
        Some(base)
    }

    /// The lowest base of a block from which the slots of all `labels` are free.
    fn room(&mut self, block: usize, labels: &[usize]) -> Option<usize> {
        if self.misses[block] < MISSES_MAX {
            let mut bases = block * self.block..(block + 1) * self.block;
            let found = bases.find(|&base| !self.bases[base] && labels.iter().all(|label| !self.taken[base ^ label]));
            if found.is_some() {
                return found;
            }
            self.misses[block] += 1;
        }
        self.open += usize::from(block == self.open && self.misses[block] == MISSES_MAX);
        None
    }

    /// The same of a new block, where there is room for any labels.
    fn new_block(&mut self, labels: &[usize]) -> Option<usize> {
        let size = self.slots.len() + self.block;
        (size <= VALUES && size * size_of::<u32>() <= self.memory_max).then_some(())?;
        self.slots.resize(size, 0);
        self.taken.resize(size, false);
        self.bases.resize(size, false);
        self.bases[NOWHERE] = true;
        self.misses.push(0);
        self.room(self.misses.len() - 1, labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(label: u32, base: u32) -> u32 {
        label | MUTE | base << VALUE_SHIFT
    }

    fn leaf(label: u32, id: u32) -> u32 {
        label | LEAF | id << VALUE_SHIFT
    }

    fn is_tree(root: u32, slots: &[(usize, u32)]) -> bool {
        let mut trie = Compact { symbols: vec![b'a', b'b'], roots: vec![0, root, 0], slots: vec![0; 64], tails: None };
        slots.iter().for_each(|&(slot, edge)| trie.slots[slot] = edge);
        trie.is_tree(&mut Once::new(3))
    }

    #[test]
    fn no_walk_comes_to_a_node_or_an_id_again() {
        let root = node(1, 4);
        assert!(is_tree(root, &[(4 ^ 1, node(1, 8)), (8 ^ 2, leaf(2, 2))]));
        assert!(is_tree(root, &[(4 ^ 1, node(1, 8) & !MUTE), (8, 1 << VALUE_SHIFT), (8 ^ 2, leaf(2, 2))]), "a needle ends in a node");
        assert!(!is_tree(root, &[(4 ^ 1, node(1, 4))]), "a loop");
        assert!(!is_tree(root, &[(4 ^ 1, node(1, 8)), (8 ^ 2, node(2, 8))]), "a loop below the root");
        assert!(!is_tree(root, &[(4 ^ 1, node(1, 8)), (8 ^ 2, node(2, 4))]), "a longer loop");
        assert!(!is_tree(root, &[(8 ^ 1, leaf(1, 1))]), "a child of nobody");
        assert!(!is_tree(root, &[(4 ^ 1, node(1, 64))]), "a base behind the end");
        assert!(!is_tree(root, &[(4 ^ 1, node(1, 0))]), "the base of no node");
        assert!(!is_tree(root, &[(4 ^ 1, leaf(1, 1)), (4 ^ 2, leaf(2, 1))]), "an id again");
        assert!(!is_tree(root, &[(4 ^ 1, leaf(1, 3))]), "an id of no pattern");
        assert!(!is_tree(root, &[(4 ^ 3, leaf(3, 1))]), "a label of no symbol");
        assert!(!is_tree(root, &[(4 ^ 1, node(1, 8) & !MUTE), (8, MUTE)]), "no needle where one ends");
        assert!(!is_tree(leaf(1, 1), &[]), "a leaf at the root");
        assert!(!is_tree(node(2, 4), &[]), "a label that is not the place");
    }
}
