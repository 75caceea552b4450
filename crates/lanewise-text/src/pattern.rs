//! Patterns as strings of symbols, for each form that a haystack can have.
use crate::automaton::{Strings, Symbols};
use crate::given::Given;
use crate::text::{CLOSE, OPEN, Reading, Text, Units, Utf8, Utf16};
use crate::{CaseFolding, Options, Pattern};
use std::borrow::Cow;
use std::ops::ControlFlow;

/// The strings to search for in haystacks of one form.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Needles {
    pub(crate) strings: Strings,
    /// Of each string the number of steps of the haystack that it covers.
    pub(crate) steps: Vec<u32>,
}

/// How haystacks are read when these are the patterns.
///
/// A pattern of whole characters occurs only where characters begin and end, so to read characters finds no less than to read units. A
/// torn one (half a surrogate pair, a piece of UTF-8) can occur inside a character, unless case is ignored.
pub(crate) fn reading(given: &Given, options: &Options) -> Reading {
    let folding = options.ignore_case;
    let characters = folding != CaseFolding::None || options.whole_words && given.iter().all(is_whole);
    Reading { characters, folding, words: options.whole_words }
}

impl Needles {
    /// The needles for bytes.
    pub(crate) fn of_bytes(given: &Given, reading: Reading) -> Self {
        if reading.characters { Self::for_characters(given, reading) } else { Self::for_bytes(given, reading) }
    }

    /// The needles for strings.
    pub(crate) fn of_strings(given: &Given, reading: Reading) -> Self {
        if reading.characters { Self::for_characters(given, reading) } else { Self::for_strings(given, reading) }
    }

    /// The needles for haystacks of every form, read by characters: then one code stands for a character in each of them.
    fn for_characters(given: &Given, reading: Reading) -> Self {
        let mut needles = Self::default();
        for (id, pattern) in (0..).zip(given.iter()) {
            match pattern {
                Pattern::Bytes(bytes) => needles.push(id, &Text { units: Utf8(bytes), reading }),
                Pattern::Units(units) => needles.push(id, &Text { units: Utf16::new(units), reading }),
            }
        }
        needles
    }

    /// The needles for bytes, read one by one.
    fn for_bytes(given: &Given, reading: Reading) -> Self {
        let mut needles = Self::default();
        for (id, pattern) in (0..).zip(given.iter()) {
            match to_bytes(pattern) {
                Some(bytes) if reading.is_raw() => needles.add(id, bytes.len(), |symbols| symbols.extend_from_slice(&bytes)),
                Some(bytes) => needles.push(id, &Text { units: Utf8(&bytes), reading }),
                None => {}
            }
        }
        needles
    }

    /// The needles for strings, read unit by unit.
    fn for_strings(given: &Given, reading: Reading) -> Self {
        let mut needles = Self::default();
        for (id, pattern) in (0..).zip(given.iter()) {
            if let Pattern::Bytes(bytes) = pattern
                && reading.is_raw()
                && bytes.is_ascii()
            {
                // Each is a unit, and its own symbol.
                needles.add(id, bytes.len(), |symbols| symbols.extend_from_slice(bytes));
            } else if let Some(units) = to_units(pattern) {
                needles.push(id, &Text { units: Utf16::new(&units), reading });
            }
        }
        needles
    }

    fn add(&mut self, id: u32, steps: usize, write: impl FnOnce(&mut Vec<u8>)) {
        self.strings.push(id, write);
        // A pattern of more steps is too large for any automaton.
        self.steps.push(u32::try_from(steps).unwrap_or(u32::MAX));
    }

    /// Adds the pattern that is the whole of `text`, in every way in which it can be met.
    ///
    /// Read alone a pattern has no word character before and after it, which is what whole words ask for. But the haystack may complete a
    /// torn character at either end of it, and then the step that adjoins that character inside the pattern adjoins a word character.
    fn push<U: Torn>(&mut self, id: u32, text: &Text<U>) {
        let steps = text.count_steps();
        let torn = text.reading.words && !text.reading.characters;
        let heads = (1..=text.units.torn_head()).filter(|&end| torn && end < steps);
        let tail = text.units.torn_tail().filter(|&start| torn && start > 0);
        for no_open in std::iter::once(None).chain(heads.map(Some)) {
            for no_close in std::iter::once(None).chain(tail.map(Some)) {
                self.add(id, steps, |symbols| spell(text, no_open, no_close, symbols));
            }
        }
    }
}

/// Appends the symbols of the whole of `text`, where words matter from its first `OPEN` on, but no `OPEN` at `no_open` and no `CLOSE`
/// at `no_close`.
fn spell<U: Units>(text: &Text<U>, no_open: Option<usize>, no_close: Option<usize>, symbols: &mut Vec<u8>) {
    let _ = text.read(0, |symbol, at| {
        let left_out = match symbol {
            OPEN => no_open == Some(at),
            CLOSE => no_close == Some(at) || at == 0,
            _ => false,
        };
        if !left_out {
            symbols.push(symbol);
        }
        ControlFlow::Continue(())
    });
}

/// What the ends of a pattern can be in the middle of.
trait Torn: Units {
    /// How many of the first units can be the end of a character.
    fn torn_head(&self) -> usize;
    /// Where a character begins of which the last units can be the beginning.
    fn torn_tail(&self) -> Option<usize>;
}

impl Torn for Utf8<'_> {
    fn torn_head(&self) -> usize {
        self.0.iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count()
    }

    fn torn_tail(&self) -> Option<usize> {
        let end = self.0.len();
        let start = (end.saturating_sub(3)..end).rev().find(|&start| self.0[start] & 0xc0 != 0x80)?;
        // A complete character at the end is not torn; a lead byte without all that follows it is a stray for `after`.
        (self.0[start] >= 0xc2 && self.after(start).1 == start + 1).then_some(start)
    }
}

impl Torn for Utf16<'_> {
    fn torn_head(&self) -> usize {
        usize::from(self.unit(0) & 0xfc00 == 0xdc00)
    }

    fn torn_tail(&self) -> Option<usize> {
        let last = self.len() - 1;
        (self.unit(last) & 0xfc00 == 0xd800).then_some(last)
    }
}

/// Whether the pattern begins and ends no character in the middle.
pub(crate) fn is_whole(pattern: Pattern<'_>) -> bool {
    match pattern {
        Pattern::Bytes(bytes) => std::str::from_utf8(bytes).is_ok(),
        Pattern::Units(units) => char::decode_utf16(values(units)).all(|character| character.is_ok()),
    }
}

/// The bytes that the pattern matches, if any.
pub(crate) fn to_bytes(pattern: Pattern<'_>) -> Option<Cow<'_, [u8]>> {
    match pattern {
        Pattern::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        Pattern::Units(units) => {
            let text: String = char::decode_utf16(values(units)).collect::<Result<_, _>>().ok()?;
            Some(Cow::Owned(text.into_bytes()))
        }
    }
}

/// The units of UTF-16 that the pattern matches, if any.
pub(crate) fn to_units(pattern: Pattern<'_>) -> Option<Cow<'_, [u8]>> {
    match pattern {
        Pattern::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).ok()?;
            Some(Cow::Owned(text.encode_utf16().flat_map(u16::to_le_bytes).collect()))
        }
        Pattern::Units(units) => Some(Cow::Borrowed(units)),
    }
}

/// The one-byte units that the pattern matches, if any.
pub(crate) fn to_latin1(pattern: Pattern<'_>) -> Option<Cow<'_, [u8]>> {
    match pattern {
        Pattern::Bytes(bytes) if bytes.is_ascii() => Some(Cow::Borrowed(bytes)),
        _ => {
            let units = to_units(pattern)?;
            let latin1: Option<Vec<u8>> = values(&units).map(|unit| u8::try_from(unit).ok()).collect();
            latin1.map(Cow::Owned)
        }
    }
}

/// The values of the units in `bytes`, of which each has two, the low one first.
fn values(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.as_chunks().0.iter().map(|&unit| u16::from_le_bytes(unit))
}
