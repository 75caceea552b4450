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
//! Quotes, escapes and the addition are after Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019), section 3.1; that the
//! grammar can be checked in this form, without an index of the tokens, is ours.

use crate::scan;
use lanewise_simd::{BLOCK, Block, Isa, NibbleSet, Task, Utf8};

const WHITESPACE: NibbleSet = NibbleSet::new(b" \t\n\r");
/// The last control character.
const CONTROL_MAX: u8 = 0x1f;
/// Set in `{` and `}`, clear in `[` and `]`, which are the same bytes otherwise; set in small letters.
const BRACE: u8 = 0x20;
const LAST: u32 = BLOCK as u32 - 1;
/// Blocks that are classified at once.
const BATCH: usize = 16;

/// Whether `input` is one JSON value, its containers at most `depth_max` deep.
pub(crate) struct Verdict<'a> {
    pub(crate) input: &'a [u8],
    pub(crate) depth_max: u32,
}

impl Task for Verdict<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> bool {
        let mut scan = Scan::new(isa, self.input, self.depth_max);
        let (blocks, rest) = self.input.as_chunks::<BLOCK>();
        for batch in blocks.chunks(BATCH) {
            if !scan.batch(batch) {
                return false;
            }
        }
        // White space behind the text changes nothing, and ends every token.
        let mut last = [b' '; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        scan.batch(&[last]) && scan.is_complete()
    }
}

/// Where the bytes of each kind are in a block; outside of strings, but for `string`.
#[derive(Clone, Copy, Default)]
struct Words {
    string: u64,
    closing_quote: u64,
    /// Control characters in strings and escapes that are none.
    wrong: u64,
    space: u64,
    comma: u64,
    colon: u64,
    open: u64,
    close: u64,
    /// Of the brackets, those of arrays.
    square: u64,
    scalar: u64,
    /// Of scalars.
    digit: u64,
    minus: u64,
}

/// The way through a text. A field that is a carry holds bit 0 of the next block.
struct Scan<'a, I: Isa> {
    isa: I,
    input: &'a [u8],
    /// Offset of the block.
    base: usize,
    utf8: I::Utf8,
    strings: Strings,
    numbers: Numbers,
    nesting: Nesting,
    /// Whether the byte before the block belongs to a scalar.
    in_scalar: u64,
    after_value: u64,
    after_open: u64,
    after_comma: u64,
}

impl<'a, I: Isa> Scan<'a, I> {
    #[inline(always)]
    fn new(isa: I, input: &'a [u8], depth_max: u32) -> Self {
        Self {
            isa,
            input,
            base: 0,
            utf8: isa.utf8(),
            strings: Strings::default(),
            numbers: Numbers::default(),
            nesting: Nesting::new(depth_max),
            in_scalar: 0,
            after_value: 0,
            after_open: 0,
            after_comma: 0,
        }
    }

    /// Takes up to [`BATCH`] blocks; false when the text cannot be JSON.
    ///
    /// All of them are classified before the first is checked. Classifying has no branch that is hard to predict, checking has; a wrong
    /// guess then costs only the few operations before it, and not the whole way from the bytes.
    #[inline(always)]
    fn batch(&mut self, blocks: &[[u8; BLOCK]]) -> bool {
        let mut batch = [Words::default(); BATCH];
        for (nth, (words, bytes)) in batch.iter_mut().zip(blocks).enumerate() {
            *words = self.classify(bytes, self.base + nth * BLOCK);
        }
        let mut wrong = 0;
        for (words, bytes) in batch.iter().zip(blocks) {
            wrong |= self.check(words, bytes);
            self.base += BLOCK;
        }
        wrong == 0
    }

    #[inline(always)]
    fn classify(&mut self, bytes: &[u8; BLOCK], base: usize) -> Words {
        let block = self.isa.load(bytes);
        self.utf8.push(block);
        let escaped = self.strings.escaped(block.eq(b'\\'));
        let quote = block.eq(b'"') & !escaped;
        let inside = self.strings.inside(self.isa.prefix_xor(quote));
        let string = inside | quote;
        let mut wrong = block.at_most(CONTROL_MAX) & inside;
        if escaped != 0 {
            wrong |= wrong_escapes(self.input, base, escaped);
        }
        let space = block.in_set(&WHITESPACE) & !string;
        let comma = block.eq(b',') & !string;
        let colon = block.eq(b':') & !string;
        let folded = block.with_bits(BRACE);
        let open = folded.eq(b'{') & !string;
        let close = folded.eq(b'}') & !string;
        let scalar = !(string | space | comma | colon | open | close);
        Words {
            string,
            closing_quote: quote & !inside,
            wrong,
            space,
            comma,
            colon,
            open,
            close,
            square: block.at_most(b']'),
            scalar,
            digit: block.at_most(b'9') & !block.at_most(b'/') & scalar,
            minus: block.eq(b'-') & scalar,
        }
    }

    /// The places where the text is found not to be JSON.
    #[inline(always)]
    fn check(&mut self, words: &Words, bytes: &[u8; BLOCK]) -> u64 {
        let &Words { string, space, comma, colon, open, close, scalar, .. } = words;
        let mut wrong = words.wrong;
        let behind_scalar = scalar << 1 | self.in_scalar;
        if scalar | self.in_scalar != 0 {
            wrong |= self.numbers.wrong(self.isa, self.input, self.base, bytes, words, scalar & !behind_scalar);
        }
        self.in_scalar = scalar >> LAST;

        let value_end = words.closing_quote | close;
        let after_value = follow(value_end << 1 | behind_scalar & !scalar, space, &mut self.after_value, value_end);
        let filling = space | string;
        let after_open = follow(open << 1, filling, &mut self.after_open, open);
        let after_comma = follow(comma << 1, filling, &mut self.after_comma, comma);
        let empty_close = close & !after_value;
        wrong |= after_value & !(comma | colon | close) | (comma | colon) & !after_value;
        wrong |= empty_close & !after_open | colon & !(after_open | after_comma);
        let element = (after_open & !empty_close | after_comma) & !colon;
        wrong | self.nesting.wrong(open, close, words.square, colon, element)
    }

    /// Whether the text may end here, with white space: behind a value, and not one behind a comma.
    #[inline(always)]
    fn is_complete(&self) -> bool {
        self.after_value == 1 && self.after_comma == 0 && self.strings.inside == 0 && self.nesting.depth == 0 && self.utf8.is_valid()
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

/// What is known of strings from the blocks before.
#[derive(Default)]
struct Strings {
    /// Whether the first byte is escaped.
    escaped: u64,
    /// All ones when the first byte is in a string, else zero.
    inside: u64,
}

impl Strings {
    /// The bytes behind a backslash that is not escaped itself.
    #[inline(always)]
    fn escaped(&mut self, mut backslash: u64) -> u64 {
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

    /// The bytes of strings, with their opening and without their closing quotes.
    #[inline(always)]
    fn inside(&mut self, between: u64) -> u64 {
        let inside = between ^ self.inside;
        self.inside = 0_u64.wrapping_sub(inside >> LAST);
        inside
    }
}

/// All ones when an escape is none that JSON has. `escaped` are the bytes behind the backslashes.
#[inline(always)]
fn wrong_escapes(input: &[u8], base: usize, mut escaped: u64) -> u64 {
    while escaped != 0 {
        let at = base + escaped.trailing_zeros() as usize;
        if !scan::is_escape(input, at) {
            return u64::MAX;
        }
        escaped &= escaped - 1;
    }
    0
}

/// What is known of numbers and literals from the blocks before. INVARIANT: all zero but `literal` where no scalar goes on.
#[derive(Default)]
struct Numbers {
    literal: u64,
    number: u64,
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
    /// The places where the scalars of a block, whose first bytes are `starts`, are no numbers and no literals.
    #[inline(always)]
    fn wrong<I: Isa>(&mut self, isa: I, input: &[u8], base: usize, bytes: &[u8; BLOCK], words: &Words, starts: u64) -> u64 {
        let Some(literal) = self.literals(input, base, starts & !(words.digit | words.minus)) else { return u64::MAX };
        let number = words.scalar & !literal;
        if number | self.number == 0 {
            return 0;
        }
        let block = isa.load(bytes);
        let start = number & !(number << 1 | self.number);
        let digit = number & words.digit;
        let minus = number & words.minus;
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

        self.number = number >> LAST;
        self.digit = digit >> LAST;
        self.after_minus = (start & minus) >> LAST;
        self.after_zero = zero >> LAST;
        self.after_dot = dot >> LAST;
        self.after_e = e >> LAST;
        self.after_sign = sign >> LAST;

        start & !starts
            | number & !(digit | minus | dot | e | sign)
            | (first | after_dot | after_sign) & !digit
            | after_zero & digit
            | (dot | e) & !after_digit
            | sign & !after_e
            | after_e & !(digit | sign)
            | fraction_end & dot
            | exponent_end & (dot | e)
    }

    /// The bytes of literals, of which each of `starts` has to be one.
    #[inline(always)]
    fn literals(&mut self, input: &[u8], base: usize, mut starts: u64) -> Option<u64> {
        let mut literal = self.literal;
        self.literal = 0;
        while starts != 0 {
            let nth = starts.trailing_zeros();
            let size = scan::literal_size(input, base + nth as usize)?;
            let bytes = ((1_u128 << size) - 1) << nth;
            literal |= bytes as u64;
            self.literal = (bytes >> u64::BITS) as u64;
            starts &= starts - 1;
        }
        Some(literal)
    }
}

/// Which containers are open. Words of 64 bits each, of which the innermost one is at hand.
struct Nesting {
    /// Bit 0 says of the innermost container whether it is an array, bit 1 of the one around it, and so on.
    arrays: u64,
    /// The words around it, outermost first.
    outer: Vec<u64>,
    depth: u32,
    depth_max: u32,
    /// All ones where a colon is wrong: outside of objects.
    no_colon: u64,
    /// All ones where an element is wrong: outside of arrays.
    no_element: u64,
}

impl Nesting {
    fn new(depth_max: u32) -> Self {
        Self { arrays: 0, outer: Vec::new(), depth: 0, depth_max, no_colon: u64::MAX, no_element: u64::MAX }
    }

    /// The places where a bracket, a colon or what shows an element stands in a container that does not allow it.
    #[inline(always)]
    fn wrong(&mut self, open: u64, close: u64, square: u64, colon: u64, element: u64) -> u64 {
        let mut brackets = open | close;
        if brackets == 0 {
            return colon & self.no_colon | element & self.no_element;
        }
        let (mut wrong, mut behind) = (0, u64::MAX);
        while brackets != 0 {
            let bracket = brackets & brackets.wrapping_neg();
            // What stands up to the bracket itself is in the container around it.
            let here = behind & (bracket ^ (bracket - 1));
            wrong |= here & (colon & self.no_colon | element & self.no_element);
            behind = !(bracket ^ (bracket - 1));
            brackets ^= bracket;
            let fits = if open & bracket != 0 { self.open(square & bracket != 0) } else { self.close(square & bracket != 0) };
            if !fits {
                return u64::MAX;
            }
        }
        wrong | behind & (colon & self.no_colon | element & self.no_element)
    }

    #[inline(always)]
    fn open(&mut self, is_array: bool) -> bool {
        if self.depth == self.depth_max {
            return false;
        }
        if self.depth.is_multiple_of(u64::BITS) {
            self.outer.push(self.arrays);
        }
        self.depth += 1;
        self.arrays = self.arrays << 1 | u64::from(is_array);
        self.enter();
        true
    }

    #[inline(always)]
    fn close(&mut self, is_array: bool) -> bool {
        if self.depth == 0 || (self.arrays & 1 == 1) != is_array {
            return false;
        }
        self.depth -= 1;
        self.arrays >>= 1;
        if self.depth.is_multiple_of(u64::BITS) {
            self.arrays = self.outer.pop().unwrap_or_default();
        }
        self.enter();
        true
    }

    /// Takes note of what the innermost container allows.
    #[inline(always)]
    fn enter(&mut self) {
        let array = 0_u64.wrapping_sub(self.arrays & 1);
        let none = if self.depth == 0 { u64::MAX } else { 0 };
        self.no_colon = array | none;
        self.no_element = !array | none;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DEPTH_MAX, Limits, read};
    use lanewise_simd::{Kernels, active, available};
    use proptest::prelude::*;

    fn is_json_by(kernels: &Kernels, input: &[u8], depth_max: u32) -> bool {
        kernels.run(Verdict { input, depth_max })
    }

    /// The verdict is that of the reader.
    fn assert_agrees(kernels: &Kernels, input: &[u8]) {
        let expected = read(input, &Limits::default()).is_ok();
        assert_eq!(is_json_by(kernels, input, DEPTH_MAX), expected, "{}: {}", kernels.name(), input.escape_ascii());
    }

    /// All sequences of `length` of `pieces`, each behind every one of `leads`.
    fn assert_agrees_on_all(pieces: &[&str], length: u32, leads: &[&str]) {
        let mut input = Vec::new();
        for number in 0..pieces.len().pow(length) {
            for lead in leads {
                input.clear();
                input.extend_from_slice(lead.as_bytes());
                let mut rest = number;
                for _ in 0..length {
                    input.extend_from_slice(pieces[rest % pieces.len()].as_bytes());
                    rest /= pieces.len();
                }
                assert_agrees(active(), &input);
            }
        }
    }

    #[test]
    fn agrees_on_all_short_sequences_of_tokens() {
        let tokens = ["{", "}", "[", "]", ":", ",", r#""a""#, "1", " "];
        for length in 0..=6 {
            assert_agrees_on_all(&tokens, length, &["", &" ".repeat(61)]);
        }
        let more = ["{", "}", "[", "]", ":", ",", r#""""#, "-1.5e+3", "null", "\n", "\"a", "x"];
        assert_agrees_on_all(&more, 4, &["", "[", "{\"k\":", &" ".repeat(62)]);
    }

    #[test]
    fn agrees_on_all_short_numbers_and_literals() {
        for length in 1..=6 {
            assert_agrees_on_all(&["0", "1", "-", "+", ".", "e", "E"], length, &["", &" ".repeat(60)]);
        }
        for length in 1..=5 {
            assert_agrees_on_all(&["true", "t", "false", "nul", "null", "l", "e", "1", ",", "]"], length, &["", "[", &" ".repeat(62)]);
        }
    }

    #[test]
    fn agrees_on_all_short_strings() {
        for length in 1..=5 {
            let pieces = ["\"", "\\", "u", "00", "e9", "é", "\n", "n", "a"];
            assert_agrees_on_all(&pieces, length, &["\"", &format!("{}\"", " ".repeat(60))]);
        }
    }

    #[test]
    fn agrees_wherever_a_border_of_blocks_cuts() {
        let texts = [
            r#"{"a":[1.25e-7,true,false,null,"b\\\"\u00e9"],"c":{},"d":[],"e":-0,"f":0.5,"g":[[]]}"#,
            "[-0.0e0 , 10 ,\t\"\\\\\" ,{ \"é€😀\" : [ ] , \"\" : { } } ]",
            r#"["\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"]"#,
            "[123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890.1234567890]",
        ];
        let wrong: &[u8] = b"\0 \"\\,:[]{}0-+.eEtx\x1f\x80\xc3\xff";
        for kernels in available() {
            for text in texts {
                for pad in 0..BLOCK {
                    let input = [" ".repeat(pad).as_bytes(), text.as_bytes()].concat();
                    assert!(is_json_by(kernels, &input, DEPTH_MAX), "{} behind {pad}: {text}", kernels.name());
                    for at in (pad..input.len()).step_by(1 + pad % 7) {
                        let mut broken = input.clone();
                        for &byte in wrong {
                            broken[at] = byte;
                            assert_agrees(kernels, &broken);
                        }
                        assert_agrees(kernels, &input[..at]);
                    }
                }
            }
        }
    }

    #[test]
    fn depth_is_counted_over_many_words() {
        for kernels in available() {
            for depth in [0, 1, 2, 63, 64, 65, 127, 128, 129, 1000] {
                let mut text = Vec::new();
                (0..depth).for_each(|level| text.extend_from_slice(if level % 3 == 0 { b"{\"k\":" } else { b"[1,".as_slice() }));
                text.push(b'0');
                (0..depth).rev().for_each(|level| text.push(if level % 3 == 0 { b'}' } else { b']' }));
                let depth = depth as u32;
                assert!(is_json_by(kernels, &text, depth), "{} {depth}", kernels.name());
                assert!(depth == 0 || !is_json_by(kernels, &text, depth - 1), "{} {depth}", kernels.name());
                let swapped = text.iter().rposition(|&byte| byte == b']');
                if let Some(at) = swapped {
                    text[at] = b'}';
                    assert!(!is_json_by(kernels, &text, depth), "{} {depth}", kernels.name());
                }
            }
        }
    }

    /// Bytes that matter to the grammar, and pieces that are right often enough to lead far into a text.
    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\"k\":",
            "\"key\" : ",
            "\"\",",
            "[1,",
            "],",
            "},",
            "{\"a\":",
            "1",
            "0",
            "-",
            ".",
            "e5",
            "12.5,",
            "true",
            "false,",
            "null",
            " ",
            "\n\t",
            "é",
            "\\n",
            "\\u00",
            "        ",
            "\"a long string that goes on for a while\",",
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_on_random_pieces(pieces in prop::collection::vec(piece(), 0..60)) {
            let input = pieces.concat();
            for kernels in available() {
                assert_agrees(kernels, input.as_bytes());
            }
        }

        #[test]
        fn agrees_on_valid_texts_with_a_byte_changed(
            elements in prop::collection::vec(prop::sample::select(vec!["1", "-2.5e+10", "\"x\\\"y\"", "{}", "[]", "{\"a\":[true,null]}", " false "]), 1..40),
            at: prop::sample::Index,
            byte: u8,
        ) {
            let mut input = format!("[{}]", elements.join(",")).into_bytes();
            for kernels in available() {
                prop_assert!(is_json_by(kernels, &input, DEPTH_MAX));
            }
            let at = at.index(input.len());
            input[at] = byte;
            for kernels in available() {
                assert_agrees(kernels, &input);
            }
        }
    }
}
