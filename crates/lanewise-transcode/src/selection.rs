//! Compiled sets of named selectors.

use crate::msgpack_tree::MsgpackTree;
use crate::query::JsonTree;
use crate::stream::{self, Format, Stream};
use crate::{from_json, to_json};
use lanewise_error::Error;
use lanewise_json::{Check, Pointer, push_string};
use lanewise_msgpack::writer;
use lanewise_query::{Selector, Tree, wtf8};
use std::ops::Range;

/// Selectors, each with a name: what is to be taken from a document.
///
/// # Examples
/// ```
/// use lanewise_json::{Check, Limits};
/// use lanewise_transcode::{Format, Query, Scratch};
/// let query = Query::new([("a", "/a"), ("b", "$.b[*]")].map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16())))?;
/// let mut found = Vec::new();
/// let (json, msgpack) = (Limits::default(), lanewise_msgpack::Limits::default());
/// query.first(br#"{"a": 1, "b": [2, 3]}"#, Format::Json(&json), Check::All, &mut Scratch::default(), &mut found)?;
/// assert_eq!(found, [Some(6..7), Some(15..16)]);
/// query.first(b"\x82\xa1a\x01\xa1b\x92\x02\x03", Format::Msgpack(&msgpack), Check::All, &mut Scratch::default(), &mut found)?;
/// assert_eq!(found, [Some(3..4), Some(7..8)]);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    names: Vec<Name>,
    selectors: Vec<Selector>,
    /// All of them on the bytes, where that can be.
    stream: Option<Stream>,
}

/// A name as it stands in front of the value of a member.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// A JSON string and a colon.
    pub(crate) json: Vec<u8>,
    pub(crate) msgpack: Vec<u8>,
}

/// Memory of queries and conversions, used again from document to document.
#[derive(Debug, Default)]
pub struct Scratch {
    json: lanewise_json::Tape,
    msgpack: lanewise_msgpack::Tape,
    stream: stream::Scratch,
    /// What [`Query::first`] has found.
    pub(crate) found: Vec<Option<Range<usize>>>,
    pub(crate) from_json: from_json::Memory,
    pub(crate) to_json: Vec<to_json::Open>,
}

impl Query {
    /// Compiles pairs of a name and a selector, both UTF-16 units.
    ///
    /// # Errors
    /// Those of [`Selector::parse`] for the first selector that has one, the offset in that selector; `LW_SIZE` for a name of 4 GiB.
    /// # Complexity
    /// That of [`Selector::parse`].
    pub fn new<N, S>(selectors: impl IntoIterator<Item = (N, S)>) -> Result<Self, Error>
    where
        N: IntoIterator<Item = u16>,
        S: IntoIterator<Item = u16>,
    {
        let (mut names, mut compiled) = (Vec::new(), Vec::new());
        for (name, selector) in selectors {
            names.push(Name::new(name)?);
            compiled.push(Selector::parse(selector)?);
        }
        Ok(Self { names, stream: Stream::new(&compiled), selectors: compiled })
    }

    /// The number of selectors.
    #[must_use]
    pub fn size(&self) -> usize {
        self.selectors.len()
    }

    /// The automaton on the bytes, where all selectors are simple.
    pub(crate) fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref()
    }

    /// The names, in the order of their selectors.
    pub(crate) fn names(&self) -> &[Name] {
        &self.names
    }

    /// The same with one more selector behind the others, which has no name: a pointer in UTF-16 units.
    pub(crate) fn with_pointer(&self, pointer: &[u16]) -> Result<Self, Error> {
        // What has no slash in front would be taken for a path.
        Pointer::parse(pointer.iter().copied())?;
        let mut selectors = self.selectors.clone();
        selectors.push(Selector::parse(pointer.iter().copied())?);
        Ok(Self { names: self.names.clone(), stream: Stream::new(&selectors), selectors })
    }

    /// Makes `out` the first match of each selector, as a range of `input`, `None` where there is none. The values are valid in their format.
    ///
    /// Where all selectors are simple ([`Selector::steps`]) they run over the bytes together, and `check` means what it means to [`Stream`]. Else the
    /// whole is validated and indexed, whatever `check` says, and of duplicate keys the last counts.
    ///
    /// # Errors
    /// Those of `validate` of the format ([JSON](lanewise_json::validate), [MessagePack](lanewise_msgpack::validate)), with [`Check::Path`] and simple selectors those of
    /// [`Stream::first`]. `out` then says nothing.
    /// # Complexity
    /// That of [`Stream::first`], or of [`Selector::first`].
    pub fn first(
        &self,
        input: &[u8],
        format: Format<'_>,
        check: Check,
        scratch: &mut Scratch,
        out: &mut Vec<Option<Range<usize>>>,
    ) -> Result<(), Error> {
        if let Some(stream) = &self.stream {
            return stream.first(input, format, check, &mut scratch.stream, out);
        }
        out.clear();
        match scratch.index(input, format)? {
            Index::Json(tree) => out.extend(self.firsts(&tree).map(|node| node.map(|node| tree.range(node)))),
            Index::Msgpack(tree) => out.extend(self.firsts(&tree).map(|node| node.map(|node| tree.range(node)))),
        }
        Ok(())
    }

    fn firsts<T: Tree>(&self, tree: &T) -> impl Iterator<Item = Option<T::Node>> {
        self.selectors.iter().map(|selector| selector.first(tree))
    }

    /// Every match of each selector, as ranges of `input`, in the order of RFC 9535 and as often as it says; otherwise as [`Query::first`].
    ///
    /// # Errors
    /// Those of [`Query::first`]; `LW_SIZE` without a place beyond [`MATCHES_MAX`](lanewise_query::MATCHES_MAX).
    /// # Complexity
    /// That of [`Stream::all`], or of [`Selector::nodes`].
    pub fn all(&self, input: &[u8], format: Format<'_>, check: Check, scratch: &mut Scratch) -> Result<Vec<Vec<Range<usize>>>, Error> {
        if let Some(stream) = &self.stream {
            let mut all = Vec::new();
            stream.all(input, format, check, &mut scratch.stream, &mut all)?;
            return Ok(all);
        }
        match scratch.index(input, format)? {
            Index::Json(tree) => self.nodes(&tree, |node| tree.range(node)),
            Index::Msgpack(tree) => self.nodes(&tree, |node| tree.range(node)),
        }
    }

    fn nodes<T: Tree>(&self, tree: &T, range: impl Fn(T::Node) -> Range<usize>) -> Result<Vec<Vec<Range<usize>>>, Error> {
        self.selectors.iter().map(|selector| Ok(selector.nodes(tree)?.into_iter().map(&range).collect())).collect()
    }

    /// The normalized path of every match of each selector, in WTF-8, in the order of [`Query::all`]. The whole is validated; of duplicate keys the
    /// last counts.
    ///
    /// # Errors
    /// Those of [`Query::all`].
    pub fn paths(&self, input: &[u8], format: Format<'_>, scratch: &mut Scratch) -> Result<Vec<Vec<Vec<u8>>>, Error> {
        match scratch.index(input, format)? {
            Index::Json(tree) => self.selectors.iter().map(|selector| selector.paths(&tree)).collect(),
            Index::Msgpack(tree) => self.selectors.iter().map(|selector| selector.paths(&tree)).collect(),
        }
    }
}

/// A document and its index.
enum Index<'d> {
    Json(JsonTree<'d>),
    Msgpack(MsgpackTree<'d>),
}

impl Name {
    fn new(units: impl IntoIterator<Item = u16>) -> Result<Self, Error> {
        let units: Vec<u16> = units.into_iter().collect();
        let mut name = Self { json: Vec::new(), msgpack: Vec::new() };
        push_string(&wtf8::from_units(units.iter().copied()), &mut name.json);
        name.json.push(b':');
        writer::str(&mut name.msgpack, String::from_utf16_lossy(&units).as_bytes())?;
        Ok(name)
    }
}

impl Scratch {
    pub(crate) fn stream(&mut self) -> &mut stream::Scratch {
        &mut self.stream
    }

    /// Checks `input` and indexes it.
    fn index<'d>(&'d mut self, input: &'d [u8], format: Format<'_>) -> Result<Index<'d>, Error> {
        Ok(match format {
            Format::Json(limits) => {
                self.json.fill(input, limits)?;
                let tree = JsonTree::new(input, &self.json);
                Index::Json(if format.keys_are_unique() { tree.with_unique_keys() } else { tree })
            }
            Format::Msgpack(limits) => {
                self.msgpack.fill(input, limits)?;
                Index::Msgpack(MsgpackTree::new(input, &self.msgpack))
            }
        })
    }
}
