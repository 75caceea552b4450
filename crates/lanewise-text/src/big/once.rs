//! Which numbers of a saved form have been met.

/// The numbers below some number, of which each can be taken once.
pub(super) struct Once {
    taken: Vec<bool>,
}

impl Once {
    /// The numbers below `count`.
    pub(super) fn new(count: usize) -> Self {
        Self { taken: vec![false; count] }
    }

    /// Takes `number`; false where there is no such number or it has been taken before.
    pub(super) fn take(&mut self, number: u32) -> bool {
        self.taken.get_mut(number as usize).is_some_and(|taken| !std::mem::replace(taken, true))
    }

    pub(super) fn has_taken(&self, number: u32) -> bool {
        self.taken.get(number as usize).is_some_and(|&taken| taken)
    }
}
