//! Queries on MessagePack.

use crate::key::push_key;
use lanewise_msgpack::reader::{Reader, Token};
use lanewise_msgpack::{Limits, Tape, Timestamp};
use lanewise_query::{Kind, Number, Tree};
use std::borrow::Cow;
use std::ops::Range;

/// A MessagePack value and its tape, as a tree that a [`Selector`](lanewise_query::Selector) runs over.
///
/// A node is the number of its entry on the tape; a member is its value. The tape must be that of the bytes: of another one the answers
/// say nothing, but still come.
///
/// - A map is an object. A key that is no string has the text as its name that `nonStringKeys: 'stringify'` of the facade gives it: `7`,
///   `true`, `null`, `0.5`, binary in base64, a timestamp in RFC 3339. A member whose key is an array or a map has no name, and is none.
/// - Integers of 64 bits are compared exactly, floats as doubles.
/// - Binary, timestamps and extensions are [`Kind::Other`]: equal to the same bytes, the same moment, and the same type and bytes, in whatever format.
///
/// # Examples
/// ```
/// use lanewise_msgpack::{Limits, Tape};
/// use lanewise_query::Selector;
/// use lanewise_transcode::MsgpackTree;
/// let input = b"\x81\xa1a\x92\x81\x07\x01\x81\x07\x02";
/// let tape = Tape::new(input, &Limits::default())?;
/// let tree = MsgpackTree::new(input, &tape);
/// let selector = Selector::parse("$.a[?@['7'] > 1]".encode_utf16())?;
/// assert_eq!(tree.range(selector.first(&tree).unwrap()), 7..10);
/// assert_eq!(selector.paths(&tree)?, [b"$['a'][1]"]);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MsgpackTree<'d> {
    input: &'d [u8],
    entries: &'d [[u32; 2]],
}

/// Where a walk over the children of a container in a [`MsgpackTree`] stands.
#[derive(Clone, Copy, Debug)]
pub struct MsgpackChildren {
    /// The entry of the next child or its key, or the end of the container.
    next: u32,
    end: u32,
    /// Entries before the value of a child: 1 for a key, or 0.
    keys: u32,
}

/// What JSON does not have, whatever its format.
#[derive(PartialEq)]
enum Opaque<'d> {
    Binary(&'d [u8]),
    Timestamp(Timestamp),
    Extension(i8, &'d [u8]),
}

impl<'d> MsgpackTree<'d> {
    /// The tree of `input`, whose index `tape` is.
    #[must_use]
    pub fn new(input: &'d [u8], tape: &'d Tape) -> Self {
        Self { input, entries: tape.entries() }
    }

    /// Where the bytes of `node` are, header included.
    #[must_use]
    pub fn range(&self, node: u32) -> Range<usize> {
        let [start, end] = self.entry(node);
        let end = if self.is_container(node) { self.entry(end)[0] } else { end };
        start as usize..end as usize
    }

    fn entry(&self, number: u32) -> [u32; 2] {
        self.entries.get(number as usize).copied().unwrap_or_default()
    }

    fn header(&self, number: u32) -> Option<u8> {
        self.input.get(self.entry(number)[0] as usize).copied()
    }

    fn is_container(&self, node: u32) -> bool {
        matches!(self.header(node), Some(0x80..=0x9f | 0xdc..=0xdf))
    }

    /// The bytes of the scalar or key that is entry `number`.
    fn bytes(&self, number: u32) -> &'d [u8] {
        let [start, end] = self.entry(number);
        self.input.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The text of the string or key that is entry `number`; `None` for a key that is no string.
    fn text(&self, number: u32) -> Option<&'d [u8]> {
        let bytes = self.bytes(number);
        let header_size = match bytes.first()? {
            0xa0..=0xbf => 1,
            0xd9 => 2,
            0xda => 3,
            0xdb => 5,
            _ => return None,
        };
        bytes.get(header_size..)
    }

    /// The scalar that is entry `number`.
    fn token(&self, number: u32) -> Option<(Token, &'d [u8])> {
        let bytes = self.bytes(number);
        let limits = Limits { invalid_utf8: true, ..Limits::default() };
        Some((Reader::new(bytes, &limits).next().ok()??.token, bytes))
    }

    fn opaque(&self, node: u32) -> Option<Opaque<'d>> {
        match self.token(node)? {
            (Token::Bin(range), bytes) => Some(Opaque::Binary(&bytes[range])),
            (Token::Ext(Timestamp::EXTENSION, range), bytes) => Timestamp::read(&bytes[range]).map(Opaque::Timestamp),
            (Token::Ext(kind, range), bytes) => Some(Opaque::Extension(kind, &bytes[range])),
            _ => None,
        }
    }
}

impl Tree for MsgpackTree<'_> {
    type Node = u32;
    type Children = MsgpackChildren;

    fn root(&self) -> u32 {
        0
    }

    fn kind(&self, node: u32) -> Kind {
        match self.header(node) {
            Some(0x80..=0x8f | 0xde | 0xdf) => Kind::Object,
            Some(0x90..=0x9f | 0xdc | 0xdd) => Kind::Array,
            Some(0xa0..=0xbf | 0xd9..=0xdb) => Kind::String,
            Some(0xc2) => Kind::Bool(false),
            Some(0xc3) => Kind::Bool(true),
            Some(0x00..=0x7f | 0xca..=0xd3 | 0xe0..=0xff) => Kind::Number,
            Some(0xc4..=0xc9 | 0xd4..=0xd8) => Kind::Other,
            Some(0xc0 | 0xc1) | None => Kind::Null,
        }
    }

    fn array_size(&self, array: u32) -> usize {
        let [_, end] = self.entry(array);
        self.entry(end)[1] as usize
    }

    fn children(&self, container: u32) -> MsgpackChildren {
        let keys = u32::from(self.kind(container) == Kind::Object);
        MsgpackChildren { next: container.saturating_add(1), end: self.entry(container)[1], keys }
    }

    fn next_child(&self, children: &mut MsgpackChildren) -> Option<u32> {
        let child = children.next.saturating_add(children.keys);
        if child >= children.end {
            return None;
        }
        let last = if self.is_container(child) { self.entry(child)[1] } else { child };
        children.next = last.max(child).saturating_add(1);
        Some(child)
    }

    fn key(&self, member: u32) -> Cow<'_, [u8]> {
        let key = member.saturating_sub(1);
        self.text(key).map_or_else(
            || {
                let mut name = Vec::new();
                push_key(self.bytes(key), &mut name);
                Cow::Owned(name)
            },
            Cow::Borrowed,
        )
    }

    fn number(&self, node: u32) -> Number {
        match self.token(node) {
            Some((Token::Uint(value), _)) => Number::Integer(value.into()),
            Some((Token::Int(value), _)) => Number::Integer(value.into()),
            Some((Token::F32(value), _)) => Number::Double(value.into()),
            Some((Token::F64(value), _)) => Number::Double(value),
            _ => Number::Double(f64::NAN),
        }
    }

    fn string(&self, node: u32) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.text(node).unwrap_or_default())
    }

    fn others_are_equal(&self, left: u32, right: u32) -> bool {
        self.opaque(left) == self.opaque(right)
    }
}
