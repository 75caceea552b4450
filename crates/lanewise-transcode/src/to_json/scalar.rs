//! What has a text of a few bytes, and binary data.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Appends a natural number.
#[inline]
pub(super) fn push_uint(out: &mut Vec<u8>, value: u64) {
    if value < 10 {
        out.push(b'0' + value as u8);
    } else {
        out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
}

/// Appends an integer.
#[inline]
pub(super) fn push_int(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    push_uint(out, value.unsigned_abs());
}

/// Appends a float as ECMAScript prints it, but -0 as `-0`; `None` when it is not finite.
///
/// # Source
/// ECMA-262, Number::toString.
#[inline]
pub(crate) fn push_float(out: &mut Vec<u8>, value: f64) -> Option<()> {
    /// From here to there zmij prints what ECMAScript does, but for a `.0` behind integers. Both print the shortest digits, of these the nearest.
    const ALIKE: std::ops::Range<f64> = 1e-5..1e16;
    let magnitude = value.abs();
    if ALIKE.contains(&magnitude) {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
        return Some(());
    }
    push_far_float(out, value)
}

#[cold]
fn push_far_float(out: &mut Vec<u8>, value: f64) -> Option<()> {
    if !value.is_finite() {
        return None;
    }
    if value == 0.0 && value.is_sign_negative() {
        out.push(b'-');
    }
    out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
    Some(())
}

/// Appends an extension as an object.
pub(super) fn push_extension(out: &mut Vec<u8>, kind: i8, data: &[u8]) {
    out.extend_from_slice(br#"{"$ext":"#);
    push_int(out, kind.into());
    out.extend_from_slice(br#","data":"#);
    push_base64(out, data);
    out.push(b'}');
}

/// Bytes that are encoded at a time: a multiple of 3, so that only the last block is padded.
const BLOCK_BYTES: usize = 3 * 256;

/// Appends binary data as a string.
pub(super) fn push_base64(out: &mut Vec<u8>, data: &[u8]) {
    let mut encoded = [0; BLOCK_BYTES / 3 * 4];
    out.push(b'"');
    for block in data.chunks(BLOCK_BYTES) {
        let length = STANDARD.encode_slice(block, &mut encoded).expect("four bytes for three are enough");
        out.extend_from_slice(&encoded[..length]);
    }
    out.push(b'"');
}
