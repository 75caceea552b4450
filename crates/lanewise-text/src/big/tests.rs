//! `Big` against the definition.
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// A match as id, start and end.
type Found = (u32, usize, usize);

/// Refuses by id and place, as whole words may.
struct Some3;

impl Accept for Some3 {
    fn accepts(&self, id: u32, start: usize, end: usize) -> bool {
        !(id as usize + start + 2 * end).is_multiple_of(3)
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
    let needles: Vec<Vec<u8>> = case.needles.iter().map(|needle| to_bytes(needle, width)).collect();
    let needles: Vec<(&[u8], u32)> = needles.iter().map(|needle| &needle[..]).zip(0..).collect();
    let setup = Setup { width, semantics: case.semantics, fold_ascii: case.fold, accepts_all, memory_max: usize::MAX };
    Big::new(&needles, &setup)
}

fn fold(units: &[u16], fold: bool) -> Vec<u16> {
    let lower = |unit: u16| if fold && unit < 128 { (unit as u8).to_ascii_lowercase().into() } else { unit };
    units.iter().map(|&unit| lower(unit)).collect()
}

/// Every occurrence that counts, ordered by end, start, id.
fn occurrences<A: Accept>(case: &Case, accept: &A) -> Vec<Found> {
    let haystack = fold(&case.haystack, case.fold);
    let mut found = vec![];
    for (id, needle) in (0..).zip(&case.needles) {
        let needle = fold(needle, case.fold);
        let starts = (case.from..haystack.len()).filter(|&start| haystack[start..].starts_with(&needle));
        found.extend(starts.map(|start| (id, start, start + needle.len())));
    }
    found.retain(|&(id, start, end)| accept.accepts(id, start, end));
    found.sort_by_key(|&(id, start, end)| (end, start, id));
    found
}

/// The matches by their definition.
fn naive<A: Accept>(case: &Case, accept: &A) -> Vec<Found> {
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

fn search<A: Accept>(big: &Big, haystack: &[u8], width: Width, from: usize, ordered: bool, accept: &A) -> (Vec<Found>, Outcome) {
    let mut found = vec![];
    let outcome = big.search(haystack, width, from, ordered, accept, &mut |id, start, end| {
        found.push((id, start, end));
        ControlFlow::Continue(())
    });
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
        let Some(big) = compile(case, width, accepts_all) else { panic!("no structure for {case:?}") };
        let mut writer = Writer::new();
        big.save(&mut writer);
        let blob = writer.finish();
        let mut reader = Reader::new(&blob).unwrap();
        assert_eq!(Big::load(&mut reader, case.needles.len() as u32).as_ref(), Some(&big));
        assert!(reader.is_empty());
        for haystack_width in [Width::One, Width::Two] {
            let can = haystack_width == Width::Two || is_narrow(&case.haystack) && case.needles.iter().all(|needle| is_narrow(needle));
            if can {
                let haystack = to_bytes(&case.haystack, haystack_width);
                for ordered in [true, false] {
                    check_search(&big, &haystack, haystack_width, case, ordered, accept, &expected);
                }
            }
        }
    }
}

fn check_search<A: Accept>(big: &Big, haystack: &[u8], width: Width, case: &Case, ordered: bool, accept: &A, expected: &[Found]) {
    let (mut found, outcome) = search(big, haystack, width, case.from, ordered, accept);
    let by_end = case.semantics == Semantics::All && ordered;
    let mut expected: Vec<Found> = match outcome {
        Outcome::GaveUp(unit) if by_end => expected.iter().copied().filter(|found| found.2 <= unit).collect(),
        Outcome::GaveUp(unit) => expected.iter().copied().filter(|found| found.1 < unit).collect(),
        _ => expected.to_vec(),
    };
    if case.semantics == Semantics::All && !ordered {
        found.sort_unstable();
        expected.sort_unstable();
    }
    assert_eq!(found, expected, "{width:?} ordered {ordered} {outcome:?} {case:?}");
    assert_ne!(outcome, Outcome::Stopped);
    let stopped = big.search(haystack, width, case.from, ordered, accept, &mut |_, _, _| ControlFlow::Break(()));
    assert_eq!(stopped == Outcome::Stopped, !expected.is_empty());
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
