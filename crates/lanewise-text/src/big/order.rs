//! Which occurrences are matches, and in which order they are given.
use super::heads::long_bit;
use super::view::View;
use super::{Accept, Outcome, Search};
use crate::Semantics;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

/// What becomes of the needles that begin at each start. Starts ascend.
pub(super) trait Choice {
    /// Looks at unit `start`, where heads of `lengths` may begin. Returns how many symbols were compared and where the next start may be.
    fn at<V: View, A: Accept>(
        &mut self,
        search: &Search<'_, V, A>,
        start: usize,
        lengths: u8,
        visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<(), (usize, usize)>;

    /// The outcome of a search that gives up before it looks at unit `next`.
    fn give_up(&mut self, next: usize, visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome;

    /// The outcome of a search that has looked at every start.
    fn finish(&mut self, visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome;
}

/// One match of those that begin at a start, the next behind its end.
pub(super) struct Leftmost;

impl Choice for Leftmost {
    #[inline(always)]
    fn at<V: View, A: Accept>(
        &mut self,
        search: &Search<'_, V, A>,
        start: usize,
        lengths: u8,
        visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<(), (usize, usize)> {
        if search.big.semantics == Semantics::LeftmostFirst && !search.big.accepts_all {
            let (best, compared) = search.first(start, lengths);
            let Some((id, end)) = best else { return ControlFlow::Continue((compared, start + 1)) };
            visit(id, start, end)?;
            return ControlFlow::Continue((compared, end));
        }
        // The longest: of those that can be chosen it is the first too. Where the next start is must not wait for what a table says, so its
        // answer, mostly yes, decides a branch here.
        let (mut rest, mut compared) = (lengths, 0);
        while let Some(bit) = rest.checked_ilog2() {
            rest ^= 1 << bit;
            if 1 << bit == long_bit::<V>() {
                let (best, used) = search.longest_long(start);
                compared += used;
                if let Some((id, end)) = best {
                    visit(id, start, end)?;
                    return ControlFlow::Continue((compared, end));
                }
            } else {
                let end = start + bit as usize + 1;
                let (id, used) = search.big.heads.short(search.view, start, bit);
                compared += used;
                if let Some(id) = id.and_then(|id| search.accepted(id, start, end)) {
                    visit(id, start, end)?;
                    return ControlFlow::Continue((compared, end));
                }
            }
        }
        ControlFlow::Continue((compared, start + 1))
    }

    fn give_up(&mut self, next: usize, _: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome {
        Outcome::GaveUp(next)
    }

    fn finish(&mut self, _: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome {
        Outcome::Done
    }
}

/// Every occurrence as it is found.
pub(super) struct Unordered;

impl Choice for Unordered {
    #[inline(always)]
    fn at<V: View, A: Accept>(
        &mut self,
        search: &Search<'_, V, A>,
        start: usize,
        lengths: u8,
        visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<(), (usize, usize)> {
        let mut flow = ControlFlow::Continue(());
        let compared = search.walk_all(start, lengths, |id, end| {
            if flow.is_continue() {
                flow = visit(id, start, end);
            }
        });
        flow?;
        ControlFlow::Continue((compared, start + 1))
    }

    fn give_up(&mut self, next: usize, _: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome {
        Outcome::GaveUp(next)
    }

    fn finish(&mut self, _: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome {
        Outcome::Done
    }
}

/// Every occurrence by end, then start, then id: held back until no later start can give one that ends before it.
pub(super) struct Ordered {
    /// Units of the shortest needle.
    least: usize,
    /// End, start and id of those held back.
    held: BinaryHeap<Reverse<(usize, usize, u32)>>,
}

impl Ordered {
    pub(super) fn new(least: usize) -> Self {
        Self { least, held: BinaryHeap::new() }
    }

    /// Gives those that end at `end` or before.
    #[inline(always)]
    fn release(&mut self, end: usize, visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        while self.held.peek().is_some_and(|held| held.0.0 <= end) {
            if let Some(Reverse((end, start, id))) = self.held.pop() {
                visit(id, start, end)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn release_to(&mut self, end: usize, outcome: Outcome, visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome {
        if self.release(end, visit).is_break() { Outcome::Stopped } else { outcome }
    }
}

impl Choice for Ordered {
    #[inline(always)]
    fn at<V: View, A: Accept>(
        &mut self,
        search: &Search<'_, V, A>,
        start: usize,
        lengths: u8,
        visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<(), (usize, usize)> {
        // From here on occurrences end at `start + least` or later, and those that end there start later than what is held.
        self.release(start.saturating_add(self.least), visit)?;
        let compared = search.walk_all(start, lengths, |id, end| self.held.push(Reverse((end, start, id))));
        ControlFlow::Continue((compared, start + 1))
    }

    fn give_up(&mut self, next: usize, visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome {
        // The next start may give one that ends at `next + least`.
        let end = next.saturating_add(self.least).saturating_sub(1);
        self.release_to(end, Outcome::GaveUp(end), visit)
    }

    fn finish(&mut self, visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>) -> Outcome {
        self.release_to(usize::MAX, Outcome::Done, visit)
    }
}
