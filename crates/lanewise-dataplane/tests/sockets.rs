//! Planes over real sockets, the same for each driver.
#![cfg(target_os = "linux")]

mod common;

use common::{Client, Server, TestService, unchunk};
use lanewise_dataplane::{Budget, Counters, Epoll, Gone, Io, Limits, Listener, Plane, State, System, Uring};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

const MS: Duration = Duration::from_millis(1);

fn post(path: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn chunked(path: &str, pieces: &[&str]) -> String {
    let body: String = pieces.iter().map(|piece| format!("{:x}\r\n{piece}\r\n", piece.len())).collect();
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}0\r\n\r\n")
}

fn body_of(text: &str) -> &str {
    text.split_once("\r\n\r\n").unwrap().1
}

fn sum_of(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
}

fn answers_on_one_connection(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let mut client = server.connect();
    for round in 0..5 {
        assert_eq!(client.get("/a").response().2, b"/a");
        let body = "b".repeat(round * 1000);
        assert_eq!(client.send(post("/echo", &body)).response().2, body.as_bytes());
        assert_eq!(client.send(chunked("/echo", &["ab", "cde"][..1 + round % 2])).response().0, 200);
        client.get("/later").response();
    }
    assert_eq!(server.counters.requests.get(), 20);
    assert_eq!((server.counters.answers.get(), server.counters.responses(0, 200)), (20, 20));
    server.until("idle", |server| server.counters.state(State::Idle) == 1);
    drop(client);
    server.is_clean();
}

fn takes_a_request_in_any_pieces(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let requests = format!("{}{}{}", post("/echo", "hello"), chunked("/echo", &["wor", "ld"]), post("/later", "!"));
    let bytes = requests.as_bytes();
    for split in 1..bytes.len() {
        let mut client = server.connect();
        client.send(&bytes[..split]);
        if split % 7 == 0 {
            std::thread::sleep(MS);
        }
        client.send(&bytes[split..]);
        for expected in ["hello", "world", "!"] {
            assert_eq!(client.response().2, expected.as_bytes(), "split at {split}");
        }
    }
    let mut client = server.connect();
    for byte in bytes {
        client.send([*byte]);
    }
    for expected in ["hello", "world", "!"] {
        assert_eq!(client.response().2, expected.as_bytes());
    }
    drop(client);
    server.is_clean();
}

fn answers_in_order(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let mut client = server.connect();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    let paths = ["/reversed", "/now", "/reversed", "/stream/2500", "/now2", "/reversed", "/later"];
    client.send(paths.map(get).concat());
    for expected in ["0", "/now", "2"] {
        assert_eq!(client.response().2, expected.as_bytes());
    }
    let streamed = client.until("0\r\n\r\n");
    let (first, rest) = streamed.split_at(streamed.find("0\r\n\r\n").unwrap() + 5);
    let _ = (first, rest);
    drop(client);
    server.is_clean();
    // More than are begun at once.
    let mut client = server.connect();
    client.send((0..500).map(|i| get(&format!("/{i}"))).collect::<String>());
    client.send((0..100).map(|i| post("/later", &i.to_string())).collect::<String>());
    for i in 0..500 {
        assert_eq!(client.response().2, format!("/{i}").as_bytes());
    }
    for i in 0..100 {
        assert_eq!(client.response().2, i.to_string().as_bytes());
    }
    drop(client);
    server.is_clean();
}

fn moves_large_bodies(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { body_bytes: 64 << 20, ..Limits::default() });
    let body: String = (0..3_000_000).map(|i| char::from(b'a' + (i % 23) as u8)).collect();
    let mut client = server.connect();
    let mut writer = client.stream.try_clone().unwrap();
    for request in [
        post("/echo", &body),
        chunked("/echo", &[&body[..1_000_000], &body[1_000_000..]]),
        post("/upload", &body),
        post("/upload-slowly", &body),
    ] {
        let (target, expected) = (request.contains("/echo"), format!("{} {}", body.len(), sum_of(body.as_bytes())));
        let sender = std::thread::spawn({
            let mut writer = writer.try_clone().unwrap();
            move || std::io::Write::write_all(&mut writer, request.as_bytes()).unwrap()
        });
        let (status, _, received) = client.response();
        assert_eq!(status, 200);
        assert!(if target { received == body.as_bytes() } else { received == expected.as_bytes() });
        sender.join().unwrap();
    }
    std::io::Write::write_all(&mut writer, b"GET /stream/3000000 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let text = client.until("\r\n0\r\n\r\n");
    assert!(unchunk(body_of(&text).as_bytes()).len() == 3_000_000);
    client.get("/sized/3000000");
    assert!(client.response().2.len() == 3_000_000);
    client.get("/large/20000000");
    std::thread::sleep(20 * MS);
    assert!(client.response().2.len() == 20_000_000);
    drop((client, writer));
    server.is_clean();
}

fn speaks_http_1_0_and_head(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let text = server.connect().send("GET /a HTTP/1.0\r\n\r\n").until_closed();
    assert!(text.contains("Connection: close") && text.ends_with("\r\n\r\n/a"), "{text}");
    let text = server.connect().send("GET /stream/2000 HTTP/1.0\r\n\r\n").until_closed();
    assert_eq!(body_of(&text), "y".repeat(2000));
    let mut client = server.connect();
    client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert!(client.response().1.contains("Connection: keep-alive"));
    client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = client.until("\r\n\r\n");
    assert!(head.contains("Content-Length: 4"), "{head}");
    client.send("HEAD /stream/2000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.until("\r\n\r\n");
    assert_eq!(client.get("/b").response().2, b"/b");
    let text = client.send("GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").until_closed();
    assert!(text.contains("Connection: close") && text.ends_with("/c"), "{text}");
    let text = server.connect().get("/close").until_closed();
    assert!(text.contains("Connection: close") && text.ends_with("bye"), "{text}");
    // A response that is shorter than it says is seen as such.
    let text = server.connect().get("/short/10").until_closed();
    assert_eq!(body_of(&text), "y".repeat(10));
    server.is_clean();
}

/// Empty lines before a request are no request (RFC 9112 section 2.2): nobody is told that it stays incomplete.
fn waits_for_nothing_behind_empty_lines(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { head_time: 200 * MS, idle_time: 2000 * MS, ..Limits::default() });
    let mut client = server.connect();
    client.get("/a").response();
    client.send("\r\n");
    std::thread::sleep(400 * MS);
    // The time of the head begins with its first byte.
    for piece in ["\r\n", "GET /b", " HTTP/1.1\r\nHost: a\r\n\r\n"] {
        std::thread::sleep(100 * MS);
        client.send(piece);
    }
    assert_eq!(client.response().2, b"/b");
    client.send("\r\n");
    client.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.until_closed(), "");
    let mut client = server.connect();
    client.get("/a").response();
    client.send("\r\nG");
    assert!(client.until_closed().starts_with("HTTP/1.1 408 "));
    server.is_clean();
}

/// Where the end of the connection ends a body, what is cut short ends otherwise (RFC 9112 section 8).
fn resets_what_would_look_whole(start: &dyn Fn(Limits) -> Server) {
    let end_of = |client: &mut Client| {
        let mut received = Vec::new();
        let end = client.stream.read_to_end(&mut received).map_err(|error| error.kind());
        (end.is_err(), String::from_utf8(received).unwrap())
    };
    let server = start(Limits::default());
    // A failure in the middle; the same with chunks, which show it by themselves.
    let (is_reset, text) = end_of(server.connect().send("GET /cut/2000 HTTP/1.0\r\n\r\n"));
    assert!(is_reset, "{text}");
    let (is_reset, text) = end_of(server.connect().send("GET /cut/2000 HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert!(!is_reset && text.contains("chunked") && !text.ends_with("0\r\n\r\n"), "{text}");
    // More of the client behind it, which would have the connection closed in stages.
    let (is_reset, _) = end_of(server.connect().send("GET /cut/2000 HTTP/1.0\r\nContent-Length: 9\r\n\r\n123456789GET"));
    assert!(is_reset);
    server.is_clean();
    // A client that does not take what there is, until its time is over.
    let server = start(Limits { write_time: 100 * MS, ..Limits::default() });
    let mut client = server.connect();
    client.send("GET /stream/50000000 HTTP/1.0\r\n\r\n");
    server.until("the cut", |server| server.counters.write_timeouts.get() == 1);
    assert!(end_of(&mut client).0);
    server.is_clean();
    // A drain whose grace is over.
    let server = start(Limits::default());
    let mut client = server.connect();
    client.send("GET /stream/50000000 HTTP/1.0\r\n\r\n");
    server.until("the answer", |server| server.counters.state(State::Active) == 1);
    client.stream.read_exact(&mut [0; 100]).unwrap();
    server.drain(10 * MS);
    server.join();
    assert!(end_of(&mut client).0);
}

fn refuses_and_closes_in_stages(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { body_bytes: 1000, ..Limits::default() });
    let mut client = server.connect();
    client.get("/later").send("hello\r\n\r\n");
    std::thread::sleep(5 * MS);
    // What is sent behind the refusal does not reset it.
    client.send("x".repeat(1000));
    let text = client.until_closed();
    assert_eq!(text.matches("HTTP/1.1 ").count(), 2);
    assert!(text.contains("400 Bad Request") && text.contains("Connection: close") && text.ends_with("}}"), "{text}");
    drop(client);
    for (request, status) in [
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        ("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", 400),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 405),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: cake\r\n\r\n[]", 417),
    ] {
        let text = server.connect().send(request).until_closed();
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")) && text.ends_with("}}"), "{text}");
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1);
    }
    let long = format!("GET /{} HTTP/1.1\r\n", "x".repeat(20_000));
    let text = server.connect().send(long).until_closed();
    assert!(text.starts_with("HTTP/1.1 414 "), "{text}");
    server.is_clean();
    assert_eq!(server.seen.gone.lock().unwrap().len(), 1);
}

fn throws_away_what_nobody_wants(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { body_bytes: 1000, ..Limits::default() });
    let mut client = server.connect();
    let head = "Host: a\r\nContent-Length: 3000000\r\n\r\n";
    client.send(format!("POST /echo HTTP/1.1\r\n{head}"));
    assert_eq!(client.response().0, 413);
    client.send("1".repeat(3_000_000));
    assert_eq!(client.get("/a").response().2, b"/a");
    for chunk in 0..3 {
        client.send(if chunk == 0 { "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" } else { "" });
        client.send(format!("258\r\n{}\r\n", "1".repeat(600)));
    }
    assert_eq!(client.response().0, 413);
    client.send("0\r\n\r\n");
    for (path, status) in [("/missing", 404), ("/refused", 415), ("/early", 200)] {
        assert_eq!(client.send(post(path, "abc")).response().0, status);
        assert_eq!(client.send(chunked(path, &["abc", "def"])).response().0, status);
    }
    assert_eq!(client.get("/b").response().2, b"/b");
    drop(client);
    // Nobody reads so much: the connection is closed.
    let mut client = server.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n");
    let text = client.until_closed();
    assert!(text.contains("413 ") && text.contains("Connection: close"), "{text}");
    drop(client);
    server.is_clean();
}

fn tells_to_continue(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { body_bytes: 1000, ..Limits::default() });
    let head =
        |path: &str, size: usize| format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n");
    for path in ["/echo", "/upload"] {
        let mut client = server.connect();
        client.send(head(path, 2));
        assert_eq!(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
        assert_eq!(client.send("[]").response().0, 200);
        // Only behind the answers that are due, and not when the body is here.
        client.send(format!("GET /later HTTP/1.1\r\nHost: a\r\n\r\n{}", head(path, 2)));
        assert_eq!(client.response().0, 200);
        assert_eq!(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
        assert_eq!(client.send("[]").response().0, 200);
        assert_eq!(client.send(format!("{}[]", head(path, 2))).response().0, 200);
    }
    for path in ["/missing", "/refused"] {
        let text = server.connect().send(head(path, 2)).until_closed();
        assert!(!text.contains("100 Continue") && text.contains("Connection: close"), "{text}");
        assert!(text.ends_with("}}") || text.ends_with("missing"), "{text}");
    }
    // Whoever was told to continue does: the body is thrown away.
    let mut client = server.connect();
    client.send(head("/early", 2));
    client.until("early");
    assert_eq!(client.send("[]").get("/a").response().2, b"/a");
    drop(client);
    let text = server.connect().send(head("/echo", 2000)).until_closed();
    assert!(text.starts_with("HTTP/1.1 413 ") && text.contains("Connection: close"), "{text}");
    server.is_clean();
}

fn meets_deadlines(start: &dyn Fn(Limits) -> Server) {
    let time = 150 * MS;
    let check = |limits: Limits, send: &str, expected: &str, is_longer: bool| {
        let server = start(limits);
        let began = Instant::now();
        let text = server.connect().send(send).until_closed();
        assert!(if expected.is_empty() { text.is_empty() } else { text.contains(expected) }, "{text}");
        assert!(began.elapsed() >= if is_longer { 950 * MS } else { time - 10 * MS }, "{:?}", began.elapsed());
        server.is_clean();
    };
    let body = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n";
    check(Limits { head_time: time, ..Limits::default() }, "GET /", "HTTP/1.1 408 ", false);
    check(Limits { head_time: time, ..Limits::default() }, "", "", false);
    check(Limits { idle_time: time, ..Limits::default() }, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n/a", false);
    check(Limits { body_time: time, ..Limits::default() }, body, "HTTP/1.1 408 ", false);
    check(Limits { body_time: time, ..Limits::default() }, &body.replace("echo", "upload"), "HTTP/1.1 408 ", false);
    check(Limits { bytes_per_second: 1000, ..Limits::default() }, body, "HTTP/1.1 408 ", true);
    let server = start(Limits { handler_time: time, ..Limits::default() });
    let mut client = server.connect();
    client.get("/never").get("/a");
    assert_eq!(client.response().0, 504);
    assert_eq!(client.response().2, b"/a");
    assert_eq!(server.counters.handler_timeouts.get(), 1);
    assert_eq!(server.seen.gone.lock().unwrap()[0].1, Gone::Expired);
    drop(client);
    server.is_clean();
    let server = start(Limits { write_time: time, ..Limits::default() });
    let mut client = server.connect();
    client.get("/large/50000000");
    server.until("the cut", |server| server.counters.write_timeouts.get() == 1);
    let mut received = Vec::new();
    assert!(client.stream.read_to_end(&mut received).is_err() || received.len() < 50_000_000);
    server.is_clean();
}

fn answers_whoever_only_listens(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    for path in ["/a", "/later", "/stream/100000"] {
        let mut client = server.connect();
        client.get(path);
        client.stream.shutdown(Shutdown::Write).unwrap();
        let text = client.until_closed();
        assert!(text.starts_with("HTTP/1.1 200 ") && text.len() > 50, "{text}");
    }
    // A request that stays incomplete is refused.
    for half in ["GET /a HT", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"] {
        let mut client = server.connect();
        client.send(half);
        client.stream.shutdown(Shutdown::Write).unwrap();
        assert!(client.until_closed().starts_with("HTTP/1.1 400 "));
    }
    server.is_clean();
    let before = server.seen.ended.load(std::sync::atomic::Ordering::SeqCst);
    let mut client = server.connect();
    client.get("/never");
    server.until("the request", |server| server.counters.state(State::Active) == 1);
    client.stream.shutdown(Shutdown::Write).unwrap();
    server.until("the news", |server| server.seen.ended.load(std::sync::atomic::Ordering::SeqCst) > before);
}

fn forgets_clients_that_left(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    for path in ["/never", "/upload", "/large/10000000", "/stream/10000000"] {
        let mut client = server.connect();
        client.send(format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456"));
        if path != "/upload" {
            client.send("789");
        }
        server.until("the request", |server| server.counters.state(State::Active) >= 1);
        reset(client);
        server.is_clean();
    }
    let gone = server.seen.gone.lock().unwrap();
    assert!(gone.len() >= 2 && gone.iter().all(|(_, why)| *why == Gone::Left), "{gone:?}");
}

/// Closes with RST.
fn reset(client: Client) {
    // A socket with unread bytes or with SO_LINGER of 0 is reset when it is closed.
    let on = libc::linger { l_onoff: 1, l_linger: 0 };
    let socket = std::os::fd::AsRawFd::as_raw_fd(&client.stream);
    // SAFETY: `on` is a `linger` and lives during the call.
    unsafe { libc::setsockopt(socket, libc::SOL_SOCKET, libc::SO_LINGER, (&raw const on).cast(), size_of::<libc::linger>() as u32) };
}

fn drains(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let (mut idle, mut fresh, mut slow, mut busy) = (server.connect(), server.connect(), server.connect(), server.connect());
    idle.get("/a").response();
    busy.get("/never");
    slow.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
    server.until("the requests", |server| server.counters.state(State::Active) == 2);
    let address = server.address;
    server.drain(1500 * MS);
    let began = Instant::now();
    assert_eq!((idle.until_closed(), fresh.until_closed()), (String::new(), String::new()));
    assert!(began.elapsed() < 1000 * MS);
    assert!(std::net::TcpStream::connect(address).is_err());
    let text = slow.send("cd").until_closed();
    assert!(text.contains("Connection: close") && text.ends_with("abcd"), "{text}");
    let mut rest = Vec::new();
    _ = busy.stream.read_to_end(&mut rest);
    assert!(rest.is_empty() && began.elapsed() > 1000 * MS);
    server.join();
}

fn drains_under_load_without_a_failure(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let mut client = (server.connect(), client);
            std::thread::spawn(move || {
                let (client, number) = (&mut client.0, client.1);
                for request in 1.. {
                    // Whoever is not told that the connection closes goes on, and has to be answered.
                    let (status, head, _) = client.get(if number % 2 == 0 { "/a" } else { "/later" }).response();
                    assert_eq!(status, 200);
                    if head.contains("Connection: close") {
                        return request;
                    }
                }
                0
            })
        })
        .collect();
    server.until("some load", |server| server.counters.answers.get() > 200);
    server.drain(5000 * MS);
    let served: u64 = clients.into_iter().map(|client| client.join().unwrap()).sum();
    assert_eq!((server.counters.requests.get(), server.counters.answers.get()), (served, served));
    server.join();
}

fn keeps_to_its_limits(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { connections: 2, ..Limits::default() });
    let (mut first, mut second) = (server.connect(), server.connect());
    first.get("/a").response();
    second.get("/a").response();
    let mut third = server.connect();
    let mut rest = Vec::new();
    _ = third.stream.read_to_end(&mut rest);
    assert!(rest.is_empty());
    assert_eq!(server.counters.shed.get(), 1);
    drop(first);
    server.until("a place", |server| server.counters.closed.get() == 1);
    server.connect().get("/b").response();
    // Who does not read his answers is not read from: the server holds a few of them, and no more.
    let request = "GET /large/100000 HTTP/1.1\r\nHost: a\r\n\r\n";
    second.stream.set_write_timeout(Some(200 * MS)).unwrap();
    let mut sent = 0;
    while sent < 1_000_000 && std::io::Write::write(&mut second.stream, request.repeat(100).as_bytes()).is_ok() {
        sent += 100;
    }
    assert!(sent < 1_000_000, "the server has read {sent} requests");
    assert!(server.counters.answers.get() < 1000);
    drop(second);
    server.is_clean();
}

fn processes_nothing_behind_the_last_answer(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let (mut client, mut other) = (server.connect(), server.connect());
    client.get("/reversed-close").send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    server.until("both heads", |server| server.counters.requests.get() == 2);
    other.get("/reversed").get("/reversed");
    assert!(client.response().1.contains("Connection: close"));
    client.send("cde");
    assert_eq!(client.until_closed(), "");
    drop(other);
    server.is_clean();
    assert_eq!(server.seen.served.load(std::sync::atomic::Ordering::SeqCst), 3);
}

fn drains_what_has_begun(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits::default());
    let (mut client, mut other) = (server.connect(), server.connect());
    client.get("/reversed").send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    other.get("/reversed");
    server.until("all heads", |server| server.counters.requests.get() == 3);
    server.drain(5000 * MS);
    std::thread::sleep(50 * MS);
    other.get("/reversed");
    // The request whose body is arriving has begun: the answer before it is not the last one.
    let (status, head, _) = client.response();
    assert!(status == 200 && !head.contains("Connection: close"), "{head}");
    let (status, head, body) = client.send("cde").response();
    assert!(status == 200 && head.contains("Connection: close") && body == b"abcde", "{head}");
    assert_eq!(client.until_closed(), "");
    server.join();
}

fn gives_time_to_whoever_waits_for_his_turn(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { body_time: 100 * MS, ..Limits::default() });
    let (mut client, mut other) = (server.connect(), server.connect());
    client.get("/reversed").send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    std::thread::sleep(300 * MS);
    other.get("/reversed").get("/reversed");
    assert_eq!(client.response().0, 200);
    assert_eq!(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(client.send("[]").response().2, b"[]");
    // Whoever was told has the time of a body.
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assert!(client.until_closed().contains("408 "));
}

fn refuses_a_chunk_that_is_announced(start: &dyn Fn(Limits) -> Server) {
    let server = start(Limits { body_bytes: 1000, ..Limits::default() });
    for (path, size) in [("/echo", "3e9"), ("/echo", "ffffffffffffffff"), ("/upload", "3e9")] {
        let mut client = server.connect();
        client.send(format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n"));
        assert_eq!(client.response().0, 413);
    }
    let mut client = server.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
    assert_eq!(client.send(format!("{}\r\n0\r\n\r\n", "x".repeat(1000))).response().2.len(), 1000);
    drop(client);
    server.is_clean();
}

fn serves_whom_the_system_has_accepted(system: impl FnOnce(Listener) -> System) {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.address().unwrap();
    let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: Arc::default() };
    let mut plane = Plane::new(system(listener), service, Limits::default(), Arc::new(Counters::new(1)));
    let mut client = std::net::TcpStream::connect(address).unwrap();
    client.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    plane.drain(5000 * MS);
    let began = Instant::now();
    while !plane.is_drained() && began.elapsed() < 5000 * MS {
        plane.turn(Some(10 * MS), Budget::default()).unwrap();
    }
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 ") && text.ends_with("/a"), "{text}");
}

#[test]
fn a_drain_serves_whom_the_system_has_accepted() {
    serves_whom_the_system_has_accepted(|listener| System::new(listener, Io::Epoll).unwrap());
    if Uring::probe() {
        serves_whom_the_system_has_accepted(|listener| System::new(listener, Io::Uring).unwrap());
    }
}

/// Requests of `sizes` bytes, each of which has come as a whole before the plane looks: nothing more comes that would tell it of what is left.
fn takes_all_that_has_come(system: impl FnOnce(Listener) -> System, sizes: &'static [usize]) {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.address().unwrap();
    let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: Arc::default() };
    let mut plane = Plane::new(system(listener), service, Limits::default(), Arc::new(Counters::new(1)));
    let client = std::thread::spawn(move || {
        let stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(10_000 * MS)).unwrap();
        let mut client = Client { stream, received: Vec::new() };
        for size in sizes {
            let head = post("/echo", "").len() + size.to_string().len() - 1;
            let body = "b".repeat(size - head);
            assert_eq!(client.send(post("/echo", &body)).response().2.len(), body.len());
        }
        // The end that stands behind a request is found with it.
        client.send(post("/echo", "last"));
        client.stream.shutdown(Shutdown::Write).unwrap();
        assert!(client.until_closed().ends_with("last"));
    });
    while !client.is_finished() {
        std::thread::sleep(3 * MS);
        plane.turn(Some(100 * MS), Budget::default()).unwrap();
    }
    client.join().unwrap();
}

#[test]
fn nothing_that_has_come_is_left() {
    // The first one widens the window, so that the others come whole; then sizes about that of the buffer.
    const SIZES: &[usize] = &[900_000, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 200_000, 65_536];
    takes_all_that_has_come(|listener| System::new(listener, Io::Epoll).unwrap(), SIZES);
    if Uring::probe() {
        takes_all_that_has_come(|listener| System::new(listener, Io::Uring).unwrap(), SIZES);
    }
}

#[test]
fn an_abort_ends_a_drain() {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let address = listener.address().unwrap();
    let service = TestService { jobs: Vec::new(), reversed: Vec::new(), uploads: HashMap::new(), seen: Arc::default() };
    let mut plane = Plane::new(Epoll::new(listener).unwrap(), service, Limits::default(), Arc::new(Counters::new(1)));
    let mut client = std::net::TcpStream::connect(address).unwrap();
    client.write_all(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n").unwrap();
    plane.drain(Duration::from_secs(60));
    plane.abort();
    let began = Instant::now();
    while !plane.is_drained() {
        plane.turn(Some(10 * MS), Budget::default()).unwrap();
        assert!(began.elapsed() < 5000 * MS);
    }
}

macro_rules! on_each_driver {
    ($($name:ident: $make:expr;)+) => {
        $(mod $name {
            use super::*;

            fn start(limits: Limits) -> Server {
                Server::start(limits, $make)
            }

            on_each_driver!(@tests answers_on_one_connection takes_a_request_in_any_pieces answers_in_order moves_large_bodies speaks_http_1_0_and_head
                resets_what_would_look_whole waits_for_nothing_behind_empty_lines
                refuses_and_closes_in_stages throws_away_what_nobody_wants tells_to_continue meets_deadlines answers_whoever_only_listens
                forgets_clients_that_left drains drains_under_load_without_a_failure keeps_to_its_limits processes_nothing_behind_the_last_answer
                drains_what_has_begun gives_time_to_whoever_waits_for_his_turn refuses_a_chunk_that_is_announced);
        })+
    };
    (@tests $($test:ident)+) => {
        $(#[test]
        fn $test() {
            super::$test(&start);
        })+
    };
}

on_each_driver! {
    epoll: |listener| Epoll::new(listener).unwrap();
    uring: |listener| Uring::new(listener).unwrap();
}
