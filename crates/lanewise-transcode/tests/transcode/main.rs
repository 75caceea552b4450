//! What the crate promises, held against tables, rmpv, and the way there and back.

mod from_json;
mod limits;
mod round_trip;
mod to_json;
