//! The Node-API addon: converts the arguments, calls `lanewise-binding`, converts the answer.
//!
//! What each call does and gives is said in `ts/backend/backend.ts`. Slices borrow JavaScript memory for the one synchronous call.
// The derive writes items that carry no documentation of their own.
#![allow(missing_docs)]

use lanewise_binding::{self as binding, Out};
use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

/// Memory of JavaScript that output is copied into.
struct Memory<T>(T);

impl Out<u8> for Memory<Uint8ArraySlice<'_>> {
    fn room(&self) -> usize {
        self.0.len()
    }

    fn put(&mut self, bytes: &[u8]) {
        // SAFETY: the array is the facade's own output block (`ts/backend/memory.ts`), which no input is a view of, and JavaScript
        // does not run before this call returns.
        let out = unsafe { self.0.as_mut() };
        out[..bytes.len()].copy_from_slice(bytes);
    }
}

impl Out<u32> for Memory<Uint32ArraySlice<'_>> {
    fn room(&self) -> usize {
        self.0.len()
    }

    fn put(&mut self, words: &[u32]) {
        // SAFETY: as for bytes.
        let out = unsafe { self.0.as_mut() };
        out[..words.len()].copy_from_slice(words);
    }
}

#[napi(catch_unwind)]
pub fn choose_isa(name: String) -> &'static str {
    binding::choose_isa(&name)
}

#[napi(catch_unwind)]
pub fn available_isas() -> String {
    binding::available_isas()
}

#[napi(catch_unwind)]
pub fn known_isas() -> String {
    binding::known_isas()
}

#[napi(catch_unwind)]
pub fn take_bytes(out: Uint8ArraySlice<'_>) {
    binding::take_bytes(Memory(out));
}

#[napi(catch_unwind)]
pub fn take_words(out: Uint32ArraySlice<'_>) {
    binding::take_words(Memory(out));
}

#[napi(catch_unwind)]
pub fn check_utf8(input: &[u8]) -> f64 {
    binding::check_utf8(input)
}

#[napi(catch_unwind)]
pub fn line_starts(input: &[u8], out: Uint32ArraySlice<'_>) -> f64 {
    binding::line_starts(input, Memory(out))
}

#[napi(catch_unwind)]
pub fn json_validate(input: &[u8], depth_max: u32, flags: u32) -> f64 {
    binding::json_validate(input, depth_max, flags)
}

#[napi(catch_unwind)]
pub fn json_minify(input: &[u8], out: Uint8ArraySlice<'_>) -> f64 {
    binding::json_minify(input, Memory(out))
}

#[napi(catch_unwind)]
pub fn json_get(input: &[u8], pointer: &[u8], depth_max: u32, flags: u32, out: Uint32ArraySlice<'_>) -> f64 {
    binding::json_get(input, pointer, depth_max, flags, Memory(out))
}

#[napi(catch_unwind)]
pub fn msgpack_validate(input: &[u8], depth_max: u32, flags: u32) -> f64 {
    binding::msgpack_validate(input, depth_max, flags)
}

#[napi(catch_unwind)]
pub fn msgpack_from_json(input: &[u8], depth_max: u32, flags: u32, out: Uint8ArraySlice<'_>) -> f64 {
    binding::msgpack_from_json(input, depth_max, flags, Memory(out))
}

#[napi(catch_unwind)]
pub fn msgpack_to_json(input: &[u8], depth_max: u32, flags: u32, out: Uint8ArraySlice<'_>) -> f64 {
    binding::msgpack_to_json(input, depth_max, flags, Memory(out))
}

#[napi]
pub struct Matcher(binding::Matcher);

#[napi]
impl Matcher {
    #[napi(constructor, catch_unwind)]
    pub fn new(patterns: &[u8], ends: &[u32], kinds: &[u8], memory_max: f64, flags: u32) -> Self {
        Self(binding::Matcher::new(patterns, ends, kinds, memory_max, flags))
    }

    #[napi(catch_unwind)]
    pub fn status(&self) -> f64 {
        self.0.status()
    }

    #[napi(catch_unwind)]
    pub fn test(&self, haystack: &[u8], form: u32) -> f64 {
        self.0.test(haystack, form)
    }

    #[napi(catch_unwind)]
    pub fn count(&self, haystack: &[u8], form: u32) -> f64 {
        self.0.count(haystack, form)
    }

    #[napi(catch_unwind)]
    pub fn find(&self, haystack: &[u8], form: u32, from: u32, out: Uint32ArraySlice<'_>) -> f64 {
        self.0.find(haystack, form, from, Memory(out))
    }

    #[napi(catch_unwind)]
    pub fn find_all(&self, haystack: &[u8], form: u32, out: Uint32ArraySlice<'_>) -> f64 {
        self.0.find_all(haystack, form, Memory(out))
    }
}
