//! What the crate promises, held against the RFC's examples, naive oracles and serde_json.

mod canonicalize;
mod document;
mod errors;
mod get;
mod limits;
mod merge_patch;
mod minify;
mod oracle;
mod patch;
mod prettify;
mod reader;
mod tree;
