//! What is in strings.

use super::LAST;
use crate::scan;

/// What is known of strings from the blocks before.
#[derive(Default)]
pub(crate) struct Strings {
    /// Whether the first byte is escaped.
    escaped: u64,
    /// All ones when the first byte is in a string, else zero.
    inside: u64,
}

impl Strings {
    /// The bytes behind a backslash that is not escaped itself.
    #[inline(always)]
    pub(crate) fn escaped(&mut self, mut backslash: u64) -> u64 {
        let mut escaped = self.escaped;
        self.escaped = 0;
        backslash &= !escaped;
        while backslash != 0 {
            let escape = backslash & backslash.wrapping_neg();
            escaped |= escape << 1;
            self.escaped = escape >> LAST;
            backslash &= !(escape | escape << 1);
        }
        escaped
    }

    /// The bytes of strings, with their opening and without their closing quotes; `between` is the prefix xor of the quotes.
    #[inline(always)]
    pub(crate) fn inside(&mut self, between: u64) -> u64 {
        let inside = between ^ self.inside;
        self.inside = 0_u64.wrapping_sub(inside >> LAST);
        inside
    }

    pub(super) fn are_closed(&self) -> bool {
        self.inside == 0
    }
}

/// All ones when an escape is none that JSON has, else zero. `escaped` are the bytes behind the backslashes.
#[inline(always)]
pub(super) fn wrong_escapes(input: &[u8], base: usize, mut escaped: u64) -> u64 {
    while escaped != 0 {
        // The backslash is one byte earlier, perhaps in the block before.
        if scan::escape(input, base + escaped.trailing_zeros() as usize - 1).is_err() {
            return u64::MAX;
        }
        escaped &= escaped - 1;
    }
    0
}
