//! MessagePack to JSON.
//!
//! One pass goes from header to header and writes; strings are copied without asking whether they are UTF-8. The result then is looked at as a whole: what
//! stands between the quotes of a string is UTF-8 where all is, as a quote ends every sequence. Where anything is wrong, the reader of `lanewise_msgpack` is asked what.

mod scalar;
#[cfg(test)]
mod tests;
mod text;

use crate::Scratch;
use crate::timestamp::has_rfc3339;
use lanewise_error::{Error, ErrorCode};
use lanewise_msgpack::reader::{Reader, Token};
use lanewise_msgpack::{DEPTH_MAX, Limits, Timestamp};
use lanewise_simd::{BLOCK, Kernels};
pub(crate) use scalar::push_float;
use text::Conversion;
pub(crate) use text::Open;

/// What becomes of a map key that is no string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NonStringKeys {
    /// It is refused as `LW_MSGPACK_NOT_JSON`.
    #[default]
    Error,
    /// Its JSON text becomes the key: `1`, `true`, `null`, `0.5`. Where that text is a string (binary, timestamps), it is the key as it
    /// is. Arrays and maps are refused all the same: quoted within each other they would grow without bound.
    Stringify,
}

/// How [`to_json`] reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToJson {
    /// Containers that may be open at once; one more is `LW_DEPTH`.
    pub depth_max: u32,
    /// What becomes of a key that is no string.
    pub non_string_keys: NonStringKeys,
}

impl Default for ToJson {
    fn default() -> Self {
        Self { depth_max: DEPTH_MAX, non_string_keys: NonStringKeys::Error }
    }
}

/// Appends the MessagePack value `input` to `out` as JSON without whitespace.
///
/// Members keep their order, and keys that occur twice stay twice.
/// - Integers are decimal. A float prints as ECMAScript prints the double that it equals, but for -0, which prints as `-0`.
/// - Strings are escaped as `JSON.stringify` escapes them: quote, backslash and control characters, nothing else.
/// - Binary is a string, base64 with the standard alphabet, padded. A timestamp is a string, RFC 3339 in UTC with 0, 3, 6 or 9 fraction digits.
/// - Any other extension is `{"$ext":type,"data":base64}`.
///
/// # Errors
/// Those of [`validate`](lanewise_msgpack::validate), and `LW_MSGPACK_NOT_JSON` at the header byte of what JSON cannot hold: NaN and the
/// infinities, timestamps outside the years 0000 to 9999, keys as [`NonStringKeys`] says. The first error in the order of the bytes is given.
/// `LW_SIZE`, without a place, when there is no memory for twice the input. On an error `out` is as it was.
/// # Complexity
/// O(input.len()) time; `out` grows by less than 13 bytes for each byte of `input`, and one word is kept per open container.
/// # Examples
/// ```
/// use lanewise_transcode::{ToJson, to_json};
/// let mut out = Vec::new();
/// to_json(b"\x82\xa1a\x01\xa1b\xc4\x02hi", &ToJson::default(), &mut out)?;
/// assert_eq!(out, br#"{"a":1,"b":"aGk="}"#);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn to_json(input: &[u8], options: &ToJson, out: &mut Vec<u8>) -> Result<(), Error> {
    to_json_by(lanewise_simd::active(), input, options, &mut Vec::new(), out)
}

/// [`to_json`] with memory that is used again: nothing is allocated once `scratch` and `out` are large enough, but for keys that are no strings.
///
/// # Errors
/// Those of [`to_json`].
/// # Complexity
/// That of [`to_json`].
pub fn to_json_with(input: &[u8], options: &ToJson, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<(), Error> {
    to_json_by(lanewise_simd::active(), input, options, &mut scratch.to_json, out)
}

/// [`to_json`] with given kernels.
fn to_json_by(kernels: &Kernels, input: &[u8], options: &ToJson, outer: &mut Vec<Open>, out: &mut Vec<u8>) -> Result<(), Error> {
    let length = out.len();
    reserve(out, input.len())?;
    let end = kernels.run(Conversion { input, options, outer, out });
    if end == Some(input.len()) && kernels.check_utf8(&out[length..]).is_ok() {
        return Ok(());
    }
    out.truncate(length);
    Err(reason(input, options))
}

/// Appends each of the values that stand one behind the other in `input`, and a newline behind each. The error of one is counted in `input`.
pub(crate) fn each(kernels: &Kernels, input: &[u8], options: &ToJson, out: &mut Vec<u8>) -> Result<(), Error> {
    let length = out.len();
    let outer = &mut Vec::new();
    reserve(out, input.len())?;
    let mut start = 0;
    while start < input.len() {
        let Some(size) = kernels.run(Conversion { input: &input[start..], options, outer, out }) else { break };
        out.push(b'\n');
        start += size;
    }
    if start == input.len() && kernels.check_utf8(&out[length..]).is_ok() {
        return Ok(());
    }
    out.truncate(length);
    let mut start = 0;
    loop {
        let error = reason(&input[start..], options);
        if error.code != ErrorCode::MsgpackTrailing {
            return Err(Error::new(error.code, error.offset.saturating_add(start)));
        }
        start += error.offset;
    }
}

/// Makes room for the JSON of `size` bytes of MessagePack, which is mostly enough.
fn reserve(out: &mut Vec<u8>, size: usize) -> Result<(), Error> {
    let room = size.saturating_mul(2).saturating_add(2 * BLOCK);
    out.try_reserve(room).map_err(|_| Error::nowhere(ErrorCode::Size))
}

/// The first error of what cannot be converted.
#[cold]
fn reason(input: &[u8], options: &ToJson) -> Error {
    // Where the conversion refuses what the reader does not, of which the tests know nothing, the value as a whole is no JSON.
    check(input, options).err().unwrap_or(Error::new(ErrorCode::MsgpackNotJson, 0))
}

/// Reads one item after the other.
fn check(input: &[u8], options: &ToJson) -> Result<(), Error> {
    let limits = Limits { depth_max: options.depth_max, string_keys: options.non_string_keys == NonStringKeys::Error, invalid_utf8: false };
    let mut reader = Reader::new(input, &limits);
    while let Some(item) = reader.next().map_err(key_is_not_json)? {
        let is_json = match &item.token {
            Token::Array(_) | Token::Map(_) => !item.is_key,
            Token::F32(value) => value.is_finite(),
            Token::F64(value) => value.is_finite(),
            Token::Ext(Timestamp::EXTENSION, range) => Timestamp::read(&input[range.clone()]).is_some_and(has_rfc3339),
            _ => true,
        };
        if !is_json {
            return Err(Error::new(ErrorCode::MsgpackNotJson, item.offset));
        }
    }
    Ok(())
}

/// A key that the reader refuses is valid MessagePack and nothing that JSON can hold.
fn key_is_not_json(error: Error) -> Error {
    match error.code {
        ErrorCode::MsgpackKey => Error::new(ErrorCode::MsgpackNotJson, error.offset),
        _ => error,
    }
}
