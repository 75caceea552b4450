//! lanewise behind a C interface. The peers are compiled for this very CPU, in one program; lanewise chooses its kernels when it
//! runs, so it is a library of its own, compiled as it ships.
#![allow(clippy::missing_safety_doc, reason = "one caller, `harness/src/ours.rs`, which says how it calls")]

use lanewise_json::{Check, Limits, Pointer, get, minify, validate};
use lanewise_text::{CaseFolding, Haystack, Matcher, Options, Pattern, Semantics, line_starts};
use lanewise_transcode::{FromJson, ToJson, from_json, to_json};
use std::slice;

unsafe fn bytes<'a>(data: *const u8, size: usize) -> &'a [u8] {
    // SAFETY: the caller lends `size` bytes for the length of the call.
    unsafe { slice::from_raw_parts(data, size) }
}

/// The instruction set in use; `LANEWISE_ISA` chooses another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_isa(size: &mut usize) -> *const u8 {
    let name = lanewise_simd::active().name();
    *size = name.len();
    name.as_ptr()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_validate(data: *const u8, size: usize) -> bool {
    // SAFETY: see `bytes`.
    validate(unsafe { bytes(data, size) }, &Limits::default()).is_ok()
}

/// A buffer that is kept between calls, as the bindings keep theirs.
#[unsafe(no_mangle)]
pub extern "C" fn ours_buffer() -> *mut Vec<u8> {
    Box::into_raw(Box::default())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_minify(data: *const u8, size: usize, buffer: &mut Vec<u8>, out: &mut *const u8) -> usize {
    buffer.clear();
    // SAFETY: see `bytes`.
    let done = minify(unsafe { bytes(data, size) }, buffer);
    *out = buffer.as_ptr();
    done.map_or(0, |()| buffer.len())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_from_json(data: *const u8, size: usize, buffer: &mut Vec<u8>, out: &mut *const u8) -> usize {
    buffer.clear();
    // SAFETY: see `bytes`.
    let done = from_json(unsafe { bytes(data, size) }, &FromJson::default(), buffer);
    *out = buffer.as_ptr();
    done.map_or(0, |()| buffer.len())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_to_json(data: *const u8, size: usize, buffer: &mut Vec<u8>, out: &mut *const u8) -> usize {
    buffer.clear();
    // SAFETY: see `bytes`.
    let done = to_json(unsafe { bytes(data, size) }, &ToJson::default(), buffer);
    *out = buffer.as_ptr();
    done.map_or(0, |()| buffer.len())
}

/// Compiled once and used many times, as the peers' are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_pointer(data: *const u8, size: usize) -> *mut Pointer {
    // SAFETY: see `bytes`.
    let text = str::from_utf8(unsafe { bytes(data, size) }).unwrap_or_default();
    Box::into_raw(Box::new(Pointer::parse(text.encode_utf16()).expect("a pointer that json-peers wrote")))
}

/// The length of the value, which starts at `start`; 0 where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_get(data: *const u8, size: usize, pointer: &Pointer, start: &mut usize) -> usize {
    // SAFETY: see `bytes`.
    let found = get(unsafe { bytes(data, size) }, pointer, Check::Path, &Limits::default());
    let range = found.ok().flatten().unwrap_or_default();
    *start = range.start;
    range.len()
}

/// Compiles the `count` patterns that stand in `data` one behind the other, each with a size in `sizes`. Null where they are refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_matcher(
    data: *const u8,
    sizes: *const usize,
    count: usize,
    semantics: u8,
    ignore_ascii_case: bool,
) -> *mut Matcher {
    // SAFETY: as `bytes`.
    let sizes = unsafe { slice::from_raw_parts(sizes, count) };
    // SAFETY: see `bytes`.
    let mut rest = unsafe { bytes(data, sizes.iter().sum()) };
    let patterns = sizes.iter().map(|&size| {
        let (pattern, behind) = rest.split_at(size);
        rest = behind;
        Pattern::Bytes(pattern)
    });
    let semantics = [Semantics::LeftmostFirst, Semantics::LeftmostLongest, Semantics::All][usize::from(semantics)];
    let ignore_case = if ignore_ascii_case { CaseFolding::Ascii } else { CaseFolding::None };
    // What the largest set takes is a result here, so nothing is refused for its size.
    let options = Options { semantics, ignore_case, memory_max: usize::MAX, ..Options::default() };
    Matcher::new(patterns, &options).map_or(std::ptr::null_mut(), |matcher| Box::into_raw(Box::new(matcher)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_matcher_free(matcher: *mut Matcher) {
    // SAFETY: `ours_matcher` made it, and this is the last use of it.
    drop(unsafe { Box::from_raw(matcher) });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_matcher_memory(matcher: &Matcher) -> usize {
    matcher.memory_bytes()
}

/// Bytes, or UTF-16 units of two bytes each.
unsafe fn haystack<'a>(data: *const u8, size: usize, is_utf16: bool) -> Haystack<'a> {
    // SAFETY: see `bytes`.
    let bytes = unsafe { bytes(data, size) };
    if is_utf16 { Haystack::Utf16(bytes) } else { Haystack::Bytes(bytes) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_matcher_count(matcher: &Matcher, data: *const u8, size: usize, is_utf16: bool) -> usize {
    // SAFETY: see `bytes`.
    matcher.count(unsafe { haystack(data, size, is_utf16) })
}

/// The number of matches; `words` keeps its memory, as in the bindings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_matcher_find_all(
    matcher: &Matcher,
    data: *const u8,
    size: usize,
    is_utf16: bool,
    words: &mut Vec<u32>,
    out: &mut *const u32,
) -> usize {
    words.clear();
    // SAFETY: see `bytes`.
    matcher.find_all(unsafe { haystack(data, size, is_utf16) }, words);
    *out = words.as_ptr();
    words.len() / 3
}

/// Results of searches, kept between calls.
#[unsafe(no_mangle)]
pub extern "C" fn ours_words() -> *mut Vec<u32> {
    Box::into_raw(Box::default())
}

/// The number of lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ours_line_starts(data: *const u8, size: usize, words: &mut Vec<u32>) -> usize {
    words.clear();
    // SAFETY: see `bytes`.
    line_starts(unsafe { bytes(data, size) }, words);
    words.len()
}
