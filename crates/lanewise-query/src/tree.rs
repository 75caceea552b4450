//! What a selector runs over.

use crate::number::Number;
use std::borrow::Cow;
use std::hash::Hash;

/// A document that can be walked from any of its values to their children.
///
/// Nodes are handles, cheap to copy, and stay valid as long as the tree does; those of another tree must not be passed. No method
/// fails: what it is asked for is always there. Walking allocates nothing; keys and strings only where they have escapes.
///
/// The trait is implemented by the crate that knows the format, for example over the text of a document and its tape.
pub trait Tree {
    /// A value of the document. Two handles are equal when they are of the same value, not when those values are equal.
    type Node: Copy + Eq + Hash;
    /// Where a walk over the children of a container stands.
    type Children: Copy;

    /// The whole document.
    fn root(&self) -> Self::Node;

    /// What `node` is.
    fn kind(&self, node: Self::Node) -> Kind;

    /// How many elements `array` has. Only for nodes of [`Kind::Array`].
    fn array_size(&self, array: Self::Node) -> usize;

    /// A walk that stands before the first child of `container`. Only for nodes of [`Kind::Array`] and [`Kind::Object`].
    fn children(&self, container: Self::Node) -> Self::Children;

    /// The next child in document order: an element, or the value of a member, also of one that a later member of its name shadows.
    fn next_child(&self, children: &mut Self::Children) -> Option<Self::Node>;

    /// The name of the member that `member` is the value of, in WTF-8. Only for children of nodes of [`Kind::Object`].
    fn key(&self, member: Self::Node) -> Cow<'_, [u8]>;

    /// Whether [`key`](Self::key) of `member` is `name`: a chance to say so without unescaping it.
    fn has_key(&self, member: Self::Node, name: &[u8]) -> bool {
        *self.key(member) == *name
    }

    /// Whether it is known that no object has two members of the same name. With `false` that is found out object by object.
    fn keys_are_unique(&self) -> bool {
        false
    }

    /// The value of a node of [`Kind::Number`].
    fn number(&self, node: Self::Node) -> Number;

    /// The value of a node of [`Kind::String`], in WTF-8.
    fn string(&self, node: Self::Node) -> Cow<'_, [u8]>;

    /// Whether two nodes of [`Kind::Other`] are equal.
    fn others_are_equal(&self, left: Self::Node, right: Self::Node) -> bool {
        left == right
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// What JSON does not have: equal at most to its like, ordered with nothing, without length.
    Other,
}

impl Kind {
    pub(crate) fn is_container(self) -> bool {
        matches!(self, Self::Array | Self::Object)
    }
}
