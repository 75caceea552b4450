//! Walks through a double array, many at a time.
//!
//! Nodes are numbers, and the child of node `n` along code `c` is in slot `n ^ c`, if there is one: then the label of the edge there is `c`. Each
//! walk waits for the memory that holds its next edge, and where a walk ends cannot be foretold: so all go on by one code in a round, and what
//! becomes of each is decided without a branch.

/// What an edge says.
pub mod edge {
    /// The code along which it leads, never zero.
    pub const LABEL: u32 = 0x1ff;
    /// It leads to no node but to something else, that only the caller knows.
    pub const LEAF: u32 = 1 << 9;
    /// Nothing ends with it. Of a leaf: not yet.
    pub const MUTE: u32 = 1 << 10;
    /// From here on it has the number of the node, or of what the leaf leads to.
    pub const VALUE_SHIFT: u32 = 11;
}

use edge::{LABEL, LEAF, MUTE, VALUE_SHIFT};

/// Room that a list needs besides that of the walks that are added to it.
pub const SPARE: usize = 8;

/// A list of walks: of each the edge that it has come along last, zero for none, and the place of its next code. `T` is a slice of words.
#[derive(Clone, Copy, Debug)]
pub struct Walks<T> {
    /// The edges.
    pub edges: T,
    /// The places, as many.
    pub places: T,
}

impl Walks<&[u32]> {
    fn len(&self) -> usize {
        self.edges.len().min(self.places.len())
    }
}

impl Walks<&mut [u32]> {
    fn room(&self) -> usize {
        self.edges.len().min(self.places.len()).saturating_sub(SPARE)
    }
}

/// Slots, codes, the walks, those that go on, and those that have met something. Gives how many both are. Both lists have room for all walks and
/// [`SPARE`] more, if there is any.
pub(crate) type FollowKernel = unsafe fn(&[u32], &[u16], Walks<&[u32]>, Walks<&mut [u32]>, Walks<&mut [u32]>) -> (usize, usize);

/// How an instruction set follows walks. Those without look-ups by vector do it one by one.
pub(crate) trait Follow {
    const FOLLOW: FollowKernel = one_by_one;
}

/// As many of `from` as there is room for.
pub(crate) fn with_room<'f>(from: Walks<&'f [u32]>, on: &Walks<&mut [u32]>, met: &Walks<&mut [u32]>) -> Walks<&'f [u32]> {
    let count = from.len().min(on.room()).min(met.room());
    Walks { edges: &from.edges[..count], places: &from.places[..count] }
}

/// # Safety
/// As of every [`FollowKernel`].
pub(crate) unsafe fn one_by_one(
    slots: &[u32],
    codes: &[u16],
    from: Walks<&[u32]>,
    on: Walks<&mut [u32]>,
    met: Walks<&mut [u32]>,
) -> (usize, usize) {
    let codes = codes.split_last().map_or(&[][..], |(_, codes)| codes);
    let (mut going, mut meeting) = (0, 0);
    for (&edge, &place) in from.edges.iter().zip(from.places) {
        let code = codes.get(place as usize).map_or(0, |&code| u32::from(code) & LABEL);
        let next = slots.get(((edge >> VALUE_SHIFT) ^ code) as usize).map_or(0, |&next| next);
        let rest = next ^ code;
        // SAFETY: of the walks before this one each has added one at most, and there is room for all.
        unsafe {
            *on.edges.get_unchecked_mut(going) = next;
            *on.places.get_unchecked_mut(going) = place.wrapping_add(1);
            *met.edges.get_unchecked_mut(meeting) = next;
            *met.places.get_unchecked_mut(meeting) = place.wrapping_add(1);
        }
        let fits = (code != 0) & (rest & LABEL == 0);
        going += usize::from(fits & (rest & LEAF == 0));
        meeting += usize::from(fits & (rest & (LEAF | MUTE) != MUTE));
    }
    (going, meeting)
}
