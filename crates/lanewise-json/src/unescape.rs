//! What the escapes of a string stand for.

/// What becomes of an escaped surrogate that has no partner, which UTF-8 cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoneSurrogate {
    /// It is kept as its three bytes of WTF-8, so that strings are equal when their UTF-16 units are.
    Keep,
    /// It becomes U+FFFD, as in `TextEncoder`.
    Replace,
}

/// Appends to `out` what the string `raw` stands for: WTF-8 with [`LoneSurrogate::Keep`], UTF-8 with [`LoneSurrogate::Replace`].
///
/// `raw` is what stands between the quotes of a string that the [reader](crate::reader) has read. Of anything else the result
/// says nothing. At most `raw.len()` bytes are appended.
///
/// # Complexity
/// O(raw.len()) time.
/// # Source
/// RFC 8259 section 7; the WTF-8 encoding, S. Sapin.
pub fn unescape(raw: &[u8], lone: LoneSurrogate, out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
        out.extend_from_slice(&rest[..at]);
        let Some(&[_, kind]) = rest[at..].first_chunk() else { return };
        rest = &rest[at + 2..];
        match kind {
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => rest = push_unit(rest, lone, out),
            itself => out.push(itself),
        }
    }
    out.extend_from_slice(rest);
}

/// Appends the character that starts with the four digits at the start of `rest`, and gives what follows it.
fn push_unit<'a>(rest: &'a [u8], lone: LoneSurrogate, out: &mut Vec<u8>) -> &'a [u8] {
    let Some((unit, rest)) = unit(rest) else { return &[] };
    if let Some((low, after)) = rest.strip_prefix(b"\\u").and_then(self::unit)
        && let Some(Ok(pair)) = char::decode_utf16([unit, low]).next()
        && pair.len_utf16() == 2
    {
        push_char(pair, out);
        return after;
    }
    push_wtf8(unit, lone, out);
    rest
}

/// Reads four hexadecimal digits.
fn unit(digits: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = digits.split_at_checked(4)?;
    let unit = u16::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((unit, rest))
}

fn push_wtf8(unit: u16, lone: LoneSurrogate, out: &mut Vec<u8>) {
    match (char::from_u32(u32::from(unit)), lone) {
        (Some(character), _) => push_char(character, out),
        (None, LoneSurrogate::Keep) => push_surrogate(unit, out),
        (None, LoneSurrogate::Replace) => push_char(char::REPLACEMENT_CHARACTER, out),
    }
}

pub(crate) fn push_char(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Appends the three bytes of a surrogate in WTF-8.
pub(crate) fn push_surrogate(unit: u16, out: &mut Vec<u8>) {
    let [high, low] = unit.to_be_bytes();
    out.extend_from_slice(&[0xe0 | high >> 4, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(raw: &str, lone: LoneSurrogate) -> Vec<u8> {
        let mut out = b"+".to_vec();
        unescape(raw.as_bytes(), lone, &mut out);
        assert_eq!(out.remove(0), b'+');
        out
    }

    #[test]
    fn knows_every_escape() {
        for lone in [LoneSurrogate::Keep, LoneSurrogate::Replace] {
            assert_eq!(unescaped(r#"a\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\uD83D\uDE00z"#, lone), "a\"\\/\x08\x0c\n\r\tAé€😀z".as_bytes());
            assert_eq!(unescaped(r"é\u0000\\u0041", lone), "é\0\\u0041".as_bytes());
            assert_eq!(unescaped("", lone), b"");
        }
    }

    #[test]
    fn keeps_or_replaces_each_lone_surrogate() {
        let cases: &[(&str, &[u8], &str)] = &[
            (r"\ud800", b"\xed\xa0\x80", "\u{fffd}"),
            (r"\udfff!", b"\xed\xbf\xbf!", "\u{fffd}!"),
            (r"\udc00\ud800", b"\xed\xb0\x80\xed\xa0\x80", "\u{fffd}\u{fffd}"),
            (r"\ud83d\ud83d\ude00", b"\xed\xa0\xbd\xf0\x9f\x98\x80", "\u{fffd}😀"),
            (r"\ud83d\u0041", b"\xed\xa0\xbdA", "\u{fffd}A"),
            (r"\ud83d\n", b"\xed\xa0\xbd\n", "\u{fffd}\n"),
        ];
        for (raw, kept, replaced) in cases {
            assert_eq!(unescaped(raw, LoneSurrogate::Keep), *kept, "{raw}");
            assert_eq!(unescaped(raw, LoneSurrogate::Replace), replaced.as_bytes(), "{raw}");
        }
    }

    #[test]
    fn survives_what_no_reader_gives() {
        for raw in ["\\", "\\u", "\\u12", "\\uzzzz", "\\ud800\\u", "\\u+123", "\\q"] {
            assert!(unescaped(raw, LoneSurrogate::Keep).len() <= raw.len());
        }
    }
}
