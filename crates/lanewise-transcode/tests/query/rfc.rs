//! The examples of RFC 9535 and RFC 6901 with their results.

use crate::document::{Document, parse};
use serde_json::Value;

struct Section {
    number: &'static str,
    document: &'static str,
    /// A query, and the value and the normalized path of every node that it gives.
    examples: &'static [(&'static str, &'static [(&'static str, &'static str)])],
}

/// Where the RFC leaves the order open, the one of the document stands here.
const SECTIONS: &[Section] = &[
    Section { number: "2.2.3", document: r#"{"k": "v"}"#, examples: &[("$", &[(r#"{"k": "v"}"#, "$")])] },
    Section {
        number: "2.3.1.3",
        document: r#"{ "o": {"j j": {"k.k": 3}}, "'": {"@": 2} }"#,
        examples: &[
            ("$.o['j j']", &[(r#"{"k.k": 3}"#, "$['o']['j j']")]),
            ("$.o['j j']['k.k']", &[("3", "$['o']['j j']['k.k']")]),
            (r#"$.o["j j"]["k.k"]"#, &[("3", "$['o']['j j']['k.k']")]),
            (r#"$["'"]["@"]"#, &[("2", r"$['\'']['@']")]),
        ],
    },
    Section {
        number: "2.3.2.3",
        document: r#"{ "o": {"j": 1, "k": 2}, "a": [5, 3] }"#,
        examples: &[
            ("$[*]", &[(r#"{"j": 1, "k": 2}"#, "$['o']"), ("[5, 3]", "$['a']")]),
            ("$.o[*]", &[("1", "$['o']['j']"), ("2", "$['o']['k']")]),
            ("$.o[*, *]", &[("1", "$['o']['j']"), ("2", "$['o']['k']"), ("1", "$['o']['j']"), ("2", "$['o']['k']")]),
            ("$.a[*]", &[("5", "$['a'][0]"), ("3", "$['a'][1]")]),
        ],
    },
    Section { number: "2.3.3.3", document: r#"["a","b"]"#, examples: &[("$[1]", &[(r#""b""#, "$[1]")]), ("$[-2]", &[(r#""a""#, "$[0]")])] },
    Section {
        number: "2.3.4.3",
        document: r#"["a", "b", "c", "d", "e", "f", "g"]"#,
        examples: &[
            ("$[1:3]", &[(r#""b""#, "$[1]"), (r#""c""#, "$[2]")]),
            ("$[5:]", &[(r#""f""#, "$[5]"), (r#""g""#, "$[6]")]),
            ("$[1:5:2]", &[(r#""b""#, "$[1]"), (r#""d""#, "$[3]")]),
            ("$[5:1:-2]", &[(r#""f""#, "$[5]"), (r#""d""#, "$[3]")]),
            (
                "$[::-1]",
                &[
                    (r#""g""#, "$[6]"),
                    (r#""f""#, "$[5]"),
                    (r#""e""#, "$[4]"),
                    (r#""d""#, "$[3]"),
                    (r#""c""#, "$[2]"),
                    (r#""b""#, "$[1]"),
                    (r#""a""#, "$[0]"),
                ],
            ),
        ],
    },
    Section {
        number: "2.3.5.3",
        document: r#"{ "a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"} ], "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}}, "e": "f" }"#,
        examples: &[
            ("$.a[?@.b == 'kilo']", &[(r#"{"b": "kilo"}"#, "$['a'][9]")]),
            ("$.a[?(@.b == 'kilo')]", &[(r#"{"b": "kilo"}"#, "$['a'][9]")]),
            ("$.a[?@>3.5]", &[("5", "$['a'][1]"), ("4", "$['a'][4]"), ("6", "$['a'][5]")]),
            (
                "$.a[?@.b]",
                &[
                    (r#"{"b": "j"}"#, "$['a'][6]"),
                    (r#"{"b": "k"}"#, "$['a'][7]"),
                    (r#"{"b": {}}"#, "$['a'][8]"),
                    (r#"{"b": "kilo"}"#, "$['a'][9]"),
                ],
            ),
            (
                "$[?@.*]",
                &[
                    (r#"[3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]"#, "$['a']"),
                    (r#"{"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}}"#, "$['o']"),
                ],
            ),
            ("$[?@[?@.b]]", &[(r#"[3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]"#, "$['a']")]),
            ("$.o[?@<3, ?@<3]", &[("1", "$['o']['p']"), ("2", "$['o']['q']"), ("1", "$['o']['p']"), ("2", "$['o']['q']")]),
            (r#"$.a[?@<2 || @.b == "k"]"#, &[("1", "$['a'][2]"), (r#"{"b": "k"}"#, "$['a'][7]")]),
            (r#"$.a[?match(@.b, "[jk]")]"#, &[(r#"{"b": "j"}"#, "$['a'][6]"), (r#"{"b": "k"}"#, "$['a'][7]")]),
            (
                r#"$.a[?search(@.b, "[jk]")]"#,
                &[(r#"{"b": "j"}"#, "$['a'][6]"), (r#"{"b": "k"}"#, "$['a'][7]"), (r#"{"b": "kilo"}"#, "$['a'][9]")],
            ),
            ("$.o[?@>1 && @<4]", &[("2", "$['o']['q']"), ("3", "$['o']['r']")]),
            ("$.o[?@.u || @.x]", &[(r#"{"u": 6}"#, "$['o']['t']")]),
            (
                "$.a[?@.b == $.x]",
                &[("3", "$['a'][0]"), ("5", "$['a'][1]"), ("1", "$['a'][2]"), ("2", "$['a'][3]"), ("4", "$['a'][4]"), ("6", "$['a'][5]")],
            ),
            (
                "$.a[?@ == @]",
                &[
                    ("3", "$['a'][0]"),
                    ("5", "$['a'][1]"),
                    ("1", "$['a'][2]"),
                    ("2", "$['a'][3]"),
                    ("4", "$['a'][4]"),
                    ("6", "$['a'][5]"),
                    (r#"{"b": "j"}"#, "$['a'][6]"),
                    (r#"{"b": "k"}"#, "$['a'][7]"),
                    (r#"{"b": {}}"#, "$['a'][8]"),
                    (r#"{"b": "kilo"}"#, "$['a'][9]"),
                ],
            ),
        ],
    },
    Section {
        number: "2.5.1.3",
        document: r#"["a", "b", "c", "d", "e", "f", "g"]"#,
        examples: &[
            ("$[0, 3]", &[(r#""a""#, "$[0]"), (r#""d""#, "$[3]")]),
            ("$[0:2, 5]", &[(r#""a""#, "$[0]"), (r#""b""#, "$[1]"), (r#""f""#, "$[5]")]),
            ("$[0, 0]", &[(r#""a""#, "$[0]"), (r#""a""#, "$[0]")]),
        ],
    },
    Section {
        number: "2.5.2.3",
        document: r#"{ "o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]] }"#,
        examples: &[
            ("$..j", &[("1", "$['o']['j']"), ("4", "$['a'][2][0]['j']")]),
            ("$..[0]", &[("5", "$['a'][0]"), (r#"{"j": 4}"#, "$['a'][2][0]")]),
            (
                "$..[*]",
                &[
                    (r#"{"j": 1, "k": 2}"#, "$['o']"),
                    (r#"[5, 3, [{"j": 4}, {"k": 6}]]"#, "$['a']"),
                    ("1", "$['o']['j']"),
                    ("2", "$['o']['k']"),
                    ("5", "$['a'][0]"),
                    ("3", "$['a'][1]"),
                    (r#"[{"j": 4}, {"k": 6}]"#, "$['a'][2]"),
                    (r#"{"j": 4}"#, "$['a'][2][0]"),
                    (r#"{"k": 6}"#, "$['a'][2][1]"),
                    ("4", "$['a'][2][0]['j']"),
                    ("6", "$['a'][2][1]['k']"),
                ],
            ),
            (
                "$..*",
                &[
                    (r#"{"j": 1, "k": 2}"#, "$['o']"),
                    (r#"[5, 3, [{"j": 4}, {"k": 6}]]"#, "$['a']"),
                    ("1", "$['o']['j']"),
                    ("2", "$['o']['k']"),
                    ("5", "$['a'][0]"),
                    ("3", "$['a'][1]"),
                    (r#"[{"j": 4}, {"k": 6}]"#, "$['a'][2]"),
                    (r#"{"j": 4}"#, "$['a'][2][0]"),
                    (r#"{"k": 6}"#, "$['a'][2][1]"),
                    ("4", "$['a'][2][0]['j']"),
                    ("6", "$['a'][2][1]['k']"),
                ],
            ),
            ("$..o", &[(r#"{"j": 1, "k": 2}"#, "$['o']")]),
            ("$.o..[*, *]", &[("1", "$['o']['j']"), ("2", "$['o']['k']"), ("1", "$['o']['j']"), ("2", "$['o']['k']")]),
            ("$.a..[0, 1]", &[("5", "$['a'][0]"), ("3", "$['a'][1]"), (r#"{"j": 4}"#, "$['a'][2][0]"), (r#"{"k": 6}"#, "$['a'][2][1]")]),
        ],
    },
    Section {
        number: "2.6.1",
        document: r#"{"a": null, "b": [null], "c": [{}], "null": 1}"#,
        examples: &[
            ("$.a", &[("null", "$['a']")]),
            ("$.a[0]", &[]),
            ("$.a.d", &[]),
            ("$.b[0]", &[("null", "$['b'][0]")]),
            ("$.b[*]", &[("null", "$['b'][0]")]),
            ("$.b[?@]", &[("null", "$['b'][0]")]),
            ("$.b[?@==null]", &[("null", "$['b'][0]")]),
            ("$.c[?@.d==null]", &[]),
            ("$.null", &[("1", "$['null']")]),
        ],
    },
];

#[test]
fn gives_the_values_and_paths_of_every_example() {
    for section in SECTIONS {
        let document = Document::new(section.document);
        for (query, expected) in section.examples {
            let (values, paths): (Vec<Value>, Vec<&str>) = expected.iter().map(|(value, path)| (parse(value), *path)).unzip();
            assert_eq!(document.values(query), values, "{} {query}", section.number);
            assert_eq!(document.paths(query), paths, "{} {query}", section.number);
        }
    }
}

/// Section 1.5.
const STORE: &str = r#"{ "store": {
    "book": [
        { "category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95 },
        { "category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99 },
        { "category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8.99 },
        { "category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings", "isbn": "0-395-19395-8", "price": 22.99 }
    ],
    "bicycle": { "color": "red", "price": 399 }
} }"#;

#[test]
fn finds_in_the_store_what_section_1_5_says() {
    let book = |numbers: &[usize]| numbers.iter().map(|number| format!("$['store']['book'][{number}]")).collect::<Vec<_>>();
    let of_books = |numbers: &[usize], name: &str| book(numbers).into_iter().map(|path| format!("{path}['{name}']")).collect::<Vec<_>>();
    let store = Document::new(STORE);
    let authors = of_books(&[0, 1, 2, 3], "author");
    assert_eq!(store.paths("$.store.book[*].author"), authors);
    assert_eq!(store.paths("$..author"), authors);
    assert_eq!(store.paths("$.store.*"), ["$['store']['book']", "$['store']['bicycle']"]);
    let mut prices = of_books(&[0, 1, 2, 3], "price");
    prices.push("$['store']['bicycle']['price']".into());
    assert_eq!(store.paths("$.store..price"), prices);
    assert_eq!(
        store.values("$.store..price"),
        [8.95, 12.99, 8.99, 22.99].map(Value::from).into_iter().chain([399.into()]).collect::<Vec<_>>()
    );
    assert_eq!(store.paths("$..book[2]"), book(&[2]));
    assert_eq!(store.values("$..book[2].author"), ["Herman Melville"]);
    assert_eq!(store.paths("$..book[2].publisher"), [""; 0]);
    assert_eq!(store.paths("$..book[-1]"), book(&[3]));
    for first_two in ["$..book[0,1]", "$..book[:2]"] {
        assert_eq!(store.paths(first_two), book(&[0, 1]));
    }
    assert_eq!(store.paths("$..book[?@.isbn]"), book(&[2, 3]));
    assert_eq!(store.paths("$..book[?@.price<10]"), book(&[0, 2]));
    let all = store.paths("$..*");
    assert_eq!(all.len(), 27);
    assert_eq!(all[..4], ["$['store']", "$['store']['book']", "$['store']['bicycle']", "$['store']['book'][0]"]);
    assert_eq!(all[8..10], ["$['store']['book'][0]['author']", "$['store']['book'][0]['title']"]);
    assert_eq!(all[26], "$['store']['bicycle']['price']");
}

#[test]
fn compares_as_the_table_of_section_2_3_5_3() {
    let document = Document::new(r#"{"obj": {"x": "y"}, "arr": [2, 3]}"#);
    let comparisons = [
        ("$.absent1 == $.absent2", true),
        ("$.absent1 <= $.absent2", true),
        ("$.absent == 'g'", false),
        ("$.absent1 != $.absent2", false),
        ("$.absent != 'g'", true),
        ("1 <= 2", true),
        ("1 > 2", false),
        ("13 == '13'", false),
        ("'a' <= 'b'", true),
        ("'a' > 'b'", false),
        ("$.obj == $.arr", false),
        ("$.obj != $.arr", true),
        ("$.obj == $.obj", true),
        ("$.obj != $.obj", false),
        ("$.arr == $.arr", true),
        ("$.arr != $.arr", false),
        ("$.obj == 17", false),
        ("$.obj != 17", true),
        ("$.obj <= $.arr", false),
        ("$.obj < $.arr", false),
        ("$.obj <= $.obj", true),
        ("$.arr <= $.arr", true),
        ("1 <= $.arr", false),
        ("1 >= $.arr", false),
        ("1 > $.arr", false),
        ("1 < $.arr", false),
        ("true <= true", true),
        ("true > true", false),
    ];
    for (comparison, is_true) in comparisons {
        assert_eq!(document.paths(&format!("$[?{comparison}]")).len(), if is_true { 2 } else { 0 }, "{comparison}");
        assert_eq!(document.paths(&format!("$[?!({comparison})]")).len(), if is_true { 0 } else { 2 }, "{comparison}");
    }
}

#[test]
fn knows_the_functions_of_section_2_4() {
    let document = Document::new(
        r#"[{"authors": [1, 2, 3, 4, 5], "timezone": "Europe/Bremen", "color": "red"}, {"authors": [1], "timezone": "US", "x": {"color": "red"}}, "é😀", 7]"#,
    );
    let cases: &[(&str, &[usize])] = &[
        ("$[?length(@.authors) >= 5]", &[0]),
        ("$[?count(@.*.authors) >= 5]", &[]),
        ("$[?count(@.authors.*) >= 5]", &[0]),
        ("$[?match(@.timezone, 'Europe/.*')]", &[0]),
        ("$[?search(@.timezone, '[BU][rS]')]", &[0, 1]),
        ("$[?value(@..color) == \"red\"]", &[0, 1]),
        ("$[?length(@) < 3]", &[2]),
        ("$[?length(@) == 3]", &[0, 1]),
        ("$[?count(@.*) == 1]", &[]),
        ("$[?length(@.nope) == length(@[0])]", &[0, 1, 2, 3]),
        ("$[?length(length(@)) == 1]", &[]),
        ("$[?length(1) == length(null)]", &[0, 1, 2, 3]),
        ("$[?count(@['color', 'color']) == 2]", &[0]),
        ("$[?value(@['color', 'color']) == 'red']", &[]),
        ("$[?match(@, '..')]", &[2]),
        ("$[?match(@, 1) || search(1, @)]", &[]),
    ];
    for (query, numbers) in cases {
        let paths: Vec<String> = numbers.iter().map(|number| format!("$[{number}]")).collect();
        assert_eq!(document.paths(query), paths, "{query}");
    }
}

#[test]
fn writes_normalized_paths_as_section_2_7() {
    let cases = [
        (r#"{"a": 1}"#, "$.a", "$['a']"),
        ("[0, 1]", "$[1]", "$[1]"),
        ("[0, 1, 2, 3, 4]", "$[-3]", "$[2]"),
        (r#"{"a": {"b": [0, 1]}}"#, "$.a.b[1:2]", "$['a']['b'][1]"),
        (r#"{"\u000b": 1}"#, r#"$["\u000B"]"#, r"$['\u000b']"),
        (r#"{"a": 1}"#, r#"$["\u0061"]"#, "$['a']"),
        (r#"{"'\\\"/\b\f\n\r\t": 1}"#, "$.*", r#"$['\'\\"/\b\f\n\r\t']"#),
        (r#"{"\u0000\u001F\u007f\u0080é\ud83d\ude00": 1}"#, "$.*", "$['\\u0000\\u001f\u{7f}\u{80}é😀']"),
        (r#"{"": {"": 1}}"#, "//", "$['']['']"),
    ];
    for (document, query, path) in cases {
        assert_eq!(Document::new(document).paths(query), [path], "{document} {query}");
    }
}

#[test]
fn follows_the_pointers_of_rfc_6901() {
    let text = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8, "01": 9, "-": 10}"#;
    let document = Document::new(text);
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
        ("/01", "9"),
        ("/-", "10"),
    ];
    for (pointer, value) in cases {
        assert_eq!(document.values(pointer), [parse(value)], "{pointer}");
    }
    for pointer in ["/foo/2", "/foo/-", "/foo/01", "/foo/", "/foo/0/0", "/0", "/nope", "/foo/bar", "/foo/18446744073709551616"] {
        assert_eq!(document.values(pointer), [Value::Null; 0], "{pointer}");
    }
}
