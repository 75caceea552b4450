//! What follows the heads of needles, as tries without chains in one array.
//!
//! A node is where needles part or end; the symbols between two nodes are the tail of the edge. Nodes lie in a double array: the child of the
//! node with base `b` along symbol `s` is slot `b ^ s`, if that slot has label `s`. No two nodes have the same base, so the label alone tells
//! whose child a slot is. An edge, with its node, is a word of eight bytes in the slot; only one with a tail takes more.
//!
//! | bits | without a tail | with a tail |
//! | --- | --- | --- |
//! | 0 to 7 | label | label |
//! | 8 | 1 where the slot is in use | 1 |
//! | 9 | 0 | 1 |
//! | 10 to 36 | base | bit 10: whether it has children; from bit 11 on where its record is in `tails` |
//! | 37 to 63 | id, all ones for none | from bit 44 on: length of the tail |
//!
//! A record is the id, the base where there are children, and the tail.
use super::once::Once;
use crate::blob::{Reader, Writer};
use std::ops::Range;

pub(super) const USED: u64 = 1 << 8;
pub(super) const TAIL: u64 = 1 << 9;
const BRANCH: u64 = 1 << 10;
pub(super) const BASE_SHIFT: u32 = 10;
pub(super) const ID_SHIFT: u32 = 37;
const OFFSET_SHIFT: u32 = 11;
const OFFSET_BITS: u32 = 33;
const LENGTH_SHIFT: u32 = 44;
const LENGTH_MAX: usize = (1 << 20) - 1;
/// Bases and ids have 27 bits.
pub(super) const FIELD: u64 = (1 << 27) - 1;
/// No needle ends in this node.
pub(super) const NONE: u32 = FIELD as u32;
/// No node has this base, so a step from it never leads to a node: that of a leaf.
pub(super) const NOWHERE: u32 = 0;
/// Slots of a block; a base reaches only its own block.
const BLOCK: usize = 256;
/// A block that was too full this many times is looked at no more.
const MISSES_MAX: u32 = 24;
/// Blocks that are looked at for room.
const OPEN_MAX: usize = 12;

/// A needle that ends at a node.
#[derive(Clone, Copy)]
pub(super) struct Ending {
    pub(super) id: u32,
    /// Where what comes after it begins.
    pub(super) end: usize,
}

/// What is walked along.
pub(super) trait Symbols: Copy {
    /// The symbol at `at`, counted in symbols; none at the end and where the unit is in no needle.
    fn symbol(self, at: usize) -> Option<u8>;

    /// How many symbols from `at` on are those of `tail`, from its first on.
    #[inline(always)]
    fn agree(self, at: usize, tail: &[u8]) -> usize {
        (0..tail.len()).take_while(|&place| self.symbol(at + place) == Some(tail[place])).count()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trie {
    /// Whole blocks.
    slots: Vec<u64>,
    tails: Vec<u8>,
}

/// What an edge says.
pub(super) struct Edge<'t> {
    pub(super) tail: &'t [u8],
    pub(super) base: u32,
    pub(super) id: u32,
}

impl Trie {
    /// The tries of groups of `needles` (different and ascending), each of which has the first `depth` symbols in common and no needle shorter
    /// than that. Returns them with the edge that leads into each; none where it would be larger than `memory_max`, or than its fields can hold.
    pub(super) fn new(needles: &[(&[u8], u32)], groups: &[Range<usize>], depth: usize, memory_max: usize) -> Option<(Self, Vec<u64>)> {
        let mut builder = Builder { needles, memory_max, ..Builder::default() };
        let edges: Option<Vec<u64>> = groups.iter().map(|group| builder.edge(group.clone(), depth)).collect();
        let edges = edges?;
        builder.place_all()?;
        builder.slots.shrink_to_fit();
        builder.tails.shrink_to_fit();
        Some((Self { slots: builder.slots, tails: builder.tails }, edges))
    }

    /// Gives `visit` each needle that goes on along `edge` as the symbols from `at` on do, the shorter first. Returns how many symbols
    /// were compared.
    #[inline(always)]
    pub(super) fn walk<S: Symbols>(&self, edge: u64, symbols: S, at: usize, mut visit: impl FnMut(Ending)) -> usize {
        let (mut word, mut place) = (edge, at);
        while let Some(edge) = self.edge(word) {
            let agreed = symbols.agree(place, edge.tail);
            place += agreed;
            if agreed < edge.tail.len() {
                break;
            }
            if edge.id != NONE {
                visit(Ending { id: edge.id, end: place });
            }
            let Some(symbol) = symbols.symbol(place) else { break };
            word = self.slots.get((edge.base ^ u32::from(symbol)) as usize).copied().unwrap_or_default();
            if word & (USED | 0xff) != USED | u64::from(symbol) {
                break;
            }
            place += 1;
        }
        place + 1 - at
    }

    #[inline(always)]
    pub(super) fn edge(&self, word: u64) -> Option<Edge<'_>> {
        if word & TAIL == 0 {
            return Some(Edge { tail: &[], base: (word >> BASE_SHIFT & FIELD) as u32, id: (word >> ID_SHIFT) as u32 });
        }
        let offset = word >> OFFSET_SHIFT & ((1 << OFFSET_BITS) - 1);
        let (&id, record) = self.tails.get(offset as usize..)?.split_first_chunk()?;
        let (base, rest) = if word & BRANCH == 0 {
            (NOWHERE, record)
        } else {
            let (&base, rest) = record.split_first_chunk()?;
            (u32::from_le_bytes(base), rest)
        };
        Some(Edge { tail: rest.get(..(word >> LENGTH_SHIFT) as usize)?, base, id: u32::from_le_bytes(id) })
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.slots.len() * size_of::<u64>() + self.tails.len()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.longs(&self.slots);
        out.bytes(&self.tails);
    }

    /// What [`Trie::save`] wrote, whatever its edges are.
    pub(super) fn load(input: &mut Reader<'_>) -> Option<Self> {
        let trie = Self { slots: input.longs()?, tails: input.bytes()?.to_vec() };
        trie.slots.len().is_multiple_of(BLOCK).then_some(trie)
    }

    /// Whether the nodes below the edges `roots` are trees, and no needle ends in two of them.
    ///
    /// A slot and its label tell the base of the parent. So where no two edges lead to the same base a node has one parent at most, a root none,
    /// and no walk that begins at a root comes to a node again.
    pub(super) fn is_forest(&self, roots: impl Iterator<Item = u64>, ids: &mut Once) -> bool {
        let mut bases = Once::new(self.slots.len());
        let mut leads_on = |word| {
            let is_own = |edge: Edge<'_>| (edge.base == NOWHERE || bases.take(edge.base)) && (edge.id == NONE || ids.take(edge.id));
            self.edge(word).is_some_and(is_own)
        };
        let is_led_to = |slot: u32, word: u64, bases: &Once| word & USED != 0 && bases.has_taken(slot ^ (word & 0xff) as u32);
        let nodes = || (0..).zip(&self.slots).filter(|&(_, &word)| word != 0).map(|(slot, &word)| (slot, word));
        roots.chain(nodes().map(|(_, word)| word)).all(&mut leads_on) && nodes().all(|(slot, word)| is_led_to(slot, word, &bases))
    }
}

/// A node to be placed: the needles that go through it, how many symbols they share up to its label, and the slot of its edge.
struct Pending {
    group: Range<usize>,
    depth: usize,
    slot: usize,
}

/// What is free in a block of slots, as sets of 256.
struct Room {
    slots: [u64; 4],
    bases: [u64; 4],
    misses: u32,
}

#[derive(Default)]
struct Builder<'n> {
    needles: &'n [(&'n [u8], u32)],
    memory_max: usize,
    slots: Vec<u64>,
    tails: Vec<u8>,
    pending: Vec<Pending>,
    rooms: Vec<Room>,
    open: Vec<usize>,
}

impl Builder<'_> {
    /// Fills the slots of all nodes: breadth first, so that what is met most lies together.
    fn place_all(&mut self) -> Option<()> {
        let mut next = 0;
        while let Some(Pending { group, depth, slot }) = self.pending.get_mut(next) {
            let (group, depth, slot) = (std::mem::take(group), *depth, *slot);
            self.slots[slot] |= self.edge(group, depth)?;
            next += 1;
        }
        Some(())
    }

    /// The edge, but for its label, to the node of `group`, of which `depth` symbols have been read.
    fn edge(&mut self, mut group: Range<usize>, depth: usize) -> Option<u64> {
        let ((first, first_id), (last, _)) = (self.needles[group.start], self.needles[group.end - 1]);
        let length = first[depth..].iter().zip(&last[depth..]).take_while(|(a, b)| a == b).count();
        let (tail, is_end) = (&first[depth..depth + length], first.len() == depth + length);
        group.start += usize::from(is_end);
        let id = if is_end { first_id } else { NONE };
        let base = if group.is_empty() { NOWHERE } else { self.branch(group, depth + length) };
        let fits =
            u64::from(base) <= FIELD && (!is_end || id < NONE) && length <= LENGTH_MAX && (self.tails.len() as u64) < 1 << OFFSET_BITS;
        let is_small = self.slots.len() * size_of::<u64>() + self.tails.len() <= self.memory_max;
        (fits && is_small).then_some(())?;
        Some(if tail.is_empty() {
            USED | u64::from(base) << BASE_SHIFT | u64::from(id) << ID_SHIFT
        } else {
            let branch = if base == NOWHERE { 0 } else { BRANCH };
            let word = USED | TAIL | branch | (self.tails.len() as u64) << OFFSET_SHIFT | (length as u64) << LENGTH_SHIFT;
            self.tails.extend(id.to_le_bytes());
            if base != NOWHERE {
                self.tails.extend(base.to_le_bytes());
            }
            self.tails.extend_from_slice(tail);
            word
        })
    }

    /// Makes slots for the children of the node in which the needles of `group`, all longer than `depth`, part. Returns its base.
    fn branch(&mut self, group: Range<usize>, depth: usize) -> u32 {
        let first = self.pending.len();
        let mut labels = [0; BLOCK];
        let mut start = group.start;
        while start < group.end {
            let label = self.needles[start].0[depth];
            let len = self.needles[start..group.end].iter().take_while(|needle| needle.0[depth] == label).count();
            labels[self.pending.len() - first] = label;
            self.pending.push(Pending { group: start..start + len, depth: depth + 1, slot: 0 });
            start += len;
        }
        let labels = &labels[..self.pending.len() - first];
        let base = self.place(labels);
        for (child, &label) in self.pending[first..].iter_mut().zip(labels) {
            child.slot = base ^ usize::from(label);
            self.slots[child.slot] = u64::from(label);
        }
        base as u32
    }

    /// Takes a base, and a slot for each of `labels`.
    fn place(&mut self, labels: &[u8]) -> usize {
        let rooms = &mut self.rooms;
        let found = self.open.iter().find_map(|&room| Some(room * BLOCK + rooms[room].take(labels)?));
        self.open.retain(|&room| rooms[room].misses <= MISSES_MAX);
        found.unwrap_or_else(|| self.place_new(labels))
    }

    /// The same in a new block, where there is room for any labels.
    fn place_new(&mut self, labels: &[u8]) -> usize {
        if self.open.len() == OPEN_MAX {
            self.open.remove(0);
        }
        let room = self.rooms.len();
        self.open.push(room);
        self.slots.resize((room + 1) * BLOCK, 0);
        let mut empty = Room { slots: [u64::MAX; 4], bases: [u64::MAX; 4], misses: 0 };
        if room == 0 {
            empty.bases[0] &= !(1 << NOWHERE);
        }
        let base = empty.take(labels).unwrap_or_default();
        self.rooms.push(empty);
        room * BLOCK + base
    }
}

impl Room {
    /// Takes the lowest base from which the slots of all `labels` are free, and those slots.
    fn take(&mut self, labels: &[u8]) -> Option<usize> {
        let bases = labels.iter().fold(self.bases, |bases, &label| {
            let reached = permuted(self.slots, label);
            std::array::from_fn(|word| bases[word] & reached[word])
        });
        let Some(word) = bases.iter().position(|&bases| bases != 0) else {
            self.misses += 1;
            return None;
        };
        let base = 64 * word + bases[word].trailing_zeros() as usize;
        self.bases[word] &= !(1 << (base % 64));
        for &label in labels {
            let slot = base ^ usize::from(label);
            self.slots[slot / 64] &= !(1 << (slot % 64));
        }
        Some(base)
    }
}

/// The set of all `place ^ label` for the places of `set`.
fn permuted(set: [u64; 4], label: u8) -> [u64; 4] {
    const LOW: [u64; 6] = [
        0x5555_5555_5555_5555,
        0x3333_3333_3333_3333,
        0x0f0f_0f0f_0f0f_0f0f,
        0x00ff_00ff_00ff_00ff,
        0x0000_ffff_0000_ffff,
        0x0000_0000_ffff_ffff,
    ];
    let mut words: [u64; 4] = std::array::from_fn(|word| set[word ^ usize::from(label >> 6)]);
    for (bit, low) in LOW.iter().enumerate() {
        if label >> bit & 1 != 0 {
            words = words.map(|word| (word >> (1 << bit) & low) | (word & low) << (1 << bit));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(label: u8, base: u32, id: u32) -> u64 {
        USED | u64::from(label) | u64::from(base) << BASE_SHIFT | u64::from(id) << ID_SHIFT
    }

    fn is_forest(root: u64, slots: &[(usize, u64)]) -> bool {
        let mut trie = Trie { slots: vec![0; 2 * BLOCK], tails: vec![] };
        slots.iter().for_each(|&(slot, word)| trie.slots[slot] = word);
        trie.is_forest(std::iter::once(root), &mut Once::new(3))
    }

    #[test]
    fn no_walk_comes_to_a_node_or_an_id_again() {
        let (a, b) = (usize::from(b'a'), usize::from(b'b'));
        let root = edge(0, 5, 0);
        assert!(is_forest(root, &[(5 ^ a, edge(b'a', 300, 1)), (300 ^ b, edge(b'b', NOWHERE, 2))]));
        assert!(is_forest(root, &[(5 ^ a, edge(b'a', 300, NONE)), (300 ^ b, edge(b'b', NOWHERE, 2))]));
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', 5, 1))]), "a loop");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', 300, 1)), (300 ^ b, edge(b'b', 300, 2))]), "a loop below the root");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', 300, 1)), (300 ^ b, edge(b'b', 5, 2))]), "a longer loop");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', NOWHERE, 1)), (a, edge(b'a', NOWHERE, 2))]), "a child of leaves");
        assert!(!is_forest(root, &[(6 ^ a, edge(b'a', NOWHERE, 1))]), "a child of nobody");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', 512, 1))]), "a base behind the end");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', NOWHERE, 0))]), "an id again");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', NOWHERE, 3))]), "an id of no pattern");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', NOWHERE, 1) & !USED)]), "a slot that is not in use");
        assert!(!is_forest(root, &[(5 ^ a, edge(b'a', NOWHERE, 1) | TAIL)]), "a tail behind the end");
    }
}
