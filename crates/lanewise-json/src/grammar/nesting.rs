//! Brackets, and what may stand in which container.

use super::{BATCH, LAST, Words};
use crate::scan;
use lanewise_simd::{BLOCK, Isa, index_bits};

/// Set in `{` and `[`, clear in `}` and `]`.
const OPEN: u8 = 0x02;
/// Set in `{` and `}`, clear in `[` and `]`.
const OBJECT: u8 = 0x20;
const WORD_BITS: i64 = u64::BITS as i64;

/// Which containers are open.
pub(super) struct Nesting {
    /// Bit 0 says of the innermost container whether it is an array, bit 1 of the one around it, and so on; outside of all it is zero.
    arrays: u64,
    /// The words around it, outermost first.
    outer: Vec<u64>,
    depth: i64,
    depth_max: i64,
    /// All ones when the next block starts in an array, else zero.
    in_array: u64,
    /// Whether there was a bracket.
    is_container: bool,
    /// Whether there was a colon.
    has_colon: bool,
}

/// The part of a text that is looked at.
pub(super) struct Part<'a> {
    pub(super) input: &'a [u8],
    pub(super) base: usize,
    pub(super) words: &'a [Words],
}

impl Nesting {
    pub(super) fn new(depth_max: u32) -> Self {
        let depth_max = depth_max.into();
        Self { arrays: 0, outer: Vec::new(), depth: 0, depth_max, in_array: 0, is_container: false, has_colon: false }
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
        let mut colons = 0;
        for (words, change) in part.words.iter().zip(changes) {
            let behind = isa.prefix_xor(change) ^ self.in_array;
            self.in_array = 0_u64.wrapping_sub(behind >> LAST);
            // What leads up to a bracket, and the bracket itself, is still in the container before it.
            let array = behind ^ change;
            wrong |= words.colon & array | words.element & !array;
            colons |= words.colon;
        }
        self.has_colon |= colons != 0;
        wrong
    }

    /// Takes the brackets at `positions`, and sets the bit of each behind which an array takes the place of something else, or the other way
    /// round. Not zero when one does not match.
    #[inline(always)]
    fn brackets(&mut self, part: &Part<'_>, positions: &[u32], changes: &mut [u64; BATCH]) -> u64 {
        let bytes = &part.input[part.base..];
        let mut wrong = 0;
        for &position in positions {
            let Some(&byte) = bytes.get(position as usize) else { break };
            let opens = byte & OPEN != 0;
            let array = u64::from(byte & OBJECT == 0);
            let before = self.arrays;
            let lower = if opens { self.depth } else { self.depth - 1 };
            let pushed = before << 1 | array;
            self.arrays = if opens { pushed } else { before >> 1 };
            self.depth = if opens { self.depth + 1 } else { self.depth - 1 };
            // The sign bits of what must not be negative.
            wrong |= ((self.depth | (self.depth_max - self.depth)) as u64) >> LAST | u64::from(!opens) & (before ^ array);
            if lower % WORD_BITS == 0 {
                wrong |= u64::from(!self.cross(part.input, part.base + position as usize, before, opens));
            }
            changes[position as usize / BLOCK] |= ((before ^ self.arrays) & 1) << (position % BLOCK as u32);
        }
        wrong
    }

    /// Moves a word when a bracket goes over the border to the next, and looks at what is outside of the outermost container: it must be
    /// white space. Each happens too seldom to be fast.
    #[cold]
    fn cross(&mut self, input: &[u8], at: usize, before: u64, opens: bool) -> bool {
        let lower = self.depth - i64::from(opens);
        if lower == 0 {
            self.is_container = true;
            let outside = if opens { &input[..at] } else { &input[at + 1..] };
            return outside.iter().all(|&byte| scan::is_whitespace(byte));
        }
        if opens {
            self.outer.push(before);
        } else {
            self.arrays = self.outer.pop().unwrap_or_default();
        }
        true
    }

    /// Asked at the end of the text. Where there was no bracket, a colon is wrong in any case.
    pub(super) fn is_closed(&self) -> bool {
        self.depth == 0 && (self.is_container || !self.has_colon)
    }
}
