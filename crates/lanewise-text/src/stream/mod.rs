//! [`Scanner`]: a search in a stream that comes in chunks.
mod ahead;
mod form;
mod scan;

use crate::Matcher;
use form::{InBytes, InStrings};
use scan::Scan;
use std::sync::Arc;

/// A search in a stream: the matches are those in all chunks taken as one text, wherever they are cut.
///
/// Chunks and offsets are in units of the stream, bytes or units of UTF-16 of two bytes each, as in [`crate::Haystack`].
///
/// # Complexity
/// Time is linear in the stream, as it is for a whole text. Memory is a small multiple of the longest pattern; where under leftmost-first a
/// pattern has a better one behind it, four bytes for each state of the automaton too.
pub struct Scanner(Units);

enum Units {
    Bytes(Scan<InBytes>),
    Strings(Scan<InStrings>),
}

impl Scanner {
    /// A search at the start of a stream of bytes.
    #[must_use]
    pub fn new(matcher: Arc<Matcher>) -> Self {
        Self(Units::Bytes(Scan::new(matcher)))
    }

    /// A search at the start of a stream of strings, whose chunks are units of UTF-16.
    #[must_use]
    pub fn of_strings(matcher: Arc<Matcher>) -> Self {
        Self(Units::Strings(Scan::new(matcher)))
    }

    /// How many units at the end of the stream so far may still be part of a match: all that come before them are settled.
    ///
    /// There are never more than it takes, but where [`crate::Options::whole_words`] meet a character that is cut: whether that is one of a word
    /// is asked once it is complete, even where no completion of it could be.
    #[must_use]
    pub fn held_back(&self) -> usize {
        match &self.0 {
            Units::Bytes(scan) => scan.held_back(),
            Units::Strings(scan) => scan.held_back(),
        }
    }

    /// Takes the next chunk, and appends id, start and end of every match that is certain now to `out`. Offsets are counted from where
    /// the units held back before began.
    pub fn write(&mut self, chunk: &[u8], out: &mut Vec<u32>) {
        match &mut self.0 {
            Units::Bytes(scan) => scan.write(chunk, out),
            Units::Strings(scan) => scan.write(&chunk[..chunk.len() & !1], out),
        }
    }

    /// Ends the stream, and appends the matches that its end has made certain; offsets as in [`Scanner::write`]. The scanner is at the start of
    /// another stream then.
    pub fn end(&mut self, out: &mut Vec<u32>) {
        match &mut self.0 {
            Units::Bytes(scan) => scan.end(out),
            Units::Strings(scan) => scan.end(out),
        }
    }
}
