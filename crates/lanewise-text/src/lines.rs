//! Where lines begin.

/// Appends the offset of the start of each line of `haystack` to `out`.
///
/// `\n` ends a line, and nothing starts after a last one: `"a\nb\n"` has lines at 0 and 2, the empty text has none. Lines that start
/// beyond 4 GiB are left out.
///
/// # Complexity
/// O(haystack.len()) time, one word of `out` per line.
pub fn line_starts(haystack: &[u8], out: &mut Vec<u32>) {
    if haystack.is_empty() {
        return;
    }
    out.push(0);
    // The byte that ends the haystack starts no line after it.
    let inner = &haystack[..(haystack.len() - 1).min(u32::MAX as usize)];
    lanewise_simd::active().index_byte(b'\n', inner, 1, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_newline_ends_a_line_and_a_last_one_starts_none() {
        let cases: [(&str, &[u32]); 9] = [
            ("", &[]),
            ("a", &[0]),
            ("\n", &[0]),
            ("a\n", &[0]),
            ("\n\n", &[0, 1]),
            ("a\nb", &[0, 2]),
            ("a\nb\n", &[0, 2]),
            ("a\r\nb\r\n", &[0, 3]),
            ("\n\na\n\n", &[0, 1, 2, 4]),
        ];
        for (text, expected) in cases {
            let mut out = vec![];
            line_starts(text.as_bytes(), &mut out);
            assert_eq!(out, expected, "{text:?}");
        }
    }

    #[test]
    fn starts_are_appended() {
        let mut out = vec![7];
        line_starts(b"a\nb", &mut out);
        assert_eq!(out, [7, 0, 2]);
    }

    #[test]
    fn long_texts_give_the_starts_that_a_loop_over_bytes_gives() {
        for len in 0..400_usize {
            let text: Vec<u8> = (0..len).map(|i| if i * i % 7 == 3 || i % 64 == 63 { b'\n' } else { b'x' }).collect();
            let naive: Vec<u32> = (0..len).filter(|&i| i == 0 || text[i - 1] == b'\n').map(|i| i as u32).collect();
            let mut out = vec![];
            line_starts(&text, &mut out);
            assert_eq!(out, naive, "{len}");
        }
    }
}
