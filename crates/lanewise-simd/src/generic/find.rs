//! The first of one or three bytes, or of any set of them.
//!
//! After `generic/memchr.rs` of Andrew Gallant's memchr crate, which has the history of these loops.
//!
//! ```text
//! when the haystack is shorter than a vector: compare a partly filled vector; done
//! compare the first vector, of any alignment
//! step to the next aligned address
//! while four vectors remain: compare four, and look closer only when any of them has a hit
//! while a vector remains: compare it
//! compare the last vector of the haystack, of any alignment
//! ```
//!
//! 1. First and last vector overlap what the loop compares. Comparing a byte twice costs less than a byte loop over a tail, and
//!    the bytes compared twice are known to hold no needle.
//! 2. The loop is aligned, since a load across two cache lines takes twice as long; with 64 lanes every unaligned load is one.
//! 3. Four vectors share one branch. Which one has the hit is asked only once per call.

use crate::set::ByteSet;
use crate::vector::{Hits, Shuffle, Vector};

/// What is looked for, in every lane.
trait Needles<V: Vector>: Copy {
    unsafe fn hits(self, vector: V) -> V::Hits;
}

#[derive(Clone, Copy)]
struct One<V>(V);

impl<V: Vector> Needles<V> for One<V> {
    #[inline(always)]
    unsafe fn hits(self, vector: V) -> V::Hits {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe { vector.eq(self.0) }
    }
}

#[derive(Clone, Copy)]
struct Three<V>(V, V, V);

impl<V: Vector> Needles<V> for Three<V> {
    #[inline(always)]
    unsafe fn hits(self, vector: V) -> V::Hits {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe { vector.eq(self.0).or(vector.eq(self.1)).or(vector.eq(self.2)) }
    }
}

/// A set of bytes: the row of a byte is looked up by its low half, its bit in the row by its high half.
///
/// After Wojciech Muła, "SIMDized check which bytes are in a set" (2018), the general algorithm.
#[derive(Clone, Copy)]
struct Set<V> {
    low_rows: V,
    high_rows: V,
    bits: V,
    top: V,
}

impl<V: Shuffle> Needles<V> for Set<V> {
    #[inline(always)]
    unsafe fn hits(self, vector: V) -> V::Hits {
        // SAFETY: CPU: vouched for by the leaf. The look-up by a low half is zero for bytes of 0x80 and more: one of both is.
        unsafe {
            let row = vector.lookup_low_nibble(self.low_rows).or(vector.xor(self.top).lookup_low_nibble(self.high_rows));
            let bit = vector.high_nibbles().lookup(self.bits);
            row.and(bit).eq(bit)
        }
    }
}

/// The offset of the first byte that is in `set`.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn in_set<V: Shuffle>(set: &ByteSet, haystack: &[u8]) -> Option<usize> {
    const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: CPU: vouched for by the caller.
    unsafe {
        let [low_rows, high_rows] = [V::table(&set.rows[0]), V::table(&set.rows[1])];
        find(Set { low_rows, high_rows, bits: V::table(&BITS), top: V::splat(0x80) }, haystack)
    }
}

/// The offset of the first `needle`.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn byte<V: Vector>(needle: u8, haystack: &[u8]) -> Option<usize> {
    // SAFETY: CPU: vouched for by the caller.
    unsafe { find(One(V::splat(needle)), haystack) }
}

/// The offset of the first byte that is one of `needles`.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn any3<V: Vector>(needles: [u8; 3], haystack: &[u8]) -> Option<usize> {
    // SAFETY: CPU: vouched for by the caller.
    unsafe { find(Three(V::splat(needles[0]), V::splat(needles[1]), V::splat(needles[2])), haystack) }
}

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn find<V: Vector>(needles: impl Needles<V>, haystack: &[u8]) -> Option<usize> {
    let start = haystack.as_ptr();
    let len = haystack.len();
    // SAFETY: every load at offset `at` has `at + LANES <= len`, by the condition that stands before it; the partial load has
    // `len < LANES`. So all of them stay within `haystack`, borrowed for the whole call. CPU: vouched for by the caller.
    unsafe {
        if len < V::LANES {
            // The zeros behind the haystack can be hits too, but only behind all of its own.
            let hits = needles.hits(V::load_part(start, len));
            return if hits.any() { Some(hits.first()).filter(|&first| first < len) } else { None };
        }
        let hits = needles.hits(V::load(start));
        if hits.any() {
            return Some(hits.first());
        }
        let mut at = V::LANES - start.addr() % V::LANES;
        while len - at >= 4 * V::LANES {
            let a = needles.hits(V::load(start.add(at)));
            let b = needles.hits(V::load(start.add(at + V::LANES)));
            let c = needles.hits(V::load(start.add(at + 2 * V::LANES)));
            let d = needles.hits(V::load(start.add(at + 3 * V::LANES)));
            if a.or(b).or(c.or(d)).any() {
                let (at, hits) = if a.any() {
                    (at, a)
                } else if b.any() {
                    (at + V::LANES, b)
                } else if c.any() {
                    (at + 2 * V::LANES, c)
                } else {
                    (at + 3 * V::LANES, d)
                };
                return Some(at + hits.first());
            }
            at += 4 * V::LANES;
        }
        while at < len {
            at = at.min(len - V::LANES);
            let hits = needles.hits(V::load(start.add(at)));
            if hits.any() {
                return Some(at + hits.first());
            }
            at += V::LANES;
        }
    }
    None
}
