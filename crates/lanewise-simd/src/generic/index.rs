//! The positions of one byte.
//!
//! ```text
//! while four vectors remain:
//!     while there is room for all lanes: compare four, write the positions of each
//!     compare four; make room when any has a hit, else go on
//! while a vector remains: compare it and do the same
//! compare the rest, as a partly filled vector
//! ```
//!
//! 1. Room is made when there are hits, for the lanes that were compared: memory follows the number of matches, not the size of
//!    the haystack, and a haystack without matches allocates nothing.
//! 2. Positions are written where they belong at once; words that turn out not to be positions are overwritten by the next ones.
//! 3. Where there is room, nothing is asked before writing: a branch on "any hit" is mispredicted at about each second line of a log, which made
//!    that take twice the time.
//! 4. The zeros that fill up the last vector are hits when the needle is zero. They come last, so not counting them is enough.

use super::{hits, hits_of_filling, hits_of_part};
use crate::vector::{Hits, Vector};

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn byte<V: Vector>(needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
    let start = haystack.as_ptr();
    let len = haystack.len();
    let mut at = 0;
    // SAFETY: every load at offset `at` has `at + LANES <= len`, by the condition of its loop; the partial load has less than LANES
    // left. So all of them stay within `haystack`, borrowed for the whole call. `positions` gets room for all lanes before each write, and
    // its length covers only what was written. CPU: vouched for by the caller.
    unsafe {
        let needles = V::splat(needle);
        while len - at >= 4 * V::LANES {
            let room = positions.capacity() - positions.len();
            let to = positions.as_mut_ptr().add(positions.len());
            let mut count = 0;
            while len - at >= 4 * V::LANES && room - count >= 4 * V::LANES {
                count += V::Hits::write_four(four(needles, start.add(at)), V::LANES, position(base, at), to.add(count));
                at += 4 * V::LANES;
            }
            positions.set_len(positions.len() + count);
            if len - at >= 4 * V::LANES {
                let [a, b, c, d] = four(needles, start.add(at));
                if a.or(b).or(c.or(d)).any() {
                    positions.reserve(4 * V::LANES);
                } else {
                    at += 4 * V::LANES;
                }
            }
        }
        while len - at >= V::LANES {
            let hits = hits(needles, start.add(at));
            if hits.any() {
                positions.reserve(V::LANES);
                append(hits, position(base, at), 0, positions);
            }
            at += V::LANES;
        }
        let rest = len - at;
        if rest > 0 {
            let hits = hits_of_part(needles, start.add(at), rest);
            if hits.any() {
                positions.reserve(V::LANES);
                append(hits, position(base, at), hits_of_filling::<V>(needle, rest), positions);
            }
        }
    }
}

/// The hits of four vectors.
///
/// # Safety
/// - Four vectors at `from` are readable.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn four<V: Vector>(needles: V, from: *const u8) -> [V::Hits; 4] {
    // SAFETY: both duties are passed on.
    unsafe {
        let (b, c, d) = (from.add(V::LANES), from.add(2 * V::LANES), from.add(3 * V::LANES));
        [hits(needles, from), hits(needles, b), hits(needles, c), hits(needles, d)]
    }
}

/// Positions are below 2^32 (`Kernels::index_byte` sees to it); the ones that wrap are never counted.
#[inline(always)]
fn position(base: u32, at: usize) -> u32 {
    base.wrapping_add(at as u32)
}

/// Appends the positions of `hits` but the last `zeros` of them.
///
/// # Safety
/// - `positions` has room for as many words as the vector has lanes.
/// - There are at least `zeros` hits.
#[inline(always)]
unsafe fn append<H: Hits>(hits: H, base: u32, zeros: usize, positions: &mut Vec<u32>) {
    let len = positions.len();
    // SAFETY: the room is there (first duty), and `write` has initialised the words that now count. CPU: vouched for by the leaf.
    unsafe {
        let count = hits.write(base, positions.as_mut_ptr().add(len)) - zeros;
        positions.set_len(len + count);
    }
}
