//! Reads request bodies, in place.

use crate::chars::{is_blank, is_token, is_value};
use crate::failure::Refusal;
use crate::head::Framing;
use std::ops::Range;

/// Digits of a chunk size that are read: with more, zeros in front among them, it would not fit 64 bits.
const SIZE_DIGITS_MAX: u8 = 16;
/// Bytes of all chunk extensions of a body, which nobody uses: without a limit they are a way to send for nothing (RFC 9112 section 7.1.1).
const EXTENSION_BYTES_MAX: u32 = 4 << 10;
/// Bytes of a trailer section, its line ends included.
const TRAILER_BYTES_MAX: u32 = 8 << 10;

/// What one call of [`BodyReader::read`] has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where a stretch of the body stands in the bytes that were given; empty when there is none.
    pub data: Range<usize>,
    /// So many bytes, from the first on, are done with; `data` lies among them.
    pub consumed: usize,
    /// True when the body has ended.
    pub end: bool,
}

/// Reads one body, whatever its framing. Chunk extensions and trailers are checked and dropped (RFC 9112 sections 7.1.1 and 7.1.2).
#[derive(Clone, Debug)]
pub struct BodyReader {
    state: State,
    /// Bytes of data to come: of the body, or of the chunk.
    left: u64,
    /// Bytes that chunks may still bring.
    room: u64,
    size_digits: u8,
    extension_bytes: u32,
    trailer_bytes: u32,
}

/// What stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Data of a body with a length.
    Body,
    /// Digits of a chunk size.
    Size,
    /// White space behind a chunk size, which only an extension may follow.
    SizeBlank,
    /// White space or the name of an extension.
    ExtensionStart,
    ExtensionName,
    /// White space behind the name of an extension.
    ExtensionNameBlank,
    /// White space or the value of an extension.
    ExtensionValueStart,
    ExtensionValue,
    ExtensionQuoted,
    /// What follows a backslash.
    ExtensionEscape,
    /// Behind the closing quote.
    ExtensionQuotedEnd,
    /// White space behind the value of an extension, which only another extension may follow.
    ExtensionValueBlank,
    /// LF of the line of a chunk size.
    SizeEnd,
    /// Data of a chunk.
    Chunk,
    /// CR behind the data of a chunk.
    ChunkCr,
    ChunkLf,
    /// The first byte of a trailer line, or of the empty line.
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerEnd,
    /// LF of the empty line.
    LastLf,
    Done,
    Refused(Refusal),
}

impl BodyReader {
    /// A reader of a body that is framed so and may have up to `bytes_max` bytes of data.
    ///
    /// # Errors
    /// [`Refusal::BodyTooLarge`] when the announced length is larger.
    pub fn new(framing: Framing, bytes_max: u64) -> Result<BodyReader, Refusal> {
        let (state, left) = match framing {
            Framing::None | Framing::Length(0) => (State::Done, 0),
            Framing::Length(length) if length > bytes_max => return Err(Refusal::BodyTooLarge),
            Framing::Length(length) => (State::Body, length),
            Framing::Chunked => (State::Size, 0),
        };
        Ok(BodyReader { state, left, room: bytes_max, size_digits: 0, extension_bytes: 0, trailer_bytes: 0 })
    }

    /// Reads up to the end of one stretch of data, and the framing around it. `bytes` go on where the last call's `consumed` ended.
    ///
    /// There is more to read as long as `consumed` is below `bytes.len()` and `end` is false. Bytes behind the end are left alone.
    ///
    /// # Errors
    /// A [`Refusal`] of status 400, of 413 when the chunks exceed the limit, of 431 when the trailers do. All data before the fault
    /// has been given by earlier calls, and each further call gives the same refusal.
    ///
    /// # Complexity
    /// O(consumed); data is not looked at.
    ///
    /// # Source
    /// RFC 9112 sections 6.2, 6.3 and 7.1.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Piece, Refusal> {
        let mut at = 0;
        self.pass_framing(bytes, &mut at);
        if let State::Refused(refusal) = self.state {
            return Err(refusal);
        }
        let size = usize::try_from(self.left).map_or(bytes.len() - at, |left| left.min(bytes.len() - at));
        let data = at..at + size;
        if size > 0 {
            at += size;
            self.left -= size as u64;
            if self.left == 0 {
                self.state = if self.state == State::Body { State::Done } else { State::ChunkCr };
            }
            // A fault behind the data is left for the next call, which has no data to give up for it.
            self.pass_framing(bytes, &mut at);
        }
        Ok(Piece { data, consumed: at, end: self.state == State::Done })
    }

    /// Bytes of data that are known to follow what has been read: the rest of a body with a length, or of a chunk.
    #[must_use]
    pub fn announced(&self) -> u64 {
        if matches!(self.state, State::Body | State::Chunk) { self.left } else { 0 }
    }

    /// Passes framing up to the next data, the end of the body, or the end of `bytes`. Stops in front of a byte that is a fault.
    fn pass_framing(&mut self, bytes: &[u8], at: &mut usize) {
        while !matches!(self.state, State::Body | State::Chunk | State::Done | State::Refused(_)) {
            let Some(byte) = bytes.get(*at) else { return };
            let next = self.step(*byte);
            *at += usize::from(next.is_ok());
            self.state = next.unwrap_or_else(State::Refused);
        }
    }

    /// What stands behind `byte`, which is no data.
    fn step(&mut self, byte: u8) -> Result<State, Refusal> {
        match self.state {
            State::Size | State::SizeBlank | State::SizeEnd => self.step_size(byte),
            State::Body | State::Chunk | State::Done | State::Refused(_) => Ok(self.state),
            State::ChunkCr if byte == b'\r' => Ok(State::ChunkLf),
            State::ChunkLf if byte == b'\n' => {
                self.size_digits = 0;
                Ok(State::Size)
            }
            State::ChunkCr | State::ChunkLf => Err(Refusal::ChunkEnd),
            State::TrailerStart | State::TrailerName | State::TrailerValue | State::TrailerEnd | State::LastLf => self.step_trailer(byte),
            _ => self.step_extension(byte),
        }
    }

    fn step_size(&mut self, byte: u8) -> Result<State, Refusal> {
        match (self.state, byte) {
            (State::SizeEnd, b'\n') => self.begin_chunk(),
            (State::Size, _) if byte.is_ascii_hexdigit() && self.size_digits < SIZE_DIGITS_MAX => {
                let digit = char::from(byte).to_digit(16).unwrap_or(0);
                self.left = self.left << 4 | u64::from(digit);
                self.size_digits += 1;
                Ok(State::Size)
            }
            (State::Size, b'\r') if self.size_digits > 0 => Ok(State::SizeEnd),
            (State::Size | State::SizeBlank, b';') if self.size_digits > 0 => Ok(State::ExtensionStart),
            (State::Size | State::SizeBlank, _) if self.size_digits > 0 && is_blank(byte) => {
                self.count_extension()?;
                Ok(State::SizeBlank)
            }
            _ => Err(Refusal::ChunkSize),
        }
    }

    fn begin_chunk(&mut self) -> Result<State, Refusal> {
        if self.left == 0 {
            return Ok(State::TrailerStart);
        }
        self.room = self.room.checked_sub(self.left).ok_or(Refusal::BodyTooLarge)?;
        Ok(State::Chunk)
    }

    fn step_extension(&mut self, byte: u8) -> Result<State, Refusal> {
        self.count_extension()?;
        let is_blank = is_blank(byte);
        match (self.state, byte) {
            (State::ExtensionStart, _) if is_blank => Ok(State::ExtensionStart),
            (State::ExtensionStart | State::ExtensionName, _) if is_token(byte) => Ok(State::ExtensionName),
            (State::ExtensionName | State::ExtensionNameBlank, _) if is_blank => Ok(State::ExtensionNameBlank),
            (State::ExtensionName | State::ExtensionNameBlank, b'=') => Ok(State::ExtensionValueStart),
            (State::ExtensionValueStart, _) if is_blank => Ok(State::ExtensionValueStart),
            (State::ExtensionValueStart, b'"') => Ok(State::ExtensionQuoted),
            (State::ExtensionValueStart | State::ExtensionValue, _) if is_token(byte) => Ok(State::ExtensionValue),
            (State::ExtensionQuoted, b'"') => Ok(State::ExtensionQuotedEnd),
            (State::ExtensionQuoted, b'\\') => Ok(State::ExtensionEscape),
            (State::ExtensionQuoted | State::ExtensionEscape, _) if is_value(byte) => Ok(State::ExtensionQuoted),
            (State::ExtensionValue | State::ExtensionQuotedEnd | State::ExtensionValueBlank, _) if is_blank => {
                Ok(State::ExtensionValueBlank)
            }
            (
                State::ExtensionName
                | State::ExtensionNameBlank
                | State::ExtensionValue
                | State::ExtensionQuotedEnd
                | State::ExtensionValueBlank,
                b';',
            ) => Ok(State::ExtensionStart),
            (State::ExtensionName | State::ExtensionValue | State::ExtensionQuotedEnd, b'\r') => Ok(State::SizeEnd),
            _ => Err(Refusal::ChunkExtension),
        }
    }

    fn count_extension(&mut self) -> Result<(), Refusal> {
        self.extension_bytes += 1;
        if self.extension_bytes > EXTENSION_BYTES_MAX { Err(Refusal::ChunkExtension) } else { Ok(()) }
    }

    fn step_trailer(&mut self, byte: u8) -> Result<State, Refusal> {
        if self.trailer_bytes == TRAILER_BYTES_MAX {
            return Err(Refusal::TrailersTooLarge);
        }
        self.trailer_bytes += 1;
        match (self.state, byte) {
            (State::TrailerStart, b'\r') => Ok(State::LastLf),
            (State::TrailerStart | State::TrailerName, _) if is_token(byte) => Ok(State::TrailerName),
            (State::TrailerName, b':') => Ok(State::TrailerValue),
            (State::TrailerValue, b'\r') => Ok(State::TrailerEnd),
            (State::TrailerValue, _) if is_value(byte) => Ok(State::TrailerValue),
            (State::TrailerEnd, b'\n') => Ok(State::TrailerStart),
            (State::LastLf, b'\n') => Ok(State::Done),
            _ => Err(Refusal::Trailer),
        }
    }
}
