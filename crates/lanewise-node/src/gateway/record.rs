//! What a turn has for JavaScript: records, one behind the other, in words of the host's byte order.
//!
//! `ts/gateway/native/records.ts` reads them. A record begins with its size in words, its kind and the id of its request; offsets in it count
//! bytes from its own start, so that it may be copied anywhere.
use lanewise_dataplane::Request;
use lanewise_http::Method;

use super::journal::Held;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Kind {
    /// A request, whose body has arrived unless it is streamed.
    Request,
    /// The next bytes of a streamed body.
    Piece,
    /// The request is over without an answer.
    Gone,
    /// A streamed answer may go on.
    Writable,
    /// The client sends no more: it may have left.
    Ended,
    /// The last connection has been closed.
    Drained,
    /// The routes of a generation serve from now on: its number stands in place of an id.
    Reloaded,
    /// Entries of the log.
    Logged,
}

impl Kind {
    fn of(word: u32) -> Self {
        match word & 0xff {
            0 => Self::Request,
            1 => Self::Piece,
            2 => Self::Gone,
            3 => Self::Writable,
            4 => Self::Ended,
            5 => Self::Drained,
            6 => Self::Reloaded,
            _ => Self::Logged,
        }
    }
}

/// Words before the fields of a request.
const REQUEST_WORDS: usize = 10;
/// Words of a field: which known name it is, counted from 1, with the length of the name above; where name and value are; the length of the
/// value.
const FIELD_WORDS: usize = 4;
/// Words of every other record.
const PLAIN_WORDS: usize = 6;
const WORD: usize = size_of::<u32>();

/// Flags beside the kind.
const LOOSE: u32 = 1 << 16;
const STREAMED: u32 = 1 << 17;
const LAST: u32 = 1 << 18;

/// Bytes from here on are not copied with the records: JavaScript takes them as an array of its own.
const LOOSE_MIN: usize = 16 << 10;

/// Memory above this size is not kept from turn to turn.
const KEPT_MAX: usize = 1 << 20;

/// The records of a turn.
#[derive(Default)]
pub(crate) struct Page {
    bytes: Vec<u8>,
    count: usize,
    loose: Vec<Vec<u8>>,
    /// The room that its entries of the log take of what they have.
    held: Option<Held>,
}

impl Page {
    /// How many records there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The size in bytes and the number of the records from the first on, or of none when that is behind them.
    pub(crate) fn all(&self, start: usize) -> (usize, usize) {
        if start == 0 { (self.bytes.len(), self.count) } else { (0, 0) }
    }

    /// The size in bytes of the record at `start`, and 1 for their number, or none.
    pub(crate) fn first(&self, start: usize) -> (usize, usize) {
        let word = self.bytes.get(start..).and_then(<[u8]>::first_chunk);
        word.map_or((0, 0), |word| (u32::from_ne_bytes(*word) as usize * WORD, 1))
    }

    /// Forgets all records, and keeps the memory of a usual turn.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_MAX);
        self.count = 0;
        self.loose.clear();
        self.held = None;
    }

    /// Gives each record another id; those that get none are left out.
    pub(crate) fn rename(&mut self, mut name: impl FnMut(Kind, u32) -> Option<u32>) {
        let (mut from, mut to) = (0, 0);
        loop {
            let (size, count) = self.first(from);
            if count == 0 {
                break;
            }
            let word = |i: usize| self.bytes[from + i * WORD..].first_chunk().map_or(0, |word| u32::from_ne_bytes(*word));
            if let Some(id) = name(Kind::of(word(1)), word(2)) {
                self.bytes[from + 2 * WORD..from + 3 * WORD].copy_from_slice(&id.to_ne_bytes());
                self.bytes.copy_within(from..from + size, to);
                to += size;
            } else {
                self.count -= 1;
            }
            from += size;
        }
        self.bytes.truncate(to);
    }

    /// The bytes that a record calls loose, which are taken once.
    pub(crate) fn take_loose(&mut self, index: usize) -> Vec<u8> {
        self.loose.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    /// Appends a request and which route of which generation it goes to; `is_streamed` says that its body follows in pieces.
    pub(crate) fn request(&mut self, id: u32, route: u32, generation: u32, request: &Request<'_>, is_streamed: bool) {
        let &Request { head, head_bytes, body, .. } = request;
        let start = self.bytes.len();
        let count = head.field_count();
        let at = (REQUEST_WORDS + FIELD_WORDS * count) * WORD;
        // What stands before the method, empty lines, is not copied.
        let skipped = offset_in(head_bytes, head.method_name(head_bytes));
        let place = |part: &[u8]| (at + offset_in(head_bytes, part) - skipped) as u32;
        let target = head.target(head_bytes);
        let text = head_bytes.get(skipped..head.size()).unwrap_or_default();
        let (mut flags, mut body_at, mut body_size) = (0, at + text.len(), body.len());
        if body.len() >= LOOSE_MIN {
            (flags, body_at) = (LOOSE, self.loose.len());
            self.loose.push(body.to_vec());
        }
        if is_streamed {
            flags |= STREAMED;
        }
        if flags & LOOSE != 0 {
            body_size = 0;
        }
        let kind = Kind::Request as u32 | method_code(head.method()) << 8 | flags;
        let (target_at, target_size, body_at, body_len) = (place(target), target.len() as u32, body_at as u32, body.len() as u32);
        self.words([0, kind, id, route, target_at, target_size, body_at, body_len, count as u32, generation]);
        for (known, name, value) in head.fields(head_bytes) {
            let code = known.map_or(0, |known| known as u32 + 1) | (name.len() as u32) << 8;
            self.words([code, place(name), place(value), value.len() as u32]);
        }
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(&body[..body_size]);
        self.close(start);
    }

    /// Appends bytes of a streamed body.
    pub(crate) fn piece(&mut self, id: u32, data: &[u8], is_last: bool) {
        let start = self.bytes.len();
        let flags = if is_last { LAST } else { 0 };
        if data.len() >= LOOSE_MIN {
            self.words([0, Kind::Piece as u32 | LOOSE | flags, id, 0, self.loose.len() as u32, data.len() as u32]);
            self.loose.push(data.to_vec());
        } else {
            self.words([0, Kind::Piece as u32 | flags, id, 0, (PLAIN_WORDS * WORD) as u32, data.len() as u32]);
            self.bytes.extend_from_slice(data);
        }
        self.close(start);
    }

    /// Appends a record of two numbers.
    pub(crate) fn note(&mut self, kind: Kind, id: u32, detail: u32) {
        let start = self.bytes.len();
        self.words([0, kind as u32, id, detail, 0, 0]);
        self.close(start);
    }

    /// Appends entries of the log, and keeps their room until it is cleared.
    pub(crate) fn log(&mut self, entries: &[u8], count: u32, held: Held) {
        let start = self.bytes.len();
        self.words([0, Kind::Logged as u32, 0, count, 0, 0]);
        self.bytes.extend_from_slice(entries);
        self.close(start);
        match &mut self.held {
            Some(before) => before.join(held),
            None => self.held = Some(held),
        }
    }

    fn words<const N: usize>(&mut self, words: [u32; N]) {
        self.bytes.extend_from_slice(words.map(u32::to_ne_bytes).as_flattened());
    }

    /// Ends a record at a whole word, and says its size.
    fn close(&mut self, start: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(WORD), 0);
        let size = ((self.bytes.len() - start) / WORD) as u32;
        self.bytes[start..start + WORD].copy_from_slice(&size.to_ne_bytes());
        self.count += 1;
    }
}

/// Where `part`, a slice of `whole`, begins in it; 0 for what is none.
fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    let offset = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    if offset <= whole.len() { offset } else { 0 }
}

/// The index of the method in `METHODS` of `ts/gateway/native/records.ts`; the last is for those that have none.
fn method_code(method: Method) -> u32 {
    match method {
        Method::Get => 0,
        Method::Head => 1,
        Method::Post => 2,
        Method::Put => 3,
        Method::Delete => 4,
        Method::Patch => 5,
        Method::Options => 6,
        Method::Trace => 7,
        Method::Connect => 8,
        Method::Other => 9,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use lanewise_dataplane::Token;
    use lanewise_http::{Head, HeadLimits, HeadReader};
    use proptest::prelude::*;

    /// A record as JavaScript reads it: its words, and the bytes at the places that they name.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) enum Read {
        Request { id: u32, method: Vec<u8>, target: Vec<u8>, fields: Vec<(Vec<u8>, Vec<u8>)>, body: Vec<u8>, is_streamed: bool },
        Piece { id: u32, data: Vec<u8>, is_last: bool },
        Note { kind: Kind, id: u32, detail: u32 },
    }

    /// Reads a page by the layout that `records.ts` knows, with nothing of the code above but its constants.
    pub(crate) fn read(page: &mut Page) -> Vec<Read> {
        let (mut at, mut records) = (0, Vec::new());
        while at < page.bytes.len() {
            let word = |i: usize| u32::from_ne_bytes(page.bytes[at + 4 * i..at + 4 * i + 4].try_into().unwrap());
            let text = |start: u32, size: u32| page.bytes[at + start as usize..at + start as usize + size as usize].to_vec();
            let (size, flags, id) = (word(0) as usize, word(1), word(2));
            let (loose, record) = match Kind::of(flags) {
                Kind::Request => {
                    let fields: Vec<_> = (0..word(8) as usize)
                        .map(|i| 10 + 4 * i)
                        .map(|i| (text(word(i + 1), word(i) >> 8), text(word(i + 2), word(i + 3))))
                        .collect();
                    let place = 4 * (10 + 4 * word(8));
                    let is_loose = flags & LOOSE != 0;
                    let body = if is_loose { Vec::new() } else { text(word(6), word(7)) };
                    let method = text(place, word(4) - 1 - place);
                    let is_streamed = flags & STREAMED != 0;
                    let record = Read::Request { id, method, target: text(word(4), word(5)), fields, body, is_streamed };
                    (is_loose.then_some(word(6)), record)
                }
                Kind::Piece => {
                    let is_loose = flags & LOOSE != 0;
                    let data = if is_loose { Vec::new() } else { text(word(4), word(5)) };
                    (is_loose.then_some(word(4)), Read::Piece { id, data, is_last: flags & LAST != 0 })
                }
                kind => (None, Read::Note { kind, id, detail: word(3) }),
            };
            at += 4 * size;
            let taken = loose.map(|index| page.take_loose(index as usize));
            records.push(match (record, taken) {
                (Read::Request { id, method, target, fields, is_streamed, .. }, Some(body)) => {
                    Read::Request { id, method, target, fields, body, is_streamed }
                }
                (Read::Piece { id, is_last, .. }, Some(data)) => Read::Piece { id, data, is_last },
                (record, _) => record,
            });
        }
        assert_eq!(records.len(), page.count());
        records
    }

    fn write(page: &mut Page, record: &Read) {
        match record {
            Read::Request { id, method, target, fields, body, is_streamed } => {
                let lines: Vec<u8> = fields.iter().flat_map(|(name, value)| [name, b": ".as_slice(), value, b"\r\n"].concat()).collect();
                let bytes = [b"\r\n".as_slice(), method, b" ", target, b" HTTP/1.1\r\n", &lines, b"\r\n"].concat();
                let mut head = Head::new();
                let limits = HeadLimits { bytes: 1 << 20, fields: 100 };
                assert_eq!(HeadReader::default().read(&bytes, &limits, &mut head), Ok(true));
                let token = Token { connection: 0, generation: 0, request: 0 };
                let request = Request { token, head: &head, head_bytes: &bytes, body, peer: ([127, 0, 0, 1], 1).into() };
                page.request(*id, 3, 5, &request, *is_streamed);
            }
            Read::Piece { id, data, is_last } => page.piece(*id, data, *is_last),
            Read::Note { kind, id, detail } => page.note(*kind, *id, *detail),
        }
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let large = (LOOSE_MIN - 2..LOOSE_MIN + 3).prop_map(|size| (0..size).map(|i| (i % 251) as u8).collect());
        prop_oneof![9 => prop::collection::vec(any::<u8>(), 0..40), 1 => large]
    }

    fn record() -> impl Strategy<Value = Read> {
        let name = prop_oneof![
            Just("Content-Type".to_owned()),
            Just("x-unknown".to_owned()),
            "[A-Za-z][A-Za-z0-9-]{0,20}".prop_map(|name| format!("x{name}"))
        ];
        let field = (name, "[!-~]{0,30}").prop_map(|(name, value)| (name.into_bytes(), value.into_bytes()));
        let fields = prop::collection::vec(field, 0..8).prop_map(|fields| [vec![(b"Host".to_vec(), b"a".to_vec())], fields].concat());
        let method = prop_oneof![Just("GET"), Just("DELETE"), Just("BREW")].prop_map(|method| method.as_bytes().to_vec());
        let target = "/[a-z0-9/?=%.]{0,40}".prop_map(String::into_bytes);
        const KINDS: &[Kind] = &[Kind::Gone, Kind::Writable, Kind::Ended, Kind::Drained, Kind::Reloaded];
        prop_oneof![
            (any::<u32>(), method, target, fields, bytes(), any::<bool>()).prop_map(|(id, method, target, fields, body, is_streamed)| {
                Read::Request { id, method, target, fields, body, is_streamed }
            }),
            (any::<u32>(), bytes(), any::<bool>()).prop_map(|(id, data, is_last)| Read::Piece { id, data, is_last }),
            (prop::sample::select(KINDS), any::<u32>(), any::<u32>()).prop_map(|(kind, id, detail)| Read::Note { kind, id, detail }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(records in prop::collection::vec(record(), 0..12)) {
            let mut page = Page::default();
            records.iter().for_each(|record| write(&mut page, record));
            prop_assert_eq!(read(&mut page), records.clone());
            // A page that was used once is as good as a new one.
            page.clear();
            prop_assert_eq!((page.count(), page.bytes().len()), (0, 0));
            records.iter().rev().for_each(|record| write(&mut page, record));
            prop_assert_eq!(read(&mut page), records.into_iter().rev().collect::<Vec<_>>());
        }

        /// One call for each record sees what one call for all of them does.
        #[test]
        fn records_are_found_one_by_one(records in prop::collection::vec(record(), 0..12)) {
            let mut page = Page::default();
            records.iter().for_each(|record| write(&mut page, record));
            let (mut at, mut count) = (0, 0);
            while let (size, 1) = page.first(at) {
                at += size;
                count += 1;
            }
            prop_assert_eq!((at, count), page.all(0));
            prop_assert_eq!(page.all(at.max(1)), (0, 0));
        }

        #[test]
        fn renamed_records_keep_what_they_say(records in prop::collection::vec((record(), prop::option::of(any::<u32>())), 0..12)) {
            let mut page = Page::default();
            records.iter().for_each(|(record, _)| write(&mut page, record));
            let mut names = records.iter();
            page.rename(|kind, id| {
                let (record, name) = names.next().unwrap();
                let (Read::Request { id: was, .. } | Read::Piece { id: was, .. } | Read::Note { id: was, .. }) = record;
                assert_eq!((id, kind == Kind::Request), (*was, matches!(record, Read::Request { .. })));
                *name
            });
            let expected: Vec<_> = records.into_iter().filter_map(|(record, name)| Some(with_id(record, name?))).collect();
            prop_assert_eq!(read(&mut page), expected);
        }
    }

    fn with_id(mut record: Read, name: u32) -> Read {
        let (Read::Request { id, .. } | Read::Piece { id, .. } | Read::Note { id, .. }) = &mut record;
        *id = name;
        record
    }

    #[test]
    fn loose_bytes_are_taken_once() {
        let mut page = Page::default();
        page.piece(1, &[7; LOOSE_MIN], true);
        assert_eq!(page.take_loose(0), [7; LOOSE_MIN]);
        assert_eq!((page.take_loose(0), page.take_loose(1)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn memory_of_a_large_turn_is_given_back() {
        let mut page = Page::default();
        for _ in 0..2 * KEPT_MAX / LOOSE_MIN {
            page.piece(1, &[7; LOOSE_MIN - 1], false);
        }
        page.clear();
        assert!(page.bytes.capacity() <= KEPT_MAX);
    }
}
