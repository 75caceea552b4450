//! A verdict on a value, and what both it and the walk know of headers.
//!
//! ```text
//! while values are to come:
//!     a header that alone says how long its value is: on by SIZES[header], after a look at the text of a short string
//!     a container: it is open until as many values are to come as behind it
//!     else: on by the length behind the header
//! ```
//!
//! 1. Most values are of the first kind, and one table takes them all, numbers and short strings alike: what follows what cannot be foretold, so
//!    that a branch on the format would be wrong too often. The text is 64 bytes of which those that are not of the string do not count.
//! 2. One count, of all values that are to come, tells when the whole is complete. The containers that are complete are found when
//!    the next one opens and its depth is asked for.
//! 3. The answer is yes or no. What is wrong, and where, says [`Reader`](crate::reader::Reader).

use crate::Limits;
use crate::timestamp::Timestamp;
use lanewise_simd::{BLOCK, Block, Isa, Task, Utf8};

/// The bytes of a value, header included, whose header byte alone tells them; 0 for all others.
pub(crate) const SIZES: [u8; 256] = {
    let mut sizes = [0; 256];
    let mut byte = 0;
    while byte < sizes.len() {
        sizes[byte] = match byte {
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => 1,
            0xa0..=0xbf => 1 + (byte as u8 & 0x1f),
            0xcc | 0xd0 => 2,
            0xcd | 0xd1 => 3,
            0xca | 0xce | 0xd2 => 5,
            0xcb | 0xcf | 0xd3 => 9,
            _ => 0,
        };
        byte += 1;
    }
    sizes
};

/// A bit for each byte of text that is behind a header of [`SIZES`].
const TEXTS: [u32; 256] = {
    let mut texts = [0; 256];
    let mut byte = 0xa0;
    while byte <= 0xbf {
        texts[byte] = (1 << (byte & 0x1f)) - 1;
        byte += 1;
    }
    texts
};

/// The largest ASCII character.
const ASCII_MAX: u8 = 0x7f;

/// A header of the formats that [`SIZES`] does not tell.
pub(crate) enum Header {
    /// What follows is text or data.
    Data {
        content: Content,
        start: usize,
        /// Behind it; it may be behind the input.
        end: usize,
    },
    /// What follows are values.
    Container {
        is_map: bool,
        count: u32,
        /// Behind the header.
        start: usize,
    },
    /// The byte 0xc1.
    Reserved,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Text,
    Binary,
    /// Its type is the byte in front of the data.
    Extension,
}

/// Whether `byte` is the header of a string.
#[inline(always)]
pub(crate) fn is_string(byte: u8) -> bool {
    matches!(byte, 0xa0..=0xbf | 0xd9..=0xdb)
}

/// Whether `byte` is the header of an array or a map.
#[inline(always)]
pub(crate) fn is_container(byte: u8) -> bool {
    matches!(byte, 0x80..=0x9f | 0xdc..=0xdf)
}

/// Whether `byte` is the header of a map.
#[inline(always)]
pub(crate) fn is_map(byte: u8) -> bool {
    matches!(byte, 0x80..=0x8f | 0xde..=0xdf)
}

/// The header at `at`, whose first byte is `byte`; `None` when the input ends in it.
#[inline(always)]
pub(crate) fn header(input: &[u8], at: usize, byte: u8) -> Option<Header> {
    let behind = at + 1;
    let container = |is_map, count, start| Header::Container { is_map, count, start };
    Some(match byte {
        0x80..=0x8f => container(true, (byte & 0x0f).into(), behind),
        0x90..=0x9f => container(false, (byte & 0x0f).into(), behind),
        0xdc | 0xde => container(byte == 0xde, u16::from_be_bytes(chunk(input, behind)?).into(), behind + 2),
        0xdd | 0xdf => container(byte == 0xdf, u32::from_be_bytes(chunk(input, behind)?), behind + 4),
        0xd9 => data(Content::Text, behind + 1, u8::from_be_bytes(chunk(input, behind)?).into()),
        0xda => data(Content::Text, behind + 2, u16::from_be_bytes(chunk(input, behind)?).into()),
        0xdb => data(Content::Text, behind + 4, u32::from_be_bytes(chunk(input, behind)?)),
        0xa0..=0xbf => data(Content::Text, behind, (byte & 0x1f).into()),
        0xc4 => data(Content::Binary, behind + 1, u8::from_be_bytes(chunk(input, behind)?).into()),
        0xc5 => data(Content::Binary, behind + 2, u16::from_be_bytes(chunk(input, behind)?).into()),
        0xc6 => data(Content::Binary, behind + 4, u32::from_be_bytes(chunk(input, behind)?)),
        0xc7 => data(Content::Extension, behind + 2, u8::from_be_bytes(chunk(input, behind)?).into()),
        0xc8 => data(Content::Extension, behind + 3, u16::from_be_bytes(chunk(input, behind)?).into()),
        0xc9 => data(Content::Extension, behind + 5, u32::from_be_bytes(chunk(input, behind)?)),
        0xd4..=0xd8 => data(Content::Extension, behind + 1, 1 << (byte - 0xd4)),
        // What is left has a size of its own.
        _ => Header::Reserved,
    })
}

#[inline(always)]
fn data(content: Content, start: usize, length: u32) -> Header {
    Header::Data { content, start, end: start.saturating_add(length as usize) }
}

#[inline(always)]
fn chunk<const N: usize>(input: &[u8], at: usize) -> Option<[u8; N]> {
    input.get(at..)?.first_chunk().copied()
}

/// The end of the value that `input` starts with, if it is one that the limits allow.
pub(crate) struct Verdict<'a, 'm> {
    pub(crate) input: &'a [u8],
    pub(crate) limits: Limits,
    pub(crate) scratch: &'m mut Scratch,
}

/// Memory of [`validate_with`](crate::validate_with), used again from value to value.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// The containers that are open, or were.
    open: Vec<Open>,
}

impl Task for Verdict<'_, '_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<usize> {
        let scan = Scan::new(isa, self.input, &self.limits);
        let (depth_max, open) = (self.limits.depth_max, &mut self.scratch.open);
        open.clear();
        if self.limits.string_keys { scan.value::<true>(depth_max, open) } else { scan.value::<false>(depth_max, open) }
    }
}

/// Looks at one value after the other.
pub(crate) struct Scan<'a, I> {
    isa: I,
    input: &'a [u8],
    /// The bytes of a short string that have to be UTF-8: all or none.
    checked: u32,
}

/// An open container: how many values will be to come when it is complete, and whether it is a map, in one word.
#[derive(Clone, Copy, Debug)]
struct Open(u64);

impl Open {
    fn new(behind: u64, is_map: bool) -> Self {
        Self(behind << 1 | u64::from(is_map))
    }

    fn is_complete(self, to_come: u64) -> bool {
        to_come <= self.0 >> 1
    }

    /// Keys come when an even number of values is to come.
    fn is_before_key(self, to_come: u64) -> bool {
        self.0 & 1 == 1 && (to_come - (self.0 >> 1)).is_multiple_of(2)
    }
}

/// More values are claimed than any input has bytes for: [`Open`] has no bits for them.
const TO_COME_MAX: u64 = 1 << 62;

impl<'a, I: Isa> Scan<'a, I> {
    #[inline(always)]
    pub(crate) fn new(isa: I, input: &'a [u8], limits: &Limits) -> Self {
        Self { isa, input, checked: if limits.invalid_utf8 { 0 } else { u32::MAX } }
    }

    #[inline(always)]
    fn value<const STRING_KEYS: bool>(&self, depth_max: u32, open: &mut Vec<Open>) -> Option<usize> {
        let mut to_come = 1_u64;
        let mut at = 0;
        while to_come > 0 {
            let byte = *self.input.get(at)?;
            if STRING_KEYS {
                while open.pop_if(|container| container.is_complete(to_come)).is_some() {}
                if open.last().is_some_and(|container| container.is_before_key(to_come)) && !is_string(byte) {
                    return None;
                }
            }
            let size = SIZES[usize::from(byte)];
            if size > 0 {
                to_come -= 1;
                at = self.sized(at, byte, size)?;
                continue;
            }
            match header(self.input, at, byte)? {
                Header::Container { is_map, count, start } => {
                    while open.pop_if(|container| container.is_complete(to_come)).is_some() {}
                    if open.len() >= depth_max as usize {
                        return None;
                    }
                    to_come -= 1;
                    open.push(Open::new(to_come, is_map));
                    to_come += u64::from(count) << u32::from(is_map);
                    if to_come > TO_COME_MAX {
                        return None;
                    }
                    at = start;
                }
                Header::Data { content, start, end } => {
                    to_come -= 1;
                    at = self.data(content, start, end)?;
                }
                Header::Reserved => return None,
            }
        }
        (at <= self.input.len()).then_some(at)
    }

    /// The end, which may be behind the input, of the value at `at`, whose header byte tells its size.
    #[inline(always)]
    pub(crate) fn sized(&self, at: usize, byte: u8, size: u8) -> Option<usize> {
        let end = at + usize::from(size);
        let text = TEXTS[usize::from(byte)] & self.checked;
        if I::HAS_VECTORS
            && let Some(bytes) = self.input.get(at + 1..).and_then(|rest| rest.first_chunk::<BLOCK>())
        {
            let high = !self.isa.load(bytes).at_most(ASCII_MAX);
            let is_text = high & u64::from(text) == 0 || self.is_short_text(bytes, usize::from(size) - 1);
            return is_text.then_some(end);
        }
        if text != 0 && !is_text(self.input.get(at + 1..end)?) {
            return None;
        }
        Some(end)
    }

    /// The end of the data of a value whose header says its length.
    #[inline(always)]
    pub(crate) fn data(&self, content: Content, start: usize, end: usize) -> Option<usize> {
        let data = self.input.get(start..end)?;
        let is_good = match content {
            Content::Text => self.checked == 0 || self.is_text(start, data),
            Content::Binary => true,
            Content::Extension => self.input[start - 1].cast_signed() != Timestamp::EXTENSION || Timestamp::read(data).is_some(),
        };
        is_good.then_some(end)
    }

    /// Whether `text`, which starts at `start`, is UTF-8.
    #[inline(always)]
    fn is_text(&self, start: usize, text: &[u8]) -> bool {
        if !I::HAS_VECTORS {
            return is_text(text);
        }
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let mut utf8 = self.isa.utf8();
        for block in blocks {
            utf8.push(self.isa.load(block));
        }
        let behind = self.input[start + BLOCK * blocks.len()..].first_chunk::<BLOCK>();
        let last = match behind {
            Some(bytes) => first_of(bytes, rest.len()),
            None => {
                let mut last = [0; BLOCK];
                last[..rest.len()].copy_from_slice(rest);
                last
            }
        };
        utf8.push(self.isa.load(&last));
        utf8.is_valid()
    }

    /// Whether the first `size` of `bytes` are UTF-8. Few short strings that are not ASCII are long enough for a loop to pay.
    #[inline(always)]
    fn is_short_text(&self, bytes: &[u8; BLOCK], size: usize) -> bool {
        let mut utf8 = self.isa.utf8();
        utf8.push(self.isa.load(&first_of(bytes, size)));
        utf8.is_valid()
    }
}

/// The first `size` of `bytes`, at most all, and zeros behind them. Without a copy whose size is not known.
#[inline(always)]
fn first_of(bytes: &[u8; BLOCK], size: usize) -> [u8; BLOCK] {
    /// From `BLOCK - size` on: `size` bytes that keep, and then some that do not.
    const KEPT: [u8; 2 * BLOCK] = {
        let mut kept = [0; 2 * BLOCK];
        let mut nth = 0;
        while nth < BLOCK {
            kept[nth] = 0xff;
            nth += 1;
        }
        kept
    };
    let kept = KEPT[BLOCK - size.min(BLOCK)..].first_chunk::<BLOCK>().unwrap_or(&[0; BLOCK]);
    let mut first = *bytes;
    for (byte, kept) in first.iter_mut().zip(kept) {
        *byte &= kept;
    }
    first
}

#[inline(always)]
fn is_text(text: &[u8]) -> bool {
    text.is_ascii() || core::str::from_utf8(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_its_size_or_is_one_that_says_it() {
        let input = [0_u8; 8];
        for byte in 0..=255_u8 {
            let is_sized = SIZES[usize::from(byte)] > 0;
            let is_short = matches!(byte, 0xa0..=0xbf);
            assert_eq!(TEXTS[usize::from(byte)].count_ones(), if is_short { u32::from(byte & 0x1f) } else { 0 });
            match header(&input, 0, byte) {
                Some(Header::Reserved) => assert!(is_sized || byte == 0xc1, "{byte:x}"),
                Some(Header::Container { is_map: map, .. }) => {
                    assert!(!is_sized && is_container(byte) && map == is_map(byte), "{byte:x}");
                }
                Some(Header::Data { content, .. }) => {
                    assert_eq!(is_string(byte), content == Content::Text, "{byte:x}");
                    assert_eq!(is_sized, is_short, "{byte:x}");
                }
                None => panic!("{byte:x}"),
            }
        }
    }

    #[test]
    fn the_first_of_a_block_are_those_and_zeros() {
        let bytes = [7; BLOCK];
        for size in 0..=BLOCK + 1 {
            let first = first_of(&bytes, size);
            assert!(first.iter().zip(0..).all(|(&byte, nth)| byte == if nth < size { 7 } else { 0 }), "{size}");
        }
    }
}
