//! Values by pointer, held against a walk through the document that the text was made of.

use crate::document::{Document, document, spaces};
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{Check, Limits, Pointer, get};
use proptest::prelude::*;

fn get_text<'a>(text: &'a [u8], pointer: &str, check: Check) -> Result<Option<&'a str>, Error> {
    let pointer = Pointer::parse(pointer.encode_utf16())?;
    let range = get(text, &pointer, check, &Limits::default())?;
    Ok(range.map(|range| core::str::from_utf8(&text[range]).unwrap()))
}

fn both(text: &str, pointer: &str) -> Option<String> {
    let [all, path] = [Check::All, Check::Path].map(|check| get_text(text.as_bytes(), pointer, check).unwrap());
    assert_eq!(all, path, "{pointer}");
    all.map(str::to_string)
}

#[test]
fn follows_the_examples_of_the_rfc() {
    let text = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}"#;
    let cases = [
        ("", text),
        ("/foo", r#"["bar", "baz"]"#),
        ("/foo/0", r#""bar""#),
        ("/", "0"),
        ("/a~1b", "1"),
        ("/c%d", "2"),
        ("/e^f", "3"),
        ("/g|h", "4"),
        ("/i\\j", "5"),
        ("/k\"l", "6"),
        ("/ ", "7"),
        ("/m~0n", "8"),
    ];
    for (pointer, value) in cases {
        assert_eq!(both(text, pointer).as_deref(), Some(value), "{pointer}");
    }
}

#[test]
fn gives_nothing_where_nothing_is() {
    let text = r#" {"a": [10, {"b": null}, []], "01": 1, "-": 2} "#;
    let absent = [
        "/b",
        "/a/3",
        "/a/-",
        "/a/01",
        "/a/00",
        "/a/+1",
        "/a/1e0",
        "/a/",
        "/a/0/0",
        "/a/1/b/c",
        "/a/1/c",
        "/a/2/0",
        "/a/18446744073709551616",
        "/a/99999999999999999999999999",
        "/A",
        "//",
        "/a/b",
    ];
    for pointer in absent {
        assert_eq!(both(text, pointer), None, "{pointer}");
    }
    for (pointer, value) in [("/01", "1"), ("/-", "2"), ("/a/0", "10"), ("/a/1", r#"{"b": null}"#), ("/a/1/b", "null"), ("/a/2", "[]")] {
        assert_eq!(both(text, pointer).as_deref(), Some(value), "{pointer}");
    }
    assert_eq!(both(" 1.5 ", ""), Some("1.5".to_string()));
    assert_eq!(both("\n\"x\"", "/x"), None);
}

#[test]
fn the_last_of_duplicate_keys_counts_and_on_the_path_the_first() {
    let cases = [
        (r#"{"a":1,"a":2}"#, "/a", Some("2"), Some("1")),
        (r#"{"a":{"b":1},"a":2}"#, "/a/b", None, Some("1")),
        (r#"{"a":{"b":1},"a":{}}"#, "/a/b", None, Some("1")),
        (r#"{"a":2,"a":{"b":1}}"#, "/a/b", Some("1"), None),
        (r#"{"a":{"b":1,"b":2},"a":{"b":3,"b":4}}"#, "/a/b", Some("4"), Some("1")),
        (r#"{"a":[1],"a":[]}"#, "/a/0", None, Some("1")),
        (r#"{"a":[{"b":1},{"b":5}],"a":[0,{"b":6,"\u0062":7}]}"#, "/a/1/b", Some("7"), Some("5")),
        (r#"[{"a":1},{"a":2}]"#, "/0/a", Some("1"), Some("1")),
    ];
    for (text, pointer, last, first) in cases {
        assert_eq!(get_text(text.as_bytes(), pointer, Check::All), Ok(last), "{text}");
        assert_eq!(get_text(text.as_bytes(), pointer, Check::Path), Ok(first), "{text}");
    }
}

#[test]
fn finds_keys_by_value_and_not_by_spelling() {
    let text = r#"{"\u0061\/\ud83d\ude00": 1, "é": 2}"#;
    assert_eq!(both(text, "/a~1😀"), Some("1".to_string()));
    assert_eq!(both(text, "/é"), Some("2".to_string()));
    let text = br#"{"\ud800": 1, "\udc00": 2}"#;
    for (unit, range) in [(0xd800, 11..12), (0xdc00, 24..25)] {
        let pointer = Pointer::parse([u16::from(b'/'), unit].into_iter()).unwrap();
        assert_eq!(get(text, &pointer, Check::All, &Limits::default()), Ok(Some(range)));
    }
}

#[test]
fn reads_no_more_than_it_was_asked_to() {
    use ErrorCode::*;
    type Case<'a> = (&'a [u8], &'a str, Result<Option<&'a str>, ErrorCode>, ErrorCode);
    let cases: &[Case] = &[
        // What follows the value is not looked at, nor what follows the container without it.
        (b"{\"a\":1,", "/a", Ok(Some("1")), JsonEnd),
        (b"{\"a\":1 ]", "/a", Ok(Some("1")), JsonUnexpected),
        (b"[[1],\xff", "/0", Ok(Some("[1]")), Utf8),
        (b"[{}x", "/0/a", Ok(None), JsonUnexpected),
        (b"1 2", "", Ok(Some("1")), JsonTrailing),
        // What is skipped is only balanced.
        (b"[[}{\x01\xff 01 nul],2]", "/1", Ok(Some("2")), JsonUnexpected),
        (b"{\"x\":\"\xff\\q\n\",\"a\":2}", "/a", Ok(Some("2")), Utf8),
        (b"{\"x\":{\"]\\\"}\":[},\"a\":2}", "/a", Ok(Some("2")), JsonUnexpected),
        (b"[nix,2]", "/1", Ok(Some("2")), JsonLiteral),
        // What leads to the value is checked, and so is the value.
        (b"{\"\xff\":1,\"a\":2}", "/a", Err(Utf8), Utf8),
        (b"{\"x\" 1,\"a\":2}", "/a", Err(JsonUnexpected), JsonUnexpected),
        (b"{\"x\":1 \"a\":2}", "/a", Err(JsonUnexpected), JsonUnexpected),
        (b"[,2]", "/1", Err(JsonUnexpected), JsonUnexpected),
        (b"[[1,2]", "/1", Err(JsonEnd), JsonEnd),
        (b"[\"abc", "/1", Err(JsonEnd), JsonEnd),
        (b"[1", "/1", Err(JsonEnd), JsonEnd),
        (b"{\"a\":[1,]}", "/a", Err(JsonUnexpected), JsonUnexpected),
        (b"{\"a\":\"\x01\"}", "/a", Err(JsonControl), JsonControl),
        (b"{\"a\":tru}", "/a/b", Err(JsonLiteral), JsonLiteral),
        (b"\xef\xbb\xbf[]", "", Err(JsonUnexpected), JsonUnexpected),
        (b"", "", Err(JsonEnd), JsonEnd),
    ];
    for &(text, pointer, path, all) in cases {
        assert_eq!(get_text(text, pointer, Check::Path).map_err(|error| error.code), path, "{}", text.escape_ascii());
        assert_eq!(get_text(text, pointer, Check::All).map_err(|error| error.code), Err(all), "{}", text.escape_ascii());
    }
}

#[test]
fn the_depth_limit_counts_what_leads_to_the_value_and_the_value() {
    let limits = Limits { depth_max: 3, ..Limits::default() };
    let at = |text: &str, pointer: &str, check| get(text.as_bytes(), &Pointer::parse(pointer.encode_utf16()).unwrap(), check, &limits);
    assert_eq!(at("[[[[]]],1]", "/1", Check::Path), Ok(Some(8..9)));
    assert_eq!(at("[[[[]]],1]", "/1", Check::All), Err(Error::new(ErrorCode::Depth, 3)));
    assert_eq!(at("[0,[[[]]]]", "/1", Check::Path), Err(Error::new(ErrorCode::Depth, 5)));
    assert_eq!(at("[0,[[]]]", "/1/0", Check::Path), Ok(Some(4..6)));
}

const TOKENS: &[&str] = &["a", "b", "", "0", "1", "2", "a~1~0", "é😀", "\"\\", "-"];

fn pointer() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(TOKENS), 0..5)
}

/// The value that the tokens lead to, with the last or the first of duplicate keys at each level.
fn walk<'d>(document: &'d Document, tokens: &[&str], last: bool) -> Option<&'d Document> {
    let Some((token, rest)) = tokens.split_first() else { return Some(document) };
    let name = token.replace("~1", "/").replace("~0", "~");
    let child = match document {
        Document::Scalar(_) => None,
        Document::Array(elements) => name.parse().ok().and_then(|index: usize| elements.get(index)),
        Document::Object(members) => {
            let mut matching = members.iter().filter(|(key, _)| key.name == name);
            let member = if last { matching.next_back() } else { matching.next() };
            member.map(|(_, value)| value)
        }
    };
    walk(child?, rest, last)
}

fn minified(text: &str) -> String {
    let mut out = Vec::new();
    lanewise_json::minify(text.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn finds_what_a_walk_finds(document in document(), spaces in spaces(), tokens in pointer()) {
        let text = document.spaced_text(&spaces);
        let pointer: String = tokens.iter().flat_map(|token| ["/", token]).collect();
        for (check, last) in [(Check::All, true), (Check::Path, false)] {
            let found = get_text(text.as_bytes(), &pointer, check).unwrap();
            prop_assert_eq!(found.map(minified), walk(&document, &tokens, last).map(Document::text));
            prop_assert_eq!(found.map(str::trim), found);
        }
    }

    #[test]
    fn checks_all_exactly_as_validate_does(document in document(), tokens in pointer(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = document.text().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        let pointer: String = tokens.iter().flat_map(|token| ["/", token]).collect();
        let found = get_text(&text, &pointer, Check::All);
        prop_assert_eq!(found.map(|_| ()), lanewise_json::validate(&text, &Limits::default()));
        // A valid slice, or any error, but no panic.
        if let Ok(Some(value)) = get_text(&text, &pointer, Check::Path) {
            prop_assert_eq!(lanewise_json::validate(value.as_bytes(), &Limits::default()), Ok(()));
        }
    }
}
