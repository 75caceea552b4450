//! NDJSON, record by record.

use super::program::Program;
use super::run::Run;
use super::{How, Scratch, take_first};
use lanewise_error::Error;
use lanewise_simd::{BLOCK, Block, Isa, Task};
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
pub(super) struct Records<'t, 'l, R> {
    pub(super) program: &'t Program,
    pub(super) input: &'t [u8],
    pub(super) how: How<'l>,
    pub(super) scratch: &'t mut Scratch,
    pub(super) rows: &'t mut R,
}

impl<R: Rows> Task for Records<'_, '_, R> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let mut found = vec![None; self.program.tails.len()];
        let mut start = 0;
        while start < self.input.len() {
            let line_end = newline(isa, self.input, start);
            let line = &self.input[start..line_end];
            let record = line.strip_suffix(b"\r").unwrap_or(line);
            let range = start..start + record.len();
            start = line_end + 1;
            if record.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
                continue;
            }
            match Run::new(isa, self.program, record, self.how, self.scratch).run() {
                Ok(()) => {
                    found.fill(None);
                    take_first(self.scratch, &mut found);
                    for found in found.iter_mut().flatten() {
                        *found = range.start + found.start..range.start + found.end;
                    }
                    self.rows.row(range, &found)?;
                }
                Err(error) => {
                    let error = Error::new(error.code, error.offset.saturating_add(range.start));
                    self.rows.bad(range, error)?;
                }
            }
        }
        Ok(())
    }
}

/// The offset of the first newline from `at` on, or the length of `input`.
#[inline(always)]
fn newline<I: Isa>(isa: I, input: &[u8], mut at: usize) -> usize {
    if I::HAS_VECTORS {
        while let Some(bytes) = input.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            let newlines = isa.load(bytes).eq(b'\n');
            if newlines != 0 {
                return at + newlines.trailing_zeros() as usize;
            }
            at += BLOCK;
        }
    }
    let rest = &input[at..];
    at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len())
}
