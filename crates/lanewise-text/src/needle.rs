//! One needle in bytes, found without anything that is compiled before.
//!
//! ```text
//! for each of up to 64 blocks: note whether it has a place with the rarest byte of the needle and the second rarest                (no branch)
//! for each block that has: look again, and note its places; where they are many, those alone at which the next bytes stand, too, byte by byte
//! for each place: keep it when the first eight bytes of the needle stand there                                                     (no branch)
//! for each place that is kept: give it, when the rest of the needle stands there
//! ```
//!
//! 1. A branch on "this block has a place" and one on "the needle stands there" are mispredicted at nearly each occurrence: together they took as
//!    long as all else where a name stands once in a page.
//! 2. Whatever the needle is, all of it is compared at 64 places at once where they are many, so what almost matches costs no more than what
//!    matches. Only what stands behind the first bytes of a long needle is compared place by place.
//! 3. Where much is compared in vain, the second byte is chosen anew, by what has been passed: in `"level":"error"` both bytes that are rare in text
//!    are those of a key, which each line has.
//! 4. Where a step had hits in most blocks, the next one leaves the first look out.
//! 5. Blocks are aligned at the rarest byte, as a load across two cache lines takes twice as long; the first and the last overlap their neighbours.
use crate::chunk::bytes_at;
use crate::engine::frequency;
use crate::{Outcome, effort};
use lanewise_simd::{BLOCK, Block, Isa, Kernels, Task, Width};
use std::ops::ControlFlow;

/// So many of the first bytes of a needle are compared at 64 places at once.
const WHOLE_MAX: usize = 32;
/// So many bytes may be compared in vain for each byte of the haystack that has been passed, before the search goes on byte by byte.
const EFFORT_MAX: usize = 4;
/// What may be compared in vain whatever the haystack is.
const EFFORT_FREE: usize = 1 << 12;

/// The offset of the first `needle` that starts at `from` or later, in bytes; an empty one is found everywhere, and at the end for a `from`
/// beyond it.
///
/// # Complexity
/// O(haystack.len() + needle.len()) time; allocates a word for each byte of a needle of more than 32 where too much is compared in vain, else nothing.
/// # Source
/// Wojciech Muła, "SIMD-friendly algorithms for substring searching" (2016), by two bytes that are rare in text instead of the first and the last one.
/// Where that compares too much in vain, Knuth, Morris and Pratt, "Fast pattern matching in strings" (1977).
#[must_use]
pub fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let from = from.min(haystack.len());
    match needle {
        [] => Some(from),
        [byte] => lanewise_simd::active().find_byte(*byte, &haystack[from..]).map(|offset| from + offset),
        _ => {
            let mut found = None;
            let _ = each(lanewise_simd::active(), haystack, needle, from, |at| {
                found = Some(at);
                ControlFlow::Break(())
            });
            found
        }
    }
}

/// How often `needle` occurs, without overlap; 0 for an empty one.
///
/// # Complexity
/// As [`find`].
#[must_use]
pub fn count(haystack: &[u8], needle: &[u8]) -> usize {
    match needle {
        [] => 0,
        [byte] => lanewise_simd::active().count_byte(*byte, haystack),
        _ => {
            let mut count = 0;
            let _ = each(lanewise_simd::active(), haystack, needle, 0, |_| {
                count += 1;
                ControlFlow::Continue(())
            });
            count
        }
    }
}

/// The bytes of a needle of one unit or more, and the two of its first bytes that are the rarest.
#[derive(Clone, Copy)]
pub(crate) struct Literal<'n> {
    width: Width,
    needle: &'n [u8],
    first: usize,
    second: usize,
}

/// How often the high byte of a unit of 16 bits is expected among 65,536, whichever it is: most are those of the script of the text.
const HIGH_BYTE: u32 = 50_000;

/// How frequent byte `offset` of a needle is expected to be, as [`frequency`].
#[inline(always)]
fn rate(width: Width, needle: &[u8], offset: usize) -> u32 {
    let is_high = offset % width.size() == 1;
    if is_high { HIGH_BYTE } else { frequency(width, needle[offset].into()) }
}

impl<'n> Literal<'n> {
    /// `needle` must have a unit at least.
    #[inline]
    pub(crate) fn new(width: Width, needle: &'n [u8]) -> Self {
        let (mut first, mut second) = ((u32::MAX, 0), (u32::MAX, 0));
        for offset in 0..needle.len().min(WHOLE_MAX) {
            let rated = (rate(width, needle, offset), offset);
            if rated.0 < first.0 {
                (first, second) = (rated, first);
            } else if rated.0 < second.0 {
                second = rated;
            }
        }
        Self { width, needle, first: first.1, second: if second.0 == u32::MAX { first.1 } else { second.1 } }
    }

    /// Gives `visit` each occurrence that starts at `from` or later, without overlap; all in units. Where too much has been compared in vain it gives
    /// up, and says from where on occurrences are still to be found.
    #[inline]
    pub(crate) fn search(
        self,
        kernels: &Kernels,
        haystack: &[u8],
        from: usize,
        mut visit: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Outcome {
        let shift = u32::from(self.width == Width::Two);
        let from = from.saturating_mul(self.width.size());
        let rest = kernels.run(Search { literal: self, haystack, from, visit: &mut |at| visit(at >> shift) })?;
        ControlFlow::Continue(rest.map(|from| from >> shift))
    }
}

/// Gives `visit` the offset of each occurrence of the bytes that starts at `from` or later, without overlap, until that breaks off.
#[inline]
fn each(
    kernels: &Kernels,
    haystack: &[u8],
    needle: &[u8],
    from: usize,
    mut visit: impl FnMut(usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match Literal::new(Width::One, needle).search(kernels, haystack, from, &mut visit)? {
        Some(from) => walk_steadily(haystack, needle, from, &mut visit),
        None => ControlFlow::Continue(()),
    }
}

/// [`Literal::search`], in bytes.
struct Search<'s, 'v, V> {
    literal: Literal<'s>,
    haystack: &'s [u8],
    from: usize,
    visit: &'v mut V,
}

impl<V: FnMut(usize) -> ControlFlow<()>> Task for Search<'_, '_, V> {
    type Output = Outcome;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Outcome {
        let Self { literal, haystack, from, visit } = self;
        let places = (haystack.len() + 1).saturating_sub(literal.needle.len());
        if from >= places {
            return ControlFlow::Continue(None);
        }
        let mut found = Found::new(literal, haystack, from);
        // Fewer places than a block has are looked at in a copy, with zeros behind them.
        let mut room = [0; BLOCK + WHOLE_MAX];
        let mut look = Look::new(isa, literal, haystack);
        let (mut at, mut next) = (0, places);
        if places < BLOCK {
            let len = haystack.len().min(room.len());
            room[..len].copy_from_slice(&haystack[..len]);
            look.bytes = &room;
            look.starts &= !(u64::MAX << places);
        } else {
            // What a block has in common with the next is passed by there: it is before the first place that is free, or was compared in vain.
            at = from.min(places - BLOCK);
            next = at + BLOCK - (haystack.as_ptr().addr() + at + literal.first) % BLOCK;
        }
        let (mut blocks, mut count, mut full, mut step) = (FIRST, 1, 0, STEP_MIN);
        let mut choose_at = from.saturating_add(CHOSEN_IN);
        loop {
            while blocks != 0 && found.has_room() {
                let nth = blocks.leading_zeros();
                blocks &= !(FIRST >> nth);
                let hits = look.hits(at + nth as usize * BLOCK);
                full += usize::from(hits != 0);
                found.note(hits, nth);
            }
            if !found.give(look.bytes, at, visit)? {
                return ControlFlow::Continue(Some(found.free));
            }
            if blocks != 0 {
                continue;
            }
            if next >= places {
                return ControlFlow::Continue(None);
            }
            if next >= choose_at {
                if std::mem::take(&mut found.vain) > (next - from) / VAIN_SIZE {
                    look.choose_second(next - CHOSEN_IN);
                }
                choose_at = next.saturating_add((next - from).saturating_mul(CHOSEN_AGAIN));
            }
            let is_dense = 2 * std::mem::take(&mut full) > count;
            at = next.min(places - BLOCK);
            count = step.min((places - at) / BLOCK);
            next = at + count * BLOCK;
            blocks = if is_dense { u64::MAX << (STEP_MAX - count) } else { look.blocks(at, count) };
            step = STEP_MAX.min(2 * step);
        }
    }
}

/// The bytes of a block at which a unit of 16 bits starts.
const EVEN: u64 = 0x5555_5555_5555_5555;
/// Blocks of the first step, which who wants the first occurrence may wait for in vain, and of the largest: as many as a word has bits.
const STEP_MIN: usize = 8;
const STEP_MAX: usize = 64;
/// Where more than one place in so many bytes is compared in vain, the second byte is chosen anew.
const VAIN_SIZE: usize = 1 << 10;
/// So many bytes are looked at for it, or so many places with the first byte, and again when so many times as much has been passed.
const CHOSEN_IN: usize = 1 << 14;
const CHOSEN_BY: u8 = 100;
const CHOSEN_AGAIN: usize = 8;
/// By chance a byte may stand with the first one half as often as another, and so many times less.
const CHANCE: u8 = 4;
/// The bit of the first block of a step.
const FIRST: u64 = 1 << 63;
/// Up to so many places of a block are compared one after the other.
const FEW: u32 = 4;
/// Bytes that are compared at once, which what a search compares is counted in.
const WORD: usize = 8;
/// So many places are noted before they are compared. A step without a place in each block has fewer.
const NOTED: usize = 256;

/// What is looked for, 64 places at a time.
struct Look<'s, I> {
    isa: I,
    literal: Literal<'s>,
    bytes: &'s [u8],
    /// The places of a block at which a needle may start, when units start where it does, and 1 where they may start one byte later.
    starts: u64,
    odd: usize,
    /// The offset of the byte that left no hits the last time.
    killer: usize,
}

impl<'s, I: Isa> Look<'s, I> {
    #[inline(always)]
    fn new(isa: I, literal: Literal<'s>, bytes: &'s [u8]) -> Self {
        let (starts, odd) = if literal.width == Width::Two { (EVEN, 1) } else { (u64::MAX, 0) };
        Self { isa, literal, bytes, starts, odd, killer: 0 }
    }

    /// Which of `count` blocks from `at` on have a place with both rare bytes: a bit for each, the highest for the first. There is no branch.
    #[inline(always)]
    fn blocks(&self, at: usize, count: usize) -> u64 {
        let Literal { needle, first, second, .. } = self.literal;
        let (firsts, seconds) = (&self.bytes[at + first..].as_chunks().0[..count], &self.bytes[at + second..].as_chunks().0[..count]);
        let mut bits = 0;
        // No closure: what is not inlined for certain is not compiled for the instruction set.
        for (at_first, at_second) in firsts.iter().zip(seconds) {
            let any = self.isa.load(at_first).any_both(needle[first], self.isa.load(at_second), needle[second]);
            bits = 2 * bits + u64::from(any);
        }
        bits << (STEP_MAX - count)
    }

    /// Those of the 64 places from `at` on that have both, and where they are many no others than those at which the first bytes of the needle stand.
    #[inline(always)]
    fn hits(&mut self, at: usize) -> u64 {
        let Literal { needle, first, second, .. } = self.literal;
        let hits = match (self.bytes[at + first..].first_chunk(), self.bytes[at + second..].first_chunk()) {
            (Some(at_first), Some(at_second)) => {
                self.isa.load(at_first).eq_both(needle[first], self.isa.load(at_second), needle[second]) & self.starts << (at & self.odd)
            }
            // All 64 places have a whole needle, or are followed by zeros.
            _ => 0,
        };
        // The two bytes are all of a shorter needle.
        if hits.count_ones() > FEW && needle.len() > 2 { self.compare(at, hits) } else { hits }
    }

    /// Takes for the second byte the one that stands least often where the first one does, among the places from `at` on. How often each stands alone
    /// does not tell: in words and keys neighbours come together.
    #[inline(always)]
    fn choose_second(&mut self, at: usize) {
        let Literal { width, needle, first, second } = self.literal;
        let whole: [u8; WHOLE_MAX] = bytes_at(needle, 0);
        let (mut together, mut seen) = ([0_u8; WHOLE_MAX], 0);
        for block in (at..at + CHOSEN_IN).step_by(BLOCK) {
            if seen == CHOSEN_BY {
                break;
            }
            let mut hits = self.byte_hits(block, first) & self.starts << (block & self.odd);
            while hits != 0 && seen < CHOSEN_BY {
                let there: [u8; WHOLE_MAX] = bytes_at(self.bytes, block + hits.trailing_zeros() as usize);
                for (together, (a, b)) in together.iter_mut().zip(whole.iter().zip(&there)) {
                    *together += u8::from(a == b);
                }
                hits &= hits - 1;
                seen += 1;
            }
        }
        let others = (0..needle.len().min(WHOLE_MAX)).filter(|offset| *offset != first);
        if let Some(rarest) = others.min_by_key(|&offset| (together[offset], rate(width, needle, offset)))
            && together[rarest] + CHANCE <= together[second] / 2
        {
            self.literal.second = rarest;
        }
    }

    /// Those of the `hits` among the 64 places from `at` on at which the first bytes of the needle stand.
    ///
    /// The byte that left none the last time is asked first, since what almost matches does so again and again.
    #[inline(always)]
    fn compare(&mut self, at: usize, mut hits: u64) -> u64 {
        hits &= self.byte_hits(at, self.killer);
        for offset in 0..self.literal.needle.len().min(WHOLE_MAX) {
            if hits == 0 {
                break;
            }
            effort::add(BLOCK / WORD);
            hits &= self.byte_hits(at, offset);
            if hits == 0 {
                self.killer = offset;
            }
        }
        hits
    }

    /// Those of the 64 places from `at` on behind which byte `offset` of the needle stands.
    #[inline(always)]
    fn byte_hits(&self, at: usize, offset: usize) -> u64 {
        match self.bytes[at + offset..].first_chunk() {
            Some(block) => self.isa.load(block).eq(self.literal.needle[offset]),
            // As in `hits`.
            None => 0,
        }
    }
}

/// What has been found.
struct Found<'s> {
    haystack: &'s [u8],
    needle: &'s [u8],
    /// The first eight bytes of the needle, or all of them and zeros, and which bits of them count.
    head: u64,
    mask: u64,
    from: usize,
    /// Where the next occurrence may start.
    free: usize,
    /// Bytes that were compared in vain.
    effort: usize,
    /// Places that were, since the second byte was chosen.
    vain: usize,
    /// The places of the step that are still to be compared, ascending.
    noted: [u32; NOTED],
    count: usize,
}

impl<'s> Found<'s> {
    #[inline(always)]
    fn new(literal: Literal<'s>, haystack: &'s [u8], from: usize) -> Self {
        let needle = literal.needle;
        let (head, mask) = (u64::from_le_bytes(bytes_at(needle, 0)), u64::MAX >> (64 - 8 * needle.len().min(WORD)));
        Self { haystack, needle, head, mask, from, free: from, effort: 0, vain: 0, noted: [0; NOTED], count: 0 }
    }

    /// Notes the hits of block `nth` of a step.
    #[inline(always)]
    fn note(&mut self, hits: u64, nth: u32) {
        let base = nth * BLOCK as u32;
        if let Some(room) = self.noted[self.count..].first_chunk_mut() {
            // Most blocks that have one have no third, and whether there is a second nobody can predict.
            room[0] = base + hits.trailing_zeros();
            room[1] = base + (hits & hits.wrapping_sub(1)).trailing_zeros();
            self.count += if hits.count_ones() > 2 { lanewise_simd::index_bits(hits, base, room) } else { hits.count_ones() as usize };
        }
    }

    /// Whether there is room for the hits of one more block.
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.count <= NOTED - BLOCK
    }

    /// Gives `visit` the occurrences among the places that are noted of the step at `at`. False when too much has been compared in vain: what is left
    /// starts at `free` or later.
    #[inline(always)]
    fn give(&mut self, bytes: &[u8], at: usize, visit: &mut impl FnMut(usize) -> ControlFlow<()>) -> ControlFlow<(), bool> {
        if self.needle.len() > 2 {
            self.drop_others(bytes, at);
        }
        let count = std::mem::take(&mut self.count);
        for &offset in &self.noted[..count] {
            let place = at + offset as usize;
            if place < self.free {
                continue;
            }
            effort::add(self.needle.len().div_ceil(WORD));
            if self.needle.len() > WORD && !self.haystack[place + WORD..].starts_with(&self.needle[WORD..]) {
                self.vain += 1;
                self.effort += if self.needle.len() > WHOLE_MAX { self.needle.len() } else { 0 };
                if self.effort > EFFORT_FREE + EFFORT_MAX * (place - self.from) {
                    self.free = place + 1;
                    return ControlFlow::Continue(false);
                }
                continue;
            }
            self.free = place + self.needle.len();
            visit(place)?;
        }
        ControlFlow::Continue(true)
    }

    /// Leaves the places at which the head of the needle stands. There is no branch on whether it does, which nobody could predict.
    #[inline(always)]
    fn drop_others(&mut self, bytes: &[u8], at: usize) {
        let last = bytes.len() - WORD;
        let mut count = 0;
        for index in 0..self.count {
            let offset = self.noted[index];
            let place = at + offset as usize;
            // What stands behind the last eight bytes is read with them.
            let start = place.min(last);
            let Some(chunk) = bytes[start..].first_chunk() else { break };
            let word = u64::from_le_bytes(*chunk) >> (8 * (place - start));
            effort::add(1);
            self.noted[count] = offset;
            count += usize::from((word ^ self.head) & self.mask == 0);
        }
        self.vain += self.count - count;
        self.count = count;
    }
}

/// [`each`] with a step for each byte and no more than one comparison in vain for each: what has matched is never read again.
#[cold]
fn walk_steadily(haystack: &[u8], needle: &[u8], from: usize, visit: &mut dyn FnMut(usize) -> ControlFlow<()>) -> ControlFlow<()> {
    // Of each length of a prefix of the needle the length of the longest shorter one that it ends with.
    let mut borders = vec![0_usize; needle.len() + 1];
    let mut known = 0;
    for at in 1..needle.len() {
        while known > 0 && needle[at] != needle[known] {
            known = borders[known];
        }
        known += usize::from(needle[at] == needle[known]);
        borders[at + 1] = known;
    }
    let mut matched = 0;
    for (at, &byte) in haystack.iter().enumerate().skip(from) {
        effort::add(1);
        while matched > 0 && needle[matched] != byte {
            matched = borders[matched];
        }
        matched += usize::from(needle[matched] == byte);
        if matched == needle.len() {
            matched = 0;
            visit(at + 1 - needle.len())?;
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(haystack: &[u8], needle: &[u8], from: usize) -> Vec<usize> {
        let (mut found, mut at) = (Vec::new(), from);
        while at + needle.len() <= haystack.len() {
            if haystack[at..].starts_with(needle) {
                found.push(at);
                at += needle.len();
            } else {
                at += 1;
            }
        }
        found
    }

    fn assert_found(haystack: &[u8], needle: &[u8], from: usize) {
        let expected = naive(haystack, needle, from);
        for kernels in lanewise_simd::available() {
            let mut found = Vec::new();
            let _ = each(kernels, haystack, needle, from, |at| {
                found.push(at);
                ControlFlow::Continue(())
            });
            assert_eq!(found, expected, "{}", kernels.name());
        }
        let mut found = Vec::new();
        let _ = walk_steadily(haystack, needle, from, &mut |at| {
            found.push(at);
            ControlFlow::Continue(())
        });
        assert_eq!(found, expected);
        assert_eq!(find(haystack, needle, from), expected.first().copied());
        assert_eq!(count(&haystack[from.min(haystack.len())..], needle), expected.len());
    }

    #[test]
    fn an_empty_needle_is_found_at_once_and_one_byte_as_any_other() {
        assert_eq!(
            [find(b"abc", b"", 0), find(b"abc", b"", 2), find(b"abc", b"", 9), find(b"", b"", 0)],
            [Some(0), Some(2), Some(3), Some(0)]
        );
        assert_eq!(
            [find(b"abcb", b"b", 0), find(b"abcb", b"b", 2), find(b"abcb", b"b", 4), find(b"", b"b", 9)],
            [Some(1), Some(3), None, None]
        );
        assert_eq!([count(b"abcb", b"b"), count(b"abcb", b""), count(b"", b"b")], [2, 0, 0]);
    }

    #[test]
    fn a_needle_that_almost_occurs_everywhere_takes_time_linear_in_the_haystack() {
        let haystack = vec![b'a'; 1 << 20];
        let needle = [vec![b'a'; 1 << 14], vec![b'b']].concat();
        assert_eq!(find(&haystack, &needle, 0), None);
        let needle = [vec![b'b'], vec![b'a'; 1 << 14]].concat();
        assert_eq!(find(&haystack, &needle, 0), None);
        assert_eq!(count(&haystack, &vec![b'a'; 1000]), (1 << 20) / 1000);
        let needle = [vec![b'a'; 5000], vec![b'b'], vec![b'a'; 5000]].concat();
        assert_eq!(find(&[&haystack[..], &needle].concat(), &needle, 0), Some(1 << 20));
    }

    /// However long the needle is and wherever it differs from what is repeated, little more is compared than the bytes that are compared whole.
    #[test]
    fn what_is_compared_is_linear_in_the_haystack() {
        const SIZE: usize = 1 << 17;
        for period in ["a", "ab", "aab", "abcdefghijklmnopqrstuvwxyz"] {
            let haystack = period.repeat(SIZE / period.len());
            for len in [3, 8, 9, 31, 32, 33, 64, 1000, 5000] {
                for change in [0, 1, len / 2, len - 2, len - 1] {
                    let mut needle: Vec<u8> = period.bytes().cycle().take(len).collect();
                    needle[change] = if change % 2 == 0 { b'Q' } else { b'b' };
                    let mut found = 0;
                    let compared = effort::of(|| found = count(haystack.as_bytes(), &needle));
                    assert_eq!(found, naive(haystack.as_bytes(), &needle, 0).len(), "{period} {len} {change}");
                    let most = ((WHOLE_MAX + EFFORT_MAX) / WORD + 4) * SIZE + 2 * EFFORT_FREE + 4 * len;
                    assert!(compared <= most, "{period} {len} {change}: {compared}");
                }
            }
        }
    }

    /// Each line has the key, few have the value: the bytes that are looked for come to be one of each.
    #[test]
    fn the_second_byte_is_chosen_by_what_is_searched() {
        const LINES: usize = 20_000;
        let line = |nth: usize| format!("{{\"level\":\"{}\",\"id\":{nth}}}\n", if nth % 500 == 7 { "error" } else { "info" });
        let haystack: String = (0..LINES).map(line).collect();
        let needle = b"\"level\":\"error\"";
        let expected = naive(haystack.as_bytes(), needle, 0);
        assert_found(haystack.as_bytes(), needle, 0);
        let mut found = 0;
        let compared = effort::of(|| found = count(haystack.as_bytes(), needle));
        assert_eq!(found, expected.len());
        assert!(compared < LINES / 2, "{compared}");
        let wide = |text: &[u8]| text.iter().flat_map(|&byte| [byte, 0]).collect::<Vec<u8>>();
        let mut starts = Vec::new();
        let rest = Literal::new(Width::Two, &wide(needle)).search(lanewise_simd::active(), &wide(haystack.as_bytes()), 0, |at| {
            starts.push(at);
            ControlFlow::Continue(())
        });
        assert_eq!((rest, starts), (ControlFlow::Continue(None), expected));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_finds_what_the_definition_says(
            haystack in prop::collection::vec(prop_oneof![8 => Just(b'a'), 1 => Just(b'b'), 1 => Just(b'\n')], 0..400),
            needle in prop::collection::vec(prop_oneof![6 => Just(b'a'), 1 => Just(b'b')], 2..9),
            from in 0..420_usize,
        ) {
            assert_found(&haystack, &needle, from.min(haystack.len()));
        }

        /// What is repeated and then changed at one place almost matches nearly everywhere, needles longer than those that are compared whole, too.
        #[test]
        fn it_finds_what_is_among_much_that_almost_matches(
            period in prop::collection::vec(prop_oneof![Just(b'a'), Just(b'b')], 1..5),
            len in 1..120_usize,
            times in 1..300_usize,
            changes in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
            from in 0..200_usize,
        ) {
            let mut haystack = period.repeat(times);
            let needle: Vec<u8> = period.iter().copied().cycle().take(len).collect();
            for change in changes {
                let at = change.index(haystack.len());
                haystack[at] ^= 3;
            }
            assert_found(&haystack, &needle, from.min(haystack.len()));
        }

        /// Of few units, so that the bytes of needles stand between units, too.
        #[test]
        fn two_byte_units_are_found_where_they_are_units(
            haystack in prop::collection::vec(prop_oneof![6 => Just(0x6161_u16), 1 => Just(0x0061), 1 => Just(0x6100)], 0..300),
            needle in prop::collection::vec(prop_oneof![6 => Just(0x6161_u16), 1 => Just(0x0061), 1 => Just(0x6100)], 1..24),
            from in 0..310_usize,
        ) {
            let bytes = |units: &[u16]| units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>();
            let mut expected = Vec::new();
            let mut at = from;
            while at + needle.len() <= haystack.len() {
                let is_there = haystack[at..].starts_with(&needle);
                if is_there {
                    expected.push(at);
                }
                at += if is_there { needle.len() } else { 1 };
            }
            for kernels in lanewise_simd::available() {
                let mut found = Vec::new();
                let needle = bytes(&needle);
                let rest = Literal::new(Width::Two, &needle).search(kernels, &bytes(&haystack), from, |at| {
                    found.push(at);
                    ControlFlow::Continue(())
                });
                assert_eq!(rest, ControlFlow::Continue(None), "{} gives up on so little", kernels.name());
                assert_eq!(&found, &expected, "{}", kernels.name());
            }
        }

        #[test]
        fn it_finds_a_part_of_the_haystack(
            haystack in prop::collection::vec(any::<u8>(), 2..600),
            start in any::<prop::sample::Index>(),
            len in 2..80_usize,
        ) {
            let start = start.index(haystack.len() - 1);
            assert_found(&haystack, &haystack[start..haystack.len().min(start + len)], 0);
        }
    }
}
