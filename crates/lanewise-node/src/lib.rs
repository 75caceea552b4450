//! The Node-API addon: makes a call of the frame, hands it to `lanewise-binding`, gives its number back.
//!
//! What each call does is said in `ts/backend/backend.ts`. A call takes no arguments: each one costs, and a function without any is spared
//! the bookkeeping of borrowed arguments, which takes twice as long as the rest of the crossing.
// The derive writes items that carry no documentation of their own.
#![allow(missing_docs)]

mod frame;
mod pool;
mod text;

use lanewise_binding as binding;
use napi::bindgen_prelude::{AsyncTask, Uint8Array, Uint8ArraySlice, Uint32ArraySlice};
use napi::{Env, Result};
use napi_derive::napi;

/// # Errors
/// When the host gives no memory for it.
#[napi]
pub fn frame(env: Env) -> Result<Uint8Array> {
    frame::view(env)
}

#[napi(catch_unwind)]
pub fn lend(#[napi(ts_arg_type = "Uint8Array")] input: frame::Lent) {
    frame::lend(input);
}

#[napi(catch_unwind)]
pub fn take_bytes(mut out: Uint8ArraySlice<'_>) {
    // SAFETY: the facade has just made the array and nobody else knows it; JavaScript does not run before this call returns.
    binding::take_bytes(unsafe { out.as_mut() });
}

#[napi(catch_unwind)]
pub fn take_words(mut out: Uint32ArraySlice<'_>) {
    // SAFETY: as for bytes.
    binding::take_words(unsafe { out.as_mut() });
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
pub fn check_utf8() -> f64 {
    frame::run(binding::check_utf8)
}

/// The one call that gives a string: only the host can make one, and it takes its units from here.
#[napi(catch_unwind, ts_return_type = "string | number")]
pub fn decode_utf8(env: Env) -> text::Decoded {
    frame::run(|call| text::decode(env, call))
}

#[napi(catch_unwind)]
pub fn utf8_units() -> f64 {
    frame::run(binding::utf8_units)
}

#[napi(catch_unwind)]
pub fn encode_utf8() -> f64 {
    frame::run(binding::encode_utf8)
}

#[napi(catch_unwind)]
pub fn needle_find() -> f64 {
    frame::run(binding::needle_find)
}

#[napi(catch_unwind)]
pub fn needle_count() -> f64 {
    frame::run(binding::needle_count)
}

#[napi(catch_unwind)]
pub fn prefixes_new() -> f64 {
    frame::run(binding::prefixes_new)
}

#[napi(catch_unwind)]
pub fn prefixes_free() -> f64 {
    frame::run(binding::prefixes_free)
}

#[napi(catch_unwind)]
pub fn prefixes_longest() -> f64 {
    frame::run(binding::prefixes_longest)
}

#[napi(catch_unwind)]
pub fn line_starts() -> f64 {
    frame::run(binding::line_starts)
}

#[napi(catch_unwind)]
pub fn json_validate() -> f64 {
    frame::run(binding::json_validate)
}

#[napi(catch_unwind)]
pub fn json_minify() -> f64 {
    frame::run(binding::json_minify)
}

#[napi(catch_unwind)]
pub fn json_get() -> f64 {
    frame::run(binding::json_get)
}

#[napi(catch_unwind)]
pub fn json_prettify() -> f64 {
    frame::run(binding::json_prettify)
}

#[napi(catch_unwind)]
pub fn json_canonicalize() -> f64 {
    frame::run(binding::json_canonicalize)
}

#[napi(catch_unwind)]
pub fn json_patch() -> f64 {
    frame::run(binding::json_patch)
}

#[napi(catch_unwind)]
pub fn json_merge_patch() -> f64 {
    frame::run(binding::json_merge_patch)
}

#[napi(catch_unwind)]
pub fn json_host_text() -> f64 {
    frame::run(binding::json_host_text)
}

#[napi(catch_unwind)]
pub fn json_tape() -> f64 {
    frame::run(binding::json_tape)
}

#[napi(catch_unwind)]
pub fn msgpack_validate() -> f64 {
    frame::run(binding::msgpack_validate)
}

#[napi(catch_unwind)]
pub fn msgpack_tape() -> f64 {
    frame::run(binding::msgpack_tape)
}

#[napi(catch_unwind)]
pub fn msgpack_from_json() -> f64 {
    frame::run(binding::msgpack_from_json)
}

#[napi(catch_unwind)]
pub fn msgpack_to_json() -> f64 {
    frame::run(binding::msgpack_to_json)
}

#[napi(catch_unwind)]
pub fn msgpack_from_ndjson() -> f64 {
    frame::run(binding::msgpack_from_ndjson)
}

#[napi(catch_unwind)]
pub fn msgpack_to_ndjson() -> f64 {
    frame::run(binding::msgpack_to_ndjson)
}

#[napi(catch_unwind)]
pub fn msgpack_boundary() -> f64 {
    frame::run(binding::msgpack_boundary)
}

#[napi(catch_unwind)]
pub fn matcher_new() -> f64 {
    frame::run(binding::matcher_new)
}

#[napi(catch_unwind)]
pub fn matcher_free() -> f64 {
    frame::run(binding::matcher_free)
}

#[napi(catch_unwind)]
pub fn matcher_test() -> f64 {
    frame::run(binding::matcher_test)
}

#[napi(catch_unwind)]
pub fn matcher_count() -> f64 {
    frame::run(binding::matcher_count)
}

#[napi(catch_unwind)]
pub fn matcher_find() -> f64 {
    frame::run(binding::matcher_find)
}

#[napi(catch_unwind)]
pub fn matcher_find_all() -> f64 {
    frame::run(binding::matcher_find_all)
}

#[napi(catch_unwind)]
pub fn matcher_replace() -> f64 {
    frame::run(binding::matcher_replace)
}

#[napi(catch_unwind)]
pub fn matcher_which() -> f64 {
    frame::run(binding::matcher_which)
}

#[napi(catch_unwind)]
pub fn matcher_test_batch() -> f64 {
    frame::run(binding::matcher_test_batch)
}

#[napi(catch_unwind)]
pub fn matcher_explain() -> f64 {
    frame::run(binding::matcher_explain)
}

#[napi(catch_unwind)]
pub fn matcher_save() -> f64 {
    frame::run(binding::matcher_save)
}

#[napi(catch_unwind)]
pub fn matcher_load() -> f64 {
    frame::run(binding::matcher_load)
}

#[napi(catch_unwind)]
pub fn matcher_about() -> f64 {
    frame::run(binding::matcher_about)
}

#[napi(catch_unwind)]
pub fn matcher_patterns() -> f64 {
    frame::run(binding::matcher_patterns)
}

#[napi(catch_unwind)]
pub fn scanner_new() -> f64 {
    frame::run(binding::scanner_new)
}

#[napi(catch_unwind)]
pub fn scanner_free() -> f64 {
    frame::run(binding::scanner_free)
}

#[napi(catch_unwind)]
pub fn scanner_write() -> f64 {
    frame::run(binding::scanner_write)
}

#[napi(catch_unwind)]
pub fn scanner_end() -> f64 {
    frame::run(binding::scanner_end)
}

#[napi(catch_unwind)]
pub fn scanner_held() -> f64 {
    frame::run(binding::scanner_held)
}

#[napi(catch_unwind)]
pub fn task_new(kind: u32) -> f64 {
    frame::run(|call| binding::task_new(kind, call))
}

#[napi(catch_unwind, ts_return_type = "Promise<void>")]
pub fn task_run(handle: u32) -> AsyncTask<pool::Run> {
    AsyncTask::new(pool::Run::new(handle))
}

#[napi(catch_unwind)]
pub fn task_take(handle: u32) -> f64 {
    frame::run(|call| binding::task_take(handle, call))
}

#[napi(catch_unwind)]
pub fn task_free(handle: u32) {
    binding::task_free(handle);
}

#[napi(catch_unwind)]
pub fn query_new() -> f64 {
    frame::run(binding::query_new)
}

#[napi(catch_unwind)]
pub fn query_free() -> f64 {
    frame::run(binding::query_free)
}

#[napi(catch_unwind)]
pub fn query_pick() -> f64 {
    frame::run(binding::query_pick)
}

#[napi(catch_unwind)]
pub fn query_values() -> f64 {
    frame::run(binding::query_values)
}

#[napi(catch_unwind)]
pub fn query_paths() -> f64 {
    frame::run(binding::query_paths)
}

#[napi(catch_unwind)]
pub fn ndjson_columns() -> f64 {
    frame::run(binding::ndjson_columns)
}

#[napi(catch_unwind)]
pub fn ndjson_project() -> f64 {
    frame::run(binding::ndjson_project)
}
