//! Strings: copied by blocks of 64 bytes, with whatever ends a block found in it before.

use crate::copy::{append, block_at};
use lanewise_msgpack::writer;
use lanewise_simd::{BLOCK, Block, Isa};

/// The last control character.
const CONTROL_MAX: u8 = 0x1f;
/// The longest string whose header has one byte.
const SHORT_MAX: usize = 31;
/// Bytes of the longest header.
const HEADER_SIZE_MAX: usize = 5;

/// Why a string cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none that JSON has.
    NotJson,
    /// It has 4 GiB or more.
    TooLarge,
}

/// Appends the string that starts at `start`, behind its quote; gives the offset of its closing quote. Whether it is UTF-8 is not looked at.
#[inline(always)]
pub(super) fn write<I: Isa>(isa: I, input: &[u8], start: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
    if !I::HAS_VECTORS {
        return write_long(isa, input, start, out);
    }
    // From the quote on: its place is taken by the last byte of the header.
    let mut copy = None;
    let bytes = block_at(input, start - 1, &mut copy);
    let Stops { quote, all } = stops(isa, bytes);
    let (quote, all) = (quote & !1, all & !1);
    if quote & all & all.wrapping_neg() == 0 {
        return write_long(isa, input, start, out);
    }
    let size = all.trailing_zeros() as usize - 1;
    let is_short = size <= SHORT_MAX;
    if !is_short {
        out.push(0xd9);
    }
    let header = out.len();
    append(bytes, 1 + size, out);
    out[header] = if is_short { 0xa0 | size as u8 } else { size as u8 };
    Ok(start + size)
}

/// [`write`] for strings with escapes and such as do not end in their first block.
#[inline(always)]
fn write_long<I: Isa>(isa: I, input: &[u8], start: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
    let header = out.len();
    out.push(0);
    let mut at = start;
    loop {
        at += copy_plain(isa, input, at, out);
        match input.get(at) {
            Some(b'"') => break,
            Some(b'\\') => at = write_escapes(input, at, out).ok_or(Fault::NotJson)?,
            Some(&byte) if byte > CONTROL_MAX => {}
            _ => return Err(Fault::NotJson),
        }
    }
    write_header(header, out)?;
    Ok(at)
}

/// Appends what is in a string at `at` up to the next quote, backslash or control character, but perhaps no more than a block of it; gives its size.
#[inline(always)]
fn copy_plain<I: Isa>(isa: I, input: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    if !I::HAS_VECTORS {
        let rest = input.get(at..).unwrap_or_default();
        let size = rest.iter().position(|&byte| byte <= CONTROL_MAX || matches!(byte, b'"' | b'\\')).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..size]);
        return size;
    }
    let mut copy = None;
    let bytes = block_at(input, at, &mut copy);
    let size = stops(isa, bytes).all.trailing_zeros() as usize;
    append(bytes, size, out);
    size
}

/// What a plain run of a string ends at.
struct Stops {
    quote: u64,
    all: u64,
}

#[inline(always)]
fn stops<I: Isa>(isa: I, bytes: &[u8; BLOCK]) -> Stops {
    let block = isa.load(bytes);
    let quote = block.eq(b'"');
    Stops { quote, all: quote | block.eq(b'\\') | block.at_most(CONTROL_MAX) }
}

/// Puts a header in front of the string whose text is behind the byte at `header`, which was left for it.
fn write_header(header: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    let text = header + 1..out.len();
    if text.len() <= SHORT_MAX {
        out[header] = 0xa0 | text.len() as u8;
        return Ok(());
    }
    // It is written behind the text, whose last bytes then take its place.
    writer::str_header(out, text.len()).map_err(|_| Fault::TooLarge)?;
    let mut bytes = [0; HEADER_SIZE_MAX];
    let bytes = &mut bytes[..out.len() - text.end];
    bytes.copy_from_slice(&out[text.end..]);
    out.pop();
    out.copy_within(text, header + bytes.len());
    out[header..header + bytes.len()].copy_from_slice(bytes);
    Ok(())
}

/// Appends what the escapes from `at` on stand for, one behind the other; gives the offset behind them, `None` where one is no escape.
fn write_escapes(input: &[u8], mut at: usize, out: &mut Vec<u8>) -> Option<usize> {
    while input.get(at) == Some(&b'\\') {
        at = write_escape(input, at + 1, out)?;
    }
    Some(at)
}

/// Appends what the escape whose kind is at `at` stands for.
fn write_escape(input: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let byte = match *input.get(at)? {
        byte @ (b'"' | b'\\' | b'/') => byte,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return write_unit(input, at + 1, out),
        _ => return None,
    };
    out.push(byte);
    Some(at + 1)
}

/// Appends the character whose four digits are at `at`, or with those of a second escape. A surrogate without its partner has no UTF-8.
fn write_unit(input: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let first = unit(input, at)?;
    let mut end = at + 4;
    let mut character = char::from_u32(first.into());
    if character.is_none() && input.get(end..end + 2) == Some(b"\\u") {
        // A second escape that is none is an error, wherever it is found.
        let second = unit(input, end + 2)?;
        if let (0xd800..0xdc00, 0xdc00..0xe000) = (first, second) {
            character = char::from_u32(0x1_0000 + ((u32::from(first) & 0x3ff) << 10 | u32::from(second) & 0x3ff));
            end += 6;
        }
    }
    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(end)
}

/// Reads four hexadecimal digits.
fn unit(input: &[u8], at: usize) -> Option<u16> {
    let digits: &[u8; 4] = input.get(at..)?.first_chunk()?;
    let [first, second, third, fourth] = digits.map(|digit| HEX[usize::from(digit)]);
    let unit = first << 12 | second << 8 | third << 4 | fourth;
    // A byte that is no digit has all bits, above those of its place too.
    ((first | second | third | fourth) <= 0xf).then_some(unit)
}

/// The value of each digit.
static HEX: [u16; 256] = {
    let mut table = [u16::MAX; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value];
        table[digit as usize] = value as u16;
        table[digit.to_ascii_uppercase() as usize] = value as u16;
        value += 1;
    }
    table
};
