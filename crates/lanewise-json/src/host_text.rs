//! A text for the parser of the host, which takes Latin-1 or UTF-16 and is slow to make that of UTF-8, and to walk over white space.
//!
//! Each block of 64 bytes becomes units by a formula that looks at a byte and the three before it, without a branch, and the units that
//! count are then moved together: those behind the last byte of a character (a character beyond U+FFFF has one behind its third byte too)
//! that are no white space between tokens.
//!
//! Whether the text is JSON the host finds out. What is left out does not change its answer: white space is left out only where a bracket,
//! a comma, a colon, a string or white space stands before it, so two numbers or literals never become one. A backslash outside of
//! strings, which would mislead the search for quotes, is left in, and no parser goes beyond it.

use crate::grammar::strings::Strings;
use crate::grammar::{BRACE, LAST, WHITESPACE};
use lanewise_simd::{BLOCK, Block, Isa, NibbleSet, Task, Utf8};

const SEPARATORS: NibbleSet = NibbleSet::new(b",:");
const ASCII_MAX: u8 = 0x7f;
/// The last byte that goes on with a character.
const CONTINUATION_MAX: u8 = 0xbf;
/// The last byte that begins a character of Latin-1.
const LATIN1_LEAD_MAX: u8 = 0xc3;
/// The last bytes that begin a character of two and of three bytes.
const TWO_BYTES_MAX: u8 = 0xdf;
const THREE_BYTES_MAX: u8 = 0xef;
/// How many bytes before it a byte's unit may depend on.
const REACH: usize = 3;
/// The largest input that is worth the attempt: it takes up to four times as much memory, of which there is little where an address has 32 bits.
const INPUT_MAX: usize = usize::MAX / 16;

/// What [`host_text`] has made of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostText {
    /// Nothing: the input is ASCII without white space that would be worth leaving out.
    Ascii,
    /// One byte for each character.
    Latin1,
    /// Two bytes for each unit, in the order of the machine.
    Utf16,
}

/// Appends to `out`, which is empty, a text that a parser of JSON takes for `input`: it gives the same value, or fails as well.
///
/// `None` when the input is not UTF-8, when valid JSON of its brackets would be more than `depth_max` deep, or when this would not be worth
/// while: the instruction set in use has no vectors, or the input is too large for the memory of the machine. `out` is then without meaning.
///
/// # Complexity
/// O(input.len()) time; `out` grows by at most twice the input.
#[must_use]
pub fn host_text(input: &[u8], depth_max: u32, out: &mut Vec<u8>) -> Option<HostText> {
    let kernels = lanewise_simd::active();
    if !kernels.has_vectors() || input.len() > INPUT_MAX {
        return None;
    }
    kernels.run(Writer { input, depth_max, out })
}

struct Writer<'a> {
    input: &'a [u8],
    depth_max: u32,
    out: &'a mut Vec<u8>,
}

impl Task for Writer<'_> {
    type Output = Option<HostText>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<HostText> {
        let Self { input, depth_max, out } = self;
        let mut scan =
            Scan { isa, utf8: isa.utf8(), strings: Strings::default(), in_scalar: 0, three: 0, is_long: false, depth: 0, depth_max };
        let mut text = Text { isa, input, form: HostText::Ascii, out };
        let (blocks, rest) = input.as_chunks::<BLOCK>();
        let mut base = 0;
        for bytes in blocks {
            let words = scan.block(bytes)?;
            text.write(base, bytes, &words, words.counts);
            base += BLOCK;
        }
        // White space behind the text is never written, but ends a sequence that the text cuts off.
        let mut last = [b' '; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        let words = scan.block(&last)?;
        text.finish(base, &last, &words, rest.len());
        scan.utf8.is_valid().then_some(text.form)
    }
}

/// What is known of a block, with a bit for each byte.
struct Words {
    /// The bytes behind which there is a unit to be written.
    counts: u64,
    /// The bytes that are not ASCII.
    high: u64,
    /// The bytes that begin a character beyond Latin-1.
    wide: u64,
    /// Whether characters of three bytes or more are in it.
    is_long: bool,
}

struct Scan<I: Isa> {
    isa: I,
    utf8: I::Utf8,
    strings: Strings,
    /// Whether the byte before the block belongs to a number or a literal.
    in_scalar: u64,
    /// Whether the byte before the block begins a character of three bytes or more.
    three: u64,
    /// Whether one of the bytes before the block that its units may depend on does.
    is_long: bool,
    depth: u32,
    depth_max: u32,
}

impl<I: Isa> Scan<I> {
    /// `None` when the text nests too deep.
    #[inline(always)]
    fn block(&mut self, bytes: &[u8; BLOCK]) -> Option<Words> {
        let block = self.isa.load(bytes);
        self.utf8.push(block);
        let escaped = self.strings.escaped(block.eq(b'\\'));
        let quote = block.eq(b'"') & !escaped;
        let string = self.strings.inside(self.isa.prefix_xor(quote)) | quote;
        let space = block.in_set(&WHITESPACE) & !string;
        let folded = block.with_bits(BRACE);
        let open = folded.eq(b'{') & !string;
        let close = folded.eq(b'}') & !string;
        self.nest(open, close)?;
        let scalar = !(string | space | open | close | block.in_set(&SEPARATORS));
        let idle = space & !(scalar << 1 | self.in_scalar);
        self.in_scalar = scalar >> LAST;
        if !block.any_high() {
            (self.three, self.is_long) = (0, false);
            return Some(Words { counts: !idle, high: 0, wide: 0, is_long: false });
        }
        let three = !block.at_most(TWO_BYTES_MAX);
        let early = !block.at_most(CONTINUATION_MAX) | three << 1 | self.three;
        let is_long = self.is_long || three != 0;
        self.three = three >> LAST;
        self.is_long = three >> (BLOCK - REACH) != 0;
        Some(Words { counts: !(idle | early), high: !block.at_most(ASCII_MAX), wide: !block.at_most(LATIN1_LEAD_MAX), is_long })
    }

    #[inline(always)]
    fn nest(&mut self, open: u64, close: u64) -> Option<()> {
        let deepest = self.depth.saturating_add(open.count_ones());
        if deepest > self.depth_max {
            return self.nest_each(open, close);
        }
        // More brackets may close than have opened: that is no JSON, and not found out here.
        self.depth = deepest.saturating_sub(close.count_ones());
        Some(())
    }

    #[cold]
    fn nest_each(&mut self, open: u64, close: u64) -> Option<()> {
        let mut brackets = open | close;
        while brackets != 0 {
            let bracket = brackets & brackets.wrapping_neg();
            brackets ^= bracket;
            if close & bracket != 0 {
                self.depth = self.depth.saturating_sub(1);
            } else if self.depth == self.depth_max {
                return None;
            } else {
                self.depth += 1;
            }
        }
        Some(())
    }
}

struct Text<'a, I: Isa> {
    isa: I,
    input: &'a [u8],
    /// As long as it is [`HostText::Ascii`], nothing has been written.
    form: HostText,
    out: &'a mut Vec<u8>,
}

impl<I: Isa> Text<'_, I> {
    /// Writes the units of the block at `base` that `counts` says.
    #[inline(always)]
    fn write(&mut self, base: usize, bytes: &[u8; BLOCK], words: &Words, counts: u64) {
        if self.form == HostText::Ascii {
            if counts == u64::MAX {
                return;
            }
            self.begin(base);
        }
        if self.form == HostText::Latin1 && words.wide != 0 {
            self.widen();
        }
        if counts == 0 {
            return;
        }
        let mut copy = [0; REACH + BLOCK];
        match (self.form, words.high) {
            (HostText::Utf16, 0) => self.write_widened(bytes, counts),
            (HostText::Utf16, _) if words.is_long => self.write_wide(&wide_units(self.window(base, bytes, &mut copy)), counts),
            (HostText::Utf16, _) => self.write_wide(&wide_short_units(self.window(base, bytes, &mut copy)), counts),
            (_, 0) => self.write_narrow(bytes, counts),
            (_, _) => self.write_narrow(&narrow_units(self.window(base, bytes, &mut copy)), counts),
        }
    }

    /// Writes the last block, of which `len` bytes are of the input.
    #[inline(always)]
    fn finish(&mut self, base: usize, bytes: &[u8; BLOCK], words: &Words, len: usize) {
        // A last line feed is not worth a copy of all that came before.
        if self.form != HostText::Ascii || words.high != 0 {
            let counts = words.counts & ((1 << len) - 1);
            self.write(base, bytes, words, counts);
        }
    }

    /// Copies what has been left as it is until now.
    #[cold]
    fn begin(&mut self, base: usize) {
        self.form = HostText::Latin1;
        self.out.reserve(self.input.len());
        self.out.extend_from_slice(&self.input[..base]);
    }

    /// Makes UTF-16 of the Latin-1 that has been written.
    #[cold]
    fn widen(&mut self) {
        self.form = HostText::Utf16;
        let narrow = std::mem::take(self.out);
        self.out.reserve(2 * self.input.len());
        self.out.extend(narrow.iter().flat_map(|&byte| u16::from(byte).to_ne_bytes()));
    }

    /// The block, behind the bytes that stand before it: where it lies in the input, else in `copy`.
    #[inline(always)]
    fn window<'b>(&'b self, base: usize, bytes: &[u8; BLOCK], copy: &'b mut [u8; REACH + BLOCK]) -> &'b [u8; REACH + BLOCK] {
        if let Some(window) = self.input.get(base.wrapping_sub(REACH)..).and_then(|window| window.first_chunk()) {
            return window;
        }
        copy[REACH..].copy_from_slice(bytes);
        if let Some(before) = self.input[..base].last_chunk::<REACH>() {
            copy[..REACH].copy_from_slice(before);
        }
        copy
    }

    #[inline(always)]
    fn write_narrow(&mut self, units: &[u8; BLOCK], counts: u64) {
        self.isa.load(units).append(counts, self.out);
    }

    #[inline(always)]
    fn write_wide(&mut self, units: &[u16; BLOCK], counts: u64) {
        let size = self.out.len();
        if counts == u64::MAX {
            self.out.extend_from_slice(units.map(u16::to_ne_bytes).as_flattened());
            return;
        }
        self.out.extend_from_slice(&[0; 2 * BLOCK]);
        let isa = self.isa;
        if let Some(to) = self.last_words() {
            let count = isa.pack_words(units, counts, to);
            self.out.truncate(size + 2 * count);
        }
    }

    /// [`Text::write_wide`] for ASCII.
    #[inline(always)]
    fn write_widened(&mut self, bytes: &[u8; BLOCK], counts: u64) {
        let size = self.out.len();
        if counts == u64::MAX {
            self.out.extend_from_slice(bytes.map(|byte| u16::from(byte).to_ne_bytes()).as_flattened());
            return;
        }
        self.out.extend_from_slice(&[0; 2 * BLOCK]);
        let isa = self.isa;
        if let Some(to) = self.last_words() {
            let count = isa.pack_widened(bytes, counts, to);
            self.out.truncate(size + 2 * count);
        }
    }

    /// The words that were written last, of a whole block.
    #[inline(always)]
    fn last_words(&mut self) -> Option<&mut [[u8; 2]; BLOCK]> {
        self.out.last_chunk_mut::<{ 2 * BLOCK }>()?.as_chunks_mut().0.first_chunk_mut()
    }
}

/// The low bits of a byte that goes on with a character.
#[inline(always)]
fn low(byte: u8) -> u16 {
    u16::from(byte & 0x3f)
}

/// `yes` where `choice` is true. Written so that there is no branch, or the loops around it would not become vectors.
#[inline(always)]
fn select(choice: bool, yes: u16, no: u16) -> u16 {
    let mask = 0_u16.wrapping_sub(u16::from(choice));
    yes & mask | no & !mask
}

/// Units of characters of up to two bytes that are in Latin-1.
#[inline(always)]
fn narrow_units(window: &[u8; REACH + BLOCK]) -> [u8; BLOCK] {
    let mut units = [0; BLOCK];
    for (at, unit) in units.iter_mut().enumerate() {
        let [one, here] = [window[at + 2], window[at + 3]];
        let mask = 0_u8.wrapping_sub(u8::from(here <= ASCII_MAX));
        *unit = here & mask | (one << 6 | here & 0x3f) & !mask;
    }
    units
}

/// Units of characters of up to two bytes.
#[inline(always)]
fn wide_short_units(window: &[u8; REACH + BLOCK]) -> [u16; BLOCK] {
    let mut units = [0; BLOCK];
    for (at, unit) in units.iter_mut().enumerate() {
        let [one, here] = [window[at + 2], window[at + 3]];
        *unit = select(here <= ASCII_MAX, u16::from(here), u16::from(one & 0x1f) << 6 | low(here));
    }
    units
}

/// Units of all characters. Those beyond U+FFFF have their first behind the third byte, which already knows all of its bits.
#[inline(always)]
fn wide_units(window: &[u8; REACH + BLOCK]) -> [u16; BLOCK] {
    let mut units = [0; BLOCK];
    for (at, unit) in units.iter_mut().enumerate() {
        let [three, two, one, here] = [window[at], window[at + 1], window[at + 2], window[at + 3]];
        let of_two = u16::from(one & 0x1f) << 6 | low(here);
        let of_three = u16::from(two & 0x0f) << 12 | low(one) << 6 | low(here);
        let first_of_four = (u16::from(two & 0x07) << 8 | low(one) << 2 | low(here) >> 4).wrapping_sub(0x40).wrapping_add(0xd800);
        let second_of_four = 0xdc00 | u16::from(one & 0x0f) << 6 | low(here);
        let value = select(two > TWO_BYTES_MAX, of_three, of_two);
        let value = select(two > THREE_BYTES_MAX, first_of_four, value);
        let value = select(three > THREE_BYTES_MAX, second_of_four, value);
        *unit = select(here <= ASCII_MAX, u16::from(here), value);
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanewise_simd::available;

    /// What every instruction set makes of `input`, as one: the characters, or `None`.
    fn texts(input: &[u8], depth_max: u32) -> Vec<Option<Vec<u16>>> {
        available()
            .map(|kernels| {
                let mut out = Vec::new();
                let form = kernels.run(Writer { input, depth_max, out: &mut out })?;
                Some(match form {
                    HostText::Ascii => input.iter().copied().map(u16::from).collect(),
                    HostText::Latin1 => out.iter().copied().map(u16::from).collect(),
                    HostText::Utf16 => out.as_chunks().0.iter().map(|&unit| u16::from_ne_bytes(unit)).collect(),
                })
            })
            .collect()
    }

    /// The same, character by character: white space goes where no scalar stands before it.
    fn naive(text: &str) -> Vec<u16> {
        let (mut kept, mut in_string, mut escaped, mut in_scalar) = (String::new(), false, false, false);
        for character in text.chars() {
            let is_space = " \t\r\n".contains(character);
            if in_string || !is_space || in_scalar {
                kept.push(character);
            }
            let quote = character == '"' && !escaped;
            in_scalar = !in_string && !quote && !is_space && !"{}[],:".contains(character);
            in_string ^= quote;
            escaped = character == '\\' && !escaped;
        }
        kept.encode_utf16().collect()
    }

    /// Drops white space behind scalars as well, so that texts of which it does not matter can be compared.
    fn folded(units: &[u16]) -> Vec<u16> {
        naive(&String::from_utf16_lossy(units))
    }

    #[test]
    fn gives_the_same_text_without_white_space_at_every_place_of_a_block() {
        let pieces = [
            "{ \"a\" : [ 1 , -2.5e3 ,\n\ttrue ] }",
            "\"é ÿ \u{80}\"  ,",
            "\"Привет, мир\" :\r\n  ",
            "\"日本 \u{800} \u{ffff} 語\" ",
            "\"😀 \u{10000}\u{10ffff}\\\" \\\\\" , ",
            "12  \"x\"   null ",
            "\\\"  \" \\",
            "",
        ];
        let step = if cfg!(miri) { 29 } else { 1 };
        for first in pieces {
            for second in pieces {
                for shift in (0..=BLOCK + 4).step_by(step) {
                    let text = format!("{}{first}{second}{second}{}{first}", "x".repeat(shift), " ".repeat(shift));
                    for (found, kernels) in texts(text.as_bytes(), u32::MAX).into_iter().zip(available()) {
                        let found = found.expect("the text is UTF-8");
                        assert_eq!(folded(&found), naive(&text), "{} {text}", kernels.name());
                    }
                }
            }
        }
    }

    #[test]
    fn leaves_out_what_it_can() {
        for text in texts("[ 1 ,  2 , \"a b\" ]\n {  }          \n               \n                      \"é\" ".as_bytes(), 8) {
            assert_eq!(String::from_utf16(&text.unwrap()).unwrap(), "[1 ,2 ,\"a b\"]{}\"é\"");
        }
    }

    #[test]
    fn knows_how_deep_brackets_are_outside_of_strings() {
        let nest = |depth: usize| format!("{}\"[[[[\"{}", "[{\"a\":".repeat(depth), "}]".repeat(depth));
        for depth in 1..80 {
            for (limit, fits) in [(2 * depth, true), (2 * depth - 1, false)] {
                for text in texts(nest(depth).repeat(3).as_bytes(), limit as u32) {
                    assert_eq!(text.is_some(), fits);
                }
            }
        }
        assert!(texts(b"]]]]]]]][[", 1).iter().all(Option::is_none));
    }

    #[test]
    fn refuses_what_is_not_utf8_at_every_place_of_a_block() {
        for bad in [&b"\xff"[..], b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xe2\x82", b"\xf4\x90\x80\x80", b"\x80"] {
            for shift in 0..2 * BLOCK {
                let mut input = "é".repeat(BLOCK).into_bytes();
                input.truncate(shift);
                input.truncate(shift - shift % 2);
                input.extend_from_slice(bad);
                assert!(texts(&input, 1).iter().all(Option::is_none), "{input:x?}");
                input.extend_from_slice(b"\" \"");
                assert!(texts(&input, 1).iter().all(Option::is_none));
            }
        }
    }
}
