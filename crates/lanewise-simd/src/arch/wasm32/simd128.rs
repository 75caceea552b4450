//! `simd128`: 16 lanes in WebAssembly, and the same with what relaxed SIMD adds.
//!
//! Whether the machine has it cannot be asked: a module is compiled with SIMD128 as a whole, and is refused where that is missing. A
//! second module is compiled with relaxed SIMD, whose look-up is one instruction of the machine: what it gives for an index of 16 or more is
//! the machine's choice, so no look-up here has such an index but 0x80 and above, which give zero everywhere.

use core::arch::wasm32::*;

use crate::arch::leaves;
use crate::block::{isa, prefix_xor};
use crate::pack::{Pack, SET_BITS};
use crate::units::{PAIRS, SET_WORDS, TRIPLES, Units};
use crate::vector::{Hits, Shuffle, Vector, load_part_u128};
use crate::walks::Follow;

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

impl Follow for v128 {}

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

impl Units for v128 {
    #[inline(always)]
    unsafe fn shl<const BITS: i32>(self) -> Self {
        u8x16_shl(self, BITS as u32)
    }

    #[inline(always)]
    unsafe fn shr<const BITS: i32>(self) -> Self {
        u8x16_shr(self, BITS as u32)
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        u8x16_add(self, other)
    }

    #[inline(always)]
    unsafe fn at_least(self, bound: Self) -> Self {
        u8x16_ge(self, bound)
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> Self {
        u8x16_eq(self, other)
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        u8x16_max(self, other)
    }

    #[inline(always)]
    unsafe fn select_high(self, yes: Self, no: Self) -> Self {
        v128_bitselect(yes, no, i8x16_shr(self, 7))
    }

    #[inline(always)]
    unsafe fn high_bits(self) -> u64 {
        u64::from(u8x16_bitmask(self))
    }

    #[inline(always)]
    unsafe fn write_widened(self, to: *mut u8) {
        // SAFETY: the caller has room for 16 words; the stores ask no alignment.
        unsafe {
            v128_store(to.cast(), u16x8_extend_low_u8x16(self));
            v128_store(to.add(16).cast(), u16x8_extend_high_u8x16(self));
        }
    }

    #[inline(always)]
    unsafe fn pack_pairs(low: Self, high: Self, counts: u64, to: *mut u8) {
        let (first, second) = (zip_low(low, high), zip_high(low, high));
        // SAFETY: the caller has room for 16 words; the second eight start at the ninth or before.
        unsafe {
            let size = pack_words(first, counts, to);
            pack_words(second, counts >> 8, to.add(size));
        }
    }

    #[inline(always)]
    unsafe fn split_words(from: *const u8) -> (Self, Self) {
        // SAFETY: the caller has 16 readable words at `from`; the loads ask no alignment.
        let (first, second) = unsafe { (v128_load(from.cast()), v128_load(from.add(16).cast())) };
        let lows = u8x16_shuffle::<0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30>(first, second);
        (lows, u8x16_shuffle::<1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31>(first, second))
    }

    #[inline(always)]
    unsafe fn pack_twos(first: Self, second: Self, singles: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 32 bytes; the second 16 start at the 17th or before.
        unsafe {
            let size = pack_eight(zip_low(first, second), singles, to);
            size + pack_eight(zip_high(first, second), singles >> 8, to.add(size))
        }
    }

    #[inline(always)]
    unsafe fn pack_threes([first, second, third]: [Self; 3], twos: u64, threes: u64, to: *mut u8) -> usize {
        let none = u8x16_splat(0);
        let (low, high) = (zip_low(first, second), zip_high(first, second));
        let (low_third, high_third) = (zip_low(third, none), zip_high(third, none));
        // SAFETY: the caller has room for 64 bytes, and each group of four starts 16 bytes at most behind the one before.
        unsafe {
            let mut size = pack_four(u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(low, low_third), twos, threes, to);
            size += pack_four(u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(low, low_third), twos >> 4, threes >> 4, to.add(size));
            size += pack_four(u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(high, high_third), twos >> 8, threes >> 8, to.add(size));
            size + pack_four(u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(high, high_third), twos >> 12, threes >> 12, to.add(size))
        }
    }
}

/// Writes the words of eight whose bit is set in `counts`; gives how many bytes they are.
///
/// # Safety
/// There must be room for eight words at `to`.
#[inline(always)]
unsafe fn pack_words(words: v128, counts: u64, to: *mut u8) -> usize {
    let counts = counts as u8;
    // SAFETY: the room is the caller's duty; the table has 16 bytes. Neither asks alignment.
    unsafe { v128_store(to.cast(), swizzle(words, v128_load(SET_WORDS[usize::from(counts)].as_ptr().cast()))) };
    2 * counts.count_ones() as usize
}

/// The bytes of the lower halves of both vectors by turns.
#[inline(always)]
fn zip_low(one: v128, other: v128) -> v128 {
    u8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(one, other)
}

/// The bytes of the upper halves of both vectors by turns.
#[inline(always)]
fn zip_high(one: v128, other: v128) -> v128 {
    u8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(one, other)
}

/// Writes the bytes of eight pairs, of those whose bit is set in `singles` the first alone; gives how many they are.
///
/// # Safety
/// There must be room for 16 bytes at `to`.
#[inline(always)]
unsafe fn pack_eight(pairs: v128, singles: u64, to: *mut u8) -> usize {
    let singles = singles as u8;
    // SAFETY: the room is the caller's duty; the table has 16 bytes. Neither asks alignment.
    unsafe { v128_store(to.cast(), swizzle(pairs, v128_load(PAIRS[usize::from(singles)].as_ptr().cast()))) };
    16 - singles.count_ones() as usize
}

/// Writes the bytes of four groups, of which `twos` and `threes` say how many count; gives how many they are.
///
/// # Safety
/// There must be room for 16 bytes at `to`.
#[inline(always)]
unsafe fn pack_four(groups: v128, twos: u64, threes: u64, to: *mut u8) -> usize {
    let sizes = (twos & 0x0f | threes << 4 & 0xf0) as u8;
    // SAFETY: the room is the caller's duty; the table has 16 bytes. Neither asks alignment.
    unsafe { v128_store(to.cast(), swizzle(groups, v128_load(TRIPLES[usize::from(sizes)].as_ptr().cast()))) };
    4 + sizes.count_ones() as usize
}

/// In each lane, the lane of `table` that `indices` gives the number of, which must be below 16.
#[inline(always)]
fn swizzle(table: v128, indices: v128) -> v128 {
    #[cfg(target_feature = "relaxed-simd")]
    return u8x16_relaxed_swizzle(table, indices);
    #[cfg(not(target_feature = "relaxed-simd"))]
    return u8x16_swizzle(table, indices);
}
