//! Where a string stops being UTF-8.

/// Offset of the first byte of the first sequence that makes `text` no UTF-8.
///
/// `text` is the start of a string of `length` bytes; the rest, if any, is not there. A sequence that the end of `text` cuts off is good
/// when the string has room for the rest of it.
pub(crate) fn first_bad(text: &[u8], length: usize) -> Option<usize> {
    // Most strings are short and ASCII, too short for the kernel to pay.
    if text.is_ascii() {
        return None;
    }
    let bad = lanewise_simd::active().check_utf8(text).err()?;
    let is_cut =
        core::str::from_utf8(&text[bad..]).is_err_and(|error| error.error_len().is_none()) && bad + sequence_length(text[bad]) <= length;
    (!is_cut).then_some(bad)
}

/// How many bytes a sequence has that starts with `lead`, which is known to start one.
fn sequence_length(lead: u8) -> usize {
    lead.leading_ones() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_sequence_is_bad_where_the_string_has_no_room_for_it() {
        for (text, length, bad) in [
            (&b"a\xe2\x82"[..], 4, None),
            (b"a\xe2\x82", 3, Some(1)),
            (b"a\xe2", 3, Some(1)),
            (b"\xf0\x9f", 4, None),
            (b"\xf0\x9f", 3, Some(0)),
            (b"\xc3", 2, None),
            (b"\xff", 9, Some(0)),
            (b"\xe2\x41", 9, Some(0)),
            (b"abc", 3, None),
            (b"", 9, None),
        ] {
            assert_eq!(first_bad(text, length), bad, "{text:x?} of {length}");
        }
    }
}
