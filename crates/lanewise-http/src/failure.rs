//! Why a request is refused, and the one table of what is answered then.

/// One answer that is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status of the answer.
    pub status: u16,
    /// The stable name of the error, for example `BAD_REQUEST`.
    pub code: &'static str,
    /// One sentence without a full stop that says what was found, for people.
    pub message: &'static str,
    /// The body of the answer: `{"error":{"code","message"}}`, JSON.
    pub body: &'static str,
}

/// Declares [`FAILURES`]; neither codes nor messages hold what JSON escapes, which a test checks.
macro_rules! failures {
    ($($status:literal, $code:literal, $message:literal;)+) => {
        /// Every answer that is an error, by ascending status. The TypeScript table is printed from it (`npm run generate`).
        pub const FAILURES: &[Failure] = &[$(Failure {
            status: $status,
            code: $code,
            message: $message,
            body: concat!("{\"error\":{\"code\":\"", $code, "\",\"message\":\"", $message, "\"}}"),
        }),+];
    };
}

failures! {
    400, "BAD_REQUEST", "the request is malformed";
    404, "NOT_FOUND", "there is nothing at this path";
    405, "METHOD_NOT_ALLOWED", "this path does not take this method; Allow lists those that it takes";
    406, "NOT_ACCEPTABLE", "the answer can be application/json or application/msgpack, Accept takes neither";
    408, "REQUEST_TIMEOUT", "the request did not arrive in time";
    411, "LENGTH_REQUIRED", "the body needs a Content-Length";
    412, "PRECONDITION_FAILED", "a condition of the request does not hold";
    413, "PAYLOAD_TOO_LARGE", "the body exceeds the limit";
    414, "URI_TOO_LONG", "the target of the request exceeds the limit";
    415, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json, +json or application/msgpack, in UTF-8 and not compressed";
    417, "EXPECTATION_FAILED", "the only expectation that can be met is 100-continue";
    431, "HEADERS_TOO_LARGE", "the head of the request exceeds the limit";
    500, "INTERNAL", "the request failed on our side";
    501, "NOT_IMPLEMENTED", "the only transfer coding is chunked";
    503, "UNAVAILABLE", "there is too much to do at the moment";
    504, "HANDLER_TIMEOUT", "there was no answer in time";
    505, "HTTP_VERSION_NOT_SUPPORTED", "the request must be HTTP/1.1 or HTTP/1.0";
}

/// The failure of a status; that of 500 for a status that is not in the table.
#[must_use]
pub fn failure(status: u16) -> &'static Failure {
    let of = |status: u16| FAILURES.iter().find(|failure| failure.status == status);
    of(status).or_else(|| of(500)).unwrap_or(&FAILURES[0])
}

/// The body that is answered with a status of the table: `{"error":{"code","message"}}`, JSON. That of 500 for any other status.
#[must_use]
pub fn failure_body(status: u16) -> &'static str {
    failure(status).body
}

/// Declares [`Refusal`] and everything that is known of each, in one place.
macro_rules! refusals {
    ($($variant:ident, $status:literal, $name:literal, $doc:literal;)+) => {
        /// Why a request is refused. The answer has [`status`](Self::status), and the connection is closed after it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Refusal {
            $(#[doc = $doc] $variant,)+
        }

        impl Refusal {
            /// Every refusal; each stands at the index of its number.
            pub const ALL: &'static [Refusal] = &[$(Refusal::$variant),+];

            /// The status that is answered.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Refusal::$variant => $status),+ }
            }

            /// The stable name, in `snake_case`: metrics count by it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Refusal::$variant => $name),+ }
            }
        }
    };
}

refusals! {
    EmptyLines, 400, "empty_lines", "More empty lines before a request than are ignored (RFC 9112 section 2.2).";
    Method, 400, "method", "What stands first is no token and a space: no HTTP, or TLS.";
    Target, 400, "target", "The target has a byte that none has, or a form that the method does not take (RFC 9112 section 3.2).";
    Version, 400, "version", "What follows the target is no `HTTP/` digit `.` digit and line end (RFC 9112 section 2.3).";
    LineEnd, 400, "line_end", "A line ends in a bare LF, or CR stands alone (RFC 9112 section 2.2).";
    Folding, 400, "folding", "A field line begins with white space (RFC 9112 section 5.2).";
    FieldName, 400, "field_name", "What stands before the colon is no token, or there is no colon (RFC 9112 section 5.1).";
    FieldValue, 400, "field_value", "A control character in a field value (RFC 9110 section 5.5).";
    HostMissing, 400, "host_missing", "HTTP/1.1 without Host (RFC 9112 section 3.2).";
    HostRepeated, 400, "host_repeated", "More than one Host (RFC 9112 section 3.2).";
    HostInvalid, 400, "host_invalid", "A Host that is no host with an optional port (RFC 9112 section 3.2).";
    ContentLength, 400, "content_length", "A Content-Length that is no number, or too large a one (RFC 9112 section 6.3).";
    ContentLengthRepeated, 400, "content_length_repeated", "More than one Content-Length (RFC 9112 section 6.3).";
    LengthAndChunked, 400, "length_and_chunked", "Both Content-Length and Transfer-Encoding (RFC 9112 section 6.1).";
    TransferEncoding, 400, "transfer_encoding", "A Transfer-Encoding that does not end in one `chunked` (RFC 9112 section 6.3).";
    TransferEncodingVersion, 400, "transfer_encoding_version", "Transfer-Encoding in HTTP/1.0 (RFC 9112 section 6.1).";
    ChunkSize, 400, "chunk_size", "A chunk size that is no hexadecimal number of at most 16 digits (RFC 9112 section 7.1).";
    ChunkExtension, 400, "chunk_extension", "A malformed chunk extension, or more of them than are read (RFC 9112 section 7.1.1).";
    ChunkEnd, 400, "chunk_end", "The data of a chunk is not followed by CR LF (RFC 9112 section 7.1).";
    Trailer, 400, "trailer", "A malformed trailer field (RFC 9112 section 7.1.2).";
    Incomplete, 400, "incomplete", "The client ended its side within a request (RFC 9112 section 8).";
    Connect, 405, "connect", "CONNECT: there are no tunnels here.";
    HeadTimeout, 408, "head_timeout", "The head did not arrive in time.";
    BodyTimeout, 408, "body_timeout", "The body did not arrive in time.";
    LengthRequired, 411, "length_required", "A body without Content-Length where one is needed.";
    BodyTooLarge, 413, "body_too_large", "The body exceeds its limit.";
    TargetTooLong, 414, "target_too_long", "The head exceeds its limit before the target has ended (RFC 9112 section 3).";
    MediaType, 415, "media_type", "A body of a type or a coding that is not read.";
    Expectation, 417, "expectation", "An expectation other than 100-continue (RFC 9110 section 10.1.1).";
    HeadTooLarge, 431, "head_too_large", "The head exceeds its limit.";
    TooManyFields, 431, "too_many_fields", "The head has more fields than are read.";
    TrailersTooLarge, 431, "trailers_too_large", "The trailer fields exceed their limit.";
    TransferCoding, 501, "transfer_coding", "A transfer coding besides chunked (RFC 9112 section 6.1).";
    Overloaded, 503, "overloaded", "There is too much to do at the moment.";
    VersionUnsupported, 505, "version_unsupported", "A major version of HTTP other than 1 (RFC 9110 section 15.6.6).";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_failure_of_its_status_and_a_name_of_its_own() {
        for (i, refusal) in Refusal::ALL.iter().enumerate() {
            assert_eq!(*refusal as usize, i);
            assert_eq!(failure(refusal.status()).status, refusal.status());
            assert!(Refusal::ALL[..i].iter().all(|other| other.name() != refusal.name()));
        }
    }

    #[test]
    fn failures_ascend_and_hold_nothing_that_json_escapes() {
        assert!(FAILURES.is_sorted_by(|a, b| a.status < b.status));
        for Failure { code, message, .. } in FAILURES {
            assert!(code.bytes().chain(message.bytes()).all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\'));
        }
        assert_eq!(failure_body(404), r#"{"error":{"code":"NOT_FOUND","message":"there is nothing at this path"}}"#);
        assert_eq!(failure_body(299), failure_body(500));
    }
}
