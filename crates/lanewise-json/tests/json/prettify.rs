//! The layout of `JSON.stringify`.

use crate::document::{Document, document, spaces};
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{minify, prettify};
use proptest::prelude::*;

fn pretty(input: &str, indent: &str) -> Result<String, Error> {
    let mut out = b"kept".to_vec();
    let result = prettify(input.as_bytes(), indent.as_bytes(), &mut out);
    let text = String::from_utf8(out).unwrap().strip_prefix("kept").unwrap().to_string();
    assert!(result.is_ok() || text.is_empty());
    result.map(|()| text)
}

/// SerializeJSONObject and SerializeJSONArray of ECMA-262, word by word.
fn naive(document: &Document, indent: &str, around: &str) -> String {
    let inside = around.to_string() + indent;
    let wrap = |open, parts: Vec<String>, close| match parts.len() {
        0 => format!("{open}{close}"),
        _ => format!("{open}\n{inside}{}\n{around}{close}", parts.join(&format!(",\n{inside}"))),
    };
    match document {
        Document::Scalar(spelling) => spelling.to_string(),
        Document::Array(elements) => wrap('[', elements.iter().map(|element| naive(element, indent, &inside)).collect(), ']'),
        Document::Object(members) => {
            let member = |(key, value): &(crate::document::Key, Document)| format!("{}: {}", key.spelling, naive(value, indent, &inside));
            wrap('{', members.iter().map(member).collect(), '}')
        }
    }
}

#[test]
fn lays_out_each_kind_of_value() {
    let cases = [
        (" 1.50 ", "  ", "1.50"),
        ("[ ]", "  ", "[]"),
        ("{ }", "\t", "{}"),
        (r#"{"a":[1,{"b" :"]\"{" } ,[]],"a":{}}"#, "-", "{\n-\"a\": [\n--1,\n--{\n---\"b\": \"]\\\"{\"\n--},\n--[]\n-],\n-\"a\": {}\n}"),
        ("[[1]]", "é", "[\né[\néé1\né]\n]"),
        (r#"["a",{"a":"b"}]"#, " ", "[\n \"a\",\n {\n  \"a\": \"b\"\n }\n]"),
        ("[ 1 , 2 ]", "", "[1,2]"),
    ];
    for (input, indent, expected) in cases {
        assert_eq!(pretty(input, indent).as_deref(), Ok(expected));
    }
}

#[test]
fn writes_nothing_when_the_input_is_invalid_or_the_result_too_large() {
    assert_eq!(pretty("[1,", "  "), Err(Error::new(ErrorCode::JsonEnd, 3)));
    // 900 KB that would become 4.5 GB.
    let deep = format!("{}{}{}", "[".repeat(1000), vec!["0"; 450_000].join(","), "]".repeat(1000));
    assert_eq!(pretty(&deep, "          ").map(|text| text.len()), Err(Error::nowhere(ErrorCode::Size)));
}

proptest! {
    #[test]
    fn does_what_ecmascript_says(document in document(), spaces in spaces(), indent in prop::sample::select(&[" ", "\t", "  ", "--->"][..])) {
        let result = pretty(&document.spaced_text(&spaces), indent).unwrap();
        prop_assert_eq!(&result, &naive(&document, indent, ""));
        let mut minified = Vec::new();
        if indent.trim().is_empty() {
            minify(result.as_bytes(), &mut minified).unwrap();
            prop_assert_eq!(String::from_utf8(minified).unwrap(), document.text());
        }
    }
}
