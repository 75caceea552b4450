//! One pass over a MessagePack value that writes JSON.

use super::scalar::{push_base64, push_extension, push_float, push_int, push_uint};
use super::{NonStringKeys, ToJson};
use crate::copy::{append, block_at};
use crate::timestamp::push_rfc3339;
use lanewise_json::{push_escape, push_string};
use lanewise_msgpack::Timestamp;
use lanewise_simd::{BLOCK, Block, Isa, Task};

/// The last control character.
const CONTROL_MAX: u8 = 0x1f;
/// The longest string that has room in a block with the byte before it and two behind it.
const SHORT_MAX: usize = BLOCK - 3;

/// Appends the JSON of the MessagePack value that `input` starts with, and gives its size. `None` when it has none, or is no such value; `out` may then
/// have more than it had. Whether strings are UTF-8 is not looked at, so what is appended may be none.
pub(super) struct Conversion<'a, 'o> {
    pub(super) input: &'a [u8],
    pub(super) options: &'a ToJson,
    /// Memory, of which nothing is expected.
    pub(super) outer: &'o mut Vec<Open>,
    pub(super) out: &'o mut Vec<u8>,
}

impl Task for Conversion<'_, '_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let Self { input, options, outer, out } = self;
        outer.clear();
        let mut text = Text { isa, input, at: 0, options, open: Open::default(), outer, out };
        text.value()?;
        Some(text.at)
    }
}

/// A container.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Open {
    /// Elements or members that are still to come.
    left: u32,
    is_map: bool,
}

struct Text<'a, 'o, I> {
    isa: I,
    input: &'a [u8],
    at: usize,
    options: &'a ToJson,
    /// The innermost open container, and those around it, before which comes what stands for the outside.
    open: Open,
    outer: &'o mut Vec<Open>,
    out: &'o mut Vec<u8>,
}

/// Whether children of a container follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Whole,
    Opened,
}

impl<'a, I: Isa> Text<'a, '_, I> {
    /// Converts the value and all in it.
    #[inline(always)]
    fn value(&mut self) -> Option<()> {
        loop {
            if self.item()? == Item::Whole {
                while self.open.left == 0 {
                    if self.outer.is_empty() {
                        return Some(());
                    }
                    self.out.push(if self.open.is_map { b'}' } else { b']' });
                    self.open = self.outer.pop()?;
                }
                self.out.push(b',');
            }
            self.open.left -= 1;
            if self.open.is_map {
                self.key()?;
            }
        }
    }

    /// Converts a value, of containers with children the header alone.
    #[inline(always)]
    fn item(&mut self) -> Option<Item> {
        let byte = *self.input.get(self.at)?;
        self.at += 1;
        match byte {
            0x00..=0x7f => push_uint(self.out, byte.into()),
            0x80..=0x8f => return self.enter((byte & 0x0f).into(), true),
            0x90..=0x9f => return self.enter((byte & 0x0f).into(), false),
            0xa0..=0xbf => self.string((byte & 0x1f).into(), false)?,
            0xc0 => self.out.extend_from_slice(b"null"),
            0xc1 => return None,
            0xc2 => self.out.extend_from_slice(b"false"),
            0xc3 => self.out.extend_from_slice(b"true"),
            0xc4..=0xc6 => {
                let size = self.size(byte - 0xc4)?;
                let data = self.data(size)?;
                push_base64(self.out, data);
            }
            0xc7..=0xc9 => {
                let size = self.size(byte - 0xc7)?;
                self.extension(size)?;
            }
            0xca => {
                let value = f32::from_be_bytes(self.bytes()?);
                push_float(self.out, value.into())?;
            }
            0xcb => {
                let value = f64::from_be_bytes(self.bytes()?);
                push_float(self.out, value)?;
            }
            0xcc => {
                let value = u8::from_be_bytes(self.bytes()?);
                push_uint(self.out, value.into());
            }
            0xcd => {
                let value = u16::from_be_bytes(self.bytes()?);
                push_uint(self.out, value.into());
            }
            0xce => {
                let value = u32::from_be_bytes(self.bytes()?);
                push_uint(self.out, value.into());
            }
            0xcf => {
                let value = u64::from_be_bytes(self.bytes()?);
                push_uint(self.out, value);
            }
            0xd0 => {
                let value = i8::from_be_bytes(self.bytes()?);
                push_int(self.out, value.into());
            }
            0xd1 => {
                let value = i16::from_be_bytes(self.bytes()?);
                push_int(self.out, value.into());
            }
            0xd2 => {
                let value = i32::from_be_bytes(self.bytes()?);
                push_int(self.out, value.into());
            }
            0xd3 => {
                let value = i64::from_be_bytes(self.bytes()?);
                push_int(self.out, value);
            }
            0xd4..=0xd8 => self.extension(1 << (byte - 0xd4))?,
            0xd9..=0xdb => {
                let size = self.size(byte - 0xd9)?;
                self.string(size, false)?;
            }
            0xdc | 0xdd => {
                let count = self.size(byte - 0xdc + 1)?;
                return self.enter(count as u32, false);
            }
            0xde | 0xdf => {
                let count = self.size(byte - 0xde + 1)?;
                return self.enter(count as u32, true);
            }
            0xe0..=0xff => push_int(self.out, byte.cast_signed().into()),
        }
        Some(Item::Whole)
    }

    #[inline(always)]
    fn enter(&mut self, count: u32, is_map: bool) -> Option<Item> {
        if self.outer.len() >= self.options.depth_max as usize {
            return None;
        }
        if count == 0 {
            self.out.extend_from_slice(if is_map { b"{}" } else { b"[]" });
            return Some(Item::Whole);
        }
        self.outer.push(self.open);
        self.open = Open { left: count, is_map };
        self.out.push(if is_map { b'{' } else { b'[' });
        Some(Item::Opened)
    }

    /// Converts a key, and the colon behind it.
    #[inline(always)]
    fn key(&mut self) -> Option<()> {
        match *self.input.get(self.at)? {
            byte @ 0xa0..=0xbf => {
                self.at += 1;
                return self.string((byte & 0x1f).into(), true);
            }
            byte @ 0xd9..=0xdb => {
                self.at += 1;
                let size = self.size(byte - 0xd9)?;
                return self.string(size, true);
            }
            0x80..=0x9f | 0xdc..=0xdf => return None,
            _ if self.options.non_string_keys == NonStringKeys::Error => return None,
            _ => {
                let start = self.out.len();
                self.item()?;
                if self.out.get(start) != Some(&b'"') {
                    let text = self.out.split_off(start);
                    push_string(&text, self.out);
                }
            }
        }
        self.out.push(b':');
        Some(())
    }

    /// Reads a number of 1, 2 or 4 bytes, `log` of which says how many.
    #[inline(always)]
    fn size(&mut self, log: u8) -> Option<usize> {
        Some(match log {
            0 => u8::from_be_bytes(self.bytes()?).into(),
            1 => u16::from_be_bytes(self.bytes()?).into(),
            _ => u32::from_be_bytes(self.bytes()?) as usize,
        })
    }

    #[inline(always)]
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.input.get(self.at..)?.first_chunk()?;
        self.at += N;
        Some(bytes)
    }

    #[inline(always)]
    fn data(&mut self, size: usize) -> Option<&'a [u8]> {
        let data = self.input.get(self.at..)?.get(..size)?;
        self.at += size;
        Some(data)
    }

    /// Converts the extension whose type byte is next.
    fn extension(&mut self, size: usize) -> Option<()> {
        let kind = i8::from_be_bytes(self.bytes()?);
        let data = self.data(size)?;
        if kind == Timestamp::EXTENSION {
            self.out.push(b'"');
            push_rfc3339(Timestamp::read(data)?, self.out)?;
            self.out.push(b'"');
        } else {
            push_extension(self.out, kind, data);
        }
        Some(())
    }

    /// Converts the string whose text is next; a key with the colon behind it.
    #[inline(always)]
    fn string(&mut self, size: usize, is_key: bool) -> Option<()> {
        if I::HAS_VECTORS && size <= SHORT_MAX && self.at + size <= self.input.len() {
            // From the last byte of the header on, whose place the quote takes.
            let mut copy = None;
            let bytes = block_at(self.input, self.at - 1, &mut copy);
            if self.escaped(bytes) >> 1 & ((1 << size) - 1) == 0 {
                let quote = self.out.len();
                append(bytes, size + 2 + usize::from(is_key), self.out);
                self.out[quote] = b'"';
                self.out[quote + 1 + size] = b'"';
                if is_key {
                    self.out[quote + 2 + size] = b':';
                }
                self.at += size;
                return Some(());
            }
        }
        self.long_string(size)?;
        if is_key {
            self.out.push(b':');
        }
        Some(())
    }

    /// [`Text::string`] block by block, without a colon.
    #[inline(always)]
    fn long_string(&mut self, size: usize) -> Option<()> {
        let end = self.at.checked_add(size).filter(|&end| end <= self.input.len())?;
        self.out.push(b'"');
        let mut left = size;
        while left > 0 {
            let mut copy = None;
            let bytes = block_at(self.input, end - left, &mut copy);
            let plain = self.plain(bytes, left);
            append(bytes, plain, self.out);
            left -= plain;
            if plain < BLOCK && left > 0 {
                push_escape(self.input[end - left], self.out);
                left -= 1;
            }
        }
        self.out.push(b'"');
        self.at = end;
        Some(())
    }

    /// The bytes that are escaped in a string.
    #[inline(always)]
    fn escaped(&self, bytes: &[u8; BLOCK]) -> u64 {
        let block = self.isa.load(bytes);
        block.eq(b'"') | block.eq(b'\\') | block.at_most(CONTROL_MAX)
    }

    /// How many of the bytes, and of the `left` of a string, stand before the first that is escaped.
    #[inline(always)]
    fn plain(&self, bytes: &[u8; BLOCK], left: usize) -> usize {
        let size = if I::HAS_VECTORS {
            self.escaped(bytes).trailing_zeros() as usize
        } else {
            let is_escaped = |&byte: &u8| byte <= CONTROL_MAX || matches!(byte, b'"' | b'\\');
            bytes[..left.min(BLOCK)].iter().position(is_escaped).unwrap_or(BLOCK)
        };
        size.min(left)
    }
}
