//! What a plane knows of a connection, of a request whose body is arriving, and of one that waits for its answer.

use crate::counters::State;
use lanewise_http::{BodyReader, Head, HeadReader, Version};
use std::net::SocketAddr;
use std::time::Duration;

/// No exchange.
pub(super) const NONE: u32 = u32::MAX;

/// One connection. While it is idle, none of its buffers has memory.
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    /// Reads the head of which `input` has the beginning.
    pub(super) reader: Option<Box<HeadReader>>,
    /// The beginning of a head; or the head of `message`, and as much of its collected body as there is.
    pub(super) input: Vec<u8>,
    /// The request whose body is arriving.
    pub(super) message: Option<Box<Message>>,
    /// Received, and not looked at yet from `backlog_start` on: requests that have to wait, or a body that is paused.
    pub(super) backlog: Vec<u8>,
    pub(super) backlog_start: usize,
    /// To be sent from `out_start` on, behind what the driver has.
    pub(super) out: Vec<u8>,
    pub(super) out_start: usize,
    /// Bytes that the driver is sending.
    pub(super) in_flight: usize,
    /// The system takes nothing more until it says so.
    pub(super) is_blocked: bool,
    /// The driver receives.
    pub(super) is_receiving: bool,
    /// The client sends no more, and `backlog` is what is left of what it sent.
    pub(super) is_ended: bool,
    /// What had to be done about the end has been done.
    pub(super) has_seen_end: bool,
    /// No further request is read; the connection is closed when everything has been answered.
    pub(super) is_last: bool,
    /// FIN was sent. A connection is closed in stages, since the client may still be sending (RFC 9112 section 9.6).
    pub(super) is_lingering: bool,
    /// Its end is that of the body of an answer: one that is cut short may not end alike (RFC 9112 section 8).
    pub(super) ends_body: bool,
    /// The body that it ends is cut short: it is ended by a reset.
    pub(super) resets: bool,
    /// Listed for the next flush.
    pub(super) is_dirty: bool,
    /// It has sent a request.
    pub(super) is_used: bool,
    /// The exchanges that are not over, in the order of their requests.
    pub(super) front: u32,
    pub(super) back: u32,
    pub(super) exchanges: usize,
    /// The number of the next request.
    pub(super) request_next: u32,
    /// Since when it waits for a head, for its end, or for the client to close, in nanoseconds as all times.
    pub(super) since: u64,
    /// What is sent waits for the client.
    pub(super) is_waiting: bool,
    /// Since when the client has to take what is sent, and how much had been sent then; of no meaning while nothing waits.
    pub(super) write_since: u64,
    pub(super) write_mark: u64,
    /// Bytes that were sent.
    pub(super) sent: u64,
    /// Bytes that were thrown away behind the last request.
    pub(super) discarded: u64,
    pub(super) state: State,
}

impl Connection {
    pub(super) fn new(peer: SocketAddr, now: u64) -> Self {
        Self {
            peer,
            reader: None,
            input: Vec::new(),
            message: None,
            backlog: Vec::new(),
            backlog_start: 0,
            out: Vec::new(),
            out_start: 0,
            in_flight: 0,
            is_blocked: false,
            is_receiving: true,
            is_ended: false,
            has_seen_end: false,
            is_last: false,
            is_lingering: false,
            ends_body: false,
            resets: false,
            is_dirty: false,
            is_used: false,
            front: NONE,
            back: NONE,
            exchanges: 0,
            request_next: 0,
            since: now,
            is_waiting: false,
            write_since: 0,
            write_mark: 0,
            sent: 0,
            discarded: 0,
            state: State::New,
        }
    }

    /// Bytes that wait to be sent or are being sent.
    pub(super) fn unsent(&self) -> usize {
        self.out.len() - self.out_start + self.in_flight
    }

    /// The time that the client has to take what is sent begins, unless it has begun.
    pub(super) fn begin_to_wait(&mut self, now: u64) {
        if !self.is_waiting {
            self.is_waiting = true;
            self.write_since = now;
            self.write_mark = self.sent;
        }
    }

    pub(super) fn has_backlog(&self) -> bool {
        self.backlog_start < self.backlog.len()
    }

    /// A head has begun. Empty lines before one are nothing yet (RFC 9112 section 2.2).
    pub(super) fn has_begun_head(&self) -> bool {
        self.reader.is_some() && !is_blank(&self.input)
    }

    /// Everything has been answered and sent, and nothing of another request is there.
    pub(super) fn is_idle(&self) -> bool {
        self.exchanges == 0 && self.unsent() == 0 && self.message.is_none() && !self.has_begun_head() && !self.has_backlog()
    }

    pub(super) fn state_now(&self) -> State {
        if self.is_lingering {
            State::Closing
        } else if !self.is_idle() {
            State::Active
        } else if self.is_used {
            State::Idle
        } else {
            State::New
        }
    }
}

/// Nothing but line ends.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

/// What becomes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is kept until it is complete.
    Collect,
    /// It goes to the service as it comes.
    Stream,
    /// Nobody wants it.
    Discard,
}

/// What a body may take. Others are set for those that begin later.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BodyLimits {
    pub(super) bytes: u64,
    pub(super) time: Duration,
    pub(super) bytes_per_second: u64,
}

/// A request whose body is arriving.
pub(super) struct Message {
    pub(super) head: Head,
    pub(super) body: BodyReader,
    pub(super) mode: Mode,
    /// The number of the request; that of a collected one is given when it is served.
    pub(super) request: u32,
    /// Bytes of the body that have come.
    pub(super) received: u64,
    /// Those that it began under.
    pub(super) limits: BodyLimits,
    /// Bytes of the body that are announced; `None`: it comes in chunks.
    pub(super) announced: Option<u64>,
    /// When the body began, or began to be thrown away; put off by as long as the service had it paused.
    pub(super) started: u64,
    /// What had been received when it began to be thrown away.
    pub(super) unwanted_from: u64,
    /// Since when the service wants no more for now.
    pub(super) paused_at: Option<u64>,
    /// The client waits to be told to go on.
    pub(super) continue_due: bool,
}

/// A request that waits for its answer, or for the answers before its own.
pub(super) struct Exchange {
    pub(super) request: u32,
    pub(super) next: u32,
    pub(super) answer: Answer,
    pub(super) keep_alive: bool,
    pub(super) is_head: bool,
    pub(super) version: Version,
    pub(super) route: u16,
    pub(super) started: u64,
    /// Since when the service has all that it needs for the answer, and how long it may take.
    pub(super) due_from: u64,
    pub(super) time: Duration,
}

/// How far the answer of an exchange is.
pub(super) enum Answer {
    /// The service owes it.
    Waiting,
    /// It is here, behind answers that are not.
    Ready(Vec<u8>),
    /// It is written bit by bit; `ahead` is what waits behind answers that are not there yet.
    Streaming { body: StreamBody, ahead: Vec<u8>, is_full: bool },
}

/// What says where the body of a streamed response ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamBody {
    /// There is none: the request was HEAD.
    Absent,
    /// Chunks.
    Chunked,
    /// So many bytes are to come.
    Length(u64),
    /// The end of the connection.
    UntilClose,
}
