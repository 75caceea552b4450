//! lanewise behind a C interface. The peers are compiled for this very CPU, in one program; lanewise chooses its kernels when it
//! runs, so it is a library of its own, compiled as it ships.
#![allow(clippy::missing_safety_doc, reason = "one caller, `harness/src/ours.rs`, which says how it calls")]

use lanewise_json::{Check, Limits, Pointer, get, minify, validate};
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
