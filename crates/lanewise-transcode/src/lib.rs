//! JSON to MessagePack and back, bytes to bytes, and queries over both: nothing recurses on the input.
#![forbid(unsafe_code)]

mod copy;
mod from_json;
mod key;
mod msgpack_tree;
pub mod ndjson;
mod query;
mod select;
mod selection;
pub mod stream;
mod timestamp;
mod to_json;

pub use from_json::{FromJson, from_json, from_json_with};
pub use lanewise_msgpack::writer::Float32;
pub use msgpack_tree::{MsgpackChildren, MsgpackTree};
pub use query::{JsonChildren, JsonTree};
pub use select::{select_from_json, select_json, select_msgpack, select_to_json};
pub use selection::{Query, Scratch};
pub use stream::Format;
pub use to_json::{NonStringKeys, ToJson, to_json, to_json_with};
