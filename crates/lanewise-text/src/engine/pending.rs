//! Occurrences that are found in the order of their starts, more or less, and given in the order of their ends.
use crate::Match;
use std::cmp::Reverse;
use std::ops::ControlFlow;

/// So many are put in order together at the most, but for those that have to wait: what that takes stays in the nearest cache.
const TOGETHER: usize = 1 << 9;

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

    pub(crate) fn push_all(&mut self, found: &[Match]) {
        self.found.extend_from_slice(found);
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
        let ends = self.found.iter().map(|found| found.end);
        let (least, last) = ends.fold((u32::MAX, 0), |(least, last), end| (least.min(end), last.max(end)));
        self.given.clear();
        if least <= end && least <= last {
            let range = (last - least) as usize + 1;
            if range <= 4 * self.found.len() {
                self.count_by_end(least, range)
            } else {
                self.sort_by_end()
            }
            let count = self.given.partition_point(|found| found.end <= end);
            self.found.clear();
            self.found.extend_from_slice(&self.given[count..]);
            self.is_ordered = false;
            self.given.truncate(count);
        }
        self.enough = (2 * self.enough).min(TOGETHER).max(2 * self.found.len());
        self.given.iter().try_for_each(|&found| visit(found))
    }

    /// Copies all to `given`, in order: they end at one of the `range` places from `least` on.
    fn count_by_end(&mut self, least: u32, range: usize) {
        self.places.clear();
        self.places.resize(range, 0);
        for found in &self.found {
            self.places[(found.end - least) as usize] += 1;
        }
        let mut before = 0;
        for place in &mut self.places {
            before += std::mem::replace(place, before);
        }
        self.given.resize(self.found.len(), Match { id: 0, start: 0, end: 0 });
        for found in &self.found {
            let place = &mut self.places[(found.end - least) as usize];
            self.given[*place as usize] = *found;
            *place += 1;
        }
        order_same(&mut self.given);
    }

    /// The same where their ends are far apart.
    fn sort_by_end(&mut self) {
        self.given.extend_from_slice(&self.found);
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

/// Puts those in order that end at one place; they are in the order of their ends. Most are in order, so what is not is looked for.
fn order_same(found: &mut [Match]) {
    let mut place = 1;
    while place < found.len() {
        // As one number, since which of its parts differ cannot be foretold.
        let [before, after] = [place - 1, place].map(|place| u64::from(found[place].end) << 32 | u64::from(found[place].start));
        if before < after || before == after && found[place - 1].id <= found[place].id {
            place += 1;
            continue;
        }
        let end = found[place].end;
        let first = found[..place].partition_point(|found| found.end < end);
        place += found[place..].iter().take_while(|found| found.end == end).count();
        found[first..place].sort_unstable_by_key(key);
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

    #[test]
    fn those_that_wait_are_given_in_order_by_turns_of_both_who_find() {
        let (mut pending, mut given) = (Pending::default(), vec![]);
        let mut give = |found| {
            given.push(found);
            ControlFlow::Continue(())
        };
        let one = |start, end| Match { id: 0, start, end };
        pending.push_all(&[one(1, 40), one(2, 20), one(3, 30), one(4, 50)]);
        let _ = pending.give_with(one(5, 6), &mut give);
        let _ = pending.give_up_to(25, &mut give);
        let _ = pending.give_with(one(26, 60), &mut give);
        let _ = pending.give_up_to(u32::MAX, &mut give);
        assert_eq!(given, [one(5, 6), one(2, 20), one(3, 30), one(1, 40), one(4, 50), one(26, 60)]);
    }
}
