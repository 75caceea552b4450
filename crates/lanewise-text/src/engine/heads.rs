//! Which needles may stand at a place, by eight bytes of each: most candidates are ruled out by one look-up, and without a branch.
use super::frequency::frequency;
use lanewise_simd::{Candidate, Width};

/// Bytes of a head at most.
const HEAD: usize = 8;
/// So many of the first bytes of a needle are thought of.
const REACH: usize = 64;
/// Values of the hash for each needle: one candidate in so many that is no match is compared with one.
const SLOTS_PER_NEEDLE: usize = 16;
/// Spreads what it is multiplied with over its high bits: the golden ratio, as a fraction.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The needles by their heads: up to eight bytes of each, at a place that is the same for all.
#[derive(PartialEq, Eq)]
pub(crate) struct Heads {
    /// How many bytes of a needle stand before its head.
    offset: usize,
    /// The bits of a head that are the same wherever its needle occurs.
    mask: u64,
    /// What is left of the product is the slot.
    shift: u32,
    /// The needles of slot `i` are `needles[firsts[i]..firsts[i + 1]]`, in the order of preference.
    firsts: Vec<u8>,
    needles: Vec<u32>,
}

impl Heads {
    /// The heads of these needles, 1 to 64, none empty: of each its bytes, and of these the bits that may differ.
    pub(crate) fn new(width: Width, needles: &[(Vec<u8>, Vec<u8>)]) -> Self {
        let least = needles.iter().map(|(bytes, _)| bytes.len()).min().unwrap_or(0).min(REACH);
        let len = least.min(HEAD);
        let mut best: Option<(usize, f64, usize)> = None;
        for offset in (0..=least - len).step_by(width.size()) {
            let mask = mask(needles, offset, len);
            let mut heads: Vec<u64> = needles.iter().map(|(bytes, _)| head(bytes, offset) & mask).collect();
            heads.sort_unstable();
            heads.dedup();
            let rate = needles.iter().map(|(bytes, _)| rate(width, &bytes[offset..offset + len])).sum();
            if best.is_none_or(|(count, least, _)| heads.len() > count || heads.len() == count && rate < least) {
                best = Some((heads.len(), rate, offset));
            }
        }
        let offset = best.map_or(0, |(_, _, offset)| offset);
        let slots = (needles.len() * SLOTS_PER_NEEDLE).next_power_of_two();
        let mut heads =
            Self { offset, mask: mask(needles, offset, len), shift: u64::BITS - slots.ilog2(), firsts: Vec::new(), needles: Vec::new() };
        let mut of_slots: Vec<(usize, u32)> =
            (0..).zip(needles).map(|(needle, (bytes, _))| (heads.slot(head(bytes, offset)), needle)).collect();
        of_slots.sort_unstable();
        heads.firsts.extend((0..=slots).map(|slot| of_slots.partition_point(|&(other, _)| other < slot) as u8));
        heads.needles.extend(of_slots.into_iter().map(|(_, needle)| needle));
        heads
    }

    #[inline(always)]
    fn slot(&self, head: u64) -> usize {
        ((head & self.mask).wrapping_mul(SPREAD) >> self.shift) as usize
    }

    /// Keeps those of the candidates at which a needle may stand by its head, with the slot of that instead of buckets; gives how many.
    #[inline(always)]
    pub(crate) fn keep(&self, width: Width, haystack: &[u8], candidates: &mut [Candidate]) -> usize {
        let mut kept = 0;
        for nth in 0..candidates.len() {
            let at = candidates[nth].at;
            let slot = self.slot(head(haystack, at as usize * width.size() + self.offset));
            candidates[kept] = Candidate { at, buckets: slot as u32 };
            kept += usize::from(self.firsts[slot] != self.firsts[slot + 1]);
        }
        kept
    }

    /// The needles of a slot, ascending.
    #[inline]
    pub(crate) fn needles(&self, slot: u32) -> &[u32] {
        let slot = slot as usize;
        &self.needles[usize::from(self.firsts[slot])..usize::from(self.firsts[slot + 1])]
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.firsts.len() + self.needles.len() * size_of::<u32>()
    }
}

/// The eight bytes from `offset` on, zeros where there are fewer.
#[inline(always)]
fn head(bytes: &[u8], offset: usize) -> u64 {
    let rest = bytes.get(offset..).unwrap_or(&[]);
    match rest.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => {
            let mut chunk = [0; HEAD];
            chunk[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(chunk)
        }
    }
}

/// The bits of the first `len` bytes from `offset` on that differ in no occurrence of any needle.
fn mask(needles: &[(Vec<u8>, Vec<u8>)], offset: usize, len: usize) -> u64 {
    let folds = needles.iter().fold(0, |folds, (_, fold)| folds | head(fold, offset));
    !folds & u64::MAX >> (u64::BITS as usize - 8 * len)
}

/// How often a text is expected to have these bytes at a place, were its units independent of each other.
fn rate(width: Width, bytes: &[u8]) -> f64 {
    let units = bytes.chunks(width.size()).map(|unit| u16::from_le_bytes([unit[0], unit.get(1).copied().unwrap_or(0)]));
    units.map(|unit| f64::from(frequency(width, unit)) / 65536.0).product()
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
                let found = found.map_or(&[][..], |candidate| heads.needles(candidate.buckets));
                prop_assert!(found.is_sorted());
                prop_assert!(expected.iter().all(|needle| found.contains(needle)), "{expected:?} of {found:?} at {at}");
            }
        }
    }

    #[test]
    fn what_all_needles_have_in_common_is_no_head() {
        let needle = |text: &str| (text.as_bytes().to_vec(), vec![0; text.len()]);
        let heads = Heads::new(Width::One, &[needle("\"level\":\"error\""), needle("\"level\":\"warn\"")]);
        let keeps = |text: &str| heads.keep(Width::One, text.as_bytes(), &mut [Candidate { at: 0, buckets: 1 }]);
        assert_eq!(["\"level\":\"info\"", "\"level\":\"warn\"", "\"level\":\"error\""].map(keeps), [0, 1, 1]);
    }
}
