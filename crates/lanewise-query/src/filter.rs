//! Filter expressions on a candidate.

use crate::evaluate::{Evaluation, Goal};
use crate::number::Number;
use crate::program::{Expression, Extent, Operand, Pattern};
use crate::regexp::Regexp;
use crate::tree::Tree;
use crate::value::{self, Value};
use std::collections::HashMap;

/// Compiled patterns that are kept in one evaluation.
const PATTERNS_MAX: usize = 64;

/// The patterns of `match` and `search` that came from the document.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    compiled: HashMap<(Vec<u8>, Extent), Option<Regexp>>,
}

impl Patterns {
    fn is_match(&mut self, pattern: &[u8], text: &[u8], extent: Extent) -> bool {
        let key = (pattern.to_vec(), extent);
        if self.compiled.len() == PATTERNS_MAX && !self.compiled.contains_key(&key) {
            self.compiled.clear();
        }
        let regexp = self.compiled.entry(key).or_insert_with(|| Regexp::new(pattern, extent));
        regexp.as_ref().is_some_and(|regexp| regexp.is_match(text))
    }
}

impl<'e, T: Tree> Evaluation<'e, T> {
    /// Whether `expression` is true of `candidate`. Recursion goes no deeper than the selector is nested.
    pub(crate) fn holds(&mut self, expression: &'e Expression, candidate: T::Node) -> bool {
        match expression {
            Expression::Any(terms) => terms.iter().any(|term| self.holds(term, candidate)),
            Expression::All(terms) => terms.iter().all(|term| self.holds(term, candidate)),
            Expression::Not(term) => !self.holds(term, candidate),
            Expression::Exists(query) => self.ask(*query, candidate, Goal::Any).found > 0,
            Expression::Compare { left, comparison, right } => {
                let (left, right) = (self.value(left, candidate), self.value(right, candidate));
                value::compare(self.tree, &left, *comparison, &right, &mut self.children)
            }
            Expression::Matches { subject, pattern, extent } => self.matches(subject, pattern, *extent, candidate),
        }
    }

    fn matches(&mut self, subject: &'e Operand, pattern: &'e Pattern, extent: Extent, candidate: T::Node) -> bool {
        let Value::String(text) = self.value(subject, candidate) else { return false };
        match pattern {
            Pattern::Compiled(regexp) => regexp.as_ref().is_some_and(|regexp| regexp.is_match(&text)),
            Pattern::Dynamic(operand) => match self.value(operand, candidate) {
                Value::String(pattern) => self.patterns.is_match(&pattern, &text, extent),
                _ => false,
            },
        }
    }

    fn value(&mut self, operand: &'e Operand, candidate: T::Node) -> Value<'e, T::Node> {
        match operand {
            Operand::Literal(literal) => Value::of_literal(literal),
            Operand::Value(query) => {
                let answer = self.ask(*query, candidate, Goal::Only);
                answer.last.filter(|_| answer.found == 1).map_or(Value::Nothing, |node| Value::of_node(self.tree, node))
            }
            Operand::Count(query) => Value::Number(Number::Integer(self.ask(*query, candidate, Goal::Count).found.into())),
            Operand::Length(operand) => self.value(operand, candidate).length(self.tree, &mut self.children),
        }
    }
}
