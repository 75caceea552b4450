//! The algorithms, each written once over `Vector`.
//!
//! Every function here is `unsafe` and `#[inline(always)]`: the instructions of the vector must exist on this CPU, and only under
//! the `#[target_feature]` of a leaf can the compiler inline them. `haystack` is a borrowed slice, so nothing else is asked of a caller.
//! Nothing that touches a vector is a closure, since a closure cannot be told to be inlined.

pub(crate) mod count;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod filter;
pub(crate) mod find;
pub(crate) mod index;
pub(crate) mod pair;
pub(crate) mod teddy;
pub(crate) mod utf8;

use crate::block::BLOCK;
use crate::vector::Vector;

/// The lanes of the vector at `from` that are equal to `needles`.
///
/// # Safety
/// - `V::LANES` bytes at `from` are readable.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn hits<V: Vector>(needles: V, from: *const u8) -> V::Hits {
    // SAFETY: both duties are passed on.
    unsafe { V::load(from).eq(needles) }
}

/// The lanes of a vector that holds the `len` bytes at `from`, then zeros, that are equal to `needles`.
///
/// # Safety
/// - `len` bytes at `from` are readable, and `len < V::LANES`.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn hits_of_part<V: Vector>(needles: V, from: *const u8, len: usize) -> V::Hits {
    // SAFETY: both duties are passed on.
    unsafe { V::load_part(from, len).eq(needles) }
}

/// How many of the hits of [`hits_of_part`] are zeros that fill up the vector; they are its last ones.
#[inline(always)]
fn hits_of_filling<V: Vector>(needle: u8, len: usize) -> usize {
    if needle == 0 { V::LANES - len } else { 0 }
}

/// A vector that holds the bytes at `from`, of which there are `len`, then zeros.
///
/// # Safety
/// - `len` bytes at `from` are readable.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn load<V: Vector>(from: *const u8, len: usize) -> V {
    // SAFETY: both duties are passed on.
    unsafe { if len < V::LANES { V::load_part(from, len) } else { V::load(from) } }
}

/// Copies `len` bytes; those behind them, up to the end of a vector, become zeros.
///
/// # Safety
/// - `len` bytes at `from` are readable, and `len` rounded up to whole vectors are ours at `to`.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn copy<V: Vector>(from: *const u8, len: usize, to: *mut u8) {
    let mut at = 0;
    while at < len {
        // SAFETY: both duties are passed on.
        unsafe { load::<V>(from.add(at), len - at).store(to.add(at)) };
        at += V::LANES;
    }
}

/// `word` in each two lanes, as two-byte units are loaded.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn words<V: Vector>(word: u16) -> V {
    let mut bytes = [0; BLOCK];
    for pair in bytes.as_chunks_mut().0 {
        *pair = word.to_le_bytes();
    }
    // SAFETY: no vector is wider than a block. CPU: vouched for by the caller.
    unsafe { V::load(bytes.as_ptr()) }
}
