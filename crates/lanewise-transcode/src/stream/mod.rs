//! Selectors that run on the bytes of a JSON text, all of them in one pass, without an index of it.
//!
//! Simple selectors ([`Selector::steps`]) become one automaton, whose states are what has been read of them. A [`Walk`] goes from value to
//! value: into containers that have a state, over all others, and out of those in which nothing is wanted any more.
//!
//! [`Walk`]: lanewise_json::walk::Walk

mod program;
mod records;
mod run;
mod shadowed;
#[cfg(test)]
mod tests;

pub use records::Rows;
pub(crate) use records::hand_on;

use lanewise_error::{Error, ErrorCode};
use lanewise_json::{Check, DuplicateKeys, Limits};
use lanewise_query::{MATCHES_MAX, Selector};
use lanewise_simd::{Isa, Kernels, Task};
use program::{Program, StateId};
use run::Run;
use shadowed::{Member, Shadowed};
use std::ops::Range;

/// Selectors that run together over a JSON text.
///
/// # How much is read
/// With [`Check::All`] the text is checked as [`validate`](lanewise_json::validate) does, and of duplicate keys the last counts, where it stands.
///
/// With [`Check::Path`] what leads to the matches is checked, and the matches are. What stands beside them is skipped as
/// [`Walk`](lanewise_json::walk::Walk) skips: only brackets and strings are looked at, but up to the end, behind which nothing but white space may follow.
/// Of duplicate keys the first counts where a selector names it; a wildcard and a descendant segment see them all.
/// For a pointer that gives what [`get`](lanewise_json::get) gives, or the error of a text that goes wrong behind what `get` reads.
///
/// # Examples
/// ```
/// use lanewise_json::{Check, Limits};
/// use lanewise_query::Selector;
/// use lanewise_transcode::stream::{Scratch, Stream};
/// let selectors = ["/id", "$.list[*].x"].map(|text| Selector::parse(text.encode_utf16()).unwrap());
/// let stream = Stream::new(&selectors).unwrap();
/// let (mut scratch, mut found, mut all) = (Scratch::default(), Vec::new(), Vec::new());
/// let input = br#"{"id": 7, "list": [{"x": 1}, {"x": 2}]}"#;
/// stream.first(input, Check::Path, &Limits::default(), &mut scratch, &mut found)?;
/// assert_eq!(found, [Some(7..8), Some(25..26)]);
/// stream.all(input, Check::All, &Limits::default(), &mut scratch, &mut all)?;
/// assert_eq!(all, [vec![7..8], vec![25..26, 35..36]]);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Stream {
    program: Program,
}

/// Memory of a run, used again from text to text.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// The states of the values that are open, those of the innermost last.
    states: Vec<StateId>,
    /// The open containers that have states.
    frames: Vec<run::Frame>,
    /// Of each name that an open object may have, whether it has been met; in the order of the states.
    met: Vec<bool>,
    /// In document order, but for those of one value, until the run is over.
    hits: Vec<Hit>,
    /// For each state how many selectors in it and behind it are still without a match.
    missing: Vec<u32>,
    /// For each selector whether it has a match.
    found: Vec<bool>,
    /// A key without its escapes.
    key: Vec<u8>,
    /// Of the open objects, the members with states.
    members: Vec<Member>,
    shadowed: Shadowed,
}

/// A match.
#[derive(Clone, Debug)]
struct Hit {
    selector: u32,
    /// Offset of the node at which the descendant segment chose: its matches come in the order of these.
    visited: usize,
    range: Range<usize>,
}

/// What a run is to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    First,
    All,
}

/// How a run goes.
#[derive(Clone, Copy)]
struct How<'l> {
    goal: Goal,
    check: Check,
    limits: &'l Limits,
}

impl How<'_> {
    /// Whether the first of duplicate keys may be taken for the only one.
    fn takes_first_key(&self) -> bool {
        self.check == Check::Path || self.limits.duplicate_keys == DuplicateKeys::Error
    }
}

impl Stream {
    /// Compiles `selectors`; `None` when one of them is not simple ([`Selector::steps`]).
    #[must_use]
    pub fn new(selectors: &[Selector]) -> Option<Self> {
        Some(Self { program: Program::new(selectors)? })
    }

    /// Makes `out` the first match of each selector, as a range of `input`, `None` where there is none. The values are valid JSON.
    ///
    /// # Errors
    /// With [`Check::All`] those of [`validate`](lanewise_json::validate); with [`Check::Path`] the first of them in what is read, `LW_JSON_END` where
    /// a bracket or a string is not closed, `LW_JSON_TRAILING` or `LW_UTF8` behind the value. `out` then says nothing.
    /// # Complexity
    /// O(s n) time for n bytes and the s steps that may be at one value, of which there is one where selectors are pointers; with duplicate keys and
    /// descendant segments times a logarithm. Nothing is allocated once `scratch` and `out` are large enough, but to compare duplicate keys.
    pub fn first(
        &self,
        input: &[u8],
        check: Check,
        limits: &Limits,
        scratch: &mut Scratch,
        out: &mut Vec<Option<Range<usize>>>,
    ) -> Result<(), Error> {
        self.first_by(lanewise_simd::active(), input, check, limits, scratch, out)
    }

    /// Makes `out` all matches of each selector, as ranges of `input`, in the order of RFC 9535. The values are valid JSON.
    ///
    /// # Errors
    /// Those of [`Stream::first`], and `LW_SIZE` without a place when a selector has more than [`MATCHES_MAX`] matches.
    /// # Complexity
    /// That of [`Stream::first`].
    pub fn all(
        &self,
        input: &[u8],
        check: Check,
        limits: &Limits,
        scratch: &mut Scratch,
        out: &mut Vec<Vec<Range<usize>>>,
    ) -> Result<(), Error> {
        self.all_by(lanewise_simd::active(), input, check, limits, scratch, out)
    }

    /// Goes over the records of NDJSON, and gives each of them with the first match of each selector to `rows`.
    ///
    /// `\n` ends a line, a `\r` in front of it belongs to the end; the last line may lack it. A line of white space is no record.
    ///
    /// # Errors
    /// Those of `rows`, which is told the errors of the records.
    /// # Complexity
    /// That of [`Stream::first`], of each record.
    pub fn records<R: Rows>(&self, input: &[u8], check: Check, limits: &Limits, scratch: &mut Scratch, rows: &mut R) -> Result<(), Error> {
        self.records_by(lanewise_simd::active(), input, check, limits, scratch, rows)
    }

    fn first_by(
        &self,
        kernels: &Kernels,
        input: &[u8],
        check: Check,
        limits: &Limits,
        scratch: &mut Scratch,
        out: &mut Vec<Option<Range<usize>>>,
    ) -> Result<(), Error> {
        kernels.run(Find { program: &self.program, input, how: How { goal: Goal::First, check, limits }, scratch })?;
        out.clear();
        out.resize(self.program.tails.len(), None);
        take_first(scratch, out);
        Ok(())
    }

    fn all_by(
        &self,
        kernels: &Kernels,
        input: &[u8],
        check: Check,
        limits: &Limits,
        scratch: &mut Scratch,
        out: &mut Vec<Vec<Range<usize>>>,
    ) -> Result<(), Error> {
        kernels.run(Find { program: &self.program, input, how: How { goal: Goal::All, check, limits }, scratch })?;
        out.resize_with(self.program.tails.len(), Vec::new);
        out.iter_mut().for_each(Vec::clear);
        take_all(scratch, out)
    }

    fn records_by<R: Rows>(
        &self,
        kernels: &Kernels,
        input: &[u8],
        check: Check,
        limits: &Limits,
        scratch: &mut Scratch,
        rows: &mut R,
    ) -> Result<(), Error> {
        let how = How { goal: Goal::First, check, limits };
        kernels.run(records::Records { program: &self.program, input, how, scratch, rows })
    }
}

/// Leaves the matches of one text in the scratch.
struct Find<'t, 'l> {
    program: &'t Program,
    input: &'t [u8],
    how: How<'l>,
    scratch: &'t mut Scratch,
}

impl Task for Find<'_, '_> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        Run::new(isa, self.program, self.input, self.how, self.scratch).run()
    }
}

/// Puts the first match of each selector in its place in `out`, where there are none yet.
#[inline(always)]
fn take_first(scratch: &Scratch, out: &mut [Option<Range<usize>>]) {
    for hit in &scratch.hits {
        out[hit.selector as usize].get_or_insert(hit.range.clone());
    }
}

/// Puts all matches of each selector in its place in `out`.
fn take_all(scratch: &Scratch, out: &mut [Vec<Range<usize>>]) -> Result<(), Error> {
    for hit in &scratch.hits {
        let matches = &mut out[hit.selector as usize];
        if matches.len() == MATCHES_MAX {
            return Err(Error::nowhere(ErrorCode::Size));
        }
        matches.push(hit.range.clone());
    }
    Ok(())
}
