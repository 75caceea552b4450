//! Which error comes first: that of the grammar or that of the encoding.

use lanewise_error::{Error, ErrorCode};

/// Offset of the first byte of the first bad sequence. A sequence that `bytes` cuts off is bad.
pub(crate) fn first_bad_utf8(bytes: &[u8]) -> Option<usize> {
    lanewise_simd::active().check_utf8(bytes).err()
}

/// The longest sequence of UTF-8.
const SEQUENCE_BYTES_MAX: usize = 4;

/// The error `code` at `at`, unless bad UTF-8 stands between `checked` and `at`, which then is the error.
///
/// All before `checked` is known to be UTF-8. A sequence that the end of the input cuts off is not bad: more bytes could complete it.
/// Only called on the way out, so its time, linear in `at - checked`, is spent once.
pub(crate) fn fault(input: &[u8], checked: usize, code: ErrorCode, at: usize) -> Error {
    let end = input.len().min(at.saturating_add(SEQUENCE_BYTES_MAX));
    match core::str::from_utf8(&input[checked..end]) {
        Err(error) if error.error_len().is_some() && checked + error.valid_up_to() <= at => {
            Error::new(ErrorCode::Utf8, checked + error.valid_up_to())
        }
        _ => Error::new(code, at),
    }
}
