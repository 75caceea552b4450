//! Selectors that run on the bytes of a JSON text or a MessagePack value, all of them in one pass, without an index of it.
//!
//! Simple selectors ([`Selector::steps`]) become one automaton, whose states are what has been read of them. The walk of a format
//! ([of JSON](lanewise_json::walk::Walk), [of MessagePack](lanewise_msgpack::walk::Walk)) goes from value to value: into containers that have a state,
//! over all others, and out of those in which nothing is wanted any more. Everything else is the same for both.

mod json;
mod msgpack;
#[cfg(test)]
mod msgpack_tests;
mod program;
mod records;
mod run;
mod shadowed;
#[cfg(test)]
mod tests;
mod way;

pub use records::Rows;
pub(crate) use records::hand_on;

use crate::ndjson::Records;
use json::RunJson;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{Check, DuplicateKeys, Limits};
use lanewise_query::{MATCHES_MAX, Selector};
use lanewise_simd::Kernels;
use msgpack::MsgpackWay;
use program::{Program, StateId};
use run::Run;
use shadowed::{Member, Shadowed};
use std::iter::once;
use std::ops::Range;

/// Selectors that run together over a JSON text or a MessagePack value.
///
/// # How much is read
/// With [`Check::All`] all is checked as `validate` of the format ([JSON](lanewise_json::validate), [MessagePack](lanewise_msgpack::validate)) does, and
/// of duplicate keys the last counts, where it stands.
///
/// With [`Check::Path`] what leads to the matches is checked, and the matches are. What stands beside them is skipped as the walk of the format
/// ([JSON](lanewise_json::walk::Walk), [MessagePack](lanewise_msgpack::walk::Walk)) skips: only brackets and strings, or headers, are looked at, but up to the end,
/// behind which nothing but white space may follow. The text of a key of MessagePack is compared and not checked.
/// Of duplicate keys the first counts where a selector names it; a wildcard and a descendant segment see them all.
/// For a pointer in JSON that gives what [`get`](lanewise_json::get) gives, or the error of a text that goes wrong behind what `get` reads.
///
/// # Names in MessagePack
/// A map is an object. A key that is no string has the text as its name that `nonStringKeys: 'stringify'` of the facade gives it: `7`, `true`,
/// `null`, `0.5`, binary in base64, a timestamp in RFC 3339. A member whose key is an array or a map has no name, and is no member here.
///
/// # Examples
/// ```
/// use lanewise_json::{Check, Limits};
/// use lanewise_query::Selector;
/// use lanewise_transcode::stream::{Format, Scratch, Stream};
/// let selectors = ["/id", "$.list[*].x"].map(|text| Selector::parse(text.encode_utf16()).unwrap());
/// let stream = Stream::new(&selectors).unwrap();
/// let (mut scratch, mut found, mut all) = (Scratch::default(), Vec::new(), Vec::new());
/// let input = br#"{"id": 7, "list": [{"x": 1}, {"x": 2}]}"#;
/// let format = Format::Json(&Limits::default());
/// stream.first(input, format, Check::Path, &mut scratch, &mut found)?;
/// assert_eq!(found, [Some(7..8), Some(25..26)]);
/// stream.all(input, format, Check::All, &mut scratch, &mut all)?;
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
    /// The name of a key that is not the name itself.
    key: Vec<u8>,
    /// Of the open objects, the members with states.
    members: Vec<Member>,
    shadowed: Shadowed,
    /// Of the check of a whole.
    msgpack: lanewise_msgpack::Scratch,
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
struct How {
    goal: Goal,
    check: Check,
    /// Whether the check of the whole refuses duplicate keys.
    keys_are_unique: bool,
}

/// What the bytes of a document are, and what they may be.
#[derive(Clone, Copy, Debug)]
pub enum Format<'l> {
    /// A JSON text.
    Json(&'l Limits),
    /// A MessagePack value.
    Msgpack(&'l lanewise_msgpack::Limits),
}

impl Format<'_> {
    /// Whether documents with duplicate keys are refused.
    pub(crate) fn keys_are_unique(self) -> bool {
        matches!(self, Self::Json(limits) if limits.duplicate_keys == DuplicateKeys::Error)
    }
}

impl Stream {
    /// Compiles `selectors`; `None` when one of them is not simple ([`Selector::steps`]).
    #[must_use]
    pub fn new(selectors: &[Selector]) -> Option<Self> {
        Some(Self { program: Program::new(selectors)? })
    }

    /// Makes `out` the first match of each selector, as a range of `input`, `None` where there is none. The values are valid.
    ///
    /// # Errors
    /// With [`Check::All`] those of `validate` of the format. With [`Check::Path`] the first of them in what is read; in JSON `LW_JSON_END` where a bracket or a
    /// string is not closed, `LW_JSON_TRAILING` or `LW_UTF8` behind the value; in MessagePack `LW_MSGPACK_END`, `LW_MSGPACK_RESERVED` and
    /// `LW_MSGPACK_TRAILING` wherever they are. `out` then says nothing.
    /// # Complexity
    /// O(s n) time for n bytes and the s steps that may be at one value, of which there is one where selectors are pointers; with duplicate keys and
    /// descendant segments times a logarithm. Nothing is allocated once `scratch` and `out` are large enough, but to compare duplicate keys.
    pub fn first(
        &self,
        input: &[u8],
        format: Format<'_>,
        check: Check,
        scratch: &mut Scratch,
        out: &mut Vec<Option<Range<usize>>>,
    ) -> Result<(), Error> {
        self.first_by(lanewise_simd::active(), input, format, check, scratch, out)
    }

    /// Makes `out` all matches of each selector, as ranges of `input`, in the order of RFC 9535. The values are valid.
    ///
    /// # Errors
    /// Those of [`Stream::first`], and `LW_SIZE` without a place when a selector has more than [`MATCHES_MAX`] matches.
    /// # Complexity
    /// That of [`Stream::first`].
    pub fn all(
        &self,
        input: &[u8],
        format: Format<'_>,
        check: Check,
        scratch: &mut Scratch,
        out: &mut Vec<Vec<Range<usize>>>,
    ) -> Result<(), Error> {
        self.all_by(lanewise_simd::active(), input, format, check, scratch, out)
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
        format: Format<'_>,
        check: Check,
        scratch: &mut Scratch,
        out: &mut Vec<Option<Range<usize>>>,
    ) -> Result<(), Error> {
        self.find(kernels, input, format, How { goal: Goal::First, check, keys_are_unique: format.keys_are_unique() }, scratch)?;
        out.clear();
        out.resize(self.program.tails.len(), None);
        take_first(scratch, out);
        Ok(())
    }

    fn all_by(
        &self,
        kernels: &Kernels,
        input: &[u8],
        format: Format<'_>,
        check: Check,
        scratch: &mut Scratch,
        out: &mut Vec<Vec<Range<usize>>>,
    ) -> Result<(), Error> {
        self.find(kernels, input, format, How { goal: Goal::All, check, keys_are_unique: format.keys_are_unique() }, scratch)?;
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
        let how = How { goal: Goal::First, check, keys_are_unique: Format::Json(limits).keys_are_unique() };
        let program = &self.program;
        let mut found = vec![None; program.tails.len()];
        let mut ended = |record, outcome: Result<(), Error>, scratch: &Scratch| {
            if outcome.is_ok() {
                found.fill(None);
                take_first(scratch, &mut found);
            }
            hand_on(record, outcome, &mut found, rows)
        };
        kernels.run(RunJson { program, input, limits, how, scratch, texts: &mut Records::new(input), ended: &mut ended })
    }

    fn find(&self, kernels: &Kernels, input: &[u8], format: Format<'_>, how: How, scratch: &mut Scratch) -> Result<(), Error> {
        let program = &self.program;
        match format {
            Format::Json(limits) => {
                let (texts, ended) = (&mut once(0..input.len()), &mut |_, outcome, _: &Scratch| outcome);
                kernels.run(RunJson { program, input, limits, how, scratch, texts, ended })
            }
            Format::Msgpack(limits) => {
                let mut memory = std::mem::take(&mut scratch.msgpack);
                let outcome = Run::new(MsgpackWay::new(kernels, input, limits, &mut memory), program, input, how, scratch).run();
                scratch.msgpack = memory;
                outcome
            }
        }
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
