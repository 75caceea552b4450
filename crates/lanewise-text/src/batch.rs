//! Many haystacks at once.
use crate::{CaseFolding, Haystack, Match, Matcher, Options, Semantics};

impl<'a> Haystack<'a> {
    /// The units from `start` to `end`.
    fn slice(self, start: usize, end: usize) -> Self {
        match self {
            Self::Bytes(bytes) => Self::Bytes(&bytes[start..end]),
            Self::Latin1(units) => Self::Latin1(&units[start..end]),
            Self::Utf16(units) => Self::Utf16(&units[2 * start..2 * end]),
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Bytes(units) | Self::Latin1(units) => units.len(),
            Self::Utf16(units) => units.len() / 2,
        }
    }
}

impl Matcher {
    /// Appends to `out`, for each of the texts that `joined` is made of, 1 if any pattern occurs in it, else 0. `sizes` are their units; what they are
    /// beyond the end of `joined` is not there.
    ///
    /// Where no text can change what its neighbour says, all are searched as one: a search takes a while to begin, as long as one through
    /// some hundred units.
    pub fn test_each(&self, joined: Haystack<'_>, sizes: impl Iterator<Item = usize>, out: &mut Vec<u8>) {
        let Options { semantics, ignore_case, whole_words, .. } = self.options();
        // Half a character at the end of a text and the other half at the start of the next one are a character for those who fold it.
        let are_apart = ignore_case == CaseFolding::None || matches!(joined, Haystack::Latin1(_));
        let is_one = are_apart && !whole_words && semantics != Semantics::All;
        let mut ahead = Ahead { matcher: self, joined, first: None, alone: 0 };
        let mut start = 0_usize;
        out.extend(sizes.map(|size| {
            let end = joined.len().min(start.saturating_add(size));
            let found = if is_one { ahead.is_in(start, end) } else { self.test(joined.slice(start, end)) };
            start = end;
            u8::from(found)
        }));
    }
}

/// A search through texts that are joined.
struct Ahead<'m, 'h> {
    matcher: &'m Matcher,
    joined: Haystack<'h>,
    /// The first match, if any, from the place on where the last search began.
    first: Option<Option<Match>>,
    /// How many texts are to be tested alone.
    alone: usize,
}

/// Where a search found something in the text where it began, so many texts are tested alone: that takes half as long where it finds something.
const ALONE: usize = 8;

impl Ahead<'_, '_> {
    /// Whether a pattern occurs from `start` to `end`, behind all texts that were asked for.
    fn is_in(&mut self, start: usize, end: usize) -> bool {
        let known = self.first.filter(|first| first.is_none_or(|found| found.start as usize >= start));
        if known.is_none() && self.alone > 0 {
            self.alone -= 1;
            return self.matcher.test(self.joined.slice(start, end));
        }
        let first = known.unwrap_or_else(|| self.matcher.find(self.joined, start));
        self.first = Some(first);
        let Some(found) = first.filter(|found| (found.start as usize) < end) else { return false };
        if known.is_none() {
            self.alone = ALONE;
        }
        // One that ends in another text may hide one that does not.
        found.end as usize <= end || self.matcher.test(self.joined.slice(start, end))
    }
}
