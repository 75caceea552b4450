//! The log object by the formats of Rust: `serialization-peers FILE ROUNDS ROUND_MS`, where FILE has its JSON.
//!
//! Prints a line of JSON a contender: `{ name, size, encode, decode, encodeBytes, decodeBytes }`, times in ns per call, one a round, and what a
//! call allocates. Rounds alternate between the contenders.

mod allocation;
mod record;

use allocation::allocated;
use bincode::config;
use bincode::serde::{decode_from_slice, encode_to_vec};
use prost::Message;
use record::LogRecord;
use serde_json::json;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{env, fs};

/// A format: how a record becomes bytes and comes back.
struct Contender {
    name: &'static str,
    encode: fn(&LogRecord) -> Vec<u8>,
    decode: fn(&[u8]) -> LogRecord,
}

const SOUND: &str = "a sound message";

const CONTENDERS: [Contender; 5] = [
    Contender {
        name: "rmp-serde, maps",
        encode: |record| rmp_serde::to_vec_named(record).expect(SOUND),
        decode: |bytes| rmp_serde::from_slice(bytes).expect(SOUND),
    },
    Contender {
        name: "rmp-serde, arrays",
        encode: |record| rmp_serde::to_vec(record).expect(SOUND),
        decode: |bytes| rmp_serde::from_slice(bytes).expect(SOUND),
    },
    Contender {
        name: "serde_json",
        encode: |record| serde_json::to_vec(record).expect(SOUND),
        decode: |bytes| serde_json::from_slice(bytes).expect(SOUND),
    },
    Contender { name: "prost", encode: Message::encode_to_vec, decode: |bytes| LogRecord::decode(bytes).expect(SOUND) },
    Contender {
        name: "bincode",
        encode: |record| encode_to_vec(record, config::standard()).expect(SOUND),
        decode: |bytes| decode_from_slice(bytes, config::standard()).expect(SOUND).0,
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    let [file, rounds, round_ms] =
        env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "usage: serialization-peers FILE ROUNDS ROUND_MS")?;
    let record: LogRecord = serde_json::from_slice(&fs::read(file)?)?;
    let round = Duration::from_millis(round_ms.parse()?);
    let messages = CONTENDERS.each_ref().map(|contender| (contender.encode)(&record));
    for (contender, bytes) in CONTENDERS.iter().zip(&messages) {
        assert!((contender.decode)(bytes) == record, "{} gives another record", contender.name);
    }
    let mut times = [const { (Vec::new(), Vec::new()) }; CONTENDERS.len()];
    for _ in 0..rounds.parse()? {
        for (i, contender) in CONTENDERS.iter().enumerate() {
            times[i].0.push(time(round, || (contender.encode)(black_box(&record))));
            times[i].1.push(time(round, || (contender.decode)(black_box(&messages[i]))));
        }
    }
    for ((contender, bytes), (encode, decode)) in CONTENDERS.iter().zip(&messages).zip(times) {
        let line = json!({
            "name": contender.name,
            "size": bytes.len(),
            "encode": encode,
            "decode": decode,
            "encodeBytes": allocated(|| (contender.encode)(&record)),
            "decodeBytes": allocated(|| (contender.decode)(bytes)),
        });
        println!("{line}");
    }
    Ok(())
}

/// ns per call, of as many calls as fill the round.
fn time<T>(round: Duration, call: impl Fn() -> T) -> f64 {
    let mut calls = 1_u32;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        let elapsed = start.elapsed();
        if elapsed >= round {
            return elapsed.as_nanos() as f64 / f64::from(calls);
        }
        calls *= 2;
    }
}
