//! Which instruction set the kernels use.
use lanewise_simd::{KNOWN, Kernels};

/// Makes `name` the instruction set in use, "" the best one; gives the name in use, or "" when `name` cannot run here.
#[must_use]
pub fn choose_isa(name: &str) -> &'static str {
    lanewise_simd::choose(name).map_or("", Kernels::name)
}

/// The names that [`choose_isa`] accepts here, best first, separated by spaces.
#[must_use]
pub fn available_isas() -> String {
    join(lanewise_simd::available().map(Kernels::name))
}

/// Every name there is, separated by spaces.
#[must_use]
pub fn known_isas() -> String {
    join(KNOWN.iter().copied())
}

fn join(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(" ")
}
