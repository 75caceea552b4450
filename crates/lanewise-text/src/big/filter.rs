//! Which places of a haystack can be the start of a needle.
use super::view::{KEY_UNITS, Span, View};
use crate::blob::{Reader, Writer};

/// Starts that are looked at together.
pub(super) const BLOCK: usize = 1024;
/// Bits of the smallest set.
const BITS_MIN: u32 = 10;
/// Bits of the largest set: what a second-level cache holds beside other things.
const BITS_MAX: u32 = 21;
/// Bits for each key that is in a set.
const BITS_OF_KEY: usize = 24;
/// The longest stride of samples, the bits of a [`Sampled::offsets`].
const STRIDE_MAX: usize = 16;
/// The shortest gram worth sampling.
const GRAM_MIN: usize = 4;
/// The shortest needle that is sampled.
pub(super) const SAMPLED_MIN: usize = 6;

/// The starts of a block that can be those of a needle, a bit for each.
pub(super) struct Starts {
    words: [u64; BLOCK / 64 + 2],
}

impl Starts {
    pub(super) fn new() -> Self {
        Self { words: [0; BLOCK / 64 + 2] }
    }

    /// The first of the starts from `place` of the block on.
    #[inline(always)]
    pub(super) fn next(&self, place: usize) -> Option<usize> {
        let mut index = place / 64;
        let mut word = self.words.get(index)? & u64::MAX << (place % 64);
        while word == 0 {
            index += 1;
            word = *self.words.get(index)?;
        }
        Some(64 * index + word.trailing_zeros() as usize)
    }
}

/// Fibonacci hashing: the high bits are the good ones.
#[inline(always)]
fn hash(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A set of keys by some bits of their hashes: holds what it was given, and a few others.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Keys {
    longs: Vec<u64>,
    shift: u32,
}

impl Keys {
    fn with_room(keys: usize) -> Self {
        let bits = keys.saturating_mul(BITS_OF_KEY).next_power_of_two().trailing_zeros().clamp(BITS_MIN, BITS_MAX);
        Self { longs: vec![0; 1 << (bits - 6)], shift: 64 - bits }
    }

    fn insert(&mut self, hash: u64) {
        let place = hash >> self.shift;
        self.longs[(place / 64) as usize] |= 1 << (place % 64);
    }

    /// 1 for a hash that it holds, else 0.
    #[inline(always)]
    fn holds(&self, hash: u64) -> u64 {
        let place = hash >> self.shift;
        self.longs.get((place / 64) as usize).map_or(0, |long| long >> (place % 64) & 1)
    }

    fn memory_bytes(&self) -> usize {
        self.longs.len() * size_of::<u64>()
    }

    fn save(&self, out: &mut Writer) {
        out.longs(&self.longs);
    }

    fn load(input: &mut Reader<'_>) -> Option<Self> {
        let longs = input.longs()?;
        let bits = longs.len().checked_ilog2()? + 6;
        let is_size = longs.len().is_power_of_two() && (BITS_MIN..=BITS_MAX).contains(&bits);
        is_size.then_some(Self { longs, shift: 64 - bits })
    }
}

/// Needles by their first units.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Heads {
    span: Span,
    keys: Keys,
}

impl Heads {
    /// The heads of `needles`, none of which is shorter than `least` units.
    fn new<V: View>(needles: &[V], least: usize) -> Self {
        let span = Span::new(least.min(KEY_UNITS));
        let mut hashes: Vec<u64> = needles.iter().map(|needle| hash(needle.key(0, &span))).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut keys = Keys::with_room(hashes.len());
        hashes.iter().for_each(|&hash| keys.insert(hash));
        Self { span, keys }
    }

    /// 1 if a needle may begin at unit `at`, else 0.
    #[inline(always)]
    fn may_begin<V: View>(&self, view: V, at: usize) -> u64 {
        self.keys.holds(hash(view.key(at, &self.span)))
    }

    fn save(&self, out: &mut Writer) {
        out.u8(self.span.units() as u8);
        self.keys.save(out);
    }

    fn load(input: &mut Reader<'_>) -> Option<Self> {
        let units = usize::from(input.u8()?);
        (1..=KEY_UNITS).contains(&units).then_some(())?;
        Some(Self { span: Span::new(units), keys: Keys::load(input)? })
    }
}

/// Needles of `stride + gram - 1` units and more by some of their grams: wherever one occurs, one of every `stride` places of the haystack is
/// the start of one of its first `stride` grams.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sampled {
    gram: Span,
    stride: usize,
    grams: Keys,
    /// By another hash of a gram, a bit for each offset in a needle at which it stands.
    offsets: Vec<u16>,
    heads: Heads,
}

/// The index of the offsets of a gram in a table of which the size is a power of two.
#[inline(always)]
fn offsets_index(hash: u64, size: usize) -> usize {
    (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) as usize >> 20 & (size - 1)
}

impl Sampled {
    /// The samples for `needles`, none of which is shorter than `least` units.
    fn new<V: View>(needles: &[V], least: usize) -> Self {
        let units = (least / 2 + 1).clamp(GRAM_MIN, KEY_UNITS);
        let stride = (least - units + 1).min(STRIDE_MAX);
        let gram = Span::new(units);
        let places = needles.iter().flat_map(|&needle| (0..stride).map(move |offset| (hash(needle.key(offset, &gram)), offset)));
        let mut hashes: Vec<(u64, usize)> = places.collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut grams = Keys::with_room(hashes.len());
        let mut offsets = vec![0; (2 * hashes.len()).next_power_of_two()];
        let size = offsets.len();
        for &(hash, offset) in &hashes {
            grams.insert(hash);
            offsets[offsets_index(hash, size)] |= 1 << offset;
        }
        Self { gram, stride, grams, offsets, heads: Heads::new(needles, least) }
    }

    /// Marks in `starts` those of the `count` starts from unit `first` on.
    #[inline(always)]
    fn mark<V: View>(&self, view: V, first: usize, count: usize, starts: &mut Starts) {
        let mut hits = [(0u64, 0u32); BLOCK + STRIDE_MAX];
        let mut found = 0;
        // The last start may be sampled up to `stride - 1` units behind it.
        for place in (0..count + self.stride - 1).step_by(self.stride) {
            let hash = hash(view.key(first + place, &self.gram));
            hits[found] = (hash, place as u32);
            found += self.grams.holds(hash) as usize;
        }
        for &(hash, place) in &hits[..found] {
            let mut offsets = self.offsets.get(offsets_index(hash, self.offsets.len())).copied().unwrap_or_default();
            while offsets != 0 {
                let offset = offsets.trailing_zeros();
                offsets &= offsets - 1;
                let Some(start) = place.checked_sub(offset).map(|start| start as usize) else { break };
                if start < count {
                    starts.words[start / 64] |= self.heads.may_begin(view, first + start) << (start % 64);
                }
            }
        }
    }

    fn save(&self, out: &mut Writer) {
        out.u8(self.gram.units() as u8);
        out.u8(self.stride as u8);
        self.grams.save(out);
        out.words(
            &self
                .offsets
                .chunks(2)
                .map(|pair| u32::from(pair[0]) | pair.get(1).map_or(0, |&high| u32::from(high) << 16))
                .collect::<Vec<_>>(),
        );
        self.heads.save(out);
    }

    fn load(input: &mut Reader<'_>) -> Option<Self> {
        let (units, stride) = (usize::from(input.u8()?), usize::from(input.u8()?));
        let is_shape = (1..=KEY_UNITS).contains(&units) && (1..=STRIDE_MAX).contains(&stride);
        is_shape.then_some(())?;
        let grams = Keys::load(input)?;
        let offsets: Vec<u16> = input.words()?.iter().flat_map(|&pair| [pair as u16, (pair >> 16) as u16]).collect();
        offsets.len().is_power_of_two().then_some(())?;
        Some(Self { gram: Span::new(units), stride, grams, offsets, heads: Heads::load(input)? })
    }
}
/// Where needles may begin: those that are long by samples, the others by their heads, at each place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    short: Option<Heads>,
    long: Option<Sampled>,
}

impl Filter {
    /// The filter for `needles`, which are not empty.
    pub(super) fn new<V: View>(needles: &[V]) -> Self {
        let (long, short): (Vec<V>, Vec<V>) = needles.iter().partition(|needle| needle.units() >= SAMPLED_MIN);
        // Where most are short their heads say of the long ones too, at no cost.
        let apart = short.len() <= needles.len() / 8;
        let (long, short) = if apart { (long, short) } else { (vec![], needles.to_vec()) };
        let least = |needles: &[V]| needles.iter().map(|needle| needle.units()).min();
        Self { short: least(&short).map(|least| Heads::new(&short, least)), long: least(&long).map(|least| Sampled::new(&long, least)) }
    }

    /// Sets `starts` to those of the `count` starts from unit `first` on at which a needle may begin.
    #[inline(always)]
    pub(super) fn mark<V: View>(&self, view: V, first: usize, count: usize, starts: &mut Starts) {
        starts.words = [0; BLOCK / 64 + 2];
        if let Some(heads) = &self.short {
            for (index, word) in starts.words.iter_mut().enumerate().take(count.div_ceil(64)) {
                let places = 64 * index..count.min(64 * index + 64);
                *word = places.map(|place| heads.may_begin(view, first + place) << (place % 64)).sum();
            }
        }
        if let Some(sampled) = &self.long {
            sampled.mark(view, first, count, starts);
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let long = self.long.as_ref().map_or(0, |sampled| {
            sampled.grams.memory_bytes() + sampled.offsets.len() * size_of::<u16>() + sampled.heads.keys.memory_bytes()
        });
        long + self.short.as_ref().map_or(0, |heads| heads.keys.memory_bytes())
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.u8(u8::from(self.short.is_some()));
        if let Some(heads) = &self.short {
            heads.save(out);
        }
        out.u8(u8::from(self.long.is_some()));
        if let Some(sampled) = &self.long {
            sampled.save(out);
        }
    }

    pub(super) fn load(input: &mut Reader<'_>) -> Option<Self> {
        let short = if input.u8()? == 0 { None } else { Some(Heads::load(input)?) };
        let long = if input.u8()? == 0 { None } else { Some(Sampled::load(input)?) };
        Some(Self { short, long })
    }
}
