//! Search by candidates: vectors find the places where a needle may begin, and each is verified.
mod filter;
mod forms;
mod frequency;
mod heads;
mod large;
mod needles;
mod pending;
mod places;
mod search;

pub(crate) use forms::{Engines, Searcher};
pub(crate) use frequency::frequency;
use needles::Form;
pub(crate) use pending::Pending;

use crate::given::Given;
use crate::text::Reading;
use crate::{CaseFolding, Semantics};
use filter::Filters;
use lanewise_simd::Kernels;
use needles::Needles;

/// More needles share the buckets of a filter with so many others that the candidates of each take longer than an automaton.
const NEEDLES_MAX: usize = 64;

/// Whether there are more patterns than one filter takes.
pub(crate) fn is_large(given: &Given) -> bool {
    given.len() > NEEDLES_MAX
}

/// The needles of one form of haystack, and the filters that find their candidates.
pub(crate) struct Engine {
    kernels: &'static Kernels,
    semantics: Semantics,
    needles: Needles,
    /// The only needle, as the bytes of its units, where it is found by nothing but these and matches do not overlap.
    literal: Option<Box<[u8]>>,
    /// What finds the candidates; none where no pattern can occur.
    filters: Option<Filters>,
}

impl Engine {
    /// The engine for haystacks of this form.
    fn new(kernels: &'static Kernels, given: &Given, form: Form, reading: Reading, semantics: Semantics) -> Self {
        let spellings = needles::spell(given, form, reading, semantics);
        let width = form.width();
        let places: Vec<_> =
            spellings.iter().map(|spelling| places::places(&spelling.codes, form, reading.folding, filter::PLACES_MAX)).collect();
        let filters = (!places.is_empty()).then(|| Filters::new(width, &places));
        let needles = Needles::new(&spellings, form, reading);
        let literal = match &spellings[..] {
            [only] if reading.is_raw() && reading.folding == CaseFolding::None && semantics != Semantics::All => Some(only.bytes(width)),
            _ => None,
        };
        Self { kernels, semantics, needles, literal, filters }
    }

    /// Whether it finds the same in every haystack.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.needles == other.needles
    }

    /// What finds candidates.
    pub(crate) fn filter_name(&self) -> Option<&'static str> {
        // The search of a literal has its own filter, whatever those of the others are.
        if self.literal.is_some() { Some("pair") } else { self.filters.as_ref().map(Filters::name) }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.needles.memory_bytes()
            + self.literal.as_ref().map_or(0, |needle| needle.len())
            + self.filters.as_ref().map_or(0, Filters::memory_bytes)
    }
}
