//! On demand: what leads to a value is read, what stands beside it is skipped.

use crate::fault::fault;
use crate::grammar::{BRACE, CONTROL_MAX, Strings, Verdict, WHITESPACE};
use crate::reader::{RawString, Reader};
use crate::skip::Skip;
use crate::{DuplicateKeys, Limits, scan};
use lanewise_error::{Error, ErrorCode};
use lanewise_simd::{BLOCK, Block, Isa, Task};
use std::ops::Range;

/// A place in a text, for a [`Task`] that goes from value to value.
///
/// On the way, keys, separators and brackets are checked as [`validate`](crate::validate) does. Of a value that is skipped only strings
/// and brackets are looked at: a container ends where as many brackets of its own kind have closed as have opened, a string at
/// the first quote that is not escaped, anything else before the next byte that could end or start a token.
///
/// # Errors
/// Each method gives the first error of what it reads, as [`validate`](crate::validate) would; for what it skips `LW_JSON_END` at the end.
pub struct Walk<'a, I> {
    isa: I,
    input: &'a [u8],
    /// INVARIANT: at most `input.len()`.
    offset: usize,
}

/// Whether a child is the first one of its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// The opening bracket stands before it.
    First,
    /// Another child stands before it.
    Next,
}

impl<'a, I: Isa> Walk<'a, I> {
    /// A walk from the start of `input`.
    #[inline(always)]
    pub fn new(isa: I, input: &'a [u8]) -> Self {
        Self { isa, input, offset: 0 }
    }

    /// Where the walk is.
    #[inline(always)]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Goes to a value and gives its first byte, which may be none that a value has.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline(always)]
    pub fn value(&mut self) -> Result<u8, Error> {
        self.token()
    }

    /// Goes into the container whose bracket is here, inside `depth` others.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline(always)]
    pub fn enter(&mut self, depth: u32, depth_max: u32) -> Result<(), Error> {
        if depth >= depth_max {
            return Err(Error::new(ErrorCode::Depth, self.offset));
        }
        self.offset += 1;
        Ok(())
    }

    /// Goes to the value of the next member and gives its key, or behind the bracket that closes the object.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline(always)]
    pub fn member(&mut self, child: Child) -> Result<Option<RawString>, Error> {
        if !self.separator(child, b'}')? {
            return Ok(None);
        }
        if self.token()? != b'"' {
            return Err(self.unexpected());
        }
        let key = self.string()?;
        self.offset = key.range.end + 1;
        if self.token()? != b':' {
            return Err(self.unexpected());
        }
        self.offset += 1;
        self.token()?;
        Ok(Some(key))
    }

    /// Goes to the next element, or behind the bracket that closes the array, which gives false.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline(always)]
    pub fn element(&mut self, child: Child) -> Result<bool, Error> {
        if !self.separator(child, b']')? {
            return Ok(false);
        }
        self.token()?;
        Ok(true)
    }

    /// Goes over the separator before a child, or over the closing bracket, which gives false.
    #[inline(always)]
    fn separator(&mut self, child: Child, close: u8) -> Result<bool, Error> {
        let byte = self.token()?;
        if byte == close {
            self.offset += 1;
            return Ok(false);
        }
        if child == Child::Next {
            if byte != b',' {
                return Err(self.unexpected());
            }
            self.offset += 1;
        }
        Ok(true)
    }

    /// Goes over white space to the next byte.
    #[inline(always)]
    fn token(&mut self) -> Result<u8, Error> {
        self.offset = scan::whitespace(self.input, self.offset);
        self.input.get(self.offset).copied().ok_or(Error::new(ErrorCode::JsonEnd, self.input.len()))
    }

    /// Goes out of the innermost open container, from a place where a child, a separator or the closing bracket could be, and skips what is left of it.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline(always)]
    pub fn leave(&mut self, is_object: bool) -> Result<(), Error> {
        let (open, close) = if is_object { (b'{', b'}') } else { (b'[', b']') };
        self.offset = self.container_end(self.offset, open, close).ok_or(Error::new(ErrorCode::JsonEnd, self.input.len()))?;
        Ok(())
    }

    /// Goes back to `offset`, where the walk was before.
    #[inline(always)]
    pub fn go_back(&mut self, offset: usize) {
        self.offset = self.offset.min(offset);
    }

    /// Goes to the end of the input, before which there must be nothing but white space.
    ///
    /// # Errors
    /// `LW_JSON_TRAILING`, or `LW_UTF8`.
    #[inline(always)]
    pub fn finish(&mut self) -> Result<(), Error> {
        self.offset = scan::whitespace(self.input, self.offset);
        if self.offset < self.input.len() {
            return Err(fault(self.input, self.offset, ErrorCode::JsonTrailing, self.offset));
        }
        Ok(())
    }

    /// Skips the value that starts here.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline(always)]
    pub fn skip(&mut self) -> Result<(), Error> {
        let end = match self.input.get(self.offset) {
            Some(b'"') => self.string_end(),
            Some(b'{') => self.container_end(self.offset + 1, b'{', b'}'),
            Some(b'[') => self.container_end(self.offset + 1, b'[', b']'),
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Some(self.scalar_end()),
            Some(_) => return Err(self.unexpected()),
            None => None,
        };
        self.offset = end.ok_or(Error::new(ErrorCode::JsonEnd, self.input.len()))?;
        Ok(())
    }

    /// Reads the value that starts here, inside `depth` containers, and gives where it is.
    ///
    /// # Errors
    /// See [`Walk`].
    #[inline(always)]
    pub fn read(&mut self, depth: u32, limits: &Limits) -> Result<Range<usize>, Error> {
        let start = self.offset;
        let depth_max = limits.depth_max.saturating_sub(depth);
        let is_container = matches!(self.input.get(start), Some(b'{' | b'['));
        let is_quick = is_container && I::HAS_VECTORS && limits.duplicate_keys == DuplicateKeys::Last;
        if is_quick && self.skip().is_ok() {
            let input = &self.input[start..self.offset];
            if (Verdict { input, depth_max }).run(self.isa) {
                return Ok(start..self.offset);
            }
        }
        self.offset = match self.input.get(start) {
            Some(b'"') => self.string()?.range.end + 1,
            Some(b'-' | b'0'..=b'9') => scan::number(self.input, start)?,
            _ => start + read_value(&self.input[start..], &Limits { depth_max, ..*limits }).map_err(|error| behind(start, error))?,
        };
        Ok(start..self.offset)
    }

    /// The string that starts here. Most are shorter than a block.
    #[inline(always)]
    fn string(&self) -> Result<RawString, Error> {
        let start = self.offset + 1;
        if I::HAS_VECTORS
            && let Some(bytes) = self.input.get(start..).and_then(|rest| rest.first_chunk::<BLOCK>())
        {
            let block = self.isa.load(bytes);
            let quote = block.eq(b'"');
            // What is before the first quote, and with it where there is one.
            let text = quote ^ quote.wrapping_sub(1);
            let is_plain = (block.eq(b'\\') | block.at_most(CONTROL_MAX)) & text == 0;
            let size = quote.trailing_zeros() as usize;
            if quote != 0 && is_plain && (!block.any_high() || std::str::from_utf8(&bytes[..size]).is_ok()) {
                return Ok(RawString { range: start..start + size, escaped: false });
            }
        }
        scan::string(self.input, self.offset)
    }

    #[cold]
    fn unexpected(&self) -> Error {
        fault(self.input, self.offset, ErrorCode::JsonUnexpected, self.offset)
    }

    #[inline(always)]
    fn container_end(&self, start: usize, open: u8, close: u8) -> Option<usize> {
        if !I::HAS_VECTORS {
            return scan::container(self.input, start, open, close);
        }
        Skip { input: self.input, start, open, close }.run(self.isa)
    }

    /// Where the number or literal that starts here ends, of which nothing else is looked at.
    #[inline(always)]
    fn scalar_end(&self) -> usize {
        if I::HAS_VECTORS
            && let Some(bytes) = self.input.get(self.offset..).and_then(|rest| rest.first_chunk::<BLOCK>())
        {
            let block = self.isa.load(bytes);
            let folded = block.with_bits(BRACE);
            let brackets = folded.eq(b'{') | folded.eq(b'}');
            let ends = brackets | block.eq(b',') | block.in_set(&WHITESPACE) | block.eq(b':') | block.eq(b'"');
            if ends != 0 {
                return self.offset + ends.trailing_zeros() as usize;
            }
        }
        scan::scalar_end(self.input, self.offset)
    }

    #[inline(always)]
    fn string_end(&self) -> Option<usize> {
        let mut at = self.offset + 1;
        if !I::HAS_VECTORS {
            return scan::quoted(self.input, self.offset);
        }
        let mut strings = Strings::default();
        let (blocks, rest) = self.input[at..].as_chunks::<BLOCK>();
        for bytes in blocks {
            let quotes = self.quotes(bytes, &mut strings);
            if quotes != 0 {
                return Some(at + quotes.trailing_zeros() as usize + 1);
            }
            at += BLOCK;
        }
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        let quotes = self.quotes(&last, &mut strings);
        (quotes != 0).then(|| at + quotes.trailing_zeros() as usize + 1)
    }

    /// The quotes that are not escaped.
    #[inline(always)]
    fn quotes(&self, bytes: &[u8; BLOCK], strings: &mut Strings) -> u64 {
        let block = self.isa.load(bytes);
        block.eq(b'"') & !strings.escaped(block.eq(b'\\'))
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

fn behind(start: usize, error: Error) -> Error {
    Error::new(error.code, start + error.offset)
}
