//! The automaton over MessagePack, held against the evaluator over the tape, on every instruction set.

use super::tests::{All, First, parse, selector, selectors};
use super::{Format, Scratch, Stream};
use crate::MsgpackTree;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::Check;
use lanewise_msgpack::{Limits, Tape, validate, writer};
use lanewise_simd::available;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::HashSet;
use std::ops::Range;

const LIMITS: Limits = Limits { depth_max: 1024, string_keys: false, invalid_utf8: false };

/// What every instruction set finds.
fn run(input: &[u8], texts: &[impl AsRef<str>], check: Check, limits: &Limits) -> (First, All) {
    let stream = Stream::new(&parse(texts)).unwrap();
    let mut scratch = Scratch::default();
    let mut results = available().map(|kernels| {
        let (mut first, mut all) = (Vec::new(), Vec::new());
        let format = Format::Msgpack(limits);
        let first = stream.first_by(kernels, input, format, check, &mut scratch, &mut first).map(|()| first);
        let all = stream.all_by(kernels, input, format, check, &mut scratch, &mut all).map(|()| all);
        (first, all)
    });
    let result = results.next().unwrap();
    for other in results {
        assert_eq!(other, result, "{}", input.escape_ascii());
    }
    result
}

/// The evaluator over the tape.
fn by_tree(input: &[u8], texts: &[impl AsRef<str>]) -> (First, All) {
    let tape = Tape::new(input, &LIMITS).unwrap();
    let tree = MsgpackTree::new(input, &tape);
    let selectors = parse(texts);
    let first = selectors.iter().map(|selector| selector.first(&tree).map(|node| tree.range(node))).collect();
    let all = selectors.iter().map(|selector| selector.nodes(&tree).unwrap().into_iter().map(|node| tree.range(node)).collect()).collect();
    (Ok(first), Ok(all))
}

/// The bytes that one selector finds.
fn found<'a>(input: &'a [u8], selector: &str, check: Check) -> Vec<&'a [u8]> {
    let (first, all) = run(input, &[selector], check, &LIMITS);
    let all = &all.unwrap()[0];
    assert_eq!(first.unwrap()[0].as_ref(), all.first(), "{selector} {check:?}");
    all.iter().map(|range| &input[range.clone()]).collect()
}

#[test]
fn finds_values_with_their_headers() {
    // {"a": [1, "hi", {"b": 0.5}], "b": bin}
    let input = b"\x82\xa1a\xdc\x00\x03\x01\xd9\x02hi\x81\xa1b\xca\x3f\x00\x00\x00\xa1b\xc4\x01\xff";
    for check in [Check::All, Check::Path] {
        assert_eq!(found(input, "", check), [&input[..]]);
        assert_eq!(found(input, "/a/1", check), [b"\xd9\x02hi"]);
        assert_eq!(found(input, "$.a[::2]", check), [&b"\x01"[..], b"\x81\xa1b\xca\x3f\x00\x00\x00"]);
        assert_eq!(found(input, "$..b", check), [&b"\xc4\x01\xff"[..], b"\xca\x3f\x00\x00\x00"]);
        assert_eq!(found(input, "$.b[0]", check), [b""; 0]);
        assert_eq!(found(b"\x07", "", check), [b"\x07"]);
        assert_eq!(found(b"\x90", "$..*", check), [b""; 0]);
    }
}

#[test]
fn a_key_that_is_no_string_has_a_name_unless_it_is_a_container() {
    // {7: 1, true: 2, 0.5: 3, bin: 4, [0]: {"x": 5}, {}: 6, nil: {"x": 7}}
    let input = b"\x87\x07\x01\xc3\x02\xca\x3f\x00\x00\x00\x03\xc4\x02hi\x04\x91\x00\x81\xa1x\x05\x80\x06\xc0\x81\xa1x\x07";
    for check in [Check::All, Check::Path] {
        for (selector, expected) in [
            ("/7", &[&b"\x01"[..]][..]),
            ("$['true']", &[b"\x02"]),
            ("$['0.5']", &[b"\x03"]),
            ("$['aGk=']", &[b"\x04"]),
            ("/[0]", &[]),
            ("/", &[]),
            ("$[7]", &[]),
            ("$.*", &[b"\x01", b"\x02", b"\x03", b"\x04", b"\x81\xa1x\x07"]),
            ("$..x", &[b"\x07"]),
        ] {
            assert_eq!(found(input, selector, check), expected, "{selector}");
        }
    }
    // A name is a name, however it is spelled.
    let input = b"\x83\x07\x01\xa17\x02\xcc\x07\x03";
    assert_eq!(found(input, "/7", Check::All), [b"\x03"]);
    assert_eq!(found(input, "$.*", Check::All), [b"\x03"]);
    assert_eq!(found(input, "/7", Check::Path), [b"\x01"]);
}

#[test]
fn the_last_of_duplicate_keys_counts_and_on_the_path_the_first_that_is_named() {
    // {"a": {"b": 1}, "a": {"c": 2}, "b": {"a": 3, "a": 4}}
    let input = b"\x83\xa1a\x81\xa1b\x01\xd9\x01a\x81\xa1c\x02\xa1b\x82\xa1a\x03\xa1a\x04";
    for (selector, last, path) in [
        ("/a/b", &[][..], &[&b"\x01"[..]][..]),
        ("/a/c", &[&b"\x02"[..]], &[]),
        ("$.b.a", &[b"\x04"], &[b"\x03"]),
        ("$.b.*", &[b"\x04"], &[b"\x03", b"\x04"]),
        ("$..c", &[b"\x02"], &[b"\x02"]),
    ] {
        assert_eq!(found(input, selector, Check::All), last, "{selector}");
        assert_eq!(found(input, selector, Check::Path), path, "{selector}");
    }
}

#[test]
fn what_is_not_wanted_is_only_counted() {
    use ErrorCode::*;
    type Case<'a> = (&'a [u8], &'a str, Result<Option<Range<usize>>, (ErrorCode, usize)>);
    let cases: &[Case<'_>] = &[
        // No text, no timestamp, a key that is no text: beside the way.
        (b"\x92\xa1\xff\x01", "/1", Ok(Some(3..4))),
        (b"\x92\xd4\xff\x00\x01", "/1", Ok(Some(4..5))),
        (b"\x82\xa1\xff\x01\xa1a\x02", "/a", Ok(Some(6..7))),
        (b"\x92\x01\xa1\xff", "/0", Ok(Some(1..2))),
        // What is a match is checked, and what is on the way to none.
        (b"\x92\xa1\xff\x01", "/0", Err((Utf8, 2))),
        (b"\x91\x91\xa1\xff", "/0", Err((Utf8, 3))),
        (b"\x91\xd4\xff\x00", "$.*", Err((MsgpackTimestamp, 1))),
        (b"\x91\xa1\xff", "/0/a", Err((Utf8, 2))),
        // The reserved byte and the end are seen wherever they are.
        (b"\x92\x01\xc1", "/0", Err((MsgpackReserved, 2))),
        (b"\x92\xc1\x01", "/1", Err((MsgpackReserved, 1))),
        (b"\x92\xc1\x01", "/0", Err((MsgpackReserved, 1))),
        (b"\x81\xc1\x01", "/a", Err((MsgpackReserved, 1))),
        (b"\x82\xa1a\x01", "/a", Err((MsgpackEnd, 4))),
        (b"\x92\x01", "/0", Err((MsgpackEnd, 2))),
        (b"\x92\x01", "/1", Err((MsgpackEnd, 2))),
        (b"\x81\xa1a", "/a", Err((MsgpackEnd, 3))),
        (b"\x81\xa1", "/a", Err((MsgpackEnd, 2))),
        (b"\x92\xa5a", "/1", Err((MsgpackEnd, 3))),
        (b"\xdd\xff\xff\xff\xff\x01", "/0", Err((MsgpackEnd, 6))),
        (b"\xdf\xff\xff\xff\xff\xa1a\x01", "$..a", Err((MsgpackEnd, 8))),
        (b"\x92\xdb\xff\xff\xff\xffa", "/1", Err((MsgpackEnd, 7))),
        (b"\x91\x01\x02", "/0", Err((MsgpackTrailing, 2))),
        (b"", "", Err((MsgpackEnd, 0))),
        (b"", "/a", Err((MsgpackEnd, 0))),
    ];
    for (input, selector, expected) in cases {
        let (first, all) = run(input, &[selector], Check::Path, &LIMITS);
        let shown = input.escape_ascii();
        let error = expected.clone().map_err(|(code, offset)| Error::new(code, offset));
        assert_eq!(first.map(|first| first[0].clone()), error, "{shown} {selector}");
        assert_eq!(all.map(|all| all[0].first().cloned()), error, "{shown} {selector}");
        assert_eq!(run(input, &[selector], Check::All, &LIMITS).0.map(|_| ()), validate(input, &LIMITS), "{shown}");
        assert!(validate(input, &LIMITS).is_err(), "{shown}");
    }
}

#[test]
fn the_depth_limit_counts_what_is_read() {
    let limits = Limits { depth_max: 3, ..LIMITS };
    let at = |input: &[u8], selector: &str, check| run(input, &[selector], check, &limits).0.map(|first| first[0].clone());
    let nested = b"\x92\x91\x91\x90\x01";
    assert_eq!(at(nested, "/1", Check::Path), Ok(Some(4..5)));
    assert_eq!(at(nested, "/1", Check::All), Err(Error::new(ErrorCode::Depth, 3)));
    assert_eq!(at(nested, "/0", Check::Path), Err(Error::new(ErrorCode::Depth, 3)));
    assert_eq!(at(nested, "/0/0/0/0", Check::Path), Err(Error::new(ErrorCode::Depth, 3)));
    assert_eq!(at(b"\x92\x00\x91\x90", "/1/0", Check::Path), Ok(Some(3..4)));
}

#[test]
fn deep_documents_and_claims_take_linear_time() {
    // Quadratic work would take minutes.
    let depth = 200_000;
    let limits = Limits { depth_max: u32::MAX, ..LIMITS };
    let input = [b"\x91\x81\xa1a".repeat(depth), vec![0xc0]].concat();
    for check in [Check::All, Check::Path] {
        let (first, all) = run(&input, &["$..a", "$..*", "$..a[0].*"], check, &limits);
        assert_eq!(all.unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [depth, 2 * depth, depth - 1]);
        assert_eq!(first.unwrap()[0], Some(4..input.len()));
    }
    let duplicates = [b"\x82\xa1a\x00\xa1a".repeat(depth), vec![0xc0]].concat();
    assert_eq!(run(&duplicates, &["$..a"], Check::All, &limits).1.unwrap()[0].len(), depth);
    let claims = b"\xdd\xff\xff\xff\xff\xdf\xff\xff\xff\xff".repeat(depth);
    for (selector, code, offset) in [("/1", ErrorCode::MsgpackEnd, claims.len()), ("/a", ErrorCode::MsgpackEnd, claims.len())] {
        assert_eq!(run(&claims, &[selector], Check::Path, &limits).0, Err(Error::new(code, offset)), "{selector}");
    }
}

// ------------------------------------------------------------------------------------------------ random documents

/// Keys and their names: strings in each width, and others. What has no name is not found.
const KEYS: &[(&[u8], &str)] = &[
    (b"\xa1a", "a"),
    (b"\xd9\x01a", "a"),
    (b"\xa1b", "b"),
    (b"\xda\x00\x01b", "b"),
    (b"\xa1c", "c"),
    (b"\xa10", "0"),
    (b"\x00", "0"),
    (b"\xd1\x00\x01", "1"),
    (b"\xdb\x00\x00\x00\x00", ""),
    (b"\xc4\x00", ""),
    (b"\xa1\x00", "\0"),
    (b"\xa2\xc3\xa9", "é"),
    (b"\xa3a/b", "a/b"),
    (b"\xb9long enough for two words", "long enough for two words"),
    (b"\xc3", "true"),
    (b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00", "0.5"),
    (b"\xd4\x05\xff", r#"{"$ext":5,"data":"/w=="}"#),
    (b"\x91\xa1a", "\u{10ffff}1"),
    (b"\x81\xa1a\xa1b", "\u{10ffff}2"),
];

#[derive(Clone, Debug)]
enum Document {
    Scalar(&'static [u8]),
    Array(Vec<Document>),
    Map(Vec<(usize, Document)>),
}

impl Document {
    fn write(&self, unique: bool, out: &mut Vec<u8>) {
        match self {
            Self::Scalar(bytes) => out.extend_from_slice(bytes),
            Self::Array(elements) => {
                writer::array(out, elements.len() as u32);
                elements.iter().for_each(|element| element.write(unique, out));
            }
            Self::Map(members) => {
                let mut names = HashSet::new();
                let members: Vec<_> = members.iter().filter(|(key, _)| names.insert(KEYS[*key].1) || !unique).collect();
                writer::map(out, members.len() as u32);
                for (key, value) in members {
                    out.extend_from_slice(KEYS[*key].0);
                    value.write(unique, out);
                }
            }
        }
    }

    fn bytes(&self, unique: bool) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(unique, &mut out);
        out
    }
}

fn document() -> impl Strategy<Value = Document> {
    let scalar = prop::sample::select(vec![
        &b"\x01"[..],
        b"\xc0",
        b"\xc2",
        b"\xa0",
        b"\xa2\xc3\xa9",
        b"\xd9\x22[{\"a\":1}] and more, 32 bytes or so",
        b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00",
        b"\xc4\x03\xff\x91\xc1",
        b"\xd6\xff\x00\x00\x00\x01",
        b"\x90",
        b"\xde\x00\x00",
    ]);
    scalar.prop_map(Document::Scalar).prop_recursive(6, 60, 6, |value| {
        prop_oneof![
            prop::collection::vec(value.clone(), 0..6).prop_map(Document::Array),
            prop::collection::vec((0..KEYS.len(), value), 0..6).prop_map(Document::Map),
        ]
    })
}

#[derive(Clone, Debug)]
struct Spoiling {
    at: prop::sample::Index,
    byte: u8,
    deletes: bool,
}

impl Spoiling {
    fn spoil(&self, mut input: Vec<u8>) -> Vec<u8> {
        let at = self.at.index(input.len());
        if self.deletes {
            input.remove(at);
        } else {
            input[at] = self.byte;
        }
        input
    }
}

fn spoiling() -> impl Strategy<Value = Spoiling> {
    let byte = prop_oneof![prop::sample::select(vec![0xc1, 0x91, 0x81, 0xdd, 0xdf, 0xdb, 0xc6, 0xff, 0xa5, 0xd4]), any::<u8>()];
    (any::<prop::sample::Index>(), byte, any::<bool>()).prop_map(|(at, byte, deletes)| Spoiling { at, byte, deletes })
}

/// Where assertions of the standard library are on, steps are few.
const STEPS: usize = if cfg!(debug_assertions) { 10_000 } else { 1_000_000 };

#[test]
fn checks_all_as_validate_does_some_mutations_away_from_a_message() {
    let mut runner = TestRunner::deterministic();
    let (documents, spoilings) = (document(), spoiling());
    let streams = [&["/a/b", "$.b[1].*", "/0"][..], &["$..a", "$.*", "$..[0]"]].map(|texts| Stream::new(&parse(texts)).unwrap());
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let mut input = Vec::new();
    for step in 0..STEPS {
        input = match step % 16 {
            0 => documents.new_tree(&mut runner).unwrap().current().bytes(false),
            _ if input.is_empty() => continue,
            _ => spoilings.new_tree(&mut runner).unwrap().current().spoil(input),
        };
        let expected = validate(&input, &LIMITS);
        for stream in &streams {
            let mut first = |check| stream.first(&input, Format::Msgpack(&LIMITS), check, &mut scratch, &mut found).map(|()| found.clone());
            assert_eq!(first(Check::All).map(|_| ()), expected, "{}", input.escape_ascii());
            match first(Check::Path) {
                Ok(found) => assert!(found.into_iter().flatten().all(|range| validate(&input[range], &LIMITS).is_ok())),
                Err(error) => assert!(expected.is_err(), "{error} {}", input.escape_ascii()),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_what_the_evaluator_finds(document in document(), texts in selectors(selector())) {
        let input = document.bytes(false);
        prop_assert_eq!(run(&input, &texts, Check::All, &LIMITS), by_tree(&input, &texts));
    }

    #[test]
    fn finds_the_same_on_the_path_where_names_are_unique(document in document(), texts in selectors(selector())) {
        let input = document.bytes(true);
        prop_assert_eq!(run(&input, &texts, Check::Path, &LIMITS), by_tree(&input, &texts));
    }

    #[test]
    fn checks_all_as_validate_does_and_matches_alone_on_the_path(
        document in document(), texts in selectors(selector()), spoiling in spoiling(),
    ) {
        let input = spoiling.spoil(document.bytes(false));
        let expected = validate(&input, &LIMITS);
        let (first, all) = run(&input, &texts, Check::All, &LIMITS);
        prop_assert_eq!(first.map(|_| ()), expected);
        prop_assert_eq!(all.map(|_| ()), expected);
        let (first, all) = run(&input, &texts, Check::Path, &LIMITS);
        prop_assert_eq!(expected.is_ok() && (first.is_err() || all.is_err()), false);
        let found = first.unwrap_or_default().into_iter().flatten().chain(all.unwrap_or_default().into_iter().flatten());
        for range in found {
            prop_assert_eq!(validate(&input[range], &LIMITS), Ok(()));
        }
    }

    #[test]
    fn takes_any_bytes(input in prop::collection::vec(any::<u8>(), 0..60), texts in selectors(selector())) {
        let found = run(&input, &texts, Check::Path, &LIMITS).0;
        prop_assert_eq!(found.is_err() && validate(&input, &LIMITS).is_ok(), false);
    }
}
