//! How many bytes equal one byte.
//!
//! ```text
//! when the haystack is long: compare the bytes before the first aligned address, as a partly filled vector
//! while four vectors remain: compare four, add their numbers of hits
//! while a vector remains: compare it
//! compare the rest, as a partly filled vector
//! ```
//!
//! 1. No byte may be counted twice, so head and tail are partly filled vectors rather than overlapping ones. The zeros that fill
//!    them up are hits when the needle is zero: their number is known and taken off.
//! 2. Aligning pays from a few vectors on; below that the partial load costs more than it saves.

use super::{hits, hits_of_filling, hits_of_part};
use crate::vector::{Hits, Vector};

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn byte<V: Vector>(needle: u8, haystack: &[u8]) -> usize {
    let start = haystack.as_ptr();
    let len = haystack.len();
    // SAFETY: every load at offset `at` has `at + LANES <= len`, by the condition of its loop; the partial loads end at `head`, which is
    // less than LANES and than `len`, and at `len`, with less than LANES left. So all of them stay within `haystack`, borrowed for
    // the whole call. CPU: vouched for by the caller.
    unsafe {
        let needles = V::splat(needle);
        let head = if len < 4 * V::LANES { 0 } else { start.addr().wrapping_neg() % V::LANES };
        let mut count = 0;
        if head > 0 {
            count += hits_of_part(needles, start, head).count() - hits_of_filling::<V>(needle, head);
        }
        let mut at = head;
        while len - at >= 4 * V::LANES {
            let from = start.add(at);
            count += hits(needles, from).count() + hits(needles, from.add(V::LANES)).count();
            count += hits(needles, from.add(2 * V::LANES)).count() + hits(needles, from.add(3 * V::LANES)).count();
            at += 4 * V::LANES;
        }
        while len - at >= V::LANES {
            count += hits(needles, start.add(at)).count();
            at += V::LANES;
        }
        let rest = len - at;
        if rest > 0 {
            count += hits_of_part(needles, start.add(at), rest).count() - hits_of_filling::<V>(needle, rest);
        }
        count
    }
}
