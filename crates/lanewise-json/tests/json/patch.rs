//! JSON Patch: the examples of the RFC, its edges, and sequences of operations held against a naive tree.

use crate::document::{Document, document, spaces};
use crate::tree::{Operation, Tree};
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{minify, patch};
use proptest::prelude::*;

fn patched(input: &str, operations: &str) -> Result<String, Error> {
    let mut out = b"kept".to_vec();
    let result = patch(input.as_bytes(), operations.as_bytes(), &mut out);
    let text = String::from_utf8(out).unwrap().strip_prefix("kept").unwrap().to_string();
    assert!(result.is_ok() || text.is_empty());
    result.map(|()| text)
}

fn assert_patched(input: &str, operations: &str, expected: &str) {
    assert_eq!(patched(input, operations).as_deref(), Ok(expected), "{operations}");
}

fn assert_fails(input: &str, operations: &str, code: ErrorCode, operation: usize) {
    assert_eq!(patched(input, operations), Err(Error::new(code, operation)), "{operations}");
}

#[test]
fn follows_appendix_a_of_the_rfc() {
    let cases = [
        (r#"{ "foo": "bar"}"#, r#"[{ "op": "add", "path": "/baz", "value": "qux" }]"#, r#"{ "foo": "bar", "baz": "qux"}"#),
        (r#"{"foo":["bar","baz"]}"#, r#"[{ "op": "add", "path": "/foo/1", "value": "qux" }]"#, r#"{"foo":["bar","qux","baz"]}"#),
        (r#"{"baz":"qux","foo":"bar"}"#, r#"[{ "op": "remove", "path": "/baz" }]"#, r#"{"foo":"bar"}"#),
        (r#"{"foo":["bar","qux","baz"]}"#, r#"[{ "op": "remove", "path": "/foo/1" }]"#, r#"{"foo":["bar","baz"]}"#),
        (r#"{"baz":"qux","foo":"bar"}"#, r#"[{ "op": "replace", "path": "/baz", "value": "boo" }]"#, r#"{"baz":"boo","foo":"bar"}"#),
        (
            r#"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
            r#"[{ "op": "move", "from": "/foo/waldo", "path": "/qux/thud" }]"#,
            r#"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#,
        ),
        (
            r#"{"foo":["all","grass","cows","eat"]}"#,
            r#"[{ "op": "move", "from": "/foo/1", "path": "/foo/3" }]"#,
            r#"{"foo":["all","cows","eat","grass"]}"#,
        ),
        (
            r#"{"baz":"qux","foo":["a",2,"c"]}"#,
            r#"[{ "op": "test", "path": "/baz", "value": "qux" },{ "op": "test", "path": "/foo/1", "value": 2 }]"#,
            r#"{"baz":"qux","foo":["a",2,"c"]}"#,
        ),
        (
            r#"{"foo":"bar"}"#,
            r#"[{ "op": "add", "path": "/child", "value": { "grandchild": { } } }]"#,
            r#"{"foo":"bar","child":{"grandchild":{}}}"#,
        ),
        (r#"{"foo":"bar"}"#, r#"[{ "op": "add", "path": "/baz", "value": "qux", "xyz": 123 }]"#, r#"{"foo":"bar","baz":"qux"}"#),
        (r#"{"/": 9,"~1": 10}"#, r#"[{"op": "test", "path": "/~01", "value": 10}]"#, r#"{"/": 9,"~1": 10}"#),
        (r#"{"foo":["bar"]}"#, r#"[{ "op": "add", "path": "/foo/-", "value": ["abc", "def"] }]"#, r#"{"foo":["bar",["abc","def"]]}"#),
    ];
    for (input, operations, expected) in cases {
        assert_patched(input, operations, expected);
    }
    assert_fails(r#"{"baz":"qux"}"#, r#"[{ "op": "test", "path": "/baz", "value": "bar" }]"#, ErrorCode::PatchTest, 0);
    assert_fails(r#"{"foo":"bar"}"#, r#"[{ "op": "add", "path": "/baz/bat", "value": "qux" }]"#, ErrorCode::Patch, 0);
    assert_fails(r#"{"foo":"bar"}"#, r#"[{ "op": "add", "path": "/baz", "value": "qux", "op": "remove" }]"#, ErrorCode::Patch, 0);
    assert_fails(r#"{"/": 9,"~1": 10}"#, r#"[{"op": "test", "path": "/~01", "value": "10"}]"#, ErrorCode::PatchTest, 0);
}

#[test]
fn a_malformed_operation_is_named() {
    let malformed = [
        r#"1"#,
        r#"{}"#,
        r#"{"op":"add","path":"/a"}"#,
        r#"{"op":"add","value":1}"#,
        r#"{"path":"/a","value":1}"#,
        r#"{"op":"ADD","path":"/a","value":1}"#,
        r#"{"op":1,"path":"/a","value":1}"#,
        r#"{"op":"add","path":1,"value":1}"#,
        r#"{"op":"add","path":null,"value":1}"#,
        r#"{"op":"replace","path":"/a"}"#,
        r#"{"op":"test","path":"/a"}"#,
        r#"{"op":"remove"}"#,
        r#"{"op":"move","path":"/a"}"#,
        r#"{"op":"copy","path":"/a"}"#,
        r#"{"op":"copy","from":["a"],"path":"/a"}"#,
        r#"{"op":"copy","from":"/a"}"#,
        r#"{"op":"remove","path":"/a","path":"/a"}"#,
        r#"{"op":"remove","p\u0061th":"/a","path":"/a"}"#,
    ];
    let good = r#"{"op":"test","path":"","value":{"a":1}}"#;
    for operation in malformed {
        assert_fails(r#"{"a":1}"#, &format!("[{good},{operation},{good}]"), ErrorCode::Patch, 1);
    }
    for path in ["a", "/~", "/~2", "/a~"] {
        assert_fails(r#"{"a":1}"#, &format!(r#"[{good},{{"op":"remove","path":"{path}"}}]"#), ErrorCode::Pointer, 1);
        assert_fails(r#"{"a":1}"#, &format!(r#"[{{"op":"copy","from":"{path}","path":""}}]"#), ErrorCode::Pointer, 0);
    }
    for patch in ["null", "{}", r#""[]""#, good] {
        assert_fails("[]", patch, ErrorCode::Patch, Error::NOWHERE);
    }
}

#[test]
fn the_input_is_checked_before_the_patch_and_that_before_it_is_applied() {
    assert_fails("[1,]", "[", ErrorCode::JsonUnexpected, 3);
    assert_fails("[1]", "[x]", ErrorCode::JsonUnexpected, 1);
    assert_fails("[1]", r#"[{"op":"remove","path":"/7"},{}]"#, ErrorCode::Patch, 1);
}

#[test]
fn a_target_that_is_not_there_fails() {
    let input = r#"{"a":[1,{"b":null}],"c":"x"}"#;
    for path in ["/b", "/a/2", "/a/-", "/a/01", "/a/x", "/a/1/c", "/c/0", "/a/0/0", "/a/1/b/c", "/a/99999999999999999999", "/a/4294967296"]
    {
        for operation in [
            format!(r#"{{"op":"remove","path":"{path}"}}"#),
            format!(r#"{{"op":"replace","path":"{path}","value":1}}"#),
            format!(r#"{{"op":"test","path":"{path}","value":1}}"#),
            format!(r#"{{"op":"copy","from":"{path}","path":"/d"}}"#),
            format!(r#"{{"op":"move","from":"{path}","path":"/d"}}"#),
            format!(r#"{{"op":"move","from":"{path}","path":"{path}"}}"#),
            format!(r#"{{"op":"add","path":"{path}/x","value":1}}"#),
        ] {
            assert_fails(input, &format!("[{operation}]"), ErrorCode::Patch, 0);
        }
    }
    for path in ["/a/3", "/a/01", "/a/x", "/a/-1", "/c/0", "/a/0/0", "/a/4294967298"] {
        assert_fails(input, &format!(r#"[{{"op":"add","path":"{path}","value":1}}]"#), ErrorCode::Patch, 0);
    }
}

#[test]
fn nothing_moves_into_itself_and_the_root_cannot_go() {
    let input = r#"{"a":{"b":[1]},"ab":1}"#;
    for operation in [
        r#"{"op":"move","from":"/a","path":"/a/b/0"}"#,
        r#"{"op":"move","from":"/a","path":"/a/c"}"#,
        r#"{"op":"move","from":"","path":"/a"}"#,
        r#"{"op":"remove","path":""}"#,
    ] {
        assert_fails(input, &format!("[{operation}]"), ErrorCode::Patch, 0);
    }
    assert_patched(input, r#"[{"op":"move","from":"","path":""},{"op":"move","from":"/a","path":"/a"}]"#, input);
    assert_patched(input, r#"[{"op":"move","from":"/a","path":"/ab"}]"#, r#"{"ab":{"b":[1]}}"#);
    assert_patched(input, r#"[{"op":"move","from":"/a/b","path":"/a"}]"#, r#"{"a":[1],"ab":1}"#);
    assert_patched(input, r#"[{"op":"move","from":"/a/b","path":""}]"#, "[1]");
    assert_patched(input, r#"[{"op":"copy","from":"","path":"/a/b/-"}]"#, r#"{"a":{"b":[1,{"a":{"b":[1]},"ab":1}]},"ab":1}"#);
}

#[test]
fn test_compares_values_and_not_spellings() {
    let equal = [
        ("1", "1.0"),
        ("1e2", "100"),
        ("-0", "0.0"),
        ("0.1e1", "1"),
        ("1e400", "10e399"),
        (r#""\u0061\/""#, r#""a/""#),
        (r#""\ud83d\ude00""#, r#""😀""#),
        (r#""\ud800""#, r#""\uD800""#),
        (r#"{"a":1,"b":[]}"#, r#"{ "b" : [ ], "\u0061":1.0 }"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        ("[]", "[ ]"),
        ("null", "null"),
    ];
    let unequal = [
        ("1", r#""1""#),
        ("9007199254740992", "9007199254740993"),
        ("0.1", "0.10000000000000000001"),
        ("1", "-1"),
        ("null", "false"),
        ("[]", "{}"),
        ("[1,2]", "[2,1]"),
        ("[1]", "[1,1]"),
        (r#"{"a":1}"#, r#"{"b":1}"#),
        (r#"{"a":1}"#, r#"{"a":1,"b":2}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":1}"#),
        (r#""é""#, r#""e\u0301""#),
        (r#""\ud800""#, r#""\ud801""#),
        ("0", "null"),
        ("[[[1]]]", "[[[2]]]"),
    ];
    for (cases, expected) in [(&equal[..], true), (&unequal[..], false)] {
        for &(a, b) in cases {
            for (a, b) in [(a, b), (b, a)] {
                let result = patched(&format!("[{a}]"), &format!(r#"[{{"op":"test","path":"/0","value":{b}}}]"#));
                assert_eq!(result.is_ok(), expected, "{a} {b}");
                // The same of a container that was built, not read.
                let built = format!(
                    r#"[{{"op":"add","path":"/0","value":[]}},{{"op":"move","from":"/1","path":"/0/-"}},{{"op":"test","path":"","value":[[{b}]]}}]"#
                );
                assert_eq!(patched(&format!("[{a}]"), &built).is_ok(), expected, "{a} {b}");
            }
        }
    }
}

#[test]
fn whitespace_follows_the_children_that_stay_and_new_ones_get_that_of_their_neighbours() {
    let pretty = "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {}\n}\n";
    let cases = [
        (r#"{"op":"remove","path":"/a"}"#, "{\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {}\n}\n"),
        (r#"{"op":"remove","path":"/b"}"#, "{\n  \"a\": 1,\n  \"c\": {}\n}\n"),
        (r#"{"op":"remove","path":"/c"}"#, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}\n"),
        (
            r#"{"op":"add","path":"/d","value":{"x": [ ]}}"#,
            "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {},\n  \"d\": {\"x\":[]}\n}\n",
        ),
        (r#"{"op":"add","path":"/b/0","value":0}"#, "{\n  \"a\": 1,\n  \"b\": [\n    0,\n    1,\n    2\n  ],\n  \"c\": {}\n}\n"),
        (r#"{"op":"add","path":"/b/-","value":3}"#, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2,\n    3\n  ],\n  \"c\": {}\n}\n"),
        (r#"{"op":"replace","path":"/b/1","value":3}"#, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    3\n  ],\n  \"c\": {}\n}\n"),
        (r#"{"op":"add","path":"/c/x","value":1}"#, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {\"x\":1}\n}\n"),
        (r#"{"op":"replace","path":"","value":[]}"#, "[]\n"),
    ];
    for (operation, expected) in cases {
        assert_patched(pretty, &format!("[{operation}]"), expected);
    }
    assert_patched("[1 , 2\t, 3 ]", r#"[{"op":"remove","path":"/1"}]"#, "[1 , 3 ]");
    assert_patched("[1 , 2\t, 3 ]", r#"[{"op":"remove","path":"/2"}]"#, "[1 , 2 ]");
    assert_patched("[ 1 ]", r#"[{"op":"remove","path":"/0"}]"#, "[]");
    assert_patched("[ ]", r#"[{"op":"add","path":"/0","value":1}]"#, "[1]");
    assert_patched("{ \"a\" : 1 }", r#"[{"op":"add","path":"/b","value":1},{"op":"remove","path":"/a"}]"#, "{ \"b\" : 1 }");
}

#[test]
fn of_duplicate_keys_the_last_counts_and_where_something_changes_it_alone_stays() {
    let input = r#"{"a":1,"b":{"c":1,"c":[2]},"a":3}"#;
    assert_patched(input, r#"[{"op":"test","path":"/a","value":3},{"op":"test","path":"/b/c/0","value":2}]"#, input);
    assert_patched(input, r#"[{"op":"remove","path":"/a"}]"#, r#"{"b":{"c":1,"c":[2]}}"#);
    assert_patched(input, r#"[{"op":"replace","path":"/b/c","value":0}]"#, r#"{"b":{"c":0},"a":3}"#);
}

#[test]
fn names_are_unescaped_to_be_compared_and_escaped_to_be_written() {
    assert_patched(r#"{"\u0061\"":1}"#, r#"[{"op":"replace","path":"/a\"","value":2}]"#, r#"{"\u0061\"":2}"#);
    assert_patched("{}", r#"[{"op":"add","path":"/~1\u0001\"\ud800é~0","value":1}]"#, r#"{"/\u0001\"\ud800é~":1}"#);
    assert_patched(r#"{"\ud800":1}"#, r#"[{"op":"move","from":"/\ud800","path":"/\ud801"}]"#, r#"{"\ud801":1}"#);
}

#[test]
fn a_document_that_doubles_with_each_operation_is_refused_before_it_is_written() {
    let double = r#"{"op":"copy","from":"","path":"/-"}"#;
    let doubled = |times| format!("[{}]", vec![double; times].join(","));
    assert_eq!(patched("[]", &doubled(10)).map(|text| text.matches('[').count()), Ok(1024));
    for times in [40, 100, 10_000] {
        assert_fails("[]", &doubled(times), ErrorCode::Size, Error::NOWHERE);
    }
    // What has grown in between and shrunk again is no matter.
    let shrunk = format!(r#"[{},{{"op":"replace","path":"","value":1}}]"#, vec![double; 10_000].join(","));
    assert_patched("[]", &shrunk, "1");
}

#[test]
fn a_document_may_become_deep() {
    let nest = r#"{"op":"copy","from":"","path":"/a"},{"op":"remove","path":"/b"}"#;
    let depth = 100_000;
    let mut operations = vec![r#"{"op":"add","path":"/b","value":0},"#.to_string() + nest; depth].join(",");
    operations = format!("[{operations}]");
    let text = patched("{}", &operations).unwrap();
    assert_eq!(text.matches('{').count(), depth + 1);
}

#[test]
fn many_edits_of_a_large_container_take_no_quadratic_time() {
    let count = 100_000;
    let input = format!("[{}]", vec!["0"; count].join(","));
    let operations: Vec<String> = (0..count)
        .map(|at| match at % 4 {
            0 => r#"{"op":"add","path":"/0","value":1}"#.to_string(),
            1 => format!(r#"{{"op":"remove","path":"/{}"}}"#, count / 2),
            2 => format!(r#"{{"op":"move","from":"/{}","path":"/3"}}"#, count - 1),
            _ => format!(r#"{{"op":"replace","path":"/{}","value":2}}"#, at / 2),
        })
        .collect();
    let start = std::time::Instant::now();
    assert!(patched(&input, &format!("[{}]", operations.join(","))).is_ok());
    // Quadratic time would be minutes.
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn many_edits_agree_with_a_vector() {
    let mut naive: Vec<u32> = (0..100).collect();
    let mut operations = Vec::new();
    // Primes, so that the places are spread.
    for step in 0..20_000_u32 {
        let at = (step * 7_919) as usize % naive.len();
        match step % 3 {
            0 => {
                naive.insert(at, step);
                operations.push(format!(r#"{{"op":"add","path":"/a/{at}","value":{step}}}"#));
            }
            1 => {
                naive[at] = step;
                operations.push(format!(r#"{{"op":"replace","path":"/a/{at}","value":{step}}}"#));
            }
            _ => {
                let to = (step * 104_729) as usize % naive.len();
                let moved = naive.remove(at);
                naive.insert(to, moved);
                operations.push(format!(r#"{{"op":"move","from":"/a/{at}","path":"/a/{to}"}}"#));
            }
        }
    }
    let text = |numbers: &[u32]| format!(r#"{{"a":[{}]}}"#, numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
    assert_patched(&text(&(0..100).collect::<Vec<_>>()), &format!("[{}]", operations.join(",")), &text(&naive));
}

/// What an operation is made of; the paths are chosen among those that the document has then.
#[derive(Clone, Debug)]
struct Choice {
    kind: usize,
    path: (prop::sample::Index, Option<&'static str>),
    from: (prop::sample::Index, Option<&'static str>),
    value: Document,
}

const TOKENS: &[&str] = &["a", "b", "", "0", "1", "2", "-", "00", "é😀", "a/~", "\"\\"];

fn choice() -> impl Strategy<Value = Choice> {
    let path = || (any::<prop::sample::Index>(), prop::option::weighted(0.4, prop::sample::select(TOKENS)));
    (0..9_usize, path(), path(), document()).prop_map(|(kind, path, from, value)| Choice { kind, path, from, value })
}

fn pick(paths: &[Vec<String>], (at, token): &(prop::sample::Index, Option<&str>)) -> Vec<String> {
    let mut path = at.get(paths).clone();
    path.extend(token.map(str::to_string));
    path
}

fn spelled(path: &[String]) -> String {
    let pointer: String = path.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1"))).collect();
    serde_json::to_string(&pointer).unwrap()
}

impl Choice {
    fn resolve(&self, tree: &mut Tree) -> (Operation, String) {
        let paths = tree.paths();
        let (path, from) = (pick(&paths, &self.path), pick(&paths, &self.from));
        let (at, source, text) = (spelled(&path), spelled(&from), self.value.text());
        let value = Tree::parse(text.as_bytes());
        match self.kind {
            0 | 1 => (Operation::Add(path, value), format!(r#"{{"op":"add","path":{at},"value":{text}}}"#)),
            2 => (Operation::Remove(path), format!(r#"{{"op":"remove","path":{at}}}"#)),
            3 => (Operation::Replace(path, value), format!(r#"{{"value":{text},"path":{at},"op":"replace"}}"#)),
            4 | 5 => (Operation::Move(from, path), format!(r#"{{"op":"move","from":{source},"path":{at}}}"#)),
            6 => (Operation::Copy(from, path), format!(r#"{{"op":"copy","from":{source},"path":{at}}}"#)),
            _ if self.kind == 8 || tree.get(&path).is_none() => {
                (Operation::Test(path, value), format!(r#"{{"op":"test","path":{at},"value":{text}}}"#))
            }
            // A test that succeeds, of a scalar at least.
            _ => match tree.get(&path).cloned() {
                Some(Tree::Scalar(text)) => {
                    (Operation::Test(path, Tree::Scalar(text.clone())), format!(r#"{{"op":"test","path":{at},"value":{text}}}"#))
                }
                _ => (Operation::Test(path, value), format!(r#"{{"op":"test","path":{at},"value":{text}}}"#)),
            },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn does_what_the_naive_tree_does(document in document(), spaces in spaces(), choices in prop::collection::vec(choice(), 0..12)) {
        let input = document.text();
        let mut tree = Tree::parse(input.as_bytes());
        let mut operations: Vec<String> = Vec::new();
        for choice in choices {
            let (operation, text) = choice.resolve(&mut tree);
            let mut next = tree.clone();
            let outcome = next.apply(&operation);
            let with = format!("[{}]", [&operations[..], std::slice::from_ref(&text)].concat().join(","));
            let result = patched(&input, &with);
            match outcome {
                Ok(()) => {
                    let result = result.unwrap();
                    prop_assert!(Tree::parse(result.as_bytes()).equals(&next), "{} {} {}", input, with, result);
                    tree = next;
                    operations.push(text);
                }
                Err(code) => prop_assert_eq!(result, Err(Error::new(code, operations.len()))),
            }
        }
        let operations = format!("[{}]", operations.join(","));
        let minified = patched(&input, &operations).unwrap();
        let mut again = Vec::new();
        minify(minified.as_bytes(), &mut again).unwrap();
        prop_assert_eq!(String::from_utf8(again).unwrap(), minified.clone(), "minified stays minified");
        let spaced = patched(&document.spaced_text(&spaces), &operations).unwrap();
        let mut again = Vec::new();
        minify(spaced.as_bytes(), &mut again).unwrap();
        prop_assert_eq!(String::from_utf8(again).unwrap(), minified, "whitespace changes nothing else");
    }

    #[test]
    fn what_is_not_touched_keeps_its_bytes(kept in document(), other in document(), spaces in spaces(), choice in choice()) {
        let (kept, other) = (kept.spaced_text(&spaces), other.spaced_text(&spaces));
        let input = format!("{{\"x\":{kept},\"y\" :{other}, \"z\":[{kept}]}}");
        let mut tree = Tree::parse(other.as_bytes());
        let (operation, _) = choice.resolve(&mut tree);
        let (path, verb) = match &operation {
            Operation::Add(path, _) => (path, r#""op":"add","value":1"#),
            Operation::Remove(path) => (path, r#""op":"remove""#),
            Operation::Replace(path, _) => (path, r#""op":"replace","value":1"#),
            _ => return Ok(()),
        };
        let path = [&["y".to_string()], &path[..]].concat();
        if let Ok(result) = patched(&input, &format!(r#"[{{"path":{},{verb}}}]"#, spelled(&path))) {
            prop_assert!(result.starts_with(&format!("{{\"x\":{kept},")), "{}", result);
            prop_assert!(result.ends_with(&format!(", \"z\":[{kept}]}}")), "{}", result);
        }
    }
}
