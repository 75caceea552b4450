//! Reads request heads, however they arrive.

use crate::chars::{is_blank, is_token, is_value, target_size};
use crate::failure::Refusal;
use crate::head::{Field, Head, Method, Span, Version};
use crate::known::Known;
use crate::meaning::settle;
use httparse::{EMPTY_HEADER, Header, Status};

/// Empty lines before a request that are ignored: RFC 9112 section 2.2 asks for one at least, old clients sent one.
const EMPTY_LINES_MAX: u8 = 4;
/// Field lines that are split at once. Few, because room for them is made anew each time; most heads have no more.
const GROUP: usize = 16;

/// Tells the tests that so many bytes are examined.
#[inline]
fn examine(_count: impl FnOnce() -> usize) {
    #[cfg(test)]
    tests::EXAMINED.set(tests::EXAMINED.get() + _count());
}

/// How large a head may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadLimits {
    /// Bytes, up to the end of the empty line; at most [`BYTES_MAX`](Self::BYTES_MAX) count.
    pub bytes: usize,
    /// Field lines.
    pub fields: usize,
}

impl HeadLimits {
    /// The largest head that any limit allows.
    pub const BYTES_MAX: usize = u32::MAX as usize;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    EmptyLines,
    Method,
    Target,
    Version,
    Fields,
}

/// Reads one head after another.
///
/// What it answers depends on the bytes that have arrived, not on how they were split. Each byte is examined at most twice: once
/// while its line is incomplete, once when it is split; a head that arrives whole is examined once. The line that a head is refused
/// for is examined once more, and so are, at the end, the values of the fields that frame a message.
#[derive(Debug, Default)]
pub struct HeadReader {
    phase: Phase,
    /// Everything before has been looked at.
    cursor: usize,
    /// Where the first line begins that is not part of `partial` yet; at most `cursor`.
    line: usize,
    empty_lines: u8,
    /// What is wrong with the line that has not ended yet: it is refused when it has, however it arrives.
    pending: Option<Refusal>,
    /// What has been read of a head that is not complete.
    partial: Head,
}

impl HeadReader {
    /// A reader at the start of a head. Allocates nothing.
    #[must_use]
    pub fn new() -> HeadReader {
        HeadReader::default()
    }

    /// Reads on in a head that `bytes` begin with: all that has been received of it so far, and perhaps more behind it.
    ///
    /// True when it is complete; `head` then has it, its first [`Head::size`] bytes are taken, and the reader is at the start of the
    /// next head. False when bytes are missing: the next call gets the same bytes and more, and what `head` holds until then means
    /// nothing.
    ///
    /// # Errors
    /// The [`Refusal`] of the first fault in the order of the bytes, where a field line counts once it has ended and what the fields
    /// mean once the head has; the reader is at the start of a head again.
    ///
    /// # Complexity
    /// O(bytes.len()) time over all calls for a head. One that arrives whole allocates only when it has more fields than `head` has
    /// ever had; what is known of one that arrives in parts is kept in the reader meanwhile, at the cost of an allocation.
    ///
    /// # Source
    /// RFC 9112 sections 2, 3, 5, 6 and 9; RFC 9110 sections 5, 7.2, 8.6 and 10.1.1.
    pub fn read(&mut self, bytes: &[u8], limits: &HeadLimits, head: &mut Head) -> Result<bool, Refusal> {
        if self.cursor == 0 {
            head.clear();
        } else {
            std::mem::swap(head, &mut self.partial);
        }
        let limit = limits.bytes.min(HeadLimits::BYTES_MAX);
        // What lies beyond the limit is not looked at: that it is there is enough.
        let result = match self.advance(&bytes[..bytes.len().min(limit)], limits, head) {
            Ok(false) if bytes.len() > limit => Err(self.too_large()),
            result => result,
        };
        if result == Ok(false) {
            std::mem::swap(head, &mut self.partial);
        } else {
            self.reset();
        }
        result
    }

    /// Goes to the start of a head, whatever was read before.
    pub fn reset(&mut self) {
        self.phase = Phase::EmptyLines;
        self.cursor = 0;
        self.line = 0;
        self.empty_lines = 0;
        self.pending = None;
        // Between heads, which is where idle connections are, a reader owns no memory.
        if self.partial.fields.capacity() > 0 {
            self.partial.fields = Vec::new();
        }
    }

    fn too_large(&self) -> Refusal {
        if self.phase == Phase::Target { Refusal::TargetTooLong } else { Refusal::HeadTooLarge }
    }

    fn advance(&mut self, bytes: &[u8], limits: &HeadLimits, head: &mut Head) -> Result<bool, Refusal> {
        let is_complete = (self.phase == Phase::Fields || self.read_request_line(bytes, head)?) && self.read_fields(bytes, limits, head)?;
        if is_complete {
            settle(head, bytes)?;
        }
        Ok(is_complete)
    }

    /// Reads on in the request line, each byte once. True when it has ended.
    fn read_request_line(&mut self, bytes: &[u8], head: &mut Head) -> Result<bool, Refusal> {
        loop {
            let is_done = match self.phase {
                Phase::EmptyLines => self.skip_empty_lines(bytes)?,
                Phase::Method => self.read_method(bytes, head)?,
                Phase::Target => self.read_target(bytes, head)?,
                Phase::Version => self.read_version(bytes, head)?,
                Phase::Fields => return Ok(true),
            };
            if !is_done {
                return Ok(false);
            }
        }
    }

    fn begin(&mut self, phase: Phase, at: usize) {
        self.phase = phase;
        self.cursor = at;
        self.line = at;
    }

    fn skip_empty_lines(&mut self, bytes: &[u8]) -> Result<bool, Refusal> {
        loop {
            match bytes[self.cursor..] {
                [] | [b'\r'] => return Ok(false),
                [b'\r', b'\n', ..] if self.empty_lines == EMPTY_LINES_MAX => return Err(Refusal::EmptyLines),
                [b'\r', b'\n', ..] => {
                    self.empty_lines += 1;
                    self.cursor += 2;
                }
                [b'\r' | b'\n', ..] => return Err(Refusal::LineEnd),
                _ => {
                    self.begin(Phase::Method, self.cursor);
                    return Ok(true);
                }
            }
        }
    }

    fn read_method(&mut self, bytes: &[u8], head: &mut Head) -> Result<bool, Refusal> {
        // Most requests have one of these, which one comparison finds.
        let (method, end) = match bytes[self.line..] {
            [b'G', b'E', b'T', b' ', ..] => (Method::Get, self.line + 3),
            [b'P', b'O', b'S', b'T', b' ', ..] => (Method::Post, self.line + 4),
            _ => {
                let Some(end) = self.position(bytes, |byte| !is_token(byte)) else { return Ok(false) };
                if bytes[end] != b' ' || end == self.line {
                    return Err(Refusal::Method);
                }
                (Method::of(&bytes[self.line..end]), end)
            }
        };
        head.method_name = Span::new(self.line, end);
        head.method = method;
        self.begin(Phase::Target, end + 1);
        Ok(true)
    }

    fn read_target(&mut self, bytes: &[u8], head: &mut Head) -> Result<bool, Refusal> {
        if head.query.is_none() {
            let Some(end) = self.pass(bytes, target_size::<false>(&bytes[self.cursor..])) else { return Ok(false) };
            if bytes[end] != b'?' {
                return self.end_target(bytes, end, head);
            }
            head.query = Some(Span::new(end + 1, end + 1));
            self.cursor = end + 1;
        }
        let Some(end) = self.pass(bytes, target_size::<true>(&bytes[self.cursor..])) else { return Ok(false) };
        self.end_target(bytes, end, head)
    }

    fn end_target(&mut self, bytes: &[u8], end: usize, head: &mut Head) -> Result<bool, Refusal> {
        if bytes[end] != b' ' || end == self.line {
            return Err(Refusal::Target);
        }
        if let Some(query) = &mut head.query {
            query.end = end as u32;
        }
        head.target = Span::new(self.line, end);
        self.begin(Phase::Version, end + 1);
        Ok(true)
    }

    /// Compares what stands where `HTTP/1.1` belongs, its line end included.
    fn read_version(&mut self, bytes: &[u8], head: &mut Head) -> Result<bool, Refusal> {
        const FORM: &[u8; 10] = b"HTTP/0.0\r\n";
        if bytes[self.line..].starts_with(b"HTTP/1.1\r\n") {
            examine(|| FORM.len());
            head.version = Version::Http11;
            self.begin(Phase::Fields, self.line + FORM.len());
            return Ok(true);
        }
        let found = &bytes[self.line..bytes.len().min(self.line + FORM.len())];
        let compared = self.cursor - self.line;
        examine(|| found.len() - compared);
        for (byte, form) in found.iter().zip(FORM).skip(compared) {
            let fits = if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
            if !fits {
                return Err(if *byte == b'\n' || *form == b'\n' { Refusal::LineEnd } else { Refusal::Version });
            }
        }
        self.cursor = self.line + found.len();
        if found.len() < FORM.len() {
            return Ok(false);
        }
        head.version = match (found[5], found[7]) {
            (b'1', b'0') => Version::Http10,
            (b'1', _) => Version::Http11,
            _ => return Err(Refusal::VersionUnsupported),
        };
        self.begin(Phase::Fields, self.cursor);
        Ok(true)
    }

    /// Where the first byte stands that `stops`, from the cursor on; without one, the cursor is behind all bytes.
    fn position(&mut self, bytes: &[u8], stops: impl Fn(u8) -> bool) -> Option<usize> {
        let rest = &bytes[self.cursor..];
        self.pass(bytes, rest.iter().position(|byte| stops(*byte)).unwrap_or(rest.len()))
    }

    /// Passes `size` bytes. Where the cursor is then, if there is a byte.
    fn pass(&mut self, bytes: &[u8], size: usize) -> Option<usize> {
        self.cursor += size;
        examine(|| size + usize::from(self.cursor < bytes.len()));
        (self.cursor < bytes.len()).then_some(self.cursor)
    }

    /// Reads on in the field lines. True when the empty line behind them has ended.
    fn read_fields(&mut self, bytes: &[u8], limits: &HeadLimits, head: &mut Head) -> Result<bool, Refusal> {
        // A line of which a part has been looked at is looked at again only once it has ended.
        if self.cursor > self.line && self.position(bytes, |byte| byte == b'\n').is_none() {
            return Ok(false);
        }
        if let Some(refusal) = self.pending {
            return Err(refusal);
        }
        loop {
            let rest = &bytes[self.line..];
            let mut group = [EMPTY_HEADER; GROUP];
            let result = httparse::parse_headers(rest, &mut group).map(|status| match status {
                Status::Complete((size, lines)) => Some((size, lines.len())),
                Status::Partial => None,
            });
            // Lines that are complete have been split, whatever became of the one behind them.
            let count = match result {
                Ok(Some((_, count))) => count,
                _ => group.iter().position(|line| line.name.is_empty()).unwrap_or(GROUP),
            };
            examine(|| match result {
                Ok(complete) => complete.map_or(rest.len(), |(size, _)| size),
                Err(_) => rest.split_inclusive(|byte| *byte == b'\n').take(count + 1).map(<[u8]>::len).sum(),
            });
            self.take(&group[..count], bytes, limits, head)?;
            match result {
                Ok(Some(_)) => return self.end(bytes, head),
                Ok(None) => {
                    self.cursor = bytes.len();
                    return Ok(false);
                }
                Err(httparse::Error::TooManyHeaders) => self.cursor = self.line,
                Err(error) => return self.fail(error, bytes),
            }
        }
    }

    /// Adds lines that have been split to the head.
    fn take(&mut self, lines: &[Header<'_>], bytes: &[u8], limits: &HeadLimits, head: &mut Head) -> Result<(), Refusal> {
        let offset = |part: *const u8| part as usize - bytes.as_ptr() as usize;
        for line in lines {
            let (name, value) = (offset(line.name.as_ptr()), offset(line.value.as_ptr()));
            let value_end = value + line.value.len();
            self.line = line_end(bytes, value_end).ok_or(Refusal::LineEnd)?;
            if head.fields.len() >= limits.fields {
                return Err(Refusal::TooManyFields);
            }
            head.push(Field {
                name: Span::new(name, name + line.name.len()),
                value: Span::new(value, value_end),
                known: Known::of(line.name.as_bytes()),
            });
        }
        Ok(())
    }

    /// Ends the head with the empty line that stands at `line`.
    fn end(&mut self, bytes: &[u8], head: &mut Head) -> Result<bool, Refusal> {
        if !bytes[self.line..].starts_with(b"\r\n") {
            return Err(Refusal::LineEnd);
        }
        head.size = self.line + 2;
        Ok(true)
    }

    /// The line at `line` cannot be split: it is refused once it has ended.
    fn fail(&mut self, error: httparse::Error, bytes: &[u8]) -> Result<bool, Refusal> {
        self.cursor = self.line;
        let control = self.position(bytes, |byte| !is_value(byte)).map(|at| bytes[at]);
        let refusal = match error {
            httparse::Error::HeaderName if bytes.get(self.line).is_some_and(|byte| is_blank(*byte)) => Refusal::Folding,
            httparse::Error::HeaderName => Refusal::FieldName,
            httparse::Error::HeaderValue if control != Some(b'\r') => Refusal::FieldValue,
            _ => Refusal::LineEnd,
        };
        if self.position(bytes, |byte| byte == b'\n').is_some() {
            return Err(refusal);
        }
        self.pending = Some(refusal);
        Ok(false)
    }
}

/// Where the line ends whose value ends at `value_end`: behind CR LF. None when LF stands alone, which `httparse` lets pass.
fn line_end(bytes: &[u8], value_end: usize) -> Option<usize> {
    let rest = &bytes[value_end..];
    if rest.starts_with(b"\r\n") {
        return Some(value_end + 2);
    }
    let blanks = rest.iter().position(|byte| !is_blank(*byte))?;
    rest[blanks..].starts_with(b"\r\n").then_some(value_end + blanks + 2)
}

#[cfg(test)]
mod tests;
