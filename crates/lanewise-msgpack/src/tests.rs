//! The quick ways through a value, held against the exact reader and a naive index, on every instruction set.

use crate::reader::{Reader, Token};
use crate::walk::{Key, Shape, Walk};
use crate::{Limits, Scratch, Tape, validate_by, writer};
use lanewise_error::{Error, ErrorCode};
use lanewise_simd::{Kernels, available};

// ------------------------------------------------------------------------------------------------ oracles

/// What the pull reader says.
fn read(input: &[u8], limits: &Limits) -> Result<(), Error> {
    let mut reader = Reader::new(input, limits);
    while reader.next()?.is_some() {}
    Ok(())
}

/// The entries of a tape, and the offsets of the values among them.
#[derive(Default)]
struct Naive {
    entries: Vec<[u32; 2]>,
    values: Vec<usize>,
}

impl Naive {
    /// Adds what starts at `at`, which is valid, and gives its end.
    fn add(&mut self, input: &[u8], at: usize, is_key: bool) -> usize {
        let limits = Limits { depth_max: u32::MAX, invalid_utf8: true, string_keys: false };
        let mut reader = Reader::new(&input[at..], &limits);
        let item = reader.next().unwrap().unwrap();
        let mut end = at + reader.offset();
        let start = self.entries.len();
        self.entries.push([at as u32, end as u32]);
        self.values.extend((!is_key).then_some(at));
        let (count, is_map) = match item.token {
            Token::Array(count) => (count, false),
            Token::Map(count) => (count, true),
            _ => return end,
        };
        let mut named = 0;
        for _ in 0..count {
            let (entries, values) = (self.entries.len(), self.values.len());
            let has_name = !is_map || !matches!(input[end], 0x80..=0x9f | 0xdc..=0xdf);
            if is_map {
                end = self.add(input, end, true);
            }
            end = self.add(input, end, false);
            named += u32::from(has_name);
            if !has_name {
                self.entries.truncate(entries);
                self.values.truncate(values);
            }
        }
        self.entries[start][1] = self.entries.len() as u32;
        self.entries.push([end as u32, named]);
        end
    }

    fn of(input: &[u8]) -> Self {
        let mut naive = Self::default();
        naive.add(input, 0, false);
        naive
    }
}

/// The offset of each value that has a name, or of the outermost one where what is in it is `skipped`.
fn tour(kernels: &Kernels, input: &[u8], skipped: bool) -> Result<Vec<usize>, Error> {
    let mut walk = Walk::new(kernels, input);
    let mut seen = Vec::new();
    // Of each open container whether it is a map and how many children are to come.
    let mut open: Vec<(bool, u32)> = vec![(false, 1)];
    while let Some((is_map, left)) = open.last_mut() {
        if *left == 0 {
            open.pop();
            continue;
        }
        *left -= 1;
        if *is_map && walk.key()?.is_none() {
            walk.skip(1)?;
            continue;
        }
        let shape = walk.shape()?;
        seen.push(walk.offset());
        if shape == Shape::Leaf || skipped {
            walk.skip(1)?;
        } else {
            let depth = open.len() as u32 - 1;
            open.push((shape == Shape::Map, walk.enter(depth, u32::MAX)?));
        }
    }
    walk.finish()?;
    Ok(seen)
}

/// The size of the value at the start, inside `depth` containers.
fn read_value(kernels: &Kernels, input: &[u8], depth: u32, limits: &Limits) -> Result<usize, Error> {
    let mut walk = Walk::new(kernels, input);
    walk.read(depth, limits)?;
    Ok(walk.offset())
}

fn read_key(kernels: &Kernels, input: &[u8]) -> Result<(Option<Key>, usize), Error> {
    let mut walk = Walk::new(kernels, input);
    let key = walk.key()?;
    Ok((key, walk.offset()))
}

const ALL_LIMITS: [Limits; 6] = [
    Limits { depth_max: 1024, string_keys: false, invalid_utf8: false },
    Limits { depth_max: 1024, string_keys: true, invalid_utf8: false },
    Limits { depth_max: 1024, string_keys: false, invalid_utf8: true },
    Limits { depth_max: 3, string_keys: false, invalid_utf8: false },
    Limits { depth_max: 2, string_keys: true, invalid_utf8: true },
    Limits { depth_max: 0, string_keys: false, invalid_utf8: false },
];

/// Verdict, error, index and walk are those of the oracles.
fn assert_agrees(input: &[u8], limits: &Limits) {
    let expected = read(input, limits);
    let shown = || format!("{} {limits:?}", input.escape_ascii());
    let lenient = read(input, &Limits { depth_max: u32::MAX, string_keys: false, invalid_utf8: true });
    let naive = if lenient.is_ok() { Naive::of(input) } else { Naive::default() };
    for kernels in available() {
        assert_eq!(validate_by(kernels, input, limits, &mut Scratch::default()), expected, "{}", shown());
        let mut tape = Tape::default();
        assert_eq!(tape.fill_by(kernels, input, limits), expected, "{}", shown());
        assert_eq!(tape.entries(), if expected.is_ok() { &naive.entries[..] } else { &[] }, "{}", shown());
        let toured = tour(kernels, input, false);
        let skipped = tour(kernels, input, true);
        match lenient {
            Ok(()) => assert_eq!((toured, skipped), (Ok(naive.values.clone()), Ok(vec![0])), "{}", shown()),
            // The data of a timestamp is not looked at.
            Err(Error { code: ErrorCode::MsgpackTimestamp, .. }) => {}
            Err(error) => assert_eq!((toured, skipped), (Err(error), Err(error)), "{}", shown()),
        }
        let (size, error) = match expected {
            Err(Error { code: ErrorCode::MsgpackTrailing, offset }) => (Some(offset), None),
            Err(error) => (None, Some(error)),
            Ok(()) => (Some(input.len()), None),
        };
        let value = read_value(kernels, input, 0, limits);
        assert_eq!((value.ok(), value.err()), (size, error), "{}", shown());
        if limits.depth_max == 1024 {
            let deeper = Limits { depth_max: 1031, ..*limits };
            assert_eq!(read_value(kernels, input, 7, &deeper), value, "{}", shown());
        }
    }
}

// ------------------------------------------------------------------------------------------------ random messages

/// Xorshift: the same numbers on each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 11) as usize % bound
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A header whose length or count has one, two or four bytes, as large as it must be or larger.
    fn wide(&mut self, out: &mut Vec<u8>, headers: [u8; 3], length: usize) {
        let least = if length < 1 << 8 {
            0
        } else if length < 1 << 16 {
            1
        } else {
            2
        };
        let width = least + self.below(3 - least);
        if headers[width] == 0 {
            return self.wide(out, headers, length);
        }
        out.push(headers[width]);
        out.extend_from_slice(&(length as u32).to_be_bytes()[4 - (1 << width)..]);
    }

    fn string(&mut self, out: &mut Vec<u8>) {
        const PARTS: &[&str] = &["a", "bc", "defghijk", "é", "€", "😀", "0123456789abcdef"];
        let size = self.pick(&[0, 1, 2, 5, 20, 31, 60, 90, 300]);
        let mut text = String::new();
        while text.len() < size {
            text += if self.below(4) > 0 { "x" } else { self.pick(PARTS) };
        }
        if text.len() < 32 && self.below(5) > 0 {
            out.push(0xa0 | text.len() as u8);
        } else {
            self.wide(out, [0xd9, 0xda, 0xdb], text.len());
        }
        out.extend_from_slice(text.as_bytes());
    }

    fn extension(&mut self, out: &mut Vec<u8>) {
        match self.below(4) {
            0 => out.extend_from_slice(b"\xd6\xff\x00\x01\x02\x03"),
            1 => out.extend_from_slice(b"\xc7\x0c\xff\x3b\x9a\xc9\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
            2 => {
                let size = self.below(5);
                out.extend_from_slice(&[0xd4 + size as u8, 7]);
                out.resize(out.len() + (1 << size), 0xc1);
            }
            _ => {
                let size = self.below(70);
                self.wide(out, [0xc7, 0xc8, 0xc9], size);
                out.push(0x85);
                out.resize(out.len() + size, 0xff);
            }
        }
    }

    fn value(&mut self, out: &mut Vec<u8>, depth: u32) {
        match self.below(if depth > 5 { 12 } else { 16 }) {
            0..4 => self.string(out),
            4 => out.push(self.pick(&[0xc0, 0xc2, 0xc3])),
            5..7 => out.push(self.pick(&[0, 1, 0x7f, 0xe0, 0xff])),
            7..10 => {
                let (header, size) = self.pick(&[
                    (0xca, 4),
                    (0xcb, 8),
                    (0xcc, 1),
                    (0xcd, 2),
                    (0xce, 4),
                    (0xcf, 8),
                    (0xd0, 1),
                    (0xd1, 2),
                    (0xd2, 4),
                    (0xd3, 8),
                ]);
                out.push(header);
                out.extend_from_slice(&self.next().to_be_bytes()[..size]);
            }
            10 => {
                let size = self.below(80);
                self.wide(out, [0xc4, 0xc5, 0xc6], size);
                out.resize(out.len() + size, 0xff);
            }
            11 => self.extension(out),
            kind => {
                let count = self.below(if depth == 0 { 12 } else { 5 });
                let is_map = kind < 14;
                match self.below(3) {
                    0 => self.wide(out, if is_map { [0, 0xde, 0xdf] } else { [0, 0xdc, 0xdd] }, count),
                    _ if is_map => writer::map(out, count as u32),
                    _ => writer::array(out, count as u32),
                }
                for _ in 0..count {
                    if is_map && self.below(8) == 0 {
                        self.value(out, depth + 1);
                    } else if is_map {
                        self.string(out);
                    }
                    self.value(out, depth + 1);
                }
            }
        }
    }

    fn mutate(&mut self, message: &mut Vec<u8>) {
        let at = self.below(message.len() + 1);
        match self.below(5) {
            0 => message.truncate(at),
            1 => message.insert(at, self.next() as u8),
            2 => drop(message.drain(at..message.len().min(at + 1 + self.below(3)))),
            3 if at < message.len() => message[at] = self.pick(&[0xc1, 0xdf, 0xdd, 0xdb, 0xc6, 0xc9, 0xd9, 0x81, 0x91, 0xff, 0x80, 0xc7]),
            _ if at < message.len() => message[at] ^= 1 << self.below(8),
            _ => {}
        }
    }
}

/// Elsewhere it is mostly an emulator that takes them.
const STEPS: usize = if cfg!(target_arch = "x86_64") { 1_000_000 } else { 20_000 };

#[test]
fn agrees_with_the_reader_some_mutations_away_from_a_message() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut message = Vec::new();
    for step in 0..STEPS {
        if step % 8 == 0 {
            message.clear();
            random.value(&mut message, 0);
            message.truncate(4000);
        }
        assert_agrees(&message, &random.pick(&ALL_LIMITS));
        random.mutate(&mut message);
    }
}

#[test]
fn agrees_with_the_reader_on_every_two_bytes_in_front_of_others() {
    for first in 0..=255 {
        for second in 0..=255 {
            for rest in [&b""[..], b"\x00\x00\x00\x02\x01\xa1\xff\xc0", &[0; 80], &[0xff; 80]] {
                let input = [&[first, second], rest].concat();
                for limits in &ALL_LIMITS[..2] {
                    assert_agrees(&input, limits);
                }
            }
        }
    }
}

#[test]
fn a_bad_byte_is_found_wherever_it_stands_in_a_string() {
    for size in [1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200] {
        for behind in [0, 1, 40, 100] {
            for (at, bad) in (0..size).flat_map(|at| [(at, 0xff), (at, 0x80), (at, 0xe2), (at, 0xf0)]) {
                let mut text = vec![b'a'; size];
                text[at] = bad;
                let mut input = vec![0xdc, 0, 1 + behind as u8];
                writer::str(&mut input, &text).unwrap();
                input.resize(input.len() + behind, 0xc0);
                assert_agrees(&input, &ALL_LIMITS[0]);
                assert_agrees(&input, &ALL_LIMITS[2]);
            }
        }
    }
}

// ------------------------------------------------------------------------------------------------ the index

#[test]
fn each_format_has_its_entry() {
    type Case<'a> = (&'a [u8], &'a [[u32; 2]]);
    let cases: &[Case<'_>] = &[
        (b"\x00", &[[0, 1]]),
        (b"\xe0", &[[0, 1]]),
        (b"\xc0", &[[0, 1]]),
        (b"\xc3", &[[0, 1]]),
        (b"\xa2hi", &[[0, 3]]),
        (b"\xd9\x01a", &[[0, 3]]),
        (b"\xda\x00\x01a", &[[0, 4]]),
        (b"\xdb\x00\x00\x00\x01a", &[[0, 6]]),
        (b"\xc4\x01\xff", &[[0, 3]]),
        (b"\xc5\x00\x01\xff", &[[0, 4]]),
        (b"\xc6\x00\x00\x00\x01\xff", &[[0, 6]]),
        (b"\xc7\x01\x05\xff", &[[0, 4]]),
        (b"\xc8\x00\x01\x05\xff", &[[0, 5]]),
        (b"\xc9\x00\x00\x00\x01\x05\xff", &[[0, 7]]),
        (b"\xca\x00\x00\x00\x00", &[[0, 5]]),
        (b"\xcb\x00\x00\x00\x00\x00\x00\x00\x00", &[[0, 9]]),
        (b"\xcc\x00", &[[0, 2]]),
        (b"\xcd\x00\x00", &[[0, 3]]),
        (b"\xce\x00\x00\x00\x00", &[[0, 5]]),
        (b"\xcf\x00\x00\x00\x00\x00\x00\x00\x00", &[[0, 9]]),
        (b"\xd0\x00", &[[0, 2]]),
        (b"\xd1\x00\x00", &[[0, 3]]),
        (b"\xd2\x00\x00\x00\x00", &[[0, 5]]),
        (b"\xd3\x00\x00\x00\x00\x00\x00\x00\x00", &[[0, 9]]),
        (b"\xd4\x01a", &[[0, 3]]),
        (b"\xd5\x01ab", &[[0, 4]]),
        (b"\xd6\xff\x00\x00\x00\x01", &[[0, 6]]),
        (b"\xd7\x01abcdefgh", &[[0, 10]]),
        (b"\xd8\x01abcdefghabcdefgh", &[[0, 18]]),
        (b"\x90", &[[0, 1], [1, 0]]),
        (b"\x80", &[[0, 1], [1, 0]]),
        (b"\x92\x01\x90", &[[0, 4], [1, 2], [2, 3], [3, 0], [3, 2]]),
        (b"\xdc\x00\x01\xc0", &[[0, 2], [3, 4], [4, 1]]),
        (b"\xdd\x00\x00\x00\x01\xc0", &[[0, 2], [5, 6], [6, 1]]),
        (b"\x81\xa1a\x05", &[[0, 3], [1, 3], [3, 4], [4, 1]]),
        (b"\xde\x00\x01\x01\x02", &[[0, 3], [3, 4], [4, 5], [5, 1]]),
        (b"\xdf\x00\x00\x00\x01\xc4\x00\x02", &[[0, 3], [5, 7], [7, 8], [8, 1]]),
        // Members whose key is a container are not there, but their bytes are.
        (b"\x82\x90\x91\x01\xa1a\x05", &[[0, 3], [4, 6], [6, 7], [7, 1]]),
        (b"\x81\x81\x80\x80\x91\x01", &[[0, 1], [6, 0]]),
    ];
    for &(input, entries) in cases {
        for kernels in available() {
            let mut tape = Tape::default();
            tape.fill_by(kernels, input, &Limits::default()).unwrap();
            assert_eq!(tape.entries(), entries, "{}", input.escape_ascii());
        }
        for behind in [&b""[..], b"\xc0"] {
            assert_agrees(&[input, behind].concat(), &Limits::default());
        }
    }
}

#[test]
fn a_tape_that_fails_is_empty_and_one_that_is_used_again_has_the_new_entries() {
    let mut tape = Tape::new(b"\x92\x01\x02", &Limits::default()).unwrap();
    tape.fill(b"\x01", &Limits::default()).unwrap();
    assert_eq!(tape.entries(), [[0, 1]]);
    assert_eq!(tape.fill(b"\x92\x01\xc1", &Limits::default()), Err(Error::new(ErrorCode::MsgpackReserved, 2)));
    assert!(tape.entries().is_empty());
    assert_eq!(Tape::new(b"\x91\x01", &Limits::default()).unwrap().into_words(), [0, 2, 1, 2, 2, 1]);
}

// ------------------------------------------------------------------------------------------------ the walk

#[test]
fn a_key_is_its_text_or_all_of_it() {
    let key = |range, is_string| Some(Key { range, is_string });
    for (input, expected, end) in [
        (&b"\xa2hi\x01"[..], key(1..3, true), 3),
        (b"\xd9\x02hi", key(2..4, true), 4),
        (b"\xda\x00\x02hi", key(3..5, true), 5),
        (b"\xdb\x00\x00\x00\x00", key(5..5, true), 5),
        (b"\xa1\xff", key(1..2, true), 2),
        (b"\x07", key(0..1, false), 1),
        (b"\xcd\x01\x02", key(0..3, false), 3),
        (b"\xc4\x01a", key(0..3, false), 3),
        (b"\xd4\x05a", key(0..3, false), 3),
        (b"\x91\x91\x01", None, 3),
        (b"\x81\x01\x02\x03", None, 3),
    ] {
        for kernels in available() {
            assert_eq!(read_key(kernels, input), Ok((expected.clone(), end)), "{}", input.escape_ascii());
            for cut in 0..end {
                assert_eq!(read_key(kernels, &input[..cut]), Err(Error::new(ErrorCode::MsgpackEnd, cut)));
            }
        }
    }
}

#[test]
fn claims_cost_nothing() {
    // Counts whose sum has no room in 64 bits, and lengths that no input has.
    let claims = [b"\xdf\xff\xff\xff\xff".repeat(100_000), b"\xdd\xff\xff\xff\xff\xdb\xff\xff\xff\xff".to_vec()];
    for input in &claims {
        for kernels in available() {
            let limits = Limits { depth_max: u32::MAX, ..Limits::default() };
            let error = Error::new(ErrorCode::MsgpackEnd, input.len());
            assert_eq!(validate_by(kernels, input, &limits, &mut Scratch::default()), Err(error));
            assert_eq!(Tape::default().fill_by(kernels, input, &limits), Err(error));
            assert_eq!(tour(kernels, input, true), Err(error));
            assert_eq!(read_value(kernels, input, 0, &limits), Err(error));
        }
    }
}

#[test]
fn a_million_open_containers_are_walked_without_recursion() {
    const DEPTH: usize = 1_000_000;
    let limits = Limits { depth_max: u32::MAX, ..Limits::default() };
    for (open, is_key) in [(0x91_u8, false), (0x81, true)] {
        let mut input = vec![open; DEPTH];
        input.extend(vec![0xc0; if is_key { DEPTH + 1 } else { 1 }]);
        for kernels in available() {
            assert_eq!(validate_by(kernels, &input, &limits, &mut Scratch::default()), Ok(()));
            let mut tape = Tape::default();
            assert_eq!(tape.fill_by(kernels, &input, &limits), Ok(()));
            assert_eq!(tape.entries().len(), if is_key { 2 } else { 2 * DEPTH + 1 });
            assert!(tour(kernels, &input, false).is_ok());
        }
    }
}
