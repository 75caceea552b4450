//! A plane: the connections of one thread, between a driver and a service.

mod connection;
mod input;
mod life;
mod output;
mod timing;

use crate::counters::Counters;
use crate::driver::{Driver, Event, Link};
use crate::limits::Limits;
use crate::pool::Pool;
use crate::service::{Reply, Room, Service, Token};
use crate::slab::Slab;
use crate::wheel::Wheel;
use connection::{Connection, Exchange, Message};
use lanewise_http::date::{ImfDate, imf_date};
use lanewise_http::{Head, HeadReader};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Unsent bytes of a connection beyond which no further request of it is begun and a streamed response has to wait.
const OUT_MAX: usize = 64 << 10;
/// A body that nobody wants is read up to here, so that the client finds the answer when it has sent what it is sending; then the connection is cut.
const DISCARDED_MAX: u64 = 16 << 20;
/// The same in time.
const DISCARD_TIME: u64 = 5_000_000_000;
/// How long a connection that is closed in stages waits for the client to close (RFC 9112 section 9.6).
const LINGER_TIME: u64 = 2_000_000_000;
/// How long a drained plane leaves an idle connection open for the request that may be on its way.
const DRAIN_QUIET: u64 = 100_000_000;
/// How long nothing is accepted after descriptors ran out, unless a connection is closed before; doubled each time.
const BACK_OFF_MIN: u64 = 10_000_000;
const BACK_OFF_MAX: u64 = 640_000_000;
/// Events between two looks at the clock within a turn.
const EVENTS_PER_CLOCK: usize = 64;
/// Readers and messages that wait for use again.
const SPARE_MAX: usize = 1024;

/// How much one turn may do, so that the loop that it is nested in comes to its other work.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Events.
    pub events: usize,
    /// Time; exceeded by a few events at most.
    pub time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { events: 512, time: Duration::from_millis(1) }
    }
}

/// What a turn did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Events that were handled.
    pub events: usize,
    /// The budget ended before the events.
    pub has_more: bool,
    /// Another thread has called the waker.
    pub woken: bool,
}

/// The connections of one thread.
pub struct Plane<D: Driver, S: Service> {
    driver: D,
    core: Core<S>,
}

/// A plane without its driver, whose memory events lie in.
struct Core<S: Service> {
    service: S,
    limits: Limits,
    counters: Arc<Counters>,
    connections: Slab<Connection>,
    exchanges: Slab<Exchange>,
    pool: Pool,
    wheel: Wheel,
    /// Reads heads that arrive whole.
    reader: Box<HeadReader>,
    #[expect(clippy::vec_box, reason = "they go to connections and come back by their boxes")]
    readers: Vec<Box<HeadReader>>,
    #[expect(clippy::vec_box, reason = "as above")]
    messages: Vec<Box<Message>>,
    /// The head of the request that is begun or served.
    head: Head,
    /// The clock as it was last read, in nanoseconds.
    now: u64,
    /// The second of `now` for which `date` is true.
    date_second: u64,
    date: ImfDate,
    /// Connections with something to send or to go on with.
    dirty: Vec<Link>,
    /// Answers that no clock has been read for: those given within the turn, and the starts of the others.
    answered: u64,
    answered_since: Vec<u64>,
    /// Since when the plane is drained, and when the rest is cut.
    drained: Option<(u64, u64)>,
    /// When accepting is tried again, and how long is waited the next time.
    accept_at: Option<u64>,
    back_off: u64,
}

impl<D: Driver, S: Service> Plane<D, S> {
    /// A plane that accepts from the driver's listener. `counters` are counted by this plane alone.
    pub fn new(mut driver: D, service: S, limits: Limits, counters: Arc<Counters>) -> Self {
        let now = driver.now();
        let mut core = Core::new(service, limits, counters, now);
        core.tick(now, &mut driver);
        Self { driver, core }
    }

    /// Handles what has happened, after waiting for `wait` at most (`None`: until something happens; deadlines are met in any case), and sends what was
    /// answered meanwhile.
    ///
    /// # Errors
    /// What the driver says; the plane is of no more use then.
    pub fn turn(&mut self, wait: Option<Duration>, budget: Budget) -> io::Result<Turn> {
        // Whoever does not wait need not know until when.
        let until = if wait == Some(Duration::ZERO) { None } else { self.next_deadline() };
        self.driver.wait([wait, until].into_iter().flatten().min())?;
        let start = self.driver.now();
        self.core.tick(start, &mut self.driver);
        let mut turn = Turn::default();
        loop {
            if turn.events == budget.events || (turn.events % EVENTS_PER_CLOCK == EVENTS_PER_CLOCK - 1 && self.is_late(start, budget)) {
                turn.has_more = true;
                break;
            }
            let Some(event) = self.driver.next() else { break };
            turn.events += 1;
            match event {
                Event::Received { link, bytes } => {
                    self.core.receive(link, bytes);
                    self.core.settle(&mut self.driver, link);
                }
                Event::Woken => turn.woken = true,
                Event::Accepted { socket, peer } => self.core.accept(&mut self.driver, socket, peer),
                Event::Ended { link } => {
                    self.core.end(link);
                    self.core.settle(&mut self.driver, link);
                }
                Event::Broken { link } => self.core.lose(&mut self.driver, link, crate::service::Gone::Left),
                Event::Writable { link } => {
                    self.core.unblock(link);
                    self.core.settle(&mut self.driver, link);
                }
                Event::Sent { link, buffer, sent } => {
                    self.core.sent(&mut self.driver, link, buffer, sent);
                    self.core.settle(&mut self.driver, link);
                }
                Event::Exhausted => self.core.back_off(&mut self.driver),
            }
        }
        self.core.expire(&mut self.driver);
        self.flush();
        Ok(turn)
    }

    /// Sends what has been answered since the last turn, in one go for each connection.
    pub fn flush(&mut self) {
        self.core.flush(&mut self.driver);
    }

    /// Answers a request whose service said `Later`. `write` appends the whole response; it is sent by the next `flush`. False, without a call of
    /// `write`, when the request is over.
    pub fn answer(&mut self, token: Token, write: impl FnOnce(&mut Reply<'_>)) -> bool {
        self.core.answer(token, write)
    }

    /// Begins a streamed response with a body of `size` bytes, or of any size. `write` appends the head, which says the size, or chunks where
    /// `Reply::is_chunked` is true, or else that the connection closes. False when the request is over.
    pub fn begin(&mut self, token: Token, size: Option<u64>, write: impl FnOnce(&mut Reply<'_>)) -> bool {
        self.core.begin_stream(token, size, write)
    }

    /// Goes on with a streamed response. More than its size cuts the connection.
    pub fn write(&mut self, token: Token, data: &[u8]) -> Room {
        self.core.write_stream(token, data)
    }

    /// Ends a streamed response. Less than its size cuts the connection. False when the request is over.
    pub fn finish(&mut self, token: Token) -> bool {
        self.core.finish_stream(token)
    }

    /// Gives up a request, with its connection: the client sees that the response is incomplete. `Service::gone` is called for the other requests of
    /// the connection, not for this one.
    pub fn cut(&mut self, token: Token) {
        self.core.cut(token);
    }

    /// More of a streamed body is wanted; it comes by the next `flush`.
    pub fn resume(&mut self, token: Token) {
        self.core.resume(token);
    }

    /// How soon `turn` has to be called, if nothing happens before: at once where the driver has events that its descriptor does not show any more.
    pub fn next_deadline(&mut self) -> Option<Duration> {
        let due = self.due()?;
        Some(if due == 0 { Duration::ZERO } else { Duration::from_nanos(due.saturating_sub(self.driver.now())) })
    }

    /// The same as a time of the driver's clock, which is not looked at for it; 0 for at once.
    pub fn due(&self) -> Option<u64> {
        if self.driver.is_ready() { Some(0) } else { self.core.next_deadline() }
    }

    /// Stops listening, ends idle connections, and lets the others finish what they have begun: their last answers say that the connection closes.
    /// After `grace` they are cut, by a turn.
    pub fn drain(&mut self, grace: Duration) {
        let now = self.driver.now();
        self.core.tick(now, &mut self.driver);
        self.driver.unlisten();
        self.core.drain(grace);
    }

    /// Whether everything is over after `drain`.
    pub fn is_drained(&self) -> bool {
        // Those that the system had accepted before are with the driver until a turn takes them.
        self.core.drained.is_some() && self.core.connections.count() == 0 && !self.driver.is_ready()
    }

    /// Stops listening and cuts every connection.
    pub fn abort(&mut self) {
        self.driver.unlisten();
        self.core.abort(&mut self.driver);
    }

    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.core.connections.count()
    }

    /// Other limits from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.core.limits = limits;
    }

    /// The service.
    pub fn service(&self) -> &S {
        &self.core.service
    }

    /// The service, to be changed.
    pub fn service_mut(&mut self) -> &mut S {
        &mut self.core.service
    }

    /// The driver.
    pub fn driver(&self) -> &D {
        &self.driver
    }

    /// The driver, for what only this kind of driver can do.
    pub fn driver_mut(&mut self) -> &mut D {
        &mut self.driver
    }

    /// The counters.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.core.counters
    }

    /// Buffers that connections hold, and requests that have no answer yet: both are 0 when nothing is going on.
    pub fn held(&self) -> (usize, usize) {
        (self.core.pool.out(), self.core.exchanges.count())
    }

    fn is_late(&mut self, start: u64, budget: Budget) -> bool {
        u128::from(self.driver.now() - start) >= budget.time.as_nanos()
    }
}

impl<S: Service> Core<S> {
    fn new(service: S, limits: Limits, counters: Arc<Counters>, now: u64) -> Self {
        Self {
            service,
            limits,
            counters,
            connections: Slab::new(),
            exchanges: Slab::new(),
            pool: Pool::new(),
            wheel: Wheel::new(now),
            reader: Box::default(),
            readers: Vec::new(),
            messages: Vec::new(),
            head: Head::new(),
            now,
            date_second: u64::MAX,
            date: [b' '; 29],
            dirty: Vec::new(),
            answered: 0,
            answered_since: Vec::new(),
            drained: None,
            accept_at: None,
            back_off: BACK_OFF_MIN,
        }
    }

    /// The connection of a link, unless it is stale.
    fn find(&mut self, link: Link) -> Option<&mut Connection> {
        if self.connections.holds(link.index, link.generation) { self.connections.get_mut(link.index) } else { None }
    }

    /// A connection that is known to be open.
    fn at(&mut self, index: u32) -> &mut Connection {
        self.connections.get_mut(index).expect("the connection is open: whoever passes its index has just seen it")
    }

    fn link(&self, index: u32) -> Link {
        Link { index, generation: self.connections.generation(index) }
    }

    fn mark(&mut self, index: u32) {
        let link = self.link(index);
        let connection = self.at(index);
        if !connection.is_dirty {
            connection.is_dirty = true;
            self.dirty.push(link);
        }
    }

    fn tick(&mut self, now: u64, driver: &mut impl Driver) {
        self.now = now;
        let second = now / 1_000_000_000;
        if second != self.date_second {
            self.date_second = second;
            self.date = imf_date(i64::try_from(driver.unix_seconds()).unwrap_or(i64::MAX));
        }
    }
}
