//! The different texts to look for in haystacks of one form, and whether one of them stands at a place.
use super::heads::Heads;
use super::places;
use crate::effort;
use crate::given::Given;
use crate::pattern::{to_bytes, to_units};
use crate::text::{Reading, STRAY, Text, Units, Utf8, Utf16};
use crate::{CaseFolding, Pattern, Semantics};
use lanewise_simd::Width;
use std::cmp::Reverse;

/// What the units of a haystack are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Utf8,
    Latin1,
    Utf16,
}

impl Form {
    pub(crate) fn width(self) -> Width {
        if self == Self::Utf16 { Width::Two } else { Width::One }
    }
}

/// Texts in the order in which the semantics prefers those that stand at the same place.
#[derive(PartialEq, Eq)]
pub(crate) struct Needles {
    comparison: Comparison,
    reading: Reading,
    /// The ids of needle `i` are `ids[first_ids[i]..first_ids[i + 1]]`, ascending.
    ids: Vec<u32>,
    first_ids: Vec<u32>,
}

/// How a needle is compared with the haystack.
#[derive(PartialEq, Eq)]
enum Comparison {
    Units(Blocks),
    Characters(Codes),
}

/// Needles that stand where their units do, but for single bits that may differ.
#[derive(PartialEq, Eq)]
struct Blocks {
    /// Eight bytes each, the bits that may differ set and bytes behind the end clear.
    blocks: Vec<u64>,
    /// Of each block the bits that may differ.
    folds: Vec<u64>,
    /// The blocks of needle `i` begin at `firsts[i]`.
    firsts: Vec<u32>,
    /// Of each needle the number of its bytes.
    lens: Vec<u32>,
    heads: Heads,
}

/// Needles that stand where the characters of the haystack fold to theirs.
#[derive(Default, PartialEq, Eq)]
struct Codes {
    codes: Vec<u32>,
    /// The codes of needle `i` are `codes[firsts[i]..firsts[i + 1]]`.
    firsts: Vec<u32>,
}

/// A needle before its form is chosen.
pub(crate) struct Spelling {
    /// The values of its units, or where case is ignored the folded codes of its characters.
    pub(crate) codes: Vec<u32>,
    /// The patterns that it is, ascending.
    ids: Vec<u32>,
}

impl Spelling {
    /// The bytes of its units, where `codes` are their values.
    pub(crate) fn bytes(&self, width: Width) -> Box<[u8]> {
        self.codes.iter().flat_map(|&code| (code as u16).to_le_bytes().into_iter().take(width.size())).collect()
    }
}

/// The different needles of those patterns that can occur in haystacks of this form, in the order of preference.
pub(crate) fn spell(given: &Given, form: Form, reading: Reading, semantics: Semantics) -> Vec<Spelling> {
    let codes = |pattern| if reading.folding == CaseFolding::None { units(pattern, form) } else { folded(pattern, form, reading) };
    let mut all: Vec<(Vec<u32>, u32)> = (0..).zip(given.iter()).filter_map(|(id, pattern)| Some((codes(pattern)?, id))).collect();
    all.sort_unstable();
    let mut spellings: Vec<Spelling> = Vec::new();
    for (codes, id) in all {
        match spellings.last_mut() {
            Some(last) if last.codes == codes => last.ids.push(id),
            _ => spellings.push(Spelling { codes, ids: vec![id] }),
        }
    }
    match semantics {
        Semantics::LeftmostLongest => spellings.sort_by_key(|spelling| Reverse(spelling.codes.len())),
        _ => spellings.sort_by_key(|spelling| spelling.ids[0]),
    }
    spellings
}

/// The values of the units that `pattern` has in this form.
fn units(pattern: Pattern<'_>, form: Form) -> Option<Vec<u32>> {
    if form == Form::Utf8 {
        return Some(to_bytes(pattern)?.iter().map(|&byte| byte.into()).collect());
    }
    let units = to_units(pattern)?;
    let units = units.as_chunks().0.iter().map(|&unit| u32::from(u16::from_le_bytes(unit)));
    units.map(|unit| (form == Form::Utf16 || unit < 0x100).then_some(unit)).collect()
}

/// The folded codes of its characters, if characters of this form can have them.
fn folded(pattern: Pattern<'_>, form: Form, reading: Reading) -> Option<Vec<u32>> {
    let codes = match pattern {
        Pattern::Bytes(bytes) => Text { units: Utf8(bytes), reading }.codes(),
        Pattern::Units(units) => Text { units: Utf16::new(units), reading }.codes(),
    };
    let can_be = |&code: &u32| match form {
        Form::Utf8 => !is_surrogate(code),
        // No character folds to one that is larger.
        Form::Latin1 => code < 0x100,
        Form::Utf16 => code < STRAY,
    };
    codes.iter().all(can_be).then_some(codes)
}

/// Whether it is the code of a unit that is part of no character.
fn is_torn(code: u32) -> bool {
    is_surrogate(code) || code >= STRAY
}

fn is_surrogate(code: u32) -> bool {
    (0xd800..0xe000).contains(&code)
}

impl Needles {
    pub(crate) fn new(spellings: &[Spelling], form: Form, reading: Reading) -> Self {
        let comparison = match Blocks::new(spellings, form, reading.folding) {
            Some(blocks) => Comparison::Units(blocks),
            None => Comparison::Characters(Codes::new(spellings)),
        };
        let mut needles = Self { comparison, reading, ids: Vec::new(), first_ids: vec![0] };
        for spelling in spellings {
            needles.ids.extend_from_slice(&spelling.ids);
            needles.first_ids.push(needles.ids.len() as u32);
        }
        needles
    }

    pub(crate) fn len(&self) -> usize {
        self.first_ids.len() - 1
    }

    /// The ids of a needle, ascending.
    #[inline]
    pub(crate) fn ids(&self, needle: u32) -> &[u32] {
        let index = needle as usize;
        &self.ids[self.first_ids[index] as usize..self.first_ids[index + 1] as usize]
    }

    /// The first of the ids of a needle.
    #[inline(always)]
    pub(crate) fn id(&self, needle: u32) -> u32 {
        self.ids[self.first_ids[needle as usize] as usize]
    }

    /// What knows them by their first bytes.
    #[inline]
    pub(crate) fn heads(&self) -> Option<&Heads> {
        if let Comparison::Units(blocks) = &self.comparison { Some(&blocks.heads) } else { None }
    }

    /// Where `needle` ends, if it occurs at `start`, where its first `known` bytes are known to stand: none, or a multiple of eight. Adds to `work`
    /// how many blocks or characters it looked at.
    #[inline(always)]
    pub(crate) fn end<U: Units>(&self, needle: u32, text: &Text<U>, start: usize, known: usize, work: &mut usize) -> Option<usize> {
        let (end, cost) = match &self.comparison {
            Comparison::Units(blocks) => blocks.end(needle, text, start, known),
            Comparison::Characters(codes) => codes.end(needle, text, start),
        };
        *work += cost;
        effort::add(cost);
        let end = end?;
        (!self.reading.words || text.is_word_apart(start, end)).then_some(end)
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let words = match &self.comparison {
            Comparison::Units(blocks) => 4 * blocks.blocks.len() + 2 * blocks.firsts.len(),
            Comparison::Characters(codes) => codes.codes.len() + codes.firsts.len(),
        };
        let heads = self.heads().map_or(0, Heads::memory_bytes);
        (words + self.ids.len() + self.first_ids.len()) * size_of::<u32>() + heads
    }
}

impl Blocks {
    /// None where a needle cannot be compared by its units.
    fn new(spellings: &[Spelling], form: Form, folding: CaseFolding) -> Option<Self> {
        let mut needles = Vec::new();
        for spelling in spellings {
            let (mut bytes, mut folds) = (Vec::new(), Vec::new());
            for &code in &spelling.codes {
                push_code(code, form, folding, &mut bytes, &mut folds)?;
            }
            needles.push((bytes, folds));
        }
        let heads = Heads::new(form.width(), &needles);
        let mut blocks = Self { blocks: Vec::new(), folds: Vec::new(), firsts: Vec::new(), lens: Vec::new(), heads };
        for (bytes, folds) in needles {
            blocks.firsts.push(blocks.blocks.len() as u32);
            // A needle of more bytes is too large for any memory.
            blocks.lens.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            blocks.blocks.extend(bytes.chunks(8).map(part));
            blocks.folds.extend(folds.chunks(8).map(part));
        }
        Some(blocks)
    }

    /// Where `needle` ends, and what it took to see that.
    #[inline(always)]
    fn end<U: Units>(&self, needle: u32, text: &Text<U>, start: usize, known: usize) -> (Option<usize>, usize) {
        let size = U::WIDTH.size();
        let len = self.lens[needle as usize] as usize;
        let (haystack, at) = (text.units.raw(), start * size);
        if haystack.len() < at + len {
            return (None, 0);
        }
        let (stands, cost) = if len <= known { (true, 0) } else { self.stands(needle, &haystack[at..at + len], known) };
        (stands.then_some(start + len / size), cost)
    }

    /// Whether `bytes`, as many as the needle has and of which the first `known` are, are what it stands for, and how many blocks of them it took to
    /// see that.
    fn stands(&self, needle: u32, bytes: &[u8], known: usize) -> (bool, usize) {
        let first = self.firsts[needle as usize] as usize + known / 8;
        let blocks = self.blocks[first..].iter().zip(&self.folds[first..]);
        let mut cost = 0;
        for (chunk, (block, fold)) in bytes[known..].chunks(8).zip(blocks) {
            cost += 1;
            let bytes = match chunk.try_into() {
                Ok(chunk) => u64::from_le_bytes(chunk),
                Err(_) => part(chunk),
            };
            if bytes | fold != *block {
                return (false, cost);
            }
        }
        (true, cost)
    }
}

/// Appends the bytes of what `code` stands for, bits that may differ set, and those bits; `None` where it takes more to say what may stand there.
fn push_code(code: u32, form: Form, folding: CaseFolding, bytes: &mut Vec<u8>, folds: &mut Vec<u8>) -> Option<()> {
    let mut push = |unit: u16, fold: u16| {
        let size = if form == Form::Utf16 { 2 } else { 1 };
        bytes.extend_from_slice(&(unit | fold).to_le_bytes()[..size]);
        folds.extend_from_slice(&fold.to_le_bytes()[..size]);
    };
    if folding == CaseFolding::None {
        push(code as u16, 0);
        return Some(());
    }
    if is_torn(code) {
        return None;
    }
    let variants = places::variants(code, form, folding);
    let (first, other) = match &variants[..] {
        [only] => (only, only),
        [first, other] if first.len() == other.len() => (first, other),
        _ => return None,
    };
    let differing = || first.iter().zip(other).map(|(a, b)| a ^ b);
    if differing().map(u16::count_ones).sum::<u32>() > 1 {
        return None;
    }
    first.iter().zip(differing()).for_each(|(&unit, fold)| push(unit, fold));
    Some(())
}

/// Up to eight bytes as a block.
#[inline]
fn part(bytes: &[u8]) -> u64 {
    let mut block = [0; 8];
    block[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(block)
}

impl Codes {
    fn new(spellings: &[Spelling]) -> Self {
        let mut codes = Self { codes: Vec::new(), firsts: vec![0] };
        for spelling in spellings {
            codes.codes.extend_from_slice(&spelling.codes);
            codes.firsts.push(codes.codes.len() as u32);
        }
        codes
    }

    /// Where `needle` ends, and how many characters it took to see that.
    fn end<U: Units>(&self, needle: u32, text: &Text<U>, start: usize) -> (Option<usize>, usize) {
        let index = needle as usize;
        let codes = &self.codes[self.firsts[index] as usize..self.firsts[index + 1] as usize];
        let mut at = start;
        for (code, cost) in codes.iter().zip(1..) {
            if at >= text.units.len() {
                return (None, cost);
            }
            let (character, end) = text.units.after(at);
            if text.reading.fold(character) != *code {
                return (None, cost);
            }
            at = end;
        }
        // What is part of no character where it is read alone may be part of one here.
        let stands = !is_torn(codes[0]) || text.boundary(start) == start;
        (stands.then_some(at), codes.len())
    }
}
