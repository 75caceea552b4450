//! Where values end in a stream.

/// Finds the ends of values that stand one behind the other, in bytes that come in chunks. Only headers are looked at, each once; whether the values
/// are valid is not checked, but for what says nothing about where a value ends, and for their depth.
///
/// # Examples
/// ```
/// use lanewise_msgpack::Boundary;
/// let mut boundary = Boundary::new(8);
/// assert_eq!(boundary.scan(b"\x01\x92\x02\xa2h"), Some(1));
/// assert_eq!(boundary.scan(b"i\x03\xa5"), Some(2));
/// assert_eq!(boundary.scan(b"\xc1"), Some(0));
/// assert_eq!(boundary.scan(b"text\xc1"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    depth_max: u32,
    /// Bytes of a scalar that are still to come.
    left: u64,
    /// The start of a header that the end of a chunk has cut off, and how many bytes it has.
    header: [u8; HEADER_SIZE_MAX],
    header_size: usize,
    /// Of each open container the items that are still to come, outermost first. None is zero.
    open: Vec<u64>,
}

/// The longest header: a byte that says what follows, and a count of four.
const HEADER_SIZE_MAX: usize = 5;
/// Bytes of a saved state before its containers: what is left, then the header and its size.
const SAVED_HEAD: usize = 16;

/// What a header announces.
enum Announced {
    /// Bytes.
    Scalar(u64),
    /// Items.
    Container(u64),
}

impl Boundary {
    /// A scan at the start of a stream whose containers nest at most `depth_max` deep.
    #[must_use]
    pub fn new(depth_max: u32) -> Self {
        Self { depth_max, left: 0, header: [0; HEADER_SIZE_MAX], header_size: 0, open: Vec::new() }
    }

    /// Takes the next chunk, and gives the offset in it behind the last value that ends there, 0 when none does. `None` at the byte 0xc1 and at a container that
    /// is too deep: the value that is under way has an error then, and there is nothing more to be scanned.
    ///
    /// # Complexity
    /// O(chunk.len()) time; one word per open container.
    pub fn scan(&mut self, chunk: &[u8]) -> Option<usize> {
        let (mut at, mut whole) = (0, 0);
        if self.left > 0 {
            at = self.pass(chunk, at);
            if self.left > 0 {
                return Some(0);
            }
            self.complete(at, &mut whole);
        }
        while let Some(end) = self.gather(chunk, at) {
            at = end;
            match self.announced()? {
                Announced::Container(0) | Announced::Scalar(0) => self.complete(at, &mut whole),
                Announced::Container(items) => self.open.push(items),
                Announced::Scalar(size) => {
                    self.left = size;
                    at = self.pass(chunk, at);
                    if self.left > 0 {
                        break;
                    }
                    self.complete(at, &mut whole);
                }
            }
        }
        Some(whole)
    }

    /// Goes over what is left of a scalar.
    fn pass(&mut self, chunk: &[u8], at: usize) -> usize {
        let size = self.left.min((chunk.len() - at) as u64);
        self.left -= size;
        at + size as usize
    }

    /// Counts a value that ends at `at`, and the containers that end with it.
    fn complete(&mut self, at: usize, whole: &mut usize) {
        while let Some(items) = self.open.last_mut() {
            *items -= 1;
            if *items > 0 {
                return;
            }
            self.open.pop();
        }
        *whole = at;
    }

    /// Takes the header at `at`, or the rest of one, and gives the offset behind it; `None` when the chunk ends before.
    fn gather(&mut self, chunk: &[u8], mut at: usize) -> Option<usize> {
        loop {
            if self.header_size > 0 && self.header_size == header_size(self.header[0]) {
                self.header_size = 0;
                return Some(at);
            }
            self.header[self.header_size] = *chunk.get(at)?;
            self.header_size += 1;
            at += 1;
        }
    }

    /// What the header that was taken announces.
    fn announced(&self) -> Option<Announced> {
        let [byte, count @ ..] = self.header;
        // Of a header without a count this is without meaning.
        let count = u64::from(u32::from_be_bytes(count) >> (8 * (HEADER_SIZE_MAX - header_size(byte)) % 32));
        let is_map = matches!(byte, 0x80..=0x8f | 0xde | 0xdf);
        Some(match byte {
            0xc1 => return None,
            0x80..=0x9f | 0xdc..=0xdf if self.open.len() >= self.depth_max as usize => return None,
            0x80..=0x9f => Announced::Container(u64::from(byte & 0x0f) << u32::from(is_map)),
            0xdc..=0xdf => Announced::Container(count << u32::from(is_map)),
            0xa0..=0xbf => Announced::Scalar((byte & 0x1f).into()),
            0xc4..=0xc6 | 0xd9..=0xdb => Announced::Scalar(count),
            // The type of an extension is a byte of its own.
            0xc7..=0xc9 => Announced::Scalar(count + 1),
            0xd4..=0xd8 => Announced::Scalar(1 + (1 << (byte - 0xd4))),
            0xcc | 0xd0 => Announced::Scalar(1),
            0xcd | 0xd1 => Announced::Scalar(2),
            0xca | 0xce | 0xd2 => Announced::Scalar(4),
            0xcb | 0xcf | 0xd3 => Announced::Scalar(8),
            _ => Announced::Scalar(0),
        })
    }

    /// Appends the state, for [`Boundary::restore`].
    pub fn save(&self, out: &mut Vec<u8>) {
        out.extend(self.left.to_le_bytes());
        out.extend(self.header);
        out.extend([self.header_size as u8, 0, 0]);
        out.extend(self.open.iter().flat_map(|items| items.to_le_bytes()));
    }

    /// The scan that was saved as `bytes`; of none at all one at the start.
    #[must_use]
    pub fn restore(bytes: &[u8], depth_max: u32) -> Self {
        let mut boundary = Self::new(depth_max);
        let Some((&[left, head], open)) = bytes.as_chunks().0.split_first_chunk::<{ SAVED_HEAD / 8 }>() else { return boundary };
        boundary.left = u64::from_le_bytes(left);
        boundary.header.copy_from_slice(&head[..HEADER_SIZE_MAX]);
        boundary.header_size = usize::from(head[HEADER_SIZE_MAX]).min(HEADER_SIZE_MAX - 1);
        boundary.open.extend(open.iter().map(|&items| u64::from_le_bytes(items).max(1)));
        boundary
    }
}

/// Bytes of the header that starts with `byte`.
fn header_size(byte: u8) -> usize {
    match byte {
        0xc4 | 0xc7 | 0xd9 => 2,
        0xc5 | 0xc8 | 0xda | 0xdc | 0xde => 3,
        0xc6 | 0xc9 | 0xdb | 0xdd | 0xdf => 5,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Reader;
    use crate::{Limits, writer};
    use lanewise_error::ErrorCode;
    use proptest::prelude::*;

    /// The ends of the values, by the reader, as far as they are valid.
    fn naive(input: &[u8], limits: &Limits) -> Vec<usize> {
        let (mut ends, mut start) = (Vec::new(), 0);
        while start < input.len() {
            let mut reader = Reader::new(&input[start..], limits);
            let size = loop {
                match reader.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => break reader.offset(),
                    Err(error) if error.code == ErrorCode::MsgpackTrailing => break error.offset,
                    Err(_) => return ends,
                }
            };
            start += size;
            ends.push(start);
        }
        ends
    }

    /// The ends that the scan finds when each byte is a chunk.
    fn one_by_one(input: &[u8], depth_max: u32) -> Vec<usize> {
        let mut boundary = Boundary::new(depth_max);
        let mut ends = Vec::new();
        for (at, byte) in input.iter().enumerate() {
            match boundary.scan(&[*byte]) {
                Some(0) => {}
                Some(_) => ends.push(at + 1),
                None => break,
            }
        }
        ends
    }

    fn item() -> impl Strategy<Value = Vec<u8>> {
        let bytes = prop::collection::vec(any::<u8>(), 0..20);
        prop_oneof![
            3 => (0_u8..=0xff).prop_map(|byte| vec![byte]),
            1 => (0xc0_u8..=0xdf, prop::collection::vec(0..4_u8, 0..12)).prop_map(|(header, rest)| [vec![header], rest].concat()),
            1 => "[a-zé]{0,300}".prop_map(|text| { let mut out = Vec::new(); writer::str(&mut out, text.as_bytes()).unwrap(); out }),
            1 => (any::<i8>(), bytes).prop_map(|(kind, data)| { let mut out = Vec::new(); writer::ext(&mut out, kind, &data).unwrap(); out }),
            1 => (0..4_u32).prop_map(|count| { let mut out = Vec::new(); writer::map(&mut out, count); out }),
        ]
    }

    proptest! {
        #[test]
        fn values_end_where_the_reader_ends(items in prop::collection::vec(item(), 0..12), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6), depth_max in 0..4_u32) {
            let input = items.concat();
            let limits = Limits { depth_max, invalid_utf8: true, ..Limits::default() };
            let expected = naive(&input, &limits);
            let found = one_by_one(&input, depth_max);
            // What is no timestamp has an end all the same.
            prop_assert!(found.starts_with(&expected), "{found:?} {expected:?}");

            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(input.len() + 1)).chain([0, input.len()]).collect();
            cuts.sort_unstable();
            let (mut state, mut last, mut is_good) = (Vec::new(), 0, true);
            for pair in cuts.windows(2) {
                let mut boundary = Boundary::restore(&state, depth_max);
                let Some(whole) = boundary.scan(&input[pair[0]..pair[1]]) else { is_good = false; break };
                if whole > 0 {
                    last = pair[0] + whole;
                }
                state.clear();
                boundary.save(&mut state);
            }
            let last_of_all = found.last().copied().unwrap_or(0);
            prop_assert!(last == last_of_all || !is_good && last < last_of_all);
        }
    }
}
