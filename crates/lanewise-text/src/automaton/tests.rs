//! Searches of haystacks of many blocks, with patterns that lie across lanes and blocks.
use super::*;
use crate::Outcome;
use crate::text::{Raw, Starts};
use proptest::collection::vec;
use proptest::prelude::*;
use std::ops::ControlFlow;

/// A pattern and where it ends.
type Found = (u32, usize);

/// What a search must give, by comparing every pattern at every place.
fn naive(patterns: &[Vec<u8>], semantics: Semantics, text: &[u8], from: usize) -> Vec<Found> {
    let occurs = |start: usize, pattern: &[u8]| text[start..].starts_with(pattern);
    let (mut found, mut start) = (vec![], from);
    while start < text.len() {
        let here = (0..).zip(patterns).filter(|(_, pattern)| occurs(start, pattern)).map(|(id, pattern)| (id, start + pattern.len()));
        if semantics == Semantics::All {
            found.extend(here);
            start += 1;
            continue;
        }
        let chosen = if semantics == Semantics::LeftmostFirst { here.min() } else { here.max_by_key(|&(id, end)| (end, u32::MAX - id)) };
        found.extend(chosen);
        start = chosen.map_or(start + 1, |(_, end)| end);
    }
    if semantics == Semantics::All {
        found.sort_by_key(|&(id, end)| (end, end - patterns[id as usize].len(), id));
    }
    found
}

/// What it gives, and where it stopped.
fn search(automaton: &Automaton, text: &[u8], from: usize, until: usize) -> (Vec<Found>, Outcome) {
    let mut found = vec![];
    let symbols = Raw { bytes: text, starts: Starts::new(automaton.first_symbols()) };
    let outcome = automaton.search(&symbols, from, until, false, &mut |pattern, end| {
        let count = if automaton.semantics() == Semantics::All { usize::MAX } else { 1 };
        found.extend(automaton.ids(pattern).iter().take(count).map(|&id| (id, end)));
        ControlFlow::Continue(())
    });
    (found, outcome)
}

/// Patterns that are short, such that a lane is in the middle of one for long, and texts in which both occur.
fn pattern() -> impl Strategy<Value = Vec<u8>> {
    let run = |most: usize| (1..most, "[ab]{0,2}").prop_map(|(count, end)| ["a".repeat(count), end].concat().into_bytes());
    prop_oneof![6 => "[abc]{1,6}".prop_map(String::into_bytes), 1 => run(40), 1 => run(1500)]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![("[abc]{1,8}", 1..300_usize), ("[abcxyz]{20,99}", 1..9_usize), ("x", 1..900_usize)];
    vec(part, 0..6).prop_map(|parts| parts.iter().flat_map(|(part, times)| part.repeat(*times).into_bytes()).collect())
}

proptest! {
    #[test]
    fn a_search_by_lanes_is_that_by_the_definition(
        patterns in vec(pattern(), 1..12),
        text in text(),
        (from, until) in (0..400_usize, 0..6000_usize),
        rows in any::<bool>(),
    ) {
        for semantics in [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All] {
            let mut strings = Strings::default();
            (0..).zip(&patterns).for_each(|(id, pattern)| strings.push(id, |symbols| symbols.extend_from_slice(pattern)));
            let (mut automaton, _) = Automaton::new(&strings, semantics);
            if rows {
                automaton.expand(1 << 20);
            }
            let expected = naive(&patterns, semantics, &text, from);
            prop_assert_eq!(search(&automaton, &text, from, usize::MAX), (expected.clone(), ControlFlow::Continue(None)));
            let (mut found, outcome) = search(&automaton, &text, from, until);
            if let ControlFlow::Continue(Some(place)) = outcome {
                prop_assert!(place >= until);
                found.extend(naive(&patterns, semantics, &text, place));
            }
            prop_assert_eq!(found, expected);
        }
    }
}

#[test]
fn a_search_skips_to_bytes_that_can_begin_a_pattern_and_gives_up_where_they_are_frequent() {
    const FAR: usize = 10_000;
    let mut strings = Strings::default();
    strings.push(0, |symbols| symbols.extend_from_slice(b"ab"));
    let automaton = Automaton::new(&strings, Semantics::LeftmostFirst).0;
    let (far, frequent) = (vec![b'x'; FAR], b"axxx".repeat(200));
    let effort = |parts: &[&[u8]]| effort::of(|| assert_eq!(search(&automaton, &parts.concat(), 0, usize::MAX).0, []));
    assert!(effort(&[&far]) < 100, "what can begin no pattern is not read");
    assert!(effort(&[&far, &frequent]) < 4 * frequent.len());
    assert!(effort(&[&frequent, &far]) > FAR, "once patience is gone all is read");
    assert!(Starts::new(b"").is_none() && Starts::new(b"abcd").is_none());
}
