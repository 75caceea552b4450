//! A JSON text that is asked by the text of a selector.

use lanewise_json::{Limits, Tape};
use lanewise_query::Selector;
use lanewise_transcode::JsonTree;
use serde_json::Value;

pub(crate) struct Document {
    text: String,
    tape: Tape,
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
        Self { text: text.into(), tape: Tape::new(text.as_bytes(), &limits).unwrap() }
    }

    pub(crate) fn tree(&self) -> JsonTree<'_> {
        JsonTree::new(self.text.as_bytes(), &self.tape)
    }

    pub(crate) fn texts(&self, query: &str) -> Vec<&str> {
        let tree = self.tree();
        let nodes = selector(query).nodes(&tree).unwrap();
        assert_eq!(selector(query).first(&tree), nodes.first().copied(), "{query}");
        nodes.into_iter().map(|node| &self.text[tree.range(node)]).collect()
    }

    pub(crate) fn values(&self, query: &str) -> Vec<Value> {
        self.texts(query).into_iter().map(parse).collect()
    }

    pub(crate) fn paths(&self, query: &str) -> Vec<String> {
        let paths = selector(query).paths(&self.tree()).unwrap();
        paths.into_iter().map(|path| String::from_utf8(path).unwrap()).collect()
    }
}
