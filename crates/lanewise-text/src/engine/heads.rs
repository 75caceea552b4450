//! Which needles may stand at a place, by a few bytes of each: most candidates are ruled out by one look-up, and without a branch.
use crate::chunk::bytes_at;
use lanewise_simd::{Candidate, Width};

/// Bytes of a head at most: two words, which overlap where there are fewer.
const HEAD: usize = 2 * WORD;
const WORD: usize = 8;
/// So many of its first bytes stand at a candidate of a needle that is the only one with its slot.
const KNOWN: usize = 16;
/// So many of the first bytes of a needle are thought of.
const REACH: usize = 64;
/// Values of the hash for each needle, so that few have one in common.
const SLOTS_PER_NEEDLE: usize = 16;
/// Spreads what it is multiplied with over its high bits: the golden ratio, as a fraction.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash of a head: up to sixteen bytes of a needle, at a place that is the same for all.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Hash {
    /// How many bytes of a needle stand before each word of its head.
    offsets: [usize; 2],
    /// The bits of each word that are the same wherever the needle occurs.
    masks: [u64; 2],
    /// What is left of the product is the slot.
    shift: u32,
}

impl Hash {
    /// That of the `len` bytes from `offset` on of these needles, to so many slots: a power of two, at least two.
    fn at(needles: &[(Vec<u8>, Vec<u8>)], offset: usize, len: usize, slots: usize) -> Self {
        let offsets = [offset, offset + len.saturating_sub(WORD)];
        let used = u64::MAX.checked_shr((8 * WORD.saturating_sub(len)) as u32).unwrap_or(0);
        let masks = offsets.map(|offset| needles.iter().fold(used, |mask, (_, folds)| mask & !word(folds, offset)));
        Self { offsets, masks, shift: u64::BITS - slots.ilog2() }
    }

    /// The words of the head of what stands at byte `start`.
    #[inline(always)]
    fn words(&self, bytes: &[u8], start: usize) -> [u64; 2] {
        [word(bytes, start + self.offsets[0]) & self.masks[0], word(bytes, start + self.offsets[1]) & self.masks[1]]
    }

    #[inline(always)]
    fn slot(&self, bytes: &[u8], start: usize) -> usize {
        let [first, second] = self.words(bytes, start);
        ((first.wrapping_mul(SPREAD).rotate_left(32) ^ second).wrapping_mul(SPREAD) >> self.shift) as usize
    }

    /// Of how many of these needles the heads differ.
    fn count_different(&self, needles: &[(Vec<u8>, Vec<u8>)]) -> usize {
        let mut words: Vec<[u64; 2]> = needles.iter().map(|(bytes, _)| self.words(bytes, 0)).collect();
        words.sort_unstable();
        words.dedup();
        words.len()
    }
}

/// The needles by their heads.
#[derive(PartialEq, Eq)]
pub(crate) struct Heads {
    hash: Hash,
    /// Of each slot the number of its group. Those that no needle has have the last one, which stands nowhere.
    slots: Vec<u8>,
    groups: Vec<Group>,
    /// By groups, in each in the order of preference.
    needles: Vec<u32>,
}

/// The needles that have a slot in common; most have one alone.
#[derive(PartialEq, Eq)]
struct Group {
    /// Those bits of their first [`KNOWN`] bytes that are the same wherever one of them occurs, and what these are.
    mask: u128,
    value: u128,
    /// They are `needles[first..end]`.
    first: u8,
    end: u8,
}

impl Heads {
    /// The heads of these needles, at most 64, none empty: of each its bytes, and of these the bits that may differ.
    pub(crate) fn new(width: Width, needles: &[(Vec<u8>, Vec<u8>)]) -> Self {
        let least = needles.iter().map(|(bytes, _)| bytes.len()).min().unwrap_or(0).min(REACH);
        let (len, slots) = (least.min(HEAD), (needles.len() * SLOTS_PER_NEEDLE).next_power_of_two().max(2));
        // What many needles have in common tells them from nothing, and more often stands in a text.
        let (mut hash, mut most) = (Hash::at(needles, 0, len, slots), 0);
        for other in (0..=least - len).step_by(width.size()).map(|offset| Hash::at(needles, offset, len, slots)) {
            let different = other.count_different(needles);
            if different > most {
                (hash, most) = (other, different);
            }
        }
        let of_slot = |(needle, (bytes, _)): (u32, &(Vec<u8>, _))| (hash.slot(bytes, 0), needle);
        let mut of_slots: Vec<(usize, u32)> = (0..).zip(needles).map(of_slot).collect();
        of_slots.sort_unstable();
        let with_slot: Vec<_> = of_slots.chunk_by(|a, b| a.0 == b.0).collect();
        let mut heads = Self { hash, slots: vec![with_slot.len() as u8; slots], groups: Vec::new(), needles: Vec::new() };
        for (number, members) in (0..).zip(with_slot) {
            heads.slots[members[0].0] = number;
            let first = heads.needles.len() as u8;
            heads.needles.extend(members.iter().map(|&(_, needle)| needle));
            let (mask, value) = common(members.iter().map(|&(_, needle)| &needles[needle as usize]));
            heads.groups.push(Group { mask, value, first, end: heads.needles.len() as u8 });
        }
        heads.groups.push(Group { mask: 0, value: 1, first: 0, end: 0 });
        heads
    }

    /// Keeps those of the candidates at which a needle may stand, with the number of its group instead of buckets; gives how many.
    #[inline(always)]
    pub(crate) fn keep(&self, width: Width, haystack: &[u8], candidates: &mut [Candidate]) -> usize {
        let mut kept = 0;
        for nth in 0..candidates.len() {
            let at = candidates[nth].at;
            let start = at as usize * width.size();
            let number = self.slots[self.hash.slot(haystack, start)];
            let group = &self.groups[usize::from(number)];
            candidates[kept] = Candidate { at, buckets: number.into() };
            kept += usize::from(first_bytes(haystack, start) & group.mask == group.value);
        }
        kept
    }

    /// The needles of a group that was kept, ascending, and of how many bytes it is known that they stand there: [`KNOWN`] of one that is alone.
    #[inline(always)]
    pub(crate) fn group(&self, number: u32) -> (&[u32], usize) {
        let group = &self.groups[number as usize];
        let needles = &self.needles[group.first.into()..group.end.into()];
        (needles, if needles.len() == 1 { KNOWN } else { 0 })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.len() + self.groups.len() * size_of::<Group>() + self.needles.len() * size_of::<u32>()
    }
}

/// The bits of the first bytes that are the same in all of these needles, and what they are.
fn common<'n>(mut needles: impl Iterator<Item = &'n (Vec<u8>, Vec<u8>)>) -> (u128, u128) {
    let head = |(bytes, folds): &(Vec<u8>, Vec<u8>)| {
        let all = u128::MAX.checked_shr((8 * KNOWN.saturating_sub(bytes.len())) as u32).unwrap_or(0);
        (all & !first_bytes(folds, 0), first_bytes(bytes, 0))
    };
    let (mask, value) = needles.next().map_or((0, 0), head);
    let mask = needles.map(head).fold(mask, |mask, (own, other)| mask & own & !(value ^ other));
    (mask, value & mask)
}

/// The first bytes from `start` on, zeros where there are fewer.
#[inline(always)]
fn first_bytes(bytes: &[u8], start: usize) -> u128 {
    u128::from_le_bytes(bytes_at::<KNOWN>(bytes, start))
}

/// The eight bytes from `offset` on, zeros where there are fewer.
#[inline(always)]
fn word(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes_at(bytes, offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        /// Letters a to c, of which the needles ignore the case of some.
        #[test]
        fn a_candidate_is_kept_with_every_needle_that_stands_there(
            width in prop_oneof![Just(Width::One), Just(Width::Two)],
            needles in vec(vec(("[a-c]", any::<bool>()), 1..20), 1..=64usize),
            haystack in vec("[a-cA-C]", 0..100),
        ) {
            let spell = |texts: &[u8]| -> Vec<u8> { texts.iter().flat_map(|&byte| [byte, 0][..width.size()].to_vec()).collect() };
            let needles: Vec<(Vec<u8>, Vec<u8>)> = needles
                .iter()
                .map(|needle| {
                    let folds: Vec<u8> = needle.iter().map(|&(_, folds)| if folds { 0x20 } else { 0 }).collect();
                    let bytes: Vec<u8> = needle.iter().map(|(letter, _)| letter.as_bytes()[0]).collect();
                    (spell(&bytes), spell(&folds))
                })
                .collect();
            let haystack = spell(haystack.concat().as_bytes());
            let heads = Heads::new(width, &needles);
            let places = width.units(&haystack) as u32;
            let mut candidates: Vec<Candidate> = (0..places).map(|at| Candidate { at, buckets: 1 }).collect();
            let kept = heads.keep(width, &haystack, &mut candidates);
            for at in 0..places {
                let rest = &haystack[at as usize * width.size()..];
                let stands = |(bytes, folds): &(Vec<u8>, Vec<u8>)| {
                    rest.len() >= bytes.len() && bytes.iter().zip(folds).zip(rest).all(|((byte, fold), other)| byte | fold == other | fold)
                };
                let expected: Vec<u32> = (0..).zip(&needles).filter(|(_, needle)| stands(needle)).map(|(needle, _)| needle).collect();
                let found = candidates[..kept].iter().find(|candidate| candidate.at == at);
                let (found, known) = found.map_or((&[][..], 0), |candidate| heads.group(candidate.buckets));
                prop_assert!(found.is_sorted());
                let stands_so_far = |needle: &u32| {
                    let (bytes, folds) = &needles[*needle as usize];
                    let mut head = bytes.iter().zip(folds).take(known).zip(rest);
                    head.all(|((byte, fold), other)| byte | fold == other | fold)
                };
                prop_assert!(found.iter().all(stands_so_far), "the first {known} bytes of {found:?} at {at}");
                prop_assert!(expected.iter().all(|needle| found.contains(needle)), "{expected:?} of {found:?} at {at}");
            }
        }
    }

    #[test]
    fn what_all_needles_have_in_common_does_not_hide_where_they_differ() {
        let needle = |text: &str| (text.as_bytes().to_vec(), vec![0; text.len()]);
        for common in [0, 1, 7, 8, 20, 60] {
            let common = "-".repeat(common);
            let level = |level: &str| format!("{common}\"level\":\"{level}\"");
            let heads = Heads::new(Width::One, &[needle(&level("warn")), needle(&level("error"))]);
            let keeps = |text: String| heads.keep(Width::One, text.as_bytes(), &mut [Candidate { at: 0, buckets: 1 }]);
            assert_eq!(["warn", "error"].map(level).map(keeps), [1, 1]);
            let others: usize = (0..100).map(|nth| keeps(level(&format!("{nth}")))).sum();
            // Only the first 64 bytes are looked at.
            let expected = if common.len() < 60 { 0..25 } else { 100..101 };
            assert!(expected.contains(&others), "{others} behind {}", common.len());
        }
    }
}
