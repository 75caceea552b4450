//! A plane that runs out of descriptors. One test, since the limit is that of the whole process.
#![cfg(target_os = "linux")]

mod common;

use common::{Seen, TestService};
use lanewise_dataplane::*;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CLIENTS: usize = 100;
/// Connections that the plane has descriptors for.
const PLACES: usize = 10;

/// Sets the limit, and gives the one before.
fn limit_descriptors(count: u64) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` lives during the calls.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        let before = std::mem::replace(&mut limit.rlim_cur, count);
        assert_eq!(libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit), 0);
        before
    }
}

fn serves_whom_it_can<D: Driver>(make: impl FnOnce(Listener) -> D) {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.address().unwrap();
    let mut clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let mut client = TcpStream::connect(address).unwrap();
            client.set_nonblocking(true).unwrap();
            client.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            Some(client)
        })
        .collect();
    let next = File::open("/dev/null").unwrap().as_raw_fd() as u64;
    // Before the driver is made: io_uring keeps to the limit that it found when it was asked to accept. Drivers have three descriptors.
    let before = limit_descriptors(next + 3 + PLACES as u64);
    let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: Arc::new(Seen::default()) };
    let mut plane = Plane::new(make(listener), service, Limits::default(), Arc::new(Counters::new(1)));
    let (start, mut answered, mut told, mut turns) = (Instant::now(), 0, 0, 0u64);
    while clients.iter().any(Option::is_some) {
        assert!(start.elapsed() < Duration::from_secs(20), "{answered} answered, {told} told");
        plane.turn(Some(Duration::from_millis(10)), Budget::default()).unwrap();
        turns += 1;
        let mut buffer = [0; 1000];
        for place in &mut clients {
            let Some(client) = place else { continue };
            match client.read(&mut buffer) {
                Ok(0) => told += 1,
                Ok(_) => answered += 1,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(_) => told += 1,
            }
            *place = None;
        }
    }
    let exhausted = plane.counters().exhausted.get();
    assert!(exhausted > 0 && answered >= PLACES && answered + told == CLIENTS, "{exhausted} times, {answered} answered, {told} told");
    assert!(told <= CLIENTS / 4, "{told} were turned away although places became free");
    // It waits between its attempts.
    assert!(
        exhausted <= 2 * CLIENTS as u64 && turns <= 4 * CLIENTS as u64 + start.elapsed().as_millis() as u64,
        "{exhausted} in {turns} turns"
    );
    limit_descriptors(before);
    let mut client = TcpStream::connect(address).unwrap();
    client.set_nonblocking(true).unwrap();
    client.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let start = Instant::now();
    while client.read(&mut [0; 1000]).is_err() {
        assert!(start.elapsed() < Duration::from_secs(5), "it does not accept again");
        plane.turn(Some(Duration::from_millis(10)), Budget::default()).unwrap();
    }
}

#[test]
fn whoever_comes_when_descriptors_run_out_waits_or_is_told() {
    serves_whom_it_can(|listener| Epoll::new(listener).unwrap());
    serves_whom_it_can(|listener| Uring::new(listener).unwrap());
}
