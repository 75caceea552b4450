//! A plan that is warm allocates nothing, whether a body is in order or not.

use lanewise_http::date::imf_date;
use lanewise_http::{Head, HeadLimits, HeadReader};
use lanewise_plans::{Client, Outcome, Plan, Plans, Request, Respond, Route, Table};
use lanewise_text::{Matcher, Options, Pattern};
use lanewise_transcode::{FromJson, Query, from_json};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

/// Counts what the thread that asks allocates.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // While a thread ends there is nothing left to count with.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the duties of `alloc`, which are the same there.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` or `realloc` of the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the pointer came from `alloc` or `realloc` of the system's allocator.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn route(method: &str, path: &str, plan: Plan) -> Route {
    Route { method: (!method.is_empty()).then(|| method.to_owned()), path: path.to_owned(), plan }
}

fn query(selectors: &[(&str, &str)]) -> Query {
    Query::new(selectors.iter().map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16()))).unwrap()
}

fn table() -> Table {
    let matcher = Arc::new(Matcher::new([Pattern::Bytes(b"warn"), Pattern::Bytes(b"error")], &Options::default()).unwrap());
    Table::new([
        route("", "/echo", Plan::Echo { select: None }),
        route("", "/select", Plan::Echo { select: Some(query(&[("a", "/level"), ("b", "$..b"), ("c", "/values/1"), ("d", "/x")])) }),
        route("", "/search", Plan::Search { matcher: Arc::clone(&matcher), replace: None }),
        route("", "/redact", Plan::Search { matcher, replace: Some(b"***".to_vec()) }),
        route("GET", "/text", Plan::Respond(Respond { status: 200, content_type: "text/plain".into(), body: b"text".to_vec() })),
        route("", "/*", Plan::Respond(Respond { status: 410, content_type: "text/plain".into(), body: b"gone".to_vec() })),
        route("GET", "/:a/:b/:c/:d/:e", Plan::Handler),
        route("GET", "/:a/me", Plan::Handler),
        route("GET", "/users/:id", Plan::Handler),
    ])
    .unwrap()
}

/// A document with all that takes memory on the way: deep containers, long ones, escapes, long strings, floats, integers beyond doubles.
fn document() -> String {
    let deep = format!("{}1{}", "[{\"k\":".repeat(40), "}]".repeat(40));
    let wide: Vec<String> = (0..70_000).map(|i| i.to_string()).collect();
    let long = "x\\n".repeat(40_000);
    format!(
        r#"{{"level":"warning","values":[1,-2.5,1e300,18446744073709551615],"b":{{"b":[1,2]}},"deep":{deep},"wide":[{}],"long":"{long}","plain":"{}"}}"#,
        wide.join(","),
        "ü".repeat(300)
    )
}

#[test]
fn nothing_is_allocated_once_all_is_warm() {
    let text = document();
    let mut packed = Vec::new();
    from_json(text.as_bytes(), &FromJson::default(), &mut packed).unwrap();
    // A timestamp in a map, which JSON has no form of.
    let moment = b"\x82\xa1t\xd6\xff\x00\x00\x00\x01\xa1b\xc4\x02hi";
    let (json, msgpack) = ("Content-Type: application/json\r\n", "Content-Type: application/msgpack\r\n");
    // Bodies that are refused: they end early, hold what they may not, go too deep.
    let (cut, unescaped, too_deep) = (&text.as_bytes()[..text.len() - 1], b"{\"a\":[1,\"\\x\"]}", "[".repeat(1025));
    let deep_packed = [[0x91; 17].as_slice(), b"\xc1"].concat();
    let bodies: [(&str, &[u8]); 8] = [
        (json, text.as_bytes()),
        (json, cut),
        (json, unescaped),
        (json, too_deep.as_bytes()),
        (msgpack, &packed),
        (msgpack, moment),
        (msgpack, &deep_packed),
        (msgpack, b"\x92\x01\xc1"),
    ];
    let mut requests: Vec<(String, &[u8])> = Vec::new();
    for (content_type, body) in bodies {
        for accept in ["", "Accept: application/json\r\n", "Accept: application/x-msgpack, text/plain;q=0.1\r\nAccept: */*;q=0.2\r\n"] {
            for path in ["/echo", "/select", "/search", "/redact", "/nothing"] {
                requests.push((format!("POST {path} HTTP/1.1\r\nHost: x\r\n{content_type}{accept}\r\n"), body));
            }
        }
    }
    for line in [
        "GET /echo",
        "HEAD /echo",
        "GET /text",
        "GET /users/me",
        "GET /1/2/3/4/5",
        "GET /x/me",
        "OPTIONS *",
        "OPTIONS /echo",
        "PUT /echo",
        "GET /%ff",
    ] {
        requests.push((format!("{line} HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"x\"\r\nAccept: */*\r\n\r\n"), b""));
    }
    let heads: Vec<Head> = requests.iter().map(|(text, _)| read(text)).collect();
    let date = imf_date(0);
    let mut plans = Plans::new(Arc::new(table()));
    let mut out = Vec::new();
    let mut serve = |i: usize| {
        let (text, body) = &requests[i];
        let head = &heads[i];
        out.clear();
        let client = Client { version: head.version(), keep_alive: true, date: &date };
        let _ = plans.admit(head, text.as_bytes());
        let outcome = plans.serve(&Request { head, bytes: text.as_bytes(), body }, &client, &mut out);
        assert!(matches!(outcome, Outcome::Handler { .. }) || !out.is_empty());
    };
    (0..requests.len()).chain(0..requests.len()).for_each(&mut serve);
    for (i, (text, _)) in requests.iter().enumerate() {
        let before = COUNT.get();
        serve(i);
        assert_eq!(COUNT.get() - before, 0, "{text} {}", requests[i].1.len());
    }
}

fn read(text: &str) -> Head {
    let mut head = Head::new();
    assert!(HeadReader::new().read(text.as_bytes(), &HeadLimits { bytes: 1 << 16, fields: 100 }, &mut head).unwrap());
    head
}
