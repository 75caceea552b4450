//! `Matcher` against the definition, in tables and on generated sets.
mod naive;
mod stream;

use lanewise_error::{Error, ErrorCode};
use lanewise_text::{CaseFolding, Haystack, Match, Matcher, Options, Pattern, Semantics};
use naive::Form;
use proptest::prelude::*;

/// A pattern as it is given: bytes, or the units of a JavaScript string.
#[derive(Clone, Debug)]
enum Given {
    Bytes(Vec<u8>),
    Units(Vec<u16>),
}

fn string(text: &str) -> Given {
    Given::Units(text.encode_utf16().collect())
}

fn to_le_bytes(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}

/// The units that `given` has in `form`, if its text has that form.
fn to_form(given: &Given, form: Form) -> Option<Vec<u16>> {
    let text = match given {
        Given::Bytes(bytes) if form == Form::Utf8 => return Some(bytes.iter().map(|&byte| byte.into()).collect()),
        Given::Units(units) if form == Form::Utf16 => return Some(units.clone()),
        Given::Units(units) if form == Form::Latin1 => return units.iter().all(|&unit| unit < 256).then(|| units.clone()),
        Given::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.to_owned(),
        Given::Units(units) => String::from_utf16(units).ok()?,
    };
    match form {
        Form::Utf8 => Some(text.bytes().map(u16::from).collect()),
        Form::Latin1 => text.chars().map(|character| u8::try_from(character).ok().map(u16::from)).collect(),
        Form::Utf16 => Some(text.encode_utf16().collect()),
    }
}

/// The patterns as `form` compares them: one that Latin-1 cannot hold can still match there when case is ignored.
fn to_patterns(given: &[Given], form: Form, folding: CaseFolding) -> (Vec<Option<Vec<u16>>>, Form) {
    let compared = if form == Form::Latin1 && folding != CaseFolding::None { Form::Utf16 } else { form };
    (given.iter().map(|given| to_form(given, compared)).collect(), compared)
}

fn compile(given: &[Given], options: &Options) -> Result<Matcher, Error> {
    let bytes: Vec<Vec<u8>> = given.iter().map(|given| if let Given::Units(units) = given { to_le_bytes(units) } else { vec![] }).collect();
    let patterns = given.iter().zip(&bytes).map(|(given, units)| match given {
        Given::Bytes(bytes) => Pattern::Bytes(bytes),
        Given::Units(_) => Pattern::Units(units),
    });
    Matcher::new(patterns, options)
}

fn find_all(matcher: &Matcher, haystack: Haystack<'_>) -> Vec<Match> {
    let mut words = vec![];
    matcher.find_all(haystack, &mut words);
    words.chunks(3).map(|word| Match { id: word[0], start: word[1], end: word[2] }).collect()
}

/// Compares every method of `matcher`, from every offset, with the definition.
fn check_matcher(matcher: &Matcher, given: &[Given], units: &[u16], form: Form, options: &Options) {
    let bytes: Vec<u8> = if form == Form::Utf16 {
        // One byte in front, so that units lie at odd addresses.
        std::iter::once(0).chain(to_le_bytes(units)).collect()
    } else {
        units.iter().map(|&unit| unit as u8).collect()
    };
    let haystack = match form {
        Form::Utf8 => Haystack::Bytes(&bytes),
        Form::Latin1 => Haystack::Latin1(&bytes),
        Form::Utf16 => Haystack::Utf16(&bytes[1..]),
    };
    let (patterns, compared) = to_patterns(given, form, options.ignore_case);
    let occurrences = naive::occurrences(&patterns, units, compared, options.ignore_case, options.whole_words);
    let expected = naive::choose(&occurrences, options.semantics, 0);
    let context = || format!("{given:x?} in {form:?} {units:x?} with {options:?}");
    assert_eq!(find_all(matcher, haystack), expected, "find_all {}", context());
    assert_eq!(matcher.count(haystack), expected.len(), "count {}", context());
    assert_eq!(matcher.test(haystack), !expected.is_empty(), "test {}", context());
    for from in 0..=units.len() + 1 {
        let first = naive::choose(&occurrences, options.semantics, from as u32).first().copied();
        assert_eq!(matcher.find(haystack, from), first, "find from {from} {}", context());
    }
    assert_eq!(matcher.find(haystack, usize::MAX), None);
    let mut which = vec![u32::MAX];
    matcher.which(haystack, &mut which);
    let mut ids: Vec<u32> = occurrences.iter().map(|found| found.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(which, [&[u32::MAX], &ids[..]].concat(), "which {}", context());
}

fn all_options() -> impl Iterator<Item = Options> {
    let semantics = [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All];
    let foldings = [CaseFolding::None, CaseFolding::Ascii, CaseFolding::Unicode];
    semantics.into_iter().flat_map(move |semantics| {
        let options = move |ignore_case| move |whole_words| Options { semantics, ignore_case, whole_words, ..Options::default() };
        foldings.into_iter().flat_map(move |folding| [false, true].map(options(folding)))
    })
}

/// Checks the patterns in haystacks under all options, and with less memory by `memory_step` until the compiled form does not fit any more: what an
/// automaton leaves out for want of memory must not show.
fn check(given: &[Given], haystacks: &[(Form, Vec<u16>)], memory_step: usize) {
    for mut options in all_options() {
        let mut compiled = compile(given, &options);
        assert!(compiled.is_ok());
        while let Ok(matcher) = compiled {
            assert_eq!((matcher.len(), matcher.is_empty()), (given.len(), given.is_empty()));
            assert!(matcher.memory_bytes() <= options.memory_max);
            let blob = matcher.save();
            let loaded = Matcher::load(&blob).unwrap();
            assert_eq!((loaded.save(), loaded.options()), (blob, options));
            assert_eq!(loaded.explain(), matcher.explain());
            for (form, units) in haystacks {
                check_matcher(&matcher, given, units, *form, &options);
                check_matcher(&loaded, given, units, *form, &options);
            }
            options.memory_max = matcher.memory_bytes().saturating_sub(memory_step);
            compiled = compile(given, &options);
        }
        assert_eq!(compiled.err(), Some(Error::nowhere(ErrorCode::TooLarge)));
    }
}

/// A string in each form that it has.
fn to_forms(units: &[u16]) -> Vec<(Form, Vec<u16>)> {
    let given = Given::Units(units.to_vec());
    let forms = [Form::Utf8, Form::Latin1, Form::Utf16];
    forms.into_iter().filter_map(|form| Some((form, to_form(&given, form)?))).collect()
}

/// Pieces that texts are made of, so that some of them fold together, split each other's characters or are word characters.
const PIECES: [&[u16]; 32] = [
    &[0x61],
    &[0x62],
    &[0x41],
    &[0x6b],
    &[0x4b],
    &[0x212a],
    &[0x73],
    &[0x17f],
    &[0xdf],
    &[0x1e9e],
    &[0x2c62],
    &[0x26b],
    &[0x69],
    &[0x49],
    &[0x130],
    &[0x131],
    &[0xe9],
    &[0xc9],
    &[0xff],
    &[0x178],
    &[0xb5],
    &[0x3bc],
    &[0x20],
    &[0x5f],
    &[0x2d],
    &[0x301],
    &[0xd83d],
    &[0xde00],
    &[0xd801],
    &[0xdc00],
    &[0xdc28],
    &[0xd83d, 0xde00],
];

/// The same for bytes: pieces of é, É, the Kelvin sign, an encoded surrogate, an emoji and Deseret letters, whole and torn.
const BYTE_PIECES: [&[u8]; 26] = [
    b"a",
    b"A",
    b"k",
    b" ",
    b"-",
    b"\xc3\xa9",
    b"\xc3\x89",
    b"\xe2\x84\xaa",
    b"\xed\xa0\xbd",
    b"\xf0\x9f\x98\x80",
    b"\xf0\x90\x90\x80",
    b"\xf0\x90\x90\xa8",
    b"\xc3",
    b"\xa9",
    b"\xe2",
    b"\x84",
    b"\xaa",
    b"\xf0",
    b"\x90",
    b"\x80",
    b"\xa8",
    b"\xe2\x84",
    b"\xf0\x90\x90",
    b"\x90\x90\x80",
    b"\x90\x80",
    b"\xff",
];

/// Texts of up to `len_max` pieces over the pieces chosen by `alphabet`.
fn texts<T: Copy + std::fmt::Debug>(alphabet: Vec<&'static [T]>, min: usize, len_max: usize) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(prop::sample::select(alphabet), min..=len_max).prop_map(|pieces| pieces.concat())
}

/// Strings and string patterns over a small alphabet; some patterns come as bytes.
fn string_case() -> impl Strategy<Value = (Vec<Given>, Vec<u16>)> {
    prop::sample::subsequence(PIECES.to_vec(), 2..=5).prop_flat_map(|alphabet| {
        let pattern = (texts(alphabet.clone(), 1, 5), any::<bool>()).prop_map(|(units, as_bytes)| match String::from_utf16(&units) {
            Ok(text) if as_bytes => Given::Bytes(text.into_bytes()),
            _ => Given::Units(units),
        });
        (prop::collection::vec(pattern, 0..=6), texts(alphabet, 0, 14))
    })
}

/// Patterns, so many more that the set is large, and a text, over a small alphabet.
fn large_string_case() -> impl Strategy<Value = (Vec<Given>, Vec<Given>, Vec<u16>)> {
    prop::sample::subsequence(PIECES.to_vec(), 2..=8).prop_flat_map(|alphabet| {
        let pattern = |most| texts(alphabet.clone(), 1, most).prop_map(Given::Units);
        (prop::collection::vec(pattern(3), 0..=6), prop::collection::vec(pattern(9), 65..=68), texts(alphabet.clone(), 0, 8))
    })
}

/// A large set in ASCII, and a text that has the characters that fold to its letters from somewhere on, if at all.
fn large_ascii_case() -> impl Strategy<Value = (Vec<Given>, String)> {
    let patterns = |text: &'static str| prop::collection::vec(text.prop_map(|text| string(&text)), 65..=68);
    let words = prop_oneof![3 => "[akKsSé -]{0,12}", 1 => "[akKsS\u{17f}\u{212a}-]{0,8}"];
    let text = prop::collection::vec(words, 0..6).prop_map(|words| words.concat());
    (prop_oneof![patterns("[akKsS-]{1,4}"), patterns("[akKsS-]{1,12}")], text)
}

/// The same in bytes.
fn large_byte_case() -> impl Strategy<Value = (Vec<Given>, Vec<Given>, Vec<u8>)> {
    prop::sample::subsequence(BYTE_PIECES.to_vec(), 2..=8).prop_flat_map(|alphabet| {
        let pattern = |most| texts(alphabet.clone(), 1, most).prop_map(Given::Bytes);
        (prop::collection::vec(pattern(3), 0..=6), prop::collection::vec(pattern(9), 65..=68), texts(alphabet.clone(), 0, 8))
    })
}

/// Checks the patterns in haystacks under some options, as they are compiled and as they are loaded.
fn check_large(given: &[Given], haystacks: &[(Form, Vec<u16>)], options: usize) {
    // With a long one more they are too many bytes for an automaton.
    let long = [given, &[Given::Bytes(vec![b'Q'; 1 << 15])]].concat();
    let options = all_options().nth(options).unwrap();
    for given in [given, &long] {
        let matcher = compile(given, &options).unwrap();
        let loaded = Matcher::load(&matcher.save()).unwrap();
        assert_eq!((loaded.save(), loaded.explain()), (matcher.save(), matcher.explain()));
        for (form, units) in haystacks {
            check_matcher(&matcher, given, units, *form, &options);
            check_matcher(&loaded, given, units, *form, &options);
        }
    }
}

/// Bytes and byte patterns over a small alphabet of whole and torn characters.
fn byte_case() -> impl Strategy<Value = (Vec<Given>, Vec<u8>)> {
    prop::sample::subsequence(BYTE_PIECES.to_vec(), 2..=6).prop_flat_map(|alphabet| {
        (prop::collection::vec(texts(alphabet.clone(), 1, 4).prop_map(Given::Bytes), 0..=6), texts(alphabet, 0, 14))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn strings_of_every_form_are_searched_as_defined((given, units) in string_case(), memory_step in 16..500_usize) {
        check(&given, &to_forms(&units), memory_step);
    }

    #[test]
    fn bytes_of_every_kind_are_searched_as_defined((given, bytes) in byte_case(), memory_step in 16..500_usize) {
        let units = bytes.iter().map(|&byte| byte.into()).collect();
        let mut haystacks = vec![(Form::Utf8, units)];
        if let Ok(text) = std::str::from_utf8(&bytes) {
            haystacks.extend(to_forms(&text.encode_utf16().collect::<Vec<_>>()));
        }
        check(&given, &haystacks, memory_step);
    }

    #[test]
    fn texts_that_are_joined_are_tested_each_alone((given, bytes) in byte_case(), (strings, units) in string_case(), sizes in prop::collection::vec(0..5_usize, 0..20)) {
        for options in all_options() {
            let check = |given: &[Given], form: Form, joined: &[u8], size: usize| {
                let matcher = compile(given, &options).unwrap();
                let mut found = vec![];
                matcher.test_each(stream::haystack(form, joined), sizes.iter().copied(), &mut found);
                let mut rest = joined;
                for (item, is_found) in sizes.iter().zip(&found) {
                    let (text, behind) = rest.split_at((item * size).min(rest.len()));
                    rest = behind;
                    assert_eq!(*is_found == 1, matcher.test(stream::haystack(form, text)), "{given:x?} in {text:x?} of {joined:x?} with {options:?}");
                }
                assert_eq!(found.len(), sizes.len());
            };
            check(&given, Form::Utf8, &bytes, 1);
            check(&strings, Form::Utf16, &to_le_bytes(&units), 2);
            if let Some(latin1) = to_form(&Given::Units(units.clone()), Form::Latin1) {
                check(&strings, Form::Latin1, &latin1.iter().map(|&unit| unit as u8).collect::<Vec<_>>(), 1);
            }
        }
    }

    #[test]
    fn a_text_has_the_same_matches_in_every_form((given, units) in string_case()) {
        let Ok(text) = String::from_utf16(&units) else { return Ok(()) };
        let whole: Vec<Given> = given.into_iter().filter(|given| to_form(given, Form::Utf8).is_some()).collect();
        let utf16 = to_le_bytes(&units);
        let units_before = |at: u32| text[..at as usize].encode_utf16().count() as u32;
        for options in all_options() {
            let matcher = compile(&whole, &options).unwrap();
            let in_bytes = find_all(&matcher, Haystack::Bytes(text.as_bytes()));
            let mapped: Vec<Match> = in_bytes.iter().map(|m| Match { id: m.id, start: units_before(m.start), end: units_before(m.end) }).collect();
            prop_assert_eq!(&mapped, &find_all(&matcher, Haystack::Utf16(&utf16)));
            if units.iter().all(|&unit| unit < 256) {
                let latin1: Vec<u8> = units.iter().map(|&unit| unit as u8).collect();
                prop_assert_eq!(mapped, find_all(&matcher, Haystack::Latin1(&latin1)));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn large_sets_are_searched_as_defined((given, more, units) in large_string_case(), options in 0..18_usize) {
        check_large(&[given, more].concat(), &to_forms(&units), options);
    }

    #[test]
    fn large_sets_in_ascii_fold_with_what_is_not((given, text) in large_ascii_case(), options in 0..18_usize) {
        check_large(&given, &to_forms(&text.encode_utf16().collect::<Vec<_>>()), options);
    }

    #[test]
    fn large_sets_of_bytes_are_searched_as_defined((given, more, bytes) in large_byte_case(), options in 0..18_usize) {
        let units = bytes.iter().map(|&byte| byte.into()).collect();
        check_large(&[given, more].concat(), &[(Form::Utf8, units)], options);
    }
}

/// Id, start and end of a match.
type Place = (u32, u32, u32);

/// The places of string patterns in `text` in UTF-16.
fn places(patterns: &[&str], text: &str, options: &Options) -> Vec<Place> {
    let given: Vec<Given> = patterns.iter().map(|pattern| string(pattern)).collect();
    let units: Vec<u16> = text.encode_utf16().collect();
    let matcher = compile(&given, options).unwrap();
    find_all(&matcher, Haystack::Utf16(&to_le_bytes(&units))).into_iter().map(|m| (m.id, m.start, m.end)).collect()
}

#[test]
fn the_semantics_choose_among_overlapping_occurrences() {
    let cases: [(Semantics, &[&str], &str, &[Place]); 9] = [
        (Semantics::LeftmostFirst, &["ab", "abc"], "abc", &[(0, 0, 2)]),
        (Semantics::LeftmostFirst, &["abc", "ab"], "abcab", &[(0, 0, 3), (1, 3, 5)]),
        (Semantics::LeftmostFirst, &["abcd", "b", "bc"], "abce", &[(1, 1, 2)]),
        (Semantics::LeftmostLongest, &["ab", "abc", "abc"], "abcab", &[(1, 0, 3), (0, 3, 5)]),
        (Semantics::LeftmostLongest, &["abcd", "b", "bc"], "abce", &[(2, 1, 3)]),
        (Semantics::LeftmostLongest, &["a", "aaab"], "aaaaab", &[(0, 0, 1), (0, 1, 2), (1, 2, 6)]),
        (Semantics::All, &["a", "ba", "a", "b"], "ba", &[(3, 0, 1), (1, 0, 2), (0, 1, 2), (2, 1, 2)]),
        (Semantics::All, &["aa"], "aaaa", &[(0, 0, 2), (0, 1, 3), (0, 2, 4)]),
        (Semantics::All, &[], "a", &[]),
    ];
    for (semantics, patterns, text, expected) in cases {
        assert_eq!(places(patterns, text, &Options { semantics, ..Options::default() }), expected, "{semantics:?} {patterns:?} {text:?}");
    }
}

#[test]
fn whole_words_are_chosen_among_before_the_semantics_choose() {
    let options = Options { whole_words: true, ..Options::default() };
    let cases: [(&[&str], &str, &[Place]); 11] = [
        (&["foo", "foobar"], "foobar foo", &[(1, 0, 6), (0, 7, 10)]),
        (&["a"], "a_ a1 aé a\u{301} (a)", &[(0, 13, 14)]),
        (&["+", "-"], "+-", &[(0, 0, 1), (1, 1, 2)]),
        (&["+"], "a+b a + b", &[(0, 6, 7)]),
        (&["b c"], "a b c d", &[(0, 2, 5)]),
        (&["é"], "é-éa-é", &[(0, 0, 1), (0, 5, 6)]),
        (&["a"], "𐐀a a😀a", &[(0, 4, 5), (0, 7, 8)]),
        // A join control is a word character.
        (&["a"], "a\u{200d} a", &[(0, 3, 4)]),
        (&["ab", "b"], "ab", &[(0, 0, 2)]),
        (&["a b", "a"], "a bc", &[(1, 0, 1)]),
        (&["a"], "a a", &[(0, 0, 1), (0, 2, 3)]),
    ];
    for (patterns, text, expected) in cases {
        assert_eq!(places(patterns, text, &options), expected, "{patterns:?} {text:?}");
    }
}

#[test]
fn text_before_the_offset_is_seen_by_whole_words() {
    let matcher = compile(&[string("a"), string("-")], &Options { whole_words: true, ..Options::default() }).unwrap();
    let found = |id, start| Some(Match { id, start, end: start + 1 });
    for (text, from, expected) in
        [("xa a", 1, found(0, 3)), (" a", 1, found(0, 1)), ("a-", 1, None), ("éa", 2, None), (" -", 1, found(1, 1))]
    {
        assert_eq!(matcher.find(Haystack::Bytes(text.as_bytes()), from), expected, "{text:?}");
    }
}

#[test]
fn ignoring_case_covers_whole_characters_by_simple_folding() {
    let unicode = Options { ignore_case: CaseFolding::Unicode, ..Options::default() };
    let cases: [(&str, &str, &[Place]); 12] = [
        ("k", "K\u{212a}k", &[(0, 0, 1), (0, 1, 2), (0, 2, 3)]),
        ("\u{212a}", "kK", &[(0, 0, 1), (0, 1, 2)]),
        ("s", "ſS", &[(0, 0, 1), (0, 1, 2)]),
        ("ß", "ẞß", &[(0, 0, 1), (0, 1, 2)]),
        ("ss", "ß", &[]),
        ("i", "\u{130}ıI", &[(0, 2, 3)]),
        ("\u{130}", "i̇\u{130}", &[(0, 2, 3)]),
        ("\u{2c62}", "\u{26b}", &[(0, 0, 1)]),
        ("ÿ", "Ÿ", &[(0, 0, 1)]),
        ("σ", "ςΣ", &[(0, 0, 1), (0, 1, 2)]),
        ("𐐀", "a𐐨", &[(0, 1, 3)]),
        ("ﬀ", "ff", &[]),
    ];
    for (pattern, text, expected) in cases {
        assert_eq!(places(&[pattern], text, &unicode), expected, "{pattern:?} {text:?}");
    }
    let ascii = Options { ignore_case: CaseFolding::Ascii, ..Options::default() };
    assert_eq!(places(&["Ké"], "kékÉ\u{212a}é", &ascii), [(0, 0, 2)]);
}

#[test]
fn a_latin1_string_matches_patterns_beyond_latin1_when_case_is_ignored() {
    let matcher =
        compile(&[string("\u{212a}"), string("Ÿ")], &Options { ignore_case: CaseFolding::Unicode, ..Options::default() }).unwrap();
    assert_eq!(find_all(&matcher, Haystack::Latin1(b"k\xff")), [Match { id: 0, start: 0, end: 1 }, Match { id: 1, start: 1, end: 2 }]);
}

#[test]
fn a_pattern_matches_only_where_its_text_has_the_form_of_the_haystack() {
    let half = Given::Units(vec![0xd83d]);
    let bad = Given::Bytes(vec![0xc3]);
    for ignore_case in [CaseFolding::None, CaseFolding::Unicode] {
        let matcher = compile(&[half.clone(), bad.clone()], &Options { ignore_case, ..Options::default() }).unwrap();
        let whole = ignore_case == CaseFolding::Unicode;
        let id_at_0 = |id| Some(Match { id, start: 0, end: 1 });
        // Half of an astral character, and alone.
        assert_eq!(matcher.find(Haystack::Utf16(&to_le_bytes(&[0xd83d, 0xde00])), 0), if whole { None } else { id_at_0(0) });
        assert_eq!(matcher.find(Haystack::Utf16(&to_le_bytes(&[0xd83d, 0x61])), 0), id_at_0(0));
        // Half of a UTF-8 sequence, and alone; an encoded surrogate is three stray bytes.
        assert_eq!(matcher.find(Haystack::Bytes(b"\xc3\xa9"), 0), if whole { None } else { id_at_0(1) });
        assert_eq!(matcher.find(Haystack::Bytes(b"\xc3a"), 0), id_at_0(1));
        assert!(!matcher.test(Haystack::Bytes(b"\xed\xa0\xbd")));
        assert!(!matcher.test(Haystack::Latin1(b"\xc3")));
    }
}

#[test]
fn an_offset_within_a_character_sees_none_of_it_when_case_is_ignored() {
    let matcher = compile(&[string("é"), string("😀")], &Options { ignore_case: CaseFolding::Unicode, ..Options::default() }).unwrap();
    assert_eq!(matcher.find(Haystack::Bytes("éÉ".as_bytes()), 1), Some(Match { id: 0, start: 2, end: 4 }));
    assert_eq!(matcher.find(Haystack::Bytes("😀😀".as_bytes()), 1), Some(Match { id: 1, start: 4, end: 8 }));
    assert_eq!(matcher.find(Haystack::Utf16(&to_le_bytes(&[0xd83d, 0xde00])), 1), None);
}

#[test]
fn an_empty_pattern_is_refused() {
    let empty = Some(Error::nowhere(ErrorCode::EmptyPattern));
    assert_eq!(compile(&[string("a"), string("")], &Options::default()).err(), empty);
    assert_eq!(compile(&[Given::Bytes(vec![])], &Options::default()).err(), empty);
}

#[test]
fn a_last_half_unit_of_a_string_is_left_out() {
    let matcher = compile(&[string("a")], &Options::default()).unwrap();
    assert_eq!(matcher.count(Haystack::Utf16(b"a\0a")), 1);
}

#[test]
fn a_hundred_thousand_patterns_compile_and_are_found() {
    let given: Vec<Given> = (0..100_000).map(|i| string(&format!("key-{:05}:é", i * 7919 % 100_000))).collect();
    let text: String = (0..1000).map(|i| format!("key-{:05}:é ", i * 97)).collect();
    for options in all_options() {
        let matcher = compile(&given, &options).unwrap();
        assert_eq!(matcher.count(Haystack::Bytes(text.as_bytes())), 1000);
        assert_eq!(matcher.count(Haystack::Utf16(&to_le_bytes(&text.encode_utf16().collect::<Vec<_>>()))), 1000);
    }
}

#[test]
fn nested_and_equal_patterns_take_memory_linear_in_their_length() {
    // Copied lists of matches would have fifty million entries.
    let nested: Vec<Given> = (1..=10_000).map(|len| Given::Bytes(vec![b'a'; len])).collect();
    let all = Options { semantics: Semantics::All, ..Options::default() };
    let matcher = compile(&nested, &all).unwrap();
    let given: usize = nested.iter().map(|given| if let Given::Bytes(bytes) = given { bytes.len() } else { 0 }).sum();
    assert!(matcher.memory_bytes() < given + (1 << 20));
    assert_eq!(matcher.count(Haystack::Bytes(&[b'a'; 1000])), 500_500);
    let equal: Vec<Given> = (0..100_000).map(|_| string("a")).collect();
    assert_eq!(compile(&equal, &all).unwrap().count(Haystack::Latin1(b"aaa")), 300_000);
    assert_eq!(compile(&equal, &Options::default()).unwrap().count(Haystack::Latin1(b"aaa")), 3);
}

#[test]
fn a_set_beyond_the_memory_limit_is_refused_before_it_is_built() {
    let long = Given::Bytes((0..8_u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect());
    assert_eq!(compile(&[long], &Options::default()).err(), Some(Error::nowhere(ErrorCode::TooLarge)));
    assert_eq!(compile(&[], &Options { memory_max: 0, ..Options::default() }).err(), Some(Error::nowhere(ErrorCode::TooLarge)));
}

#[test]
fn long_haystacks_are_searched_in_linear_time() {
    // Each of these is quadratic in the haystack where a search begins anew behind every near miss, or collects.
    let text = vec![b'a'; 1 << 20];
    let near_miss = Given::Bytes([vec![b'a'; 20], vec![b'b']].concat());
    for options in all_options() {
        let matcher = compile(std::slice::from_ref(&near_miss), &options).unwrap();
        assert!(!matcher.test(Haystack::Bytes(&text)));
        assert_eq!(matcher.count(Haystack::Utf16(&text)), 0);
        assert_eq!(compile(&[string("a")], &options).unwrap().count(Haystack::Bytes(&text)), if options.whole_words { 0 } else { 1 << 20 });
    }
}
