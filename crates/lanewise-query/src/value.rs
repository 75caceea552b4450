//! Values, as filters compare them.

use crate::children::{Children, sorted_members};
use crate::number::Number;
use crate::program::{Comparison, Literal};
use crate::tree::{Kind, Tree};
use crate::wtf8;
use std::borrow::Cow;

/// What a side of a comparison is.
pub(crate) enum Value<'v, N> {
    /// The absence of a value, which is equal to itself alone.
    Nothing,
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'v, [u8]>),
    /// An array, an object, or what JSON does not have.
    Structured(N),
}

impl<'v, N: Copy> Value<'v, N> {
    pub(crate) fn of_literal(literal: &'v Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Number(number) => Self::Number(*number),
            Literal::String(text) => Self::String(Cow::Borrowed(text)),
        }
    }

    pub(crate) fn of_node<T: Tree<Node = N>>(tree: &'v T, node: N) -> Self {
        match tree.kind(node) {
            Kind::Null => Self::Null,
            Kind::Bool(value) => Self::Bool(value),
            Kind::Number => Self::Number(tree.number(node)),
            Kind::String => Self::String(tree.string(node)),
            Kind::Array | Kind::Object | Kind::Other => Self::Structured(node),
        }
    }

    /// What `length` gives: characters, elements or members.
    pub(crate) fn length<T: Tree<Node = N>>(&self, tree: &T, children: &mut Children<N>) -> Self {
        let length = match self {
            Self::String(text) => wtf8::count(text),
            Self::Structured(node) => match tree.kind(*node) {
                Kind::Array => tree.array_size(*node),
                Kind::Object => children.fill(tree, *node).len(),
                _ => return Self::Nothing,
            },
            _ => return Self::Nothing,
        };
        Self::Number(Number::Integer(length as i128))
    }
}

/// RFC 9535 section 2.3.5.2.2.
pub(crate) fn compare<'v, T: Tree>(
    tree: &'v T,
    left: &Value<'v, T::Node>,
    comparison: Comparison,
    right: &Value<'v, T::Node>,
    children: &mut Children<T::Node>,
) -> bool {
    match comparison {
        Comparison::Equal => are_equal(tree, left, right, children),
        Comparison::NotEqual => !are_equal(tree, left, right, children),
        Comparison::Less => is_less(left, right),
        Comparison::LessOrEqual => is_less(left, right) || are_equal(tree, left, right, children),
        Comparison::Greater => is_less(right, left),
        Comparison::GreaterOrEqual => is_less(right, left) || are_equal(tree, left, right, children),
    }
}

fn is_less<N>(left: &Value<'_, N>, right: &Value<'_, N>) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left < right,
        // The bytes of WTF-8 are in the order of the code points.
        (Value::String(left), Value::String(right)) => left < right,
        _ => false,
    }
}

fn are_equal<'v, T: Tree>(tree: &'v T, left: &Value<'v, T::Node>, right: &Value<'v, T::Node>, children: &mut Children<T::Node>) -> bool {
    match (left, right) {
        (Value::Structured(left), Value::Structured(right)) => structured_are_equal(tree, *left, *right, children),
        _ => simple_are_equal(left, right),
    }
}

fn simple_are_equal<N>(left: &Value<'_, N>, right: &Value<'_, N>) -> bool {
    match (left, right) {
        (Value::Nothing, Value::Nothing) | (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        _ => false,
    }
}

/// Compares pair by pair. Those that are still to be compared wait on a stack, whatever the depth of the document.
fn structured_are_equal<T: Tree>(tree: &T, left: T::Node, right: T::Node, children: &mut Children<T::Node>) -> bool {
    let mut pairs = vec![(left, right)];
    while let Some((left, right)) = pairs.pop() {
        let are_equal = match (tree.kind(left), tree.kind(right)) {
            (Kind::Array, Kind::Array) => push_elements(tree, left, right, &mut pairs),
            (Kind::Object, Kind::Object) => push_members(tree, left, right, &mut pairs, children),
            (Kind::Other, Kind::Other) => tree.others_are_equal(left, right),
            _ => simple_are_equal(&Value::of_node(tree, left), &Value::of_node(tree, right)),
        };
        if !are_equal {
            return false;
        }
    }
    true
}

/// Whether two arrays have the same size; if so, their elements are paired.
fn push_elements<T: Tree>(tree: &T, left: T::Node, right: T::Node, pairs: &mut Vec<(T::Node, T::Node)>) -> bool {
    let are_alike = tree.array_size(left) == tree.array_size(right);
    if are_alike {
        let (mut lefts, mut rights) = (tree.children(left), tree.children(right));
        pairs.extend(std::iter::from_fn(|| tree.next_child(&mut lefts).zip(tree.next_child(&mut rights))));
    }
    are_alike
}

/// Whether two objects have the same names; if so, their values are paired.
fn push_members<T: Tree>(
    tree: &T,
    left: T::Node,
    right: T::Node,
    pairs: &mut Vec<(T::Node, T::Node)>,
    children: &mut Children<T::Node>,
) -> bool {
    let (lefts, rights) = (sorted_members(tree, left, children), sorted_members(tree, right, children));
    let are_alike = lefts.iter().map(|(name, _)| name).eq(rights.iter().map(|(name, _)| name));
    if are_alike {
        pairs.extend(lefts.iter().zip(&rights).map(|(left, right)| (left.1, right.1)));
    }
    are_alike
}
