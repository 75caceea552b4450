//! The loop that keeps to the schedule.
use std::collections::VecDeque;
use std::fmt;
use std::io::{Error, Result};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rustix::event::{Timespec, epoll};

use crate::connection::Connection;

/// When a request is due sooner than that, its time is waited for awake: sleeping ends late.
const AWAKE: Duration = Duration::from_micros(100);
/// How long replies may take after the last request was due; what has not come then has failed.
const PATIENCE: Duration = Duration::from_secs(10);
const SCRATCH_BYTES: usize = 256 << 10;
const NS_PER_US: f64 = 1e3;
/// Latencies up to a minute, within 0.1 %.
const LATENCY_NS_MAX: u64 = 60_000_000_000;
const DIGITS: u8 = 3;

/// What is written about a run, as JSON.
pub struct Report {
    latencies: Histogram<u64>,
    failed: u64,
    elapsed: Duration,
}

struct Load<'r> {
    request: &'r [u8],
    rate: u64,
    poll: OwnedFd,
    connections: Vec<Connection>,
    /// When the request under way on each connection was due.
    due: Vec<Duration>,
    /// Connections without a request, the one that has rested longest in front.
    free: VecDeque<usize>,
    latencies: Histogram<u64>,
}

/// Asks `rate` times a second for `seconds`, over all connections together.
///
/// # Errors
/// Those of a socket, and of a reply that is not 200: no figure is given for a server that fails.
pub fn run(connections: Vec<Connection>, request: &[u8], rate: u64, seconds: u64) -> Result<Report> {
    if connections.is_empty() || rate == 0 {
        return Err(Error::other("a load has connections and a rate"));
    }
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    for (index, connection) in connections.iter().enumerate() {
        epoll::add(&poll, &connection.stream, epoll::EventData::new_u64(index as u64), epoll::EventFlags::IN)?;
    }
    let due = vec![Duration::ZERO; connections.len()];
    let free = (0..connections.len()).collect();
    let latencies = Histogram::new_with_bounds(1, LATENCY_NS_MAX, DIGITS).map_err(Error::other)?;
    Load { request, rate, poll, connections, due, free, latencies }.run(rate * seconds)
}

impl Load<'_> {
    fn run(mut self, total: u64) -> Result<Report> {
        let mut events = Vec::with_capacity(self.connections.len());
        let mut scratch = vec![0; SCRATCH_BYTES];
        let start = Instant::now();
        let end = self.due_at(total) + PATIENCE;
        let mut begun = 0;
        while self.latencies.len() < total && start.elapsed() < end {
            begun = self.send_due(begun, total, start.elapsed())?;
            let timeout = self.timeout(begun, total, start.elapsed());
            events.clear();
            match epoll::wait(&self.poll, rustix::buffer::spare_capacity(&mut events), Some(&timeout)) {
                Err(rustix::io::Errno::INTR) => continue,
                other => other?,
            };
            for event in &events {
                self.go_on(event.data.u64() as usize, event.flags, &mut scratch, start)?;
            }
        }
        let failed = total - self.latencies.len();
        Ok(Report { latencies: self.latencies, failed, elapsed: start.elapsed() })
    }

    /// Sends what is due, as far as connections are free. Returns how many requests have begun.
    fn send_due(&mut self, mut begun: u64, total: u64, now: Duration) -> Result<u64> {
        while begun < total && self.due_at(begun) <= now {
            let Some(index) = self.free.pop_front() else { break };
            self.due[index] = self.due_at(begun);
            begun += 1;
            if !self.connections[index].send(self.request)? {
                self.watch(index, epoll::EventFlags::OUT)?;
            }
        }
        Ok(begun)
    }

    /// What has happened on one connection.
    fn go_on(&mut self, index: usize, flags: epoll::EventFlags, scratch: &mut [u8], start: Instant) -> Result<()> {
        if flags.contains(epoll::EventFlags::OUT) {
            if self.connections[index].send_rest(self.request)? {
                self.watch(index, epoll::EventFlags::IN)?;
            }
            return Ok(());
        }
        if self.connections[index].receive(scratch)? {
            let latency = start.elapsed().saturating_sub(self.due[index]);
            self.latencies.saturating_record(latency.as_nanos() as u64);
            self.free.push_back(index);
        }
        Ok(())
    }

    fn watch(&self, index: usize, flags: epoll::EventFlags) -> Result<()> {
        Ok(epoll::modify(&self.poll, &self.connections[index].stream, epoll::EventData::new_u64(index as u64), flags)?)
    }

    /// Until the next request is due, if one can be sent then.
    fn timeout(&self, begun: u64, total: u64, now: Duration) -> Timespec {
        let next = if begun < total && !self.free.is_empty() { self.due_at(begun).saturating_sub(now) } else { PATIENCE };
        let asleep = next.saturating_sub(AWAKE);
        Timespec { tv_sec: asleep.as_secs() as i64, tv_nsec: asleep.subsec_nanos().into() }
    }

    fn due_at(&self, number: u64) -> Duration {
        Duration::from_nanos((u128::from(number) * 1_000_000_000 / u128::from(self.rate)) as u64)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = |quantile| self.latencies.value_at_quantile(quantile) as f64 / NS_PER_US;
        write!(
            to,
            r#"{{"requests":{},"failed":{},"us":{},"p50":{:.1},"p90":{:.1},"p99":{:.1},"p999":{:.1},"max":{:.1}}}"#,
            self.latencies.len(),
            self.failed,
            self.elapsed.as_micros(),
            us(0.5),
            us(0.9),
            us(0.99),
            us(0.999),
            self.latencies.max() as f64 / NS_PER_US,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /// Answers on one connection; before one of the answers it sleeps.
    fn server(stall: Duration, at: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            for (number, _) in lines.map_while(Result::ok).filter(String::is_empty).enumerate() {
                if number == at {
                    thread::sleep(stall);
                }
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
            }
        });
        address
    }

    #[test]
    fn a_stall_is_charged_to_every_request_that_was_due_in_it() {
        let address = server(Duration::from_millis(400), 50);
        let connection = Connection::open(&address, REQUEST).unwrap();
        let report = run(vec![connection], REQUEST, 200, 1).unwrap();
        assert_eq!((report.latencies.len(), report.failed), (200, 0));
        // 80 requests are due while it sleeps; those of the first three quarters wait for more than 100 ms. Only one of them was under way.
        let late = report.latencies.count_between(100_000_000, LATENCY_NS_MAX);
        assert!(late >= 50, "{late} late");
    }

    #[test]
    fn what_never_comes_is_an_error_or_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        });
        let connection = Connection::open(&address, REQUEST).unwrap();
        assert!(run(vec![connection], REQUEST, 100, 1).is_err());
    }
}
