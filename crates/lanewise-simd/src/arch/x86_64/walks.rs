//! Walks through a double array with the look-ups of AVX2, eight in a step.

use core::arch::x86_64::*;

use crate::pack::SET_BITS;
use crate::walks::edge::{LABEL, LEAF, MUTE, VALUE_SHIFT};
use crate::walks::{SPARE, Walks};

const LANES: usize = 8;
const _: () = assert!(SPARE >= LANES && VALUE_SHIFT > 1);

/// Where walks are written, and how many have been.
struct Out {
    edges: *mut u32,
    places: *mut u32,
    count: usize,
}

impl Out {
    /// Appends the walks of the lanes that are all ones in `lanes`.
    ///
    /// # Safety
    /// There is room for eight, and the CPU has AVX2.
    #[inline(always)]
    unsafe fn push(&mut self, edges: __m256i, places: __m256i, lanes: __m256i) {
        // SAFETY: the duties are passed on; the stores ask no alignment.
        unsafe {
            let bits = _mm256_movemask_ps(_mm256_castsi256_ps(lanes)) as usize;
            let order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(SET_BITS[bits & 0xff] as i64));
            _mm256_storeu_si256(self.edges.add(self.count).cast(), _mm256_permutevar8x32_epi32(edges, order));
            _mm256_storeu_si256(self.places.add(self.count).cast(), _mm256_permutevar8x32_epi32(places, order));
            self.count += bits.count_ones() as usize;
        }
    }
}

/// What the walks go through.
struct Course<'a> {
    slots: &'a [u32],
    /// The last one is not looked up, but read with the one before it.
    codes: &'a [u16],
}

impl Course<'_> {
    /// Takes eight walks one code further.
    ///
    /// # Safety
    /// There are two codes or more, both lists have room for eight, and the CPU has AVX2.
    #[inline(always)]
    unsafe fn step(&self, edges: __m256i, places: __m256i, on: &mut Out, met: &mut Out) {
        // SAFETY: what is looked up is in `codes` with the code behind it, and in `slots`; the rest of the duties is passed on.
        unsafe {
            let (zero, word) = (_mm256_setzero_si256(), |bits: u32| _mm256_set1_epi32(bits as i32));
            let last = word(u32::try_from(self.codes.len() - 2).unwrap_or(i32::MAX as u32).min(i32::MAX as u32));
            let has_code = _mm256_cmpeq_epi32(_mm256_min_epu32(places, last), places);
            let pairs = _mm256_mask_i32gather_epi32::<2>(zero, self.codes.as_ptr().cast(), places, has_code);
            let codes = _mm256_and_si256(pairs, word(LABEL));
            let slots = _mm256_xor_si256(_mm256_srli_epi32::<{ VALUE_SHIFT as i32 }>(edges), codes);
            // Neither number has the highest bit.
            let is_slot = _mm256_cmpgt_epi32(word(self.slots.len().min(i32::MAX as usize) as u32), slots);
            let next = _mm256_mask_i32gather_epi32::<4>(zero, self.slots.as_ptr().cast(), slots, is_slot);
            let rest = _mm256_xor_si256(next, codes);
            let is_none = |bits: u32| _mm256_cmpeq_epi32(_mm256_and_si256(rest, word(bits)), zero);
            let places = _mm256_sub_epi32(places, word(u32::MAX));
            let has_code = _mm256_cmpgt_epi32(codes, zero);
            let fits = _mm256_and_si256(is_none(LABEL), has_code);
            on.push(next, places, _mm256_and_si256(is_none(LABEL | LEAF), has_code));
            let is_mute = _mm256_cmpeq_epi32(_mm256_and_si256(rest, word(LEAF | MUTE)), word(MUTE));
            met.push(next, places, _mm256_andnot_si256(is_mute, fits));
        }
    }
}

/// # Safety
/// Both lists have room for all walks and [`SPARE`] more, if there is any, and the CPU has AVX2.
#[target_feature(enable = "avx2,popcnt")]
pub(crate) unsafe fn follow(
    slots: &[u32],
    codes: &[u16],
    from: Walks<&[u32]>,
    on: Walks<&mut [u32]>,
    met: Walks<&mut [u32]>,
) -> (usize, usize) {
    if codes.len() < 2 || from.edges.is_empty() {
        return (0, 0);
    }
    let out = |list: Walks<&mut [u32]>| Out { edges: list.edges.as_mut_ptr(), places: list.places.as_mut_ptr(), count: 0 };
    let (mut on, mut met, course) = (out(on), out(met), Course { slots, codes });
    let (edges, last_edges) = from.edges.as_chunks::<LANES>();
    let (places, last_places) = from.places.as_chunks::<LANES>();
    // SAFETY: of the walks before them each has added one at most to each list, which have room for all and `SPARE` more. Eight words are read
    // from chunks of eight.
    unsafe {
        let load = |words: &[u32; LANES]| _mm256_loadu_si256(words.as_ptr().cast());
        for (edges, places) in edges.iter().zip(places) {
            course.step(load(edges), load(places), &mut on, &mut met);
        }
        // Walks that have no code fill up the last ones.
        let (mut edges, mut places) = ([0; LANES], [u32::MAX; LANES]);
        edges[..last_edges.len()].copy_from_slice(last_edges);
        places[..last_places.len()].copy_from_slice(last_places);
        course.step(load(&edges), load(&places), &mut on, &mut met);
    }
    (on.count, met.count)
}
