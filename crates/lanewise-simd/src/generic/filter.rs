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
    fn step(self) -> usize;

    /// Which of the `count` blocks from `from` on, up to 64, have a candidate: a bit for each, the highest for the first. A block
    /// without one may have its bit too: the second look finds none.
    ///
    /// # Safety
    /// - Those blocks and what the filter reads behind them are readable; there is at least one.
    /// - The CPU has the instructions of the filter.
    unsafe fn blocks(self, from: *const u8, count: usize) -> u64;

    /// The candidates among the 64 places from `from` on, a bit for each; writes their buckets.
    ///
    /// # Safety
    /// - Those places and what the filter reads behind them are readable.
    /// - The CPU has the instructions of the filter.
    unsafe fn candidates(self, from: *const u8, buckets: &mut Buckets) -> u64;

    /// Copies what the filter reads for `places` places from `from` on, fewer than 64, to `room`, and gives a filter that, for a block at the start of
    /// `room`, says the same about these places.
    ///
    /// # Safety
    /// - Those places and what the filter reads behind them are readable.
    /// - The CPU has the instructions of the filter.
    unsafe fn part(self, from: *const u8, places: usize, room: &mut Room) -> Self;
}

/// Whether any of 64 places is a candidate: the inner loop of a filter.
pub(crate) trait Any: Copy {
    /// # Safety
    /// - The places from `from` on, and what the filter reads behind them, are readable.
    /// - The CPU has the instructions of the filter.
    unsafe fn any(self, from: *const u8) -> bool;

    /// [`Filter::blocks`] with `STEP` bytes from one place to the next.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    unsafe fn blocks<const STEP: usize>(self, mut from: *const u8, count: usize) -> u64 {
        let mut bits = 0;
        // SAFETY: passed on.
        unsafe {
            let end = from.add(count * BLOCK * STEP);
            while from < end {
                bits = 2 * bits + u64::from(self.any(from));
                from = from.add(BLOCK * STEP);
            }
        }
        bits << (64 - count)
    }
}

/// For each place of a block the buckets 0 to 7, then for each the buckets 8 to 15.
pub(crate) type Buckets = [[u8; BLOCK]; 2];

/// Bytes for two blocks of two-byte units.
pub(crate) type Room = [u8; 4 * BLOCK];

/// Blocks of the first step and of the largest one.
const STEP_MIN: usize = 8;
const STEP_MAX: usize = 64;
/// The bit of the first block of a step.
const FIRST: u64 = 1 << 63;

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
    let mut room: Room = [0; 4 * BLOCK];
    // SAFETY: `blocks` gets whole blocks of places, and the last block is one where `places >= BLOCK`; `room` holds a whole block and more. CPU: vouched for by
    // the caller.
    unsafe {
        while at < places {
            if batch.is_done() {
                return at;
            }
            let (done, rest) = (at, places - at);
            let (mut filter, mut from, mut first, mut hits) = (filter, start.add(at * filter.step()), at, FIRST);
            if rest >= BLOCK {
                let count = step.min(rest / BLOCK);
                hits = filter.blocks(from, count);
                at += count * BLOCK;
                step = STEP_MAX.min(2 * step);
            } else {
                if places >= BLOCK {
                    first = places - BLOCK;
                    from = start.add(first * filter.step());
                } else {
                    filter = filter.part(from, rest, &mut room);
                    from = room.as_ptr();
                }
                at = places;
            }
            while hits != 0 {
                let before = hits.leading_zeros() as usize * BLOCK;
                let place = first + before;
                if !batch.has_room() {
                    return place;
                }
                let bits = filter.candidates(from.add(before * filter.step()), &mut batch.buckets);
                let new = u64::MAX << done.saturating_sub(place) & u64::MAX >> (place + BLOCK).saturating_sub(places);
                batch.push(bits & new, base + place);
                hits &= !(FIRST >> hits.leading_zeros());
            }
        }
    }
    at
}
