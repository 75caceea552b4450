//! What a plane asks: the requests that are for JavaScript are written down, to be handed over when the turn is over.
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use lanewise_dataplane::{Admission, Flow, Gone, Reply, Request, Served, Service, Token};
use lanewise_http::{Framing, Refusal};
use lanewise_plans::{Admission as Wanted, Client, Outcome, Plans};

use super::crowd::Post;
use super::journal::Journal;
use super::record::{Kind, Page};
use super::routing::Routing;

/// Bytes of a streamed body that are handed over before JavaScript has asked for more.
const AHEAD_MAX: usize = 64 << 10;

/// A request that JavaScript has, or is about to get.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    /// `None` once the request is over without an answer; the id is in use until JavaScript has said that it knows.
    pub(crate) token: Option<Token>,
    pub(crate) route: u16,
    /// Bytes of its body that may still be handed over.
    ahead: usize,
}

/// Routes that are kept for requests whose bodies were arriving when others were set.
pub(crate) const GENERATIONS: usize = 16;
/// The route of a request that has none, in a record.
const NO_ROUTE: u32 = u32::MAX;
/// What the plane answers in place of a handler that has not in time.
const EXPIRED: u16 = 504;

/// The service of a plane: plans are served here, the rest is for JavaScript.
pub(crate) struct Crossing {
    /// The last ones, each at its generation modulo their number.
    routings: [Option<Routing>; GENERATIONS],
    generation: u32,
    /// Of each connection, the generation that its request was admitted by, whose body is arriving.
    admitted: Vec<u32>,
    /// With the table of some generation.
    plans: Plans,
    planned: u32,
    /// False where JavaScript runs the plans, too.
    runs_plans: bool,
    /// Where the records go, on a thread of its own.
    pub(crate) post: Option<Post>,
    pub(crate) page: Page,
    /// Where requests are logged.
    pub(crate) journal: Option<Box<Journal>>,
    /// By id. An id is free where there is none.
    pending: Vec<Option<Pending>>,
    free: Vec<u32>,
    /// The ids of requests that have outlived their turn.
    ids: HashMap<Token, u32>,
    /// The ids given away since the last `settle`: most of them are answered before they would be looked for.
    fresh: Vec<u32>,
}

impl Crossing {
    pub(crate) fn new(routing: Routing, runs_plans: bool, logs: bool) -> Self {
        let plans = Plans::new(routing.table.clone());
        let mut routings = [const { None }; GENERATIONS];
        routings[0] = Some(routing);
        Self {
            routings,
            generation: 0,
            admitted: Vec::new(),
            plans,
            planned: 0,
            runs_plans,
            post: None,
            page: Page::default(),
            journal: logs.then(Box::default),
            pending: Vec::new(),
            free: Vec::new(),
            ids: HashMap::new(),
            fresh: Vec::new(),
        }
    }

    /// The same, on a thread of its own.
    pub(crate) fn with_post(self, post: Post) -> Self {
        Self { post: Some(post), ..self }
    }

    /// Serves by other routes from the next request on: those of this generation.
    pub(crate) fn set_routing(&mut self, routing: Routing) -> u32 {
        self.generation += 1;
        self.routings[self.generation as usize % GENERATIONS] = Some(routing);
        self.generation
    }

    /// Takes the routes that a request is served by: a body may have begun to arrive before there were others.
    fn choose(&mut self, request: &Request<'_>) {
        let admitted = self.admitted.get(request.token.connection as usize).copied().unwrap_or_default();
        let is_old = announces_body(request) && self.generation - admitted < GENERATIONS as u32;
        self.use_table(if is_old { admitted } else { self.generation });
    }

    fn use_table(&mut self, generation: u32) {
        if generation != self.planned
            && let Some(routing) = &self.routings[generation as usize % GENERATIONS]
        {
            self.plans.set_table(routing.table.clone());
            self.planned = generation;
        }
    }

    /// The routes that the plans have now.
    fn routing(&self) -> &Routing {
        self.routings[self.planned as usize % GENERATIONS].as_ref().expect("a generation is used after it was set")
    }

    /// Puts what has been logged behind the records of the turn. How many entries have found no room since the last time.
    pub(crate) fn write_log(&mut self) -> u64 {
        self.journal.as_mut().map_or(0, |journal| journal.write(&mut self.page))
    }

    /// What an id stands for.
    pub(crate) fn pending(&self, id: u32) -> Option<Pending> {
        self.pending.get(id as usize).copied().flatten()
    }

    /// The token of a request that can still be answered.
    pub(crate) fn token(&self, id: u32) -> Option<Token> {
        self.pending(id)?.token
    }

    /// Frees an id: its request has been answered, or is over and JavaScript knows it.
    pub(crate) fn release(&mut self, id: u32) -> Option<Pending> {
        let pending = self.pending.get_mut(id as usize)?.take()?;
        self.free.push(id);
        if let Some(token) = pending.token.filter(|_| !self.ids.is_empty()) {
            self.ids.remove(&token);
        }
        Some(pending)
    }

    /// What has been handed over is not answered yet: it will be looked for by its token.
    pub(crate) fn settle(&mut self) {
        while let Some(id) = self.fresh.pop() {
            if let Some(token) = self.token(id) {
                self.ids.insert(token, id);
            }
        }
    }

    /// JavaScript has taken what it had of a streamed body; the token of the request, which may go on.
    pub(crate) fn resume(&mut self, id: u32) -> Option<Token> {
        let pending = self.pending.get_mut(id as usize)?.as_mut()?;
        pending.ahead = AHEAD_MAX;
        pending.token
    }

    fn begin(&mut self, token: Token, route: u16) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.pending.push(None);
            (self.pending.len() - 1) as u32
        });
        self.pending[id as usize] = Some(Pending { token: Some(token), route, ahead: AHEAD_MAX });
        self.fresh.push(id);
        id
    }

    fn find(&self, token: Token) -> Option<u32> {
        let is_it = |id: &&u32| self.token(**id) == Some(token);
        self.ids.get(&token).or_else(|| self.fresh.iter().rev().find(is_it)).copied()
    }

    /// Writes a request down for JavaScript, which finds the route by itself unless it is one with a handler.
    fn cross(&mut self, request: &Request<'_>, route: Option<usize>, is_handled: bool) -> Served {
        let traits = route.map(|route| self.routing().traits(route));
        let counter = traits.map_or(self.routing().unrouted, |traits| traits.counter);
        let is_streamed = traits.is_some_and(|traits| traits.is_streamed) && announces_body(request);
        let id = self.begin(request.token, counter);
        if let Some(journal) = &mut self.journal {
            journal.begin(id, request);
        }
        let route = route.filter(|_| is_handled).map_or(NO_ROUTE, |route| route as u32);
        self.page.request(id, route, self.planned, request, is_streamed);
        Served::Later
    }

    /// Serves a plan. The route of a handler, which is for JavaScript.
    fn run(&mut self, request: &Request<'_>, reply: &mut Reply<'_>) -> Option<usize> {
        let started = self.journal.is_some().then(Instant::now);
        let date = *reply.date();
        let client = Client { version: reply.version(), keep_alive: reply.keep_alive(), date: &date };
        let parts = lanewise_plans::Request { head: request.head, bytes: request.head_bytes, body: request.body };
        match self.plans.serve(&parts, &client, reply.out) {
            Outcome::Answered { route, status } => {
                let counter = route.map_or(self.routing().unrouted, |route| self.routing().traits(route).counter);
                reply.count(counter, status);
                if let (Some(journal), Some(started)) = (&mut self.journal, started) {
                    journal.answered(request, started, status, reply.written());
                }
                None
            }
            Outcome::Handler { route } => Some(route),
        }
    }
}

fn announces_body(request: &Request<'_>) -> bool {
    !matches!(request.head.framing(), Framing::None | Framing::Length(0))
}

impl Service for Crossing {
    fn admit(&mut self, request: &Request<'_>) -> Admission {
        let connection = request.token.connection as usize;
        if connection >= self.admitted.len() {
            self.admitted.resize(connection + 1, 0);
        }
        self.admitted[connection] = self.generation;
        self.use_table(self.generation);
        match self.plans.admit(request.head, request.head_bytes) {
            Wanted::Handler { route } if self.routing().traits(route).is_streamed => Admission::Stream,
            Wanted::Handler { .. } | Wanted::Collect => Admission::Collect,
            Wanted::Ignore => Admission::Discard,
        }
    }

    fn serve(&mut self, request: &Request<'_>, reply: &mut Reply<'_>) -> Served {
        self.choose(request);
        if !self.runs_plans {
            let (route, wanted) = self.plans.choose(request.head, request.head_bytes);
            return self.cross(request, route, matches!(wanted, Wanted::Handler { .. }));
        }
        match self.run(request, reply) {
            None => Served::Now,
            route => self.cross(request, route, true),
        }
    }

    fn serve_whole(&mut self, request: &Request<'_>, reply: &mut Reply<'_>) -> Result<Served, Admission> {
        if self.runs_plans {
            self.use_table(self.generation);
            match self.run(request, reply) {
                None => return Ok(Served::Now),
                Some(route) if !self.routing().traits(route).is_streamed => return Ok(self.cross(request, Some(route), true)),
                Some(_) => {}
            }
        }
        match self.admit(request) {
            Admission::Collect => Ok(self.serve(request, reply)),
            other => Err(other),
        }
    }

    fn piece(&mut self, token: Token, data: &[u8], end: bool) -> Flow {
        let Some(id) = self.find(token) else { return Flow::More };
        self.page.piece(id, data, end);
        let Some(pending) = self.pending[id as usize].as_mut() else { return Flow::More };
        pending.ahead = pending.ahead.saturating_sub(data.len());
        if pending.ahead == 0 { Flow::Pause } else { Flow::More }
    }

    fn gone(&mut self, token: Token, why: Gone) {
        let Some(id) = self.find(token) else { return };
        self.ids.remove(&token);
        if let Some(pending) = &mut self.pending[id as usize] {
            pending.token = None;
        }
        if let Some(journal) = &mut self.journal {
            match why {
                Gone::Left | Gone::Cut => journal.forget(id),
                Gone::Expired => journal.fail(id, EXPIRED),
                Gone::Refused(refusal) => journal.fail(id, refusal.status()),
            }
        }
        let why = match why {
            Gone::Left => 0,
            Gone::Expired => 1,
            Gone::Cut => 2,
            Gone::Refused(_) => 3,
        };
        self.page.note(Kind::Gone, id, why);
    }

    fn writable(&mut self, token: Token) {
        if let Some(id) = self.find(token) {
            self.page.note(Kind::Writable, id, 0);
        }
    }

    fn refused(&mut self, why: Refusal, received: &[u8], peer: SocketAddr) {
        if let Some(journal) = &mut self.journal {
            journal.refused(received, why.status(), peer);
        }
    }

    fn ended(&mut self, token: Token) {
        if let Some(id) = self.find(token) {
            self.page.note(Kind::Ended, id, 0);
        }
    }
}
