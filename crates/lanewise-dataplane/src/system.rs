//! The driver that is chosen when a program runs.

use crate::driver::{Driver, Event, Link, Sending, Socket, Wakes};
use crate::sys::{Epoll, Listener, Uring, Waker};
use std::io;
use std::time::Duration;

/// How a plane speaks to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Io {
    /// Readiness, then one call for each receive and each send.
    Epoll,
    /// Requests and answers in shared memory.
    Uring,
}

/// Epoll or io_uring.
#[expect(clippy::large_enum_variant, reason = "there is one for each thread")]
pub enum System {
    /// Epoll.
    Epoll(Epoll),
    /// io_uring.
    Uring(Uring),
}

impl System {
    /// Accepts from `listener`.
    ///
    /// # Errors
    /// What the system says, `Unsupported` among others.
    pub fn new(listener: Listener, io: Io) -> io::Result<Self> {
        match io {
            Io::Epoll => Epoll::new(listener).map(Self::Epoll),
            Io::Uring => Uring::new(listener).map(Self::Uring),
        }
    }

    /// The descriptor that is readable while `wait` would find something: what another event loop watches.
    pub fn descriptor(&self) -> i32 {
        match self {
            Self::Epoll(driver) => driver.descriptor(),
            Self::Uring(driver) => driver.descriptor(),
        }
    }
}

/// Passes each call on.
macro_rules! passed_on {
    ($(fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) $(-> $result:ty)?;)+) => {
        impl Driver for System {
            $(#[inline]
            fn $name(&mut self $(, $argument: $type)*) $(-> $result)? {
                match self {
                    Self::Epoll(driver) => driver.$name($($argument),*),
                    Self::Uring(driver) => driver.$name($($argument),*),
                }
            })+

            #[inline]
            fn is_ready(&self) -> bool {
                match self {
                    Self::Epoll(driver) => driver.is_ready(),
                    Self::Uring(driver) => driver.is_ready(),
                }
            }

            #[inline]
            fn progress(&self, link: Link) -> usize {
                match self {
                    Self::Epoll(driver) => driver.progress(link),
                    Self::Uring(driver) => driver.progress(link),
                }
            }
        }
    };
}

passed_on! {
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()>;
    fn next(&mut self) -> Option<Event<'_>>;
    fn now(&mut self) -> u64;
    fn unix_seconds(&mut self) -> u64;
    fn open(&mut self, socket: Socket, link: Link) -> io::Result<()>;
    fn refuse(&mut self, socket: Socket);
    fn receive(&mut self, link: Link, on: bool);
    fn send(&mut self, link: Link, buffer: Vec<u8>, sent: usize) -> Sending;
    fn flush(&mut self);
    fn shutdown(&mut self, link: Link);
    fn close(&mut self, link: Link);
    fn reset(&mut self, link: Link);
    fn accept(&mut self, on: bool);
    fn turn_away(&mut self);
    fn unlisten(&mut self);
}

impl Wakes for System {
    fn waker(&self) -> Waker {
        match self {
            Self::Epoll(driver) => driver.waker(),
            Self::Uring(driver) => driver.waker(),
        }
    }
}
