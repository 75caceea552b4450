//! WebAssembly.

pub(super) mod simd128;
