//! UTF-16 and Latin-1 to UTF-8.
//!
//! ```text
//! for each vector of units:
//!     ASCII: the low bytes
//!     below U+0800: two bytes of each unit, of which ASCII has the first alone; those that count are moved together
//!     else: three bytes of each unit in the same way
//!     surrogates that stand alone: U+FFFD in their place
//! the rest, one unit after the other
//! ```
//!
//! 1. Of a pair of surrogates the first one knows the first two bytes of the character, and the second one, with two bits of the first, the
//!    last two. So each counts for two bytes, and a vector with pairs needs no other way to move bytes than one without.
//! 2. Whether each surrogate has the other is seen from two words of bits; the first and the last unit of a vector ask the one beside it. So a text of
//!    nothing but lone surrogates, which a host hands over as readily as any other, takes a vector's time and not a unit's.

use std::collections::TryReserveError;

use crate::block::BLOCK;
use crate::units::{THREES_ROOM, Units};

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;
/// Room behind the bytes: those of the widest vector are written whole, whatever of them counts.
const SLACK: usize = THREES_ROOM * 64;
/// The high bytes of what takes three bytes.
const THREE_BYTES: u8 = 0x08;
/// Of a surrogate, the upper five bits of the high byte; of the first one of a pair, the upper six.
const SURROGATE: u8 = 0xd8;
const SECOND: u8 = 0xdc;

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn latin1<V: Units>(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError> {
    out.try_reserve(bytes.len().saturating_mul(2).saturating_add(SLACK))?;
    let mut at = 0;
    // SAFETY: every load at `at` has `at + LANES <= len`, by the condition of its loop. A unit becomes two bytes at most, so with the room made
    // above there are always two bytes for each lane at `to`. CPU: vouched for by the caller.
    unsafe {
        let mut to = out.as_mut_ptr_range().end;
        while bytes.len() - at >= V::LANES {
            let low = V::load(bytes.as_ptr().add(at));
            to = to.add(if low.any_high() { twos(low, V::splat(0), to) } else { ascii(low, to) });
            at += V::LANES;
        }
        count_to(out, to);
    }
    out.extend(bytes[at..].iter().flat_map(|&byte| Utf8::of(char::from(byte))));
    Ok(())
}

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn utf16<V: Units>(units: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError> {
    let units = units.as_chunks::<2>().0;
    out.try_reserve(units.len().saturating_mul(3).saturating_add(SLACK))?;
    let mut at = 0;
    // SAFETY: every load at `at` has `at + LANES <= len`, by the condition of its loop. A unit becomes three bytes at most, so with the room
    // made above there are always THREES_ROOM bytes for each lane at `to`. CPU: vouched for by the caller.
    unsafe {
        let mut to = out.as_mut_ptr_range().end;
        let mut before = V::splat(0);
        while units.len() - at >= V::LANES {
            let from = units.as_ptr().add(at).cast();
            if let Some(size) = V::write_short_words(from, to) {
                to = to.add(size);
                at += V::LANES;
                continue;
            }
            let (mut low, mut high) = V::split_words(from);
            let mut is_surrogate = surrogates(high);
            let lone = if is_surrogate.any_high() { lone_halves::<V>(high, is_surrogate, units, at) } else { 0 };
            if lone != 0 {
                (low, high) = V::split_words(without(lone, &units[at..at + V::LANES]).as_ptr().cast());
                is_surrogate = surrogates(high);
            }
            to =
                to.add(if is_surrogate.any_high() { fours(low, high, low.prev1(before), is_surrogate, to) } else { threes(low, high, to) });
            before = low;
            at += V::LANES;
        }
        count_to(out, to);
    }
    unit_by_unit(units, at, out);
    Ok(())
}

/// Makes all that is written up to `end` count.
///
/// # Safety
/// `end` points into the room of `out`, and the bytes before it are written.
#[inline(always)]
unsafe fn count_to(out: &mut Vec<u8>, end: *mut u8) {
    // SAFETY: the caller's duty.
    unsafe { out.set_len(end.offset_from_unsigned(out.as_ptr())) };
}

/// Writes units that are ASCII.
///
/// # Safety
/// Of this and what follows: there is room for as many bytes a lane as each says at `to`. The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn ascii<V: Units>(low: V, to: *mut u8) -> usize {
    // SAFETY: the duties are passed on.
    unsafe { to.cast::<V>().write_unaligned(low) };
    V::LANES
}

/// Writes units below U+0800; two bytes a lane.
#[inline(always)]
unsafe fn twos<V: Units>(low: V, high: V, to: *mut u8) -> usize {
    // SAFETY: the duties are passed on.
    unsafe {
        let is_ascii = high.or(low.and(V::splat(0x80))).equal(V::splat(0));
        let lead = high.shl::<2>().or(low.shr::<6>()).or(V::splat(0xc0));
        V::pack_twos(is_ascii.select_high(low, lead), continuation(low), is_ascii.high_bits(), to)
    }
}

/// [`Units::write_short_words`] for an instruction set that has nothing of its own for it.
///
/// # Safety
/// As there.
#[inline(always)]
pub(crate) unsafe fn short_words<V: Units>(from: *const u8, to: *mut u8) -> Option<usize> {
    // SAFETY: the duties are passed on.
    unsafe {
        let (low, high) = V::split_words(from);
        if high.at_least(V::splat(THREE_BYTES)).any_high() {
            return None;
        }
        let is_ascii = !high.any_set() && !low.any_high();
        Some(if is_ascii { ascii(low, to) } else { twos(low, high, to) })
    }
}

/// Writes units of which none is a surrogate; four bytes a lane.
#[inline(always)]
unsafe fn threes<V: Units>(low: V, high: V, to: *mut u8) -> usize {
    // SAFETY: the duties are passed on.
    unsafe {
        let (bytes, is_ascii, is_three) = bytes_of(low, high);
        let twos = lanes_of::<V>(!is_ascii.high_bits());
        V::pack_threes(bytes, twos, is_three.high_bits(), to)
    }
}

/// Writes units of which each surrogate is half of a pair; four bytes a lane. `before` are the low bytes of the units before them.
#[inline(always)]
unsafe fn fours<V: Units>(low: V, high: V, before: V, is_surrogate: V, to: *mut u8) -> usize {
    // SAFETY: the duties are passed on.
    unsafe {
        let ([first, second, third], is_ascii, is_three) = bytes_of(low, high);
        let is_second = high.at_least(V::splat(SECOND)).and(is_surrogate);
        // The bits of the first one, with the 0x40 more that UTF-16 leaves out, and what is carried to the high byte.
        let upper_low = low.add(V::splat(0x40));
        let carried = V::splat(0x3f).at_least(upper_low);
        let upper_high = high.and(V::splat(0x03)).add(carried.and(V::splat(1)));
        let lead = upper_high.or(V::splat(0xf0));
        let next = upper_low.shr::<2>().or(V::splat(0x80));
        let third_of_four =
            before.and(V::splat(0x03)).shl::<4>().or(high.and(V::splat(0x03)).shl::<2>()).or(low.shr::<6>()).or(V::splat(0x80));
        let first = is_surrogate.select_high(is_second.select_high(third_of_four, lead), first);
        let second = is_surrogate.select_high(is_second.select_high(third, next), second);
        let twos = lanes_of::<V>(!is_ascii.high_bits());
        let threes = is_three.high_bits() & !is_surrogate.high_bits();
        V::pack_threes([first, second, third], twos, threes, to)
    }
}

/// The bytes of units that are no surrogates, and which of them are ASCII and which take three.
#[inline(always)]
unsafe fn bytes_of<V: Units>(low: V, high: V) -> ([V; 3], V, V) {
    // SAFETY: CPU: vouched for by the leaf.
    unsafe {
        let is_ascii = high.or(low.and(V::splat(0x80))).equal(V::splat(0));
        let is_three = high.at_least(V::splat(THREE_BYTES));
        let middle = high.shl::<2>().or(low.shr::<6>());
        let last = continuation(low);
        let first = is_three.select_high(high.shr::<4>().or(V::splat(0xe0)), middle.or(V::splat(0xc0)));
        let second = is_three.select_high(middle.and(V::splat(0x3f)).or(V::splat(0x80)), last);
        ([is_ascii.select_high(low, first), second, last], is_ascii, is_three)
    }
}

/// The last byte of each unit that takes more than one.
#[inline(always)]
unsafe fn continuation<V: Units>(low: V) -> V {
    // SAFETY: CPU: vouched for by the leaf.
    unsafe { low.and(V::splat(0x3f)).or(V::splat(0x80)) }
}

/// The lanes with surrogates, by the high bytes.
#[inline(always)]
unsafe fn surrogates<V: Units>(high: V) -> V {
    // SAFETY: CPU: vouched for by the leaf.
    unsafe { high.and(V::splat(0xf8)).equal(V::splat(SURROGATE)) }
}

/// The surrogates of the vector at `at` that have not the other half: the second one behind a first one, or a first one before a second one.
#[inline(always)]
unsafe fn lone_halves<V: Units>(high: V, is_surrogate: V, units: &[[u8; 2]], at: usize) -> u64 {
    // SAFETY: CPU: vouched for by the leaf.
    let (surrogates, upper) = unsafe { (is_surrogate.high_bits(), high.at_least(V::splat(SECOND)).high_bits()) };
    let (firsts, seconds) = (surrogates & !upper, surrogates & upper);
    let comes_on = at > 0 && is_first(units[at - 1]);
    let goes_on = firsts >> (V::LANES - 1) == 1 && units.get(at + V::LANES).is_some_and(|&unit| is_second(unit));
    let behind_first = firsts << 1 | u64::from(comes_on);
    let before_second = seconds >> 1 | u64::from(goes_on) << (V::LANES - 1);
    firsts & !before_second | seconds & !behind_first
}

/// A vector of units, with U+FFFD where a bit of `lone` is set.
#[cold]
#[inline(never)]
fn without(mut lone: u64, units: &[[u8; 2]]) -> [[u8; 2]; BLOCK] {
    let mut mended = [[0; 2]; BLOCK];
    mended[..units.len()].copy_from_slice(units);
    while lone != 0 {
        mended[lone.trailing_zeros() as usize] = (REPLACEMENT as u16).to_ne_bytes();
        lone &= lone - 1;
    }
    mended
}

fn is_first(unit: [u8; 2]) -> bool {
    (0xd800..0xdc00).contains(&u16::from_ne_bytes(unit))
}

fn is_second(unit: [u8; 2]) -> bool {
    (0xdc00..0xe000).contains(&u16::from_ne_bytes(unit))
}

/// The lowest bits, one per lane.
#[inline(always)]
fn lanes_of<V: Units>(bits: u64) -> u64 {
    bits & u64::MAX >> (64 - V::LANES)
}

/// Appends the UTF-8 of the units from `at` on.
///
/// Where `at` cuts a pair its first half has been written, as two bytes: they are taken back.
#[inline(never)]
fn unit_by_unit(units: &[[u8; 2]], mut at: usize, out: &mut Vec<u8>) {
    if at > 0 && at < units.len() && is_first(units[at - 1]) && is_second(units[at]) {
        at -= 1;
        out.truncate(out.len() - 2);
    }
    for character in char::decode_utf16(units[at..].iter().map(|&unit| u16::from_ne_bytes(unit))) {
        out.extend(Utf8::of(character.unwrap_or(REPLACEMENT)));
    }
}

/// The UTF-8 of one character.
struct Utf8 {
    bytes: [u8; 4],
    range: std::ops::Range<usize>,
}

impl Utf8 {
    #[inline(always)]
    fn of(character: char) -> Self {
        let mut bytes = [0; 4];
        let size = character.encode_utf8(&mut bytes).len();
        Self { bytes, range: 0..size }
    }
}

impl Iterator for Utf8 {
    type Item = u8;

    #[inline(always)]
    fn next(&mut self) -> Option<u8> {
        self.range.next().map(|at| self.bytes[at])
    }
}
