//! Sets of more needles than a Teddy takes.
use super::search::Visit;
use super::{Form, Pending};
use crate::big::{self, Accept, Big, Everything, SAMPLED_MIN, Setup};
use crate::blob::{Reader, Writer};
use crate::given::Given;
use crate::needle::Literal;
use crate::pattern::{is_whole, to_bytes, to_latin1, to_units};
use crate::text::{Reading, Text, Units};
use crate::{CaseFolding, Outcome, Pattern, Semantics};
use lanewise_simd::Width;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// The needles of one form of haystack, compiled for a large set.
pub(crate) struct Large {
    /// None where no pattern can occur.
    big: Option<Big>,
    semantics: Semantics,
    words: bool,
}

/// Of so many bytes of patterns, some of them too short to be sampled, an automaton has a row of transitions for each state. In bytes that takes
/// two thirds of the time of walks from each place or less, however many matches there are. Beyond that its rows are too many for a cache.
const STEPPED_MAX: usize = 1 << 15;

/// The two characters outside ASCII that fold to one in it, as bytes of UTF-8 and as units: the long s and the Kelvin sign.
const FOLDED_TO_ASCII: [(&str, [u8; 2]); 2] = [("\u{17f}", [0x7f, 0x01]), ("\u{212a}", [0x2a, 0x21])];

/// Whether a set of these patterns can be compared by units, with the case of ASCII letters ignored or not.
///
/// Of patterns in ASCII simple folding says the same as that of ASCII alone, but in haystacks with one of [`FOLDED_TO_ASCII`].
pub(crate) fn takes(given: &Given, reading: Reading) -> bool {
    match reading.folding {
        CaseFolding::None => true,
        CaseFolding::Ascii => given.iter().all(is_whole),
        CaseFolding::Unicode => given.is_ascii(),
    }
}

/// Whether an automaton finds these patterns sooner, whatever the haystack.
pub(crate) fn is_stepped(given: &Given, reading: Reading) -> bool {
    let is_short = |pattern| to_bytes(pattern).is_some_and(|needle| needle.len() < SAMPLED_MIN);
    reading.is_raw() && given.size() <= STEPPED_MAX && given.iter().any(is_short)
}

/// Whether a character from unit `from` on folds to one in ASCII. In Latin-1, which has none, what looks like one is taken for it.
fn folds_to_ascii(haystack: &[u8], width: Width, from: usize) -> bool {
    let kernels = lanewise_simd::active();
    FOLDED_TO_ASCII.iter().any(|(text, unit)| {
        let needle = if width == Width::Two { unit } else { text.as_bytes() };
        // Where the search gives up it has compared much that was almost one of them.
        let found = Literal::new(width, needle).search(kernels, haystack, from, |_| ControlFlow::Break(()));
        found != ControlFlow::Continue(None)
    })
}

/// Accepts words that no other word adjoins.
struct Words<'t>(&'t dyn Fn(usize, usize) -> bool);

impl Accept for Words<'_> {
    #[inline]
    fn accepts(&self, start: usize, end: usize) -> bool {
        (self.0)(start, end)
    }
}

impl Large {
    /// The set for haystacks of this form; `None` where it would take more than `memory_max` bytes.
    pub(crate) fn new(given: &Given, form: Form, reading: Reading, semantics: Semantics, memory_max: usize) -> Option<Self> {
        let spell: fn(Pattern<'_>) -> Option<Cow<'_, [u8]>> = match form {
            Form::Utf8 => to_bytes,
            Form::Latin1 => to_latin1,
            Form::Utf16 => to_units,
        };
        let spelled: Vec<(Cow<'_, [u8]>, u32)> = (0..).zip(given.iter()).filter_map(|(id, pattern)| Some((spell(pattern)?, id))).collect();
        let needles: Vec<(&[u8], u32)> = spelled.iter().map(|(needle, id)| (&needle[..], *id)).collect();
        let setup = Setup {
            width: if form == Form::Utf16 { Width::Two } else { Width::One },
            semantics,
            fold_ascii: reading.folding != CaseFolding::None,
            accepts_all: !reading.words,
            is_given: form == Form::Utf8 && given.is_bytes(),
            memory_max,
        };
        let big = if needles.is_empty() { None } else { Some(Big::new(needles, &setup)?) };
        Some(Self { big, semantics, words: reading.words })
    }

    /// What that for strings of this form may be held to take; none where only the compiled form tells. This is the one for bytes.
    pub(crate) fn room(&self, given: &Given, form: Form) -> Option<usize> {
        // Units are at most as many as bytes, so needles that are too short to be sampled in bytes are so in units.
        let symbols = if form == Form::Utf16 { 2 } else { 1 };
        let is_dense = self.big.as_ref().is_some_and(|big| !big.is_sampled());
        is_dense.then(|| big::room(given.size().saturating_mul(symbols), given.len()))
    }

    /// Gives `visit` the matches as `Engine::search` does.
    pub(crate) fn search<U: Units>(
        &self,
        given: &Given,
        text: &Text<U>,
        from: usize,
        pending: Option<&mut Pending>,
        visit: Visit<'_>,
    ) -> Outcome {
        match pending {
            None => self.each(given, text, from, &mut |found, _| found.iter().try_for_each(|&found| visit(found))),
            Some(pending) => self.each(given, text, from, &mut |found, floor| {
                pending.give_up_to(floor as u32, visit)?;
                pending.push_all(found);
                ControlFlow::Continue(())
            }),
        }
    }

    /// Appends the ids of the patterns that occur, each once. Under the leftmost kinds, where some are left out, it gives up at once.
    pub(crate) fn which<U: Units>(&self, text: &Text<U>, given: &Given, out: &mut Vec<u32>) -> Outcome {
        if self.semantics != Semantics::All {
            return ControlFlow::Continue(Some(0));
        }
        let mut seen = vec![false; given.len()];
        self.each(given, text, 0, &mut |found, _| {
            let is_new = |id: &u32| !std::mem::replace(&mut seen[*id as usize], true);
            out.extend(found.iter().map(|found| found.id).filter(is_new));
            ControlFlow::Continue(())
        })
    }

    fn each<U: Units>(&self, given: &Given, text: &Text<U>, from: usize, visit: big::Visit<'_>) -> Outcome {
        if text.reading.folding == CaseFolding::Unicode && folds_to_ascii(text.units.raw(), U::WIDTH, from) {
            return ControlFlow::Continue(Some(from));
        }
        let units = big::Units { units: text.units.raw(), width: U::WIDTH };
        self.each_in(given, units, from, &|start, end| text.is_word_apart(start, end), visit)
    }

    /// Not generic: the search of a large set is long, and one for each form takes minutes to compile.
    fn each_in(
        &self,
        given: &Given,
        units: big::Units<'_>,
        from: usize,
        is_apart: &dyn Fn(usize, usize) -> bool,
        visit: big::Visit<'_>,
    ) -> Outcome {
        let Some(big) = &self.big else { return ControlFlow::Continue(None) };
        if self.words {
            big.search(given, units, from, &Words(is_apart), visit)
        } else {
            big.search(given, units, from, &Everything, visit)
        }
    }

    /// What passes over text where no pattern begins; none where some pattern is too short for that.
    pub(crate) fn filter_name(&self) -> Option<&'static str> {
        self.big.as_ref().is_none_or(Big::is_sampled).then_some("sampled grams")
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.big.as_ref().map_or(0, Big::memory_bytes)
    }

    pub(crate) fn save(&self, out: &mut Writer) {
        out.flag(self.big.is_some());
        if let Some(big) = &self.big {
            big.save(out);
        }
    }

    pub(crate) fn load(input: &mut Reader<'_>, given: &Given, reading: Reading, semantics: Semantics) -> Option<Self> {
        // A byte of a pattern is one unit at most, and that two symbols.
        let big = if input.flag()? { Some(Big::load(input, given.len(), given.size().saturating_mul(2))?) } else { None };
        let is_ours = |big: &Big| big.is_of(semantics, reading.folding != CaseFolding::None, !reading.words);
        big.as_ref().is_none_or(is_ours).then_some(Self { big, semantics, words: reading.words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unicode::fold;

    #[test]
    fn two_characters_fold_to_ascii_and_are_seen_in_every_form() {
        let folded: String = ('\u{80}'..=char::MAX).filter(|&character| fold(character.into()) < 0x80).collect();
        assert_eq!(folded, FOLDED_TO_ASCII.map(|(text, _)| text).concat());
        for (text, unit) in FOLDED_TO_ASCII {
            assert_eq!(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), unit);
            for before in 0..130 {
                let bytes = [&vec![b'k'; before][..], text.as_bytes(), b"sk"].concat();
                let units = [&b"k\0".repeat(before)[..], &unit, b"s\0"].concat();
                assert!(folds_to_ascii(&bytes, Width::One, before) && !folds_to_ascii(&bytes, Width::One, before + 1));
                assert!(folds_to_ascii(&units, Width::Two, before) && !folds_to_ascii(&units, Width::Two, before + 1));
            }
            // The bytes of a unit do not lie across two.
            assert!(!folds_to_ascii(&[0, unit[0], unit[1], 0], Width::Two, 0));
        }
    }
}
