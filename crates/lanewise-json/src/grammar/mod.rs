//! The verdict alone: whether a text is JSON, 64 bytes at a time, without looking at one token after the other.
//!
//! Each block of 64 bytes becomes words with a bit per byte: where quotes are, commas, digits and so on. What the grammar demands is
//! then said of all tokens of the block at once, in a few operations on these words, and what crosses a border of blocks is carried in
//! bits. Only three things are met one by one: brackets, because of their nesting, `true`, `false` and `null`, and escapes.
//!
//! ```text
//! string  = from each quote that is not escaped to the next, by a prefix xor
//! scalar  = what is in no string, no white space and no punctuation: numbers and literals
//! A ~> B  : B is the first byte behind A that is not of a given filling. One addition finds it for all A: a bit added at the start of
//!           a run of ones comes out behind its end
//!
//! 1. value ~> over white space to a comma, a colon or a closing bracket; and each comma and colon is reached so
//! 2. opening bracket, comma ~> over white space and strings to B. When B is a colon, it was a member's key in between, and the innermost
//!    container must be an object. When B is a closing bracket behind which no value stands, the container is empty, which a comma forbids.
//!    Any other B shows an element, and the container must be an array. A colon that is not reached so is an error
//! 3. brackets match
//! 4. numbers: rules about neighbours (a digit behind a dot, a digit or a sign behind an e, ...), and two runs of digits, that behind a
//!    dot and that behind an e, of which it is checked what they end at
//! ```
//!
//! That these rules are the grammar of RFC 8259 is what the tests show, by all short texts over an alphabet of every kind of byte. The
//! rules say nothing about where the first error is: that is the reader's part, which is asked only when there is one.
//!
//! Tried and slower: all blocks of a batch classified before the first is checked (17 %), brackets of a batch written to a list first so that
//! their loop ends once a batch and not once a block (6 to 11 %), whether the two are put together or not; no blank block at the end (10 of 60 ns for a
//! text of one block, but 3 % more for long ones), and none at the start either (2.5 times the time). Of no use: two blocks a turn, to spare the copy of
//! what is known of a block.
//!
//! Quotes, escapes and the addition are after Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019), section 3.1; that the
//! grammar can be checked in this form, without an index of the tokens, is ours.

mod literals;
mod nesting;
mod numbers;
pub(crate) mod strings;
#[cfg(test)]
mod tests;

use crate::scan;
use lanewise_simd::{BLOCK, Block, Isa, NibbleSet, Task, Utf8};
use literals::Literals;
use nesting::{Brackets, Nesting};
use numbers::Numbers;
pub(crate) use strings::Strings;

pub(crate) const WHITESPACE: NibbleSet = NibbleSet::new(b" \t\n\r");
/// The last control character.
pub(crate) const CONTROL_MAX: u8 = 0x1f;
/// Set in `{` and `}`, clear in `[` and `]`, which are the same bytes otherwise; set in small letters.
pub(crate) const BRACE: u8 = 0x20;
/// Below all letters, above all that a number may start with.
const BELOW_LETTERS: u8 = 0x3f;
/// The last bit of a word.
pub(crate) const LAST: u32 = BLOCK as u32 - 1;

/// Whether `input` is one JSON value, its containers at most `depth_max` deep.
pub(crate) struct Verdict<'a> {
    pub(crate) input: &'a [u8],
    pub(crate) depth_max: u32,
}

impl Task for Verdict<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> bool {
        self.with(isa, &mut ())
    }
}

impl Verdict<'_> {
    /// The verdict, after `visitor` has been shown the blocks up to where it was found.
    #[inline(always)]
    pub(crate) fn with<I: Isa>(self, isa: I, visitor: &mut impl Visitor) -> bool {
        let mut scan = Scan::new(isa, self.input, self.depth_max);
        let (blocks, rest) = self.input.as_chunks::<BLOCK>();
        for bytes in blocks {
            if !scan.push(bytes, visitor) {
                return false;
            }
        }
        // White space behind the text changes nothing, and ends every token.
        let mut last = BLANK;
        last[..rest.len()].copy_from_slice(rest);
        scan.push(&last, visitor) && scan.push(&BLANK, visitor) && scan.is_complete()
    }
}

/// What profits from the words of the blocks while they are made, before anybody knows whether the text is JSON.
pub(crate) trait Visitor {
    /// Takes the next block, `space` being the white space in it outside of strings. A block of such space may stand before the first one,
    /// and the last one is filled up with it.
    fn visit(&mut self, block: impl Block, space: u64);
}

impl Visitor for () {
    #[inline(always)]
    fn visit(&mut self, _: impl Block, _: u64) {}
}

const BLANK: [u8; BLOCK] = [b' '; BLOCK];

/// Where the bytes of each kind are in a block; outside of strings, but for `string`.
#[derive(Clone, Copy, Default)]
struct Kinds {
    /// Not zero when a string has what it may not.
    wrong: u64,
    string: u64,
    closing_quote: u64,
    space: u64,
    comma: u64,
    colon: u64,
    brackets: Brackets,
}

/// The way through a text. A field that is a carry holds bit 0 of the next block.
struct Scan<'a, I: Isa> {
    isa: I,
    input: &'a [u8],
    /// Offset of the block that comes next; the one before it is still to be checked, and is blank at first.
    base: usize,
    kinds: Kinds,
    bytes: &'a [u8; BLOCK],
    utf8: I::Utf8,
    strings: Strings,
    numbers: Numbers,
    literals: Literals,
    nesting: Nesting,
    /// Whether the byte before the block belongs to a scalar.
    in_scalar: u64,
    after_value: u64,
    /// Behind an opening bracket or a comma, with white space and at most one string in between.
    shown: u64,
}

impl<'a, I: Isa> Scan<'a, I> {
    #[inline(always)]
    fn new(isa: I, input: &'a [u8], depth_max: u32) -> Self {
        Self {
            isa,
            input,
            base: 0,
            kinds: Kinds { space: u64::MAX, ..Kinds::default() },
            bytes: &BLANK,
            utf8: isa.utf8(),
            strings: Strings::default(),
            numbers: Numbers::default(),
            literals: Literals::default(),
            nesting: Nesting::new(depth_max),
            in_scalar: 0,
            after_value: 0,
            shown: 0,
        }
    }

    /// Takes a block, and checks and shows the one before it; false when the text cannot be JSON.
    ///
    /// A block is classified before its forerunner is checked, so that the CPU has work of both at hand.
    #[inline(always)]
    fn push(&mut self, bytes: &'a [u8; BLOCK], visitor: &mut impl Visitor) -> bool {
        let kinds = self.classify(bytes);
        let wrong = self.rules();
        visitor.visit(self.isa.load(self.bytes), self.kinds.space);
        (self.kinds, self.bytes) = (kinds, bytes);
        self.base += BLOCK;
        wrong == 0
    }

    /// Finds out where what is.
    #[inline(always)]
    fn classify(&mut self, bytes: &[u8; BLOCK]) -> Kinds {
        let block = self.isa.load(bytes);
        self.utf8.push(block);
        let escaped = self.strings.escaped(block.eq(b'\\'));
        let quote = block.eq(b'"') & !escaped;
        let inside = self.strings.inside(self.isa.prefix_xor(quote));
        let string = inside | quote;
        let mut wrong = block.at_most(CONTROL_MAX) & inside;
        if escaped != 0 {
            wrong |= strings::wrong_escapes(self.input, self.base, escaped);
        }
        let folded = block.with_bits(BRACE);
        Kinds {
            wrong,
            string,
            closing_quote: quote & !inside,
            space: block.in_set(&WHITESPACE) & !string,
            comma: block.eq(b',') & !string,
            colon: block.eq(b':') & !string,
            brackets: Brackets { opening: folded.eq(b'{') & !string, closing: folded.eq(b'}') & !string, square: block.at_most(b']') },
        }
    }

    /// Not zero where the block before this one is found not to be JSON.
    #[inline(always)]
    fn rules(&mut self) -> u64 {
        let Kinds { mut wrong, string, closing_quote, space, comma, colon, brackets } = self.kinds;
        let Brackets { opening: open, closing: close, .. } = brackets;
        let base = self.base.wrapping_sub(BLOCK);
        let filling = space | string;
        let scalar = !(filling | comma | colon | open | close);
        let behind_scalar = scalar << 1 | self.in_scalar;
        if scalar | self.in_scalar != 0 {
            wrong |= self.scalars(base, scalar, scalar & !behind_scalar);
        }
        self.in_scalar = scalar >> LAST;

        let value_end = closing_quote | close;
        let after_value = follow(value_end << 1 | behind_scalar & !scalar, space, &mut self.after_value, value_end);
        let starts = open | comma;
        let shown = follow(starts << 1, filling, &mut self.shown, starts);
        let empty_close = close & !after_value;
        if empty_close != 0 {
            wrong |= self.wrong_empty_close(base, empty_close);
        }
        let element = shown & !(colon | empty_close);
        wrong |= self.nesting.wrong(self.input, base, &brackets, colon, element);
        wrong | (after_value ^ (comma | colon)) & !close | colon & !shown
    }

    /// All ones when a closing bracket of `empty_close`, behind which no value stands, does not follow an opening one. Each goes back over
    /// the white space before it, which no other one goes over.
    #[cold]
    fn wrong_empty_close(&self, base: usize, mut empty_close: u64) -> u64 {
        while empty_close != 0 {
            let before = &self.input[..base + empty_close.trailing_zeros() as usize];
            let last = before.iter().rfind(|&&byte| !scan::is_whitespace(byte));
            if !matches!(last, Some(b'[' | b'{')) {
                return u64::MAX;
            }
            empty_close &= empty_close - 1;
        }
        0
    }

    /// Not zero where `scalar`, whose first bytes are `starts`, is no number and no literal.
    #[inline(always)]
    fn scalars(&mut self, base: usize, scalar: u64, starts: u64) -> u64 {
        let block = self.isa.load(self.bytes);
        let no_letter = block.at_most(BELOW_LETTERS);
        let number = self.numbers.run(scalar, starts & no_letter);
        let literal = scalar & !number;
        let mut wrong = 0;
        if literal != 0 {
            wrong |= self.literals.wrong(self.input, base, literal, starts & !no_letter);
        }
        if number | self.numbers.in_number != 0 {
            wrong |= self.numbers.wrong(block, number, starts);
        }
        wrong
    }

    /// Whether the text may end here, with white space: behind a value, and not one behind a comma.
    #[inline(always)]
    fn is_complete(&self) -> bool {
        self.after_value == 1
            && self.shown == 0
            && self.strings.are_closed()
            && self.literals.are_exact()
            && self.nesting.is_closed()
            && self.utf8.is_valid()
    }
}

/// Where each of `starts` comes out that moves on over `filling`; a start is the first of a run of it, or not of it.
///
/// `carry` is a start at bit 0; it becomes that of the next block, where also what stands behind the last of `sources` starts.
#[inline(always)]
fn follow(starts: u64, filling: u64, carry: &mut u64, sources: u64) -> u64 {
    let starts = starts | *carry;
    let (sum, overflows) = filling.overflowing_add(starts & filling);
    *carry = u64::from(overflows) | sources >> LAST;
    (sum | starts) & !filling
}
