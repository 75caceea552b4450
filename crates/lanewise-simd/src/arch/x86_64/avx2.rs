//! `avx2`: 32 lanes, for CPUs since 2013 (Haswell) and 2015 (Excavator).
//!
//! The level is that of x86-64-v3 without its floating point: BMI1 brings the lowest bit of a word in one instruction. Most AVX2
//! instructions work in two halves of 16 lanes, which is what look-ups in tables of 16 want and what `prev` has to bridge.

use core::arch::x86_64::*;

use crate::arch::leaves;
use crate::arch::x86_64::sse42::{pack_eight, pack_words};
use crate::arch::x86_64::{prefix_xor, walks::follow};
use crate::block::{BLOCK, isa};
use crate::pack::Pack;
use crate::units::Units;
use crate::vector::{Hits, Shuffle, Vector};
use crate::walks::{Follow, FollowKernel};

leaves!("avx2", Avx2, __m256i, 2, is_x86_feature_detected: "avx2" "bmi1" "bmi2" "lzcnt" "popcnt" "pclmulqdq");

isa!(Avx2, __m256i, 2, |bits| {
    // SAFETY: a token proves that the CPU has the features of the list above.
    unsafe { prefix_xor(bits) }
});

// SAFETY (of every intrinsic in this file): CPU: vouched for by the leaf, whose features are the list above.

/// Words by the bits of a word of 64 that a mask extracts: for bytes, a look-up needs fewer instructions than that.
impl Pack for __m256i {
    /// In two halves, as no look-up crosses them.
    #[inline(always)]
    unsafe fn pack(self, counts: u64, to: *mut u8) {
        let size = (counts as u16).count_ones() as usize;
        // SAFETY: the caller has room for 32 bytes; the second half starts at the 17th or before. CPU: see the head of the file.
        unsafe {
            _mm256_castsi256_si128(self).pack(counts, to);
            _mm256_extracti128_si256::<1>(self).pack(counts >> 16, to.add(size));
        }
    }

    #[inline(always)]
    unsafe fn pack_words(lanes: &[u16; BLOCK], counts: u64, to: &mut [[u8; 2]; BLOCK]) -> usize {
        const GROUP: usize = 4;
        let mut size = 0;
        for (nth, lanes) in lanes.as_chunks::<GROUP>().0.iter().enumerate() {
            let counts = counts >> (GROUP * nth) & 0xf;
            // SAFETY: see the head of the file. As many lanes as came before were written at most, so there is room for those of a group;
            // x86-64 is little-endian, so the lowest word is the first.
            unsafe {
                let mask = _pdep_u64(counts, 0x0001_0001_0001_0001) * 0xffff;
                let packed = _pext_u64(lanes.as_ptr().cast::<u64>().read_unaligned(), mask);
                to.as_mut_ptr().add(size).cast::<u64>().write_unaligned(packed);
            }
            size += counts.count_ones() as usize;
        }
        size
    }

    #[inline(always)]
    unsafe fn pack_widened(lanes: &[u8; BLOCK], counts: u64, to: &mut [[u8; 2]; BLOCK]) -> usize {
        const GROUP: usize = 8;
        let mut size = 0;
        for (nth, lanes) in lanes.as_chunks::<GROUP>().0.iter().enumerate() {
            let counts = counts >> (GROUP * nth) & 0xff;
            // SAFETY: as for words, of which a group has 16 bytes.
            unsafe {
                let mask = _pdep_u64(counts, 0x0101_0101_0101_0101) * 0xff;
                let packed = _pext_u64(u64::from_le_bytes(*lanes), mask);
                _mm_storeu_si128(to.as_mut_ptr().add(size).cast(), _mm_cvtepu8_epi16(_mm_cvtsi64_si128(packed as i64)));
            }
            size += counts.count_ones() as usize;
        }
        size
    }
}

impl Follow for __m256i {
    const FOLLOW: FollowKernel = follow;
}

impl Vector for __m256i {
    const LANES: usize = 32;
    type Hits = Lanes;

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_set1_epi8(byte as i8) }
    }

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has 32 readable bytes at `from`; the load asks no alignment.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const u8, len: usize) -> Self {
        // SAFETY: the caller has `len` readable bytes at `from`, fewer than 32: either 16 whole ones and fewer than 16, or only these.
        unsafe {
            if len >= 16 {
                _mm256_set_m128i(__m128i::load_part(from.add(16), len - 16), __m128i::load(from))
            } else {
                _mm256_set_m128i(_mm_setzero_si128(), __m128i::load_part(from, len))
            }
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller has room for 32 bytes at `to`; the store asks no alignment.
        unsafe { _mm256_storeu_si256(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn eq(self, other: Self) -> Lanes {
        // SAFETY: see the head of the file.
        Lanes(unsafe { _mm256_cmpeq_epi8(self, other) })
    }
}

/// 0xff in each lane that is a hit: cheaper to join than the words that `bits` makes of them.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(__m256i);

impl Hits for Lanes {
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        Lanes(unsafe { _mm256_or_si256(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        Lanes(unsafe { _mm256_and_si256(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        // SAFETY: see the head of the file.
        u64::from(unsafe { _mm256_movemask_epi8(self.0) as u32 })
    }
}

impl Shuffle for __m256i {
    #[inline(always)]
    unsafe fn table(table: &[u8; 16]) -> Self {
        // SAFETY: the table has 16 bytes.
        unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast())) }
    }

    #[inline(always)]
    unsafe fn lookup(self, table: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_shuffle_epi8(table, self) }
    }

    #[inline(always)]
    unsafe fn lookup_low_nibble(self, table: Self) -> Self {
        // SAFETY: see the head of the file. The shuffle itself looks at the low four bits alone, unless the highest is set.
        unsafe { _mm256_shuffle_epi8(table, self) }
    }

    #[inline(always)]
    unsafe fn high_nibbles(self) -> Self {
        // SAFETY: see the head of the file. There is no shift of bytes: one of words, and the neighbour's bits masked away.
        unsafe { _mm256_and_si256(_mm256_srli_epi16::<4>(self), _mm256_set1_epi8(0x0f)) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_and_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_or_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_xor_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn saturating_sub(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_subs_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn sub_words(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_sub_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn narrow(self, high: Self) -> Self {
        // SAFETY: see the head of the file. The instruction takes words with a sign, so that larger ones are made 0xff before; it works in halves.
        unsafe {
            let max = _mm256_set1_epi16(0xff);
            _mm256_permute4x64_epi64::<0xd8>(_mm256_packus_epi16(_mm256_min_epu16(self, max), _mm256_min_epu16(high, max)))
        }
    }

    #[inline(always)]
    unsafe fn prev1(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_alignr_epi8::<15>(self, half_before(self, before)) }
    }

    #[inline(always)]
    unsafe fn prev2(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_alignr_epi8::<14>(self, half_before(self, before)) }
    }

    #[inline(always)]
    unsafe fn prev3(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_alignr_epi8::<13>(self, half_before(self, before)) }
    }

    #[inline(always)]
    unsafe fn any_high(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { _mm256_movemask_epi8(self) != 0 }
    }

    #[inline(always)]
    unsafe fn any_set(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { _mm256_testz_si256(self, self) == 0 }
    }
}

/// The 32 bytes that stand half a vector earlier: for each half of `vector`, the half before it.
#[inline(always)]
unsafe fn half_before(vector: __m256i, before: __m256i) -> __m256i {
    // SAFETY: see the head of the file.
    unsafe { _mm256_permute2x128_si256::<0x21>(before, vector) }
}

impl Units for __m256i {
    #[inline(always)]
    unsafe fn shl<const BITS: i32>(self) -> Self {
        // SAFETY: see the head of the file. There is no shift of bytes: one of words, and the neighbour's bits masked away.
        unsafe { _mm256_and_si256(_mm256_slli_epi16::<BITS>(self), _mm256_set1_epi8((0xff_u8 << BITS) as i8)) }
    }

    #[inline(always)]
    unsafe fn shr<const BITS: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_and_si256(_mm256_srli_epi16::<BITS>(self), _mm256_set1_epi8((0xff_u8 >> BITS) as i8)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_add_epi8(self, other) }
    }

    #[inline(always)]
    unsafe fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_cmpeq_epi8(_mm256_max_epu8(self, bound), self) }
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_cmpeq_epi8(self, other) }
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_max_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn select_high(self, yes: Self, no: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm256_blendv_epi8(no, yes, self) }
    }

    #[inline(always)]
    unsafe fn high_bits(self) -> u64 {
        // SAFETY: see the head of the file.
        u64::from(unsafe { _mm256_movemask_epi8(self) as u32 })
    }

    #[inline(always)]
    unsafe fn write_widened(self, to: *mut u8) {
        // SAFETY: the caller has room for 32 words; the stores ask no alignment. CPU: see the head of the file.
        unsafe {
            _mm256_storeu_si256(to.cast(), _mm256_cvtepu8_epi16(_mm256_castsi256_si128(self)));
            _mm256_storeu_si256(to.add(32).cast(), _mm256_cvtepu8_epi16(_mm256_extracti128_si256::<1>(self)));
        }
    }

    #[inline(always)]
    unsafe fn pack_pairs(low: Self, high: Self, counts: u64, to: *mut u8) {
        // SAFETY: the duties are passed on.
        unsafe { pack_zipped(_mm256_unpacklo_epi8(low, high), _mm256_unpackhi_epi8(low, high), counts, to) }
    }

    #[inline(always)]
    unsafe fn pack_short(low: Self, high: Self, counts: u64, to: *mut u8) {
        // SAFETY: the duties are passed on.
        unsafe {
            // 64 times the high byte and once the low one.
            let factors = _mm256_set1_epi16(0x4001);
            let even = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(low, high), factors);
            let odd = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(low, high), factors);
            pack_zipped(even, odd, counts, to);
        }
    }

    #[inline(always)]
    unsafe fn split_words(from: *const u8) -> (Self, Self) {
        // SAFETY: the caller has 32 readable words at `from`; the loads ask no alignment. CPU: see the head of the file.
        unsafe {
            let (first, second) = (_mm256_loadu_si256(from.cast()), _mm256_loadu_si256(from.add(32).cast()));
            let low = _mm256_set1_epi16(0xff);
            let lows = _mm256_packus_epi16(_mm256_and_si256(first, low), _mm256_and_si256(second, low));
            let highs = _mm256_packus_epi16(_mm256_srli_epi16::<8>(first), _mm256_srli_epi16::<8>(second));
            // Halves are packed each for itself: their quarters are brought in order.
            (_mm256_permute4x64_epi64::<0xd8>(lows), _mm256_permute4x64_epi64::<0xd8>(highs))
        }
    }

    #[inline(always)]
    unsafe fn pack_twos(first: Self, second: Self, singles: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 64 bytes, and each group starts 16 bytes at most behind the one before. CPU: see the head of the file.
        unsafe {
            let (even, odd) = (_mm256_unpacklo_epi8(first, second), _mm256_unpackhi_epi8(first, second));
            let mut size = pack_eight::<0>(_mm256_castsi256_si128(even), singles, to);
            size += pack_eight::<1>(_mm256_castsi256_si128(odd), singles, to.add(size));
            size += pack_eight::<2>(_mm256_extracti128_si256::<1>(even), singles, to.add(size));
            size + pack_eight::<3>(_mm256_extracti128_si256::<1>(odd), singles, to.add(size))
        }
    }

    /// On words as they are: neither does anything cross the halves, nor are bytes split and joined again.
    #[inline(always)]
    unsafe fn write_short_words(from: *const u8, to: *mut u8) -> Option<usize> {
        // SAFETY: the caller has 32 readable words at `from` and room for 64 bytes; each group starts 16 bytes at most behind the one before. CPU:
        // see the head of the file.
        unsafe {
            let (first, second) = (_mm256_loadu_si256(from.cast()), _mm256_loadu_si256(from.add(32).cast()));
            if _mm256_testz_si256(_mm256_or_si256(first, second), _mm256_set1_epi16(!0x7ff)) == 0 {
                return None;
            }
            let end_of_ascii = _mm256_set1_epi16(0x80);
            let is_ascii = [_mm256_cmpgt_epi16(end_of_ascii, first), _mm256_cmpgt_epi16(end_of_ascii, second)];
            // In the order of the halves: words 0 to 7, 16 to 23, 8 to 15, 24 to 31.
            let singles = u64::from(_mm256_movemask_epi8(_mm256_packs_epi16(is_ascii[0], is_ascii[1])) as u32);
            if singles == u64::from(u32::MAX) {
                let bytes = _mm256_packus_epi16(first, second);
                _mm256_storeu_si256(to.cast(), _mm256_permute4x64_epi64::<0xd8>(bytes));
                return Some(32);
            }
            let first = _mm256_blendv_epi8(pairs_of(first), first, is_ascii[0]);
            let second = _mm256_blendv_epi8(pairs_of(second), second, is_ascii[1]);
            let mut size = pack_eight::<0>(_mm256_castsi256_si128(first), singles, to);
            size += pack_eight::<2>(_mm256_extracti128_si256::<1>(first), singles, to.add(size));
            size += pack_eight::<1>(_mm256_castsi256_si128(second), singles, to.add(size));
            Some(size + pack_eight::<3>(_mm256_extracti128_si256::<1>(second), singles, to.add(size)))
        }
    }

    #[inline(always)]
    unsafe fn pack_threes([first, second, third]: [Self; 3], twos: u64, threes: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 128 bytes, of which the lower half writes 64 at most. CPU: see the head of the file.
        unsafe {
            let lower = [_mm256_castsi256_si128(first), _mm256_castsi256_si128(second), _mm256_castsi256_si128(third)];
            let upper = [_mm256_extracti128_si256::<1>(first), _mm256_extracti128_si256::<1>(second), _mm256_extracti128_si256::<1>(third)];
            let size = __m128i::pack_threes(lower, twos, threes, to);
            size + __m128i::pack_threes(upper, twos >> 16, threes >> 16, to.add(size))
        }
    }
}

/// The two bytes of each word below U+0800, the first one low.
#[inline(always)]
unsafe fn pairs_of(words: __m256i) -> __m256i {
    // SAFETY: see the head of the file.
    unsafe {
        let continuation = _mm256_and_si256(_mm256_slli_epi16::<8>(words), _mm256_set1_epi16(0x3f00));
        let lead = _mm256_srli_epi16::<6>(words);
        _mm256_or_si256(_mm256_or_si256(continuation, lead), _mm256_set1_epi16(0x80c0_u16 as i16))
    }
}

/// [`Units::pack_pairs`] of words 0 to 7 and 16 to 23, and of the other ones: in groups of eight, as no look-up crosses halves.
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn pack_zipped(even: __m256i, odd: __m256i, counts: u64, to: *mut u8) {
    // SAFETY: the caller has room for 32 words; each group starts where it would if all before it counted, or before that. CPU: see the
    // head of the file.
    unsafe {
        let mut size = pack_words::<0>(_mm256_castsi256_si128(even), counts, to);
        size += pack_words::<1>(_mm256_castsi256_si128(odd), counts, to.add(size));
        size += pack_words::<2>(_mm256_extracti128_si256::<1>(even), counts, to.add(size));
        pack_words::<3>(_mm256_extracti128_si256::<1>(odd), counts, to.add(size));
    }
}
