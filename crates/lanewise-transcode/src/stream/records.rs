//! NDJSON, record by record.

use super::json::JsonWay;
use super::program::Program;
use super::run::Run;
use super::{How, Scratch, take_first};
use crate::ndjson::Records as Lines;
use lanewise_error::Error;
use lanewise_json::Limits;
use lanewise_simd::{Isa, Task};
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

/// [`Stream::records`](super::Stream::records).
pub(super) struct Records<'t, R> {
    pub(super) program: &'t Program,
    pub(super) input: &'t [u8],
    pub(super) how: How,
    pub(super) limits: &'t Limits,
    pub(super) scratch: &'t mut Scratch,
    pub(super) rows: &'t mut R,
}

impl<R: Rows> Task for Records<'_, R> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let mut found = vec![None; self.program.tails.len()];
        for record in Lines::new(self.input) {
            let text = &self.input[record.clone()];
            let way = JsonWay::new(isa, text, self.limits);
            let outcome = Run::new(way, self.program, text, self.how, self.scratch).run();
            if outcome.is_ok() {
                found.fill(None);
                take_first(self.scratch, &mut found);
            }
            hand_on(record, outcome, &mut found, self.rows)?;
        }
        Ok(())
    }
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
