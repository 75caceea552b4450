//! What the crate promises, held against the RFC's examples, naive oracles and serde_json.

mod document;
mod errors;
mod get;
mod limits;
mod minify;
mod oracle;
mod reader;
