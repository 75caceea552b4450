//! JSON Merge Patch: the table of the RFC, and any document and patch held against a naive tree.

use crate::document::{document, spaces};
use crate::tree::Tree;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{merge_patch, minify};
use proptest::prelude::*;

fn merged(input: &str, patch: &str) -> Result<String, Error> {
    let mut out = b"kept".to_vec();
    let result = merge_patch(input.as_bytes(), patch.as_bytes(), &mut out);
    let text = String::from_utf8(out).unwrap().strip_prefix("kept").unwrap().to_string();
    assert!(result.is_ok() || text.is_empty());
    result.map(|()| text)
}

fn minified(text: &str) -> String {
    let mut out = Vec::new();
    minify(text.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn follows_appendix_a_of_the_rfc() {
    let cases = [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
        (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
        (r#"{"a":"foo"}"#, "null", "null"),
        (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
        (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
        (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
    ];
    for (input, patch, expected) in cases {
        assert_eq!(merged(input, patch).as_deref(), Ok(expected), "{input} {patch}");
    }
}

#[test]
fn keeps_bytes_and_gives_new_members_the_whitespace_of_the_others() {
    let cases = [
        ("{\n  \"a\": 1.0,\n  \"b\": [ ]\n}\n", r#"{"c": {"d": 2}, "a": null}"#, "{\n  \"b\": [ ],\n  \"c\": {\"d\":2}\n}\n"),
        ("{\"a\": {\"\\u0062\": 1E5 , \"c\":2}}", r#"{"a":{"c":3}}"#, "{\"a\": {\"\\u0062\": 1E5 , \"c\":3}}"),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":null}"#, r#"{"b":2}"#),
        (r#"{"a":1,"b":2,"a":{"x":1}}"#, r#"{"a":{"y":2}}"#, r#"{"b":2,"a":{"x":1,"y":2}}"#),
        (r#"{"a":1}"#, r#"{"b":{"x":1},"b":{"y":null,"z":[null]}}"#, r#"{"a":1,"b":{"z":[null]}}"#),
        (r#"{"\ud800":1}"#, r#"{"\uD800":2,"\ud801":3}"#, r#"{"\ud800":2,"\ud801":3}"#),
        (" {\"a\" : 1 } ", "{}", " {\"a\" : 1 } "),
        (" 1 ", r#"{"a":{"b":null}}"#, r#" {"a":{}} "#),
    ];
    for (input, patch, expected) in cases {
        assert_eq!(merged(input, patch).as_deref(), Ok(expected), "{input} {patch}");
    }
}

#[test]
fn checks_the_input_then_the_patch() {
    assert_eq!(merged("[1,]", "{"), Err(Error::new(ErrorCode::JsonUnexpected, 3)));
    assert_eq!(merged("[1]", "{"), Err(Error::new(ErrorCode::JsonEnd, 1)));
}

#[test]
fn merges_many_members_of_many_objects() {
    let object = |value: &dyn Fn(u32) -> Option<u32>| {
        let inner = |from: u32| (from..from + 100).filter_map(|at| Some(format!(r#""{at}":{}"#, value(at)?))).collect::<Vec<_>>().join(",");
        let members: Vec<String> = (0..200).map(|at| format!(r#""k{at}":{{{}}}"#, inner(at * 100))).collect();
        format!("{{{}}}", members.join(","))
    };
    let input = object(&|at| (at % 3 != 0).then_some(at));
    let patch = object(&|at| (at % 2 == 0).then_some(at + 1)).replace(":101,", ":null,");
    let result = merged(&input, &patch).unwrap();
    assert!(Tree::parse(result.as_bytes()).equals(&Tree::merge(Some(Tree::parse(input.as_bytes())), &Tree::parse(patch.as_bytes()))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn does_what_the_naive_tree_does(input in document(), patch in document(), spaces in spaces()) {
        let result = merged(&input.text(), &patch.spaced_text(&spaces)).unwrap();
        let expected = Tree::merge(Some(Tree::parse(input.text().as_bytes())), &Tree::parse(patch.text().as_bytes()));
        prop_assert!(Tree::parse(result.as_bytes()).equals(&expected), "{} {} {}", input.text(), patch.text(), result);
        prop_assert_eq!(minified(&result), result.clone());
        prop_assert_eq!(minified(&merged(&input.spaced_text(&spaces), &patch.text()).unwrap()), result);
    }
}
