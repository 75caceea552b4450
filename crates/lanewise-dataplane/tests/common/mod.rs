//! A server of a few paths, over any driver, and a client that speaks bytes.
#![allow(dead_code, unreachable_pub)]

use lanewise_dataplane::*;
use lanewise_http::date::ImfDate;
use lanewise_http::response::{Body, Start, write_head};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the service has to do after the turn.
pub enum Job {
    Answer(Token, Vec<u8>),
    Stream {
        token: Token,
        left: usize,
        size: Option<u64>,
        has_begun: bool,
    },
    /// Begins a stream, and cuts it.
    Cut(Token, usize),
    Resume(Token),
}

/// What the tests look at from outside.
#[derive(Default)]
pub struct Seen {
    pub gone: Mutex<Vec<(Token, Gone)>>,
    pub ended: AtomicU64,
    pub served: AtomicU64,
    pub pieces: AtomicU64,
    pub held: Mutex<(usize, usize)>,
}

pub struct TestService {
    pub jobs: Vec<Job>,
    /// Waits until three are there, and answers them backwards.
    pub reversed: Vec<Token>,
    pub uploads: HashMap<Token, (usize, u64, bool)>,
    pub seen: Arc<Seen>,
}

pub fn respond(reply: &mut Reply<'_>, status: u16, body: &[u8]) {
    let date: ImfDate = *reply.date();
    let start =
        Start { version: reply.version(), status, keep_alive: reply.keep_alive(), body: Body::Length(body.len() as u64), date: &date };
    write_head(reply.out, &start, []).unwrap();
    if !reply.is_head() {
        reply.out.extend_from_slice(body);
    }
    reply.count(0, status);
}

fn number_in(path: &[u8]) -> usize {
    let text = std::str::from_utf8(path).unwrap();
    text.rsplit('/').next().unwrap().parse().unwrap_or(0)
}

impl Service for TestService {
    fn admit(&mut self, request: &Request<'_>) -> Admission {
        match request.head.path(request.head_bytes) {
            b"/upload" | b"/upload-slowly" | b"/early" => Admission::Stream,
            b"/missing" => Admission::Discard,
            b"/refused" => Admission::Refuse(lanewise_http::Refusal::MediaType),
            _ => Admission::Collect,
        }
    }

    fn serve(&mut self, request: &Request<'_>, reply: &mut Reply<'_>) -> Served {
        self.seen.served.fetch_add(1, SeqCst);
        let path = request.head.path(request.head_bytes);
        let token = request.token;
        match path {
            b"/echo" => respond(reply, 200, request.body),
            b"/missing" => respond(reply, 404, b"missing"),
            b"/early" => respond(reply, 200, b"early"),
            b"/close" => {
                reply.close();
                respond(reply, 200, b"bye");
            }
            b"/later" => {
                self.jobs.push(Job::Answer(token, request.body.to_vec()));
                return Served::Later;
            }
            b"/reversed" | b"/reversed-close" => {
                if path == b"/reversed-close" {
                    reply.close();
                }
                self.reversed.push(token);
                if self.reversed.len() == 3 {
                    let jobs = self.reversed.drain(..).rev().map(|token| Job::Answer(token, token.request.to_string().into_bytes()));
                    self.jobs.extend(jobs);
                }
                return Served::Later;
            }
            b"/never" => return Served::Later,
            b"/upload" | b"/upload-slowly" => {
                self.uploads.insert(token, (0, 0, path == b"/upload-slowly"));
                return Served::Later;
            }
            path if path.starts_with(b"/stream/") => {
                self.jobs.push(Job::Stream { token, left: number_in(path), size: None, has_begun: false });
                return Served::Later;
            }
            path if path.starts_with(b"/sized/") => {
                let left = number_in(path);
                self.jobs.push(Job::Stream { token, left, size: Some(left as u64), has_begun: false });
                return Served::Later;
            }
            path if path.starts_with(b"/short/") => {
                let left = number_in(path);
                self.jobs.push(Job::Stream { token, left, size: Some(left as u64 + 1), has_begun: false });
                return Served::Later;
            }
            path if path.starts_with(b"/cut/") => {
                self.jobs.push(Job::Cut(token, number_in(path)));
                return Served::Later;
            }
            path if path.starts_with(b"/large/") => respond(reply, 200, &vec![b'x'; number_in(path)]),
            path => respond(reply, 200, path),
        }
        Served::Now
    }

    fn piece(&mut self, token: Token, data: &[u8], end: bool) -> Flow {
        self.seen.pieces.fetch_add(1, SeqCst);
        let Some((size, sum, is_slow)) = self.uploads.get_mut(&token) else { return Flow::More };
        *size += data.len();
        *sum = data.iter().fold(*sum, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        if end {
            let answer = format!("{size} {sum}").into_bytes();
            self.uploads.remove(&token);
            self.jobs.push(Job::Answer(token, answer));
            return Flow::More;
        }
        if !*is_slow {
            return Flow::More;
        }
        self.jobs.push(Job::Resume(token));
        Flow::Pause
    }

    fn gone(&mut self, token: Token, why: Gone) {
        self.uploads.remove(&token);
        self.seen.gone.lock().unwrap().push((token, why));
    }

    fn writable(&mut self, _: Token) {}

    fn ended(&mut self, _: Token) {
        self.seen.ended.fetch_add(1, SeqCst);
    }
}

fn begin<D: Driver>(plane: &mut Plane<D, TestService>, token: Token, size: Option<u64>) -> bool {
    plane.begin(token, size, |reply| {
        let date = *reply.date();
        let body = size.map_or(Body::Chunked, Body::Length);
        let start = Start { version: reply.version(), status: 200, keep_alive: reply.keep_alive(), body, date: &date };
        write_head(reply.out, &start, []).unwrap();
        reply.count(0, 200);
    })
}

/// Does what the service has left to do.
pub fn work<D: Driver>(plane: &mut Plane<D, TestService>) {
    let jobs = std::mem::take(&mut plane.service_mut().jobs);
    for job in jobs {
        match job {
            Job::Answer(token, body) => {
                plane.answer(token, |reply| respond(reply, 200, &body));
            }
            Job::Resume(token) => plane.resume(token),
            Job::Cut(token, size) => {
                begin(plane, token, None);
                plane.write(token, &vec![b'y'; size]);
                plane.flush();
                plane.cut(token);
            }
            Job::Stream { token, mut left, size, mut has_begun } => {
                has_begun = has_begun || begin(plane, token, size);
                let mut room = if has_begun { Room::More } else { Room::Gone };
                while left > 0 && room == Room::More {
                    let piece = left.min(1000);
                    room = plane.write(token, &vec![b'y'; piece]);
                    left -= piece;
                }
                match room {
                    Room::Gone => {}
                    _ if left == 0 => _ = plane.finish(token),
                    // Tried again in the next turn, which is often enough for a test.
                    _ => plane.service_mut().jobs.push(Job::Stream { token, left, size, has_begun }),
                }
            }
        }
    }
    plane.flush();
}

pub struct Server {
    pub address: SocketAddr,
    pub counters: Arc<Counters>,
    pub seen: Arc<Seen>,
    stop: Arc<AtomicBool>,
    drain_ms: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start<D: Driver>(limits: Limits, make: impl FnOnce(Listener) -> D + Send + 'static) -> Self {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
        let address = listener.address().unwrap();
        let (stop, drain_ms) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(u64::MAX)));
        let (counters, seen) = (Arc::new(Counters::new(1)), Arc::new(Seen::default()));
        let thread = std::thread::spawn({
            let (stop, drain_ms, counters, seen) = (stop.clone(), drain_ms.clone(), counters.clone(), seen.clone());
            move || {
                let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: seen.clone() };
                let mut plane = Plane::new(make(listener), service, limits, counters);
                while !stop.load(SeqCst) && !plane.is_drained() {
                    let wait = if plane.service().jobs.is_empty() { 5 } else { 0 };
                    plane.turn(Some(Duration::from_millis(wait)), Budget::default()).unwrap();
                    work(&mut plane);
                    let grace = drain_ms.swap(u64::MAX, SeqCst);
                    if grace != u64::MAX {
                        plane.drain(Duration::from_millis(grace));
                    }
                    *seen.held.lock().unwrap() = plane.held();
                }
            }
        });
        Self { address, counters, seen, stop, drain_ms, thread: Some(thread) }
    }

    pub fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
        Client { stream, received: Vec::new() }
    }

    pub fn drain(&self, grace: Duration) {
        self.drain_ms.store(grace.as_millis() as u64, SeqCst);
    }

    pub fn until(&self, what: &str, mut is_done: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !is_done(self) {
            assert!(start.elapsed() < Duration::from_secs(10), "{what} did not happen");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until the server has come to its end by itself.
    pub fn join(mut self) {
        self.until("the end", |server| server.thread.as_ref().unwrap().is_finished());
        self.thread.take().unwrap().join().unwrap();
    }

    /// Waits until all connections are closed, and checks that nothing is left of them.
    pub fn is_clean(&self) {
        self.until("the end of all connections", |server| {
            server.counters.accepted.get() == server.counters.closed.get() && *server.seen.held.lock().unwrap() == (0, 0)
        });
        for state in [State::New, State::Active, State::Idle, State::Closing] {
            assert_eq!(self.counters.state(state), 0, "{state:?}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, SeqCst);
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            if !std::thread::panicking() {
                result.unwrap();
            }
        }
    }
}

pub struct Client {
    pub stream: TcpStream,
    pub received: Vec<u8>,
}

impl Client {
    pub fn send(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(text.as_ref()).unwrap();
        self
    }

    pub fn get(&mut self, path: &str) -> &mut Self {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"))
    }

    /// Receives until the text ends so; gives what was received since the last time.
    pub fn until(&mut self, end: &str) -> String {
        let mut buffer = [0; 65536];
        while !self.received.ends_with(end.as_bytes()) {
            match self.stream.read(&mut buffer) {
                Ok(0) => panic!("closed after {:?}", String::from_utf8_lossy(&self.received)),
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
                Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&self.received)),
            }
        }
        String::from_utf8(std::mem::take(&mut self.received)).unwrap()
    }

    /// Receives until the server closes.
    pub fn until_closed(&mut self) -> String {
        self.stream.read_to_end(&mut self.received).unwrap();
        String::from_utf8(std::mem::take(&mut self.received)).unwrap()
    }

    /// One response with Content-Length.
    pub fn response(&mut self) -> (u16, String, Vec<u8>) {
        let mut buffer = [0; 65536];
        loop {
            if let Some(end) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8(self.received[..end + 4].to_vec()).unwrap();
                let status = head[9..12].parse().unwrap();
                let length = head
                    .to_ascii_lowercase()
                    .split_once("content-length: ")
                    .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().trim().parse::<usize>().unwrap());
                if self.received.len() >= end + 4 + length {
                    let body = self.received[end + 4..end + 4 + length].to_vec();
                    self.received.drain(..end + 4 + length);
                    return (status, head, body);
                }
            }
            let count = self.stream.read(&mut buffer).unwrap();
            assert!(count > 0, "closed after {:?}", String::from_utf8_lossy(&self.received));
            self.received.extend_from_slice(&buffer[..count]);
        }
    }
}

/// The body of a response in chunks.
pub fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        rest = &rest[line + 2..];
        if size == 0 {
            assert_eq!(rest, b"\r\n");
            return body;
        }
        body.extend_from_slice(&rest[..size]);
        assert_eq!(&rest[size..size + 2], b"\r\n");
        rest = &rest[size + 2..];
    }
}
