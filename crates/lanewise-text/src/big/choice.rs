//! Which occurrences are matches.
use super::heads::long_bit;
use super::view::View;
use super::{Accept, Search};
use crate::Semantics;
use std::ops::ControlFlow;

/// What becomes of the needles that begin at each start. Starts ascend.
pub(super) trait Choice {
    /// Looks at unit `start`, where heads of `lengths` may begin. Returns how many symbols were compared and where the next start may be.
    fn at<V: View, A: Accept>(
        search: &Search<'_, V, A>,
        start: usize,
        lengths: u8,
        visit: &mut impl FnMut(u32, usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<(), (usize, usize)>;
}

/// One match of those that begin at a start, the next behind its end.
pub(super) struct Leftmost;

impl Choice for Leftmost {
    #[inline(always)]
    fn at<V: View, A: Accept>(
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
}

/// Every occurrence.
pub(super) struct All;

impl Choice for All {
    #[inline(always)]
    fn at<V: View, A: Accept>(
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
}
