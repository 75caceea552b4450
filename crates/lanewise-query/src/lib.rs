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

mod children;
mod evaluate;
mod filter;
mod number;
mod parse;
mod path;
mod program;
mod regexp;
mod steps;
mod tree;
mod value;
pub mod wtf8;

pub use number::Number;
pub use steps::{Choice, Step};
pub use tree::{Kind, Tree};

use evaluate::Evaluation;
use lanewise_error::{Error, ErrorCode};
use path::Location;
use program::{Origin, Query};
use std::ops::ControlFlow;

/// How many filters, parentheses and calls of a selector may be open at once: more than anyone writes, few enough to recurse on.
pub const NESTING_MAX: u32 = 64;

/// How many matches [`Selector::nodes`] and [`Selector::paths`] collect. A selector may match a node any number of times: `$[0,0][0,0]`
/// matches four times in a document of seven bytes, and each further segment doubles that.
pub const MATCHES_MAX: usize = 1 << 26;

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
    /// O(units) time and memory, and what the literal regular expressions of it take to compile (at most 1 MiB each; one that is
    /// itself longer than 64 KiB matches nothing).
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

    /// Gives every match to `report`, in the order of RFC 9535 and as often as it says, until `report` breaks.
    ///
    /// # Complexity
    /// From one match to the next, and to the end, O(s n) time for s segments and n values, without the filters. A filter takes, for
    /// each candidate, the time of its comparisons (both sides are read) and regular expressions (linear in the text
    /// times the pattern, which takes at most 1 MiB when compiled; one that the document brings is compiled for it), and for its queries in total O(s n) each, those with `value()` at most that for each
    /// candidate. Queries from `$` are run once. Memory: O(n), and O(s n) where a selector matches the same nodes by several ways.
    /// # Source
    /// RFC 9535 sections 2.3 to 2.5; RFC 6901 section 4.
    pub fn matches<T: Tree>(&self, tree: &T, mut report: impl FnMut(Match<'_, T>) -> ControlFlow<()>) {
        let mut evaluation = Evaluation::new(tree, &self.queries);
        evaluation.run(&self.query, |node, path| report(Match { tree, node, path }));
    }

    /// The first match.
    ///
    /// # Complexity
    /// That of [`Selector::matches`] up to there.
    #[must_use]
    pub fn first<T: Tree>(&self, tree: &T) -> Option<T::Node> {
        let mut first = None;
        self.matches(tree, |found| {
            first = Some(found.node);
            ControlFlow::Break(())
        });
        first
    }

    /// Every match, in the order of RFC 9535 and as often as it says.
    ///
    /// # Errors
    /// `LW_SIZE` without a place when there are more than [`MATCHES_MAX`].
    /// # Complexity
    /// That of [`Selector::matches`].
    pub fn nodes<T: Tree>(&self, tree: &T) -> Result<Vec<T::Node>, Error> {
        self.collect(tree, MATCHES_MAX, |found| found.node)
    }

    /// The normalized path of every match, in WTF-8.
    ///
    /// # Errors
    /// `LW_SIZE` without a place when there are more than [`MATCHES_MAX`].
    /// # Complexity
    /// That of [`Selector::matches`] and of the paths.
    /// # Source
    /// RFC 9535 section 2.7.
    pub fn paths<T: Tree>(&self, tree: &T) -> Result<Vec<Vec<u8>>, Error> {
        self.collect(tree, MATCHES_MAX, |found| {
            let mut path = Vec::new();
            found.write_path(&mut path);
            path
        })
    }

    fn collect<T: Tree, R>(&self, tree: &T, matches_max: usize, mut of: impl FnMut(Match<'_, T>) -> R) -> Result<Vec<R>, Error> {
        let mut results = Vec::new();
        let mut outcome = Ok(());
        self.matches(tree, |found| {
            if results.len() == matches_max {
                outcome = Err(Error::nowhere(ErrorCode::Size));
                return ControlFlow::Break(());
            }
            results.push(of(found));
            ControlFlow::Continue(())
        });
        outcome.map(|()| results)
    }
}

/// A match of a selector.
pub struct Match<'m, T: Tree> {
    tree: &'m T,
    /// The value.
    pub node: T::Node,
    path: &'m [Location<T::Node>],
}

impl<T: Tree> Match<'_, T> {
    /// Appends the normalized path of the match to `out`, in WTF-8: a name with a lone surrogate keeps it.
    ///
    /// # Source
    /// RFC 9535 section 2.7.
    pub fn write_path(&self, out: &mut Vec<u8>) {
        path::write(self.tree, self.path, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    /// What JSON does not have, in as many arrays, each of one element. A node is the number of arrays around it.
    struct Shell(usize);

    impl Tree for Shell {
        type Node = usize;
        type Children = Option<usize>;

        fn root(&self) -> usize {
            0
        }

        fn kind(&self, node: usize) -> Kind {
            if node < self.0 { Kind::Array } else { Kind::Other }
        }

        fn array_size(&self, _: usize) -> usize {
            1
        }

        fn children(&self, array: usize) -> Option<usize> {
            Some(array + 1)
        }

        fn next_child(&self, children: &mut Option<usize>) -> Option<usize> {
            children.take()
        }

        fn key(&self, _: usize) -> Cow<'_, [u8]> {
            unreachable!("there is no object")
        }

        fn number(&self, _: usize) -> Number {
            unreachable!("there is no number")
        }

        fn string(&self, _: usize) -> Cow<'_, [u8]> {
            unreachable!("there is no string")
        }
    }

    #[test]
    fn collects_no_more_than_it_may() {
        let selector = Selector::parse("$[0,0][0,0][0,0]".encode_utf16()).unwrap();
        assert_eq!(selector.collect(&Shell(3), 8, |found| found.node), Ok(vec![3; 8]));
        assert_eq!(selector.collect(&Shell(3), 7, |found| found.node), Err(Error::nowhere(ErrorCode::Size)));
        assert_eq!(selector.nodes(&Shell(3)), Ok(vec![3; 8]));
    }

    #[test]
    fn what_json_does_not_have_is_equal_to_itself_alone() {
        for (query, nodes) in [
            ("$..[?@ == @]", &[1, 2][..]),
            ("$..[?@ == $[0][0]]", &[2]),
            ("$..[?@ <= $[0][0]]", &[2]),
            ("$..[?@ < $[0][0] || @ == null || length(@) == 0 || match(@, '')]", &[]),
            ("$..[?length(@) == 1]", &[1]),
            ("$..['a', 0]", &[1, 2]),
        ] {
            assert_eq!(Selector::parse(query.encode_utf16()).unwrap().nodes(&Shell(2)), Ok(nodes.to_vec()), "{query}");
        }
    }
}
