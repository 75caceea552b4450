//! How an answer leaves: as one number, with its bytes or words beside it.
use std::cell::RefCell;

use lanewise_error::Error;

/// Offsets in a fault; inputs are below this size.
const OFFSETS: u64 = 1 << 32;
/// The offset word of an error without a place.
const NOWHERE: u64 = OFFSETS - 1;
/// Held output above this many units is given back to the allocator once it is taken.
const KEPT_MAX: usize = 1 << 18;

/// `-(1 + code * 2^32 + offset)`: exact in a double, and never a result.
#[must_use]
pub fn fault(error: Error) -> f64 {
    let offset = u64::try_from(error.offset).unwrap_or(NOWHERE).min(NOWHERE);
    -((1 + error.code as u64 * OFFSETS + offset) as f64)
}

/// The number for a call whose success has no result.
pub(crate) fn verdict(result: Result<(), Error>) -> f64 {
    match result {
        Ok(()) => 0.0,
        Err(error) => fault(error),
    }
}

/// Memory of the caller for `T`s: bytes or words.
pub trait Out<T> {
    /// How many units fit.
    fn room(&self) -> usize;
    /// Writes `units`, of which there are at most [`Out::room`], from the start.
    fn put(&mut self, units: &[T]);
}

impl<T: Copy> Out<T> for &mut [T] {
    fn room(&self) -> usize {
        self.len()
    }

    fn put(&mut self, units: &[T]) {
        self[..units.len()].copy_from_slice(units);
    }
}

thread_local! {
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static WORDS: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Runs `produce` on this thread's empty byte buffer and delivers what it wrote: the number of bytes, or the fault.
pub(crate) fn with_bytes(out: impl Out<u8>, produce: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) -> f64 {
    BYTES.with_borrow_mut(|bytes| deliver(bytes, out, produce))
}

/// The same for words.
pub(crate) fn with_words(out: impl Out<u32>, produce: impl FnOnce(&mut Vec<u32>) -> Result<(), Error>) -> f64 {
    WORDS.with_borrow_mut(|words| deliver(words, out, produce))
}

fn deliver<T>(held: &mut Vec<T>, mut out: impl Out<T>, produce: impl FnOnce(&mut Vec<T>) -> Result<(), Error>) -> f64 {
    held.clear();
    if let Err(error) = produce(held) {
        held.clear();
        held.shrink_to(KEPT_MAX);
        return fault(error);
    }
    if held.len() <= out.room() {
        out.put(held);
    }
    held.len() as f64
}

/// Moves the byte output of the call before into `out`, which must have room for it; else nothing is written.
pub fn take_bytes(out: impl Out<u8>) {
    BYTES.with_borrow_mut(|bytes| take(bytes, out));
}

/// Moves the word output of the call before into `out`, which must have room for it; else nothing is written.
pub fn take_words(out: impl Out<u32>) {
    WORDS.with_borrow_mut(|words| take(words, out));
}

fn take<T>(held: &mut Vec<T>, mut out: impl Out<T>) {
    if held.len() <= out.room() {
        out.put(held);
    }
    held.clear();
    held.shrink_to(KEPT_MAX);
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanewise_error::ErrorCode;

    #[test]
    fn a_fault_is_exact_for_every_code_and_offset() {
        for &code in ErrorCode::ALL {
            for offset in [0, 1, 4_294_967_294] {
                let packed = (-fault(Error::new(code, offset))) as u64 - 1;
                assert_eq!((packed / OFFSETS, packed % OFFSETS), (code as u64, offset as u64));
            }
            assert_eq!((-fault(Error::nowhere(code))) as u64 - 1, code as u64 * OFFSETS + NOWHERE);
        }
    }

    #[test]
    fn output_that_does_not_fit_waits_to_be_taken() {
        let mut small = [0; 2];
        let size = with_bytes(&mut small[..], |bytes| {
            bytes.extend(b"abc");
            Ok(())
        });
        assert_eq!((size, small), (3.0, [0; 2]));
        let mut exact = [0; 3];
        take_bytes(&mut exact[..]);
        assert_eq!(&exact, b"abc");
    }
}
