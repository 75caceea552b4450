//! Code and offset of each kind of error, and which of two comes first.

use lanewise_error::{Error, ErrorCode};
use lanewise_msgpack::reader::Reader;
use lanewise_msgpack::{Limits, validate};

const STRING_KEYS: Limits = Limits { depth_max: 2, string_keys: true, invalid_utf8: false };

#[test]
fn each_error_has_its_code_and_its_place() {
    use ErrorCode::*;
    let cases: &[(&[u8], ErrorCode, usize)] = &[
        (b"", MsgpackEnd, 0),
        (b"\x92\x01", MsgpackEnd, 2),
        (b"\x81\xa1a", MsgpackEnd, 3),
        (b"\xdd\xff\xff\xff\xff", MsgpackEnd, 5),
        (b"\xdf\xff\xff\xff\xff\x01", MsgpackEnd, 6),
        (b"\xdb\xff\xff\xff\xffa", MsgpackEnd, 6),
        (b"\xc6\xff\xff\xff\xffa", MsgpackEnd, 6),
        (b"\xc9\xff\xff\xff\xff\x01", MsgpackEnd, 6),
        (b"\xc1", MsgpackReserved, 0),
        (b"\x92\x01\xc1", MsgpackReserved, 2),
        // A count that cannot be met is no error before its elements run out.
        (b"\xdd\xff\xff\xff\xff\x01\xc1", MsgpackReserved, 6),
        (b"\x01\x02", MsgpackTrailing, 1),
        (b"\x90\xc1", MsgpackTrailing, 1),
        (b"\xa2h\xff", Utf8, 2),
        (b"\x92\xa1a\xa3\xe2\x82\x28", Utf8, 4),
        (b"\xa1\xe2", Utf8, 1),
        (b"\xa3\xed\xa0\x80", Utf8, 1),
        (b"\xd9\x05a\xff", Utf8, 3),
        (b"\xd9\x05a\xe2\x82", MsgpackEnd, 5),
        (b"\xd9\x03a\xe2", Utf8, 3),
        (b"\xd4\xff\x00", MsgpackTimestamp, 0),
        (b"\x91\xd5\xff\x00\x00", MsgpackTimestamp, 1),
        (b"\xc7\x00\xff", MsgpackTimestamp, 0),
        (b"\xc7\x05\xff", MsgpackTimestamp, 0),
        (b"\xd8\xff", MsgpackTimestamp, 0),
        (b"\xd7\xff\xff\xff\xff\xff\xff\xff\xff\xff", MsgpackTimestamp, 0),
        (b"\xd7\xff\xff", MsgpackTimestamp, 0),
        (b"\xd7\xff\xee\x6b\x27\xff", MsgpackEnd, 6),
        (b"\xc7\x0c\xff\x3b\x9a\xca\x00\x00\x00\x00\x00\x00\x00\x00\x00", MsgpackTimestamp, 0),
    ];
    for &(input, code, offset) in cases {
        for limits in [Limits::default(), Limits { depth_max: 1, ..Limits::default() }] {
            assert_eq!(validate(input, &limits), Err(Error::new(code, offset)), "{}", input.escape_ascii());
        }
    }
}

#[test]
fn a_timestamp_may_come_in_any_format_of_its_length() {
    for input in [
        &b"\xd6\xff\x00\x00\x00\x01"[..],
        b"\xc7\x04\xff\x00\x00\x00\x01",
        b"\xc8\x00\x04\xff\x00\x00\x00\x01",
        b"\xc9\x00\x00\x00\x04\xff\x00\x00\x00\x01",
    ] {
        assert_eq!(validate(input, &Limits::default()), Ok(()));
    }
}

#[test]
fn a_key_that_is_no_string_is_refused_at_its_header_on_demand() {
    let keys: &[&[u8]] = &[
        b"\x01",
        b"\xff",
        b"\xc0",
        b"\xc3",
        b"\xc4\x01a",
        b"\xca\x00\x00\x00\x00",
        b"\xcc\x01",
        b"\xd0\x01",
        b"\xd4\x01a",
        b"\xd6\xff\x00\x00\x00\x00",
        b"\x90",
        b"\x80",
        b"\xdc\x00\x00",
        b"\xdf\x00\x00\x00\x00",
    ];
    for key in keys {
        let input = [b"\x82\xa1a\xc0", *key, b"\xc0"].concat();
        assert_eq!(validate(&input, &Limits::default()), Ok(()), "{}", input.escape_ascii());
        // The header byte is enough to tell.
        for end in 5..=input.len() {
            assert_eq!(validate(&input[..end], &STRING_KEYS), Err(Error::new(ErrorCode::MsgpackKey, 4)));
        }
    }
    for key in [&b"\xa1k"[..], b"\xd9\x01k", b"\xda\x00\x01k", b"\xdb\x00\x00\x00\x01k"] {
        assert_eq!(validate(&[b"\x81", key, b"\x81\xa1x\x05"].concat(), &STRING_KEYS), Ok(()));
    }
}

#[test]
fn at_one_header_the_reserved_byte_wins_then_the_key_then_the_depth() {
    use ErrorCode::*;
    for (input, code) in [(&b"\x91\x81\xc1"[..], MsgpackReserved), (b"\x91\x81\x90", MsgpackKey), (b"\x91\x81\xd4\xff", MsgpackKey)] {
        assert_eq!(validate(input, &STRING_KEYS), Err(Error::new(code, 2)));
    }
    let lenient = Limits { string_keys: false, ..STRING_KEYS };
    assert_eq!(validate(b"\x91\x81\x90", &lenient), Err(Error::new(Depth, 2)));
    assert_eq!(validate(b"\x91\x91\xdd", &lenient), Err(Error::new(Depth, 2)));
    assert_eq!(validate(b"\x91\x91\xde\x00", &lenient), Err(Error::new(Depth, 2)));
}

#[test]
fn a_string_may_hold_anything_when_the_limits_allow_it() {
    let lenient = Limits { invalid_utf8: true, ..Limits::default() };
    for input in [&b"\xa1\xff"[..], b"\x81\xa2\xe2\x82\xd9\x01\x80"] {
        assert_eq!(validate(input, &lenient), Ok(()));
        assert_eq!(validate(input, &Limits::default()).map_err(|error| error.code), Err(ErrorCode::Utf8));
    }
    assert_eq!(validate(b"\xa5\xff", &lenient), Err(Error::new(ErrorCode::MsgpackEnd, 2)));
}

#[test]
fn gives_the_same_error_again() {
    for (input, code, offset) in [
        (&b"\x92\x01\xc1"[..], ErrorCode::MsgpackReserved, 2),
        (b"\x92\x01", ErrorCode::MsgpackEnd, 2),
        (b"\x01\x01", ErrorCode::MsgpackTrailing, 1),
    ] {
        let mut reader = Reader::new(input, &Limits::default());
        let first = std::iter::from_fn(|| reader.next().transpose()).find_map(Result::err);
        assert_eq!(first, Some(Error::new(code, offset)));
        assert_eq!(reader.next(), Err(Error::new(code, offset)));
    }
    let mut reader = Reader::new(b"\x01", &Limits::default());
    assert!(reader.next().unwrap().is_some());
    assert_eq!((reader.next(), reader.next()), (Ok(None), Ok(None)));
}
