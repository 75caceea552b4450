//! Answers: in the order of their requests, whenever they are given.

use super::connection::{Answer, Exchange, Mode, NONE, StreamBody};
use super::{Core, OUT_MAX};
use crate::service::{Gone, Reply, Room, Service, Token};
use lanewise_http::date::ImfDate;
use lanewise_http::response::{self, Body, ChunkWriter, Start};
use lanewise_http::{Version, failure_body};
use std::mem;

/// There was no answer in time: the one failure that is not the client's, so its connection stays.
const TIMED_OUT: u16 = 504;
/// What has no route is counted under the last one.
const UNROUTED: u16 = u16::MAX;

pub(super) fn reply<'p>(out: &'p mut Vec<u8>, keep_alive: bool, is_head: bool, version: Version, date: &'p ImfDate) -> Reply<'p> {
    let start = out.len();
    Reply { out, start, keep_alive, is_head, is_chunked: false, version, date, route: 0, status: 200 }
}

/// Appends the answer of a failure: its status and the body that belongs to it.
fn write_failure(reply: &mut Reply<'_>, status: u16) {
    let body = failure_body(status).as_bytes();
    let start =
        Start { version: reply.version, status, keep_alive: reply.keep_alive, body: Body::Length(body.len() as u64), date: reply.date };
    const TYPE: (&[u8], &[u8]) = (b"Content-Type", b"application/json");
    // Where no method is allowed at all, Allow is empty (RFC 9110 section 10.2.1).
    const ALLOW: (&[u8], &[u8]) = (b"Allow", b"");
    let fields = [TYPE, ALLOW];
    let count = if status == 405 { 2 } else { 1 };
    response::write_head(reply.out, &start, fields[..count].iter().copied()).expect("both fields can be written");
    if !reply.is_head {
        reply.out.extend_from_slice(body);
    }
    reply.count(reply.route, status);
}

impl<S: Service> Core<S> {
    /// The place of a request that has not been answered whole.
    fn find_exchange(&mut self, token: Token) -> Option<u32> {
        let mut place = self.find(token.link())?.front;
        while let Some(exchange) = self.exchanges.get(place) {
            if exchange.request == token.request {
                return Some(place);
            }
            place = exchange.next;
        }
        None
    }

    pub(super) fn push(&mut self, index: u32, request: u32, answer: Answer, keep_alive: bool, route: u16) {
        let is_head = self.head.method() == lanewise_http::Method::Head;
        let version = self.head.version();
        let (started, due_from, time) = (self.now, self.now, self.limits.handler_time);
        let exchange = Exchange { request, next: NONE, answer, keep_alive, is_head, version, route, started, due_from, time };
        let place = self.exchanges.insert(exchange);
        let connection = self.connections.get_mut(index).expect("its request has just come");
        let back = mem::replace(&mut connection.back, place);
        connection.exchanges += 1;
        match self.exchanges.get_mut(back) {
            Some(back) => back.next = place,
            None => connection.front = place,
        }
    }

    /// The body of a request is complete: the time for its answer begins.
    pub(super) fn begin_to_expect(&mut self, token: Token) {
        let now = self.now;
        if let Some(exchange) = self.find_exchange(token).and_then(|place| self.exchanges.get_mut(place)) {
            exchange.due_from = now;
        }
    }

    fn pop(&mut self, index: u32) -> Option<Exchange> {
        let connection = self.connections.get_mut(index)?;
        let exchange = self.exchanges.remove(connection.front)?;
        connection.front = exchange.next;
        connection.exchanges -= 1;
        if connection.front == NONE {
            connection.back = NONE;
        }
        Some(exchange)
    }

    /// Whether the connection stays open after the answer at `place` is given now.
    fn keeps_alive(&self, index: u32, place: u32) -> bool {
        let (Some(exchange), Some(connection)) = (self.exchanges.get(place), self.connections.get(index)) else { return false };
        let is_arriving = connection.message.as_ref().is_some_and(|message| message.mode == Mode::Collect);
        let is_last_known = connection.back == place && !is_arriving && connection.reader.is_none() && !connection.has_backlog();
        let closes = is_last_known && (self.drained.is_some() || connection.is_last);
        exchange.keep_alive && !closes && !self.is_cut_short(index, exchange.request)
    }

    /// Runs `write` on the buffer that the exchange at `place` appends to, and says how the reply was left.
    fn write_reply(
        &mut self,
        index: u32,
        place: u32,
        is_chunked: bool,
        keep_alive: bool,
        write: impl FnOnce(&mut Reply<'_>),
    ) -> (Vec<u8>, bool) {
        let exchange = self.exchanges.get_mut(place).expect("the caller has found it");
        let connection = self.connections.get_mut(index).expect("the caller has found it");
        let mut out = if connection.front == place { mem::take(&mut connection.out) } else { Vec::new() };
        self.pool.reserve(&mut out, 1);
        let mut reply = reply(&mut out, keep_alive, exchange.is_head, exchange.version, &self.date);
        reply.route = exchange.route;
        reply.is_chunked = is_chunked;
        write(&mut reply);
        let (keep_alive, route, status) = (reply.keep_alive, reply.route, reply.status);
        self.counters.answered(route, status);
        self.answered_since.push(exchange.started);
        exchange.keep_alive = keep_alive;
        (out, keep_alive)
    }

    pub(super) fn answer(&mut self, token: Token, write: impl FnOnce(&mut Reply<'_>)) -> bool {
        let index = token.connection;
        let Some(place) = self.find_exchange(token) else { return false };
        if !matches!(self.exchanges.get(place), Some(Exchange { answer: Answer::Waiting, .. })) {
            return false;
        }
        let keep_alive = self.keeps_alive(index, place);
        let (out, _) = self.write_reply(index, place, false, keep_alive, write);
        let connection = self.at(index);
        if connection.front == place {
            connection.out = out;
            self.finish_front(index);
        } else if let Some(exchange) = self.exchanges.get_mut(place) {
            exchange.answer = Answer::Ready(out);
        }
        self.discard_body_of(index, token.request);
        self.mark(index);
        true
    }

    /// Answers with a failure, unless an answer has been begun: then the connection is given up.
    pub(super) fn fail(&mut self, token: Token, status: u16) -> bool {
        let Some(place) = self.find_exchange(token) else { return false };
        match self.exchanges.get(place).map(|exchange| &exchange.answer) {
            Some(Answer::Waiting) => self.answer(token, |reply| {
                // The client may be in the middle of what it sends.
                if status != TIMED_OUT {
                    reply.close();
                }
                write_failure(reply, status);
            }),
            Some(Answer::Streaming { .. }) => {
                self.cut(token);
                true
            }
            _ => false,
        }
    }

    /// Refuses what came last, in its turn: `received` begins with its head.
    pub(super) fn fail_now(&mut self, index: u32, refusal: lanewise_http::Refusal, received: &[u8], keep_alive: bool, is_head: bool) {
        let peer = self.at(index).peer;
        self.service.refused(refusal, received, peer);
        let connection = self.connections.get_mut(index).expect("the caller has seen it");
        let request = connection.request_next;
        connection.request_next = request.wrapping_add(1);
        connection.is_last |= !keep_alive;
        let is_next = connection.front == NONE;
        let mut out = if is_next { mem::take(&mut connection.out) } else { Vec::new() };
        self.pool.reserve(&mut out, 1);
        let mut reply = reply(&mut out, keep_alive, is_head, Version::Http11, &self.date);
        write_failure(&mut reply, refusal.status());
        self.counters.answered(UNROUTED, refusal.status());
        self.answered += 1;
        if is_next {
            self.at(index).out = out;
        } else {
            self.push(index, request, Answer::Ready(out), keep_alive, 0);
        }
    }

    /// The first exchange has had no answer in time.
    pub(super) fn expire_front(&mut self, index: u32) {
        let Some(exchange) = self.connections.get(index).and_then(|connection| self.exchanges.get(connection.front)) else { return };
        let token = self.token(index, exchange.request);
        self.counters.handler_timeouts.add(1);
        self.fail(token, TIMED_OUT);
        self.service.gone(token, Gone::Expired);
    }

    /// The answer of the first exchange is in `out`: it leaves, and whatever is ready behind it follows.
    fn finish_front(&mut self, index: u32) {
        let Some(first) = self.pop(index) else { return };
        let mut keep_alive = first.keep_alive;
        loop {
            if !keep_alive {
                self.at(index).is_last = true;
                self.drop_exchanges(index, Gone::Cut);
                // A request behind the last answer is not processed (RFC 9112 section 9.6), the one whose body is arriving neither.
                self.discard_body(index);
                return;
            }
            let front = self.at(index).front;
            let Some(exchange) = self.exchanges.get_mut(front) else { break };
            match &mut exchange.answer {
                Answer::Waiting => break,
                Answer::Ready(answer) => {
                    let answer = mem::take(answer);
                    self.append_buffer(index, answer);
                    keep_alive = self.pop(index).is_some_and(|exchange| exchange.keep_alive);
                }
                Answer::Streaming { ahead, .. } => {
                    let ahead = mem::take(ahead);
                    self.append_buffer(index, ahead);
                    break;
                }
            }
        }
        self.tell_continue(index);
    }

    /// Appends a buffer of the pool to `out`: itself, where that is empty.
    fn append_buffer(&mut self, index: u32, buffer: Vec<u8>) {
        let connection = self.connections.get_mut(index).expect("the caller has seen it");
        if connection.out.is_empty() {
            self.pool.give(mem::replace(&mut connection.out, buffer));
        } else {
            self.pool.append(&mut connection.out, &buffer);
            self.pool.give(buffer);
        }
    }

    /// Ends every exchange of a connection; the service is told of those that it owes an answer.
    pub(super) fn drop_exchanges(&mut self, index: u32, why: Gone) {
        while let Some(exchange) = self.pop(index) {
            let token = self.token(index, exchange.request);
            match exchange.answer {
                Answer::Ready(buffer) => self.pool.give(buffer),
                Answer::Waiting => self.abandon(token, why),
                Answer::Streaming { ahead, .. } => {
                    self.pool.give(ahead);
                    self.abandon(token, why);
                }
            }
        }
    }

    fn abandon(&mut self, token: Token, why: Gone) {
        self.counters.abandoned.add(1);
        self.service.gone(token, why);
    }

    /// The body of a request that has been answered is of no interest any more.
    pub(super) fn discard_body_of(&mut self, index: u32, request: u32) {
        let is_cut_short = self.is_cut_short(index, request);
        let connection = self.at(index);
        let Some(message) = &connection.message else { return };
        if message.mode == Mode::Stream && message.request == request {
            // Whether the client sends the body cannot be told from what follows.
            connection.is_last |= is_cut_short;
            self.discard_body(index);
        }
    }

    pub(super) fn begin_stream(&mut self, token: Token, size: Option<u64>, write: impl FnOnce(&mut Reply<'_>)) -> bool {
        let index = token.connection;
        let Some(place) = self.find_exchange(token) else { return false };
        let Some(Exchange { answer: Answer::Waiting, is_head, version, .. }) = self.exchanges.get(place) else { return false };
        let body = match (size, version) {
            _ if *is_head => StreamBody::Absent,
            (Some(size), _) => StreamBody::Length(size),
            (None, Version::Http11) => StreamBody::Chunked,
            (None, Version::Http10) => StreamBody::UntilClose,
        };
        let is_chunked = size.is_none() && *version == Version::Http11;
        let keep_alive = self.keeps_alive(index, place) && body != StreamBody::UntilClose;
        let (out, _) = self.write_reply(index, place, is_chunked, keep_alive, write);
        let connection = self.at(index);
        connection.ends_body |= body == StreamBody::UntilClose;
        let mut ahead = Vec::new();
        if connection.front == place {
            connection.out = out;
        } else {
            ahead = out;
        }
        if let Some(exchange) = self.exchanges.get_mut(place) {
            exchange.answer = Answer::Streaming { body, ahead, is_full: false };
        }
        self.mark(index);
        true
    }

    pub(super) fn write_stream(&mut self, token: Token, data: &[u8]) -> Room {
        let index = token.connection;
        let Some(place) = self.find_exchange(token) else { return Room::Gone };
        let exchange = self.exchanges.get_mut(place).expect("it was found");
        let Answer::Streaming { body, ahead, is_full } = &mut exchange.answer else { return Room::Gone };
        let connection = self.connections.get_mut(index).expect("it was found");
        let is_front = connection.front == place;
        let out = if is_front { &mut connection.out } else { &mut *ahead };
        match body {
            StreamBody::Absent => return Room::More,
            StreamBody::Length(left) if data.len() as u64 > *left => {
                self.cut(token);
                return Room::Gone;
            }
            StreamBody::Length(left) => {
                *left -= data.len() as u64;
                self.pool.append(out, data);
            }
            StreamBody::UntilClose => self.pool.append(out, data),
            StreamBody::Chunked => {
                // The size of the chunk in hexadecimal digits, and two line ends.
                self.pool.reserve(out, data.len() + 20);
                ChunkWriter::new(Version::Http11).write(out, data);
            }
        }
        let unsent = if is_front { connection.unsent() } else { ahead.len() };
        *is_full = unsent >= OUT_MAX;
        let room = if *is_full { Room::Full } else { Room::More };
        self.mark(index);
        room
    }

    pub(super) fn finish_stream(&mut self, token: Token) -> bool {
        let index = token.connection;
        let Some(place) = self.find_exchange(token) else { return false };
        let exchange = self.exchanges.get_mut(place).expect("it was found");
        let Answer::Streaming { body, ahead, .. } = &mut exchange.answer else { return false };
        let connection = self.connections.get_mut(index).expect("it was found");
        let is_front = connection.front == place;
        match body {
            StreamBody::Length(1..) => {
                self.cut(token);
                return true;
            }
            StreamBody::Chunked => {
                let out = if is_front { &mut connection.out } else { &mut *ahead };
                self.pool.reserve(out, 5);
                ChunkWriter::new(Version::Http11).finish(out);
            }
            _ => {}
        }
        if is_front {
            self.finish_front(index);
        } else {
            exchange.answer = Answer::Ready(mem::take(ahead));
        }
        self.discard_body_of(index, token.request);
        self.mark(index);
        true
    }

    /// What waits to be sent is sent, and the connection is closed without an end of this response: by a reset where its end would look like one.
    pub(super) fn cut(&mut self, token: Token) {
        let index = token.connection;
        let Some(place) = self.find_exchange(token) else { return };
        // Those before it are answered by what is ready, or not at all: their clients cannot tell this from a lost connection.
        let exchange = self.exchanges.get_mut(place).expect("it was found");
        if let Answer::Streaming { ahead, .. } = mem::replace(&mut exchange.answer, Answer::Ready(Vec::new())) {
            self.pool.give(ahead);
        }
        self.drop_exchanges(index, Gone::Cut);
        self.drop_message(index);
        let connection = self.connections.get_mut(index).expect("it was found");
        connection.is_last = true;
        connection.resets |= connection.ends_body;
        self.pool.give(mem::take(&mut connection.input));
        self.mark(index);
    }

    /// What was sent has made room: a streamed response may go on.
    pub(super) fn tell_writable(&mut self, index: u32) {
        let Some(connection) = self.connections.get(index) else { return };
        if connection.unsent() >= OUT_MAX / 2 {
            return;
        }
        let Some(exchange) = self.exchanges.get_mut(connection.front) else { return };
        if let Answer::Streaming { is_full, .. } = &mut exchange.answer
            && mem::take(is_full)
        {
            let request = exchange.request;
            let token = self.token(index, request);
            self.service.writable(token);
        }
    }
}
