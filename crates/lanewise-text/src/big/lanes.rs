//! The longest needle at each place: what it covers need not be walked, so one lookup a byte is enough.
//!
//! A window is cut in lanes, each of which is searched from its first unit as if a match could begin there. Where the lane before it ends in the
//! middle of one of its matches, single walks lead on until both agree, as they do after a word or two. Nothing is decided by a branch.
//!
//! What was slower: eight lanes, whose walks find no room in registers (1.4 times the time); lanes with a branch where a walk ends (as fast as one
//! lane, whatever their number); the walks of all starts in rounds, of which the longest are chosen (as fast with look-ups by vector, 1.4 times
//! the time without).
use super::compact::{CODES, FOREIGN, GOES, HITS, KIND, MUTE, TAILED, VALUE_SHIFT};
use super::dense::{Dense, Found, Tables};
use super::view::View;
use crate::given::Given;

/// Lanes of a window, and symbols of each.
const LANES: usize = 4;
const LANE: usize = 256;
/// Symbols of a window.
const WINDOW: usize = LANES * LANE;
/// Fewer starts than this are searched one by one: a window would take longer to begin.
pub(super) const SHORT: usize = 192;
/// Codes that are held; a power of two.
const HELD: usize = 2048;
/// Matches of a window at most.
pub(super) const MATCHES: usize = STEPS * LANES;
/// Steps that each lane of a window takes at most, and how many it takes before it is asked whether it has ended.
const STEPS: usize = 2 * LANE;
const STRIDE: usize = 16;
/// Symbols of tails that are compared in a window before a lane that comes to another has to wait.
const TAILS_MAX: usize = 8 * WINDOW;

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
impl Dense {
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
                    lanes.found[count % MATCHES] = Found { edge, start, end };
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
}

/// An edge from the root if a needle ends at it, else zero.
#[inline(always)]
fn ends(root: u32) -> u32 {
    if root & MUTE == 0 { root } else { 0 }
}
