//! Requests as text, responses taken apart.

use lanewise_http::date::{ImfDate, imf_date};
use lanewise_http::{Framing, Head, HeadLimits, HeadReader};
use lanewise_plans::{Admission, Client, Outcome, Plan, Plans, Request, Respond, Route, Table};
use lanewise_text::{CaseFolding, Matcher, Options, Pattern};
use lanewise_transcode::Query;
use std::sync::Arc;

pub(crate) const LOG: &str = r#"{"level":"warning","message":"überfällig","values":[1,-2.5,true,null,""],"nested":{"a":{"b":[]}}}"#;

pub(crate) fn date() -> ImfDate {
    imf_date(784_111_777)
}

pub(crate) fn route(method: &str, path: &str, plan: Plan) -> Route {
    Route { method: (!method.is_empty()).then(|| method.to_owned()), path: path.to_owned(), plan }
}

pub(crate) fn echo(select: &[(&str, &str)]) -> Plan {
    let compile = || Query::new(select.iter().map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16()))).unwrap();
    Plan::Echo { select: (!select.is_empty()).then(compile) }
}

pub(crate) fn respond(status: u16, content_type: &str, body: &[u8]) -> Plan {
    Plan::Respond(Respond { status, content_type: content_type.into(), body: body.into() })
}

pub(crate) fn search(patterns: &[&str], ignore_case: bool, replace: Option<&str>) -> Plan {
    let ignore_case = if ignore_case { CaseFolding::Unicode } else { CaseFolding::None };
    let options = Options { ignore_case, ..Options::default() };
    let matcher = Matcher::new(patterns.iter().map(|pattern| Pattern::Bytes(pattern.as_bytes())), &options).unwrap();
    Plan::Search { matcher: Arc::new(matcher), replace: replace.map(|text| text.as_bytes().to_vec()) }
}

pub(crate) fn plans() -> Plans {
    let routes = [
        route("GET", "/echo", echo(&[])),
        route("POST", "/echo", echo(&[])),
        route("", "/any", echo(&[])),
        route("PUT", "/put", echo(&[])),
        route("", "/select", echo(&[("b", "/nested/a"), ("none", "/x"), ("a", "/level"), ("first", "$..values[1]")])),
        route("", "/search", search(&["error", "warn", "ö"], true, None)),
        route("", "/exact", search(&["he", "she"], false, None)),
        route("", "/redact", search(&["secret", "token"], false, Some("***"))),
        route("", "/erase", search(&["secret"], false, Some(""))),
        route("GET", "/text", respond(200, "text/plain; charset=utf-8", "plain ü".as_bytes())),
        route("GET", "/bytes", respond(203, "image/png", b"\x00\xff\r\n")),
        route("", "/gone", respond(410, "text/plain", b"")),
        route("DELETE", "/gone/:id", respond(204, "text/plain", b"left out")),
        route("GET", "/users/:id", Plan::Handler),
        route("POST", "/users/:id", Plan::Handler),
        route("", "/files/*", Plan::Handler),
        route("GET", "/healthz", Plan::Report),
    ];
    Plans::new(Arc::new(Table::new(routes).unwrap()))
}

/// A response taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) outcome: Outcome,
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Reads the head of a request; `fields` are whole lines.
pub(crate) fn head(method: &str, target: &str, fields: &[&str]) -> (Head, Vec<u8>) {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let host = if fields.contains("Host:") { "" } else { "Host: x\r\n" };
    let bytes = format!("{method} {target} HTTP/1.1\r\n{host}{fields}\r\n").into_bytes();
    let mut head = Head::new();
    let limits = HeadLimits { bytes: 1 << 20, fields: 1 << 12 };
    assert!(HeadReader::new().read(&bytes, &limits, &mut head).unwrap());
    assert!(matches!(head.framing(), Framing::None | Framing::Length(_)));
    (head, bytes)
}

/// Serves a request, and checks of the response what holds for each.
pub(crate) fn ask(plans: &mut Plans, method: &str, target: &str, fields: &[&str], body: &[u8]) -> Reply {
    let (head, bytes) = head(method, target, fields);
    let date = date();
    let client = Client { version: head.version(), keep_alive: head.keep_alive(), date: &date };
    let mut out = b"before".to_vec();
    let admission = plans.admit(&head, &bytes);
    let outcome = plans.serve(&Request { head: &head, bytes: &bytes, body }, &client, &mut out);
    match admission {
        Admission::Handler { route } => assert_eq!(outcome, Outcome::Handler { route }),
        Admission::Collect => {}
        Admission::Ignore => {
            let mut other = b"before".to_vec();
            plans.serve(&Request { head: &head, bytes: &bytes, body: b"another body" }, &client, &mut other);
            assert!(other == out, "{}", out.escape_ascii());
        }
    }
    let response = out.strip_prefix(b"before").unwrap();
    let Outcome::Answered { status, .. } = outcome else {
        assert!(response.is_empty());
        return Reply { outcome, status: 0, fields: Vec::new(), body: Vec::new() };
    };
    let reply = take_apart(outcome, response);
    assert_eq!(reply.status, status);
    assert_eq!(reply.field("date"), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    match (method, status) {
        ("HEAD", _) | (_, 204 | 304) => assert!(reply.body.is_empty()),
        _ => assert_eq!(reply.field("content-length"), Some(reply.body.len().to_string().as_str())),
    }
    if matches!(status, 204 | 304) {
        assert_eq!(reply.field("content-length"), None);
    }
    reply
}

fn take_apart(outcome: Outcome, response: &[u8]) -> Reply {
    let end = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let mut lines = std::str::from_utf8(&response[..end]).unwrap().split("\r\n");
    let status = lines.next().unwrap().strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
    let fields = lines.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let fields: Vec<_> = fields.collect();
    assert!(fields.iter().all(|(_, value)| value.trim() == value));
    Reply { outcome, status, fields, body: response[end + 4..].to_vec() }
}
