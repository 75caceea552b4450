//! Serves `{"message":"hello"}` on 127.0.0.1: `hello PORT [uring]`. What the data plane itself costs is measured with it.

use lanewise_dataplane::{
    Admission, Budget, Counters, Driver, Epoll, Flow, Gone, Limits, Listener, Plane, Reply, Request, Served, Service, Token, Uring,
};
use lanewise_http::Version;
use lanewise_http::date::imf_date;
use lanewise_http::response::{Body, Prepared, Start};
use std::sync::Arc;

const BODY: &[u8] = br#"{"message":"hello"}"#;

struct Hello {
    head: Prepared,
    last: Prepared,
}

impl Hello {
    fn new() -> Self {
        let head = |keep_alive| {
            let start =
                Start { version: Version::Http11, status: 200, keep_alive, body: Body::Length(BODY.len() as u64), date: &imf_date(0) };
            let fields: [(&[u8], &[u8]); 1] = [(b"Content-Type", b"application/json")];
            Prepared::new(&start, fields).expect("the field can be written")
        };
        Self { head: head(true), last: head(false) }
    }
}

impl Service for Hello {
    fn admit(&mut self, _: &Request<'_>) -> Admission {
        Admission::Collect
    }

    fn serve(&mut self, _: &Request<'_>, reply: &mut Reply<'_>) -> Served {
        let head = if reply.keep_alive() { &self.head } else { &self.last };
        let date = *reply.date();
        head.write(reply.out, &date);
        if !reply.is_head() {
            reply.out.extend_from_slice(BODY);
        }
        reply.count(0, 200);
        Served::Now
    }

    fn piece(&mut self, _: Token, _: &[u8], _: bool) -> Flow {
        Flow::More
    }

    fn gone(&mut self, _: Token, _: Gone) {}

    fn writable(&mut self, _: Token) {}
}

fn run(driver: impl Driver) -> std::io::Result<()> {
    let mut plane = Plane::new(driver, Hello::new(), Limits::default(), Arc::new(Counters::new(1)));
    loop {
        plane.turn(None, Budget::default())?;
    }
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(8080);
    let listener = Listener::bind(([127, 0, 0, 1], port).into(), false)?;
    println!("http://{}", listener.address()?);
    if arguments.next().as_deref() == Some("uring") { run(Uring::new(listener)?) } else { run(Epoll::new(listener)?) }
}
