//! `true`, `false` and `null`.

use crate::scan;

/// What is known of literals from the blocks before.
#[derive(Default)]
pub(super) struct Literals {
    /// How many bytes there were in literals, less how many there should be. A literal that is cut by a border of blocks is counted
    /// where it starts, so this may be negative in between. INVARIANT: what is too many is never made up for, as every literal
    /// has at least the bytes that it should.
    surplus: i64,
}

impl Literals {
    /// All ones when at one of `starts` there is no literal, else zero. `literal` are the bytes of literals in the block.
    #[inline(always)]
    pub(super) fn wrong(&mut self, input: &[u8], base: usize, literal: u64, mut starts: u64) -> u64 {
        self.surplus += i64::from(literal.count_ones());
        while starts != 0 {
            let Some(size) = scan::literal_size(input, base + starts.trailing_zeros() as usize) else { return u64::MAX };
            self.surplus -= i64::from(size);
            starts &= starts - 1;
        }
        0
    }

    /// Whether no literal went on behind its end; asked at the end of the text.
    pub(super) fn are_exact(&self) -> bool {
        self.surplus == 0
    }
}
