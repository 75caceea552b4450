//! What streams of bytes and of strings differ in.
use crate::fallback::Side;
use crate::text::{Reading, STRAY, Units, Utf8, Utf16};
use crate::{Haystack, Matcher};
use std::ops::RangeInclusive;

/// The units of a stream.
pub(crate) trait Form {
    /// Bytes of a unit.
    const SIZE: usize;
    type Units<'a>: Units;

    fn units(bytes: &[u8]) -> Self::Units<'_>;
    fn haystack(bytes: &[u8]) -> Haystack<'_>;
    fn side(matcher: &Matcher) -> &Side;
    /// How many units a step has at most.
    fn step_size(reading: Reading) -> usize;
    /// Where a character begins at the end of `bytes` that more units could complete: such a start of one has fewer than four.
    fn cut(bytes: &[u8]) -> usize;
    /// The codes whose units begin with those from `at` on, the start of a character; what is no character among them does not count.
    fn completions(units: &Self::Units<'_>, at: usize) -> RangeInclusive<u32>;
    /// The code of a unit that is part of no character.
    fn stray(unit: u32) -> u32;
}

/// Bytes, where characters matter those of UTF-8.
pub(crate) struct InBytes;

impl Form for InBytes {
    const SIZE: usize = 1;
    type Units<'a> = Utf8<'a>;

    fn units(bytes: &[u8]) -> Utf8<'_> {
        Utf8(bytes)
    }

    fn haystack(bytes: &[u8]) -> Haystack<'_> {
        Haystack::Bytes(bytes)
    }

    fn side(matcher: &Matcher) -> &Side {
        matcher.bytes_side()
    }

    fn step_size(reading: Reading) -> usize {
        if reading.characters { 4 } else { 1 }
    }

    fn cut(bytes: &[u8]) -> usize {
        let end = bytes.len();
        let last = (end.saturating_sub(3)..end).rev().find(|&start| bytes[start] & 0xc0 != 0x80);
        let is_cut = |start: &usize| {
            std::str::from_utf8(&bytes[*start..]).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        };
        last.filter(is_cut).unwrap_or(end)
    }

    fn completions(units: &Utf8<'_>, at: usize) -> RangeInclusive<u32> {
        let Some((&lead, rest)) = units.0[at..].split_first() else { return 0..=0 };
        let size = lead.leading_ones();
        let known = rest.iter().fold(u32::from(lead) & (0x7f >> size), |code, &byte| code << 6 | u32::from(byte & 0x3f));
        let bits = 6 * size.saturating_sub(1 + rest.len() as u32);
        let least = [0, 0, 0x80, 0x800, 0x1_0000].get(size as usize).copied().unwrap_or(0);
        (known << bits).max(least)..=(known << bits | ((1 << bits) - 1))
    }

    fn stray(unit: u32) -> u32 {
        STRAY + unit
    }
}

/// Units of UTF-16, the low byte first.
pub(crate) struct InStrings;

impl Form for InStrings {
    const SIZE: usize = 2;
    type Units<'a> = Utf16<'a>;

    fn units(bytes: &[u8]) -> Utf16<'_> {
        Utf16::new(bytes)
    }

    fn haystack(bytes: &[u8]) -> Haystack<'_> {
        Haystack::Utf16(bytes)
    }

    fn side(matcher: &Matcher) -> &Side {
        matcher.strings_side()
    }

    fn step_size(reading: Reading) -> usize {
        if reading.characters { 2 } else { 1 }
    }

    fn cut(bytes: &[u8]) -> usize {
        let units = bytes.as_chunks().0;
        let is_high = units.last().is_some_and(|&unit| u16::from_le_bytes(unit) & 0xfc00 == 0xd800);
        units.len() - usize::from(is_high)
    }

    fn completions(units: &Utf16<'_>, at: usize) -> RangeInclusive<u32> {
        let first = 0x1_0000 + ((units.unit(at) & 0x3ff) << 10);
        first..=first + 0x3ff
    }

    fn stray(unit: u32) -> u32 {
        unit
    }
}
