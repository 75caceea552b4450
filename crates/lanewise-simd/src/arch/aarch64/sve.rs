//! `sve`: vectors of 16 to 256 bytes, as wide as the CPU makes them.
//!
//! SVE is no `Vector`: its width is unknown to the compiler. So each kernel is a loop of its own here. All of them have this form, after
//! the SVE kernels of Ash Vardanian's StringZilla:
//!
//! ```text
//! lanes = the lanes i, i + 1, … below len        (whilelo)
//! while any lane is active:
//!     load the active lanes, compare, act on the hits
//!     i += the number of lanes of a vector        (incb)
//!     lanes = the lanes i, i + 1, … below len
//! ```
//!
//! 1. There is no tail: the last vector is the one with fewer active lanes, and an inactive lane is neither loaded nor compared.
//! 2. `whilelo` compares without a sign: `i` may pass `len`, up to 2^63 - 1, by the width of a vector.
//! 3. The loops are `asm!`, as stable Rust has no SVE intrinsics. Each is one block from its first vector to its last, since no SVE
//!    register can be handed from one block to another. `#[target_feature(enable = "sve")]` lets the assembler take them.
//!
//! The ladder of this architecture prefers NEON (see there).

use core::arch::asm;

use crate::arch::Runner;
use crate::arch::aarch64::neon;
use crate::dispatch::Kernels;
use crate::generic::utf8::{FOURTH, HIGH_1, HIGH_2, LOW_1, THIRD, locate};
use crate::set::ByteSet;

pub(crate) const KERNELS: Kernels = Kernels {
    name: "sve",
    supported,
    runner: Runner::Neon,
    find_byte,
    find_any3,
    find_in_set,
    count_byte,
    index_byte,
    check_utf8,
    // Those of NEON, which every CPU with SVE has.
    teddy: neon::KERNELS.teddy,
    pair: neon::KERNELS.pair,
    follow: neon::KERNELS.follow,
};

fn supported() -> bool {
    std::arch::is_aarch64_feature_detected!("sve")
}

/// # Safety
/// The CPU has SVE.
#[target_feature(enable = "sve")]
unsafe fn find_byte(needle: u8, haystack: &[u8]) -> Option<usize> {
    let len = haystack.len();
    let mut at = 0usize;
    // SAFETY: only active lanes are loaded, which are below `len`, from `haystack`, borrowed for the whole call. Nothing is written.
    unsafe {
        asm!(
            "dup z0.b, {needle:w}",
            "whilelo p0.b, {at}, {len}",
            "b.none 4f",
            "2:",
            "ld1b {{z1.b}}, p0/z, [{start}, {at}]",
            "cmpeq p1.b, p0/z, z1.b, z0.b",
            "b.any 3f",
            "incb {at}",
            "whilelo p0.b, {at}, {len}",
            "b.any 2b",
            "mov {at}, {len}",
            "b 4f",
            // The lanes before the first hit, counted, lead to it.
            "3:",
            "brkb p1.b, p0/z, p1.b",
            "incp {at}, p1.b",
            "4:",
            needle = in(reg) u32::from(needle),
            start = in(reg) haystack.as_ptr(),
            len = in(reg) len,
            at = inout(reg) at,
            out("v0") _, out("v1") _, out("p0") _, out("p1") _,
            options(readonly, nostack),
        );
    }
    (at < len).then_some(at)
}

/// # Safety
/// The CPU has SVE.
#[target_feature(enable = "sve")]
unsafe fn find_any3(needles: [u8; 3], haystack: &[u8]) -> Option<usize> {
    let len = haystack.len();
    let mut at = 0usize;
    // SAFETY: only active lanes are loaded, which are below `len`, from `haystack`, borrowed for the whole call. Nothing is written.
    unsafe {
        asm!(
            "dup z1.b, {needle1:w}",
            "dup z2.b, {needle2:w}",
            "dup z3.b, {needle3:w}",
            "whilelo p0.b, {at}, {len}",
            "b.none 4f",
            "2:",
            "ld1b {{z0.b}}, p0/z, [{start}, {at}]",
            "cmpeq p1.b, p0/z, z0.b, z1.b",
            "cmpeq p2.b, p0/z, z0.b, z2.b",
            "cmpeq p3.b, p0/z, z0.b, z3.b",
            "orr p1.b, p0/z, p1.b, p2.b",
            "orrs p1.b, p0/z, p1.b, p3.b",
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
            needle1 = in(reg) u32::from(needles[0]),
            needle2 = in(reg) u32::from(needles[1]),
            needle3 = in(reg) u32::from(needles[2]),
            start = in(reg) haystack.as_ptr(),
            len = in(reg) len,
            at = inout(reg) at,
            out("v0") _, out("v1") _, out("v2") _, out("v3") _,
            out("p0") _, out("p1") _, out("p2") _, out("p3") _,
            options(readonly, nostack),
        );
    }
    (at < len).then_some(at)
}

/// The set of `generic::find`, with a choice between both rows.
///
/// # Safety
/// The CPU has SVE.
#[target_feature(enable = "sve")]
pub(super) unsafe fn find_in_set(set: &ByteSet, haystack: &[u8]) -> Option<usize> {
    const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let len = haystack.len();
    let mut at = 0usize;
    // SAFETY: only active lanes are loaded, which are below `len`, from `haystack`, borrowed for the whole call, and 16 bytes of each table. Nothing is
    // written.
    unsafe {
        asm!(
            "ptrue p2.b, vl16",
            "ld1b {{z1.b}}, p2/z, [{low_rows}]",
            "ld1b {{z2.b}}, p2/z, [{high_rows}]",
            "ld1b {{z3.b}}, p2/z, [{bits}]",
            "whilelo p0.b, {at}, {len}",
            "b.none 4f",
            "2:",
            "ld1b {{z0.b}}, p0/z, [{start}, {at}]",
            // The row of each byte, from one table or the other.
            "movprfx z4, z0",
            "and z4.b, z4.b, #0x0f",
            "tbl z5.b, {{z1.b}}, z4.b",
            "tbl z6.b, {{z2.b}}, z4.b",
            "cmplt p1.b, p0/z, z0.b, #0",
            "sel z5.b, p1, z6.b, z5.b",
            "lsr z4.b, z0.b, #4",
            "tbl z4.b, {{z3.b}}, z4.b",
            "and z4.d, z4.d, z5.d",
            "cmpne p1.b, p0/z, z4.b, #0",
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
            low_rows = in(reg) set.rows[0].as_ptr(),
            high_rows = in(reg) set.rows[1].as_ptr(),
            bits = in(reg) BITS.as_ptr(),
            start = in(reg) haystack.as_ptr(),
            len = in(reg) len,
            at = inout(reg) at,
            out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("v4") _, out("v5") _, out("v6") _,
            out("p0") _, out("p1") _, out("p2") _,
            options(readonly, nostack),
        );
    }
    (at < len).then_some(at)
}

/// # Safety
/// The CPU has SVE.
#[target_feature(enable = "sve")]
unsafe fn count_byte(needle: u8, haystack: &[u8]) -> usize {
    let mut count = 0usize;
    // SAFETY: only active lanes are loaded, which are below `len`, from `haystack`, borrowed for the whole call. Nothing is written.
    unsafe {
        asm!(
            "dup z0.b, {needle:w}",
            "whilelo p0.b, {at}, {len}",
            "b.none 3f",
            "2:",
            "ld1b {{z1.b}}, p0/z, [{start}, {at}]",
            "cmpeq p1.b, p0/z, z1.b, z0.b",
            "incp {count}, p1.b",
            "incb {at}",
            "whilelo p0.b, {at}, {len}",
            "b.any 2b",
            "3:",
            needle = in(reg) u32::from(needle),
            start = in(reg) haystack.as_ptr(),
            len = in(reg) haystack.len(),
            at = inout(reg) 0usize => _,
            count = inout(reg) count,
            out("v0") _, out("v1") _, out("p0") _, out("p1") _,
            options(readonly, nostack),
        );
    }
    count
}

/// # Safety
/// The CPU has SVE.
#[target_feature(enable = "sve")]
unsafe fn index_byte(needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
    /// Room made at once: the widest vector has that many lanes, so that each call below gets on by one vector at least.
    const ROOM: usize = 256;
    let mut at = 0;
    while at < haystack.len() {
        let len = positions.len();
        let room = positions.capacity() - len;
        // SAFETY: there are `room` words behind the `len` ones that `positions` has. CPU: vouched for by the caller.
        let (next, count) = unsafe { index_while_room(needle, haystack, at, base, positions.as_mut_ptr().add(len), room) };
        // SAFETY: `index_while_room` has written `count` words, at most `room`.
        unsafe { positions.set_len(len + count) };
        at = next;
        if at < haystack.len() {
            positions.reserve(ROOM);
        }
    }
}

/// Writes positions from offset `at` on, vector by vector, until the haystack ends or the hits of a vector do not fit.
/// Gives the offset of what is left, and the number of words written.
///
/// A hit is a byte lane, a position a word lane, of which a vector has a quarter: the predicate of the bytes is unpacked twice, to four
/// predicates of words, and each compacts its quarter of the positions. Exactly the words that count are stored.
///
/// # Safety
/// - The CPU has SVE.
/// - There is room for `room` words at `to`.
#[target_feature(enable = "sve")]
unsafe fn index_while_room(needle: u8, haystack: &[u8], at: usize, base: u32, to: *mut u32, room: usize) -> (usize, usize) {
    let mut at = at;
    let mut count = 0usize;
    // SAFETY: only active lanes are loaded, which are below `len`, from `haystack`, borrowed for the whole call. Words are stored
    // below `count`, which stays at or below `room` by the comparison before the first store of a vector.
    unsafe {
        asm!(
            "dup z0.b, {needle:w}",
            "ptrue p7.s",
            "whilelo p0.b, {at}, {len}",
            "b.none 4f",
            "2:",
            "ld1b {{z1.b}}, p0/z, [{start}, {at}]",
            "cmpeq p1.b, p0/z, z1.b, z0.b",
            "b.none 3f",
            "cntp {hits}, p0, p1.b",
            "add {hits}, {hits}, {count}",
            "cmp {hits}, {room}",
            "b.hi 4f",
            "add {hits:w}, {base:w}, {at:w}",
            "index z2.s, {hits:w}, #1",
            "punpklo p2.h, p1.b",
            "punpkhi p3.h, p1.b",
            "punpklo p4.h, p2.b",
            "punpkhi p5.h, p2.b",
            "punpklo p6.h, p3.b",
            "punpkhi p3.h, p3.b",
            // For each quarter: its positions to the front, as many stored as it has hits, the positions of the next one.
            "compact z3.s, p4, z2.s",
            "cntp {hits}, p7, p4.s",
            "whilelo p4.s, xzr, {hits}",
            "st1w {{z3.s}}, p4, [{to}, {count}, lsl #2]",
            "add {count}, {count}, {hits}",
            "incw z2.s",
            "compact z3.s, p5, z2.s",
            "cntp {hits}, p7, p5.s",
            "whilelo p4.s, xzr, {hits}",
            "st1w {{z3.s}}, p4, [{to}, {count}, lsl #2]",
            "add {count}, {count}, {hits}",
            "incw z2.s",
            "compact z3.s, p6, z2.s",
            "cntp {hits}, p7, p6.s",
            "whilelo p4.s, xzr, {hits}",
            "st1w {{z3.s}}, p4, [{to}, {count}, lsl #2]",
            "add {count}, {count}, {hits}",
            "incw z2.s",
            "compact z3.s, p3, z2.s",
            "cntp {hits}, p7, p3.s",
            "whilelo p4.s, xzr, {hits}",
            "st1w {{z3.s}}, p4, [{to}, {count}, lsl #2]",
            "add {count}, {count}, {hits}",
            "3:",
            "incb {at}",
            "whilelo p0.b, {at}, {len}",
            "b.any 2b",
            "4:",
            needle = in(reg) u32::from(needle),
            start = in(reg) haystack.as_ptr(),
            len = in(reg) haystack.len(),
            base = in(reg) base,
            to = in(reg) to,
            room = in(reg) room,
            at = inout(reg) at,
            count = inout(reg) count,
            hits = out(reg) _,
            out("v0") _, out("v1") _, out("v2") _, out("v3") _,
            out("p0") _, out("p1") _, out("p2") _, out("p3") _, out("p4") _, out("p5") _, out("p6") _, out("p7") _,
            options(nostack),
        );
    }
    (at, count)
}

/// The check of `generic::utf8`, whose head explains the look-ups, with these differences:
///
/// 1. The bytes one, two and three places earlier are loads from one, two and three addresses earlier, under predicates that leave
///    out what lies before the start. Nothing is carried from vector to vector.
/// 2. The loop runs to three places behind the end. There the current byte is an inactive lane, so zero, so ASCII, while the bytes
///    before are real: a sequence that the end cuts is found like one that ASCII cuts.
/// 3. A vector of ASCII is skipped when the vector before was ASCII too. When it was not, the full check sees whether it was complete.
/// 4. A look-up reaches the first 16 lanes of its table only, which every width has.
///
/// # Safety
/// The CPU has SVE.
#[target_feature(enable = "sve")]
unsafe fn check_utf8(bytes: &[u8]) -> Result<(), usize> {
    let len = bytes.len();
    let mut at = 0usize;
    let mut faulty = 1usize;
    let tables: [&[u8; 16]; 3] = [&HIGH_1, &LOW_1, &HIGH_2];
    // SAFETY: lane `j` of the loads at distance `k` is active when `k <= at + j < len + k`, so reads offset `at + j - k`, which is below
    // `len`, from `bytes`, borrowed for the whole call; each table has 16 bytes. Nothing is written.
    unsafe {
        asm!(
            "ptrue p6.b, vl16",
            "ld1b {{z16.b}}, p6/z, [{high_1}]",
            "ld1b {{z17.b}}, p6/z, [{low_1}]",
            "ld1b {{z18.b}}, p6/z, [{high_2}]",
            "whilelo p0.b, {at}, {len}",
            "b.none 7f",
            // ASCII up to here: no sequence is open.
            "2:",
            "ld1b {{z0.b}}, p0/z, [{start}, {at}]",
            "cmplt p4.b, p0/z, z0.b, #0",
            "b.any 3f",
            "incb {at}",
            "whilelo p0.b, {at}, {len}",
            "b.any 2b",
            "b 7f",
            // The full check of the vector in z0.
            "3:",
            "add {end}, {len}, #1",
            "whilelo p1.b, {at}, {end}",
            "add {end}, {len}, #2",
            "whilelo p2.b, {at}, {end}",
            "add {end}, {len}, #3",
            "whilelo p3.b, {at}, {end}",
            "cbnz {at}, 4f",
            "ptrue p6.b, vl1",
            "bic p1.b, p1/z, p1.b, p6.b",
            "ptrue p6.b, vl2",
            "bic p2.b, p2/z, p2.b, p6.b",
            "ptrue p6.b, vl3",
            "bic p6.b, p3/z, p3.b, p6.b",
            "b 5f",
            "4:",
            "mov p6.b, p3.b",
            "5:",
            "sub {before}, {start}, #1",
            "ld1b {{z1.b}}, p1/z, [{before}, {at}]",
            "sub {before}, {start}, #2",
            "ld1b {{z2.b}}, p2/z, [{before}, {at}]",
            "sub {before}, {start}, #3",
            "ld1b {{z3.b}}, p6/z, [{before}, {at}]",
            "lsr z4.b, z1.b, #4",
            "tbl z4.b, {{z16.b}}, z4.b",
            "and z1.b, z1.b, #0x0f",
            "tbl z1.b, {{z17.b}}, z1.b",
            "lsr z5.b, z0.b, #4",
            "tbl z5.b, {{z18.b}}, z5.b",
            "and z4.d, z4.d, z1.d",
            "and z4.d, z4.d, z5.d",
            "uqsub z2.b, z2.b, #{third}",
            "uqsub z3.b, z3.b, #{fourth}",
            "orr z2.d, z2.d, z3.d",
            "and z2.b, z2.b, #0x80",
            "eor z4.d, z4.d, z2.d",
            "cmpne p5.b, p3/z, z4.b, #0",
            "b.any 8f",
            "cmplt p4.b, p0/z, z0.b, #0",
            "incb {at}",
            "whilelo p0.b, {at}, {len}",
            // When the vector was ASCII no sequence is open: back to the first loop, or done.
            "ptest p3, p4.b",
            "b.any 6f",
            "ptest p0, p0.b",
            "b.any 2b",
            "b 7f",
            // A sequence may be open: go on to three places behind the end.
            "6:",
            "cmp {at}, {end}",
            "b.hs 7f",
            "ld1b {{z0.b}}, p0/z, [{start}, {at}]",
            "b 3b",
            "7:",
            "mov {faulty}, xzr",
            "8:",
            third = const THIRD,
            fourth = const FOURTH,
            high_1 = in(reg) tables[0],
            low_1 = in(reg) tables[1],
            high_2 = in(reg) tables[2],
            start = in(reg) bytes.as_ptr(),
            len = in(reg) len,
            at = inout(reg) at,
            faulty = inout(reg) faulty,
            end = out(reg) _,
            before = out(reg) _,
            out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("v4") _, out("v5") _, out("v16") _, out("v17") _, out("v18") _,
            out("p0") _, out("p1") _, out("p2") _, out("p3") _, out("p4") _, out("p5") _, out("p6") _,
            options(readonly, nostack),
        );
    }
    if faulty == 0 { Ok(()) } else { locate(bytes, at.min(len)) }
}
