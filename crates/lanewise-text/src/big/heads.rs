//! The needles by their heads: the first eight symbols, or the whole needle where it has no more.
//!
//! Of each place of a haystack a set of bits tells, for every length of head at once, whether there may be one; only then a table is asked,
//! which knows heads exactly. For a head of eight symbols it leads into the trie of what follows.
use super::trie::{Ending, Trie};
use super::view::{View, first_bytes};
use crate::blob::{Reader, Writer};

/// Symbols of the longest head.
pub(super) const HEAD: usize = 8;
/// In a mask of lengths, where bit 0 stands for one unit, the longest heads.
const fn long_bit<V: View>() -> u8 {
    1 << (HEAD / V::SYMBOLS - 1)
}
/// Bits of the smallest set of keys.
const BITS_MIN: u32 = 10;
/// Bits of the largest: what a second-level cache holds beside other things.
const BITS_MAX: u32 = 21;
/// Bits of a set for each head: of most places none is held.
const BITS_OF_HEAD: usize = 16;
/// Keys of a bucket of a table.
const BUCKET: usize = 4;

/// Fibonacci hashing: the high bits are the good ones.
#[inline(always)]
pub(super) fn hash(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A set of keys by some bits of their hashes: holds what it was given, and a few others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    longs: Vec<u64>,
    shift: u32,
}

impl Keys {
    /// With so many bits for each of `keys` or up to twice as many, as far as the largest set goes.
    pub(super) fn with_room(keys: usize, bits_each: usize) -> Self {
        let bits = keys.saturating_mul(bits_each).next_power_of_two().trailing_zeros().clamp(BITS_MIN, BITS_MAX);
        Self { longs: vec![0; 1 << (bits - 6)], shift: 64 - bits }
    }

    pub(super) fn insert(&mut self, hash: u64) {
        let place = hash >> self.shift;
        self.longs[(place / 64) as usize] |= 1 << (place % 64);
    }

    /// 1 for a hash that it holds, else 0.
    #[inline(always)]
    pub(super) fn holds(&self, hash: u64) -> u64 {
        let place = hash >> self.shift;
        self.longs.get((place / 64) as usize).map_or(0, |long| long >> (place % 64) & 1)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.longs.len() * size_of::<u64>()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.longs(&self.longs);
    }

    pub(super) fn load(input: &mut Reader<'_>) -> Option<Self> {
        let longs = input.longs()?;
        let bits = longs.len().checked_ilog2()? + 6;
        let is_size = longs.len().is_power_of_two() && (BITS_MIN..=BITS_MAX).contains(&bits);
        is_size.then_some(Self { longs, shift: 64 - bits })
    }
}

/// Different keys, in buckets by their hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table {
    /// Of each bucket the place of its first key, and behind the last bucket the number of keys.
    firsts: Vec<u32>,
    keys: Vec<u64>,
    shift: u32,
}

impl Table {
    /// The table of `entries`, with the values in the order of its keys.
    fn new<T: Copy + Default>(entries: &[(u64, T)]) -> (Self, Vec<T>) {
        let bits = (entries.len() / BUCKET).next_power_of_two().trailing_zeros().max(1);
        let shift = 64 - bits;
        let bucket = |key: u64| (hash(key) >> shift) as usize;
        let mut firsts = vec![0u32; (1 << bits) + 1];
        entries.iter().for_each(|entry| firsts[bucket(entry.0) + 1] += 1);
        for index in 1..firsts.len() {
            firsts[index] += firsts[index - 1];
        }
        let mut next = firsts.clone();
        let (mut keys, mut values) = (vec![0; entries.len()], vec![T::default(); entries.len()]);
        for &(key, value) in entries {
            let place = &mut next[bucket(key)];
            (keys[*place as usize], values[*place as usize]) = (key, value);
            *place += 1;
        }
        (Self { firsts, keys, shift }, values)
    }

    /// The place of `key`, and how many keys were compared.
    #[inline(always)]
    fn find(&self, key: u64) -> (Option<usize>, usize) {
        let bucket = (hash(key) >> self.shift) as usize;
        let Some(&[first, end]) = self.firsts.get(bucket..).and_then(|firsts| firsts.first_chunk()) else { return (None, 0) };
        let keys = self.keys.get(first as usize..end as usize).unwrap_or_default();
        (keys.iter().position(|&other| other == key).map(|place| first as usize + place), keys.len())
    }

    fn memory_bytes(&self) -> usize {
        self.firsts.len() * size_of::<u32>() + self.keys.len() * size_of::<u64>()
    }

    fn save(&self, out: &mut Writer) {
        out.words(&self.firsts);
        out.longs(&self.keys);
    }

    fn load(input: &mut Reader<'_>) -> Option<Self> {
        let (firsts, keys) = (input.words()?, input.longs()?);
        let bits = firsts.len().checked_sub(1)?.checked_ilog2().filter(|&bits| bits > 0)?;
        let is_whole = firsts[0] == 0 && firsts.last().is_some_and(|&end| end as usize == keys.len());
        (is_whole && firsts.len() == (1 << bits) + 1 && firsts.is_sorted()).then_some(Self { firsts, keys, shift: 64 - bits })
    }
}

/// A length of heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Probe {
    /// Leaves of eight symbols those of such a head.
    mask: u64,
    /// Tells shorter heads from each other: one is not another with zeros behind it.
    mark: u64,
}

impl Probe {
    /// For the heads of the length of `bit` in a mask of lengths, where bit 0 stands for one unit.
    fn new<V: View>(bit: u32) -> Self {
        let symbols = V::SYMBOLS * (bit as usize + 1);
        Self { mask: first_bytes(symbols), mark: if symbols < HEAD { (symbols as u64) << 56 } else { 0 } }
    }

    #[inline(always)]
    fn key(&self, head: u64) -> u64 {
        head & self.mask | self.mark
    }
}

/// The needles of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heads {
    keys: Keys,
    /// Needles shorter than the longest heads, and their ids.
    short: Table,
    ids: Vec<u32>,
    /// The longest heads, and the edges that lead from them into the trie.
    long: Table,
    edges: Vec<u64>,
    trie: Trie,
}

impl Heads {
    /// The heads of `needles`, which are different and ascending; none where it would take more than `memory_max`.
    pub(super) fn new<'n, V: View>(needles: &[(&'n [u8], u32)], view: fn(&'n [u8]) -> V, memory_max: usize) -> Option<Self> {
        // Needles with the same eight first symbols are neighbours, and no shorter one is between them.
        let groups = needles.chunk_by(|a, b| a.0.len() >= HEAD && b.0.len() >= HEAD && a.0[..HEAD] == b.0[..HEAD]);
        let (mut keys, mut short, mut long) = (Vec::new(), Vec::new(), Vec::new());
        let mut ranges = Vec::new();
        let mut start = 0;
        for group in groups {
            let (text, id) = group[0];
            let units = text.len().min(HEAD) / V::SYMBOLS;
            let probe = Probe::new::<V>(units as u32 - 1);
            keys.push(hash(probe.key(view(text).head(0))));
            let key = probe.key(view(text).exact_head(0, units)?);
            if text.len() < HEAD {
                short.push((key, id));
            } else {
                long.push((key, ranges.len() as u32));
                ranges.push(start..start + group.len());
            }
            start += group.len();
        }
        let mut set = Keys::with_room(keys.len(), BITS_OF_HEAD);
        keys.into_iter().for_each(|hash| set.insert(hash));
        let (short, ids) = Table::new(&short);
        let (long, order) = Table::new(&long);
        let mut heads = Self { keys: set, short, ids, long, edges: vec![], trie: Trie::default() };
        let memory_max = memory_max.checked_sub(heads.memory_bytes() + order.len() * size_of::<u64>())?;
        let (trie, edges) = Trie::new(needles, &ranges, HEAD, memory_max)?;
        heads.edges = order.iter().map(|&group| edges[group as usize]).collect();
        heads.trie = trie;
        Some(heads)
    }

    /// Writes for each unit from `first` on, as many as `found` has and 64 at most, of which of `lengths` there may be a head.
    #[inline(always)]
    pub(super) fn probe_all<V: View>(&self, view: V, first: usize, lengths: u8, found: &mut [u8]) {
        let mut heads = [0; 64];
        heads.iter_mut().zip(first..).take(found.len()).for_each(|(head, at)| *head = view.head(at));
        for bit in (0..8).filter(|bit| lengths >> bit & 1 != 0) {
            let probe = Probe::new::<V>(bit);
            for (found, &head) in found.iter_mut().zip(&heads) {
                *found |= (self.keys.holds(hash(probe.key(head))) as u8) << bit;
            }
        }
    }

    /// The length of `bit`, if there may be a head of it at unit `at`.
    #[inline(always)]
    pub(super) fn probe<V: View>(&self, view: V, at: usize, bit: u32) -> u8 {
        (self.keys.holds(hash(Probe::new::<V>(bit).key(view.head(at)))) as u8) << bit
    }

    /// Gives `visit` the needles at unit `start` whose heads have one of `lengths`, the shorter first. Returns how much was compared.
    #[inline(always)]
    pub(super) fn walk<V: View>(&self, view: V, start: usize, lengths: u8, mut visit: impl FnMut(Ending)) -> usize {
        let mut compared = 0;
        let mut rest = lengths & !long_bit::<V>();
        while rest != 0 {
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            let (found, keys) = self.short(view, start, bit);
            found.into_iter().for_each(&mut visit);
            compared += keys;
        }
        if lengths & long_bit::<V>() != 0 {
            compared += self.long(view, start, visit);
        }
        compared
    }

    /// Gives `visit` the needles at unit `start` whose heads have one of `lengths`, the heads in the order of falling lengths, until it returns
    /// true for one of a head. Returns how much was compared.
    #[inline(always)]
    pub(super) fn walk_back<V: View>(&self, view: V, start: usize, lengths: u8, mut visit: impl FnMut(Ending) -> bool) -> usize {
        let mut compared = 0;
        if lengths & long_bit::<V>() != 0 {
            let mut is_done = false;
            compared += self.long(view, start, |ending| is_done |= visit(ending));
            if is_done {
                return compared;
            }
        }
        let mut rest = lengths & !long_bit::<V>();
        while let Some(bit) = rest.checked_ilog2() {
            rest ^= 1 << bit;
            let (found, keys) = self.short(view, start, bit);
            compared += keys;
            if found.is_some_and(&mut visit) {
                break;
            }
        }
        compared
    }

    /// The needle at unit `start` that is a head of the length of `bit`.
    #[inline(always)]
    fn short<V: View>(&self, view: V, start: usize, bit: u32) -> (Option<Ending>, usize) {
        let units = bit as usize + 1;
        let Some(head) = view.exact_head(start, units) else { return (None, 1) };
        let (place, keys) = self.short.find(Probe::new::<V>(bit).key(head));
        let id = place.and_then(|place| self.ids.get(place));
        (id.map(|&id| Ending { id, end: start + units }), keys + 1)
    }

    /// Gives `visit` the needles at unit `start` of the longest heads, the shorter first.
    #[inline(always)]
    fn long<V: View>(&self, view: V, start: usize, mut visit: impl FnMut(Ending)) -> usize {
        let Some(head) = view.exact_head(start, HEAD / V::SYMBOLS) else { return 1 };
        let (place, keys) = self.long.find(head);
        let Some(&edge) = place.and_then(|place| self.edges.get(place)) else { return keys + 1 };
        let walked =
            self.trie.walk(edge, view, start * V::SYMBOLS + HEAD, |ending| visit(Ending { end: ending.end / V::SYMBOLS, ..ending }));
        keys + HEAD + walked
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let tables = self.short.memory_bytes() + self.long.memory_bytes();
        let values = self.ids.len() * size_of::<u32>() + self.edges.len() * size_of::<u64>();
        self.keys.memory_bytes() + tables + values + self.trie.memory_bytes()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        self.keys.save(out);
        self.short.save(out);
        out.words(&self.ids);
        self.long.save(out);
        out.longs(&self.edges);
        self.trie.save(out);
    }

    /// What [`Heads::save`] wrote, if every id is less than `ids`.
    pub(super) fn load(input: &mut Reader<'_>, ids: u32) -> Option<Self> {
        let keys = Keys::load(input)?;
        let (short, short_ids) = (Table::load(input)?, input.words()?);
        let (long, edges) = (Table::load(input)?, input.longs()?);
        let trie = Trie::load(input, ids)?;
        let is_whole = short.keys.len() == short_ids.len() && long.keys.len() == edges.len();
        let is_sound = short_ids.iter().all(|&id| id < ids) && edges.iter().all(|&edge| trie.leads_on(edge, ids));
        (is_whole && is_sound).then_some(Self { keys, short, ids: short_ids, long, edges, trie })
    }
}
