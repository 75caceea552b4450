//! The UTF-8 check.
//!
//! After John Keiser and Daniel Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (Software: Practice and
//! Experience, 2021), <https://arxiv.org/abs/2010.03090>. The paper says only whether the input is valid; the offset is ours.
//!
//! ```text
//! for each block of 64 bytes:
//!     when all bytes are ASCII: it is an error when the block before ends inside a sequence
//!     else, for each vector of the block:
//!         faults = HIGH_1[high nibble of the byte before] & LOW_1[low nibble of it] & HIGH_2[high nibble of the byte]
//!         must be a third or fourth byte = the byte 2 before is at least E0, or the byte 3 before is at least F0
//!         it is an error where (must be a third or fourth byte) differs from (faults has TWO_CONTINUATIONS)
//!     on an error: check again, byte by byte, from the start of the sequence that the block begins in
//! ```
//!
//! 1. Each way in which two neighbours can be wrong is one bit. A bit survives the three look-ups only when all three nibbles
//!    allow it, so eight kinds of fault are found at once, without a branch.
//! 2. The eighth bit, two continuation bytes in a row, is not a fault in itself: it must be there exactly in the third and the
//!    fourth place of a sequence. So one xor finds the missing ones and the ones too many.
//! 3. The last bytes of a vector that begin a sequence longer than what is left are found by one subtraction and kept in `open`; the
//!    next vector finds out what became of them. Zeros that fill up the last vector are ASCII, so a cut sequence needs no case of its own.
//! 4. What comes before a block in which the first error shows is valid but for a sequence that the block cuts, so the second
//!    look starts at most three bytes before it and ends at the error: the whole stays linear.

use crate::vector::Shuffle;

/// Bytes that share one branch on "all ASCII" and one on "error": a cache line, and the widest vector.
const BLOCK: usize = 64;

/// A lead byte or an ASCII byte follows a lead byte: `11...... 0.......`, `11...... 11......`.
const TOO_SHORT: u8 = 1 << 0;
/// A continuation follows an ASCII byte: `0....... 10......`.
const TOO_LONG: u8 = 1 << 1;
/// An overlong form of three bytes: `11100000 100.....`.
const OVERLONG_3: u8 = 1 << 2;
/// Above U+10FFFF: `11110100 1001....`, `11110100 101.....`, and `1111.1.. 10......`, `11111... 10......` with both bits.
const TOO_LARGE: u8 = 1 << 3;
/// A surrogate: `11101101 101.....`.
const SURROGATE: u8 = 1 << 4;
/// An overlong form of two bytes: `1100000. 10......`.
const OVERLONG_2: u8 = 1 << 5;
/// Above U+10FFFF with a second byte in 80..=8F: `11110101 1000....`, `1111011. 1000....`, `11111... 1000....`.
const TOO_LARGE_1000: u8 = 1 << 6;
/// An overlong form of four bytes: `11110000 1000....`. It may share its bit, since no low nibble allows both.
const OVERLONG_4: u8 = 1 << 6;
/// Two continuations in a row, which is right in the third and in the fourth place only: `10...... 10......`.
const TWO_CONTINUATIONS: u8 = 1 << 7;

/// What the low nibble of the first byte never decides.
const CARRY: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

/// By the high nibble of the first of two bytes.
#[rustfmt::skip]
pub(crate) const HIGH_1: [u8; 16] = [
    // 0_______: ASCII
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    // 10______: a continuation
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    // 1100____ and 1101____: the lead of two bytes
    TOO_SHORT | OVERLONG_2, TOO_SHORT,
    // 1110____: the lead of three bytes
    TOO_SHORT | OVERLONG_3 | SURROGATE,
    // 1111____: the lead of four bytes, or of nothing
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
];

/// By the low nibble of the first of two bytes.
#[rustfmt::skip]
pub(crate) const LOW_1: [u8; 16] = [
    // ____0000 and ____0001
    CARRY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4, CARRY | OVERLONG_2,
    // ____001_
    CARRY, CARRY,
    // ____0100: F4 is the last lead
    CARRY | TOO_LARGE,
    // ____0101 to ____1100
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    // ____1101: ED leads the surrogates
    CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE,
    // ____111_
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
];

/// By the high nibble of the second of two bytes.
#[rustfmt::skip]
pub(crate) const HIGH_2: [u8; 16] = [
    // 0_______: ASCII
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    // 1000____
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
    // 1001____
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,
    // 101_____
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    // 11______: a lead
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
];

/// `byte.saturating_sub(THIRD)` has its highest bit for a byte of E0 and more, after which a third byte must come two places on.
pub(crate) const THIRD: u8 = 0xe0 - 0x80;
/// The same for a byte of F0 and more, after which a fourth byte must come three places on.
pub(crate) const FOURTH: u8 = 0xf0 - 0x80;

/// In the last places of a vector, the largest byte that does not begin a sequence which goes on behind the vector.
const CLOSED: [u8; BLOCK] = {
    let mut closed = [0xff; BLOCK];
    closed[BLOCK - 3] = 0xf0 - 1;
    closed[BLOCK - 2] = 0xe0 - 1;
    closed[BLOCK - 1] = 0xc0 - 1;
    closed
};

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn check<V: Shuffle>(bytes: &[u8]) -> Result<(), usize> {
    let start = bytes.as_ptr();
    let len = bytes.len();
    let mut at = 0;
    // SAFETY: every load at offset `at + lane` has `at + lane + LANES <= len`, by the condition of its loop; the partial load has less
    // than LANES left. So all of them stay within `bytes`, borrowed for the whole call. CPU: vouched for by the caller.
    unsafe {
        let mut check = Check::<V>::new();
        while len - at >= BLOCK {
            let block = start.add(at);
            let mut all = V::load(block);
            for lane in (V::LANES..BLOCK).step_by(V::LANES) {
                all = all.or(V::load(block.add(lane)));
            }
            let faulty = if all.any_high() {
                for lane in (0..BLOCK).step_by(V::LANES) {
                    check.vector(V::load(block.add(lane)));
                }
                check.faults.any_set()
            } else {
                let faulty = check.open.any_set();
                check.ascii(V::load(block.add(BLOCK - V::LANES)));
                faulty
            };
            if faulty {
                return locate(bytes, at);
            }
            at += BLOCK;
        }
        // Less than a block is left: an error may lie anywhere in it, so that `at` stays where it is.
        let mut tail = at;
        while tail < len {
            let rest = len - tail;
            check.vector(if rest < V::LANES { V::load_part(start.add(tail), rest) } else { V::load(start.add(tail)) });
            tail += V::LANES;
        }
        if check.is_faulty_at_end() { locate(bytes, at) } else { Ok(()) }
    }
}

/// What is carried from vector to vector.
pub(crate) struct Check<V> {
    high_1: V,
    low_1: V,
    high_2: V,
    closed: V,
    /// The vector before.
    before: V,
    /// Not zero where `before` ends inside a sequence.
    open: V,
    /// Not zero where a sequence was found invalid.
    faults: V,
}

impl<V: Shuffle> Check<V> {
    #[inline(always)]
    pub(crate) unsafe fn new() -> Self {
        // SAFETY: the last LANES of BLOCK bytes are readable, as no vector is wider than BLOCK. CPU: vouched for by the leaf.
        unsafe {
            let zero = V::splat(0);
            let closed = V::load(CLOSED.as_ptr().add(BLOCK - V::LANES));
            Check {
                high_1: V::table(&HIGH_1),
                low_1: V::table(&LOW_1),
                high_2: V::table(&HIGH_2),
                closed,
                before: zero,
                open: zero,
                faults: zero,
            }
        }
    }

    #[inline(always)]
    pub(crate) unsafe fn vector(&mut self, vector: V) {
        // SAFETY: the indices of the look-ups are nibbles. CPU: vouched for by the leaf.
        unsafe {
            let before = [vector.prev1(self.before), vector.prev2(self.before), vector.prev3(self.before)];
            self.faults = self.faults.or(self.faults_of(vector, before));
            self.open = vector.saturating_sub(self.closed);
            self.before = vector;
        }
    }

    /// Not zero where a byte of `vector` shows a fault. `before` are the bytes that stand one, two and three places earlier.
    #[inline(always)]
    pub(crate) unsafe fn faults_of(&self, vector: V, [one_before, two_before, three_before]: [V; 3]) -> V {
        // SAFETY: the indices of the look-ups are nibbles. CPU: vouched for by the leaf.
        unsafe {
            let pair = one_before
                .high_nibbles()
                .lookup(self.high_1)
                .and(one_before.and(V::splat(0x0f)).lookup(self.low_1))
                .and(vector.high_nibbles().lookup(self.high_2));
            let third = two_before.saturating_sub(V::splat(THIRD));
            let fourth = three_before.saturating_sub(V::splat(FOURTH));
            let continues = third.or(fourth).and(V::splat(TWO_CONTINUATIONS));
            pair.xor(continues)
        }
    }

    /// Takes a block of ASCII that ends with `last`: a sequence that was open before it is a fault.
    #[inline(always)]
    pub(crate) unsafe fn ascii(&mut self, last: V) {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe {
            self.faults = self.faults.or(self.open);
            self.open = V::splat(0);
            self.before = last;
        }
    }

    /// Whether there was a fault, the end of the input being one where a sequence is open.
    #[inline(always)]
    pub(crate) unsafe fn is_faulty_at_end(&self) -> bool {
        // SAFETY: CPU: vouched for by the leaf.
        unsafe { self.faults.or(self.open).any_set() }
    }
}

/// The exact offset of an error that shows at `at` or later, when none shows before.
///
/// Byte `at` may belong to a sequence that begins up to three bytes earlier: the second look starts at the last byte of these that
/// is no continuation. It is the standard library's, which stops at the first error and has the last word.
#[cold]
#[inline(never)]
pub(crate) fn locate(bytes: &[u8], at: usize) -> Result<(), usize> {
    let is_continuation = |byte: &u8| byte & 0xc0 == 0x80;
    let before = &bytes[at.saturating_sub(3)..at];
    let from = before.iter().rposition(|byte| !is_continuation(byte)).map_or(at, |nth| at - before.len() + nth);
    match core::str::from_utf8(&bytes[from..]) {
        Ok(_) => Ok(()),
        Err(error) => Err(from + error.valid_up_to()),
    }
}
