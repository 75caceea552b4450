//! Response heads that are rendered once.

use lanewise_http::Version;
use lanewise_http::date::ImfDate;
use lanewise_http::response::{BadField, Body, Prepared, Start, write_head};
use std::ops::Range;

/// A field of a response: its name and its value.
pub(crate) type Field<'f> = (&'f [u8], &'f [u8]);

/// Whom a response goes to, and when.
#[derive(Clone, Copy, Debug)]
pub struct Client<'c> {
    /// The version of the request.
    pub version: Version,
    /// False when the connection is closed after the response.
    pub keep_alive: bool,
    /// The value of Date.
    pub date: &'c ImfDate,
}

impl<'c> Client<'c> {
    /// Appends a head.
    pub(crate) fn write_head<'f>(&self, status: u16, body: Body, fields: impl IntoIterator<Item = Field<'f>>, out: &mut Vec<u8>) {
        let start = self.start(status, body);
        // The fields are ours or were read from a head, which holds none that could not be written.
        let written = write_head(out, &start, fields);
        debug_assert!(written.is_ok());
    }

    fn start(&self, status: u16, body: Body) -> Start<'c> {
        Start { version: self.version, status, keep_alive: self.keep_alive, body, date: self.date }
    }
}

/// One head for each kind of connection.
#[derive(Clone, Debug)]
pub(crate) struct Heads {
    keep_alive: Prepared,
    keep_alive_10: Prepared,
    close: Prepared,
}

impl Heads {
    pub(crate) fn new(status: u16, body: Body, fields: &[Field<'_>]) -> Result<Self, BadField> {
        let head = |version, keep_alive| {
            let client = Client { version, keep_alive, date: &[b' '; 29] };
            Prepared::new(&client.start(status, body), fields.iter().copied())
        };
        Ok(Self {
            keep_alive: head(Version::Http11, true)?,
            keep_alive_10: head(Version::Http10, true)?,
            close: head(Version::Http11, false)?,
        })
    }

    pub(crate) fn write(&self, client: &Client<'_>, out: &mut Vec<u8>) {
        let head = match (client.keep_alive, client.version) {
            (true, Version::Http11) => &self.keep_alive,
            (true, Version::Http10) => &self.keep_alive_10,
            (false, _) => &self.close,
        };
        head.write(out, client.date);
    }
}

/// The Content-Length of a body that is written behind its head before anybody knows how long it gets.
///
/// It is the last field, with as many digits as a guess has: where they are not enough, or too many, what is behind them moves. That costs less than
/// the body twice, and leaves no blanks in the head.
pub(crate) struct Length {
    /// Where its digits are.
    digits: Range<usize>,
}

const NAME: &[u8] = b"Content-Length: ";
const LINE_END: &[u8] = b"\r\n";
/// Bytes between the digits and the body: two line ends.
const GAP: usize = 4;

impl Length {
    /// Appends it to a head that says nothing of its body and is the last of `out`.
    pub(crate) fn open(guess: usize, out: &mut Vec<u8>) -> Self {
        out.truncate(out.len() - LINE_END.len());
        out.extend_from_slice(NAME);
        let start = out.len();
        out.extend_from_slice(itoa::Buffer::new().format(guess).as_bytes());
        let digits = start..out.len();
        out.extend_from_slice(b"\r\n\r\n");
        Self { digits }
    }

    /// Makes it that of the body, which goes to the end of `out`, and gives where that starts.
    pub(crate) fn settle(self, out: &mut Vec<u8>) -> usize {
        let Range { start, end } = self.digits;
        let size = out.len();
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(size - end - GAP).as_bytes();
        let moved = start + digits.len();
        if moved != end {
            let new_size = size - end + moved;
            out.resize(size.max(new_size), 0);
            out.copy_within(end..size, moved);
            out.truncate(new_size);
        }
        out[start..moved].copy_from_slice(digits);
        moved + GAP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_says_how_long_the_body_got_whatever_was_guessed() {
        for guess in [0, 9, 10, 999, 1000, 123_456] {
            for size in [0, 1, 9, 10, 99, 100, 1000, 99_999] {
                let mut out = b"before\r\n\r\n".to_vec();
                let length = Length::open(guess, &mut out);
                out.resize(out.len() + size, b'x');
                let start = length.settle(&mut out);
                let expected = format!("before\r\nContent-Length: {size}\r\n\r\n{}", "x".repeat(size));
                assert!(out == expected.as_bytes(), "{guess} {size}");
                assert_eq!(out.len() - start, size);
            }
        }
    }
}
