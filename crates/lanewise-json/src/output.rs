//! Room for results, which may be far larger than their input.

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

/// Makes room for `more`, in memory that doubles, or where that is too much grows by an eighth.
///
/// # Errors
/// `LW_SIZE` when there is no memory for it.
#[inline(always)]
pub(crate) fn grow<T>(list: &mut Vec<T>, more: usize) -> Result<(), Error> {
    if list.capacity() - list.len() >= more { Ok(()) } else { make_room(list, more) }
}

#[cold]
fn make_room<T>(list: &mut Vec<T>, more: usize) -> Result<(), Error> {
    let grown = list.try_reserve(more).or_else(|_| list.try_reserve_exact(more + list.len() / 8));
    grown.map_err(|_| Error::nowhere(ErrorCode::Size))
}
