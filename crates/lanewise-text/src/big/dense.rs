//! Needles of which some are short: what is at every start is looked up in a trie ([`compact`](super::compact)).
//!
//! Where hits are dense a walk from one start after the other waits: for the node of each symbol, and again for the processor, which cannot
//! foretell where a walk ends. So the walks of a block go in rounds ([`Kernels::follow`]). A round takes each walk one symbol further, eight at a
//! time where there are look-ups by vector, and writes those that go on to one list and what they meet to another: about three look-ups a byte of
//! English text in a dictionary of 40,000 words, with that of the root. Where the longest at each place is wanted fewer will do
//! ([`lanes`](super::lanes)).
//!
//! What was slower: a hash probe for each length of head at each start; a trie of eight bytes an edge, with tails in the middle (1.5 to 1.9
//! times the time, twice the memory); rounds that write everything to one list, from which needles are sifted (1.5 times the time).
use super::compact::{CODES, Compact, FOREIGN, TAILED, VALUE_SHIFT};
use super::once::Once;
use super::view::View;
use crate::blob::{Reader, Writer};
use crate::given::Given;
use lanewise_simd::{self as simd, Kernels, SPARE};

/// Starts of a block.
pub(super) const BLOCK: usize = 1024;
/// How many symbols behind its start a walk may be before it goes on alone.
const ROUNDS: usize = 48;
/// Codes that walks look up, in two symbols a unit, and one that is none of them.
const HELD: usize = 2 * BLOCK + ROUNDS + 1;
/// Needles, and leaves with tails, that the walks of a block may come to.
pub(super) const MET: usize = 6 * BLOCK;
/// Symbols of a tail that are compared at once; what agrees in more goes on alone.
const TAIL: usize = 32;

/// A needle that occurs: from symbol `start` to before symbol `end`, counted from the first of the block or window.
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    /// Where its id is: [`Dense::id`].
    pub(super) edge: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What the walks of a block take.
pub(super) struct Walks {
    codes: [u16; HELD],
    /// Those that go on, before a round and after it: the edges, and the places of the next symbols.
    going: [[[u32; BLOCK + SPARE]; 2]; 2],
    /// What of needles and leaves with tails the walks have come to, round by round: the same.
    met: [[u32; MET]; 2],
    /// How many of them are not deeper than so many symbols.
    counts: [usize; ROUNDS + 1],
    /// Of the walks that go on alone that with the first start: its edge, the start, and where the next symbol is.
    alone: Option<(u32, u32, u32)>,
}

impl Walks {
    pub(super) fn new() -> Self {
        Self { codes: [FOREIGN; HELD], going: [[[0; BLOCK + SPARE]; 2]; 2], met: [[0; MET]; 2], counts: [0; ROUNDS + 1], alone: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dense {
    pub(super) trie: Compact,
}

/// What a search looks up.
pub(super) struct Tables<'g> {
    kernels: &'static Kernels,
    pub(super) codes: [u16; 256],
    pub(super) roots: [u32; CODES],
    pub(super) given: &'g Given,
}

impl Dense {
    /// [`Compact::new`].
    pub(super) fn new(needles: &[(&[u8], u32)], is_given: bool, memory_max: usize) -> Option<Self> {
        Some(Self { trie: Compact::new(needles, is_given, memory_max)? })
    }

    pub(super) fn tables<'g>(&self, given: &'g Given) -> Tables<'g> {
        Tables { kernels: lanewise_simd::active(), codes: self.trie.codes(), roots: self.trie.roots(), given }
    }

    /// The id of a needle that was found.
    #[inline(always)]
    pub(super) fn id(&self, found: &Found) -> u32 {
        self.trie.id(found.edge)
    }

    /// Gives `put` every needle at each of the `count` starts from unit `first` on, at most [`MET`] of more than one start. Those that end at one
    /// place come in the order of their starts, but for those with tails. Returns how many symbols were compared, and, where some walk of many
    /// starts would go on alone, how many starts it could have done without: then what was given is not all.
    #[inline(always)]
    pub(super) fn walk<V: View>(
        &self,
        view: V,
        tables: &Tables<'_>,
        (first, count): (usize, usize),
        walks: &mut Walks,
        put: &mut impl FnMut(Found),
    ) -> (usize, Result<(), usize>) {
        let length = count * V::SYMBOLS + ROUNDS;
        view.spell(first, &tables.codes, FOREIGN, &mut walks.codes[..length]);
        let origin = first * V::SYMBOLS;
        let mut compared = self.rounds(tables, V::SYMBOLS, count, walks);
        compared += self.settle(view, tables.given, origin, walks, put);
        if let Some((edge, start, at)) = walks.alone {
            if count > 1 {
                return (compared, Err(start as usize / V::SYMBOLS));
            }
            let passed = origin + start as usize..origin + at as usize;
            let at = passed.end;
            compared += self.trie.walk(view, tables.given, &tables.codes, edge, passed, &mut |id, end| {
                // What ends where the rounds have come to has been found.
                if end > at {
                    put(Found { edge: Compact::leaf(id), start, end: (end - origin) as u32 });
                }
            });
        }
        (compared, Ok(()))
    }

    /// The walks of a block of which the codes have been read. Returns how many symbols were compared.
    #[inline(never)]
    fn rounds(&self, tables: &Tables<'_>, step: usize, count: usize, walks: &mut Walks) -> usize {
        let Walks { codes, going: [from, to], met: [met_edges, met_places], counts, alone, .. } = walks;
        let (mut from, mut to, mut left, mut depth, mut all, mut compared) = (from, to, count, 0, 0, 0);
        // The edge before the first is the root's own: of none.
        from[0][..count].fill(0);
        from[1][..count].iter_mut().zip((0..).step_by(step)).for_each(|(place, start)| *place = start);
        while left > 0 && depth < ROUNDS && all + left + SPARE <= MET {
            compared += left;
            let slots = if depth == 0 { &tables.roots[..] } else { self.trie.slots() };
            let [edges, places] = from;
            let [on_edges, on_places] = to;
            let ways = simd::Walks { edges: &edges[..left], places: &places[..left] };
            let on = simd::Walks { edges: &mut on_edges[..], places: &mut on_places[..] };
            let met = simd::Walks { edges: &mut met_edges[all..], places: &mut met_places[all..] };
            let (goes, meets) = tables.kernels.follow(slots, codes, ways, on, met);
            (left, all, depth) = (goes, all + meets, depth + 1);
            counts[depth] = all;
            std::mem::swap(&mut from, &mut to);
        }
        counts[depth..].fill(all);
        // They are in the order of their starts.
        *alone = (left > 0).then(|| (from[0][0], from[1][0] - depth as u32, from[1][0]));
        compared
    }

    /// Gives `put` the needles that the walks of a block have met. Returns how many symbols were compared. The deepest come first.
    #[inline(always)]
    fn settle<V: View>(&self, view: V, given: &Given, origin: usize, walks: &mut Walks, put: &mut impl FnMut(Found)) -> usize {
        let Walks { met: [edges, places], counts, alone, .. } = walks;
        let mut compared = 0;
        for depth in (1..=ROUNDS).rev() {
            let met = counts[depth - 1]..counts[depth];
            for (&edge, &place) in edges[met.clone()].iter().zip(&places[met]) {
                let start = place - depth as u32;
                if edge & TAILED != TAILED {
                    put(Found { edge, start, end: place });
                    continue;
                }
                let (agreed, len) = self.trie.agree(view, given, edge >> VALUE_SHIFT, depth, origin + place as usize, TAIL);
                compared += agreed + 1;
                if agreed == len {
                    put(Found { edge, start, end: place + agreed as u32 });
                } else if agreed == TAIL && alone.is_none_or(|alone| start < alone.1) {
                    *alone = Some((edge, start, place));
                }
            }
        }
        compared
    }

    /// The longest needle at symbol `start` of a window, by a walk alone.
    pub(super) fn one<V: View>(&self, view: V, tables: &Tables<'_>, origin: usize, start: usize) -> (usize, Option<Found>) {
        let at = origin + start;
        let root = view.symbol(at).map_or(0, |symbol| tables.roots[usize::from(tables.codes[usize::from(symbol)]) % CODES]);
        if root == 0 {
            return (1, None);
        }
        let mut best = None;
        let compared = self.trie.walk(view, tables.given, &tables.codes, root, at..at + 1, &mut |id, end| {
            best = Some(Found { edge: Compact::leaf(id), start: start as u32, end: (end - origin) as u32 });
        });
        (compared + 1, best)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.trie.memory_bytes()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        self.trie.save(out);
    }

    /// What [`Dense::save`] wrote, if it holds together and gives each of `ids` once at most.
    pub(super) fn load(input: &mut Reader<'_>, ids: &mut Once) -> Option<Self> {
        Some(Self { trie: Compact::load(input, ids)? })
    }
}
