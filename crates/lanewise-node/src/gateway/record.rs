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
