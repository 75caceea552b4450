//! How connections begin, go on after an event, and end.

use super::connection::{Connection, NONE};
use super::{BACK_OFF_MAX, BACK_OFF_MIN, Core};
use crate::counters::State;
use crate::driver::{Driver, Link, Sending, Socket};
use crate::service::{Gone, Service};
use std::mem;
use std::net::SocketAddr;
use std::time::Duration;

impl<S: Service> Core<S> {
    pub(super) fn accept(&mut self, driver: &mut impl Driver, socket: Socket, peer: SocketAddr) {
        self.back_off = BACK_OFF_MIN;
        if self.connections.count() >= self.limits.connections {
            self.counters.shed.add(1);
            driver.refuse(socket);
            return;
        }
        let index = self.connections.insert(Connection::new(peer, self.now));
        let link = self.link(index);
        if driver.open(socket, link).is_err() {
            self.connections.remove(index);
            return;
        }
        self.counters.accepted.add(1);
        self.counters.enter(State::New);
        self.schedule(index);
    }

    /// The system has no room for another connection: nothing is accepted until one is closed, or for a while.
    pub(super) fn back_off(&mut self, driver: &mut impl Driver) {
        self.counters.exhausted.add(1);
        if self.back_off > BACK_OFF_MIN {
            // No place has become free meanwhile: whoever waits longest is told.
            driver.turn_away();
        }
        driver.accept(false);
        self.accept_at = Some(self.now + self.back_off);
        self.back_off = (self.back_off * 2).min(BACK_OFF_MAX);
    }

    /// Does what follows from what has changed on a connection: sends, goes on with what had to wait, receives or not, closes.
    pub(super) fn settle(&mut self, driver: &mut impl Driver, link: Link) {
        let index = link.index;
        loop {
            if self.find(link).is_none() || !self.send(driver, link) {
                return;
            }
            self.tell_writable(index);
            if !self.feed_backlog(index) {
                break;
            }
        }
        let connection = self.at(index);
        if connection.is_ended && !connection.has_seen_end && !connection.has_backlog() {
            self.see_end(index);
            if !self.send(driver, link) {
                return;
            }
        }
        if self.close_if_over(driver, link) {
            return;
        }
        let connection = self.at(index);
        let is_paused = connection.message.as_ref().is_some_and(|message| message.paused_at.is_some());
        let receives = !(connection.is_ended || connection.has_backlog() || is_paused);
        if receives != connection.is_receiving {
            connection.is_receiving = receives;
            driver.receive(link, receives);
        }
        self.count_state(index);
        self.schedule(index);
    }

    /// Sends what waits, unless something is being sent. False when the connection is gone.
    fn send(&mut self, driver: &mut impl Driver, link: Link) -> bool {
        let now = self.now;
        let connection = self.connections.get_mut(link.index).expect("the caller has seen it");
        if connection.is_blocked || connection.in_flight > 0 || connection.out_start == connection.out.len() {
            return true;
        }
        let (buffer, start) = (mem::take(&mut connection.out), mem::take(&mut connection.out_start));
        let size = buffer.len() - start;
        match driver.send(link, buffer, start) {
            Sending::Done(buffer) => {
                connection.sent += size as u64;
                connection.is_waiting = false;
                self.counters.bytes_out.add(size as u64);
                self.pool.give(buffer);
            }
            Sending::Blocked { mut buffer, sent } => {
                self.counters.bytes_out.add((sent - start) as u64);
                connection.sent += (sent - start) as u64;
                connection.begin_to_wait(now);
                connection.is_blocked = true;
                connection.out_start = sent;
                if 2 * sent >= buffer.len() {
                    // A streamed response may never be sent to its end: what has been sent must not gather in front of it.
                    buffer.drain(..sent);
                    connection.out_start = 0;
                }
                connection.out = buffer;
            }
            Sending::Started => {
                connection.begin_to_wait(now);
                connection.in_flight = size;
            }
            Sending::Broken(buffer) => {
                self.pool.give(buffer);
                self.lose(driver, link, Gone::Left);
                return false;
            }
        }
        true
    }

    /// The system takes more again.
    pub(super) fn unblock(&mut self, link: Link) {
        if let Some(connection) = self.find(link) {
            connection.is_blocked = false;
        }
    }

    /// What the driver was sending is over.
    pub(super) fn sent(&mut self, driver: &mut impl Driver, link: Link, buffer: Vec<u8>, sent: usize) {
        let (is_whole, unsent) = (sent == buffer.len(), buffer.len() - sent);
        self.pool.give(buffer);
        let Some(connection) = self.find(link) else { return };
        let size = mem::take(&mut connection.in_flight).saturating_sub(unsent) as u64;
        connection.sent += size;
        connection.is_waiting = false;
        self.counters.bytes_out.add(size);
        if !is_whole {
            self.lose(driver, link, Gone::Left);
        }
    }

    /// Closes a connection on which everything has been answered and sent, if no more is to come: in stages, unless the client has ended its side.
    fn close_if_over(&mut self, driver: &mut impl Driver, link: Link) -> bool {
        let now = self.now;
        let connection = self.at(link.index);
        let is_over = connection.is_last && connection.front == NONE && connection.unsent() == 0;
        let is_wanted = connection.message.as_ref().is_some_and(|message| message.mode == super::connection::Mode::Collect);
        if !is_over || is_wanted || (connection.is_lingering && !connection.is_ended) {
            return false;
        }
        // A client that is still sending would be reset, and might lose the answer.
        if connection.is_ended || connection.resets {
            self.close(driver, link);
            return true;
        }
        connection.is_lingering = true;
        connection.since = now;
        driver.shutdown(link);
        false
    }

    /// Ends a connection as it is.
    pub(super) fn lose(&mut self, driver: &mut impl Driver, link: Link, why: Gone) {
        if let Some(connection) = self.find(link) {
            connection.resets |= connection.ends_body && (connection.front != NONE || connection.unsent() > 0);
            self.drop_exchanges(link.index, why);
            self.close(driver, link);
        }
    }

    /// The only place where connections end.
    fn close(&mut self, driver: &mut impl Driver, link: Link) {
        if self.at(link.index).resets {
            driver.reset(link);
        }
        driver.close(link);
        self.wheel.clear(link.index);
        let Some(connection) = self.connections.remove(link.index) else { return };
        self.counters.leave(connection.state);
        self.counters.closed.add(1);
        for buffer in [connection.input, connection.backlog, connection.out] {
            self.pool.give(buffer);
        }
        connection.reader.into_iter().for_each(|reader| self.spare_reader(reader));
        connection.message.into_iter().for_each(|message| self.spare_message(message));
        if self.accept_at.take().is_some() {
            driver.accept(true);
        }
    }

    fn count_state(&mut self, index: u32) {
        let now = self.now;
        let connection = self.connections.get_mut(index).expect("the caller has seen it");
        let state = connection.state_now();
        let before = mem::replace(&mut connection.state, state);
        if state != before {
            if state == State::Idle {
                connection.since = now;
            }
            self.counters.leave(before);
            self.counters.enter(state);
        }
    }

    pub(super) fn flush(&mut self, driver: &mut impl Driver) {
        // A service that is told something while others are settled may be answered for in the next flush only: its calls do not reach the plane.
        let mut dirty = mem::take(&mut self.dirty);
        for link in dirty.drain(..) {
            if let Some(connection) = self.find(link) {
                connection.is_dirty = false;
                self.settle(driver, link);
            }
        }
        // What was marked meanwhile waits in `self.dirty`: it was settled just now, and is settled again by the next flush.
        if self.dirty.is_empty() {
            self.dirty = dirty;
        }
        driver.flush();
        self.record_latency(driver);
    }

    /// One look at the clock for all answers since the last one.
    fn record_latency(&mut self, driver: &mut impl Driver) {
        if self.answered == 0 && self.answered_since.is_empty() {
            return;
        }
        let start = self.now;
        let now = driver.now();
        self.tick(now, driver);
        if self.answered > 0 {
            self.counters.latency.record(now - start, mem::take(&mut self.answered));
        }
        for since in self.answered_since.drain(..) {
            self.counters.latency.record(now - since, 1);
        }
    }

    pub(super) fn drain(&mut self, grace: Duration) {
        let until = self.now.saturating_add(u64::try_from(grace.as_nanos()).unwrap_or(u64::MAX));
        let (since, _) = self.drained.unwrap_or((self.now, until));
        self.drained = Some((since, until));
        self.accept_at = None;
        for index in 0..self.connections.places() as u32 {
            self.schedule(index);
        }
    }

    pub(super) fn abort(&mut self, driver: &mut impl Driver) {
        // Whoever is accepted yet is cut by the next turn.
        self.drained = Some((self.drained.map_or(self.now, |(since, _)| since), self.now));
        self.accept_at = None;
        for index in 0..self.connections.places() as u32 {
            if self.connections.get(index).is_some() {
                let link = self.link(index);
                self.lose(driver, link, Gone::Cut);
            }
        }
    }
}
