//! 64-bit ARM: NEON, which every such CPU has, SVE and SVE2.

pub(super) mod neon;
pub(super) mod sve;
pub(super) mod sve2;
