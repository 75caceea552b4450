//! Where every value of a document is, so that it can be walked in any order.

use crate::Limits;
use crate::reader::{Event, Reader};
use lanewise_error::{Error, ErrorCode};

/// The index of a JSON text: entries of two words, in document order.
///
/// | entry | first word | second word |
/// | --- | --- | --- |
/// | key, string, number, literal | offset of its first byte | offset behind its last byte |
/// | start of a container | offset of its bracket | number of the entry of its end |
/// | end of a container | offset of its bracket | how many members or elements it has |
///
/// What an entry is, the byte at its offset says. A member is a key, then its value. Quotes belong to a string, so its text starts
/// one byte later and ends one byte earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tape {
    entries: Vec<[u32; 2]>,
}

impl Tape {
    /// Checks `input` as [`validate`](crate::validate) does, and indexes it.
    ///
    /// # Errors
    /// Those of [`validate`](crate::validate); `LW_SIZE` for an input of 4 GiB or more.
    /// # Complexity
    /// O(input.len()) time; eight bytes for each value, key and end of container, at most four times the input.
    /// # Examples
    /// ```
    /// use lanewise_json::{Limits, Tape};
    /// let tape = Tape::new(br#"{"a": [1]}"#, &Limits::default())?;
    /// assert_eq!(tape.entries(), [[0, 5], [1, 4], [6, 4], [7, 8], [8, 1], [9, 1]]);
    /// # Ok::<(), lanewise_error::Error>(())
    /// ```
    pub fn new(input: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut tape = Self::default();
        tape.fill(input, limits)?;
        Ok(tape)
    }

    /// [`Tape::new`] in memory that is used again. On an error the tape is empty.
    ///
    /// # Errors
    /// Those of [`Tape::new`].
    pub fn fill(&mut self, input: &[u8], limits: &Limits) -> Result<(), Error> {
        self.entries.clear();
        u32::try_from(input.len()).map_err(|_| Error::nowhere(ErrorCode::Size))?;
        self.index(input, limits).inspect_err(|_| self.entries.clear())
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[[u32; 2]] {
        &self.entries
    }

    /// The words of the entries, in order.
    #[must_use]
    pub fn into_words(self) -> Vec<u32> {
        self.entries.into_flattened()
    }

    fn index(&mut self, input: &[u8], limits: &Limits) -> Result<(), Error> {
        let mut reader = Reader::new(input, limits);
        let mut open: Vec<Open> = Vec::new();
        while let Some(event) = reader.next()? {
            let end = reader.offset() as u32;
            let is_end = matches!(event, Event::ObjectEnd | Event::ArrayEnd);
            if !is_end
                && !matches!(event, Event::Key(_))
                && let Some(parent) = open.last_mut()
            {
                parent.count += 1;
            }
            let entry = match event {
                Event::ObjectStart | Event::ArrayStart => {
                    open.push(Open { entry: self.entries.len(), count: 0 });
                    [end - 1, 0]
                }
                Event::ObjectEnd | Event::ArrayEnd => {
                    let closed = open.pop().expect("the reader closes only what it has opened");
                    self.entries[closed.entry][1] = self.entries.len() as u32;
                    [end - 1, closed.count]
                }
                Event::Key(string) | Event::String(string) => [string.range.start as u32 - 1, end],
                Event::Number(range) => [range.start as u32, end],
                Event::Bool(true) | Event::Null => [end - 4, end],
                Event::Bool(false) => [end - 5, end],
            };
            self.entries.push(entry);
        }
        Ok(())
    }
}

struct Open {
    entry: usize,
    count: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_every_value_where_it_stands() {
        let input = br#" [ "a\"" , {} , {"k" : [ ] , "l":-1.5e3}, true,false,null ] "#;
        let tape = Tape::new(input, &Limits::default()).unwrap();
        let texts: Vec<&str> = tape
            .entries()
            .iter()
            .map(|&[start, end]| {
                let start = start as usize;
                let end = if b"[]{}".contains(&input[start]) { start + 1 } else { end as usize };
                core::str::from_utf8(&input[start..end]).unwrap()
            })
            .collect();
        let expected = ["[", r#""a\"""#, "{", "}", "{", r#""k""#, "[", "]", r#""l""#, "-1.5e3", "}", "true", "false", "null", "]"];
        assert_eq!(texts, expected);
        let links: Vec<u32> = [0, 2, 3, 4, 6, 7, 10, 14].map(|entry: usize| tape.entries()[entry][1]).into();
        assert_eq!(links, [14, 3, 0, 10, 7, 0, 2, 6]);
        assert_eq!(tape.clone().into_words(), tape.entries().as_flattened());
    }

    #[test]
    fn is_empty_after_an_error() {
        let mut tape = Tape::new(b"[1]", &Limits::default()).unwrap();
        assert_eq!(tape.fill(b"[1,2", &Limits::default()), Err(Error::new(ErrorCode::JsonEnd, 4)));
        assert_eq!(tape.entries().len(), 0);
    }
}
