//! simdjson, by the bridge in `simdjson.cpp`.

use simdjson_sys as _;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{self, NonNull};
use std::slice;

unsafe extern "C" {
    safe fn simdjson_version_text() -> *const c_char;
    safe fn simdjson_kernel() -> *const c_char;
    safe fn simdjson_padding() -> usize;
    safe fn simdjson_dom() -> NonNull<c_void>;
    fn simdjson_dom_parse(parser: NonNull<c_void>, data: *const u8, size: usize) -> bool;
    safe fn simdjson_ondemand() -> NonNull<c_void>;
    fn simdjson_ondemand_get(
        parser: NonNull<c_void>,
        data: *const u8,
        size: usize,
        pointer: *const u8,
        pointer_size: usize,
        out: &mut *const u8,
    ) -> usize;
    fn simdjson_minify(data: *const u8, size: usize, out: *mut u8) -> usize;
}

/// Version and kernel, as `4.6.4 haswell`.
pub fn describe() -> String {
    // SAFETY: both are static C strings.
    let [version, kernel] = [simdjson_version_text(), simdjson_kernel()].map(|text| unsafe { CStr::from_ptr(text) }.to_string_lossy());
    format!("{version} {kernel}")
}

/// Bytes with the padding behind them that simdjson reads into.
pub struct Padded {
    bytes: Vec<u8>,
    size: usize,
}

impl Padded {
    pub fn new(text: &[u8]) -> Self {
        let mut bytes = text.to_vec();
        bytes.resize(text.len() + simdjson_padding(), 0);
        Self { bytes, size: text.len() }
    }
}

/// A parser lives as long as the program: it is made once for each case.
pub struct Dom(NonNull<c_void>);

impl Dom {
    pub fn new() -> Self {
        Self(simdjson_dom())
    }

    pub fn parse(&mut self, text: &Padded) -> bool {
        // SAFETY: the parser is ours alone, and the bytes are padded.
        unsafe { simdjson_dom_parse(self.0, text.bytes.as_ptr(), text.size) }
    }
}

/// As `Dom`.
pub struct OnDemand(NonNull<c_void>);

impl OnDemand {
    pub fn new() -> Self {
        Self(simdjson_ondemand())
    }

    pub fn get<'a>(&mut self, text: &'a Padded, pointer: &str) -> &'a [u8] {
        let mut out = ptr::null();
        // SAFETY: as in `Dom::parse`; the result lies in `text`.
        unsafe {
            let size = simdjson_ondemand_get(self.0, text.bytes.as_ptr(), text.size, pointer.as_ptr(), pointer.len(), &mut out);
            if size == 0 { &[] } else { slice::from_raw_parts(out, size) }
        }
    }
}

/// `out` has room for all of `text` and its padding.
pub fn minify<'a>(text: &Padded, out: &'a mut Padded) -> &'a [u8] {
    assert!(out.bytes.len() >= text.bytes.len());
    // SAFETY: the result is no longer than its source.
    let size = unsafe { simdjson_minify(text.bytes.as_ptr(), text.size, out.bytes.as_mut_ptr()) };
    &out.bytes[..size]
}
