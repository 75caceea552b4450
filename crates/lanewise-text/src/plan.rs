//! What a matcher says about itself.

/// How a [`Matcher`](crate::Matcher) searches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What finds the matches, for example `automaton`.
    pub engine: &'static str,
    /// What passes over the text where no pattern can begin; none where the engine reads all of it.
    pub prefilter: Option<&'static str>,
    /// Bytes of memory that the compiled form takes at present; see [`Matcher::memory_bytes`](crate::Matcher::memory_bytes).
    pub memory_bytes: usize,
    /// The patterns for which no text is passed over, by id, ascending: with a prefilter those that it cannot see.
    pub unfiltered: Vec<u32>,
}
