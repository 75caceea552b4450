//! Measures the conversions of lanewise-transcode against their peers, in one process: see `harness`.

use harness::measure::Contender;
use harness::{Case, Document, Named};
use serde_json::{Value, json};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    harness::run(json!({}), cases)
}

fn cases<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Case<'a>> {
    let size = document.text.len();
    vec![
        Case { name: "fromJson".into(), document, size, prepare: Box::new(|| from_json(document, ours)) },
        Case { name: "toJson".into(), document, size, prepare: Box::new(|| to_json(document, ours)) },
    ]
}

fn from_json<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Contender<'a>> {
    let json = document.text.as_slice();
    let assert_right = |name: &str, msgpack: &[u8]| {
        let value = as_doubles(rmp_serde::from_slice(msgpack).expect("MessagePack"));
        assert!(value == value_of(json), "{name} makes something else of {}", document.name);
    };
    let mut list = Vec::new();
    for (name, ours) in ours {
        let buffer = ours.buffer();
        assert_right(name, ours.from_json(json, buffer));
        list.push(Contender::new(name, move || ours.from_json(json, buffer).len()));
    }
    let mut buffer = Vec::new();
    write_msgpack(json, &mut buffer);
    assert_right("serde_transcode", &buffer);
    let by_serde = move || {
        buffer.clear();
        write_msgpack(json, &mut buffer);
        buffer.len()
    };
    list.push(Contender::new("serde_transcode", by_serde));
    list
}

/// From the MessagePack that the peers write.
fn to_json<'a>(document: &'a Document, ours: &'a [Named]) -> Vec<Contender<'a>> {
    let mut msgpack = Vec::new();
    write_msgpack(&document.text, &mut msgpack);
    let msgpack = &*msgpack.leak();
    let assert_right = |name: &str, json: &[u8]| {
        assert!(value_of(json) == value_of(&document.text), "{name} makes something else of {}", document.name);
    };
    let mut list = Vec::new();
    for (name, ours) in ours {
        let buffer = ours.buffer();
        assert_right(name, ours.to_json(msgpack, buffer));
        list.push(Contender::new(name, move || ours.to_json(msgpack, buffer).len()));
    }
    let mut buffer = Vec::new();
    write_json(msgpack, &mut buffer);
    assert_right("serde_transcode", &buffer);
    let by_serde = move || {
        buffer.clear();
        write_json(msgpack, &mut buffer);
        buffer.len()
    };
    list.push(Contender::new("serde_transcode", by_serde));
    list
}

fn write_msgpack(json: &[u8], out: &mut Vec<u8>) {
    let mut from = serde_json::Deserializer::from_slice(json);
    serde_transcode::transcode(&mut from, &mut rmp_serde::Serializer::new(out)).expect("a JSON document");
    from.end().expect("nothing behind it");
}

fn write_json(msgpack: &[u8], out: &mut Vec<u8>) {
    let mut from = rmp_serde::Deserializer::from_read_ref(msgpack);
    serde_transcode::transcode(&mut from, &mut serde_json::Serializer::new(out)).expect("MessagePack of a document");
}

fn value_of(json: &[u8]) -> Value {
    as_doubles(serde_json::from_slice(json).expect("a JSON document"))
}

/// `1.0` is an integer in what we write, and a float in what the peers write.
fn as_doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(elements) => elements.into_iter().map(as_doubles).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, as_doubles(value))).collect(),
        other => other,
    }
}
