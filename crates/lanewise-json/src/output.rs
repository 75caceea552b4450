//! Room for a result that may be far larger than its input.

use lanewise_error::{Error, ErrorCode};

/// A result may be as large as an input: each of its offsets is a word, and one word means "nowhere".
const SIZE_MAX: u64 = u32::MAX as u64 - 1;

/// Makes room for `size` more bytes, all at once.
///
/// # Errors
/// `LW_SIZE` when nothing can hold as much, or there is no memory for it.
pub(crate) fn reserve(out: &mut Vec<u8>, size: u64) -> Result<(), Error> {
    let too_large = Error::nowhere(ErrorCode::Size);
    let size = if size <= SIZE_MAX { size as usize } else { return Err(too_large) };
    out.try_reserve_exact(size).map_err(|_| too_large)
}
