//! The needles as a trie without chains, in one array.
//!
//! A node is where needles part or end; the symbols between two nodes are the tail of the edge. Nodes lie in a double array: the child of the
//! node with base `b` along symbol `s` is slot `b ^ s`, if that slot has label `s`. No two nodes have the same base, so the label alone tells
//! whose child a slot is. A slot is eight bytes; only edges with a tail need more.
use super::view::View;
use crate::blob::{Reader, Writer};

/// Bits of a slot: its label, whether it is in use, whether its edge has a tail, and then base and id of the node, or where its tail lies.
const USED: u64 = 1 << 8;
const TAIL: u64 = 1 << 9;
const BASE_SHIFT: u32 = 10;
const ID_SHIFT: u32 = 37;
/// Bases and ids have 27 bits.
const FIELD: u64 = (1 << 27) - 1;
/// No needle ends in this node.
const NONE: u32 = FIELD as u32;
/// No node has this base, so a step from it never leads to a node: that of a leaf.
const NOWHERE: u32 = 0;
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
    /// The symbol behind its last one.
    pub(super) end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trie {
    /// Whole blocks.
    slots: Vec<u64>,
    /// For each slot with a tail: how many symbols, base, id, the symbols.
    tails: Vec<u8>,
    root: u32,
}

/// What a slot says of the node behind its edge.
struct Edge<'t> {
    tail: &'t [u8],
    base: u32,
    id: u32,
}

impl Trie {
    /// The trie of `needles`, which are different, ascending and not empty; none where it would be larger than `memory_max`.
    pub(super) fn new(needles: &[(&[u8], u32)], memory_max: usize) -> Option<Self> {
        if needles.iter().any(|needle| needle.1 >= NONE) {
            return None;
        }
        Builder::default().build(needles, memory_max)
    }

    /// Gives `visit` each needle that begins at symbol `at`, the shorter first, until it breaks. Returns how many symbols were compared.
    #[inline(always)]
    pub(super) fn walk<V: View>(&self, view: V, at: usize, mut visit: impl FnMut(Ending)) -> usize {
        let (mut base, mut place) = (self.root, at);
        while let Some(symbol) = view.symbol(place) {
            let slot = self.slots.get((base ^ u32::from(symbol)) as usize).copied().unwrap_or_default();
            if slot & (USED | 0xff) != USED | u64::from(symbol) {
                break;
            }
            place += 1;
            let mut id = (slot >> ID_SHIFT) as u32;
            base = (slot >> BASE_SHIFT & FIELD) as u32;
            if slot & TAIL != 0 {
                let Some(edge) = self.edge(slot) else { break };
                let agreed = view.agree(place, edge.tail);
                place += agreed;
                if agreed < edge.tail.len() {
                    break;
                }
                (base, id) = (edge.base, edge.id);
            }
            if id != NONE {
                visit(Ending { id, end: place });
            }
        }
        place + 1 - at
    }

    /// The edge of a slot with a tail.
    #[inline(always)]
    fn edge(&self, slot: u64) -> Option<Edge<'_>> {
        let (head, rest) = self.tails.get((slot >> BASE_SHIFT) as usize..)?.split_first_chunk::<12>()?;
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        Some(Edge { tail: rest.get(..word(0) as usize)?, base: word(4), id: word(8) })
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.slots.len() * size_of::<u64>() + self.tails.len()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.u32(self.root);
        out.longs(&self.slots);
        out.bytes(&self.tails);
    }

    /// What [`Trie::save`] wrote, if every node leads to nodes, and to ids less than `ids`.
    pub(super) fn load(input: &mut Reader<'_>, ids: u32) -> Option<Self> {
        let trie = Self { root: input.u32()?, slots: input.longs()?, tails: input.bytes()?.to_vec() };
        let is_base = |base: u32| (base as usize) < trie.slots.len();
        let is_node = |base: u32, id: u32| is_base(base) && (id < ids || id == NONE);
        let is_sound = |&slot: &u64| match slot & (USED | TAIL) {
            USED => is_node((slot >> BASE_SHIFT & FIELD) as u32, (slot >> ID_SHIFT) as u32),
            0 => true,
            _ => trie.edge(slot).is_some_and(|edge| is_node(edge.base, edge.id)),
        };
        let is_whole = trie.slots.len().is_multiple_of(BLOCK) && is_base(trie.root);
        (is_whole && trie.slots.iter().all(is_sound)).then_some(trie)
    }
}

/// A node to be placed: the needles that go through it, how many symbols they share up to its label, and the slot of its edge.
struct Pending {
    needles: std::ops::Range<usize>,
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
struct Builder {
    slots: Vec<u64>,
    tails: Vec<u8>,
    rooms: Vec<Room>,
    open: Vec<usize>,
}

impl Builder {
    /// Breadth first, so that what is met most lies together.
    fn build(mut self, needles: &[(&[u8], u32)], memory_max: usize) -> Option<Trie> {
        let mut pending = Vec::with_capacity(needles.len());
        let root = self.branch(needles, 0..needles.len(), 0, &mut pending);
        let mut next = 0;
        while next < pending.len() {
            let Pending { needles: ref range, depth, slot } = pending[next];
            let range = range.clone();
            self.node(needles, range, depth, slot, &mut pending)?;
            next += 1;
            if self.slots.len() * size_of::<u64>() + self.tails.len() > memory_max {
                return None;
            }
        }
        self.slots.shrink_to_fit();
        self.tails.shrink_to_fit();
        Some(Trie { slots: self.slots, tails: self.tails, root })
    }

    /// Fills the slot of the node of a range of needles.
    fn node(
        &mut self,
        needles: &[(&[u8], u32)],
        mut range: std::ops::Range<usize>,
        depth: usize,
        slot: usize,
        pending: &mut Vec<Pending>,
    ) -> Option<()> {
        let ((first, first_id), (last, _)) = (needles[range.start], needles[range.end - 1]);
        let tail: usize = first[depth..].iter().zip(&last[depth..]).take_while(|(a, b)| a == b).count();
        let at = depth + tail;
        let id = if first.len() == at { first_id } else { NONE };
        range.start += usize::from(id != NONE);
        let base = if range.is_empty() { NOWHERE } else { self.branch(needles, range, at, pending) };
        // The fields of a slot have room for no more.
        if u64::from(base) > FIELD {
            return None;
        }
        self.slots[slot] |= if tail == 0 {
            u64::from(base) << BASE_SHIFT | u64::from(id) << ID_SHIFT
        } else {
            let offset = self.tails.len() as u64;
            self.tails.extend([u32::try_from(tail).ok()?, base, id].iter().flat_map(|word| word.to_le_bytes()));
            self.tails.extend_from_slice(&first[depth..at]);
            TAIL | offset << BASE_SHIFT
        };
        Some(())
    }

    /// Makes slots for the children of the node in which `range` of the needles, all longer than `depth`, part. Returns its base.
    fn branch(&mut self, needles: &[(&[u8], u32)], range: std::ops::Range<usize>, depth: usize, pending: &mut Vec<Pending>) -> u32 {
        let first = pending.len();
        let mut labels = [0; BLOCK];
        let mut start = range.start;
        while start < range.end {
            let label = needles[start].0[depth];
            let len = needles[start..range.end].iter().take_while(|needle| needle.0[depth] == label).count();
            labels[pending.len() - first] = label;
            pending.push(Pending { needles: start..start + len, depth: depth + 1, slot: 0 });
            start += len;
        }
        let labels = &labels[..pending.len() - first];
        let base = self.place(labels);
        for (child, &label) in pending[first..].iter_mut().zip(labels) {
            child.slot = base ^ usize::from(label);
            self.slots[child.slot] = USED | u64::from(label);
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
