//! What a plane asks of the system: sockets and time. Epoll, io_uring and the simulator are drivers.

use crate::sys::Waker;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Names one connection, of the plane and of the driver alike. A link to a connection that has been closed is stale: it names nothing,
/// although its index may have been given to another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The place of the connection among those that are open.
    pub index: u32,
    /// How often that place had been given away before.
    pub generation: u32,
}

/// A socket that was accepted and has no link yet. It is given back to its driver once, by `open` or by `refuse`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Socket(pub(crate) i32);

impl Socket {
    /// A socket of the driver that calls this; the number is the driver's own.
    pub fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number that the driver gave it.
    pub fn number(&self) -> i32 {
        self.0
    }
}

/// Something that happened. Bytes lie in memory of the driver, until it is asked for the next event.
#[derive(Debug)]
pub enum Event<'d> {
    /// A client has connected.
    Accepted {
        /// Its socket, which is closed unless it is opened.
        socket: Socket,
        /// Its address.
        peer: SocketAddr,
    },
    /// Bytes have come, at least one.
    Received {
        /// The connection.
        link: Link,
        /// What has come.
        bytes: &'d [u8],
    },
    /// The client sends no more, but may still read. Comes again, at worst, until the plane closes the connection or stops to receive.
    Ended {
        /// The connection.
        link: Link,
    },
    /// The connection is of no more use; the plane closes it.
    Broken {
        /// The connection.
        link: Link,
    },
    /// What answered `Blocked` may be sent on.
    Writable {
        /// The connection.
        link: Link,
    },
    /// What answered `Started` is over. Comes for a stale link too, so that the buffer finds its way back.
    Sent {
        /// The connection.
        link: Link,
        /// The buffer that was handed over.
        buffer: Vec<u8>,
        /// How much of the buffer has been sent from its start on; less than all of it when the connection is broken.
        sent: usize,
    },
    /// A client is waiting, but the system has no descriptor or no memory for it (EMFILE, ENFILE, ENOBUFS, ENOMEM).
    Exhausted,
    /// Another thread has called the driver's waker.
    Woken,
}

/// How far a `send` came.
#[derive(Debug)]
pub enum Sending {
    /// Everything was taken; the buffer comes back.
    Done(Vec<u8>),
    /// The system takes no more now; a `Writable` follows.
    Blocked {
        /// The buffer.
        buffer: Vec<u8>,
        /// How much of the buffer has been sent, from its start on.
        sent: usize,
    },
    /// The driver keeps the buffer until a `Sent`; nothing else is sent on this link before.
    Started,
    /// The connection is of no more use; the buffer comes back.
    Broken(Vec<u8>),
}

/// The system, as a plane sees it: sockets that never block, and two clocks.
///
/// Calls with a stale link do nothing. After `open`, bytes are received until `receive(link, false)`; what had been received before that call
/// may still be handed out after it.
pub trait Driver {
    /// Waits until something has happened, for `timeout` at most (`None`: without end; zero: not at all), unless events are left from the last
    /// time. A signal or a timeout is no error: there are no events then.
    ///
    /// # Errors
    /// What the system says; the driver is of no more use then.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()>;

    /// Whether `next` has an event already, so that nobody has to wait for the system.
    fn is_ready(&self) -> bool;

    /// The next of the events that the last `wait` found.
    fn next(&mut self) -> Option<Event<'_>>;

    /// Nanoseconds of a clock that never goes back.
    fn now(&mut self) -> u64;

    /// Seconds since 1970.
    fn unix_seconds(&mut self) -> u64;

    /// Starts to receive on `socket`, whose events carry `link` from now on.
    ///
    /// # Errors
    /// What the system says; the socket has been closed then.
    fn open(&mut self, socket: Socket, link: Link) -> io::Result<()>;

    /// Closes a socket that was never opened.
    fn refuse(&mut self, socket: Socket);

    /// Stops to receive, or goes on.
    fn receive(&mut self, link: Link, on: bool);

    /// Sends `buffer[sent..]`, which is not empty.
    fn send(&mut self, link: Link, buffer: Vec<u8>, sent: usize) -> Sending;

    /// How much has been sent of the buffer that the driver keeps for this link, from its start on; 0 without one.
    fn progress(&self, link: Link) -> usize {
        _ = link;
        0
    }

    /// What was sent until now has to go out, although nobody may wait for events.
    fn flush(&mut self) {}

    /// Tells the client that nothing more is sent (FIN); receiving goes on.
    fn shutdown(&mut self, link: Link);

    /// Closes the connection; the link is stale from now on.
    fn close(&mut self, link: Link);

    /// Ends the connection by a reset, so that the client knows that what it has is not all; what was on its way to it may be lost. Nothing is being
    /// sent, or it is lost too; `close` follows.
    fn reset(&mut self, link: Link);

    /// Stops to accept, or goes on.
    fn accept(&mut self, on: bool);

    /// Closes the connection of one client that is waiting to be accepted, although the system has no descriptor for it.
    fn turn_away(&mut self);

    /// Closes the listening socket for good. What the system had accepted until then may still come as events.
    fn unlisten(&mut self);
}

/// A driver that other threads can wake.
pub trait Wakes: Driver {
    /// What makes `wait` return, with `Event::Woken`.
    fn waker(&self) -> Waker;
}
