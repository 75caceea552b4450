//! One connection: at most one request is under way on it.
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use memchr::memmem;

/// A server that takes longer for the first answer is not there.
const FIRST_ANSWER: Duration = Duration::from_secs(20);
const NAME: &[u8] = b"\r\ncontent-length:";

pub struct Connection {
    pub stream: TcpStream,
    /// How much of the request has been sent.
    sent: usize,
    /// What has come of the reply.
    received: Vec<u8>,
    /// The size of the reply, once its head is there.
    size: Option<usize>,
}

impl Connection {
    /// Connects, and asks once.
    ///
    /// # Errors
    /// Those of the socket, and a reply that is not 200 with a Content-Length.
    pub fn open(address: &str, request: &[u8]) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(FIRST_ANSWER))?;
        let mut connection = Self { stream, sent: 0, received: Vec::new(), size: None };
        connection.stream.write_all(request)?;
        let mut scratch = vec![0; 64 << 10];
        let begun = Instant::now();
        while !connection.receive(&mut scratch)? {
            if begun.elapsed() > FIRST_ANSWER {
                return Err(Error::new(ErrorKind::TimedOut, "the server does not answer"));
            }
        }
        // An idle connection keeps no buffer, so that ten thousand of them cost the generator nothing.
        connection.received = Vec::new();
        connection.stream.set_nonblocking(true)?;
        Ok(connection)
    }

    /// Begins a request. True: it has been sent whole; otherwise `send_rest` goes on.
    pub fn send(&mut self, request: &[u8]) -> Result<bool> {
        self.sent = 0;
        self.send_rest(request)
    }

    pub fn send_rest(&mut self, request: &[u8]) -> Result<bool> {
        match self.stream.write(&request[self.sent..]) {
            Ok(size) => self.sent += size,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(self.sent == request.len())
    }

    /// Reads once. True: the reply is complete.
    pub fn receive(&mut self, scratch: &mut [u8]) -> Result<bool> {
        let size = match self.stream.read(scratch) {
            Ok(0) => return Err(Error::new(ErrorKind::UnexpectedEof, "the server has closed the connection")),
            Ok(size) => size,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        self.received.extend_from_slice(&scratch[..size]);
        if self.size.is_none() {
            self.size = reply_size(&self.received)?;
        }
        match self.size {
            Some(size) if self.received.len() > size => Err(Error::other("there is more than the reply")),
            Some(size) if self.received.len() == size => {
                self.received.clear();
                self.size = None;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// The size of a reply with its head; None while the head is not complete.
fn reply_size(bytes: &[u8]) -> Result<Option<usize>> {
    let Some(blank) = memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let head = &bytes[..blank];
    if !head.starts_with(b"HTTP/1.1 200 ") {
        return Err(Error::other(format!("the reply is not 200: {}", String::from_utf8_lossy(head))));
    }
    let length = memchr::memchr_iter(b'\r', head)
        .find(|&at| head[at..].get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))
        .and_then(|at| {
            let value = &head[at + NAME.len()..];
            let end = memchr::memchr(b'\r', value).unwrap_or(value.len());
            str::from_utf8(&value[..end]).ok()?.trim().parse::<usize>().ok()
        });
    match length {
        Some(length) => Ok(Some(blank + 4 + length)),
        None => Err(Error::other("the reply has no Content-Length")),
    }
}
