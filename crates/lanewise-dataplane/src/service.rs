//! What answers: the trait that a plane is generic over, and what passes between the two.

use crate::driver::Link;
use lanewise_http::date::ImfDate;
use lanewise_http::{Head, Refusal, Version};
use std::net::SocketAddr;

/// Names one request. A stale one, whose request has been answered or whose client has gone, is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The place of its connection.
    pub connection: u32,
    /// How often that place had been given away before.
    pub generation: u32,
    /// The number of the request within its connection.
    pub request: u32,
}

impl Token {
    pub(crate) fn link(self) -> Link {
        Link { index: self.connection, generation: self.generation }
    }
}

/// One request, in memory of the plane: it may be looked at until the call returns.
#[derive(Debug)]
pub struct Request<'r> {
    /// Names it from now on.
    pub token: Token,
    /// What its head says.
    pub head: &'r Head,
    /// The bytes that `head` speaks of.
    pub head_bytes: &'r [u8],
    /// Its body, without the chunks that it may have come in; empty while it is not there.
    pub body: &'r [u8],
    /// The address of the client.
    pub peer: SocketAddr,
}

/// What becomes of a body that a head announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// `serve` is called with the body when it is complete.
    Collect,
    /// `serve` is called at once, without the body, which comes by `piece` then.
    Stream,
    /// `serve` is called at once, without the body, which is thrown away.
    Discard,
    /// The failure of the refusal is the answer, and the body is thrown away.
    Refuse(Refusal),
}

/// Whether a request has its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// The whole response was appended to the reply.
    Now,
    /// `Plane::answer` or `Plane::begin` follow; what was appended is forgotten.
    Later,
}

/// Whether more of a body is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    More,
    /// Not before `Plane::resume`.
    Pause,
}

/// Why a request is over without the answer of its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The client has left.
    Left,
    /// There was no answer in time: the client was told 504.
    Expired,
    /// The plane has cut the connection: its client did not take what was sent, or `abort` was called.
    Cut,
    /// The body did not arrive as it was announced: malformed, too large or too late. The client was told so.
    Refused(Refusal),
}

/// What answers the requests of one plane. It is asked on the plane's thread and must not block.
pub trait Service {
    /// What becomes of the body of this request; asked once, before the body is read, unless `serve_whole` is. Its `token` is not in use yet.
    fn admit(&mut self, request: &Request<'_>) -> Admission;

    /// Answers, or says that the answer follows.
    fn serve(&mut self, request: &Request<'_>, reply: &mut Reply<'_>) -> Served;

    /// The same as `admit` and `serve` for a request whose body is there already, so that one look at its head may do for both: what `admit` says is
    /// the error unless it is `Collect`.
    ///
    /// # Errors
    /// What becomes of the body, when nothing was appended and the request is served without it.
    fn serve_whole(&mut self, request: &Request<'_>, reply: &mut Reply<'_>) -> Result<Served, Admission> {
        match self.admit(request) {
            Admission::Collect => Ok(self.serve(request, reply)),
            other => Err(other),
        }
    }

    /// The next bytes of a streamed body; `end` comes once, possibly with no bytes.
    fn piece(&mut self, token: Token, data: &[u8], end: bool) -> Flow;

    /// The request is over, for a reason that lies not with the service. Comes only for requests that have not been answered, once.
    fn gone(&mut self, token: Token, why: Gone);

    /// A streamed response that was told `Room::Full` may go on.
    fn writable(&mut self, token: Token);

    /// What the service has not been asked about was refused, in its stead: `received` is as much of it as is there, from the first byte of its head on.
    fn refused(&mut self, why: Refusal, received: &[u8], peer: SocketAddr) {
        _ = (why, received, peer);
    }

    /// The client of this request sends no more. It may be waiting for the answer, or be gone: only an attempt to answer tells.
    fn ended(&mut self, token: Token) {
        _ = token;
    }
}

/// Where a response is written.
pub struct Reply<'p> {
    /// The response is appended here: head and body.
    pub out: &'p mut Vec<u8>,
    pub(crate) start: usize,
    pub(crate) keep_alive: bool,
    pub(crate) is_head: bool,
    pub(crate) is_chunked: bool,
    pub(crate) version: Version,
    pub(crate) date: &'p ImfDate,
    pub(crate) route: u16,
    pub(crate) status: u16,
}

impl Reply<'_> {
    /// Whether the connection stays open: the response says `Connection: close` otherwise.
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Has the connection closed after this response.
    pub fn close(&mut self) {
        self.keep_alive = false;
    }

    /// Whether the request was HEAD: the response has no body, whatever its fields say.
    pub fn is_head(&self) -> bool {
        self.is_head
    }

    /// In `Plane::begin`, whether the body goes out in chunks: the head says `Transfer-Encoding: chunked` then. False elsewhere.
    pub fn is_chunked(&self) -> bool {
        self.is_chunked
    }

    /// The version of the request. A response to HTTP/1.0 keeps the connection open only where it says so.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The value of the `Date` field.
    pub fn date(&self) -> &ImfDate {
        self.date
    }

    /// What the response counts as. A request that is answered later keeps the route that was set when it was served.
    pub fn count(&mut self, route: u16, status: u16) {
        self.route = route;
        self.status = status;
    }

    /// The status that was given to `count`.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What was appended to this response.
    pub fn written(&self) -> &[u8] {
        &self.out[self.start..]
    }

    /// Forgets what was appended to this response.
    pub fn clear(&mut self) {
        self.out.truncate(self.start);
    }
}

/// Whether a streamed response may be written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Go on.
    More,
    /// The bytes were taken, but wait for `Service::writable`.
    Full,
    /// The request is over; the bytes were dropped.
    Gone,
}
