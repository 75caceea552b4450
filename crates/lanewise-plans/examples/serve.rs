//! Prints nanoseconds for each POST /echo of a log object of 1 KB (`bench/data/logs.mjs`), and how they divide.
//!
//! `cargo run --release -p lanewise-plans --example serve`: the best of many short rounds, the jobs by turns, so that what else runs on the machine
//! counts for all of them alike.

use lanewise_http::date::imf_date;
use lanewise_http::{Head, HeadLimits, HeadReader};
use lanewise_plans::{Client, Plan, Plans, Request, Route, Table};
use lanewise_transcode::{FromJson, Scratch, from_json_with};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LOG: &[u8] = include_bytes!("log.json");
const ROUNDS: usize = 200;
const CALLS: u32 = 500;

fn main() {
    let mut plans =
        Plans::new(Arc::new(Table::new([Route { method: None, path: "/echo".into(), plan: Plan::Echo { select: None } }]).unwrap()));
    let post = |accept: &str| {
        format!("POST /echo HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/json\r\n{accept}Content-Length: 1024\r\n\r\n")
    };
    let requests = [post(""), post("Accept: application/msgpack\r\n"), "GET /echo HTTP/1.1\r\nHost: localhost:8080\r\n\r\n".to_owned()];
    let heads: Vec<Head> = requests.iter().map(|text| read(text)).collect();
    let date = imf_date(784_111_777);
    let client = Client { version: lanewise_http::Version::Http11, keep_alive: true, date: &date };
    let (mut out, mut scratch, mut head) = (Vec::new(), Scratch::default(), Head::new());
    let mut reader = HeadReader::new();
    let limits = HeadLimits { bytes: 1 << 14, fields: 100 };
    let mut serve = |i: usize, body: &[u8], out: &mut Vec<u8>| {
        let request = Request { head: &heads[i], bytes: requests[i].as_bytes(), body };
        black_box(plans.serve(&request, &client, out));
    };
    let names = [
        "JSON to JSON, whole",
        "JSON to MessagePack, whole",
        "GET, whole",
        "reading the head",
        "validation of JSON",
        "validation and write of JSON",
        "validation and write of MessagePack",
        "copy of the body",
    ];
    let mut best = [Duration::MAX; 8];
    for _ in 0..ROUNDS {
        for (job, best) in best.iter_mut().enumerate() {
            let start = Instant::now();
            for _ in 0..CALLS {
                out.clear();
                match job {
                    0 | 1 => serve(job, black_box(LOG), &mut out),
                    2 => serve(2, b"", &mut out),
                    3 => assert!(reader.read(black_box(requests[0].as_bytes()), &limits, &mut head).unwrap()),
                    4 => lanewise_json::validate(black_box(LOG), &lanewise_json::Limits::default()).unwrap(),
                    5 => lanewise_json::minify(black_box(LOG), &mut out).unwrap(),
                    6 => from_json_with(black_box(LOG), &FromJson::default(), &mut scratch, &mut out).unwrap(),
                    _ => out.extend_from_slice(black_box(LOG)),
                }
                black_box(&out);
            }
            *best = start.elapsed().min(*best);
        }
    }
    for (name, best) in names.iter().zip(best) {
        println!("{:>8.1} ns  {name}", best.as_nanos() as f64 / f64::from(CALLS));
    }
}

fn read(text: &str) -> Head {
    let mut head = Head::new();
    assert!(HeadReader::new().read(text.as_bytes(), &HeadLimits { bytes: 1 << 14, fields: 100 }, &mut head).unwrap());
    head
}
