//! What a plane costs a request without the system: 100 connections of a driver that has a request on each of them in every turn.

use lanewise_dataplane::{
    Admission, Budget, Counters, Driver, Event, Flow, Gone, Limits, Link, Plane, Reply, Request, Sending, Served, Service, Socket, Token,
};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 100;
const TURNS: usize = 20_000;
const REQUEST: &[u8] = b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: cost/1\r\nAccept: */*\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{\"message\":\"hello\"}";

struct Memory {
    links: Vec<Link>,
    waiting: usize,
    cursor: usize,
    scratch: Vec<u8>,
    sent: u64,
}

impl Driver for Memory {
    fn wait(&mut self, _: Option<Duration>) -> io::Result<()> {
        self.cursor = 0;
        Ok(())
    }

    fn is_ready(&self) -> bool {
        false
    }

    fn next(&mut self) -> Option<Event<'_>> {
        if self.waiting > 0 {
            self.waiting -= 1;
            return Some(Event::Accepted { socket: Socket::new(self.waiting as i32), peer: ([127, 0, 0, 1], 1).into() });
        }
        let link = *self.links.get(self.cursor)?;
        self.cursor += 1;
        // As a receive does: the bytes are written anew.
        self.scratch.clear();
        self.scratch.extend_from_slice(REQUEST);
        Some(Event::Received { link, bytes: &self.scratch })
    }

    fn now(&mut self) -> u64 {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_nanos() as u64
    }

    fn unix_seconds(&mut self) -> u64 {
        0
    }

    fn open(&mut self, _: Socket, link: Link) -> io::Result<()> {
        self.links.push(link);
        Ok(())
    }

    fn send(&mut self, _: Link, buffer: Vec<u8>, sent: usize) -> Sending {
        self.sent += (buffer.len() - sent) as u64;
        Sending::Done(buffer)
    }

    fn refuse(&mut self, _: Socket) {}
    fn receive(&mut self, _: Link, _: bool) {}
    fn shutdown(&mut self, _: Link) {}
    fn close(&mut self, _: Link) {}
    fn reset(&mut self, _: Link) {}
    fn accept(&mut self, _: bool) {}
    fn turn_away(&mut self) {}
    fn unlisten(&mut self) {}
}

struct Hello;

impl Service for Hello {
    fn admit(&mut self, _: &Request<'_>) -> Admission {
        Admission::Collect
    }

    fn serve(&mut self, _: &Request<'_>, reply: &mut Reply<'_>) -> Served {
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

fn main() {
    let driver = Memory { links: Vec::new(), waiting: CONNECTIONS, cursor: 0, scratch: Vec::new(), sent: 0 };
    let mut plane = Plane::new(driver, Hello, Limits::default(), Arc::new(Counters::new(1)));
    let mut best = f64::MAX;
    for _ in 0..10 {
        let start = Instant::now();
        for _ in 0..TURNS / 10 {
            plane.turn(None, Budget::default()).expect("this driver does not fail");
        }
        best = best.min(start.elapsed().as_nanos() as f64 / (TURNS / 10 * CONNECTIONS) as f64);
    }
    assert_eq!(plane.driver().sent, plane.counters().requests.get() * RESPONSE.len() as u64);
    // Reading the head alone, for comparison.
    let (mut reader, mut head) = (lanewise_http::HeadReader::new(), lanewise_http::Head::new());
    let limits = Limits::default().head;
    let start = Instant::now();
    for _ in 0..1_000_000 {
        assert_eq!(reader.read(std::hint::black_box(REQUEST), &limits, &mut head), Ok(true));
    }
    println!("{best:.0} ns a request, {:.0} of them for its head", start.elapsed().as_nanos() as f64 / 1e6);
}
