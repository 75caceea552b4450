//! What JavaScript answers: records in memory that both sides know, written by `ts/gateway/native/replies.ts`.
use std::sync::LazyLock;

use lanewise_dataplane::Reply;
use lanewise_http::response::{BadField, Body, Prepared, Start, has_body, write_head};
use lanewise_http::{Version, failure_body};

/// One answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    /// The id that the request was handed over by.
    pub(crate) id: u32,
    /// 0 when nothing is to be sent: the request is over, and its id is free.
    pub(crate) status: u16,
    pub(crate) media: Media,
    /// `name LF value LF` of each field.
    pub(crate) fields: &'a [u8],
    pub(crate) body: &'a [u8],
    /// The body is to be sent in UTF-8, but stands here in Latin-1.
    pub(crate) is_latin1: bool,
}

/// A media type that needs not be spelled out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    None,
    Json,
    Text,
    Bytes,
}

const LINE_END: &[u8] = b"\r\n";

/// The heads of usual answers, by media type, without what they say of the body.
static USUAL: LazyLock<[Option<Prepared>; 4]> = LazyLock::new(|| {
    [Media::None, Media::Json, Media::Text, Media::Bytes].map(|media| {
        let start = Start { version: Version::Http11, status: 200, keep_alive: true, body: Body::None, date: &[b' '; 29] };
        Prepared::new(&start, media.field()).ok()
    })
});

impl Media {
    pub(crate) fn of(code: u32) -> Self {
        match code {
            1 => Self::Json,
            2 => Self::Text,
            3 => Self::Bytes,
            _ => Self::None,
        }
    }

    fn field(self) -> Option<(&'static [u8], &'static [u8])> {
        (self != Self::None).then_some((b"Content-Type", self.name()))
    }

    fn name(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::Json => b"application/json",
            Self::Text => b"text/plain; charset=utf-8",
            Self::Bytes => b"application/octet-stream",
        }
    }
}

const WORD: usize = size_of::<u32>();
const HEAD_SIZE: usize = 4 * WORD;
const LATIN1: u32 = 1 << 31;

/// The answers in `area`, up to the first that does not lie in it as a whole.
pub(crate) fn answers(area: &[u8]) -> impl Iterator<Item = Answer<'_>> {
    records(area).map(|record| Answer::read(record, word(record, 0)))
}

/// The bytes of each answer in `area`.
pub(crate) fn records(area: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = area;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_at_checked(HEAD_SIZE)?;
        let size = word(rest, 2) as usize + (word(rest, 3) & !LATIN1) as usize;
        after.get(..size)?;
        let record = &rest[..HEAD_SIZE + size];
        rest = rest.get((HEAD_SIZE + size).next_multiple_of(WORD)..).unwrap_or_default();
        Some(record)
    })
}

/// The id that an answer is for.
pub(crate) fn id_of(record: &[u8]) -> u32 {
    word(record, 0)
}

/// A word of a record, which has a whole head.
fn word(record: &[u8], i: usize) -> u32 {
    u32::from_ne_bytes(record.as_chunks().0[i])
}

impl<'a> Answer<'a> {
    /// Reads a record that [`records`] gave, for a request that is `id` here.
    pub(crate) fn read(record: &'a [u8], id: u32) -> Self {
        let (fields, body) = record[HEAD_SIZE..].split_at(word(record, 2) as usize);
        let (status, media) = ((word(record, 1) & 0xffff) as u16, Media::of(word(record, 1) >> 16));
        Self { id, status, media, fields, body, is_latin1: word(record, 3) & LATIN1 != 0 }
    }
}

impl Answer<'_> {
    /// The record of this answer to what is `id` elsewhere.
    pub(crate) fn record(&self, id: u32) -> Vec<u8> {
        let flags = if self.is_latin1 { LATIN1 } else { 0 };
        let words = [id, u32::from(self.status) | (self.media as u32) << 16, self.fields.len() as u32, self.body.len() as u32 | flags];
        [words.map(u32::to_ne_bytes).as_flattened(), self.fields, self.body].concat()
    }

    /// Appends the head of an answer of the usual kind, 200 without fields of its own to a client of HTTP/1.1 that stays; false for any other.
    fn write_usual_head(&self, reply: &mut Reply<'_>, length: usize) -> bool {
        let is_usual = self.status == 200 && self.fields.is_empty() && reply.keep_alive() && reply.version() == Version::Http11;
        let Some(head) = USUAL[self.media as usize].as_ref().filter(|_| is_usual) else { return false };
        let date = *reply.date();
        head.write(reply.out, &date);
        // It says nothing of its body: the length goes in front of the empty line.
        reply.out.truncate(reply.out.len() - LINE_END.len());
        reply.out.extend_from_slice(b"Content-Length: ");
        reply.out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
        reply.out.extend_from_slice(LINE_END);
        reply.out.extend_from_slice(LINE_END);
        true
    }

    /// Appends the response, for a request of that route. A field that cannot be written makes it a 500: the checks of the other side should have found it.
    pub(crate) fn write(&self, reply: &mut Reply<'_>, route: u16) {
        let wide = if self.is_latin1 { self.body.iter().filter(|byte| !byte.is_ascii()).count() } else { 0 };
        let length = self.body.len() + wide;
        if !self.write_usual_head(reply, length) && self.write_head(reply, Body::Length(length as u64)).is_err() {
            let answer =
                Answer { status: 500, media: Media::Json, fields: b"", body: failure_body(500).as_bytes(), is_latin1: false, ..*self };
            answer.write(reply, route);
            return;
        }
        reply.count(route, self.status);
        if reply.is_head() || !has_body(self.status) {
            return;
        }
        if wide == 0 {
            reply.out.extend_from_slice(self.body);
        } else {
            write_utf8(reply.out, self.body);
        }
    }

    /// Appends the head of a response that is streamed. False, with a 500 in its place that closes the connection, when it cannot be written.
    pub(crate) fn write_chunked(&self, reply: &mut Reply<'_>, route: u16) -> bool {
        reply.count(route, self.status);
        if self.write_head(reply, Body::Chunked).is_ok() {
            return true;
        }
        reply.close();
        reply.count(route, 500);
        let answer = Answer { status: 500, media: Media::None, fields: b"", body: b"", is_latin1: false, ..*self };
        _ = answer.write_head(reply, Body::Chunked);
        false
    }

    fn write_head(&self, reply: &mut Reply<'_>, body: Body) -> Result<(), BadField> {
        let date = *reply.date();
        let start = Start { version: reply.version(), status: self.status, keep_alive: reply.keep_alive(), body, date: &date };
        // An answer without a body has no type.
        let media = if has_body(self.status) { self.media } else { Media::None };
        write_head(reply.out, &start, media.field().into_iter().chain(fields(self.fields))).map(|_| ())
    }
}

fn fields(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut lines = lines.split(|&byte| byte == b'\n');
    std::iter::from_fn(move || {
        let (name, value) = (lines.next()?, lines.next()?);
        Some((name, value))
    })
}

fn write_utf8(out: &mut Vec<u8>, latin1: &[u8]) {
    for &byte in latin1 {
        if byte.is_ascii() { out.push(byte) } else { out.extend_from_slice(&[0xc0 | byte >> 6, 0x80 | byte & 0x3f]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Given {
        id: u32,
        status: u16,
        media: u32,
        fields: Vec<u8>,
        body: Vec<u8>,
        is_latin1: bool,
    }

    impl Given {
        fn answer(&self) -> Answer<'_> {
            let &Given { id, status, media, ref fields, ref body, is_latin1 } = self;
            Answer { id, status, media: Media::of(media), fields, body, is_latin1 }
        }

        fn of(answer: Answer<'_>) -> Self {
            let Answer { id, status, media, fields, body, is_latin1 } = answer;
            Self { id, status, media: media as u32, fields: fields.to_vec(), body: body.to_vec(), is_latin1 }
        }
    }

    fn given() -> impl Strategy<Value = Given> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..50);
        (any::<u32>(), any::<u16>(), 0..4u32, bytes(), bytes(), any::<bool>())
            .prop_map(|(id, status, media, fields, body, is_latin1)| Given { id, status, media, fields, body, is_latin1 })
    }

    /// Answers one behind the other, each at a whole word.
    fn area(given: &[Given]) -> Vec<u8> {
        let mut area = Vec::new();
        for given in given {
            area.extend(given.answer().record(given.id));
            area.resize(area.len().next_multiple_of(WORD), 0);
        }
        area
    }

    proptest! {
        #[test]
        fn answers_are_read_as_they_were_written(given in prop::collection::vec(given(), 0..10)) {
            prop_assert_eq!(answers(&area(&given)).map(Given::of).collect::<Vec<_>>(), given);
        }

        /// An area that was cut gives what is whole in it, and no more.
        #[test]
        fn a_part_of_the_answers_is_no_other_answer(given in prop::collection::vec(given(), 1..6), cut in any::<prop::sample::Index>()) {
            let area = area(&given);
            let found: Vec<_> = answers(&area[..cut.index(area.len())]).map(Given::of).collect();
            prop_assert!(given.starts_with(&found));
        }

        /// Whatever JavaScript has written is read within its memory.
        #[test]
        fn any_bytes_are_no_danger(area in prop::collection::vec(prop_oneof![Just(0), Just(0xff), any::<u8>()], 0..200)) {
            let size: usize = records(&area).map(|record| record.len().next_multiple_of(WORD)).sum();
            prop_assert!(size <= area.len().next_multiple_of(WORD));
            prop_assert_eq!(records(&area).map(id_of).collect::<Vec<_>>(), answers(&area).map(|answer| answer.id).collect::<Vec<_>>());
        }

        #[test]
        fn latin1_goes_out_in_utf8(body in prop::collection::vec(any::<u8>(), 0..100)) {
            let mut out = Vec::new();
            write_utf8(&mut out, &body);
            prop_assert_eq!(out, body.iter().map(|&byte| char::from(byte)).collect::<String>().into_bytes());
        }

        #[test]
        fn fields_are_pairs_of_lines(pairs in prop::collection::vec(("[a-z]{1,9}", "[ -~]{0,20}"), 0..9)) {
            let text: String = pairs.iter().map(|(name, value)| format!("{name}\n{value}\n")).collect();
            let found: Vec<_> = fields(text.as_bytes()).map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
            prop_assert_eq!(found, pairs.into_iter().map(|(name, value)| (name.into_bytes(), value.into_bytes())).collect::<Vec<_>>());
        }
    }
}
