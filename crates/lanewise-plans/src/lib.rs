//! Routes of the gateway and what they answer without JavaScript: a request in, the bytes of a response out.
//!
//! A [`Table`] holds the routes of a config, compiled; threads share it. [`Plans`] serve it on one thread, with memory that is used again from request to
//! request. There is no I/O in here and no clock: the value of Date comes with each request.
#![forbid(unsafe_code)]

mod conditions;
mod echo;
mod heads;
pub mod media;
mod pattern;
mod plans;
mod respond;
mod routes;
mod search;
mod table;

pub use heads::Client;
pub use pattern::RouteError;
pub use plans::{Admission, Outcome, Plans, Request};
pub use respond::{Respond, entity_tag};
pub use routes::{Methods, Routes, Target};
pub use table::{Plan, Route, Table};
