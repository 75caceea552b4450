//! Every instruction set against a conversion item by item.

use super::*;
use crate::timestamp::push_rfc3339;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lanewise_json::push_string;
use lanewise_msgpack::reader::Item;
use lanewise_msgpack::writer;
use lanewise_simd::available;
use proptest::prelude::*;

/// The conversion as the documentation of [`to_json`] says it.
fn naive(input: &[u8], options: &ToJson) -> Result<Vec<u8>, Error> {
    let limits = Limits { depth_max: options.depth_max, string_keys: options.non_string_keys == NonStringKeys::Error, invalid_utf8: false };
    let mut reader = Reader::new(input, &limits);
    let mut out = Vec::new();
    while let Some(item) = reader.next().map_err(key_is_not_json)? {
        let is_end = matches!(item.token, Token::ArrayEnd | Token::MapEnd);
        if !is_end && !matches!(out.last(), None | Some(b'[' | b'{' | b':')) {
            out.push(b',');
        }
        let text = naive_text(input, &item).ok_or(Error::new(ErrorCode::MsgpackNotJson, item.offset))?;
        match item.is_key {
            true if text.starts_with(b"[") || text.starts_with(b"{") && !text.ends_with(b"}") => {
                return Err(Error::new(ErrorCode::MsgpackNotJson, item.offset));
            }
            true if !text.starts_with(b"\"") => push_string(&text, &mut out),
            _ => out.extend(text),
        }
        if item.is_key {
            out.push(b':');
        }
    }
    Ok(out)
}

fn rfc3339(timestamp: Timestamp) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    push_rfc3339(timestamp, &mut out).map(|()| out)
}

fn naive_text(input: &[u8], item: &Item) -> Option<Vec<u8>> {
    let quoted = |text: &[u8]| {
        let mut out = Vec::new();
        push_string(text, &mut out);
        out
    };
    Some(match &item.token {
        Token::Nil => b"null".to_vec(),
        Token::Bool(value) => value.to_string().into_bytes(),
        Token::Uint(value) => value.to_string().into_bytes(),
        Token::Int(value) => value.to_string().into_bytes(),
        Token::F32(value) => naive_float((*value).into())?,
        Token::F64(value) => naive_float(*value)?,
        Token::Str(range) => quoted(&input[range.clone()]),
        Token::Bin(range) => format!("\"{}\"", encoded(&input[range.clone()])).into_bytes(),
        Token::Ext(-1, range) => quoted(&rfc3339(Timestamp::read(&input[range.clone()])?)?),
        Token::Ext(kind, range) => format!("{{\"$ext\":{kind},\"data\":\"{}\"}}", encoded(&input[range.clone()])).into_bytes(),
        Token::Array(_) => b"[".to_vec(),
        Token::ArrayEnd => b"]".to_vec(),
        Token::Map(_) => b"{".to_vec(),
        Token::MapEnd => b"}".to_vec(),
    })
}

fn naive_float(value: f64) -> Option<Vec<u8>> {
    let sign = if value == 0.0 && value.is_sign_negative() { "-" } else { "" };
    value.is_finite().then(|| format!("{sign}{}", ryu_js::Buffer::new().format(value)).into_bytes())
}

fn encoded(data: &[u8]) -> String {
    let mut text = vec![0; data.len().div_ceil(3) * 4];
    STANDARD.encode_slice(data, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn assert_agrees(input: &[u8], options: &ToJson) -> bool {
    let expected = naive(input, options);
    for kernels in available() {
        let mut out = b"kept".to_vec();
        let result = to_json_by(kernels, input, options, &mut Vec::new(), &mut out).map(|()| out.split_off(4));
        assert_eq!(out, b"kept");
        assert!(result == expected, "{}: {} {result:?} {expected:?}", kernels.name(), input.escape_ascii());
    }
    expected.is_ok()
}

/// Any value, in formats of any width.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let bytes = |size: std::ops::Range<usize>| prop::collection::vec(any::<u8>(), size);
    let header = prop_oneof![(0..=0x7f_u8), Just(0xc0), Just(0xc2), Just(0xc3), 0xe0..=0xff_u8].prop_map(|byte| vec![byte]);
    let number = (0xca..=0xd3_u8, any::<[u8; 8]>()).prop_map(|(header, data)| {
        let size = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8][usize::from(header - 0xca)];
        [&[header], &data[..size]].concat()
    });
    let extension = (any::<i8>(), bytes(0..40), any::<bool>()).prop_map(|(kind, data, is_timestamp)| {
        let mut out = Vec::new();
        writer::ext(&mut out, if is_timestamp { -1 } else { kind }, &data).unwrap();
        out
    });
    let timestamp = (any::<i64>(), 0..1_000_000_000_u32, 0..64).prop_map(|(seconds, nanoseconds, shift)| {
        let mut out = Vec::new();
        writer::timestamp(&mut out, Timestamp { seconds: seconds >> shift, nanoseconds }).unwrap();
        out
    });
    let binary = bytes(0..80).prop_map(|data| {
        let mut out = Vec::new();
        writer::bin(&mut out, &data).unwrap();
        out
    });
    let scalar = prop_oneof![2 => header, 2 => number, 1 => extension, 1 => timestamp, 1 => binary, 3 => string()];
    scalar.prop_recursive(5, 60, 18, |inner| {
        let key = prop_oneof![9 => string(), 1 => inner.clone()];
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..18), 0..3_u8).prop_map(|(elements, width)| container(
                0x90,
                0xdc,
                elements.len(),
                width,
                elements.concat()
            )),
            (prop::collection::vec((key, inner), 0..18), 0..3_u8).prop_map(|(members, width)| {
                let body = members.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect::<Vec<_>>().concat();
                container(0x80, 0xde, members.len(), width, body)
            }),
        ]
    })
}

fn container(fixed: u8, headed: u8, count: usize, width: u8, body: Vec<u8>) -> Vec<u8> {
    let header = match width {
        0 if count < 16 => vec![fixed | count as u8],
        0 | 1 => [&[headed][..], &(count as u16).to_be_bytes()].concat(),
        _ => [&[headed + 1][..], &(count as u32).to_be_bytes()].concat(),
    };
    [header, body].concat()
}

fn string() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof!["[a-z\"\\\\\\x00-\\x1f\\x7fé😀]{0,90}", "[ -~]{0,200}", "[а-я ]{0,80}"];
    (text, 0..4_u8).prop_map(|(text, width)| {
        let size = text.len();
        let header = match width {
            0 if size < 32 => vec![0xa0 | size as u8],
            0 | 1 if size < 256 => vec![0xd9, size as u8],
            0..=2 => [&[0xda][..], &(size as u16).to_be_bytes()].concat(),
            _ => [&[0xdb][..], &(size as u32).to_be_bytes()].concat(),
        };
        [header, text.into_bytes()].concat()
    })
}

fn options() -> impl Strategy<Value = ToJson> {
    let non_string_keys = prop::sample::select(vec![NonStringKeys::Error, NonStringKeys::Stringify]);
    (prop_oneof![3 => Just(DEPTH_MAX), 1 => 0..4_u32], non_string_keys)
        .prop_map(|(depth_max, non_string_keys)| ToJson { depth_max, non_string_keys })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_become_what_their_items_say(value in value(), options in options()) {
        assert_agrees(&value, &options);
    }

    #[test]
    fn a_spoilt_value_has_the_error_of_the_reader(mut value in value(), options in options(), at in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..3) {
        let at = at.index(value.len());
        match kind {
            0 => value[at] = byte,
            1 => value.insert(at, byte),
            _ => value.truncate(at),
        }
        assert_agrees(&value, &options);
    }

    #[test]
    fn any_bytes_agree(bytes in prop::collection::vec(any::<u8>(), 0..60), options in options()) {
        assert_agrees(&bytes, &options);
    }
}

#[test]
fn escapes_at_every_place_of_a_block() {
    for before in 0..=BLOCK {
        for length in [0, 1, 2, 63, 64, 65, 127, 128, 129] {
            for byte in [b'"', b'\\', 0, 0x1f, b'\n', b' ', 0x7f] {
                let mut text = vec![b'x'; before];
                text.push(byte);
                text.resize(before + 1 + length, b'y');
                let mut input = Vec::new();
                writer::array(&mut input, 2);
                writer::str(&mut input, &text).unwrap();
                writer::str(&mut input, &text).unwrap();
                assert!(assert_agrees(&input, &ToJson::default()));
            }
        }
    }
}

#[test]
fn a_sequence_never_goes_on_in_the_next_string() {
    for shift in 0..BLOCK {
        let mut input = vec![0x93, 0xd9, shift as u8];
        input.extend(vec![b'x'; shift]);
        input.extend([0xa1, 0xc3, 0xa1, 0xa9]);
        assert!(!assert_agrees(&input, &ToJson::default()));
    }
}

#[test]
fn floats_print_as_ecmascript_prints_them() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut out = Vec::new();
    let mut check = |value: f64| {
        out.clear();
        assert_eq!(push_float(&mut out, value).map(|()| out.clone()), naive_float(value), "{value:e}");
    };
    for _ in 0..200_000 {
        let bits = next();
        check(f64::from_bits(bits));
        check((bits >> 11) as f64 / (1_u64 << (next() % 60)) as f64);
        check((bits >> (next() % 64)) as f64);
        check(f64::from(f32::from_bits(bits as u32)));
        check((bits % 1_000_000_007) as f64 / 10_f64.powi((bits % 17) as i32));
    }
    for power in -30..30 {
        for value in [10_f64.powi(power), 10_f64.powi(power).next_up(), 10_f64.powi(power).next_down()] {
            check(value);
            check(-value);
        }
    }
    [0.0, -0.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NAN].into_iter().for_each(check);
}
