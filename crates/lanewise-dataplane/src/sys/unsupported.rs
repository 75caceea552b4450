//! Where there is no epoll: types of the same names, of which there is never a value.

use crate::driver::{Driver, Event, Link, Sending, Socket, Wakes};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Never made on this system: `bind` says that it is unsupported.
#[derive(Debug)]
pub enum Listener {}

/// Never made on this system.
#[derive(Debug)]
pub enum Epoll {}

/// Never made on this system.
#[derive(Clone, Debug)]
pub struct Waker(());

/// Never made on this system.
pub type Uring = Epoll;

impl Listener {
    /// # Errors
    /// Always `Unsupported` on this system.
    pub fn bind(_address: SocketAddr, _shared: bool) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// # Errors
    /// Never: there is no listener on this system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        match *self {}
    }
}

impl Epoll {
    /// # Errors
    /// Never: there is no listener on this system.
    pub fn new(listener: Listener) -> io::Result<Self> {
        match listener {}
    }

    /// Whether it can be made: no.
    pub fn probe() -> bool {
        false
    }

    /// The descriptor that becomes readable when there is something to do.
    pub fn descriptor(&self) -> i32 {
        match *self {}
    }
}

impl Waker {
    /// Makes the driver's `wait` return, where there is one.
    pub fn wake(&self) {
        let () = self.0;
    }
}

impl Driver for Epoll {
    fn wait(&mut self, _timeout: Option<Duration>) -> io::Result<()> {
        match *self {}
    }
    fn is_ready(&self) -> bool {
        match *self {}
    }
    fn next(&mut self) -> Option<Event<'_>> {
        match *self {}
    }
    fn now(&mut self) -> u64 {
        match *self {}
    }
    fn unix_seconds(&mut self) -> u64 {
        match *self {}
    }
    fn open(&mut self, _socket: Socket, _link: Link) -> io::Result<()> {
        match *self {}
    }
    fn refuse(&mut self, _socket: Socket) {
        match *self {}
    }
    fn receive(&mut self, _link: Link, _on: bool) {
        match *self {}
    }
    fn send(&mut self, _link: Link, _buffer: Vec<u8>, _sent: usize) -> Sending {
        match *self {}
    }
    fn shutdown(&mut self, _link: Link) {
        match *self {}
    }
    fn close(&mut self, _link: Link) {
        match *self {}
    }
    fn reset(&mut self, _link: Link) {
        match *self {}
    }
    fn accept(&mut self, _on: bool) {
        match *self {}
    }
    fn turn_away(&mut self) {
        match *self {}
    }
    fn unlisten(&mut self) {
        match *self {}
    }
}

impl Wakes for Epoll {
    fn waker(&self) -> Waker {
        match *self {}
    }
}
