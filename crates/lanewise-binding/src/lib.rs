//! The calls of the TypeScript interface `Backend` (`ts/backend/backend.ts`), once for both bindings.
//!
//! The Node-API addon and the WebAssembly module differ in where the frame is, the memory that both sides know, and in nothing else. So
//! each of them makes a [`Call`] of it and hands it to the function of the same name here. Four conventions hold:
//!
//! - **One number out.** A result is `>= 0`; a fault is [`fault`]'s negative number. No exception crosses the border.
//! - **Output goes to the frame.** What is larger than it stays here, for this thread, until [`take_bytes`] or [`take_words`]; the
//!   number says how much there is.
//! - **A task is a call that waits.** It owns its input, is made on any thread, and then answers as the call would have.
//! - **Options travel as one word of flags**, named in the modules of the calls.
#![forbid(unsafe_code)]

mod codecs;
mod frame;
mod handles;
mod isa;
mod list;
mod matcher_form;
mod outcome;
mod query;
mod scanner;
mod search;
mod task;
mod text;
mod writers;

pub use codecs::{json_get, json_host_text, json_minify, json_tape, json_validate};
pub use codecs::{
    msgpack_boundary, msgpack_from_json, msgpack_from_ndjson, msgpack_tape, msgpack_to_json, msgpack_to_ndjson, msgpack_validate,
};
pub use frame::{Call, FRAME_SIZE};
pub use isa::{available_isas, choose_isa, known_isas};
pub use matcher_form::{matcher_about, matcher_explain, matcher_load, matcher_patterns, matcher_save};
pub use outcome::{fault, take_bytes, take_bytes_with, take_words, take_words_with};
pub use query::{ndjson_columns, ndjson_project, query_free, query_new, query_paths, query_pick, query_values};
pub use scanner::{scanner_end, scanner_free, scanner_held, scanner_new, scanner_write};
pub use search::{check_utf8, line_starts};
pub use search::{
    matcher_count, matcher_find, matcher_find_all, matcher_free, matcher_new, matcher_replace, matcher_test, matcher_test_batch,
    matcher_which,
};
pub use task::{Task, task, task_free, task_new, task_take};
pub use text::{Units, decode_utf8, encode_utf8, needle_count, needle_find, prefixes_free, prefixes_longest, prefixes_new, utf8_units};
pub use writers::{json_canonicalize, json_merge_patch, json_patch, json_prettify};
