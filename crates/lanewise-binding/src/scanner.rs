//! Searches in streams.
use std::cell::RefCell;

use lanewise_text::Scanner;

use crate::frame::Call;
use crate::handles::Handles;
use crate::outcome::with_words;
use crate::search::matcher;

thread_local! {
    /// The scanners of this thread.
    static SCANNERS: RefCell<Handles<RefCell<Scanner>>> = const { RefCell::new(Handles::new()) };
}

/// The handle of a scanner for a matcher, which it keeps. The form says what comes in the chunks: bytes, or units of UTF-16.
#[must_use]
pub fn scanner_new(call: Call<'_>) -> f64 {
    let Some(matcher) = matcher(call.handle) else { return 0.0 };
    let scanner = if call.form == 0 { Scanner::new(matcher) } else { Scanner::of_strings(matcher) };
    f64::from(SCANNERS.with_borrow_mut(|scanners| scanners.keep(RefCell::new(scanner))))
}

/// Gives the memory of a scanner back; its handle may be given out again. 0.
#[must_use]
pub fn scanner_free(call: Call<'_>) -> f64 {
    SCANNERS.with_borrow_mut(|scanners| scanners.free(call.handle));
    0.0
}

/// The number of words: id, start and end of each match that the chunk has made certain, counted from where what was held back began.
#[must_use]
pub fn scanner_write(call: Call<'_>) -> f64 {
    let (input, out) = (call.input, call.out);
    with_scanner(call.handle, |scanner| {
        with_words(out, |words| {
            scanner.write(input, words);
            Ok(())
        })
    })
}

/// The same for the end of the stream.
#[must_use]
pub fn scanner_end(call: Call<'_>) -> f64 {
    let out = call.out;
    with_scanner(call.handle, |scanner| {
        with_words(out, |words| {
            scanner.end(words);
            Ok(())
        })
    })
}

/// How many units are held back.
#[must_use]
pub fn scanner_held(call: Call<'_>) -> f64 {
    with_scanner(call.handle, |scanner| scanner.held_back() as f64)
}

/// Runs `scan`; a handle that is not in use, which the facade never gives, finds nothing.
fn with_scanner(handle: u32, scan: impl FnOnce(&mut Scanner) -> f64) -> f64 {
    SCANNERS.with_borrow(|scanners| scanners.get(handle).map_or(0.0, |scanner| scan(&mut scanner.borrow_mut())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{matcher_free, matcher_new};

    fn call<'a>(input: &'a [u8], handle: u32, out: &'a mut [u8]) -> Call<'a> {
        Call { depth_max: 0, memory_max: 1 << 20, flags: 0, form: 0, handle, from: 0, pointer: &[], input, out }
    }

    #[test]
    fn a_scanner_keeps_its_matcher_and_its_place() {
        let matcher = matcher_new(call(&[2, 0, 0, 0, 0, b'a', b'b'], 0, &mut [])) as u32;
        let scanner = scanner_new(call(b"", matcher, &mut [])) as u32;
        assert_eq!(matcher_free(call(b"", matcher, &mut [])), 0.0);
        let mut out = [0; 12];
        assert_eq!(scanner_write(call(b"xxa", scanner, &mut out)), 0.0);
        assert_eq!(scanner_held(call(b"", scanner, &mut [])), 1.0);
        assert_eq!(scanner_write(call(b"b", scanner, &mut out)), 3.0);
        assert_eq!(out.as_chunks::<4>().0.iter().map(|word| u32::from_ne_bytes(*word)).collect::<Vec<_>>(), [0, 0, 2]);
        assert_eq!(scanner_end(call(b"", scanner, &mut out)), 0.0);
        assert_eq!(scanner_free(call(b"", scanner, &mut [])), 0.0);
        assert_eq!(scanner_write(call(b"ab", scanner, &mut out)), 0.0);
    }
}
