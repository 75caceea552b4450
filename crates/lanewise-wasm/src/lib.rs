//! The WebAssembly module: converts the arguments, calls `lanewise-binding`, converts the answer.
//!
//! What each call does and gives is said in `ts/backend/backend.ts`. Input is copied in by the glue, output is copied out by [`Bytes`]
//! and [`Words`]; no view of this module's memory survives a call.
// The derive writes items that carry no documentation of their own.
#![allow(missing_docs)]

use js_sys::{Uint8Array, Uint32Array};
use lanewise_binding::{self as binding, Out};
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes of JavaScript that output is copied into.
struct Bytes(Uint8Array);

impl Out<u8> for Bytes {
    fn room(&self) -> usize {
        self.0.length() as usize
    }

    fn put(&mut self, bytes: &[u8]) {
        self.0.subarray(0, bytes.len() as u32).copy_from(bytes);
    }
}

/// Words of JavaScript that output is copied into.
struct Words(Uint32Array);

impl Out<u32> for Words {
    fn room(&self) -> usize {
        self.0.length() as usize
    }

    fn put(&mut self, words: &[u32]) {
        self.0.subarray(0, words.len() as u32).copy_from(words);
    }
}

#[wasm_bindgen(js_name = chooseIsa)]
pub fn choose_isa(name: String) -> String {
    binding::choose_isa(&name).to_owned()
}

#[wasm_bindgen(js_name = availableIsas)]
pub fn available_isas() -> String {
    binding::available_isas()
}

#[wasm_bindgen(js_name = knownIsas)]
pub fn known_isas() -> String {
    binding::known_isas()
}

#[wasm_bindgen(js_name = takeBytes)]
pub fn take_bytes(out: Uint8Array) {
    binding::take_bytes(Bytes(out));
}

#[wasm_bindgen(js_name = takeWords)]
pub fn take_words(out: Uint32Array) {
    binding::take_words(Words(out));
}

#[wasm_bindgen(js_name = checkUtf8)]
pub fn check_utf8(input: &[u8]) -> f64 {
    binding::check_utf8(input)
}

#[wasm_bindgen(js_name = lineStarts)]
pub fn line_starts(input: &[u8], out: Uint32Array) -> f64 {
    binding::line_starts(input, Words(out))
}

#[wasm_bindgen(js_name = jsonValidate)]
pub fn json_validate(input: &[u8], depth_max: u32, flags: u32) -> f64 {
    binding::json_validate(input, depth_max, flags)
}

#[wasm_bindgen(js_name = jsonMinify)]
pub fn json_minify(input: &[u8], out: Uint8Array) -> f64 {
    binding::json_minify(input, Bytes(out))
}

#[wasm_bindgen(js_name = jsonGet)]
pub fn json_get(input: &[u8], pointer: &[u8], depth_max: u32, flags: u32, out: Uint32Array) -> f64 {
    binding::json_get(input, pointer, depth_max, flags, Words(out))
}

#[wasm_bindgen(js_name = msgpackValidate)]
pub fn msgpack_validate(input: &[u8], depth_max: u32, flags: u32) -> f64 {
    binding::msgpack_validate(input, depth_max, flags)
}

#[wasm_bindgen(js_name = msgpackFromJson)]
pub fn msgpack_from_json(input: &[u8], depth_max: u32, flags: u32, out: Uint8Array) -> f64 {
    binding::msgpack_from_json(input, depth_max, flags, Bytes(out))
}

#[wasm_bindgen(js_name = msgpackToJson)]
pub fn msgpack_to_json(input: &[u8], depth_max: u32, flags: u32, out: Uint8Array) -> f64 {
    binding::msgpack_to_json(input, depth_max, flags, Bytes(out))
}

#[wasm_bindgen]
pub struct Matcher(binding::Matcher);

#[wasm_bindgen]
impl Matcher {
    #[wasm_bindgen(constructor)]
    pub fn new(patterns: &[u8], ends: &[u32], kinds: &[u8], memory_max: f64, flags: u32) -> Self {
        Self(binding::Matcher::new(patterns, ends, kinds, memory_max, flags))
    }

    #[wasm_bindgen]
    pub fn status(&self) -> f64 {
        self.0.status()
    }

    #[wasm_bindgen]
    pub fn test(&self, haystack: &[u8], form: u32) -> f64 {
        self.0.test(haystack, form)
    }

    #[wasm_bindgen]
    pub fn count(&self, haystack: &[u8], form: u32) -> f64 {
        self.0.count(haystack, form)
    }

    #[wasm_bindgen]
    pub fn find(&self, haystack: &[u8], form: u32, from: u32, out: Uint32Array) -> f64 {
        self.0.find(haystack, form, from, Words(out))
    }

    #[wasm_bindgen(js_name = findAll)]
    pub fn find_all(&self, haystack: &[u8], form: u32, out: Uint32Array) -> f64 {
        self.0.find_all(haystack, form, Words(out))
    }
}
