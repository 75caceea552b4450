//! One column: the values of one selector, row by row.
//!
//! A column starts with the narrowest type and takes a wider one when a value asks for it; what it holds is converted, nothing is read
//! again:
//!
//! ```text
//! doubles (integers alone, all of them safe) -> integers of 64 bits -> doubles -> mixed
//! strings -> mixed
//! ```

use super::bits::Bits;
use super::number::Number;
use crate::to_json::push_float;
use lanewise_error::{Error, ErrorCode};
use lanewise_json::{LoneSurrogate, push_string, unescape};

/// The values of one selector.
#[derive(Debug, Default)]
pub(crate) struct Column {
    rows: usize,
    /// Rows without a value.
    missing: Bits,
    /// Rows whose value is `null`.
    null: Bits,
    /// INVARIANT: at most `rows` of them. A row without a value, or with `null`, has a zero or an empty text; at the end they may lack.
    values: Values,
}

#[derive(Debug, Default)]
enum Values {
    /// No row has one yet.
    #[default]
    None,
    Doubles {
        doubles: Vec<f64>,
        /// All of them are safe integers, spelled as such.
        integers_only: bool,
    },
    /// All of them are integers of 64 bits.
    Integers(Vec<i64>),
    /// WTF-8.
    Strings(Texts),
    /// JSON.
    Mixed(Texts),
}

/// Texts behind each other, and where each one ends.
#[derive(Debug, Default)]
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

/// What the values of a column are: `TYPES` in `ts/columns.ts`.
#[derive(Clone, Copy)]
enum Type {
    Float64 = 0,
    Int64 = 1,
    String = 2,
    Mixed = 3,
}

impl Column {
    /// Appends the row of a value, given as JSON, or of none.
    ///
    /// # Errors
    /// `LW_SIZE` when the texts of the column are more than 4 GiB. The row then is as if it had no value.
    pub(crate) fn push(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        let row = self.rows;
        self.rows += 1;
        match value {
            None => self.missing.set(row),
            Some(b"null") => self.null.set(row),
            Some(value) => self.push_value(row, value).inspect_err(|_| self.missing.set(row))?,
        }
        Ok(())
    }

    fn push_value(&mut self, row: usize, value: &[u8]) -> Result<(), Error> {
        let is_string = value.starts_with(b"\"");
        let is_number = matches!(value.first(), Some(b'-' | b'0'..=b'9'));
        match &mut self.values {
            Values::Strings(texts) if is_string => return texts.push_string(row, value),
            Values::Mixed(texts) => return texts.push(row, |bytes| bytes.extend_from_slice(value)),
            Values::Doubles { .. } | Values::Integers(_) if is_number => self.push_number(row, Number::parse(value)),
            Values::None => {
                self.values = match (is_string, is_number) {
                    (true, _) => Values::Strings(Texts::default()),
                    (_, true) => Values::Doubles { doubles: Vec::new(), integers_only: true },
                    _ => Values::Mixed(Texts::default()),
                };
                return self.push_value(row, value);
            }
            _ => {
                self.values = Values::Mixed(self.to_mixed(row)?);
                return self.push_value(row, value);
            }
        }
        Ok(())
    }

    fn push_number(&mut self, row: usize, number: Number) {
        match (&mut self.values, number) {
            (Values::Doubles { integers_only, .. }, Number::Double(_)) => *integers_only = false,
            (Values::Doubles { doubles, integers_only: true }, Number::Wide(_)) => {
                self.values = Values::Integers(doubles.iter().map(|&double| double as i64).collect());
            }
            // The double nearest to an integer is the one nearest to its spelling.
            (Values::Integers(integers), Number::Double(_)) => {
                let doubles = integers.iter().map(|&integer| integer as f64).collect();
                self.values = Values::Doubles { doubles, integers_only: false };
            }
            _ => {}
        }
        match (&mut self.values, number) {
            (Values::Doubles { doubles, .. }, Number::Double(double)) => put(doubles, row, double),
            (Values::Doubles { doubles, .. }, Number::Safe(integer) | Number::Wide(integer)) => put(doubles, row, integer as f64),
            (Values::Integers(integers), Number::Safe(integer) | Number::Wide(integer)) => put(integers, row, integer),
            _ => {}
        }
    }

    /// The values of the first `rows` rows as JSON.
    fn to_mixed(&self, rows: usize) -> Result<Texts, Error> {
        let mut mixed = Texts::default();
        for row in (0..rows).filter(|&row| self.has_value(row)) {
            mixed.push(row, |bytes| match &self.values {
                Values::Doubles { doubles, .. } => push_double(bytes, doubles[row]),
                Values::Integers(integers) => bytes.extend_from_slice(itoa::Buffer::new().format(integers[row]).as_bytes()),
                Values::Strings(texts) => push_string(texts.get(row), bytes),
                Values::Mixed(texts) => bytes.extend_from_slice(texts.get(row)),
                Values::None => {}
            })?;
        }
        Ok(mixed)
    }

    fn has_value(&self, row: usize) -> bool {
        !self.missing.has(row) && !self.null.has(row)
    }

    /// Makes the column as long as its rows.
    fn finish(&mut self) {
        let rows = self.rows;
        match &mut self.values {
            Values::None => self.values = Values::Doubles { doubles: vec![0.0; rows], integers_only: true },
            Values::Doubles { doubles, .. } => doubles.resize(rows, 0.0),
            Values::Integers(integers) => integers.resize(rows, 0),
            Values::Strings(texts) | Values::Mixed(texts) => texts.fill(rows),
        }
        let missing_words = self.missing.words().len().max(self.null.words().len());
        let gaps: Vec<usize> = (0..rows.min(missing_words * 32)).filter(|&row| !self.has_value(row)).collect();
        if let Values::Doubles { doubles, .. } = &mut self.values {
            for row in gaps {
                doubles[row] = f64::NAN;
            }
        }
    }

    /// Makes the column ready to be written, and appends its four words of the head: type, words of the two bitmaps, bytes of its texts.
    pub(crate) fn write_head(&mut self, out: &mut Vec<u8>) {
        self.finish();
        let (kind, text_size) = match &self.values {
            Values::None | Values::Doubles { .. } => (Type::Float64, 0),
            Values::Integers(_) => (Type::Int64, 0),
            Values::Strings(texts) => (Type::String, texts.bytes.len()),
            Values::Mixed(texts) => (Type::Mixed, texts.bytes.len()),
        };
        let words = [kind as u32, self.missing.words().len() as u32, self.null.words().len() as u32, text_size as u32];
        out.extend(words.into_iter().flat_map(u32::to_ne_bytes));
    }

    /// Appends the values, then the ends of texts, then the bitmaps of missing rows and of nulls.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match &self.values {
            Values::None => {}
            Values::Doubles { doubles, .. } => write_all(out, doubles, |double| double.to_ne_bytes()),
            Values::Integers(integers) => write_all(out, integers, |integer| integer.to_ne_bytes()),
            Values::Strings(texts) | Values::Mixed(texts) => {
                out.extend_from_slice(&texts.bytes);
                align(out);
                write_all(out, &texts.ends, |end| end.to_ne_bytes());
            }
        }
        align(out);
        for bits in [&self.missing, &self.null] {
            write_all(out, bits.words(), |word| word.to_ne_bytes());
            align(out);
        }
    }

    /// About how many bytes [`Column::write`] appends, at least.
    pub(crate) fn size(&self) -> usize {
        match &self.values {
            Values::None | Values::Doubles { .. } | Values::Integers(_) => self.rows * size_of::<f64>(),
            Values::Strings(texts) | Values::Mixed(texts) => texts.bytes.len() + self.rows * size_of::<u32>(),
        }
    }
}

impl Texts {
    /// Appends the text of `row`, the rows before it that have none being empty.
    fn push(&mut self, row: usize, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Error> {
        self.fill(row);
        let size = self.bytes.len();
        write(&mut self.bytes);
        let Ok(end) = u32::try_from(self.bytes.len()) else {
            self.bytes.truncate(size);
            return Err(Error::nowhere(ErrorCode::Size));
        };
        self.ends.push(end);
        Ok(())
    }

    /// Appends the text that a JSON string stands for.
    fn push_string(&mut self, row: usize, string: &[u8]) -> Result<(), Error> {
        let raw = &string[1..string.len() - 1];
        if raw.contains(&b'\\') {
            return self.push(row, |bytes| unescape(raw, LoneSurrogate::Keep, bytes));
        }
        self.push(row, |bytes| bytes.extend_from_slice(raw))
    }

    fn fill(&mut self, rows: usize) {
        if self.ends.len() < rows {
            self.ends.resize(rows, self.ends.last().copied().unwrap_or(0));
        }
    }

    fn get(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.bytes[start..self.ends[row] as usize]
    }
}

/// Makes `value` that of `row`, which is behind all others.
fn put<T: Copy + Default>(values: &mut Vec<T>, row: usize, value: T) {
    if values.len() < row {
        values.resize(row, T::default());
    }
    values.push(value);
}

/// Appends JSON that reads as `double` again.
fn push_double(out: &mut Vec<u8>, double: f64) {
    if push_float(out, double).is_none() {
        // Beyond the range of doubles, so it reads as infinite.
        out.extend_from_slice(if double < 0.0 { b"-1e999" } else { b"1e999" });
    }
}

fn write_all<T: Copy, const N: usize>(out: &mut Vec<u8>, values: &[T], bytes: impl Fn(T) -> [u8; N]) {
    out.extend(values.iter().flat_map(|&value| bytes(value)));
}

/// Every section starts at a multiple of eight bytes.
pub(crate) fn align(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(8), 0);
}
