//! `scalar`: eight bytes in a word of the CPU, for every architecture and as the last rung of every ladder.
//!
//! The vector is a `u64` whose low byte is lane 0 (loads are little-endian whatever the machine), so the algorithms are the generic
//! ones. Only the UTF-8 check, which needs table look-ups in vectors, is the standard library's here.

use crate::dispatch::Kernels;
use crate::generic::{count, find, index};
use crate::vector::{Hits, Vector, load_part_u64, write_bits};

const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);

/// Eight bytes. As [`Hits`], those with the highest bit of their lane and no other bit.
#[derive(Clone, Copy)]
pub(crate) struct Word(u64);

impl Vector for Word {
    const LANES: usize = 8;
    type Hits = Word;

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        Word(u64::from_ne_bytes([byte; 8]))
    }

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has eight readable bytes at `from`.
        Word(u64::from_le(unsafe { from.cast::<u64>().read_unaligned() }))
    }

    #[inline(always)]
    unsafe fn load_part(from: *const u8, len: usize) -> Self {
        // SAFETY: the caller has `len` readable bytes at `from`, fewer than 8.
        Word(unsafe { load_part_u64(from, len) })
    }

    /// A lane of `difference` is zero where its low seven bits do not carry into the highest one and that one is clear.
    /// No sum leaves its lane, so that, unlike with the better known `x - 0x01…`, every lane is exact and hits can be counted.
    #[inline(always)]
    unsafe fn eq(self, other: Self) -> Word {
        let difference = self.0 ^ other.0;
        Word(!(((difference & LOW_BITS) + LOW_BITS) | difference | LOW_BITS))
    }
}

impl Hits for Word {
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        Word(self.0 | other.0)
    }

    #[inline(always)]
    unsafe fn any(self) -> bool {
        self.0 != 0
    }

    #[inline(always)]
    unsafe fn first(self) -> usize {
        (self.0.trailing_zeros() / 8) as usize
    }

    #[inline(always)]
    unsafe fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    #[inline(always)]
    unsafe fn write(self, base: u32, to: *mut u32) -> usize {
        // SAFETY: the caller has room for eight words, one per lane.
        unsafe { write_bits(self.bits(), base, to) }
    }

    #[inline(always)]
    unsafe fn write_four([a, b, c, d]: [Self; 4], _: usize, base: u32, to: *mut u32) -> usize {
        // SAFETY: the caller has room for 32 words, one per lane.
        unsafe { write_bits(a.bits() | b.bits() << 8 | c.bits() << 16 | d.bits() << 24, base, to) }
    }
}

impl Word {
    /// The hits as the low eight bits: the product moves the bit of lane `i` from `8 * i` to `56 + i`, by the one of its factors
    /// that is `7 * (8 - i)`, and no two of the other sums meet, so that nothing carries.
    #[inline(always)]
    fn bits(self) -> u64 {
        (self.0 >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }
}

pub(crate) const KERNELS: Kernels =
    Kernels { name: "scalar", supported: || true, find_byte, find_any3, count_byte, index_byte, check_utf8 };

fn find_byte(needle: u8, haystack: &[u8]) -> Option<usize> {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { find::byte::<Word>(needle, haystack) }
}

fn find_any3(needles: [u8; 3], haystack: &[u8]) -> Option<usize> {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { find::any3::<Word>(needles, haystack) }
}

fn count_byte(needle: u8, haystack: &[u8]) -> usize {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { count::byte::<Word>(needle, haystack) }
}

fn index_byte(needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { index::byte::<Word>(needle, haystack, base, positions) }
}

fn check_utf8(bytes: &[u8]) -> Result<(), usize> {
    match core::str::from_utf8(bytes) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.valid_up_to()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_operation_of_the_word_does_lane_by_lane_what_it_says() {
        // SAFETY: a word needs nothing of the CPU.
        unsafe { crate::vector::tests::check_vector::<Word>() }
    }

    #[test]
    fn a_lane_is_equal_whatever_its_neighbours_hold() {
        let step = if cfg!(miri) { 51 } else { 1 };
        for low in (0..=255).step_by(step) {
            for high in (0..=255).step_by(step) {
                let bytes = [low, high, low, high, high, low, 0, high];
                // SAFETY: a word needs nothing of the CPU; there are eight bytes.
                let count = unsafe { Word::load(bytes.as_ptr()).eq(Word::splat(low)).count() };
                assert_eq!(count, bytes.iter().filter(|&&byte| byte == low).count());
            }
        }
    }
}
