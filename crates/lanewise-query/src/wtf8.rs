//! Text as bytes that can also hold a lone surrogate.

/// `units` in WTF-8: UTF-8, where each lone surrogate takes the three bytes of its code point.
///
/// # Complexity
/// O(n) time and memory.
/// # Source
/// The WTF-8 encoding, S. Sapin.
pub fn from_units(units: impl IntoIterator<Item = u16>) -> Vec<u8> {
    let mut text = Vec::new();
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(error) => text.extend_from_slice(&surrogate(error.unpaired_surrogate())),
        }
    }
    text
}

fn surrogate(unit: u16) -> [u8; 3] {
    let [high, low] = unit.to_be_bytes();
    [0xe0 | high >> 4, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]
}

/// The number of code points in `text`: every byte that does not continue one starts one.
pub(crate) fn count(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_utf8_cannot_hold_and_counts_it_once() {
        let units = [0x61, 0xd83d, 0xde00, 0xd83d, 0xe9, 0xdc00];
        let text = from_units(units);
        assert_eq!(text, b"a\xf0\x9f\x98\x80\xed\xa0\xbd\xc3\xa9\xed\xb0\x80");
        assert_eq!(count(&text), 5);
        assert_eq!(count(b""), 0);
    }
}
