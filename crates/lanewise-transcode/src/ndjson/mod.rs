//! NDJSON: a JSON value, a record, on each line.
//!
//! `\n` ends a line, a `\r` in front of it belongs to the end; the last line may lack it. A line of white space is no record. No valid value
//! has a raw newline in it, so lines are found by a kernel and never by reading JSON.

mod bits;
mod column;
mod columns;
mod condition;
mod convert;
mod number;
mod project;
mod records;

pub use columns::columns;
pub use condition::{Condition, Constants, Test};
pub use convert::{from_msgpack, to_msgpack};
pub use project::{Project, Target, project};

use crate::stream::{Rows, hand_on};
use crate::{Format, Query, Scratch};
use lanewise_error::Error;
use lanewise_json::{Check, Limits};
pub(crate) use records::Records;
use std::ops::Range;

/// What a record that is no JSON means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// The call fails with the error of the record, at its place in the whole input.
    #[default]
    Throw,
    /// The record is left out.
    Skip,
}

/// Gives the first match of each selector in each record of `input` to `take`, as ranges of `input`.
///
/// An error of `take`, at a place in `input`, is one of the record too.
fn for_each_record(
    input: &[u8],
    query: &Query,
    check: Check,
    on_error: OnError,
    take: impl FnMut(&[Option<Range<usize>>]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rows = Taken { on_error, take };
    let mut scratch = Scratch::default();
    if let Some(stream) = query.stream() {
        return stream.records(input, check, &Limits::default(), scratch.stream(), &mut rows);
    }
    let limits = Limits::default();
    let mut found = Vec::with_capacity(query.size());
    for record in Records::new(input) {
        let outcome = query.first(&input[record.clone()], Format::Json(&limits), check, &mut scratch, &mut found);
        hand_on(record, outcome, &mut found, &mut rows)?;
    }
    Ok(())
}

/// Hands rows on, and deals with errors.
struct Taken<F> {
    on_error: OnError,
    take: F,
}

impl<F: FnMut(&[Option<Range<usize>>]) -> Result<(), Error>> Rows for Taken<F> {
    #[inline]
    fn row(&mut self, record: Range<usize>, found: &[Option<Range<usize>>]) -> Result<(), Error> {
        (self.take)(found).or_else(|error| self.bad(record, error))
    }

    fn bad(&mut self, _: Range<usize>, error: Error) -> Result<(), Error> {
        match self.on_error {
            OnError::Throw => Err(error),
            OnError::Skip => Ok(()),
        }
    }
}
