//! MessagePack to JSON, case by case.

use lanewise_error::{Error, ErrorCode};
use lanewise_transcode::{NonStringKeys, ToJson, to_json};

fn json_with(input: &[u8], non_string_keys: NonStringKeys) -> Result<String, Error> {
    let mut out = b"kept".to_vec();
    let result = to_json(input, &ToJson { non_string_keys, ..ToJson::default() }, &mut out);
    let json = String::from_utf8(out.split_off(4)).unwrap();
    assert_eq!(out, b"kept");
    assert!(result.is_ok() || json.is_empty());
    result.map(|()| json)
}

fn json(input: &[u8]) -> Result<String, Error> {
    json_with(input, NonStringKeys::Error)
}

#[test]
fn each_value_has_its_text() {
    let cases: &[(&[u8], &str)] = &[
        (b"\xc0", "null"),
        (b"\xc2", "false"),
        (b"\xc3", "true"),
        (b"\x00", "0"),
        (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
        (b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808"),
        (b"\xd1\x00\x05", "5"),
        (b"\x90", "[]"),
        (b"\x80", "{}"),
        (b"\x93\x90\x80\x91\xc0", "[[],{},[null]]"),
        (b"\x82\xa1b\x92\x01\x02\xa1a\x81\xa0\x80", r#"{"b":[1,2],"a":{"":{}}}"#),
        (b"\x82\xa1a\x01\xa1a\x02", r#"{"a":1,"a":2}"#),
        (b"\x92\xa1[\xa1{", r#"["[","{"]"#),
        (b"\x92\xa1:\xa1,", r#"[":",","]"#),
        (b"\xc4\x00", r#""""#),
        (b"\xc4\x01\xff", r#""/w==""#),
        (b"\xc4\x02\xff\xfe", r#""//4=""#),
        (b"\xc4\x03\xfb\xef\xbe", r#""++++""#),
        (b"\xd6\xff\x00\x00\x00\x00", r#""1970-01-01T00:00:00Z""#),
        (b"\xd7\xff\x00\x00\x00\x04\x00\x00\x00\x00", r#""1970-01-01T00:00:00.000000001Z""#),
        (b"\xc7\x0c\xff\x1d\xcd\x65\x00\xff\xff\xff\xff\xff\xff\xff\xff", r#""1969-12-31T23:59:59.500Z""#),
        (b"\xd5\x05hi", r#"{"$ext":5,"data":"aGk="}"#),
        (b"\x92\xc7\x00\x80\x01", r#"[{"$ext":-128,"data":""},1]"#),
    ];
    for (input, text) in cases {
        assert_eq!(json(input).as_deref(), Ok(*text), "{}", input.escape_ascii());
    }
}

#[test]
fn strings_are_escaped_as_json_stringify_does() {
    let text = "\"\\/\u{8}\u{c}\n\r\t\0\u{1}\u{b}\u{1f} \u{7f}\u{80}\u{2028}\u{2029}é€😀\u{ffff}";
    let mut input = Vec::new();
    lanewise_msgpack::writer::str(&mut input, text.as_bytes()).unwrap();
    let expected = "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u0001\\u000b\\u001f \u{7f}\u{80}\u{2028}\u{2029}é€😀\u{ffff}\"";
    assert_eq!(json(&input).as_deref(), Ok(expected));
    // serde_json escapes every string alike.
    for character in '\0'..='\u{ff}' {
        let text = format!("a{character}b");
        let mut input = Vec::new();
        lanewise_msgpack::writer::str(&mut input, text.as_bytes()).unwrap();
        assert_eq!(json(&input), Ok(serde_json::to_string(&text).unwrap()));
    }
}

#[test]
fn floats_print_as_ecmascript_prints_them() {
    let doubles: &[(f64, &str)] = &[
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (100.0, "100"),
        (0.1, "0.1"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (-1.25e-9, "-1.25e-9"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
        (9_007_199_254_740_993.0, "9007199254740992"),
    ];
    for (value, text) in doubles {
        assert_eq!(json(&[&[0xcb], &value.to_be_bytes()[..]].concat()).as_deref(), Ok(*text));
    }
    let singles: &[(f32, &str)] =
        &[(0.1, "0.10000000149011612"), (-0.0, "-0"), (0.5, "0.5"), (f32::MAX, "3.4028234663852886e+38"), (16_777_216.0, "16777216")];
    for (value, text) in singles {
        assert_eq!(json(&[&[0xca], &value.to_be_bytes()[..]].concat()).as_deref(), Ok(*text));
    }
}

#[test]
fn what_json_cannot_hold_is_refused_at_its_header() {
    let refused: &[&[u8]] = &[
        b"\xca\x7f\x80\x00\x00",
        b"\xca\xff\x80\x00\x00",
        b"\xca\x7f\xc0\x00\x00",
        b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00",
        b"\xcb\xff\xf8\x00\x00\x00\x00\x00\x00",
        b"\xc7\x0c\xff\x00\x00\x00\x00\x00\x00\x00\x3a\xff\xf4\x41\x80",
        b"\xc7\x0c\xff\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00",
    ];
    for value in refused {
        let input = [b"\x92\x01", *value].concat();
        assert_eq!(json(&input), Err(Error::new(ErrorCode::MsgpackNotJson, 2)), "{}", input.escape_ascii());
        let as_key = [b"\x81", *value, b"\x01"].concat();
        assert_eq!(json_with(&as_key, NonStringKeys::Stringify), Err(Error::new(ErrorCode::MsgpackNotJson, 1)));
    }
}

#[test]
fn the_first_error_wins() {
    for (input, code, offset) in [
        (&b"\x93\x01\xca\x7f\x80\x00\x00\xc1"[..], ErrorCode::MsgpackNotJson, 2),
        (b"\x93\x01\xc1\xca\x7f\x80\x00\x00", ErrorCode::MsgpackReserved, 2),
        (b"\x81\xc4\xff", ErrorCode::MsgpackNotJson, 1),
        (b"\x81\xa1\xff\xc1", ErrorCode::Utf8, 2),
        (b"\x92\x01", ErrorCode::MsgpackEnd, 2),
        (b"\x01\x01", ErrorCode::MsgpackTrailing, 1),
        (b"\xd4\xff\x00", ErrorCode::MsgpackTimestamp, 0),
        (b"", ErrorCode::MsgpackEnd, 0),
    ] {
        assert_eq!(json(input), Err(Error::new(code, offset)), "{}", input.escape_ascii());
    }
}

#[test]
fn a_key_that_is_no_string_is_an_error_or_becomes_its_text() {
    let cases: &[(&[u8], &str)] = &[
        (b"\xc0", "null"),
        (b"\xc3", "true"),
        (b"\x05", "5"),
        (b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808"),
        (b"\xca\x3f\x00\x00\x00", "0.5"),
        (b"\xca\x80\x00\x00\x00", "-0"),
        (b"\xc4\x01\xff", "/w=="),
        (b"\xd6\xff\x00\x00\x00\x00", "1970-01-01T00:00:00Z"),
        (b"\xd5\x05hi", r#"{\"$ext\":5,\"data\":\"aGk=\"}"#),
        (b"\xa1\n", r"\n"),
    ];
    for &(key, text) in cases {
        let input = [b"\x82", key, b"\x01\xa1z\x90"].concat();
        assert_eq!(json_with(&input, NonStringKeys::Stringify), Ok(format!(r#"{{"{text}":1,"z":[]}}"#)));
        if key[0] != 0xa1 {
            assert_eq!(json(&input), Err(Error::new(ErrorCode::MsgpackNotJson, 1)));
        }
    }
    for key in [&b"\x90"[..], b"\x80", b"\x91\x01", b"\xdc\x00\x00"] {
        let input = [b"\x81", key, b"\x01"].concat();
        for non_string_keys in [NonStringKeys::Error, NonStringKeys::Stringify] {
            assert_eq!(json_with(&input, non_string_keys), Err(Error::new(ErrorCode::MsgpackNotJson, 1)));
        }
    }
}

#[test]
fn base64_has_one_padding_at_any_length() {
    for length in (0..20).chain(760..780).chain(1530..1540) {
        let data: Vec<u8> = (0..length).map(|at| (at * 89 % 256) as u8).collect();
        let mut input = Vec::new();
        lanewise_msgpack::writer::bin(&mut input, &data).unwrap();
        assert_eq!(json(&input), Ok(format!("\"{}\"", naive_base64(&data))));
    }
}

fn naive_base64(data: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in data.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | group.get(at).copied().map_or(0, u32::from));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= group.len() { digit.into() } else { '=' });
        }
    }
    text
}
