//! Every format, read and written.

use lanewise_error::{Error, ErrorCode};
use lanewise_msgpack::reader::{Item, Reader, Token};
use lanewise_msgpack::writer::{self, Float32};
use lanewise_msgpack::{Limits, Timestamp};

fn items(input: &[u8]) -> Vec<Item> {
    let mut reader = Reader::new(input, &Limits::default());
    std::iter::from_fn(|| reader.next().unwrap()).collect()
}

#[test]
fn reads_every_scalar_format() {
    let cases: &[(&[u8], Token)] = &[
        (b"\x00", Token::Uint(0)),
        (b"\x7f", Token::Uint(127)),
        (b"\xa2hi", Token::Str(1..3)),
        (b"\xa0", Token::Str(1..1)),
        (b"\xc0", Token::Nil),
        (b"\xc2", Token::Bool(false)),
        (b"\xc3", Token::Bool(true)),
        (b"\xc4\x02\xff\xfe", Token::Bin(2..4)),
        (b"\xc5\x00\x01\xff", Token::Bin(3..4)),
        (b"\xc6\x00\x00\x00\x00", Token::Bin(5..5)),
        (b"\xc7\x03\x05abc", Token::Ext(5, 3..6)),
        (b"\xc8\x00\x01\x80a", Token::Ext(-128, 4..5)),
        (b"\xc9\x00\x00\x00\x00\x7f", Token::Ext(127, 6..6)),
        (b"\xca\x3f\xc0\x00\x00", Token::F32(1.5)),
        (b"\xcb\xbf\xf8\x00\x00\x00\x00\x00\x00", Token::F64(-1.5)),
        (b"\xcc\xff", Token::Uint(255)),
        (b"\xcc\x00", Token::Uint(0)),
        (b"\xcd\xff\xfe", Token::Uint(0xfffe)),
        (b"\xce\xff\xff\xff\xfe", Token::Uint(0xffff_fffe)),
        (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xfe", Token::Uint(u64::MAX - 1)),
        (b"\xd0\x80", Token::Int(-128)),
        (b"\xd0\x7f", Token::Int(127)),
        (b"\xd1\x80\x00", Token::Int(i16::MIN.into())),
        (b"\xd2\x80\x00\x00\x00", Token::Int(i32::MIN.into())),
        (b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", Token::Int(i64::MIN)),
        (b"\xd4\x01a", Token::Ext(1, 2..3)),
        (b"\xd5\x01ab", Token::Ext(1, 2..4)),
        (b"\xd6\xff\x00\x00\x00\x01", Token::Ext(-1, 2..6)),
        (b"\xd7\x01abcdefgh", Token::Ext(1, 2..10)),
        (b"\xd8\x01abcdefghabcdefgh", Token::Ext(1, 2..18)),
        (b"\xd9\x03\xe2\x82\xac", Token::Str(2..5)),
        (b"\xda\x00\x01a", Token::Str(3..4)),
        (b"\xdb\x00\x00\x00\x01a", Token::Str(5..6)),
        (b"\xe0", Token::Int(-32)),
        (b"\xff", Token::Int(-1)),
    ];
    for (input, token) in cases {
        assert_eq!(items(input), [Item { offset: 0, is_key: false, token: token.clone() }], "{}", input.escape_ascii());
        for end in 0..input.len() {
            let cut = Reader::new(&input[..end], &Limits::default()).next();
            assert_eq!(cut, Err(Error::new(ErrorCode::MsgpackEnd, end)), "{}", input[..end].escape_ascii());
        }
    }
}

#[test]
fn reads_every_container_format() {
    for array in [&b"\x92"[..], b"\xdc\x00\x02", b"\xdd\x00\x00\x00\x02"] {
        let tokens: Vec<_> = items(&[array, b"\x01\x90"].concat()).into_iter().map(|item| item.token).collect();
        assert_eq!(tokens, [Token::Array(2), Token::Uint(1), Token::Array(0), Token::ArrayEnd, Token::ArrayEnd]);
    }
    for map in [&b"\x81"[..], b"\xde\x00\x01", b"\xdf\x00\x00\x00\x01"] {
        let tokens: Vec<_> = items(&[map, b"\x01\x80"].concat()).into_iter().map(|item| item.token).collect();
        assert_eq!(tokens, [Token::Map(1), Token::Uint(1), Token::Map(0), Token::MapEnd, Token::MapEnd]);
    }
}

#[test]
fn says_of_each_item_where_it_is_and_whether_it_is_a_key() {
    let places: Vec<_> =
        items(b"\x82\xa1a\x92\x01\x02\x91\xc0\xc3").into_iter().map(|item| (item.offset, item.is_key, item.token)).collect();
    assert_eq!(
        places,
        [
            (0, false, Token::Map(2)),
            (1, true, Token::Str(2..3)),
            (3, false, Token::Array(2)),
            (4, false, Token::Uint(1)),
            (5, false, Token::Uint(2)),
            (6, false, Token::ArrayEnd),
            (6, true, Token::Array(1)),
            (7, false, Token::Nil),
            (8, false, Token::ArrayEnd),
            (8, false, Token::Bool(true)),
            (9, false, Token::MapEnd),
        ]
    );
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = b"+".to_vec();
    write(&mut out);
    assert_eq!(out.remove(0), b'+');
    out
}

#[test]
fn integers_take_the_smallest_format() {
    let cases: &[(i128, &[u8])] = &[
        (0, b"\x00"),
        (127, b"\x7f"),
        (128, b"\xcc\x80"),
        (255, b"\xcc\xff"),
        (256, b"\xcd\x01\x00"),
        (65_535, b"\xcd\xff\xff"),
        (65_536, b"\xce\x00\x01\x00\x00"),
        (u32::MAX as i128, b"\xce\xff\xff\xff\xff"),
        (u32::MAX as i128 + 1, b"\xcf\x00\x00\x00\x01\x00\x00\x00\x00"),
        (i64::MAX as i128, b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
        (u64::MAX as i128, b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
        (-1, b"\xff"),
        (-32, b"\xe0"),
        (-33, b"\xd0\xdf"),
        (-128, b"\xd0\x80"),
        (-129, b"\xd1\xff\x7f"),
        (-32_768, b"\xd1\x80\x00"),
        (-32_769, b"\xd2\xff\xff\x7f\xff"),
        (i32::MIN as i128, b"\xd2\x80\x00\x00\x00"),
        (i32::MIN as i128 - 1, b"\xd3\xff\xff\xff\xff\x7f\xff\xff\xff"),
        (i64::MIN as i128, b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
    ];
    for &(value, bytes) in cases {
        if let Ok(value) = u64::try_from(value) {
            assert_eq!(written(|out| writer::uint(out, value)), bytes);
        }
        if let Ok(value) = i64::try_from(value) {
            assert_eq!(written(|out| writer::int(out, value)), bytes);
        }
    }
}

#[test]
fn a_float_takes_four_bytes_only_when_they_keep_it() {
    let exact = [0.0, -0.0, 1.5, -2.0, f64::from(f32::MAX), f64::from(f32::from_bits(1)), f64::INFINITY, f64::NEG_INFINITY];
    for value in exact {
        let bytes = written(|out| writer::float(out, value, Float32::Exact));
        assert_eq!(bytes, [&[0xca], &(value as f32).to_be_bytes()[..]].concat());
        let Token::F32(read) = items(&bytes)[0].token else { panic!("{value}") };
        assert_eq!(f64::from(read).to_bits(), value.to_bits());
    }
    let inexact = [0.1, 1e39, f64::from(f32::MAX) * 2.0, 16_777_217.0, 5e-324];
    for value in inexact.into_iter().chain(exact) {
        let float32 = if inexact.contains(&value) { Float32::Exact } else { Float32::Never };
        assert_eq!(written(|out| writer::float(out, value, float32)), [&[0xcb], &value.to_be_bytes()[..]].concat());
    }
}

#[test]
fn there_is_one_nan() {
    for nan in [f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001), f64::from_bits(u64::MAX)] {
        assert_eq!(written(|out| writer::float(out, nan, Float32::Exact)), b"\xca\x7f\xc0\x00\x00");
        assert_eq!(written(|out| writer::float(out, nan, Float32::Never)), b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00");
    }
}

#[test]
fn lengths_take_the_smallest_header() {
    let check = |bytes: Vec<u8>, header: &[u8], length: usize| {
        assert_eq!(bytes[..header.len()], *header, "{length}");
        assert_eq!(bytes.len(), header.len() + length);
    };
    let data = vec![b'x'; 65_536];
    let str = |length| written(|out| writer::str(out, &data[..length]).unwrap());
    check(str(0), b"\xa0", 0);
    check(str(31), b"\xbf", 31);
    check(str(32), b"\xd9\x20", 32);
    check(str(255), b"\xd9\xff", 255);
    check(str(256), b"\xda\x01\x00", 256);
    check(str(65_535), b"\xda\xff\xff", 65_535);
    check(str(65_536), b"\xdb\x00\x01\x00\x00", 65_536);
    let bin = |length| written(|out| writer::bin(out, &data[..length]).unwrap());
    check(bin(0), b"\xc4\x00", 0);
    check(bin(255), b"\xc4\xff", 255);
    check(bin(256), b"\xc5\x01\x00", 256);
    check(bin(65_535), b"\xc5\xff\xff", 65_535);
    check(bin(65_536), b"\xc6\x00\x01\x00\x00", 65_536);
    let ext = |length| written(|out| writer::ext(out, -7, &data[..length]).unwrap());
    for (length, header) in [(1, 0xd4), (2, 0xd5), (4, 0xd6), (8, 0xd7), (16, 0xd8)] {
        check(ext(length), &[header, 0xf9], length);
    }
    for length in [0, 3, 5, 7, 9, 15, 17, 255] {
        check(ext(length), &[0xc7, length as u8, 0xf9], length);
    }
    check(ext(256), b"\xc8\x01\x00\xf9", 256);
    check(ext(65_535), b"\xc8\xff\xff\xf9", 65_535);
    check(ext(65_536), b"\xc9\x00\x01\x00\x00\xf9", 65_536);
    let array = |count| written(|out| writer::array(out, count));
    let map = |count| written(|out| writer::map(out, count));
    for (count, array_header, map_header) in [
        (0, &b"\x90"[..], &b"\x80"[..]),
        (15, b"\x9f", b"\x8f"),
        (16, b"\xdc\x00\x10", b"\xde\x00\x10"),
        (65_535, b"\xdc\xff\xff", b"\xde\xff\xff"),
        (65_536, b"\xdd\x00\x01\x00\x00", b"\xdf\x00\x01\x00\x00"),
        (u32::MAX, b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff"),
    ] {
        assert_eq!((&array(count)[..], &map(count)[..]), (array_header, map_header));
    }
}

#[test]
fn a_timestamp_takes_the_smallest_form_and_is_read_back() {
    for (seconds, nanoseconds, length) in [
        (0, 0, 6),
        (u32::MAX.into(), 0, 6),
        (0, 1, 10),
        (i64::from(u32::MAX) + 1, 0, 10),
        ((1 << 34) - 1, 999_999_999, 10),
        (1 << 34, 0, 15),
        (-1, 0, 15),
        (-1, 999_999_999, 15),
        (i64::MIN, 5, 15),
        (i64::MAX, 999_999_999, 15),
    ] {
        let timestamp = Timestamp { seconds, nanoseconds };
        let bytes = written(|out| writer::timestamp(out, timestamp).unwrap());
        assert_eq!(bytes.len(), length, "{timestamp:?}");
        let Token::Ext(Timestamp::EXTENSION, data) = items(&bytes)[0].token.clone() else { panic!("{timestamp:?}") };
        assert_eq!(Timestamp::read(&bytes[data]), Some(timestamp));
    }
    let mut out = b"kept".to_vec();
    let refused = writer::timestamp(&mut out, Timestamp { seconds: 0, nanoseconds: 1_000_000_000 });
    assert_eq!((refused, &out[..]), (Err(Error::nowhere(ErrorCode::MsgpackRange)), &b"kept"[..]));
}

#[test]
fn nil_and_booleans_are_one_byte() {
    assert_eq!(written(writer::nil), b"\xc0");
    assert_eq!(written(|out| writer::bool(out, false)), b"\xc2");
    assert_eq!(written(|out| writer::bool(out, true)), b"\xc3");
}
