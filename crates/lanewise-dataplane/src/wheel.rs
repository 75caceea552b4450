//! Deadlines, coarsely: a wheel of slots, each a list of those whose time is up then.

/// Nanoseconds a slot stands for, as a shift: 16.8 ms. Deadlines are tens of milliseconds and more, and are met one slot late at most.
const TICK_SHIFT: u32 = 24;
const SLOTS: usize = 512;
const NONE: u32 = u32::MAX;

/// Each index has one deadline at most. What is set and put off takes constant time; a deadline beyond the wheel (8.6 s) waits in its last slot and is
/// set again from there, so an index is looked at once in 8.6 s whatever its deadline.
///
/// Putting a deadline off costs nothing: the index stays where it is, and whoever looks at it when its slot comes finds that it is early.
pub(crate) struct Wheel {
    slots: [u32; SLOTS],
    /// A bit for each slot that is not empty.
    filled: [u64; SLOTS / 64],
    nodes: Vec<Node>,
    /// The tick that was looked at last.
    tick: u64,
}

#[derive(Clone)]
struct Node {
    /// When it is looked at; `u64::MAX`: it is in no list.
    tick: u64,
    previous: u32,
    next: u32,
}

const UNSET: Node = Node { tick: u64::MAX, previous: NONE, next: NONE };

impl Wheel {
    pub(crate) fn new(now: u64) -> Self {
        Self { slots: [NONE; SLOTS], filled: [0; SLOTS / 64], nodes: Vec::new(), tick: now >> TICK_SHIFT }
    }

    /// `index` is looked at when `deadline` has passed, or earlier.
    pub(crate) fn set(&mut self, index: u32, deadline: u64) {
        if index as usize >= self.nodes.len() {
            self.nodes.resize(index as usize + 1, UNSET);
        }
        // Rounded up, and never into a slot that was looked at already.
        let tick = (deadline >> TICK_SHIFT).saturating_add(1).clamp(self.tick + 1, self.tick + SLOTS as u64 - 1);
        if self.nodes[index as usize].tick <= tick {
            return;
        }
        self.clear(index);
        let slot = tick as usize % SLOTS;
        let head = self.slots[slot];
        self.nodes[index as usize] = Node { tick, previous: NONE, next: head };
        if head != NONE {
            self.nodes[head as usize].previous = index;
        }
        self.slots[slot] = index;
        self.filled[slot / 64] |= 1 << (slot % 64);
    }

    /// `index` has no deadline any more.
    pub(crate) fn clear(&mut self, index: u32) {
        let Some(node) = self.nodes.get_mut(index as usize) else { return };
        let Node { tick, previous, next } = std::mem::replace(node, UNSET);
        if tick == u64::MAX {
            return;
        }
        if next != NONE {
            self.nodes[next as usize].previous = previous;
        }
        if previous != NONE {
            self.nodes[previous as usize].next = next;
            return;
        }
        let slot = tick as usize % SLOTS;
        self.slots[slot] = next;
        if next == NONE {
            self.filled[slot / 64] &= !(1 << (slot % 64));
        }
    }

    /// One index whose slot has come, without a deadline from now on. `None` when there are no more until `now`.
    pub(crate) fn expire(&mut self, now: u64) -> Option<u32> {
        let until = now >> TICK_SHIFT;
        if self.tick >= until {
            return None;
        }
        let Some(tick) = self.next_tick().filter(|&tick| tick <= until) else {
            self.tick = until;
            return None;
        };
        let index = self.slots[tick as usize % SLOTS];
        self.clear(index);
        // The slot is left only when it is empty.
        self.tick = tick - 1;
        Some(index)
    }

    /// When the next slot comes that is not empty, in nanoseconds.
    pub(crate) fn next(&self) -> Option<u64> {
        self.next_tick().map(|tick| tick << TICK_SHIFT)
    }

    /// The first slot that is not empty, behind the one that was looked at last. All of them are less than a turn of the wheel away.
    fn next_tick(&self) -> Option<u64> {
        let first = (self.tick as usize + 1) % SLOTS;
        let words = self.filled.len();
        for step in 0..=words {
            let word = (first / 64 + step) % words;
            let mut bits = self.filled[word];
            if step == 0 {
                bits &= u64::MAX << (first % 64);
            } else if step == words {
                bits &= !(u64::MAX << (first % 64));
            }
            if bits != 0 {
                let slot = word * 64 + bits.trailing_zeros() as usize;
                return Some(self.tick + 1 + ((slot + SLOTS - first) % SLOTS) as u64);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    const TICK: u64 = 1 << TICK_SHIFT;

    /// Runs the wheel as a plane does, against a map of deadlines.
    fn check(steps: &[(u8, u32, u64)]) {
        let mut now = 5 * TICK + 3;
        let mut wheel = Wheel::new(now);
        let mut deadlines: HashMap<u32, u64> = HashMap::new();
        for &(kind, index, span) in steps {
            match kind {
                0 => {
                    deadlines.insert(index, now + span);
                    wheel.set(index, now + span);
                }
                1 => {
                    deadlines.remove(&index);
                    wheel.clear(index);
                }
                _ => {
                    now += span;
                    let mut looked = 0;
                    while let Some(index) = wheel.expire(now) {
                        looked += 1;
                        assert!(looked < 10_000, "the wheel turns for ever");
                        match deadlines.get(&index) {
                            Some(&deadline) if deadline <= now => _ = deadlines.remove(&index),
                            Some(&deadline) => wheel.set(index, deadline),
                            None => panic!("{index} has no deadline"),
                        }
                    }
                    for (index, deadline) in &deadlines {
                        assert!(*deadline + TICK > now, "{index} is late");
                        assert!(wheel.next().is_some_and(|next| next <= deadline + TICK), "nobody wakes for {index}");
                    }
                    assert_eq!(wheel.next().is_none(), deadlines.is_empty());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_deadline_is_met_within_a_tick(steps in prop::collection::vec(
            (0..3u8, 0..20u32, prop_oneof![0..4 * TICK, 0..1000 * TICK, 0..5000 * TICK]), 1..200)) {
            check(&steps);
        }
    }
}
