//! What the automaton asks of a format.

use lanewise_error::Error;
use std::ops::Range;

/// A way through the bytes of one value, from value to value.
///
/// Errors are those of the format, in what is read.
pub(super) trait Way {
    /// Checks all of the input, with which the way then still stands at its start.
    fn validate(&mut self) -> Result<(), Error>;

    /// Goes to the value as a whole.
    fn begin(&mut self) -> Result<(), Error>;

    /// Where the way is.
    fn offset(&self) -> usize;

    /// What starts here: a value, of which there is at least a byte.
    fn shape(&self) -> Shape;

    /// Goes into the container that starts here, inside `depth` others.
    fn enter(&mut self, depth: u32) -> Result<Place, Error>;

    /// Goes to the value of the next member that has a name, or behind the object.
    fn member(&mut self, place: &mut Place) -> Result<Option<Key>, Error>;

    /// Goes to the next element, or behind the array, which gives false.
    fn element(&mut self, place: &mut Place) -> Result<bool, Error>;

    /// Goes out of the innermost open container, and skips what is left of it.
    fn leave(&mut self, place: Place, is_object: bool) -> Result<(), Error>;

    /// Goes back to `offset`, where the way was before.
    fn go_back(&mut self, offset: usize);

    /// Skips the value that starts here.
    fn skip(&mut self) -> Result<(), Error>;

    /// Checks the value that starts here, inside `depth` containers, and goes behind it.
    fn read(&mut self, depth: u32) -> Result<(), Error>;

    /// Goes over the end, where nothing of the format may follow.
    fn finish(&mut self) -> Result<(), Error>;

    /// Appends the name, in WTF-8, of which `key` is the bytes of a key that are not the name itself.
    fn push_name(key: &[u8], out: &mut Vec<u8>);
}

/// What a value is, as far as selectors choose by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Array,
    Leaf,
}

/// What a way keeps of an open container: all that it knows is what it gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(pub(super) u32);

/// A key in the input.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) range: Range<usize>,
    /// Whether its bytes are its name.
    pub(super) is_plain: bool,
}
