//! What the crate promises, held against the specification's formats, a law of offsets, and rmpv.

mod errors;
mod formats;
mod limits;
mod oracle;
