//! What a selector is compiled to.

use crate::number::Number;
use crate::regexp::Regexp;

/// A JSON Pointer or a JSONPath: segments that are applied one after the other, from the root or from the current node.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) origin: Origin,
    pub(crate) segments: Vec<Segment>,
    /// The first segment that may be given the same node more than once in one evaluation, by ways that do not differ in what
    /// follows. What such segments find is remembered, or time would grow with the number of ways.
    pub(crate) revisits_from: usize,
    /// Whether the query goes from node to node, by one name or index after the other.
    pub(crate) is_trail: bool,
}

/// The node where a query starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `$`, the root of the document.
    Root,
    /// `@`, the candidate of the innermost filter.
    Current,
}

impl Query {
    pub(crate) fn new(origin: Origin, segments: Vec<Segment>) -> Self {
        let revisits_from = revisits_from(origin, &segments);
        let is_trail = segments.iter().all(Segment::is_trail);
        Self { origin, segments, revisits_from, is_trail }
    }
}

fn revisits_from(origin: Origin, segments: &[Segment]) -> usize {
    // The candidates of a filter may lie within each other, and so may what a descendant segment selects.
    let mut nested = origin == Origin::Current;
    for (position, segment) in segments.iter().enumerate() {
        if segment.descendant && nested {
            return position;
        }
        nested |= segment.descendant;
        if segment.selectors.len() > 1 {
            return position + 1;
        }
    }
    segments.len()
}

/// Selects children of its input node, or of that node and all its descendants.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) descendant: bool,
    pub(crate) selectors: Vec<ChildSelector>,
}

impl Segment {
    fn is_trail(&self) -> bool {
        !self.descendant && matches!(self.selectors[..], [ChildSelector::Name(_) | ChildSelector::Index(_) | ChildSelector::Token { .. }])
    }
}

/// Which children of a node are selected.
#[derive(Clone, Debug)]
pub(crate) enum ChildSelector {
    Name(Vec<u8>),
    Index(i64),
    /// A reference token of a JSON Pointer: a name in an object, an index (where it spells one) in an array.
    Token {
        name: Vec<u8>,
        index: Option<u64>,
    },
    Wildcard,
    Slice(Slice),
    Filter(Expression),
}

/// A slice as it is written: what is left out depends on the sign of `step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) step: i64,
}

/// Number of a query inside a filter, in the order of their ends.
pub(crate) type QueryId = usize;

/// What is true or false of a candidate.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Any(Vec<Expression>),
    All(Vec<Expression>),
    Not(Box<Expression>),
    Exists(QueryId),
    Compare { left: Operand, comparison: Comparison, right: Operand },
    Matches { subject: Operand, pattern: Pattern, extent: Extent },
}

/// What a comparison or a function takes: a value or nothing.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Literal(Literal),
    /// A singular query, or `value()` of any query: the only node of its nodelist.
    Value(QueryId),
    Count(QueryId),
    Length(Box<Operand>),
}

/// A value that stands in the selector itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Number(Number),
    String(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The second argument of `match` and `search`.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// A literal, compiled with the selector; `None` matches nothing.
    Compiled(Option<Regexp>),
    /// Known only at run time.
    Dynamic(Operand),
}

/// How much of the string an I-Regexp has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Extent {
    /// All of it: `match`.
    Whole,
    /// Any part of it: `search`.
    Part,
}
