//! `neon`: 16 lanes, on every 64-bit ARM CPU.
//!
//! NEON has no instruction that makes a bit mask of a vector. A narrowing shift makes 64 bits of it, four per lane, in one step
//! (Danila Kutenin, "Porting x86 vector bitmask optimizations to Arm NEON", 2022); hits stay vectors until that is needed.

use core::arch::aarch64::*;

use crate::arch::leaves;
use crate::block::{isa, prefix_xor};
use crate::pack::{Pack, SET_BITS};
use crate::units::{PAIRS, SET_WORDS, TRIPLES, Units};
use crate::vector::{Hits, Shuffle, Vector, load_part_u128};
use crate::walks::Follow;

leaves!("neon", Neon, uint8x16_t, 4, is_aarch64_feature_detected: "neon");

isa!(Neon, uint8x16_t, 4, prefix_xor);
isa!(NeonProduct, uint8x16_t, 4, |bits| {
    // SAFETY: a token proves that the CPU has the features of `run_with_product`.
    unsafe { product(bits) }
});

/// The carry-less product of `bits` with all ones, of which the low half is the xor of all bits up to each.
///
/// # Safety
/// The CPU has PMULL.
#[inline]
#[target_feature(enable = "neon")]
#[target_feature(enable = "aes")]
unsafe fn product(bits: u64) -> u64 {
    vmull_p64(bits, u64::MAX) as u64
}

/// Whether there is a carry-less product, which a 64-bit ARM CPU may lack: PMULL comes with the cryptographic extension.
pub(crate) fn has_product() -> bool {
    std::arch::is_aarch64_feature_detected!("pmull")
}

/// [`run`], with the carry-less product for [`Isa::prefix_xor`](crate::block::Isa::prefix_xor).
///
/// # Safety
/// The CPU has NEON and the product.
#[target_feature(enable = "neon")]
#[target_feature(enable = "aes")]
pub(crate) unsafe fn run_with_product<T: crate::block::Task>(task: T) -> T::Output {
    task.run(NeonProduct(()))
}

impl Pack for uint8x16_t {
    #[inline(always)]
    unsafe fn pack(self, counts: u64, to: *mut u8) {
        let (low, high) = (counts as u8, (counts >> 8) as u8);
        let size = low.count_ones() as usize;
        // SAFETY: the caller has room for 16 bytes; the second eight start at the ninth or before. CPU: see the head of the file.
        unsafe {
            let (low, high) = (vcreate_u8(SET_BITS[usize::from(low)]), vcreate_u8(SET_BITS[usize::from(high)]));
            let lanes = vqtbl1q_u8(self, vcombine_u8(low, vorr_u8(high, vdup_n_u8(8))));
            vst1_u8(to, vget_low_u8(lanes));
            vst1_u8(to.add(size), vget_high_u8(lanes));
        }
    }
}

// SAFETY (of every intrinsic in this file): CPU: vouched for by the leaf, whose features are the list above.

impl Follow for uint8x16_t {}

impl Vector for uint8x16_t {
    const LANES: usize = 16;
    type Hits = Lanes;

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vdupq_n_u8(byte) }
    }

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has 16 readable bytes at `from`; the load asks no alignment.
        unsafe { vld1q_u8(from) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const u8, len: usize) -> Self {
        // SAFETY: the caller has `len` readable bytes at `from`, fewer than 16.
        unsafe {
            let part = load_part_u128(from, len);
            vcombine_u8(vcreate_u8(part as u64), vcreate_u8((part >> 64) as u64))
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller has room for 16 bytes at `to`; the store asks no alignment.
        unsafe { vst1q_u8(to, self) }
    }

    #[inline(always)]
    unsafe fn eq(self, other: Self) -> Lanes {
        // SAFETY: see the head of the file.
        Lanes(unsafe { vceqq_u8(self, other) })
    }
}

/// 0xff in each lane that is a hit.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(uint8x16_t);

impl Lanes {
    /// Four bits per lane, all set where it is a hit.
    #[inline(always)]
    unsafe fn nibbles(self) -> u64 {
        // SAFETY: see the head of the file.
        unsafe { vget_lane_u64::<0>(vreinterpret_u64_u8(vshrn_n_u16::<4>(vreinterpretq_u16_u8(self.0)))) }
    }
}

impl Hits for Lanes {
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        Lanes(unsafe { vorrq_u8(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        Lanes(unsafe { vandq_u8(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn any(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { self.nibbles() != 0 }
    }

    #[inline(always)]
    unsafe fn first(self) -> usize {
        // SAFETY: see the head of the file.
        unsafe { (self.nibbles().trailing_zeros() / 4) as usize }
    }

    #[inline(always)]
    unsafe fn count(self) -> usize {
        // SAFETY: see the head of the file. A hit is 0xff, of which one bit is counted.
        unsafe { usize::from(vaddvq_u8(vandq_u8(self.0, vdupq_n_u8(1)))) }
    }

    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        // SAFETY: see the head of the file; the other three vectors have no hits.
        unsafe {
            let none = Lanes(vdupq_n_u8(0));
            bits([self, none, none, none])
        }
    }

    #[inline(always)]
    unsafe fn join<const N: usize>(group: [Self; N]) -> u64 {
        const { assert!(N == 4, "four vectors of 16 lanes have 64") };
        // SAFETY: see the head of the file.
        unsafe { bits([group[0], group[1], group[2], group[3]]) }
    }
}

/// One bit per lane of four vectors: each hit keeps the bit of its place among eight, and three rounds of adding neighbours
/// bring those eight together.
#[inline(always)]
unsafe fn bits([a, b, c, d]: [Lanes; 4]) -> u64 {
    const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: see the head of the file; PLACES has 16 bytes.
    unsafe {
        let places = vld1q_u8(PLACES.as_ptr());
        let low = vpaddq_u8(vandq_u8(a.0, places), vandq_u8(b.0, places));
        let high = vpaddq_u8(vandq_u8(c.0, places), vandq_u8(d.0, places));
        let bytes = vpaddq_u8(low, high);
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(bytes, bytes)))
    }
}

impl Shuffle for uint8x16_t {
    #[inline(always)]
    unsafe fn table(table: &[u8; 16]) -> Self {
        // SAFETY: the table has 16 bytes.
        unsafe { vld1q_u8(table.as_ptr()) }
    }

    #[inline(always)]
    unsafe fn lookup(self, table: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vqtbl1q_u8(table, self) }
    }

    #[inline(always)]
    unsafe fn high_nibbles(self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vshrq_n_u8::<4>(self) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vandq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vorrq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { veorq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn saturating_sub(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vqsubq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn sub_words(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vreinterpretq_u8_u16(vsubq_u16(vreinterpretq_u16_u8(self), vreinterpretq_u16_u8(other))) }
    }

    #[inline(always)]
    unsafe fn narrow(self, high: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vqmovn_high_u16(vqmovn_u16(vreinterpretq_u16_u8(self)), vreinterpretq_u16_u8(high)) }
    }

    #[inline(always)]
    unsafe fn prev1(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vextq_u8::<15>(before, self) }
    }

    #[inline(always)]
    unsafe fn prev2(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vextq_u8::<14>(before, self) }
    }

    #[inline(always)]
    unsafe fn prev3(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vextq_u8::<13>(before, self) }
    }

    #[inline(always)]
    unsafe fn any_high(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { vmaxvq_u8(self) >= 0x80 }
    }

    #[inline(always)]
    unsafe fn any_set(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { vmaxvq_u8(self) != 0 }
    }
}

impl Units for uint8x16_t {
    #[inline(always)]
    unsafe fn shl<const BITS: i32>(self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vshlq_u8(self, vdupq_n_s8(BITS as i8)) }
    }

    #[inline(always)]
    unsafe fn shr<const BITS: i32>(self) -> Self {
        // SAFETY: see the head of the file. A negative distance is a shift to the right.
        unsafe { vshlq_u8(self, vdupq_n_s8(-BITS as i8)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vaddq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vcgeq_u8(self, bound) }
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vceqq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vmaxq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn select_high(self, yes: Self, no: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { vbslq_u8(vcltzq_s8(vreinterpretq_s8_u8(self)), yes, no) }
    }

    #[inline(always)]
    unsafe fn high_bits(self) -> u64 {
        // SAFETY: see the head of the file.
        unsafe { Lanes(vcltzq_s8(vreinterpretq_s8_u8(self))).bits() }
    }

    #[inline(always)]
    unsafe fn write_widened(self, to: *mut u8) {
        // SAFETY: the caller has room for 16 words. CPU: see the head of the file.
        unsafe {
            vst1q_u8(to, vzip1q_u8(self, vdupq_n_u8(0)));
            vst1q_u8(to.add(16), vzip2q_u8(self, vdupq_n_u8(0)));
        }
    }

    #[inline(always)]
    unsafe fn pack_pairs(low: Self, high: Self, counts: u64, to: *mut u8) {
        // SAFETY: the caller has room for 16 words; the second eight start at the ninth or before. CPU: see the head of the file.
        unsafe {
            let size = pack_words(vzip1q_u8(low, high), counts, to);
            pack_words(vzip2q_u8(low, high), counts >> 8, to.add(size));
        }
    }

    #[inline(always)]
    unsafe fn split_words(from: *const u8) -> (Self, Self) {
        // SAFETY: the caller has 16 readable words at `from`. CPU: see the head of the file.
        unsafe {
            let (first, second) = (vld1q_u8(from), vld1q_u8(from.add(16)));
            (vuzp1q_u8(first, second), vuzp2q_u8(first, second))
        }
    }

    #[inline(always)]
    unsafe fn pack_twos(first: Self, second: Self, singles: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 32 bytes; the second 16 start at the 17th or before. CPU: see the head of the file.
        unsafe {
            let size = pack_eight(vzip1q_u8(first, second), singles, to);
            size + pack_eight(vzip2q_u8(first, second), singles >> 8, to.add(size))
        }
    }

    #[inline(always)]
    unsafe fn pack_threes([first, second, third]: [Self; 3], twos: u64, threes: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 64 bytes, and each group of four starts 16 bytes at most behind the one before. CPU: see the head
        // of the file.
        unsafe {
            let none = vdupq_n_u8(0);
            let (low, high) = (vzip1q_u8(first, second), vzip2q_u8(first, second));
            let (low_third, high_third) = (vzip1q_u8(third, none), vzip2q_u8(third, none));
            let mut size = pack_four(zip_words(low, low_third).0, twos, threes, to);
            size += pack_four(zip_words(low, low_third).1, twos >> 4, threes >> 4, to.add(size));
            size += pack_four(zip_words(high, high_third).0, twos >> 8, threes >> 8, to.add(size));
            size + pack_four(zip_words(high, high_third).1, twos >> 12, threes >> 12, to.add(size))
        }
    }
}

/// Writes the words of eight whose bit is set in `counts`; gives how many bytes they are.
///
/// # Safety
/// There must be room for eight words at `to`.
#[inline(always)]
unsafe fn pack_words(words: uint8x16_t, counts: u64, to: *mut u8) -> usize {
    let counts = counts as u8;
    // SAFETY: the room is the caller's duty; the table has 16 bytes. CPU: see the head of the file.
    unsafe { vst1q_u8(to, vqtbl1q_u8(words, vld1q_u8(SET_WORDS[usize::from(counts)].as_ptr()))) };
    2 * counts.count_ones() as usize
}

/// The words of both vectors by turns, those of their lower and of their upper halves.
#[inline(always)]
unsafe fn zip_words(one: uint8x16_t, other: uint8x16_t) -> (uint8x16_t, uint8x16_t) {
    // SAFETY: see the head of the file.
    unsafe {
        let (one, other) = (vreinterpretq_u16_u8(one), vreinterpretq_u16_u8(other));
        (vreinterpretq_u8_u16(vzip1q_u16(one, other)), vreinterpretq_u8_u16(vzip2q_u16(one, other)))
    }
}

/// Writes the bytes of eight pairs, of those whose bit is set in `singles` the first alone; gives how many they are.
///
/// # Safety
/// There must be room for 16 bytes at `to`.
#[inline(always)]
unsafe fn pack_eight(pairs: uint8x16_t, singles: u64, to: *mut u8) -> usize {
    let singles = singles as u8;
    // SAFETY: the room is the caller's duty; the table has 16 bytes. CPU: see the head of the file.
    unsafe { vst1q_u8(to, vqtbl1q_u8(pairs, vld1q_u8(PAIRS[usize::from(singles)].as_ptr()))) };
    16 - singles.count_ones() as usize
}

/// Writes the bytes of four groups, of which `twos` and `threes` say how many count; gives how many they are.
///
/// # Safety
/// There must be room for 16 bytes at `to`.
#[inline(always)]
unsafe fn pack_four(groups: uint8x16_t, twos: u64, threes: u64, to: *mut u8) -> usize {
    let sizes = (twos & 0x0f | threes << 4 & 0xf0) as u8;
    // SAFETY: the room is the caller's duty; the table has 16 bytes. CPU: see the head of the file.
    unsafe { vst1q_u8(to, vqtbl1q_u8(groups, vld1q_u8(TRIPLES[usize::from(sizes)].as_ptr()))) };
    4 + sizes.count_ones() as usize
}
