//! Every instruction set against a conversion event by event.

use super::*;
use lanewise_error::Error;
use lanewise_json::reader::{Event, RawString, Reader};
use lanewise_json::{LoneSurrogate, unescape};
use lanewise_msgpack::writer;
use lanewise_simd::available;
use proptest::prelude::*;

/// The conversion as the documentation of [`from_json`] says it, in two passes over the events of the reader.
fn naive(input: &[u8], options: &FromJson) -> Result<Vec<u8>, Error> {
    let limits = Limits { depth_max: options.depth_max, duplicate_keys: DuplicateKeys::Last };
    let mut counts = children(input, &limits)?.into_iter();
    let mut reader = Reader::new(input, &limits);
    let mut out = Vec::new();
    while let Some(event) = reader.next()? {
        match event {
            Event::ObjectStart => writer::map(&mut out, counts.next().unwrap()),
            Event::ArrayStart => writer::array(&mut out, counts.next().unwrap()),
            Event::Key(RawString { range, .. }) | Event::String(RawString { range, .. }) => {
                let mut text = Vec::new();
                unescape(&input[range], LoneSurrogate::Replace, &mut text);
                writer::str(&mut out, &text)?;
            }
            Event::Number(range) => naive_number(core::str::from_utf8(&input[range]).unwrap(), options.float32, &mut out),
            Event::Bool(value) => writer::bool(&mut out, value),
            Event::Null => writer::nil(&mut out),
            Event::ObjectEnd | Event::ArrayEnd => {}
        }
    }
    Ok(out)
}

/// The number of children of each container, in the order of their beginnings.
fn children(input: &[u8], limits: &Limits) -> Result<Vec<u32>, Error> {
    let (mut counts, mut open): (Vec<u32>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(input, limits);
    while let Some(event) = reader.next()? {
        let is_child = !matches!(event, Event::Key(_) | Event::ObjectEnd | Event::ArrayEnd);
        if let Some(&parent) = open.last().filter(|_| is_child) {
            counts[parent] += 1;
        }
        match event {
            Event::ObjectStart | Event::ArrayStart => {
                open.push(counts.len());
                counts.push(0);
            }
            Event::ObjectEnd | Event::ArrayEnd => drop(open.pop()),
            _ => {}
        }
    }
    Ok(counts)
}

fn naive_number(spelling: &str, float32: Float32, out: &mut Vec<u8>) {
    if spelling != "-0"
        && let Ok(value) = spelling.parse()
    {
        return writer::uint(out, value);
    }
    if spelling != "-0"
        && let Ok(value) = spelling.parse()
    {
        return writer::int(out, value);
    }
    let value: f64 = spelling.parse().unwrap();
    let is_safe = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_991.0;
    if is_safe && value.to_bits() != (-0.0_f64).to_bits() { writer::int(out, value as i64) } else { writer::float(out, value, float32) }
}

/// Compares every instruction set with the naive conversion; says whether the input is JSON.
fn assert_agrees(input: &[u8], options: &FromJson) -> bool {
    let expected = naive(input, options);
    for kernels in available() {
        let mut out = b"kept".to_vec();
        let result = from_json_by(kernels, input, options, &mut Memory::default(), &mut out).map(|()| out.split_off(4));
        assert_eq!(out, b"kept");
        assert!(result == expected, "{}: {}", kernels.name(), input.escape_ascii());
    }
    expected.is_ok()
}

/// Pieces of texts: what comes of them is seldom JSON, but often nearly.
const PIECES: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"a\":",
    "\"key\" : ",
    "[]",
    "{}",
    "1",
    "-",
    "0",
    "0.5",
    ".5",
    "1e9",
    "e",
    "-12.75E-2",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "3.14159265358979323846",
    "1e400",
    "true",
    "false",
    "null",
    "nul",
    "\"",
    "\\",
    "\\u",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\n",
    " ",
    "\n  ",
    "\t",
    "\r\n",
    "\u{1}",
    "é",
    "Привет, мир",
    "😀",
    "\"x\"",
    "a string that is longer than one block of sixty-four bytes, to be sure of it",
    "                                        ",
];

#[test]
fn strings_of_every_length_at_every_place_of_a_block() {
    for before in 0..=BLOCK {
        for length in [0, 1, 15, 30, 31, 32, 33, 62, 63, 64, 65, 127, 128, 129, 254, 255, 256, 257] {
            for content in ["x", "\\n", "é", "\\u00e9", "\\ud83d\\ude00", "x\\"] {
                let mut text = content.repeat(length);
                text.push_str("z".repeat(text.len() % 2).as_str());
                let input = format!("[{}\"{text}\",\"{text}\"{}]", " ".repeat(before), " ".repeat(before));
                assert_agrees(input.as_bytes(), &FromJson::default());
            }
        }
    }
}

#[test]
fn every_cut_and_every_byte_of_a_text() {
    let text = "{\"a\":[1,-2.5e3,\"b\\n\\u00e9\\ud83d\\ude00é\",true,false,null,{}],\r\n \"long enough for a second block, which begins in here\": [[[\"\"]]] } ";
    assert!(assert_agrees(text.as_bytes(), &FromJson::default()));
    for at in 0..text.len() {
        assert_agrees(&text.as_bytes()[..at], &FromJson::default());
        for byte in [b'"', b'\\', b'{', b']', b',', b':', b'0', b'.', b'e', b'-', b' ', b'x', 0, 0x1f, 0x80, 0xc3, 0xff] {
            let mut spoilt = text.as_bytes().to_vec();
            spoilt[at] = byte;
            assert_agrees(&spoilt, &FromJson::default());
        }
    }
}

#[test]
fn all_short_texts_of_a_few_tokens() {
    const TOKENS: [&str; 10] = ["[", "]", "{", "}", ",", ":", "\"\"", "1", " ", "true"];
    let mut count = 0;
    for length in 0..=5_u32 {
        for number in 0..TOKENS.len().pow(length) {
            let text: String = (0..length).map(|place| TOKENS[number / TOKENS.len().pow(place) % TOKENS.len()]).collect();
            count += usize::from(assert_agrees(text.as_bytes(), &FromJson { depth_max: 3, ..FromJson::default() }));
        }
    }
    assert!(count > 100, "{count}");
}

fn value() -> impl Strategy<Value = String> {
    let string = "\"([a-zé😀 ,:\\[{]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}){0,90}\"";
    let number = "-?(0|[1-9][0-9]{0,22})(\\.[0-9]{1,22})?([eE][+-]?[0-9]{1,3})?";
    let space = "[ \n\t\r]{0,3}| {0,80}";
    let scalar = prop_oneof![2 => string, 2 => number, 1 => prop::sample::select(vec!["true", "false", "null"]).prop_map(String::from)];
    scalar.prop_recursive(6, 80, 20, move |inner| {
        let member = (string, inner.clone(), space).prop_map(|(key, value, space)| format!("{key}{space}:{space}{value}"));
        prop_oneof![
            (prop::collection::vec(inner, 0..20), space)
                .prop_map(|(elements, space)| format!("[{space}{}{space}]", elements.join(&format!("{space},{space}")))),
            (prop::collection::vec(member, 0..20), space)
                .prop_map(|(members, space)| format!("{{{space}{}{space}}}", members.join(&format!("{space},{space}")))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_become_what_their_events_say(text in value(), never in any::<bool>(), depth_max in prop_oneof![3 => Just(DEPTH_MAX), 1 => 0..4_u32]) {
        let float32 = if never { Float32::Never } else { Float32::Exact };
        prop_assert_eq!(assert_agrees(text.as_bytes(), &FromJson { depth_max, float32 }), depth_max == DEPTH_MAX || naive(text.as_bytes(), &FromJson { depth_max, float32 }).is_ok());
    }

    #[test]
    fn a_spoilt_value_has_the_error_of_the_reader(text in value(), at in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..3) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        match kind {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => bytes.truncate(at),
        }
        assert_agrees(&bytes, &FromJson::default());
    }

    #[test]
    fn pieces_of_texts_agree(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40), depth_max in 0..5_u32) {
        let inside = pieces.concat();
        let options = FromJson { depth_max, ..FromJson::default() };
        assert_agrees(inside.as_bytes(), &options);
        assert_agrees(format!("[{}]", pieces.join(",")).as_bytes(), &options);
        assert_agrees(format!("[\"{inside}\"]").as_bytes(), &options);
    }
}
