//! What the gateway's other iterations answer, byte for byte.

mod exchange;
mod properties;

use exchange::*;
use lanewise_plans::{Outcome, Plan, Plans, RouteError, Table, entity_tag};
use lanewise_transcode::{FromJson, from_json};
use std::sync::Arc;

const JSON: &str = "Content-Type: application/json";
const MSGPACK: &str = "Content-Type: application/msgpack";
const TEXT: &str = "Content-Type: text/plain";
const TO_JSON: &str = "Accept: application/json";
const TO_MSGPACK: &str = "Accept: application/msgpack";

fn msgpack(json: &str) -> Vec<u8> {
    let mut out = Vec::new();
    from_json(json.as_bytes(), &FromJson::default(), &mut out).unwrap();
    out
}

/// Fields, body, then the expected type and body.
type Echoed<'c> = (&'c [&'c str], &'c [u8], &'c str, &'c [u8]);

#[test]
fn echoes_what_came_in_the_format_that_is_asked_for() {
    let (log, packed) = (LOG.as_bytes(), &msgpack(LOG)[..]);
    let spelled = br#"{"b":12345678901234567890,"a":1.0,"2":1e2,"1":-0,"a":"\u00e9"}"#;
    let cases: &[Echoed<'_>] = &[
        (&[JSON], log, "application/json", log),
        (&[JSON], b" {\"a\" :\t[1,\r\n2] } ", "application/json", b"{\"a\":[1,2]}"),
        (&[JSON], spelled, "application/json", spelled),
        (&[JSON], "\"é\"".as_bytes(), "application/json", "\"é\"".as_bytes()),
        (&["Content-Type: Application/Problem+JSON"], log, "application/problem+json", log),
        (&["content-type: Application/JSON ; charset=\"UTF-8\""], log, "application/json", log),
        (&[MSGPACK], packed, "application/msgpack", packed),
        (&["Content-Type: application/x-msgpack"], packed, "application/x-msgpack", packed),
        (&["Content-Type: application/vnd.msgpack"], packed, "application/vnd.msgpack", packed),
        (&[JSON, TO_MSGPACK], log, "application/msgpack", packed),
        (&[MSGPACK, TO_JSON], packed, "application/json", log),
        (&[MSGPACK], b"\x81\x01\x02", "application/msgpack", b"\x81\x01\x02"),
        (&[MSGPACK, "Accept: */*"], packed, "application/msgpack", packed),
        (&[JSON, "Accept: application/json;q=0.5", "Accept: application/msgpack;q=0.8"], log, "application/msgpack", packed),
        (&[JSON, "Accept: application/x-msgpack, application/json"], log, "application/x-msgpack", packed),
        (&[JSON, "Content-Encoding: Identity"], b"[]", "application/json", b"[]"),
    ];
    let mut plans = plans();
    for &(fields, body, content_type, expected) in cases {
        for (method, target) in [("POST", "/echo"), ("POST", "/any?x"), ("PUT", "/put"), ("POST", "http://example.org/echo?x")] {
            let reply = ask(&mut plans, method, target, fields, body);
            assert_eq!(reply.status, 200, "{fields:?}");
            assert_eq!(reply.field("content-type"), Some(content_type), "{fields:?}");
            assert!(reply.body == expected, "{fields:?}: {}", reply.body.escape_ascii());
        }
    }
}

#[test]
fn greets() {
    let mut plans = plans();
    for path in ["/echo", "/any", "/echo?x=/y"] {
        assert_eq!(ask(&mut plans, "GET", path, &[], b"").text(), r#"{"message":"hello"}"#);
    }
    let reply = ask(&mut plans, "GET", "/echo", &[TO_MSGPACK], b"");
    assert_eq!(reply.field("content-type"), Some("application/msgpack"));
    assert_eq!(reply.body, msgpack(r#"{"message":"hello"}"#));
    assert_eq!(ask(&mut plans, "GET", "/echo", &["Accept: text/html"], b"").status, 406);
    let reply = ask(&mut plans, "HEAD", "/echo", &[], b"");
    assert_eq!((reply.status, reply.field("content-length")), (200, Some("19")));
}

#[test]
fn refuses_with_the_failures_of_the_table() {
    let cases: &[(&str, &str, &[&str], u16, &str)] = &[
        ("POST", "/echo", &["Content-Type: text/plain"], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/echo", &[], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/echo", &[JSON, "Content-Encoding: gzip"], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/echo", &[JSON, "Content-Encoding: identity", "Content-Encoding: identity"], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/search", &["Content-Encoding: br"], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/users/7", &["Content-Encoding: br"], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/echo", &[JSON, "Accept: text/html, application/xml;q=0.9"], 406, "NOT_ACCEPTABLE"),
        ("POST", "/echo", &[JSON, "Accept: */*;q=0"], 406, "NOT_ACCEPTABLE"),
        ("GET", "/Echo", &[], 404, "NOT_FOUND"),
        ("GET", "/echo/", &[], 404, "NOT_FOUND"),
        ("GET", "/users/", &[], 404, "NOT_FOUND"),
        ("OPTIONS", "/nope", &[], 404, "NOT_FOUND"),
        ("GET", "/users/%ff", &[], 400, "BAD_REQUEST"),
        ("OPTIONS", "/users/%ff", &[], 400, "BAD_REQUEST"),
        ("BREW", "/echo", &[], 405, "METHOD_NOT_ALLOWED"),
    ];
    let mut plans = plans();
    for &(method, path, fields, status, code) in cases {
        let reply = ask(&mut plans, method, path, fields, b"[]");
        assert_eq!(reply.status, status, "{method} {path} {fields:?}");
        assert_eq!(reply.field("content-type"), Some("application/json"));
        assert!(reply.text().starts_with(&format!(r#"{{"error":{{"code":"{code}","message":""#)), "{}", reply.text());
    }
    let reply = ask(&mut plans, "HEAD", "/nope", &[], b"");
    assert_eq!((reply.status, reply.field("content-length").is_some()), (404, true));
}

#[test]
fn says_what_is_wrong_with_a_body_and_where() {
    let deep = "[".repeat(10_000);
    let cases: &[(&[&str], &[u8], &str)] = &[
        (&[JSON], b"{\"a\":[1,2", r#""LW_JSON_END","message":"JSON input ends early at offset 9","offset":9"#),
        (&[JSON], b"", r#""LW_JSON_END","message":"JSON input ends early at offset 0","offset":0"#),
        (&[JSON, TO_MSGPACK], b"{} x", r#""LW_JSON_TRAILING","message":"something follows the JSON value at offset 3","offset":3"#),
        (&[JSON], b"\"\xc3\xa9\xff\"", r#""LW_UTF8","message":"invalid UTF-8 at offset 3","offset":3"#),
        (&[JSON], deep.as_bytes(), r#""LW_DEPTH","message":"nested deeper than the limit at offset 1024","offset":1024"#),
        (&[MSGPACK], b"\xdb\xff\xff\xff\xff\x61", r#""LW_MSGPACK_END","message":"MessagePack input ends early at offset 6","offset":6"#),
        (&[MSGPACK], b"\x91\xc1", r#""LW_MSGPACK_RESERVED","message":"the reserved MessagePack byte 0xc1 at offset 1","offset":1"#),
        (
            &[MSGPACK, TO_JSON],
            b"\x81\x01\x02",
            r#""LW_MSGPACK_NOT_JSON","message":"a MessagePack value that JSON cannot hold at offset 1","offset":1"#,
        ),
    ];
    let mut plans = plans();
    for &(fields, body, error) in cases {
        for path in ["/echo", "/select"] {
            // What is not selected may be what JSON cannot hold.
            if path == "/select" && error.contains("NOT_JSON") {
                continue;
            }
            let reply = ask(&mut plans, "POST", path, fields, body);
            assert_eq!((reply.status, reply.text()), (400, format!(r#"{{"error":{{"code":{error}}}}}"#).as_str()));
            assert_eq!(reply.field("content-type"), Some("application/json"));
        }
    }
}

#[test]
fn selects_in_the_order_of_the_names() {
    let expected = r#"{"b":{"b":[]},"a":"warning","first":-2.5}"#;
    let mut plans = plans();
    let spaced = LOG.replace(':', " : ");
    assert_eq!(ask(&mut plans, "POST", "/select", &[JSON], spaced.as_bytes()).text(), expected);
    assert_eq!(ask(&mut plans, "POST", "/select", &[MSGPACK, TO_JSON], &msgpack(LOG)).text(), expected);
    assert_eq!(ask(&mut plans, "POST", "/select", &[JSON, TO_MSGPACK], LOG.as_bytes()).body, msgpack(expected));
    assert_eq!(ask(&mut plans, "POST", "/select", &[MSGPACK], &msgpack(LOG)).body, msgpack(expected));
    assert_eq!(ask(&mut plans, "POST", "/select", &[JSON], b"[]").text(), "{}");
    assert_eq!(ask(&mut plans, "POST", "/select", &[MSGPACK], b"\x90").body, b"\x80");
    assert_eq!(ask(&mut plans, "GET", "/select", &[], b"").text(), r#"{"message":"hello"}"#);
}

#[test]
fn searches_and_redacts() {
    let mut plans = plans();
    let mut found = |path: &str, fields: &[&str], body: &[u8]| {
        let reply = ask(&mut plans, "POST", path, fields, body);
        (reply.field("content-type").unwrap().to_owned(), reply.body)
    };
    let matches = |text: &str| ("application/json".to_owned(), text.as_bytes().to_vec());
    assert_eq!(
        found("/search", &[TEXT], "wÖrks: ERROR".as_bytes()),
        matches(r#"{"count":2,"matches":[{"id":2,"start":1,"end":3},{"id":0,"start":8,"end":13}]}"#)
    );
    assert_eq!(found("/search", &[], b""), matches(r#"{"count":0,"matches":[]}"#));
    assert_eq!(found("/exact", &[TEXT], b"SHE she"), matches(r#"{"count":1,"matches":[{"id":1,"start":4,"end":7}]}"#));
    assert_eq!(found("/redact", &["Content-Type: Text/CSV; x=1"], b"a secret,token;"), ("Text/CSV; x=1".into(), b"a ***,***;".to_vec()));
    assert_eq!(found("/redact", &[TEXT], b"\xffsecret\xff"), ("text/plain".into(), b"\xff***\xff".to_vec()));
    assert_eq!(found("/erase", &[], b"secretsecret!"), ("application/octet-stream".into(), b"!".to_vec()));
    let reply = ask(&mut plans, "GET", "/search", &[], b"");
    assert_eq!((reply.status, reply.field("allow")), (405, Some("OPTIONS, POST")));
}

#[test]
fn responds_and_keeps_conditions() {
    let mut plans = plans();
    let reply = ask(&mut plans, "GET", "/text", &[], b"");
    assert_eq!((reply.text(), reply.field("content-type")), ("plain ü", Some("text/plain; charset=utf-8")));
    let tag = entity_tag("plain ü".as_bytes());
    assert_eq!(reply.field("etag"), Some(tag.as_str()));
    let condition = format!("If-None-Match: \"x\", W/{tag}");
    for method in ["GET", "HEAD"] {
        let reply = ask(&mut plans, method, "/text", &[&condition], b"");
        assert_eq!((reply.status, reply.field("etag"), reply.field("content-type")), (304, Some(tag.as_str()), None));
        assert_eq!(ask(&mut plans, method, "/text", &["If-None-Match: *"], b"").status, 304);
        let reply = ask(&mut plans, method, "/text", &["If-None-Match: \"x\""], b"");
        assert_eq!((reply.status, reply.field("content-length")), (200, Some("8")));
    }
    let reply = ask(&mut plans, "GET", "/bytes", &[], b"");
    assert_eq!((reply.status, reply.field("content-type"), reply.body.as_slice()), (203, Some("image/png"), b"\x00\xff\r\n" as &[u8]));
    let reply = ask(&mut plans, "PATCH", "/gone", &["If-None-Match: *"], b"x");
    assert_eq!((reply.status, reply.field("etag"), reply.text()), (410, None, ""));
    let reply = ask(&mut plans, "DELETE", "/gone/7", &[], b"");
    assert_eq!((reply.status, reply.field("etag"), reply.field("content-type")), (204, None, None));
}

#[test]
fn answers_options_and_what_is_not_allowed() {
    let mut plans = plans();
    let mut allow = |method: &str, path: &str| {
        let reply = ask(&mut plans, method, path, &[], b"");
        (reply.status, reply.field("allow").map(str::to_owned))
    };
    assert_eq!(allow("OPTIONS", "*"), (204, None));
    assert_eq!(allow("OPTIONS", "/users/7"), (204, Some("GET, HEAD, OPTIONS, POST".into())));
    assert_eq!(allow("DELETE", "/echo"), (405, Some("GET, HEAD, OPTIONS, POST".into())));
    assert_eq!(allow("HEAD", "/put"), (405, Some("OPTIONS, PUT".into())));
    assert_eq!(allow("POST", "/healthz"), (405, Some("GET, HEAD, OPTIONS".into())));
}

#[test]
fn leaves_handlers_to_others_with_their_params() {
    let mut plans = plans();
    let reply = ask(&mut plans, "GET", "/users/a%2Fb", &[], b"");
    let Outcome::Handler { route } = reply.outcome else { panic!("{reply:?}") };
    assert_eq!((route, plans.params().first()), (13, Some(&(7..12))));
    assert_eq!(plans.table().names(route).collect::<Vec<_>>(), ["id"]);
    assert_eq!(ask(&mut plans, "HEAD", "/users/7", &[], b"").outcome, Outcome::Handler { route: 13 });
    assert_eq!(ask(&mut plans, "BREW", "/files/", &[], b"").outcome, Outcome::Handler { route: 15 });
    assert_eq!(plans.table().names(15).collect::<Vec<_>>(), ["*"]);
    // A report is one whatever the body is.
    assert_eq!(ask(&mut plans, "GET", "/healthz", &["Content-Encoding: br"], b"").outcome, Outcome::Handler { route: 16 });
}

#[test]
fn says_what_becomes_of_the_connection() {
    let mut plans = plans();
    for path in ["/echo", "/text", "/nope"] {
        assert_eq!(ask(&mut plans, "GET", path, &[], b"").field("connection"), None);
        assert_eq!(ask(&mut plans, "GET", path, &["Connection: close"], b"").field("connection"), Some("close"));
    }
}

#[test]
fn a_table_says_what_is_wrong_with_a_route() {
    let refused = |path: &str, plan: Plan| Table::new([route("", path, plan)]).unwrap_err();
    assert_eq!(refused("x", Plan::Handler), RouteError::NoSlash);
    assert_eq!(refused("/x", respond(200, "a\r\nb", b"")), RouteError::MediaType);
    let mut plans = plans();
    plans.set_table(Arc::new(Table::new([route("", "/new", echo(&[]))]).unwrap()));
    assert_eq!(ask(&mut plans, "GET", "/new", &[], b"").status, 200);
    assert_eq!(ask(&mut plans, "GET", "/echo", &[], b"").status, 404);
    let mut empty = Plans::new(Arc::new(Table::new([]).unwrap()));
    assert_eq!(ask(&mut empty, "GET", "/", &[], b"").status, 404);
}
