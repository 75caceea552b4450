//! What a client may take of the server: bytes, time, places.

use lanewise_http::HeadLimits;
use std::time::Duration;

/// The limits of a plane. They are applied to what begins after they were set.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes and fields of a request's head.
    pub head: HeadLimits,
    /// Bytes of a request's body.
    pub body_bytes: u64,
    /// Bytes a second that a body has to bring on average, after its first second; also what an answer has to lose.
    pub bytes_per_second: u64,
    /// Connections that may be open; one more is closed at once.
    pub connections: usize,
    /// Requests of one connection that may wait for their answers; what a client sends ahead of them stays in its socket.
    pub pipelined: usize,
    /// From the first byte of a head, or from the start of the connection, to the head's end; else 408.
    pub head_time: Duration,
    /// From the head to the end of the body; else 408.
    pub body_time: Duration,
    /// Between an answer and the next request; then the connection is closed.
    pub idle_time: Duration,
    /// For how long a client may take less than it has to of an answer; then the connection is cut.
    pub write_time: Duration,
    /// From the end of the request to the answer, or to its beginning where it is streamed; a body that the service has paused counts too. Else 504.
    pub handler_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: HeadLimits { bytes: 16 << 10, fields: 100 },
            body_bytes: 1 << 20,
            bytes_per_second: 1 << 10,
            connections: 100_000,
            pipelined: 16,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(60),
            write_time: Duration::from_secs(30),
            handler_time: Duration::from_secs(30),
        }
    }
}
