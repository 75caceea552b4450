//! Long needles by their heads, the first eight symbols.
//!
//! Of a place of a haystack a set of bits tells whether there may be a head; only then a table is asked, which knows heads exactly and leads
//! into the trie of what follows.
use super::once::Once;
use super::trie::{Ending, Trie};
use super::view::View;
use crate::blob::{Reader, Writer};

/// Symbols of the longest head.
pub(super) const HEAD: usize = 8;
/// Bits of a set for each head: of most places none is held.
const BITS_OF_HEAD: usize = 16;
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

/// A bucket of a [`Table`]: a cache line, so that a key and its edge cost one miss. The keys come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct Bucket([u64; 8]);

impl Bucket {
    /// How many keys it has.
    const KEYS: usize = 4;

    #[inline(always)]
    fn edge(&self, place: usize) -> u64 {
        self.0[(Self::KEYS + place) % 8]
    }
}

/// Different keys with their edges, which are never zero, in buckets by their hashes. What has no room in its bucket is in the next that has,
/// the first after the last. Room that is left over has some key and no edge.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table {
    buckets: Vec<Bucket>,
}

impl Table {
    /// An empty table with room for `entries` and a quarter more.
    fn with_room(entries: usize) -> Self {
        Self { buckets: vec![Bucket([0; 8]); entries.div_ceil(Bucket::KEYS) * 5 / 4 + 1] }
    }

    /// Adds a key that is not there.
    fn insert(&mut self, key: u64, edge: u64) {
        let mut index = self.bucket(key);
        loop {
            let bucket = &mut self.buckets[index];
            if let Some(place) = (0..Bucket::KEYS).find(|&place| bucket.edge(place) == 0) {
                (bucket.0[place], bucket.0[Bucket::KEYS + place]) = (key, edge);
                return;
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

    /// The edge of `key`, and how many buckets were looked at.
    #[inline(always)]
    fn find(&self, key: u64) -> (Option<u64>, usize) {
        let mut index = self.bucket(key);
        let mut looked = 0;
        while let Some(bucket) = self.buckets.get(index) {
            looked += 1;
            // Without a branch, since which of them it is cannot be foretold; the first, since what is left over comes last.
            let place = (0..Bucket::KEYS).rev().fold(Bucket::KEYS, |place, other| if bucket.0[other] == key { other } else { place });
            if place < Bucket::KEYS && bucket.edge(place) != 0 {
                return (Some(bucket.edge(place)), looked);
            }
            if bucket.edge(Bucket::KEYS - 1) == 0 || looked > self.buckets.len() {
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

    /// The edges that there are.
    fn edges(&self) -> impl Iterator<Item = u64> {
        self.buckets.iter().flat_map(|bucket| (0..Bucket::KEYS).map(|place| bucket.edge(place))).filter(|&edge| edge != 0)
    }

    /// What [`Table::save`] wrote, whatever its edges are.
    fn load(input: &mut Reader<'_>) -> Option<Self> {
        let words = input.longs()?;
        let (buckets, rest) = words.as_chunks();
        (rest.is_empty() && !buckets.is_empty()).then_some(())?;
        Some(Self { buckets: buckets.iter().map(|&words| Bucket(words)).collect() })
    }
}

/// The needles of a set, none of which is shorter than a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heads {
    keys: Keys,
    /// The heads, and the edges that lead from them into the trie.
    table: Table,
    trie: Trie,
}

impl Heads {
    /// The heads of `needles`, which are different and ascending; none where it would take more than `memory_max`.
    pub(super) fn new<'n, V: View>(needles: &[(&'n [u8], u32)], view: fn(&'n [u8]) -> V, memory_max: usize) -> Option<Self> {
        // Needles with the same head are neighbours.
        let groups = needles.chunk_by(|a, b| a.0[..HEAD] == b.0[..HEAD]);
        let (mut hashes, mut heads, mut ranges) = (Vec::new(), Vec::new(), Vec::new());
        let mut start = 0;
        for group in groups {
            let needle = view(group[0].0);
            hashes.push(hash(needle.head(0)));
            heads.push(needle.exact_head(0)?);
            ranges.push(start..start + group.len());
            start += group.len();
        }
        let mut keys = Keys::with_room(hashes.len(), BITS_OF_HEAD);
        hashes.into_iter().for_each(|hash| keys.insert(hash));
        let mut table = Table::with_room(heads.len());
        let rest = keys.memory_bytes() + table.memory_bytes();
        let (trie, edges) = Trie::new(needles, &ranges, HEAD, memory_max.checked_sub(rest)?)?;
        heads.into_iter().zip(edges).for_each(|(head, edge)| table.insert(head, edge));
        Some(Self { keys, table, trie })
    }

    /// 1 where there may be a head at unit `at`, else 0.
    #[inline(always)]
    pub(super) fn probe<V: View>(&self, view: V, at: usize) -> u64 {
        self.keys.holds(hash(view.head(at)))
    }

    /// Gives `visit` the needles at unit `start`, the shorter first. Returns how much was compared.
    #[inline(always)]
    pub(super) fn walk<V: View>(&self, view: V, start: usize, mut visit: impl FnMut(Ending)) -> usize {
        let Some(head) = view.exact_head(start) else { return 1 };
        let (edge, looked) = self.table.find(head);
        let Some(edge) = edge else { return looked };
        let walked =
            self.trie.walk(edge, view, start * V::SYMBOLS + HEAD, |ending| visit(Ending { end: ending.end / V::SYMBOLS, ..ending }));
        looked + HEAD + walked
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.keys.memory_bytes() + self.table.memory_bytes() + self.trie.memory_bytes()
    }

    pub(super) fn save(&self, out: &mut Writer) {
        self.keys.save(out);
        self.trie.save(out);
        self.table.save(out);
    }

    /// What [`Heads::save`] wrote, if it holds together and gives each of `ids` once at most.
    pub(super) fn load(input: &mut Reader<'_>, ids: &mut Once) -> Option<Self> {
        let (keys, trie, table) = (Keys::load(input)?, Trie::load(input)?, Table::load(input)?);
        trie.is_forest(table.edges(), ids).then_some(Self { keys, table, trie })
    }
}
