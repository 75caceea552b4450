//! Numbers.

use super::{LAST, follow};
use lanewise_simd::Block;

/// What is known of numbers from the blocks before. INVARIANT: all zero where no number goes on.
#[derive(Default)]
pub(super) struct Numbers {
    /// Whether the byte before the block belongs to a number.
    pub(super) in_number: u64,
    digit: u64,
    after_minus: u64,
    after_zero: u64,
    after_dot: u64,
    after_e: u64,
    after_sign: u64,
    fraction: u64,
    exponent: u64,
}

impl Numbers {
    /// The bytes of `scalar` that belong to the runs which begin at `starts`, or which have begun before the block: a bit added at the
    /// start of a run clears it.
    #[inline(always)]
    pub(super) fn run(&self, scalar: u64, starts: u64) -> u64 {
        scalar & !scalar.wrapping_add(starts | scalar & self.in_number)
    }

    /// The places of a block where `number` is none; `starts` are the first bytes of scalars.
    #[inline(always)]
    pub(super) fn wrong(&mut self, block: impl Block, number: u64, starts: u64) -> u64 {
        let start = number & starts;
        let digit = number & block.at_most(b'9') & !block.at_most(b'/');
        let minus = number & block.eq(b'-');
        let dot = number & block.eq(b'.');
        let e = number & block.with_bits(0x20).eq(b'e');
        let sign = number & block.eq(b'+') | minus & !start;

        let first = start & !minus | (start & minus) << 1 | self.after_minus;
        let zero = first & block.eq(b'0');
        let after_zero = zero << 1 | self.after_zero;
        let after_digit = digit << 1 | self.digit;
        let after_dot = dot << 1 | self.after_dot;
        let after_e = e << 1 | self.after_e;
        let after_sign = sign << 1 | self.after_sign;
        let fraction_end = follow(after_dot, digit, &mut self.fraction, 0);
        let exponent_end = follow(after_e & digit | after_sign, digit, &mut self.exponent, 0);

        self.in_number = number >> LAST;
        self.digit = digit >> LAST;
        self.after_minus = (start & minus) >> LAST;
        self.after_zero = zero >> LAST;
        self.after_dot = dot >> LAST;
        self.after_e = e >> LAST;
        self.after_sign = sign >> LAST;

        number & !(digit | minus | dot | e | sign)
            | (first | after_dot | after_sign) & !digit
            | after_zero & digit
            | (dot | e) & !after_digit
            | sign & !after_e
            | after_e & !(digit | sign)
            | fraction_end & dot
            | exponent_end & (dot | e)
    }
}
