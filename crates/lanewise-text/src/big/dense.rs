//! Needles of which some are short: what is at every start is looked up in a trie ([`compact`](super::compact)).
//!
//! Where hits are dense a walk from one start after the other waits: for the node of each symbol, and again for the processor, which cannot
//! foretell where a walk ends. So many walks go on at a time, and nothing is decided by a branch.
//!
//! - Where every occurrence is wanted the walks of a block go in rounds ([`Walks`]). A round takes each walk one symbol further, and appends what
//!   it comes to: about two lookups a byte of English text in a dictionary of 40,000 words. What of that are needles is sifted out afterwards.
//! - Where the longest at each place is wanted ([`Lanes`]) what it covers need not be walked: one lookup a byte. The window is cut in lanes,
//!   each of which is searched from its first unit as if a match could begin there. Where the lane before it ends in the middle of one of its
//!   matches, single walks lead on until both agree, as they do after a word or two.
//!
//! What was slower: a hash probe for each length of head at each start; a trie of eight bytes an edge, with tails in the middle (1.5 to 1.9
//! times the time, twice the memory); lanes with a branch where a walk ends (as fast as one lane, whatever their number); rounds that write walks,
//! hits and leaves to a list each (1.3 times the time), also with the lookups of many walks apart from what depends on them.
use super::compact::{CODES, Compact, FOREIGN, GOES, HITS, KIND, LABEL, LEAF, MUTE, TAILED, VALUE_SHIFT};
use super::once::Once;
use super::view::View;
use crate::blob::{Reader, Writer};
use crate::given::Given;

/// Starts of a block.
pub(super) const BLOCK: usize = 512;
/// How many symbols behind its start a walk may be before it goes on alone.
const ROUNDS: usize = 48;
/// Codes that are held; a power of two.
const HELD: usize = 2048;
/// Edges that the walks of a block may come to.
const MET: usize = 6 * BLOCK;
/// Of each start a walk goes on alone once at most.
const ALONE: usize = BLOCK;
/// Symbols of a tail that are compared at once; what agrees in more goes on alone.
const TAIL: usize = 32;
/// Lanes of a window, and symbols of each.
const LANES: usize = 4;
const LANE: usize = 256;
/// Fewer starts than this are searched one by one: a window would take longer to begin.
pub(super) const SHORT: usize = 192;
/// Matches of a window at most.
pub(super) const MATCHES: usize = STEPS * LANES;
/// Symbols of a window.
const WINDOW: usize = LANES * LANE;
/// Steps that each lane of a window takes at most, and how many it takes before it is asked whether it has ended.
const STEPS: usize = 2 * LANE;
const STRIDE: usize = 16;
/// Symbols of tails that are compared in a window before a lane that comes to another has to wait.
const TAILS_MAX: usize = 8 * WINDOW;

/// A needle that occurs: from symbol `start` to before symbol `end`, counted from the first of the block or window.
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    pub(super) id: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What the walks of a block take.
pub(super) struct Walks {
    codes: [u16; HELD],
    /// What walks have come to, round by round: of each from bit 32 on the edge, then where the next symbol is.
    met: [u64; MET],
    /// How many of them are not deeper than so many symbols.
    counts: [usize; ROUNDS + 1],
    found: [Found; MET],
    /// Leaves with tails, each the last that a walk has come to: the edge, the start, and where the tail begins.
    tailed: [(u32, u32, u32); BLOCK],
    /// Walks that go on alone: the edge, the start, and where the next symbol is.
    alone: [(u32, u32, u32); ALONE],
    /// How many they are.
    waiting: usize,
}

impl Walks {
    pub(super) fn new() -> Self {
        Self {
            codes: [FOREIGN; HELD],
            met: [0; MET],
            counts: [0; ROUNDS + 1],
            found: [Found::default(); MET],
            tailed: [(0, 0, 0); BLOCK],
            alone: [(0, 0, 0); ALONE],
            waiting: 0,
        }
    }
}

/// A search of a lane: a walk, and the longest needle that it has met.
#[derive(Clone, Copy)]
struct Lane {
    edge: u32,
    /// Where the next symbol is.
    at: usize,
    start: usize,
    /// The edge of the longest needle; zero where there is none.
    best: u32,
    /// Where the next walk begins if nothing longer is met.
    end: usize,
    /// How many it has found.
    count: usize,
}

/// What all lanes of a window read.
struct Course<'c, V> {
    view: V,
    given: &'c Given,
    roots: &'c [u32; CODES],
    /// The first symbol of the window.
    origin: usize,
    codes: &'c [u16; HELD],
}

/// What the lanes of a window take.
pub(super) struct Lanes {
    codes: [u16; HELD],
    /// The matches of each lane: edge, start, end.
    lists: [[(u32, u32, u32); STEPS]; LANES],
    found: [Found; MATCHES],
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self { codes: [FOREIGN; HELD], lists: [[(0, 0, 0); STEPS]; LANES], found: [Found::default(); MATCHES] }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dense {
    trie: Compact,
}

/// What a search looks up.
pub(super) struct Tables<'g> {
    codes: [u16; 256],
    roots: [u32; CODES],
    given: &'g Given,
}

impl Dense {
    /// [`Compact::new`].
    pub(super) fn new(needles: &[(&[u8], u32)], is_given: bool, memory_max: usize) -> Option<Self> {
        Some(Self { trie: Compact::new(needles, is_given, memory_max)? })
    }

    pub(super) fn tables<'g>(&self, given: &'g Given) -> Tables<'g> {
        Tables { codes: self.trie.codes(), roots: self.trie.roots(), given }
    }

    /// Gives `take` every needle at each of the `count` starts from unit `first` on, with how many symbols were compared. Where some walk of many
    /// starts would go on alone it gives nothing, and how many starts it could have done without.
    #[inline(always)]
    pub(super) fn walk<V: View>(
        &self,
        view: V,
        tables: &Tables<'_>,
        first: usize,
        count: usize,
        walks: &mut Walks,
        take: &mut dyn FnMut(&[Found]),
    ) -> (usize, Result<(), usize>) {
        let length = count * V::SYMBOLS + ROUNDS;
        view.spell(first, &tables.codes, FOREIGN, &mut walks.codes[..length]);
        let origin = first * V::SYMBOLS;
        let mut compared = self.rounds(&tables.roots, V::SYMBOLS, count, walks);
        let (of_tails, found) = self.settle(view, tables.given, origin, walks);
        compared += of_tails;
        let alone = &walks.alone[..walks.waiting];
        if count > 1
            && let Some(start) = alone.iter().map(|walk| walk.1 as usize).min()
        {
            return (compared, Err(start / V::SYMBOLS));
        }
        take(&walks.found[..found]);
        for &(edge, start, at) in alone {
            let passed = origin + start as usize..origin + at as usize;
            let at = passed.end;
            compared += self.trie.walk(view, tables.given, &tables.codes, edge, passed, &mut |id, end| {
                // What ends where the rounds have come to has been found.
                if end > at {
                    take(&[Found { id, start, end: (end - origin) as u32 }]);
                }
            });
        }
        (compared, Ok(()))
    }

    /// The walks of a block of which the codes have been read. Returns how many symbols were compared.
    #[inline(never)]
    fn rounds(&self, roots: &[u32; CODES], step: usize, count: usize, walks: &mut Walks) -> usize {
        let Walks { codes, met, counts, alone, waiting, .. } = walks;
        let mut all = 0;
        for start in (0..count * step).step_by(step) {
            let edge = roots[usize::from(codes[start % HELD]) % CODES];
            met[all % MET] = u64::from(edge) << 32 | (start + 1) as u64;
            all += usize::from(edge != 0);
        }
        counts[1] = all;
        let (mut depth, mut compared) = (1, count);
        while depth < ROUNDS {
            let (passed, ahead) = met.split_at_mut(all);
            let from = passed.get(counts[depth - 1]..).unwrap_or_default();
            if from.is_empty() || ahead.len() < from.len() {
                break;
            }
            compared += from.len();
            let mut next = 0;
            for &walk in from {
                let (edge, at) = ((walk >> 32) as u32, walk as u32);
                let (child, rest) = self.trie.step(edge, codes[at as usize % HELD].into());
                if let Some(place) = ahead.get_mut(next) {
                    *place = u64::from(child) << 32 | u64::from(at + 1);
                }
                // A leaf leads nowhere.
                next += usize::from(rest & LABEL | edge & LEAF == 0);
            }
            all += next;
            depth += 1;
            counts[depth] = all;
        }
        counts[depth..].fill(all);
        *waiting = 0;
        for &walk in met.get(counts[depth - 1]..all).unwrap_or_default() {
            let (edge, at) = ((walk >> 32) as u32, walk as u32);
            alone[*waiting % ALONE] = (edge, at - depth as u32, at);
            *waiting += usize::from(edge & LEAF == 0);
        }
        compared
    }

    /// Finds out which needles the walks of a block have met. Returns how many there are, and how many tails are still to be compared. The deepest
    /// come first, so that those that end at one place are in the order of their starts.
    #[inline(never)]
    fn sift(&self, walks: &mut Walks) -> (usize, usize) {
        let Walks { met, counts, found, tailed, .. } = walks;
        let (mut count, mut tails) = (0, 0);
        for depth in (1..=ROUNDS).rev() {
            for &walk in met.get(counts[depth - 1]..counts[depth]).unwrap_or_default() {
                let (edge, end) = ((walk >> 32) as u32, walk as u32);
                // For now the edge in place of the id.
                found[count % MET] = Found { id: edge, start: end - depth as u32, end };
                count += usize::from(edge & MUTE == 0);
                if edge & TAILED == TAILED {
                    tailed[tails % BLOCK] = (edge, end - depth as u32, end);
                    tails += 1;
                }
            }
        }
        let count = count.min(MET);
        found[..count].iter_mut().for_each(|one| one.id = self.trie.id(one.id));
        (count, tails)
    }

    /// Adds the needles whose tails agree to the `count` that were found. Returns how many symbols were compared, and how many there are then.
    #[inline(never)]
    fn settle<V: View>(&self, view: V, given: &Given, origin: usize, walks: &mut Walks) -> (usize, usize) {
        let (mut count, tails) = self.sift(walks);
        let Walks { found, tailed, alone, waiting, .. } = walks;
        let mut compared = 0;
        for &(edge, start, end) in &tailed[..tails.min(BLOCK)] {
            let (id, depth) = (edge >> VALUE_SHIFT, (end - start) as usize);
            let (agreed, len) = self.trie.agree(view, given, id, depth, origin + end as usize, TAIL);
            compared += agreed + 1;
            found[count % MET] = Found { id, start, end: end + agreed as u32 };
            count += usize::from(agreed == len);
            if agreed == TAIL && len > TAIL {
                alone[*waiting % ALONE] = (edge, start, end);
                *waiting += 1;
            }
        }
        (compared, count.min(MET))
    }

    /// The longest needles in a window of symbols that begins with unit `first`, of those that overlap the first. Gives them to `take`, with how many
    /// symbols were compared, and where the next may start, in symbols from the first of the window on.
    #[inline(always)]
    pub(super) fn longest<V: View>(
        &self,
        view: V,
        tables: &Tables<'_>,
        first: usize,
        lanes: &mut Lanes,
        take: &mut dyn FnMut(&[Found]),
    ) -> (usize, usize) {
        view.spell(first, &tables.codes, FOREIGN, &mut lanes.codes[..WINDOW + STEPS + LANE]);
        let origin = first * V::SYMBOLS;
        let (mut compared, ends) = self.run(view, tables, origin, lanes);
        let (mut place, mut count) = (0, 0);
        for ((lane, end), index) in lanes.lists.iter().zip(ends).zip(1..) {
            let mut list = &lane[..end.count.min(STEPS)];
            while place < index * LANE {
                let passed = list.iter().take_while(|found| found.2 as usize <= place).count();
                list = &list[passed..];
                if list.first().is_some_and(|found| (found.1 as usize) < place) {
                    let used;
                    (used, place) = self.lead_on(view, tables, origin, place, &mut lanes.found, &mut count);
                    compared += used;
                    continue;
                }
                // From here on both agree.
                for &(edge, start, end) in list.iter().take_while(|found| (found.1 as usize) < WINDOW) {
                    lanes.found[count % MATCHES] = Found { id: self.trie.id(edge), start, end };
                    count += 1;
                    place = end as usize;
                }
                place = place.max(end.start.min(WINDOW));
                break;
            }
            if place < index * LANE {
                break;
            }
        }
        if place == 0 {
            let used;
            (used, place) = self.lead_on(view, tables, origin, 0, &mut lanes.found, &mut count);
            compared += used;
        }
        take(&lanes.found[..count.min(MATCHES)]);
        (compared, place)
    }

    /// Adds the longest needle at symbol `place` of a window to the `count` that were found. Returns how many symbols were compared, and where the
    /// next may start.
    #[inline(always)]
    fn lead_on<V: View>(
        &self,
        view: V,
        tables: &Tables<'_>,
        origin: usize,
        place: usize,
        all: &mut [Found; MATCHES],
        count: &mut usize,
    ) -> (usize, usize) {
        let (compared, found) = self.one(view, tables, origin, place);
        all[*count % MATCHES] = found.unwrap_or_default();
        *count += usize::from(found.is_some());
        (compared, found.map_or(place + V::SYMBOLS, |found| found.end as usize))
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
            best = Some(Found { id, start: start as u32, end: (end - origin) as u32 });
        });
        (compared + 1, best)
    }

    /// Runs the lanes of a window. Returns how many symbols were compared, and where they have come to.
    #[inline(never)]
    fn run<V: View>(&self, view: V, tables: &Tables<'_>, origin: usize, lanes: &mut Lanes) -> (usize, [Lane; LANES]) {
        let &Tables { ref roots, given, .. } = tables;
        let Lanes { codes, lists: [list_a, list_b, list_c, list_d], .. } = lanes;
        let begin = |index: usize| {
            let start = index * LANE;
            let edge = roots[usize::from(codes[start]) % CODES];
            Lane { edge, at: start + 1, start, best: ends(edge), end: start + V::SYMBOLS, count: 0 }
        };
        let [mut a, mut b, mut c, mut d] = [begin(0), begin(1), begin(2), begin(3)];
        let course = Course { view, given, roots, origin, codes };
        let (mut steps, mut tails) = (0, 0);
        while steps + STRIDE <= STEPS && (a.start < LANE || b.start < 2 * LANE || c.start < 3 * LANE || d.start < WINDOW) {
            for _ in 0..STRIDE {
                self.step(&course, &mut a, list_a, &mut tails);
                self.step(&course, &mut b, list_b, &mut tails);
                self.step(&course, &mut c, list_c, &mut tails);
                self.step(&course, &mut d, list_d, &mut tails);
            }
            steps += STRIDE;
        }
        (LANES * steps + tails, [a, b, c, d])
    }

    /// Takes the walk of a lane one symbol further, or ends it and begins the next.
    #[inline(always)]
    fn step<V: View>(&self, course: &Course<'_, V>, lane: &mut Lane, list: &mut [(u32, u32, u32); STEPS], tails: &mut usize) {
        let &Course { view, given, roots, origin, codes } = course;
        let (next, rest) = self.trie.step(lane.edge, codes[lane.at % HELD].into());
        let goes = rest & GOES == 0;
        if rest & KIND == TAILED {
            if *tails > TAILS_MAX {
                // It waits where it is for the next window.
                return;
            }
            let depth = lane.at + 1 - lane.start;
            let (agreed, len) = self.trie.agree(view, given, next >> VALUE_SHIFT, depth, origin + lane.at + 1, usize::MAX);
            *tails += agreed;
            if agreed == len {
                (lane.best, lane.end) = (next, lane.at + 1 + agreed);
            }
        } else {
            let hits = rest & HITS == 0;
            lane.best = if hits { next } else { lane.best };
            lane.end = if hits { lane.at + 1 } else { lane.end };
        }
        list[lane.count % STEPS] = (lane.best, lane.start as u32, lane.end as u32);
        lane.count += usize::from(!goes & (lane.best != 0));
        // Where the next walk would begin.
        let start = lane.end;
        let root = roots[usize::from(codes[start % HELD]) % CODES];
        lane.at = if goes { lane.at } else { start } + 1;
        lane.edge = if goes { next } else { root };
        lane.best = if goes { lane.best } else { ends(root) };
        lane.start = if goes { lane.start } else { start };
        lane.end = if goes { start } else { start + V::SYMBOLS };
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

/// An edge from the root if a needle ends at it, else zero.
#[inline(always)]
fn ends(root: u32) -> u32 {
    if root & MUTE == 0 { root } else { 0 }
}
