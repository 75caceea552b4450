//! The children that count, and which of them a selector chooses.

use crate::program::{ChildSelector, Slice};
use crate::tree::{Kind, Tree};
use std::borrow::Cow;

/// A member: its name and its value.
pub(crate) type Member<'t, N> = (Cow<'t, [u8]>, N);

/// The children of one container, in memory that is used again.
#[derive(Debug)]
pub(crate) struct Children<N> {
    nodes: Vec<N>,
    hashes: Vec<u64>,
}

impl<N> Default for Children<N> {
    fn default() -> Self {
        Self { nodes: Vec::new(), hashes: Vec::new() }
    }
}

impl<N: Copy> Children<N> {
    /// The elements or members of `container` in document order. Of members of one name only the last is among them.
    pub(crate) fn fill<T: Tree<Node = N>>(&mut self, tree: &T, container: N) -> &[N] {
        self.nodes.clear();
        self.nodes.extend(walk(tree, container));
        if tree.kind(container) == Kind::Object && !tree.keys_are_unique() && self.may_be_shadowed(tree) {
            self.drop_shadowed(tree);
        }
        &self.nodes
    }

    /// Whether two names have the same hash: seldom, unless the names are the same.
    fn may_be_shadowed<T: Tree<Node = N>>(&mut self, tree: &T) -> bool {
        self.hashes.clear();
        self.hashes.extend(self.nodes.iter().map(|&member| hash(&tree.key(member))));
        self.hashes.sort_unstable();
        self.hashes.windows(2).any(|pair| pair[0] == pair[1])
    }

    fn drop_shadowed<T: Tree<Node = N>>(&mut self, tree: &T) {
        let mut named: Vec<_> = self.nodes.iter().map(|&member| tree.key(member)).zip(0..).collect();
        named.sort_unstable();
        let mut shadowed = vec![false; self.nodes.len()];
        for pair in named.windows(2) {
            let (earlier, position): &(_, usize) = &pair[0];
            shadowed[*position] = *earlier == pair[1].0;
        }
        let mut shadowed = shadowed.into_iter();
        self.nodes.retain(|_| shadowed.next() == Some(false));
    }
}

/// Quick rather than hard to collide: names that share it by chance or by intent are then compared.
fn hash(name: &[u8]) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    name.chunks(8).fold(name.len() as u64, |hash, chunk| {
        let word = chunk.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        (hash.rotate_left(26) ^ word).wrapping_mul(SPREAD)
    })
}

fn walk<T: Tree>(tree: &T, container: T::Node) -> impl Iterator<Item = T::Node> {
    let mut children = tree.children(container);
    std::iter::from_fn(move || tree.next_child(&mut children))
}

/// The members of `object` that count, sorted by name.
pub(crate) fn sorted_members<'t, T: Tree>(tree: &'t T, object: T::Node, children: &mut Children<T::Node>) -> Vec<Member<'t, T::Node>> {
    let mut members: Vec<_> = children.fill(tree, object).iter().map(|&member| (tree.key(member), member)).collect();
    members.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    members
}

/// The child of `node` that a name, an index or a token selects, and where it stands if it is an element.
pub(crate) fn single<T: Tree>(tree: &T, node: T::Node, selector: &ChildSelector) -> Option<(T::Node, Option<usize>)> {
    match (tree.kind(node), selector) {
        (Kind::Object, ChildSelector::Name(name) | ChildSelector::Token { name, .. }) => Some((member(tree, node, name)?, None)),
        (Kind::Array, ChildSelector::Index(index)) => element(tree, node, from_start(*index, tree.array_size(node))),
        (Kind::Array, ChildSelector::Token { index: Some(index), .. }) => element(tree, node, i128::from(*index)),
        _ => None,
    }
}

fn member<T: Tree>(tree: &T, object: T::Node, name: &[u8]) -> Option<T::Node> {
    let mut named = walk(tree, object).filter(|&member| tree.has_key(member, name));
    if tree.keys_are_unique() { named.next() } else { named.last() }
}

fn element<T: Tree>(tree: &T, array: T::Node, index: i128) -> Option<(T::Node, Option<usize>)> {
    let index = usize::try_from(index).ok().filter(|&index| index < tree.array_size(array))?;
    Some((walk(tree, array).nth(index)?, Some(index)))
}

/// A position that counts from the end where it is negative, counted from the start.
fn from_start(position: i64, size: usize) -> i128 {
    // No array has 2^127 elements.
    let position = i128::from(position);
    if position < 0 { position + size as i128 } else { position }
}

/// The positions that `slice` selects of an array of `size` elements, in its order (RFC 9535 section 2.3.4.2.2).
pub(crate) fn positions(slice: Slice, size: usize) -> impl Iterator<Item = usize> {
    let (step, last) = (i128::from(slice.step), size as i128);
    let bound = |position: Option<i64>, default: i128| position.map_or(default, |position| from_start(position, size));
    let (first, end) = match step {
        1.. => (bound(slice.start, 0).clamp(0, last), bound(slice.end, last).clamp(0, last)),
        0 => (0, 0),
        ..0 => (bound(slice.start, last - 1).clamp(-1, last - 1), bound(slice.end, -1).clamp(-1, last - 1)),
    };
    let is_before_end = move |&position: &i128| if step > 0 { position < end } else { position > end };
    std::iter::successors(Some(first), move |position| Some(position + step)).take_while(is_before_end).map(|position| position as usize)
}
