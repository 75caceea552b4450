//! Documents made of few keys and awkward values, and their text in many spellings.

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) enum Document {
    /// A scalar as it is spelled.
    Scalar(&'static str),
    Array(Vec<Document>),
    /// Members by key; keys may repeat.
    Object(Vec<(Key, Document)>),
}

/// The same few names in more than one spelling.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) spelling: &'static str,
}

const KEYS: &[Key] = &[
    Key { name: "a", spelling: r#""a""# },
    Key { name: "a", spelling: r#""\u0061""# },
    Key { name: "b", spelling: r#""b""# },
    Key { name: "", spelling: r#""""# },
    Key { name: "0", spelling: r#""0""# },
    Key { name: "a/~", spelling: r#""a\/~""# },
    Key { name: "é😀", spelling: r#""é😀""# },
    Key { name: "é😀", spelling: r#""\u00E9\ud83d\uDE00""# },
    Key { name: "\"\\", spelling: r#""\"\\""# },
];

const SCALARS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1.5e+3",
    "1E400",
    "0.10",
    "12345678901234567890123",
    r#""""#,
    r#""]}\"[{\\""#,
    r#""é€😀""#,
    r#""\ud800""#,
    r#""\u0000\n""#,
];

pub(crate) fn document() -> impl Strategy<Value = Document> {
    prop::sample::select(SCALARS).prop_map(Document::Scalar).prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Document::Array),
            prop::collection::vec((prop::sample::select(KEYS), inner), 0..6).prop_map(Document::Object),
        ]
    })
}

/// Whitespace to put between tokens, taken round and round.
pub(crate) fn spaces() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&["", "", " ", "\n", "\t\r\n "][..]), 1..8)
}

impl Document {
    /// The text without whitespace.
    pub(crate) fn text(&self) -> String {
        self.spaced_text(&[""])
    }

    pub(crate) fn spaced_text(&self, spaces: &[&str]) -> String {
        let mut tokens = Vec::new();
        self.push_tokens(&mut tokens);
        let space = |at: usize| spaces[at % spaces.len()];
        let mut text = space(0).to_string();
        for (at, token) in tokens.iter().enumerate() {
            text += token;
            text += space(at + 1);
        }
        text
    }

    fn push_tokens(&self, tokens: &mut Vec<&'static str>) {
        match self {
            Self::Scalar(spelling) => tokens.push(spelling),
            Self::Array(elements) => {
                tokens.push("[");
                for (at, element) in elements.iter().enumerate() {
                    tokens.extend((at > 0).then_some(","));
                    element.push_tokens(tokens);
                }
                tokens.push("]");
            }
            Self::Object(members) => {
                tokens.push("{");
                for (at, (key, value)) in members.iter().enumerate() {
                    tokens.extend((at > 0).then_some(","));
                    tokens.extend([key.spelling, ":"]);
                    value.push_tokens(tokens);
                }
                tokens.push("}");
            }
        }
    }

    pub(crate) fn has_duplicate_key(&self) -> bool {
        match self {
            Self::Scalar(_) => false,
            Self::Array(elements) => elements.iter().any(Self::has_duplicate_key),
            Self::Object(members) => members
                .iter()
                .enumerate()
                .any(|(at, (key, value))| value.has_duplicate_key() || members[..at].iter().any(|(other, _)| other.name == key.name)),
        }
    }

    pub(crate) fn depth(&self) -> u32 {
        match self {
            Self::Scalar(_) => 0,
            Self::Array(elements) => 1 + elements.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
        }
    }
}
