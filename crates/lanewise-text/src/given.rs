//! The patterns as they were given.
use crate::Pattern;
use crate::blob::{Reader, Writer};
use lanewise_error::{Error, ErrorCode};

const BYTES: u8 = 0;
const UNITS: u8 = 1;

/// Any number of patterns, one behind the other.
pub(crate) struct Given {
    bytes: Vec<u8>,
    /// Where each pattern ends in `bytes`.
    ends: Vec<u32>,
    /// What each pattern is.
    kinds: Vec<u8>,
}

impl Given {
    /// # Errors
    /// `LW_EMPTY_PATTERN` when a pattern has no unit, `LW_TOO_LARGE` when they have more bytes than `memory_max` or 32 bits count.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = Pattern<'a>>, memory_max: usize) -> Result<Self, Error> {
        let mut given = Self { bytes: Vec::new(), ends: Vec::new(), kinds: Vec::new() };
        let mut is_too_large = false;
        for pattern in patterns {
            if pattern.is_empty() {
                return Err(Error::nowhere(ErrorCode::EmptyPattern));
            }
            let (kind, bytes) = match pattern {
                Pattern::Bytes(bytes) => (BYTES, bytes),
                Pattern::Units(units) => (UNITS, &units[..units.len() & !1]),
            };
            let end = u32::try_from(given.bytes.len() + bytes.len()).ok();
            is_too_large |= end.is_none() || given.memory_bytes() + bytes.len() > memory_max;
            // Goes on without a copy: a pattern that is empty is the graver error.
            if let (false, Some(end)) = (is_too_large, end) {
                given.bytes.extend_from_slice(bytes);
                given.ends.push(end);
                given.kinds.push(kind);
            }
        }
        if is_too_large { Err(Error::nowhere(ErrorCode::TooLarge)) } else { Ok(given) }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of bytes of all patterns.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Pattern<'_>> + Clone {
        (0..self.len()).map(|id| {
            let start = if id == 0 { 0 } else { self.ends[id - 1] };
            let bytes = &self.bytes[start as usize..self.ends[id] as usize];
            if self.kinds[id] == BYTES { Pattern::Bytes(bytes) } else { Pattern::Units(bytes) }
        })
    }

    /// Whether every pattern is ASCII.
    pub(crate) fn is_ascii(&self) -> bool {
        self.iter().all(|pattern| match pattern {
            Pattern::Bytes(bytes) => bytes.is_ascii(),
            Pattern::Units(units) => units.as_chunks().0.iter().all(|&[low, high]| low < 0x80 && high == 0),
        })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes.len() + self.ends.len() * (size_of::<u32>() + 1)
    }

    pub(crate) fn save(&self, out: &mut Writer) {
        out.bytes(&self.bytes);
        out.words(&self.ends);
        out.bytes(&self.kinds);
    }

    pub(crate) fn load(input: &mut Reader<'_>) -> Option<Self> {
        let given = Self { bytes: input.bytes()?.to_vec(), ends: input.words()?, kinds: input.bytes()?.to_vec() };
        let mut start = 0;
        for (&end, &kind) in given.ends.iter().zip(&given.kinds) {
            let is_good = end > start && (kind == BYTES || kind == UNITS && (end - start).is_multiple_of(2));
            if !is_good {
                return None;
            }
            start = end;
        }
        (given.ends.len() == given.kinds.len() && start as usize == given.bytes.len()).then_some(given)
    }
}
