//! What a plane counts: without locks, by the plane's own thread, to be read from any other.

use crate::histogram::{BUCKETS, Histogram};
use lanewise_http::Refusal;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Statuses that are counted one by one; a status outside counts as 500, since it is none.
const STATUS_MIN: usize = 100;
const STATUSES: usize = 500;

/// A number that one thread changes and any thread reads.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The number.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Only the thread of the plane calls this: a plain addition, without a locked instruction.
    #[inline]
    pub fn add(&self, more: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(more), Relaxed);
    }

    #[inline]
    pub(crate) fn subtract(&self, less: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_sub(less), Relaxed);
    }

    #[inline]
    pub(crate) fn raise(&self, to: u64) {
        if to > self.0.load(Relaxed) {
            self.0.store(to, Relaxed);
        }
    }
}

/// What a connection is doing. Closed ones are the difference between those accepted and the sum of the other states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum State {
    /// It has sent no request yet.
    New,
    /// A request is arriving or being answered, or an answer is being taken.
    Active,
    /// It has been answered and has sent nothing since.
    Idle,
    /// It is being closed in stages.
    Closing,
}

/// The counters of one plane, on cache lines of their own. Each is exact by itself; two that are read one after the other may differ by what
/// happened in between.
#[repr(align(128))]
pub struct Counters {
    /// Requests whose head was complete.
    pub requests: Counter,
    /// Answers that were given, refusals and timeouts included.
    pub answers: Counter,
    /// Connections that were opened.
    pub accepted: Counter,
    /// Connections that were closed.
    pub closed: Counter,
    /// Connections that were turned away for the limit.
    pub shed: Counter,
    /// Times that the system had no descriptor or no memory for another connection.
    pub exhausted: Counter,
    /// Bytes received.
    pub bytes_in: Counter,
    /// Bytes sent.
    pub bytes_out: Counter,
    /// Requests whose handler gave no answer in time (504).
    pub handler_timeouts: Counter,
    /// Requests whose client left before the answer.
    pub abandoned: Counter,
    /// Connections that were cut because the client did not take its answer in time.
    pub write_timeouts: Counter,
    /// Answers that the service had no room to log.
    pub unlogged: Counter,
    states: [Counter; 4],
    refused: Box<[Counter]>,
    /// By route and status.
    responses: Box<[Counter]>,
    pub(crate) latency: Histogram,
}

/// The words of [`Counters::snapshot`] before the refusals, in this order.
pub const SNAPSHOT_NAMES: [&str; 16] = [
    "requests",
    "answers",
    "accepted",
    "closed",
    "shed",
    "exhausted",
    "bytes_in",
    "bytes_out",
    "handler_timeouts",
    "abandoned",
    "write_timeouts",
    "unlogged",
    "new",
    "active",
    "idle",
    "closing",
];

impl Counters {
    /// Counters for `routes` routes, numbered from 0; what counts under a higher number counts under the last one.
    pub fn new(routes: usize) -> Self {
        let row = |count: usize| (0..count).map(|_| Counter::default()).collect();
        Self {
            requests: Counter::default(),
            answers: Counter::default(),
            accepted: Counter::default(),
            closed: Counter::default(),
            shed: Counter::default(),
            exhausted: Counter::default(),
            bytes_in: Counter::default(),
            bytes_out: Counter::default(),
            handler_timeouts: Counter::default(),
            abandoned: Counter::default(),
            write_timeouts: Counter::default(),
            unlogged: Counter::default(),
            states: Default::default(),
            refused: row(Refusal::ALL.len()),
            responses: row(routes.max(1) * STATUSES),
            latency: Histogram::new(),
        }
    }

    /// Connections in a state.
    pub fn state(&self, state: State) -> u64 {
        self.states[state as usize].get()
    }

    /// How often a message was refused for `why`.
    pub fn refused(&self, why: Refusal) -> u64 {
        self.refused[why as usize].get()
    }

    /// Answers with `status` under `route`.
    pub fn responses(&self, route: u16, status: u16) -> u64 {
        self.responses[self.place(route, status)].get()
    }

    /// Answers with `status` under any route.
    pub fn responses_of(&self, status: u16) -> u64 {
        (0..self.responses.len() / STATUSES).map(|route| self.responses(route as u16, status)).sum()
    }

    /// Appends everything to `words`, in this order:
    /// 1. the counters of [`SNAPSHOT_NAMES`];
    /// 2. the number of refusals that there are, then the count of each, in the order of `Refusal::ALL`;
    /// 3. the sum of all latencies and the longest, in nanoseconds, the number of buckets, and the count of each (see [`crate::histogram`]);
    /// 4. the number of pairs of route and status that have a count, then `route`, `status`, `count` of each.
    pub fn snapshot(&self, words: &mut Vec<u64>) {
        Self::snapshot_of(&[self], words);
    }

    /// The same for several planes together, which have the same routes: the sums, and the longest of all latencies.
    pub fn snapshot_of(planes: &[&Counters], words: &mut Vec<u64>) {
        let sum = |of: &dyn Fn(&Counters) -> u64| planes.iter().map(|plane| of(plane)).fold(0, u64::wrapping_add);
        let plain = SNAPSHOT_NAMES.len() - 4;
        words.extend((0..plain).map(|i| sum(&|plane| plane.plain()[i].get())));
        words.extend((0..4).map(|i| sum(&|plane| plane.states[i].get())));
        words.push(Refusal::ALL.len() as u64);
        words.extend((0..Refusal::ALL.len()).map(|i| sum(&|plane| plane.refused[i].get())));
        let longest = planes.iter().map(|plane| plane.latency.max.get()).max().unwrap_or(0);
        words.extend([sum(&|plane| plane.latency.sum.get()), longest, BUCKETS as u64]);
        words.extend((0..BUCKETS).map(|i| sum(&|plane| plane.latency.buckets[i].get())));
        let pairs = words.len();
        words.push(0);
        let places = planes.iter().map(|plane| plane.responses.len()).min().unwrap_or(0);
        for place in 0..places {
            let count = sum(&|plane| plane.responses[place].get());
            if count > 0 {
                words[pairs] += 1;
                words.extend([(place / STATUSES) as u64, (place % STATUSES + STATUS_MIN) as u64, count]);
            }
        }
    }

    /// In the order of [`SNAPSHOT_NAMES`].
    fn plain(&self) -> [&Counter; SNAPSHOT_NAMES.len() - 4] {
        [
            &self.requests,
            &self.answers,
            &self.accepted,
            &self.closed,
            &self.shed,
            &self.exhausted,
            &self.bytes_in,
            &self.bytes_out,
            &self.handler_timeouts,
            &self.abandoned,
            &self.write_timeouts,
            &self.unlogged,
        ]
    }

    pub(crate) fn answered(&self, route: u16, status: u16) {
        self.answers.add(1);
        self.responses[self.place(route, status)].add(1);
    }

    pub(crate) fn refuse(&self, why: Refusal) {
        self.refused[why as usize].add(1);
    }

    pub(crate) fn enter(&self, state: State) {
        self.states[state as usize].add(1);
    }

    pub(crate) fn leave(&self, state: State) {
        self.states[state as usize].subtract(1);
    }

    fn place(&self, route: u16, status: u16) -> usize {
        let routes = self.responses.len() / STATUSES;
        let status = (status as usize).wrapping_sub(STATUS_MIN);
        (route as usize).min(routes - 1) * STATUSES + if status < STATUSES { status } else { STATUSES - 100 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_says_what_was_counted() {
        let counters = Counters::new(2);
        counters.requests.add(3);
        counters.answered(0, 200);
        counters.answered(1, 404);
        counters.answered(9, 404);
        counters.answered(0, 7);
        counters.enter(State::Idle);
        counters.refuse(Refusal::BodyTooLarge);
        counters.latency.record(5, 2);
        counters.latency.record(1_000, 1);
        let mut words = Vec::new();
        counters.snapshot(&mut words);
        assert_eq!((words[0], words[1], words[14]), (3, 4, 1));
        let (refusals, words) = (words[16] as usize, &words[17..]);
        assert_eq!((refusals, words[Refusal::BodyTooLarge as usize]), (Refusal::ALL.len(), 1));
        let words = &words[refusals..];
        assert_eq!((words[0], words[1], words[2] as usize, words[3 + 5]), (1_010, 1_000, BUCKETS, 2));
        assert_eq!(words[3 + BUCKETS..], [3, 0, 200, 1, 0, 500, 1, 1, 404, 2]);
        let (mut one, mut two) = (Vec::new(), Vec::new());
        counters.snapshot(&mut one);
        Counters::snapshot_of(&[&counters, &counters], &mut two);
        assert_eq!((two[0], two.len(), two[two.len() - 1]), (2 * one[0], one.len(), 2 * one[one.len() - 1]));
        assert_eq!((counters.responses_of(404), counters.responses(1, 404), counters.state(State::Idle)), (2, 2, 1));
    }
}
