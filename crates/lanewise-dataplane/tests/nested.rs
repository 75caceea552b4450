//! A plane nested in another event loop, which watches its descriptor and its deadline and nothing else.
#![cfg(target_os = "linux")]

mod common;

use common::{Seen, TestService, work};
use lanewise_dataplane::*;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Waits as the other loop does. False when nothing happened in time.
fn is_readable(descriptor: i32, wait: Option<Duration>) -> bool {
    let mut watched = libc::pollfd { fd: descriptor, events: libc::POLLIN, revents: 0 };
    let wait = wait.map_or(-1, |wait| wait.as_millis() as i32 + 1);
    // SAFETY: `watched` lives during the call.
    unsafe { libc::poll(&raw mut watched, 1, wait) > 0 }
}

fn serve(io: Io) {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.address().unwrap();
    let limits = Limits { head_time: Duration::from_millis(200), ..Limits::default() };
    let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: Arc::new(Seen::default()) };
    let mut plane = Plane::new(System::new(listener, io).unwrap(), service, limits, Arc::new(Counters::new(1)));
    let descriptor = plane.driver().descriptor();
    let client = thread::spawn(move || {
        for path in ["/now", "/later", "/large/3000000", "/stream/300000", "/reversed"] {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let count = if path == "/reversed" { 3 } else { 1 };
            for _ in 0..count {
                write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
                thread::sleep(Duration::from_millis(3));
            }
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut received = Vec::new();
            stream.read_to_end(&mut received).unwrap();
            assert!(received.starts_with(b"HTTP/1.1 200 OK\r\n"));
            assert!(received.len() > path.rsplit('/').next().unwrap().parse().unwrap_or(10));
        }
        // A head that stays incomplete: only the deadline ends it.
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET / HT").unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        assert!(received.starts_with(b"HTTP/1.1 408 "));
    });
    let (start, mut turns) = (Instant::now(), 0);
    while !(client.is_finished() && plane.connections() == 0) {
        assert!(start.elapsed() < Duration::from_secs(20), "the client does not come to its end");
        let wait = plane.next_deadline().unwrap_or(Duration::from_millis(50));
        let is_urgent = !plane.service().jobs.is_empty();
        is_readable(descriptor, Some(if is_urgent { Duration::ZERO } else { wait }));
        plane.turn(Some(Duration::ZERO), Budget::default()).unwrap();
        work(&mut plane);
        turns += 1;
    }
    client.join().unwrap();
    assert_eq!(plane.held(), (0, 0));
    // With nothing to do the descriptor is quiet.
    plane.turn(Some(Duration::ZERO), Budget::default()).unwrap();
    assert!(!is_readable(descriptor, Some(Duration::from_millis(20))), "it spins");
    assert!(turns < 5000, "{turns} turns");
}

#[test]
fn epoll_in_another_loop() {
    serve(Io::Epoll);
}

#[test]
fn io_uring_in_another_loop() {
    assert!(Uring::probe());
    serve(Io::Uring);
}

#[test]
fn more_clients_send_at_once_than_there_are_buffers() {
    const CLIENTS: usize = 300;
    for io in [Io::Epoll, Io::Uring] {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
        let address = listener.address().unwrap();
        let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: Arc::new(Seen::default()) };
        let mut plane = Plane::new(System::new(listener, io).unwrap(), service, Limits::default(), Arc::new(Counters::new(1)));
        let mut clients: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();
        let start = Instant::now();
        for body in [20_000, 10] {
            let request = format!("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {body}\r\n\r\n{}", "x".repeat(body));
            clients.iter_mut().for_each(|client| client.write_all(request.as_bytes()).unwrap());
            let expected = plane.counters().answers.get() + CLIENTS as u64;
            while plane.counters().answers.get() < expected || plane.held() != (0, 0) {
                assert!(start.elapsed() < Duration::from_secs(10), "{:?}: {} of {expected}", io, plane.counters().answers.get());
                plane.turn(Some(Duration::from_millis(5)), Budget::default()).unwrap();
                work(&mut plane);
            }
            for client in &mut clients {
                let mut received = vec![0; body];
                while !received.ends_with(b"\r\n\r\nx") {
                    received.push(0);
                    let last = received.len() - 1;
                    client.read_exact(&mut received[last..]).unwrap();
                }
                client.read_exact(&mut received[..body - 1]).unwrap();
            }
        }
    }
}

/// The other loop as Node has it: an epoll instance, which asks the descriptor again only after it has been woken by it.
struct Loop(OwnedFd);

impl Loop {
    fn watching(descriptor: i32) -> Self {
        // SAFETY: the descriptors are open, and `event` lives during the call. Nobody else owns the new one.
        unsafe {
            let this = Self(OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)));
            let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: 0 };
            assert_eq!(libc::epoll_ctl(this.0.as_raw_fd(), libc::EPOLL_CTL_ADD, descriptor, &raw mut event), 0);
            this
        }
    }

    /// Whether the descriptor became readable within `wait`.
    fn wait(&self, wait: Duration) -> bool {
        let mut event = libc::epoll_event { events: 0, u64: 0 };
        // SAFETY: there is room for one event.
        unsafe { libc::epoll_wait(self.0.as_raw_fd(), &raw mut event, 1, wait.as_millis() as i32) > 0 }
    }
}

/// What happens on a connection makes the descriptor readable without the help of a deadline, be it caused by this thread or by another one.
#[test]
fn another_loop_is_woken_by_each_event() {
    const LONG: Duration = Duration::from_secs(3);
    for io in [Io::Epoll, Io::Uring] {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
        let address = listener.address().unwrap();
        let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: Arc::new(Seen::default()) };
        let mut plane = Plane::new(System::new(listener, io).unwrap(), service, Limits::default(), Arc::new(Counters::new(1)));
        let outer = Loop::watching(plane.driver().descriptor());
        // Runs the loop until the descriptor is quiet.
        let settle = |plane: &mut Plane<System, TestService>, what: &str| {
            let mut turns = 0;
            assert!(outer.wait(LONG), "{io:?}: nothing tells of {what}");
            loop {
                plane.turn(Some(Duration::ZERO), Budget::default()).unwrap();
                turns += 1;
                assert!(turns < 100, "{io:?}: it spins after {what}");
                let is_urgent = plane.next_deadline() == Some(Duration::ZERO);
                if !outer.wait(Duration::from_millis(if is_urgent { 0 } else { 30 })) && !is_urgent {
                    return;
                }
            }
        };
        outer.wait(Duration::from_millis(30));
        plane.turn(Some(Duration::ZERO), Budget::default()).unwrap();
        for round in 0..3 {
            let mut client = TcpStream::connect(address).unwrap();
            settle(&mut plane, "a connection");
            assert_eq!(plane.connections(), 1, "{io:?}");
            client.write_all(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1").unwrap();
            settle(&mut plane, "a part of a body");
            let sender = thread::spawn(move || {
                thread::sleep(Duration::from_millis(50));
                client.write_all(b"2345").unwrap();
                client
            });
            settle(&mut plane, "the rest of a body");
            client = sender.join().unwrap();
            assert_eq!(plane.counters().answers.get(), round + 1, "{io:?}");
            if round == 1 {
                client.shutdown(std::net::Shutdown::Write).unwrap();
            } else if round == 2 {
                client.write_all(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1").unwrap();
                settle(&mut plane, "another body");
                drop(client);
            } else {
                drop(client);
            }
            settle(&mut plane, "the end of a connection");
            assert_eq!(plane.connections(), 0, "{io:?}");
        }
    }
}
