//! MessagePack on bytes: validate, index, walk, a pull reader, and a writer that takes the smallest format of everything.
//!
//! The format is that of the specification (its 2017 state, with the timestamp extension), without private additions. Nothing recurses
//! on the input, nothing panics on it, nothing is allocated for a length that the input only claims.
//!
//! # Where an error is
//! The error is the first one that a sequential reader meets:
//! - Input that ends early is `LW_MSGPACK_END` at its length. A count or a length that the rest of the input cannot fill is that
//!   error too, but only once the input has run out: an error inside what is there comes first.
//! - `LW_MSGPACK_RESERVED` is at the byte 0xc1, `LW_MSGPACK_TRAILING` at the first byte behind the value.
//! - `LW_MSGPACK_KEY`, `LW_DEPTH` and `LW_MSGPACK_TIMESTAMP` are at the header byte of the value. The first two are known from that byte
//!   alone; a timestamp of a wrong length from its header, one of too many nanoseconds from the first of its bytes that tell.
//! - `LW_UTF8` is at the first byte of the bad sequence, also in a string that the end of the input cuts off.
//!
//! At one header byte `LW_MSGPACK_RESERVED` wins over `LW_MSGPACK_KEY`, and that over `LW_DEPTH` and `LW_MSGPACK_TIMESTAMP`.
#![forbid(unsafe_code)]

mod boundary;
pub mod reader;
mod scan;
mod tape;
#[cfg(test)]
mod tests;
mod timestamp;
mod utf8;
pub mod walk;
pub mod writer;

pub use boundary::Boundary;
pub use tape::Tape;
pub use timestamp::Timestamp;

use lanewise_error::Error;
use lanewise_simd::Kernels;
use reader::Reader;
pub use scan::Scratch;
use scan::Verdict;

/// Nested containers that are read unless the caller says otherwise: as in JSON.
pub const DEPTH_MAX: u32 = 1024;

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers that may be open at once; one more is `LW_DEPTH`.
    pub depth_max: u32,
    /// Whether a key that is no string is `LW_MSGPACK_KEY`.
    pub string_keys: bool,
    /// Whether strings may hold what is not UTF-8; otherwise that is `LW_UTF8`.
    pub invalid_utf8: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth_max: DEPTH_MAX, string_keys: false, invalid_utf8: false }
    }
}

/// Checks that `input` is exactly one MessagePack value.
///
/// # Errors
/// See the [crate documentation](crate) for codes and offsets.
/// # Complexity
/// O(input.len()) time; one word per open container.
/// # Source
/// <https://github.com/msgpack/msgpack/blob/master/spec.md>
pub fn validate(input: &[u8], limits: &Limits) -> Result<(), Error> {
    validate_by(lanewise_simd::active(), input, limits, &mut Scratch::default())
}

/// [`validate`] with memory that is used again: nothing is allocated once `scratch` is large enough.
///
/// # Errors
/// Those of [`validate`].
/// # Complexity
/// That of [`validate`].
pub fn validate_with(input: &[u8], limits: &Limits, scratch: &mut Scratch) -> Result<(), Error> {
    validate_by(lanewise_simd::active(), input, limits, scratch)
}

fn validate_by(kernels: &Kernels, input: &[u8], limits: &Limits, scratch: &mut Scratch) -> Result<(), Error> {
    if kernels.run(Verdict { input, limits: *limits, scratch }) == Some(input.len()) {
        return Ok(());
    }
    let mut reader = Reader::new(input, limits);
    while reader.next()?.is_some() {}
    Ok(())
}
