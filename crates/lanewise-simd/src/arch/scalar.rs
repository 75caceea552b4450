//! `scalar`: eight bytes in a word of the CPU, for every architecture and as the last rung of every ladder.
//!
//! The vector is a `u64` whose low byte is lane 0 (loads are little-endian whatever the machine), so the algorithms are the generic
//! ones. Only the UTF-8 check, which needs table look-ups in vectors, is the standard library's here.

use crate::arch::Runner;
use crate::block::{Task, isa, prefix_xor};
use crate::dispatch::Kernels;
use crate::generic::{count, find, index, pair, teddy};
use crate::pack::Pack;
use crate::set::ByteSet;
use crate::units::Units;
use crate::vector::{Hits, Shuffle, Vector, load_part_u64, load_part_u128};
use crate::walks::Follow;

const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);

/// Eight bytes. As [`Hits`], those with the highest bit of their lane and no other bit.
#[derive(Clone, Copy)]
pub(crate) struct Word(u64);

impl Follow for Word {}

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

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller has room for eight bytes at `to`.
        unsafe { to.cast::<[u8; 8]>().write(self.0.to_le_bytes()) }
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
    unsafe fn and(self, other: Self) -> Self {
        Word(self.0 & other.0)
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

    /// The product moves the bit of lane `i` from `8 * i` to `56 + i`, by the one of its factors that is `7 * (8 - i)`, and no two
    /// of the other sums meet, so that nothing carries.
    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        (self.0 >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }
}

/// Sixteen bytes, one after the other, for blocks: the loops are of a kind that compilers turn into what vectors the target has.
#[derive(Clone, Copy)]
pub(crate) struct Bytes([u8; 16]);

impl Bytes {
    #[inline(always)]
    fn map(self, f: impl Fn(u8) -> u8) -> Self {
        Bytes(self.0.map(f))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(u8, u8) -> u8) -> Self {
        let mut bytes = self.0;
        for (byte, other) in bytes.iter_mut().zip(other.0) {
            *byte = f(*byte, other);
        }
        Bytes(bytes)
    }

    #[inline(always)]
    fn word(self, nth: usize) -> u16 {
        u16::from_le_bytes([self.0[2 * nth], self.0[2 * nth + 1]])
    }

    /// The bytes that stand `distance` places earlier.
    #[inline(always)]
    fn prev(self, before: Self, distance: usize) -> Self {
        let mut bytes = [0; 16];
        bytes[..distance].copy_from_slice(&before.0[16 - distance..]);
        bytes[distance..].copy_from_slice(&self.0[..16 - distance]);
        Bytes(bytes)
    }
}

impl Vector for Bytes {
    const LANES: usize = 16;
    type Hits = Bytes;

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        Bytes([byte; 16])
    }

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has sixteen readable bytes at `from`.
        Bytes(unsafe { from.cast::<[u8; 16]>().read() })
    }

    #[inline(always)]
    unsafe fn load_part(from: *const u8, len: usize) -> Self {
        // SAFETY: the caller has `len` readable bytes at `from`, fewer than 16.
        Bytes(unsafe { load_part_u128(from, len) }.to_le_bytes())
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: the caller has room for sixteen bytes at `to`.
        unsafe { to.cast::<[u8; 16]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn eq(self, other: Self) -> Bytes {
        self.zip(other, |a, b| if a == b { 0xff } else { 0 })
    }
}

/// As [`Hits`], 0xff in each lane that is one.
impl Hits for Bytes {
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        let [low, high] = [0, 8].map(|from| {
            let word = u64::from_le_bytes(core::array::from_fn(|lane| self.0[from + lane]));
            Word(word & !LOW_BITS)
        });
        // SAFETY: a word needs nothing of the CPU.
        unsafe { low.bits() | high.bits() << 8 }
    }
}

impl Shuffle for Bytes {
    #[inline(always)]
    unsafe fn table(table: &[u8; 16]) -> Self {
        Bytes(*table)
    }

    #[inline(always)]
    unsafe fn lookup(self, table: Self) -> Self {
        self.map(|lane| if lane < 0x80 { table.0[usize::from(lane & 0x0f)] } else { 0 })
    }

    #[inline(always)]
    unsafe fn high_nibbles(self) -> Self {
        self.map(|lane| lane >> 4)
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }

    #[inline(always)]
    unsafe fn saturating_sub(self, other: Self) -> Self {
        self.zip(other, u8::saturating_sub)
    }

    #[inline(always)]
    unsafe fn sub_words(self, other: Self) -> Self {
        Bytes(core::array::from_fn(|lane| self.word(lane / 2).wrapping_sub(other.word(lane / 2)).to_le_bytes()[lane % 2]))
    }

    #[inline(always)]
    unsafe fn narrow(self, high: Self) -> Self {
        Bytes(core::array::from_fn(|lane| if lane < 8 { self.word(lane) } else { high.word(lane - 8) }.min(0xff) as u8))
    }

    #[inline(always)]
    unsafe fn prev1(self, before: Self) -> Self {
        self.prev(before, 1)
    }

    #[inline(always)]
    unsafe fn prev2(self, before: Self) -> Self {
        self.prev(before, 2)
    }

    #[inline(always)]
    unsafe fn prev3(self, before: Self) -> Self {
        self.prev(before, 3)
    }

    #[inline(always)]
    unsafe fn any_high(self) -> bool {
        u128::from_ne_bytes(self.0) & u128::from_ne_bytes([0x80; 16]) != 0
    }

    #[inline(always)]
    unsafe fn any_set(self) -> bool {
        self.0 != [0; 16]
    }
}

impl Units for Bytes {
    #[inline(always)]
    unsafe fn shl<const BITS: i32>(self) -> Self {
        self.map(|lane| lane << BITS)
    }

    #[inline(always)]
    unsafe fn shr<const BITS: i32>(self) -> Self {
        self.map(|lane| lane >> BITS)
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, u8::wrapping_add)
    }

    #[inline(always)]
    unsafe fn at_least(self, bound: Self) -> Self {
        self.zip(bound, |a, b| 0_u8.wrapping_sub(u8::from(a >= b)))
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> Self {
        self.zip(other, |a, b| 0_u8.wrapping_sub(u8::from(a == b)))
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, u8::max)
    }

    #[inline(always)]
    unsafe fn select_high(self, yes: Self, no: Self) -> Self {
        let mask = self.map(|lane| 0_u8.wrapping_sub(lane >> 7));
        Bytes(std::array::from_fn(|lane| yes.0[lane] & mask.0[lane] | no.0[lane] & !mask.0[lane]))
    }

    #[inline(always)]
    unsafe fn high_bits(self) -> u64 {
        let mut bits = 0;
        for (lane, byte) in self.0.into_iter().enumerate() {
            bits |= u64::from(byte >> 7) << lane;
        }
        bits
    }

    #[inline(always)]
    unsafe fn write_widened(self, to: *mut u8) {
        // SAFETY: the caller has room for 16 words.
        unsafe { to.cast::<[[u8; 2]; 16]>().write(self.0.map(|byte| u16::from(byte).to_ne_bytes())) };
    }

    #[inline(always)]
    unsafe fn pack_pairs(low: Self, high: Self, counts: u64, to: *mut u8) {
        let mut count = 0;
        for (lane, (low, high)) in low.0.into_iter().zip(high.0).enumerate() {
            // SAFETY: the caller has room for 16 words, and no more lanes come before this one than it has a number.
            unsafe { to.add(2 * count).cast::<[u8; 2]>().write(u16::from_le_bytes([low, high]).to_ne_bytes()) };
            count += (counts >> lane & 1) as usize;
        }
    }

    #[inline(always)]
    unsafe fn split_words(from: *const u8) -> (Self, Self) {
        // SAFETY: the caller has 16 readable words at `from`.
        let words = unsafe { from.cast::<[[u8; 2]; 16]>().read() }.map(u16::from_ne_bytes);
        (Bytes(words.map(|word| word as u8)), Bytes(words.map(|word| (word >> 8) as u8)))
    }

    #[inline(always)]
    unsafe fn pack_twos(first: Self, second: Self, singles: u64, to: *mut u8) -> usize {
        let mut count = 0;
        for (lane, bytes) in first.0.into_iter().zip(second.0).enumerate() {
            // SAFETY: the caller has room for two bytes a lane, of which no more are written for each lane before.
            unsafe { to.add(count).cast::<[u8; 2]>().write(bytes.into()) };
            count += 2 - (singles >> lane & 1) as usize;
        }
        count
    }

    #[inline(always)]
    unsafe fn pack_threes([first, second, third]: [Self; 3], twos: u64, threes: u64, to: *mut u8) -> usize {
        let mut count = 0;
        for lane in 0..16 {
            // SAFETY: the caller has room for four bytes a lane, of which no more than three are written for each lane before.
            unsafe { to.add(count).cast::<[u8; 3]>().write([first.0[lane], second.0[lane], third.0[lane]]) };
            count += 1 + (twos >> lane & 1) as usize + (threes >> lane & 1) as usize;
        }
        count
    }
}

pub(crate) const KERNELS: Kernels = Kernels {
    name: "scalar",
    supported: || true,
    runner: Runner::Scalar,
    find_byte,
    find_any3,
    find_in_set,
    count_byte,
    index_byte,
    check_utf8,
    teddy: teddy::one_by_one,
    pair: pair::one_by_one,
    follow: <Word as Follow>::FOLLOW,
};

isa!(Scalar, Bytes, 4, prefix_xor, vectors: false);

impl Pack for Bytes {
    #[inline(always)]
    unsafe fn pack(self, counts: u64, to: *mut u8) {
        let mut count = 0;
        for (lane, byte) in self.0.into_iter().enumerate() {
            // SAFETY: the caller has room for 16 bytes, and no more lanes come before this one than it has a number.
            unsafe { to.add(count).write(byte) };
            count += (counts >> lane & 1) as usize;
        }
    }
}

/// # Safety
/// None is asked; the other instruction sets have to.
pub(crate) unsafe fn run<T: Task>(task: T) -> T::Output {
    task.run(Scalar(()))
}

fn find_byte(needle: u8, haystack: &[u8]) -> Option<usize> {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { find::byte::<Word>(needle, haystack) }
}

fn find_any3(needles: [u8; 3], haystack: &[u8]) -> Option<usize> {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { find::any3::<Word>(needles, haystack) }
}

fn find_in_set(set: &ByteSet, haystack: &[u8]) -> Option<usize> {
    haystack.iter().position(|&byte| set.contains(byte))
}

fn count_byte(needle: u8, haystack: &[u8]) -> usize {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { count::byte::<Word>(needle, haystack) }
}

fn index_byte(needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
    // SAFETY: a word needs nothing of the CPU.
    unsafe { index::byte::<Word, 8>(needle, haystack, base, positions) }
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
        unsafe { crate::vector::tests::check_vector::<Word, 8>() }
    }

    #[test]
    fn each_operation_of_the_bytes_does_lane_by_lane_what_it_says() {
        // SAFETY: bytes need nothing of the CPU.
        unsafe {
            crate::vector::tests::check_vector::<Bytes, 4>();
            crate::vector::tests::check_shuffle::<Bytes>();
        }
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
