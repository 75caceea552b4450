//! Depth, claimed lengths, time and memory in proportion to the input.

use lanewise_error::{Error, ErrorCode};
use lanewise_transcode::{FromJson, NonStringKeys, ToJson, from_json, to_json};
use std::time::{Duration, Instant};

/// Far more than linear work on a megabyte takes, also on a busy machine; far less than quadratic work does.
const TIME_MAX: Duration = Duration::from_secs(5);

#[test]
fn depth_is_limited_on_both_ways() {
    let mut out = Vec::new();
    for depth_max in [0, 1, 1024] {
        let depth = depth_max as usize;
        let json = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
        let msgpack = |depth| [vec![0x91; depth], vec![1]].concat();
        let (from, to) = (FromJson { depth_max, ..FromJson::default() }, ToJson { depth_max, ..ToJson::default() });
        out.clear();
        from_json(&json(depth), &from, &mut out).unwrap();
        assert_eq!(out, msgpack(depth));
        out.clear();
        to_json(&msgpack(depth), &to, &mut out).unwrap();
        assert_eq!(out, json(depth));
        assert_eq!(from_json(&json(depth + 1), &from, &mut out), Err(Error::new(ErrorCode::Depth, depth)));
        assert_eq!(to_json(&msgpack(depth + 1), &to, &mut out), Err(Error::new(ErrorCode::Depth, depth)));
    }
}

#[test]
fn a_million_levels_pass_when_they_are_allowed() {
    const DEPTH: usize = 1_000_000;
    let json = "[".repeat(DEPTH) + &"]".repeat(DEPTH);
    let (mut msgpack, mut back) = (Vec::new(), Vec::new());
    from_json(json.as_bytes(), &FromJson { depth_max: u32::MAX, ..FromJson::default() }, &mut msgpack).unwrap();
    assert_eq!(msgpack, [vec![0x91; DEPTH - 1], vec![0x90]].concat());
    to_json(&msgpack, &ToJson { depth_max: u32::MAX, ..ToJson::default() }, &mut back).unwrap();
    assert_eq!(back, json.as_bytes());
    assert_eq!(from_json(json.as_bytes(), &FromJson::default(), &mut back), Err(Error::new(ErrorCode::Depth, 1024)));
}

#[test]
fn a_claimed_length_of_four_gigabytes_fails_at_once() {
    let start = Instant::now();
    let mut out = Vec::new();
    for _ in 0..1_000 {
        for header in [0xc6_u8, 0xc9, 0xdb, 0xdd] {
            let input = [header, 0xff, 0xff, 0xff, 0xff, 0x05];
            assert_eq!(to_json(&input, &ToJson::default(), &mut out), Err(Error::new(ErrorCode::MsgpackEnd, 6)));
            // Room for two blocks and for twice the input.
            assert!(out.is_empty() && out.capacity() < 256);
        }
    }
    assert!(start.elapsed() < TIME_MAX, "{:?}", start.elapsed());
}

#[test]
fn output_is_a_small_multiple_of_the_input() {
    let array = |element: &[u8], count: u16| [&[0xdc], &count.to_be_bytes()[..], &element.repeat(count.into())].concat();
    let map = |member: &[u8], count: u16| [&[0xde], &count.to_be_bytes()[..], &member.repeat(count.into())].concat();
    let stringify = ToJson { non_string_keys: NonStringKeys::Stringify, ..ToJson::default() };
    let inputs = [
        array(b"\xc2", 50_000),
        array(b"\xa1\x01", 50_000),
        array(b"\xd4\x80\x00", 50_000),
        array(b"\xc7\x00\x80", 50_000),
        array(b"\xca\x80\x80\x00\x01", 50_000),
        map(b"\xd4\x80\x00\xc2", 50_000),
        map(b"\xc7\x00\x80\xc2", 50_000),
        [b"\xdb\x00\x10\x00\x00".to_vec(), vec![1; 1 << 20]].concat(),
    ];
    for input in inputs {
        let mut out = Vec::new();
        to_json(&input, &stringify, &mut out).unwrap();
        assert!(out.len() < 13 * input.len(), "{} from {}", out.len(), input.len());
    }
}

#[test]
fn time_is_linear_in_the_input() {
    const SIZE: usize = 1_000_000;
    let members: Vec<_> = (0..100_000).map(|_| "\"a\":0").collect();
    let inputs = [
        format!("\"{}\"", "\\\"".repeat(SIZE / 2)),
        format!("\"{}\"", "\\\\".repeat(SIZE / 2)),
        format!("\"{}\"", "\\ud83d".repeat(SIZE / 6)),
        format!("[{}\"\"]", "\"\\n\",".repeat(SIZE / 5)),
        format!("[{}[]]", "[],".repeat(SIZE / 3)),
        format!("{{{}}}", members.join(",")),
        "1".repeat(SIZE),
        format!("0.{}", "1".repeat(SIZE)),
        format!("1e{}", "1".repeat(SIZE)),
        format!("-{}e-{SIZE}", "1".to_string() + &"0".repeat(SIZE)),
    ];
    for input in &inputs {
        let start = Instant::now();
        let (mut msgpack, mut json) = (Vec::new(), Vec::new());
        from_json(input.as_bytes(), &FromJson::default(), &mut msgpack).unwrap();
        // Numbers beyond the doubles come back as an error, everything else as JSON.
        let result = to_json(&msgpack, &ToJson::default(), &mut json);
        assert!(result.is_ok() || result == Err(Error::new(ErrorCode::MsgpackNotJson, 0)));
        assert!(start.elapsed() < TIME_MAX, "{:?} for {}…", start.elapsed(), &input[..20]);
    }
}
