//! The log of a plane: what JavaScript prints of each request that has been answered, here or there.
//!
//! `ts/gateway/native/entries.ts` reads the entries. None waits for anybody: those that find no room are counted.
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use lanewise_http::failure_body;
use lanewise_http::response::has_body;

use super::record::Page;

/// The room that the entries of a plane have, until JavaScript has taken them.
const ROOM: usize = 1 << 20;
const WORD: usize = size_of::<u32>();
/// Words of an entry before its text.
const ENTRY_WORDS: usize = 10;

/// The part of the room that entries on their way to JavaScript take; it is given back when this is dropped.
pub(crate) struct Held {
    size: usize,
    of: Arc<AtomicUsize>,
}

impl Held {
    fn new(size: usize, of: &Arc<AtomicUsize>) -> Self {
        of.fetch_add(size, Relaxed);
        Self { size, of: Arc::clone(of) }
    }

    /// Takes over what another one holds of the same room.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.size += mem::take(&mut other.size);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.of.fetch_sub(self.size, Relaxed);
    }
}

/// What is known of a request before it is answered.
struct Begun {
    started: Instant,
    remote: SocketAddr,
    /// The method, and behind it the target up to its query.
    line: Vec<u8>,
    method_size: usize,
    /// Of a streamed answer, once it is begun.
    status: u16,
    sent: u64,
}

/// The log of one plane.
#[derive(Default)]
pub(crate) struct Journal {
    /// By the id that JavaScript has for the request.
    begun: Vec<Option<Begun>>,
    entries: Vec<u8>,
    count: u32,
    unlogged: u64,
    /// Bytes of entries that JavaScript has not taken yet.
    held: Arc<AtomicUsize>,
}

/// An answer, as far as it concerns the log.
struct Answered<'a> {
    method: &'a [u8],
    target: &'a [u8],
    status: u16,
    bytes: u64,
    started: Instant,
    remote: SocketAddr,
}

impl Journal {
    pub(crate) fn has_entries(&self) -> bool {
        self.count > 0
    }

    /// A request was answered at once; `response` is the whole answer.
    pub(crate) fn answered(&mut self, request: &lanewise_dataplane::Request<'_>, started: Instant, status: u16, response: &[u8]) {
        let (method, target) = line_of(request);
        self.push(&Answered { method, target, status, bytes: body_size(response), started, remote: request.peer });
    }

    /// A message was refused that nobody was asked about. What is no request has neither method nor path.
    pub(crate) fn refused(&mut self, received: &[u8], status: u16, remote: SocketAddr) {
        let (method, target) = split_line(received);
        let bytes = if method == b"HEAD" { 0 } else { failure_body(status).len() as u64 };
        self.push(&Answered { method, target, status, bytes, started: Instant::now(), remote });
    }

    /// A request goes to JavaScript by that id.
    pub(crate) fn begin(&mut self, id: u32, request: &lanewise_dataplane::Request<'_>) {
        let (method, target) = line_of(request);
        let begun = Begun {
            started: Instant::now(),
            remote: request.peer,
            line: [method, target].concat(),
            method_size: method.len(),
            status: 0,
            sent: 0,
        };
        let id = id as usize;
        if id >= self.begun.len() {
            self.begun.resize_with(id + 1, || None);
        }
        self.begun[id] = Some(begun);
    }

    /// Its answer is streamed.
    pub(crate) fn stream(&mut self, id: u32, status: u16) {
        if let Some(Some(begun)) = self.begun.get_mut(id as usize) {
            begun.status = status;
        }
    }

    /// More of its streamed answer was sent.
    pub(crate) fn sent(&mut self, id: u32, size: usize) {
        if let Some(Some(begun)) = self.begun.get_mut(id as usize) {
            begun.sent += size as u64;
        }
    }

    /// It has been answered as a whole by `response`.
    pub(crate) fn end(&mut self, id: u32, status: u16, response: &[u8]) {
        self.close(id, |_| (status, body_size(response)));
    }

    /// Its streamed answer has ended.
    pub(crate) fn end_stream(&mut self, id: u32) {
        self.close(id, |begun| (begun.status, if has_body(begun.status) { begun.sent } else { 0 }));
    }

    /// The plane has answered it by a failure, unless its answer was being streamed.
    pub(crate) fn fail(&mut self, id: u32, status: u16) {
        self.close(id, |begun| match begun.status {
            0 if begun.line.starts_with(b"HEAD") && begun.method_size == 4 => (status, 0),
            0 => (status, failure_body(status).len() as u64),
            streamed => (streamed, begun.sent),
        });
    }

    /// Nobody has been answered.
    pub(crate) fn forget(&mut self, id: u32) {
        if let Some(begun) = self.begun.get_mut(id as usize) {
            *begun = None;
        }
    }

    fn close(&mut self, id: u32, outcome: impl FnOnce(&Begun) -> (u16, u64)) {
        let Some(begun) = self.begun.get_mut(id as usize).and_then(Option::take) else { return };
        let (status, bytes) = outcome(&begun);
        let (method, target) = begun.line.split_at(begun.method_size);
        self.push(&Answered { method, target, status, bytes, started: begun.started, remote: begun.remote });
    }

    fn push(&mut self, answered: &Answered<'_>) {
        let &Answered { method, target, status, bytes, started, remote } = answered;
        let remote = remote.ip().to_string();
        let size = (ENTRY_WORDS * WORD + method.len() + target.len() + remote.len()).next_multiple_of(WORD);
        if self.entries.len() + self.held.load(Relaxed) + size > ROOM {
            self.unlogged += 1;
            return;
        }
        let start = self.entries.len();
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX);
        let sizes = [method.len() as u32, target.len() as u32, remote.len() as u32];
        let numbers = [(size / WORD) as u32, time.as_secs() as u32, time.subsec_millis(), u32::from(status)];
        let words = [bytes as u32, (bytes >> 32) as u32, micros];
        self.entries.extend(numbers.iter().chain(&words).chain(&sizes).flat_map(|word| word.to_ne_bytes()));
        self.entries.extend_from_slice(method);
        self.entries.extend_from_slice(target);
        self.entries.extend_from_slice(remote.as_bytes());
        self.entries.resize(start + size, 0);
        self.count += 1;
    }

    /// Puts the entries behind the records of the turn, and says how many have found no room since the last time.
    pub(crate) fn write(&mut self, page: &mut Page) -> u64 {
        if self.count > 0 {
            page.log(&self.entries, mem::take(&mut self.count), Held::new(self.entries.len(), &self.held));
            self.entries.clear();
        }
        mem::take(&mut self.unlogged)
    }
}

/// The method, and the target up to its query, which may hold what is no log's business.
fn line_of<'r>(request: &lanewise_dataplane::Request<'r>) -> (&'r [u8], &'r [u8]) {
    let (head, bytes) = (request.head, request.head_bytes);
    (head.method_name(bytes), without_query(head.target(bytes)))
}

/// The same of bytes that may be no request at all.
fn split_line(received: &[u8]) -> (&[u8], &[u8]) {
    const NOTHING: (&[u8], &[u8]) = (b"", b"");
    let received = received.trim_ascii_start();
    let end = received.iter().position(|&byte| byte == b'\r' || byte == b'\n').unwrap_or(received.len());
    let mut parts = received[..end].split(|&byte| byte == b' ');
    let (Some(method), Some(target)) = (parts.next(), parts.next()) else { return NOTHING };
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    if !method.is_empty() && method.iter().all(is_token) { (method, without_query(target)) } else { NOTHING }
}

fn without_query(target: &[u8]) -> &[u8] {
    target.split(|&byte| byte == b'?').next().unwrap_or_default()
}

/// The size of what stands behind the head of a response.
fn body_size(response: &[u8]) -> u64 {
    const END: &[u8] = b"\r\n\r\n";
    response.windows(END.len()).position(|window| window == END).map_or(0, |at| (response.len() - at - END.len()) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The entries of a page, as `entries.ts` reads them: method, target, status, bytes.
    fn entries(page: &Page) -> Vec<(String, String, u32, u64)> {
        let bytes = page.bytes();
        let word = |at: usize| u32::from_ne_bytes(bytes[at..at + WORD].try_into().unwrap());
        let (mut record, mut found) = (0, Vec::new());
        while record < bytes.len() {
            let mut at = record + 6 * WORD;
            for _ in 0..word(record + 3 * WORD) {
                let number = |i: usize| word(at + i * WORD);
                let text = |start: usize, size: u32| String::from_utf8(bytes[start..start + size as usize].to_vec()).unwrap();
                let method = at + ENTRY_WORDS * WORD;
                let target = method + number(7) as usize;
                assert_eq!(text(target + number(8) as usize, number(9)), "10.0.0.1");
                found.push((
                    text(method, number(7)),
                    text(target, number(8)),
                    number(3),
                    u64::from(number(4)) | u64::from(number(5)) << 32,
                ));
                at += number(0) as usize * WORD;
            }
            record += word(record) as usize * WORD;
            assert_eq!(at, record);
        }
        found
    }

    fn log(journal: &mut Journal, method: &str, target: &str, status: u16, bytes: u64) {
        let (method, target, remote) = (method.as_bytes(), target.as_bytes(), ([10, 0, 0, 1], 1).into());
        journal.push(&Answered { method, target, status, bytes, started: Instant::now(), remote });
    }

    proptest! {
        #[test]
        fn what_is_logged_is_read(lines in prop::collection::vec(("[A-Z]{0,7}", "[!->@-~]{0,60}", 100..600u16, any::<u64>()), 0..40)) {
            let (mut journal, mut page) = (Journal::default(), Page::default());
            for (i, (method, target, status, bytes)) in lines.iter().enumerate() {
                log(&mut journal, method, target, *status, *bytes);
                if i % 7 == 3 {
                    prop_assert_eq!(journal.write(&mut page), 0);
                }
            }
            prop_assert_eq!(journal.write(&mut page), 0);
            prop_assert!(!journal.has_entries());
            let expected: Vec<_> = lines.into_iter().map(|(method, target, status, bytes)| (method, target, u32::from(status), bytes)).collect();
            prop_assert_eq!(entries(&page), expected);
        }

        #[test]
        fn a_line_of_anything_is_a_method_and_a_target_or_nothing(received in prop::collection::vec(any::<u8>(), 0..60)) {
            let (method, target) = split_line(&received);
            prop_assert!(method.iter().all(u8::is_ascii_graphic));
            prop_assert!(!target.contains(&b'?') && !target.contains(&b' ') && !target.contains(&b'\n'));
            _ = body_size(&received);
        }
    }

    /// Entries that nobody takes stop at the end of their room, those beyond are counted; what is taken makes room again.
    #[test]
    fn room_is_bounded_until_entries_are_taken() {
        let (mut journal, mut pages) = (Journal::default(), vec![Page::default(), Page::default()]);
        let target = "x".repeat(1000);
        let fill = |journal: &mut Journal, page: &mut Page| {
            for _ in 0..2000 {
                log(journal, "GET", &target, 200, 1);
            }
            journal.write(page)
        };
        let unlogged = fill(&mut journal, &mut pages[0]);
        let logged = entries(&pages[0]).len() as u64;
        assert_eq!(logged + unlogged, 2000);
        assert!((900..1024).contains(&logged));
        assert_eq!(fill(&mut journal, &mut pages[1]), 2000);
        pages[0].clear();
        assert_eq!(fill(&mut journal, &mut pages[1]), unlogged);
        pages.clear();
        assert_eq!(journal.held.load(Relaxed), 0);
    }

    #[test]
    fn a_request_is_logged_once_however_it_ends() {
        type End = fn(&mut Journal);
        let ends: [(End, Option<(u32, u64)>); 6] = [
            (|journal| journal.end(4, 201, b"HTTP/1.1 201 Created\r\n\r\nabc"), Some((201, 3))),
            (|journal| journal.forget(4), None),
            (|journal| journal.fail(4, 504), Some((504, failure_body(504).len() as u64))),
            (
                |journal| {
                    journal.stream(4, 200);
                    journal.sent(4, 7);
                    journal.end_stream(4);
                },
                Some((200, 7)),
            ),
            (
                |journal| {
                    journal.stream(4, 200);
                    journal.sent(4, 7);
                    journal.fail(4, 504);
                },
                Some((200, 7)),
            ),
            (
                |journal| {
                    journal.stream(4, 204);
                    journal.sent(4, 7);
                    journal.end_stream(4);
                },
                Some((204, 0)),
            ),
        ];
        for (end, expected) in ends {
            let (mut journal, mut page) = (Journal::default(), Page::default());
            journal.begun.resize_with(5, || None);
            let line = b"POST/a".to_vec();
            journal.begun[4] =
                Some(Begun { started: Instant::now(), remote: ([10, 0, 0, 1], 1).into(), line, method_size: 4, status: 0, sent: 0 });
            end(&mut journal);
            end(&mut journal);
            journal.end(4, 500, b"");
            journal.end(9, 200, b"");
            journal.write(&mut page);
            let expected: Vec<_> =
                expected.into_iter().map(|(status, bytes)| ("POST".to_owned(), "/a".to_owned(), status, bytes)).collect();
            assert_eq!(entries(&page), expected);
        }
    }
}
