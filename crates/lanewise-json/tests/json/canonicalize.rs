//! The JSON Canonicalization Scheme.

use crate::document::{document, spaces};
use crate::tree::Tree;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::canonicalize;
use proptest::prelude::*;

fn canonical(input: &str) -> Result<String, Error> {
    let mut out = b"kept".to_vec();
    let result = canonicalize(input.as_bytes(), &mut out);
    let text = String::from_utf8(out).unwrap().strip_prefix("kept").unwrap().to_string();
    assert!(result.is_ok() || text.is_empty());
    result.map(|()| text)
}

#[test]
fn follows_the_examples_of_the_rfc() {
    let cases = [
        // Section 3.2.2 and 3.2.3.
        (
            r#"{
                "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals": [null, true, false]
            }"#,
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#,
        ),
        (
            r#"{
                "\u20ac": "Euro Sign",
                "\r": "Carriage Return",
                "\ufb33": "Hebrew Letter Dalet With Dagesh",
                "1": "One",
                "\ud83d\ude00": "Emoji: Grinning Face",
                "\u0080": "Control",
                "\u00f6": "Latin Small Letter O With Diaeresis"
            }"#,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\
             \"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
        ),
        (r#"[56,{"d":true,"10":null,"1":[]}]"#, r#"[56,{"1":[],"10":null,"d":true}]"#),
        (r#" {"b":{"b":[],"a":{}},"":[{"z":1,"y":-0}],"a":" "} "#, r#"{"":[{"y":0,"z":1}],"a":" ","b":{"a":{},"b":[]}}"#),
        ("\"\u{7f}\u{2028}\\u2028\\u007f\\u0000\\u001F\\b\\t\\n\\f\\r\"", "\"\u{7f}\u{2028}\u{2028}\u{7f}\\u0000\\u001f\\b\\t\\n\\f\\r\""),
    ];
    for (input, expected) in cases {
        assert_eq!(canonical(input).as_deref(), Ok(expected), "{input}");
    }
}

#[test]
fn prints_the_numbers_of_appendix_b() {
    let cases: &[(u64, &str)] = &[
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ];
    for &(bits, expected) in cases {
        let value = f64::from_bits(bits);
        for spelling in [format!("{value}"), format!("{value:e}"), format!("{value:.1100}")] {
            assert_eq!(canonical(&spelling).as_deref(), Ok(expected), "{spelling}");
        }
    }
}

#[test]
fn refuses_what_i_json_does_not_have_where_it_comes_first() {
    use ErrorCode::*;
    let cases: &[(&str, ErrorCode, usize)] = &[
        ("[1,-1e309]", JsonNumberRange, 3),
        ("1.7976931348623159e308", JsonNumberRange, 0),
        (r#"["\ud800"]"#, JsonEscape, 2),
        (r#"["a\\\udc00\ud800"]"#, JsonEscape, 5),
        (r#"{"\ud83d\ud83d\ude00":1}"#, JsonEscape, 2),
        (r#"{"a":1,"b":2,"\u0061":3}"#, JsonDuplicateKey, 20),
        (r#"{"a":1,"a":2,"a":3}"#, JsonDuplicateKey, 9),
        // Members are met in the order of their names, errors count in that of the text.
        (r#"{"b":1e999,"a":1e999}"#, JsonNumberRange, 5),
        (r#"{"b":1,"b":2,"a":1e999}"#, JsonDuplicateKey, 9),
        (r#"{"b":"\ud800","b":2,"a":1e999}"#, JsonEscape, 6),
        (r#"{"z":{"y":0,"y":0},"b":0,"b":0}"#, JsonDuplicateKey, 14),
        // What is no JSON at all is that before anything else.
        (r#"{"a":1e999,"a":1]"#, JsonUnexpected, 16),
        ("\"\u{1}\\ud800\"", JsonControl, 1),
    ];
    for &(input, code, offset) in cases {
        assert_eq!(canonical(input), Err(Error::new(code, offset)), "{input}");
    }
}

#[test]
fn numbers_take_more_room_than_they_are_spelled_with() {
    let input = format!("[{}]", vec!["-1e20"; 1000].join(","));
    assert_eq!(canonical(&input), Ok(format!("[{}]", vec!["-100000000000000000000"; 1000].join(","))));
}

/// Members sorted by their UTF-16 units, strings by serde_json, numbers as they come out of the parser of Rust and back.
fn naive(tree: &Tree) -> String {
    let string = |text: &[u8]| serde_json::to_string(core::str::from_utf8(text).unwrap()).unwrap();
    match tree {
        Tree::Scalar(spelling) => {
            spelling.parse().map_or(spelling.clone(), |value: f64| ryu_js::Buffer::new().format_finite(value).to_string())
        }
        Tree::String(text) => string(text),
        Tree::Array(elements) => format!("[{}]", elements.iter().map(naive).collect::<Vec<_>>().join(",")),
        Tree::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(name, value)| (core::str::from_utf8(name).unwrap(), value)).collect();
            members.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<_>>());
            let members: Vec<_> = members.iter().map(|(name, value)| format!("{}:{}", string(name.as_bytes()), naive(value))).collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn gives_the_form_that_a_naive_writer_gives(document in document(), spaces in spaces()) {
        let text = document.spaced_text(&spaces);
        let refused = [(document.has_duplicate_key(), ErrorCode::JsonDuplicateKey), (text.contains(r"\ud800"), ErrorCode::JsonEscape), (text.contains("1E400"), ErrorCode::JsonNumberRange)];
        match canonical(&text) {
            Ok(result) => {
                prop_assert_eq!(&result, &naive(&Tree::parse(text.as_bytes())));
                prop_assert_eq!(canonical(&result).unwrap(), result);
                prop_assert!(refused.iter().all(|(is_there, _)| !is_there));
            }
            Err(error) => prop_assert!(refused.contains(&(true, error.code))),
        }
    }

    #[test]
    fn a_double_comes_back_bit_for_bit(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        if value.is_finite() && value != 0.0 {
            let printed = canonical(&format!("{value:e}")).unwrap();
            prop_assert_eq!(printed.parse::<f64>().unwrap().to_bits(), bits);
        }
    }
}
