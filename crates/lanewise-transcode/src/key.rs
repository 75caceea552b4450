//! The names of map keys that are no strings.

use crate::timestamp::push_rfc3339;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use lanewise_msgpack::{
    Limits, Timestamp,
    reader::{Reader, Token},
};
use std::io::Write as _;

/// Appends the text of `key`, a whole key: the name that `nonStringKeys: 'stringify'` gives it.
///
/// That is its JSON text, binary in base64 and a timestamp in RFC 3339 without quotes; `NaN`, `Infinity` and `-Infinity`, and a timestamp
/// outside the years 0000 to 9999 as any other extension. Of a string it is the text itself. An array or a map, which has no name, gives nothing.
pub(crate) fn push_key(key: &[u8], out: &mut Vec<u8>) {
    let limits = Limits { invalid_utf8: true, ..Limits::default() };
    let Ok(Some(item)) = Reader::new(key, &limits).next() else { return };
    match item.token {
        Token::Nil => out.extend_from_slice(b"null"),
        Token::Bool(value) => write(out, value),
        Token::Uint(value) => write(out, value),
        Token::Int(value) => write(out, value),
        Token::F32(value) => push_float(f64::from(value), out),
        Token::F64(value) => push_float(value, out),
        Token::Str(range) => out.extend_from_slice(&key[range]),
        Token::Bin(range) => write(out, Base64Display::new(&key[range], &STANDARD)),
        Token::Ext(kind, range) => push_extension(kind, &key[range], out),
        Token::Array(_) | Token::ArrayEnd | Token::Map(_) | Token::MapEnd => {}
    }
}

fn push_float(value: f64, out: &mut Vec<u8>) {
    if value == 0.0 && value.is_sign_negative() {
        out.push(b'-');
    }
    // Of what is not finite too.
    out.extend_from_slice(ryu_js::Buffer::new().format(value).as_bytes());
}

fn push_extension(kind: i8, data: &[u8], out: &mut Vec<u8>) {
    let moment = if kind == Timestamp::EXTENSION { Timestamp::read(data) } else { None };
    if moment.and_then(|moment| push_rfc3339(moment, out)).is_none() {
        write(out, format_args!(r#"{{"$ext":{kind},"data":"{}"}}"#, Base64Display::new(data, &STANDARD)));
    }
}

fn write(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("a vector takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_text_that_javascript_gives_it() {
        let cases: &[(&[u8], &str)] = &[
            (b"\xc0", "null"),
            (b"\xc2", "false"),
            (b"\xc3", "true"),
            (b"\x07", "7"),
            (b"\xff", "-1"),
            (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
            (b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808"),
            (b"\xca\x3f\x00\x00\x00", "0.5"),
            (b"\xca\x3d\xcc\xcc\xcd", "0.10000000149011612"),
            (b"\xcb\x44\xb5\x2d\x02\xc7\xe1\x4a\xf6", "1e+23"),
            (b"\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00", "1"),
            (b"\xcb\x80\x00\x00\x00\x00\x00\x00\x00", "-0"),
            (b"\xca\x7f\xc0\x00\x00", "NaN"),
            (b"\xca\x7f\x80\x00\x00", "Infinity"),
            (b"\xca\xff\x80\x00\x00", "-Infinity"),
            (b"\xa2hi", "hi"),
            (b"\xc4\x02hi", "aGk="),
            (b"\xc4\x00", ""),
            (b"\xd6\xff\x00\x00\x00\x00", "1970-01-01T00:00:00Z"),
            (b"\xc7\x0c\xff\x00\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff", r#"{"$ext":-1,"data":"AAAAAH//////////"}"#),
            (b"\xd4\x05\xff", r#"{"$ext":5,"data":"/w=="}"#),
            (b"\x90", ""),
        ];
        for &(key, text) in cases {
            let mut out = Vec::new();
            push_key(key, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
