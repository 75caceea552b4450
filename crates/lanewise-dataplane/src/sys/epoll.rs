//! The driver over epoll: one buffer for everything that is received.
//!
//! Connections are watched by edges, which saves the system a second look at each after it was served. So what is there has to be taken until nothing is:
//! fewer bytes than the buffer holds are all that there was (`epoll(7)`), and of a connection that may have more epoll is asked again.

use super::socket::{self, Listener, check};
use super::waker::Waker;
use crate::driver::{Driver, Event, Link, Sending, Socket, Wakes};
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// Events that one call brings at most.
const EVENTS_MAX: usize = 512;
/// What is received by one call at most: as much as a body of a busy client brings, and small enough for the second-level cache.
const SCRATCH_SIZE: usize = 64 << 10;
/// What the data of an event says when it belongs to no connection.
const LISTENER: u64 = u64::MAX;
const WAKER: u64 = u64::MAX - 1;

const READABLE: u32 = (libc::EPOLLIN | libc::EPOLLRDHUP) as u32;
const WRITABLE: u32 = libc::EPOLLOUT as u32;
const EDGES: u32 = libc::EPOLLET as u32;
const FAILED: u32 = libc::EPOLLERR as u32;
const HUNG_UP: u32 = libc::EPOLLHUP as u32;

/// Sockets of one thread. An idle connection costs an entry of 16 bytes here and no buffer.
#[derive(Debug)]
pub struct Epoll {
    epoll: OwnedFd,
    listener: Option<Listener>,
    is_accepting: bool,
    /// Given up for a moment when descriptors run out, so that one client can be told (by a close) instead of waiting for nothing.
    reserve: Option<File>,
    waker: Waker,
    /// Accepted when the listener was closed, and not handed out yet.
    accepted: Vec<(OwnedFd, SocketAddr)>,
    events: Vec<libc::epoll_event>,
    /// The event that is looked at.
    cursor: usize,
    scratch: Box<[u8]>,
    /// By index of a link.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    socket: Option<OwnedFd>,
    generation: u32,
    /// What epoll watches for.
    interest: u32,
}

impl Epoll {
    /// Accepts from `listener`.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(listener: Listener) -> io::Result<Self> {
        // SAFETY: the call takes no pointers.
        let descriptor = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the system has just made the descriptor, and nobody else owns it.
        let epoll = unsafe { OwnedFd::from_raw_fd(descriptor) };
        let waker = Waker::new()?;
        control(&epoll, libc::EPOLL_CTL_ADD, listener.as_raw_fd(), READABLE, LISTENER)?;
        control(&epoll, libc::EPOLL_CTL_ADD, waker.descriptor(), READABLE, WAKER)?;
        Ok(Self {
            epoll,
            listener: Some(listener),
            is_accepting: true,
            reserve: open_reserve(),
            waker,
            accepted: Vec::new(),
            events: Vec::with_capacity(EVENTS_MAX),
            cursor: 0,
            scratch: vec![0; SCRATCH_SIZE].into_boxed_slice(),
            entries: Vec::new(),
        })
    }

    /// The descriptor that is readable while `wait` would find something: what another event loop watches.
    pub fn descriptor(&self) -> RawFd {
        self.epoll.as_raw_fd()
    }

    fn socket(&self, link: Link) -> Option<RawFd> {
        let entry = self.entries.get(link.index as usize)?;
        if entry.generation == link.generation { entry.socket.as_ref().map(AsRawFd::as_raw_fd) } else { None }
    }

    /// Watches for other events than before; a call that fails leaves a connection that its deadlines end.
    fn watch(&mut self, link: Link, on: bool, what: u32) {
        let Some(socket) = self.socket(link) else { return };
        let entry = &mut self.entries[link.index as usize];
        let interest = if on { entry.interest | what } else { entry.interest & !what };
        if interest != entry.interest {
            entry.interest = interest;
            self.ask_again(link, socket);
        }
    }

    /// Has the next `wait` find whatever there is on a connection, even if an earlier one has found it: behind all others that are ready.
    fn ask_again(&self, link: Link, socket: RawFd) {
        let interest = self.entries[link.index as usize].interest;
        _ = control(&self.epoll, libc::EPOLL_CTL_MOD, socket, interest | EDGES, pack(link));
    }

    /// Accepts one connection. `None`: there is none, or it is gone again.
    fn accept_one(&mut self) -> Option<Event<'static>> {
        let listener = self.listener.as_ref()?;
        match socket::accept(listener) {
            Ok((socket, peer)) => Some(accepted(socket, peer)),
            Err(error) if socket::is_exhaustion(&error) => {
                self.cursor += 1;
                Some(Event::Exhausted)
            }
            // There is no more, or this client has left already (ECONNABORTED and errors of its network): epoll tells of the others again.
            Err(_) => {
                self.cursor += 1;
                None
            }
        }
    }
}

impl Driver for Epoll {
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        if self.is_ready() {
            return Ok(());
        }
        self.cursor = 0;
        self.events.clear();
        // Rounded up, or a deadline within the next millisecond would be waited for by spinning.
        let timeout = timeout.map_or(-1, |wait| wait.as_nanos().div_ceil(1_000_000).min(i32::MAX as u128) as i32);
        // SAFETY: `events` has room for EVENTS_MAX events, and lives during the call.
        let count = unsafe { libc::epoll_wait(self.epoll.as_raw_fd(), self.events.as_mut_ptr(), EVENTS_MAX as i32, timeout) };
        match usize::try_from(count) {
            // SAFETY: the system has written `count` events, which is EVENTS_MAX at most.
            Ok(count) => unsafe { self.events.set_len(count) },
            Err(_) if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(io::Error::last_os_error()),
        }
        Ok(())
    }

    fn is_ready(&self) -> bool {
        self.cursor < self.events.len() || !self.accepted.is_empty()
    }

    fn next(&mut self) -> Option<Event<'_>> {
        if let Some((socket, peer)) = self.accepted.pop() {
            return Some(accepted(socket, peer));
        }
        while let Some(&libc::epoll_event { events: flags, u64: data }) = self.events.get(self.cursor) {
            if data == LISTENER {
                if !self.is_accepting || self.listener.is_none() {
                    self.cursor += 1;
                } else if let Some(event) = self.accept_one() {
                    return Some(event);
                }
                continue;
            }
            if data == WAKER {
                self.cursor += 1;
                self.waker.clear();
                return Some(Event::Woken);
            }
            let link = unpack(data);
            let Some(socket) = self.socket(link) else {
                self.cursor += 1;
                continue;
            };
            if flags & FAILED != 0 {
                self.cursor += 1;
                return Some(Event::Broken { link });
            }
            if flags & WRITABLE != 0 {
                self.events[self.cursor].events = flags & !WRITABLE;
                self.watch(link, false, WRITABLE);
                return Some(Event::Writable { link });
            }
            // Whoever hung up while nothing is read from him can neither be answered.
            let is_read = self.entries[link.index as usize].interest & READABLE != 0;
            if !is_read {
                self.cursor += 1;
                if flags & HUNG_UP != 0 {
                    return Some(Event::Broken { link });
                }
                continue;
            }
            match socket::receive(socket, &mut self.scratch) {
                // Behind the last bytes of a client that has said FIN, the end is found by this event too.
                Ok(count @ 1..) => {
                    if flags & (libc::EPOLLRDHUP as u32) == 0 {
                        self.cursor += 1;
                        if count == self.scratch.len() {
                            self.ask_again(link, socket);
                        }
                    }
                    return Some(Event::Received { link, bytes: &self.scratch[..count] });
                }
                Ok(0) => {
                    self.cursor += 1;
                    return Some(Event::Ended { link });
                }
                Err(error) => {
                    self.cursor += 1;
                    if error.kind() != io::ErrorKind::WouldBlock {
                        return Some(Event::Broken { link });
                    }
                }
            }
        }
        None
    }

    fn now(&mut self) -> u64 {
        socket::clock(libc::CLOCK_MONOTONIC)
    }

    fn unix_seconds(&mut self) -> u64 {
        socket::clock(libc::CLOCK_REALTIME) / 1_000_000_000
    }

    fn open(&mut self, socket: Socket, link: Link) -> io::Result<()> {
        // SAFETY: the number is a descriptor that `accepted` let go of, and a `Socket` is given back once.
        let socket = unsafe { OwnedFd::from_raw_fd(socket.0) };
        control(&self.epoll, libc::EPOLL_CTL_ADD, socket.as_raw_fd(), READABLE | EDGES, pack(link))?;
        let index = link.index as usize;
        if index >= self.entries.len() {
            self.entries.resize_with(index + 1, || Entry { socket: None, generation: 0, interest: 0 });
        }
        self.entries[index] = Entry { socket: Some(socket), generation: link.generation, interest: READABLE };
        Ok(())
    }

    fn refuse(&mut self, socket: Socket) {
        // SAFETY: as in `open`.
        drop(unsafe { OwnedFd::from_raw_fd(socket.0) });
    }

    fn receive(&mut self, link: Link, on: bool) {
        self.watch(link, on, READABLE);
    }

    fn send(&mut self, link: Link, buffer: Vec<u8>, sent: usize) -> Sending {
        let Some(socket) = self.socket(link) else { return Sending::Broken(buffer) };
        let count = match socket::send(socket, &buffer[sent..]) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => return Sending::Broken(buffer),
        };
        let sent = sent + count;
        if sent == buffer.len() {
            return Sending::Done(buffer);
        }
        self.watch(link, true, WRITABLE);
        Sending::Blocked { buffer, sent }
    }

    fn shutdown(&mut self, link: Link) {
        if let Some(socket) = self.socket(link) {
            socket::shutdown(socket, libc::SHUT_WR);
        }
    }

    fn close(&mut self, link: Link) {
        if self.socket(link).is_some() {
            // Closing takes it out of epoll too: nobody else holds the socket.
            self.entries[link.index as usize].socket = None;
        }
    }

    fn reset(&mut self, link: Link) {
        if let Some(socket) = self.socket(link) {
            socket::reset(socket);
        }
    }

    fn accept(&mut self, on: bool) {
        let Some(listener) = &self.listener else { return };
        if on != self.is_accepting {
            self.is_accepting = on;
            _ = control(&self.epoll, libc::EPOLL_CTL_MOD, listener.as_raw_fd(), if on { READABLE } else { 0 }, LISTENER);
        }
    }

    fn turn_away(&mut self) {
        self.reserve = None;
        if let Some(listener) = &self.listener {
            drop(socket::accept(listener));
        }
        self.reserve = open_reserve();
    }

    fn unlisten(&mut self) {
        let Some(listener) = self.listener.take() else { return };
        // Closing the listener would reset those that are waiting.
        while let Ok(accepted) = socket::accept(&listener) {
            self.accepted.push(accepted);
        }
    }
}

impl Wakes for Epoll {
    fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

fn accepted(socket: OwnedFd, peer: SocketAddr) -> Event<'static> {
    Event::Accepted { socket: Socket(socket.into_raw_fd()), peer }
}

fn open_reserve() -> Option<File> {
    File::open("/dev/null").ok()
}

fn control(epoll: &OwnedFd, operation: i32, descriptor: RawFd, interest: u32, data: u64) -> io::Result<()> {
    let mut event = libc::epoll_event { events: interest, u64: data };
    // SAFETY: `event` lives during the call.
    check(unsafe { libc::epoll_ctl(epoll.as_raw_fd(), operation, descriptor, &raw mut event) })?;
    Ok(())
}

fn pack(link: Link) -> u64 {
    u64::from(link.generation) << 32 | u64::from(link.index)
}

fn unpack(data: u64) -> Link {
    Link { index: data as u32, generation: (data >> 32) as u32 }
}
