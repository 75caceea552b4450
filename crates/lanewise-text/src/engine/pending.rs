//! Occurrences that are found in the order of their starts and given in the order of their ends.
use crate::Match;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

/// Occurrences that are known but not yet given.
#[derive(Default)]
pub(crate) struct Pending {
    /// End, start and id.
    heap: BinaryHeap<Reverse<(u32, u32, u32)>>,
}

impl Pending {
    pub(crate) fn push(&mut self, found: Match) {
        self.heap.push(Reverse((found.end, found.start, found.id)));
    }

    /// Gives `visit` those that come before everything that ends behind `end`.
    pub(crate) fn give_up_to(&mut self, end: u32, visit: &mut dyn FnMut(Match) -> ControlFlow<()>) -> ControlFlow<()> {
        self.give_before((end, u32::MAX, u32::MAX), visit)
    }

    /// Gives `visit` those that come before `found`, and then it.
    pub(crate) fn give_with(&mut self, found: Match, visit: &mut dyn FnMut(Match) -> ControlFlow<()>) -> ControlFlow<()> {
        self.give_before((found.end, found.start, found.id), visit)?;
        visit(found)
    }

    fn give_before(&mut self, key: (u32, u32, u32), visit: &mut dyn FnMut(Match) -> ControlFlow<()>) -> ControlFlow<()> {
        while let Some(&Reverse((end, start, id))) = self.heap.peek() {
            if (end, start, id) >= key {
                break;
            }
            self.heap.pop();
            visit(Match { id, start, end })?;
        }
        ControlFlow::Continue(())
    }
}
