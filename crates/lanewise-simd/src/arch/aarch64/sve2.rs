//! `sve2`: SVE with `match`, which compares each byte with sixteen others at once.
//!
//! It answers for sets of up to sixteen bytes, and for the first step of a filter: a block in which no byte is one of those that the filter
//! allows at two places or three has no candidate. All else is SVE's and NEON's.

use core::arch::aarch64::uint8x16_t;
use core::arch::asm;

use crate::arch::aarch64::{neon, sve};
use crate::block::BLOCK;
use crate::candidates::{CANDIDATES, Candidate, Teddy};
use crate::dispatch::Kernels;
use crate::generic::filter::{Buckets, Filter, Room};
use crate::generic::teddy::{self, Bytes};
use crate::plan::Plan;
use crate::set::ByteSet;

pub(crate) const KERNELS: Kernels = Kernels { name: "sve2", supported, find_in_set, teddy, ..sve::KERNELS };

fn supported() -> bool {
    std::arch::is_aarch64_feature_detected!("sve2")
}

/// # Safety
/// The CPU has SVE2.
#[target_feature(enable = "sve2")]
unsafe fn find_in_set(set: &ByteSet, haystack: &[u8]) -> Option<usize> {
    let Some(bytes) = set.at_most::<16>() else {
        // SAFETY: CPU: SVE2 comes with SVE.
        return unsafe { sve::find_in_set(set, haystack) };
    };
    let len = haystack.len();
    let mut at = 0usize;
    // SAFETY: only active lanes are loaded, which are below `len`, from `haystack`, borrowed for the whole call, and the 16 bytes. Nothing is written.
    unsafe {
        asm!(
            "ptrue p2.b",
            "ld1rqb {{z1.b}}, p2/z, [{bytes}]",
            "whilelo p0.b, {at}, {len}",
            "b.none 4f",
            "2:",
            "ld1b {{z0.b}}, p0/z, [{start}, {at}]",
            "match p1.b, p0/z, z0.b, z1.b",
            "b.any 3f",
            "incb {at}",
            "whilelo p0.b, {at}, {len}",
            "b.any 2b",
            "mov {at}, {len}",
            "b 4f",
            "3:",
            "brkb p1.b, p0/z, p1.b",
            "incp {at}, p1.b",
            "4:",
            bytes = in(reg) bytes.as_ptr(),
            start = in(reg) haystack.as_ptr(),
            len = in(reg) len,
            at = inout(reg) at,
            out("v0") _, out("v1") _, out("p0") _, out("p1") _, out("p2") _,
            options(readonly, nostack),
        );
    }
    (at < len).then_some(at)
}

/// # Safety
/// The CPU has SVE2.
#[target_feature(enable = "neon")]
#[target_feature(enable = "sve2")]
unsafe fn teddy(teddy: &Teddy, haystack: &[u8], from: usize, want: usize, out: &mut [Candidate; CANDIDATES]) -> (usize, usize) {
    // SAFETY: CPU: vouched for by the caller; every CPU with SVE has NEON.
    unsafe {
        match Matched::new(teddy) {
            Some(filter) => teddy::search_by::<uint8x16_t, _>(filter, teddy, haystack, from, want, out),
            None => (neon::KERNELS.teddy)(teddy, haystack, from, want, out),
        }
    }
}

/// The filter of NEON, whose first step is made by `match`.
#[derive(Clone, Copy)]
struct Matched<'a> {
    filter: Bytes<'a, uint8x16_t, 4>,
    /// What is allowed at three places, or at two and the first of these once more.
    sets: [(usize, &'a [u8; 16]); 3],
}

impl<'a> Matched<'a> {
    /// None when fewer than two places allow so few bytes.
    fn new(teddy: &'a Teddy) -> Option<Self> {
        let plan: &Plan = teddy.plan();
        let mut sets = plan.sets.iter().flatten().map(|(offset, set)| (*offset, set));
        let (first, second) = (sets.next()?, sets.next()?);
        Some(Matched { filter: Bytes::new(teddy), sets: [first, second, sets.next().unwrap_or(first)] })
    }
}

impl Filter for Matched<'_> {
    fn step(self) -> usize {
        self.filter.step()
    }

    #[inline(always)]
    unsafe fn blocks(self, from: *const u8, count: usize) -> u64 {
        // SAFETY: passed on.
        unsafe { matched(self.sets.map(|(place, set)| (from.wrapping_add(place), set)), count) << (64 - count) }
    }

    #[inline(always)]
    unsafe fn candidates(self, from: *const u8, buckets: &mut Buckets) -> u64 {
        // SAFETY: passed on.
        unsafe { self.filter.candidates(from, buckets) }
    }

    #[inline(always)]
    unsafe fn part(self, from: *const u8, places: usize, room: &mut Room) -> Self {
        // SAFETY: passed on.
        Matched { filter: unsafe { self.filter.part(from, places, room) }, ..self }
    }
}

/// For each of `count` blocks a bit, the lowest for the last: whether there is a place at which a byte of each set is, each counted from its pointer.
///
/// # Safety
/// - The CPU has SVE2.
/// - `count` blocks from each pointer on are readable, and `count` is not 0.
#[target_feature(enable = "sve2")]
unsafe fn matched(sets: [(*const u8, &[u8; 16]); 3], count: usize) -> u64 {
    let mut bits = 0u64;
    // SAFETY: of each block the lanes below its end are loaded, and 16 bytes of each set. Nothing is written.
    unsafe {
        asm!(
            "ptrue p2.b",
            "ld1rqb {{z1.b}}, p2/z, [{set1}]",
            "ld1rqb {{z2.b}}, p2/z, [{set2}]",
            "ld1rqb {{z3.b}}, p2/z, [{set3}]",
            "2:",
            "lsl {bits}, {bits}, #1",
            "mov {at}, xzr",
            "whilelo p0.b, {at}, {block}",
            "3:",
            "ld1b {{z0.b}}, p0/z, [{from1}, {at}]",
            "match p1.b, p0/z, z0.b, z1.b",
            "b.none 4f",
            "ld1b {{z0.b}}, p0/z, [{from2}, {at}]",
            "match p1.b, p1/z, z0.b, z2.b",
            "b.none 4f",
            "ld1b {{z0.b}}, p0/z, [{from3}, {at}]",
            "match p1.b, p1/z, z0.b, z3.b",
            "b.none 4f",
            "orr {bits}, {bits}, #1",
            "b 5f",
            "4:",
            "incb {at}",
            "whilelo p0.b, {at}, {block}",
            "b.any 3b",
            "5:",
            "add {from1}, {from1}, {block}",
            "add {from2}, {from2}, {block}",
            "add {from3}, {from3}, {block}",
            "subs {count}, {count}, #1",
            "b.ne 2b",
            set1 = in(reg) sets[0].1.as_ptr(),
            set2 = in(reg) sets[1].1.as_ptr(),
            set3 = in(reg) sets[2].1.as_ptr(),
            from1 = inout(reg) sets[0].0 => _,
            from2 = inout(reg) sets[1].0 => _,
            from3 = inout(reg) sets[2].0 => _,
            block = in(reg) BLOCK,
            count = inout(reg) count => _,
            bits = inout(reg) bits,
            at = out(reg) _,
            out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("p0") _, out("p1") _, out("p2") _,
            options(readonly, nostack),
        );
    }
    bits
}
