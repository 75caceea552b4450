//! A few bytes at a time.

/// The `N` bytes from `at` on, zeros behind the end.
#[inline(always)]
pub(crate) fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(chunk) => *chunk,
        None => padded(bytes, at),
    }
}

#[cold]
fn padded<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut chunk = [0; N];
    let rest = bytes.get(at..).unwrap_or_default();
    let len = rest.len().min(N);
    chunk[..len].copy_from_slice(&rest[..len]);
    chunk
}
