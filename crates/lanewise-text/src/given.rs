//! The patterns as they were given.
use crate::Pattern;
use crate::blob::{Reader, Writer};
use crate::pattern::{to_latin1, to_units};
use lanewise_error::{Error, ErrorCode};

const BYTES: u8 = 0;
const UNITS: u8 = 1;

/// Any number of patterns, one behind the other.
pub(crate) struct Given {
    bytes: Vec<u8>,
    places: Places,
    /// What each pattern is; nothing where all are bytes.
    kinds: Vec<u8>,
}

impl Given {
    /// # Errors
    /// `LW_EMPTY_PATTERN` when a pattern has no unit, `LW_TOO_LARGE` when they have more bytes than `memory_max` or 32 bits count.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = Pattern<'a>>, memory_max: usize) -> Result<Self, Error> {
        let (mut bytes, mut ends, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_too_large = false;
        for pattern in patterns {
            if pattern.is_empty() {
                return Err(Error::nowhere(ErrorCode::EmptyPattern));
            }
            let (kind, text) = match pattern {
                Pattern::Bytes(bytes) => (BYTES, bytes),
                Pattern::Units(units) => (UNITS, &units[..units.len() & !1]),
            };
            let end = u32::try_from(bytes.len() + text.len()).ok();
            is_too_large |= end.is_none() || bytes.len() + text.len() > memory_max;
            // Goes on without a copy: a pattern that is empty is the graver error.
            if let (false, Some(end)) = (is_too_large, end) {
                bytes.extend_from_slice(text);
                ends.push(end);
                kinds.push(kind);
            }
        }
        let given = Self::of(bytes, &ends, kinds);
        if is_too_large || given.memory_bytes() > memory_max { Err(Error::nowhere(ErrorCode::TooLarge)) } else { Ok(given) }
    }

    fn of(mut bytes: Vec<u8>, ends: &[u32], mut kinds: Vec<u8>) -> Self {
        if kinds.iter().all(|&kind| kind == BYTES) {
            kinds = Vec::new();
        }
        bytes.shrink_to_fit();
        Self { bytes, places: Places::new(ends), kinds }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether every pattern was given in bytes.
    pub(crate) fn is_bytes(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The bytes of pattern `id` from its byte `skip` on; none where there is no such pattern or it is shorter.
    #[inline(always)]
    pub(crate) fn rest(&self, id: u32, skip: usize) -> &[u8] {
        let (rest, len) = self.rest_and_more(id, skip);
        &rest[..len]
    }

    /// The same, with what is behind it, and how many bytes it has.
    #[inline(always)]
    pub(crate) fn rest_and_more(&self, id: u32, skip: usize) -> (&[u8], usize) {
        let (start, end) = self.places.range(id as usize).unwrap_or_default();
        let rest = self.bytes.get(start + skip..).unwrap_or_default();
        (rest, end.saturating_sub(start + skip).min(rest.len()))
    }

    /// The number of bytes of all patterns.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Pattern<'_>> + Clone {
        (0..self.len()).map(|id| {
            let bytes = self.rest(id as u32, 0);
            if self.kinds.get(id).is_none_or(|&kind| kind == BYTES) { Pattern::Bytes(bytes) } else { Pattern::Units(bytes) }
        })
    }

    /// Whether every pattern is ASCII.
    pub(crate) fn is_ascii(&self) -> bool {
        self.iter().all(|pattern| match pattern {
            Pattern::Bytes(bytes) => bytes.is_ascii(),
            Pattern::Units(units) => units.as_chunks().0.iter().all(|&[low, high]| low < 0x80 && high == 0),
        })
    }

    /// Whether every pattern that can occur in strings can occur in those of one-byte units.
    pub(crate) fn is_narrow(&self) -> bool {
        self.iter().all(|pattern| to_latin1(pattern).is_some() || to_units(pattern).is_none())
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes.len() + self.places.memory_bytes() + self.kinds.len()
    }

    pub(crate) fn save(&self, out: &mut Writer) {
        out.bytes(&self.bytes);
        out.words(&self.places.ends().collect::<Vec<_>>());
        out.bytes(&self.kinds);
    }

    pub(crate) fn load(input: &mut Reader<'_>) -> Option<Self> {
        let (bytes, ends, kinds) = (input.bytes()?.to_vec(), input.words()?, input.bytes()?.to_vec());
        let mut start = 0;
        for (id, &end) in ends.iter().enumerate() {
            let kind = kinds.get(id).copied().unwrap_or(BYTES);
            let is_good = end > start && (kind == BYTES || kind == UNITS && (end - start).is_multiple_of(2));
            if !is_good {
                return None;
            }
            start = end;
        }
        let is_one_each = kinds.is_empty() || ends.len() == kinds.len() && kinds.contains(&UNITS);
        (is_one_each && start as usize == bytes.len()).then(|| Self::of(bytes, &ends, kinds))
    }
}

/// Where patterns lie that follow on each other: as few bytes for each as are looked up in one step.
enum Places {
    /// Of each pattern, and of the end of the last, how far it lies behind the first of its group; and where that lies.
    Near { firsts: Vec<u32>, offsets: Vec<u16> },
    /// Of each pattern where it ends: some group takes more bytes than an offset counts.
    Far(Vec<u32>),
}

/// Patterns of a group, a power of two.
const GROUP: usize = 64;

impl Places {
    /// The places of patterns that end at `ends`, ascending.
    fn new(ends: &[u32]) -> Self {
        let starts = || std::iter::once(0).chain(ends.iter().copied());
        let firsts: Vec<u32> = starts().step_by(GROUP).collect();
        let offset = |(place, start): (usize, u32)| u16::try_from(start - firsts[place / GROUP]).ok();
        match starts().enumerate().map(offset).collect() {
            Some(offsets) => Self::Near { firsts, offsets },
            None => Self::Far(ends.to_vec()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Near { offsets, .. } => offsets.len() - 1,
            Self::Far(ends) => ends.len(),
        }
    }

    /// From where to where pattern `id` goes.
    #[inline(always)]
    fn range(&self, id: usize) -> Option<(usize, usize)> {
        let start = |id: usize| match self {
            Self::Near { firsts, offsets } => Some(firsts.get(id / GROUP)? + u32::from(*offsets.get(id)?)),
            Self::Far(ends) => id.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied()),
        };
        Some((start(id)? as usize, start(id + 1)? as usize))
    }

    fn ends(&self) -> impl Iterator<Item = u32> {
        (0..self.len()).filter_map(|id| Some(self.range(id)?.1 as u32))
    }

    fn memory_bytes(&self) -> usize {
        match self {
            Self::Near { firsts, offsets } => size_of_val(&firsts[..]) + size_of_val(&offsets[..]),
            Self::Far(ends) => size_of_val(&ends[..]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn gives_back_what_was_given(lens in vec(prop_oneof![20 => 1..9_usize, 1 => 1..3000_usize], 0..200), units in any::<bool>()) {
            let texts: Vec<Vec<u8>> = lens.iter().enumerate().map(|(id, &len)| vec![id as u8; len]).collect();
            let patterns: Vec<Pattern<'_>> = texts.iter().map(|text| Pattern::Bytes(text)).chain(units.then_some(Pattern::Units(b"a\0"))).collect();
            let given = Given::new(patterns.iter().copied(), usize::MAX).unwrap();
            let mut out = Writer::new();
            given.save(&mut out);
            let blob = out.finish();
            for given in [&given, &Given::load(&mut Reader::new(&blob).unwrap()).unwrap()] {
                prop_assert_eq!(format!("{:?}", given.iter().collect::<Vec<_>>()), format!("{patterns:?}"));
                prop_assert_eq!((given.len(), given.is_bytes()), (patterns.len(), !units));
                prop_assert!(texts.iter().zip(0..).all(|(text, id)| given.rest(id, 1) == &text[1..]));
                prop_assert!(given.rest(patterns.len() as u32, 0).is_empty() && given.rest(u32::MAX, 0).is_empty());
                prop_assert!(given.rest(0, 5000).is_empty());
            }
        }
    }

    #[test]
    fn a_group_that_is_too_long_for_short_offsets_is_found_too() {
        let text = vec![7; 1 << 16];
        let given = Given::new([Pattern::Bytes(b"ab"), Pattern::Bytes(&text), Pattern::Bytes(b"c")], usize::MAX).unwrap();
        assert!(matches!(given.places, Places::Far(_)));
        assert_eq!((given.rest(0, 0), given.rest(1, 0), given.rest(2, 0)), (&b"ab"[..], &text[..], &b"c"[..]));
        assert_eq!(given.places.ends().collect::<Vec<_>>(), [2, 65538, 65539]);
    }
}
