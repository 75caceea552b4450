//! Code and offset of each kind of error.

use lanewise_error::{Error, ErrorCode};
use lanewise_json::{DuplicateKeys, Limits, validate};

fn assert_fails(input: &[u8], limits: &Limits, code: ErrorCode, offset: usize) {
    assert_eq!(validate(input, limits), Err(Error::new(code, offset)), "{}", input.escape_ascii());
}

#[test]
fn each_error_has_its_code_and_its_place() {
    use ErrorCode::*;
    let cases: &[(&[u8], ErrorCode, usize)] = &[
        // Nothing, and what ends early.
        (b"", JsonEnd, 0),
        (b" \n\t\r", JsonEnd, 4),
        (b"[", JsonEnd, 1),
        (b"[1", JsonEnd, 2),
        (b"[1,", JsonEnd, 3),
        (b"[1 ", JsonEnd, 3),
        (b"{", JsonEnd, 1),
        (b"{\"a", JsonEnd, 3),
        (b"{\"a\"", JsonEnd, 4),
        (b"{\"a\":", JsonEnd, 5),
        (b"{\"a\":1,", JsonEnd, 7),
        (b"\"", JsonEnd, 1),
        (b"\"\\", JsonEnd, 2),
        (b"\"\\u", JsonEnd, 3),
        (b"\"\\u12f", JsonEnd, 6),
        (b"nul", JsonEnd, 3),
        (b"t", JsonEnd, 1),
        (b"-", JsonEnd, 1),
        (b"1.", JsonEnd, 2),
        (b"1e", JsonEnd, 2),
        (b"1e+", JsonEnd, 3),
        // What cannot stand there.
        (b"[1,]", JsonUnexpected, 3),
        (b"[,1]", JsonUnexpected, 1),
        (b"[1 2]", JsonUnexpected, 3),
        (b"[1}", JsonUnexpected, 2),
        (b"{\"a\":1]", JsonUnexpected, 6),
        (b"{\"a\":1,}", JsonUnexpected, 7),
        (b"{,}", JsonUnexpected, 1),
        (b"{1:2}", JsonUnexpected, 1),
        (b"{\"a\" 1}", JsonUnexpected, 5),
        (b"{\"a\":}", JsonUnexpected, 5),
        (b"{\"a\"::1}", JsonUnexpected, 5),
        (b"]", JsonUnexpected, 0),
        (b"'a'", JsonUnexpected, 0),
        (b"+1", JsonUnexpected, 0),
        (b".5", JsonUnexpected, 0),
        (b"NaN", JsonUnexpected, 0),
        (b"[1 /* */]", JsonUnexpected, 3),
        (b"\x00", JsonUnexpected, 0),
        (b"[nullx]", JsonUnexpected, 5),
        (b"[1.5.2]", JsonUnexpected, 4),
        (b"[0x10]", JsonUnexpected, 2),
        (b"\xef\xbb\xbf[]", JsonUnexpected, 0),
        ("[é]".as_bytes(), JsonUnexpected, 1),
        ("[1\u{a0}]".as_bytes(), JsonUnexpected, 2),
        (b"[\xe2\x82", JsonUnexpected, 1),
        // Tokens that break off.
        (b"nul!", JsonLiteral, 3),
        (b"[nuLl]", JsonLiteral, 3),
        (b"[tru]", JsonLiteral, 4),
        (b"fals e", JsonLiteral, 4),
        ("fé".as_bytes(), JsonLiteral, 1),
        (b"01", JsonNumber, 1),
        (b"-01", JsonNumber, 2),
        (b"[00]", JsonNumber, 2),
        (b"-x", JsonNumber, 1),
        (b"--1", JsonNumber, 1),
        (b"-Infinity", JsonNumber, 1),
        (b"1.x", JsonNumber, 2),
        (b"[1.]", JsonNumber, 3),
        (b"1ex", JsonNumber, 2),
        (b"1e+-1", JsonNumber, 3),
        (b"1.e5", JsonNumber, 2),
        ("-é".as_bytes(), JsonNumber, 1),
        (b"\"\\x41\"", JsonEscape, 2),
        (b"\"\\'\"", JsonEscape, 2),
        (b"\"\\U0041\"", JsonEscape, 2),
        (b"\"\\\n\"", JsonEscape, 2),
        (b"\"\\u12G4\"", JsonEscape, 5),
        (b"\"\\u123\"", JsonEscape, 6),
        (b"\"\\u+123\"", JsonEscape, 3),
        ("\"\\é\"".as_bytes(), JsonEscape, 2),
        ("\"\\u00é\"".as_bytes(), JsonEscape, 5),
        (b"\"\\\xe2\x82", JsonEscape, 2),
        (b"\"a\nb\"", JsonControl, 2),
        (b"\"\x00\"", JsonControl, 1),
        (b"\"\x1f\"", JsonControl, 1),
        (b"{\"a\tb\":1}", JsonControl, 3),
        // What follows the value.
        (b"1 2", JsonTrailing, 2),
        (b"{}}", JsonTrailing, 2),
        (b"nullx", JsonTrailing, 4),
        (b"1.5.", JsonTrailing, 3),
        (b"\"a\"\x00", JsonTrailing, 3),
        (b"[] \xef\xbb\xbf", JsonTrailing, 3),
        (b"1\xe2\x82", JsonTrailing, 1),
    ];
    for &(input, code, offset) in cases {
        assert_fails(input, &Limits::default(), code, offset);
    }
}

/// No character starts so, or goes on so: RFC 3629 section 4.
const BAD_SEQUENCES: &[&[u8]] = &[
    b"\x80",
    b"\xbf",
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xc3\x28",
    b"\xe0\x9f\xbf",
    b"\xe2\x28\xa1",
    b"\xe2\x82\x28",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf0\x9f\x98\x28",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xfe",
    b"\xff",
];

#[test]
fn bad_utf8_is_found_at_its_first_byte_wherever_it_stands() {
    let heads: &[&[u8]] = &[
        b"",
        b"[",
        b"[1",
        b"{\"a\":",
        b"\"",
        b"\"abcdefgh",
        "\"é€😀".as_bytes(),
        b"{\"\\n",
        b"\"\\",
        b"\"\\u12",
        b"nul",
        b"-",
        b"1.",
        b"1e",
        b"[] ",
    ];
    for head in heads {
        for bad in BAD_SEQUENCES {
            for tail in [&b"\"]"[..], b" ", b"\x00", b"aaaaaaaaaaaaaaaaa\x01", b"\\x"] {
                let input = [head, *bad, tail].concat();
                assert_fails(&input, &Limits::default(), ErrorCode::Utf8, head.len());
            }
        }
    }
}

#[test]
fn an_error_before_bad_utf8_wins() {
    use ErrorCode::*;
    for (input, code, offset) in [
        (&b"\"\x01\xff\""[..], JsonControl, 1),
        (b"\"\\x\xff\"", JsonEscape, 2),
        (b"[1,]\xff", JsonUnexpected, 3),
        (b"1 2\xff", JsonTrailing, 2),
        (b"nux\xff", JsonLiteral, 2),
        (b"01\xff", JsonNumber, 1),
    ] {
        assert_fails(input, &Limits::default(), code, offset);
    }
}

#[test]
fn a_character_cut_by_the_end_of_the_input_ends_early() {
    for character in ["é", "€", "😀", "\u{10ffff}"] {
        for length in 0..character.len() {
            for head in ["\"", "\"0123456", "{\"\\n", "[\"é"] {
                let input = [head.as_bytes(), &character.as_bytes()[..length]].concat();
                assert_fails(&input, &Limits::default(), ErrorCode::JsonEnd, input.len());
            }
        }
    }
}

#[test]
fn a_string_fails_alike_at_every_distance_from_its_quote() {
    let limits = Limits::default();
    for distance in 0..80 {
        let head = format!("\"{}", "a".repeat(distance));
        for tail_length in [0, 1, 7, 8, 9, 30] {
            let with = |middle: &[u8]| [head.as_bytes(), middle, &b"b".repeat(tail_length), b"\""].concat();
            for good in ["", "\\\"", "é", "\\u00e9", "\x7f", "\\\\"] {
                assert_eq!(validate(&with(good.as_bytes()), &limits), Ok(()));
            }
            assert_fails(&with(b"\x1f"), &limits, ErrorCode::JsonControl, head.len());
            assert_fails(&with(b"\\a"), &limits, ErrorCode::JsonEscape, head.len() + 1);
            assert_fails(&with(b"\xff"), &limits, ErrorCode::Utf8, head.len());
            assert_fails(&with(b"\"x"), &limits, ErrorCode::JsonTrailing, head.len() + 1);
        }
    }
}

#[test]
fn accepts_what_the_grammar_allows() {
    let values = [
        "null",
        " true ",
        "\tfalse\r\n",
        "0",
        "-0",
        "-0.0e-0",
        "10",
        "1.0",
        "1E+9",
        "1e400",
        "123456789012345678901234567890",
        "\"\"",
        "\"\u{7f}\u{80}\u{10ffff}\"",
        r#""\"\\\/\b\f\n\r\t\u00aF""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        "[]",
        "[ ]",
        "{}",
        "{ }",
        r#"{"":[{}]}"#,
        r#"{"a":1,"a":2}"#,
        "[[],[[]],{\"a\":[1,2.5,\"x\",null]}]",
        "\"\u{2028}\u{fffe}\"",
    ];
    for value in values {
        assert_eq!(validate(value.as_bytes(), &Limits::default()), Ok(()), "{value}");
    }
}

#[test]
fn a_repeated_key_is_an_error_only_on_demand_and_after_unescaping() {
    let strict = Limits { duplicate_keys: DuplicateKeys::Error, ..Limits::default() };
    let cases: &[(&str, usize)] = &[
        (r#"{"a":1,"a":2}"#, 9),
        (r#"{"a":1,"\u0061":2}"#, 14),
        (r#"{"\/":1,"/":2}"#, 10),
        (r#"{"":1,"":2}"#, 7),
        (r#"{"\ud83d\ude00":1,"😀":2}"#, 23),
        (r#"{"\ud800":1,"\uD800":2}"#, 19),
        (r#"[{"a":{"a":1},"b":[],"a":2}]"#, 23),
        (r#"{"a":1,"a"#, usize::MAX),
        (r#"{"a":{"a":1,"b":{"a":2}},"b":1}"#, usize::MAX),
        (r#"[{"a":1},{"a":1}]"#, usize::MAX),
        (r#"{"a":"a","A":"a","\u0000":0,"a\u0000":0}"#, usize::MAX),
        (r#"{"\ud800":1,"\ud801":2,"\ufffd":3}"#, usize::MAX),
    ];
    for &(text, offset) in cases {
        let lenient = validate(text.as_bytes(), &Limits::default());
        if offset == usize::MAX {
            assert_eq!(validate(text.as_bytes(), &strict), lenient, "{text}");
        } else {
            assert_eq!(lenient, Ok(()));
            assert_fails(text.as_bytes(), &strict, ErrorCode::JsonDuplicateKey, offset);
        }
    }
}
