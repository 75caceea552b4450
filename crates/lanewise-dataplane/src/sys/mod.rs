//! The system calls: the one module of this crate that has `unsafe` code.

#[cfg(target_os = "linux")]
mod epoll;
#[cfg(target_os = "linux")]
mod provided;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(not(target_os = "linux"))]
mod unsupported;
#[cfg(target_os = "linux")]
mod uring;
#[cfg(target_os = "linux")]
mod waker;

#[cfg(target_os = "linux")]
pub use epoll::Epoll;
#[cfg(target_os = "linux")]
pub use socket::Listener;
#[cfg(not(target_os = "linux"))]
pub use unsupported::{Epoll, Listener, Uring, Waker};
#[cfg(target_os = "linux")]
pub use uring::Uring;
#[cfg(target_os = "linux")]
pub use waker::Waker;
