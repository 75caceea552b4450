//! Where every value is, so that a value can be walked in any order.

use crate::Limits;
use crate::reader::{Item, Reader, Token};
use crate::scan::{self, Header, SIZES, Scan};
use lanewise_error::{Error, ErrorCode};
use lanewise_simd::{Isa, Task};

/// The index of a MessagePack value: entries of two words, in document order, as those of a JSON text.
///
/// | entry | first word | second word |
/// | --- | --- | --- |
/// | key, scalar | offset of its header | offset behind its last byte |
/// | start of a container | offset of its header | number of the entry of its end |
/// | end of a container | offset behind its last byte | how many members or elements it has |
///
/// What an entry is, the byte at its offset says. A member is a key, then its value. A member whose key is an array or a map has no name, by which
/// anyone could ask for it, and no entry either; it does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tape {
    entries: Vec<[u32; 2]>,
}

impl Tape {
    /// Checks `input` as [`validate`](crate::validate) does, and indexes it.
    ///
    /// # Errors
    /// Those of [`validate`](crate::validate); `LW_SIZE`, without a place, for an input of 4 GiB or more and when there is no memory for the tape.
    /// # Complexity
    /// O(input.len()) time; eight bytes for each value, key and end of container, at most sixteen times the input (in arrays of empty arrays).
    /// # Examples
    /// ```
    /// use lanewise_msgpack::{Limits, Tape};
    /// let tape = Tape::new(b"\x81\xa1a\x91\x01", &Limits::default())?;
    /// assert_eq!(tape.entries(), [[0, 5], [1, 3], [3, 4], [4, 5], [5, 1], [5, 1]]);
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
        self.fill_by(lanewise_simd::active(), input, limits)
    }

    pub(crate) fn fill_by(&mut self, kernels: &lanewise_simd::Kernels, input: &[u8], limits: &Limits) -> Result<(), Error> {
        self.entries.clear();
        u32::try_from(input.len()).map_err(|_| Error::nowhere(ErrorCode::Size))?;
        if kernels.run(Index { input, limits, entries: &mut self.entries })? {
            return Ok(());
        }
        self.entries.clear();
        Exact { entries: &mut self.entries, open: Vec::new(), passing: None }
            .read(Reader::new(input, limits))
            .inspect_err(|_| self.entries.clear())
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
}

/// Adds an entry, and gives its number.
///
/// # Errors
/// `LW_SIZE` when there is no memory for it, or no number.
#[inline(always)]
fn push(entries: &mut Vec<[u32; 2]>, entry: [u32; 2]) -> Result<u32, Error> {
    if entries.len() == entries.capacity() {
        make_room(entries)?;
    }
    entries.push(entry);
    Ok((entries.len() - 1) as u32)
}

/// Room for more entries: twice as many, or where that is too much an eighth more.
#[cold]
fn make_room(entries: &mut Vec<[u32; 2]>) -> Result<(), Error> {
    let too_large = Error::nowhere(ErrorCode::Size);
    if u32::try_from(entries.len()).is_err() {
        return Err(too_large);
    }
    entries.try_reserve(1).or_else(|_| entries.try_reserve_exact(1 + entries.len() / 8)).map_err(|_| too_large)
}

/// The entry of a container ends: `end` is behind it, `count` is what it has.
///
/// # Errors
/// Those of [`push`].
#[inline(always)]
fn close(entries: &mut Vec<[u32; 2]>, start: u32, end: usize, count: u32) -> Result<(), Error> {
    let number = push(entries, [end as u32, count])?;
    entries[start as usize][1] = number;
    Ok(())
}

/// Indexes a value that has nothing rare in it: false for one that is not valid, or has a member without a name.
struct Index<'a, 'l> {
    input: &'a [u8],
    limits: &'l Limits,
    entries: &'a mut Vec<[u32; 2]>,
}

/// The container that values are read of.
#[derive(Clone, Copy)]
struct Open {
    /// Its entry.
    start: u32,
    is_map: bool,
    count: u32,
    /// Values that are still to come, keys too.
    to_come: u64,
}

impl Task for Index<'_, '_> {
    type Output = Result<bool, Error>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let Self { input, limits, entries } = self;
        let scan = Scan::new(isa, input, limits);
        let mut outer: Vec<Open> = Vec::new();
        // The value as a whole is the only element of nothing.
        let mut open = Open { start: 0, is_map: false, count: 1, to_come: 1 };
        let mut at = 0;
        loop {
            while open.to_come == 0 {
                let Some(parent) = outer.pop() else { return Ok(at == input.len()) };
                if at > input.len() {
                    return Ok(false);
                }
                close(entries, open.start, at, open.count)?;
                open = parent;
            }
            let is_key = open.is_map && open.to_come.is_multiple_of(2);
            open.to_come -= 1;
            let Some(&byte) = input.get(at) else { return Ok(false) };
            if is_key && limits.string_keys && !scan::is_string(byte) {
                return Ok(false);
            }
            let size = SIZES[usize::from(byte)];
            let end = if size > 0 {
                scan.sized(at, byte, size)
            } else {
                match scan::header(input, at, byte) {
                    Some(Header::Container { is_map, count, start }) => {
                        if is_key || outer.len() >= limits.depth_max as usize {
                            return Ok(false);
                        }
                        outer.push(open);
                        let start_entry = push(entries, [at as u32, 0])?;
                        open = Open { start: start_entry, is_map, count, to_come: u64::from(count) << u32::from(is_map) };
                        at = start;
                        continue;
                    }
                    Some(Header::Data { content, start, end }) => scan.data(content, start, end),
                    Some(Header::Reserved) | None => None,
                }
            };
            let Some(end) = end else { return Ok(false) };
            push(entries, [at as u32, end as u32])?;
            at = end;
        }
    }
}

/// Indexes item by item, and says what is wrong.
struct Exact<'t> {
    entries: &'t mut Vec<[u32; 2]>,
    /// The entry of each open container, and how many values it has so far.
    open: Vec<(u32, u32)>,
    /// Where values without a name are passed over.
    passing: Option<Passing>,
}

/// A member without a name is passed over.
#[derive(Clone, Copy)]
struct Passing {
    /// How many containers are open around it.
    depth: usize,
    /// How many values of it are to come: the key and the value, or the value.
    to_come: u8,
}

impl Exact<'_> {
    fn read(mut self, mut reader: Reader<'_>) -> Result<(), Error> {
        while let Some(item) = reader.next()? {
            let is_container = matches!(item.token, Token::Array(_) | Token::Map(_));
            if item.is_key && is_container && self.passing.is_none() {
                self.passing = Some(Passing { depth: reader.depth() - 1, to_come: 2 });
            }
            match &mut self.passing {
                Some(passing) => {
                    passing.to_come -= u8::from(reader.depth() == passing.depth);
                    self.passing = self.passing.filter(|passing| passing.to_come > 0);
                }
                None => self.item(&item, reader.offset())?,
            }
        }
        Ok(())
    }

    /// Adds what ends at `end`.
    fn item(&mut self, item: &Item, end: usize) -> Result<(), Error> {
        match item.token {
            Token::ArrayEnd | Token::MapEnd => {
                let (start, count) = self.open.pop().expect("the reader closes only what it has opened");
                return close(self.entries, start, end, count);
            }
            _ if item.is_key => {}
            _ => self.open.last_mut().into_iter().for_each(|(_, count)| *count += 1),
        }
        let number = push(self.entries, [item.offset as u32, end as u32])?;
        if matches!(item.token, Token::Array(_) | Token::Map(_)) {
            self.open.push((number, 0));
        }
        Ok(())
    }
}
