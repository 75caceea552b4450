//! Blocks of 64 bytes, for scanners that are compiled once per instruction set.
//!
//! A kernel of the table answers one question about a whole input. A scanner asks many small ones about each few bytes, so a call through
//! the table for each would cost more than the answer. A [`Task`] turns this round: it is generic over [`Isa`], and [`Kernels::run`]
//! compiles it under the features of each instruction set and runs the right copy. What it does between the questions, on words of 64
//! bits, profits from those features as well.
//!
//! [`Kernels::run`]: crate::Kernels::run

use std::collections::TryReserveError;

use crate::generic::utf8::Check;
use crate::pack::Pack;
use crate::transcode::{Form, NotDecoded};
use crate::vector::{Hits, Shuffle, write_bits};

/// Bytes of a block; a word has a bit for each of them, the lowest for the first.
pub const BLOCK: usize = 64;

/// Work that is compiled for each instruction set.
pub trait Task {
    /// What it gives.
    type Output;

    /// Does the work. It must be `#[inline(always)]`, as all that it calls for each block: only what is inlined is compiled under the
    /// features of the instruction set.
    fn run<I: Isa>(self, isa: I) -> Self::Output;
}

/// An instruction set that this CPU has: a value of this type is the proof.
pub trait Isa: Copy + sealed::Sealed {
    /// False where a block costs more than its bytes one after the other.
    const HAS_VECTORS: bool;
    /// Sixty-four bytes in registers.
    type Block: Block;
    /// See [`Utf8`].
    type Utf8: Utf8<Self::Block>;

    /// Reads a block.
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block;

    /// A check at the start of its input.
    fn utf8(self) -> Self::Utf8;

    /// In each bit, the xor of all bits up to it: between the first and the second set bit all are set, behind the second none is, and so on.
    fn prefix_xor(self, bits: u64) -> u64;

    /// Writes the `lanes` whose bit is set in `counts` to the front of `to`, each as two bytes in the order of the machine; gives how many
    /// they are. What is behind them in `to` may change too.
    fn pack_words(self, lanes: &[u16; BLOCK], counts: u64, to: &mut [[u8; 2]; BLOCK]) -> usize;

    /// [`Isa::pack_words`] of bytes, each made a word.
    fn pack_widened(self, lanes: &[u8; BLOCK], counts: u64, to: &mut [[u8; 2]; BLOCK]) -> usize;

    /// [`Kernels::decode_utf8`](crate::Kernels::decode_utf8) and its lossy twin.
    #[doc(hidden)]
    fn decode_utf8(self, bytes: &[u8], lossy: bool, out: &mut Vec<u8>) -> Result<Form, NotDecoded>;

    /// [`Kernels::encode_utf16`](crate::Kernels::encode_utf16).
    #[doc(hidden)]
    fn encode_utf16(self, units: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError>;

    /// [`Kernels::encode_latin1`](crate::Kernels::encode_latin1).
    #[doc(hidden)]
    fn encode_latin1(self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError>;
}

/// Questions about 64 bytes, each answered with one bit per byte.
pub trait Block: Copy + sealed::Sealed {
    /// The bytes that equal `byte`.
    fn eq(self, byte: u8) -> u64;

    /// The places at which this block has `byte`, and `other` has `other_byte`.
    fn eq_both(self, byte: u8, other: Self, other_byte: u8) -> u64;

    /// Whether [`Block::eq_both`] has any place, in less time than that takes.
    fn any_both(self, byte: u8, other: Self, other_byte: u8) -> bool;

    /// The bytes that are `bound` or less.
    fn at_most(self, bound: u8) -> u64;

    /// The bytes that are in `set`.
    fn in_set(self, set: &NibbleSet) -> u64;

    /// Each byte with the bits of `bits` set.
    #[must_use]
    fn with_bits(self, bits: u8) -> Self;

    /// Whether a byte is not ASCII.
    fn any_high(self) -> bool;

    /// Appends the bytes whose bit is set in `counts`. There is no faster way to append a whole block, so callers need not ask for it.
    fn append(self, counts: u64, to: &mut Vec<u8>);
}

/// The UTF-8 check, block by block.
pub trait Utf8<B>: sealed::Sealed {
    /// Takes the next block.
    fn push(&mut self, block: B);

    /// Whether all blocks so far together are UTF-8.
    fn is_valid(&self) -> bool;
}

/// Writes `base` (wrapping) plus the number of each set bit to `to`, ascending; gives how many there are. Words behind them may be overwritten.
#[inline(always)]
pub fn index_bits(bits: u64, base: u32, to: &mut [u32; BLOCK]) -> usize {
    // SAFETY: there is room for a word per bit, a multiple of four.
    unsafe { write_bits(bits, base, to.as_mut_ptr()) }
}

/// A set of ASCII characters of which no two have the same low four bits.
#[derive(Clone, Copy, Debug)]
pub struct NibbleSet([u8; 16]);

impl NibbleSet {
    /// # Panics
    /// When a byte is not ASCII or two share their low four bits.
    #[must_use]
    pub const fn new(bytes: &[u8]) -> Self {
        // An entry that no byte with this low nibble equals.
        let mut table = [0x01; 16];
        table[1] = 0;
        let mut nth = 0;
        while nth < bytes.len() {
            let byte = bytes[nth];
            let low = (byte & 0x0f) as usize;
            assert!(byte.is_ascii() && table[low] & 0x0f != low as u8, "one ASCII character per low nibble");
            table[low] = byte;
            nth += 1;
        }
        Self(table)
    }
}

pub(crate) mod sealed {
    /// Only this crate can vouch for the CPU.
    pub trait Sealed {}
}

/// `N` vectors of 64 lanes together. INVARIANT: made only by [`Isa::load`], so the CPU has the instructions of `V`.
#[derive(Clone, Copy)]
pub(crate) struct Group<V, const N: usize>([V; N]);

impl<V, const N: usize> sealed::Sealed for Group<V, N> {}

impl<V: Shuffle, const N: usize> Group<V, N> {
    /// # Safety
    /// The CPU has the instructions of `V`.
    #[inline(always)]
    pub(crate) unsafe fn load(bytes: &[u8; BLOCK]) -> Self {
        const { assert!(N * V::LANES == BLOCK, "the vectors make up a block") };
        let from = bytes.as_ptr();
        // SAFETY: vector `nth` ends at `(nth + 1) * LANES <= BLOCK`. CPU: vouched for by the caller.
        unsafe {
            let mut group = [V::load(from); N];
            let mut nth = 1;
            while nth < N {
                group[nth] = V::load(from.add(nth * V::LANES));
                nth += 1;
            }
            Self(group)
        }
    }
}

impl<V: Shuffle + Pack, const N: usize> Group<V, N> {
    /// [`Block::eq_both`], vector by vector.
    #[inline(always)]
    fn both(self, byte: u8, other: Self, other_byte: u8) -> [V::Hits; N] {
        // SAFETY: CPU: the invariant of the type.
        unsafe {
            let (byte, other_byte) = (V::splat(byte), V::splat(other_byte));
            let mut hits = [self.0[0].eq(byte).and(other.0[0].eq(other_byte)); N];
            let mut nth = 1;
            while nth < N {
                hits[nth] = self.0[nth].eq(byte).and(other.0[nth].eq(other_byte));
                nth += 1;
            }
            hits
        }
    }
}

impl<V: Shuffle + Pack, const N: usize> Block for Group<V, N> {
    #[inline(always)]
    fn eq(self, byte: u8) -> u64 {
        // SAFETY: CPU: the invariant of the type.
        unsafe {
            let byte = V::splat(byte);
            let mut hits = [self.0[0].eq(byte); N];
            let mut nth = 1;
            while nth < N {
                hits[nth] = self.0[nth].eq(byte);
                nth += 1;
            }
            Hits::join(hits)
        }
    }

    #[inline(always)]
    fn eq_both(self, byte: u8, other: Self, other_byte: u8) -> u64 {
        // SAFETY: CPU: the invariant of the type.
        unsafe { Hits::join(self.both(byte, other, other_byte)) }
    }

    #[inline(always)]
    fn any_both(self, byte: u8, other: Self, other_byte: u8) -> bool {
        // SAFETY: CPU: the invariant of the type.
        unsafe { Hits::any_of(self.both(byte, other, other_byte)) }
    }

    #[inline(always)]
    fn at_most(self, bound: u8) -> u64 {
        // SAFETY: CPU: the invariant of the type.
        unsafe {
            let (bound, zero) = (V::splat(bound), V::splat(0));
            let mut hits = [self.0[0].saturating_sub(bound).eq(zero); N];
            let mut nth = 1;
            while nth < N {
                hits[nth] = self.0[nth].saturating_sub(bound).eq(zero);
                nth += 1;
            }
            Hits::join(hits)
        }
    }

    #[inline(always)]
    fn in_set(self, set: &NibbleSet) -> u64 {
        // SAFETY: CPU: the invariant of the type. A byte that is not ASCII equals no entry, whatever the look-up gives.
        unsafe {
            let table = V::table(&set.0);
            let mut hits = [self.0[0].lookup_low_nibble(table).eq(self.0[0]); N];
            let mut nth = 1;
            while nth < N {
                hits[nth] = self.0[nth].lookup_low_nibble(table).eq(self.0[nth]);
                nth += 1;
            }
            Hits::join(hits)
        }
    }

    #[inline(always)]
    fn with_bits(mut self, bits: u8) -> Self {
        // SAFETY: CPU: the invariant of the type.
        unsafe {
            let bits = V::splat(bits);
            let mut nth = 0;
            while nth < N {
                self.0[nth] = self.0[nth].or(bits);
                nth += 1;
            }
        }
        self
    }

    #[inline(always)]
    fn any_high(self) -> bool {
        // SAFETY: CPU: the invariant of the type.
        unsafe { all(&self.0).any_high() }
    }

    #[inline(always)]
    fn append(self, counts: u64, to: &mut Vec<u8>) {
        to.reserve(BLOCK);
        // SAFETY: there is room for a block. A vector is LANES bytes without padding. Vector `nth` is written at `nth * LANES` or before, and
        // the bytes that count, one for each bit, are all written. CPU: the invariant of the type.
        unsafe {
            let start = to.as_mut_ptr().add(to.len());
            if counts == u64::MAX && N > 1 {
                start.cast::<[V; N]>().write_unaligned(self.0);
            } else {
                let mut nth = 0;
                while nth < N {
                    let lane = nth * V::LANES;
                    let before = counts & ((1 << lane) - 1);
                    self.0[nth].pack(counts >> lane, start.add(before.count_ones() as usize));
                    nth += 1;
                }
            }
            to.set_len(to.len() + counts.count_ones() as usize);
        }
    }
}

/// The lanes of all vectors, joined by or.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn all<V: Shuffle, const N: usize>(group: &[V; N]) -> V {
    let mut all = group[0];
    let mut nth = 1;
    while nth < N {
        // SAFETY: CPU: vouched for by the caller.
        all = unsafe { all.or(group[nth]) };
        nth += 1;
    }
    all
}

/// The check over groups of vectors. INVARIANT: made only by [`Isa::utf8`], so the CPU has the instructions of `V`.
pub(crate) struct GroupCheck<V>(Check<V>);

impl<V> sealed::Sealed for GroupCheck<V> {}

impl<V: Shuffle> GroupCheck<V> {
    /// # Safety
    /// The CPU has the instructions of `V`.
    #[inline(always)]
    pub(crate) unsafe fn new() -> Self {
        // SAFETY: passed on.
        Self(unsafe { Check::new() })
    }
}

impl<V: Shuffle, const N: usize> Utf8<Group<V, N>> for GroupCheck<V> {
    #[inline(always)]
    fn push(&mut self, block: Group<V, N>) {
        // SAFETY: CPU: the invariant of the type.
        unsafe {
            if all(&block.0).any_high() {
                let mut nth = 0;
                while nth < N {
                    self.0.vector(block.0[nth]);
                    nth += 1;
                }
            } else {
                self.0.ascii(block.0[N - 1]);
            }
        }
    }

    #[inline(always)]
    fn is_valid(&self) -> bool {
        // SAFETY: CPU: the invariant of the type.
        unsafe { !self.0.is_faulty_at_end() }
    }
}

/// [`Isa::prefix_xor`] where there is no carry-less product: the distance over which bits are summed doubles with each step.
#[inline(always)]
pub(crate) fn prefix_xor(mut bits: u64) -> u64 {
    let mut distance = 1;
    while distance < u64::BITS {
        bits ^= bits << distance;
        distance *= 2;
    }
    bits
}

/// Makes the token of an instruction set whose vectors are `$V`, of which `$N` make a block. `$prefix` is its [`Isa::prefix_xor`].
macro_rules! isa {
    ($(#[$doc:meta])* $Token:ident, $V:ty, $N:literal, $prefix:expr $(, vectors: $vectors:literal)?) => {
        $(#[$doc])*
        /// INVARIANT: made only by the leaf `run`, so the CPU has its instructions.
        #[derive(Clone, Copy)]
        pub(crate) struct $Token(());

        impl $crate::block::sealed::Sealed for $Token {}

        impl $crate::block::Isa for $Token {
            const HAS_VECTORS: bool = true $(& $vectors)?;

            type Block = $crate::block::Group<$V, $N>;
            type Utf8 = $crate::block::GroupCheck<$V>;

            #[inline(always)]
            fn load(self, bytes: &[u8; $crate::block::BLOCK]) -> Self::Block {
                // SAFETY: CPU: the invariant of the type.
                unsafe { $crate::block::Group::load(bytes) }
            }

            #[inline(always)]
            fn utf8(self) -> Self::Utf8 {
                // SAFETY: CPU: the invariant of the type.
                unsafe { $crate::block::GroupCheck::new() }
            }

            #[inline(always)]
            fn prefix_xor(self, bits: u64) -> u64 {
                $prefix(bits)
            }

            #[inline(always)]
            fn pack_words(self, lanes: &[u16; $crate::block::BLOCK], counts: u64, to: &mut [[u8; 2]; $crate::block::BLOCK]) -> usize {
                // SAFETY: CPU: the invariant of the type.
                unsafe { <$V as $crate::pack::Pack>::pack_words(lanes, counts, to) }
            }

            #[inline(always)]
            fn pack_widened(self, lanes: &[u8; $crate::block::BLOCK], counts: u64, to: &mut [[u8; 2]; $crate::block::BLOCK]) -> usize {
                // SAFETY: CPU: the invariant of the type.
                unsafe { <$V as $crate::pack::Pack>::pack_widened(lanes, counts, to) }
            }

            #[inline(always)]
            fn decode_utf8(
                self,
                bytes: &[u8],
                lossy: bool,
                out: &mut Vec<u8>,
            ) -> Result<$crate::transcode::Form, $crate::transcode::NotDecoded> {
                // SAFETY: CPU: the invariant of the type.
                unsafe { $crate::generic::decode::decode::<$V>(bytes, lossy, out) }
            }

            #[inline(always)]
            fn encode_utf16(self, units: &[u8], out: &mut Vec<u8>) -> Result<(), std::collections::TryReserveError> {
                // SAFETY: CPU: the invariant of the type.
                unsafe { $crate::generic::encode::utf16::<$V>(units, out) }
            }

            #[inline(always)]
            fn encode_latin1(self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), std::collections::TryReserveError> {
                // SAFETY: CPU: the invariant of the type.
                unsafe { $crate::generic::encode::latin1::<$V>(bytes, out) }
            }
        }
    };
}
pub(crate) use isa;
