//! Filters: where the strings of a set may begin.
//!
//! A filter looks at a few units of each place of a haystack, many places at a time, and writes down those at which it cannot rule a string
//! out: the candidates. It misses none; whether a candidate is a string is for the caller to see.

use std::sync::OnceLock;

use crate::block::BLOCK;
use crate::plan::Plan;

/// The room of a batch of candidates.
pub const CANDIDATES: usize = 256;

/// The most places that a [`Teddy`] looks at.
pub(crate) const PLACES_MAX: usize = 4;
/// How far behind the start of a string a [`Teddy`] looks at most: its kernels have room for as many units behind those of a block.
const REACH_MAX: usize = BLOCK - 1;
/// The most buckets of a [`Teddy`]: two bytes have a bit for each.
pub(crate) const BUCKETS_MAX: usize = 16;

/// The width of the units of a haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Bytes.
    One,
    /// Units of 16 bits, given as bytes, little-endian, at any alignment. An odd byte at the end belongs to no unit.
    Two,
}

impl Width {
    /// How many bytes a unit has.
    #[inline(always)]
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Width::One => 1,
            Width::Two => 2,
        }
    }

    /// How many units `haystack` has.
    #[inline(always)]
    #[must_use]
    pub fn units(self, haystack: &[u8]) -> usize {
        match self {
            Width::One => haystack.len(),
            Width::Two => haystack.len() / 2,
        }
    }

    /// Unit number `at`, which there must be.
    #[inline(always)]
    pub(crate) fn unit(self, haystack: &[u8], at: usize) -> u16 {
        match self {
            Width::One => u16::from(haystack[at]),
            Width::Two => u16::from_le_bytes([haystack[2 * at], haystack[2 * at + 1]]),
        }
    }

    /// Whether a haystack of this width can hold `unit`.
    fn holds(self, unit: u16) -> bool {
        self == Width::Two || unit <= 0xff
    }
}

/// A place at which a string may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The number of its first unit.
    pub at: u32,
    /// A bit for each bucket of whose strings one may begin here, the lowest for bucket 0.
    pub buckets: u32,
}

/// A filter for the strings of up to 16 buckets by a few of their first 64 units: for each bucket, the units that may stand at each of up to four
/// places.
///
/// A place of the haystack is a candidate for a bucket when the unit at each of the filter's distances from there is one that [`Teddy::allows`]
/// for that bucket; one that the haystack ends before is none. It allows every unit that was given to [`Teddy::allow`], and others too: of a unit it looks at
/// the two halves of a byte, each by itself, and only at those that are worth their time. That is the same on every instruction set.
///
/// # Source
/// Geoffrey Langdale's Teddy in Hyperscan (Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019).
#[derive(Clone, Debug)]
pub struct Teddy {
    width: Width,
    /// How many units behind the start of a string each place is, ascending.
    offsets: Vec<usize>,
    pub(crate) fat: bool,
    pub(crate) allowed: Vec<Allowed>,
    /// Made when it is first asked for, from what is allowed.
    plan: OnceLock<Plan>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    pub(crate) bucket: u8,
    pub(crate) place: u8,
    pub(crate) unit: u16,
}

impl Teddy {
    /// A filter with `buckets` buckets, 1 to 16, that looks at the first `places` units, 1 to 4, and allows none yet. More than 8 buckets
    /// cost about twice as much time.
    ///
    /// # Panics
    /// When there are too many or too few buckets or places.
    #[must_use]
    pub fn new(width: Width, places: usize, buckets: usize) -> Self {
        Self::at(width, &Vec::from_iter(0..places), buckets)
    }

    /// The same with a look at the units that stand `offsets` behind the start of a string, ascending, 1 to 4 of them, each below 64. How far apart
    /// they are does not matter to its speed.
    ///
    /// # Panics
    /// When there are too many or too few buckets or places, or these do not ascend.
    #[must_use]
    pub fn at(width: Width, offsets: &[usize], buckets: usize) -> Self {
        assert!((1..=PLACES_MAX).contains(&offsets.len()), "1 to {PLACES_MAX} places");
        assert!(
            offsets.is_sorted_by(|a, b| a < b) && offsets.iter().all(|&offset| offset <= REACH_MAX),
            "places that ascend, below {BLOCK}"
        );
        assert!((1..=BUCKETS_MAX).contains(&buckets), "1 to {BUCKETS_MAX} buckets");
        Teddy { width, offsets: offsets.to_vec(), fat: buckets > BUCKETS_MAX / 2, allowed: Vec::new(), plan: OnceLock::new() }
    }

    /// Allows `unit` at `place` for `bucket`. A unit that no haystack of this width can hold is allowed without effect.
    ///
    /// # Panics
    /// When there is no such place or bucket.
    pub fn allow(&mut self, bucket: usize, place: usize, unit: u16) {
        let buckets = if self.fat { BUCKETS_MAX } else { BUCKETS_MAX / 2 };
        assert!(place < self.offsets.len() && bucket < buckets, "a bucket and a place that there are");
        if self.width.holds(unit) {
            self.allowed.push(Allowed { bucket: bucket as u8, place: place as u8, unit });
            self.plan = OnceLock::new();
        }
    }

    /// Whether `unit` at the place with this number leaves a string of `bucket` possible.
    ///
    /// # Panics
    /// When there is no such place.
    #[must_use]
    pub fn allows(&self, bucket: usize, place: usize, unit: u16) -> bool {
        let plan = self.plan();
        plan.buckets(self.offsets[place], plan.byte(unit)) >> bucket & 1 == 1
    }

    /// How many units behind the start of a string those stand at which it looks, ascending.
    #[must_use]
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// How many bytes it takes, itself among them.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.offsets.capacity() * size_of::<usize>() + self.allowed.capacity() * size_of::<Allowed>()
    }

    /// How many units behind the start of a string the last one stands at which it looks.
    #[inline(always)]
    pub(crate) fn reach(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// The width of the units.
    #[must_use]
    pub fn width(&self) -> Width {
        self.width
    }

    /// How the kernels look for what is allowed.
    #[inline(always)]
    pub(crate) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| Plan::new(self))
    }
}

/// A unit that a [`Pair`] looks for.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// How many units behind the start of the string it stands.
    pub offset: usize,
    /// The unit.
    pub unit: u16,
    /// Bits in which the unit of the haystack may differ: 0, or 0x20 where the case of an ASCII letter does not matter.
    pub fold: u16,
}

/// A filter for one string by two of its units, best the two rarest.
///
/// A place of the haystack is a candidate when both units stand at their distances from it, up to the bits of [`Probe::fold`]; one that the
/// haystack ends before is none. Its [`Candidate::buckets`] is 1.
///
/// # Source
/// Andrew Gallant's "packed pair" in the memchr crate; after Wojciech Muła, "SIMD-friendly algorithms for substring searching" (2016).
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    width: Width,
    pub(crate) first: Probe,
    pub(crate) second: Probe,
}

impl Pair {
    /// A filter for the strings with these two units, in any order, which may be the same one.
    #[must_use]
    pub fn new(width: Width, first: Probe, second: Probe) -> Self {
        Pair { width, first, second }
    }

    /// The width of the units.
    #[must_use]
    pub fn width(&self) -> Width {
        self.width
    }

    /// How many units a haystack must have for a candidate: one more than the larger offset. None when no haystack of this width can hold
    /// both units.
    #[inline(always)]
    pub(crate) fn span(&self) -> Option<usize> {
        let holds = |probe: Probe| self.width.holds(probe.unit & !probe.fold);
        let span = self.first.offset.max(self.second.offset).checked_add(1)?;
        (holds(self.first) && holds(self.second)).then_some(span)
    }
}

impl Probe {
    #[inline(always)]
    pub(crate) fn matches(self, unit: u16) -> bool {
        unit | self.fold == self.unit | self.fold
    }
}
