//! The candidates of a filter, in batches.
//!
//! ```text
//! while there is a whole block of 64 places and room for its candidates:
//!     for each block of a step: note its number; keep it when any place of it is a candidate      (no branch)
//!     for each block that was kept: look again, and write the candidates
//!     stop when there are as many as are wanted; else let the next step be twice as large, up to a limit
//! look at the rest: at a block that ends with the haystack, or at a copy when there is not even one
//! ```
//!
//! 1. A branch on "any candidate in this block" is mispredicted at nearly each candidate: for five names in English prose that took a third of
//!    the time. Noting the number of each block and counting up by 0 or 1 costs two instructions, and looking again costs one block.
//! 2. A step is at most 16 KB, so that a block is still in the first cache when it is looked at again, and keeps at most 64 blocks, so that few are
//!    looked at in vain when the room ends. The first one is small: who asks for one candidate may have it at the start.
//! 3. What was aligned before stays so when a search goes on at a block.

use crate::block::BLOCK;
use crate::candidates::{CANDIDATES, Candidate};

/// What a filter looks for, in vectors.
pub(crate) trait Filter: Copy {
    /// Bytes from one place to the next.
    const STEP: usize;

    /// Whether any of the 64 places from `from` on is a candidate.
    ///
    /// # Safety
    /// - Those places and what the filter reads behind them are readable.
    /// - The CPU has the instructions of the filter.
    unsafe fn any(self, from: *const u8) -> bool;

    /// The candidates among the 64 places from `from` on, a bit for each; writes their buckets.
    ///
    /// # Safety
    /// As for [`Filter::any`].
    unsafe fn candidates(self, from: *const u8, buckets: &mut Buckets) -> u64;

    /// Copies what the filter reads for `places` places from `from` on, fewer than 64, to `room`, and gives a filter that, for a block at the start of
    /// `room`, says the same about these places.
    ///
    /// # Safety
    /// - Those places and what the filter reads behind them are readable.
    /// - The CPU has the instructions of the filter.
    unsafe fn part(self, from: *const u8, places: usize, room: &mut Room) -> Self;
}

/// For each place of a block the buckets 0 to 7, then for each the buckets 8 to 15.
pub(crate) type Buckets = [[u8; BLOCK]; 2];

/// Bytes for two blocks of two-byte units.
pub(crate) type Room = [u8; 4 * BLOCK];

/// Blocks of the first step and of the largest one.
const STEP_MIN: usize = 8;
const STEP_MAX: usize = 256;
/// Blocks that a step keeps.
const KEPT: usize = 64;

/// The candidates so far, and how many are enough.
pub(crate) struct Batch<'a> {
    out: &'a mut [Candidate; CANDIDATES],
    want: usize,
    /// For [`Filter::candidates`], with what that does not write.
    buckets: Buckets,
    pub(crate) count: usize,
}

impl<'a> Batch<'a> {
    #[inline(always)]
    pub(crate) fn new(out: &'a mut [Candidate; CANDIDATES], want: usize, buckets: Buckets) -> Self {
        Batch { out, want: want.max(1), buckets, count: 0 }
    }

    #[inline(always)]
    fn has_room(&self) -> bool {
        self.count <= CANDIDATES - BLOCK
    }

    /// Whether the search may stop here.
    #[inline(always)]
    pub(crate) fn is_done(&self) -> bool {
        self.count >= self.want || !self.has_room()
    }

    /// Adds a candidate for each bit, when the lowest is for place `first`. There must be room.
    #[inline(always)]
    fn push(&mut self, mut bits: u64, first: usize) {
        let count = bits.count_ones() as usize;
        for candidate in &mut self.out[self.count..self.count + count] {
            let place = bits.trailing_zeros() as usize % BLOCK;
            let buckets = u16::from_le_bytes([self.buckets[0][place], self.buckets[1][place]]);
            *candidate = Candidate { at: (first + place) as u32, buckets: u32::from(buckets) };
            bits &= bits.wrapping_sub(1);
        }
        self.count += count;
    }
}

/// Searches `places` places, of which the first is at `start` and has the number `base`, from the one at `from` on. Gives the place from which to
/// go on, counted as `from` is.
///
/// # Safety
/// - `places` places from `start` on and what the filter reads behind them are readable.
/// - The CPU has the instructions of `F`.
#[inline(always)]
pub(crate) unsafe fn search<F: Filter>(
    filter: F,
    start: *const u8,
    places: usize,
    from: usize,
    base: usize,
    batch: &mut Batch<'_>,
) -> usize {
    let mut at = from;
    let mut step = STEP_MIN;
    let mut kept = [0; KEPT];
    // SAFETY: a block at `at` is looked at where `places - at >= BLOCK`, and the last one where `places >= BLOCK`; `room` holds a whole block.
    // CPU: vouched for by the caller.
    unsafe {
        while at < places {
            if batch.is_done() {
                return at;
            }
            let rest = places - at;
            if rest < BLOCK {
                let mut room: Room = [0; 4 * BLOCK];
                let (filter, block, first) = if places >= BLOCK {
                    (filter, start.add((places - BLOCK) * F::STEP), places - BLOCK)
                } else {
                    (filter.part(start.add(at * F::STEP), rest, &mut room), room.as_ptr(), at)
                };
                let bits = filter.candidates(block, &mut batch.buckets);
                let these = (u64::MAX >> (BLOCK - rest)) << (at - first);
                batch.push(bits & these, base + first);
                return places;
            }
            let end = at + BLOCK * step.min(rest / BLOCK);
            let mut hits = 0;
            while at < end && hits < KEPT {
                kept[hits] = at;
                hits += usize::from(filter.any(start.add(at * F::STEP)));
                at += BLOCK;
            }
            for &block in &kept[..hits] {
                if !batch.has_room() {
                    return block;
                }
                let bits = filter.candidates(start.add(block * F::STEP), &mut batch.buckets);
                batch.push(bits, base + block);
            }
            step = STEP_MAX.min(2 * step);
        }
    }
    at
}
