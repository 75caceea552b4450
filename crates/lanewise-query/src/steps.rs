//! Which selectors a streaming engine can run.

use crate::program::{ChildSelector, Segment, Slice};

/// One step of a simple selector (see [`Selector::steps`](crate::Selector::steps)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'s> {
    /// Whether the children of all descendants are chosen from too, those of the node itself first. At most one step of a selector
    /// is such a one.
    pub descendant: bool,
    /// Which children are chosen.
    pub choice: Choice<'s>,
}

/// The children of a node that a [`Step`] goes to. Names are in WTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice<'s> {
    /// The member of this name, in an object only.
    Name(&'s [u8]),
    /// The element at this index, in an array only.
    Index(u64),
    /// A token of a JSON Pointer: the member of this name in an object, the element at this index (where it spells one) in an array.
    Token {
        /// The token without its escapes.
        name: &'s [u8],
        /// What the token is in an array.
        index: Option<u64>,
    },
    /// Every member or element.
    Wildcard,
    /// The elements at `start`, `start + step` and so on before `end`, in an array only.
    Slice {
        /// The first index.
        start: u64,
        /// The index behind the last one; none means all the rest.
        end: Option<u64>,
        /// At least 1.
        step: u64,
    },
}

pub(crate) fn of(segments: &[Segment]) -> Option<Vec<Step<'_>>> {
    let is_simple = segments.iter().filter(|segment| segment.descendant).count() <= 1;
    if !is_simple {
        return None;
    }
    segments.iter().map(step).collect()
}

fn step(segment: &Segment) -> Option<Step<'_>> {
    let [selector] = &segment.selectors[..] else { return None };
    Some(Step { descendant: segment.descendant, choice: choice(selector)? })
}

fn choice(selector: &ChildSelector) -> Option<Choice<'_>> {
    match selector {
        ChildSelector::Name(name) => Some(Choice::Name(name)),
        ChildSelector::Index(index) => u64::try_from(*index).ok().map(Choice::Index),
        ChildSelector::Token { name, index } => Some(Choice::Token { name, index: *index }),
        ChildSelector::Wildcard => Some(Choice::Wildcard),
        ChildSelector::Slice(slice) => forward(*slice),
        ChildSelector::Filter(_) => None,
    }
}

fn forward(slice: Slice) -> Option<Choice<'static>> {
    let start = u64::try_from(slice.start.unwrap_or(0)).ok()?;
    let end = slice.end.map(u64::try_from).transpose().ok()?;
    match u64::try_from(slice.step).ok()? {
        // A step of nothing selects nothing.
        0 => Some(Choice::Slice { start: 0, end: Some(0), step: 1 }),
        step => Some(Choice::Slice { start, end, step }),
    }
}
