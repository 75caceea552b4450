//! A JSON text that is asked by the text of a selector; the same document in MessagePack has to give the same answers.

use lanewise_json::{Limits, Tape};
use lanewise_query::Selector;
use lanewise_transcode::{FromJson, JsonTree, MsgpackTree, ToJson, from_json, to_json};
use serde_json::Value;

pub(crate) struct Document {
    text: String,
    tape: Tape,
    /// Not of a text with a lone surrogate, which MessagePack cannot hold.
    msgpack: Option<Msgpack>,
}

struct Msgpack {
    bytes: Vec<u8>,
    tape: lanewise_msgpack::Tape,
}

const FROM_JSON: FromJson = FromJson { depth_max: u32::MAX, float32: lanewise_transcode::Float32::Exact };

impl Msgpack {
    fn new(json: &str) -> Self {
        let limits = lanewise_msgpack::Limits { depth_max: u32::MAX, ..lanewise_msgpack::Limits::default() };
        let mut bytes = Vec::new();
        from_json(json.as_bytes(), &FROM_JSON, &mut bytes).unwrap();
        let tape = lanewise_msgpack::Tape::new(&bytes, &limits).unwrap();
        Self { bytes, tape }
    }

    fn tree(&self) -> MsgpackTree<'_> {
        MsgpackTree::new(&self.bytes, &self.tape)
    }
}

/// The way of a value to MessagePack and back, so that numbers have one spelling. Those beyond the range of doubles, which JSON cannot hold, have none.
fn respelled(json: &str) -> Option<String> {
    let mut msgpack = Vec::new();
    from_json(json.as_bytes(), &FROM_JSON, &mut msgpack).unwrap();
    to_text(&msgpack)
}

fn to_text(msgpack: &[u8]) -> Option<String> {
    let mut json = Vec::new();
    to_json(msgpack, &ToJson { depth_max: u32::MAX, ..ToJson::default() }, &mut json).ok()?;
    Some(String::from_utf8(json).unwrap())
}

pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn selector(text: &str) -> Selector {
    Selector::parse(text.encode_utf16()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl Document {
    pub(crate) fn new(text: &str) -> Self {
        let limits = Limits { depth_max: u32::MAX, ..Limits::default() };
        let msgpack = (!text.contains("\\ud")).then(|| Msgpack::new(text));
        Self { text: text.into(), tape: Tape::new(text.as_bytes(), &limits).unwrap(), msgpack }
    }

    pub(crate) fn tree(&self) -> JsonTree<'_> {
        JsonTree::new(self.text.as_bytes(), &self.tape)
    }

    pub(crate) fn texts(&self, query: &str) -> Vec<&str> {
        let tree = self.tree();
        let nodes = selector(query).nodes(&tree).unwrap();
        assert_eq!(selector(query).first(&tree), nodes.first().copied(), "{query}");
        let texts: Vec<&str> = nodes.into_iter().map(|node| &self.text[tree.range(node)]).collect();
        if let Some(msgpack) = &self.msgpack {
            let tree = msgpack.tree();
            let nodes = selector(query).nodes(&tree).unwrap();
            let found: Vec<_> = nodes.into_iter().map(|node| to_text(&msgpack.bytes[tree.range(node)])).collect();
            let expected: Vec<_> = texts.iter().map(|text| respelled(text)).collect();
            assert_eq!(found, expected, "{query} over MessagePack of {}", self.text);
        }
        texts
    }

    pub(crate) fn values(&self, query: &str) -> Vec<Value> {
        self.texts(query).into_iter().map(parse).collect()
    }

    pub(crate) fn paths(&self, query: &str) -> Vec<String> {
        let paths = selector(query).paths(&self.tree()).unwrap();
        if let Some(msgpack) = &self.msgpack {
            assert_eq!(selector(query).paths(&msgpack.tree()).unwrap(), paths, "{query} over MessagePack of {}", self.text);
        }
        paths.into_iter().map(|path| String::from_utf8(path).unwrap()).collect()
    }
}
