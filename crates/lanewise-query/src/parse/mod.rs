//! The text of a selector, read once from left to right.
//!
//! Functions are named after the rules of the grammar (RFC 9535 appendix A). A failure is at the first unit that no longer fits
//! it, or, with `LW_QUERY_TYPE`, that fits the grammar and no well-typed query.

mod filter;
mod literal;
mod pointer;

pub(crate) use pointer::parse as parse_pointer;

use crate::NESTING_MAX;
use crate::program::{ChildSelector, Origin, Query, Segment, Slice};
use lanewise_error::{Error, ErrorCode};

/// A whole JSONPath, and the queries in its filters.
pub(crate) fn parse_path(units: &[u16]) -> Result<(Query, Vec<Query>), Error> {
    let mut parser = Parser { units, at: 0, nesting: 0, queries: Vec::new() };
    parser.expect(b'$')?;
    let segments = parser.segments(&mut Shape::any())?;
    if parser.at < units.len() {
        parser.blanks();
        return parser.malformed();
    }
    Ok((Query::new(Origin::Root, segments), parser.queries))
}

struct Parser<'u> {
    units: &'u [u16],
    /// Offset of the next unit. INVARIANT: `at <= units.len()`.
    at: usize,
    /// Filters, parentheses and calls that are open.
    nesting: u32,
    /// The queries in filters that have been read.
    queries: Vec<Query>,
}

/// Whether a query may select more than one node, and whether it does.
struct Shape {
    /// With which code a query fails that is not singular; none where it may be either.
    plural: Option<ErrorCode>,
    is_singular: bool,
}

impl Shape {
    fn any() -> Self {
        Self { plural: None, is_singular: true }
    }

    fn singular_or(plural: ErrorCode) -> Self {
        Self { plural: Some(plural), is_singular: true }
    }
}

impl Parser<'_> {
    /// The next unit where it is ASCII, 0 at the end and for the rest. (A raw NUL is nowhere part of the grammar.)
    fn peek(&self) -> u8 {
        self.units.get(self.at).map_or(0, |&unit| u8::try_from(unit).unwrap_or(0))
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> Result<(), Error> {
        if self.take(byte) { Ok(()) } else { self.malformed() }
    }

    /// `S`: blanks, as many as there are.
    fn blanks(&mut self) {
        while is_blank(self.peek()) {
            self.at += 1;
        }
    }

    fn malformed<T>(&self) -> Result<T, Error> {
        Err(Error::new(ErrorCode::QuerySyntax, self.at))
    }

    fn mistyped<T>(&self) -> Result<T, Error> {
        Err(Error::new(ErrorCode::QueryType, self.at))
    }

    /// Reads with `inner` what is inside the filter, parenthesis or call that has just been opened.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.nesting == NESTING_MAX {
            return Err(Error::new(ErrorCode::Depth, self.at - 1));
        }
        self.nesting += 1;
        let value = inner(self)?;
        self.nesting -= 1;
        Ok(value)
    }

    /// What stands at the next unit keeps the query from being singular.
    fn plural(&self, shape: &mut Shape) -> Result<(), Error> {
        shape.is_singular = false;
        shape.plural.map_or(Ok(()), |code| Err(Error::new(code, self.at)))
    }

    /// `segments`. Blanks behind the last one are left.
    fn segments(&mut self, shape: &mut Shape) -> Result<Vec<Segment>, Error> {
        let mut segments = Vec::new();
        loop {
            let end = self.at;
            self.blanks();
            if !matches!(self.peek(), b'.' | b'[') {
                self.at = end;
                return Ok(segments);
            }
            segments.push(self.segment(shape)?);
        }
    }

    fn segment(&mut self, shape: &mut Shape) -> Result<Segment, Error> {
        if self.take(b'[') {
            return Ok(Segment { descendant: false, selectors: self.bracketed_selection(shape)? });
        }
        self.expect(b'.')?;
        let descendant = self.peek() == b'.';
        if descendant {
            self.plural(shape)?;
            self.at += 1;
        }
        let selectors = if descendant && self.take(b'[') { self.bracketed_selection(shape)? } else { vec![self.shorthand(shape)?] };
        Ok(Segment { descendant, selectors })
    }

    /// `*` or a `member-name-shorthand`.
    fn shorthand(&mut self, shape: &mut Shape) -> Result<ChildSelector, Error> {
        if self.peek() == b'*' {
            self.plural(shape)?;
            self.at += 1;
            return Ok(ChildSelector::Wildcard);
        }
        let start = self.at;
        while let Some(character) = self.peek_character()
            && is_name_character(character, self.at == start)
        {
            self.at += character.len_utf16();
        }
        if self.at == start {
            return self.malformed();
        }
        Ok(ChildSelector::Name(crate::wtf8::from_units(self.units[start..self.at].iter().copied())))
    }

    /// The next character; none at the end and at a lone surrogate.
    fn peek_character(&self) -> Option<char> {
        char::decode_utf16(self.units[self.at..].iter().copied()).next()?.ok()
    }

    /// `bracketed-selection` behind its bracket. In a singular query no blanks are allowed in it (RFC 9535 section 2.3.5.1).
    fn bracketed_selection(&mut self, shape: &mut Shape) -> Result<Vec<ChildSelector>, Error> {
        let mut selectors = Vec::new();
        loop {
            if is_blank(self.peek()) {
                self.plural(shape)?;
                self.blanks();
            }
            selectors.push(self.selector(shape)?);
            if is_blank(self.peek()) {
                self.plural(shape)?;
                self.blanks();
            }
            if self.take(b']') {
                return Ok(selectors);
            }
            if self.peek() == b',' {
                self.plural(shape)?;
            }
            self.expect(b',')?;
        }
    }

    fn selector(&mut self, shape: &mut Shape) -> Result<ChildSelector, Error> {
        match self.peek() {
            b'\'' | b'"' => Ok(ChildSelector::Name(self.string_literal()?)),
            b'-' | b'0'..=b'9' => self.index_or_slice(shape),
            b'*' => {
                self.plural(shape)?;
                self.at += 1;
                Ok(ChildSelector::Wildcard)
            }
            b':' => self.slice(None, shape),
            b'?' => {
                self.plural(shape)?;
                self.at += 1;
                self.nested(|parser| Ok(ChildSelector::Filter(parser.logical_expression()?)))
            }
            _ => self.malformed(),
        }
    }

    fn index_or_slice(&mut self, shape: &mut Shape) -> Result<ChildSelector, Error> {
        let int = self.int()?;
        let end = self.at;
        if is_blank(self.peek()) {
            self.plural(shape)?;
            self.blanks();
        }
        if self.peek() == b':' {
            return self.slice(Some(int), shape);
        }
        self.at = end;
        Ok(ChildSelector::Index(int))
    }

    /// `slice-selector` from its first colon on.
    fn slice(&mut self, start: Option<i64>, shape: &mut Shape) -> Result<ChildSelector, Error> {
        self.plural(shape)?;
        self.expect(b':')?;
        let end = self.slice_part()?;
        let step = if self.take(b':') { self.slice_part()? } else { None };
        Ok(ChildSelector::Slice(Slice { start, end, step: step.unwrap_or(1) }))
    }

    /// `S [int S]`.
    fn slice_part(&mut self) -> Result<Option<i64>, Error> {
        self.blanks();
        if !matches!(self.peek(), b'-' | b'0'..=b'9') {
            return Ok(None);
        }
        let int = self.int()?;
        self.blanks();
        Ok(Some(int))
    }
}

/// `B`.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `name-first`, or `name-char`.
fn is_name_character(character: char, is_first: bool) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii() || !is_first && character.is_ascii_digit()
}
