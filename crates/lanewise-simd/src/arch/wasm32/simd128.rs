//! `simd128`: 16 lanes in WebAssembly, and the same with what relaxed SIMD adds.
//!
//! Whether the machine has it cannot be asked: a module is compiled with SIMD128 as a whole, and is refused where that is missing. A
//! second module is compiled with relaxed SIMD, whose look-up is one instruction of the machine: what it gives for an index of 16 or more is
//! the machine's choice, so no look-up here has such an index but 0x80 and above, which give zero everywhere.

use core::arch::wasm32::*;

use crate::arch::leaves;
use crate::block::{isa, prefix_xor};
use crate::pack::{Pack, SET_BITS};
use crate::vector::{Hits, Shuffle, Vector, load_part_u128, write_few_bits};

#[cfg(not(target_feature = "relaxed-simd"))]
leaves!("simd128", Simd128, v128, 4);
#[cfg(target_feature = "relaxed-simd")]
leaves!("relaxed-simd", Simd128, v128, 4);

isa!(Simd128, v128, 4, prefix_xor);

impl Pack for v128 {
    #[inline(always)]
    unsafe fn pack(self, counts: u64, to: *mut u8) {
        let (low, high) = (counts as u8, (counts >> 8) as u8);
        let size = low.count_ones() as usize;
        let bits = u64x2(SET_BITS[usize::from(low)], SET_BITS[usize::from(high)]);
        let lanes = swizzle(self, v128_or(bits, u64x2(0, u64::from_ne_bytes([8; 8]))));
        // SAFETY: the caller has room for 16 bytes; the second eight start at the ninth or before. The stores ask no alignment.
        unsafe {
            v128_store64_lane::<0>(lanes, to.cast());
            v128_store64_lane::<1>(lanes, to.add(size).cast());
        }
    }
}

// Most intrinsics are safe here, as the whole module is compiled with SIMD128; only loads are not.

impl Vector for v128 {
    const LANES: usize = 16;
    type Hits = Lanes;

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        u8x16_splat(byte)
    }

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has 16 readable bytes at `from`; the load asks no alignment.
        unsafe { v128_load(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const u8, len: usize) -> Self {
        // SAFETY: the caller has `len` readable bytes at `from`, fewer than 16.
        let part = unsafe { load_part_u128(from, len) };
        u64x2(part as u64, (part >> 64) as u64)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller has room for 16 bytes at `to`; the store asks no alignment.
        unsafe { v128_store(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn eq(self, other: Self) -> Lanes {
        Lanes(u8x16_eq(self, other))
    }
}

/// Words without a sign as the largest ones with a sign.
#[inline(always)]
fn with_sign(words: v128) -> v128 {
    v128_and(v128_or(words, i16x8_shr(words, 15)), u16x8_splat(0x7fff))
}

/// 0xff in each lane that is a hit: cheaper to join than the words that `bits` makes of them.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(v128);

impl Hits for Lanes {
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        Lanes(v128_or(self.0, other.0))
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        Lanes(v128_and(self.0, other.0))
    }

    #[inline(always)]
    unsafe fn any(self) -> bool {
        v128_any_true(self.0)
    }

    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        u64::from(u8x16_bitmask(self.0))
    }

    #[inline(always)]
    unsafe fn write_four(four: [Self; 4], _: usize, base: u32, to: *mut u32) -> usize {
        // SAFETY: the caller has room for 64 words, one per lane.
        unsafe { write_few_bits(Self::join(four), base, to) }
    }
}

impl Shuffle for v128 {
    #[inline(always)]
    unsafe fn table(table: &[u8; 16]) -> Self {
        // SAFETY: the table has 16 bytes.
        unsafe { v128_load(table.as_ptr().cast()) }
    }

    #[inline(always)]
    unsafe fn lookup(self, table: Self) -> Self {
        swizzle(table, self)
    }

    #[inline(always)]
    unsafe fn high_nibbles(self) -> Self {
        u8x16_shr(self, 4)
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        v128_and(self, other)
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        v128_or(self, other)
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        v128_xor(self, other)
    }

    #[inline(always)]
    unsafe fn saturating_sub(self, other: Self) -> Self {
        u8x16_sub_sat(self, other)
    }

    #[inline(always)]
    unsafe fn sub_words(self, other: Self) -> Self {
        u16x8_sub(self, other)
    }

    /// The instruction takes words with a sign and makes negative ones 0, so that words of 0x8000 and more are made 0x7fff before. A minimum with 0xff
    /// would do as well, but LLVM 22 takes the instruction for one without a sign and leaves such a minimum out.
    #[inline(always)]
    unsafe fn narrow(self, high: Self) -> Self {
        u8x16_narrow_i16x8(with_sign(self), with_sign(high))
    }

    #[inline(always)]
    unsafe fn prev1(self, before: Self) -> Self {
        u8x16_shuffle::<15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30>(before, self)
    }

    #[inline(always)]
    unsafe fn prev2(self, before: Self) -> Self {
        u8x16_shuffle::<14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29>(before, self)
    }

    #[inline(always)]
    unsafe fn prev3(self, before: Self) -> Self {
        u8x16_shuffle::<13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28>(before, self)
    }

    #[inline(always)]
    unsafe fn any_high(self) -> bool {
        u8x16_bitmask(self) != 0
    }

    #[inline(always)]
    unsafe fn any_set(self) -> bool {
        v128_any_true(self)
    }
}

/// In each lane, the lane of `table` that `indices` gives the number of, which must be below 16.
#[inline(always)]
fn swizzle(table: v128, indices: v128) -> v128 {
    #[cfg(target_feature = "relaxed-simd")]
    return u8x16_relaxed_swizzle(table, indices);
    #[cfg(not(target_feature = "relaxed-simd"))]
    return u8x16_swizzle(table, indices);
}
