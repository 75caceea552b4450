//! Planes on threads of their own, which share one address.

use crate::counters::Counters;
use crate::driver::Wakes;
use crate::limits::Limits;
use crate::mail::{Inbox, Outbox, mail};
use crate::plane::{Budget, Plane};
use crate::service::Service;
use crate::sys::{Listener, Waker};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A service that hears from other threads.
pub trait Worker<D: Wakes>: Service + Sized {
    /// What others send to this plane: answers, for example.
    type Letter: Send + 'static;

    /// A letter has come. What it answers is sent when all letters have been read.
    fn read(plane: &mut Plane<D, Self>, letter: Self::Letter);

    /// A turn is over: what it has gathered for other threads is sent now, in one batch.
    fn turned(plane: &mut Plane<D, Self>) {
        _ = plane;
    }
}

/// What the owner of the threads tells one of them.
enum Order<L> {
    Letter(L),
    Limits(Limits),
    Drain(Duration),
    Abort,
}

/// Threads with a plane each. The system spreads connections among them (SO_REUSEPORT). Dropping aborts them.
pub struct Threads<L: Send + 'static> {
    address: SocketAddr,
    threads: Vec<Thread<L>>,
}

struct Thread<L> {
    orders: Outbox<Order<L>>,
    counters: Arc<Counters>,
    handle: Option<JoinHandle<io::Result<()>>>,
}

impl<L: Send + 'static> Threads<L> {
    /// Starts `count` threads that accept at `address`. On each of them `driver` makes its driver, and `service`, which is told the number of the
    /// thread, its service. Counts under `routes` routes.
    ///
    /// # Errors
    /// What the system says about the address, a driver or a thread; no thread is left then.
    pub fn start<D, S>(
        count: usize,
        address: SocketAddr,
        limits: &Limits,
        routes: usize,
        driver: fn(Listener) -> io::Result<D>,
        service: impl Fn(usize) -> S + Send + Sync + 'static,
    ) -> io::Result<Self>
    where
        D: Wakes + 'static,
        S: Worker<D, Letter = L> + 'static,
    {
        let mut this = Self { address, threads: Vec::with_capacity(count) };
        let service = Arc::new(service);
        for number in 0..count.max(1) {
            let listener = Listener::bind(this.address, true)?;
            this.address = listener.address()?;
            let (limits, service) = (limits.clone(), service.clone());
            let thread =
                Thread::start(number, routes, move |counters| Ok(Plane::new(driver(listener)?, service(number), limits, counters)))?;
            this.threads.push(thread);
        }
        Ok(this)
    }

    /// Where they accept.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.threads.len()
    }

    /// Sends letters to one thread, in one batch.
    pub fn send(&self, thread: usize, letters: impl IntoIterator<Item = L>) {
        if let Some(thread) = self.threads.get(thread) {
            thread.orders.send_all(&mut letters.into_iter().map(Order::Letter).collect());
        }
    }

    /// Other limits for all, from now on.
    pub fn set_limits(&self, limits: &Limits) {
        self.threads.iter().for_each(|thread| thread.orders.send(Order::Limits(limits.clone())));
    }

    /// Drains all planes, as `Plane::drain` does; the threads end when theirs is drained.
    pub fn drain(&self, grace: Duration) {
        self.threads.iter().for_each(|thread| thread.orders.send(Order::Drain(grace)));
    }

    /// The counters of each.
    pub fn counters(&self) -> impl Iterator<Item = &Arc<Counters>> {
        self.threads.iter().map(|thread| &thread.counters)
    }

    /// Whether all threads have come to their end.
    pub fn is_finished(&self) -> bool {
        self.threads.iter().all(|thread| thread.handle.as_ref().is_none_or(JoinHandle::is_finished))
    }

    /// Waits for the end of all threads.
    ///
    /// # Errors
    /// The first that a thread has ended with.
    pub fn join(mut self) -> io::Result<()> {
        self.threads.iter_mut().map(Thread::join).fold(Ok(()), Result::and)
    }
}

impl<L: Send + 'static> Drop for Threads<L> {
    fn drop(&mut self) {
        self.threads.iter().for_each(|thread| thread.orders.send(Order::Abort));
        for thread in &mut self.threads {
            _ = thread.join();
        }
    }
}

impl<L: Send + 'static> Thread<L> {
    fn start<D, S>(
        number: usize,
        routes: usize,
        plane: impl FnOnce(Arc<Counters>) -> io::Result<Plane<D, S>> + Send + 'static,
    ) -> io::Result<Self>
    where
        D: Wakes + 'static,
        S: Worker<D, Letter = L> + 'static,
    {
        let counters = Arc::new(Counters::new(routes));
        let (tell, told) = mpsc::channel::<io::Result<Waker>>();
        let (send_inbox, take_inbox) = mpsc::channel();
        let handle = thread::Builder::new().name(format!("lanewise-{number}")).spawn({
            let counters = counters.clone();
            move || {
                // A driver belongs to the thread that makes it.
                let plane = match plane(counters) {
                    Ok(plane) => plane,
                    Err(error) => {
                        _ = tell.send(Err(error));
                        return Ok(());
                    }
                };
                _ = tell.send(Ok(plane.driver().waker()));
                match take_inbox.recv() {
                    Ok(inbox) => run(plane, inbox),
                    Err(_) => Ok(()),
                }
            }
        })?;
        let waker = told.recv().unwrap_or_else(|_| Err(io::Error::other("the thread has ended at its start")))?;
        let (orders, inbox) = mail(move || waker.wake());
        _ = send_inbox.send(inbox);
        Ok(Self { orders, counters, handle: Some(handle) })
    }

    fn join(&mut self) -> io::Result<()> {
        match self.handle.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("a thread of the data plane has panicked")),
        }
    }
}

/// Turns until the plane is drained.
fn run<D: Wakes, S: Worker<D>>(mut plane: Plane<D, S>, mut inbox: Inbox<Order<S::Letter>>) -> io::Result<()> {
    let mut orders = Vec::new();
    while !plane.is_drained() {
        let turn = plane.turn(None, Budget::default())?;
        if turn.woken {
            inbox.take(&mut orders);
            for order in orders.drain(..) {
                match order {
                    Order::Letter(letter) => S::read(&mut plane, letter),
                    Order::Limits(limits) => plane.set_limits(limits),
                    Order::Drain(grace) => plane.drain(grace),
                    Order::Abort => plane.abort(),
                }
            }
            plane.flush();
        }
        S::turned(&mut plane);
    }
    Ok(())
}
