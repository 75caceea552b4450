//! What serving costs: allocations, system calls, memory. One test, since the allocator counts for the whole process.
#![cfg(target_os = "linux")]

mod common;

use lanewise_dataplane::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static IS_COUNTING: AtomicBool = AtomicBool::new(false);

// SAFETY: everything is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IS_COUNTING.load(Relaxed) {
            ALLOCATIONS.fetch_add(1, Relaxed);
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts what a plane asks of its driver.
struct Counted<D: Driver> {
    inner: D,
    sends: u64,
    receives: u64,
    other: u64,
}

impl<D: Driver> Driver for Counted<D> {
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.inner.wait(timeout)
    }
    fn is_ready(&self) -> bool {
        self.inner.is_ready()
    }
    fn next(&mut self) -> Option<Event<'_>> {
        let event = self.inner.next();
        if let Some(Event::Received { .. }) = event {
            self.receives += 1;
        }
        event
    }
    fn now(&mut self) -> u64 {
        self.inner.now()
    }
    fn unix_seconds(&mut self) -> u64 {
        self.inner.unix_seconds()
    }
    fn open(&mut self, socket: Socket, link: Link) -> io::Result<()> {
        self.other += 1;
        self.inner.open(socket, link)
    }
    fn refuse(&mut self, socket: Socket) {
        self.inner.refuse(socket);
    }
    fn receive(&mut self, link: Link, on: bool) {
        self.other += 1;
        self.inner.receive(link, on);
    }
    fn send(&mut self, link: Link, buffer: Vec<u8>, sent: usize) -> Sending {
        self.sends += 1;
        self.inner.send(link, buffer, sent)
    }
    fn flush(&mut self) {
        self.inner.flush();
    }
    fn shutdown(&mut self, link: Link) {
        self.other += 1;
        self.inner.shutdown(link);
    }
    fn reset(&mut self, link: Link) {
        self.inner.reset(link);
    }

    fn close(&mut self, link: Link) {
        self.inner.close(link);
    }
    fn accept(&mut self, on: bool) {
        self.inner.accept(on);
    }
    fn turn_away(&mut self) {
        self.inner.turn_away();
    }
    fn unlisten(&mut self) {
        self.inner.unlisten();
    }
}

/// Answers at once, or after the turn.
struct Fixed {
    later: Vec<Token>,
}

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

impl Service for Fixed {
    fn admit(&mut self, _: &Request<'_>) -> Admission {
        Admission::Collect
    }
    fn serve(&mut self, request: &Request<'_>, reply: &mut Reply<'_>) -> Served {
        if request.head.path(request.head_bytes) == b"/later" {
            self.later.push(request.token);
            return Served::Later;
        }
        reply.out.extend_from_slice(RESPONSE);
        reply.count(0, 200);
        Served::Now
    }
    fn piece(&mut self, _: Token, _: &[u8], _: bool) -> Flow {
        Flow::More
    }
    fn gone(&mut self, _: Token, _: Gone) {}
    fn writable(&mut self, _: Token) {}
}

fn turn<D: Driver>(plane: &mut Plane<D, Fixed>) {
    plane.turn(Some(Duration::from_millis(1)), Budget::default()).unwrap();
    let mut later = std::mem::take(&mut plane.service_mut().later);
    for token in later.drain(..) {
        plane.answer(token, |reply| reply.out.extend_from_slice(RESPONSE));
    }
    plane.service_mut().later = later;
    plane.flush();
}

fn plane<D: Driver>(make: impl FnOnce(Listener) -> D) -> (Plane<Counted<D>, Fixed>, SocketAddr) {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.address().unwrap();
    let driver = Counted { inner: make(listener), sends: 0, receives: 0, other: 0 };
    (Plane::new(driver, Fixed { later: Vec::new() }, Limits::default(), Arc::new(Counters::new(1))), address)
}

fn in_the_steady_state_nothing_is_allocated<D: Driver>(make: impl FnOnce(Listener) -> D) {
    let (mut plane, address) = plane(make);
    let mut clients: Vec<_> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
    let body = "x".repeat(5000);
    let requests = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_string(),
        "GET /later HTTP/1.1\r\nHost: a\r\n\r\n".to_string(),
        "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".to_string(),
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n{body}"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{body}\r\n0\r\n\r\n"),
    ];
    let mut buffer = [0; 4096];
    for request in &requests {
        let (half, answers) = (request.len() / 2, request.matches("HTTP/1.1").count());
        for round in 0..60 {
            if round == 30 {
                ALLOCATIONS.store(0, Relaxed);
                IS_COUNTING.store(true, Relaxed);
                plane.driver_mut().sends = 0;
                plane.driver_mut().receives = 0;
                plane.driver_mut().other = 0;
            }
            let before = plane.counters().answers.get();
            // A head in parts is the one thing that allocates: its reader keeps what it has read of it.
            let is_split = round % 3 == 2 && request.len() > 1000;
            for client in &mut clients {
                client.write_all(if is_split { &request.as_bytes()[..half] } else { request.as_bytes() }).unwrap();
            }
            if is_split {
                (0..3).for_each(|_| turn(&mut plane));
                clients.iter_mut().for_each(|client| client.write_all(&request.as_bytes()[half..]).unwrap());
            }
            while plane.counters().answers.get() < before + (clients.len() * answers) as u64 || plane.held() != (0, 0) {
                turn(&mut plane);
            }
            for client in &mut clients {
                let mut left = answers * RESPONSE.len();
                while left > 0 {
                    left -= client.read(&mut buffer).unwrap();
                }
            }
        }
        IS_COUNTING.store(false, Relaxed);
        assert_eq!(ALLOCATIONS.load(Relaxed), 0, "{}", request.lines().next().unwrap());
        let Counted { sends, receives, other, .. } = plane.driver();
        let rounds = (30 * clients.len()) as u64;
        assert!(*sends <= rounds * answers as u64 && *other == 0, "{sends} sends, {other} others");
        assert!(*receives >= rounds && (*receives == rounds || request.len() > 1000), "{receives} receives");
    }
}

/// Bytes of memory of this process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Idle connections, each of which has sent a request. As many as the limit of descriptors allows; both ends are in this process.
fn idle_connections_are_small<D: Driver>(count: usize, make: impl FnOnce(Listener) -> D) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` lives during the calls.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max.min(20_600);
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
    }
    let count = (limit.rlim_cur as usize / 2).saturating_sub(200).min(count);
    let (mut plane, address) = plane(make);
    let mut clients = Vec::with_capacity(count);
    let before = resident();
    let mut buffer = [0; 1000];
    while clients.len() < count {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n").unwrap();
        clients.push(client);
        if clients.len() % 100 == 0 {
            turn(&mut plane);
            clients.iter_mut().rev().take(100).for_each(|client| client.write_all(&[b'x'; 2000]).unwrap());
            while plane.counters().answers.get() < clients.len() as u64 || plane.held() != (0, 0) {
                turn(&mut plane);
            }
            for client in clients.iter_mut().rev().take(100) {
                assert!(client.read(&mut buffer).unwrap() > 0);
            }
        }
    }
    turn(&mut plane);
    assert_eq!((plane.connections(), plane.held()), (clients.len(), (0, 0)));
    let each = resident().saturating_sub(before) / clients.len();
    assert!(each <= 4096, "{each} bytes a connection");
    println!("{each} bytes for each of {} idle connections", clients.len());
}

#[test]
fn serving_costs_little() {
    in_the_steady_state_nothing_is_allocated(|listener| Epoll::new(listener).unwrap());
    in_the_steady_state_nothing_is_allocated(|listener| Uring::new(listener).unwrap());
    idle_connections_are_small(10_000, |listener| Epoll::new(listener).unwrap());
    idle_connections_are_small(2_000, |listener| Uring::new(listener).unwrap());
}
