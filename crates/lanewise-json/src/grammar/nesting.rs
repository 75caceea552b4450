//! Brackets, and what may stand in which container.

use super::{BATCH, LAST, Words};
use crate::scan;
use lanewise_simd::{BLOCK, Isa, index_bits};

/// Set in `{` and `[`, clear in `}` and `]`.
const OPEN: u64 = 0x02;
/// Set in `{` and `}`, clear in `[` and `]`.
const OBJECT: u64 = 0x20;

/// Which containers are open.
pub(super) struct Nesting {
    /// A bit for each, set for an array, the lowest for the innermost, and above them a set bit that is none of them.
    /// INVARIANT: it has no bit of a container only outside of all.
    open: u64,
    /// Full words around it, outermost first.
    outer: Vec<u64>,
    depth_max: u32,
    /// All ones when the next block starts in an array or outside of all containers, else zero.
    in_array: u64,
    /// Whether there was a bracket.
    is_container: bool,
    /// Whether anything showed an element.
    has_element: bool,
}

/// A word without a container. Its lowest bit is that of an array: outside of all, colons are as wrong as there.
const NONE: u64 = 1;
/// Set when a word has no room for another container.
const FULL: u64 = 1 << LAST;

/// The part of a text that is looked at.
pub(super) struct Part<'a> {
    pub(super) input: &'a [u8],
    pub(super) base: usize,
    pub(super) words: &'a [Words],
}

impl Nesting {
    pub(super) fn new(depth_max: u32) -> Self {
        Self { open: NONE, outer: Vec::new(), depth_max, in_array: u64::MAX, is_container: false, has_element: false }
    }

    /// Not zero when a bracket does not match, or a colon or an element stands in a container that does not allow it.
    ///
    /// `positions` has room for a batch and a block.
    #[inline(always)]
    pub(super) fn wrong(&mut self, isa: impl Isa, part: &Part<'_>, positions: &mut [u32]) -> u64 {
        let mut count = 0;
        for (nth, words) in (0..).zip(part.words) {
            let Some(to) = positions[count..].first_chunk_mut() else { break };
            count += index_bits(words.open | words.close, nth * BLOCK as u32, to);
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
    ///
    /// There is no branch on what a bracket is, as nothing foretells it.
    #[inline(always)]
    fn brackets(&mut self, part: &Part<'_>, positions: &[u32], changes: &mut [u64; BATCH]) -> u64 {
        let bytes = &part.input[part.base..];
        let (mut open, mut deepest, mut wrong) = (self.open, self.open, 0);
        for &position in positions {
            let Some(&byte) = bytes.get(position as usize) else { break };
            let (byte, before) = (u64::from(byte), open);
            let array = (!byte / OBJECT) & 1;
            let opens = 0_u64.wrapping_sub((byte / OPEN) & 1);
            let (pushed, popped) = (before << 1 | array, before >> 1);
            open = popped ^ (popped ^ pushed) & opens;
            wrong |= (before ^ array) & !opens;
            let lower = popped ^ (popped ^ before) & opens;
            if lower.wrapping_sub(NONE + 1) > FULL - NONE - 2 {
                wrong |= u64::from(self.depth(deepest) > self.depth_max);
                let Some(word) = self.cross(part.input, part.base + position as usize, before, open) else { return 1 };
                (open, deepest) = (word, word);
            }
            deepest = deepest.max(open);
            changes[position as usize / BLOCK % BATCH] |= ((before ^ open) & 1) << (position % BLOCK as u32);
        }
        self.open = open;
        wrong & 1 | u64::from(self.depth(deepest) > self.depth_max)
    }

    /// Gives the word behind the bracket at `at`, which goes over the border between two words: `before` is full or `after` has no container.
    /// Outside of the outermost container there must be white space, else there is no answer. Each happens too seldom to be fast.
    #[cold]
    #[inline(never)]
    fn cross(&mut self, input: &[u8], at: usize, before: u64, after: u64) -> Option<u64> {
        let opens = u64::from(input[at]) & OPEN != 0;
        if opens && before >= FULL {
            self.outer.push(before);
            return Some(NONE << 1 | after & 1);
        }
        if !opens && before == NONE {
            return None;
        }
        if !opens && let Some(word) = self.outer.pop() {
            return Some(word);
        }
        self.is_container = true;
        let outside = if opens { &input[..at] } else { &input[at + 1..] };
        outside.iter().all(|&byte| scan::is_whitespace(byte)).then_some(after)
    }

    /// How many containers are open when `word` is the innermost word.
    fn depth(&self, word: u64) -> u32 {
        let full = u32::try_from(self.outer.len()).unwrap_or(u32::MAX);
        full.saturating_mul(LAST).saturating_add(word.max(NONE).ilog2())
    }

    /// Asked at the end of the text. Where there was no bracket, an element is wrong in any case.
    pub(super) fn is_closed(&self) -> bool {
        self.open == NONE && (self.is_container || !self.has_element)
    }
}
