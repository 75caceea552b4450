//! From bytes to requests: heads, bodies, and what is not wanted of them.

use super::connection::{Answer, BodyLimits, Message, Mode, NONE, is_blank};
use super::{Core, DISCARDED_MAX, OUT_MAX, SPARE_MAX};
use crate::driver::Link;
use crate::limits::Limits;
use crate::service::{Admission, Flow, Gone, Reply, Request, Served, Service, Token};
use lanewise_http::response::CONTINUE;
use lanewise_http::{BodyReader, Framing, Head, Method, Refusal};
use std::mem;

impl<S: Service> Core<S> {
    /// Bytes have come. What cannot be looked at yet is kept, and the connection stops to receive.
    pub(super) fn receive(&mut self, link: Link, bytes: &[u8]) {
        let Some(connection) = self.find(link) else { return };
        let has_backlog = connection.has_backlog();
        self.counters.bytes_in.add(bytes.len() as u64);
        let taken = if has_backlog { 0 } else { self.feed(link.index, bytes) };
        if taken < bytes.len() {
            let connection = self.connections.get_mut(link.index).expect("nothing closes a connection while it is fed");
            self.pool.append(&mut connection.backlog, &bytes[taken..]);
        }
    }

    /// Goes on with what was kept. True when something of it was taken.
    pub(super) fn feed_backlog(&mut self, index: u32) -> bool {
        let connection = self.at(index);
        if !connection.has_backlog() {
            return false;
        }
        let (backlog, start) = (mem::take(&mut connection.backlog), connection.backlog_start);
        let taken = self.feed(index, &backlog[start..]);
        let connection = self.at(index);
        if start + taken < backlog.len() {
            connection.backlog = backlog;
            connection.backlog_start = start + taken;
        } else {
            connection.backlog_start = 0;
            self.pool.give(backlog);
        }
        taken > 0
    }

    /// Takes as much of `bytes` as may be looked at now, and says how much that is.
    fn feed(&mut self, index: u32, bytes: &[u8]) -> usize {
        let (mut at, pipelined) = (0, self.limits.pipelined.max(1));
        while at < bytes.len() {
            let rest = &bytes[at..];
            let connection = self.at(index);
            if connection.message.is_some() {
                let taken = self.feed_body(index, rest);
                at += taken;
                if taken == 0 {
                    break;
                }
            } else if connection.is_last {
                connection.discarded += rest.len() as u64;
                return bytes.len();
            } else if connection.exchanges >= pipelined || connection.unsent() >= OUT_MAX {
                break;
            } else {
                at += self.feed_head(index, rest);
            }
        }
        at
    }

    /// Reads on in a head, and begins its request when it is complete. Takes one byte at least.
    fn feed_head(&mut self, index: u32, bytes: &[u8]) -> usize {
        let connection = self.connections.get_mut(index).expect("the connection is being fed");
        let Some(mut reader) = connection.reader.take() else {
            return match self.reader.read(bytes, &self.limits.head, &mut self.head) {
                Ok(true) => {
                    let (head, rest) = bytes.split_at(self.head.size());
                    head.len() + self.begin(index, head, rest)
                }
                Ok(false) => {
                    connection.reader = Some(mem::replace(&mut self.reader, self.readers.pop().unwrap_or_default()));
                    connection.since = self.now;
                    self.pool.append(&mut connection.input, bytes);
                    bytes.len()
                }
                Err(refusal) => {
                    self.pool.append(&mut connection.input, bytes);
                    self.refuse_head(index, refusal, bytes.len())
                }
            };
        };
        let held = connection.input.len();
        if is_blank(&connection.input) {
            connection.since = self.now;
        }
        // One byte beyond the limit shows that the head exceeds it.
        let taken = bytes.len().min(self.limits.head.bytes.saturating_add(1).saturating_sub(held).max(1));
        self.pool.append(&mut connection.input, &bytes[..taken]);
        let result = reader.read(&connection.input, &self.limits.head, &mut self.head);
        if result == Ok(false) {
            connection.reader = Some(reader);
            return taken;
        }
        self.spare_reader(reader);
        match result {
            Ok(_) => {
                let input = mem::take(&mut self.at(index).input);
                let size = self.head.size();
                let used = size.saturating_sub(held);
                let more = self.begin(index, &input[..size], &bytes[used..]);
                self.pool.give(input);
                used + more
            }
            Err(refusal) => self.refuse_head(index, refusal, bytes.len()),
        }
    }

    fn refuse_head(&mut self, index: u32, refusal: Refusal, size: usize) -> usize {
        self.counters.requests.add(1);
        self.refuse(index, refusal);
        size
    }

    /// Begins the request of `self.head`, whose body begins with `rest`. Says how much of `rest` it took.
    fn begin(&mut self, index: u32, head_bytes: &[u8], rest: &[u8]) -> usize {
        self.counters.requests.add(1);
        let connection = self.connections.get_mut(index).expect("the connection is being fed");
        connection.is_used = true;
        let framing = self.head.framing();
        let announced = match framing {
            Framing::None | Framing::Length(0) => {
                self.serve(index, head_bytes, &[], !rest.is_empty());
                return 0;
            }
            Framing::Length(size) => Some(size),
            Framing::Chunked => None,
        };
        let admission = if announced.is_some_and(|size| size > self.limits.body_bytes) {
            Admission::Refuse(Refusal::BodyTooLarge)
        } else if let Some(size) = announced.filter(|&size| rest.len() as u64 >= size) {
            let (body, rest) = rest.split_at(size as usize);
            match self.ask(index, head_bytes, body, !rest.is_empty(), S::serve_whole) {
                Ok(()) => return body.len(),
                Err(admission) => admission,
            }
        } else {
            let generation = self.connections.generation(index);
            let connection = self.at(index);
            let token = Token { connection: index, generation, request: connection.request_next };
            let peer = connection.peer;
            self.service.admit(&Request { token, head: &self.head, head_bytes, body: &[], peer })
        };
        self.begin_body(index, framing, announced, admission, rest.is_empty());
        match admission {
            Admission::Collect => {
                let connection = self.connections.get_mut(index).expect("the connection is being fed");
                self.pool.append(&mut connection.input, head_bytes);
                let message = connection.message.as_mut().expect("it has just begun");
                mem::swap(&mut message.head, &mut self.head);
            }
            Admission::Stream | Admission::Discard => {
                self.tell_continue(index);
                self.serve(index, head_bytes, &[], !rest.is_empty());
            }
            Admission::Refuse(refusal) => self.fail_next(index, refusal, head_bytes),
        }
        self.tell_continue(index);
        0
    }

    fn begin_body(&mut self, index: u32, framing: Framing, announced: Option<u64>, admission: Admission, is_awaited: bool) {
        let mode = match admission {
            Admission::Collect => Mode::Collect,
            Admission::Stream => Mode::Stream,
            Admission::Discard | Admission::Refuse(_) => Mode::Discard,
        };
        let body = BodyReader::new(framing, u64::MAX).expect("no length exceeds the largest one");
        let mut message = self.messages.pop().unwrap_or_else(|| Box::new(Message::new(body.clone())));
        let request = self.at(index).request_next;
        message.begin(body, mode, request, announced, self.now, self.head.expects_continue() && is_awaited);
        let Limits { body_bytes, body_time, bytes_per_second, .. } = self.limits;
        message.limits = BodyLimits { bytes: body_bytes, time: body_time, bytes_per_second };
        self.at(index).message = Some(message);
    }

    /// Reads one stretch of a body. Takes nothing while the service has it paused.
    fn feed_body(&mut self, index: u32, bytes: &[u8]) -> usize {
        let Some(mut message) = self.at(index).message.take() else { return 0 };
        if message.paused_at.is_some() {
            self.at(index).message = Some(message);
            return 0;
        }
        message.continue_due = false;
        let piece = match message.body.read(bytes) {
            Ok(piece) => piece,
            Err(refusal) => {
                self.at(index).message = Some(message);
                self.refuse(index, refusal);
                return bytes.len();
            }
        };
        let data = &bytes[piece.data];
        message.received += data.len() as u64;
        if message.mode == Mode::Discard {
            self.discard(index, message, piece.end);
            return piece.consumed;
        }
        // What a chunk announces counts: the client need not send it to hear that it is too much.
        if message.received.saturating_add(message.body.announced()) > message.limits.bytes {
            self.at(index).message = Some(message);
            self.overflow(index);
            // What is left of the stretch is thrown away with it; its end is seen by the next call.
            if piece.end {
                self.drop_message(index);
            }
            return piece.consumed;
        }
        if message.mode == Mode::Collect {
            self.collect(index, message, data, piece.end, piece.consumed < bytes.len());
        } else {
            self.stream(index, message, data, piece.end);
        }
        piece.consumed
    }

    fn discard(&mut self, index: u32, message: Box<Message>, end: bool) {
        if end {
            self.spare_message(message);
            let now = self.now;
            self.at(index).since = now;
        } else {
            if message.received - message.unwanted_from > DISCARDED_MAX {
                let connection = self.at(index);
                connection.is_last = true;
            }
            self.at(index).message = Some(message);
        }
    }

    fn collect(&mut self, index: u32, mut message: Box<Message>, data: &[u8], end: bool, is_followed: bool) {
        let connection = self.connections.get_mut(index).expect("the connection is being fed");
        self.pool.append(&mut connection.input, data);
        if !end {
            connection.message = Some(message);
            return;
        }
        let input = mem::take(&mut connection.input);
        mem::swap(&mut message.head, &mut self.head);
        self.spare_message(message);
        let (head, body) = input.split_at(self.head.size());
        self.serve(index, head, body, is_followed);
        self.pool.give(input);
    }

    fn stream(&mut self, index: u32, mut message: Box<Message>, data: &[u8], end: bool) {
        let token = self.token(index, message.request);
        if end {
            self.spare_message(message);
            self.begin_to_expect(token);
            self.service.piece(token, data, true);
            return;
        }
        if !data.is_empty() && self.service.piece(token, data, false) == Flow::Pause {
            message.paused_at = Some(self.now);
        }
        self.at(index).message = Some(message);
    }

    /// A body that came in chunks has become larger than it may.
    fn overflow(&mut self, index: u32) {
        let message = self.at(index).message.as_mut().expect("its body is being read");
        let (mode, request) = (message.mode, message.request);
        if mode == Mode::Collect {
            let message = self.at(index).message.as_mut().expect("its body is being read");
            let head = mem::take(&mut message.head);
            let used = mem::replace(&mut self.head, head);
            let input = mem::take(&mut self.at(index).input);
            self.discard_body(index);
            self.fail_next(index, Refusal::BodyTooLarge, &input);
            self.pool.give(input);
            self.at(index).message.as_mut().expect("it is being thrown away").head = used;
        } else {
            self.discard_body(index);
            self.fail_pending(index, request, Refusal::BodyTooLarge);
        }
    }

    /// Nobody wants the rest of the body that is arriving.
    pub(super) fn discard_body(&mut self, index: u32) {
        let connection = self.connections.get_mut(index).expect("the caller has seen it");
        let Some(message) = &mut connection.message else { return };
        if message.mode == Mode::Collect {
            self.pool.give(mem::take(&mut connection.input));
        }
        message.mode = Mode::Discard;
        message.paused_at = None;
        message.started = self.now;
        message.unwanted_from = message.received;
        self.mark(index);
    }

    /// Whether a response that is given now cannot wait for the end of the body: the client may not send it at all, or it is too long.
    pub(super) fn is_cut_short(&self, index: u32, request: u32) -> bool {
        let Some(message) = self.connections.get(index).and_then(|connection| connection.message.as_ref()) else { return false };
        let left = message.announced.map(|size| size - message.received);
        message.request == request
            && message.mode != Mode::Collect
            && (message.continue_due || left.is_some_and(|left| left > DISCARDED_MAX))
    }

    pub(super) fn drop_message(&mut self, index: u32) {
        if let Some(message) = self.at(index).message.take() {
            self.spare_message(message);
        }
    }

    /// Has the service answer the request of `self.head`, whose head and body are here. `is_followed`: the client has sent more.
    fn serve(&mut self, index: u32, head_bytes: &[u8], body: &[u8], is_followed: bool) {
        let served = self.ask(index, head_bytes, body, is_followed, |service, request, reply| Ok(service.serve(request, reply)));
        debug_assert!(served.is_ok(), "`serve` has no other answer");
    }

    /// The same by a call that may say what becomes of the body instead: nothing has happened then.
    fn ask(
        &mut self,
        index: u32,
        head_bytes: &[u8],
        body: &[u8],
        is_followed: bool,
        ask: impl FnOnce(&mut S, &Request<'_>, &mut Reply<'_>) -> Result<Served, Admission>,
    ) -> Result<(), Admission> {
        let request = self.at(index).request_next;
        let token = self.token(index, request);
        // A streamed body may still be asked for, whatever becomes of it.
        let is_discarded = self.at(index).message.as_ref().is_some_and(|message| message.mode == Mode::Discard);
        let is_cut_short = is_discarded && self.is_cut_short(index, request);
        let closes = !self.head.keep_alive() || (self.drained.is_some() && !is_followed) || is_cut_short;
        let connection = self.connections.get_mut(index).expect("the connection is being fed");
        let is_next = connection.front == NONE;
        let peer = connection.peer;
        let mut out = if is_next { mem::take(&mut connection.out) } else { Vec::new() };
        self.pool.reserve(&mut out, 1);
        let is_head = self.head.method() == Method::Head;
        let mut reply = super::output::reply(&mut out, !closes, is_head, self.head.version(), &self.date);
        let start = reply.start;
        let served = ask(&mut self.service, &Request { token, head: &self.head, head_bytes, body, peer }, &mut reply);
        let (keep_alive, route, status) = (reply.keep_alive, reply.route, reply.status);
        let now = self.now;
        let connection = self.connections.get_mut(index).expect("the connection is being fed");
        if served.is_ok() {
            connection.request_next = request.wrapping_add(1);
            connection.is_last |= closes;
            connection.since = now;
        }
        match served {
            Ok(Served::Now) => {
                connection.is_last |= !keep_alive;
                self.counters.answered(route, status);
                self.answered += 1;
                if is_next {
                    connection.out = out;
                } else {
                    self.push(index, request, Answer::Ready(out), keep_alive, route);
                }
                self.discard_body_of(index, request);
            }
            Ok(Served::Later) | Err(_) => {
                out.truncate(start);
                if is_next && !out.is_empty() {
                    connection.out = out;
                } else {
                    self.pool.give(out);
                }
                if served.is_ok() {
                    self.push(index, request, Answer::Waiting, keep_alive, route);
                }
            }
        }
        served.map(|_| ())
    }

    /// Lets the client send the body that it announced, once it is its turn (RFC 9110 section 10.1.1).
    pub(super) fn tell_continue(&mut self, index: u32) {
        let connection = self.connections.get_mut(index).expect("the caller has seen it");
        let front = self.exchanges.get(connection.front);
        let Some(message) = &mut connection.message else { return };
        let is_turn = match front {
            None => true,
            Some(front) => message.mode == Mode::Stream && front.request == message.request && matches!(front.answer, Answer::Waiting),
        };
        if message.continue_due && message.mode != Mode::Discard && is_turn {
            message.continue_due = false;
            message.started = self.now;
            self.pool.append(&mut connection.out, CONTINUE);
        }
    }

    /// A service that had a body paused wants more of it.
    pub(super) fn resume(&mut self, token: Token) {
        let now = self.now;
        let Some(connection) = self.find(token.link()) else { return };
        let Some(message) = &mut connection.message else { return };
        if message.request == token.request
            && let Some(paused_at) = message.paused_at.take()
        {
            message.started += now - paused_at;
            self.mark(token.connection);
        }
    }

    /// The client sends no more.
    pub(super) fn end(&mut self, link: Link) {
        if let Some(connection) = self.find(link) {
            connection.is_ended = true;
        }
    }

    /// Everything that the client sent has been looked at: what is incomplete stays so, what is complete is answered.
    pub(super) fn see_end(&mut self, index: u32) {
        let connection = self.at(index);
        connection.has_seen_end = true;
        let is_wanted = connection.message.as_ref().is_some_and(|message| message.mode != Mode::Discard);
        if connection.has_begun_head() || is_wanted {
            self.refuse(index, Refusal::Incomplete);
        }
        self.drop_message(index);
        let connection = self.at(index);
        connection.is_last = true;
        let mut place = connection.front;
        while let Some(exchange) = self.exchanges.get(place) {
            let (request, is_open) = (exchange.request, !matches!(exchange.answer, Answer::Ready(_)));
            place = exchange.next;
            if is_open {
                self.service.ended(self.token(index, request));
            }
        }
    }

    /// What arrived is no request, or did not arrive as it was announced: it is answered with a failure, behind the answers that are due, and the
    /// connection is closed in stages.
    pub(super) fn refuse(&mut self, index: u32, refusal: Refusal) {
        self.counters.refuse(refusal);
        let connection = self.at(index);
        if connection.is_last && connection.message.is_none() {
            // A head that has begun behind the last request: nobody waits for its end.
            let (input, reader) = (mem::take(&mut connection.input), connection.reader.take());
            self.pool.give(input);
            reader.into_iter().for_each(|reader| self.spare_reader(reader));
            return;
        }
        connection.is_last = true;
        let input = mem::take(&mut connection.input);
        let (reader, message) = (connection.reader.take(), connection.message.take());
        if reader.is_some() {
            self.counters.requests.add(1);
        }
        reader.into_iter().for_each(|reader| self.spare_reader(reader));
        let failed = message.as_ref().map(|message| (message.mode, message.request));
        message.into_iter().for_each(|message| self.spare_message(message));
        match failed {
            Some((Mode::Discard, _)) => {}
            Some((Mode::Stream, request)) => self.fail_pending(index, request, refusal),
            Some((Mode::Collect, _)) | None => self.fail_now(index, refusal, &input, false, false),
        }
        self.pool.give(input);
    }

    /// Refuses the request of `self.head`, whose body is being thrown away.
    fn fail_next(&mut self, index: u32, refusal: Refusal, received: &[u8]) {
        self.counters.refuse(refusal);
        let request = self.at(index).request_next;
        let closes = !self.head.keep_alive() || self.drained.is_some() || self.is_cut_short(index, request);
        self.fail_now(index, refusal, received, !closes, self.head.method() == Method::Head);
    }

    /// Refuses a request that is with the service.
    fn fail_pending(&mut self, index: u32, request: u32, refusal: Refusal) {
        let token = self.token(index, request);
        if self.fail(token, refusal.status()) {
            self.service.gone(token, Gone::Refused(refusal));
        }
    }

    pub(super) fn token(&self, index: u32, request: u32) -> Token {
        Token { connection: index, generation: self.connections.generation(index), request }
    }

    pub(super) fn spare_message(&mut self, message: Box<Message>) {
        if self.messages.len() < SPARE_MAX {
            self.messages.push(message);
        }
    }

    pub(super) fn spare_reader(&mut self, mut reader: Box<lanewise_http::HeadReader>) {
        reader.reset();
        if self.readers.len() < SPARE_MAX {
            self.readers.push(reader);
        }
    }
}

impl Message {
    fn new(body: BodyReader) -> Self {
        Self {
            head: Head::new(),
            body,
            mode: Mode::Discard,
            request: 0,
            received: 0,
            limits: BodyLimits::default(),
            announced: None,
            started: 0,
            unwanted_from: 0,
            paused_at: None,
            continue_due: false,
        }
    }

    fn begin(&mut self, body: BodyReader, mode: Mode, request: u32, announced: Option<u64>, now: u64, continue_due: bool) {
        let head = mem::take(&mut self.head);
        *self = Self { head, mode, request, announced, started: now, continue_due, ..Self::new(body) };
    }
}
