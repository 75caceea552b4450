//! The driver over io_uring: accepting and receiving are asked for once and answered often, into buffers that the system chooses; what is sent is
//! submitted together, with the wait for the next events.

use super::provided::Provided;
use super::socket::{self, Listener};
use super::waker::Waker;
use crate::driver::{Driver, Event, Link, Sending, Socket, Wakes};
use io_uring::types::{CancelBuilder, Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, cqueue, opcode, squeue};
use std::cell::Cell;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// Requests to the system that are submitted at once; more of them take another call.
const SUBMISSIONS: u32 = 1024;
/// Answers of the system that fit before it has to keep them aside.
const COMPLETIONS: u32 = 4096;
/// What one request sends at most, so that it can be seen whether a client takes what is sent.
const SEND_MAX: usize = 256 << 10;
/// How often a dropped driver waits for what is under way, and how long each time.
const DROP_ROUNDS: usize = 100;
const DROP_WAIT: Duration = Duration::from_millis(10);

/// What a completion answers: the kind above, then the generation, then the index of its link.
const INDEX_BITS: u32 = 24;
const KIND_SHIFT: u32 = INDEX_BITS + 32;
const ACCEPT: u64 = 1;
const RECEIVE: u64 = 2;
const SEND: u64 = 3;
const WAKE: u64 = 4;
/// Cancellations, whose answers say nothing.
const CANCEL: u64 = 5;

/// Sockets of one thread, which has to be the one that made the driver. An idle connection costs an entry here and no buffer.
pub struct Uring {
    ring: IoUring,
    provided: Provided,
    /// The provided buffer that the last event lies in.
    lent: Option<u16>,
    listener: Option<Listener>,
    wants_accept: bool,
    is_accept_armed: bool,
    reserve: Option<File>,
    accepted: Vec<(OwnedFd, SocketAddr)>,
    waker: Waker,
    /// What the system writes to whenever there is work for `wait`.
    bell: Waker,
    is_nested: Cell<bool>,
    completions: Vec<(u64, i32, u32)>,
    cursor: usize,
    /// By index of a link.
    entries: Vec<Entry>,
    /// What was being sent on connections that have been closed: the system may still read it.
    orphans: HashMap<u64, Vec<u8>>,
    /// Requests that the system has not finished with.
    active: usize,
}

#[derive(Default)]
struct Entry {
    socket: Option<OwnedFd>,
    generation: u32,
    wants_receive: bool,
    receiving: Receiving,
    flying: Option<Flying>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Receiving {
    #[default]
    Not,
    Armed,
    Cancelling,
}

struct Flying {
    buffer: Vec<u8>,
    sent: usize,
}

impl Uring {
    /// Whether this system lets a process use all that this driver needs: Linux 6.1, and no rule against it.
    pub fn probe() -> bool {
        build(8, 16).is_ok_and(|ring| Provided::new(&ring.submitter()).is_ok())
    }

    /// Accepts from `listener`.
    ///
    /// # Errors
    /// What the system says; ENOSYS where it has none that this driver can use, or forbids it.
    pub fn new(listener: Listener) -> io::Result<Self> {
        let ring = build(SUBMISSIONS, COMPLETIONS).map_err(unusable)?;
        let provided = Provided::new(&ring.submitter()).map_err(unusable)?;
        let bell = Waker::new()?;
        ring.submitter().register_eventfd(bell.descriptor())?;
        let mut this = Self {
            ring,
            provided,
            lent: None,
            listener: Some(listener),
            wants_accept: true,
            is_accept_armed: false,
            reserve: File::open("/dev/null").ok(),
            accepted: Vec::new(),
            waker: Waker::new()?,
            bell,
            is_nested: Cell::new(false),
            completions: Vec::with_capacity(COMPLETIONS as usize),
            cursor: 0,
            entries: Vec::new(),
            orphans: HashMap::new(),
            active: 0,
        };
        this.arm_accept();
        this.arm_wake();
        this.submit();
        Ok(this)
    }

    /// The descriptor that is readable while `wait` would find something: what another event loop watches. From now on `flush` submits what is sent,
    /// since nobody waits here.
    ///
    /// It is not that of the ring, which shows deferred work to whoever asks but wakes nobody for it: only the registered eventfd is written to then.
    pub fn descriptor(&self) -> RawFd {
        self.is_nested.set(true);
        self.bell.descriptor()
    }

    /// Puts a request into the queue, which is submitted where it is full.
    fn push(&mut self, entry: &squeue::Entry) {
        // SAFETY: what the entries of this file point to stays where it is until the system has finished with it: provided buffers as long as the
        // driver, what is sent in `entries` or `orphans`; `drop` waits for both or leaks them.
        while unsafe { self.ring.submission().push(entry) }.is_err() {
            self.submit();
        }
    }

    /// What is answered meanwhile rings the bell, and what the system had put off before has rung it when it came.
    fn submit(&mut self) {
        if self.ring.submission().is_empty() {
            return;
        }
        // It fails when answers have to be taken first (EBUSY) or by a signal: the next call submits the same.
        if self.ring.submit().is_err() {
            self.take_completions();
        }
        if self.is_nested.get() && !self.ring.submission().is_empty() {
            self.bell.wake();
        }
    }

    /// Submits, and takes all that has happened, as far as there is room for it.
    fn take_all(&mut self) -> io::Result<()> {
        self.bell.clear();
        loop {
            let before = self.completions.len();
            self.take_completions();
            let result = if self.needs_call() { self.ring.submit().map(drop) } else { Ok(()) };
            self.take_completions();
            if !self.needs_call() {
                return result;
            }
            if result.is_err() || self.completions.len() >= COMPLETIONS as usize {
                self.bell.wake();
                return result;
            }
            // The system puts work off and raises the flag in two steps. When this thread does the work between them, the flag stays up
            // until there is other work. To go by it alone would be to wait here for clients that wait for what has just been taken.
            if self.completions.len() == before && self.ring.submission().is_empty() && !self.has_work() {
                return Ok(());
            }
        }
    }

    fn needs_call(&mut self) -> bool {
        self.is_flagged() || !self.ring.submission().is_empty()
    }

    /// Whether the system says that it has put off work until the next call, of which it does a part at a time and announces the rest to nobody.
    fn is_flagged(&mut self) -> bool {
        let queue = self.ring.submission();
        queue.taskrun() || queue.cq_overflow()
    }

    /// Whether it really has, or has answered: it knows when it is asked for the state of the ring.
    fn has_work(&self) -> bool {
        is_readable(self.ring.as_raw_fd())
    }

    fn take_completions(&mut self) {
        self.completions.extend(self.ring.completion().map(|entry| (entry.user_data(), entry.result(), entry.flags())));
    }

    fn arm_accept(&mut self) {
        let Some(listener) = &self.listener else { return };
        if self.wants_accept && !self.is_accept_armed {
            let entry = opcode::AcceptMulti::new(Fd(listener.as_raw_fd())).flags(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK).build();
            self.is_accept_armed = true;
            self.active += 1;
            self.push(&entry.user_data(ACCEPT << KIND_SHIFT));
        }
    }

    fn arm_wake(&mut self) {
        let entry = opcode::PollAdd::new(Fd(self.waker.descriptor()), libc::POLLIN as u32).multi(true).build();
        self.active += 1;
        self.push(&entry.user_data(WAKE << KIND_SHIFT));
    }

    fn cancel(&mut self, what: u64) {
        let entry = opcode::AsyncCancel::new(what).build().user_data(CANCEL << KIND_SHIFT).flags(squeue::Flags::SKIP_SUCCESS);
        self.push(&entry);
    }

    fn entry(&mut self, link: Link) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(link.index as usize)?;
        if entry.generation == link.generation && entry.socket.is_some() { Some(entry) } else { None }
    }

    fn arm_receive(&mut self, link: Link) {
        let Some(entry) = self.entry(link) else { return };
        let Some(socket) = entry.socket.as_ref().map(AsRawFd::as_raw_fd) else { return };
        if entry.wants_receive && entry.receiving == Receiving::Not {
            entry.receiving = Receiving::Armed;
            self.active += 1;
            self.push(&opcode::RecvMulti::new(Fd(socket), Provided::GROUP).build().user_data(pack(RECEIVE, link)));
        }
    }

    /// Submits what is left of the buffer that flies on a link.
    fn fly(&mut self, link: Link) {
        let Some(entry) = self.entry(link) else { return };
        let (Some(socket), Some(flying)) = (&entry.socket, &entry.flying) else { return };
        let rest = &flying.buffer[flying.sent..];
        let length = rest.len().min(SEND_MAX) as u32;
        // The system goes on by itself until all of this is sent.
        let flags = libc::MSG_NOSIGNAL | libc::MSG_WAITALL;
        let entry = opcode::Send::new(Fd(socket.as_raw_fd()), rest.as_ptr(), length).flags(flags).build();
        self.active += 1;
        self.push(&entry.user_data(pack(SEND, link)));
    }

    fn next_completion(&mut self) -> Option<(u64, i32, u32)> {
        let completion = self.completions.get(self.cursor).copied()?;
        self.cursor += 1;
        if !cqueue::more(completion.2) && completion.0 >> KIND_SHIFT != CANCEL {
            self.active -= 1;
        }
        Some(completion)
    }

    fn on_accept(&mut self, result: i32, has_more: bool) -> Option<Event<'static>> {
        self.is_accept_armed = has_more;
        if result >= 0 {
            self.arm_accept();
            // SAFETY: the system has just made the descriptor, and nobody else owns it.
            let socket = unsafe { OwnedFd::from_raw_fd(result) };
            let peer = socket::tune_and_name(&socket);
            return Some(accepted(socket, peer));
        }
        if socket::is_exhaustion(&io::Error::from_raw_os_error(-result)) {
            return Some(Event::Exhausted);
        }
        // A client that has left, or a cancelled request that is wanted again; not a listener that was shut.
        if result != -libc::EINVAL {
            self.arm_accept();
        }
        None
    }

    /// What became of a receive: how many bytes lie in which buffer, or an event without bytes.
    fn on_receive(&mut self, link: Link, result: i32, flags: u32) -> Option<Received> {
        let buffer = cqueue::buffer_select(flags);
        let has_more = cqueue::more(flags);
        let Some(entry) = self.entry(link) else {
            buffer.into_iter().for_each(|buffer| self.provided.give(buffer));
            return None;
        };
        if !has_more {
            entry.receiving = Receiving::Not;
        }
        match (result, buffer) {
            (1.., Some(buffer)) => {
                self.arm_receive(link);
                Some(Received::Bytes(buffer, result as usize))
            }
            (0, buffer) => {
                entry.wants_receive = false;
                buffer.into_iter().for_each(|buffer| self.provided.give(buffer));
                Some(Received::End)
            }
            (result, _) if result == -libc::ECANCELED || result == -libc::ENOBUFS || result == -libc::EINTR || result == -libc::EAGAIN => {
                self.arm_receive(link);
                None
            }
            _ => Some(Received::Failure),
        }
    }

    fn on_send(&mut self, link: Link, result: i32) -> Option<Event<'static>> {
        if !self.orphans.is_empty()
            && let Some(buffer) = self.orphans.remove(&pack(SEND, link))
        {
            return Some(Event::Sent { link, buffer, sent: 0 });
        }
        let mut flying = self.entry(link)?.flying.take()?;
        flying.sent += usize::try_from(result).unwrap_or(0);
        let is_retried = result > 0 || result == -libc::EINTR || result == -libc::EAGAIN;
        if flying.sent < flying.buffer.len() && is_retried {
            self.entry(link)?.flying = Some(flying);
            self.fly(link);
            return None;
        }
        Some(Event::Sent { link, buffer: flying.buffer, sent: flying.sent })
    }
}

enum Received {
    Bytes(u16, usize),
    End,
    Failure,
}

impl Driver for Uring {
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        if let Some(buffer) = self.lent.take() {
            self.provided.give(buffer);
        }
        if self.is_ready() {
            return Ok(());
        }
        self.cursor = 0;
        self.completions.clear();
        let result = match timeout {
            Some(Duration::ZERO) if self.is_nested.get() => self.take_all(),
            Some(Duration::ZERO) => self.ring.submit().map(drop),
            None => self.ring.submit_and_wait(1).map(drop),
            Some(timeout) => {
                let timeout = Timespec::new().sec(timeout.as_secs()).nsec(timeout.subsec_nanos());
                self.ring.submitter().submit_with_args(1, &SubmitArgs::new().timespec(&timeout)).map(drop)
            }
        };
        self.take_completions();
        match result.as_ref().map_err(io::Error::raw_os_error) {
            Err(Some(libc::ETIME | libc::EINTR | libc::EBUSY | libc::EAGAIN)) => Ok(()),
            _ => result,
        }
    }

    fn is_ready(&self) -> bool {
        self.cursor < self.completions.len() || !self.accepted.is_empty()
    }

    fn next(&mut self) -> Option<Event<'_>> {
        if let Some(buffer) = self.lent.take() {
            self.provided.give(buffer);
        }
        if let Some((socket, peer)) = self.accepted.pop() {
            return Some(accepted(socket, peer));
        }
        while let Some((data, result, flags)) = self.next_completion() {
            let link = unpack(data);
            let event = match data >> KIND_SHIFT {
                ACCEPT => self.on_accept(result, cqueue::more(flags)),
                SEND => self.on_send(link, result),
                WAKE => {
                    self.waker.clear();
                    if !cqueue::more(flags) {
                        self.arm_wake();
                    }
                    Some(Event::Woken)
                }
                RECEIVE => match self.on_receive(link, result, flags) {
                    Some(Received::Bytes(buffer, count)) => {
                        self.lent = Some(buffer);
                        return Some(Event::Received { link, bytes: self.provided.bytes(buffer, count) });
                    }
                    Some(Received::End) => Some(Event::Ended { link }),
                    Some(Received::Failure) => Some(Event::Broken { link }),
                    None => None,
                },
                _ => None,
            };
            if event.is_some() {
                return event;
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
        let index = link.index as usize;
        if index >> INDEX_BITS != 0 {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        if index >= self.entries.len() {
            self.entries.resize_with(index + 1, Entry::default);
        }
        self.entries[index] = Entry { socket: Some(socket), generation: link.generation, wants_receive: true, ..Entry::default() };
        self.arm_receive(link);
        Ok(())
    }

    fn refuse(&mut self, socket: Socket) {
        // SAFETY: as in `open`.
        drop(unsafe { OwnedFd::from_raw_fd(socket.0) });
    }

    fn receive(&mut self, link: Link, on: bool) {
        let Some(entry) = self.entry(link) else { return };
        entry.wants_receive = on;
        if on {
            self.arm_receive(link);
        } else if entry.receiving == Receiving::Armed {
            entry.receiving = Receiving::Cancelling;
            self.cancel(pack(RECEIVE, link));
        }
    }

    fn send(&mut self, link: Link, buffer: Vec<u8>, sent: usize) -> Sending {
        let Some(entry) = self.entry(link) else { return Sending::Broken(buffer) };
        entry.flying = Some(Flying { buffer, sent });
        self.fly(link);
        Sending::Started
    }

    fn progress(&self, link: Link) -> usize {
        let entry = self.entries.get(link.index as usize).filter(|entry| entry.generation == link.generation);
        entry.and_then(|entry| entry.flying.as_ref()).map_or(0, |flying| flying.sent)
    }

    fn flush(&mut self) {
        if self.is_nested.get() {
            self.submit();
        }
    }

    fn shutdown(&mut self, link: Link) {
        if let Some(socket) = self.entry(link).and_then(|entry| entry.socket.as_ref()) {
            socket::shutdown(socket.as_raw_fd(), libc::SHUT_WR);
        }
    }

    fn close(&mut self, link: Link) {
        let Some(entry) = self.entry(link) else { return };
        let Some(socket) = entry.socket.take() else { return };
        if let Some(Flying { buffer, .. }) = entry.flying.take() {
            socket::shutdown(socket.as_raw_fd(), libc::SHUT_RDWR);
            self.orphans.insert(pack(SEND, link), buffer);
        } else if entry.receiving != Receiving::Not {
            // What is under way holds the connection open; this ends it, and tells the client now.
            socket::shutdown(socket.as_raw_fd(), libc::SHUT_RDWR);
        }
    }

    fn reset(&mut self, link: Link) {
        if let Some(socket) = self.entry(link).and_then(|entry| entry.socket.as_ref()) {
            socket::reset(socket.as_raw_fd());
        }
    }

    fn accept(&mut self, on: bool) {
        self.wants_accept = on;
        if on {
            self.arm_accept();
        } else if self.is_accept_armed {
            self.cancel(ACCEPT << KIND_SHIFT);
        }
    }

    fn turn_away(&mut self) {
        self.reserve = None;
        if let Some(listener) = &self.listener {
            drop(socket::accept(listener));
        }
        self.reserve = File::open("/dev/null").ok();
    }

    fn unlisten(&mut self) {
        let Some(listener) = self.listener.take() else { return };
        // Closing the listener would reset those that are waiting.
        while let Ok(accepted) = socket::accept(&listener) {
            self.accepted.push(accepted);
        }
        // The request that waits on it holds it open: this ends both.
        socket::shutdown(listener.as_raw_fd(), libc::SHUT_RDWR);
    }
}

impl Wakes for Uring {
    fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

impl Drop for Uring {
    fn drop(&mut self) {
        self.unlisten();
        for entry in &self.entries {
            if let Some(socket) = &entry.socket {
                socket::shutdown(socket.as_raw_fd(), libc::SHUT_RDWR);
            }
        }
        let cancel = opcode::AsyncCancel2::new(CancelBuilder::any()).build().user_data(CANCEL << KIND_SHIFT);
        self.push(&cancel);
        for _ in 0..DROP_ROUNDS {
            while self.next_completion().is_some() {}
            if self.active == 0 {
                return;
            }
            self.cursor = 0;
            self.completions.clear();
            self.accepted.clear();
            if self.wait(Some(DROP_WAIT)).is_err() {
                break;
            }
        }
        // The system may still read what is being sent and write what is received: the memory stays, which is the lesser evil.
        self.provided.leak();
        std::mem::take(&mut self.orphans).into_values().for_each(std::mem::forget);
        self.entries.iter_mut().filter_map(|entry| entry.flying.take()).for_each(|flying| std::mem::forget(flying.buffer));
    }
}

fn build(submissions: u32, completions: u32) -> io::Result<IoUring> {
    IoUring::builder()
        .setup_cqsize(completions)
        .setup_single_issuer()
        .setup_coop_taskrun()
        .setup_taskrun_flag()
        .setup_defer_taskrun()
        .build(submissions)
}

/// An older system says EINVAL to a flag or a call that it does not know, one that forbids io_uring EPERM or EACCES.
fn unusable(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::EINVAL | libc::EPERM | libc::EACCES) => io::Error::from_raw_os_error(libc::ENOSYS),
        _ => error,
    }
}

/// Whether a descriptor is readable now.
fn is_readable(descriptor: RawFd) -> bool {
    let mut watched = libc::pollfd { fd: descriptor, events: libc::POLLIN, revents: 0 };
    // SAFETY: `watched` lives during the call, and is one entry as it says.
    unsafe { libc::poll(&raw mut watched, 1, 0) > 0 && watched.revents & libc::POLLIN != 0 }
}

fn accepted(socket: OwnedFd, peer: SocketAddr) -> Event<'static> {
    Event::Accepted { socket: Socket(socket.into_raw_fd()), peer }
}

fn pack(kind: u64, link: Link) -> u64 {
    kind << KIND_SHIFT | u64::from(link.generation) << INDEX_BITS | u64::from(link.index)
}

fn unpack(data: u64) -> Link {
    Link { index: data as u32 & ((1 << INDEX_BITS) - 1), generation: (data >> INDEX_BITS) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::sync::mpsc;
    use std::thread;

    /// `IORING_SQ_TASKRUN`, and where `io_uring_params` has the offset of the word that it is in.
    const TASKRUN: u32 = 4;
    const FLAGS_OFFSET: usize = 14;

    /// Raises the flag for deferred work as the system does when it is late: after the work was done.
    fn raise_flag(driver: &Uring) {
        let mut params = [0u32; 30];
        // SAFETY: `params` has the size of `io_uring_params`; the mapping is that of the ring's head, which the kernel says where to find.
        unsafe {
            let ring = libc::syscall(libc::SYS_io_uring_setup, 8, params.as_mut_ptr());
            assert!(ring >= 0);
            drop(OwnedFd::from_raw_fd(ring as RawFd));
            let (protection, ring) = (libc::PROT_READ | libc::PROT_WRITE, driver.ring.as_raw_fd());
            let map = libc::mmap(std::ptr::null_mut(), 4096, protection, libc::MAP_SHARED, ring, 0);
            assert_ne!(map, libc::MAP_FAILED);
            AtomicU32::from_ptr(map.cast::<u32>().byte_add(params[FLAGS_OFFSET] as usize)).fetch_or(TASKRUN, SeqCst);
            libc::munmap(map, 4096);
        }
    }

    #[test]
    fn what_the_system_does_not_have_is_told_from_what_it_lacks_now() {
        let code = |code| unusable(io::Error::from_raw_os_error(code)).raw_os_error();
        assert_eq!([code(libc::EINVAL), code(libc::EPERM), code(libc::ENOSYS)], [Some(libc::ENOSYS); 3]);
        assert_eq!([code(libc::EMFILE), code(libc::ENOMEM)], [Some(libc::EMFILE), Some(libc::ENOMEM)]);
    }

    /// A request of the kernel to be called, with nothing behind it, neither keeps the thread nor wakes the outer loop, and hides nothing.
    #[test]
    fn a_flag_without_work_is_seen_through() {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
            let address = listener.address().unwrap();
            let mut driver = Uring::new(listener).unwrap();
            let bell = driver.descriptor();
            for _ in 0..3 {
                driver.wait(Some(Duration::ZERO)).unwrap();
                raise_flag(&driver);
                assert!(driver.is_flagged());
                driver.wait(Some(Duration::ZERO)).unwrap();
                driver.flush();
                assert!(driver.next().is_none());
                assert!(!is_readable(bell), "the outer loop is woken for nothing");
                let client = TcpStream::connect(address).unwrap();
                assert!(is_readable(bell));
                driver.wait(Some(Duration::ZERO)).unwrap();
                let Some(Event::Accepted { socket, .. }) = driver.next() else { panic!("the client is not seen") };
                driver.refuse(socket);
                drop(client);
            }
            tell.send(()).unwrap();
        });
        assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(()), "the thread is kept");
    }
}
