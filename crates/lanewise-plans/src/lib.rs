//! Routes of the gateway and what they answer without JavaScript: a request in, the bytes of a response out. No I/O, no clock.
#![forbid(unsafe_code)]

pub mod media;
mod pattern;
mod routes;

pub use pattern::RouteError;
pub use routes::{Methods, Routes, Target};
