//! The automaton, held against the evaluator over the tape and against `get`, on every instruction set.

use super::{Format, Rows, Scratch, Stream};
use crate::JsonTree;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{Check, DuplicateKeys, Limits, Pointer, Tape, get, validate};
use lanewise_query::Selector;
use lanewise_simd::available;
use proptest::prelude::*;
use std::fmt::Write;
use std::ops::Range;

const LIMITS: Limits = Limits { depth_max: lanewise_json::DEPTH_MAX, duplicate_keys: DuplicateKeys::Last };

pub(super) type First = Result<Vec<Option<Range<usize>>>, Error>;
pub(super) type All = Result<Vec<Vec<Range<usize>>>, Error>;

pub(super) fn parse(texts: &[impl AsRef<str>]) -> Vec<Selector> {
    texts.iter().map(|text| Selector::parse(text.as_ref().encode_utf16()).unwrap()).collect()
}

/// What every instruction set finds.
fn run(input: &[u8], texts: &[impl AsRef<str>], check: Check, limits: &Limits) -> (First, All) {
    let stream = Stream::new(&parse(texts)).unwrap();
    let mut scratch = Scratch::default();
    let mut results = available().map(|kernels| {
        let (mut first, mut all) = (Vec::new(), Vec::new());
        let first = stream.first_by(kernels, input, Format::Json(limits), check, &mut scratch, &mut first).map(|()| first);
        let all = stream.all_by(kernels, input, Format::Json(limits), check, &mut scratch, &mut all).map(|()| all);
        (first, all)
    });
    let result = results.next().unwrap();
    for other in results {
        assert_eq!(other, result, "{}", input.escape_ascii());
    }
    result
}

fn texts<'a>(input: &'a str, found: &[Range<usize>]) -> Vec<&'a str> {
    found.iter().map(|range| &input[range.clone()]).collect()
}

/// The evaluator over the tape.
fn by_tree(input: &[u8], texts: &[impl AsRef<str>]) -> (First, All) {
    let tape = Tape::new(input, &LIMITS).unwrap();
    let tree = JsonTree::new(input, &tape);
    let selectors = parse(texts);
    let first = selectors.iter().map(|selector| selector.first(&tree).map(|node| tree.range(node))).collect();
    let all = selectors.iter().map(|selector| selector.nodes(&tree).unwrap().into_iter().map(|node| tree.range(node)).collect()).collect();
    (Ok(first), Ok(all))
}

#[test]
fn takes_simple_selectors_alone() {
    assert!(Stream::new(&[]).is_some());
    for (text, is_simple) in
        [("", true), ("$..a[1:5:2].*", true), ("$[-1]", false), ("$..a..b", false), ("$[?@.a]", false), ("$['a','b']", false)]
    {
        assert_eq!(Stream::new(&parse(&["/a", text])).is_some(), is_simple, "{text}");
    }
}

#[test]
fn gives_the_matches_of_a_descendant_segment_node_by_node() {
    let input = r#"{"x": {"id": 1, "y": {"id": 2}}, "id": {"id": 3, "y": [{"id": 4}]}}"#;
    let (first, all) = run(input.as_bytes(), &["$..id", "$..y", "$.x..*", "$..y.*", "$..y[0]['id']"], Check::All, &LIMITS);
    let all: Vec<_> = all.unwrap().iter().map(|found| texts(input, found)).collect();
    assert_eq!(
        all,
        [
            &[r#"{"id": 3, "y": [{"id": 4}]}"#, "1", "2", "3", "4"][..],
            &[r#"{"id": 2}"#, r#"[{"id": 4}]"#],
            &["1", r#"{"id": 2}"#, "2"],
            &["2", r#"{"id": 4}"#],
            &["4"],
        ]
    );
    let first: Vec<_> = first.unwrap().into_iter().map(|found| &input[found.unwrap()]).collect();
    assert_eq!(first, all.iter().map(|texts| texts[0]).collect::<Vec<_>>());
    assert_eq!(run(input.as_bytes(), &["$..id"], Check::All, &LIMITS), run(input.as_bytes(), &["$..id"], Check::Path, &LIMITS));
}

#[test]
fn the_last_of_duplicate_keys_counts_and_on_the_path_the_first_that_is_named() {
    let cases: &[(&str, &str, &[&str], &[&str])] = &[
        (r#"{"a":1,"a":2}"#, "/a", &["2"], &["1"]),
        (r#"{"a":{"b":1},"\u0061":2}"#, "$.a.b", &[], &["1"]),
        (r#"{"a":2,"a":{"b":1}}"#, "/a/b", &["1"], &[]),
        (r#"{"a":{"b":1,"b":2},"a":{"b":3,"b":4}}"#, "/a/b", &["4"], &["1"]),
        (r#"{"a":[1],"b":2,"\u0061":[4,{"c":1,"c":5}]}"#, "$.*", &["2", r#"[4,{"c":1,"c":5}]"#], &["[1]", "2", r#"[4,{"c":1,"c":5}]"#]),
        (r#"{"a":[1],"b":2,"\u0061":[4,{"c":1,"c":5}]}"#, "$.*[1].*", &["5"], &["1", "5"]),
        (r#"{"x":{"c":1},"y":{"c":2,"c":3},"x":0}"#, "$..c", &["3"], &["1", "2"]),
        (r#"[{"a":{"a":1,"a":2},"a":{"a":3}}]"#, "$..a", &[r#"{"a":3}"#, "3"], &[r#"{"a":1,"a":2}"#, "1", "3"]),
    ];
    for &(input, selector, last, path) in cases {
        for (check, expected) in [(Check::All, last), (Check::Path, path)] {
            let (first, all) = run(input.as_bytes(), &[selector], check, &LIMITS);
            let all = &all.unwrap()[0];
            assert_eq!(texts(input, all), expected, "{selector} {check:?}");
            assert_eq!(first.unwrap()[0].as_ref(), all.first(), "{selector} {check:?}");
        }
    }
}

#[test]
fn duplicate_keys_may_be_an_error() {
    let limits = Limits { duplicate_keys: DuplicateKeys::Error, ..LIMITS };
    let input = br#"{"a":1,"b":{"c":1,"c":2},"d":3}"#;
    let error = Error::new(ErrorCode::JsonDuplicateKey, 20);
    assert_eq!(run(input, &["/a"], Check::All, &limits), (Err(error), Err(error)));
    assert_eq!(run(input, &["/d"], Check::Path, &limits).0, Ok(vec![Some(29..30)]));
    assert_eq!(run(input, &["/b"], Check::Path, &limits).0, Err(error));
    assert_eq!(run(br#"{"a":1,"b":2}"#, &["/a", "/b"], Check::All, &limits).0, Ok(vec![Some(5..6), Some(11..12)]));
}

#[test]
fn what_is_not_wanted_is_only_balanced() {
    use ErrorCode::*;
    type Case<'a> = (&'a [u8], &'a str, Result<Option<&'a str>, ErrorCode>);
    let cases: &[Case<'_>] = &[
        // Behind the last match.
        (b"{\"a\":1, nul :::}", "/a", Ok(Some("1"))),
        (b"{\"a\":1,", "/a", Err(JsonEnd)),
        (b"{\"a\":1,\"}", "/a", Err(JsonEnd)),
        (b"[{\"a\":1]}]", "/0/a", Ok(Some("1"))),
        (b"[{\"a\":1]", "/0/a", Err(JsonEnd)),
        (b"[1,}]", "/0", Ok(Some("1"))),
        (b"[1 2]", "/0", Ok(Some("1"))),
        (b"[1 2]", "/x", Ok(None)),
        (b"[{} x]", "/0/a", Ok(None)),
        (b"{\"a\":{\"b\":1,\"c\" 2}}", "$.a.*", Ok(Some("1"))),
        // Behind the document.
        (b"{\"a\":1}}", "/a", Err(JsonTrailing)),
        (b"1 2", "", Err(JsonTrailing)),
        (b"[1] \xff", "/0", Err(Utf8)),
        // Beside the way.
        (b"[[}{\x01\xff 01 nul],2]", "/1", Ok(Some("2"))),
        // On the way.
        (b"{\"\xff\":1,\"a\":2}", "/a", Err(Utf8)),
        (b"{\"x\":1 \"a\":2}", "/a", Err(JsonUnexpected)),
        (b"[,2]", "/1", Err(JsonUnexpected)),
        (b"{\"a\":[1,]}", "/a", Err(JsonUnexpected)),
        (b"{\"a\":tru}", "/a/b", Err(JsonLiteral)),
        (b"{\"a\":{\"b\" 1}}", "$.a.*", Err(JsonUnexpected)),
        (b"", "", Err(JsonEnd)),
    ];
    for &(input, selector, expected) in cases {
        let found = run(input, &[selector], Check::Path, &LIMITS).0;
        let found = found.map(|found| found[0].clone().map(|range| std::str::from_utf8(&input[range]).unwrap()));
        let shown = input.escape_ascii();
        assert_eq!(found.map_err(|error| error.code), expected, "{shown}");
        assert!(run(input, &[selector], Check::All, &LIMITS).0.is_err(), "{shown}");
    }
}

#[test]
fn what_has_its_match_is_no_longer_looked_for() {
    // The second element is broken where only further matches could be.
    let input = br#"{"a":[{"b":1,"c":0},{"b" nul,"c":2}],"d":[nul]}"#;
    assert_eq!(
        run(input, &["$.a[*].b", "$.a[0:1].c", "$.d"], Check::Path, &LIMITS).0.map_err(|error| error.code),
        Err(ErrorCode::JsonLiteral)
    );
    assert_eq!(run(input, &["$.a[*].b", "$.a[0:9].c"], Check::Path, &LIMITS).0, Ok(vec![Some(11..12), Some(17..18)]));
    assert_eq!(run(input, &["$.a[*].b"], Check::Path, &LIMITS).1.map_err(|error| error.code), Err(ErrorCode::JsonUnexpected));
}

#[test]
fn the_depth_limit_counts_what_is_read() {
    let limits = Limits { depth_max: 3, ..LIMITS };
    let at = |input: &str, selector: &str, check| run(input.as_bytes(), &[selector], check, &limits).0.map(|first| first[0].clone());
    assert_eq!(at("[[[[]]],1]", "/1", Check::Path), Ok(Some(8..9)));
    assert_eq!(at("[[[[]]],1]", "/1", Check::All), Err(Error::new(ErrorCode::Depth, 3)));
    assert_eq!(at("[0,[[[]]]]", "/1", Check::Path), Err(Error::new(ErrorCode::Depth, 5)));
    assert_eq!(at("[0,[[[]]]]", "$..*", Check::Path), Err(Error::new(ErrorCode::Depth, 5)));
    assert_eq!(at("[0,[[]]]", "/1/0", Check::Path), Ok(Some(4..6)));
}

#[test]
fn deep_documents_take_linear_time() {
    // Quadratic work would take minutes.
    let depth = 200_000;
    let limits = Limits { depth_max: u32::MAX, ..LIMITS };
    let input = format!("{}1{}", r#"[{"a":"#.repeat(depth), "}]".repeat(depth));
    for check in [Check::All, Check::Path] {
        let (first, all) = run(input.as_bytes(), &["$..a", "$..*", "$..a[0].*"], check, &limits);
        let sizes: Vec<usize> = all.unwrap().iter().map(Vec::len).collect();
        assert_eq!(sizes, [depth, 2 * depth, depth - 1]);
        assert_eq!(first.unwrap()[0], Some(6..input.len() - 2));
    }
    let duplicates = format!("{}1{}", r#"{"a":0,"a":"#.repeat(depth), "}".repeat(depth));
    let (_, all) = run(duplicates.as_bytes(), &["$..a"], Check::All, &limits);
    assert_eq!(all.unwrap()[0].len(), depth);
    let wide = format!("{{{}\"b\":0}}", r#""a":[0],"#.repeat(depth));
    let (_, all) = run(wide.as_bytes(), &["/a/0", "$..*"], Check::All, &limits);
    assert_eq!(all.unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [1, 3]);
}

// ------------------------------------------------------------------------------------------------ random documents and selectors

const KEYS: &[&str] = &["a", "b", "c", "0", "1", "", "\\u0061", "\\u0000", "é", "a\\/b", "long enough for two words", "\\ud800"];

fn json() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec!["1", "-0.5e3", "true", "null", r#""""#, r#""]}\"\\""#, r#""\u00e9[{""#, "[]", "{ }"]);
    let key = prop::sample::select(KEYS);
    scalar.prop_map(str::to_string).prop_recursive(6, 60, 6, move |value| {
        let space = || prop::sample::select(vec!["", "", "", " ", "\n\t", "                    "]);
        let array = prop::collection::vec((space(), value.clone(), space()), 0..6).prop_map(|elements| {
            let elements: Vec<String> = elements.into_iter().map(|(before, value, behind)| format!("{before}{value}{behind}")).collect();
            format!("[{}]", elements.join(","))
        });
        let members = prop::collection::vec((key.clone(), space(), value), 0..6);
        let object = members.prop_map(|members| {
            let members: Vec<String> =
                members.into_iter().map(|(key, space, value)| format!("{space}\"{key}\"{space}:{space}{value}")).collect();
            format!("{{{} }}", members.join(","))
        });
        prop_oneof![array, object]
    })
}

fn step() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "0", "", "\\u0000", "é", "a/b", "long enough for two words"]);
    prop_oneof![
        4 => name.prop_map(|name| format!("['{name}']")),
        2 => (0..4).prop_map(|index| format!("[{index}]")),
        2 => Just("[*]".to_string()),
        1 => (0..4_u32, prop::option::of(0..5_u32), 0..3_u32).prop_map(|(start, end, step)| {
            format!("[{start}:{}:{step}]", end.map_or(String::new(), |end: u32| end.to_string()))
        }),
    ]
}

/// A JSONPath with at most one descendant segment, or a pointer.
pub(super) fn selector() -> impl Strategy<Value = String> {
    let path = (prop::collection::vec(step(), 0..5), prop::option::of(0..5_usize)).prop_map(|(steps, descent)| {
        let mut path = "$".to_string();
        for (nth, step) in steps.iter().enumerate() {
            let dots = if descent == Some(nth) { ".." } else { "" };
            write!(path, "{dots}{step}").unwrap();
        }
        path
    });
    prop_oneof![3 => path, 1 => pointer()]
}

fn pointer() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec!["a", "b", "c", "0", "1", "2", "", "\0", "é", "a~1b", "long enough for two words"]);
    prop::collection::vec(token, 0..5).prop_map(|tokens| tokens.iter().flat_map(|token| ["/", token]).collect())
}

/// Some selectors; the same one may be among them twice.
pub(super) fn selectors(selector: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(selector, 1..6)
}

fn spoilt(input: &str, at: prop::sample::Index, byte: u8) -> Vec<u8> {
    let mut input = input.as_bytes().to_vec();
    let at = at.index(input.len());
    input[at] = byte;
    input
}

fn spoiling() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"\"\\{}[],: x1".to_vec()), any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_what_the_evaluator_finds(input in json(), texts in selectors(selector())) {
        prop_assert_eq!(run(input.as_bytes(), &texts, Check::All, &LIMITS), by_tree(input.as_bytes(), &texts));
    }

    #[test]
    fn finds_the_same_on_the_path_where_keys_are_unique(input in json(), texts in selectors(selector())) {
        let limits = Limits { duplicate_keys: DuplicateKeys::Error, ..LIMITS };
        if validate(input.as_bytes(), &limits).is_ok() {
            let expected = by_tree(input.as_bytes(), &texts);
            prop_assert_eq!(run(input.as_bytes(), &texts, Check::Path, &LIMITS), expected.clone());
            prop_assert_eq!(run(input.as_bytes(), &texts, Check::All, &limits), expected);
        }
    }

    #[test]
    fn finds_on_the_path_what_get_finds(input in json(), pointers in selectors(pointer())) {
        let found = run(input.as_bytes(), &pointers, Check::Path, &LIMITS).0.unwrap();
        for (pointer, found) in pointers.iter().zip(found) {
            let pointer = Pointer::parse(pointer.encode_utf16()).unwrap();
            prop_assert_eq!(Ok(found), get(input.as_bytes(), &pointer, Check::Path, &LIMITS));
        }
    }

    #[test]
    fn fails_on_the_path_as_get_does(input in json(), pointer in pointer(), at in any::<prop::sample::Index>(), byte in spoiling()) {
        let input = spoilt(&input, at, byte);
        let found = run(&input, &[&pointer], Check::Path, &LIMITS).0.map(|found| found[0].clone());
        let expected = get(&input, &Pointer::parse(pointer.encode_utf16()).unwrap(), Check::Path, &LIMITS);
        match (found, expected) {
            (Err(error), Ok(_)) => {
                prop_assert!(matches!(error.code, ErrorCode::JsonEnd | ErrorCode::JsonTrailing | ErrorCode::Utf8), "{}", error);
                prop_assert!(validate(&input, &LIMITS).is_err());
            }
            (found, expected) => prop_assert_eq!(found, expected),
        }
    }

    #[test]
    fn checks_all_as_validate_does_and_matches_alone_on_the_path(
        input in json(), texts in selectors(selector()), at in any::<prop::sample::Index>(), byte in spoiling(),
    ) {
        let input = spoilt(&input, at, byte);
        let (first, all) = run(&input, &texts, Check::All, &LIMITS);
        prop_assert_eq!(first.map(|_| ()), validate(&input, &LIMITS));
        prop_assert_eq!(all.map(|_| ()), validate(&input, &LIMITS));
        let (first, all) = run(&input, &texts, Check::Path, &LIMITS);
        let found = first.unwrap_or_default().into_iter().flatten().chain(all.unwrap_or_default().into_iter().flatten());
        for range in found {
            prop_assert_eq!(validate(&input[range], &LIMITS), Ok(()));
        }
    }

    #[test]
    fn takes_any_bytes(input in prop::collection::vec(spoiling(), 0..200), texts in selectors(selector())) {
        let found = run(&input, &texts, Check::Path, &LIMITS).0;
        prop_assert_eq!(found.is_err() && validate(&input, &LIMITS).is_ok(), false);
    }
}

// ------------------------------------------------------------------------------------------------ records

#[derive(Debug, Default, PartialEq, Eq)]
struct Seen(Vec<(Range<usize>, First)>);

impl Rows for Seen {
    fn row(&mut self, record: Range<usize>, found: &[Option<Range<usize>>]) -> Result<(), Error> {
        self.0.push((record, Ok(found.to_vec())));
        Ok(())
    }

    fn bad(&mut self, record: Range<usize>, error: Error) -> Result<(), Error> {
        self.0.push((record, Err(error)));
        if error.code == ErrorCode::Depth { Err(error) } else { Ok(()) }
    }
}

fn records(input: &[u8], texts: &[impl AsRef<str>], check: Check, limits: &Limits) -> (Seen, Result<(), Error>) {
    let stream = Stream::new(&parse(texts)).unwrap();
    let mut scratch = Scratch::default();
    let mut results = available().map(|kernels| {
        let mut seen = Seen::default();
        let outcome = stream.records_by(kernels, input, check, limits, &mut scratch, &mut seen);
        (seen, outcome)
    });
    let result = results.next().unwrap();
    for other in results {
        assert_eq!(other, result, "{}", input.escape_ascii());
    }
    result
}

#[test]
fn each_line_that_is_not_blank_is_a_record() {
    let input = b"{\"a\":1}\r\n\n \t\r\n [0] \n{\"a\" 2}\n\r\r\n{\"b\":[\"x\"],\"a\":\"\\n\"}\n{\"a\":\n3}\n4\r";
    let seen = records(input, &["/a"], Check::Path, &LIMITS).0.0;
    let seen: Vec<_> = seen.into_iter().map(|(record, found)| (input[record].to_vec(), found)).collect();
    let error = |code, offset| Err(Error::new(code, offset));
    let expected: &[(&[u8], First)] = &[
        (b"{\"a\":1}", Ok(vec![Some(5..6)])),
        (b" [0] ", Ok(vec![None])),
        (b"{\"a\" 2}", error(ErrorCode::JsonUnexpected, 25)),
        (b"{\"b\":[\"x\"],\"a\":\"\\n\"}", Ok(vec![Some(46..50)])),
        (b"{\"a\":", error(ErrorCode::JsonEnd, 57)),
        (b"3}", error(ErrorCode::JsonTrailing, 59)),
        (b"4", Ok(vec![None])),
    ];
    assert_eq!(seen.iter().map(|(record, found)| (&record[..], found.clone())).collect::<Vec<_>>(), expected);
}

#[test]
fn the_rows_may_end_the_run() {
    let limits = Limits { depth_max: 1, ..LIMITS };
    let (seen, outcome) = records(b"1\n[[]]\n2", &[""], Check::All, &limits);
    assert_eq!((seen.0.len(), outcome), (2, Err(Error::new(ErrorCode::Depth, 3))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_record_gives_what_a_document_gives(
        documents in prop::collection::vec(json(), 0..6), texts in selectors(selector()), at in any::<prop::sample::Index>(), byte in spoiling(),
    ) {
        let input = spoilt(&(documents.join("\r\n") + "\n"), at, byte);
        for check in [Check::All, Check::Path] {
            let mut expected = Vec::new();
            let mut start = 0;
            for line in input.split(|&byte| byte == b'\n') {
                let record = line.strip_suffix(b"\r").unwrap_or(line);
                if record.iter().any(|byte| !b" \t\r".contains(byte)) {
                    let found = run(record, &texts, check, &LIMITS).0;
                    let moved = |range: Range<usize>| start + range.start..start + range.end;
                    let found = found.map(|found| found.into_iter().map(|found| found.map(moved)).collect());
                    expected.push((start..start + record.len(), found.map_err(|error| Error::new(error.code, start + error.offset))));
                }
                start += line.len() + 1;
            }
            prop_assert_eq!(records(&input, &texts, check, &LIMITS), (Seen(expected), Ok(())));
        }
    }
}
