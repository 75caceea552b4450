//! Where a token ends: each function takes the offset where the token starts and gives the one behind it.

use crate::fault::{fault, first_bad_utf8};
use crate::reader::RawString;
use lanewise_error::{Error, ErrorCode};

const LANES: usize = size_of::<u64>();
const ONES: u64 = u64::from_ne_bytes([1; LANES]);
const HIGH_BITS: u64 = ONES << 7;
/// Control characters are the bytes below the space.
const SPACE: u8 = b' ';

#[inline]
pub(crate) fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The first offset from `at` on that holds no whitespace.
///
/// Most of it is spaces, eight of which are one comparison.
#[inline(always)]
pub(crate) fn whitespace(input: &[u8], mut at: usize) -> usize {
    while input.get(at).is_some_and(|&byte| is_whitespace(byte)) {
        at += 1;
        while let Some(lanes) = input.get(at..).and_then(|rest| rest.first_chunk::<LANES>()) {
            let other = u64::from_le_bytes(*lanes) ^ (ONES * u64::from(SPACE));
            at += other.trailing_zeros() as usize / 8;
            if other != 0 {
                break;
            }
        }
    }
    at
}

/// The string whose opening quote is at `quote`; its closing quote is at `range.end`.
pub(crate) fn string(input: &[u8], quote: usize) -> Result<RawString, Error> {
    let start = quote + 1;
    let (mut at, mut escaped, mut ascii) = (start, false, true);
    loop {
        let plain = plain(input, at);
        at = plain.end;
        ascii &= plain.ascii;
        match input.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                escaped = true;
                at = escape(input, at).map_err(|error| fault(input, start, error.code, error.offset))?;
            }
            Some(_) => return Err(fault(input, start, ErrorCode::JsonControl, at)),
            None => return Err(fault(input, start, ErrorCode::JsonEnd, at)),
        }
    }
    if !ascii && let Some(bad) = first_bad_utf8(&input[start..at]) {
        return Err(Error::new(ErrorCode::Utf8, start + bad));
    }
    Ok(RawString { range: start..at, escaped })
}

struct Plain {
    end: usize,
    /// False when a byte up to `end`, or a few behind it, is not ASCII.
    ascii: bool,
}

/// The run from `at` on without quote, backslash and control character.
///
/// Eight bytes at a time: `x - ONES & !x & HIGH_BITS` marks the zero bytes of `x`, and above the lowest of them perhaps others, which do
/// not matter here ("Bit Twiddling Hacks", S. E. Anderson: "Determine if a word has a zero byte", "has a byte less than n").
fn plain(input: &[u8], mut at: usize) -> Plain {
    let mut high = 0;
    while let Some(lanes) = input.get(at..).and_then(|rest| rest.first_chunk::<LANES>()) {
        let word = u64::from_le_bytes(*lanes);
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        let control = word.wrapping_sub(ONES * u64::from(SPACE)) & !word;
        let stops = (quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash | control) & HIGH_BITS;
        high |= word & HIGH_BITS;
        if stops != 0 {
            return Plain { end: at + stops.trailing_zeros() as usize / 8, ascii: high == 0 };
        }
        at += LANES;
    }
    let tail = &input[at..];
    let length = tail.iter().position(|&byte| matches!(byte, b'"' | b'\\') || byte < SPACE).unwrap_or(tail.len());
    Plain { end: at + length, ascii: high == 0 && tail[..length].is_ascii() }
}

/// How many bytes the literal at `start` has, if there is one.
#[inline(always)]
pub(crate) fn literal_size(input: &[u8], start: usize) -> Option<u32> {
    match *input.get(start..)?.first_chunk()? {
        [b't', b'r', b'u', b'e'] | [b'n', b'u', b'l', b'l'] => Some(4),
        [b'f', b'a', b'l', b's'] if input.get(start + 4) == Some(&b'e') => Some(5),
        _ => None,
    }
}

/// The escape whose backslash is at `at`.
#[inline]
pub(crate) fn escape(input: &[u8], at: usize) -> Result<usize, Error> {
    let kind = at + 1;
    match byte_at(input, kind)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(kind + 1),
        b'u' => {
            let digits = kind + 1;
            for digit in digits..digits + 4 {
                if !byte_at(input, digit)?.is_ascii_hexdigit() {
                    return Err(Error::new(ErrorCode::JsonEscape, digit));
                }
            }
            Ok(digits + 4)
        }
        _ => Err(Error::new(ErrorCode::JsonEscape, kind)),
    }
}

/// The number whose minus or first digit is at `start`.
pub(crate) fn number(input: &[u8], start: usize) -> Result<usize, Error> {
    let mut at = start + usize::from(input[start] == b'-');
    if input.get(at) == Some(&b'0') {
        at += 1;
        if input.get(at).is_some_and(u8::is_ascii_digit) {
            return Err(Error::new(ErrorCode::JsonNumber, at));
        }
    } else {
        at = digits(input, at)?;
    }
    if input.get(at) == Some(&b'.') {
        at = digits(input, at + 1)?;
    }
    if matches!(input.get(at), Some(b'e' | b'E')) {
        let signed = matches!(input.get(at + 1), Some(b'+' | b'-'));
        at = digits(input, at + 1 + usize::from(signed))?;
    }
    Ok(at)
}

/// One digit or more.
fn digits(input: &[u8], at: usize) -> Result<usize, Error> {
    let rest = &input[at..];
    match rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len()) {
        0 => {
            byte_at(input, at)?;
            Err(fault(input, at, ErrorCode::JsonNumber, at))
        }
        length => Ok(at + length),
    }
}

/// `name`, of which the first byte is known to stand at `start`.
pub(crate) fn literal(input: &[u8], start: usize, name: &[u8]) -> Result<usize, Error> {
    for (at, &expected) in (start..).zip(name) {
        if byte_at(input, at)? != expected {
            return Err(fault(input, at, ErrorCode::JsonLiteral, at));
        }
    }
    Ok(start + name.len())
}

fn byte_at(input: &[u8], at: usize) -> Result<u8, Error> {
    input.get(at).copied().ok_or(Error::new(ErrorCode::JsonEnd, input.len()))
}

/// Where the number or literal at `start` ends, of which nothing else is looked at.
#[inline(always)]
pub(crate) fn scalar_end(input: &[u8], start: usize) -> usize {
    let rest = &input[start..];
    start + rest.iter().position(|&byte| ends_scalar(byte)).unwrap_or(rest.len())
}

#[inline(always)]
fn ends_scalar(byte: u8) -> bool {
    is_whitespace(byte) || matches!(byte, b',' | b':' | b'"' | b'[' | b']' | b'{' | b'}')
}

/// [`Skip`], byte by byte.
pub(crate) fn container(input: &[u8], start: usize, open: u8, close: u8) -> Option<usize> {
    let (mut at, mut depth) = (start, 1_usize);
    while let Some(&byte) = input.get(at) {
        if byte == b'"' {
            at = quoted(input, at)?;
            continue;
        }
        // A backslash has no place here; a quote behind it begins no string, nor is a backslash behind it another one.
        let escapes = byte == b'\\' && matches!(input.get(at + 1), Some(b'"' | b'\\'));
        at += if escapes { 2 } else { 1 };
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The string whose opening quote is at `quote`, with nothing but its end looked for.
pub(crate) fn quoted(input: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    while let Some(&byte) = input.get(at) {
        match byte {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_run_ends_at_the_first_byte_that_is_not_plain() {
        for length in 0..40 {
            for stop in 0..=255_u8 {
                let mut input = vec![b'a'; length];
                input.extend([stop; 20]);
                let is_plain = stop >= SPACE && stop != b'"' && stop != b'\\';
                let plain = plain(&input, 0);
                assert_eq!(plain.end, if is_plain { input.len() } else { length }, "{stop:#x} after {length}");
                assert!(!plain.ascii || input[..plain.end].is_ascii(), "{stop:#x} after {length}");
                assert!(plain.ascii || !input.is_ascii(), "{stop:#x} after {length}");
            }
        }
    }

    #[test]
    fn balances_only_brackets_of_one_kind_and_strings() {
        let end = |input: &str| container(input.as_bytes(), 1, b'[', b']');
        assert_eq!(end("[}{{] "), Some(5));
        assert_eq!(end(r#"["]\"]" x],"#), Some(10));
        assert_eq!(end("[[]"), None);
        assert_eq!(quoted(br#""ab\""#, 0), None);
        assert_eq!(scalar_end(b"nothing,", 0), 7);
        assert_eq!(scalar_end(b"-", 0), 1);
    }
}
