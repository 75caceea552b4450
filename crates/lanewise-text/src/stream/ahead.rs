//! What may come next in a stream that is cut somewhere, perhaps inside a character.
use super::form::Form;
use crate::automaton::{Automaton, ROOT};
use crate::text::{CLOSE, OPEN, Reading, Text, Units, encode};
use crate::unicode;
use std::marker::PhantomData;
use std::ops::{ControlFlow, RangeInclusive};

/// The end of what has come.
pub(super) struct Ahead<'a, F: Form> {
    automaton: &'a Automaton,
    reading: Reading,
    /// The units of the start of a character that is not complete: it may be completed, or what follows may show that it is none.
    cut: Vec<u32>,
    completions: RangeInclusive<u32>,
    /// The character before `cut` is a word character.
    behind_word: bool,
    form: PhantomData<F>,
}

impl<'a, F: Form> Ahead<'a, F> {
    /// What may follow on `text` when its steps up to `read` have been read.
    pub(super) fn new(automaton: &'a Automaton, text: &Text<F::Units<'_>>, read: usize) -> Self {
        let Text { units, reading } = text;
        let behind_word = reading.words && read > 0 && unicode::is_word(units.before(read).0);
        let cut: Vec<u32> = (read..units.len()).map(|at| units.unit(at)).collect();
        let completions = if cut.is_empty() { 0..=0 } else { F::completions(units, read) };
        Self { automaton, reading: *reading, cut, completions, behind_word, form: PhantomData }
    }

    /// How many units of `cut` may be part of a match that starts behind the first of them.
    pub(super) fn open(&self) -> usize {
        // A unit that is part of no character stands between what are no word characters.
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
        // Where torn characters are searched as words their units are steps whether they are completed or not. It is rare, and what is held
        // back then is no more than such a character.
        if !self.reading.characters {
            return true;
        }
        let is_fit = |code: u32| char::from_u32(code).is_some() && is_word.is_none_or(|is_word| unicode::is_word(code) == is_word);
        is_word != Some(true) && self.strays_go_on(state, &self.cut) || self.completion_goes_on(state, &is_fit)
    }

    /// Whether these units can follow, each a character of its own.
    fn strays_go_on(&self, state: u32, units: &[u32]) -> bool {
        let mut next = Some(state);
        for (at, &unit) in units.iter().enumerate() {
            if at > 0 && self.reading.words {
                let closed = next.and_then(|state| self.automaton.child(state, CLOSE));
                if closed.is_some_and(|state| self.automaton.whole(state).is_some()) {
                    return true;
                }
                next = closed.and_then(|state| self.automaton.child(state, OPEN));
            }
            next = next.and_then(|state| self.walk(state, F::stray(unit)));
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
        let as_it_is = self.automaton.children(state).any(|(lead, child)| {
            // The leads of symbols that no character has come behind those of four.
            let size = lead.leading_ones();
            (2..=4).contains(&size) && self.rest_goes_on(child, u32::from(lead) & (0x7f >> size), size - 1, is_fit)
        });
        let mut folded = unicode::folded_in(self.reading.folding, self.completions.clone());
        as_it_is || folded.any(|(code, folded)| is_fit(code) && self.walk(state, folded).is_some())
    }

    /// Whether so many more symbols make a code of `code` that is a completion and fits. It calls itself three times at most.
    fn rest_goes_on(&self, state: u32, code: u32, missing: u32, is_fit: &impl Fn(u32) -> bool) -> bool {
        let (first, last) = (code << (6 * missing), ((code + 1) << (6 * missing)) - 1);
        if last < *self.completions.start() || first > *self.completions.end() {
            return false;
        }
        if missing == 0 {
            return is_fit(code);
        }
        let mut children = self.automaton.children(state).filter(|(symbol, _)| symbol & 0xc0 == 0x80);
        children.any(|(symbol, child)| self.rest_goes_on(child, code << 6 | u32::from(symbol & 0x3f), missing - 1, is_fit))
    }

    /// The state below `state` behind the symbols of `code`.
    fn walk(&self, state: u32, code: u32) -> Option<u32> {
        let mut next = Some(state);
        let _ = encode(code, |symbol| {
            next = next.and_then(|state| self.automaton.child(state, symbol));
            if next.is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        next
    }
}
