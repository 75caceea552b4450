//! Queries on JSON.

use lanewise_json::{LoneSurrogate, Tape, unescape};
use lanewise_query::{Kind, Number, Tree};
use std::borrow::Cow;
use std::ops::Range;

/// A JSON text and its tape, as a tree that a [`Selector`](lanewise_query::Selector) runs over.
///
/// A node is the number of its entry on the tape; a member is its value. The tape must be that of the text: of another one the answers
/// say nothing, but still come.
///
/// # Examples
/// ```
/// use lanewise_json::{Limits, Tape};
/// use lanewise_query::Selector;
/// use lanewise_transcode::JsonTree;
/// let input = br#"{"a": [{"b": 1}, {"b": 2}]}"#;
/// let tape = Tape::new(input, &Limits::default())?;
/// let tree = JsonTree::new(input, &tape);
/// let found = Selector::parse("$.a[?@.b > 1]".encode_utf16())?.first(&tree).unwrap();
/// assert_eq!(tree.range(found), 17..25);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JsonTree<'d> {
    input: &'d [u8],
    entries: &'d [[u32; 2]],
    keys_are_unique: bool,
}

/// Where a walk over the children of a container in a [`JsonTree`] stands.
#[derive(Clone, Copy, Debug)]
pub struct JsonChildren {
    /// The entry of the next child or its key, or the end of the container.
    next: u32,
    end: u32,
    /// Entries before the value of a child: 1 for a key, or 0.
    keys: u32,
}

impl<'d> JsonTree<'d> {
    /// The tree of `input`, whose index `tape` is.
    #[must_use]
    pub fn new(input: &'d [u8], tape: &'d Tape) -> Self {
        Self { input, entries: tape.entries(), keys_are_unique: false }
    }

    /// The same tree, of which it is known that no object has the same key twice, as when
    /// [`DuplicateKeys::Error`](lanewise_json::DuplicateKeys::Error) has refused them. That spares the search for them.
    #[must_use]
    pub fn with_unique_keys(self) -> Self {
        Self { keys_are_unique: true, ..self }
    }

    /// Where the text of `node` is, from its first byte to behind its last one.
    #[must_use]
    pub fn range(&self, node: u32) -> Range<usize> {
        let [start, end] = self.entry(node);
        let start = start as usize;
        match self.kind(node) {
            Kind::Array | Kind::Object => start..self.entry(end)[0] as usize + 1,
            _ => start..end as usize,
        }
    }

    fn entry(&self, number: u32) -> [u32; 2] {
        self.entries.get(number as usize).copied().unwrap_or_default()
    }

    fn text(&self, range: Range<usize>) -> &'d [u8] {
        self.input.get(range).unwrap_or_default()
    }

    /// What stands between the quotes of the string or key that is entry `number`.
    fn raw_string(&self, number: u32) -> &'d [u8] {
        let [start, end] = self.entry(number);
        self.text(start as usize + 1..(end as usize).saturating_sub(1))
    }

    fn unescaped(&self, number: u32) -> Cow<'d, [u8]> {
        let raw = self.raw_string(number);
        if !raw.contains(&b'\\') {
            return Cow::Borrowed(raw);
        }
        let mut text = Vec::with_capacity(raw.len());
        unescape(raw, LoneSurrogate::Keep, &mut text);
        Cow::Owned(text)
    }
}

impl Tree for JsonTree<'_> {
    type Node = u32;
    type Children = JsonChildren;

    fn root(&self) -> u32 {
        0
    }

    fn kind(&self, node: u32) -> Kind {
        match self.input.get(self.entry(node)[0] as usize) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    fn array_size(&self, array: u32) -> usize {
        let [_, end] = self.entry(array);
        self.entry(end)[1] as usize
    }

    fn children(&self, container: u32) -> JsonChildren {
        let keys = u32::from(self.kind(container) == Kind::Object);
        JsonChildren { next: container.saturating_add(1), end: self.entry(container)[1], keys }
    }

    fn next_child(&self, children: &mut JsonChildren) -> Option<u32> {
        let child = children.next.saturating_add(children.keys);
        if child >= children.end {
            return None;
        }
        let last = if matches!(self.kind(child), Kind::Array | Kind::Object) { self.entry(child)[1] } else { child };
        children.next = last.max(child).saturating_add(1);
        Some(child)
    }

    fn key(&self, member: u32) -> Cow<'_, [u8]> {
        self.unescaped(member.saturating_sub(1))
    }

    fn has_key(&self, member: u32, name: &[u8]) -> bool {
        let raw = self.raw_string(member.saturating_sub(1));
        // An escape is longer than what it stands for.
        match raw.len() > name.len() && raw.contains(&b'\\') {
            true => *self.key(member) == *name,
            false => raw == name && !raw.contains(&b'\\'),
        }
    }

    fn keys_are_unique(&self) -> bool {
        self.keys_are_unique
    }

    fn number(&self, node: u32) -> Number {
        let [start, end] = self.entry(node);
        Number::from_json(self.text(start as usize..end as usize))
    }

    fn string(&self, node: u32) -> Cow<'_, [u8]> {
        self.unescaped(node)
    }
}
