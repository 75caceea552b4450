//! What is valid and what it means: rmpv says. Where an error is: a law that every offset must keep.

use lanewise_error::ErrorCode;
use lanewise_msgpack::reader::{Reader, Token};
use lanewise_msgpack::writer::{self, Float32};
use lanewise_msgpack::{Limits, validate};
use proptest::prelude::*;
use rmpv::{Integer, Value};

fn value() -> impl Strategy<Value = Value> {
    let bytes = || prop_oneof![9 => prop::collection::vec(any::<u8>(), 0..40), 1 => prop::collection::vec(any::<u8>(), 250..300)];
    let scalar = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_flat_map(|value| (0..64_u32).prop_map(move |shift| Value::from(value >> shift))),
        any::<i64>().prop_flat_map(|value| (0..64_u32).prop_map(move |shift| Value::from(value >> shift))),
        any::<f32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        bytes().prop_map(Value::from),
        (0..=127_i8, bytes()).prop_map(|(kind, data)| Value::Ext(kind, data)),
    ];
    scalar.prop_recursive(4, 40, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner), 0..20).prop_map(Value::Map),
        ]
    })
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    rmpv::encode::write_value(&mut out, value).unwrap();
    out
}

/// The value of all of `input`, as rmpv reads it.
fn decoded(mut input: &[u8]) -> Option<Value> {
    let value = rmpv::decode::read_value(&mut input).ok()?;
    input.is_empty().then_some(value)
}

/// Reads `input` and writes it again, each value in its smallest format.
fn rewritten(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut reader = Reader::new(input, &Limits { invalid_utf8: true, ..Limits::default() });
    while let Some(item) = reader.next().unwrap() {
        match item.token {
            Token::Nil => writer::nil(&mut out),
            Token::Bool(value) => writer::bool(&mut out, value),
            Token::Uint(value) => writer::uint(&mut out, value),
            Token::Int(value) => writer::int(&mut out, value),
            // The writer knows one NaN, rmpv keeps each.
            Token::F32(value) if value.is_nan() => out.extend_from_slice(&input[item.offset..reader.offset()]),
            Token::F32(value) => writer::float(&mut out, value.into(), Float32::Exact),
            Token::F64(value) if value.is_nan() => out.extend_from_slice(&input[item.offset..reader.offset()]),
            Token::F64(value) => writer::float(&mut out, value, Float32::Never),
            // rmpv writes a string that is no UTF-8 as binary.
            Token::Str(range) if core::str::from_utf8(&input[range.clone()]).is_err() => writer::bin(&mut out, &input[range]).unwrap(),
            Token::Str(range) => writer::str(&mut out, &input[range]).unwrap(),
            Token::Bin(range) => writer::bin(&mut out, &input[range]).unwrap(),
            Token::Ext(kind, range) => writer::ext(&mut out, kind, &input[range]).unwrap(),
            Token::Array(count) => writer::array(&mut out, count),
            Token::Map(count) => writer::map(&mut out, count),
            Token::ArrayEnd | Token::MapEnd => {}
        }
    }
    out
}

/// Headers, whole values and halves of them.
const PIECES: &[&[u8]] = &[
    b"\x00",
    b"\x7f",
    b"\x80",
    b"\x81",
    b"\x82",
    b"\x90",
    b"\x91",
    b"\x93",
    b"\xa0",
    b"\xa1",
    b"\xa2",
    b"\xa1a",
    b"\xc0",
    b"\xc1",
    b"\xc2",
    b"\xc3",
    b"\xc4",
    b"\xc4\x01",
    b"\xc5\x00\x01",
    b"\xc6\x00\x00\x00\x02",
    b"\xc7\x04\xff",
    b"\xc7\x01",
    b"\xc8\x00\x02\x05",
    b"\xc9\x00\x00\x00\x01\x05",
    b"\xca",
    b"\xcb",
    b"\xcc",
    b"\xcd",
    b"\xce",
    b"\xcf",
    b"\xd0",
    b"\xd1",
    b"\xd2",
    b"\xd3",
    b"\xd4",
    b"\xd5\x01",
    b"\xd6\xff",
    b"\xd7\xff",
    b"\xd7\xff\x00\x00\x00",
    b"\xd8",
    b"\xd9\x02",
    b"\xda\x00\x03",
    b"\xdb\x00\x00\x00\x01",
    b"\xdc\x00\x02",
    b"\xdd\x00\x00\x00\x01",
    b"\xde\x00\x01",
    b"\xdf\x00\x00\x00\x01",
    b"\xe0",
    b"\xff",
    "é".as_bytes(),
    "😀".as_bytes(),
    b"\xe2\x82",
    b"\xed\xa0\x80",
    b"abcd",
];

fn soup() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat())
}

fn is_open(input: &[u8], limits: &Limits) -> bool {
    match validate(input, limits) {
        Ok(()) => true,
        Err(error) => error.code == ErrorCode::MsgpackEnd && error.offset == input.len(),
    }
}

/// Nothing fails before the offset of the error; with its byte, the kinds that need no more do.
fn assert_offset_law(input: &[u8], limits: &Limits) {
    let error = validate(input, limits).err();
    let offset = error.map_or(input.len(), |error| error.offset);
    for end in 0..=offset {
        assert!(is_open(&input[..end], limits), "{} fails before {offset}", input[..end].escape_ascii());
    }
    let Some(error) = error else { return };
    match error.code {
        ErrorCode::MsgpackEnd => assert_eq!(offset, input.len()),
        ErrorCode::MsgpackTimestamp => assert!(matches!(input[offset], 0xc7..=0xc9 | 0xd4..=0xd8)),
        ErrorCode::Utf8 => assert!(!input[offset].is_ascii()),
        _ => assert_eq!(validate(&input[..=offset], limits), Err(error), "{}", input.escape_ascii()),
    }
}

/// Appends what may follow until the value is complete; gives up on a count that would take thousands of bytes.
fn complete(input: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let mut input = input.to_vec();
    for _ in 0..2_000 {
        if validate(&input, limits).is_ok() {
            return Some(input);
        }
        let next = [0x00, 0xa0, 0x80, 0x90, 0xff].into_iter().find(|&byte| {
            input.push(byte);
            let is_open = is_open(&input, limits);
            input.pop();
            is_open
        });
        input.push(next.unwrap_or_else(|| panic!("nothing can follow {}", input.escape_ascii())));
    }
    None
}

/// rmpv takes 0xc1 for nil and knows no timestamps, but it knows everything else.
fn assert_agrees(input: &[u8]) {
    let lenient = Limits { invalid_utf8: true, ..Limits::default() };
    match validate(input, &lenient) {
        Ok(()) => assert_eq!(decoded(input).map(|value| encoded(&value)), Some(rewritten(input)), "{}", input.escape_ascii()),
        Err(error) if matches!(error.code, ErrorCode::MsgpackReserved | ErrorCode::MsgpackTimestamp) => {}
        Err(_) => assert_eq!(decoded(input), None, "{}", input.escape_ascii()),
    }
    for string_keys in [false, true] {
        for invalid_utf8 in [false, true] {
            for depth_max in [2, 1024] {
                assert_offset_law(input, &Limits { depth_max, string_keys, invalid_utf8 });
            }
        }
    }
}

#[test]
fn agrees_on_every_input_of_two_bytes_and_of_three_pieces() {
    for first in 0..=255 {
        assert_agrees(&[first]);
        for second in 0..=255 {
            assert_agrees(&[first, second]);
        }
    }
    for first in PIECES {
        for second in PIECES {
            for third in PIECES {
                assert_agrees(&[*first, second, third].concat());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn reads_and_writes_what_rmpv_writes(value in value()) {
        let bytes = encoded(&value);
        prop_assert_eq!(validate(&bytes, &Limits::default()), Ok(()));
        prop_assert_eq!(rewritten(&bytes), bytes);
    }

    #[test]
    fn every_truncation_ends_early_at_its_length(value in value()) {
        let bytes = encoded(&value);
        for end in (0..bytes.len()).rev().take(200) {
            prop_assert_eq!(validate(&bytes[..end], &Limits::default()), Err(lanewise_error::Error::new(ErrorCode::MsgpackEnd, end)));
        }
    }

    #[test]
    fn agrees_on_pieces(input in soup()) {
        assert_agrees(&input);
    }

    #[test]
    fn agrees_on_any_bytes(input in prop::collection::vec(any::<u8>(), 0..30)) {
        assert_agrees(&input);
    }

    #[test]
    fn agrees_one_mutation_away_from_a_value(value in value(), at in any::<prop::sample::Index>(), piece in prop::sample::select(PIECES), delete in 0..4_usize) {
        let mut input = encoded(&value);
        input.truncate(100);
        let start = at.index(input.len() + 1);
        let end = input.len().min(start + delete);
        input.splice(start..end, piece.iter().copied());
        assert_agrees(&input);
    }

    #[test]
    fn whatever_ends_early_can_be_completed(input in soup(), string_keys in any::<bool>(), invalid_utf8 in any::<bool>()) {
        let limits = Limits { depth_max: 20, string_keys, invalid_utf8 };
        if is_open(&input, &limits) && let Some(whole) = complete(&input, &limits) {
            prop_assert!(decoded(&whole).is_some());
        }
    }

    #[test]
    fn integers_keep_their_value(value in any::<i64>(), shift in 0..64_u32) {
        let mut out = Vec::new();
        writer::int(&mut out, value >> shift);
        prop_assert_eq!(decoded(&out), Some(Value::Integer(Integer::from(value >> shift))));
    }
}
