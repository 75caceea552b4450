//! What the crate promises, held against the RFC's examples, naive oracles and serde_json.

mod canonicalize;
mod document;
mod errors;
mod get;
mod limits;
mod minify;
mod oracle;
mod prettify;
mod reader;
mod tree;
