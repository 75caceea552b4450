use super::*;
use crate::head::Framing;
use proptest::prelude::*;
use std::cell::Cell;

thread_local! {
    /// Bytes that readers of this thread have examined.
    pub(super) static EXAMINED: Cell<usize> = const { Cell::new(0) };
}

const LIMITS: HeadLimits = HeadLimits { bytes: 16 << 10, fields: 100 };

fn read(bytes: &[u8]) -> Result<Option<Head>, Refusal> {
    let mut head = Head::new();
    HeadReader::new().read(bytes, &LIMITS, &mut head).map(|is_complete| is_complete.then_some(head))
}

fn head(bytes: &[u8]) -> Head {
    read(bytes).expect("it is sound").expect("it is complete")
}

/// A head with these lines behind a request line and Host.
fn with_lines(lines: &str) -> Vec<u8> {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n").into_bytes()
}

fn refused(bytes: impl AsRef<[u8]>) -> Refusal {
    read(bytes.as_ref()).expect_err("it is refused")
}

/// Every refusal that a head can meet, by the section of RFC 9112 (or 9110) that has the rule.
#[test]
fn refuses_what_the_rfc_refuses() {
    let lines: &[(&str, &str, Refusal)] = &[
        // 2.2, message parsing
        ("2.2 bare LF behind a field", "A: b\n", Refusal::LineEnd),
        ("2.2 bare LF behind an empty field", "A:\n", Refusal::LineEnd),
        ("2.2 bare LF behind white space", "A: \t\n", Refusal::LineEnd),
        ("2.2 bare LF for an empty line", "A: b\r\n\n", Refusal::LineEnd),
        ("2.2 bare CR in a value", "A: b\rc\r\n", Refusal::LineEnd),
        ("2.2 two CR", "A: b\r\r\n", Refusal::LineEnd),
        ("2.2 bare CR at the start of a line", "\rA: b\r\n", Refusal::LineEnd),
        // 5.1, field names; 9110 5.1
        ("5.1 space before the colon", "A : b\r\n", Refusal::FieldName),
        ("5.1 tab before the colon", "A\t: b\r\n", Refusal::FieldName),
        ("5.1 no name", ": b\r\n", Refusal::FieldName),
        ("5.1 no colon", "A\r\n", Refusal::FieldName),
        ("5.1 a name in brackets", "(A): b\r\n", Refusal::FieldName),
        ("5.1 NUL in a name", "A\0: b\r\n", Refusal::FieldName),
        ("5.1 a name beyond ASCII", "Ä: b\r\n", Refusal::FieldName),
        // 5.2, line folding
        ("5.2 folded by a space", "A: b\r\n c\r\n", Refusal::Folding),
        ("5.2 folded by a tab", "A: b\r\n\tc\r\n", Refusal::Folding),
        ("5.2 a line of a space", "A: b\r\n \r\n", Refusal::Folding),
        // 9110 5.5, field values
        ("5.5 NUL", "A: b\0\r\n", Refusal::FieldValue),
        ("5.5 DEL", "A: \x7f\r\n", Refusal::FieldValue),
        ("5.5 escape", "A: \x1b[0m\r\n", Refusal::FieldValue),
        // 3.2, Host
        ("3.2 the same host twice", "Host: a\r\n", Refusal::HostRepeated),
        // 6.1, Transfer-Encoding
        ("6.1 with a length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Refusal::LengthAndChunked),
        ("6.1 with a length before", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", Refusal::LengthAndChunked),
        ("6.1 with a length, not chunked", "Content-Length: 5\r\nTransfer-Encoding: identity\r\n", Refusal::LengthAndChunked),
        ("6.1 another coding", "Transfer-Encoding: gzip, chunked\r\n", Refusal::TransferCoding),
        ("6.1 another coding with a parameter", "Transfer-Encoding: x ; y=z, chunked\r\n", Refusal::TransferCoding),
        ("6.1 another coding on its own line", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", Refusal::TransferCoding),
        ("6.3 chunked is not last", "Transfer-Encoding: chunked, gzip\r\n", Refusal::TransferEncoding),
        ("6.3 chunked is missing", "Transfer-Encoding: gzip\r\n", Refusal::TransferEncoding),
        ("6.3 identity", "Transfer-Encoding: identity\r\n", Refusal::TransferEncoding),
        ("7.1 chunked twice", "Transfer-Encoding: chunked, chunked\r\n", Refusal::TransferEncoding),
        ("7.1 chunked on two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", Refusal::TransferEncoding),
        ("7.1 chunked with a parameter", "Transfer-Encoding: chunked;a=b\r\n", Refusal::TransferEncoding),
        ("6.1 nearly chunked", "Transfer-Encoding: xchunked\r\n", Refusal::TransferEncoding),
        ("6.1 quoted", "Transfer-Encoding: \"chunked\"\r\n", Refusal::TransferEncoding),
        ("6.1 by a vertical tab", "Transfer-Encoding: \x0bchunked\r\n", Refusal::FieldValue),
        ("6.1 empty", "Transfer-Encoding:\r\n", Refusal::TransferEncoding),
        ("6.1 an empty element", "Transfer-Encoding: , chunked\r\n", Refusal::TransferEncoding),
        ("6.1 an empty element at the end", "Transfer-Encoding: chunked,\r\n", Refusal::TransferEncoding),
        // 6.2 and 6.3, Content-Length; 9110 8.6
        ("6.3 empty", "Content-Length:\r\n", Refusal::ContentLength),
        ("6.3 plus", "Content-Length: +5\r\n", Refusal::ContentLength),
        ("6.3 minus", "Content-Length: -5\r\n", Refusal::ContentLength),
        ("6.3 hexadecimal", "Content-Length: 0x5\r\n", Refusal::ContentLength),
        ("6.3 a fraction", "Content-Length: 5.0\r\n", Refusal::ContentLength),
        ("6.3 an exponent", "Content-Length: 5e1\r\n", Refusal::ContentLength),
        ("6.3 two numbers", "Content-Length: 5 5\r\n", Refusal::ContentLength),
        ("6.3 digits beyond ASCII", "Content-Length: ٥\r\n", Refusal::ContentLength),
        ("6.3 beyond 64 bits", "Content-Length: 18446744073709551616\r\n", Refusal::ContentLength),
        ("6.3 a list of unequal ones", "Content-Length: 5, 6\r\n", Refusal::ContentLengthRepeated),
        ("6.3 a list of equal ones", "Content-Length: 5, 5\r\n", Refusal::ContentLengthRepeated),
        ("6.3 unequal ones", "Content-Length: 5\r\nContent-Length: 6\r\n", Refusal::ContentLengthRepeated),
        ("6.3 equal ones", "Content-Length: 5\r\nContent-Length: 5\r\n", Refusal::ContentLengthRepeated),
        // 9110 10.1.1, Expect
        ("10.1.1 another expectation", "Expect: cake\r\n", Refusal::Expectation),
        ("10.1.1 another expectation besides", "Expect: 100-continue, cake\r\n", Refusal::Expectation),
        ("10.1.1 with a value", "Expect: 100-continue=1\r\n", Refusal::Expectation),
    ];
    for (title, lines, refusal) in lines {
        assert_eq!(refused(with_lines(lines)), *refusal, "{title}");
    }
    let heads: &[(&str, &str, Refusal)] = &[
        ("2.2 five empty lines", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::EmptyLines),
        ("2.2 bare LF before a request", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::LineEnd),
        ("2.2 bare CR before a request", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::LineEnd),
        ("2.2 white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", Refusal::Folding),
        ("2.2 bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", Refusal::LineEnd),
        ("2.2 bare CR behind the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", Refusal::LineEnd),
        ("2.3 no version, as HTTP/0.9", "GET /\r\n\r\n", Refusal::Target),
        ("2.3 a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", Refusal::Version),
        ("2.3 a version without minor", "GET / HTTP/1\r\nHost: a\r\n\r\n", Refusal::Version),
        ("2.3 a minor version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", Refusal::Version),
        ("2.3 another protocol", "GET / ICY/1.1\r\nHost: a\r\n\r\n", Refusal::Version),
        ("2.3 HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", Refusal::VersionUnsupported),
        ("2.3 HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Refusal::VersionUnsupported),
        ("2.3 HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", Refusal::VersionUnsupported),
        ("3 two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3 two spaces behind the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Version),
        ("3 a space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", Refusal::Version),
        ("3 a tab between method and target", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Method),
        ("3 a tab between target and version", "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.1 a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Method),
        ("3.1 a method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Method),
        ("3.1 no HTTP", "hello\r\n\r\n", Refusal::Method),
        ("3.1 TLS", "\x16\x03\x01\x02\0\x01\0", Refusal::Method),
        ("3.2 a control character", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2 beyond ASCII", "GET /ü HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2 a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.1 a path without its slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.1 a query alone", "GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.2 another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.2 no authority", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.2 nothing behind the scheme", "GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.2 a query for an authority", "GET http://?a HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.2 a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.2 a bad port", "GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.2 an authority without a host", "GET http://a:80:80 HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.3 an authority without CONNECT", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.3 CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", Refusal::Connect),
        ("3.2.4 an asterisk without OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2.4 an asterisk with a query", "OPTIONS *?a HTTP/1.1\r\nHost: a\r\n\r\n", Refusal::Target),
        ("3.2 no Host", "GET / HTTP/1.1\r\n\r\n", Refusal::HostMissing),
        ("3.2 no Host in HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", Refusal::HostMissing),
        ("3.2 no Host with an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n", Refusal::HostMissing),
        ("3.2 two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", Refusal::HostRepeated),
        ("3.2 a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Refusal::HostInvalid),
        ("3.2 a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", Refusal::HostInvalid),
        ("3.2 a Host of two", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", Refusal::HostInvalid),
        ("3.2 a bad Host that does not count", "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n", Refusal::HostInvalid),
        ("6.1 chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", Refusal::TransferEncodingVersion),
        (
            "6.1 chunks and a length in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            Refusal::LengthAndChunked,
        ),
    ];
    for (title, head, refusal) in heads {
        assert_eq!(refused(head), *refusal, "{title}");
    }
}

#[test]
fn finds_path_and_query_in_every_form_of_a_target() {
    let cases: &[(&str, &str, &str, &str)] = &[
        ("GET", "/", "/", ""),
        ("GET", "/a/b?c=d?e/f", "/a/b", "c=d?e/f"),
        ("GET", "/?", "/", ""),
        ("GET", "//a//b", "//a//b", ""),
        ("GET", "/%2f|{}^`<>\"\\", "/%2f|{}^`<>\"\\", ""),
        ("GET", "http://a", "/", ""),
        ("GET", "HTTPS://a:1?b/c", "/", "b/c"),
        ("GET", "http://[::1]:80/x?y", "/x", "y"),
        ("GET", "/http://a", "/http://a", ""),
        ("OPTIONS", "*", "*", ""),
        ("OPTIONS", "/a", "/a", ""),
        ("GET", "/a?http://b", "/a", "http://b"),
    ];
    for (method, target, path, query) in cases {
        let bytes = format!("{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes();
        let head = head(&bytes);
        let found = (head.target(&bytes), head.path(&bytes), head.query(&bytes));
        assert_eq!(found, (target.as_bytes(), path.as_bytes(), query.as_bytes()));
    }
}

#[test]
fn knows_methods_by_their_exact_letters() {
    let methods = [
        ("GET", Method::Get),
        ("HEAD", Method::Head),
        ("POST", Method::Post),
        ("PUT", Method::Put),
        ("DELETE", Method::Delete),
        ("PATCH", Method::Patch),
        ("OPTIONS", Method::Options),
        ("TRACE", Method::Trace),
        ("get", Method::Other),
        ("GETX", Method::Other),
        ("M-SEARCH", Method::Other),
    ];
    for (name, method) in methods {
        let bytes = format!("{name} / HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes();
        let head = head(&bytes);
        assert_eq!((head.method(), head.method_name(&bytes)), (method, name.as_bytes()));
    }
}

#[test]
fn framing_follows_the_fields() {
    let cases = [
        ("", Framing::None),
        ("Content-Length: 0\r\n", Framing::Length(0)),
        ("CONTENT-LENGTH:\t007 \r\n", Framing::Length(7)),
        ("Content-Length: 18446744073709551615\r\n", Framing::Length(u64::MAX)),
        ("Content-Length: 000000000000000000000000000000001\r\n", Framing::Length(1)),
        ("Transfer-Encoding: chunked\r\n", Framing::Chunked),
        ("transfer-encoding:CHUNKED\t\r\n", Framing::Chunked),
    ];
    for (lines, framing) in cases {
        assert_eq!(head(&with_lines(lines)).framing(), framing, "{lines}");
    }
}

#[test]
fn persistence_follows_version_and_connection() {
    let cases = [
        ("1.1", "", true),
        ("1.1", "Connection: close\r\n", false),
        ("1.1", "Connection: x , CLOSE\r\n", false),
        ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", false),
        ("1.1", "Connection: closed, \"close\"\r\n", true),
        ("1.1", "Connection:\r\n", true),
        ("1.0", "", false),
        ("1.0", "Connection: Keep-Alive\r\n", true),
        ("1.0", "Connection: keep-alive, close\r\n", false),
        ("1.0", "Keep-Alive: timeout=5\r\n", false),
        ("1.9", "", true),
    ];
    for (version, lines, keep_alive) in cases {
        let bytes = format!("GET / HTTP/{version}\r\nHost: a\r\n{lines}\r\n");
        assert_eq!(head(bytes.as_bytes()).keep_alive(), keep_alive, "{bytes:?}");
    }
}

#[test]
fn a_client_that_announces_a_body_may_wait_for_100() {
    let cases = [
        ("1.1", "Expect: 100-continue\r\nContent-Length: 1\r\n", true),
        ("1.1", "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", true),
        ("1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", false),
        ("1.1", "Expect: 100-continue\r\n", false),
        ("1.1", "Expect:\r\nContent-Length: 1\r\n", false),
        ("1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n", false),
        ("1.0", "Expect: cake\r\nContent-Length: 1\r\n", false),
    ];
    for (version, lines, expects) in cases {
        let bytes = format!("POST / HTTP/{version}\r\nHost: a\r\n{lines}\r\n");
        assert_eq!(head(bytes.as_bytes()).expects_continue(), expects, "{bytes:?}");
    }
}

#[test]
fn values_lose_the_white_space_around_them_and_no_more() {
    let bytes = with_lines("A: \t b \t c\t \r\nB:\r\nC: \t\r\nA:\"\u{a0}\"\r\n");
    let head = head(&bytes);
    let values: Vec<_> = head.fields(&bytes).skip(1).map(|(_, name, value)| (name, value)).collect();
    assert_eq!(values, [(&b"A"[..], &b"b \t c"[..]), (b"B", b""), (b"C", b""), (b"A", "\"\u{a0}\"".as_bytes())]);
    assert_eq!(head.size(), bytes.len());
}

#[test]
fn limits_hold_to_the_byte_and_to_the_field() {
    let limited = |bytes: &[u8], limits: HeadLimits| HeadReader::new().read(bytes, &limits, &mut Head::new());
    let bytes = b"GET /path HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n";
    let exact = HeadLimits { bytes: bytes.len(), fields: 2 };
    assert_eq!(limited(bytes, exact), Ok(true));
    assert_eq!(limited(&[bytes.as_slice(), b"more"].concat(), exact), Ok(true));
    assert_eq!(limited(bytes, HeadLimits { bytes: bytes.len() - 1, ..exact }), Err(Refusal::HeadTooLarge));
    assert_eq!(limited(bytes, HeadLimits { fields: 1, ..exact }), Err(Refusal::TooManyFields));
    for size in 0..bytes.len() {
        let refusal = if (4..=9).contains(&size) { Refusal::TargetTooLong } else { Refusal::HeadTooLarge };
        assert_eq!(limited(bytes, HeadLimits { bytes: size, ..exact }), Err(refusal), "{size}");
        assert_eq!(limited(&bytes[..size], HeadLimits { bytes: size, ..exact }), Ok(false));
    }
    let many = |count: usize| with_lines(&"A: b\r\n".repeat(count - 1));
    for count in [1, GROUP - 1, GROUP, GROUP + 1, 2 * GROUP, 2 * GROUP + 1, 100] {
        assert_eq!(head(&many(count)).field_count(), count);
    }
    assert_eq!(refused(many(101)), Refusal::TooManyFields);
}

#[test]
fn garbage_is_refused_by_its_first_byte_and_not_awaited() {
    for bytes in [&b"\x16"[..], b"\0", b" ", b"\x80", b"{", b"GET \0", b"GET / \0", b"GET / HTTP/1.1\r\r", b"GET / HTTP/x"] {
        assert!(read(bytes).is_err(), "{bytes:?}");
    }
    for bytes in [&b""[..], b"\r", b"\r\n", b"G", b"GET", b"GET ", b"GET /", b"GET / ", b"GET / HTTP/1.1\r", b"GET / HTTP/1.1\r\nA"] {
        assert_eq!(read(bytes), Ok(None), "{bytes:?}");
    }
}

#[test]
fn heads_that_are_read_by_turns_do_not_mix() {
    let requests = [b"GET /a HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n".as_slice(), b"POST /bc?d HTTP/1.0\r\nContent-Length: 3\r\n\r\n"];
    let expected = requests.map(head);
    let mut shared = Head::new();
    let mut readers = [HeadReader::new(), HeadReader::new()];
    let mut completed = 0;
    for end in 0..=requests[1].len() {
        for (i, bytes) in requests.iter().enumerate() {
            if end <= bytes.len() && readers[i].read(&bytes[..end], &LIMITS, &mut shared) == Ok(true) {
                assert_eq!(shared, expected[i]);
                assert_eq!(readers[i].partial.fields.capacity(), 0, "between heads it owns no memory");
                completed += 1;
            }
        }
    }
    assert_eq!(completed, 2);
}

/// What reading costs, in bytes examined, when `bytes` arrive up to each of `ends`.
fn cost(bytes: &[u8], ends: impl IntoIterator<Item = usize>) -> usize {
    let before = EXAMINED.get();
    let (mut reader, mut head) = (HeadReader::new(), Head::new());
    for end in ends {
        if reader.read(&bytes[..end], &LIMITS, &mut head) != Ok(false) {
            break;
        }
    }
    EXAMINED.get() - before
}

#[test]
fn a_head_that_arrives_whole_is_examined_once() {
    let few = with_lines(&"Some-Field: some value\r\n".repeat(GROUP - 2));
    assert!(cost(&few, [few.len()]) <= few.len());
    // A group more repeats the line that did not fit.
    let many = with_lines(&"Some-Field: some value\r\n".repeat(99));
    assert!(cost(&many, [many.len()]) < many.len() * 11 / 10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_byte_is_examined_more_than_twice_but_those_of_a_fault(
        lines in prop_oneof![
            prop::collection::vec("A[a-z]{0,30}: ?[ -~]{0,200}|A:[ \t]{0,90}", 0..40),
            prop::collection::vec("A: [a-z]{0,90}|[ -~]{0,40}|[a-z]: [a-z]{0,9}\r[a-z]{0,9}", 0..10),
        ],
        is_whole in any::<bool>(),
        splits in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let bytes = [b"GET /some/path?query HTTP/1.1\r\nHost: a\r\n", lines.join("\r\n").as_bytes(), b"\r\n\r\n"].concat();
        let mut ends: Vec<usize> = splits.iter().map(|split| split.index(bytes.len() + 1)).chain([bytes.len()]).collect();
        ends.sort_unstable();
        let fault_max = if read(&bytes).is_err() { lines.iter().map(String::len).max().unwrap_or(0) + 2 } else { 0 };
        let examined = if is_whole { cost(&bytes, [bytes.len()]) } else { cost(&bytes, ends) };
        prop_assert!(examined <= 2 * bytes.len() + fault_max, "{examined} of {}", bytes.len());
        prop_assert!(cost(&bytes, 0..=bytes.len()) <= 2 * bytes.len() + fault_max);
    }
}
