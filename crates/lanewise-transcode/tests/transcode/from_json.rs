//! JSON to MessagePack, case by case.

use lanewise_error::{Error, ErrorCode};
use lanewise_transcode::{Float32, FromJson, from_json};
use proptest::prelude::*;

fn msgpack(json: &str, float32: Float32) -> Vec<u8> {
    let mut out = b"+".to_vec();
    from_json(json.as_bytes(), &FromJson { float32, ..FromJson::default() }, &mut out).unwrap();
    assert_eq!(out.remove(0), b'+');
    out
}

#[test]
fn each_value_takes_its_smallest_format() {
    let cases: &[(&str, &[u8])] = &[
        ("null", b"\xc0"),
        (" true ", b"\xc3"),
        ("false", b"\xc2"),
        ("[]", b"\x90"),
        ("{}", b"\x80"),
        (r#"[1,[2,{"a":[]}],3]"#, b"\x93\x01\x92\x02\x81\xa1a\x90\x03"),
        (r#"{"b":1,"a":2,"b":3}"#, b"\x83\xa1b\x01\xa1a\x02\xa1b\x03"),
        (r#""""#, b"\xa0"),
        (r#""é\u00e9\n\/""#, b"\xa6\xc3\xa9\xc3\xa9\n/"),
        (r#"{"\u0061":"\ud83d\ude00"}"#, b"\x81\xa1a\xa4\xf0\x9f\x98\x80"),
        (r#""\ud800x\udc00""#, b"\xa7\xef\xbf\xbdx\xef\xbf\xbd"),
        (r#"{"\udead":0}"#, b"\x81\xa3\xef\xbf\xbd\x00"),
        (r#""\u0000""#, b"\xa1\x00"),
        ("-1", b"\xff"),
        ("1.0", b"\x01"),
        ("1e3", b"\xcd\x03\xe8"),
        ("18446744073709551615", b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("-9223372036854775808", b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
        ("-0", b"\xca\x80\x00\x00\x00"),
        ("-0.0", b"\xca\x80\x00\x00\x00"),
        ("0.5", b"\xca\x3f\x00\x00\x00"),
        ("0.1", b"\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"),
        ("18446744073709551616", b"\xca\x5f\x80\x00\x00"),
        ("1e400", b"\xca\x7f\x80\x00\x00"),
        ("-1e400", b"\xca\xff\x80\x00\x00"),
    ];
    for (json, bytes) in cases {
        assert_eq!(msgpack(json, Float32::Exact), *bytes, "{json}");
    }
}

#[test]
fn floats_take_eight_bytes_when_four_are_not_wanted() {
    let cases: &[(&str, &[u8])] = &[
        ("0.5", b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00"),
        ("-0", b"\xcb\x80\x00\x00\x00\x00\x00\x00\x00"),
        ("1e400", b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"),
        ("1.0", b"\x01"),
    ];
    for (json, bytes) in cases {
        assert_eq!(msgpack(json, Float32::Never), *bytes, "{json}");
    }
}

#[test]
fn headers_have_the_counts_of_their_own_children() {
    for count in [0, 1, 15, 16, 17, 65_535, 65_536] {
        let elements = vec!["[0,0]"; count].join(",");
        let mut expected = Vec::new();
        lanewise_msgpack::writer::array(&mut expected, count as u32);
        expected.extend(b"\x92\x00\x00".repeat(count));
        assert_eq!(msgpack(&format!("[{elements}]"), Float32::Exact), expected);

        let members = vec![r#""k":{"a":[]}"#; count].join(",");
        let mut expected = Vec::new();
        lanewise_msgpack::writer::map(&mut expected, count as u32);
        expected.extend(b"\xa1k\x81\xa1a\x90".repeat(count));
        assert_eq!(msgpack(&format!("{{{members}}}"), Float32::Exact), expected);
    }
}

#[test]
fn strings_have_the_length_that_they_have_without_escapes() {
    for length in [0, 31, 32, 255, 256, 65_535, 65_536] {
        let text = "x".repeat(length);
        let mut expected = Vec::new();
        lanewise_msgpack::writer::str(&mut expected, text.as_bytes()).unwrap();
        assert_eq!(msgpack(&format!("\"{text}\""), Float32::Exact), expected);
        assert_eq!(msgpack(&format!("\"{}\"", "\\u0078".repeat(length)), Float32::Exact), expected);
    }
}

#[test]
fn a_failure_leaves_the_output_as_it_was() {
    for (json, code, offset) in [
        ("[1,2,", ErrorCode::JsonEnd, 5),
        (r#"{"a":[1,2],"b":nul}"#, ErrorCode::JsonLiteral, 18),
        ("", ErrorCode::JsonEnd, 0),
        ("[0] 1", ErrorCode::JsonTrailing, 4),
    ] {
        let mut out = b"kept".to_vec();
        let result = from_json(json.as_bytes(), &FromJson::default(), &mut out);
        assert_eq!((result, &out[..]), (Err(Error::new(code, offset)), &b"kept"[..]));
    }
}

const SAFE: std::ops::RangeInclusive<i64> = -(1 << 53) + 1..=(1 << 53) - 1;

/// A JSON number and the MessagePack that it must become.
fn number() -> impl Strategy<Value = (String, Vec<u8>)> {
    use lanewise_msgpack::writer;
    let bytes = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        out
    };
    prop_oneof![
        any::<u64>().prop_map(move |value| (value.to_string(), bytes(&|out| writer::uint(out, value)))),
        any::<i64>().prop_map(move |value| (value.to_string(), bytes(&|out| writer::int(out, value)))),
        (SAFE, 0..53_u32, prop::sample::select(&[(".000", ""), ("00", "e-2"), ("", "e+0"), (".0", "E0")][..])).prop_map(
            move |(value, shift, (zeros, exponent))| {
                let value = value >> shift;
                (format!("{value}{zeros}{exponent}"), bytes(&|out| writer::int(out, value)))
            }
        ),
        any::<f64>()
            .prop_filter("no safe integer", |value| value.is_finite() && (value.fract() != 0.0 || value.abs() > 1e16))
            .prop_map(move |value| { (format!("{value:e}"), bytes(&|out| writer::float(out, value, Float32::Exact))) }),
    ]
    .prop_filter("no leading zero and no -0", |(text, _)| !text.starts_with("00") && !text.starts_with("-0"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn numbers_keep_their_value((text, bytes) in number()) {
        prop_assert_eq!(msgpack(&text, Float32::Exact), bytes, "{}", text);
    }

    #[test]
    fn fails_exactly_as_validate_does(pieces in prop::collection::vec(prop::sample::select(&["[", "]", "{", "}", ",", ":", "\"a\"", "\"\\u", "1", "-", ".5", "nul", "true", " ", "\u{1}", "é"][..]), 0..8), depth_max in 0..4_u32) {
        let json = pieces.concat();
        let limits = lanewise_json::Limits { depth_max, ..lanewise_json::Limits::default() };
        let mut out = Vec::new();
        let result = from_json(json.as_bytes(), &FromJson { depth_max, ..FromJson::default() }, &mut out);
        prop_assert_eq!(result, lanewise_json::validate(json.as_bytes(), &limits));
        prop_assert_eq!(out.is_empty(), result.is_err());
    }
}
