//! The WebAssembly module: makes a call of the frame, hands it to `lanewise-binding`, gives its number back.
//!
//! What each call does is said in `ts/backend/backend.ts`. The frame is memory of this module; large input is copied in by the glue.
// The derive writes items that carry no documentation of their own.
#![allow(missing_docs)]

mod frame;

use js_sys::{Uint8Array, Uint32Array};
use lanewise_binding as binding;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn frame() -> Uint8Array {
    frame::view()
}

#[wasm_bindgen]
pub fn lend(input: Vec<u8>) {
    frame::lend(input);
}

#[wasm_bindgen(js_name = takeBytes)]
pub fn take_bytes(out: &Uint8Array) {
    binding::take_bytes_with(out.length() as usize, |bytes| out.copy_from(bytes));
}

#[wasm_bindgen(js_name = takeWords)]
pub fn take_words(out: &Uint32Array) {
    binding::take_words_with(out.length() as usize, |words| out.copy_from(words));
}

#[wasm_bindgen(js_name = chooseIsa)]
pub fn choose_isa(name: &str) -> String {
    binding::choose_isa(name).to_owned()
}

#[wasm_bindgen(js_name = availableIsas)]
pub fn available_isas() -> String {
    binding::available_isas()
}

#[wasm_bindgen(js_name = knownIsas)]
pub fn known_isas() -> String {
    binding::known_isas()
}

#[wasm_bindgen(js_name = checkUtf8)]
pub fn check_utf8() -> f64 {
    frame::run(binding::check_utf8)
}

#[wasm_bindgen(js_name = utf8Units)]
pub fn utf8_units() -> f64 {
    frame::run(binding::utf8_units)
}

#[wasm_bindgen(js_name = encodeUtf8)]
pub fn encode_utf8() -> f64 {
    frame::run(binding::encode_utf8)
}

#[wasm_bindgen(js_name = needleFind)]
pub fn needle_find() -> f64 {
    frame::run(binding::needle_find)
}

#[wasm_bindgen(js_name = needleCount)]
pub fn needle_count() -> f64 {
    frame::run(binding::needle_count)
}

#[wasm_bindgen(js_name = prefixesNew)]
pub fn prefixes_new() -> f64 {
    frame::run(binding::prefixes_new)
}

#[wasm_bindgen(js_name = prefixesFree)]
pub fn prefixes_free() -> f64 {
    frame::run(binding::prefixes_free)
}

#[wasm_bindgen(js_name = prefixesLongest)]
pub fn prefixes_longest() -> f64 {
    frame::run(binding::prefixes_longest)
}

#[wasm_bindgen(js_name = lineStarts)]
pub fn line_starts() -> f64 {
    frame::run(binding::line_starts)
}

#[wasm_bindgen(js_name = jsonValidate)]
pub fn json_validate() -> f64 {
    frame::run(binding::json_validate)
}

#[wasm_bindgen(js_name = jsonMinify)]
pub fn json_minify() -> f64 {
    frame::run(binding::json_minify)
}

#[wasm_bindgen(js_name = jsonGet)]
pub fn json_get() -> f64 {
    frame::run(binding::json_get)
}

#[wasm_bindgen(js_name = jsonPrettify)]
pub fn json_prettify() -> f64 {
    frame::run(binding::json_prettify)
}

#[wasm_bindgen(js_name = jsonCanonicalize)]
pub fn json_canonicalize() -> f64 {
    frame::run(binding::json_canonicalize)
}

#[wasm_bindgen(js_name = jsonPatch)]
pub fn json_patch() -> f64 {
    frame::run(binding::json_patch)
}

#[wasm_bindgen(js_name = jsonMergePatch)]
pub fn json_merge_patch() -> f64 {
    frame::run(binding::json_merge_patch)
}

#[wasm_bindgen(js_name = jsonHostText)]
pub fn json_host_text() -> f64 {
    frame::run(binding::json_host_text)
}

#[wasm_bindgen(js_name = jsonTape)]
pub fn json_tape() -> f64 {
    frame::run(binding::json_tape)
}

#[wasm_bindgen(js_name = msgpackValidate)]
pub fn msgpack_validate() -> f64 {
    frame::run(binding::msgpack_validate)
}

#[wasm_bindgen(js_name = msgpackTape)]
pub fn msgpack_tape() -> f64 {
    frame::run(binding::msgpack_tape)
}

#[wasm_bindgen(js_name = msgpackFromJson)]
pub fn msgpack_from_json() -> f64 {
    frame::run(binding::msgpack_from_json)
}

#[wasm_bindgen(js_name = msgpackToJson)]
pub fn msgpack_to_json() -> f64 {
    frame::run(binding::msgpack_to_json)
}

#[wasm_bindgen(js_name = msgpackFromNdjson)]
pub fn msgpack_from_ndjson() -> f64 {
    frame::run(binding::msgpack_from_ndjson)
}

#[wasm_bindgen(js_name = msgpackToNdjson)]
pub fn msgpack_to_ndjson() -> f64 {
    frame::run(binding::msgpack_to_ndjson)
}

#[wasm_bindgen(js_name = msgpackBoundary)]
pub fn msgpack_boundary() -> f64 {
    frame::run(binding::msgpack_boundary)
}

#[wasm_bindgen(js_name = matcherNew)]
pub fn matcher_new() -> f64 {
    frame::run(binding::matcher_new)
}

#[wasm_bindgen(js_name = matcherFree)]
pub fn matcher_free() -> f64 {
    frame::run(binding::matcher_free)
}

#[wasm_bindgen(js_name = matcherTest)]
pub fn matcher_test() -> f64 {
    frame::run(binding::matcher_test)
}

#[wasm_bindgen(js_name = matcherCount)]
pub fn matcher_count() -> f64 {
    frame::run(binding::matcher_count)
}

#[wasm_bindgen(js_name = matcherFind)]
pub fn matcher_find() -> f64 {
    frame::run(binding::matcher_find)
}

#[wasm_bindgen(js_name = matcherFindAll)]
pub fn matcher_find_all() -> f64 {
    frame::run(binding::matcher_find_all)
}

#[wasm_bindgen(js_name = matcherReplace)]
pub fn matcher_replace() -> f64 {
    frame::run(binding::matcher_replace)
}

#[wasm_bindgen(js_name = matcherWhich)]
pub fn matcher_which() -> f64 {
    frame::run(binding::matcher_which)
}

#[wasm_bindgen(js_name = matcherTestBatch)]
pub fn matcher_test_batch() -> f64 {
    frame::run(binding::matcher_test_batch)
}

#[wasm_bindgen(js_name = matcherExplain)]
pub fn matcher_explain() -> f64 {
    frame::run(binding::matcher_explain)
}

#[wasm_bindgen(js_name = matcherSave)]
pub fn matcher_save() -> f64 {
    frame::run(binding::matcher_save)
}

#[wasm_bindgen(js_name = matcherLoad)]
pub fn matcher_load() -> f64 {
    frame::run(binding::matcher_load)
}

#[wasm_bindgen(js_name = matcherAbout)]
pub fn matcher_about() -> f64 {
    frame::run(binding::matcher_about)
}

#[wasm_bindgen(js_name = matcherPatterns)]
pub fn matcher_patterns() -> f64 {
    frame::run(binding::matcher_patterns)
}

#[wasm_bindgen(js_name = scannerNew)]
pub fn scanner_new() -> f64 {
    frame::run(binding::scanner_new)
}

#[wasm_bindgen(js_name = scannerFree)]
pub fn scanner_free() -> f64 {
    frame::run(binding::scanner_free)
}

#[wasm_bindgen(js_name = scannerWrite)]
pub fn scanner_write() -> f64 {
    frame::run(binding::scanner_write)
}

#[wasm_bindgen(js_name = scannerEnd)]
pub fn scanner_end() -> f64 {
    frame::run(binding::scanner_end)
}

#[wasm_bindgen(js_name = scannerHeld)]
pub fn scanner_held() -> f64 {
    frame::run(binding::scanner_held)
}

#[wasm_bindgen(js_name = taskNew)]
pub fn task_new(kind: u32) -> f64 {
    frame::run(|call| binding::task_new(kind, call))
}

#[wasm_bindgen(js_name = taskRun)]
pub fn task_run(handle: u32) {
    if let Some(task) = binding::task(handle) {
        task.run();
    }
}

#[wasm_bindgen(js_name = taskTake)]
pub fn task_take(handle: u32) -> f64 {
    frame::run(|call| binding::task_take(handle, call))
}

#[wasm_bindgen(js_name = taskFree)]
pub fn task_free(handle: u32) {
    binding::task_free(handle);
}

#[wasm_bindgen(js_name = queryNew)]
pub fn query_new() -> f64 {
    frame::run(binding::query_new)
}

#[wasm_bindgen(js_name = queryFree)]
pub fn query_free() -> f64 {
    frame::run(binding::query_free)
}

#[wasm_bindgen(js_name = queryPick)]
pub fn query_pick() -> f64 {
    frame::run(binding::query_pick)
}

#[wasm_bindgen(js_name = queryValues)]
pub fn query_values() -> f64 {
    frame::run(binding::query_values)
}

#[wasm_bindgen(js_name = queryPaths)]
pub fn query_paths() -> f64 {
    frame::run(binding::query_paths)
}

#[wasm_bindgen(js_name = ndjsonColumns)]
pub fn ndjson_columns() -> f64 {
    frame::run(binding::ndjson_columns)
}

#[wasm_bindgen(js_name = ndjsonProject)]
pub fn ndjson_project() -> f64 {
    frame::run(binding::ndjson_project)
}
