//! The needles by their heads: the first eight symbols, or the whole needle where it has no more.
//!
//! Of each place of a haystack a set of bits tells, for every length of head at once, whether there may be one; only then a table is asked,
//! which knows heads exactly. For a head of eight symbols it leads into the trie of what follows.
use super::once::Once;
use super::trie::{Ending, Trie};
use super::view::{View, first_bytes};
use crate::blob::{Reader, Writer};
use std::marker::PhantomData;

/// Symbols of the longest head.
pub(super) const HEAD: usize = 8;
/// In a mask of lengths, where bit 0 stands for one unit, the longest heads.
pub(super) const fn long_bit<V: View>() -> u8 {
    1 << (HEAD / V::SYMBOLS - 1)
}
/// Bits of a set for each head: of most places none is held.
const BITS_OF_HEAD: usize = 16;
/// Hints, where there are any: what a first-level cache holds beside other things.
const HINTS: usize = 1 << 15;
/// Sets of fewer needles have no hints.
const HINTED_MIN: usize = 500;

/// Fibonacci hashing: the high bits are the good ones.
#[inline(always)]
pub(super) fn hash(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A set of keys by some bits of their hashes: holds what it was given, and a few others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    longs: Vec<u64>,
}

/// Sizes of [`Keys`] in words of 64 bits, ascending. Few, so that a loop can be compiled for each; the largest is half of a common
/// second-level cache.
pub(super) const SIZES: [usize; 5] = [1 << 6, 1 << 10, 1 << 12, 1 << 14, 1 << 15];

impl Keys {
    /// With so many bits for each of `keys` or more, as far as the largest set goes.
    pub(super) fn with_room(keys: usize, bits_each: usize) -> Self {
        let words = keys.saturating_mul(bits_each) / 64;
        let size = SIZES.into_iter().find(|&size| size >= words).unwrap_or(SIZES[SIZES.len() - 1]);
        Self { longs: vec![0; size] }
    }

    pub(super) fn insert(&mut self, hash: u64) {
        let place = hash >> (58 - self.longs.len().trailing_zeros());
        self.longs[(place / 64) as usize] |= 1 << (place % 64);
    }

    /// The set as one of a size that is known at compile time, if it has that size.
    #[inline(always)]
    pub(super) fn sized<const N: usize>(&self) -> Option<Sized<'_, N>> {
        self.longs[..].try_into().ok().map(Sized)
    }

    /// 1 for a hash that it holds, else 0.
    #[inline(always)]
    pub(super) fn holds(&self, hash: u64) -> u64 {
        let place = hash >> (58 - self.longs.len().trailing_zeros());
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
        SIZES.contains(&longs.len()).then_some(Self { longs })
    }
}

/// [`Keys`] of `N` words.
#[derive(Clone, Copy)]
pub(super) struct Sized<'k, const N: usize>(&'k [u64; N]);

impl<const N: usize> Sized<'_, N> {
    /// 1 for a hash that it holds, else 0.
    #[inline(always)]
    pub(super) fn holds(self, hash: u64) -> u64 {
        let place = hash >> (58 - N.trailing_zeros());
        self.0[(place / 64) as usize] >> (place % 64) & 1
    }
}

/// Calls the method with the `Sized` form of the keys.
macro_rules! with_size {
    ($keys:expr, $sized:ident => $call:expr) => {
        if let Some($sized) = $keys.sized::<{ SIZES[0] }>() {
            $call
        } else if let Some($sized) = $keys.sized::<{ SIZES[1] }>() {
            $call
        } else if let Some($sized) = $keys.sized::<{ SIZES[2] }>() {
            $call
        } else if let Some($sized) = $keys.sized::<{ SIZES[3] }>() {
            $call
        } else if let Some($sized) = $keys.sized::<{ SIZES[4] }>() {
            $call
        } else {
            Default::default()
        }
    };
}
pub(super) use with_size;

/// A bucket of a [`Table`]: a cache line, so that a key and its value cost one miss. The keys come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct Bucket([u64; 8]);

/// A value of a [`Table`].
trait Value: Copy + PartialEq {
    /// Keys of a bucket.
    const KEYS: usize;
    /// What no key has.
    const NONE: Self;
    /// A bucket with room for all its keys.
    const EMPTY: Bucket;
    fn get(bucket: &Bucket, place: usize) -> Self;
    fn set(self, bucket: &mut Bucket, place: usize);
}

/// Ids, two in a word.
impl Value for u32 {
    const KEYS: usize = 5;
    const NONE: Self = u32::MAX;
    const EMPTY: Bucket = Bucket([0, 0, 0, 0, 0, u64::MAX, u64::MAX, u64::MAX]);

    #[inline(always)]
    fn get(bucket: &Bucket, place: usize) -> Self {
        (bucket.0[(5 + place / 2) % 8] >> (place % 2 * 32)) as u32
    }

    fn set(self, bucket: &mut Bucket, place: usize) {
        let shift = place % 2 * 32;
        let word = &mut bucket.0[5 + place / 2];
        *word = *word & !(0xffff_ffff << shift) | u64::from(self) << shift;
    }
}

/// Edges, which are never zero.
impl Value for u64 {
    const KEYS: usize = 4;
    const NONE: Self = 0;
    const EMPTY: Bucket = Bucket([0; 8]);

    #[inline(always)]
    fn get(bucket: &Bucket, place: usize) -> Self {
        bucket.0[(4 + place) % 8]
    }

    fn set(self, bucket: &mut Bucket, place: usize) {
        bucket.0[4 + place] = self;
    }
}

/// Different keys with their values, in buckets by their hashes. What has no room in its bucket is in the next that has, the first after the
/// last. Room that is left over has some key and no value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table<T> {
    buckets: Vec<Bucket>,
    values: PhantomData<T>,
}

impl<T: Value> Table<T> {
    /// An empty table with room for `entries` and a quarter more.
    fn with_room(entries: usize) -> Self {
        Self { buckets: vec![T::EMPTY; entries.div_ceil(T::KEYS) * 5 / 4 + 1], values: PhantomData }
    }

    /// Adds a key that is not there.
    fn insert(&mut self, key: u64, value: T) {
        let mut index = self.bucket(key);
        loop {
            let bucket = &mut self.buckets[index];
            if let Some(place) = (0..T::KEYS).find(|&place| T::get(bucket, place) == T::NONE) {
                bucket.0[place] = key;
                return value.set(bucket, place);
            }
            index = (index + 1) % self.buckets.len();
        }
    }

    #[inline(always)]
    fn bucket(&self, key: u64) -> usize {
        // Another hash than that of `Keys`, spread over all bits: here what is alike must not crowd together.
        let hash = hash(key ^ key >> 32);
        let hash = (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((u128::from(hash) * self.buckets.len() as u128) >> 64) as usize
    }

    /// The value of `key`, and how many buckets were looked at.
    #[inline(always)]
    fn find(&self, key: u64) -> (Option<T>, usize) {
        let mut index = self.bucket(key);
        let mut looked = 0;
        while let Some(bucket) = self.buckets.get(index) {
            looked += 1;
            // Without a branch, since which of them it is cannot be foretold; the first, since what is left over comes last.
            let place = (0..T::KEYS).rev().fold(T::KEYS, |place, other| if bucket.0[other] == key { other } else { place });
            if place < T::KEYS && T::get(bucket, place) != T::NONE {
                return (Some(T::get(bucket, place)), looked);
            }
            if T::get(bucket, T::KEYS - 1) == T::NONE || looked > self.buckets.len() {
                break;
            }
            index = if index + 1 == self.buckets.len() { 0 } else { index + 1 };
        }
        (None, looked)
    }

    fn memory_bytes(&self) -> usize {
        size_of_val(&self.buckets[..])
    }

    fn save(&self, out: &mut Writer) {
        out.longs(&self.buckets.iter().flat_map(|bucket| bucket.0).collect::<Vec<_>>());
    }

    /// The values that there are.
    fn values(&self) -> impl Iterator<Item = T> {
        let of_bucket = |bucket| (0..T::KEYS).map(move |place| T::get(bucket, place));
        self.buckets.iter().flat_map(of_bucket).filter(|&value| value != T::NONE)
    }

    /// What [`Table::save`] wrote, whatever its values are.
    fn load(input: &mut Reader<'_>) -> Option<Self> {
        let words = input.longs()?;
        let (buckets, rest) = words.as_chunks();
        (rest.is_empty() && !buckets.is_empty()).then_some(())?;
        Some(Self { buckets: buckets.iter().map(|&words| Bucket(words)).collect(), values: PhantomData })
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
    /// By the hash of a few first units the lengths of the heads that begin so; empty where it was not worth its room.
    hints: Vec<u8>,
    /// Needles shorter than the longest heads, and their ids.
    short: Table<u32>,
    /// The longest heads, and the edges that lead from them into the trie.
    long: Table<u64>,
    trie: Trie,
}

impl Heads {
    /// The heads of `needles`, which are different and ascending; none where it would take more than `memory_max`.
    pub(super) fn new<'n, V: View>(needles: &[(&'n [u8], u32)], view: fn(&'n [u8]) -> V, memory_max: usize) -> Option<Self> {
        // Needles with the same eight first symbols are neighbours, and no shorter one is between them.
        let groups = needles.chunk_by(|a, b| a.0.len() >= HEAD && b.0.len() >= HEAD && a.0[..HEAD] == b.0[..HEAD]);
        let (mut keys, mut short, mut long) = (Vec::new(), Vec::new(), Vec::new());
        let mut hints = vec![0; if needles.len() < HINTED_MIN { 0 } else { HINTS }];
        let mut ranges = Vec::new();
        let mut start = 0;
        for group in groups {
            let (text, id) = group[0];
            let units = text.len().min(HEAD) / V::SYMBOLS;
            let probe = Probe::new::<V>(units as u32 - 1);
            keys.push(hash(probe.key(view(text).head(0))));
            if units >= hint_units::<V>()
                && let Some(hint) = hints.get_mut(hint_place::<V>(view(text).head(0)))
            {
                *hint |= 1 << (units - 1);
            }
            let key = probe.key(view(text).exact_head(0, units)?);
            if text.len() < HEAD {
                short.push((key, id));
            } else {
                long.push(key);
                ranges.push(start..start + group.len());
            }
            start += group.len();
        }
        let mut set = Keys::with_room(keys.len(), BITS_OF_HEAD);
        keys.into_iter().for_each(|hash| set.insert(hash));
        let (mut short_table, mut long_table) = (Table::with_room(short.len()), Table::with_room(long.len()));
        short.into_iter().for_each(|(key, id)| short_table.insert(key, id));
        let rest = hints.len() + set.memory_bytes() + short_table.memory_bytes() + long_table.memory_bytes();
        let (trie, edges) = Trie::new(needles, &ranges, HEAD, memory_max.checked_sub(rest)?)?;
        long.into_iter().zip(edges).for_each(|(key, edge)| long_table.insert(key, edge));
        Some(Self { keys: set, hints, short: short_table, long: long_table, trie })
    }

    /// Writes for each unit from `first` on, as many as `found` has, of which of `lengths` there may be a head.
    pub(super) fn probe_all<V: View>(&self, view: V, first: usize, lengths: u8, found: &mut [u8]) {
        let hints = self.hints[..].try_into().ok();
        with_size!(self.keys, keys => probe_all(keys, hints, view, first, lengths, found));
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
            let (found, looked) = self.short(view, start, bit);
            found.into_iter().for_each(|id| visit(Ending { id, end: start + bit as usize + 1 }));
            compared += looked;
        }
        if lengths & long_bit::<V>() != 0 {
            compared += self.long(view, start, visit);
        }
        compared
    }

    /// The id of the needle at unit `start` that is a head of the length of `bit`, and how much was compared.
    #[inline(always)]
    pub(super) fn short<V: View>(&self, view: V, start: usize, bit: u32) -> (Option<u32>, usize) {
        let units = bit as usize + 1;
        let Some(head) = view.exact_head(start, units) else { return (None, 1) };
        self.short.find(Probe::new::<V>(bit).key(head))
    }

    /// Gives `visit` the needles at unit `start` of the longest heads, the shorter first. Returns how much was compared.
    #[inline(always)]
    pub(super) fn long<V: View>(&self, view: V, start: usize, mut visit: impl FnMut(Ending)) -> usize {
        let Some(head) = view.exact_head(start, HEAD / V::SYMBOLS) else { return 1 };
        let (edge, looked) = self.long.find(head);
        let Some(edge) = edge else { return looked };
        let walked =
            self.trie.walk(edge, view, start * V::SYMBOLS + HEAD, |ending| visit(Ending { end: ending.end / V::SYMBOLS, ..ending }));
        looked + HEAD + walked
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.keys.memory_bytes() + self.hints.len() + self.short.memory_bytes() + self.long.memory_bytes() + self.trie.memory_bytes()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        self.keys.save(out);
        out.bytes(&self.hints);
        self.short.save(out);
        self.trie.save(out);
        self.long.save(out);
    }

    /// What [`Heads::save`] wrote, if it holds together and gives each of `ids` once at most.
    pub(super) fn load(input: &mut Reader<'_>, ids: &mut Once) -> Option<Self> {
        let (keys, hints) = (Keys::load(input)?, input.bytes()?.to_vec());
        (hints.is_empty() || hints.len() == HINTS).then_some(())?;
        let (short, trie, long) = (Table::<u32>::load(input)?, Trie::load(input)?, Table::<u64>::load(input)?);
        let is_sound = short.values().all(|id| ids.take(id)) && trie.is_forest(long.values(), ids);
        is_sound.then_some(Self { keys, hints, short, long, trie })
    }
}

/// How many first units a hint is for.
const fn hint_units<V: View>() -> usize {
    4 / (V::SYMBOLS + 1) + 1
}

/// Where the hint for what begins as `head` does is.
#[inline(always)]
fn hint_place<V: View>(head: u64) -> usize {
    (hash(head & first_bytes(hint_units::<V>() * V::SYMBOLS)) >> (64 - HINTS.trailing_zeros())) as usize
}

/// [`Heads::probe_all`] with a set of one size.
#[inline(never)]
fn probe_all<V: View, const N: usize>(
    keys: Sized<'_, N>,
    hints: Option<&[u8; HINTS]>,
    view: V,
    first: usize,
    lengths: u8,
    found: &mut [u8],
) {
    // Lengths of which hints say nothing.
    let unhinted = if hints.is_some() { lengths & ((1 << (hint_units::<V>() - 1)) - 1) } else { lengths };
    let mut at = first;
    for found in found.chunks_mut(64) {
        let mut heads = [0; 64];
        heads.iter_mut().zip(at..).take(found.len()).for_each(|(head, at)| *head = view.head(at));
        found.fill(0);
        for bit in (0..8).filter(|bit| unhinted >> bit & 1 != 0) {
            let probe = Probe::new::<V>(bit);
            for (found, &head) in found.iter_mut().zip(&heads) {
                *found |= (keys.holds(hash(probe.key(head))) as u8) << bit;
            }
        }
        at += found.len();
        let Some(hints) = hints else { continue };
        // Those that some hint is for, with their hints.
        let (mut places, mut hinted) = ([(0u8, 0u8); 64], 0);
        for (place, &head) in heads.iter().enumerate().take(found.len()) {
            let hint = hints[hint_place::<V>(head)] & lengths;
            places[hinted % 64] = (place as u8, hint);
            hinted += usize::from(hint != 0);
        }
        for bit in (0..8).filter(|bit| (lengths & !unhinted) >> bit & 1 != 0) {
            let probe = Probe::new::<V>(bit);
            for &(place, hint) in &places[..hinted] {
                let holds = (keys.holds(hash(probe.key(heads[usize::from(place) % 64]))) as u8) << bit;
                if let Some(found) = found.get_mut(usize::from(place)) {
                    *found |= holds & hint;
                }
            }
        }
    }
}
