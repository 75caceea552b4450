//! One value by its pointer, nothing built.

use crate::Limits;
use crate::pointer::{Pointer, Token};
use crate::reader::{Event, Place, RawString, Reader};
use crate::walk::{Child, Walk};
use lanewise_error::Error;
use lanewise_simd::{Isa, Task};
use std::ops::Range;

/// How much of the document [`get`] reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// All of it, exactly as [`validate`](crate::validate) does. Of duplicate keys the last counts, at every level.
    #[default]
    All,
    /// What leads to the value and the value itself; what follows is not looked at, nor an array whose elements no token names. Of
    /// duplicate keys the first counts, at every level. Of the values that it skips only brackets and strings are looked at (see
    /// [`Walk`]), and they have no part in the depth limit.
    Path,
}

/// The byte range of the value that `pointer` names, without the whitespace around it, or `None` where there is none.
///
/// The value itself is always valid JSON.
///
/// # Errors
/// With [`Check::All`] exactly those of [`validate`](crate::validate); with [`Check::Path`] the first of them in what is read.
/// # Complexity
/// O(input.len()) time; one word per token of the pointer.
/// # Source
/// RFC 6901 section 4.
/// # Examples
/// ```
/// use lanewise_json::{Check, Limits, Pointer, get};
/// let pointer = Pointer::parse("/a/1".encode_utf16())?;
/// assert_eq!(get(br#"{"a": [1, "x"]}"#, &pointer, Check::All, &Limits::default())?, Some(10..13));
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn get(input: &[u8], pointer: &Pointer, check: Check, limits: &Limits) -> Result<Option<Range<usize>>, Error> {
    match check {
        Check::All => last(input, pointer, limits),
        Check::Path => lanewise_simd::active().run(First { input, tokens: &pointer.tokens, limits }),
    }
}

fn last(input: &[u8], pointer: &Pointer, limits: &Limits) -> Result<Option<Range<usize>>, Error> {
    let reader = Reader::new(input, limits);
    Search { input, reader, trail: Trail { tokens: &pointer.tokens, levels: Vec::new(), named: false } }.last()
}

/// Reads no further than the value, or than the end of the container in which it would have to be.
struct First<'a> {
    input: &'a [u8],
    tokens: &'a [Token],
    limits: &'a Limits,
}

impl Task for First<'_> {
    type Output = Result<Option<Range<usize>>, Error>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let mut walk = Walk::new(isa, self.input);
        for (depth, token) in (0..).zip(self.tokens) {
            let found = match walk.value()? {
                b'{' => {
                    walk.enter(depth, self.limits.depth_max)?;
                    self.find_member(&mut walk, &token.name)?
                }
                b'[' => {
                    walk.enter(depth, self.limits.depth_max)?;
                    find_element(&mut walk, token.index)?
                }
                _ => {
                    walk.read(depth, self.limits)?;
                    false
                }
            };
            if !found {
                return Ok(None);
            }
        }
        walk.value()?;
        walk.read(self.tokens.len() as u32, self.limits).map(Some)
    }
}

impl First<'_> {
    /// Goes to the value of the first member called `name`, or behind the object.
    #[inline(always)]
    fn find_member<I: Isa>(&self, walk: &mut Walk<'_, I>, name: &[u8]) -> Result<bool, Error> {
        let mut child = Child::First;
        while let Some(key) = walk.member(child)? {
            if key.is(name, self.input) {
                return Ok(true);
            }
            walk.skip()?;
            child = Child::Next;
        }
        Ok(false)
    }
}

/// Goes to the element number `index`, or behind the array; nowhere without an index.
#[inline(always)]
fn find_element<I: Isa>(walk: &mut Walk<'_, I>, index: Option<usize>) -> Result<bool, Error> {
    let Some(mut left) = index else { return Ok(false) };
    let mut child = Child::First;
    while walk.element(child)? {
        if left == 0 {
            return Ok(true);
        }
        left -= 1;
        walk.skip()?;
        child = Child::Next;
    }
    Ok(false)
}

struct Search<'a, 'p> {
    input: &'a [u8],
    reader: Reader<'a>,
    trail: Trail<'p>,
}

impl Search<'_, '_> {
    /// Reads the whole document. A member on the trail makes whatever an earlier one of the same name led to be forgotten.
    fn last(mut self) -> Result<Option<Range<usize>>, Error> {
        let mut found = None;
        loop {
            match self.reader.place()? {
                Place::End => return Ok(found),
                Place::Key => self.key()?,
                Place::Close => {
                    self.reader.next()?;
                    self.trail.leave(self.reader.depth());
                }
                Place::Value if !self.trail.leads_into(self.reader.depth()) => {
                    self.reader.next()?;
                }
                Place::Value => found = self.follow()?,
            }
        }
    }

    fn key(&mut self) -> Result<(), Error> {
        let depth = self.reader.depth();
        if let Some(Event::Key(key)) = self.reader.next()? {
            self.trail.key(depth, &key, self.input);
        }
        Ok(())
    }

    /// Reads the value at the end of the trail whole, or goes one level further into a container on the trail.
    fn follow(&mut self) -> Result<Option<Range<usize>>, Error> {
        let (start, depth) = (self.reader.offset(), self.reader.depth());
        let event = self.reader.next()?;
        if !self.trail.is_complete() {
            match event {
                Some(Event::ObjectStart) => self.trail.levels.push(Level::Object),
                Some(Event::ArrayStart) => self.trail.levels.push(Level::Array { next: 0 }),
                _ => {}
            }
            return Ok(None);
        }
        while self.reader.depth() > depth {
            self.reader.next()?;
        }
        Ok(Some(start..self.reader.offset()))
    }
}

/// How far the open containers agree with the pointer.
struct Trail<'p> {
    tokens: &'p [Token],
    /// The outermost open containers, as many as are on the way to the value. INVARIANT: `levels.len() <= tokens.len()`.
    levels: Vec<Level>,
    /// Whether the last key that was read in the innermost of them is that of its token.
    named: bool,
}

enum Level {
    Object,
    Array { next: usize },
}

impl Trail<'_> {
    /// Whether the next value on the trail is the one that the pointer names.
    fn is_complete(&self) -> bool {
        self.levels.len() == self.tokens.len()
    }

    fn key(&mut self, depth: u32, key: &RawString, input: &[u8]) {
        if let Some(token) = self.innermost(depth) {
            self.named = *key.to_wtf8(input) == token.name;
        }
    }

    /// Whether the value that comes next, inside `depth` containers, is on the trail. To be asked once for each value.
    fn leads_into(&mut self, depth: u32) -> bool {
        if depth == 0 {
            return true;
        }
        let index = self.innermost(depth).map(|token| token.index);
        match (index, self.levels.last_mut()) {
            (Some(_), Some(Level::Object)) => self.named,
            (Some(index), Some(Level::Array { next })) => {
                let here = index == Some(*next);
                *next += 1;
                here
            }
            _ => false,
        }
    }

    /// The token that chooses a child of the container at `depth`, if that is the innermost one on the trail.
    fn innermost(&self, depth: u32) -> Option<&Token> {
        if depth as usize != self.levels.len() {
            return None;
        }
        self.tokens.get(self.levels.len().checked_sub(1)?)
    }

    /// A container was closed, `depth` are still open.
    fn leave(&mut self, depth: u32) {
        self.levels.truncate(depth as usize);
    }
}
