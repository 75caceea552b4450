//! Which places of a haystack can be the start of a needle.
use super::heads::{Heads, Keys, SIZES, Sized, hash, with_size};
use super::view::{KEY_UNITS, Span, View};
use crate::blob::{Reader, Writer};

/// Starts that are looked at together.
pub(super) const BLOCK: usize = 2048;
/// The longest stride of samples, the bits of a [`Sampled::offsets`].
const STRIDE_MAX: usize = 16;
/// The shortest gram worth sampling.
const GRAM_MIN: usize = 6;
/// The shortest needle that is sampled.
pub(crate) const SAMPLED_MIN: usize = 9;
/// Bits of a set for each gram.
const BITS_OF_GRAM: usize = 24;

/// The starts of a block that can be those of a needle.
pub(super) struct Starts {
    /// A bit for each.
    words: [u64; BLOCK / 64],
    /// Room for the places of the block that have a gram of a needle.
    hits: [u16; BLOCK],
}

impl Starts {
    pub(super) fn new() -> Self {
        Self { words: [0; BLOCK / 64], hits: [0; BLOCK] }
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

/// Needles of `stride + gram - 1` units and more by some of their grams: wherever one occurs, one of every `stride` places of the haystack is
/// the start of one of its first `stride` grams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    gram: Span,
    stride: usize,
    grams: Keys,
    /// By another hash of a gram, a bit for each offset in a needle at which it stands.
    offsets: Vec<u16>,
}

/// The index of the offsets of a gram in a table of which the size is a power of two.
#[inline(always)]
fn offsets_index(hash: u64, size: usize) -> usize {
    (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) as usize >> 20 & (size - 1)
}

impl Filter {
    /// The samples for `needles`; none where one of them is too short.
    pub(super) fn new<'n, V: View>(needles: &[(&'n [u8], u32)], view: fn(&'n [u8]) -> V) -> Option<Self> {
        let needles: Vec<V> = needles.iter().map(|needle| view(needle.0)).collect();
        let least = needles.iter().map(|needle| needle.units()).min().filter(|&units| units >= SAMPLED_MIN)?;
        let units = least.div_ceil(2).clamp(GRAM_MIN, KEY_UNITS);
        let stride = (least - units + 1).min(STRIDE_MAX);
        let gram = Span::new(units);
        let places = needles.iter().flat_map(|&needle| (0..stride).map(move |offset| (hash(needle.key(offset, &gram)), offset)));
        let mut hashes: Vec<(u64, usize)> = places.collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut grams = Keys::with_room(hashes.len(), BITS_OF_GRAM);
        let mut offsets = vec![0; (2 * hashes.len()).next_power_of_two()];
        let size = offsets.len();
        for &(hash, offset) in &hashes {
            grams.insert(hash);
            offsets[offsets_index(hash, size)] |= 1 << offset;
        }
        Some(Self { gram, stride, grams, offsets })
    }

    /// Sets `starts` to those of the `count` starts from unit `first` on at which a needle may begin.
    #[inline(never)]
    pub(super) fn mark<V: View>(&self, heads: &Heads, view: V, first: usize, count: usize, starts: &mut Starts) {
        starts.words.fill(0);
        // The last start may be sampled up to `stride - 1` units behind it.
        let end = first + count + self.stride - 1;
        let found = with_size!(self.grams, grams => self.sample(grams, view, first, end, &mut starts.hits));
        for hit in 0..found {
            let place = starts.hits.get(hit).map_or(0, |&place| place as usize);
            self.mark_one(heads, view, first, count, place, starts);
        }
    }

    /// Writes those of every `stride` units from `first` to before `end` that begin a gram of a needle, counted from `first`. Returns how many.
    #[inline(never)]
    fn sample<V: View, const N: usize>(&self, grams: Sized<'_, N>, view: V, first: usize, end: usize, hits: &mut [u16; BLOCK]) -> usize {
        let (gram, stride) = (self.gram, self.stride);
        let (mut found, mut at) = (0, first);
        // There are no more samples than places in a block.
        let mut sample = |at: usize, key: u64| {
            hits[found % BLOCK] = (at - first) as u16;
            found += grams.holds(hash(key)) as usize;
        };
        if stride >= KEY_UNITS {
            let bytes = view.haystack();
            let block = bytes.get(first * V::UNIT..bytes.len().min(end * V::UNIT)).unwrap_or_default();
            for chunk in block.chunks_exact(stride * V::UNIT) {
                sample(at, V::key_in(chunk, &gram));
                at += stride;
            }
        }
        while at < end {
            sample(at, view.key(at, &gram));
            at += stride;
        }
        found
    }

    /// Marks the starts to which a needle with the gram at `place` of the block leads.
    #[inline(always)]
    fn mark_one<V: View>(&self, heads: &Heads, view: V, first: usize, count: usize, place: usize, starts: &mut Starts) {
        let index = offsets_index(hash(view.key(first + place, &self.gram)), self.offsets.len());
        let mut offsets = self.offsets.get(index).copied().unwrap_or_default();
        while offsets != 0 {
            let offset = offsets.trailing_zeros() as usize;
            offsets &= offsets - 1;
            let Some(start) = place.checked_sub(offset) else { break };
            if start < count {
                starts.words[start / 64] |= heads.probe(view, first + start) << (start % 64);
            }
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.grams.memory_bytes() + self.offsets.len() * size_of::<u16>()
    }

    pub(super) fn save(&self, out: &mut Writer) {
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
    }

    pub(super) fn load(input: &mut Reader<'_>) -> Option<Self> {
        let (units, stride) = (usize::from(input.u8()?), usize::from(input.u8()?));
        let is_shape = (1..=KEY_UNITS).contains(&units) && (1..=STRIDE_MAX).contains(&stride);
        is_shape.then_some(())?;
        let grams = Keys::load(input)?;
        let offsets: Vec<u16> = input.words()?.iter().flat_map(|&pair| [pair as u16, (pair >> 16) as u16]).collect();
        offsets.len().is_power_of_two().then_some(())?;
        Some(Self { gram: Span::new(units), stride, grams, offsets })
    }
}
