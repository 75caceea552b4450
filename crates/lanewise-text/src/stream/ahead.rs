//! What may come next in a stream that is cut somewhere, perhaps inside a character.
use crate::automaton::{Automaton, ROOT};
use crate::text::{CLOSE, OPEN, Reading, STRAY, Text, Units, Utf8, encode};
use crate::unicode;
use std::ops::{ControlFlow, RangeInclusive};

/// The end of what has come.
pub(super) struct Ahead<'a> {
    pub(super) automaton: &'a Automaton,
    pub(super) reading: Reading,
    /// The start of a character that is not complete: it may be completed, or what follows may show that it is none.
    pub(super) cut: &'a [u8],
    /// The character before `cut` is a word character.
    pub(super) behind_word: bool,
}

impl<'a> Ahead<'a> {
    /// What may follow on `text` when its steps up to `read` have been read.
    pub(super) fn new(automaton: &'a Automaton, text: &Text<Utf8<'a>>, read: usize) -> Self {
        let (bytes, reading) = (text.units.0, text.reading);
        let behind_word = reading.words && read > 0 && unicode::is_word(text.units.before(read).0);
        Self { automaton, reading, cut: &bytes[read..], behind_word }
    }

    /// How many bytes of `cut` may be part of a match that starts behind the first of them.
    pub(super) fn open(&self) -> usize {
        // A byte of a character that is none stands between what are no word characters.
        let begin = if self.reading.words { self.automaton.child(ROOT, OPEN) } else { Some(ROOT) };
        let starts = |at: &usize| begin.is_some_and(|state| self.strays_go_on(state, &self.cut[*at..]));
        (1..self.cut.len()).find(starts).map_or(0, |at| self.cut.len() - at)
    }

    /// Whether some pattern that begins with what `state` stands for can be completed.
    pub(super) fn can_go_on(&self, state: u32) -> bool {
        if !self.reading.words {
            return if self.cut.is_empty() { self.automaton.children(state).next().is_some() } else { self.cut_goes_on(state, None) };
        }
        // No string begins with `CLOSE`.
        let closed = if state == ROOT { Some(ROOT) } else { self.automaton.child(state, CLOSE) };
        if closed.is_some_and(|state| self.automaton.whole(state).is_some()) {
            return true;
        }
        [(Some(state), true), (closed, false)].into_iter().any(|(state, is_word)| {
            let opened = if self.behind_word { state } else { state.and_then(|state| self.automaton.child(state, OPEN)) };
            opened.is_some_and(|state| self.character_goes_on(state, is_word))
        })
    }

    /// Whether a character that is a word character, or none, can follow.
    fn character_goes_on(&self, state: u32, is_word: bool) -> bool {
        if self.cut.is_empty() {
            self.automaton.children(state).any(|(symbol, _)| symbol != OPEN && symbol != CLOSE)
        } else {
            self.cut_goes_on(state, Some(is_word))
        }
    }

    /// Whether what becomes of `cut` can follow: a character that is a word character, none, or either.
    fn cut_goes_on(&self, state: u32, is_word: Option<bool>) -> bool {
        // Where torn characters are searched as words their bytes are steps whether they are completed or not. It is rare, and what is held
        // back then is no more than such a character.
        if !self.reading.characters {
            return true;
        }
        let is_fit = |code: u32| char::from_u32(code).is_some() && is_word.is_none_or(|is_word| unicode::is_word(code) == is_word);
        is_word != Some(true) && self.strays_go_on(state, self.cut) || self.completion_goes_on(state, &is_fit)
    }

    /// Whether these bytes can follow, each a character of its own.
    fn strays_go_on(&self, state: u32, bytes: &[u8]) -> bool {
        let mut next = Some(state);
        for (at, &byte) in bytes.iter().enumerate() {
            if at > 0 && self.reading.words {
                let closed = next.and_then(|state| self.automaton.child(state, CLOSE));
                if closed.is_some_and(|state| self.automaton.whole(state).is_some()) {
                    return true;
                }
                next = closed.and_then(|state| self.automaton.child(state, OPEN));
            }
            next = next.and_then(|state| self.walk(state, STRAY + u32::from(byte)));
            match next {
                None => return false,
                Some(state) if self.automaton.whole(state).is_some() => return true,
                _ => {}
            }
        }
        next.is_some()
    }

    /// Whether a character that begins with `cut` can follow.
    fn completion_goes_on(&self, state: u32, is_fit: &impl Fn(u32) -> bool) -> bool {
        // A character that stands for itself has the symbols of its UTF-8.
        let begun = self.cut.iter().try_fold(state, |state, &byte| self.automaton.child(state, byte));
        let known = completions(self.cut);
        let missing = self.cut.first().map_or(0, |lead| lead.leading_ones()).saturating_sub(self.cut.len() as u32);
        begun.is_some_and(|state| self.ends_fit(state, *known.end() >> (6 * missing), missing, is_fit))
            || unicode::folded_in(self.reading.folding, known).any(|(code, folded)| is_fit(code) && self.walk(state, folded).is_some())
    }

    /// Whether so many more symbols make a code of `code` that fits.
    fn ends_fit(&self, state: u32, code: u32, missing: u32, is_fit: &impl Fn(u32) -> bool) -> bool {
        if missing == 0 {
            return is_fit(code);
        }
        // No more than two levels below: a character has four bytes at most, the first of them is known.
        self.automaton
            .children(state)
            .any(|(symbol, child)| symbol & 0xc0 == 0x80 && self.ends_fit(child, code << 6 | u32::from(symbol & 0x3f), missing - 1, is_fit))
    }

    /// The state below `state` behind the symbols of `code`.
    fn walk(&self, state: u32, code: u32) -> Option<u32> {
        let mut next = Some(state);
        let _ = encode(code, |symbol| {
            next = next.and_then(|state| self.automaton.child(state, symbol));
            if next.is_some() { ControlFlow::Continue(false) } else { ControlFlow::Break(()) }
        });
        next
    }
}

/// The codes whose UTF-8 begins with `cut`, the start of a sequence; those of surrogates among them are none.
fn completions(cut: &[u8]) -> RangeInclusive<u32> {
    let Some((&lead, rest)) = cut.split_first() else { return 0..=0 };
    let size = lead.leading_ones();
    let known = rest.iter().fold(u32::from(lead) & (0x7f >> size), |code, &byte| code << 6 | u32::from(byte & 0x3f));
    let bits = 6 * size.saturating_sub(cut.len() as u32);
    let least = [0, 0, 0x80, 0x800, 0x1_0000].get(size as usize).copied().unwrap_or(0);
    (known << bits).max(least)..=(known << bits | ((1 << bits) - 1))
}
