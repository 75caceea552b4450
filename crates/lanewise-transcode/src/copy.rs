//! Texts that are looked at and copied by blocks of 64 bytes.

use lanewise_simd::BLOCK;

/// The 64 bytes at `at`; behind the end of the input are zeros, for which they are copied.
#[inline(always)]
pub(crate) fn block_at<'b>(input: &'b [u8], at: usize, copy: &'b mut Option<[u8; BLOCK]>) -> &'b [u8; BLOCK] {
    let rest = input.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(block) => block,
        None => copy.insert(padded(rest)),
    }
}

#[cold]
fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// Appends the first `size` of `bytes`. All are copied: that takes no loop.
#[inline(always)]
pub(crate) fn append(bytes: &[u8; BLOCK], size: usize, out: &mut Vec<u8>) {
    let end = out.len() + size;
    out.extend_from_slice(bytes);
    out.truncate(end);
}
