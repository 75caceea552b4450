//! A plane whose handlers are answered by the tests, between a driver of scripted events and the records and answers that JavaScript would see.
use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use lanewise_dataplane::{Budget, Counters, Driver, Event, Limits, Link, Plane, Room, Sending, Socket};
use proptest::prelude::*;

use super::acts;
use super::record::Kind;
use super::record::tests::{Read, read};
use super::replies::{Answer, Media};
use super::routing::{GatewayRoute, Routing};
use super::service::Crossing;

const MS: u64 = 1_000_000;

enum Happening {
    Accept,
    Receive(Link, Vec<u8>),
    Break(Link),
}

/// The system, as the test has it.
#[derive(Default)]
struct Script {
    now: u64,
    waiting: VecDeque<Happening>,
    received: Vec<u8>,
    /// In the order in which they were opened.
    links: Vec<Link>,
    sent: HashMap<(u32, u32), Vec<u8>>,
    /// Where the plane has said that nothing more will come.
    ended: Vec<Link>,
    closed: Vec<Link>,
}

impl Driver for Script {
    fn wait(&mut self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn is_ready(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn next(&mut self) -> Option<Event<'_>> {
        Some(match self.waiting.pop_front()? {
            Happening::Accept => Event::Accepted { socket: Socket::new(0), peer: ([127, 0, 0, 1], 9).into() },
            Happening::Receive(link, bytes) => {
                self.received = bytes;
                Event::Received { link, bytes: &self.received }
            }
            Happening::Break(link) => Event::Broken { link },
        })
    }

    fn now(&mut self) -> u64 {
        self.now
    }

    fn unix_seconds(&mut self) -> u64 {
        0
    }

    fn open(&mut self, _: Socket, link: Link) -> io::Result<()> {
        self.links.push(link);
        Ok(())
    }

    fn refuse(&mut self, _: Socket) {}

    fn receive(&mut self, _: Link, _: bool) {}

    fn send(&mut self, link: Link, buffer: Vec<u8>, sent: usize) -> Sending {
        self.sent.entry((link.index, link.generation)).or_default().extend_from_slice(&buffer[sent..]);
        Sending::Done(buffer)
    }

    fn shutdown(&mut self, link: Link) {
        self.ended.push(link);
    }

    fn close(&mut self, link: Link) {
        self.closed.push(link);
    }

    fn reset(&mut self, _: Link) {}

    fn accept(&mut self, _: bool) {}

    fn turn_away(&mut self) {}

    fn unlisten(&mut self) {}
}

/// A plane with the routes `/h` (a handler), `/s` (one that takes its body as it arrives) and `/p` (a plan).
struct World {
    plane: Plane<Script, Crossing>,
}

fn routing() -> Routing {
    let route = |path: &str, kind: &str, counter, is_streamed| GatewayRoute {
        method: None,
        path: path.into(),
        kind: kind.into(),
        counter,
        select: None,
        status: None,
        media: None,
        body: None,
        matcher: None,
        replace: None,
        is_streamed,
    };
    Routing::new(vec![route("/h", "handler", 0, false), route("/s", "handler", 1, true), route("/p", "respond", 2, false)], 3).unwrap()
}

impl World {
    fn new() -> Self {
        let limits = Limits { handler_time: Duration::from_millis(500), ..Limits::default() };
        Self { plane: Plane::new(Script::default(), Crossing::new(routing(), true, false), limits, Arc::new(Counters::new(4))) }
    }

    fn connect(&mut self) -> Link {
        self.plane.driver_mut().waiting.push_back(Happening::Accept);
        self.turn();
        *self.plane.driver().links.last().unwrap()
    }

    fn receive(&mut self, link: Link, text: &str) {
        self.plane.driver_mut().waiting.push_back(Happening::Receive(link, text.as_bytes().to_vec()));
    }

    /// A turn, and what it has for JavaScript.
    fn turn(&mut self) -> Vec<Read> {
        self.plane.turn(Some(Duration::ZERO), Budget::default()).unwrap();
        let mut page = std::mem::take(&mut self.plane.service_mut().page);
        read(&mut page)
    }

    /// What happens when JavaScript has been called for a turn.
    fn settle(&mut self) {
        self.plane.service_mut().settle();
        self.plane.flush();
    }

    fn wait(&mut self, ms: u64) -> Vec<Read> {
        self.plane.driver_mut().now += ms * MS;
        self.turn()
    }

    fn answer(&mut self, id: u32, status: u16, body: &str) {
        acts::answer(&mut self.plane, &Answer { id, status, media: Media::Text, fields: b"", body: body.as_bytes(), is_latin1: false });
    }

    /// What was sent to a client since the last time.
    fn sent(&mut self, link: Link) -> String {
        let sent = self.plane.driver_mut().sent.remove(&(link.index, link.generation)).unwrap_or_default();
        String::from_utf8(sent).unwrap()
    }

    /// Nothing is under way, here or there.
    fn assert_empty(&self, ids: u32) {
        assert_eq!(self.plane.held(), (0, 0));
        assert!((0..ids).all(|id| self.plane.service().pending(id).is_none()));
    }
}

fn ids(records: &[Read]) -> Vec<u32> {
    let id = |record: &Read| if let Read::Request { id, .. } = record { Some(*id) } else { None };
    records.iter().filter_map(id).collect()
}

const GET: &str = "GET /h HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn plans_are_answered_here_and_handlers_there() {
    let mut world = World::new();
    let link = world.connect();
    world.receive(link, &format!("GET /p HTTP/1.1\r\nHost: a\r\n\r\n{GET}GET /none HTTP/1.1\r\nHost: a\r\n\r\n"));
    let records = world.turn();
    let [Read::Request { id, ref method, ref target, .. }] = records[..] else { panic!("{records:?}") };
    assert_eq!((method.as_slice(), target.as_slice()), (b"GET".as_slice(), b"/h".as_slice()));
    world.answer(id, 200, "by hand");
    world.settle();
    let sent = world.sent(link);
    let statuses: Vec<_> = sent.match_indices("HTTP/1.1 ").map(|(at, _)| &sent[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "200", "404"]);
    assert!(sent.contains("Content-Length: 7\r\n\r\nby handHTTP/1.1 404"));
    world.assert_empty(1);
}

#[test]
fn only_the_first_answer_counts() {
    let mut world = World::new();
    let link = world.connect();
    world.receive(link, GET);
    let id = ids(&world.turn())[0];
    world.answer(id, 200, "first");
    world.answer(id, 200, "second");
    world.answer(7, 200, "to nobody");
    world.settle();
    assert!(world.sent(link).ends_with("\r\n\r\nfirst"));
    world.receive(link, GET);
    assert_eq!(ids(&world.turn()), [id], "the id is free again");
    world.settle();
    world.answer(id, 204, "");
    world.settle();
    assert!(world.sent(link).starts_with("HTTP/1.1 204"));
    world.assert_empty(1);
}

#[test]
fn answers_leave_in_the_order_of_the_requests() {
    let mut world = World::new();
    let link = world.connect();
    world.receive(link, &GET.repeat(4));
    let ids = ids(&world.turn());
    world.settle();
    for i in [2, 1, 3, 0] {
        assert_eq!(world.sent(link), "");
        world.answer(ids[i], 200, &format!("#{i}"));
        world.settle();
    }
    let sent = world.sent(link);
    let bodies: Vec<_> = sent.match_indices('#').map(|(at, _)| &sent[at..at + 2]).collect();
    assert_eq!(bodies, ["#0", "#1", "#2", "#3"]);
    world.assert_empty(4);
}

#[test]
fn a_client_that_leaves_is_reported_once_and_its_id_kept_until_javascript_knows() {
    let mut world = World::new();
    let (first, second) = (world.connect(), world.connect());
    world.receive(first, GET);
    let id = ids(&world.turn())[0];
    world.settle();
    world.plane.driver_mut().waiting.push_back(Happening::Break(first));
    assert_eq!(world.turn(), [Read::Note { kind: Kind::Gone, id, detail: 0 }]);
    world.receive(second, GET);
    let other = ids(&world.turn())[0];
    assert_ne!(other, id);
    world.settle();
    world.answer(id, 0, "");
    world.answer(other, 200, "late");
    world.settle();
    assert!(world.sent(second).ends_with("late"));
    world.assert_empty(2);
}

#[test]
fn a_handler_that_is_late_is_answered_for() {
    let mut world = World::new();
    let link = world.connect();
    world.receive(link, GET);
    let id = ids(&world.turn())[0];
    world.settle();
    assert_eq!(world.wait(600), [Read::Note { kind: Kind::Gone, id, detail: 1 }]);
    assert!(world.sent(link).starts_with("HTTP/1.1 504"));
    world.answer(id, 200, "too late");
    world.settle();
    assert_eq!(world.sent(link), "");
    world.assert_empty(1);
}

#[test]
fn a_streamed_body_waits_when_it_is_ahead() {
    let mut world = World::new();
    let link = world.connect();
    world.receive(link, "POST /s HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
    let id = ids(&world.turn())[0];
    world.settle();
    let piece = "x".repeat(50_000);
    let taken = |records: Vec<Read>| -> usize {
        let size = |record: Read| if let Read::Piece { data, .. } = record { data.len() } else { 0 };
        records.into_iter().map(size).sum()
    };
    let mut total = 0;
    for _ in 0..4 {
        world.receive(link, &piece);
        total += taken(world.turn());
    }
    assert!((64 << 10..200_000).contains(&total), "{total}");
    while total < 200_000 {
        acts::resume(&mut world.plane, id);
        world.plane.flush();
        let more = taken(world.turn());
        assert!(more > 0);
        total += more;
    }
    world.answer(id, 200, "all");
    world.settle();
    assert!(world.sent(link).ends_with("all"));
    world.assert_empty(1);
}

#[test]
fn a_streamed_answer_is_chunked_and_a_cut_one_ends_the_connection() {
    for is_whole in [true, false] {
        let mut world = World::new();
        let link = world.connect();
        world.receive(link, GET);
        let id = ids(&world.turn())[0];
        world.settle();
        let head = Answer { id, status: 200, media: Media::None, fields: b"X-A\nb\n", body: b"", is_latin1: false };
        assert!(acts::begin(&mut world.plane, &head));
        assert!(!acts::begin(&mut world.plane, &head), "it has begun");
        assert_eq!(acts::write(&mut world.plane, id, b"piece"), Room::More);
        acts::finish(&mut world.plane, id, is_whole);
        assert_eq!(acts::write(&mut world.plane, id, b"more"), Room::Gone);
        world.settle();
        world.turn();
        let sent = world.sent(link);
        assert!(sent.contains("X-A: b\r\n"), "{sent}");
        assert_eq!(sent.ends_with("5\r\npiece\r\n0\r\n\r\n"), is_whole, "{sent}");
        assert_eq!(world.plane.driver().ended.contains(&link), !is_whole);
        world.assert_empty(1);
    }
}

#[test]
fn fields_that_cannot_be_written_are_a_500() {
    for fields in [b"X\na\rb\n".as_slice(), b"a b\nc\n", b"\nc\n"] {
        let mut world = World::new();
        let link = world.connect();
        world.receive(link, GET);
        let id = ids(&world.turn())[0];
        let answer = Answer { id, status: 200, media: Media::None, fields, body: b"secret", is_latin1: false };
        acts::answer(&mut world.plane, &answer);
        world.settle();
        let sent = world.sent(link);
        assert!(sent.starts_with("HTTP/1.1 500") && !sent.contains("secret"), "{sent}");
    }
}

#[test]
fn what_no_body_belongs_to_has_none() {
    let mut world = World::new();
    let link = world.connect();
    world.receive(link, "HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
    let id = ids(&world.turn())[0];
    let answer = Answer { id, status: 200, media: Media::Json, fields: b"", body: b"\xe9t\xe9", is_latin1: true };
    acts::answer(&mut world.plane, &answer);
    world.settle();
    let sent = world.sent(link);
    assert!(sent.ends_with("Content-Length: 5\r\n\r\n"), "{sent}");
    world.receive(link, GET);
    let id = ids(&world.turn())[0];
    acts::answer(&mut world.plane, &Answer { id, ..answer });
    world.settle();
    assert!(world.sent(link).ends_with("Content-Length: 5\r\n\r\nété"));
}

#[test]
fn requests_under_way_keep_the_routes_that_they_came_by() {
    let mut world = World::new();
    let link = world.connect();
    world.receive(link, "POST /h HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
    assert_eq!(world.turn(), []);
    let empty = Routing::new(Vec::new(), 3).unwrap();
    assert_eq!(world.plane.service_mut().set_routing(empty), 1);
    world.receive(link, "b");
    let id = ids(&world.turn())[0];
    world.answer(id, 200, "old");
    world.settle();
    assert!(world.sent(link).ends_with("old"));
    world.receive(link, GET);
    assert_eq!(world.turn(), []);
    assert!(world.sent(link).starts_with("HTTP/1.1 404"));
}

#[derive(Clone, Debug)]
enum Step {
    Connect,
    Ask(prop::sample::Index),
    Answer(prop::sample::Index),
    Leave(prop::sample::Index),
    Wait(u64),
    Settle,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Connect),
        4 => any::<prop::sample::Index>().prop_map(Step::Ask),
        4 => any::<prop::sample::Index>().prop_map(Step::Answer),
        1 => any::<prop::sample::Index>().prop_map(Step::Leave),
        1 => (0..400u64).prop_map(Step::Wait),
        2 => Just(Step::Settle),
    ]
}

proptest! {
    /// Whatever the order of requests, answers, departures and time: a request has one end, answers go to who asked, and nothing is left over.
    #[test]
    fn every_request_ends_once(steps in prop::collection::vec(step(), 0..120)) {
        let mut world = World::new();
        // Ids that JavaScript has, and of which connection; connections that are open, and how many answers they are to get.
        let (mut held, mut links): (Vec<(u32, Link)>, Vec<Link>) = (vec![], vec![]);
        let mut expected: HashMap<(u32, u32), usize> = HashMap::new();
        // The plane reads no further requests of a connection than these before it has answered.
        let (mut most, mut asks) = (0, HashMap::<(u32, u32), usize>::new());
        for step in steps {
            let mut asked = None;
            let records = match step {
                Step::Connect => {
                    links.push(world.connect());
                    vec![]
                }
                Step::Ask(which) if !links.is_empty() => {
                    let link = *which.get(&links);
                    asked = Some(link);
                    let count = asks.entry((link.index, link.generation)).or_default();
                    *count += 1;
                    if *count <= Limits::default().pipelined {
                        world.receive(link, GET);
                    }
                    world.turn()
                }
                Step::Answer(which) if !held.is_empty() => {
                    let (id, link) = held.swap_remove(which.index(held.len()));
                    world.answer(id, 200, "x");
                    *expected.entry((link.index, link.generation)).or_default() += 1;
                    vec![]
                }
                Step::Leave(which) if !links.is_empty() => {
                    let link = links.swap_remove(which.index(links.len()));
                    world.plane.driver_mut().waiting.push_back(Happening::Break(link));
                    world.turn()
                }
                Step::Wait(ms) => world.wait(ms),
                _ => {
                    world.settle();
                    vec![]
                }
            };
            for record in records {
                match record {
                    Read::Request { id, .. } => {
                        prop_assert!(held.iter().all(|(other, _)| *other != id), "the id {} is given twice", id);
                        held.push((id, asked.unwrap()));
                        most = most.max(id + 1);
                    }
                    Read::Note { kind: Kind::Gone, id, .. } => {
                        let place = held.iter().position(|(other, _)| *other == id);
                        prop_assert!(place.is_some(), "{} has ended before", id);
                        held.swap_remove(place.unwrap());
                        world.answer(id, 0, "");
                    }
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            // A deadline closes connections behind the 504.
            let closed = &world.plane.driver().closed;
            links.retain(|link| !closed.contains(link));
        }
        for (id, link) in held {
            world.answer(id, 200, "x");
            *expected.entry((link.index, link.generation)).or_default() += 1;
        }
        world.settle();
        for link in links {
            world.plane.driver_mut().waiting.push_back(Happening::Break(link));
        }
        prop_assert_eq!(world.turn(), []);
        world.assert_empty(most);
        for (place, sent) in &world.plane.driver().sent {
            let count = String::from_utf8_lossy(sent).matches("HTTP/1.1 200").count();
            prop_assert!(count <= expected.get(place).copied().unwrap_or(0), "answers of others");
        }
    }
}
