//! Writes responses: heads that are checked as they are written, and bodies in chunks.

use crate::chars::{is_token, is_value};
use crate::date::ImfDate;
use crate::head::Version;
use std::fmt;

/// A field that cannot be written: its name is no token, or its value has a control character (CR, LF and NUL among them).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadField {
    /// The index of the field among those that were given.
    pub index: usize,
}

impl fmt::Display for BadField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the response field at index {} cannot be written", self.index)
    }
}

impl std::error::Error for BadField {}

/// What a response head says of the end of its body (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// There is none, and no field says so: 1xx, 204, 304.
    None,
    /// So many bytes. To HEAD: that GET would be answered with.
    Length(u64),
    /// As `Length`, by a number that [`LengthSlot::set`] writes later.
    LengthLater,
    /// In chunks, by [`ChunkWriter`]. An HTTP/1.0 client gets it plain instead, ended by the end of the connection.
    Chunked,
}

/// What the start of a response head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start<'a> {
    /// The version of the request; the response is always HTTP/1.1 (RFC 9110 section 6.2).
    pub version: Version,
    /// 100 to 999.
    pub status: u16,
    /// False when the connection is closed after the response.
    pub keep_alive: bool,
    /// The end of the body. None is written for a status that has no body.
    pub body: Body,
    /// The value of Date.
    pub date: &'a ImfDate,
}

impl Start<'_> {
    /// True if the connection can be used again after the response: the client wants it, and the end of the body can be told.
    #[must_use]
    pub fn keeps_alive(&self) -> bool {
        self.keep_alive && !(self.version == Version::Http10 && self.body == Body::Chunked && has_body(self.status))
    }
}

/// True for a status whose response may have a body (RFC 9110 sections 6.4.1, 15.2, 15.3.5 and 15.4.5).
#[must_use]
pub fn has_body(status: u16) -> bool {
    status >= 200 && status != 204 && status != 304
}

/// The place of a Content-Length that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthSlot {
    at: usize,
}

impl LengthSlot {
    const SIZE: usize = Digits::SIZE_MAX;

    /// Writes the length into the head that it was left open in; `out` begins where it began when the head was written. White space
    /// is left before the number, which is part of no field value (RFC 9110 section 5.5).
    pub fn set(self, out: &mut [u8], length: u64) {
        let Some(place) = out.get_mut(self.at..self.at + Self::SIZE) else { return };
        let digits = Digits::of(length);
        let (blanks, number) = place.split_at_mut(Self::SIZE - digits.as_bytes().len());
        blanks.fill(b' ');
        number.copy_from_slice(digits.as_bytes());
    }
}

/// Appends a response head: status line, Date, Connection where it is needed, the framing, and `fields` in their order.
///
/// Of `fields`, pairs of name and value, those that say how a message is framed or what becomes of the connection are left out:
/// they are the gateway's own (Connection, Content-Length, Keep-Alive, Proxy-Connection, TE, Trailer, Transfer-Encoding, Upgrade).
/// A Date among them is written in place of `start.date`. Returns the slot that [`Body::LengthLater`] leaves open.
///
/// # Errors
/// [`BadField`]; `out` is as it was then.
///
/// # Complexity
/// O(size of the head). Allocates only while `out` grows.
pub fn write_head<'f>(
    out: &mut Vec<u8>,
    start: &Start<'_>,
    fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
) -> Result<Option<LengthSlot>, BadField> {
    let before = out.len();
    let rendered = render(out, start, fields);
    if rendered.is_err() {
        out.truncate(before);
    }
    rendered.map(|Rendered { slot, .. }| slot)
}

/// The parts of a rendered head that may change.
struct Rendered {
    /// Where the value of Date stands; None when it is a user's.
    date_at: Option<usize>,
    slot: Option<LengthSlot>,
}

fn render<'f>(out: &mut Vec<u8>, start: &Start<'_>, fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>) -> Result<Rendered, BadField> {
    begin_head(out, start);
    let has_date = write_fields(out, fields)?;
    let date_at = (!has_date).then(|| write_date(out, start.date));
    let slot = write_framing(out, start);
    out.extend_from_slice(b"\r\n");
    Ok(Rendered { date_at, slot })
}

fn begin_head(out: &mut Vec<u8>, start: &Start<'_>) {
    out.extend_from_slice(b"HTTP/1.1 ");
    let status = start.status.clamp(100, 999);
    out.extend_from_slice(&[100, 10, 1].map(|unit| b'0' + (status / unit % 10) as u8));
    out.push(b' ');
    out.extend_from_slice(reason(status).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Writes the fields of a user; true if Date is among them.
fn write_fields<'f>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>) -> Result<bool, BadField> {
    let mut has_date = false;
    for (index, (name, value)) in fields.into_iter().enumerate() {
        if name.is_empty() || !name.iter().copied().all(is_token) || !value.iter().copied().all(is_value) {
            return Err(BadField { index });
        }
        if is_own(name) {
            continue;
        }
        has_date |= name.eq_ignore_ascii_case(b"date");
        write_field(out, name, value);
    }
    Ok(has_date)
}

fn write_field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

fn write_date(out: &mut Vec<u8>, date: &ImfDate) -> usize {
    out.extend_from_slice(b"Date: ");
    let at = out.len();
    out.extend_from_slice(date);
    out.extend_from_slice(b"\r\n");
    at
}

/// True for a field that is the gateway's own.
fn is_own(name: &[u8]) -> bool {
    const OWN: [&[u8]; 8] =
        [b"connection", b"content-length", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"];
    OWN.iter().any(|own| name.eq_ignore_ascii_case(own))
}

fn write_framing(out: &mut Vec<u8>, start: &Start<'_>) -> Option<LengthSlot> {
    if start.status < 200 {
        return None;
    }
    match (start.keeps_alive(), start.version) {
        (false, _) => out.extend_from_slice(b"Connection: close\r\n"),
        (true, Version::Http10) => out.extend_from_slice(b"Connection: keep-alive\r\n"),
        (true, Version::Http11) => {}
    }
    match start.body {
        _ if !has_body(start.status) => {}
        Body::None => {}
        Body::Length(length) => {
            out.extend_from_slice(b"Content-Length: ");
            out.extend_from_slice(Digits::of(length).as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        Body::LengthLater => {
            out.extend_from_slice(b"Content-Length: ");
            let slot = LengthSlot { at: out.len() };
            out.extend_from_slice(&[b' '; LengthSlot::SIZE]);
            slot.set(out, 0);
            out.extend_from_slice(b"\r\n");
            return Some(slot);
        }
        Body::Chunked if start.version == Version::Http10 => {}
        Body::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
    }
    None
}

/// A number in decimal digits.
struct Digits {
    digits: [u8; Self::SIZE_MAX],
    start: usize,
}

impl Digits {
    const SIZE_MAX: usize = 20;

    fn of(number: u64) -> Digits {
        let mut digits = [b'0'; Self::SIZE_MAX];
        let mut start = Self::SIZE_MAX - 1;
        let mut rest = number;
        loop {
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                return Digits { digits, start };
            }
            start -= 1;
        }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.digits[self.start..]
    }
}

/// What a client that waits for it is told before it sends its body (RFC 9110 section 15.2.1).
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A response head that is rendered once and sent often: only Date changes, and Content-Length where it is left open.
#[derive(Clone, Debug)]
pub struct Prepared {
    head: Vec<u8>,
    date_at: Option<usize>,
    slot: Option<LengthSlot>,
}

impl Prepared {
    /// Renders a head as [`write_head`] does; `start.date` stands in it until another is given.
    ///
    /// # Errors
    /// [`BadField`], as of [`write_head`].
    pub fn new<'f>(start: &Start<'_>, fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>) -> Result<Prepared, BadField> {
        let mut head = Vec::new();
        let Rendered { date_at, slot } = render(&mut head, start, fields)?;
        Ok(Prepared { head, date_at, slot })
    }

    /// How many bytes the head takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.head.len()
    }

    /// Appends the head with this Date. Returns the slot that [`Body::LengthLater`] leaves open. Allocates only while `out` grows.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>, date: &ImfDate) -> Option<LengthSlot> {
        let before = out.len();
        out.extend_from_slice(&self.head);
        if let Some(at) = self.date_at {
            out[before + at..before + at + date.len()].copy_from_slice(date);
        }
        self.slot.map(|LengthSlot { at }| LengthSlot { at: before + at })
    }
}

/// Writes a body whose size is not known before its head, [`Body::Chunked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkWriter {
    /// False for an HTTP/1.0 client, which gets the data as it is.
    is_chunked: bool,
}

impl ChunkWriter {
    /// A writer for a client that asked in this version.
    #[must_use]
    pub fn new(version: Version) -> ChunkWriter {
        ChunkWriter { is_chunked: version == Version::Http11 }
    }

    /// Appends `data` as one chunk; nothing for no data, which would end the body.
    pub fn write(self, out: &mut Vec<u8>, data: &[u8]) {
        if !self.is_chunked {
            out.extend_from_slice(data);
        } else if !data.is_empty() {
            write_hex(out, data.len());
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(data);
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Appends the end of the body.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.is_chunked {
            out.extend_from_slice(b"0\r\n\r\n");
        }
    }
}

fn write_hex(out: &mut Vec<u8>, number: usize) {
    let digits = (usize::BITS - number.leading_zeros()).div_ceil(4).max(1);
    for i in (0..digits).rev() {
        out.push(b"0123456789abcdef"[number >> (4 * i) & 15]);
    }
}

/// The reason phrase of a status; empty for one without a name (RFC 9110 section 15).
#[must_use]
pub fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        102 => "Processing",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        207 => "Multi-Status",
        208 => "Already Reported",
        226 => "IM Used",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        418 => "I'm a Teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Entity",
        423 => "Locked",
        424 => "Failed Dependency",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        506 => "Variant Also Negotiates",
        507 => "Insufficient Storage",
        508 => "Loop Detected",
        511 => "Network Authentication Required",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::imf_date;
    use proptest::prelude::*;

    type Fields<'f> = &'f [(&'f str, &'f str)];

    fn pairs<'f>(fields: Fields<'f>) -> impl Iterator<Item = (&'f [u8], &'f [u8])> {
        fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))
    }

    fn start(status: u16, version: Version, keep_alive: bool, body: Body) -> Start<'static> {
        Start { version, status, keep_alive, body, date: b"Thu, 01 Jan 1970 00:00:00 GMT" }
    }

    fn written(start: &Start<'_>, fields: Fields<'_>) -> Result<String, BadField> {
        let mut out = b"before".to_vec();
        let result = write_head(&mut out, start, pairs(fields));
        let text = String::from_utf8(out).expect("it is text");
        let head = text.strip_prefix("before").expect("what was there stays").to_string();
        if result.is_err() {
            assert_eq!(head, "");
        }
        result.map(|_| head)
    }

    #[test]
    fn heads_say_how_the_body_ends_and_what_becomes_of_the_connection() {
        use Version::{Http10, Http11};
        let date = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
        let cases = [
            (start(200, Http11, true, Body::Length(5)), format!("HTTP/1.1 200 OK\r\nA: b\r\n{date}Content-Length: 5\r\n\r\n")),
            (
                start(404, Http11, false, Body::Length(0)),
                format!("HTTP/1.1 404 Not Found\r\nA: b\r\n{date}Connection: close\r\nContent-Length: 0\r\n\r\n"),
            ),
            (
                start(200, Http10, true, Body::Length(u64::MAX)),
                format!("HTTP/1.1 200 OK\r\nA: b\r\n{date}Connection: keep-alive\r\nContent-Length: 18446744073709551615\r\n\r\n"),
            ),
            (start(200, Http11, true, Body::Chunked), format!("HTTP/1.1 200 OK\r\nA: b\r\n{date}Transfer-Encoding: chunked\r\n\r\n")),
            // Without chunks the end of the connection ends the body (RFC 9112 section 6.3).
            (start(200, Http10, true, Body::Chunked), format!("HTTP/1.1 200 OK\r\nA: b\r\n{date}Connection: close\r\n\r\n")),
            (start(299, Http11, true, Body::None), format!("HTTP/1.1 299 \r\nA: b\r\n{date}\r\n")),
            // No framing where there is no body (RFC 9112 section 6.1, RFC 9110 section 8.6).
            (start(204, Http11, true, Body::Length(5)), format!("HTTP/1.1 204 No Content\r\nA: b\r\n{date}\r\n")),
            (start(304, Http10, true, Body::Chunked), format!("HTTP/1.1 304 Not Modified\r\nA: b\r\n{date}Connection: keep-alive\r\n\r\n")),
            (start(103, Http11, false, Body::None), format!("HTTP/1.1 103 Early Hints\r\nA: b\r\n{date}\r\n")),
        ];
        for (start, expected) in cases {
            assert_eq!(written(&start, &[("A", "b")]), Ok(expected.clone()));
            assert_eq!(start.keeps_alive(), start.status < 200 && start.keep_alive || start.status >= 200 && !expected.contains("close"));
        }
    }

    #[test]
    fn fields_that_would_end_a_line_or_frame_a_message_are_not_written() {
        let start = start(200, Version::Http11, true, Body::Length(0));
        let bad: &[(&str, &str)] = &[
            ("A", "b\r\nC: d"),
            ("A", "\n"),
            ("A", "\r"),
            ("A", "\0"),
            ("A", "\x7f"),
            ("A", "\x1b"),
            ("", "b"),
            ("A ", "b"),
            ("A:", "b"),
            ("A\r\n", "b"),
            ("Ä", "b"),
            ("Content-Length\n", "5"),
        ];
        for (name, value) in bad {
            assert_eq!(written(&start, &[("Fine", "x"), (name, value)]), Err(BadField { index: 1 }), "{name:?}: {value:?}");
        }
        let plain = written(&start, &[]).expect("it is sound");
        for name in ["Content-Length", "TRANSFER-ENCODING", "connection", "Keep-Alive", "Upgrade", "TE", "Trailer", "Proxy-Connection"] {
            assert_eq!(written(&start, &[(name, "5")]).as_ref(), Ok(&plain));
            assert_eq!(written(&start, &[(name, "5\n")]), Err(BadField { index: 0 }));
        }
        let own = written(&start, &[("date", "never"), ("B", "\tü ")]).expect("it is sound");
        assert_eq!(own, "HTTP/1.1 200 OK\r\ndate: never\r\nB: \tü \r\nContent-Length: 0\r\n\r\n");
    }

    #[test]
    fn a_length_is_set_later_in_its_place() {
        let start = start(200, Version::Http11, true, Body::LengthLater);
        let mut out = b"before".to_vec();
        let slot = write_head(&mut out, &start, []).expect("it is sound").expect("it has a slot");
        for (length, text) in [(0, "0"), (u64::MAX, "18446744073709551615"), (7, "7")] {
            slot.set(&mut out, length);
            let head = std::str::from_utf8(&out).expect("it is text");
            assert!(head.contains(&format!("\r\nContent-Length: {text:>20}\r\n\r\n")), "{head}");
        }
        // Not where there is no body to have a length.
        assert_eq!(write_head(&mut out, &Start { status: 204, ..start }, []), Ok(None));
    }

    #[test]
    fn prepared_heads_are_those_that_are_written_each_time() {
        let fields: Fields<'_> = &[("Content-Type", "text/plain"), ("ETag", "\"x\"")];
        let later = imf_date(1_700_000_000);
        for body in [Body::Length(3), Body::LengthLater, Body::Chunked, Body::None] {
            for fields in [fields, &[], &[("Date", "mine")]] {
                let first = start(200, Version::Http11, true, body);
                let prepared = Prepared::new(&first, pairs(fields)).expect("it is sound");
                let mut expected = b"before".to_vec();
                let mut out = expected.clone();
                let slot = write_head(&mut expected, &Start { date: &later, ..first }, pairs(fields)).expect("it is sound");
                assert_eq!(prepared.write(&mut out, &later), slot);
                assert_eq!(out, expected);
                assert_eq!(prepared.size(), out.len() - b"before".len());
            }
        }
        let start = start(200, Version::Http11, true, Body::None);
        assert_eq!(Prepared::new(&start, pairs(&[("A", "\n")])).err(), Some(BadField { index: 0 }));
    }

    #[test]
    fn the_chunks_of_an_older_client_are_plain() {
        for (version, expected) in
            [(Version::Http11, "1\r\na\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"), (Version::Http10, "a0123456789abcdef")]
        {
            let (mut out, writer) = (vec![], ChunkWriter::new(version));
            writer.write(&mut out, b"a");
            writer.write(&mut out, b"");
            writer.write(&mut out, b"0123456789abcdef");
            writer.finish(&mut out);
            assert_eq!(out, expected.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn what_is_written_in_chunks_is_read_back(data in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 0..8)) {
            let (mut out, writer) = (vec![], ChunkWriter::new(Version::Http11));
            for data in &data {
                writer.write(&mut out, data);
            }
            writer.finish(&mut out);
            let mut reader = crate::BodyReader::new(crate::Framing::Chunked, u64::MAX).expect("it has no length");
            let (mut read, mut at) = (vec![], 0);
            loop {
                let piece = reader.read(&out[at..]).expect("it is sound");
                read.extend_from_slice(&out[at..][piece.data]);
                at += piece.consumed;
                if piece.end {
                    break;
                }
            }
            prop_assert_eq!(at, out.len());
            prop_assert_eq!(read, data.concat());
        }

        #[test]
        fn a_head_has_the_lines_that_it_was_given_and_no_others(
            fields in prop::collection::vec(("[!-~]{0,9}", "[\t -~\r\n\0]{0,20}"), 0..6),
            status in 100..1000u16,
        ) {
            let given: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            if let Ok(head) = written(&start(status, Version::Http11, true, Body::None), &given) {
                let lines: Vec<&str> = head.strip_suffix("\r\n\r\n").expect("it ends").split("\r\n").collect();
                let framing = ["te", "connection", "content-length", "keep-alive", "proxy-connection", "trailer", "transfer-encoding", "upgrade", "date"];
                prop_assume!(given.iter().all(|field| !framing.contains(&field.0.to_lowercase().as_str())));
                prop_assert_eq!(lines.len(), 2 + given.len());
                for (line, (name, value)) in lines[1..].iter().zip(&given) {
                    prop_assert_eq!(line, &format!("{name}: {value}"));
                }
                prop_assert!(!head.replace("\r\n", "").contains(['\r', '\n', '\0']));
            }
        }
    }
}
