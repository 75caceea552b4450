//! Depth, and lengths that the input only claims.

use lanewise_error::{Error, ErrorCode};
use lanewise_msgpack::reader::Reader;
use lanewise_msgpack::{Limits, validate};
use std::time::{Duration, Instant};

#[test]
fn one_container_more_than_the_limit_fails_at_its_header() {
    for depth_max in [0, 1, 2, 1024, 100_000] {
        let limits = Limits { depth_max, ..Limits::default() };
        for open in [&b"\x91"[..], b"\x81\xa1a", b"\xdc\x00\x01", b"\xdf\x00\x00\x00\x01\x05"] {
            let nested = |depth: usize| [open.repeat(depth), b"\xc0".to_vec()].concat();
            let depth = depth_max as usize;
            assert_eq!(validate(&nested(depth), &limits), Ok(()));
            assert_eq!(validate(&nested(depth + 1), &limits), Err(Error::new(ErrorCode::Depth, depth * open.len())));
        }
    }
}

#[test]
fn a_million_headers_are_an_error_or_a_document_and_never_a_crash() {
    const DEPTH: usize = 1_000_000;
    let unlimited = Limits { depth_max: u32::MAX, ..Limits::default() };
    for (open, is_key) in [(0x91_u8, false), (0x81, true)] {
        let mut input = vec![open; DEPTH];
        assert_eq!(validate(&input, &Limits::default()), Err(Error::new(ErrorCode::Depth, 1024)));
        assert_eq!(validate(&input, &unlimited), Err(Error::new(ErrorCode::MsgpackEnd, DEPTH)));
        // A map as the key of a map as the key of a map, and then their values.
        input.extend(vec![0xc0; if is_key { DEPTH + 1 } else { 1 }]);
        assert_eq!(validate(&input, &unlimited), Ok(()));
        let mut reader = Reader::new(&input, &unlimited);
        let mut depth = 0;
        while reader.next().unwrap().is_some() {
            depth = depth.max(reader.depth());
        }
        assert_eq!(depth, DEPTH);
    }
}

#[test]
fn a_claimed_length_costs_nothing() {
    let start = Instant::now();
    for _ in 0..1_000 {
        for header in [0xc6_u8, 0xc9, 0xdb, 0xdd, 0xdf] {
            let input = [header, 0xff, 0xff, 0xff, 0xff, 0x05];
            assert_eq!(validate(&input, &Limits::default()), Err(Error::new(ErrorCode::MsgpackEnd, 6)));
        }
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
