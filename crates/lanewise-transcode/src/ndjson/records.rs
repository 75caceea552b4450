//! Where the records are.

use std::ops::Range;

/// Newlines are looked for in so many bytes at once, which are then still in the cache when the records are read.
const CHUNK: usize = 1 << 15;

/// The ranges of the records of `input`, without what ends their lines.
pub(crate) struct Records<'a> {
    input: &'a [u8],
    /// Where the next line starts.
    start: usize,
    /// The chunk whose newlines are known.
    chunk: Range<usize>,
    /// Offsets in that chunk.
    newlines: Vec<u32>,
    /// How many of them were met.
    met: usize,
}

impl<'a> Records<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { input, start: 0, chunk: 0..0, newlines: Vec::new(), met: 0 }
    }

    fn next_line(&mut self) -> Option<Range<usize>> {
        let end = self.next_newline().unwrap_or(self.input.len());
        let line = self.start..end;
        self.start = end + 1;
        (line.start < self.input.len()).then_some(line)
    }

    fn next_newline(&mut self) -> Option<usize> {
        while self.met == self.newlines.len() {
            if self.chunk.end == self.input.len() {
                return None;
            }
            self.chunk = self.chunk.end..self.input.len().min(self.chunk.end + CHUNK);
            self.newlines.clear();
            self.met = 0;
            lanewise_simd::active().index_byte(b'\n', &self.input[self.chunk.clone()], 0, &mut self.newlines);
        }
        self.met += 1;
        Some(self.chunk.start + self.newlines[self.met - 1] as usize)
    }
}

impl Iterator for Records<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let mut line = self.next_line()?;
            line.end -= usize::from(self.input[line.clone()].ends_with(b"\r"));
            let is_blank = self.input[line.clone()].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            if !is_blank {
                return Some(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(input: &[u8]) -> Vec<Range<usize>> {
        let mut start = 0;
        let mut records = Vec::new();
        for line in input.split(|&byte| byte == b'\n') {
            let record = line.strip_suffix(b"\r").unwrap_or(line);
            if !record.iter().all(|byte| b" \t\r".contains(byte)) {
                records.push(start..start + record.len());
            }
            start += line.len() + 1;
        }
        records
    }

    #[test]
    fn lines_end_at_newlines_and_blank_ones_are_no_records() {
        let input = b"1\r\n\n \t\r\n 2 \n\r\r\n3\r\r\n4\r";
        let records: Vec<_> = Records::new(input).map(|range| &input[range]).collect();
        assert_eq!(records, [&b"1"[..], b" 2 ", b"3\r", b"4"]);
        assert_eq!(Records::new(b"").next(), None);
        assert_eq!(Records::new(b"\n").next(), None);
    }

    #[test]
    fn a_line_may_lie_in_several_chunks() {
        for size in [CHUNK - 2, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let mut input = vec![b'x'; size];
            input.extend_from_slice(b"\ny");
            assert_eq!(Records::new(&input).collect::<Vec<_>>(), [0..size, size + 1..size + 2]);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_split(pieces in prop::collection::vec(prop::sample::select(vec!["\n", "\r", " ", "x", "\r\n", "{}"]), 0..200)) {
            let input = pieces.concat();
            prop_assert_eq!(Records::new(input.as_bytes()).collect::<Vec<_>>(), naive(input.as_bytes()));
        }
    }
}
