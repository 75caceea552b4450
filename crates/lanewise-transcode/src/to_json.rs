//! MessagePack to JSON.

use crate::timestamp::to_rfc3339;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::push_string;
use lanewise_msgpack::reader::{Item, Reader, Token};
use lanewise_msgpack::{DEPTH_MAX, Limits, Timestamp};

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
/// On an error `out` is as it was.
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
    let limits = Limits { depth_max: options.depth_max, string_keys: options.non_string_keys == NonStringKeys::Error, invalid_utf8: false };
    let length = out.len();
    let writing = Writing { input, start: length, out };
    writing.value(Reader::new(input, &limits)).inspect_err(|_| out.truncate(length))
}

struct Writing<'a, 'o> {
    input: &'a [u8],
    /// The length of `out` when the value began.
    start: usize,
    out: &'o mut Vec<u8>,
}

impl Writing<'_, '_> {
    fn value(mut self, mut reader: Reader) -> Result<(), Error> {
        while let Some(item) = reader.next().map_err(key_is_not_json)? {
            self.comma(&item.token);
            if item.is_key {
                self.key(&item)?;
            } else {
                self.item(&item)?;
            }
        }
        Ok(())
    }

    /// Separates a value from the one before it, which has ended with neither bracket nor colon.
    fn comma(&mut self, token: &Token) {
        let follows_value = self.out.len() > self.start && !matches!(self.out.last(), Some(b'[' | b'{' | b':'));
        if follows_value && !matches!(token, Token::ArrayEnd | Token::MapEnd) {
            self.out.push(b',');
        }
    }

    fn key(&mut self, item: &Item) -> Result<(), Error> {
        if matches!(item.token, Token::Array(_) | Token::Map(_)) {
            return Err(not_json(item));
        }
        let start = self.out.len();
        self.item(item)?;
        if self.out.get(start) != Some(&b'"') {
            let text = self.out.split_off(start);
            push_string(&text, self.out);
        }
        self.out.push(b':');
        Ok(())
    }

    fn item(&mut self, item: &Item) -> Result<(), Error> {
        let out = &mut *self.out;
        match &item.token {
            Token::Nil => out.extend_from_slice(b"null"),
            Token::Bool(true) => out.extend_from_slice(b"true"),
            Token::Bool(false) => out.extend_from_slice(b"false"),
            Token::Uint(value) => out.extend_from_slice(itoa::Buffer::new().format(*value).as_bytes()),
            Token::Int(value) => out.extend_from_slice(itoa::Buffer::new().format(*value).as_bytes()),
            Token::F32(value) => push_float(out, f64::from(*value)).ok_or(not_json(item))?,
            Token::F64(value) => push_float(out, *value).ok_or(not_json(item))?,
            Token::Str(range) => push_string(&self.input[range.clone()], out),
            Token::Bin(range) => push_base64(out, &self.input[range.clone()]),
            Token::Ext(Timestamp::EXTENSION, range) => {
                let text = Timestamp::read(&self.input[range.clone()]).and_then(to_rfc3339).ok_or(not_json(item))?;
                push_string(text.as_bytes(), out);
            }
            Token::Ext(kind, range) => push_extension(out, *kind, &self.input[range.clone()]),
            Token::Array(_) => out.push(b'['),
            Token::ArrayEnd => out.push(b']'),
            Token::Map(_) => out.push(b'{'),
            Token::MapEnd => out.push(b'}'),
        }
        Ok(())
    }
}

fn not_json(item: &Item) -> Error {
    Error::new(ErrorCode::MsgpackNotJson, item.offset)
}

/// A key that the reader refuses is valid MessagePack and nothing that JSON can hold.
fn key_is_not_json(error: Error) -> Error {
    match error.code {
        ErrorCode::MsgpackKey => Error::new(ErrorCode::MsgpackNotJson, error.offset),
        _ => error,
    }
}

/// `None` when `value` is not finite.
pub(crate) fn push_float(out: &mut Vec<u8>, value: f64) -> Option<()> {
    if !value.is_finite() {
        return None;
    }
    if value == 0.0 && value.is_sign_negative() {
        out.push(b'-');
    }
    out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
    Some(())
}

fn push_extension(out: &mut Vec<u8>, kind: i8, data: &[u8]) {
    out.extend_from_slice(br#"{"$ext":"#);
    out.extend_from_slice(itoa::Buffer::new().format(kind).as_bytes());
    out.extend_from_slice(br#","data":"#);
    push_base64(out, data);
    out.push(b'}');
}

/// Bytes that are encoded at a time: a multiple of 3, so that only the last block is padded.
const BLOCK_BYTES: usize = 3 * 256;

fn push_base64(out: &mut Vec<u8>, data: &[u8]) {
    let mut encoded = [0; BLOCK_BYTES / 3 * 4];
    out.push(b'"');
    for block in data.chunks(BLOCK_BYTES) {
        let length = STANDARD.encode_slice(block, &mut encoded).expect("four bytes for three are enough");
        out.extend_from_slice(&encoded[..length]);
    }
    out.push(b'"');
}
