//! Whatever a client sends, the answer is that of the functions below it, in one whole response.

use crate::exchange::{ask, plans};
use lanewise_transcode::{FromJson, ToJson, from_json, to_json};
use proptest::prelude::*;

const TYPES: &[&str] = &["application/json", "a/b+json", "application/msgpack", "application/x-msgpack", "text/plain"];
const PIECES: &[&[u8]] =
    &[b"{", b"}", b"[", b"]", b",", b":", b"\"a\"", b"1", b"-0.5", b"null", b" ", b"\xff", b"\x81", b"\xa1a", b"\x92", b"\xc0"];

fn body() -> impl Strategy<Value = Vec<u8>> {
    let json = prop_oneof![Just("1.50"), Just("\"x\""), Just("null")].prop_map(str::to_owned).prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(|items| format!("[ {} ]", items.join(","))),
            prop::collection::vec(inner, 0..5).prop_map(|items| {
                let members: Vec<_> = items.iter().enumerate().map(|(i, item)| format!("\"k{i}\": {item}")).collect();
                format!("{{{}}}", members.join(" ,"))
            }),
        ]
    });
    let packed = |json: &String| {
        let mut out = Vec::new();
        from_json(json.as_bytes(), &FromJson::default(), &mut out).unwrap();
        out
    };
    prop_oneof![
        prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat()),
        json.clone().prop_map(String::into_bytes),
        json.prop_map(move |json| packed(&json)),
    ]
}

/// What a body becomes, by the functions that allocate.
fn naive(body: &[u8], came: &str, wanted: &str) -> Result<Vec<u8>, lanewise_error::Error> {
    let mut out = Vec::new();
    match (came.ends_with("json"), wanted.ends_with("json")) {
        (true, true) => lanewise_json::minify(body, &mut out)?,
        (true, false) => from_json(body, &FromJson::default(), &mut out)?,
        (false, true) => to_json(body, &ToJson::default(), &mut out)?,
        (false, false) => {
            lanewise_msgpack::validate(body, &lanewise_msgpack::Limits::default())?;
            out.extend_from_slice(body);
        }
    }
    Ok(out)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn echoes_as_the_conversions_do(bodies in prop::collection::vec((body(), prop::sample::select(TYPES), prop::sample::select(TYPES)), 1..6)) {
        // One after the other by the same plans: nothing of one may show in the next.
        let mut plans = plans();
        for (body, came, wanted) in &bodies {
            let reply = ask(&mut plans, "POST", "/echo", &[&format!("Content-Type: {came}"), &format!("Accept: {wanted}")], body);
            if *came == "text/plain" {
                prop_assert_eq!(reply.status, 415);
            } else if *wanted == "text/plain" {
                prop_assert_eq!(reply.status, 406);
            } else {
                match naive(body, came, wanted) {
                    Ok(expected) => {
                        prop_assert_eq!((reply.status, reply.field("content-type")), (200, Some(*wanted)));
                        prop_assert_eq!(reply.body, expected);
                    }
                    Err(error) => {
                        prop_assert_eq!(reply.status, 400);
                        prop_assert!(reply.text().contains(error.code.name()), "{}", reply.text());
                        prop_assert!(reply.text().ends_with(&format!("\"offset\":{}}}}}", error.offset)), "{}", reply.text());
                    }
                }
            }
        }
    }
}
