//! Brackets, and what may stand in which container.

use super::LAST;
use crate::nesting::Words;
use crate::scan;

/// Where the brackets of a block are.
#[derive(Clone, Copy, Default)]
pub(super) struct Brackets {
    pub(super) opening: u64,
    pub(super) closing: u64,
    /// Of them, those of arrays; what it says of other bytes does not matter.
    pub(super) square: u64,
}

/// Which containers are open.
pub(super) struct Nesting {
    /// A bit for each, set for an array, the lowest for the innermost, and above them a set bit that is none of them.
    open: u64,
    /// Words around it, each with [`WORD_CONTAINERS`].
    outer: Words,
    /// The first word that is too deep, or that has no room for another container.
    limit: u64,
    depth_max: u32,
    /// All ones when the next block starts in an array or outside of all containers, else zero.
    in_array: u64,
    /// Whether the outermost container was closed.
    is_container: bool,
    /// Whether anything showed an element.
    has_element: bool,
}

/// A word without a container. Its lowest bit is that of an array: outside of all, colons are as wrong as there.
const NONE: u64 = 1;
/// So many containers are in a full word.
const WORD_CONTAINERS: u32 = LAST - 1;
/// The first word that has one more.
const FULL: u64 = NONE << 1 << WORD_CONTAINERS;

impl Nesting {
    pub(super) fn new(depth_max: u32) -> Self {
        let mut nesting =
            Self { open: NONE, outer: Words::new(), limit: NONE, depth_max, in_array: u64::MAX, is_container: false, has_element: false };
        nesting.set_limit();
        nesting
    }

    fn set_limit(&mut self) {
        let outer = u32::try_from(self.outer.len()).unwrap_or(u32::MAX).saturating_mul(WORD_CONTAINERS);
        self.limit = NONE << 1 << self.depth_max.saturating_sub(outer).min(WORD_CONTAINERS);
    }

    /// Not zero when a bracket does not match, or a colon or an element stands in a container that does not allow it.
    ///
    /// There is no branch on what a bracket is, as nothing foretells it.
    #[inline(always)]
    pub(super) fn wrong(&mut self, input: &[u8], base: usize, brackets: &Brackets, colon: u64, element: u64) -> u64 {
        let &Brackets { opening, closing, square } = brackets;
        let mut brackets = opening | closing;
        let (mut open, mut wrong, mut array) = (self.open, 0, self.in_array);
        while brackets != 0 {
            let bracket = brackets & brackets.wrapping_neg();
            brackets ^= bracket;
            let before = open;
            let opens = u64::from(opening & bracket != 0);
            let is_array = u64::from(square & bracket != 0);
            // One place up and the bit of the container, or one place down.
            open = before << opens >> (opens ^ 1) | is_array & opens;
            wrong |= (before ^ is_array) & (opens ^ 1);
            if open.wrapping_sub(NONE + 1) >= self.limit - NONE - 1 {
                let Some(word) = self.cross(input, base + bracket.trailing_zeros() as usize, before, open) else { return 1 };
                open = word;
            }
            // What leads up to a bracket, and the bracket itself, is still in the container before it.
            let change = 0_u64.wrapping_sub((before ^ open) & 1);
            array ^= change & !(bracket ^ (bracket - 1));
        }
        self.open = open;
        self.in_array = 0_u64.wrapping_sub(open & 1);
        self.has_element |= element != 0;
        (wrong & 1) | colon & array | element & !array
    }

    /// Gives the word behind the bracket at `at` when that is not just `open`: a word is full, or has no container left. No answer
    /// when containers are too deep, when there is none to close, or when something stands outside of the outermost one.
    /// Each happens too seldom to be fast.
    #[cold]
    #[inline(never)]
    fn cross(&mut self, input: &[u8], at: usize, before: u64, open: u64) -> Option<u64> {
        if open > NONE {
            if open < FULL {
                return None;
            }
            self.outer.push(before);
            self.set_limit();
            return (self.limit > NONE << 1).then_some(NONE << 1 | open & 1);
        }
        if before == NONE {
            return None;
        }
        if let Some(word) = self.outer.pop() {
            self.set_limit();
            return Some(word);
        }
        self.is_container = true;
        let starts_here = input.iter().find(|&&byte| !scan::is_whitespace(byte)).is_some_and(|byte| b"[{".contains(byte));
        let ends_here = input[at + 1..].iter().all(|&byte| scan::is_whitespace(byte));
        (starts_here && ends_here).then_some(NONE)
    }

    /// Asked at the end of the text. Where there was no bracket, an element is wrong in any case.
    pub(super) fn is_closed(&self) -> bool {
        self.open == NONE && self.outer.len() == 0 && (self.is_container || !self.has_element)
    }
}
