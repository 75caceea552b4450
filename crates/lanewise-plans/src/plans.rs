//! A request in, a response out.

use crate::echo::{self, Memory};
use crate::heads::{Client, Field, Length};
use crate::media::{self, JSON, MSGPACK, Ranges, Representation};
use crate::respond::Written;
use crate::routes::{Methods, Target};
use crate::search;
use crate::table::{Compiled, Table, Usual};
use lanewise_error::Error;
use lanewise_http::response::Body;
use lanewise_http::{Head, Known, Method, failure_body};
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

/// A request that has come.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// Its head.
    pub head: &'r Head,
    /// The bytes of the head.
    pub bytes: &'r [u8],
    /// All of its body, without framing.
    pub body: &'r [u8],
}

/// What is done with the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is needed.
    Collect,
    /// The answer does not depend on it: [`Plans::serve`] gives it at once, whatever the body of the request is.
    Ignore,
    /// It is for whoever answers this route.
    Handler {
        /// The number of the route.
        route: usize,
    },
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The whole response has been appended.
    Answered {
        /// The number of the route that answered, `None` where there is none.
        route: Option<usize>,
        /// Its status.
        status: u16,
    },
    /// Nothing has been appended: this route has a handler, or is a report. [`Plans::params`] are its params.
    Handler {
        /// The number of the route.
        route: usize,
    },
}

/// Serves the plans of a table: the memory of one thread.
#[derive(Debug)]
pub struct Plans {
    table: Arc<Table>,
    choice: Choice,
    memory: Memory,
    matches: Vec<u32>,
    /// A field value that is made for one response.
    value: Vec<u8>,
}

/// Memory of the choice of a route and of a type.
#[derive(Debug, Default)]
struct Choice {
    params: Vec<Range<usize>>,
    ranges: Ranges,
    /// The fields of an Accept that are more than one, joined.
    accept: Vec<u8>,
}

/// What a request is answered with, as its head says.
enum Decision<'d> {
    Fail(u16),
    NotAllowed(Methods),
    /// To OPTIONS: what a path takes, or that there is a server.
    Options(Option<Methods>),
    Hello(Representation<'d>),
    Echo {
        came: Representation<'d>,
        wanted: Representation<'d>,
    },
    Respond,
    Search,
    Handler,
}

impl Plans {
    /// Plans for one thread.
    #[must_use]
    pub fn new(table: Arc<Table>) -> Self {
        Self { table, choice: Choice::default(), memory: Memory::default(), matches: Vec::new(), value: Vec::new() }
    }

    /// The routes that it serves.
    #[must_use]
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// Serves other routes from now on, with the same memory.
    pub fn set_table(&mut self, table: Arc<Table>) {
        self.table = table;
    }

    /// Where in the path the params of the route are that the last request went to, in the order of [`Table::names`].
    #[must_use]
    pub fn params(&self) -> &[Range<usize>] {
        &self.choice.params
    }

    /// What is to be done with the body of a request that has this head.
    #[must_use]
    pub fn admit(&mut self, head: &Head, bytes: &[u8]) -> Admission {
        self.choose(head, bytes).1
    }

    /// The number of the route that a request with this head goes to, `None` where there is none, and what is to be done with its body.
    #[must_use]
    pub fn choose(&mut self, head: &Head, bytes: &[u8]) -> (Option<usize>, Admission) {
        let (route, decision) = self.choice.decide(&self.table, head, bytes);
        let admission = match (route, decision) {
            (Some(route), Decision::Handler) => Admission::Handler { route },
            (_, Decision::Echo { .. } | Decision::Search) => Admission::Collect,
            _ => Admission::Ignore,
        };
        (route, admission)
    }

    /// Appends the whole response, head and body, to `out`; nothing for a route that is answered elsewhere.
    ///
    /// # Complexity
    /// O(head and body), and of what a query or a matcher takes. Nothing is allocated once `out` and the memory of the plans are large enough, but for
    /// bodies that repeat keys which a query asks for, and for MessagePack with deep containers that is refused.
    pub fn serve(&mut self, request: &Request<'_>, client: &Client<'_>, out: &mut Vec<u8>) -> Outcome {
        let Request { head, bytes, body } = *request;
        let Self { table, choice, memory, matches, value } = self;
        let (route, decision) = choice.decide(table, head, bytes);
        let mut writer = Writer { client, is_head: head.method() == Method::Head, table, value, out };
        let plan = route.and_then(|route| table.plans.get(route));
        let status = match (decision, plan, route) {
            (Decision::Handler, _, Some(route)) => return Outcome::Handler { route },
            (Decision::Respond, Some(Compiled::Respond(answer)), _) => match answer.write(head, bytes, client, writer.out) {
                Written::Answer(status) => status,
                Written::Nothing => writer.fail(412),
            },
            (Decision::Hello(wanted), ..) => writer.greet(wanted),
            (Decision::Echo { came, wanted }, Some(Compiled::Echo { select }), _) => {
                writer.write(wanted, echo::guess(body.len(), came.format, wanted.format), |out| {
                    echo::convert(body, came.format, wanted.format, select.as_ref(), memory, out)
                })
            }
            (Decision::Search, Some(Compiled::Search { matcher, replace: None }), _) => {
                search::find(matcher, body, matches);
                writer.write(JSON, MATCH_GUESS * (1 + matches.len() / 3), |out| {
                    search::write_matches(matches, out);
                    Ok(())
                })
            }
            (Decision::Search, Some(Compiled::Search { matcher, replace: Some(replacement) }), _) => {
                let content_type = head.known(Known::ContentType, bytes).unwrap_or(BINARY);
                writer.write_as(content_type, body.len(), |out| search::redact(matcher, body, replacement, out))
            }
            (Decision::NotAllowed(methods), ..) => writer.not_allowed(methods),
            (Decision::Options(methods), ..) => writer.options(methods),
            (Decision::Fail(status), ..) => writer.fail(status),
            // A decision goes with its plan.
            _ => writer.fail(500),
        };
        Outcome::Answered { route, status }
    }
}

/// The type of a body that has none.
const BINARY: &[u8] = b"application/octet-stream";

impl Choice {
    /// The route of a request, and how it is answered.
    fn decide<'d>(&'d mut self, table: &Table, head: &'d Head, bytes: &'d [u8]) -> (Option<usize>, Decision<'d>) {
        let is_options = head.method() == Method::Options;
        let path = head.path(bytes);
        if is_options && path == b"*" {
            return (None, Decision::Options(None));
        }
        let route = match table.routes.find(head.method_name(bytes), path, &mut self.params) {
            Target::Route(route) => route,
            Target::NotAllowed(methods) if is_options => return (None, Decision::Options(Some(methods))),
            Target::NotAllowed(methods) => return (None, Decision::NotAllowed(methods)),
            Target::NotFound => return (None, Decision::Fail(404)),
            Target::Malformed => return (None, Decision::Fail(400)),
        };
        let decision = match table.plans.get(route) {
            Some(Compiled::Echo { .. }) if matches!(head.method(), Method::Get | Method::Head) => {
                self.negotiate(head, bytes, JSON).map_or(Decision::Fail(406), Decision::Hello)
            }
            Some(Compiled::Echo { .. }) => self.echo(head, bytes),
            Some(Compiled::Respond(_)) => Decision::Respond,
            Some(Compiled::Report) => Decision::Handler,
            _ if !is_identity(head, bytes) => Decision::Fail(415),
            Some(Compiled::Search { .. }) => Decision::Search,
            _ => Decision::Handler,
        };
        (Some(route), decision)
    }

    /// How a body is echoed: 415 for one that is neither JSON nor MessagePack, 406 when the answer may be neither.
    fn echo<'d>(&'d mut self, head: &'d Head, bytes: &'d [u8]) -> Decision<'d> {
        let came = media::body_type(head.known(Known::ContentType, bytes)).filter(|_| is_identity(head, bytes));
        let Some(came) = came else { return Decision::Fail(415) };
        self.negotiate(head, bytes, came).map_or(Decision::Fail(406), |wanted| Decision::Echo { came, wanted })
    }

    fn negotiate<'d>(&'d mut self, head: &'d Head, bytes: &'d [u8], came: Representation<'d>) -> Option<Representation<'d>> {
        let mut fields = head.all(Known::Accept, bytes);
        let Some(first) = fields.next() else { return Some(came) };
        let mut accept = first;
        // A list that stands in several fields is one.
        if let Some(second) = fields.next() {
            self.accept.clear();
            self.accept.extend_from_slice(first);
            for field in [second].into_iter().chain(fields) {
                self.accept.extend_from_slice(b", ");
                self.accept.extend_from_slice(field);
            }
            accept = &self.accept;
        }
        self.ranges.negotiate(Some(accept), came)
    }
}

/// Whether the body is under no coding.
fn is_identity(head: &Head, bytes: &[u8]) -> bool {
    let mut codings = head.all(Known::ContentEncoding, bytes);
    media::is_identity(codings.next()) && codings.next().is_none()
}

/// About how many bytes the body of a 400 has.
const ERROR_GUESS: usize = 100;
/// About how many bytes a match has in the answer to a search.
const MATCH_GUESS: usize = 32;

/// The field that says what a body is.
fn content(content_type: &[u8]) -> Field<'_> {
    (b"Content-Type", content_type)
}

/// The heads of a format under its usual name, which it has from the constant.
fn usual<'t>(table: &'t Table, kind: Representation<'_>) -> Option<&'t Usual> {
    let named = [(JSON, &table.json), (MSGPACK, &table.msgpack)];
    named.into_iter().find_map(|(format, usual)| std::ptr::eq(kind.name, format.name).then_some(usual))
}

/// Appends responses.
struct Writer<'w> {
    client: &'w Client<'w>,
    is_head: bool,
    table: &'w Table,
    value: &'w mut Vec<u8>,
    out: &'w mut Vec<u8>,
}

impl Writer<'_> {
    /// Answers 200 with the greeting.
    fn greet(&mut self, kind: Representation<'_>) -> u16 {
        let body = echo::greeting(kind.format);
        let Some(usual) = usual(self.table, kind) else {
            return self.write(kind, body.len(), |out| {
                out.extend_from_slice(body);
                Ok(())
            });
        };
        usual.greeting.write(self.client, self.out);
        if !self.is_head {
            self.out.extend_from_slice(body);
        }
        200
    }

    /// Answers 200 with what `body` appends, about `guess` bytes; 400 with what is wrong where it fails. Gives the status.
    fn write(&mut self, kind: Representation<'_>, guess: usize, body: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) -> u16 {
        let before = self.out.len();
        self.write_head(kind);
        let length = Length::open(guess, self.out);
        match body(self.out) {
            Ok(()) => {
                self.finish(length);
                200
            }
            Err(error) => {
                self.out.truncate(before);
                self.refuse(error)
            }
        }
    }

    /// Answers 200 with what `body` appends, about `guess` bytes, under a Content-Type that is the client's.
    fn write_as(&mut self, content_type: &[u8], guess: usize, body: impl FnOnce(&mut Vec<u8>)) -> u16 {
        self.client.write_head(200, Body::None, [content(content_type)], self.out);
        let length = Length::open(guess, self.out);
        body(self.out);
        self.finish(length);
        200
    }

    fn write_head(&mut self, kind: Representation<'_>) {
        if let Some(usual) = usual(self.table, kind) {
            usual.any.write(self.client, self.out);
        } else {
            self.value.clear();
            kind.write_name(self.value);
            self.client.write_head(200, Body::None, [content(self.value)], self.out);
        }
    }

    /// Ends a body.
    fn finish(&mut self, length: Length) {
        let start = length.settle(self.out);
        if self.is_head {
            self.out.truncate(start);
        }
    }

    /// Answers 400 with the error of a body.
    fn refuse(&mut self, error: Error) -> u16 {
        self.client.write_head(400, Body::None, [content(JSON.name)], self.out);
        let length = Length::open(ERROR_GUESS, self.out);
        // A vector takes everything.
        let _ = write!(self.out, r#"{{"error":{{"code":"{}","message":"{error}""#, error.code.name());
        if error.offset != Error::NOWHERE {
            let _ = write!(self.out, r#","offset":{}"#, error.offset);
        }
        self.out.extend_from_slice(b"}}");
        self.finish(length);
        400
    }

    /// Answers with a failure of the table.
    fn fail(&mut self, status: u16) -> u16 {
        self.fail_with(status, false)
    }

    fn fail_with(&mut self, status: u16, has_allow: bool) -> u16 {
        let body = failure_body(status).as_bytes();
        let allow = has_allow.then_some((b"Allow" as &[u8], self.value.as_slice()));
        let fields = [content(JSON.name)].into_iter().chain(allow);
        self.client.write_head(status, Body::Length(body.len() as u64), fields, self.out);
        if !self.is_head {
            self.out.extend_from_slice(body);
        }
        status
    }

    /// Answers 405 with what the path takes.
    fn not_allowed(&mut self, methods: Methods) -> u16 {
        self.value.clear();
        self.table.routes.write_allow(methods, self.value);
        self.fail_with(405, true)
    }

    /// Answers OPTIONS.
    fn options(&mut self, methods: Option<Methods>) -> u16 {
        self.value.clear();
        let allow = methods.map(|methods| {
            self.table.routes.write_allow(methods, self.value);
            (b"Allow" as &[u8], self.value.as_slice())
        });
        self.client.write_head(204, Body::None, allow, self.out);
        204
    }
}
