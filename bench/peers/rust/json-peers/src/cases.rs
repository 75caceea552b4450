//! What is measured: the same work by all, on one document, with the results asserted to be equal.

use crate::simdjson::{self, Dom, OnDemand, Padded};
use harness::measure::Contender;
use harness::{Case, Document, Named};
use serde::de::IgnoredAny;
use serde_json::Value;
use sonic_rs::{LazyValue, PointerNode};

/// All cases on `document`, every value in them found by serde_json.
pub fn cases<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Case<'a>> {
    let value: Value = serde_json::from_slice(&document.text).expect("a JSON document");
    let size = document.text.len();
    let mut list = vec![
        Case { name: "validate".into(), document, size, prepare: Box::new(|| validate(document, ours)) },
        Case { name: "minify".into(), document, size, prepare: Box::new(|| minify(document, ours)) },
    ];
    for (name, leaf) in [("first value", leaf(&value, Side::First)), ("last value", leaf(&value, Side::Last))] {
        list.push(Case { name: format!("get {name}, check path"), document, size, prepare: Box::new(move || get(document, ours, &leaf)) });
    }
    list
}

/// Who takes the document for JSON: with grammar, UTF-8 and the nesting of brackets.
fn validate<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Contender<'a>> {
    for text in spoilt(&document.text) {
        for (name, mut verdict) in verdicts(&text, ours) {
            assert!(!verdict(), "{name} takes a spoilt {} for JSON", document.name);
        }
    }
    verdicts(&document.text, ours)
        .into_iter()
        .map(|(name, mut verdict)| {
            assert!(verdict(), "{name} does not take {} for JSON", document.name);
            Contender::new(name, move || usize::from(verdict()))
        })
        .collect()
}

type Verdict<'a> = Box<dyn FnMut() -> bool + 'a>;

fn verdicts<'a>(text: &'a [u8], ours: &'a [Named]) -> Vec<(String, Verdict<'a>)> {
    let padded = Padded::new(text);
    let mut dom = Dom::new();
    let mut copy = text.to_vec();
    let mut buffers = simd_json::Buffers::new(text.len());
    let mut list: Vec<(String, Verdict<'a>)> = Vec::new();
    for (name, ours) in ours {
        list.push((name.clone(), Box::new(|| ours.validate(text))));
    }
    list.push(("simdjson DOM".into(), Box::new(move || dom.parse(&padded))));
    // It writes into its input, so each call has to restore it.
    let simd_json = move || {
        copy.copy_from_slice(text);
        simd_json::to_tape_with_buffers(&mut copy, &mut buffers).is_ok()
    };
    list.push(("simd-json tape, with the copy".into(), Box::new(simd_json)));
    list.push(("sonic-rs LazyValue".into(), Box::new(|| sonic_rs::from_slice::<LazyValue<'_>>(text).is_ok())));
    list.push(("sonic-rs Value".into(), Box::new(|| sonic_rs::from_slice::<sonic_rs::Value>(text).is_ok())));
    // On bytes it would not look at the UTF-8 of strings that it ignores.
    let serde_json = || str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    list.push(("from_utf8 + serde_json IgnoredAny".into(), Box::new(serde_json)));
    list
}

/// No JSON: it ends early, has a byte in it that no UTF-8 has, or a control character where none may stand.
fn spoilt(text: &[u8]) -> [Vec<u8>; 3] {
    let with = |byte| {
        let mut spoilt = text.to_vec();
        spoilt[text.len() / 2] = byte;
        spoilt
    };
    [text.trim_ascii_end()[..text.trim_ascii_end().len() - 1].to_vec(), with(0xff), with(0x01)]
}

fn minify<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Contender<'a>> {
    let text = document.text.as_slice();
    let expected = without_whitespace(text);
    let mut list = Vec::new();
    for (name, ours) in ours {
        let buffer = ours.buffer();
        assert!(ours.minify(text, buffer) == expected, "{name} minifies {} wrong", document.name);
        list.push(Contender::new(name, move || ours.minify(text, buffer).len()));
    }
    let padded = Padded::new(text);
    let mut out = Padded::new(text);
    assert!(simdjson::minify(&padded, &mut out) == expected, "simdjson minifies {} wrong", document.name);
    list.push(Contender::new("simdjson minify, unchecked", move || simdjson::minify(&padded, &mut out).len()));
    list
}

/// The obvious way: bytes of a string are kept, whitespace between is not.
fn without_whitespace(text: &[u8]) -> Vec<u8> {
    let (mut quoted, mut escaped) = (false, false);
    let mut kept = text.to_vec();
    kept.retain(|&byte| {
        let in_string = quoted;
        if byte == b'"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && byte == b'\\' && !escaped;
        in_string || !byte.is_ascii_whitespace()
    });
    kept
}

fn get<'a>(document: &'a Document, ours: &'a [Named], leaf: &Leaf) -> Vec<Contender<'a>> {
    let text = document.text.as_slice();
    let assert_found = |name: &str, found: &[u8]| {
        let value = serde_json::from_slice::<Value>(found).ok();
        assert!(value.as_ref() == Some(&leaf.value), "{name} finds {value:?} at {} of {}", leaf.pointer, document.name);
    };
    let mut list = Vec::new();
    for (name, ours) in ours {
        let pointer = ours.pointer(&leaf.pointer);
        assert_found(name, ours.get(text, pointer));
        list.push(Contender::new(name, move || ours.get(text, pointer).len()));
    }

    let padded = Padded::new(text);
    let mut parser = OnDemand::new();
    assert_found("simdjson", parser.get(&padded, &leaf.pointer));
    let pointer = leaf.pointer.clone();
    list.push(Contender::new("simdjson On-Demand", move || parser.get(&padded, &pointer).len()));

    let path = leaf.path.clone();
    // SAFETY: the document is JSON.
    let by_sonic = move || unsafe { sonic_rs::get_unchecked(text, path.iter()) }.expect("a value that serde_json found");
    assert_found("sonic-rs", by_sonic().as_raw_str().as_bytes());
    list.push(Contender::new("sonic-rs get_unchecked", move || by_sonic().as_raw_str().len()));
    list
}

#[derive(Clone, Copy)]
enum Side {
    First,
    Last,
}

/// A value that is no container, or an empty one, and how to get there.
struct Leaf {
    pointer: String,
    path: Vec<PointerNode>,
    value: Value,
}

/// Follows the first or the last member of each container.
fn leaf(root: &Value, side: Side) -> Leaf {
    let mut leaf = Leaf { pointer: String::new(), path: Vec::new(), value: Value::Null };
    let mut here = root;
    loop {
        let step = match (here, side) {
            (Value::Array(list), Side::First) => list.first().map(|value| (PointerNode::Index(0), value)),
            (Value::Array(list), Side::Last) => list.last().map(|value| (PointerNode::Index(list.len() - 1), value)),
            (Value::Object(members), Side::First) => members.iter().next().map(named),
            (Value::Object(members), Side::Last) => members.iter().next_back().map(named),
            _ => None,
        };
        let Some((node, value)) = step else { break };
        leaf.pointer.push('/');
        match &node {
            PointerNode::Index(index) => leaf.pointer.push_str(&index.to_string()),
            PointerNode::Key(key) => leaf.pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
        }
        leaf.path.push(node);
        here = value;
    }
    leaf.value = here.clone();
    leaf
}

fn named<'a>((key, value): (&String, &'a Value)) -> (PointerNode, &'a Value) {
    (PointerNode::Key(key.clone().into()), value)
}
