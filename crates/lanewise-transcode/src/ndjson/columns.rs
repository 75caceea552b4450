//! Columns of NDJSON.

use super::column::{Column, align};
use super::{OnError, for_each_record};
use crate::Query;
use lanewise_error::Error;
use lanewise_json::Check;

/// Appends columns, one for each selector of `query`: of each record of `input` its first match.
///
/// # Layout
/// Numbers are in the order of the machine, words have four bytes. Every section starts at a multiple of eight bytes, counted from the
/// length that `out` had, which must be one too, and follows the one before it.
///
/// | section | |
/// | --- | --- |
/// | head | number of rows; then of each column four words: its type, the words of its bitmaps of missing values and of nulls, the bytes of its texts |
/// | of each column: values | type 0: a double a row; 1: an integer of 64 bits a row; 2: strings in WTF-8; 3: JSON values |
/// | texts alone: ends | a word a row, where its text ends; it starts where the one before it ends |
/// | missing | a bit a row, the low one first; words that would be 0 up to the end are left out |
/// | null | the same |
///
/// A column is of type 1 when every value is an integer of 64 bits with sign, spelled without fraction and exponent, and one is outside
/// of the safe range; of type 0 when every value is a number; of type 2 when every one is a string; else of type 3. A value that is missing and
/// `null` play no part; their row holds NaN, 0, or an empty text.
///
/// # Errors
/// With [`OnError::Throw`] those of [`Query::first`], counted in the whole input; `LW_SIZE` when the texts of a column are more than 4 GiB.
/// On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`] for all records; the values are copied at most three times.
pub fn columns(input: &[u8], query: &Query, check: Check, on_error: OnError, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut columns: Vec<Column> = (0..query.size()).map(|_| Column::default()).collect();
    let mut rows = 0_u32;
    let mut outcome = Ok(());
    for_each_record(input, query, check, on_error, |found| {
        rows += 1;
        for (column, range) in columns.iter_mut().zip(found) {
            if let Err(error) = column.push(range.clone().map(|range| &input[range])) {
                outcome = Err(error);
            }
        }
        Ok(())
    })?;
    outcome?;
    out.reserve(columns.iter().map(Column::size).sum());
    out.extend_from_slice(&rows.to_ne_bytes());
    for column in &mut columns {
        column.write_head(out);
    }
    align(out);
    for column in &columns {
        column.write(out);
    }
    Ok(())
}
