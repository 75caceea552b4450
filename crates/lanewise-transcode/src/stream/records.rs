//! NDJSON, record by record.

use lanewise_error::Error;
use std::ops::Range;

/// Who takes the records of [`Stream::records`](super::Stream::records).
pub trait Rows {
    /// Takes the record at `record`, without what ends its line, and for each selector the place of its first match in the whole input.
    ///
    /// # Errors
    /// One that ends the run.
    fn row(&mut self, record: Range<usize>, found: &[Option<Range<usize>>]) -> Result<(), Error>;

    /// Takes a record that has an error, whose offset is counted in the whole input.
    ///
    /// # Errors
    /// One that ends the run.
    fn bad(&mut self, record: Range<usize>, error: Error) -> Result<(), Error>;
}

/// Gives `rows` the outcome of a record, whose places count from its start.
#[inline(always)]
pub(crate) fn hand_on(
    record: Range<usize>,
    outcome: Result<(), Error>,
    found: &mut [Option<Range<usize>>],
    rows: &mut impl Rows,
) -> Result<(), Error> {
    let start = record.start;
    if let Err(error) = outcome {
        return rows.bad(record, Error::new(error.code, error.offset.saturating_add(start)));
    }
    for range in found.iter_mut().flatten() {
        *range = start + range.start..start + range.end;
    }
    rows.row(record, found)
}
