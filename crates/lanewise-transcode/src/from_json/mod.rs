//! JSON to MessagePack.
//!
//! First all bytes are checked to be UTF-8, which takes a tenth of the time of the rest. Then one pass goes from token to token, checks the grammar and
//! writes. It says no more than that something is wrong: what and where, the reader of `lanewise_json` is asked.

mod headers;
mod number;
mod string;
#[cfg(test)]
mod tests;
mod text;

use crate::Scratch;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{DEPTH_MAX, DuplicateKeys, Limits};
use lanewise_msgpack::writer::Float32;
use lanewise_simd::{BLOCK, Kernels};
use std::ops::Range;
pub(crate) use text::Scratch as Memory;
use text::{Conversion, Stop};

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
/// Those of [`validate`](lanewise_json::validate). Where there are none `LW_SIZE`, at a string of 4 GiB, at what is one too many for a container of
/// 2^32 values, or without a place when there is no memory for the result. On an error `out` is as it was.
/// # Complexity
/// O(input.len()) time; `out` grows by less than five bytes for each two of `input`, and 16 bytes are kept for each open container and for each that has
/// more than 15 children.
/// # Examples
/// ```
/// use lanewise_transcode::{FromJson, from_json};
/// let mut out = Vec::new();
/// from_json(br#"{"a": [1.0, 0.5]}"#, &FromJson::default(), &mut out)?;
/// assert_eq!(out, b"\x81\xa1a\x92\x01\xca\x3f\x00\x00\x00");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn from_json(input: &[u8], options: &FromJson, out: &mut Vec<u8>) -> Result<(), Error> {
    from_json_by(lanewise_simd::active(), input, options, &mut Memory::default(), out)
}

/// [`from_json`] with memory that is used again: nothing is allocated once `scratch` and `out` are large enough.
///
/// # Errors
/// Those of [`from_json`].
/// # Complexity
/// That of [`from_json`].
pub fn from_json_with(input: &[u8], options: &FromJson, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<(), Error> {
    from_json_by(lanewise_simd::active(), input, options, &mut scratch.from_json, out)
}

/// [`from_json`] with given kernels.
fn from_json_by(kernels: &Kernels, input: &[u8], options: &FromJson, memory: &mut Memory, out: &mut Vec<u8>) -> Result<(), Error> {
    each(kernels, input, std::iter::once(0..input.len()), options, memory, out)
}

/// Appends the values of `texts`, which are ranges of `input` in ascending order, as [`from_json`] does. The error of one is counted in `input`.
pub(crate) fn each(
    kernels: &Kernels,
    input: &[u8],
    texts: impl Iterator<Item = Range<usize>>,
    options: &FromJson,
    memory: &mut Memory,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let &FromJson { depth_max, float32 } = options;
    reserve(out, input.len())?;
    let length = out.len();
    let utf8_end = kernels.check_utf8(input).err().unwrap_or(input.len());
    for text in texts {
        let start = text.start;
        let outcome = match text.end <= utf8_end {
            true => kernels.run(Conversion { input: &input[text.clone()], depth_max, float32, scratch: memory, out }),
            false => Err(Stop::NotJson),
        };
        if let Err(stop) = outcome {
            out.truncate(length);
            let error = reason(&input[text], options, stop);
            return Err(Error::new(error.code, error.offset.saturating_add(start)));
        }
    }
    Ok(())
}

/// Makes room for the MessagePack of `size` bytes of JSON, so that it is never moved. `0.1,` makes nine bytes of four.
fn reserve(out: &mut Vec<u8>, size: usize) -> Result<(), Error> {
    let room = (size / 2).saturating_mul(5).saturating_add(2 * BLOCK);
    out.try_reserve(room).map_err(|_| Error::nowhere(ErrorCode::Size))
}

/// The error of a text at which the conversion has stopped.
#[cold]
fn reason(input: &[u8], options: &FromJson, stop: Stop) -> Error {
    let limits = Limits { depth_max: options.depth_max, duplicate_keys: DuplicateKeys::Last };
    match (lanewise_json::validate(input, &limits), stop) {
        (Err(error), _) => error,
        (Ok(()), Stop::TooLarge(offset)) => Error::new(ErrorCode::Size, offset),
        // The tests know of no such text.
        (Ok(()), Stop::NotJson) => Error::nowhere(ErrorCode::JsonUnexpected),
    }
}
