//! The calls of the TypeScript interface `Backend` (`ts/backend/backend.ts`), once for both bindings.
//!
//! The Node-API addon and the WebAssembly module differ in how a byte slice reaches Rust and how bytes reach JavaScript, and in
//! nothing else. So each of them converts its arguments and calls the function of the same name here. Three conventions hold:
//!
//! - **One number out.** A result is `>= 0`; a fault is [`fault`]'s negative number. No exception crosses the border.
//! - **Output goes to [`Out`]**, memory of the caller that it uses again and again. What is larger than it stays here, for this
//!   thread, until [`take_bytes`] or [`take_words`]; the number says how much there is.
//! - **Options travel as one word of flags**, named in the modules of the calls.
#![forbid(unsafe_code)]

mod codecs;
mod isa;
mod outcome;
mod search;

pub use codecs::{json_get, json_minify, json_validate, msgpack_from_json, msgpack_to_json, msgpack_validate};
pub use isa::{available_isas, choose_isa, known_isas};
pub use outcome::{Out, fault, take_bytes, take_words};
pub use search::{Matcher, check_utf8, line_starts};
