//! What a plane asks: the requests that are for JavaScript are written down, to be handed over when the turn is over.
use std::collections::HashMap;

use lanewise_dataplane::{Admission, Flow, Gone, Reply, Request, Served, Service, Token};

use super::record::{Kind, Page};

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

/// The service of a plane whose requests are for JavaScript.
#[derive(Default)]
pub(crate) struct Crossing {
    pub(crate) page: Page,
    /// By id. An id is free where there is none.
    pending: Vec<Option<Pending>>,
    free: Vec<u32>,
    /// The ids of requests that have outlived their turn.
    ids: HashMap<Token, u32>,
    /// The ids given away since the last `settle`: most of them are answered before they would be looked for.
    fresh: Vec<u32>,
}

impl Crossing {
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
}

impl Service for Crossing {
    fn admit(&mut self, _: &Request<'_>) -> Admission {
        Admission::Collect
    }

    fn serve(&mut self, request: &Request<'_>, _: &mut Reply<'_>) -> Served {
        let id = self.begin(request.token, 0);
        self.page.request(id, 0, request.head, request.head_bytes, request.body, false);
        Served::Later
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
        let why = match why {
            Gone::Left => 0,
            Gone::Expired => 1,
            Gone::Cut => 2,
            Gone::Refused => 3,
        };
        self.page.note(Kind::Gone, id, why);
    }

    fn writable(&mut self, token: Token) {
        if let Some(id) = self.find(token) {
            self.page.note(Kind::Writable, id, 0);
        }
    }

    fn ended(&mut self, token: Token) {
        if let Some(id) = self.find(token) {
            self.page.note(Kind::Ended, id, 0);
        }
    }
}
