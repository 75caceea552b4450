//! What the fields of a head say of its message: framing, persistence, expectation (RFC 9112 sections 3.2, 6 and 9.3).

use crate::chars::{elements, is_blank, is_token};
use crate::failure::Refusal;
use crate::head::{Framing, Head, Method, Version};
use crate::known::Known;
use crate::target::{is_host_and_port, locate_path};

/// What the fields that frame a message have said so far.
#[derive(Default)]
struct Said {
    hosts: usize,
    length: Option<u64>,
    codings: Codings,
    close: bool,
    keep_alive: bool,
    expects_continue: bool,
    expects_other: bool,
}

/// Finds out what a head means whose parts have all been found.
pub(crate) fn settle(head: &mut Head, bytes: &[u8]) -> Result<(), Refusal> {
    if head.method == Method::Connect {
        return Err(Refusal::Connect);
    }
    locate_path(head, bytes)?;
    let said = listen(head, bytes)?;
    let is_http11 = head.version == Version::Http11;
    if said.hosts == 0 && is_http11 {
        return Err(Refusal::HostMissing);
    }
    head.framing = framing(&said, head.version)?;
    head.keep_alive = !said.close && (is_http11 || said.keep_alive);
    // An HTTP/1.0 client cannot mean it (RFC 9110 section 10.1.1).
    if said.expects_other && is_http11 {
        return Err(Refusal::Expectation);
    }
    head.expects_continue = said.expects_continue && is_http11 && !matches!(head.framing, Framing::None | Framing::Length(0));
    Ok(())
}

fn listen(head: &Head, bytes: &[u8]) -> Result<Said, Refusal> {
    let mut said = Said::default();
    for field in &head.fields {
        let Some(known) = field.known else { continue };
        let value = field.value.of(bytes);
        match known {
            Known::Host => {
                said.hosts += 1;
                if said.hosts > 1 {
                    return Err(Refusal::HostRepeated);
                }
                if !is_host_and_port(value) {
                    return Err(Refusal::HostInvalid);
                }
            }
            Known::ContentLength => {
                if said.length.is_some() {
                    return Err(Refusal::ContentLengthRepeated);
                }
                said.length = Some(content_length(value)?);
            }
            Known::TransferEncoding => said.codings.add(value),
            Known::Connection => {
                for option in elements(value) {
                    said.close |= option.eq_ignore_ascii_case(b"close");
                    said.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            Known::Expect => {
                for expectation in elements(value).filter(|expectation| !expectation.is_empty()) {
                    let is_continue = expectation.eq_ignore_ascii_case(b"100-continue");
                    said.expects_continue |= is_continue;
                    said.expects_other |= !is_continue;
                }
            }
            _ => {}
        }
    }
    Ok(said)
}

fn framing(said: &Said, version: Version) -> Result<Framing, Refusal> {
    match (&said.codings, said.length) {
        (Codings::None, None) => Ok(Framing::None),
        (Codings::None, Some(length)) => Ok(Framing::Length(length)),
        (_, Some(_)) => Err(Refusal::LengthAndChunked),
        (_, None) if version == Version::Http10 => Err(Refusal::TransferEncodingVersion),
        (Codings::Chunked, None) => Ok(Framing::Chunked),
        (Codings::OthersThenChunked, None) => Err(Refusal::TransferCoding),
        (Codings::Others | Codings::Invalid, None) => Err(Refusal::TransferEncoding),
    }
}

/// A Content-Length: digits alone. A list, even of equal numbers, is not taken for one (RFC 9110 section 8.6 leaves that open).
fn content_length(value: &[u8]) -> Result<u64, Refusal> {
    if let Some(byte) = value.iter().find(|byte| !byte.is_ascii_digit()) {
        return Err(if *byte == b',' { Refusal::ContentLengthRepeated } else { Refusal::ContentLength });
    }
    // Of what is all digits, only nothing and what overflows cannot be parsed.
    str::from_utf8(value).ok().and_then(|digits| digits.parse().ok()).ok_or(Refusal::ContentLength)
}

/// The transfer codings of a message, over all its field lines (RFC 9112 section 6.1).
#[derive(Default, PartialEq, Eq)]
enum Codings {
    #[default]
    None,
    Chunked,
    Others,
    OthersThenChunked,
    /// Something that is no coding, or that follows `chunked`.
    Invalid,
}

impl Codings {
    fn add(&mut self, value: &[u8]) {
        for element in elements(value) {
            let is_chunked = element.eq_ignore_ascii_case(b"chunked");
            *self = match (&*self, is_chunked) {
                (Codings::None, true) => Codings::Chunked,
                (Codings::Others, true) => Codings::OthersThenChunked,
                (Codings::None | Codings::Others, false) if is_other_coding(element) => Codings::Others,
                _ => Codings::Invalid,
            };
        }
    }
}

/// A token, perhaps with parameters, which `chunked` does not have (RFC 9112 section 7.1).
fn is_other_coding(element: &[u8]) -> bool {
    let size = element.iter().position(|byte| !is_token(*byte)).unwrap_or(element.len());
    let parameters = element[size..].iter().find(|byte| !is_blank(**byte));
    size > 0 && !element[..size].eq_ignore_ascii_case(b"chunked") && matches!(parameters, None | Some(b';'))
}
