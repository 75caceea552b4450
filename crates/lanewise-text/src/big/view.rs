//! Haystacks as the symbols in which needles are spelled.
//!
//! A needle is spelled in bytes: one for each unit where every unit of every needle fits in one, two otherwise, the low one first. So one
//! structure serves haystacks of bytes and of 16-bit units where the needles are narrow, and each view says how a haystack is read in it.

use super::trie::Symbols;
use crate::chunk::bytes_at;

/// How many units at most make a key.
pub(super) const KEY_UNITS: usize = 8;
/// The bit that tells an ASCII letter from its other case, in each byte.
const CASE: u64 = 0x2020_2020_2020_2020;
/// The same in the low byte of each 16-bit unit.
const CASE_WIDE: u64 = 0x0020_0020_0020_0020;
const HIGH_BYTES: u64 = 0xff00_ff00_ff00_ff00;

/// Masks that leave of eight units the first so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    units: usize,
    /// Where eight units are eight bytes.
    bytes: u64,
    /// Where they are sixteen.
    low: u64,
    high: u64,
}

impl Span {
    /// The span of `units`, of which there are from 1 to `KEY_UNITS`.
    pub(super) fn new(units: usize) -> Self {
        Self { units, bytes: first_bytes(units), low: first_bytes(2 * units), high: first_bytes((2 * units).saturating_sub(8)) }
    }

    /// How many units it leaves.
    pub(super) fn units(&self) -> usize {
        self.units
    }
}

/// The mask of the first `count` bytes of eight.
pub(super) fn first_bytes(count: usize) -> u64 {
    if count >= 8 { u64::MAX } else { (1 << (8 * count)) - 1 }
}

/// A haystack (or a needle) in units and in the symbols of needles.
///
/// With `FOLD` the capital letters of ASCII read as the small ones. Keys and heads fold more than that and may mistake units for others: equal
/// units give equal ones, but not always the other way round.
pub(super) trait View: Symbols {
    /// Bytes of a unit of the haystack.
    const UNIT: usize;
    /// Symbols of a unit.
    const SYMBOLS: usize;
    /// The number of units.
    fn units(self) -> usize;
    /// Its bytes.
    fn haystack(&self) -> &[u8];
    /// A number for the units of `span` at the start of `bytes`; for units behind the end as if they were zero.
    fn key_in(bytes: &[u8], span: &Span) -> u64;
    /// The same from unit `at` on.
    #[inline(always)]
    fn key(self, at: usize, span: &Span) -> u64 {
        Self::key_in(self.haystack().get(at * Self::UNIT..).unwrap_or_default(), span)
    }
    /// Eight symbols from unit `at` on, the first the lowest, as if there were zeros behind the end.
    fn head(self, at: usize) -> u64;
    /// The same as they are, if there are eight and their units are such as needles have.
    fn exact_head(self, at: usize) -> Option<u64>;
    /// How many symbols from `at` on are the first `len` of those of `word`, which has eight as [`View::head`] has; none where that is not to be
    /// told at once.
    #[inline(always)]
    fn agree_word(self, at: usize, word: u64, len: usize) -> Option<usize> {
        let (head, word) = (self.exact_head(at).filter(|_| Self::SYMBOLS == 1)?, self.fold_word(word));
        Some(len.min((head ^ word).trailing_zeros() as usize / 8))
    }
    /// The symbols of a word as those of the haystack read.
    #[inline(always)]
    fn fold_word(self, word: u64) -> u64 {
        word
    }
    /// Writes for each symbol from unit `at` on, as many as `out` has, what `spelling` says of it; `foreign` where there is none.
    fn spell(self, at: usize, spelling: &[u16; 256], foreign: u16, out: &mut [u16]) {
        let symbols = at * Self::SYMBOLS..;
        out.iter_mut().zip(symbols).for_each(|(out, at)| *out = self.symbol(at).map_or(foreign, |symbol| spelling[usize::from(symbol)]));
    }
}

#[inline(always)]
fn fold<const FOLD: bool>(symbol: u8) -> u8 {
    if FOLD { symbol.to_ascii_lowercase() } else { symbol }
}

#[inline(always)]
fn eight_wide(bytes: &[u8], at: usize) -> [u64; 2] {
    let pair: [u8; 16] = bytes_at(bytes, 2 * at);
    let both = u128::from_le_bytes(pair);
    [both as u64, (both >> 64) as u64]
}

/// Bytes, of narrow needles.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'h, const FOLD: bool>(pub(super) &'h [u8]);

impl<const FOLD: bool> Symbols for Bytes<'_, FOLD> {
    #[inline(always)]
    fn symbol(self, at: usize) -> Option<u8> {
        self.0.get(at).map(|&byte| fold::<FOLD>(byte))
    }

    #[inline(always)]
    fn agree(self, at: usize, tail: &[u8]) -> usize {
        let rest = self.0.get(at..).unwrap_or_default();
        // Tails may be as they were given.
        rest.iter().zip(tail).take_while(|&(&byte, &symbol)| fold::<FOLD>(byte) == fold::<FOLD>(symbol)).count()
    }
}

impl<const FOLD: bool> View for Bytes<'_, FOLD> {
    const UNIT: usize = 1;
    const SYMBOLS: usize = 1;

    #[inline(always)]
    fn fold_word(self, word: u64) -> u64 {
        u64::from_le_bytes(word.to_le_bytes().map(fold::<FOLD>))
    }

    #[inline(always)]
    fn haystack(&self) -> &[u8] {
        self.0
    }

    #[inline(always)]
    fn units(self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn spell(self, at: usize, spelling: &[u16; 256], foreign: u16, out: &mut [u16]) {
        let rest = self.0.get(at..).unwrap_or_default();
        let (inner, behind) = out.split_at_mut(rest.len().min(out.len()));
        inner.iter_mut().zip(rest).for_each(|(out, &byte)| *out = spelling[usize::from(fold::<FOLD>(byte))]);
        behind.fill(foreign);
    }

    #[inline(always)]
    fn key_in(bytes: &[u8], span: &Span) -> u64 {
        let eight = u64::from_le_bytes(bytes_at(bytes, 0));
        (if FOLD { eight | CASE } else { eight }) & span.bytes
    }

    #[inline(always)]
    fn head(self, at: usize) -> u64 {
        let eight = u64::from_le_bytes(bytes_at(self.0, at));
        if FOLD { eight | CASE } else { eight }
    }

    #[inline(always)]
    fn exact_head(self, at: usize) -> Option<u64> {
        let eight: [u8; 8] = *self.0.get(at..)?.first_chunk()?;
        Some(u64::from_le_bytes(eight.map(fold::<FOLD>)))
    }
}

/// 16-bit units, of narrow needles: a unit that is no byte is in none of them.
#[derive(Clone, Copy)]
pub(super) struct Narrowed<'h, const FOLD: bool>(pub(super) &'h [u8]);

/// The low bytes of four units.
#[inline(always)]
fn pack(four: u64) -> u64 {
    let pairs = (four & !HIGH_BYTES) | (four & !HIGH_BYTES) >> 8;
    let pairs = pairs & 0x0000_ffff_0000_ffff;
    (pairs | pairs >> 16) & 0xffff_ffff
}

impl<const FOLD: bool> Symbols for Narrowed<'_, FOLD> {
    #[inline(always)]
    fn symbol(self, at: usize) -> Option<u8> {
        match self.0.get(2 * at..).and_then(|rest| rest.first_chunk()) {
            Some(&[low, 0]) => Some(fold::<FOLD>(low)),
            _ => None,
        }
    }

    #[inline(always)]
    fn agree(self, at: usize, tail: &[u8]) -> usize {
        let rest = self.0.get(2 * at..).unwrap_or_default();
        let units = rest.as_chunks().0;
        units.iter().zip(tail).take_while(|&(&[low, high], &symbol)| high == 0 && fold::<FOLD>(low) == fold::<FOLD>(symbol)).count()
    }
}

impl<const FOLD: bool> View for Narrowed<'_, FOLD> {
    const UNIT: usize = 2;
    const SYMBOLS: usize = 1;

    #[inline(always)]
    fn fold_word(self, word: u64) -> u64 {
        u64::from_le_bytes(word.to_le_bytes().map(fold::<FOLD>))
    }

    #[inline(always)]
    fn haystack(&self) -> &[u8] {
        self.0
    }

    #[inline(always)]
    fn units(self) -> usize {
        self.0.len() / 2
    }

    #[inline(always)]
    fn spell(self, at: usize, spelling: &[u16; 256], foreign: u16, out: &mut [u16]) {
        let rest = self.0.get(2 * at..).unwrap_or_default().as_chunks().0;
        let (inner, behind) = out.split_at_mut(rest.len().min(out.len()));
        let spelled = |[low, high]: [u8; 2]| if high == 0 { spelling[usize::from(fold::<FOLD>(low))] } else { foreign };
        inner.iter_mut().zip(rest).for_each(|(out, &unit)| *out = spelled(unit));
        behind.fill(foreign);
    }

    #[inline(always)]
    fn key_in(bytes: &[u8], span: &Span) -> u64 {
        let [low, high] = eight_wide(bytes, 0);
        let eight = pack(low) | pack(high) << 32;
        (if FOLD { eight | CASE } else { eight }) & span.bytes
    }

    #[inline(always)]
    fn head(self, at: usize) -> u64 {
        let [low, high] = eight_wide(self.0, at);
        let eight = pack(low) | pack(high) << 32;
        if FOLD { eight | CASE } else { eight }
    }

    #[inline(always)]
    fn exact_head(self, at: usize) -> Option<u64> {
        let [low, high] = eight_wide(self.0, at);
        let is_narrow = (low | high) & HIGH_BYTES == 0;
        (is_narrow && at + 8 <= self.units()).then_some(())?;
        let eight = (pack(low) | pack(high) << 32).to_le_bytes();
        Some(u64::from_le_bytes(eight.map(fold::<FOLD>)))
    }
}

/// 16-bit units, of needles of such units.
#[derive(Clone, Copy)]
pub(super) struct Wide<'h, const FOLD: bool>(pub(super) &'h [u8]);

impl<const FOLD: bool> Symbols for Wide<'_, FOLD> {
    #[inline(always)]
    fn symbol(self, at: usize) -> Option<u8> {
        let byte = *self.0.get(at)?;
        let is_ascii = FOLD && at.is_multiple_of(2) && self.0.get(at + 1) == Some(&0);
        Some(if is_ascii { byte.to_ascii_lowercase() } else { byte })
    }

    #[inline(always)]
    fn agree(self, at: usize, tail: &[u8]) -> usize {
        (0..tail.len()).take_while(|&place| self.symbol(at + place) == Some(tail[place])).count()
    }
}

impl<const FOLD: bool> View for Wide<'_, FOLD> {
    const UNIT: usize = 2;
    const SYMBOLS: usize = 2;

    #[inline(always)]
    fn haystack(&self) -> &[u8] {
        self.0
    }

    #[inline(always)]
    fn units(self) -> usize {
        self.0.len() / 2
    }

    #[inline(always)]
    fn key_in(bytes: &[u8], span: &Span) -> u64 {
        let case = if FOLD { CASE_WIDE } else { 0 };
        let [low, high] = eight_wide(bytes, 0);
        let (low, high) = ((low | case) & span.low, (high | case) & span.high);
        low ^ high.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
    }

    #[inline(always)]
    fn head(self, at: usize) -> u64 {
        let four = u64::from_le_bytes(bytes_at(self.0, 2 * at));
        if FOLD { four | CASE_WIDE } else { four }
    }

    #[inline(always)]
    fn exact_head(self, at: usize) -> Option<u64> {
        let mut four: [u8; 8] = *self.0.get(2 * at..)?.first_chunk()?;
        for unit in four.as_chunks_mut().0 {
            if let [low, 0] = unit {
                *low = fold::<FOLD>(*low);
            }
        }
        Some(u64::from_le_bytes(four))
    }
}
