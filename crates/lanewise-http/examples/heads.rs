//! What reading a request head costs beside `httparse` alone, which neither frames nor checks it.
//! `cargo run --release --package lanewise-http --example heads`
use httparse::{EMPTY_HEADER, Request, Status};
use lanewise_http::{Framing, Head, HeadLimits, HeadReader};
use std::hint::black_box;
use std::time::{Duration, Instant};

const WRK: &str = "GET /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
const POST: &str = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\nAccept: */*\r\nUser-Agent: curl/8.5.0\r\nContent-Length: 1024\r\n\r\n";
const BROWSER: &str = "GET /some/path?with=a&longer=query HTTP/1.1\r\nHost: www.example.org\r\nConnection: keep-alive\r\nCache-Control: max-age=0\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\nCookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";

const LIMITS: HeadLimits = HeadLimits { bytes: 16 << 10, fields: 100 };
const ROUNDS: usize = 2_000;
const REPEATS: u32 = 500;

fn main() {
    println!("{:8} {:>5} {:>12} {:>12} {:>6}", "head", "bytes", "httparse ns", "ours ns", "ratio");
    for (name, text) in [("wrk", WRK), ("post", POST), ("browser", BROWSER)] {
        let bytes = text.as_bytes();
        let (mut reader, mut head) = (HeadReader::new(), Head::new());
        assert_eq!(reader.read(bytes, &LIMITS, &mut head), Ok(true));
        assert_eq!((head.size(), head.framing() == Framing::Length(1024)), (bytes.len(), name == "post"));
        let (mut plain, mut ours) = (Duration::MAX, Duration::MAX);
        // They alternate, and the best round of each counts: what else runs on the machine disturbs both.
        for _ in 0..ROUNDS {
            plain = plain.min(time(|| {
                let mut fields = [EMPTY_HEADER; 16];
                let status = Request::new(&mut fields).parse(black_box(bytes));
                assert_eq!(status, Ok(Status::Complete(bytes.len())));
                black_box(&fields);
            }));
            ours = ours.min(time(|| {
                assert_eq!(reader.read(black_box(bytes), &LIMITS, &mut head), Ok(true));
                black_box(&head);
            }));
        }
        let per = |time: Duration| time.as_nanos() as f64 / f64::from(REPEATS);
        println!("{name:8} {:>5} {:>12.1} {:>12.1} {:>6.2}", bytes.len(), per(plain), per(ours), per(ours) / per(plain));
    }
}

fn time(mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..REPEATS {
        work();
    }
    start.elapsed()
}
