//! The data plane: sockets, timers and connections of an HTTP/1.1 server, generic over what answers.
//!
//! A [`Plane`] serves the connections of one thread. It asks the system through a [`Driver`] ([`Epoll`] and [`Uring`] are two), reads requests by the rules of
//! `lanewise-http`, and has them answered by a [`Service`]: at once, or later by a [`Token`]. It knows no routes and no formats.
//!
//! # A turn
//! `Plane::turn` waits for events, serves them and sends what was answered; `Plane::answer` and its like may follow at any time, and `Plane::flush`
//! sends what they have written. A thread of its own calls `turn` in a loop. Nested in another event loop, `turn` is called without waiting when the
//! driver's descriptor is readable or `Plane::next_deadline` has come.
//!
//! # Threads
//! [`Threads`] runs planes side by side at one address. What they cannot answer themselves travels through [`mail`]: a batch a turn, one wake-up for all
//! that waits.
//!
//! # Promises
//! - Each request is answered once at most, in order; once exactly while its client stays.
//! - An idle connection owns no buffer. In the steady state nothing is allocated.
//! - What a client can make a plane hold is limited, in bytes and in time, by [`Limits`] and the constants beside them.
#![deny(unsafe_code)]

mod counters;
mod driver;
pub mod histogram;
mod limits;
mod mail;
mod plane;
mod pool;
mod service;
mod slab;
// System calls.
#[allow(unsafe_code)]
mod sys;
mod system;
mod threads;
mod wheel;

pub use counters::{Counter, Counters, SNAPSHOT_NAMES, State};
pub use driver::{Driver, Event, Link, Sending, Socket, Wakes};
pub use limits::Limits;
pub use mail::{Inbox, Outbox, mail};
pub use plane::{Budget, Plane, Turn};
pub use service::{Admission, Flow, Gone, Reply, Request, Room, Served, Service, Token};
pub use sys::{Epoll, Listener, Uring, Waker};
pub use system::{Io, System};
pub use threads::{Threads, Worker};
