//! Compiled sets of named selectors.

use crate::query::JsonTree;
use lanewise_error::Error;
use lanewise_json::{Check, Limits, Pointer, Tape, push_string};
use lanewise_msgpack::writer;
use lanewise_query::Selector;
use std::ops::Range;

/// Selectors, each with a name: what is to be taken from a document.
///
/// # Examples
/// ```
/// use lanewise_json::Check;
/// use lanewise_transcode::{Query, Scratch};
/// let query = Query::new([("a", "/a"), ("b", "$.b[*]")].map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16())))?;
/// let mut found = Vec::new();
/// query.first(br#"{"a": 1, "b": [2, 3]}"#, Check::All, &mut Scratch::default(), &mut found)?;
/// assert_eq!(found, [Some(6..7), Some(15..16)]);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    names: Vec<Name>,
    selections: Vec<Selection>,
}

/// A name as it stands in front of the value of a member.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// A JSON string and a colon.
    pub(crate) json: Vec<u8>,
    pub(crate) msgpack: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Selection {
    selector: Selector,
    /// The same as a pointer, where it is one.
    pointer: Option<Pointer>,
}

/// Memory of queries, used again from document to document.
#[derive(Debug, Default)]
pub struct Scratch {
    tape: Tape,
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
        let mut query = Self { names: Vec::new(), selections: Vec::new() };
        for (name, selector) in selectors {
            query.names.push(Name::new(name)?);
            query.selections.push(Selection::new(selector)?);
        }
        Ok(query)
    }

    /// The number of selectors.
    #[must_use]
    pub fn size(&self) -> usize {
        self.selections.len()
    }

    /// The names, in the order of their selectors.
    pub(crate) fn names(&self) -> &[Name] {
        &self.names
    }

    /// The same with one more selector behind the others, which has no name: a pointer in UTF-16 units.
    pub(crate) fn with_pointer(&self, pointer: &[u16]) -> Result<Self, Error> {
        // What has no slash in front would be taken for a path.
        Pointer::parse(pointer.iter().copied())?;
        let mut query = self.clone();
        query.selections.push(Selection::new(pointer.iter().copied())?);
        Ok(query)
    }

    /// Makes `out` the first match of each selector, as a range of `input`, `None` where there is none. The values are valid JSON.
    ///
    /// With [`Check::All`] the last of duplicate keys counts, with [`Check::Path`] the first.
    ///
    /// # Errors
    /// With [`Check::All`] those of [`validate`](lanewise_json::validate); with [`Check::Path`] the first of them in what is read. `out` then says
    /// nothing.
    /// # Complexity
    /// That of [`Selector::first`], and O(input.len()) for each pointer with [`Check::Path`], for all together with [`Check::All`].
    pub fn first(&self, input: &[u8], check: Check, scratch: &mut Scratch, out: &mut Vec<Option<Range<usize>>>) -> Result<(), Error> {
        out.clear();
        if check == Check::Path && self.selections.iter().all(|selection| selection.pointer.is_some()) {
            for pointer in self.selections.iter().filter_map(|selection| selection.pointer.as_ref()) {
                out.push(lanewise_json::get(input, pointer, check, &Limits::default())?);
            }
            return Ok(());
        }
        let tree = scratch.index(input)?;
        out.extend(self.selections.iter().map(|selection| selection.selector.first(&tree).map(|node| tree.range(node))));
        Ok(())
    }

    /// Every match of each selector, as ranges of `input`, in the order of RFC 9535 and as often as it says. Of duplicate keys the last counts.
    ///
    /// # Errors
    /// Those of [`validate`](lanewise_json::validate); `LW_SIZE` without a place beyond [`MATCHES_MAX`](lanewise_query::MATCHES_MAX).
    /// # Complexity
    /// That of [`Selector::nodes`].
    pub fn all(&self, input: &[u8], scratch: &mut Scratch) -> Result<Vec<Vec<Range<usize>>>, Error> {
        let tree = scratch.index(input)?;
        let ranges = |nodes: Vec<u32>| nodes.into_iter().map(|node| tree.range(node)).collect();
        self.selections.iter().map(|selection| selection.selector.nodes(&tree).map(ranges)).collect()
    }

    /// The normalized path of every match of each selector, in WTF-8; otherwise as [`Query::all`].
    ///
    /// # Errors
    /// Those of [`Query::all`].
    pub fn paths(&self, input: &[u8], scratch: &mut Scratch) -> Result<Vec<Vec<Vec<u8>>>, Error> {
        let tree = scratch.index(input)?;
        self.selections.iter().map(|selection| selection.selector.paths(&tree)).collect()
    }
}

impl Name {
    fn new(units: impl IntoIterator<Item = u16>) -> Result<Self, Error> {
        let units: Vec<u16> = units.into_iter().collect();
        let mut name = Self { json: Vec::new(), msgpack: Vec::new() };
        push_string(&to_wtf8(&units), &mut name.json);
        name.json.push(b':');
        writer::str(&mut name.msgpack, String::from_utf16_lossy(&units).as_bytes())?;
        Ok(name)
    }
}

/// UTF-8, where each lone surrogate takes the three bytes of its code point.
fn to_wtf8(units: &[u16]) -> Vec<u8> {
    let mut text = Vec::new();
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => {
                let [high, low] = lone.unpaired_surrogate().to_be_bytes();
                text.extend_from_slice(&[0xe0 | high >> 4, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]);
            }
        }
    }
    text
}

impl Selection {
    fn new(units: impl IntoIterator<Item = u16>) -> Result<Self, Error> {
        let units: Vec<u16> = units.into_iter().collect();
        let selector = Selector::parse(units.iter().copied())?;
        Ok(Self { selector, pointer: Pointer::parse(units.into_iter()).ok() })
    }
}

impl Scratch {
    /// Checks `input` and indexes it.
    fn index<'d>(&'d mut self, input: &'d [u8]) -> Result<JsonTree<'d>, Error> {
        self.tape.fill(input, &Limits::default())?;
        Ok(JsonTree::new(input, &self.tape))
    }
}
