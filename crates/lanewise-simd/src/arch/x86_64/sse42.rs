//! `sse4.2`: 16 lanes, for every x86-64 CPU since 2008 (Nehalem) and 2011 (Bulldozer).
//!
//! The level is that of x86-64-v2: SSSE3 brings the look-up, SSE4.1 the test of a whole vector, POPCNT the count of hits.

use core::arch::x86_64::*;

use crate::arch::leaves;
use crate::block::{isa, prefix_xor};
use crate::pack::{Pack, SET_BITS};
use crate::units::{PAIRS, SET_WORDS, TRIPLES, Units};
use crate::vector::{Hits, Shuffle, Vector, load_part_u128};
use crate::walks::Follow;

leaves!("sse4.2", Sse42, __m128i, 4, is_x86_feature_detected: "sse4.2" "popcnt");

// The carry-less product came two years later than SSE4.2, so it is not asked for.
isa!(Sse42, __m128i, 4, prefix_xor);

impl Pack for __m128i {
    #[inline(always)]
    unsafe fn pack(self, counts: u64, to: *mut u8) {
        let (low, high) = (counts as u8, (counts >> 8) as u8);
        let size = low.count_ones() as usize;
        // SAFETY: the caller has room for 16 bytes; the second eight start at the ninth or before. CPU: see the head of the file.
        unsafe {
            let bits = _mm_set_epi64x(SET_BITS[usize::from(high)] as i64, SET_BITS[usize::from(low)] as i64);
            let lanes = _mm_shuffle_epi8(self, _mm_or_si128(bits, _mm_set_epi64x(i64::from_ne_bytes([8; 8]), 0)));
            _mm_storel_epi64(to.cast(), lanes);
            _mm_storeh_pd(to.add(size).cast(), _mm_castsi128_pd(lanes));
        }
    }
}

// SAFETY (of every intrinsic in this file): CPU: vouched for by the leaf, whose features are the list above.

impl Follow for __m128i {}

impl Vector for __m128i {
    const LANES: usize = 16;
    type Hits = Lanes;

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_set1_epi8(byte as i8) }
    }

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has 16 readable bytes at `from`; the load asks no alignment.
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const u8, len: usize) -> Self {
        // SAFETY: the caller has `len` readable bytes at `from`, fewer than 16.
        unsafe {
            let part = load_part_u128(from, len);
            _mm_set_epi64x((part >> 64) as i64, part as i64)
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller has room for 16 bytes at `to`; the store asks no alignment.
        unsafe { _mm_storeu_si128(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn eq(self, other: Self) -> Lanes {
        // SAFETY: see the head of the file.
        Lanes(unsafe { _mm_cmpeq_epi8(self, other) })
    }
}

/// 0xff in each lane that is a hit: cheaper to join than the words that `bits` makes of them.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(__m128i);

impl Hits for Lanes {
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        Lanes(unsafe { _mm_or_si128(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        Lanes(unsafe { _mm_and_si128(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        // SAFETY: see the head of the file.
        u64::from(unsafe { _mm_movemask_epi8(self.0) as u32 })
    }
}

impl Shuffle for __m128i {
    #[inline(always)]
    unsafe fn table(table: &[u8; 16]) -> Self {
        // SAFETY: the table has 16 bytes.
        unsafe { _mm_loadu_si128(table.as_ptr().cast()) }
    }

    #[inline(always)]
    unsafe fn lookup(self, table: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_shuffle_epi8(table, self) }
    }

    #[inline(always)]
    unsafe fn lookup_low_nibble(self, table: Self) -> Self {
        // SAFETY: see the head of the file. The shuffle itself looks at the low four bits alone, unless the highest is set.
        unsafe { _mm_shuffle_epi8(table, self) }
    }

    #[inline(always)]
    unsafe fn high_nibbles(self) -> Self {
        // SAFETY: see the head of the file. There is no shift of bytes: one of words, and the neighbour's bits masked away.
        unsafe { _mm_and_si128(_mm_srli_epi16::<4>(self), _mm_set1_epi8(0x0f)) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_and_si128(self, other) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_or_si128(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_xor_si128(self, other) }
    }

    #[inline(always)]
    unsafe fn saturating_sub(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_subs_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn sub_words(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_sub_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn narrow(self, high: Self) -> Self {
        // SAFETY: see the head of the file. The instruction takes words with a sign, so that larger ones are made 0xff before.
        unsafe {
            let max = _mm_set1_epi16(0xff);
            _mm_packus_epi16(_mm_min_epu16(self, max), _mm_min_epu16(high, max))
        }
    }

    #[inline(always)]
    unsafe fn prev1(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_alignr_epi8::<15>(self, before) }
    }

    #[inline(always)]
    unsafe fn prev2(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_alignr_epi8::<14>(self, before) }
    }

    #[inline(always)]
    unsafe fn prev3(self, before: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_alignr_epi8::<13>(self, before) }
    }

    #[inline(always)]
    unsafe fn any_high(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { _mm_movemask_epi8(self) != 0 }
    }

    #[inline(always)]
    unsafe fn any_set(self) -> bool {
        // SAFETY: see the head of the file.
        unsafe { _mm_testz_si128(self, self) == 0 }
    }
}

impl Units for __m128i {
    #[inline(always)]
    unsafe fn shl<const BITS: i32>(self) -> Self {
        // SAFETY: see the head of the file. There is no shift of bytes: one of words, and the neighbour's bits masked away.
        unsafe { _mm_and_si128(_mm_slli_epi16::<BITS>(self), _mm_set1_epi8((0xff_u8 << BITS) as i8)) }
    }

    #[inline(always)]
    unsafe fn shr<const BITS: i32>(self) -> Self {
        // SAFETY: as above.
        unsafe { _mm_and_si128(_mm_srli_epi16::<BITS>(self), _mm_set1_epi8((0xff_u8 >> BITS) as i8)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_add_epi8(self, other) }
    }

    #[inline(always)]
    unsafe fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_cmpeq_epi8(_mm_max_epu8(self, bound), self) }
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_cmpeq_epi8(self, other) }
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_max_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn select_high(self, yes: Self, no: Self) -> Self {
        // SAFETY: see the head of the file.
        unsafe { _mm_blendv_epi8(no, yes, self) }
    }

    #[inline(always)]
    unsafe fn high_bits(self) -> u64 {
        // SAFETY: see the head of the file.
        u64::from(unsafe { _mm_movemask_epi8(self) as u32 })
    }

    #[inline(always)]
    unsafe fn write_widened(self, to: *mut u8) {
        // SAFETY: the caller has room for 16 words; the stores ask no alignment. CPU: see the head of the file.
        unsafe {
            _mm_storeu_si128(to.cast(), _mm_unpacklo_epi8(self, _mm_setzero_si128()));
            _mm_storeu_si128(to.add(16).cast(), _mm_unpackhi_epi8(self, _mm_setzero_si128()));
        }
    }

    #[inline(always)]
    unsafe fn pack_pairs(low: Self, high: Self, counts: u64, to: *mut u8) {
        // SAFETY: the caller has room for 16 words; the second eight start at the ninth or before. CPU: see the head of the file.
        unsafe {
            let size = pack_words::<0>(_mm_unpacklo_epi8(low, high), counts, to);
            pack_words::<1>(_mm_unpackhi_epi8(low, high), counts, to.add(size));
        }
    }

    #[inline(always)]
    unsafe fn pack_short(low: Self, high: Self, counts: u64, to: *mut u8) {
        // SAFETY: as for pairs.
        unsafe {
            // 64 times the high byte and once the low one.
            let factors = _mm_set1_epi16(0x4001);
            let first = _mm_maddubs_epi16(_mm_unpacklo_epi8(low, high), factors);
            let second = _mm_maddubs_epi16(_mm_unpackhi_epi8(low, high), factors);
            let size = pack_words::<0>(first, counts, to);
            pack_words::<1>(second, counts, to.add(size));
        }
    }

    #[inline(always)]
    unsafe fn split_words(from: *const u8) -> (Self, Self) {
        // SAFETY: the caller has 16 readable words at `from`; the loads ask no alignment. CPU: see the head of the file.
        unsafe {
            let (first, second) = (_mm_loadu_si128(from.cast()), _mm_loadu_si128(from.add(16).cast()));
            let low = _mm_set1_epi16(0xff);
            let lows = _mm_packus_epi16(_mm_and_si128(first, low), _mm_and_si128(second, low));
            (lows, _mm_packus_epi16(_mm_srli_epi16::<8>(first), _mm_srli_epi16::<8>(second)))
        }
    }

    #[inline(always)]
    unsafe fn pack_twos(first: Self, second: Self, singles: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 32 bytes; the second 16 start at the 17th or before. CPU: see the head of the file.
        unsafe {
            let size = pack_eight::<0>(_mm_unpacklo_epi8(first, second), singles, to);
            size + pack_eight::<1>(_mm_unpackhi_epi8(first, second), singles, to.add(size))
        }
    }

    /// On words as they are: bytes are not split and joined again.
    #[inline(always)]
    unsafe fn write_short_words(from: *const u8, to: *mut u8) -> Option<usize> {
        // SAFETY: the caller has 16 readable words at `from` and room for 32 bytes; the second group starts at the 17th or before. CPU: see the head
        // of the file.
        unsafe {
            let (first, second) = (_mm_loadu_si128(from.cast()), _mm_loadu_si128(from.add(16).cast()));
            if _mm_testz_si128(_mm_or_si128(first, second), _mm_set1_epi16(!0x7ff)) == 0 {
                return None;
            }
            let end_of_ascii = _mm_set1_epi16(0x80);
            let is_ascii = [_mm_cmpgt_epi16(end_of_ascii, first), _mm_cmpgt_epi16(end_of_ascii, second)];
            let singles = u64::from(_mm_movemask_epi8(_mm_packs_epi16(is_ascii[0], is_ascii[1])) as u32);
            if singles == u64::from(u16::MAX) {
                _mm_storeu_si128(to.cast(), _mm_packus_epi16(first, second));
                return Some(16);
            }
            let size = pack_eight::<0>(_mm_blendv_epi8(pairs_of(first), first, is_ascii[0]), singles, to);
            Some(size + pack_eight::<1>(_mm_blendv_epi8(pairs_of(second), second, is_ascii[1]), singles, to.add(size)))
        }
    }

    #[inline(always)]
    unsafe fn pack_threes([first, second, third]: [Self; 3], twos: u64, threes: u64, to: *mut u8) -> usize {
        // SAFETY: the caller has room for 64 bytes, and each group of four starts 16 bytes at most behind the one before. CPU: see the head
        // of the file.
        unsafe {
            let none = _mm_setzero_si128();
            let (low, high) = (_mm_unpacklo_epi8(first, second), _mm_unpackhi_epi8(first, second));
            let (low_third, high_third) = (_mm_unpacklo_epi8(third, none), _mm_unpackhi_epi8(third, none));
            let mut size = pack_four(_mm_unpacklo_epi16(low, low_third), twos, threes, to);
            size += pack_four(_mm_unpackhi_epi16(low, low_third), twos >> 4, threes >> 4, to.add(size));
            size += pack_four(_mm_unpacklo_epi16(high, high_third), twos >> 8, threes >> 8, to.add(size));
            size + pack_four(_mm_unpackhi_epi16(high, high_third), twos >> 12, threes >> 12, to.add(size))
        }
    }
}

/// The two bytes of each word below U+0800, the first one low.
#[inline(always)]
unsafe fn pairs_of(words: __m128i) -> __m128i {
    // SAFETY: see the head of the file.
    unsafe {
        let continuation = _mm_and_si128(_mm_slli_epi16::<8>(words), _mm_set1_epi16(0x3f00));
        let lead = _mm_srli_epi16::<6>(words);
        _mm_or_si128(_mm_or_si128(continuation, lead), _mm_set1_epi16(0x80c0_u16 as i16))
    }
}

/// The offset of an entry in a table by byte number `NTH` of `bits`, which is below 4: 16 times the byte, so it has the bits of the byte and they
/// need not be made out twice. By a rotation, which needs no copy of `bits` first.
#[inline(always)]
fn offset<const NTH: u32>(bits: u64) -> usize {
    (bits as u32).rotate_right((8 * NTH + 28) % 32) as usize & 0xff0
}

/// Writes the words of eight whose bit is set in byte number `NTH` of `counts`; gives how many bytes they are.
///
/// # Safety
/// There must be room for eight words at `to`.
#[inline(always)]
pub(super) unsafe fn pack_words<const NTH: u32>(words: __m128i, counts: u64, to: *mut u8) -> usize {
    let offset = offset::<NTH>(counts);
    // SAFETY: the room is the caller's duty, and the offset that of an entry; load and store ask no alignment. CPU: see the head of the file.
    unsafe {
        let places = _mm_loadu_si128(SET_WORDS.as_ptr().byte_add(offset).cast());
        _mm_storeu_si128(to.cast(), _mm_shuffle_epi8(words, places));
    }
    2 * offset.count_ones() as usize
}

/// Writes the bytes of eight pairs, of those whose bit is set in byte number `NTH` of `singles` the first alone; gives how many they are.
///
/// # Safety
/// There must be room for 16 bytes at `to`.
#[inline(always)]
pub(super) unsafe fn pack_eight<const NTH: u32>(pairs: __m128i, singles: u64, to: *mut u8) -> usize {
    let offset = offset::<NTH>(singles);
    // SAFETY: the room is the caller's duty, and the offset that of an entry; load and store ask no alignment. CPU: see the head of the file.
    unsafe {
        let places = _mm_loadu_si128(PAIRS.as_ptr().byte_add(offset).cast());
        _mm_storeu_si128(to.cast(), _mm_shuffle_epi8(pairs, places));
    }
    16 - offset.count_ones() as usize
}

/// Writes the bytes of four groups, of which `twos` and `threes` say how many count; gives how many they are.
///
/// # Safety
/// There must be room for 16 bytes at `to`.
#[inline(always)]
pub(super) unsafe fn pack_four(groups: __m128i, twos: u64, threes: u64, to: *mut u8) -> usize {
    let sizes = (twos & 0x0f | threes << 4 & 0xf0) as u8;
    // SAFETY: the room is the caller's duty; the store asks no alignment. CPU: see the head of the file.
    unsafe {
        let places = _mm_loadu_si128(TRIPLES[usize::from(sizes)].as_ptr().cast());
        _mm_storeu_si128(to.cast(), _mm_shuffle_epi8(groups, places));
    }
    4 + sizes.count_ones() as usize
}
