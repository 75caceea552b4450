//! Depth, and time in proportion to the input.

use lanewise_error::{Error, ErrorCode};
use lanewise_json::{Check, DuplicateKeys, Limits, Pointer, get, minify, validate};
use std::time::{Duration, Instant};

/// Far more than one call with linear work on a megabyte takes, also on a busy machine; far less than quadratic work does.
const TIME_MAX: Duration = Duration::from_secs(5);

/// Only the time of `call` counts here; what it gives is tested elsewhere.
fn assert_quick<T>(what: &[u8], call: impl FnOnce() -> T) {
    let start = Instant::now();
    call();
    assert!(start.elapsed() < TIME_MAX, "{:?} for {}…", start.elapsed(), what[..20].escape_ascii());
}

fn nested(open: &str, close: &str, depth: usize) -> Vec<u8> {
    format!("{}1{}", open.repeat(depth), close.repeat(depth)).into_bytes()
}

#[test]
fn one_container_more_than_the_limit_fails_at_its_bracket() {
    for depth_max in [0, 1, 63, 64, 65, 1024, 100_000] {
        let limits = Limits { depth_max, ..Limits::default() };
        let depth = depth_max as usize;
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let brackets = open.matches(['[', '{']).count();
            if depth.is_multiple_of(brackets) {
                assert_eq!(validate(&nested(open, close, depth / brackets), &limits), Ok(()));
                let deeper = nested(open, close, depth / brackets + 1);
                assert_eq!(validate(&deeper, &limits), Err(Error::new(ErrorCode::Depth, open.len() * (depth / brackets))));
            }
        }
    }
}

#[test]
fn a_million_brackets_are_an_error_or_a_document_and_never_a_crash() {
    const DEPTH: usize = 1_000_000;
    let unlimited = Limits { depth_max: u32::MAX, duplicate_keys: DuplicateKeys::Error };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let input = nested(open, close, DEPTH);
        assert_eq!(validate(&input, &unlimited), Ok(()));
        assert_eq!(validate(&input, &Limits::default()), Err(Error::new(ErrorCode::Depth, 1024 * open.len())));
        assert_eq!(minify(&input, &mut Vec::new()), Err(Error::new(ErrorCode::Depth, 1024 * open.len())));
        let cut = open.repeat(DEPTH);
        assert_eq!(validate(cut.as_bytes(), &unlimited), Err(Error::new(ErrorCode::JsonEnd, cut.len())));
        let pointer = Pointer::parse("/x".encode_utf16()).unwrap();
        assert_eq!(get(&input, &pointer, Check::All, &unlimited), Ok(None));
        assert_eq!(get(&input, &pointer, Check::Path, &Limits::default()), Ok(None));
    }
}

#[test]
fn time_is_linear_in_the_input() {
    const SIZE: usize = 1_000_000;
    let strict = Limits { duplicate_keys: DuplicateKeys::Error, ..Limits::default() };
    let quoted = |text: String| format!("\"{text}\"");
    let object = |key: &dyn Fn(usize) -> String| {
        let members: Vec<_> = (0..100_000).map(|at| format!("\"{}\":0", key(at))).collect();
        format!("{{{}}}", members.join(","))
    };
    let inputs = [
        "\"".repeat(SIZE),
        "\\".repeat(SIZE),
        "\"\\".repeat(SIZE / 2),
        quoted("\\\"".repeat(SIZE / 2)),
        quoted("\\\\".repeat(SIZE / 2)),
        quoted("\\ud800".repeat(SIZE / 6)),
        quoted("é\\n".repeat(SIZE / 4)),
        "[\"\"".to_string() + &",\"\"".repeat(SIZE / 3) + "]",
        " ".repeat(SIZE),
        "1".repeat(SIZE),
        format!("[{}]", "[],".repeat(SIZE / 3)),
        object(&|_| "a".to_string()),
        object(&|at| at.to_string()),
        object(&|at| format!("{at:0>64}")),
        object(&|at| format!("\\u0061{}", at % 99_999)),
    ];
    let pointers = ["", "/a", "/99999", "/a61/0"].map(|pointer| Pointer::parse(pointer.encode_utf16()).unwrap());
    for input in inputs.iter().map(String::as_bytes) {
        assert_quick(input, || validate(input, &Limits::default()));
        assert_quick(input, || validate(input, &strict));
        assert_quick(input, || minify(input, &mut Vec::new()));
        for pointer in &pointers {
            assert_quick(input, || get(input, pointer, Check::All, &strict));
            assert_quick(input, || get(input, pointer, Check::Path, &strict));
        }
    }
}
