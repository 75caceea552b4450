//! Needles of which some are short: a trie from its root, walked from every start of a block at once.
//!
//! Where hits are dense a walk from one start after the other waits: for the node of each symbol, and again for the processor, which cannot
//! foretell where a walk ends. So the walks of a block go in rounds. A round takes each walk one symbol further, and writes those that go on over
//! those that have ended: nothing is decided by a branch, and no load waits for that of another walk. A table says where the first two symbols
//! lead. What a match will cover is walked, too: most walks end within three symbols, and that costs less than to know.
//!
//! Symbols are numbered anew, those of needles alone, so that the table is small.
//!
//! What was slower: a hash probe for each length of head at each start (up to two thirds longer on dictionaries of 40,000 and 120,000
//! words); counts of the lists of walks in memory and a branch at each tail, instead of counts in registers and a list of tails.
use super::once::Once;
use super::trie::{BASE_SHIFT, ENDS, FIELD, ID_SHIFT, NONE, NOWHERE, Symbols, TAIL, Trie, USED};
use super::view::View;
use crate::blob::{Reader, Writer};

/// Starts of a block.
pub(super) const BLOCK: usize = 512;
/// How many symbols behind its start a walk may be before it goes on alone.
const ROUNDS: usize = 32;
/// Symbols that are read for the walks of a block.
const AHEAD: usize = 64;
/// Occurrences that are held at most.
const FOUND: usize = 4 * BLOCK;
/// What a unit that is in no needle reads as: no label with [`USED`].
const FOREIGN: u16 = 0x200;
/// Entries of the table of pairs beyond which it must be smaller than the needles.
const PAIRS_MIN: usize = 1 << 12;
/// Bits of the start and of the length in an occurrence; the id is above, as in the words of a trie.
const START_BITS: u32 = 16;
const LENGTH_BITS: u32 = 21;
/// Needles are shorter than this.
pub(super) const LENGTH_MAX: usize = 1 << LENGTH_BITS;

/// A needle that occurs.
#[derive(Clone, Copy, Default)]
pub(super) struct Found(u64);

impl Found {
    /// The needle whose id is that of the word of an edge.
    #[inline(always)]
    fn new(word: u64, start: usize, length: usize) -> Self {
        Self(word & ENDS | (length as u64) << START_BITS | start as u64)
    }

    /// The same of needle `id`.
    #[inline(always)]
    pub(super) fn with_id(self, id: u32) -> Self {
        Self(self.0 & !ENDS | u64::from(id) << ID_SHIFT)
    }

    #[inline(always)]
    pub(super) fn id(self) -> u32 {
        (self.0 >> (START_BITS + LENGTH_BITS)) as u32
    }

    /// Where it starts, in symbols from the first of the block on.
    #[inline(always)]
    pub(super) fn start(self) -> usize {
        (self.0 & 0xffff) as usize
    }

    /// Its symbols. Zero: there is none.
    #[inline(always)]
    pub(super) fn length(self) -> usize {
        (self.0 >> START_BITS) as usize & (LENGTH_MAX - 1)
    }
}

/// What the walks of a block take.
pub(super) struct Walks {
    symbols: [u16; 2 * BLOCK + AHEAD],
    /// Walks that go on: of each from bit 32 on the base of its node, from 16 on where its next symbol is, then its start.
    live: [u64; BLOCK],
    found: [Found; FOUND],
    /// Walks that have come to an edge with a tail, and that edge.
    tails: [(u64, u64); BLOCK],
    /// Walks that go on alone.
    alone: [(u64, u64); BLOCK],
    held: Held,
}

/// How many are in each list of [`Walks`]: apart from them, so that a loop holds it in registers.
#[derive(Clone, Copy, Default)]
struct Held {
    live: usize,
    found: usize,
    tails: usize,
    alone: usize,
}

/// A walk without its node.
#[inline(always)]
fn walk_of(start: usize, at: usize) -> u64 {
    (at as u64) << 16 | start as u64
}

impl Walks {
    pub(super) fn new() -> Self {
        Self {
            symbols: [0; 2 * BLOCK + AHEAD],
            live: [0; BLOCK],
            found: [Found(0); FOUND],
            tails: [(0, 0); BLOCK],
            alone: [(0, 0); BLOCK],
            held: Held::default(),
        }
    }

    /// Takes a walk along `word`, if that is an edge, to symbol `at`.
    #[inline(always)]
    fn advance(&mut self, held: Held, word: u64, is_edge: bool, start: usize, at: usize) -> Held {
        self.tails[held.tails % BLOCK] = (word, walk_of(start, at));
        let has_tail = word & TAIL != 0;
        let held = Held { tails: held.tails + usize::from(is_edge & has_tail), ..held };
        self.settle(held, word & ENDS, word >> BASE_SHIFT & FIELD, is_edge & !has_tail, start, at)
    }

    /// Notes what ends at a node, and that the walk goes on where it has children.
    #[inline(always)]
    fn settle(&mut self, held: Held, id: u64, base: u64, is_node: bool, start: usize, at: usize) -> Held {
        self.found[held.found % FOUND] = Found::new(id, start, at - start);
        self.live[held.live % BLOCK] = base << 32 | walk_of(start, at);
        let found = held.found + usize::from(is_node & (id != ENDS));
        Held { found, live: held.live + usize::from(is_node & (base != u64::from(NOWHERE))), ..held }
    }

    /// Takes those that have come to an edge with a tail to its end.
    fn go_along_tails(&mut self, trie: &Trie) {
        let mut held = self.held;
        for index in 0..std::mem::take(&mut held.tails) {
            let (word, walk) = self.tails[index % BLOCK];
            let (at, start) = ((walk >> 16) as usize, (walk & 0xffff) as usize);
            let Some(edge) = trie.edge(word) else { continue };
            let end = at + edge.tail.len();
            if end + ROUNDS >= start + AHEAD {
                self.alone[held.alone % BLOCK] = (word, walk);
                held.alone += 1;
            } else {
                let is_tail = self.symbols[at..end].iter().zip(edge.tail).all(|(&symbol, &label)| symbol == USED as u16 | u16::from(label));
                held = self.settle(held, u64::from(edge.id) << ID_SHIFT, edge.base.into(), is_tail, start, end);
            }
        }
        self.held = held;
    }

    /// Takes each walk one symbol further.
    #[inline(always)]
    fn go(&mut self, trie: &Trie) {
        let mut held = self.held;
        for index in 0..std::mem::take(&mut held.live) {
            let walk = self.live[index % BLOCK];
            let (at, start) = ((walk >> 16 & 0xffff) as usize, (walk & 0xffff) as usize);
            let symbol = self.symbols.get(at).copied().unwrap_or(FOREIGN);
            let word = trie.slot((walk >> 32) as u32 ^ u32::from(symbol & 0xff));
            held = self.advance(held, word, word & (USED | 0xff) == u64::from(symbol), start, at + 1);
        }
        self.held = held;
        self.go_along_tails(trie);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dense {
    /// The symbols of needles, ascending; what a symbol is called here is its place.
    symbols: Vec<u8>,
    /// The edges from the root by their first one or two symbols.
    roots: Vec<u64>,
    /// Where roots are of two symbols the ids of needles of one.
    ones: Vec<u32>,
    is_paired: bool,
    trie: Trie,
}

impl Dense {
    /// The trie of `needles`, which are different and ascending; none where it would take more than `memory_max`, or one is too long.
    pub(super) fn new(needles: &[(&[u8], u32)], memory_max: usize) -> Option<Self> {
        needles.iter().all(|&(text, id)| text.len() < LENGTH_MAX && id < NONE).then_some(())?;
        let mut places = [None; 256];
        needles.iter().flat_map(|needle| needle.0).for_each(|&symbol| places[usize::from(symbol)] = Some(0));
        let symbols: Vec<u8> = (0..=255).filter(|&symbol| places[usize::from(symbol)].is_some()).collect();
        symbols.iter().zip(0..=255).for_each(|(&symbol, place)| places[usize::from(symbol)] = Some(place));
        let spelled: Vec<u8> = needles.iter().flat_map(|needle| needle.0).map(|&symbol| places[usize::from(symbol)].unwrap_or(0)).collect();
        let mut rest = &spelled[..];
        let needles: Vec<(&[u8], u32)> = needles.iter().map(|&(text, id)| (rest.split_off(..text.len()).unwrap_or_default(), id)).collect();
        let count = symbols.len();
        let depth = if count * count <= PAIRS_MIN.max(spelled.len() / 2) { 2 } else { 1 };
        Self::spelled(&needles, symbols, depth, memory_max)
    }

    /// The same of needles that are spelled in places of `symbols`, with roots of `depth` symbols.
    fn spelled(needles: &[(&[u8], u32)], symbols: Vec<u8>, depth: usize, memory_max: usize) -> Option<Self> {
        let count = symbols.len();
        let mut ones = vec![];
        let (mut groups, mut places) = (vec![], vec![]);
        let mut start = 0;
        for group in needles.chunk_by(|a, b| a.0.len() >= depth && b.0.len() >= depth && a.0[..depth] == b.0[..depth]) {
            let (text, id) = group[0];
            if text.len() < depth {
                ones.resize(count, NONE);
                ones[usize::from(text[0])] = id;
            } else {
                groups.push(start..start + group.len());
                places.push(text[..depth].iter().fold(0, |place, &symbol| place * count + usize::from(symbol)));
            }
            start += group.len();
        }
        let mut roots = vec![0; count.pow(depth as u32)];
        let own = symbols.len() + size_of_val(&roots[..]) + size_of_val(&ones[..]);
        let (trie, edges) = Trie::new(needles, &groups, depth, memory_max.checked_sub(own)?)?;
        places.into_iter().zip(edges).for_each(|(place, edge)| roots[place] = edge);
        Some(Self { symbols, roots, ones, is_paired: depth == 2, trie })
    }

    /// Reads symbols.
    pub(super) fn spelling(&self) -> [u16; 256] {
        let mut spelling = [FOREIGN; 256];
        self.symbols.iter().zip(0..).for_each(|(&symbol, place)| spelling[usize::from(symbol)] = USED as u16 | place);
        spelling
    }

    /// Gives `take` every needle at each of the `count` starts from unit `first` on, of one start the shorter first, with how many symbols were
    /// compared. Where that would be more than some of each start, and more than one start is asked for, it gives nothing, and how many starts
    /// it could have done without.
    #[inline(always)]
    pub(super) fn walk<V: View>(
        &self,
        view: V,
        spelling: &[u16; 256],
        first: usize,
        count: usize,
        walks: &mut Walks,
        take: &mut dyn FnMut(&[Found]),
    ) -> (usize, Result<(), usize>) {
        view.spell(first, spelling, FOREIGN, &mut walks.symbols[..count * V::SYMBOLS + AHEAD]);
        let mut compared = self.rounds(V::SYMBOLS, count, walks);
        let alone = &walks.alone[..walks.held.alone];
        if count > 1
            && let Some(start) = alone.iter().map(|&(_, walk)| (walk & 0xffff) as usize).min()
        {
            return (compared, Err(start / V::SYMBOLS));
        }
        take(&walks.found[..walks.held.found]);
        // A walk that goes on alone goes on in the haystack itself.
        let origin = first * V::SYMBOLS;
        for &(word, walk) in alone {
            let (at, start) = ((walk >> 16 & 0xffff) as usize, (walk & 0xffff) as usize);
            compared += self.trie.walk(word, Spelled { view, spelling }, origin + at, |ending| {
                take(&[Found::new(u64::from(ending.id) << ID_SHIFT, start, ending.end - origin - start)]);
            });
        }
        (compared, Ok(()))
    }

    /// The walks of a block of which the symbols have been read, but for those that go on alone. Returns how many symbols were compared.
    #[inline(never)]
    fn rounds(&self, step: usize, count: usize, walks: &mut Walks) -> usize {
        walks.held = Held::default();
        self.leave_root(step, count, walks);
        let mut compared = count;
        for _ in 0..ROUNDS {
            if walks.held.live == 0 || walks.held.found + walks.held.live > FOUND {
                break;
            }
            compared += walks.held.live;
            walks.go(&self.trie);
        }
        let Held { live, alone, .. } = walks.held;
        for (alone, walk) in walks.alone[alone..].iter_mut().zip(&walks.live[..live]) {
            *alone = (USED | ENDS | (walk >> 32) << BASE_SHIFT, walk & 0xffff_ffff);
        }
        walks.held.alone += live;
        compared
    }

    /// Begins a walk at each start.
    #[inline(always)]
    fn leave_root(&self, step: usize, count: usize, walks: &mut Walks) {
        let starts = (0..count * step).step_by(step);
        let mut held = walks.held;
        if !self.ones.is_empty() {
            for start in starts.clone() {
                let place = usize::from(walks.symbols[start]).wrapping_sub(USED as usize);
                let id = self.ones.get(place).map_or(ENDS, |&id| u64::from(id) << ID_SHIFT);
                held = walks.settle(held, id, NOWHERE.into(), true, start, start + 1);
            }
        }
        let (labels, foreign) = (self.symbols.len(), usize::from(FOREIGN));
        for start in starts {
            let [a, b] = [walks.symbols[start], walks.symbols[start + 1]].map(usize::from);
            let (symbols, place) = if self.is_paired { (a | b, (a & 0xff) * labels + (b & 0xff)) } else { (a, a & 0xff) };
            let word = self.roots.get(place).copied().unwrap_or_default();
            let is_edge = (symbols & foreign == 0) & (word & USED != 0);
            held = walks.advance(held, word, is_edge, start, start + 1 + usize::from(self.is_paired));
        }
        walks.held = held;
        walks.go_along_tails(&self.trie);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.symbols.len() + size_of_val(&self.roots[..]) + size_of_val(&self.ones[..]) + self.trie.memory_bytes()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.bytes(&self.symbols);
        out.flag(self.is_paired);
        out.longs(&self.roots);
        out.words(&self.ones);
        self.trie.save(out);
    }

    /// What [`Dense::save`] wrote, if it holds together and gives each of `ids` once at most.
    pub(super) fn load(input: &mut Reader<'_>, ids: &mut Once) -> Option<Self> {
        let (symbols, is_paired) = (input.bytes()?.to_vec(), input.flag()?);
        let (roots, ones, trie) = (input.longs()?, input.words()?, Trie::load(input)?);
        let count = symbols.len();
        let is_shape = symbols.is_sorted_by(|a, b| a < b)
            && roots.len() == if is_paired { count * count } else { count }
            && (ones.is_empty() || is_paired && ones.len() == count);
        let mut is_new = |&id: &u32| id == NONE || ids.take(id);
        let is_sound = is_shape && ones.iter().all(&mut is_new) && trie.is_forest(roots.iter().copied().filter(|&root| root != 0), ids);
        is_sound.then_some(Self { symbols, is_paired, roots, ones, trie })
    }
}

/// A haystack in the symbols of a trie.
#[derive(Clone, Copy)]
struct Spelled<'s, V> {
    view: V,
    spelling: &'s [u16; 256],
}

impl<V: View> Symbols for Spelled<'_, V> {
    #[inline(always)]
    fn symbol(self, at: usize) -> Option<u8> {
        let symbol = self.spelling[usize::from(self.view.symbol(at)?)];
        (symbol != FOREIGN).then_some(symbol as u8)
    }
}
