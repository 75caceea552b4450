//! Haystacks and patterns as the symbols that an automaton runs on.
//!
//! A text is read in steps, a unit or a character each. The code of a step becomes one to four symbols in the manner of UTF-8, so that
//! no code's symbols occur inside those of others. Where words matter two more symbols stand between the steps: `CLOSE` where
//! the character that follows is no word character, then `OPEN` where the one before is none. An occurrence between two
//! characters that are no word characters is then the string of symbols `OPEN … CLOSE`, nothing but a literal again: the automaton
//! chooses among whole words alone, in one pass.
use crate::automaton::{Block, Blocks, Room, Symbols};
use crate::{CaseFolding, unicode};
use lanewise_simd::{Kernels, Width};
use std::ops::ControlFlow;

/// Stands before a step when the character before it is no word character.
pub(crate) const OPEN: u8 = 0xfa;
/// Stands after a step when the character after it is no word character.
pub(crate) const CLOSE: u8 = 0xfb;
/// The code of a byte that is not part of well-formed UTF-8 is this and the byte.
pub(crate) const STRAY: u32 = 0x11_0000;

/// A step has fewer symbols than this, with those that stand before and behind it.
const STEP_MAX: usize = 8;

/// How a text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Steps are whole characters, else units.
    pub(crate) characters: bool,
    /// What becomes of the code of a character.
    pub(crate) folding: CaseFolding,
    /// `OPEN` and `CLOSE` are read.
    pub(crate) words: bool,
}

impl Reading {
    /// Whether the symbols of bytes are the bytes.
    pub(crate) fn is_raw(self) -> bool {
        !self.characters && !self.words
    }

    #[inline(always)]
    pub(crate) fn fold(self, code: u32) -> u32 {
        match self.folding {
            CaseFolding::None => code,
            CaseFolding::Ascii => unicode::fold_ascii(code),
            CaseFolding::Unicode => unicode::fold(code),
        }
    }
}

/// One unit or character of a text.
struct Step {
    code: u32,
    end: usize,
    /// Whether the character that begins where the step does is a word character.
    starts_word: bool,
    /// The same of the character that ends where the step does.
    ends_word: bool,
}

/// A sequence of units and the characters in it. Offsets are in units.
pub(crate) trait Units {
    /// That of a unit.
    const WIDTH: Width;
    /// The bytes of all units.
    fn raw(&self) -> &[u8];
    fn len(&self) -> usize;
    fn unit(&self, at: usize) -> u32;
    /// The character that begins at `at < len()`, and where it ends. A unit that is part of no character is one of its own.
    fn after(&self, at: usize) -> (u32, usize);
    /// The character that ends at `at > 0`, and where it begins; likewise.
    fn before(&self, at: usize) -> (u32, usize);
}

/// Bytes that are UTF-8 where they can be.
pub(crate) struct Utf8<'a>(pub(crate) &'a [u8]);

impl Utf8<'_> {
    /// Code and length of the well-formed sequence at the start of `bytes`, after table 3-7 of the Unicode Standard.
    #[inline]
    fn decode(bytes: &[u8]) -> Option<(u32, usize)> {
        let rest = |range: std::ops::Range<usize>| {
            bytes.get(range)?.iter().try_fold(0, |code, &byte| (byte & 0xc0 == 0x80).then_some(code << 6 | u32::from(byte & 0x3f)))
        };
        let (&lead, second) = (bytes.first()?, bytes.get(1).copied().unwrap_or(0));
        let head = u32::from(lead);
        match (lead, second) {
            (0..=0x7f, _) => Some((head, 1)),
            (0xc2..=0xdf, _) => Some(((head & 0x1f) << 6 | rest(1..2)?, 2)),
            (0xe0, 0xa0..) | (0xe1..=0xec, _) | (0xed, ..=0x9f) | (0xee..=0xef, _) => Some(((head & 0x0f) << 12 | rest(1..3)?, 3)),
            (0xf0, 0x90..) | (0xf1..=0xf3, _) | (0xf4, ..=0x8f) => Some(((head & 0x07) << 18 | rest(1..4)?, 4)),
            _ => None,
        }
    }
}

impl Units for Utf8<'_> {
    const WIDTH: Width = Width::One;

    #[inline(always)]
    fn raw(&self) -> &[u8] {
        self.0
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn unit(&self, at: usize) -> u32 {
        self.0[at].into()
    }

    #[inline]
    fn after(&self, at: usize) -> (u32, usize) {
        match Self::decode(&self.0[at..]) {
            Some((code, size)) => (code, at + size),
            None => (STRAY + self.unit(at), at + 1),
        }
    }

    #[inline]
    fn before(&self, at: usize) -> (u32, usize) {
        // A sequence that ends here begins with the nearest byte that continues none.
        let start = (at.saturating_sub(4)..at).rev().find(|&start| self.0[start] & 0xc0 != 0x80);
        match start.map(|start| (start, Self::decode(&self.0[start..at]))) {
            Some((start, Some((code, size)))) if start + size == at => (code, start),
            _ => (STRAY + self.unit(at - 1), at - 1),
        }
    }
}

/// One byte a character, those below 256.
pub(crate) struct Latin1<'a>(pub(crate) &'a [u8]);

impl Units for Latin1<'_> {
    const WIDTH: Width = Width::One;

    #[inline(always)]
    fn raw(&self) -> &[u8] {
        self.0
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn unit(&self, at: usize) -> u32 {
        self.0[at].into()
    }

    #[inline(always)]
    fn after(&self, at: usize) -> (u32, usize) {
        (self.unit(at), at + 1)
    }

    #[inline(always)]
    fn before(&self, at: usize) -> (u32, usize) {
        (self.unit(at - 1), at - 1)
    }
}

/// Units of UTF-16 as pairs of bytes, the low one first.
pub(crate) struct Utf16<'a>(pub(crate) &'a [[u8; 2]]);

impl<'a> Utf16<'a> {
    /// The units in `bytes`; a last half unit is left out.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.as_chunks().0)
    }

    /// The character of the surrogate pair at `at`, if there is one.
    #[inline]
    fn pair(&self, at: usize) -> Option<u32> {
        let (high, low) = (u32::from(u16::from_le_bytes(*self.0.get(at)?)), u32::from(u16::from_le_bytes(*self.0.get(at + 1)?)));
        (high & 0xfc00 == 0xd800 && low & 0xfc00 == 0xdc00).then(|| 0x1_0000 + ((high & 0x3ff) << 10 | low & 0x3ff))
    }
}

impl Units for Utf16<'_> {
    const WIDTH: Width = Width::Two;

    #[inline(always)]
    fn raw(&self) -> &[u8] {
        self.0.as_flattened()
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn unit(&self, at: usize) -> u32 {
        u16::from_le_bytes(self.0[at]).into()
    }

    #[inline]
    fn after(&self, at: usize) -> (u32, usize) {
        self.pair(at).map_or((self.unit(at), at + 1), |code| (code, at + 2))
    }

    #[inline]
    fn before(&self, at: usize) -> (u32, usize) {
        let start = at.checked_sub(2);
        start.and_then(|start| Some((self.pair(start)?, start))).unwrap_or_else(|| (self.unit(at - 1), at - 1))
    }
}

/// A text and how it is read.
pub(crate) struct Text<U> {
    pub(crate) units: U,
    pub(crate) reading: Reading,
}

impl<U: Units> Text<U> {
    /// Where a match of so many `steps` that ends at `end` starts.
    pub(crate) fn start(&self, end: usize, steps: u32) -> usize {
        if self.reading.characters { (0..steps).fold(end, |at, _| self.units.before(at).1) } else { end - steps as usize }
    }

    /// How many steps the text has.
    pub(crate) fn count_steps(&self) -> usize {
        if self.reading.characters {
            let mut at = 0;
            std::iter::from_fn(|| (at < self.units.len()).then(|| at = self.units.after(at).1)).count()
        } else {
            self.units.len()
        }
    }

    /// The folded codes of its characters.
    pub(crate) fn codes(&self) -> Vec<u32> {
        let mut at = 0;
        let mut next = || {
            let (code, end) = (at < self.units.len()).then(|| self.units.after(at))?;
            at = end;
            Some(self.reading.fold(code))
        };
        std::iter::from_fn(&mut next).collect()
    }

    /// Whether neither the character before `start` nor the one after `end` is a word character.
    #[inline]
    pub(crate) fn is_word_apart(&self, start: usize, end: usize) -> bool {
        let is_word_before = start > 0 && unicode::is_word(self.units.before(start).0);
        let is_word_after = end < self.units.len() && unicode::is_word(self.units.after(end).0);
        !is_word_before && !is_word_after
    }

    /// The first place at or after `from` where a step may begin.
    pub(crate) fn boundary(&self, from: usize) -> usize {
        if self.reading.characters && from > 0 && from < self.units.len() {
            // Only a character of more than one unit can lie across `from`, and it is at most four units long.
            let across = (from.saturating_sub(3)..from).map(|start| self.units.after(start).1).find(|&end| end > from);
            return across.unwrap_or(from);
        }
        from
    }

    #[inline(always)]
    fn step<const WORDS: bool>(&self, at: usize) -> Option<Step> {
        if at >= self.units.len() {
            return None;
        }
        if self.reading.characters {
            let (character, end) = self.units.after(at);
            let word = WORDS && unicode::is_word(character);
            return Some(Step { code: self.reading.fold(character), end, starts_word: word, ends_word: word });
        }
        let starts_word = WORDS && unicode::is_word(self.units.after(at).0);
        let ends_word = WORDS && unicode::is_word(self.units.before(at + 1).0);
        Some(Step { code: self.units.unit(at), end: at + 1, starts_word, ends_word })
    }

    /// Gives `each` the symbols of the step that begins at `at`, with those that stand before it, and returns where it ends. `ends_word` says
    /// whether the character before it is a word character, and then whether its own is.
    #[inline(always)]
    fn read_step<const WORDS: bool>(
        &self,
        at: usize,
        ends_word: &mut bool,
        mut each: impl FnMut(u8, usize) -> ControlFlow<()>,
    ) -> ControlFlow<(), usize> {
        let Some(step) = self.step::<WORDS>(at) else { return ControlFlow::Continue(self.units.len()) };
        if WORDS {
            if !step.starts_word {
                each(CLOSE, at)?;
            }
            if !*ends_word {
                each(OPEN, at)?;
            }
            *ends_word = step.ends_word;
        }
        encode(step.code, |symbol| each(symbol, step.end))?;
        ControlFlow::Continue(step.end)
    }

    /// Whether the character before `at` is a word character.
    fn ends_word(&self, at: usize) -> bool {
        at > 0 && unicode::is_word(self.units.before(at).0)
    }

    #[inline(always)]
    fn read_steps<const WORDS: bool>(
        &self,
        from: usize,
        to: usize,
        closes: bool,
        mut each: impl FnMut(u8, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut at = self.boundary(from);
        let mut ends_word = WORDS && self.ends_word(at);
        while at < to.min(self.units.len()) {
            at = self.read_step::<WORDS>(at, &mut ends_word, &mut each)?;
        }
        if WORDS && closes {
            each(CLOSE, at)?;
        }
        ControlFlow::Continue(())
    }

    #[inline(always)]
    fn read_part(&self, from: usize, to: usize, closes: bool, each: impl FnMut(u8, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        if from > self.units.len() {
            return ControlFlow::Continue(());
        }
        if self.reading.words { self.read_steps::<true>(from, to, closes, each) } else { self.read_steps::<false>(from, to, closes, each) }
    }

    /// Writes the symbols of about `count` steps from `from` on. Returns how many there are, and where the next step begins.
    #[inline(always)]
    fn write_steps<const WORDS: bool>(&self, from: usize, count: usize, room: &mut Room<'_>) -> (usize, usize) {
        let most = count.min(room.symbols.len()).saturating_sub(STEP_MAX);
        let mut at = self.boundary(from);
        let mut ends_word = WORDS && self.ends_word(at);
        let mut written = 0;
        let mut write = |written: &mut usize, symbol, end: usize| {
            if let (Some(to), Some(end_to)) = (room.symbols.get_mut(*written), room.ends.get_mut(*written)) {
                (*to, *end_to) = (symbol, end as u32);
                *written += 1;
            }
            ControlFlow::Continue(())
        };
        while at < self.units.len() && written < most {
            let step = self.read_step::<WORDS>(at, &mut ends_word, |symbol, end| write(&mut written, symbol, end));
            // No step breaks off.
            at = step.continue_value().unwrap_or(self.units.len());
        }
        if WORDS && at == self.units.len() {
            let _ = write(&mut written, CLOSE, at);
        }
        (written, at)
    }

    /// The number of symbols of the step that begins at `at`, with those that stand before it, and where it ends.
    pub(crate) fn count_symbols(&self, at: usize) -> (usize, usize) {
        let (mut count, mut step_end) = (0, at);
        let _ = self.read_part(at, at + 1, false, |_, end| {
            count += 1;
            step_end = end;
            ControlFlow::Continue(())
        });
        (count, step_end)
    }
}

impl<U: Units> Symbols for Text<U> {
    #[inline(always)]
    fn read(&self, from: usize, each: impl FnMut(u8, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        self.read_part(from, self.units.len(), true, each)
    }
}

impl<U: Units> Blocks for Text<U> {
    fn block<'b>(&'b self, from: usize, count: usize, mut room: Room<'b>) -> Block<'b> {
        let (count, next) = match self.reading.words {
            _ if from > self.units.len() => (0, from),
            true => self.write_steps::<true>(from, count, &mut room),
            false => self.write_steps::<false>(from, count, &mut room),
        };
        let Room { symbols, ends } = room;
        Block { symbols: &symbols[..count], ends: Some(&ends[..count]), from, next: (next < self.units.len()).then_some(next) }
    }

    fn len(&self) -> usize {
        self.units.len()
    }

    fn starts(&self) -> Option<(Starts, &[u8])> {
        None
    }
}

/// The steps of a text up to `to`; what follows says no more than which characters stand there.
pub(crate) struct Part<'a, U> {
    pub(crate) text: &'a Text<U>,
    pub(crate) to: usize,
    /// Whether the text ends there.
    pub(crate) closes: bool,
}

impl<U: Units> Symbols for Part<'_, U> {
    #[inline(always)]
    fn read(&self, from: usize, each: impl FnMut(u8, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        self.text.read_part(from, self.to, self.closes, each)
    }
}

/// Gives `each` the symbols of `code`: generalized UTF-8, and for stray bytes two symbols with leads of their own.
#[inline(always)]
pub(crate) fn encode(code: u32, mut each: impl FnMut(u8) -> ControlFlow<()>) -> ControlFlow<()> {
    let tail = |shift: u32| 0x80 | (code >> shift & 0x3f) as u8;
    match code {
        0..0x80 => {
            each(code as u8)?;
        }
        0x80..0x800 => {
            each(0xc0 | (code >> 6) as u8)?;
            each(tail(0))?;
        }
        0x800..0x1_0000 => {
            each(0xe0 | (code >> 12) as u8)?;
            each(tail(6))?;
            each(tail(0))?;
        }
        0x1_0000..STRAY => {
            each(0xf0 | (code >> 18) as u8)?;
            each(tail(12))?;
            each(tail(6))?;
            each(tail(0))?;
        }
        _ => {
            each(0xf8 | (code >> 6 & 1) as u8)?;
            each(tail(0))?;
        }
    }
    ControlFlow::Continue(())
}

/// Bytes that are their own symbols.
pub(crate) struct Raw<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) starts: Option<Starts>,
}

impl Symbols for Raw<'_> {
    #[inline(always)]
    fn read(&self, from: usize, mut each: impl FnMut(u8, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        (from..).zip(self.bytes.get(from..).unwrap_or_default()).try_for_each(|(at, &byte)| each(byte, at + 1))
    }
}

impl Blocks for Raw<'_> {
    fn block<'b>(&'b self, from: usize, count: usize, _: Room<'b>) -> Block<'b> {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let symbols = &rest[..count.min(rest.len())];
        Block { symbols, ends: None, from, next: (count < rest.len()).then(|| from + count) }
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn starts(&self) -> Option<(Starts, &[u8])> {
        Some((self.starts?, self.bytes))
    }
}

/// The bytes with which a pattern begins, where they are few enough to look for them.
#[derive(Clone, Copy)]
pub(crate) struct Starts {
    kernels: &'static Kernels,
    needles: [u8; 3],
}

impl Starts {
    pub(crate) fn new(symbols: &[u8]) -> Option<Self> {
        let needles = match *symbols {
            [a] => [a, a, a],
            [a, b] => [a, b, b],
            [a, b, c] => [a, b, c],
            _ => return None,
        };
        Some(Self { kernels: lanewise_simd::active(), needles })
    }

    /// The number of bytes before the first that can begin a pattern.
    #[inline]
    pub(crate) fn skip(self, bytes: &[u8]) -> usize {
        let [a, b, c] = self.needles;
        let found = if a == c { self.kernels.find_byte(a, bytes) } else { self.kernels.find_any3([a, b, c], bytes) };
        found.unwrap_or(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of three bytes that can matter for decoding, and four-byte texts around each limit.
    fn texts() -> impl Iterator<Item = Vec<u8>> {
        const EDGES: [u8; 12] = [0, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe2, 0xff];
        let two = (0..=255_u8).flat_map(|a| (0..=255_u8).map(move |b| (a, b)));
        two.flat_map(|(a, b)| EDGES.into_iter().flat_map(move |c| EDGES.into_iter().map(move |d| vec![a, b, c, d])))
    }

    /// The well-formed character that is exactly `bytes`.
    fn character(bytes: &[u8]) -> Option<u32> {
        let mut characters = std::str::from_utf8(bytes).ok()?.chars();
        let first = characters.next()?;
        characters.next().is_none().then(|| first.into())
    }

    #[test]
    fn utf8_is_read_forwards_and_backwards_as_the_standard_library_reads_it() {
        for text in texts() {
            let units = Utf8(&text);
            let after = (1..=4).find_map(|end| Some((character(&text[..end])?, end)));
            assert_eq!(units.after(0), after.unwrap_or((STRAY + u32::from(text[0]), 1)), "{text:x?}");
            let before = (0..4).rev().find_map(|start| Some((character(&text[start..])?, start)));
            assert_eq!(units.before(4), before.unwrap_or((STRAY + u32::from(text[3]), 3)), "{text:x?}");
        }
    }

    #[test]
    fn symbols_of_different_codes_never_begin_alike_unless_one_is_given() {
        let symbols = |code| {
            let mut symbols = Vec::new();
            let _ = encode(code, |symbol| {
                symbols.push(symbol);
                ControlFlow::Continue(())
            });
            symbols
        };
        let mut all: Vec<Vec<u8>> = (0..STRAY).chain(STRAY + 0x80..STRAY + 0x100).map(symbols).collect();
        assert!(all.iter().all(|symbols| symbols[0] & 0xc0 != 0x80 && symbols[1..].iter().all(|symbol| symbol & 0xc0 == 0x80)));
        assert!(all.iter().all(|symbols| !symbols.contains(&OPEN) && !symbols.contains(&CLOSE)));
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| !pair[1].starts_with(&pair[0])));
    }
}
