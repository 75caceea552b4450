//! The classes of bytes that the grammars of RFC 9110 and 9112 are made of.

/// Letters and digits, and the marks of a token (RFC 9110 section 5.6.2).
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

const fn is_value_byte(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 0x80..)
}

/// `unreserved` and `sub-delims` (RFC 3986 section 2).
const fn is_reg_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

const TOKEN: u8 = 1;
const VALUE: u8 = 2;
const TARGET: u8 = 4;
const PATH: u8 = 8;
const REG_NAME: u8 = 16;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        if is_token_byte(byte) {
            classes[i] |= TOKEN;
        }
        if is_value_byte(byte) {
            classes[i] |= VALUE;
        }
        if byte.is_ascii_graphic() && byte != b'#' {
            classes[i] |= TARGET;
            if byte != b'?' {
                classes[i] |= PATH;
            }
        }
        if is_reg_name_byte(byte) {
            classes[i] |= REG_NAME;
        }
        i += 1;
    }
    classes
}

/// True for a byte of a token.
#[inline]
pub(crate) fn is_token(byte: u8) -> bool {
    CLASSES[byte as usize] & TOKEN != 0
}

/// True for a byte that a field value may hold: anything but controls, HTAB excepted (RFC 9110 section 5.5).
#[inline]
pub(crate) fn is_value(byte: u8) -> bool {
    CLASSES[byte as usize] & VALUE != 0
}

/// How many bytes of a request target `bytes` begin with; up to the first '?' unless `IN_QUERY`.
///
/// Wider than RFC 3986 by the marks that browsers leave as they are, such as '|' and '{'; a fragment, which no target has, and bytes
/// beyond ASCII do not belong to it. Eight bytes are classified at once.
#[inline]
pub(crate) fn target_size<const IN_QUERY: bool>(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let stops = target_stops::<IN_QUERY>(u64::from_le_bytes(*word));
        if stops != 0 {
            return i * 8 + stops.trailing_zeros() as usize / 8;
        }
    }
    let class = if IN_QUERY { TARGET } else { PATH };
    let size = rest.iter().position(|byte| CLASSES[*byte as usize] & class == 0).unwrap_or(rest.len());
    words.len() * 8 + size
}

/// The top bit of each byte of `word` that ends a target. Above the lowest of them there may be others too many, by the borrow.
#[inline]
fn target_stops<const IN_QUERY: bool>(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below = |limit: u8, word: u64| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(1, word ^ (ONES * u64::from(byte)));
    let query = if IN_QUERY { 0 } else { equal(b'?') };
    (below(b'!', word) | word | equal(0x7f) | equal(b'#') | query) & (ONES << 7)
}

/// True for a byte of a host name that is not percent-encoded (RFC 3986 section 3.2.2).
#[inline]
pub(crate) fn is_reg_name(byte: u8) -> bool {
    CLASSES[byte as usize] & REG_NAME != 0
}

/// True if all bytes are those of a host name. Without a branch for each: hosts are short, and nearly all are sound.
#[inline]
pub(crate) fn are_reg_name(bytes: &[u8]) -> bool {
    bytes.iter().fold(REG_NAME, |common, byte| common & CLASSES[*byte as usize]) != 0
}

/// True for white space within a line (OWS, RFC 9110 section 5.6.3).
#[inline]
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// `bytes` without the white space around it.
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_blank(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && is_blank(*last)
    {
        bytes = rest;
    }
    bytes
}

/// The elements of a comma-separated list, trimmed, the empty ones among them.
pub(crate) fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_end_at_the_same_byte_wherever_it_stands() {
        for byte in 0..=255 {
            let in_query = (b'!'..=b'~').contains(&byte) && byte != b'#';
            let in_path = in_query && byte != b'?';
            for size in 0..20 {
                for at in 0..size {
                    // What follows would end it too, and must not hide the first.
                    for fill in [b'a', b' ', 0xff] {
                        let mut bytes = vec![b'~'; at];
                        bytes.resize(size, fill);
                        bytes[at] = byte;
                        let behind = if fill == b'a' { size } else { at + 1 };
                        assert_eq!(target_size::<true>(&bytes), if in_query { behind } else { at }, "{bytes:?}");
                        assert_eq!(target_size::<false>(&bytes), if in_path { behind } else { at }, "{bytes:?}");
                    }
                }
            }
        }
    }
}
