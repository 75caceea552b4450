//! NDJSON: a JSON value, a record, on each line.
//!
//! `\n` ends a line, a `\r` in front of it belongs to the end; the last line may lack it. A line of white space is no record. No valid value
//! has a raw newline in it, so lines are found by a kernel and never by reading JSON.

mod bits;
mod column;
mod columns;
mod condition;
mod number;
mod project;
mod records;

pub use columns::columns;
pub use condition::{Condition, Constants, Test};
pub use project::{Project, Target, project};

use crate::{Query, Scratch};
use lanewise_error::Error;
use lanewise_json::Check;
use records::Records;
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

/// Gives each record of `input` to `take`, with the first match of each selector as a range of it.
///
/// An error of `take` is one of the record too, its offset counted in it.
fn for_each_record(
    input: &[u8],
    query: &Query,
    check: Check,
    on_error: OnError,
    mut take: impl FnMut(&[u8], &[Option<Range<usize>>]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut scratch = Scratch::default();
    let mut found = Vec::with_capacity(query.size());
    for range in Records::new(input) {
        let record = &input[range.clone()];
        let outcome = query.first(record, check, &mut scratch, &mut found).and_then(|()| take(record, &found));
        if let Err(error) = outcome
            && on_error == OnError::Throw
        {
            return Err(Error::new(error.code, error.offset.saturating_add(range.start)));
        }
    }
    Ok(())
}
