//! JSON without its whitespace.

use crate::reader::Reader;
use crate::{Limits, scan};
use lanewise_error::Error;

/// Appends `input` to `out` without the whitespace between its tokens. Strings and numbers keep their spelling.
///
/// # Errors
/// Those of [`validate`](crate::validate) with the default limits; `out` then is as it was.
/// # Complexity
/// O(input.len()) time; `out` grows by at most `input.len()` bytes.
/// # Examples
/// ```
/// let mut out = Vec::new();
/// lanewise_json::minify(b" { \"a b\" : [ 1.0, 2 ] } ", &mut out)?;
/// assert_eq!(out, b"{\"a b\":[1.0,2]}");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn minify(input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let mut reader = Reader::new(input, &Limits::default());
    while reader.next()?.is_some() {}
    if !reader.has_whitespace() {
        out.extend_from_slice(input);
        return Ok(());
    }
    out.reserve(input.len());
    let (mut kept, mut at) = (0, 0);
    while let Some(&byte) = input.get(at) {
        if byte == b'"' {
            at = scan::quoted(input, at).unwrap_or(input.len());
        } else if scan::is_whitespace(byte) {
            out.extend_from_slice(&input[kept..at]);
            at = scan::whitespace(input, at);
            kept = at;
        } else {
            at += 1;
        }
    }
    out.extend_from_slice(&input[kept..]);
    Ok(())
}
