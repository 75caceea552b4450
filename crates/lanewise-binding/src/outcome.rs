//! How an answer leaves: as one number, with its bytes or words beside it.
use std::cell::RefCell;

use lanewise_error::Error;

/// Offsets in a fault: twice as many as an input has bytes at most, so that its end is one of them and so is "nowhere".
const OFFSETS: u64 = 1 << 33;
/// The offset word of an error without a place.
const NOWHERE: u64 = OFFSETS - 1;
/// Held output above this many units is given back to the allocator once it is taken.
const KEPT_MAX: usize = 1 << 21;

/// `-(1 + code * 2^33 + offset)`: exact in a double, and never a result.
#[must_use]
pub fn fault(error: Error) -> f64 {
    // Where an offset has 32 bits, `Error::NOWHERE` is the end of the largest input; no input of WebAssembly is as large.
    let offset = if error.offset == Error::NOWHERE { NOWHERE } else { NOWHERE.min(error.offset as u64) };
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
    BYTES.with_borrow_mut(|bytes| deliver(bytes, produce, |bytes| copy_bytes(bytes, out)))
}

/// The same for words, each as four bytes in the order of the machine.
pub(crate) fn with_words(out: &mut [u8], produce: impl FnOnce(&mut Vec<u32>) -> Result<(), Error>) -> f64 {
    WORDS.with_borrow_mut(|words| deliver(words, produce, |words| copy_words(words, out)))
}

/// Gives `work` this thread's byte buffer, empty, for what does not leave the call.
pub(crate) fn lend_bytes<T>(work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        let made = work(bytes);
        bytes.clear();
        bytes.shrink_to(KEPT_MAX);
        made
    })
}

/// The same with the buffer of words.
pub(crate) fn lend_words<T>(work: impl FnOnce(&mut Vec<u32>) -> T) -> T {
    WORDS.with_borrow_mut(|words| {
        words.clear();
        let made = work(words);
        words.clear();
        words.shrink_to(KEPT_MAX);
        made
    })
}

/// Bytes that do not fit are not written.
fn copy_bytes(bytes: &[u8], out: &mut [u8]) {
    if let Some(out) = out.get_mut(..bytes.len()) {
        out.copy_from_slice(bytes);
    }
}

/// Words that do not fit are not written.
fn copy_words(words: &[u32], out: &mut [u8]) {
    if size_of_val(words) <= out.len() {
        for (cell, word) in out.as_chunks_mut().0.iter_mut().zip(words) {
            *cell = word.to_ne_bytes();
        }
    }
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

/// The answer of a call that was made on another thread, with its output.
#[derive(Default)]
pub(crate) struct Output {
    outcome: f64,
    bytes: Vec<u8>,
    words: Vec<u32>,
}

/// Makes a call without a frame to write to, and moves what it holds for this thread out of it.
pub(crate) fn detached(call: impl FnOnce() -> f64) -> Output {
    let outcome = call();
    Output { outcome, bytes: BYTES.take(), words: WORDS.take() }
}

/// Answers as if the call that gave `output` had just been made on this thread.
pub(crate) fn deliver_detached(output: Output, out: &mut [u8]) -> f64 {
    copy_bytes(&output.bytes, out);
    copy_words(&output.words, out);
    BYTES.set(output.bytes);
    WORDS.set(output.words);
    output.outcome
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
    take_words_with(out.len(), |words| out.copy_from_slice(words));
}

/// Hands the word output of the call before to `copy`, for memory that is no slice; where it has another size, `copy` is not called.
pub fn take_words_with(size: usize, copy: impl FnOnce(&[u32])) {
    WORDS.with_borrow_mut(|words| take(words, size, copy));
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
            for offset in [0, 1, 4_294_967_294, 4_294_967_295, 4_294_967_296] {
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
