//! JSON on bytes: validate, get by pointer, index, lay out anew, patch, and the pull reader below it all.
//!
//! The grammar is that of RFC 8259 and nothing else; the text must be UTF-8. Nothing recurses on the input, nothing panics on it,
//! and every call takes time linear in it and in its result (times a logarithm where keys are compared or sorted, or children moved).
//!
//! # Where an error is
//! The offset of an error is that of the first byte that cannot continue any valid input, and the first such byte wins. In detail:
//! - Input that ends early is `LW_JSON_END` at its length, also in the middle of a UTF-8 sequence inside a string.
//! - A byte that does not belong to UTF-8 is `LW_UTF8` at the first byte of its sequence, inside strings and outside. A
//!   character that is valid UTF-8 and stands where it may not gets the code of its place (`LW_JSON_UNEXPECTED` between tokens).
//! - A token that has begun and cannot go on is `LW_JSON_LITERAL` (`nul!` at the `!`), `LW_JSON_NUMBER` (`01` at the `1`, `1.x` at
//!   the `x`), `LW_JSON_ESCAPE` (`"\x"` at the `x`) or `LW_JSON_CONTROL` (a raw control character in a string).
//! - What follows a complete value is `LW_JSON_UNEXPECTED` in a container and `LW_JSON_TRAILING` outside of all (`1.5.` at the second dot).
//! - `LW_DEPTH` is at the bracket that went too deep, `LW_JSON_DUPLICATE_KEY` at the closing quote of the second key.
#![forbid(unsafe_code)]

mod canonicalize;
mod edit;
mod escape;
mod fault;
mod get;
mod grammar;
mod host_text;
mod index;
mod keys;
mod merge_patch;
mod minify;
mod nesting;
mod output;
mod patch;
mod pointer;
mod prettify;
pub mod reader;
mod scan;
mod skip;
mod source;
mod tape;
mod unescape;
pub mod walk;

pub use canonicalize::canonicalize;
pub use escape::{push_escape, push_string};
pub use get::{Check, get};
pub use host_text::{HostText, host_text};
pub use merge_patch::merge_patch;
pub use minify::minify;
pub use patch::patch;
pub use pointer::Pointer;
pub use prettify::prettify;
pub use tape::Tape;
pub use unescape::{LoneSurrogate, unescape};

use grammar::Verdict;
use lanewise_error::Error;
use reader::Reader;

/// Nested containers that are read unless the caller says otherwise: more than any sane document has, few enough for every
/// consumer that recurses.
pub const DEPTH_MAX: u32 = 1024;

/// What a key that an object already has means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuplicateKeys {
    /// Nothing: the last member of a name counts, as in `JSON.parse`.
    #[default]
    Last,
    /// It is refused as `LW_JSON_DUPLICATE_KEY`. Keys are compared after unescaping.
    Error,
}

/// How far a document may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers that may be open at once; one more is `LW_DEPTH`.
    pub depth_max: u32,
    /// What a repeated key means.
    pub duplicate_keys: DuplicateKeys,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth_max: DEPTH_MAX, duplicate_keys: DuplicateKeys::Last }
    }
}

/// Checks that `input` is one JSON value with nothing but whitespace around it.
///
/// # Errors
/// See the [crate documentation](crate) for codes and offsets.
/// # Complexity
/// O(input.len()) time; one bit per open container, and with [`DuplicateKeys::Error`] the keys of the open objects.
/// # Source
/// RFC 8259.
pub fn validate(input: &[u8], limits: &Limits) -> Result<(), Error> {
    let kernels = lanewise_simd::active();
    let is_quick = kernels.has_vectors() && limits.duplicate_keys == DuplicateKeys::Last;
    if is_quick && kernels.run(Verdict { input, depth_max: limits.depth_max }) {
        return Ok(());
    }
    read(input, limits)
}

/// [`validate`] one token after the other, which knows where the first error is.
fn read(input: &[u8], limits: &Limits) -> Result<(), Error> {
    let mut reader = Reader::new(input, limits);
    while reader.next()?.is_some() {}
    Ok(())
}
