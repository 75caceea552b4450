//! Brackets, and what may stand in which container.

use super::{BATCH, LAST, Words};
use crate::scan;
use lanewise_simd::{BLOCK, Isa, index_bits};

/// Set in `{` and `[`, clear in `}` and `]`.
const OPEN: u8 = 0x02;
/// Set in `{` and `}`, clear in `[` and `]`.
const OBJECT: u8 = 0x20;

/// Which containers are open.
pub(super) struct Nesting {
    /// A bit for each, set for an array, the lowest for the innermost, and above them a set bit that is none of them.
    open: u64,
    /// Words around it, outermost first, each with [`WORD_CONTAINERS`].
    outer: Vec<u64>,
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

/// The part of a text that is looked at.
pub(super) struct Part<'a> {
    pub(super) input: &'a [u8],
    pub(super) base: usize,
    pub(super) words: &'a [Words],
}

impl Nesting {
    pub(super) fn new(depth_max: u32) -> Self {
        let mut nesting =
            Self { open: NONE, outer: Vec::new(), limit: NONE, depth_max, in_array: u64::MAX, is_container: false, has_element: false };
        nesting.set_limit();
        nesting
    }

    fn set_limit(&mut self) {
        let outer = u32::try_from(self.outer.len()).unwrap_or(u32::MAX).saturating_mul(WORD_CONTAINERS);
        self.limit = NONE << 1 << self.depth_max.saturating_sub(outer).min(WORD_CONTAINERS);
    }

    /// Not zero when a bracket does not match, or a colon or an element stands in a container that does not allow it.
    ///
    /// `positions` has room for a batch and a block.
    #[inline(always)]
    pub(super) fn wrong(&mut self, isa: impl Isa, part: &Part<'_>, positions: &mut [u32]) -> u64 {
        let mut count = 0;
        for (nth, words) in (0..).zip(part.words) {
            let Some(to) = positions[count..].first_chunk_mut() else { break };
            count += index_bits(words.bracket, nth * BLOCK as u32, to);
        }
        let mut changes = [0; BATCH];
        let mut wrong = self.brackets(part, &positions[..count], &mut changes);
        let mut elements = 0;
        for (words, change) in part.words.iter().zip(changes) {
            let behind = isa.prefix_xor(change) ^ self.in_array;
            self.in_array = 0_u64.wrapping_sub(behind >> LAST);
            // What leads up to a bracket, and the bracket itself, is still in the container before it.
            let array = behind ^ change;
            wrong |= words.colon & array | words.element & !array;
            elements |= words.element;
        }
        self.has_element |= elements != 0;
        wrong
    }

    /// Takes the brackets at `positions`, and sets the bit of each behind which an array takes the place of something else, or the other way
    /// round. Not zero when one does not match.
    #[inline(always)]
    fn brackets(&mut self, part: &Part<'_>, positions: &[u32], changes: &mut [u64; BATCH]) -> u64 {
        let bytes = &part.input[part.base..];
        let (mut open, mut limit, mut wrong) = (self.open, self.limit, 0);
        for &position in positions {
            let Some(&byte) = bytes.get(position as usize) else { break };
            let before = open;
            let opens = u64::from(byte / OPEN) & 1;
            let array = !u64::from(byte / OBJECT) & 1;
            // One place up and the bit of the container, or one place down.
            open = before << opens >> (opens ^ 1) | array & opens;
            wrong |= (before ^ array) & (opens ^ 1);
            if open.wrapping_sub(NONE + 1) >= limit - NONE - 1 {
                let Some(word) = self.cross(part.input, part.base + position as usize, before, open) else { return 1 };
                (open, limit) = (word, self.limit);
            }
            changes[position as usize / BLOCK % BATCH] |= ((before ^ open) & 1) << (position % BLOCK as u32);
        }
        self.open = open;
        wrong & 1
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
        self.open == NONE && self.outer.is_empty() && (self.is_container || !self.has_element)
    }
}
