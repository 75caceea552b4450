//! x86-64: three widths, each about twice as fast as the one before while the data stays in the cache.

pub(super) mod avx2;
pub(super) mod avx512;
pub(super) mod sse42;
mod walks;

use core::arch::x86_64::{_mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8};

/// The carry-less product of `bits` with all ones, of which the low half is the xor of all bits up to each.
///
/// # Safety
/// The CPU has PCLMULQDQ.
#[inline(always)]
unsafe fn prefix_xor(bits: u64) -> u64 {
    // SAFETY: CPU: vouched for by the caller.
    unsafe { _mm_cvtsi128_si64(_mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits as i64), _mm_set1_epi8(-1))) as u64 }
}
