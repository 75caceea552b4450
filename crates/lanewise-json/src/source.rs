//! A text with its tape: what an entry says.

use crate::reader::RawString;
use crate::{Limits, Tape};
use lanewise_error::Error;
use std::borrow::Cow;
use std::ops::Range;

/// A JSON text that has been checked, and where its values are. Entries are those of its [`Tape`].
pub(crate) struct Source<'a> {
    pub(crate) input: &'a [u8],
    tape: Tape,
}

/// The entry of the whole document.
pub(crate) const ROOT: u32 = 0;

impl<'a> Source<'a> {
    /// Fails as [`validate`](crate::validate) does with the default limits.
    pub(crate) fn new(input: &'a [u8]) -> Result<Self, Error> {
        Ok(Self { input, tape: Tape::new(input, &Limits::default())? })
    }

    pub(crate) fn entries(&self) -> &[[u32; 2]] {
        self.tape.entries()
    }

    fn entry(&self, entry: u32) -> [usize; 2] {
        self.entries()[entry as usize].map(|word| word as usize)
    }

    /// Offset of the first byte.
    pub(crate) fn start(&self, entry: u32) -> usize {
        self.entry(entry)[0]
    }

    /// The first byte, which says what the entry is.
    pub(crate) fn kind(&self, entry: u32) -> u8 {
        self.input[self.start(entry)]
    }

    pub(crate) fn is_container(&self, entry: u32) -> bool {
        matches!(self.kind(entry), b'{' | b'[')
    }

    /// The bytes of a key or of a value.
    pub(crate) fn range(&self, entry: u32) -> Range<usize> {
        let [start, end] = self.entry(entry);
        start..if self.is_container(entry) { self.start(end as u32) + 1 } else { end }
    }

    pub(crate) fn text(&self, entry: u32) -> &'a [u8] {
        &self.input[self.range(entry)]
    }

    /// The entry of the end of a container.
    pub(crate) fn end(&self, container: u32) -> u32 {
        self.entries()[container as usize][1]
    }

    /// The entry behind a value.
    pub(crate) fn after(&self, value: u32) -> u32 {
        1 + if self.is_container(value) { self.end(value) } else { value }
    }

    /// A key or a string, unescaped, in WTF-8.
    pub(crate) fn string(&self, entry: u32) -> Cow<'a, [u8]> {
        let Range { start, end } = self.range(entry);
        let range = start + 1..end - 1;
        let escaped = self.input[range.clone()].contains(&b'\\');
        RawString { range, escaped }.to_wtf8(self.input)
    }

    /// The entries of the elements of an array, or of the keys of an object.
    pub(crate) fn children(&self, container: u32) -> impl Iterator<Item = u32> {
        let key = u32::from(self.kind(container) == b'{');
        let end = self.end(container);
        let mut next = container + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.after(child + key);
                child
            })
        })
    }
}
