//! `avx512`: 64 lanes, comparisons into mask registers, loads under a mask, and positions by compression.

use core::arch::x86_64::*;

use crate::arch::leaves;
use crate::arch::x86_64::{prefix_xor, walks::follow};
use crate::block::{BLOCK, isa};
use crate::pack::Pack;
use crate::units::Units;
use crate::vector::{Hits, Shuffle, Vector};
use crate::walks::{Follow, FollowKernel};

// What `avx512` demands. BW has the comparisons of bytes, VBMI2 the compression of bytes that `Hits::write` is made of. F, VL and VBMI
// complete the level that came with Ice Lake and Zen 4: the parts before it have no byte compression and lower their clock for wide
// vectors, so that they are better served by `avx2`.
leaves!("avx512", Avx512, __m512i, 1, is_x86_feature_detected:
    "avx512f" "avx512bw" "avx512vl" "avx512vbmi" "avx512vbmi2" "bmi1" "bmi2" "lzcnt" "popcnt" "pclmulqdq");

isa!(Avx512, __m512i, 1, |bits| {
    // SAFETY: a token proves that the CPU has the features of the list above.
    unsafe { prefix_xor(bits) }
});

// SAFETY (of every intrinsic in this file): CPU: vouched for by the leaf, whose features are the list above.

/// Compression in registers: of what counts for nothing the lanes themselves are left, which costs less than zeros.
impl Pack for __m512i {
    #[inline(always)]
    unsafe fn pack(self, counts: u64, to: *mut u8) {
        // SAFETY: the caller has room for 64 bytes; the store asks no alignment. CPU: see the head of the file.
        unsafe { _mm512_storeu_si512(to.cast(), compress(counts, self)) }
    }

    #[inline(always)]
    unsafe fn pack_words(lanes: &[u16; BLOCK], counts: u64, to: &mut [[u8; 2]; BLOCK]) -> usize {
        let (low, high) = (counts as u32, (counts >> 32) as u32);
        let size = low.count_ones() as usize;
        // SAFETY: see the head of the file. Both arrays have 64 words, two times those of a vector; the second store begins at word 32
        // or before.
        unsafe {
            let first = _mm512_loadu_si512(lanes.as_ptr().cast());
            let second = _mm512_loadu_si512(lanes.as_ptr().add(32).cast());
            _mm512_storeu_si512(to.as_mut_ptr().cast(), _mm512_mask_compress_epi16(first, low, first));
            _mm512_storeu_si512(to.as_mut_ptr().add(size).cast(), _mm512_mask_compress_epi16(second, high, second));
        }
        size + high.count_ones() as usize
    }
}

/// That of AVX2, which comes with this.
impl Follow for __m512i {
    const FOLLOW: FollowKernel = follow;
}

impl Vector for __m512i {
    const LANES: usize = 64;
    type Hits = Mask;

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_set1_epi8(byte as i8) }
    }

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has 64 readable bytes at `from`; the load asks no alignment.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const u8, len: usize) -> Self {
        // SAFETY: the caller has `len` readable bytes at `from`, fewer than 64; the lanes that the mask leaves out are not read.
        unsafe { _mm512_maskz_loadu_epi8((1 << len) - 1, from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller has room for 64 bytes at `to`; the store asks no alignment.
        unsafe { _mm512_storeu_si512(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn eq(self, other: Self) -> Mask {
        // SAFETY: see the head of the file.
        Mask(unsafe { _mm512_cmpeq_epi8_mask(self, other) })
    }
}

/// One bit per lane.
#[derive(Clone, Copy)]
pub(crate) struct Mask(u64);

impl Hits for Mask {
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        Mask(self.0 | other.0)
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        Mask(self.0 & other.0)
    }

    #[inline(always)]
    unsafe fn any(self) -> bool {
        self.0 != 0
    }

    #[inline(always)]
    unsafe fn first(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    #[inline(always)]
    unsafe fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        self.0
    }

    /// Compresses the numbers of the lanes, then widens and stores sixteen at a time, as many times as there are hits for.
    ///
    /// The compression merges into the numbers themselves and stays in a register: the forms that zero what is left, and above all
    /// the one that stores, are slow on Zen 4 and Zen 5.
    #[inline(always)]
    unsafe fn write_block<const N: usize, const DENSE: bool>(group: [Self; N], base: u32, to: *mut u32) -> usize {
        const { assert!(N == 1, "a vector has 64 lanes") };
        // SAFETY: the caller has room for 64 words, one per lane; the last store ends at the 64th. CPU: see the head of the file.
        unsafe {
            let count = group[0].count();
            let lanes = compress(group[0].0, __m512i::load(LANE_NUMBERS.as_ptr()));
            let base = _mm512_set1_epi32(base as i32);
            store(_mm512_castsi512_si128(lanes), base, to);
            if count > 16 {
                store(_mm512_extracti32x4_epi32::<1>(lanes), base, to.add(16));
            }
            if count > 32 {
                store(_mm512_extracti32x4_epi32::<2>(lanes), base, to.add(32));
                store(_mm512_extracti32x4_epi32::<3>(lanes), base, to.add(48));
            }
            count
        }
    }
}

const LANE_NUMBERS: [u8; 64] = {
    let mut numbers = [0; 64];
    let mut lane = 0;
    while lane < 64 {
        numbers[lane] = lane as u8;
        lane += 1;
    }
    numbers
};

/// The lanes of `numbers` that are in `mask`, moved to the front; what comes behind them does not matter.
#[cfg(not(miri))]
#[inline(always)]
unsafe fn compress(mask: u64, numbers: __m512i) -> __m512i {
    // SAFETY: see the head of the file.
    unsafe { _mm512_mask_compress_epi8(numbers, mask, numbers) }
}

/// The same in steps, as miri does not know this one instruction (VPCOMPRESSB, merging: lanes behind the last keep what they had).
#[cfg(miri)]
unsafe fn compress(mask: u64, numbers: __m512i) -> __m512i {
    // SAFETY: a vector is 64 bytes without padding, and any bytes are a vector.
    let numbers: [u8; 64] = unsafe { core::mem::transmute(numbers) };
    let mut compressed = numbers;
    let hits = (0..64).filter(|lane| mask >> lane & 1 == 1);
    compressed.iter_mut().zip(hits).for_each(|(to, lane)| *to = numbers[lane]);
    // SAFETY: as above.
    unsafe { core::mem::transmute(compressed) }
}

/// Stores 16 words: `base` plus each of `lanes`.
///
/// # Safety
/// There must be room for 16 words at `to`.
#[inline(always)]
unsafe fn store(lanes: __m128i, base: __m512i, to: *mut u32) {
    // SAFETY: the room is the caller's duty; the store asks no alignment. CPU: see the head of the file.
    unsafe { _mm512_storeu_si512(to.cast(), _mm512_add_epi32(base, _mm512_cvtepu8_epi32(lanes))) }
}

impl Shuffle for __m512i {
    #[inline(always)]
    unsafe fn table(table: &[u8; 16]) -> Self {
        // SAFETY: the table has 16 bytes.
        unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(table.as_ptr().cast())) }
    }

    #[inline(always)]
    unsafe fn lookup(self, table: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_shuffle_epi8(table, self) }
    }

    #[inline(always)]
    unsafe fn lookup_low_nibble(self, table: Self) -> Self {
        // SAFETY: see the head of the file. The shuffle itself looks at the low four bits alone, unless the highest is set.
        unsafe { _mm512_shuffle_epi8(table, self) }
    }

    #[inline(always)]
    unsafe fn high_nibbles(self) -> Self {
        // SAFETY: see the head of the file. There is no shift of bytes: one of words, and the neighbour's bits masked away.
        unsafe { _mm512_and_si512(_mm512_srli_epi16::<4>(self), _mm512_set1_epi8(0x0f)) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_and_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_or_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_xor_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn saturating_sub(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_subs_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn sub_words(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_sub_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn narrow(self, high: Self) -> Self {
        // SAFETY: see the head of the file. The instruction takes words with a sign, so that larger ones are made 0xff before; it works in quarters.
        unsafe {
            let max = _mm512_set1_epi16(0xff);
            let quarters = _mm512_packus_epi16(_mm512_min_epu16(self, max), _mm512_min_epu16(high, max));
            _mm512_permutexvar_epi64(_mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0), quarters)
        }
    }

    #[inline(always)]
    unsafe fn prev1(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_alignr_epi8::<15>(self, quarter_before(self, before)) }
    }

    #[inline(always)]
    unsafe fn prev2(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_alignr_epi8::<14>(self, quarter_before(self, before)) }
    }

    #[inline(always)]
    unsafe fn prev3(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_alignr_epi8::<13>(self, quarter_before(self, before)) }
    }

    #[inline(always)]
    unsafe fn any_high(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { _mm512_movepi8_mask(self) != 0 }
    }

    #[inline(always)]
    unsafe fn any_set(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { _mm512_test_epi8_mask(self, self) != 0 }
    }
}

/// The 64 bytes that stand a quarter of a vector earlier: for each quarter of `vector`, the quarter before it.
#[inline(always)]
unsafe fn quarter_before(vector: __m512i, before: __m512i) -> __m512i {
    // SAFETY: see the head of the file.
    unsafe { _mm512_alignr_epi64::<6>(vector, before) }
}

impl Units for __m512i {
    #[inline(always)]
    unsafe fn shl<const BITS: i32>(self) -> Self {
        // SAFETY: see the head of the file. There is no shift of bytes: one of words, and the neighbour's bits masked away.
        unsafe { _mm512_and_si512(_mm512_sll_epi16(self, _mm_cvtsi32_si128(BITS)), _mm512_set1_epi8((0xff_u8 << BITS) as i8)) }
    }

    #[inline(always)]
    unsafe fn shr<const BITS: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_and_si512(_mm512_srl_epi16(self, _mm_cvtsi32_si128(BITS)), _mm512_set1_epi8((0xff_u8 >> BITS) as i8)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_add_epi8(self, other) }
    }

    #[inline(always)]
    unsafe fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_movm_epi8(_mm512_cmpge_epu8_mask(self, bound)) }
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_movm_epi8(_mm512_cmpeq_epi8_mask(self, other)) }
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_max_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn select_high(self, yes: Self, no: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm512_mask_blend_epi8(_mm512_movepi8_mask(self), no, yes) }
    }

    #[inline(always)]
    unsafe fn high_bits(self) -> u64 {
        // SAFETY: see the head of the file.
        unsafe { _mm512_movepi8_mask(self) }
    }

    #[inline(always)]
    unsafe fn write_widened(self, to: *mut u8) {
        // SAFETY: the caller has room for 64 words; the stores ask no alignment. CPU: see the head of the file.
        unsafe {
            _mm512_storeu_si512(to.cast(), _mm512_cvtepu8_epi16(_mm512_castsi512_si256(self)));
            _mm512_storeu_si512(to.add(64).cast(), _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(self)));
        }
    }

    #[inline(always)]
    unsafe fn pack_pairs(low: Self, high: Self, counts: u64, to: *mut u8) {
        // Of every two quarters of 64 bits the first, so that the interleaving within quarters leaves the words in order.
        const QUARTERS: [u64; 8] = [0, 4, 1, 5, 2, 6, 3, 7];
        let (first, second) = (counts as u32, (counts >> 32) as u32);
        // SAFETY: the caller has room for 64 words; the second store begins at word 32 or before. CPU: see the head of the file.
        unsafe {
            let quarters = _mm512_loadu_si512(QUARTERS.as_ptr().cast());
            let low = _mm512_permutexvar_epi64(quarters, low);
            let high = _mm512_permutexvar_epi64(quarters, high);
            let before = _mm512_unpacklo_epi8(low, high);
            let behind = _mm512_unpackhi_epi8(low, high);
            _mm512_storeu_si512(to.cast(), _mm512_mask_compress_epi16(before, first, before));
            let size = 2 * first.count_ones() as usize;
            _mm512_storeu_si512(to.add(size).cast(), _mm512_mask_compress_epi16(behind, second, behind));
        }
    }

    #[inline(always)]
    unsafe fn split_words(from: *const u8) -> (Self, Self) {
        // SAFETY: the caller has 64 readable words at `from`; the loads ask no alignment. CPU: see the head of the file.
        unsafe {
            let (first, second) = (_mm512_loadu_si512(from.cast()), _mm512_loadu_si512(from.add(64).cast()));
            let (lower, upper) = (_mm512_cvtepi16_epi8(first), _mm512_cvtepi16_epi8(second));
            let lows = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(lower), upper);
            let (first, second) = (_mm512_srli_epi16::<8>(first), _mm512_srli_epi16::<8>(second));
            let (lower, upper) = (_mm512_cvtepi16_epi8(first), _mm512_cvtepi16_epi8(second));
            (lows, _mm512_inserti64x4::<1>(_mm512_castsi256_si512(lower), upper))
        }
    }

    #[inline(always)]
    unsafe fn pack_twos(first: Self, second: Self, singles: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 128 bytes, of which the lower half writes 64 at most. CPU: see the head of the file.
        unsafe {
            let [(first, first_upper), (second, second_upper)] = [halves(first), halves(second)];
            let size = __m256i::pack_twos(first, second, singles, to);
            size + __m256i::pack_twos(first_upper, second_upper, singles >> 32, to.add(size))
        }
    }

    #[inline(always)]
    unsafe fn pack_threes([first, second, third]: [Self; 3], twos: u64, threes: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 256 bytes, of which the lower half writes 128 at most. CPU: see the head of the file.
        unsafe {
            let [(first, first_upper), (second, second_upper), (third, third_upper)] = [halves(first), halves(second), halves(third)];
            let size = __m256i::pack_threes([first, second, third], twos, threes, to);
            size + __m256i::pack_threes([first_upper, second_upper, third_upper], twos >> 32, threes >> 32, to.add(size))
        }
    }
}

#[inline(always)]
unsafe fn halves(vector: __m512i) -> (__m256i, __m256i) {
    // SAFETY: see the head of the file.
    unsafe { (_mm512_castsi512_si256(vector), _mm512_extracti64x4_epi64::<1>(vector)) }
}
