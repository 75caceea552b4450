//! Occurrences that are found in the order of their starts, more or less, and given in the order of their ends.
use crate::Match;
use std::cmp::Reverse;
use std::ops::ControlFlow;

/// So many are put in order together at the most, but for those that have to wait.
const TOGETHER: usize = 1 << 11;

/// Occurrences that are known but not yet given.
pub(crate) struct Pending {
    found: Vec<Match>,
    /// Whether `found` is in order, the last first.
    is_ordered: bool,
    /// How many must be held before they are given: at first one, so that who wants the first does not wait.
    enough: usize,
    /// Room for those that are given.
    given: Vec<Match>,
    /// Room for the places behind the last with each end.
    places: Vec<u32>,
}

impl Default for Pending {
    fn default() -> Self {
        Self { found: vec![], is_ordered: false, enough: 1, given: vec![], places: vec![] }
    }
}

impl Pending {
    pub(crate) fn push(&mut self, found: Match) {
        self.found.push(found);
        self.is_ordered = false;
    }

    /// Gives `visit` those that come before everything that ends behind `end`; perhaps later, unless that is `u32::MAX`.
    ///
    /// # Complexity
    /// Linear in what is pushed, but for sorting those that end at one place, or that end far apart.
    pub(crate) fn give_up_to(&mut self, end: u32, visit: &mut dyn FnMut(Match) -> ControlFlow<()>) -> ControlFlow<()> {
        if self.found.len() < self.enough && end < u32::MAX {
            return ControlFlow::Continue(());
        }
        let ends = self.found.iter().map(|found| found.end).filter(|&found| found <= end);
        let (least, last, count) = ends.fold((u32::MAX, 0, 0), |(least, last, count), end| (least.min(end), last.max(end), count + 1));
        self.given.clear();
        if count > 0 {
            let range = (last - least) as usize + 1;
            if range <= 4 * count {
                self.count_by_end(end, least, range, count)
            } else {
                self.sort_by_end(end)
            }
            self.found.retain(|found| found.end > end);
        }
        self.enough = (2 * self.enough).min(TOGETHER).max(2 * self.found.len());
        self.given.iter().try_for_each(|&found| visit(found))
    }

    /// Moves the `count` that end at `end` or before to `given`, in order: they end at one of the `range` places from `least` on.
    fn count_by_end(&mut self, end: u32, least: u32, range: usize, count: usize) {
        self.places.clear();
        self.places.resize(range + 1, 0);
        for found in self.found.iter().filter(|found| found.end <= end) {
            self.places[(found.end - least) as usize + 1] += 1;
        }
        for place in 1..range {
            self.places[place] += self.places[place - 1];
        }
        self.given.resize(count, Match { id: 0, start: 0, end: 0 });
        for found in self.found.iter().filter(|found| found.end <= end) {
            let place = &mut self.places[(found.end - least) as usize];
            self.given[*place as usize] = *found;
            *place += 1;
        }
        for same in self.given.chunk_by_mut(|a, b| a.end == b.end) {
            if !same.is_sorted_by_key(key) {
                same.sort_unstable_by_key(key);
            }
        }
    }

    /// The same where their ends are far apart.
    fn sort_by_end(&mut self, end: u32) {
        self.given.extend(self.found.iter().filter(|found| found.end <= end));
        self.given.sort_unstable_by_key(key);
    }

    /// Gives `visit` those that come before `found`, and then it.
    pub(crate) fn give_with(&mut self, found: Match, visit: &mut dyn FnMut(Match) -> ControlFlow<()>) -> ControlFlow<()> {
        if !self.is_ordered {
            self.found.sort_unstable_by_key(|found| Reverse(key(found)));
            self.is_ordered = true;
        }
        while let Some(first) = self.found.pop_if(|first| key(first) < key(&found)) {
            visit(first)?;
        }
        visit(found)
    }
}

/// In what order they are given.
fn key(found: &Match) -> (u32, u32, u32) {
    (found.end, found.start, found.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        /// Starts ascend by steps, lengths are short or long; the last ones come from what gives them in order.
        #[test]
        fn whatever_is_pushed_is_given_by_end_start_and_id(steps in vec((0..3u32, prop_oneof![1..9u32, 1..5000u32], 0..3u32), 0..3000), ordered in 0..20usize) {
            let (mut start, mut pending, mut given) = (0, Pending::default(), vec![]);
            let mut give = |found| {
                given.push(found);
                ControlFlow::Continue(())
            };
            let mut all: Vec<Match> = vec![];
            for &(step, length, id) in &steps {
                start += step;
                let _ = pending.give_up_to(start, &mut give);
                let found = Match { id, start, end: start + length };
                all.push(found);
                pending.push(found);
            }
            let mut rest: Vec<Match> = (0..ordered as u32).map(|nth| Match { id: nth % 3, start: start + 1 + nth / 3, end: start + 2 + nth / 3 * 7 }).collect();
            rest.sort_by_key(key);
            rest.iter().for_each(|&found| { let _ = pending.give_with(found, &mut give); });
            let _ = pending.give_up_to(u32::MAX, &mut give);
            all.extend(rest);
            all.sort_by_key(key);
            prop_assert_eq!(given, all);
        }
    }

    #[test]
    fn the_first_is_given_as_soon_as_it_is_known() {
        let (mut pending, mut given) = (Pending::default(), vec![]);
        pending.push(Match { id: 0, start: 1, end: 3 });
        let _ = pending.give_up_to(3, &mut |found| {
            given.push(found);
            ControlFlow::Continue(())
        });
        assert_eq!(given, [Match { id: 0, start: 1, end: 3 }]);
    }
}
