//! Filter expressions, and their types.

use super::{Parser, Shape};
use crate::program::{Comparison, Expression, Extent, Literal, Operand, Origin, Pattern, Query, QueryId};
use crate::regexp::Regexp;
use lanewise_error::{Error, ErrorCode};

/// The words that may stand in a filter.
#[derive(Clone, Copy)]
enum Word {
    Literal(fn() -> Literal),
    /// A function that gives a value.
    Value(ValueFunction),
    /// A function that gives true or false.
    Logical(Extent),
}

#[derive(Clone, Copy)]
enum ValueFunction {
    Length,
    Count,
    Value,
}

const WORDS: [(&str, Word); 8] = [
    ("true", Word::Literal(|| Literal::Bool(true))),
    ("false", Word::Literal(|| Literal::Bool(false))),
    ("null", Word::Literal(|| Literal::Null)),
    ("length", Word::Value(ValueFunction::Length)),
    ("count", Word::Value(ValueFunction::Count)),
    ("value", Word::Value(ValueFunction::Value)),
    ("match", Word::Logical(Extent::Whole)),
    ("search", Word::Logical(Extent::Part)),
];

impl Parser<'_> {
    /// `logical-expr` and the blanks around it.
    pub(super) fn logical_expression(&mut self) -> Result<Expression, Error> {
        let mut terms = vec![self.logical_and_expression()?];
        while self.take(b'|') {
            self.expect(b'|')?;
            terms.push(self.logical_and_expression()?);
        }
        Ok(one_or(terms, Expression::Any))
    }

    fn logical_and_expression(&mut self) -> Result<Expression, Error> {
        let mut terms = vec![self.basic_expression()?];
        while self.take(b'&') {
            self.expect(b'&')?;
            terms.push(self.basic_expression()?);
        }
        Ok(one_or(terms, Expression::All))
    }

    /// `basic-expr` and the blanks around it.
    fn basic_expression(&mut self) -> Result<Expression, Error> {
        self.blanks();
        let expression = match self.peek() {
            b'!' => {
                self.at += 1;
                self.blanks();
                Expression::Not(Box::new(self.negated()?))
            }
            b'(' => self.parenthesized()?,
            b'@' | b'$' => self.query_or_comparison()?,
            b'\'' | b'"' | b'-' | b'0'..=b'9' => {
                let left = Operand::Literal(self.plain_literal()?);
                self.comparison(left)?
            }
            _ => self.word_expression()?,
        };
        self.blanks();
        Ok(expression)
    }

    /// What `!` may stand before.
    fn negated(&mut self) -> Result<Expression, Error> {
        match self.peek() {
            b'(' => self.parenthesized(),
            b'@' | b'$' => Ok(Expression::Exists(self.filter_query(&mut Shape::any())?)),
            _ => {
                let start = self.at;
                match self.word()? {
                    Word::Logical(extent) => self.regexp_call(extent),
                    Word::Value(_) => {
                        self.at = start;
                        self.mistyped()
                    }
                    Word::Literal(_) => {
                        self.at = start;
                        self.malformed()
                    }
                }
            }
        }
    }

    fn parenthesized(&mut self) -> Result<Expression, Error> {
        self.expect(b'(')?;
        let expression = self.nested(Self::logical_expression)?;
        self.expect(b')')?;
        Ok(expression)
    }

    /// An existence test, or a comparison that starts with a query.
    fn query_or_comparison(&mut self) -> Result<Expression, Error> {
        let mut shape = Shape::any();
        let query = self.filter_query(&mut shape)?;
        self.blanks();
        match self.peek() {
            b'=' | b'!' | b'<' | b'>' if shape.is_singular => self.comparison(Operand::Value(query)),
            _ => Ok(Expression::Exists(query)),
        }
    }

    fn word_expression(&mut self) -> Result<Expression, Error> {
        match self.word()? {
            Word::Literal(literal) => self.comparison(Operand::Literal(literal())),
            Word::Value(function) => {
                let left = self.value_call(function)?;
                self.blanks();
                // As a test of its own it would fit the grammar, but its type is not logical.
                if matches!(self.peek(), b']' | b')' | b',' | b'&' | b'|') {
                    return self.mistyped();
                }
                self.comparison(left)
            }
            Word::Logical(extent) => {
                let expression = self.regexp_call(extent)?;
                self.blanks();
                // A comparison would fit the grammar, but takes values only.
                if matches!(self.peek(), b'=' | b'!' | b'<' | b'>') {
                    return self.mistyped();
                }
                Ok(expression)
            }
        }
    }

    /// `comparison-expr` behind its left side.
    fn comparison(&mut self, left: Operand) -> Result<Expression, Error> {
        self.blanks();
        let comparison = self.comparison_op()?;
        self.blanks();
        Ok(Expression::Compare { left, comparison, right: self.comparable(ErrorCode::QuerySyntax)? })
    }

    fn comparison_op(&mut self) -> Result<Comparison, Error> {
        let first = self.peek();
        if !matches!(first, b'=' | b'!' | b'<' | b'>') {
            return self.malformed();
        }
        self.at += 1;
        let or_equal = self.take(b'=');
        match (first, or_equal) {
            (b'=', true) => Ok(Comparison::Equal),
            (b'!', true) => Ok(Comparison::NotEqual),
            (b'<', true) => Ok(Comparison::LessOrEqual),
            (b'>', true) => Ok(Comparison::GreaterOrEqual),
            (b'<', false) => Ok(Comparison::Less),
            (b'>', false) => Ok(Comparison::Greater),
            _ => self.malformed(),
        }
    }

    /// A literal, a singular query, or a function that gives a value. `plural` is the code of a query that is not singular.
    fn comparable(&mut self, plural: ErrorCode) -> Result<Operand, Error> {
        match self.peek() {
            b'@' | b'$' => Ok(Operand::Value(self.filter_query(&mut Shape::singular_or(plural))?)),
            b'\'' | b'"' | b'-' | b'0'..=b'9' => Ok(Operand::Literal(self.plain_literal()?)),
            _ => {
                let start = self.at;
                match self.word()? {
                    Word::Literal(literal) => Ok(Operand::Literal(literal())),
                    Word::Value(function) => self.value_call(function),
                    Word::Logical(_) => {
                        self.at = start;
                        self.mistyped()
                    }
                }
            }
        }
    }

    /// A literal that is no word.
    fn plain_literal(&mut self) -> Result<Literal, Error> {
        match self.peek() {
            b'\'' | b'"' => self.string_literal().map(Literal::String),
            _ => self.number().map(Literal::Number),
        }
    }

    /// `filter-query`, from its identifier on.
    fn filter_query(&mut self, shape: &mut Shape) -> Result<QueryId, Error> {
        let origin = if self.take(b'@') { Origin::Current } else { Origin::Root };
        if origin == Origin::Root {
            self.expect(b'$')?;
        }
        let segments = self.segments(shape)?;
        self.queries.push(Query::new(origin, segments));
        Ok(self.queries.len() - 1)
    }

    /// The longest run of units with which some word starts must be a word.
    fn word(&mut self) -> Result<Word, Error> {
        let mut words = WORDS.to_vec();
        let mut size = 0;
        loop {
            let next = self.peek();
            let longer = |word: &str| word.as_bytes().get(size) == Some(&next);
            if !words.iter().any(|(word, _)| longer(word)) {
                break;
            }
            words.retain(|(word, _)| longer(word));
            size += 1;
            self.at += 1;
        }
        match words.iter().find(|(word, _)| word.len() == size) {
            Some(&(_, word)) => Ok(word),
            None => self.malformed(),
        }
    }

    /// The call of a function that gives a value, behind its name.
    fn value_call(&mut self, function: ValueFunction) -> Result<Operand, Error> {
        self.call(|parser| {
            let operand = match function {
                ValueFunction::Length => Operand::Length(Box::new(parser.value_argument()?)),
                ValueFunction::Count => Operand::Count(parser.nodes_argument()?),
                ValueFunction::Value => Operand::Value(parser.nodes_argument()?),
            };
            parser.end_of_argument(b')')?;
            Ok(operand)
        })
    }

    /// The call of `match` or `search`, behind its name.
    fn regexp_call(&mut self, extent: Extent) -> Result<Expression, Error> {
        self.call(|parser| {
            let subject = parser.value_argument()?;
            parser.end_of_argument(b',')?;
            let pattern = parser.value_argument()?;
            parser.end_of_argument(b')')?;
            Ok(Expression::Matches { subject, pattern: to_pattern(pattern, extent), extent })
        })
    }

    fn call<T>(&mut self, arguments: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.expect(b'(')?;
        self.nested(arguments)
    }

    /// A `function-argument` where a value is declared.
    fn value_argument(&mut self) -> Result<Operand, Error> {
        self.blanks();
        match self.peek() {
            b'!' | b'(' | b')' => self.mistyped(),
            _ => self.comparable(ErrorCode::QueryType),
        }
    }

    /// A `function-argument` where nodes are declared. No function gives nodes, so it is a query.
    fn nodes_argument(&mut self) -> Result<QueryId, Error> {
        self.blanks();
        match self.peek() {
            b'@' | b'$' => self.filter_query(&mut Shape::any()),
            b'!' | b'(' | b')' | b'\'' | b'"' | b'-' | b'0'..=b'9' => self.mistyped(),
            _ => {
                let start = self.at;
                self.word()?;
                self.at = start;
                self.mistyped()
            }
        }
    }

    /// The blanks behind an argument and then `end`, a comma or a parenthesis. What would fit the grammar there has the wrong type:
    /// the other of the two, because of the number of arguments, and an operator, because its result would be logical.
    fn end_of_argument(&mut self, end: u8) -> Result<(), Error> {
        self.blanks();
        match self.peek() {
            next if next == end => self.expect(end),
            b',' | b')' | b'=' | b'!' | b'<' | b'>' | b'&' | b'|' => self.mistyped(),
            _ => self.malformed(),
        }
    }
}

fn one_or(mut terms: Vec<Expression>, several: impl FnOnce(Vec<Expression>) -> Expression) -> Expression {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        last => {
            terms.extend(last);
            several(terms)
        }
    }
}

fn to_pattern(operand: Operand, extent: Extent) -> Pattern {
    match operand {
        Operand::Literal(Literal::String(pattern)) => Pattern::Compiled(Regexp::new(&pattern, extent)),
        Operand::Literal(_) => Pattern::Compiled(None),
        _ => Pattern::Dynamic(operand),
    }
}
