//! JSON Pointer, compiled.

use crate::unescape::{push_char, push_surrogate};
use lanewise_error::{Error, ErrorCode};

const SLASH: u16 = b'/' as u16;
const TILDE: u16 = b'~' as u16;
const ZERO: u16 = b'0' as u16;
const ONE: u16 = b'1' as u16;

/// A JSON Pointer (RFC 6901), ready to be followed by [`get`](crate::get).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    pub(crate) tokens: Vec<Token>,
}

/// One reference token: a member's name and, where it spells one, an element's index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Unescaped, in WTF-8.
    pub(crate) name: Vec<u8>,
    pub(crate) index: Option<usize>,
}

impl Pointer {
    /// Compiles a pointer from its UTF-16 units. A lone surrogate is a unit like any other: it matches itself, escaped in a key.
    ///
    /// # Errors
    /// `LW_POINTER` at the offset, in units, of the first unit that cannot continue any pointer: 0 where a `/` is missing, that of
    /// the unit behind a `~` that is neither `0` nor `1`, the length where the pointer ends with a `~`.
    /// # Source
    /// RFC 6901 sections 3 and 4.
    /// # Examples
    /// ```
    /// use lanewise_json::Pointer;
    /// assert!(Pointer::parse("/a~1b/0".encode_utf16()).is_ok());
    /// assert_eq!(Pointer::parse("/a~b".encode_utf16()).unwrap_err().offset, 3);
    /// ```
    pub fn parse(units: impl Iterator<Item = u16>) -> Result<Self, Error> {
        let units: Vec<u16> = units.collect();
        match units.split_first() {
            None => Ok(Self { tokens: Vec::new() }),
            Some((&SLASH, rest)) => Ok(Self { tokens: parse_tokens(rest)? }),
            Some(_) => Err(malformed(0)),
        }
    }

    /// Compiles a pointer from WTF-8. The offset of an error is in bytes.
    pub(crate) fn from_wtf8(text: &[u8]) -> Result<Self, Error> {
        Self::parse(to_units(text).into_iter())
    }
}

fn malformed(offset: usize) -> Error {
    Error::new(ErrorCode::Pointer, offset)
}

/// The tokens of `units`, which is the pointer without its first slash.
fn parse_tokens(units: &[u16]) -> Result<Vec<Token>, Error> {
    let mut start = 1;
    units
        .split(|&unit| unit == SLASH)
        .map(|token| {
            let token_start = start;
            start += token.len() + 1;
            parse_token(token, token_start)
        })
        .collect()
}

/// The token `units`, which starts at offset `start` of the pointer.
fn parse_token(units: &[u16], start: usize) -> Result<Token, Error> {
    let mut plain = Vec::with_capacity(units.len());
    let mut rest = (start..).zip(units.iter().copied());
    while let Some((offset, unit)) = rest.next() {
        plain.push(match (unit, offset) {
            (TILDE, _) => match rest.next() {
                Some((_, ZERO)) => TILDE,
                Some((_, ONE)) => SLASH,
                _ => return Err(malformed(offset + 1)),
            },
            _ => unit,
        });
    }
    Ok(Token { name: to_wtf8(&plain), index: to_index(&plain) })
}

fn to_wtf8(units: &[u16]) -> Vec<u8> {
    let mut name = Vec::with_capacity(units.len());
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok(character) => push_char(character, &mut name),
            Err(error) => push_surrogate(error.unpaired_surrogate(), &mut name),
        }
    }
    name
}

/// The UTF-16 units of WTF-8.
fn to_units(text: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&lead) = rest.first() {
        let (size, bits) = match lead {
            0..0x80 => (1, lead),
            0x80..0xe0 => (2, lead & 0x1f),
            0xe0..0xf0 => (3, lead & 0xf),
            _ => (4, lead & 7),
        };
        let (character, behind) = rest.split_at(size.min(rest.len()));
        let point = character[1..].iter().fold(u32::from(bits), |point, &byte| point << 6 | u32::from(byte & 0x3f));
        match (u16::try_from(point), char::from_u32(point)) {
            (Ok(unit), _) => units.push(unit),
            (_, character) => units.extend_from_slice(character.unwrap_or_default().encode_utf16(&mut [0; 2])),
        }
        rest = behind;
    }
    units
}

/// The index that `units` spells: digits without leading zeros. One too large for any array spells none.
fn to_index(units: &[u16]) -> Option<usize> {
    if units.is_empty() || units.len() > 1 && units[0] == ZERO {
        return None;
    }
    units.iter().try_fold(0_usize, |index, &unit| {
        let digit = char::from_u32(u32::from(unit))?.to_digit(10)?;
        index.checked_mul(10)?.checked_add(digit as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(pointer: &str) -> Vec<(String, Option<usize>)> {
        let tokens = Pointer::parse(pointer.encode_utf16()).unwrap().tokens;
        tokens.into_iter().map(|token| (String::from_utf8(token.name).unwrap(), token.index)).collect()
    }

    #[test]
    fn splits_and_unescapes() {
        assert_eq!(tokens(""), []);
        assert_eq!(tokens("/"), [("".into(), None)]);
        assert_eq!(tokens("//a~0b~1c~01/é😀"), [("".into(), None), ("a~b/c~1".into(), None), ("é😀".into(), None)]);
    }

    #[test]
    fn reads_an_index_only_as_the_rfc_spells_it() {
        let cases =
            [("0", Some(0)), ("7", Some(7)), ("120", Some(120)), ("00", None), ("01", None), ("-", None), ("-1", None), ("+1", None)];
        for (token, index) in
            cases.into_iter().chain([("1e0", None), (" 1", None), ("", None), ("٣", None), ("99999999999999999999999", None)])
        {
            assert_eq!(tokens(&format!("/{token}")), [(token.to_string(), index)]);
        }
        assert_eq!(tokens(&format!("/{}", usize::MAX))[0].1, Some(usize::MAX));
    }

    #[test]
    fn names_the_unit_that_breaks_it() {
        for (pointer, offset) in
            [("a", 0), ("~", 0), (" /a", 0), ("#/a", 0), ("/~", 2), ("/a~2", 3), ("/é~/b", 3), ("/a/b~~0", 5), ("/ab/~0~", 7)]
        {
            assert_eq!(Pointer::parse(pointer.encode_utf16()), Err(malformed(offset)), "{pointer}");
        }
    }

    #[test]
    fn is_the_same_from_wtf8() {
        let units: Vec<u16> = (0..=u16::MAX).filter(|&unit| unit != TILDE).chain("😀\u{10ffff}\u{10000}~0~1".encode_utf16()).collect();
        assert_eq!(to_units(&to_wtf8(&units)), units);
        assert_eq!(Pointer::from_wtf8("/é/0".as_bytes()), Pointer::parse("/é/0".encode_utf16()));
        assert_eq!(Pointer::from_wtf8(b"a").map_err(|error| error.code), Err(ErrorCode::Pointer));
    }

    #[test]
    fn takes_lone_surrogates_as_they_are() {
        let pointer = Pointer::parse([SLASH, 0xd800, SLASH, 0xdc00, 0xd83d, TILDE, ZERO, 0xde00].into_iter()).unwrap();
        let names: Vec<_> = pointer.tokens.into_iter().map(|token| token.name).collect();
        assert_eq!(names, [b"\xed\xa0\x80".to_vec(), b"\xed\xb0\x80\xed\xa0\xbd~\xed\xb8\x80".to_vec()]);
    }
}
