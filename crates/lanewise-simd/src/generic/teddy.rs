//! Teddy: the candidates of a set of strings by the nibbles of their first units.
//!
//! After Geoffrey Langdale's algorithm in Hyperscan; see `generic/filter.rs` for the loop and `plan.rs` for what is looked up.
//!
//! ```text
//! for each vector of a block:
//!     buckets = all
//!     for each look-up of a low half:   buckets &= table[low half of the byte, the look-up's distance further on]
//!     for each look-up of a high half:  buckets &= table[high half of the byte, the look-up's distance further on]
//! ```
//!
//! 1. A byte at a distance comes from a load at that distance. Shifting what was looked up at other places, as Hyperscan and aho-corasick do, takes
//!    the units that the look-ups want; loads have units of their own, and on x86 the load is part of the look-up of a low half.
//! 2. A fat filter has two tables for each look-up. What is loaded and shifted serves both.
//! 3. Units of two bytes are made bytes in a chunk on the stack, and the loop runs over these: making them costs half as much as searching
//!    them, and a loop that made them itself would do so at each distance.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::block::BLOCK;
use crate::candidates::{CANDIDATES, Candidate, PLACES_MAX, Teddy, Width};
use crate::generic::filter::{self, Any, Batch, Buckets, Filter, Room};
use crate::plan::{Look, Plan, Shape};
use crate::vector::{Hits, Shuffle};

/// The look-ups of a plan: those of `L` low and `H` high halves. `N` vectors are a block.
#[derive(Clone, Copy)]
struct Looks<V, const N: usize, const FAT: bool, const ASCII: bool, const L: usize, const H: usize> {
    low: [Table<V>; L],
    high: [Table<V>; H],
}

#[derive(Clone, Copy)]
struct Table<V> {
    place: usize,
    /// Buckets 0 to 7 and 8 to 15.
    buckets: [V; 2],
}

impl<V: Shuffle> Table<V> {
    #[inline(always)]
    unsafe fn new(look: &Look) -> Self {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe { Table { place: look.place, buckets: [V::table(&look.tables[0]), V::table(&look.tables[1])] } }
    }
}

impl<V: Shuffle, const N: usize, const FAT: bool, const ASCII: bool, const L: usize, const H: usize> Looks<V, N, FAT, ASCII, L, H> {
    /// # Safety
    /// The CPU has the instructions of `V`.
    #[inline(always)]
    unsafe fn new(plan: &Plan) -> Self {
        // SAFETY: CPU: vouched for by the caller.
        unsafe {
            let (mut low, mut high) = ([Table::new(&plan.low[0]); L], [Table::new(&plan.high[0]); H]);
            let mut nth = 1;
            while nth < PLACES_MAX {
                if nth < L {
                    low[nth] = Table::new(&plan.low[nth]);
                }
                if nth < H {
                    high[nth] = Table::new(&plan.high[nth]);
                }
                nth += 1;
            }
            Looks { low, high }
        }
    }

    /// The buckets of each place of a vector, 0 to 7 and 8 to 15. A slim filter gives the first twice.
    #[inline(always)]
    unsafe fn buckets(self, from: *const u8) -> [V; 2] {
        // SAFETY: the places of the vector, and as many behind them as the plan reaches, are readable. CPU: vouched for by the leaf.
        unsafe {
            let all = V::splat(0xff);
            let (mut slim, mut fat) = (all, all);
            let mut nth = 0;
            while nth < L {
                let Table { place, buckets } = self.low[nth];
                let bytes = V::load(from.add(place));
                slim = slim.and(low_half::<V, ASCII>(bytes, buckets[0]));
                if FAT {
                    fat = fat.and(low_half::<V, ASCII>(bytes, buckets[1]));
                }
                nth += 1;
            }
            nth = 0;
            while nth < H {
                let Table { place, buckets } = self.high[nth];
                let halves = V::load(from.add(place)).high_nibbles();
                slim = slim.and(halves.lookup(buckets[0]));
                if FAT {
                    fat = fat.and(halves.lookup(buckets[1]));
                }
                nth += 1;
            }
            if FAT { [slim, fat] } else { [slim, slim] }
        }
    }

    /// Not zero at each place of a vector that has a bucket.
    #[inline(always)]
    unsafe fn vector(self, from: *const u8) -> V {
        // SAFETY: passed on.
        unsafe {
            let [slim, fat] = self.buckets(from);
            if FAT { slim.or(fat) } else { slim }
        }
    }

    /// As [`Filter::candidates`].
    #[inline(always)]
    unsafe fn candidates(self, from: *const u8, to: &mut Buckets) -> u64 {
        // SAFETY: vector `nth` ends with the block or before, in `to` too. CPU: vouched for by the leaf.
        unsafe {
            let zero = V::splat(0);
            let mut none = [zero.eq(zero); N];
            let mut nth = 0;
            while nth < N {
                let [slim, fat] = self.buckets(from.add(nth * V::LANES));
                slim.store(to[0].as_mut_ptr().add(nth * V::LANES));
                if FAT {
                    fat.store(to[1].as_mut_ptr().add(nth * V::LANES));
                }
                none[nth] = slim.or(fat).eq(zero);
                nth += 1;
            }
            !Hits::join(none)
        }
    }
}

#[inline(always)]
unsafe fn low_half<V: Shuffle, const ASCII: bool>(bytes: V, table: V) -> V {
    // SAFETY: CPU: vouched for by the leaf.
    unsafe { if ASCII { bytes.lookup_low_nibble(table) } else { bytes.and(V::splat(0x0f)).lookup(table) } }
}

impl<V: Shuffle, const N: usize, const FAT: bool, const ASCII: bool, const L: usize, const H: usize> Any for Looks<V, N, FAT, ASCII, L, H> {
    #[inline(always)]
    unsafe fn any(self, from: *const u8) -> bool {
        const { assert!(N * V::LANES == BLOCK, "the vectors make up a block") };
        // SAFETY: vector `nth` ends with the block or before. CPU: vouched for by the caller.
        unsafe {
            let mut any = self.vector(from);
            let mut nth = 1;
            while nth < N {
                any = any.or(self.vector(from.add(nth * V::LANES)));
                nth += 1;
            }
            any.any_set()
        }
    }
}

/// The filter over bytes. `N` vectors are a block.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a, V, const N: usize> {
    plan: &'a Plan,
    /// How many units behind a place are looked at.
    reach: usize,
    vector: PhantomData<V>,
}

impl<'a, V: Shuffle, const N: usize> Bytes<'a, V, N> {
    #[inline(always)]
    pub(crate) fn new(teddy: &'a Teddy) -> Self {
        Bytes { plan: teddy.plan(), reach: teddy.reach(), vector: PhantomData }
    }

    #[inline(always)]
    unsafe fn look(self, look: Task<'_>) -> u64 {
        // SAFETY: passed on.
        unsafe {
            match (self.plan.fat, self.plan.ascii) {
                (false, true) => self.look_by_shape::<false, true>(look),
                (false, false) => self.look_by_shape::<false, false>(look),
                (true, true) => self.look_by_shape::<true, true>(look),
                (true, false) => self.look_by_shape::<true, false>(look),
            }
        }
    }

    #[inline(always)]
    unsafe fn look_by_shape<const FAT: bool, const ASCII: bool>(self, look: Task<'_>) -> u64 {
        // SAFETY: passed on.
        unsafe {
            match self.plan.shape {
                Shape::L2H1 => self.look_by::<FAT, ASCII, 2, 1>(look),
                Shape::L2H2 => self.look_by::<FAT, ASCII, 2, 2>(look),
                Shape::L3H1 => self.look_by::<FAT, ASCII, 3, 1>(look),
                Shape::L3H2 => self.look_by::<FAT, ASCII, 3, 2>(look),
                Shape::L4H2 => self.look_by::<FAT, ASCII, 4, 2>(look),
                Shape::L4H4 => self.look_by::<FAT, ASCII, 4, 4>(look),
            }
        }
    }

    #[inline(always)]
    unsafe fn look_by<const FAT: bool, const ASCII: bool, const L: usize, const H: usize>(self, look: Task<'_>) -> u64 {
        // SAFETY: passed on.
        unsafe {
            let looks = Looks::<V, N, FAT, ASCII, L, H>::new(self.plan);
            match look {
                Task::Blocks(from, count) => looks.blocks::<1>(from, count),
                Task::Candidates(from, buckets) => looks.candidates(from, buckets),
            }
        }
    }
}

/// What a filter is asked for.
enum Task<'b> {
    /// [`Filter::blocks`].
    Blocks(*const u8, usize),
    /// [`Filter::candidates`].
    Candidates(*const u8, &'b mut Buckets),
}

impl<V: Shuffle, const N: usize> Filter for Bytes<'_, V, N> {
    #[inline(always)]
    fn step(self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn blocks(self, from: *const u8, count: usize) -> u64 {
        // SAFETY: passed on.
        unsafe { self.look(Task::Blocks(from, count)) }
    }

    #[inline(always)]
    unsafe fn candidates(self, from: *const u8, buckets: &mut Buckets) -> u64 {
        // SAFETY: passed on.
        unsafe { self.look(Task::Candidates(from, buckets)) }
    }

    #[inline(always)]
    unsafe fn part(self, from: *const u8, places: usize, room: &mut Room) -> Self {
        // SAFETY: these are fewer than two blocks, of which `room` has four. CPU: vouched for by the caller.
        unsafe { super::copy::<V>(from, places + self.reach, room.as_mut_ptr()) };
        self
    }
}

/// Units of a chunk of two-byte units, the first time and at most.
const CHUNK_MIN: usize = 8 * BLOCK;
const CHUNK_MAX: usize = 64 * BLOCK;

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn search<V: Shuffle, const N: usize>(
    teddy: &Teddy,
    haystack: &[u8],
    from: usize,
    want: usize,
    out: &mut [Candidate; CANDIDATES],
) -> (usize, usize) {
    // SAFETY: passed on.
    unsafe { search_by::<V, _>(Bytes::<V, N>::new(teddy), teddy, haystack, from, want, out) }
}

/// The search by `filter`, over the bytes of `teddy`.
///
/// # Safety
/// The CPU has the instructions of `V` and of `F`.
#[inline(always)]
pub(crate) unsafe fn search_by<V: Shuffle, F: Filter>(
    filter: F,
    teddy: &Teddy,
    haystack: &[u8],
    from: usize,
    want: usize,
    out: &mut [Candidate; CANDIDATES],
) -> (usize, usize) {
    let (width, plan, reach) = (teddy.width(), teddy.plan(), teddy.reach());
    let units = width.units(haystack);
    let places = units.saturating_sub(reach);
    let start = haystack.as_ptr();
    let mut batch = Batch::new(out, want, [[0; BLOCK]; 2]);
    let mut chunk = MaybeUninit::<[u8; CHUNK_MAX + 2 * BLOCK]>::uninit();
    let mut size_max = CHUNK_MIN;
    let mut at = from;
    // SAFETY: `places` places, each with `reach` units behind it, are in the haystack; `size` of them in the chunk, which has room for those units and a
    // vector. CPU: vouched for by the caller.
    unsafe {
        while at < places && !batch.is_done() {
            let (bytes, size, first, base) = match width {
                Width::One => (start, places, at, 0),
                Width::Two => {
                    let size = size_max.min(places - at);
                    let bytes = chunk.as_mut_ptr().cast();
                    narrow::<V>(plan, start.add(2 * at), size + reach, bytes);
                    (bytes.cast_const(), size, 0, at)
                }
            };
            let next = filter::search(filter, bytes, size, first, base, &mut batch);
            at = base + next;
            if next < size {
                break;
            }
            size_max = CHUNK_MAX.min(2 * size_max);
        }
    }
    (batch.count, if at < places { at } else { units })
}

/// Writes the bytes by which `plan` knows the first `count` units at `from` to `to`, where there must be room for a vector more than that.
///
/// # Safety
/// - Those units are readable, and so many bytes behind `to` are ours.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn narrow<V: Shuffle>(plan: &Plan, from: *const u8, count: usize, to: *mut u8) {
    let mut at = 0;
    // SAFETY: two vectors of units are loaded where there are so many, and no more bytes of them than there are elsewhere. CPU: vouched for by the caller.
    unsafe {
        let (base, mask) = (super::words::<V>(plan.base), super::words::<V>(plan.mask));
        while count - at >= V::LANES {
            let units = from.add(2 * at);
            bytes(V::load(units), V::load(units.add(V::LANES)), base, mask).store(to.add(at));
            at += V::LANES;
        }
        let rest = 2 * (count - at);
        if rest > 0 {
            let units = from.add(2 * at);
            let low = super::load::<V>(units, rest);
            let high = if rest > V::LANES { V::load_part(units.add(V::LANES), rest - V::LANES) } else { V::splat(0) };
            bytes(low, high, base, mask).store(to.add(at));
        }
    }
}

/// The bytes by which a plan knows units: see [`Plan::base`].
#[inline(always)]
unsafe fn bytes<V: Shuffle>(low: V, high: V, base: V, mask: V) -> V {
    // SAFETY: CPU: vouched for by the leaf.
    unsafe { low.sub_words(base).and(mask).narrow(high.sub_words(base).and(mask)) }
}

/// The candidates at `from` or later, one place after the other.
pub(crate) fn one_by_one(teddy: &Teddy, haystack: &[u8], from: usize, want: usize, out: &mut [Candidate; CANDIDATES]) -> (usize, usize) {
    let (width, plan) = (teddy.width(), teddy.plan());
    let units = width.units(haystack);
    let want = want.clamp(1, CANDIDATES);
    let mut count = 0;
    for at in from..units.saturating_sub(teddy.reach()) {
        if count == want {
            return (count, at);
        }
        let byte = |look: &Look| plan.byte(width.unit(haystack, at + look.place));
        let low = plan.lows().iter().fold(u16::MAX, |buckets, look| buckets & plan.low_half(look, byte(look)));
        if low != 0 {
            let buckets = plan.highs().iter().fold(low, |buckets, look| buckets & plan.high_half(look, byte(look)));
            out[count] = Candidate { at: at as u32, buckets: u32::from(buckets) };
            count += usize::from(buckets != 0);
        }
    }
    (count, units)
}
