//! Strings as JSON spells them.

/// Appends `text`, which is WTF-8, between quotes, escaped as `JSON.stringify` does and no further: quotes, backslashes, control characters
/// and lone surrogates.
///
/// # Complexity
/// O(text.len()) time; at most six bytes for each of `text`.
/// # Source
/// ECMA-262, QuoteJSONString; RFC 8785 section 3.2.2.2.
/// # Examples
/// ```
/// let mut out = Vec::new();
/// lanewise_json::push_string(b"a\"\n/", &mut out);
/// assert_eq!(out, br#""a\"\n/""#);
/// ```
pub fn push_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte < b' ' || matches!(byte, b'"' | b'\\' | SURROGATE_LEAD)) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        rest = push_first(tail, out);
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The first byte of U+D000 to U+DFFF, of which those whose next byte has this bit are surrogates.
const SURROGATE_LEAD: u8 = 0xed;
const SURROGATE_BIT: u8 = 0x20;

/// Whether `text`, which is WTF-8, has a lone surrogate.
pub(crate) fn has_surrogate(text: &[u8]) -> bool {
    text.windows(2).any(|pair| pair[0] == SURROGATE_LEAD && pair[1] & SURROGATE_BIT != 0)
}

/// Appends the first character of `rest` as it is escaped, and gives what follows it.
fn push_first<'a>(rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    match *rest {
        [SURROGATE_LEAD, second, third, ref behind @ ..] if second & SURROGATE_BIT != 0 => {
            push_unit(0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f), out);
            behind
        }
        [byte, ref behind @ ..] => {
            match byte {
                SURROGATE_LEAD => out.push(byte),
                _ => push_escape(byte, out),
            }
            behind
        }
        [] => rest,
    }
}

/// Appends a quote, a backslash or a control character as [`push_string`] escapes it.
pub fn push_escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        0x08 => out.extend_from_slice(b"\\b"),
        0x0c => out.extend_from_slice(b"\\f"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        _ => push_unit(byte.into(), out),
    }
}

fn push_unit(unit: u16, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u");
    out.extend([12, 8, 4, 0].map(|shift| HEX[usize::from(unit >> shift & 0xf)]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unescape::{LoneSurrogate, unescape};

    #[test]
    fn escapes_what_it_must_and_nothing_else() {
        let cases: &[(&[u8], &str)] = &[
            (b"", r#""""#),
            (b"\0\x01\x07\x08\t\n\x0b\x0c\r\x0e\x1f", r#""\u0000\u0001\u0007\b\t\n\u000b\f\r\u000e\u001f""#),
            (b" !\"/'\\\x7f", "\" !\\\"/'\\\\\x7f\""),
            ("é\u{2028}\u{d000}\u{d7ff}\u{e000}😀".as_bytes(), "\"é\u{2028}\u{d000}\u{d7ff}\u{e000}😀\""),
            (b"a\xed\xa0\x80\xed\xbf\xbfb", r#""a\ud800\udfffb""#),
        ];
        for (text, expected) in cases {
            let mut out = b"+".to_vec();
            push_string(text, &mut out);
            assert_eq!(core::str::from_utf8(&out), Ok(&*format!("+{expected}")));
        }
    }

    #[test]
    fn every_unit_comes_back() {
        for unit in 0..=u16::MAX {
            let mut text = Vec::new();
            unescape(format!("\\u{unit:04x}").as_bytes(), LoneSurrogate::Keep, &mut text);
            assert_eq!(has_surrogate(&text), (0xd800..0xe000).contains(&unit), "{unit:x}");
            let mut out = Vec::new();
            push_string(&text, &mut out);
            let mut again = Vec::new();
            unescape(&out[1..out.len() - 1], LoneSurrogate::Keep, &mut again);
            assert_eq!(again, text, "{unit:x}");
        }
    }
}
