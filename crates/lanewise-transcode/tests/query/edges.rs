//! Where the RFC leaves a choice, or tempts to a mistake.

use crate::document::{Document, selector};
use lanewise_json::{Limits, Tape};
use lanewise_transcode::JsonTree;

#[test]
fn counts_the_last_of_duplicate_keys_where_it_stands() {
    let document = Document::new(r#"{"a": [1], "b": 2, "\u0061": {"c": 3, "c": [4, 5]}, "d": 6}"#);
    assert_eq!(document.texts("$.*"), ["2", r#"{"c": 3, "c": [4, 5]}"#, "6"]);
    assert_eq!(document.texts("$..*"), ["2", r#"{"c": 3, "c": [4, 5]}"#, "6", "[4, 5]", "4", "5"]);
    assert_eq!(document.texts("$.a.c"), ["[4, 5]"]);
    assert_eq!(document.texts("/a/c/1"), ["5"]);
    assert_eq!(document.texts("$..[0]"), ["4"]);
    assert_eq!(document.texts("$[?@.c]"), [r#"{"c": 3, "c": [4, 5]}"#]);
    assert_eq!(document.texts("$[?length($) == 3]").len(), 3);
    assert_eq!(document.texts("$[?length(@) == 1]"), [r#"{"c": 3, "c": [4, 5]}"#]);
    let equal = Document::new(r#"[{"a": 1, "a": 2, "b": 3}, {"b": 3, "a": 2}]"#);
    assert_eq!(equal.texts("$[?@ == $[1]]").len(), 2);
}

#[test]
fn takes_the_word_of_who_knows_that_keys_are_unique() {
    let text = br#"{"a": 1, "b": 2, "a": 3}"#;
    let tape = Tape::new(text, &Limits::default()).unwrap();
    let tree = JsonTree::new(text, &tape);
    let count = |tree: &JsonTree<'_>| selector("$.*").nodes(tree).unwrap().len();
    assert_eq!((count(&tree), count(&tree.with_unique_keys())), (2, 3));
    let first = |tree: &JsonTree<'_>| selector("$.a").first(tree).map(|node| tree.range(node));
    assert_eq!((first(&tree), first(&tree.with_unique_keys())), (Some(22..23), Some(6..7)));
}

#[test]
fn compares_names_after_unescaping() {
    let document = Document::new(r#"{"\u0061\n": 1, "\\n": 2, "a": {"\"": 3}, "b\u0000": 4}"#);
    for (query, text) in [("$['a\\n']", "1"), ("$['\\\\n']", "2"), ("$.a['\"']", "3"), ("$['b\\u0000']", "4"), ("/\\n", "2"), ("/a\n", "1")]
    {
        assert_eq!(document.texts(query), [text], "{query}");
    }
    for query in ["$['\\n']", "$['\\\\u0061\\\\n']", "$['\\\\\\\\n']", "$['b\\\\u0000']"] {
        assert_eq!(document.texts(query), [""; 0], "{query}");
    }
}

#[test]
fn compares_by_value_deeply_and_by_type() {
    let document = Document::new(
        r#"{"same": [{"a": 1, "b": [1.0, {"c": null}]}, {"b": [1, {"c": null}], "a": 1e0}], "other": [{"a": 1}, {"a": 1, "b": [1]}, [], {}, [[]], null, 0, "", false]}"#,
    );
    assert_eq!(document.texts("$.same[?@ == $.same[0]]").len(), 2);
    assert_eq!(document.texts("$.same[?@ != $.same[1]]").len(), 0);
    assert_eq!(document.texts("$.other[?@ == $.same[0]]").len(), 0);
    for number in 0..9 {
        assert_eq!(document.paths(&format!("$.other[?@ == $.other[{number}]]")), [format!("$['other'][{number}]")]);
        assert_eq!(document.texts(&format!("$.other[?@ != $.other[{number}]]")).len(), 8);
    }
    for (literal, text) in [("null", "null"), ("0", "0"), ("-0.0", "0"), ("''", r#""""#), ("false", "false")] {
        assert_eq!(document.texts(&format!("$.other[?@ == {literal}]")), [text]);
    }
    assert_eq!(document.texts("$.other[?@ == true]"), [""; 0]);
    assert_eq!(document.texts("$[?@.x == @.y && !@.x]").len(), 2);
    assert_eq!(document.texts("$[?@.x <= @.y && @.x >= @.y && !(@.x < @.y) && !(@.x != @.y)]").len(), 2);
    assert_eq!(document.texts("$[?null == @.x]").len(), 0);
}

#[test]
fn compares_integers_of_64_bits_exactly() {
    let document =
        Document::new("[9007199254740992, 9007199254740993, 18446744073709551615, -9223372036854775808, 1e999, 9007199254740992.0]");
    let cases: &[(&str, &[usize])] = &[
        ("@ == 9007199254740993", &[1, 5]),
        ("@ == 9007199254740992", &[0, 5]),
        ("@ > 9007199254740992", &[1, 2, 4]),
        ("@ == 18446744073709551615", &[2]),
        ("@ < 18446744073709551615 && @ > 9007199254740993", &[]),
        ("@ == -9223372036854775808", &[3]),
        ("@ < -9223372036854775807", &[3]),
        ("@ == 9e999", &[4]),
    ];
    for (expression, numbers) in cases {
        let paths: Vec<String> = numbers.iter().map(|number| format!("$[{number}]")).collect();
        assert_eq!(document.paths(&format!("$[?{expression}]")), paths, "{expression}");
    }
}

#[test]
fn orders_strings_by_code_point() {
    // By UTF-16 units U+10000 would come before U+FFFD.
    let document = Document::new(r#"["\ud800\udc00", "\ufffd", "a", "", "ab"]"#);
    assert_eq!(document.paths("$[?@ > '\\uFFFD']"), ["$[0]"]);
    assert_eq!(document.paths("$[?@ <= 'a']"), ["$[2]", "$[3]"]);
    assert_eq!(document.paths("$[?@ >= 'aa' && @ < 'b']"), ["$[4]"]);
}

#[test]
fn keeps_lone_surrogates() {
    let text = br#"{"\ud83d": "\ude00", "x": "\ud83d\ud83d\ude00"}"#;
    let tape = Tape::new(text, &Limits::default()).unwrap();
    let tree = JsonTree::new(text, &tape);
    assert_eq!(selector("$.*").paths(&tree).unwrap(), [b"$['\xed\xa0\xbd']".to_vec(), b"$['x']".to_vec()]);
    assert_eq!(selector("$[?length(@) == 1]").nodes(&tree).unwrap().len(), 1);
    assert_eq!(selector("$[?length(@) == 2]").nodes(&tree).unwrap().len(), 1);
    let pointer = lanewise_query::Selector::parse([0x2f, 0xd83d]).unwrap();
    assert_eq!(pointer.first(&tree).map(|node| &text[tree.range(node)]), Some(&br#""\ude00""#[..]));
}

#[test]
fn takes_patterns_from_the_document() {
    let document = Document::new(
        r#"[{"s": "abc", "r": "a.c"}, {"s": "abc", "r": "b"}, {"s": "abc", "r": "("}, {"s": "abc", "r": 1}, {"s": "abc"}, {"s": 1, "r": "1"}]"#,
    );
    assert_eq!(document.paths("$[?match(@.s, @.r)]"), ["$[0]"]);
    assert_eq!(document.paths("$[?search(@.s, @.r)]"), ["$[0]", "$[1]"]);
    assert_eq!(document.paths("$[?!match(@.s, '(')]").len(), 6);
    // More patterns than are kept at once, each twice.
    let many: Vec<String> = (0..200).map(|number| format!(r#"{{"s": "x{number}", "r": "x{number}"}}"#)).collect();
    let document = Document::new(&format!("[{0}, {0}]", many.join(",")));
    assert_eq!(document.paths("$[?match(@.s, @.r)]").len(), 400);
}

#[test]
fn slices_as_section_2_3_4_2_2_says() {
    let document = Document::new("[0, 1, 2, 3]");
    for start in (-6..=6).map(Some).chain([None, Some(9_007_199_254_740_991), Some(-9_007_199_254_740_991)]) {
        for end in (-6..=6).map(Some).chain([None, Some(9_007_199_254_740_991), Some(-9_007_199_254_740_991)]) {
            for step in (-5..=5).map(Some).chain([None, Some(9_007_199_254_740_991), Some(-9_007_199_254_740_991)]) {
                let part = |part: Option<i64>| part.map_or(String::new(), |part| part.to_string());
                let query = format!("$[{}:{}:{}]", part(start), part(end), part(step));
                let expected: Vec<String> = slice(4, start, end, step.unwrap_or(1)).iter().map(ToString::to_string).collect();
                assert_eq!(document.texts(&query), expected, "{query}");
            }
        }
    }
}

/// The pseudocode of the RFC.
pub(crate) fn slice(size: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Vec<i64> {
    let normalize = |position: i64| if position >= 0 { position } else { size + position };
    let (start, end) = match step >= 0 {
        true => (normalize(start.unwrap_or(0)), normalize(end.unwrap_or(size))),
        false => (normalize(start.unwrap_or(size - 1)), normalize(end.unwrap_or(-size - 1))),
    };
    let mut selected = Vec::new();
    if step > 0 {
        let (lower, upper) = (start.max(0).min(size), end.max(0).min(size));
        let mut position = lower;
        while position < upper {
            selected.push(position);
            position += step;
        }
    } else if step < 0 {
        let (upper, lower) = (start.max(-1).min(size - 1), end.max(-1).min(size - 1));
        let mut position = upper;
        while lower < position {
            selected.push(position);
            position += step;
        }
    }
    selected
}

#[test]
fn walks_as_deep_as_the_document_goes() {
    let depth = 100_000;
    let text = format!("{}1{}", r#"[{"a":"#.repeat(depth), "}]".repeat(depth));
    let document = Document::new(&text);
    assert_eq!(document.texts("$..a[?@ == 1]"), [""; 0]);
    assert_eq!(document.texts("$..[?@.a == 1]").len(), 1);
    assert_eq!(document.texts("$[?@ == $[0]]").len(), 1);
    assert_eq!(document.texts("$[?count(@..*) == 199999]").len(), 1);
    let path = selector("$..[?@ == 1]").paths(&document.tree()).unwrap();
    assert_eq!(path[0].len(), 1 + depth * "[0]['a']".len());
}

#[test]
fn remembers_what_lies_behind_a_node_rightly() {
    let document = Document::new(r#"{"a": {"b": {"x": 1}, "c": {"x": [2, {"x": 3}]}}, "d": {"e": {}}}"#);
    let with_x = ["$['a']", "$['a']['b']", "$['a']['c']", "$['a']['c']['x']", "$['a']['c']['x'][1]"];
    assert_eq!(document.paths("$..[?@..x]"), with_x);
    assert_eq!(document.paths("$..[?@..['y', 'x']]"), with_x);
    assert_eq!(
        document.paths("$..[?!@..x]"),
        ["$['d']", "$['a']['b']['x']", "$['a']['c']['x'][0]", "$['a']['c']['x'][1]['x']", "$['d']['e']"]
    );
    for (expression, paths) in [
        ("count(@..x) == 3", &with_x[..1]),
        ("count(@..x) == 2", &with_x[2..3]),
        ("count(@..x) == 1", &[with_x[1], with_x[3], with_x[4]]),
        ("count(@..*..x) == 2", &with_x[2..3]),
        ("value(@..x) == 3", &with_x[3..]),
        ("value(@..x) == 1", &with_x[1..2]),
        ("@..x && @..e", &[]),
        ("$..x && @..e", &["$['d']"]),
        ("count($..x) == 3 && value($..e) == @.e && @.e", &["$['d']"]),
    ] {
        assert_eq!(document.paths(&format!("$..[?{expression}]")), paths, "{expression}");
    }
    assert_eq!(document.paths("$..*..x").len(), 3 + 1 + 2 + 1 + 1);
}

#[test]
fn answers_something_about_the_tape_of_another_text() {
    let tape = Tape::new(br#"{"a": [1, {"b": "c"}], "d": null}"#, &Limits::default()).unwrap();
    for other in [&b""[..], b"1", br#"[[[[[[[[[["#, br#"{"a": [1, {"b": "c"}], "d": "#, &[b'{'; 60], &[b'['; 60], &[b'"'; 60]] {
        let tree = JsonTree::new(other, &tape);
        for query in ["$..*", "$..[?@.a == @.b || length(@) == 1]", "/a/0", "$..[-1]"] {
            let _whatever = selector(query).paths(&tree).unwrap();
        }
    }
    assert_eq!(selector("$").nodes(&JsonTree::new(b"", &Tape::default())).unwrap().len(), 1);
}
