//! Deadlines of connections.

use super::connection::{Answer, Connection, Exchange, Mode};
use super::{Core, DISCARD_TIME, DRAIN_QUIET, LINGER_TIME};
use crate::driver::Driver;
use crate::limits::Limits;
use crate::service::{Gone, Service};
use lanewise_http::Refusal;
use std::time::Duration;

/// What a deadline ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Head,
    Body,
    Discard,
    Handler,
    Write,
    Idle,
    Linger,
}

/// A second has to pass before a rate means anything.
const RATE_FROM: u64 = 1_000_000_000;

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// How long `bytes` may take at `rate` bytes a second; without a rate, for ever.
fn span_of(bytes: u64, rate: u64) -> u64 {
    let span = (u128::from(bytes) * 1_000_000_000).checked_div(u128::from(rate));
    span.and_then(|span| u64::try_from(span).ok()).unwrap_or(u64::MAX)
}

impl Connection {
    /// When the body has taken too long, as far as is known now.
    fn body_due(&self, front: Option<&Exchange>) -> Option<(u64, Due)> {
        let message = self.message.as_ref()?;
        if message.mode == Mode::Discard {
            return Some((message.started.saturating_add(DISCARD_TIME), Due::Discard));
        }
        if message.paused_at.is_some() || self.has_backlog() || self.waits_for_turn(front) {
            return None;
        }
        let whole = message.started.saturating_add(nanos(message.limits.time));
        let rate = message.started.saturating_add(RATE_FROM).saturating_add(span_of(message.received, message.limits.bytes_per_second));
        Some((whole.min(rate), Due::Body))
    }

    /// Whether the client waits to be told to send the body, which it is not before the answers that are due.
    fn waits_for_turn(&self, front: Option<&Exchange>) -> bool {
        let Some(message) = &self.message else { return false };
        message.continue_due && front.is_some_and(|front| front.request != message.request)
    }

    /// When a connection has waited long enough for the next request, or for the rest of its head.
    fn wait_due(&self, limits: &Limits, drained: Option<(u64, u64)>) -> Option<(u64, Due)> {
        if self.is_lingering {
            return Some((self.since.saturating_add(LINGER_TIME), Due::Linger));
        }
        if self.has_begun_head() {
            return Some((self.since.saturating_add(nanos(limits.head_time)), Due::Head));
        }
        if !self.is_idle() {
            return None;
        }
        let time = if self.is_used { limits.idle_time } else { limits.head_time };
        let mut due = self.since.saturating_add(nanos(time));
        if let Some((since, _)) = drained {
            due = due.min(since.max(self.since).saturating_add(DRAIN_QUIET));
        }
        Some((due, Due::Idle))
    }

    fn write_due(&self, limits: &Limits) -> Option<(u64, Due)> {
        self.is_waiting.then(|| (self.write_since.saturating_add(nanos(limits.write_time)), Due::Write))
    }
}

/// When the service has taken too long for an answer. While it waits for a body, the client has the time.
fn handler_due(connection: &Connection, front: &Exchange) -> Option<(u64, Due)> {
    let body = connection.message.as_ref().filter(|message| message.mode == Mode::Stream && message.request == front.request);
    let from = if let Some(body) = body { body.paused_at? } else { front.due_from };
    matches!(front.answer, Answer::Waiting).then(|| (from.saturating_add(nanos(front.time)), Due::Handler))
}

impl<S: Service> Core<S> {
    /// The first deadline of a connection.
    fn due(&self, index: u32) -> Option<(u64, Due)> {
        let connection = self.connections.get(index)?;
        let (limits, drained) = (&self.limits, self.drained);
        // Most wait for the next request, and for nothing else.
        if connection.is_idle() && !connection.is_waiting {
            return connection.wait_due(limits, drained);
        }
        let front = self.exchanges.get(connection.front);
        let handler = front.and_then(|front| handler_due(connection, front));
        let dues = [connection.write_due(limits), connection.body_due(front), handler, connection.wait_due(limits, drained)];
        dues.into_iter().flatten().min_by_key(|(due, _)| *due)
    }

    /// Has the wheel look at a connection in time.
    pub(super) fn schedule(&mut self, index: u32) {
        if let Some((due, _)) = self.due(index) {
            self.wheel.set(index, due);
        }
    }

    /// Acts on every deadline that has passed.
    pub(super) fn expire(&mut self, driver: &mut impl Driver) {
        if self.drained.is_some_and(|(_, until)| self.now >= until) && self.connections.count() > 0 {
            self.abort(driver);
        }
        if self.accept_at.is_some_and(|at| self.now >= at) {
            self.accept_at = None;
            driver.accept(true);
        }
        while let Some(index) = self.wheel.expire(self.now) {
            match self.due(index) {
                Some((at, due)) if at <= self.now => self.end_for(driver, index, due),
                Some((at, _)) => self.wheel.set(index, at),
                None => {}
            }
        }
    }

    fn end_for(&mut self, driver: &mut impl Driver, index: u32, due: Due) {
        let link = self.link(index);
        match due {
            Due::Head => self.refuse(index, Refusal::HeadTimeout),
            Due::Body => self.refuse(index, Refusal::BodyTimeout),
            Due::Handler => self.expire_front(index),
            Due::Write if self.has_taken_enough(driver.progress(link) as u64, index) => {}
            Due::Write => {
                self.counters.write_timeouts.add(1);
                return self.lose(driver, link, Gone::Cut);
            }
            Due::Idle | Due::Linger | Due::Discard => return self.lose(driver, link, Gone::Cut),
        }
        self.settle(driver, link);
    }

    /// Whether the client has taken as much within its time as it had to, with `progress` bytes of what is under way; another period begins then.
    fn has_taken_enough(&mut self, progress: u64, index: u32) -> bool {
        let (now, limits) = (self.now, &self.limits);
        let least = u128::from(limits.bytes_per_second).saturating_mul(limits.write_time.as_millis()) / 1000;
        let connection = self.connections.get_mut(index).expect("the connection is open: it has a deadline");
        let sent = connection.sent + progress;
        let taken = sent.saturating_sub(connection.write_mark);
        connection.write_since = now;
        connection.write_mark = sent;
        taken > 0 && u128::from(taken) >= least
    }

    pub(super) fn next_deadline(&self) -> Option<u64> {
        let drained = self.drained.filter(|_| self.connections.count() > 0).map(|(_, until)| until);
        [self.wheel.next(), self.accept_at, drained].into_iter().flatten().min()
    }
}
