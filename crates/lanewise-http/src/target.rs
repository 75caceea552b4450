//! Request targets and hosts (RFC 9112 section 3.2, RFC 3986 section 3.2).

use crate::chars::{are_reg_name, is_reg_name};
use crate::failure::Refusal;
use crate::head::{Head, Method, Span};
use std::net::Ipv6Addr;

/// Finds the path of a target. `head` has its method, its target, and the query, if there is a '?'.
pub(crate) fn locate_path(head: &mut Head, bytes: &[u8]) -> Result<(), Refusal> {
    let target = head.target.of(bytes);
    let start = head.target.start as usize;
    let end = head.query.map_or(head.target.end as usize, |query| query.start as usize - 1);
    match target {
        [b'/', ..] => head.path = Span::new(start, end),
        b"*" if head.method == Method::Options => head.path = head.target,
        _ => {
            let authority = after_scheme(target).ok_or(Refusal::Target)?;
            let origin = &bytes[start + authority..end];
            let size = origin.iter().position(|byte| *byte == b'/').unwrap_or(origin.len());
            // What stands before a path has a host (RFC 9110 section 4.2.1).
            if matches!(origin[..size], [] | [b':', ..]) || !is_host_and_port(&origin[..size]) {
                return Err(Refusal::Target);
            }
            head.path = Span::new(start + authority + size, end);
        }
    }
    Ok(())
}

/// The offset of the authority in a target in absolute-form.
fn after_scheme(target: &[u8]) -> Option<usize> {
    let has = |scheme: &[u8]| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)).then_some(scheme.len());
    has(b"http://").or_else(|| has(b"https://"))
}

/// True for `uri-host [ ":" port ]`, without a user (RFC 9110 section 7.2). The empty host is one.
pub(crate) fn is_host_and_port(value: &[u8]) -> bool {
    let digits = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let host = value[..value.len() - digits].strip_suffix(b":").unwrap_or(value);
    are_reg_name(host) || is_unusual_host_and_port(value)
}

/// The whole grammar, of which `is_host_and_port` knows what nearly all hosts are.
fn is_unusual_host_and_port(value: &[u8]) -> bool {
    let port = match value {
        [b'[', rest @ ..] => {
            let Some(end) = rest.iter().position(|byte| *byte == b']') else { return false };
            if !is_ip_literal(&rest[..end]) {
                return false;
            }
            &rest[end + 1..]
        }
        _ => after_reg_name(value),
    };
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// What follows the name or IPv4 address that `text` begins with.
fn after_reg_name(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        let size = rest.iter().position(|byte| !is_reg_name(*byte)).unwrap_or(rest.len());
        match &rest[size..] {
            [b'%', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest = after,
            after => return after,
        }
    }
}

fn is_ip_literal(text: &[u8]) -> bool {
    match text {
        [b'v' | b'V', future @ ..] => {
            let Some(dot) = future.iter().position(|byte| *byte == b'.') else { return false };
            let (version, address) = (&future[..dot], &future[dot + 1..]);
            !version.is_empty()
                && version.iter().all(u8::is_ascii_hexdigit)
                && !address.is_empty()
                && address.iter().all(|byte| is_reg_name(*byte) || *byte == b':')
        }
        _ => str::from_utf8(text).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_hosts_by_their_grammar() {
        let valid = [
            "",
            "a",
            "a:80",
            "a:",
            "127.0.0.1:8080",
            "a_b.example",
            "%41%c3",
            "a,b",
            "[::1]",
            "[::1]:80",
            "[::ffff:1.2.3.4]",
            "[v1.a:b]",
            "x:007",
        ];
        for host in valid {
            assert!(is_host_and_port(host.as_bytes()), "{host}");
        }
        let invalid = [
            "a b",
            "a:b",
            "a:80:80",
            "u@a",
            "a/b",
            "a?b",
            "a#b",
            "[::1",
            "[::1]x",
            "[::1]80",
            "::1",
            "[]",
            "[1.2.3.4]",
            "[v.a]",
            "[v1.]",
            "%4",
            "%zz",
            "a%",
            "é",
            "<a>",
            "a\"",
            "a\\b",
            "[::1%25eth0]",
        ];
        for host in invalid {
            assert!(!is_host_and_port(host.as_bytes()), "{host}");
        }
    }
}
