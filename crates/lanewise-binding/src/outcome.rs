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

thread_local! {
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static WORDS: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Runs `produce` on this thread's empty byte buffer and delivers what it wrote: the number of bytes, or the fault.
pub(crate) fn with_bytes(out: &mut [u8], produce: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) -> f64 {
    BYTES.with_borrow_mut(|bytes| {
        deliver(bytes, produce, |bytes| {
            if let Some(out) = out.get_mut(..bytes.len()) {
                out.copy_from_slice(bytes);
            }
        })
    })
}

/// The same for words, each as four bytes in the order of the machine.
pub(crate) fn with_words(out: &mut [u8], produce: impl FnOnce(&mut Vec<u32>) -> Result<(), Error>) -> f64 {
    WORDS.with_borrow_mut(|words| {
        deliver(words, produce, |words| {
            if size_of_val(words) <= out.len() {
                for (cell, word) in out.as_chunks_mut().0.iter_mut().zip(words) {
                    *cell = word.to_ne_bytes();
                }
            }
        })
    })
}

fn deliver<T>(held: &mut Vec<T>, produce: impl FnOnce(&mut Vec<T>) -> Result<(), Error>, copy: impl FnOnce(&[T])) -> f64 {
    held.clear();
    match produce(held) {
        Ok(()) => {
            copy(held);
            held.len() as f64
        }
        Err(error) => {
            held.clear();
            held.shrink_to(KEPT_MAX);
            fault(error)
        }
    }
}

/// Moves the byte output of the call before into `out`; where it has another size, nothing is written.
pub fn take_bytes(out: &mut [u8]) {
    take_bytes_with(out.len(), |bytes| out.copy_from_slice(bytes));
}

/// Hands the byte output of the call before to `copy`, for memory that is no slice; where it has another size, `copy` is not called.
pub fn take_bytes_with(size: usize, copy: impl FnOnce(&[u8])) {
    BYTES.with_borrow_mut(|bytes| take(bytes, size, copy));
}

/// Moves the word output of the call before into `out`; where it has another size, nothing is written.
pub fn take_words(out: &mut [u32]) {
    WORDS.with_borrow_mut(|words| take(words, out.len(), |words| out.copy_from_slice(words)));
}

fn take<T>(held: &mut Vec<T>, size: usize, copy: impl FnOnce(&[T])) {
    if held.len() == size {
        copy(held);
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
        let size = with_bytes(&mut small, |bytes| {
            bytes.extend(b"abc");
            Ok(())
        });
        assert_eq!((size, small), (3.0, [0; 2]));
        let mut exact = [0; 3];
        take_bytes(&mut exact);
        assert_eq!(&exact, b"abc");
    }

    #[test]
    fn words_are_written_as_the_machine_holds_them() {
        let mut out = [0; 9];
        let count = with_words(&mut out, |words| {
            words.extend([1, 0x0203_0405]);
            Ok(())
        });
        assert_eq!(count, 2.0);
        assert_eq!(out[4..8], 0x0203_0405_u32.to_ne_bytes());
    }
}
