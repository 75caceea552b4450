//! Long haystacks, in which a search goes over from candidates to an automaton and back.
mod saved;

use crate::*;
use proptest::prelude::*;
use std::collections::HashSet;

const SEMANTICS: [Semantics; 3] = [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All];

fn all_options() -> impl Iterator<Item = Options> {
    let foldings = [CaseFolding::None, CaseFolding::Ascii, CaseFolding::Unicode];
    let with = |semantics, ignore_case| move |whole_words| Options { semantics, ignore_case, whole_words, ..Options::default() };
    SEMANTICS
        .into_iter()
        .flat_map(move |semantics| foldings.into_iter().flat_map(move |folding| [false, true].map(with(semantics, folding))))
}

fn compile(patterns: &[&[u8]], options: &Options) -> Matcher {
    Matcher::new(patterns.iter().map(|pattern| Pattern::Bytes(pattern)), options).unwrap()
}

fn to_utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Everything that searches of `haystack` give.
fn answers(matcher: &Matcher, haystack: Haystack<'_>, from: usize) -> (Vec<u32>, usize, bool, Option<Match>, Vec<u32>) {
    let (mut all, mut which) = (vec![], vec![]);
    matcher.find_all(haystack, &mut all);
    matcher.which(haystack, &mut which);
    (all, matcher.count(haystack), matcher.test(haystack), matcher.find(haystack, from), which)
}

/// Compares the search by candidates with the automaton alone.
fn check(patterns: &[&[u8]], text: &str, from: usize) {
    let utf16 = to_utf16(text);
    for options in all_options() {
        let matcher = compile(patterns, &options);
        assert!(matcher.explain().prefilter.is_some());
        let automaton = compile(patterns, &options).without_engines();
        assert_eq!(automaton.explain().prefilter, None);
        for haystack in [Haystack::Bytes(text.as_bytes()), Haystack::Latin1(text.as_bytes()), Haystack::Utf16(&utf16)] {
            for matcher in [&matcher, &automaton] {
                assert_eq!((matcher.find(haystack, text.len() + 1), matcher.find(haystack, usize::MAX)), (None, None));
            }
            let (found, expected) = (answers(&matcher, haystack, from), answers(&automaton, haystack, from));
            assert!(found == expected, "{patterns:?} in {} units, {options:?}", text.len());
        }
    }
}

proptest! {
    // Each of these texts is as long as hundreds of others.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(32)))]

    #[test]
    fn candidates_that_are_dense_here_and_there_do_not_show(
        patterns in prop::collection::vec("[abkK \u{212a}é-]{1,6}", 1..8),
        parts in prop::collection::vec(("[abkK \u{212a}é-]{1,12}", 1..2000_usize), 1..4),
        from in 0..1000_usize,
    ) {
        let patterns: Vec<&[u8]> = patterns.iter().map(String::as_bytes).collect();
        // At least one part is long enough for the automaton to give the search back.
        let text: String = parts.iter().map(|(part, times)| part.repeat(*times)).chain(["ab é-".repeat(12_000)]).collect();
        check(&patterns, &text, from);
    }
}

/// Words that stand in a text at every step, each for as long as a choice of a filter holds and longer: what was the best filter becomes the worst.
#[test]
fn a_text_that_changes_midway_is_searched_alike() {
    let patterns: [&[u8]; 4] = [b"Xbcdefghijkl", b"abcdXfghijkl", b"abcdefghXjkl", b"mnopqrstuvwx"];
    // Each has all but one unit of a pattern.
    let parts = ["Xb.d.f.h.j.l ", "abcd.f.h.jkl ", "a.c.efghXjk. ", "mn.p.rs.u.wx ", "...... ", "abcdXfghijkl "];
    let text: String = parts.iter().chain(&parts[..3]).map(|part| part.repeat((1 << 18) / part.len())).collect();
    for semantics in SEMANTICS {
        for ignore_case in [CaseFolding::None, CaseFolding::Unicode] {
            let options = Options { semantics, ignore_case, ..Options::default() };
            let (matcher, automaton) = (compile(&patterns, &options), compile(&patterns, &options).without_engines());
            for text in [&text[..], &format!("ж{text}")] {
                let utf16 = to_utf16(text);
                for haystack in [Haystack::Bytes(text.as_bytes()), Haystack::Utf16(&utf16)] {
                    assert!(answers(&matcher, haystack, 1 << 20) == answers(&automaton, haystack, 1 << 20), "{options:?}");
                }
            }
        }
    }
}

/// Whatever a text does, choosing filters for it costs less than searching it.
#[test]
fn a_choice_of_filters_is_paid_by_what_is_searched() {
    let patterns: [&[u8]; 2] = [b"abcdefghijkl", b"mnopqrstuvwx"];
    let matcher = compile(&patterns, &Options::default());
    let mut most = 0;
    for size in [1 << 12, 1 << 16, 1 << 18, 1 << 21] {
        for step in [64, 512, 1 << 13, 1 << 14, 1 << 17] {
            let parts = ["abcd.fgh.jkl ", "ab.defghi.kl ", "mn.pqr.tuvwx "].map(|part| part.repeat(step / part.len()));
            let text = parts.concat().repeat(size / (3 * step) + 1);
            let effort = effort::of(|| assert_eq!(matcher.count(Haystack::Bytes(text.as_bytes())), 0));
            assert!(effort <= 2 * text.len(), "{effort} for {} by {step}", text.len());
            most = most.max(effort);
        }
    }
    assert!(most > 1 << 14, "no candidate is compared, so that is what it takes to choose: {most}");
}

#[test]
fn a_leftmost_search_reads_at_most_the_longest_pattern_again_for_each_match() {
    let (long, haystack) = ([vec![b'a'; 50], vec![b'b']].concat(), [vec![b'a'; 49], vec![b'c']].concat().repeat(1000));
    for semantics in SEMANTICS {
        let matcher = compile(&[b"a", &long], &Options { semantics, ..Options::default() });
        let most = if semantics == Semantics::LeftmostLongest { 50 } else { 3 };
        assert!(effort::of(|| assert_eq!(matcher.count(Haystack::Bytes(&haystack)), 49_000)) <= most * haystack.len());
    }
}

/// Needles and haystacks that almost match everywhere.
fn adversaries(size: usize) -> Vec<(Vec<Vec<u8>>, Vec<u8>)> {
    let a = |count| vec![b'a'; count];
    let repeated = |part: &[u8]| part.repeat(size / part.len());
    vec![
        (vec![[a(63), vec![b'b']].concat()], a(size)),
        (vec![[vec![b'b'], a(63)].concat()], a(size)),
        (vec![[a(31), vec![b'b'], a(31)].concat()], repeated(&[a(30), vec![b'b']].concat())),
        (vec![[a(31), vec![b'b'], a(31)].concat()], repeated(&[a(31), vec![b'b']].concat())),
        (vec![b"ab".repeat(32)], repeated(b"ab")),
        (vec![b"ab".repeat(1000)], repeated(&[b"ab".repeat(999), b"b".to_vec()].concat())),
        ((1..=64).map(|count| [a(count), vec![b'b']].concat()).collect(), a(size)),
        ((1..=64).map(|count| [vec![b'b'], a(count), vec![b'c']].concat()).collect(), repeated(&[vec![b'b'], a(63)].concat())),
        ((0..64).map(|last| [a(20), vec![b'0' + last]].concat()).collect(), a(size)),
        (vec![b"aa".to_vec(), b"ab".to_vec()], repeated(b"ab")),
        // Every block is a candidate of both long needles.
        (vec![[a(50_000), vec![b'b']].concat(), [a(50_001), vec![b'c']].concat()], a(size)),
    ]
}

#[test]
fn what_a_search_compares_is_linear_in_the_haystack() {
    const SIZE: usize = 1 << 18;
    for options in all_options() {
        for (patterns, haystack) in adversaries(SIZE) {
            let patterns: Vec<&[u8]> = patterns.iter().map(Vec::as_slice).collect();
            let matcher = compile(&patterns, &options);
            let effort = |haystack: &[u8]| {
                let utf16: Vec<u8> = haystack.iter().flat_map(|&unit| [unit, 0]).collect();
                let bytes = Haystack::Bytes(haystack);
                let mut ids = vec![];
                effort::of(|| {
                    let _ = (matcher.count(bytes), matcher.test(bytes), matcher.count(Haystack::Utf16(&utf16)));
                    matcher.which(bytes, &mut ids);
                }) / 4
            };
            // A symbol of the automaton counts as one; words give it three for each unit.
            let most = if options.whole_words { 8 } else { 5 };
            assert!(effort(&haystack) <= most * SIZE, "{} for {SIZE} with {options:?} in {:?}", effort(&haystack), &haystack[..80]);
        }
    }
}

/// Words in letters of Latin-1 and, if `wide`, others; more than a Teddy takes, some of them short.
fn many_words(wide: bool) -> Vec<String> {
    let letters = if wide { ["a", "é", "ж", "\u{1f600}"] } else { ["a", "é", "b", "ü"] };
    (0..400_usize)
        .map(|number| (0..=number % 7).map(|place| letters[(number >> place) % 4]).chain([&*number.to_string()]).collect())
        .collect()
}

#[test]
fn forms_of_large_sets_are_made_when_they_are_searched() {
    for wide in [false, true] {
        let words = many_words(wide);
        let options = Options { ignore_case: CaseFolding::Ascii, ..Options::default() };
        let matcher = Matcher::new(words.iter().map(|word| Pattern::Bytes(word.as_bytes())), &options).unwrap();
        let (made, blob) = (matcher.memory_bytes(), matcher.save());
        assert!(matcher.test(Haystack::Bytes("xéa1".as_bytes())));
        assert_eq!(matcher.memory_bytes(), made, "that for bytes is there");
        assert!(matcher.test(Haystack::Latin1(b"x\xe9a1")));
        let with_latin1 = matcher.memory_bytes();
        assert!(made < with_latin1);
        assert!(matcher.test(Haystack::Utf16(&to_utf16("xéa1"))));
        assert_eq!(matcher.memory_bytes() > with_latin1, wide, "one for both where all units are narrow");
        assert_eq!(matcher.save(), blob);
        assert_eq!(Matcher::load(&blob).unwrap().memory_bytes(), made);
    }
}

#[test]
fn forms_that_find_no_room_are_searched_by_the_automata() {
    let words = many_words(true);
    let text = words.concat();
    let (units, latin1) = (to_utf16(&text), text.chars().filter_map(|letter| u8::try_from(letter).ok()).collect::<Vec<_>>());
    for semantics in [Semantics::All, Semantics::LeftmostLongest] {
        let matcher = |memory_max| {
            let options = Options { semantics, memory_max, ignore_case: CaseFolding::Ascii, ..Options::default() };
            Matcher::new(words.iter().map(|word| Pattern::Bytes(word.as_bytes())), &options)
        };
        let found = |matcher: &Matcher| {
            [Haystack::Bytes(text.as_bytes()), Haystack::Latin1(&latin1), Haystack::Utf16(&units)].map(|haystack| {
                let mut out = vec![];
                matcher.find_all(haystack, &mut out);
                out
            })
        };
        let (roomy, mut engines) = (matcher(MEMORY_MAX).unwrap(), HashSet::new());
        let expected = found(&roomy);
        assert!(expected.iter().all(|found| found.len() > 100));
        for memory_max in (0..2 * roomy.memory_bytes() + (64 << 10)).step_by(3 << 10) {
            let Ok(matcher) = matcher(memory_max) else { continue };
            assert_eq!(found(&matcher), expected);
            assert!(matcher.memory_bytes() <= memory_max);
            let loaded = Matcher::load(&matcher.save()).unwrap();
            assert_eq!((found(&loaded), loaded.memory_bytes() <= memory_max), (expected.clone(), true));
            engines.insert(matcher.explain().engine);
        }
        assert_eq!(engines, HashSet::from(["automaton", "trie"]));
    }
}
