//! On demand: what leads to a value is read, what stands beside it is skipped.

use crate::Limits;
use crate::reader::Reader;
use crate::scan::{self, Content, Header, SIZES, Scratch, Verdict};
use lanewise_error::{Error, ErrorCode};
use lanewise_simd::Kernels;
use std::ops::Range;

/// A place in a value, from which a walk goes to the next one.
///
/// Of what is passed by only headers are looked at: text may be none, a timestamp any data, and nothing is too deep.
///
/// # Errors
/// Each method gives the first error of what it reads, as [`validate`](crate::validate) would; for what it skips `LW_MSGPACK_RESERVED`, and
/// `LW_MSGPACK_END` where the input ends.
pub struct Walk<'a> {
    /// Nothing but the check of what is read is any faster for an instruction set.
    kernels: &'a Kernels,
    input: &'a [u8],
    /// INVARIANT: at most `input.len()`.
    offset: usize,
}

/// What a value is, as far as a walk asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A map.
    Map,
    /// An array.
    Array,
    /// Everything else.
    Leaf,
}

/// A key that is neither array nor map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Of a string its text, else the whole key.
    pub range: Range<usize>,
    /// Whether it is a string. Its text may be no UTF-8.
    pub is_string: bool,
}

impl<'a> Walk<'a> {
    /// A walk from the start of `input`.
    #[must_use]
    #[inline]
    pub fn new(kernels: &'a Kernels, input: &'a [u8]) -> Self {
        Self { kernels, input, offset: 0 }
    }

    /// Where the walk is.
    #[must_use]
    #[inline]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What starts here.
    ///
    /// # Errors
    /// `LW_MSGPACK_END` when nothing does.
    #[inline]
    pub fn shape(&self) -> Result<Shape, Error> {
        Ok(match self.byte()? {
            byte if scan::is_map(byte) => Shape::Map,
            byte if scan::is_container(byte) => Shape::Array,
            _ => Shape::Leaf,
        })
    }

    /// Goes into the container that starts here, inside `depth` others, and gives how many elements or members it has.
    ///
    /// # Errors
    /// See [`Walk`]; `LW_DEPTH`.
    #[inline]
    pub fn enter(&mut self, depth: u32, depth_max: u32) -> Result<u32, Error> {
        if depth >= depth_max {
            return Err(Error::new(ErrorCode::Depth, self.offset));
        }
        match self.header(self.byte()?)? {
            Header::Container { count, start, .. } => {
                self.offset = start;
                Ok(count)
            }
            // Nothing is in what is no container.
            _ => Ok(0),
        }
    }

    /// Goes over the key that starts here; gives none for an array or a map.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline]
    pub fn key(&mut self) -> Result<Option<Key>, Error> {
        let start = self.offset;
        let byte = self.byte()?;
        if let 0xa0..=0xbf = byte {
            self.go_to(start + usize::from(SIZES[usize::from(byte)]))?;
            return Ok(Some(Key { range: start + 1..self.offset, is_string: true }));
        }
        if scan::is_container(byte) {
            self.skip(1)?;
            return Ok(None);
        }
        let text = match SIZES[usize::from(byte)] {
            0 => match self.header(byte)? {
                Header::Data { content: Content::Text, start, .. } => Some(start),
                _ => None,
            },
            _ => None,
        };
        self.skip(1)?;
        Ok(Some(Key { range: text.unwrap_or(start)..self.offset, is_string: text.is_some() }))
    }

    /// Skips so many values, with all that is in them.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline]
    pub fn skip(&mut self, values: u64) -> Result<(), Error> {
        let mut to_come = values;
        let mut at = self.offset;
        while to_come > 0 {
            let Some(&byte) = self.input.get(at) else { return Err(self.ends_early()) };
            to_come -= 1;
            let size = SIZES[usize::from(byte)];
            if size > 0 {
                at += usize::from(size);
                continue;
            }
            match scan::header(self.input, at, byte).ok_or_else(|| self.ends_early())? {
                Header::Container { is_map, count, start } => {
                    // Where the sum has no room, the input ends long before.
                    to_come = to_come.saturating_add(u64::from(count) << u32::from(is_map));
                    at = start;
                }
                Header::Data { end, .. } => at = end,
                Header::Reserved => return Err(Error::new(ErrorCode::MsgpackReserved, at)),
            }
        }
        self.go_to(at)
    }

    /// Goes back to `offset`, where the walk was before.
    #[inline]
    pub fn go_back(&mut self, offset: usize) {
        self.offset = self.offset.min(offset);
    }

    /// Goes over the end of the value, behind which nothing may follow.
    ///
    /// # Errors
    /// `LW_MSGPACK_TRAILING`.
    #[inline]
    pub fn finish(&self) -> Result<(), Error> {
        if self.offset < self.input.len() { Err(Error::new(ErrorCode::MsgpackTrailing, self.offset)) } else { Ok(()) }
    }

    /// Reads the value that starts here, inside `depth` containers, and goes behind it.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline]
    pub fn read(&mut self, depth: u32, limits: &Limits) -> Result<(), Error> {
        let limits = Limits { depth_max: limits.depth_max.saturating_sub(depth), ..*limits };
        let input = &self.input[self.offset..];
        let size = match self.kernels.run(Verdict { input, limits, scratch: &mut Scratch::default() }) {
            Some(size) => size,
            None => read_value(input, &limits).map_err(|error| Error::new(error.code, self.offset + error.offset))?,
        };
        self.go_to(self.offset + size)
    }

    #[inline]
    fn byte(&self) -> Result<u8, Error> {
        self.input.get(self.offset).copied().ok_or_else(|| self.ends_early())
    }

    #[inline]
    fn header(&self, byte: u8) -> Result<Header, Error> {
        scan::header(self.input, self.offset, byte).ok_or_else(|| self.ends_early())
    }

    #[inline]
    fn go_to(&mut self, offset: usize) -> Result<(), Error> {
        if offset > self.input.len() {
            return Err(self.ends_early());
        }
        self.offset = offset;
        Ok(())
    }

    #[cold]
    fn ends_early(&self) -> Error {
        Error::new(ErrorCode::MsgpackEnd, self.input.len())
    }
}

/// The size of the value that `input` starts with.
fn read_value(input: &[u8], limits: &Limits) -> Result<usize, Error> {
    let mut reader = Reader::new(input, limits);
    loop {
        reader.next()?;
        if reader.depth() == 0 {
            return Ok(reader.offset());
        }
    }
}
