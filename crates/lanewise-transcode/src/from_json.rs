//! JSON to MessagePack.

use crate::number;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::reader::{Event, RawString, Reader};
use lanewise_json::{DEPTH_MAX, DuplicateKeys, Limits, LoneSurrogate, unescape};
use lanewise_msgpack::writer::{self, Float32};

/// How [`from_json`] reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromJson {
    /// Containers that may be open at once; one more is `LW_DEPTH`.
    pub depth_max: u32,
    /// When a float takes the 4-byte format.
    pub float32: Float32,
}

impl Default for FromJson {
    fn default() -> Self {
        Self { depth_max: DEPTH_MAX, float32: Float32::Exact }
    }
}

/// Appends the JSON value `input` to `out` as MessagePack, every value in its smallest format.
///
/// Members keep their order, and keys that occur twice stay twice. Values become what JavaScript would encode, reading large integers as BigInt:
/// - A number without fraction and exponent that 64 bits hold is an integer, and exact. Any other is the nearest double, infinite beyond the
///   range of doubles as in `JSON.parse`: an integer again where that is a safe one (`1.0` and `1e3` are), else a float.
/// - `-0` and `-0.0` are the float -0. Whatever is a float takes 4 bytes where `float32` says so, else 8.
/// - An escaped surrogate without a partner has no UTF-8 form and becomes U+FFFD.
///
/// # Errors
/// Those of [`validate`](lanewise_json::validate); `LW_SIZE` at a string of 4 GiB or at what is one too many for a container of 2^32 values. On
/// an error `out` is as it was.
/// # Complexity
/// O(input.len()) time; four bytes per container, and a buffer as large as the longest string with escapes.
/// # Examples
/// ```
/// use lanewise_transcode::{FromJson, from_json};
/// let mut out = Vec::new();
/// from_json(br#"{"a": [1.0, 0.5]}"#, &FromJson::default(), &mut out)?;
/// assert_eq!(out, b"\x81\xa1a\x92\x01\xca\x3f\x00\x00\x00");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn from_json(input: &[u8], options: &FromJson, out: &mut Vec<u8>) -> Result<(), Error> {
    let limits = Limits { depth_max: options.depth_max, duplicate_keys: DuplicateKeys::Last };
    let counts = count_children(input, &limits)?;
    let length = out.len();
    let writing = Writing { input, float32: options.float32, text: Vec::new(), out };
    writing.value(Reader::new(input, &limits), counts).inspect_err(|_| out.truncate(length))
}

/// The number of elements or members of each container, in the order of their opening brackets. Validates the input on the way.
fn count_children(input: &[u8], limits: &Limits) -> Result<Vec<u32>, Error> {
    let mut counts: Vec<u32> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut reader = Reader::new(input, limits);
    while let Some(event) = reader.next()? {
        let is_child = !matches!(event, Event::Key(_) | Event::ObjectEnd | Event::ArrayEnd);
        if is_child && let Some(&parent) = open.last() {
            counts[parent] = counts[parent].checked_add(1).ok_or(Error::new(ErrorCode::Size, reader.offset()))?;
        }
        match event {
            Event::ObjectStart | Event::ArrayStart => {
                open.push(counts.len());
                counts.push(0);
            }
            Event::ObjectEnd | Event::ArrayEnd => {
                open.pop();
            }
            _ => {}
        }
    }
    Ok(counts)
}

struct Writing<'a, 'o> {
    input: &'a [u8],
    float32: Float32,
    /// A string without its escapes; kept from string to string.
    text: Vec<u8>,
    out: &'o mut Vec<u8>,
}

impl Writing<'_, '_> {
    fn value(mut self, mut reader: Reader, counts: Vec<u32>) -> Result<(), Error> {
        let mut counts = counts.into_iter();
        while let Some(event) = reader.next()? {
            match event {
                Event::ObjectStart => writer::map(self.out, counts.next().unwrap_or_default()),
                Event::ArrayStart => writer::array(self.out, counts.next().unwrap_or_default()),
                Event::Key(string) | Event::String(string) => self.string(&string)?,
                Event::Number(range) => number::write(self.out, &self.input[range], self.float32),
                Event::Bool(value) => writer::bool(self.out, value),
                Event::Null => writer::nil(self.out),
                Event::ObjectEnd | Event::ArrayEnd => {}
            }
        }
        Ok(())
    }

    fn string(&mut self, string: &RawString) -> Result<(), Error> {
        let raw = &self.input[string.range.clone()];
        let text = if string.escaped {
            self.text.clear();
            unescape(raw, LoneSurrogate::Replace, &mut self.text);
            &self.text
        } else {
            raw
        };
        writer::str(self.out, text).map_err(|error| Error::new(error.code, string.range.start))
    }
}
