//! The candidates of one string by two of its units.
//!
//! After `generic/packedpair.rs` of Andrew Gallant's memchr crate; see `generic/filter.rs` for the loop.
//!
//! ```text
//! for each vector of a block:
//!     candidates = (bytes at the one distance equal the one unit) and (bytes at the other distance equal the other unit)
//! ```
//!
//! 1. Where case does not matter, its bit is set in what is compared.
//! 2. Of two-byte units the differences are joined and made bytes: none is zero but where both units are equal.

use crate::block::BLOCK;
use crate::candidates::{CANDIDATES, Candidate, Pair, Probe, Width};
use crate::generic::filter::{self, Any, Batch, Buckets, Filter, Room};
use crate::vector::{Hits, Shuffle};

/// A probe: how many bytes behind the place its unit stands, the unit with the bits of `fold` set, and these.
#[derive(Clone, Copy)]
struct Unit<V> {
    distance: usize,
    unit: V,
    fold: V,
}

impl<V: Shuffle> Unit<V> {
    #[inline(always)]
    unsafe fn new(probe: Probe, width: Width) -> Self {
        let Probe { offset, unit, fold } = probe;
        // SAFETY: CPU: vouched for by the leaf.
        unsafe {
            match width {
                Width::One => Unit { distance: offset, unit: V::splat((unit | fold) as u8), fold: V::splat(fold as u8) },
                Width::Two => Unit { distance: 2 * offset, unit: super::words(unit | fold), fold: super::words(fold) },
            }
        }
    }

    #[inline(always)]
    unsafe fn load<const FOLD: bool>(self, from: *const u8) -> V {
        // SAFETY: a vector at this distance is readable. CPU: vouched for by the leaf.
        unsafe {
            let vector = V::load(from.add(self.distance));
            if FOLD { vector.or(self.fold) } else { vector }
        }
    }
}

/// Both probes. `N` vectors of bytes are a block.
#[derive(Clone, Copy)]
struct Probes<V, const N: usize, const FOLD: bool, const TWO: bool> {
    first: Unit<V>,
    second: Unit<V>,
}

impl<V: Shuffle, const N: usize, const FOLD: bool, const TWO: bool> Probes<V, N, FOLD, TWO> {
    const STEP: usize = if TWO { 2 } else { 1 };

    /// The candidates among as many places as a vector has lanes.
    #[inline(always)]
    unsafe fn hits(self, from: *const u8) -> V::Hits {
        // SAFETY: these places, and what stands at both distances from them, are readable. CPU: vouched for by the leaf.
        unsafe {
            if TWO {
                self.difference(from).narrow(self.difference(from.add(V::LANES))).eq(V::splat(0))
            } else {
                self.first.load::<FOLD>(from).eq(self.first.unit).and(self.second.load::<FOLD>(from).eq(self.second.unit))
            }
        }
    }

    #[inline(always)]
    unsafe fn difference(self, from: *const u8) -> V {
        // SAFETY: as above.
        unsafe {
            let first = self.first.load::<FOLD>(from).xor(self.first.unit);
            let second = self.second.load::<FOLD>(from).xor(self.second.unit);
            first.or(second)
        }
    }

    #[inline(always)]
    unsafe fn block(self, from: *const u8) -> [V::Hits; N] {
        const { assert!(N * V::LANES == BLOCK, "the vectors make up a block") };
        // SAFETY: vector `nth` ends with the block or before. CPU: vouched for by the leaf.
        unsafe {
            let mut hits = [self.hits(from); N];
            let mut nth = 1;
            while nth < N {
                hits[nth] = self.hits(from.add(nth * V::LANES * Self::STEP));
                nth += 1;
            }
            hits
        }
    }
}

impl<V: Shuffle, const N: usize, const FOLD: bool, const TWO: bool> Any for Probes<V, N, FOLD, TWO> {
    #[inline(always)]
    unsafe fn any(self, from: *const u8) -> bool {
        // SAFETY: passed on.
        unsafe { V::Hits::any_of(self.block(from)) }
    }
}

/// The filter over units of a width. `N` vectors of bytes are a block.
#[derive(Clone, Copy)]
struct Units<V, const N: usize> {
    width: Width,
    fold: bool,
    first: Unit<V>,
    second: Unit<V>,
}

impl<V: Shuffle, const N: usize> Units<V, N> {
    #[inline(always)]
    fn probes<const FOLD: bool, const TWO: bool>(self) -> Probes<V, N, FOLD, TWO> {
        Probes { first: self.first, second: self.second }
    }
}

impl<V: Shuffle, const N: usize> Filter for Units<V, N> {
    #[inline(always)]
    fn step(self) -> usize {
        self.width.size()
    }

    #[inline(always)]
    unsafe fn blocks(self, from: *const u8, count: usize) -> u64 {
        // SAFETY: passed on.
        unsafe {
            match (self.width, self.fold) {
                (Width::One, false) => self.probes::<false, false>().blocks::<1>(from, count),
                (Width::One, true) => self.probes::<true, false>().blocks::<1>(from, count),
                (Width::Two, false) => self.probes::<false, true>().blocks::<2>(from, count),
                (Width::Two, true) => self.probes::<true, true>().blocks::<2>(from, count),
            }
        }
    }

    #[inline(always)]
    unsafe fn candidates(self, from: *const u8, _: &mut Buckets) -> u64 {
        // SAFETY: passed on.
        unsafe {
            match self.width {
                Width::One => Hits::join(self.probes::<true, false>().block(from)),
                Width::Two => Hits::join(self.probes::<true, true>().block(from)),
            }
        }
    }

    #[inline(always)]
    unsafe fn part(self, from: *const u8, places: usize, room: &mut Room) -> Self {
        const HALF: usize = 2 * BLOCK;
        let (first, second) = room.split_at_mut(HALF);
        let bytes = places * self.step();
        // SAFETY: fewer than a block of units are fewer bytes than half of the room. CPU: vouched for by the caller.
        unsafe {
            super::copy::<V>(from.add(self.first.distance), bytes, first.as_mut_ptr());
            super::copy::<V>(from.add(self.second.distance), bytes, second.as_mut_ptr());
        }
        Units { first: Unit { distance: 0, ..self.first }, second: Unit { distance: HALF, ..self.second }, ..self }
    }
}

/// `span` is that of `pair`.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn search<V: Shuffle, const N: usize>(
    pair: &Pair,
    span: usize,
    haystack: &[u8],
    from: usize,
    want: usize,
    out: &mut [Candidate; CANDIDATES],
) -> (usize, usize) {
    let width = pair.width();
    let units = width.units(haystack);
    let places = (units + 1).saturating_sub(span);
    let fold = pair.first.fold | pair.second.fold != 0;
    let mut batch = Batch::new(out, want, [[1; BLOCK], [0; BLOCK]]);
    // SAFETY: `places` places, each with `span - 1` units behind it, are in the haystack. CPU: vouched for by the caller.
    let next = unsafe {
        let (first, second) = (Unit::new(pair.first, width), Unit::new(pair.second, width));
        let filter = Units::<V, N> { width, fold, first, second };
        filter::search(filter, haystack.as_ptr(), places, from, 0, &mut batch)
    };
    (batch.count, if next < places { next } else { units })
}

/// The candidates at `from` or later, one place after the other.
pub(crate) fn one_by_one(
    pair: &Pair,
    span: usize,
    haystack: &[u8],
    from: usize,
    want: usize,
    out: &mut [Candidate; CANDIDATES],
) -> (usize, usize) {
    let width = pair.width();
    let units = width.units(haystack);
    let want = want.clamp(1, CANDIDATES);
    let mut count = 0;
    for at in from..(units + 1).saturating_sub(span) {
        if count == want {
            return (count, at);
        }
        let matches = |probe: Probe| probe.matches(width.unit(haystack, at + probe.offset));
        out[count] = Candidate { at: at as u32, buckets: 1 };
        count += usize::from(matches(pair.first) && matches(pair.second));
    }
    (count, units)
}
