//! HTTP/1.1 framing (RFC 9110 and 9112): where a request's head and body begin and end, and how a response's are written.
//!
//! There are no sockets and no clock in here: readers take bytes and say how far they got, writers append to a `Vec<u8>`. What a
//! message leaves ambiguous is refused, never guessed: each [`Refusal`] has an exact status, and the connection is closed after it.
//! Field lines are split by the `httparse` crate; everything that says where a message ends is decided here.
//!
//! A reader's answer depends on the bytes that have arrived and never on how they were split.
#![forbid(unsafe_code)]

mod body;
mod chars;
pub mod date;
mod failure;
mod head;
mod known;
mod meaning;
mod read_head;
pub mod response;
mod target;

pub use body::{BodyReader, Piece};
pub use failure::{FAILURES, Failure, Refusal, failure, failure_body};
pub use head::{Framing, Head, Method, Version};
pub use known::Known;
pub use read_head::{HeadLimits, HeadReader};
