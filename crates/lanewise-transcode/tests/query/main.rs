//! Selectors on JSON, held against the examples of the RFCs, a naive evaluator, and their complexities.

mod cost;
mod document;
mod edges;
mod oracle;
mod rfc;
