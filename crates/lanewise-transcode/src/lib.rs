//! JSON to MessagePack and back, bytes to bytes, and queries over both: nothing recurses on the input.
#![forbid(unsafe_code)]

mod copy;
mod from_json;
pub mod ndjson;
mod query;
mod selection;
pub mod stream;
mod timestamp;
mod to_json;

pub use from_json::{FromJson, from_json};
pub use lanewise_msgpack::writer::Float32;
pub use query::{JsonChildren, JsonTree};
pub use selection::{Query, Scratch};
pub use to_json::{NonStringKeys, ToJson, to_json};
