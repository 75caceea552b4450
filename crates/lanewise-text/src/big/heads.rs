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
/// Bits of a set for each head: of most places none is held.
const BITS_OF_HEAD: usize = 16;
/// Keys of a bucket of a table: half of a common cache line.
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

/// A value of a [`Table`].
trait Value: Copy + PartialEq {
    /// What no key has.
    const NONE: Self;
}

/// Ids.
impl Value for u32 {
    const NONE: Self = u32::MAX;
}

/// Edges, which are never zero.
impl Value for u64 {
    const NONE: Self = 0;
}

/// Different keys with their values, in buckets by their hashes. What has no room in its bucket is in the next that has, the first after the
/// last. Room that is left over has some key and no value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table<T> {
    keys: Vec<[u64; BUCKET]>,
    values: Vec<[T; BUCKET]>,
}

impl<T: Value> Table<T> {
    fn new(entries: &[(u64, T)]) -> Self {
        // A seventh of the room is left over.
        let buckets = entries.len().div_ceil(BUCKET) * 7 / 6 + 1;
        let mut table = Self { keys: vec![[0; BUCKET]; buckets], values: vec![[T::NONE; BUCKET]; buckets] };
        let mut used = vec![0; buckets];
        for &(key, value) in entries {
            let mut bucket = table.bucket(key);
            while used[bucket] == BUCKET {
                bucket = (bucket + 1) % buckets;
            }
            let place = used[bucket];
            (table.keys[bucket][place], table.values[bucket][place]) = (key, value);
            used[bucket] += 1;
        }
        table
    }

    #[inline(always)]
    fn bucket(&self, key: u64) -> usize {
        ((u128::from(hash(key)) * self.keys.len() as u128) >> 64) as usize
    }

    /// The value of `key`, and how many buckets were looked at.
    #[inline(always)]
    fn find(&self, key: u64) -> (Option<T>, usize) {
        let mut bucket = self.bucket(key);
        let mut looked = 0;
        while let (Some(keys), Some(values)) = (self.keys.get(bucket), self.values.get(bucket)) {
            looked += 1;
            // Without a branch, since which of them it is cannot be foretold; the first, since what is left over comes last.
            let place = (0..BUCKET).rev().fold(BUCKET, |place, other| if keys[other] == key { other } else { place });
            let value = values.get(place).copied().unwrap_or(T::NONE);
            if value != T::NONE {
                return (Some(value), looked);
            }
            if values[BUCKET - 1] == T::NONE || looked > self.keys.len() {
                break;
            }
            bucket = if bucket + 1 == self.keys.len() { 0 } else { bucket + 1 };
        }
        (None, looked)
    }

    fn memory_bytes(&self) -> usize {
        size_of_val(&self.keys[..]) + size_of_val(&self.values[..])
    }

    /// The table of saved keys and values, if all of these are `sound`.
    fn load(keys: &[u64], values: &[T], sound: impl Fn(T) -> bool) -> Option<Self> {
        let table = Self { keys: keys.as_chunks().0.to_vec(), values: values.as_chunks().0.to_vec() };
        let is_whole = !keys.is_empty() && keys.len() == values.len() && keys.len().is_multiple_of(BUCKET);
        (is_whole && values.iter().all(|&value| value == T::NONE || sound(value))).then_some(table)
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
                long.push((key, 0));
                ranges.push(start..start + group.len());
            }
            start += group.len();
        }
        let mut set = Keys::with_room(keys.len(), BITS_OF_HEAD);
        keys.into_iter().for_each(|hash| set.insert(hash));
        let short = Table::new(&short);
        let rest = [set.memory_bytes(), short.memory_bytes(), Table::new(&long).memory_bytes()].iter().sum();
        let (trie, edges) = Trie::new(needles, &ranges, HEAD, memory_max.checked_sub(rest)?)?;
        long.iter_mut().zip(edges).for_each(|(entry, edge)| entry.1 = edge);
        Some(Self { keys: set, short, long: Table::new(&long), trie })
    }

    /// Writes for each unit from `first` on, as many as `found` has, of which of `lengths` there may be a head.
    pub(super) fn probe_all<V: View>(&self, view: V, first: usize, lengths: u8, found: &mut [u8]) {
        with_size!(self.keys, keys => probe_all(keys, view, first, lengths, found));
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
        let (id, looked) = self.short.find(Probe::new::<V>(bit).key(head));
        (id.map(|id| Ending { id, end: start + units }), looked)
    }

    /// Gives `visit` the needles at unit `start` of the longest heads, the shorter first.
    #[inline(always)]
    fn long<V: View>(&self, view: V, start: usize, mut visit: impl FnMut(Ending)) -> usize {
        let Some(head) = view.exact_head(start, HEAD / V::SYMBOLS) else { return 1 };
        let (edge, looked) = self.long.find(head);
        let Some(edge) = edge else { return looked };
        let walked =
            self.trie.walk(edge, view, start * V::SYMBOLS + HEAD, |ending| visit(Ending { end: ending.end / V::SYMBOLS, ..ending }));
        looked + HEAD + walked
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.keys.memory_bytes() + self.short.memory_bytes() + self.long.memory_bytes() + self.trie.memory_bytes()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        self.keys.save(out);
        out.longs(self.short.keys.as_flattened());
        out.words(self.short.values.as_flattened());
        out.longs(self.long.keys.as_flattened());
        out.longs(self.long.values.as_flattened());
        self.trie.save(out);
    }

    /// What [`Heads::save`] wrote, if every id is less than `ids`.
    pub(super) fn load(input: &mut Reader<'_>, ids: u32) -> Option<Self> {
        let keys = Keys::load(input)?;
        let short = Table::load(&input.longs()?, &input.words()?, |id| id < ids)?;
        let (heads, edges) = (input.longs()?, input.longs()?);
        let trie = Trie::load(input, ids)?;
        let long = Table::load(&heads, &edges, |edge| trie.leads_on(edge, ids))?;
        Some(Self { keys, short, long, trie })
    }
}

/// [`Heads::probe_all`] with a set of one size.
#[inline(never)]
fn probe_all<V: View, const N: usize>(keys: Sized<'_, N>, view: V, first: usize, lengths: u8, found: &mut [u8]) {
    let mut at = first;
    for found in found.chunks_mut(64) {
        let mut heads = [0; 64];
        heads.iter_mut().zip(at..).take(found.len()).for_each(|(head, at)| *head = view.head(at));
        found.fill(0);
        for bit in (0..8).filter(|bit| lengths >> bit & 1 != 0) {
            let probe = Probe::new::<V>(bit);
            for (found, &head) in found.iter_mut().zip(&heads) {
                *found |= (keys.holds(hash(probe.key(head))) as u8) << bit;
            }
        }
        at += found.len();
    }
}
