//! The positions of one byte.
//!
//! ```text
//! look at a block of 64 bytes, of any alignment, for what stands before the first aligned one
//! while a block remains:
//!     for each of up to 64 blocks: note whether it has a hit                                              (no branch)
//!     for each block that has: look again, and write its positions; make room before where there is none
//! look at the last block of the haystack, of any alignment, for what the steps have left
//! when there is no whole block at all: compare vectors, then a partly filled one
//! ```
//!
//! 1. Room is made where there are hits, for the lanes of a block: memory follows the number of matches, not the size of the haystack, and a
//!    haystack without matches allocates nothing.
//! 2. Positions are written where they belong at once; words that turn out not to be positions are overwritten by the next ones.
//! 3. Most blocks of a log have no line end, so the first look joins the hits of a block before it asks for bits. A branch on its answer would be
//!    mispredicted at each line; noting it is one instruction, and looking again finds the block in the first cache. Writing what each block
//!    has, be it nothing, took 1.6 times as long for lines of 200 and of 650 bytes.
//! 4. Where a step had more hits than blocks, the next one leaves the first look out: nearly each block of source code has a line end.
//! 5. Of a sparse step two positions a block are written at once, of a dense one four, since more of them are rare there.
//! 6. What the first and the last block have in common with a step is masked away.
//! 7. The zeros that fill up the last vector are hits when the needle is zero, and are masked away too.
//!
//! Tried on 10 MB of logs and left out: fetching 1 to 4 KB ahead and reading 2 or 4 pages side by side (no gain, though reading alone gains a
//! quarter of its time by that), noting 128 or 256 bytes at a time (a tenth to a third more), keeping the bits of the first look (half more).

use super::filter::Any;
use super::{hits, hits_of_part};
use crate::block::BLOCK;
use crate::vector::{Hits, Vector, write_bits};

/// Blocks of a step: as many as a word has bits, and few enough to stay in the first cache.
const STEP: usize = 64;
/// The bit of the first block of a step.
const FIRST: u64 = 1 << 63;

/// The bytes that equal the needle. `N` vectors are a block.
#[derive(Clone, Copy)]
struct Needle<V, const N: usize>(V);

impl<V: Vector, const N: usize> Needle<V, N> {
    #[inline(always)]
    unsafe fn block(self, from: *const u8) -> [V::Hits; N] {
        const { assert!(N * V::LANES == BLOCK, "the vectors make up a block") };
        // SAFETY: the block at `from` is readable, and vector `nth` ends with it or before. CPU: vouched for by the leaf.
        unsafe {
            let mut group = [hits(self.0, from); N];
            let mut nth = 1;
            while nth < N {
                group[nth] = hits(self.0, from.add(nth * V::LANES));
                nth += 1;
            }
            group
        }
    }
}

impl<V: Vector, const N: usize> Any for Needle<V, N> {
    #[inline(always)]
    unsafe fn any(self, from: *const u8) -> bool {
        // SAFETY: passed on.
        unsafe { V::Hits::any_of(self.block(from)) }
    }
}

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn byte<V: Vector, const N: usize>(needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
    let len = haystack.len();
    // SAFETY: each block is read where `len` leaves 64 bytes at least, within `haystack`, borrowed for the whole call. CPU: vouched for by the caller.
    unsafe {
        if len < BLOCK {
            return short::<V>(needle, haystack, base, positions);
        }
        let start = haystack.as_ptr();
        let needle = Needle::<V, N>(V::splat(needle));
        let head = start.addr().wrapping_neg() % BLOCK;
        append(V::Hits::join(needle.block(start)) & !(u64::MAX << head), base, positions);
        let mut at = head;
        let mut dense = false;
        while len - at >= BLOCK {
            let count = STEP.min((len - at) / BLOCK);
            let before = positions.len();
            let from = start.add(at);
            if dense {
                step::<V, N, true>(needle, from, u64::MAX << (STEP - count), position(base, at), positions);
            } else {
                step::<V, N, false>(needle, from, needle.blocks::<1>(from, count), position(base, at), positions);
            }
            dense = positions.len() - before > count;
            at += count * BLOCK;
        }
        if at < len {
            let bits = V::Hits::join(needle.block(start.add(len - BLOCK)));
            append(bits & u64::MAX << (BLOCK - (len - at)), position(base, len - BLOCK), positions);
        }
    }
}

/// Appends the positions in those of 64 blocks from `from` on whose bit is set in `blocks`, the highest for the first.
///
/// # Safety
/// - Those blocks are readable.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn step<V: Vector, const N: usize, const DENSE: bool>(
    needle: Needle<V, N>,
    from: *const u8,
    mut blocks: u64,
    base: u32,
    positions: &mut Vec<u32>,
) {
    let (mut len, mut room) = (positions.len(), positions.capacity());
    while blocks != 0 {
        let nth = blocks.leading_zeros() as usize;
        blocks &= !(FIRST >> nth);
        if room - len < BLOCK {
            // SAFETY: all words below `len` were written.
            unsafe { positions.set_len(len) };
            positions.reserve(BLOCK);
            room = positions.capacity();
        }
        // SAFETY: the block is one of those that are readable, and there is room for a word per lane. CPU: vouched for by the caller.
        len += unsafe {
            let to = positions.as_mut_ptr().add(len);
            V::Hits::write_block::<N, DENSE>(needle.block(from.add(nth * BLOCK)), position(base, nth * BLOCK), to)
        };
    }
    // SAFETY: as above.
    unsafe { positions.set_len(len) };
}

/// [`byte`] of fewer bytes than a block has.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn short<V: Vector>(needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
    let (start, len) = (haystack.as_ptr(), haystack.len());
    let mut at = 0;
    // SAFETY: every load at offset `at` has `at + LANES <= len`, by the condition of its loop; the partial load has less than LANES left, so all of
    // them stay within `haystack`, borrowed for the whole call. CPU: vouched for by the caller.
    unsafe {
        let needles = V::splat(needle);
        while len - at >= V::LANES {
            append(hits(needles, start.add(at)).bits(), position(base, at), positions);
            at += V::LANES;
        }
        let rest = len - at;
        if rest > 0 {
            let bits = hits_of_part(needles, start.add(at), rest).bits();
            append(bits & !(u64::MAX << rest), position(base, at), positions);
        }
    }
}

/// Positions are below 2^32 (`Kernels::index_byte` sees to it); the ones that wrap are never counted.
#[inline(always)]
fn position(base: u32, at: usize) -> u32 {
    base.wrapping_add(at as u32)
}

/// Appends the number of each bit, from `base` on.
#[inline(always)]
fn append(bits: u64, base: u32, positions: &mut Vec<u32>) {
    if bits == 0 {
        return;
    }
    positions.reserve(BLOCK);
    let len = positions.len();
    // SAFETY: there is room for a word per bit, and what counts was written.
    unsafe {
        let count = write_bits(bits, base, positions.as_mut_ptr().add(len));
        positions.set_len(len + count);
    }
}
