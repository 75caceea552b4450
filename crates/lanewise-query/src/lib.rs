//! JSON Pointer and JSONPath: the language, and its evaluation over any document tree.
//!
//! A [`Selector`] is compiled once from its text. It runs over whatever implements [`Tree`], the index of a JSON text as well as that
//! of MessagePack; a selector that is simple enough for an engine without a tree says so and gives its [`Step`]s.
//!
//! The language is that of RFC 6901 and of RFC 9535 with its five functions, and nothing else. Where those leave a choice:
//! - Members are in document order. Of members of the same name the last counts, where it stands; the others are as if not there.
//! - Two integers within 64 bits are compared exactly, all other numbers as doubles.
//! - A lone surrogate in a document counts as one character, is ordered by its code point, and is matched by no regular expression.
//! - `^` and `$` in an I-Regexp are anchors (see RFC 9485 sections 5.3 and 5.4).
#![forbid(unsafe_code)]

mod number;
mod parse;
mod program;
mod regexp;
mod steps;
mod tree;
mod wtf8;

pub use number::Number;
pub use steps::{Choice, Step};
pub use tree::{Kind, Tree};

use lanewise_error::{Error, ErrorCode};
use program::{Origin, Query};

/// How many filters, parentheses and calls of a selector may be open at once: more than anyone writes, few enough to recurse on.
pub const NESTING_MAX: u32 = 64;

/// A compiled JSON Pointer or JSONPath.
#[derive(Clone, Debug)]
pub struct Selector {
    query: Query,
    /// The queries in its filters.
    queries: Vec<Query>,
}

impl Selector {
    /// Compiles a selector from its UTF-16 units: empty or with a `/` in front it is a JSON Pointer (RFC 6901), with a `$` in front a
    /// JSONPath (RFC 9535).
    ///
    /// In a pointer a lone surrogate is a unit like any other and matches itself; in a JSONPath it is malformed. Indices and parts
    /// of slices are integers from -(2^53 - 1) to 2^53 - 1. A literal pattern of `match` and `search` that is no I-Regexp is no
    /// error: it matches nothing.
    ///
    /// # Errors
    /// Offsets are in units, that of the first unit that cannot continue any valid selector, or the length where more must follow.
    /// - `LW_POINTER` for a pointer: that of the unit behind a `~` that is neither `0` nor `1`.
    /// - `LW_QUERY_SYNTAX` for what is neither pointer nor JSONPath, functions that do not exist included.
    /// - `LW_QUERY_TYPE` for what has the grammar of JSONPath, but is not well-typed (RFC 9535 section 2.4.3): an argument at its first
    ///   unit that does not fit (a function at its name), a result where it is used.
    /// - `LW_DEPTH` at the `?` or `(` that is nested deeper than [`NESTING_MAX`].
    /// # Complexity
    /// O(units) time and memory, and what the literal regular expressions of it take to compile (at most 4 MiB each).
    /// # Source
    /// RFC 6901 sections 3 and 4; RFC 9535 appendix A and section 2.4.3; RFC 9485 section 3.
    /// # Examples
    /// ```
    /// use lanewise_error::{Error, ErrorCode};
    /// use lanewise_query::Selector;
    /// assert!(Selector::parse("/a~1b/0".encode_utf16()).is_ok());
    /// assert!(Selector::parse("$.a[?@.b > 1]..c".encode_utf16()).is_ok());
    /// let error = Selector::parse("$.a[?@.b = 1]".encode_utf16()).unwrap_err();
    /// assert_eq!(error, Error::new(ErrorCode::QuerySyntax, 10));
    /// ```
    pub fn parse(units: impl IntoIterator<Item = u16>) -> Result<Self, Error> {
        let units: Vec<u16> = units.into_iter().collect();
        let (query, queries) = match units.first().map(|&unit| u8::try_from(unit)) {
            None | Some(Ok(b'/')) => (Query::new(Origin::Root, parse::parse_pointer(&units)?), Vec::new()),
            Some(Ok(b'$')) => parse::parse_path(&units)?,
            Some(_) => return Err(Error::new(ErrorCode::QuerySyntax, 0)),
        };
        Ok(Self { query, queries })
    }

    /// The steps of a selector that an engine can run in one pass over the text, without an index: a JSON Pointer, or a JSONPath of
    /// segments with one selector each, which is a name, an index from 0 on, a wildcard, or a slice that goes forward between
    /// bounds from 0 on; at most one segment may be a descendant segment. `None` for every other selector.
    ///
    /// # Examples
    /// ```
    /// use lanewise_query::{Choice, Selector, Step};
    /// let selector = Selector::parse("$..a[*]".encode_utf16())?;
    /// let a = Step { descendant: true, choice: Choice::Name(b"a") };
    /// assert_eq!(selector.steps(), Some(vec![a, Step { descendant: false, choice: Choice::Wildcard }]));
    /// assert_eq!(Selector::parse("$[-1]".encode_utf16())?.steps(), None);
    /// # Ok::<(), lanewise_error::Error>(())
    /// ```
    #[must_use]
    pub fn steps(&self) -> Option<Vec<Step<'_>>> {
        steps::of(&self.query.segments)
    }
}
