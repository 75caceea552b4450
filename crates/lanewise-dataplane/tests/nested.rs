//! A plane nested in another event loop, which watches its descriptor and its deadline and nothing else.
#![cfg(target_os = "linux")]

mod common;

use common::{Seen, TestService, work};
use lanewise_dataplane::*;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
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
