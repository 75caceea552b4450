//! 64-bit ARM: NEON, which every such CPU has, and SVE.

pub(super) mod neon;
pub(super) mod sve;
