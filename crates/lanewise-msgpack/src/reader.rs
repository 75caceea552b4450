//! A pull reader: one item at a time, no tree, no recursion.

use crate::timestamp::Timestamp;
use crate::{Limits, utf8};
use lanewise_error::{Error, ErrorCode};
use std::ops::Range;

/// What an item is. Ranges are bytes of the input.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// nil
    Nil,
    /// false or true
    Bool(bool),
    /// Positive fixint and the uint formats.
    Uint(u64),
    /// Negative fixint and the int formats, which may hold a positive value too.
    Int(i64),
    /// float 32
    F32(f32),
    /// float 64
    F64(f64),
    /// The str formats. Checked to be UTF-8 unless the limits allow what is not.
    Str(Range<usize>),
    /// The bin formats.
    Bin(Range<usize>),
    /// The ext formats: type and data. One of type -1 is a [`Timestamp`] that can be read.
    Ext(i8, Range<usize>),
    /// The array formats: the number of elements, which follow, and after them an [`ArrayEnd`](Token::ArrayEnd).
    Array(u32),
    /// The array is complete. This token has no byte of its own.
    ArrayEnd,
    /// The map formats: the number of members, which follow, key and value by turns, and after them a [`MapEnd`](Token::MapEnd).
    Map(u32),
    /// The map is complete. This token has no byte of its own.
    MapEnd,
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Offset of the header byte; of the end of a container the offset behind it.
    pub offset: usize,
    /// Whether it is a key of a map (of a container as a key: its header, not its end).
    pub is_key: bool,
    /// What it is.
    pub token: Token,
}

/// Reads one MessagePack value, item by item.
///
/// # Examples
/// ```
/// use lanewise_msgpack::{Limits, reader::{Reader, Token}};
/// let mut reader = Reader::new(b"\x91\xa2hi", &Limits::default());
/// let mut tokens = Vec::new();
/// while let Some(item) = reader.next()? {
///     tokens.push(item.token);
/// }
/// assert_eq!(tokens, [Token::Array(1), Token::Str(2..4), Token::ArrayEnd]);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub struct Reader<'a> {
    input: &'a [u8],
    offset: usize,
    open: Containers,
    /// Whether the one value of the input is still to come.
    at_start: bool,
    limits: Limits,
}

/// An open array or map: what is still to come of it, in one word.
#[derive(Clone, Copy)]
struct Container(u64);

impl Container {
    const MAP: u64 = 1;

    fn array(count: u32) -> Self {
        Self(u64::from(count) << 1)
    }

    fn map(count: u32) -> Self {
        Self(u64::from(count) << 2 | Self::MAP)
    }

    /// Items to come; keys and values count each.
    fn left(self) -> u64 {
        self.0 >> 1
    }

    fn take(&mut self) {
        self.0 -= 2;
    }

    fn is_map(self) -> bool {
        self.0 & Self::MAP == Self::MAP
    }

    /// In a map keys come when an even number of items is left.
    fn is_before_key(self) -> bool {
        self.is_map() && self.left().is_multiple_of(2)
    }
}

/// The containers that are open, of which the heap is asked only for those that are deep.
struct Containers {
    /// Of no meaning while there is none.
    innermost: Container,
    /// Those around it, from the outermost inwards.
    first: [Container; FIRST],
    rest: Vec<Container>,
    depth: usize,
}

/// More containers than are mostly open around one.
const FIRST: usize = 16;

impl Containers {
    fn new() -> Self {
        let none = Container::array(0);
        Self { innermost: none, first: [none; FIRST], rest: Vec::new(), depth: 0 }
    }

    fn innermost(&self) -> Option<Container> {
        (self.depth > 0).then_some(self.innermost)
    }

    fn push(&mut self, container: Container) {
        if let Some(around) = self.depth.checked_sub(1) {
            match self.first.get_mut(around) {
                Some(place) => *place = self.innermost,
                None => self.rest.push(self.innermost),
            }
        }
        self.innermost = container;
        self.depth += 1;
    }

    /// Closes the innermost container. There must be one.
    fn pop(&mut self) {
        self.depth -= 1;
        if let Some(around) = self.depth.checked_sub(1) {
            let outer = self.first.get(around).copied().or_else(|| self.rest.pop());
            self.innermost = outer.unwrap_or(self.innermost);
        }
    }
}

impl<'a> Reader<'a> {
    /// A reader at the start of `input`.
    #[must_use]
    pub fn new(input: &'a [u8], limits: &Limits) -> Self {
        Self { input, offset: 0, open: Containers::new(), at_start: true, limits: *limits }
    }

    /// The offset behind the item that was read last.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many containers are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.depth
    }

    /// The next item, or `None` once the value is complete and nothing follows.
    ///
    /// # Errors
    /// See the [crate documentation](crate) for codes and offsets. Called again, it gives the same error.
    #[expect(clippy::should_implement_trait, reason = "an iterator would give the error as an item and then have to end")]
    pub fn next(&mut self) -> Result<Option<Item>, Error> {
        let is_key = match self.open.innermost() {
            Some(container) if container.left() == 0 => {
                let token = if container.is_map() { Token::MapEnd } else { Token::ArrayEnd };
                self.open.pop();
                return Ok(Some(Item { offset: self.offset, is_key: false, token }));
            }
            Some(container) => container.is_before_key(),
            None if self.at_start => false,
            None if self.offset < self.input.len() => return Err(Error::new(ErrorCode::MsgpackTrailing, self.offset)),
            None => return Ok(None),
        };
        let (token, end) = self.value(is_key)?;
        let item = Item { offset: self.offset, is_key, token };
        self.offset = end;
        self.step(&item.token);
        Ok(Some(item))
    }

    /// Counts a value that has been read, and opens it when it is a container.
    fn step(&mut self, token: &Token) {
        self.at_start = false;
        if self.open.depth > 0 {
            self.open.innermost.take();
        }
        match *token {
            Token::Array(count) => self.open.push(Container::array(count)),
            Token::Map(count) => self.open.push(Container::map(count)),
            _ => {}
        }
    }

    /// The value at the reader's offset, of containers the header alone, and the offset behind it.
    fn value(&self, is_key: bool) -> Result<(Token, usize), Error> {
        let [byte] = self.bytes(self.offset)?;
        self.check_kind(byte, is_key)?;
        let at = self.offset + 1;
        Ok(match byte {
            0x00..=0x7f => (Token::Uint(byte.into()), at),
            0x80..=0x8f => (Token::Map((byte & 0x0f).into()), at),
            0x90..=0x9f => (Token::Array((byte & 0x0f).into()), at),
            0xa0..=0xbf => self.str(at, (byte & 0x1f).into())?,
            0xc0 => (Token::Nil, at),
            0xc1 => return Err(Error::new(ErrorCode::MsgpackReserved, self.offset)),
            0xc2 => (Token::Bool(false), at),
            0xc3 => (Token::Bool(true), at),
            0xc4 => self.bin(at + 1, u8::from_be_bytes(self.bytes(at)?).into())?,
            0xc5 => self.bin(at + 2, u16::from_be_bytes(self.bytes(at)?).into())?,
            0xc6 => self.bin(at + 4, u32::from_be_bytes(self.bytes(at)?))?,
            0xc7 => self.ext(at + 1, u8::from_be_bytes(self.bytes(at)?).into())?,
            0xc8 => self.ext(at + 2, u16::from_be_bytes(self.bytes(at)?).into())?,
            0xc9 => self.ext(at + 4, u32::from_be_bytes(self.bytes(at)?))?,
            0xca => (Token::F32(f32::from_be_bytes(self.bytes(at)?)), at + 4),
            0xcb => (Token::F64(f64::from_be_bytes(self.bytes(at)?)), at + 8),
            0xcc => (Token::Uint(u8::from_be_bytes(self.bytes(at)?).into()), at + 1),
            0xcd => (Token::Uint(u16::from_be_bytes(self.bytes(at)?).into()), at + 2),
            0xce => (Token::Uint(u32::from_be_bytes(self.bytes(at)?).into()), at + 4),
            0xcf => (Token::Uint(u64::from_be_bytes(self.bytes(at)?)), at + 8),
            0xd0 => (Token::Int(i8::from_be_bytes(self.bytes(at)?).into()), at + 1),
            0xd1 => (Token::Int(i16::from_be_bytes(self.bytes(at)?).into()), at + 2),
            0xd2 => (Token::Int(i32::from_be_bytes(self.bytes(at)?).into()), at + 4),
            0xd3 => (Token::Int(i64::from_be_bytes(self.bytes(at)?)), at + 8),
            0xd4..=0xd8 => self.ext(at, 1 << (byte - 0xd4))?,
            0xd9 => self.str(at + 1, u8::from_be_bytes(self.bytes(at)?).into())?,
            0xda => self.str(at + 2, u16::from_be_bytes(self.bytes(at)?).into())?,
            0xdb => self.str(at + 4, u32::from_be_bytes(self.bytes(at)?))?,
            0xdc => (Token::Array(u16::from_be_bytes(self.bytes(at)?).into()), at + 2),
            0xdd => (Token::Array(u32::from_be_bytes(self.bytes(at)?)), at + 4),
            0xde => (Token::Map(u16::from_be_bytes(self.bytes(at)?).into()), at + 2),
            0xdf => (Token::Map(u32::from_be_bytes(self.bytes(at)?)), at + 4),
            0xe0..=0xff => (Token::Int(byte.cast_signed().into()), at),
        })
    }

    /// Refuses what the header byte alone tells.
    fn check_kind(&self, byte: u8, is_key: bool) -> Result<(), Error> {
        let is_str = matches!(byte, 0xa0..=0xbf | 0xd9..=0xdb);
        let is_container = matches!(byte, 0x80..=0x9f | 0xdc..=0xdf);
        let code = if byte == 0xc1 {
            ErrorCode::MsgpackReserved
        } else if is_key && self.limits.string_keys && !is_str {
            ErrorCode::MsgpackKey
        } else if is_container && self.open.depth >= self.limits.depth_max as usize {
            ErrorCode::Depth
        } else {
            return Ok(());
        };
        Err(Error::new(code, self.offset))
    }

    fn str(&self, start: usize, length: u32) -> Result<(Token, usize), Error> {
        let data = self.data(start, length);
        if !self.limits.invalid_utf8
            && let Some(bad) = utf8::first_bad(&self.input[data.clone()], length as usize)
        {
            return Err(Error::new(ErrorCode::Utf8, start + bad));
        }
        let end = self.whole(&data, length)?;
        Ok((Token::Str(data), end))
    }

    fn bin(&self, start: usize, length: u32) -> Result<(Token, usize), Error> {
        let data = self.data(start, length);
        let end = self.whole(&data, length)?;
        Ok((Token::Bin(data), end))
    }

    /// The extension whose type byte is at `start`.
    fn ext(&self, start: usize, length: u32) -> Result<(Token, usize), Error> {
        let kind = i8::from_be_bytes(self.bytes(start)?);
        let data = self.data(start + 1, length);
        if kind == Timestamp::EXTENSION && !Timestamp::may_start_with(&self.input[data.clone()], length as usize) {
            return Err(Error::new(ErrorCode::MsgpackTimestamp, self.offset));
        }
        let end = self.whole(&data, length)?;
        Ok((Token::Ext(kind, data), end))
    }

    /// As much of `length` bytes from `start` on as the input has.
    fn data(&self, start: usize, length: u32) -> Range<usize> {
        start..self.input.len().min(start.saturating_add(length as usize))
    }

    /// The end of `data`, when that is all of `length` bytes.
    fn whole(&self, data: &Range<usize>, length: u32) -> Result<usize, Error> {
        if data.len() == length as usize { Ok(data.end) } else { Err(self.ends_early()) }
    }

    fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], Error> {
        self.input.get(at..).and_then(|rest| rest.first_chunk().copied()).ok_or_else(|| self.ends_early())
    }

    fn ends_early(&self) -> Error {
        Error::new(ErrorCode::MsgpackEnd, self.input.len())
    }
}
