//! `Big` against the definition.
use super::trie::Symbols;
use super::*;
use crate::engine::Pending;
use crate::{Match, Pattern, blob};
use proptest::collection::vec;
use proptest::prelude::*;
use std::cell::Cell;

/// A match as id, start and end.
type Occurrence = (u32, usize, usize);

/// Refuses by place, as whole words do.
struct Some3;

impl Accept for Some3 {
    fn accepts(&self, start: usize, end: usize) -> bool {
        !(start + 2 * end).is_multiple_of(3)
    }
}

/// Refuses all, and counts how often it was asked.
struct Refusals(Cell<usize>);

impl Accept for Refusals {
    fn accepts(&self, _: usize, _: usize) -> bool {
        self.0.set(self.0.get() + 1);
        false
    }
}

/// A set and a haystack, in units.
#[derive(Clone, Debug)]
struct Case {
    needles: Vec<Vec<u16>>,
    haystack: Vec<u16>,
    from: usize,
    semantics: Semantics,
    fold: bool,
}

fn to_bytes(units: &[u16], width: Width) -> Vec<u8> {
    match width {
        Width::One => units.iter().map(|&unit| unit as u8).collect(),
        Width::Two => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
    }
}

fn compile(case: &Case, width: Width, accepts_all: bool) -> Option<Big> {
    compile_from(case, width, accepts_all, false)
}

fn compile_from(case: &Case, width: Width, accepts_all: bool, is_given: bool) -> Option<Big> {
    let needles: Vec<Vec<u8>> = case.needles.iter().map(|needle| to_bytes(needle, width)).collect();
    let needles: Vec<(&[u8], u32)> = needles.iter().map(|needle| &needle[..]).zip(0..).collect();
    let setup = Setup { width, semantics: case.semantics, fold_ascii: case.fold, accepts_all, is_given, memory_max: usize::MAX };
    Big::new(needles, &setup)
}

/// The needles of one-byte units as patterns; of others what is left.
fn given(case: &Case) -> Given {
    let needles: Vec<Vec<u8>> = case.needles.iter().map(|needle| to_bytes(needle, Width::One)).collect();
    Given::new(needles.iter().map(|needle| Pattern::Bytes(needle)), usize::MAX).unwrap()
}

fn fold(units: &[u16], fold: bool) -> Vec<u16> {
    let lower = |unit: u16| if fold && unit < 128 { (unit as u8).to_ascii_lowercase().into() } else { unit };
    units.iter().map(|&unit| lower(unit)).collect()
}

/// Every occurrence that counts, ordered by end, start, id.
fn occurrences<A: Accept>(case: &Case, accept: &A) -> Vec<Occurrence> {
    let haystack = fold(&case.haystack, case.fold);
    let mut found = vec![];
    for (id, needle) in (0..).zip(&case.needles) {
        let needle = fold(needle, case.fold);
        let starts = (case.from..haystack.len()).filter(|&start| haystack[start..].starts_with(&needle));
        found.extend(starts.map(|start| (id, start, start + needle.len())));
    }
    found.retain(|&(_, start, end)| accept.accepts(start, end));
    found.sort_by_key(|&(id, start, end)| (end, start, id));
    found
}

/// The matches by their definition.
fn naive<A: Accept>(case: &Case, accept: &A) -> Vec<Occurrence> {
    let mut found = occurrences(case, accept);
    match case.semantics {
        Semantics::All => return found,
        Semantics::LeftmostFirst => found.sort_by_key(|&(id, start, _)| (start, id)),
        Semantics::LeftmostLongest => found.sort_by_key(|&(id, start, end)| (start, usize::MAX - end, id)),
    }
    let mut next = 0;
    found.retain(|&(_, start, end)| {
        let is_free = start >= next;
        next = if is_free { end } else { next };
        is_free
    });
    found
}

fn search<A: Accept>(big: &Big, given: &Given, text: Units<'_>, from: usize, accept: &A) -> (Vec<Occurrence>, Outcome) {
    let mut found = vec![];
    let mut before = 0;
    let outcome = big.search(given, text, from, accept, &mut |matches, floor| {
        assert!(floor >= before && matches.iter().all(|found| found.start as usize >= floor), "a floor that does not hold");
        before = floor;
        found.extend(matches.iter().map(|&Match { id, start, end }| (id, start as usize, end as usize)));
        ControlFlow::Continue(())
    });
    (found, outcome)
}

/// The same by end, start, id, by what puts the occurrences of every engine in that order.
fn search_ordered<A: Accept>(big: &Big, given: &Given, text: Units<'_>, from: usize, accept: &A) -> (Vec<Occurrence>, Outcome) {
    let (mut found, mut pending) = (vec![], Pending::default());
    let mut give = |Match { id, start, end }| {
        found.push((id, start as usize, end as usize));
        ControlFlow::Continue(())
    };
    let outcome = big.search(given, text, from, accept, &mut |matches, floor| {
        pending.give_up_to(floor as u32, &mut give)?;
        matches.iter().for_each(|&found| pending.push(found));
        ControlFlow::Continue(())
    });
    let _ = pending.give_up_to(u32::MAX, &mut give);
    (found, outcome)
}

/// Compiles and searches in every way that gives the same, and through a saved form.
fn check<A: Accept>(case: &Case, accepts_all: bool, accept: &A) {
    let expected = naive(case, accept);
    let is_narrow = |units: &[u16]| units.iter().all(|&unit| unit < 256);
    for width in [Width::One, Width::Two] {
        if width == Width::One && !case.needles.iter().all(|needle| is_narrow(needle)) {
            continue;
        }
        for is_given in [false, true].into_iter().take(width.size().abs_diff(3)) {
            let Some(big) = compile_from(case, width, accepts_all, is_given) else { panic!("no structure for {case:?}") };
            let mut writer = Writer::new();
            big.save(&mut writer);
            let blob = writer.finish();
            let mut reader = Reader::new(&blob).unwrap();
            assert_eq!(Big::load(&mut reader, case.needles.len(), big.size).as_ref(), Some(&big));
            assert!(reader.is_empty());
            for haystack_width in [Width::One, Width::Two] {
                let can = haystack_width == Width::Two || is_narrow(&case.haystack) && case.needles.iter().all(|needle| is_narrow(needle));
                if can {
                    let haystack = to_bytes(&case.haystack, haystack_width);
                    for ordered in [true, false] {
                        check_search(&big, Units { units: &haystack, width: haystack_width }, case, ordered, accept, &expected);
                    }
                }
            }
        }
    }
}

fn check_search<A: Accept>(big: &Big, text: Units<'_>, case: &Case, ordered: bool, accept: &A, expected: &[Occurrence]) {
    let (is_all, given) = (case.semantics == Semantics::All, given(case));
    let by_end = is_all && ordered;
    let (mut found, outcome) = (if by_end { search_ordered } else { search })(big, &given, text, case.from, accept);
    let mut expected: Vec<Occurrence> = match outcome {
        ControlFlow::Continue(Some(unit)) => expected.iter().copied().filter(|found| found.1 < unit).collect(),
        _ => expected.to_vec(),
    };
    if is_all && !ordered {
        found.sort_unstable();
        expected.sort_unstable();
    }
    assert_eq!(found, expected, "{:?} ordered {ordered} {outcome:?} {case:?}", text.width);
    assert_ne!(outcome, ControlFlow::Break(()));
    let stop = |found: &[Match], _| if found.is_empty() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let stopped = big.search(&given, text, case.from, accept, &mut { stop });
    assert_eq!(stopped.is_break(), !expected.is_empty());
}

fn semantics() -> impl Strategy<Value = Semantics> {
    prop_oneof![Just(Semantics::LeftmostFirst), Just(Semantics::LeftmostLongest), Just(Semantics::All)]
}

/// Units of which many are equal; some differ by case, by the high byte, or by the bit that tells cases apart without being letters.
fn unit(kind: usize) -> BoxedStrategy<u16> {
    match kind {
        0 => prop_oneof![Just(u16::from(b'a')), Just(u16::from(b'b'))].boxed(),
        1 => prop_oneof![Just(u16::from(b'a')), Just(u16::from(b'A')), Just(u16::from(b'b')), Just(u16::from(b'@')), Just(u16::from(b'`'))]
            .boxed(),
        2 => prop_oneof![Just(0x430), Just(0x431), Just(0x61), Just(0x41), Just(0x161)].boxed(),
        _ => prop_oneof![Just(0), Just(0xff), Just(0xe0)].boxed(),
    }
}

/// Needles of lengths of some kind: of all, long only, short only, a few short ones beside long ones.
fn needles(kind: usize) -> BoxedStrategy<Vec<Vec<u16>>> {
    let of = move |sizes: std::ops::Range<usize>, count: std::ops::Range<usize>| vec(vec(unit(kind), sizes), count);
    prop_oneof![
        of(1..41, 1..40),
        of(6..41, 1..40),
        of(6..9, 1..40),
        of(15..20, 1..20),
        of(1..5, 1..30),
        (of(7..20, 16..30), of(1..3, 1..3)).prop_map(|(long, short)| [short, long].concat()),
    ]
    .boxed()
}

fn case() -> impl Strategy<Value = Case> {
    (0..4usize).prop_flat_map(|kind| {
        let pieces = vec((0..6usize, any::<prop::sample::Index>(), vec(unit(kind), 0..12), unit(kind), 0..1100usize), 0..12);
        (needles(kind), pieces, any::<prop::sample::Index>(), semantics(), any::<bool>()).prop_map(
            |(needles, pieces, from, semantics, fold)| {
                let mut haystack = vec![];
                for (what, which, noise, run, len) in pieces {
                    match what {
                        0 => haystack.extend(noise),
                        1 => haystack.extend(std::iter::repeat_n(run, if len % 5 == 0 { len } else { len % 40 })),
                        _ => haystack.extend(which.get(&needles)),
                    }
                }
                let from = if from.index(3) == 0 { from.index(haystack.len() + 2) } else { 0 };
                Case { needles, haystack, from, semantics, fold }
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn finds_what_the_definition_says(case in case()) {
        check(&case, true, &Everything);
    }

    #[test]
    fn asks_whether_an_occurrence_counts(case in case()) {
        check(&case, false, &Some3);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Of two letters and a third that is in no needle; some needles are pieces of the haystack, about as long as a lane or longer.
    #[test]
    fn lanes_and_windows_begin_and_end_anywhere(
        letters in vec(prop_oneof![8 => Just(0x61_u16), 8 => Just(0x62), 1 => Just(0x63)], 180..2600),
        short in vec(vec(prop_oneof![Just(0x61_u16), Just(0x62)], 1..8), 1..20),
        pieces in vec((any::<prop::sample::Index>(), prop_oneof![1..40_usize, 200..600_usize]), 0..6),
        semantics in semantics(),
        from in 0..300_usize,
        accepts_all in any::<bool>(),
    ) {
        let piece = |(start, len): (prop::sample::Index, usize)| {
            let start = start.index(letters.len());
            letters[start..letters.len().min(start + len)].to_vec()
        };
        let needles = [short, pieces.into_iter().map(piece).collect()].concat();
        let case = Case { needles, haystack: letters.clone(), from, semantics, fold: false };
        if accepts_all { check(&case, true, &Everything) } else { check(&case, false, &Some3) }
    }
}

/// Bytes that count how many of them are compared with needles.
#[derive(Clone, Copy)]
struct Counted<'h>(Bytes<'h, false>, &'h std::cell::Cell<usize>);

impl Symbols for Counted<'_> {
    fn symbol(self, at: usize) -> Option<u8> {
        self.1.update(|count| count + 1);
        self.0.symbol(at)
    }
}

impl View for Counted<'_> {
    const UNIT: usize = 1;
    const SYMBOLS: usize = 1;

    fn haystack(&self) -> &[u8] {
        self.0.haystack()
    }

    fn units(self) -> usize {
        self.0.units()
    }

    fn key_in(bytes: &[u8], span: &view::Span) -> u64 {
        Bytes::<false>::key_in(bytes, span)
    }

    fn head(self, at: usize) -> u64 {
        self.0.head(at)
    }

    fn exact_head(self, at: usize) -> Option<u64> {
        self.1.update(|count| count + heads::HEAD);
        self.0.exact_head(at)
    }
}

#[test]
fn a_haystack_of_one_unit_is_compared_no_more_than_in_proportion() {
    let run = |len: usize| vec![u16::from(b'a'); len];
    let ending = |len: usize, last: u8| [run(len), vec![last.into()]].concat();
    let nested: Vec<Vec<u16>> = (1..200).map(run).collect();
    let almost: Vec<Vec<u16>> = (9..200).map(|len| ending(len, b'b')).collect();
    let long: Vec<Vec<u16>> = (0..200).map(|last| ending(5000, last)).filter(|needle| needle[5000] != 0x61).collect();
    let spread: Vec<Vec<u16>> = (b'b'..b'z').flat_map(|last| (1..60).map(move |len| ending(len, last))).collect();
    for needles in [nested, almost, long, spread] {
        let longest = needles.iter().map(Vec::len).max().unwrap_or(0);
        for semantics in [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All] {
            let case = Case { needles: needles.clone(), haystack: vec![], from: 0, semantics, fold: false };
            let big = compile(&case, Width::One, true).unwrap();
            let haystack = vec![b'a'; 100_000];
            let count = std::cell::Cell::new(0);
            let search = Search { big: &big, given: &given(&case), view: Counted(Bytes(&haystack), &count), accept: &Everything };
            let _ = search.run(0, &mut |_, _| ControlFlow::Continue(()));
            // A head is counted as one however many symbols it has.
            let allowed = 8 * (COMPARED_PER_SYMBOL * haystack.len() + big.size + longest);
            assert!(count.get() <= allowed, "{} of {allowed}", count.get());
        }
    }
}

#[test]
fn needs_no_more_memory_than_it_may_take() {
    let needles: Vec<Vec<u16>> = (0..2000u16).map(|number| number.to_string().encode_utf16().chain([0x2d; 12]).collect()).collect();
    let case = Case { needles, haystack: vec![], from: 0, semantics: Semantics::All, fold: false };
    let needed = compile(&case, Width::One, true).unwrap().memory_bytes();
    let needles: Vec<Vec<u8>> = case.needles.iter().map(|needle| to_bytes(needle, Width::One)).collect();
    let needles: Vec<(&[u8], u32)> = needles.iter().map(|needle| &needle[..]).zip(0..).collect();
    let with = |memory_max| {
        let setup =
            Setup { width: Width::One, semantics: Semantics::All, fold_ascii: false, accepts_all: true, is_given: false, memory_max };
        Big::new(needles.clone(), &setup).map(|big| big.memory_bytes())
    };
    assert_eq!(with(needed), Some(needed));
    assert!((0..needed).step_by(needed / 50).filter_map(|memory_max| Some((with(memory_max)?, memory_max))).all(|(took, may)| took <= may));
}

#[test]
fn nothing_to_search_for_is_no_structure() {
    for needles in [vec![], vec![vec![], vec![97]]] {
        let case = Case { needles, haystack: vec![], from: 0, semantics: Semantics::All, fold: false };
        assert_eq!(compile(&case, Width::One, true), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_saved_form_is_refused_or_searched_without_panic(case in case(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let Some(big) = compile(&case, Width::Two, true) else { panic!("no structure for {case:?}") };
        let mut writer = Writer::new();
        big.save(&mut writer);
        let mut body = blob::changes::body(&writer.finish()).to_vec();
        changes.iter().for_each(|(place, byte)| *place.get_mut(&mut body) = *byte);
        let blob = blob::changes::with_body(&body);
        let mut reader = Reader::new(&blob).unwrap();
        let ids = case.needles.len() as u32;
        if let Some(big) = Big::load(&mut reader, case.needles.len(), big.size) {
            let (found, _) = search(&big, &given(&case), Units { units: &to_bytes(&case.haystack, Width::Two), width: Width::Two }, case.from, &Everything);
            prop_assert!(found.iter().all(|found| found.0 < ids));
        }
    }
}

#[test]
fn a_saved_form_that_says_it_is_larger_than_its_patterns_is_refused() {
    let needles = vec![vec![97; 9], vec![97; 20]];
    let big = compile(&Case { needles, haystack: vec![], from: 0, semantics: Semantics::All, fold: false }, Width::One, true).unwrap();
    let load = |size: usize| {
        let mut writer = Writer::new();
        Big { size, ..big.clone() }.save(&mut writer);
        Big::load(&mut Reader::new(&writer.finish()).unwrap(), 2, 29)
    };
    assert_eq!(load(29).as_ref(), Some(&big));
    assert_eq!((load(30), load(usize::MAX)), (None, None));
}

#[test]
fn a_text_that_is_refused_is_so_for_all_needles_that_are_equal() {
    for needle in [&b"ab"[..], b"abababababab"] {
        let needles: Vec<(&[u8], u32)> = (0..1000).map(|id| (needle, id)).collect();
        let given = Given::new(needles.iter().map(|needle| Pattern::Bytes(needle.0)), usize::MAX).unwrap();
        let haystack = b"ab".repeat(1000);
        for semantics in [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All] {
            let setup =
                Setup { width: Width::One, semantics, fold_ascii: false, accepts_all: false, is_given: true, memory_max: usize::MAX };
            let (big, refusals) = (Big::new(needles.clone(), &setup).unwrap(), Refusals(Cell::new(0)));
            let text = Units { units: &haystack, width: Width::One };
            let outcome = big.search(&given, text, 0, &refusals, &mut |found, _| {
                assert!(found.is_empty());
                ControlFlow::Continue(())
            });
            assert_eq!(outcome, ControlFlow::Continue(None));
            assert_eq!(refusals.0.get(), 1001 - needle.len() / 2);
        }
    }
}
