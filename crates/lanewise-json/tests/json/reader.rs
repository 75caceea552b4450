//! The events of a document.

use lanewise_error::{Error, ErrorCode};
use lanewise_json::Limits;
use lanewise_json::reader::{Event, RawString, Reader};

fn events(input: &str) -> Vec<Event> {
    let mut reader = Reader::new(input.as_bytes(), &Limits::default());
    std::iter::from_fn(|| reader.next().unwrap()).collect()
}

#[test]
fn gives_every_token_with_its_bytes() {
    let string = |range, escaped| RawString { range, escaped };
    assert_eq!(
        events(r#" {"a":[1,-2.5e3 , "\n"],"" : {"b":null}, "c":true,"d":[false]}"#),
        [
            Event::ObjectStart,
            Event::Key(string(3..4, false)),
            Event::ArrayStart,
            Event::Number(7..8),
            Event::Number(9..15),
            Event::String(string(19..21, true)),
            Event::ArrayEnd,
            Event::Key(string(25..25, false)),
            Event::ObjectStart,
            Event::Key(string(31..32, false)),
            Event::Null,
            Event::ObjectEnd,
            Event::Key(string(42..43, false)),
            Event::Bool(true),
            Event::Key(string(51..52, false)),
            Event::ArrayStart,
            Event::Bool(false),
            Event::ArrayEnd,
            Event::ObjectEnd,
        ]
    );
}

#[test]
fn knows_its_depth_and_its_offset() {
    let mut reader = Reader::new(b" [ {} , 1 ] ", &Limits::default());
    let mut places = vec![(reader.depth(), reader.offset())];
    while reader.next().unwrap().is_some() {
        places.push((reader.depth(), reader.offset()));
    }
    assert_eq!(places, [(0, 0), (1, 2), (2, 4), (1, 5), (1, 9), (0, 11)]);
    assert_eq!(reader.next(), Ok(None));
}

#[test]
fn gives_the_same_error_again() {
    for (input, code, offset) in [
        ("[1 2", ErrorCode::JsonUnexpected, 3),
        ("{\"a", ErrorCode::JsonEnd, 3),
        ("[] x", ErrorCode::JsonTrailing, 3),
        ("[\"\\x", ErrorCode::JsonEscape, 3),
    ] {
        let mut reader = Reader::new(input.as_bytes(), &Limits::default());
        let first = std::iter::from_fn(|| reader.next().transpose()).find_map(Result::err);
        assert_eq!(first, Some(Error::new(code, offset)));
        assert_eq!(reader.next(), Err(Error::new(code, offset)));
    }
}
