//! Strings to and from UTF-8, one needle in bytes, and sets of prefixes.
use std::cell::RefCell;

use lanewise_error::{Error, ErrorCode};
use lanewise_simd::{Form, NotDecoded};
use lanewise_text::{Haystack, PrefixSet, needle};

use crate::frame::Call;
use crate::handles::Handles;
use crate::outcome::{fault, lend_bytes, with_bytes, with_words};
use crate::search::{haystack, patterns};

/// `lossy` of [`decode_utf8`].
const LOSSY: u32 = 1;
/// What [`prefixes_longest`] gives for a key that has no prefix.
const NO_PREFIX: u32 = u32::MAX;

thread_local! {
    /// The sets of prefixes of this thread.
    static PREFIXES: RefCell<Handles<PrefixSet>> = const { RefCell::new(Handles::new()) };
}

/// The units of a string.
#[derive(Clone, Copy, Debug)]
pub enum Units<'a> {
    /// One byte each.
    Latin1(&'a [u8]),
    /// Two bytes each, in the order of the machine.
    Utf16(&'a [u8]),
}

/// What `make` makes of the string that the input is the UTF-8 of.
///
/// # Errors
/// The fault at the first bad sequence, or nowhere when there is no memory for it or `make` gives nothing.
pub fn decode_utf8<T>(call: Call<'_>, make: impl FnOnce(Units<'_>) -> Option<T>) -> Result<T, f64> {
    let kernels = lanewise_simd::active();
    lend_bytes(|units| {
        let decoded =
            if call.flags & LOSSY == 0 { kernels.decode_utf8(call.input, units) } else { kernels.decode_utf8_lossy(call.input, units) };
        let made = match decoded {
            Ok(Form::Ascii) => make(Units::Latin1(call.input)),
            Ok(Form::Latin1) => make(Units::Latin1(units)),
            Ok(Form::Utf16) => make(Units::Utf16(units)),
            Err(why) => return Err(fault(error_of(why))),
        };
        made.ok_or(fault(Error::nowhere(ErrorCode::Size)))
    })
}

/// The units of the string that the input is the UTF-8 of, as bytes: 1 for the input itself, which is ASCII, else four times their number, plus 2
/// for Latin-1 and 3 for UTF-16; or the fault.
#[must_use]
pub fn utf8_units(call: Call<'_>) -> f64 {
    let mut form = 0.0;
    let size = with_bytes(call.out, |units| {
        form = match lanewise_simd::active().decode_utf8(call.input, units) {
            Ok(Form::Ascii) => 1.0,
            Ok(Form::Latin1) => 2.0,
            Ok(Form::Utf16) => 3.0,
            Err(why) => return Err(error_of(why)),
        };
        Ok(())
    });
    if size < 0.0 { size } else { 4.0 * size + form }
}

fn error_of(why: NotDecoded) -> Error {
    match why {
        NotDecoded::Invalid(offset) => Error::new(ErrorCode::Utf8, offset),
        NotDecoded::Memory => Error::nowhere(ErrorCode::Size),
    }
}

/// The number of bytes of the UTF-8 of a string.
#[must_use]
pub fn encode_utf8(call: Call<'_>) -> f64 {
    let kernels = lanewise_simd::active();
    with_bytes(call.out, |bytes| {
        let encoded = match haystack(call.form, call.input) {
            Haystack::Utf16(units) => kernels.encode_utf16(units, bytes),
            Haystack::Bytes(units) | Haystack::Latin1(units) => kernels.encode_latin1(units, bytes),
        };
        encoded.map_err(|_| Error::nowhere(ErrorCode::Size))
    })
}

/// One more than the offset of the first needle, which is the pointer, from `from` on, or 0.
#[must_use]
pub fn needle_find(call: Call<'_>) -> f64 {
    needle::find(call.input, call.pointer, call.from as usize).map_or(0.0, |at| (at + 1) as f64)
}

/// How often the needle, which is the pointer, occurs.
#[must_use]
pub fn needle_count(call: Call<'_>) -> f64 {
    needle::count(call.input, call.pointer) as f64
}

/// The handle of a set for the list of prefixes in the input, or the fault.
#[must_use]
pub fn prefixes_new(call: Call<'_>) -> f64 {
    match PrefixSet::new(patterns(call.input)) {
        Ok(set) => f64::from(PREFIXES.with_borrow_mut(|sets| sets.keep(set))),
        Err(error) => fault(error),
    }
}

/// Gives the memory of a set back; its handle may be given out again. 0.
#[must_use]
pub fn prefixes_free(call: Call<'_>) -> f64 {
    PREFIXES.with_borrow_mut(|sets| sets.free(call.handle));
    0.0
}

/// A word for each key: the id of its longest prefix, or [`NO_PREFIX`]. The keys lie one behind the other in the input; the pointer has a word for
/// each, where it ends in units.
#[must_use]
pub fn prefixes_longest(call: Call<'_>) -> f64 {
    PREFIXES.with_borrow(|sets| {
        with_words(call.out, |ids| {
            let Some(set) = sets.get(call.handle) else { return Ok(()) };
            let size = if matches!(haystack(call.form, &[]), Haystack::Utf16(_)) { 2 } else { 1 };
            let mut start = 0;
            for end in call.pointer.as_chunks().0 {
                let end = u32::from_ne_bytes(*end) as usize * size;
                let key = call.input.get(start..end).unwrap_or_default();
                ids.push(set.longest(haystack(call.form, key)).unwrap_or(NO_PREFIX));
                start = end;
            }
            Ok(())
        })
    })
}
