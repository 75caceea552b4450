//! Which places of a haystack can be the start of a needle.
use super::heads::{HEAD, Heads, Keys, SIZES, Sized, hash, with_size};
use super::view::{KEY_UNITS, Span, View};
use crate::blob::{Reader, Writer};

/// Starts that are looked at together.
pub(super) const BLOCK: usize = 2048;
/// The longest stride of samples, the bits of a [`Sampled::offsets`].
const STRIDE_MAX: usize = 16;
/// The shortest gram worth sampling.
const GRAM_MIN: usize = 6;
/// The shortest needle that is sampled.
const SAMPLED_MIN: usize = 9;
/// Bits of a set for each gram.
const BITS_OF_GRAM: usize = 24;

/// The starts of a block that can be those of a needle.
pub(super) struct Starts {
    /// A bit for each.
    words: [u64; BLOCK / 64],
    /// Of each the lengths that a head can have, bit 0 for one unit.
    lengths: [u8; BLOCK],
    /// Room for the places of the block that have a gram of a needle.
    hits: [u16; BLOCK],
}

impl Starts {
    pub(super) fn new() -> Self {
        Self { words: [0; BLOCK / 64], lengths: [0; BLOCK], hits: [0; BLOCK] }
    }

    /// The first of the starts from `place` of the block on, with the lengths of heads there.
    #[inline(always)]
    pub(super) fn next(&self, place: usize) -> Option<(usize, u8)> {
        let mut index = place / 64;
        let mut word = self.words.get(index)? & u64::MAX << (place % 64);
        while word == 0 {
            index += 1;
            word = *self.words.get(index)?;
        }
        let place = 64 * index + word.trailing_zeros() as usize;
        Some((place, *self.lengths.get(place)?))
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
}

/// A block of starts: its first unit, how many, and of which lengths it has been told where heads may begin.
struct Block {
    first: usize,
    count: usize,
    lengths: u8,
}

/// The index of the offsets of a gram in a table of which the size is a power of two.
#[inline(always)]
fn offsets_index(hash: u64, size: usize) -> usize {
    (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) as usize >> 20 & (size - 1)
}

impl Sampled {
    /// The samples for `needles`, none of which is shorter than `least` units.
    fn new<V: View>(needles: &[V], least: usize) -> Self {
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
        Self { gram, stride, grams, offsets }
    }

    /// Marks in `starts` those of the `count` starts from unit `first` on.
    #[inline(always)]
    fn mark<V: View>(&self, heads: &Heads, view: V, block: &Block, starts: &mut Starts) {
        // The last start may be sampled up to `stride - 1` units behind it.
        let (first, end) = (block.first, block.first + block.count + self.stride - 1);
        let found = with_size!(self.grams, grams => self.sample(grams, view, first, end, &mut starts.hits));
        for hit in 0..found {
            let place = starts.hits.get(hit).map_or(0, |&place| place as usize);
            self.mark_one(heads, view, block, place, starts);
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
    fn mark_one<V: View>(&self, heads: &Heads, view: V, block: &Block, place: usize, starts: &mut Starts) {
        let bit = (HEAD / V::SYMBOLS - 1) as u32;
        let index = offsets_index(hash(view.key(block.first + place, &self.gram)), self.offsets.len());
        let mut offsets = self.offsets.get(index).copied().unwrap_or_default();
        while offsets != 0 {
            let offset = offsets.trailing_zeros() as usize;
            offsets &= offsets - 1;
            let Some(start) = place.checked_sub(offset) else { break };
            if start < block.count {
                let length = heads.probe(view, block.first + start, bit);
                starts.lengths[start] = starts.lengths[start] & block.lengths | length;
                starts.words[start / 64] |= u64::from(length != 0) << (start % 64);
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
    }

    fn load(input: &mut Reader<'_>) -> Option<Self> {
        let (units, stride) = (usize::from(input.u8()?), usize::from(input.u8()?));
        let is_shape = (1..=KEY_UNITS).contains(&units) && (1..=STRIDE_MAX).contains(&stride);
        is_shape.then_some(())?;
        let grams = Keys::load(input)?;
        let offsets: Vec<u16> = input.words()?.iter().flat_map(|&pair| [pair as u16, (pair >> 16) as u16]).collect();
        offsets.len().is_power_of_two().then_some(())?;
        Some(Self { gram: Span::new(units), stride, grams, offsets })
    }
}

/// Where needles may begin: those that are long by samples, where no other is as long as the longest heads; the others by their heads, at
/// each place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// The lengths of heads that are looked for at each place, bit 0 for one unit.
    lengths: u8,
    sampled: Option<Sampled>,
}

impl Filter {
    /// The filter for `needles`, which are not empty.
    pub(super) fn new<'n, V: View>(needles: &[(&'n [u8], u32)], view: fn(&'n [u8]) -> V) -> Self {
        let head = HEAD / V::SYMBOLS;
        let units = |needle: &(&[u8], u32)| needle.0.len() / V::SYMBOLS;
        let lengths = needles.iter().fold(0, |lengths, needle| lengths | 1 << (units(needle).min(head) - 1));
        let least = needles.iter().map(units).filter(|&units| units >= head).min().unwrap_or_default();
        if least < SAMPLED_MIN {
            return Self { lengths, sampled: None };
        }
        let long: Vec<V> = needles.iter().filter(|needle| units(needle) >= head).map(|needle| view(needle.0)).collect();
        Self { lengths: lengths & !(1 << (head - 1)), sampled: Some(Sampled::new(&long, least)) }
    }

    /// Sets `starts` to those of the `count` starts from unit `first` on at which a needle may begin.
    #[inline(never)]
    pub(super) fn mark<V: View>(&self, heads: &Heads, view: V, first: usize, count: usize, starts: &mut Starts) {
        starts.words.fill(0);
        if self.lengths != 0 {
            heads.probe_all(view, first, self.lengths, &mut starts.lengths[..count]);
            for (index, lengths) in starts.lengths[..count].chunks(64).enumerate() {
                starts.words[index] = lengths.iter().enumerate().map(|(place, &lengths)| u64::from(lengths != 0) << place).sum();
            }
        }
        if let Some(sampled) = &self.sampled {
            sampled.mark(heads, view, &Block { first, count, lengths: self.lengths }, starts);
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.sampled.as_ref().map_or(0, |sampled| sampled.grams.memory_bytes() + sampled.offsets.len() * size_of::<u16>())
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.u8(self.lengths);
        out.flag(self.sampled.is_some());
        if let Some(sampled) = &self.sampled {
            sampled.save(out);
        }
    }

    pub(super) fn load(input: &mut Reader<'_>) -> Option<Self> {
        let lengths = input.u8()?;
        let sampled = if input.flag()? { Some(Sampled::load(input)?) } else { None };
        Some(Self { lengths, sampled })
    }
}
