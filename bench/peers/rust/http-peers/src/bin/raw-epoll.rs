//! The smallest loop that still answers correctly: `epoll_wait`, `recv`, look for the blank line, `send`. One thread.
//!
//! A GET gets a constant, a POST its own body, which nobody looks at. Nothing of a head is read but its end, and the Content-Length of a
//! POST. Pipelined requests are answered in order, and what arrives or leaves in pieces is kept. It shows what the kernel takes
//! for itself, a floor that a real server cannot go below by this interface.
use std::io::{ErrorKind, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use memchr::memmem;
use rustix::event::epoll;

const CONSTANT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{\"message\":\"hello\"}";
const LISTENER: u64 = u64::MAX;
const SCRATCH_BYTES: usize = 64 << 10;
const HEAD_BYTES_MAX: usize = 16 << 10;
const BODY_BYTES_MAX: usize = 1 << 20;

struct Connection {
    stream: TcpStream,
    /// The beginning of a request whose rest has not come.
    received: Vec<u8>,
    /// The end of replies that the socket did not take.
    unsent: Vec<u8>,
}

/// What the next bytes of a connection are.
enum Found {
    /// A whole request: where its body begins and ends.
    Request(usize, usize),
    Part,
    /// Beyond the limits, or without a length that can be read.
    Refused,
}

fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    println!("listening on http://{}", listener.local_addr()?);
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&poll, &listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
    let mut connections: Vec<Option<Connection>> = Vec::new();
    let mut events = Vec::with_capacity(512);
    let mut scratch = vec![0; SCRATCH_BYTES];
    let mut replies = Vec::with_capacity(SCRATCH_BYTES);
    loop {
        events.clear();
        match epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), None) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other?,
        };
        for event in &events {
            if event.data.u64() == LISTENER {
                accept(&listener, &poll, &mut connections)?;
                continue;
            }
            let index = event.data.u64() as usize;
            let Some(connection) = connections[index].as_mut() else { continue };
            let open = match connection.unsent.is_empty() {
                true => serve(connection, &poll, &mut scratch, &mut replies),
                false => send_rest(connection, &poll),
            };
            // Closing a socket takes it out of the poll.
            if !matches!(open, Ok(true)) {
                connections[index] = None;
            }
        }
    }
}

/// Accepts what has come; each connection has its place at its descriptor.
fn accept(listener: &TcpListener, poll: &impl std::os::fd::AsFd, connections: &mut Vec<Option<Connection>>) -> Result<()> {
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            // The client has gone again.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error),
        };
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let index = stream.as_raw_fd() as usize;
        epoll::add(poll, &stream, epoll::EventData::new_u64(index as u64), epoll::EventFlags::IN)?;
        if connections.len() <= index {
            connections.resize_with(index + 1, || None);
        }
        connections[index] = Some(Connection { stream, received: Vec::new(), unsent: Vec::new() });
    }
}

/// One `recv`, and one `send` of all replies to what has come. False: the connection is over.
fn serve(connection: &mut Connection, poll: &impl std::os::fd::AsFd, scratch: &mut [u8], replies: &mut Vec<u8>) -> Result<bool> {
    let size = match connection.stream.read(scratch) {
        Ok(0) => return Ok(false),
        Ok(size) => size,
        Err(error) => return still_open(error),
    };
    replies.clear();
    let open = if connection.received.is_empty() {
        let (consumed, open) = answer(&scratch[..size], replies);
        connection.received.extend_from_slice(&scratch[consumed..size]);
        open
    } else {
        connection.received.extend_from_slice(&scratch[..size]);
        let (consumed, open) = answer(&connection.received, replies);
        connection.received.drain(..consumed);
        open
    };
    if replies.is_empty() {
        return Ok(open);
    }
    let sent = send(&mut connection.stream, replies)?;
    if sent < replies.len() {
        connection.unsent.extend_from_slice(&replies[sent..]);
        let data = epoll::EventData::new_u64(connection.stream.as_raw_fd() as u64);
        epoll::modify(poll, &connection.stream, data, epoll::EventFlags::OUT)?;
    }
    Ok(open)
}

/// Appends a reply to each whole request. Returns how far that got, and whether more may follow.
fn answer(bytes: &[u8], replies: &mut Vec<u8>) -> (usize, bool) {
    let mut at = 0;
    while at < bytes.len() {
        match next(&bytes[at..]) {
            Found::Part => break,
            Found::Refused => return (bytes.len(), false),
            Found::Request(body, end) if body == end => {
                replies.extend_from_slice(CONSTANT);
                at += end;
            }
            Found::Request(body, end) => {
                let head = format_args!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", end - body);
                let _ = replies.write_fmt(head);
                replies.extend_from_slice(&bytes[at + body..at + end]);
                at += end;
            }
        }
    }
    (at, true)
}

fn next(bytes: &[u8]) -> Found {
    let Some(blank) = memmem::find(bytes, b"\r\n\r\n") else {
        return if bytes.len() > HEAD_BYTES_MAX { Found::Refused } else { Found::Part };
    };
    let body = blank + 4;
    if bytes[0] != b'P' {
        return Found::Request(body, body);
    }
    match content_length(&bytes[..blank]) {
        Some(size) if size <= BODY_BYTES_MAX && bytes.len() - body >= size => Found::Request(body, body + size),
        Some(size) if size <= BODY_BYTES_MAX => Found::Part,
        _ => Found::Refused,
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"\r\ncontent-length:";
    let at =
        memchr::memchr_iter(b'\r', head).find(|&at| head[at..].get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))?;
    let value = &head[at + NAME.len()..];
    let end = memchr::memchr(b'\r', value).unwrap_or(value.len());
    str::from_utf8(&value[..end]).ok()?.trim().parse().ok()
}

/// Sends what an earlier `send` did not take, then reads again.
fn send_rest(connection: &mut Connection, poll: &impl std::os::fd::AsFd) -> Result<bool> {
    let sent = send(&mut connection.stream, &connection.unsent)?;
    connection.unsent.drain(..sent);
    if connection.unsent.is_empty() {
        let data = epoll::EventData::new_u64(connection.stream.as_raw_fd() as u64);
        epoll::modify(poll, &connection.stream, data, epoll::EventFlags::IN)?;
    }
    Ok(true)
}

/// How much of it the socket took.
fn send(stream: &mut TcpStream, bytes: &[u8]) -> Result<usize> {
    match stream.write(bytes) {
        Err(error) => still_open(error).map(|_| 0),
        sent => sent,
    }
}

/// Nothing to do now is no error.
fn still_open(error: std::io::Error) -> Result<bool> {
    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) { Ok(true) } else { Err(error) }
}
