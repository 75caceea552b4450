//! UTF-8 to Latin-1 or UTF-16.
//!
//! ```text
//! skip the blocks of 64 bytes that are ASCII; when all are, there is nothing to do
//! for each block, a window on it and the three bytes before it:
//!     ASCII: copy the bytes, widened where the text is UTF-16 by now
//!     else: check it; make a unit of each byte and those before it, as if a character ended there; move those that count together
//! ```
//!
//! 1. Check and units look at a window of the input alone and nothing is carried from block to block. So a window may begin anywhere
//!    where a character does, which is how the lossy form goes on behind an invalid sequence.
//! 2. A unit is made behind the last byte of each character, and of one beyond U+FFFF behind the third byte too, which already knows
//!    all bits of the first unit. So what counts is known from a byte and those before it.
//! 3. Units are made as two vectors of bytes, their low and their high ones: the low byte is the same for characters of two and
//!    three bytes, and a vector of bytes has twice the lanes of one of words.
//! 4. A block without characters of three bytes needs none of the look-ups of the check: the continuations must be exactly the places
//!    behind the leads, which the highest bits of three vectors say.
//! 5. Behind the input the last window has zeros: a sequence that the input cuts off shows as one that a NUL cuts off.
//! 6. Latin-1 is written as long as there is nothing else, and made UTF-16 in place when there is, from its end.

use crate::block::BLOCK;
use crate::generic::utf8::{Check, locate};
use crate::transcode::{Form, NotDecoded};
use crate::units::Units;

/// How many bytes before it a byte's unit may depend on.
pub(crate) const REACH: usize = 3;
/// Room behind the units: a block is written whole, whatever of it counts.
const SLACK: usize = 2 * BLOCK;
/// So many bytes at most are decoded one character after the other, from an invalid sequence on.
const MENDED: usize = 2 * BLOCK;

/// What stands for an invalid sequence.
const REPLACEMENT: u16 = 0xfffd;
const CONTINUATIONS: u8 = 0x80;
const LEADS: u8 = 0xc0;
/// The first lead of a character beyond Latin-1.
const WIDE_LEADS: u8 = 0xc4;
const LEADS_OF_THREE: u8 = 0xe0;
const LEADS_OF_FOUR: u8 = 0xf0;
/// No vector of the conversions has fewer lanes.
const LANES_MIN: usize = 16;

/// What a block came to.
enum Taken {
    /// Its units are written, and end here; what the next block has to know.
    Until(*mut u8, Before),
    /// It has characters beyond Latin-1 and nothing is written, as the text is Latin-1 until now.
    Wide,
    /// It shows that the text is invalid in it, or in the sequence that it begins in. Nothing is written.
    Fault,
}

/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn decode<V: Units>(bytes: &[u8], lossy: bool, out: &mut Vec<u8>) -> Result<Form, NotDecoded> {
    // SAFETY: CPU: vouched for by the caller. A window on the input has REACH bytes before `at` and BLOCK from it on, by the condition
    // that stands before it; the copy has as many. `to` has room for the words of a block (the invariant of `Output`).
    unsafe {
        let prefix = ascii_prefix::<V>(bytes);
        if prefix == bytes.len() {
            return Ok(Form::Ascii);
        }
        let mut output = Output::new(bytes, prefix, out)?;
        let check = Check::<V>::new();
        let mut to = output.end();
        let mut at = prefix;
        let mut before = Before::NOTHING;
        // What stands before this is not looked at: it was no part of a valid character.
        let mut context = 0;
        loop {
            if output.is_wide && at >= context + REACH {
                let from = at;
                if !before.is_long {
                    (at, to) = short_run::<V>(bytes, at, to);
                }
                (at, to) = long_run::<V>(bytes, at, before.has_four, &check, to);
                if at > from {
                    before = Before::new(bytes.as_ptr().add(at));
                }
            }
            let rest = bytes.len() - at;
            let taken = if rest >= BLOCK && at >= context + REACH {
                output.block(bytes.as_ptr().add(at), u64::MAX, before, &check, to)
            } else {
                let window = window(bytes, context, at);
                let counts = if rest < BLOCK { (1 << rest) - 1 } else { u64::MAX };
                output.block(window.as_ptr().add(REACH), counts, before, &check, to)
            };
            match taken {
                Taken::Until(end, _) if rest < BLOCK => return Ok(output.finish(end)),
                Taken::Until(end, last) => {
                    (to, before) = (end, last);
                    at += BLOCK;
                }
                Taken::Wide => to = output.widen::<V>(to),
                Taken::Fault if lossy => {
                    (at, to) = output.mend(bytes, context, at, to);
                    (context, before) = (at, Before::NOTHING);
                }
                Taken::Fault => return Err(NotDecoded::Invalid(locate(bytes, at).err().unwrap_or(bytes.len()))),
            }
        }
    }
}

/// A copy of what there is of a block at `at` and of the bytes before it, those from `context` on, among zeros.
#[cold]
#[inline(never)]
fn window(bytes: &[u8], context: usize, at: usize) -> [u8; REACH + BLOCK] {
    let mut window = [0; REACH + BLOCK];
    let before = &bytes[at.saturating_sub(REACH).max(context)..at];
    let behind = &bytes[at..bytes.len().min(at + BLOCK)];
    window[REACH - before.len()..REACH].copy_from_slice(before);
    window[REACH..REACH + behind.len()].copy_from_slice(behind);
    window
}

/// The offset of the first block that is not ASCII, or the length.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn ascii_prefix<V: Units>(bytes: &[u8]) -> usize {
    let start = bytes.as_ptr();
    let len = bytes.len();
    let mut at = 0;
    // SAFETY: every load at offset `at + lane` has `at + lane + LANES <= len`, by the condition of its loop; the partial load has less
    // than LANES left. CPU: vouched for by the caller.
    unsafe {
        while len - at >= BLOCK {
            let mut all = V::load(start.add(at));
            for lane in (V::LANES..BLOCK).step_by(V::LANES) {
                all = all.or(V::load(start.add(at + lane)));
            }
            if all.any_high() {
                return at;
            }
            at += BLOCK;
        }
        let mut tail = at;
        while tail < len {
            let rest = len - tail;
            let vector = if rest < V::LANES { V::load_part(start.add(tail), rest) } else { V::load(start.add(tail)) };
            if vector.any_high() {
                return at;
            }
            tail += V::LANES;
        }
    }
    len
}

/// Makes UTF-16 of the characters that end in a block, those at the bytes that `counts` says.
///
/// # Safety
/// - REACH bytes before `at` and BLOCK from it on are readable.
/// - There is room for BLOCK words at `to`.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn wide_block<V: Units>(at: *const u8, counts: u64, before: Before, check: &Check<V>, to: *mut u8) -> Taken {
    // SAFETY: the duties are passed on.
    unsafe {
        let most = most::<V>(at);
        if !most.any_high() {
            if before.is_open {
                return Taken::Fault;
            }
            for lane in (0..BLOCK).step_by(V::LANES) {
                V::load(at.add(lane)).write_widened(to.add(2 * lane));
            }
            return Taken::Until(to.add(2 * counts.count_ones() as usize), Before::NOTHING);
        }
        if !before.is_long && !most.at_least(V::splat(LEADS_OF_THREE)).any_high() {
            return match Short::<V>::new(at) {
                Some(block) => Taken::Until(block.write_wide(counts, to), Before::two(at.add(BLOCK))),
                None => Taken::Fault,
            };
        }
        if faults::<V>(at, check) {
            Taken::Fault
        } else if before.has_four || most.at_least(V::splat(LEADS_OF_FOUR)).any_high() {
            Taken::Until(write_long::<V, true>(at, counts, to), Before::new(at.add(BLOCK)))
        } else {
            Taken::Until(write_long::<V, false>(at, counts, to), Before::new(at.add(BLOCK)))
        }
    }
}

/// Makes UTF-16 of whole blocks from `at` on as long as they have characters of two bytes and none of more, and are valid; gives the first one
/// that is not, and where the units end.
///
/// # Safety
/// - REACH bytes before `at` are readable, and begin no sequence of three bytes or more that goes on behind them.
/// - There is room for as many words at `to` as there are bytes left, and for BLOCK more.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn short_run<V: Units>(bytes: &[u8], mut at: usize, mut to: *mut u8) -> (usize, *mut u8) {
    // SAFETY: the duties are passed on; `at + BLOCK <= len` by the condition of the loop.
    unsafe {
        while bytes.len() - at >= BLOCK {
            let from = bytes.as_ptr().add(at);
            let most = most::<V>(from);
            if !most.any_high() || most.at_least(V::splat(LEADS_OF_THREE)).any_high() {
                break;
            }
            let Some(block) = Short::<V>::new(from) else { break };
            to = block.write_wide(u64::MAX, to);
            at += BLOCK;
        }
        (at, to)
    }
}

/// Makes UTF-16 of whole blocks from `at` on as long as they have characters of three bytes or more, and are valid; gives the first one that has
/// not, and where the units end.
///
/// # Safety
/// - REACH bytes before `at` are readable.
/// - There is room for as many words at `to` as there are bytes left, and for BLOCK more.
/// - The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn long_run<V: Units>(bytes: &[u8], mut at: usize, mut had_four: bool, check: &Check<V>, mut to: *mut u8) -> (usize, *mut u8) {
    // SAFETY: the duties are passed on; `at + BLOCK <= len` by the condition of the loop.
    unsafe {
        while bytes.len() - at >= BLOCK {
            let from = bytes.as_ptr().add(at);
            let most = most::<V>(from);
            if !most.at_least(V::splat(LEADS_OF_THREE)).any_high() || faults::<V>(from, check) {
                break;
            }
            let has_four = most.at_least(V::splat(LEADS_OF_FOUR)).any_high();
            to = if has_four | had_four { write_long::<V, true>(from, u64::MAX, to) } else { write_long::<V, false>(from, u64::MAX, to) };
            had_four = has_four;
            at += BLOCK;
        }
        (at, to)
    }
}

/// Whether a byte of the block at `at` shows a fault.
///
/// # Safety
/// As for [`wide_block`].
#[inline(always)]
unsafe fn faults<V: Units>(at: *const u8, check: &Check<V>) -> bool {
    // SAFETY: the duties are passed on.
    unsafe {
        let mut faults = V::splat(0);
        for lane in (0..BLOCK).step_by(V::LANES) {
            let from = at.add(lane);
            faults = faults.or(check.faults_of(V::load(from), [V::load(from.sub(1)), V::load(from.sub(2)), V::load(from.sub(3))]));
        }
        faults.any_set()
    }
}

/// Makes Latin-1 of the characters that end in a block, those at the bytes that `counts` says.
///
/// # Safety
/// As for [`wide_block`].
#[inline(always)]
unsafe fn narrow_block<V: Units>(at: *const u8, counts: u64, before: Before, to: *mut u8) -> Taken {
    // SAFETY: the duties are passed on.
    unsafe {
        let most = most::<V>(at);
        if !most.any_high() {
            if before.is_open {
                return Taken::Fault;
            }
            to.copy_from_nonoverlapping(at, BLOCK);
            return Taken::Until(to.add(counts.count_ones() as usize), Before::NOTHING);
        }
        if before.is_long || most.at_least(V::splat(WIDE_LEADS)).any_high() {
            return Taken::Wide;
        }
        let Some(block) = Short::<V>::new(at) else { return Taken::Fault };
        Taken::Until(block.write_narrow(counts, to), Before::two(at.add(BLOCK)))
    }
}

/// The largest bytes of a block.
///
/// # Safety
/// BLOCK bytes at `at` are readable. The CPU has the instructions of `V`.
#[inline(always)]
unsafe fn most<V: Units>(at: *const u8) -> V {
    // SAFETY: the duties are passed on.
    unsafe {
        let mut most = V::load(at);
        for lane in (V::LANES..BLOCK).step_by(V::LANES) {
            most = most.max(V::load(at.add(lane)));
        }
        most
    }
}

/// Writes the units of all characters, where `counts` says and one is; gives where they end.
///
/// # Safety
/// As for [`wide_block`].
#[inline(always)]
unsafe fn write_long<V: Units, const HAS_FOUR: bool>(at: *const u8, counts: u64, mut to: *mut u8) -> *mut u8 {
    // SAFETY: the duties are passed on.
    unsafe {
        for lane in (0..BLOCK).step_by(V::LANES) {
            let from = at.add(lane);
            let [here, one, two] = [V::load(from), V::load(from.sub(1)), V::load(from.sub(2))];
            // A lead has no unit, nor has the second byte of three or four.
            let early = here.at_least(V::splat(LEADS)).or(one.at_least(V::splat(LEADS_OF_THREE)));
            let counts = lanes_of::<V>(counts >> lane & !early.high_bits());
            let mut low = low_bytes(here, one);
            let of_three = two.at_least(V::splat(LEADS_OF_THREE));
            let mut high = one.shr::<2>().and(V::splat(0x0f)).or(of_three.and(two.shl::<4>()));
            if HAS_FOUR {
                let first_of_four = two.at_least(V::splat(LEADS_OF_FOUR));
                let second_of_four = V::load(from.sub(3)).at_least(V::splat(LEADS_OF_FOUR));
                // The first unit has the upper bits of the character, 0x40 less of them, and less in the high byte by what is borrowed.
                let upper = one.shl::<2>().or(here.shr::<4>().and(V::splat(0x03)));
                let borrowed = V::splat(0x3f).at_least(upper);
                low = first_of_four.select_high(upper.add(V::splat(0xc0)), low);
                high = first_of_four.select_high(two.and(V::splat(0x07)).add(V::splat(0xd8)).add(borrowed), high);
                high = second_of_four.select_high(one.shr::<2>().and(V::splat(0x03)).or(V::splat(0xdc)), high);
            }
            V::pack_pairs(low, here.select_high(high, V::splat(0)), counts, to);
            to = to.add(2 * counts.count_ones() as usize);
        }
        to
    }
}

/// The units that have been made.
///
/// INVARIANT: `out` has room for two bytes for each byte of the input and SLACK more, and no more units have been made than bytes of the
/// input been taken. So there is always room for the words of a block.
struct Output<'a> {
    out: &'a mut Vec<u8>,
    /// Whether they are UTF-16.
    is_wide: bool,
}

impl<'a> Output<'a> {
    /// With the first `prefix` bytes, which are ASCII, as Latin-1.
    #[inline(always)]
    fn new(bytes: &[u8], prefix: usize, out: &'a mut Vec<u8>) -> Result<Self, NotDecoded> {
        out.clear();
        let room = bytes.len().checked_mul(2).and_then(|room| room.checked_add(SLACK)).ok_or(NotDecoded::Memory)?;
        out.try_reserve(room).map_err(|_| NotDecoded::Memory)?;
        out.extend_from_slice(&bytes[..prefix]);
        Ok(Self { is_wide: false, out })
    }

    /// Where what `out` counts ends.
    #[inline(always)]
    fn end(&mut self) -> *mut u8 {
        self.out.as_mut_ptr_range().end
    }

    /// # Safety
    /// `end` is where the units end that have been written.
    #[inline(always)]
    unsafe fn finish(mut self, end: *mut u8) -> Form {
        // SAFETY: the caller's duty.
        unsafe { self.count_to(end) };
        if self.is_wide { Form::Utf16 } else { Form::Latin1 }
    }

    /// # Safety
    /// As for [`wide_block`].
    #[inline(always)]
    unsafe fn block<V: Units>(&self, at: *const u8, counts: u64, before: Before, check: &Check<V>, to: *mut u8) -> Taken {
        // SAFETY: the duties are passed on.
        unsafe { if self.is_wide { wide_block(at, counts, before, check, to) } else { narrow_block::<V>(at, counts, before, to) } }
    }

    /// Makes all that is written up to `end` count.
    ///
    /// # Safety
    /// As for [`Output::finish`].
    #[inline(always)]
    unsafe fn count_to(&mut self, end: *mut u8) {
        // SAFETY: `end` points into the room of `out` (the invariant of the type), and the bytes before it are written.
        unsafe { self.out.set_len(end.offset_from_unsigned(self.out.as_ptr())) };
    }

    /// Makes UTF-16 of the Latin-1 that ends at `end`, in its place: from the end on, so that no byte is overwritten before it is read.
    ///
    /// # Safety
    /// As for [`Output::finish`]. The CPU has the instructions of `V`.
    #[inline(always)]
    unsafe fn widen<V: Units>(&mut self, end: *mut u8) -> *mut u8 {
        // SAFETY: words of `at` bytes end at `2 * at`, within the room (the invariant of the type); what is written begins at twice the
        // offset of what is read, so nothing before that changes. CPU: vouched for by the leaf.
        unsafe {
            self.count_to(end);
            let size = self.out.len();
            let narrow = self.out.as_mut_ptr();
            let mut at = size;
            while at >= V::LANES {
                at -= V::LANES;
                V::load(narrow.add(at)).write_widened(narrow.add(2 * at));
            }
            while at > 0 {
                at -= 1;
                let unit = u16::from(narrow.add(at).read());
                narrow.add(2 * at).cast::<[u8; 2]>().write(unit.to_ne_bytes());
            }
            self.is_wide = true;
            narrow.add(2 * size)
        }
    }

    /// Goes on at the block at `at`, which showed a fault, one character after the other, with U+FFFD for each maximal part of an invalid
    /// sequence; gives the offset behind the last of them, and where the units end.
    ///
    /// # Safety
    /// As for [`Output::finish`].
    #[cold]
    #[inline(never)]
    unsafe fn mend(&mut self, bytes: &[u8], context: usize, at: usize, end: *mut u8) -> (usize, *mut u8) {
        // SAFETY: the duties are passed on; a vector of the scalar kind needs nothing of the CPU.
        unsafe {
            let end = if self.is_wide { end } else { self.widen::<crate::arch::scalar::Bytes>(end) };
            self.count_to(end);
        }
        let mut pos = self.reopen(bytes, context, at);
        let end = bytes.len().min(at + MENDED);
        while pos < end {
            let (valid, invalid) = match core::str::from_utf8(&bytes[pos..end]) {
                Ok(_) => (end - pos, None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            for unit in core::str::from_utf8(&bytes[pos..pos + valid]).unwrap_or_default().encode_utf16() {
                self.push(unit);
            }
            pos += valid;
            match invalid {
                None => {}
                // The sequence may go on behind `end`.
                Some(None) if end < bytes.len() => break,
                Some(size) => {
                    self.push(REPLACEMENT);
                    pos += size.unwrap_or(end - pos);
                }
            }
        }
        (pos, self.end())
    }

    /// Where the character starts that goes on at `at`, of which a unit may have been written: it is taken back.
    fn reopen(&mut self, bytes: &[u8], context: usize, at: usize) -> usize {
        let before = &bytes[at.saturating_sub(REACH).max(context)..at];
        let Some(nth) = before.iter().rposition(|&byte| !(CONTINUATIONS..LEADS).contains(&byte)) else { return at };
        let known = before.len() - nth;
        let size = match before[nth] {
            ..LEADS => 1,
            LEADS..LEADS_OF_THREE => 2,
            LEADS_OF_THREE..LEADS_OF_FOUR => 3,
            LEADS_OF_FOUR.. => 4,
        };
        if known >= size {
            return at;
        }
        if known == REACH {
            self.out.truncate(self.out.len() - 2);
        }
        at - known
    }

    fn push(&mut self, unit: u16) {
        self.out.extend_from_slice(&unit.to_ne_bytes());
    }
}

/// What the three bytes before a block say.
#[derive(Clone, Copy)]
struct Before {
    /// A sequence goes on in the block.
    is_open: bool,
    /// And it is one of three bytes or more, or none that is valid.
    is_long: bool,
    /// It may be one of four.
    has_four: bool,
}

impl Before {
    /// Nothing goes on.
    const NOTHING: Self = Self { is_open: false, is_long: false, has_four: false };

    /// Behind a block without characters of three bytes.
    ///
    /// # Safety
    /// The byte before `at` is readable.
    #[inline(always)]
    unsafe fn two(at: *const u8) -> Self {
        // SAFETY: the caller's duty.
        Self { is_open: unsafe { at.sub(1).read() } >= LEADS, ..Self::NOTHING }
    }

    /// # Safety
    /// REACH bytes before `at` are readable.
    #[inline(always)]
    unsafe fn new(at: *const u8) -> Self {
        // SAFETY: the caller's duty.
        let [three, two, one] = unsafe { at.sub(REACH).cast::<[u8; REACH]>().read() };
        let is_long = (one >= LEADS_OF_THREE) | (two >= LEADS_OF_THREE) | (three >= LEADS_OF_FOUR);
        let has_four = one.max(two).max(three) >= LEADS_OF_FOUR;
        // After C0 and C1, which the block before may have left to this one, only the whole check knows what is wrong.
        let is_long = is_long | (one & 0xfe == LEADS);
        Self { is_open: is_long | (one >= LEADS), is_long, has_four }
    }
}

/// A block whose characters have no more than two bytes, as the vectors that it is.
struct Short<V> {
    /// The lower seven bits of each byte.
    low: [V; BLOCK / LANES_MIN],
    /// The bits of the lead before each byte, 0 where none is.
    high: [V; BLOCK / LANES_MIN],
    /// The bytes that end a character, those of each vector by themselves.
    ends: [u64; BLOCK / LANES_MIN],
}

impl<V: Units> Short<V> {
    /// `None` when it is not valid.
    ///
    /// # Safety
    /// - BLOCK bytes at `at` and one before it are readable, none of them is E0 or more, and the one before is not C0 or C1.
    /// - The CPU has the instructions of `V`.
    #[inline(always)]
    unsafe fn new(at: *const u8) -> Option<Self> {
        const { assert!(V::LANES >= LANES_MIN) };
        // SAFETY: the duties are passed on.
        unsafe {
            let zero = V::splat(0);
            let mut block = Self { low: [zero; BLOCK / LANES_MIN], high: [zero; BLOCK / LANES_MIN], ends: [0; BLOCK / LANES_MIN] };
            let (mut right, mut overlong) = (V::splat(0xff), zero);
            for nth in 0..BLOCK / V::LANES {
                let from = at.add(nth * V::LANES);
                let [here, one] = [V::load(from), V::load(from.sub(1))];
                block.low[nth] = here.and(V::splat(0x7f));
                block.high[nth] = one.saturating_sub(V::splat(LEADS));
                let is_lead = here.at_least(V::splat(LEADS));
                block.ends[nth] = !is_lead.high_bits();
                // The highest bit says that a byte goes on just where a lead stands before it.
                right = right.and(here.xor(is_lead).xor(block.high[nth].equal(zero)));
                // C0 and C1 become FE and FF, and no other byte below E0 as much.
                overlong = overlong.max(here.add(V::splat(0xfe - LEADS)));
            }
            let is_valid = right.high_bits() == lanes_of::<V>(u64::MAX) && !overlong.at_least(V::splat(0xfe)).any_high();
            is_valid.then_some(block)
        }
    }

    /// Writes its characters as UTF-16, those that end where `counts` says; gives where they end.
    ///
    /// # Safety
    /// As for [`wide_block`].
    #[inline(always)]
    unsafe fn write_wide(&self, counts: u64, mut to: *mut u8) -> *mut u8 {
        for nth in 0..BLOCK / V::LANES {
            let counts = lanes_of::<V>(counts >> (nth * V::LANES) & self.ends[nth]);
            // SAFETY: the duties are passed on.
            unsafe {
                V::pack_short(self.low[nth], self.high[nth], counts, to);
                to = to.add(2 * counts.count_ones() as usize);
            }
        }
        to
    }

    /// The same as Latin-1, which all of them must be.
    ///
    /// # Safety
    /// As for [`wide_block`].
    #[inline(always)]
    unsafe fn write_narrow(&self, counts: u64, mut to: *mut u8) -> *mut u8 {
        for nth in 0..BLOCK / V::LANES {
            let counts = lanes_of::<V>(counts >> (nth * V::LANES) & self.ends[nth]);
            // SAFETY: the duties are passed on.
            unsafe {
                self.low[nth].or(self.high[nth].shl::<6>()).pack(counts, to);
                to = to.add(counts.count_ones() as usize);
            }
        }
        to
    }
}

/// The low byte of the unit that ends at each byte: of ASCII the byte itself, else the last two bits of the byte before it, and its own six.
#[inline(always)]
unsafe fn low_bytes<V: Units>(here: V, one: V) -> V {
    // SAFETY: CPU: vouched for by the leaf.
    unsafe { here.select_high(one.shl::<6>().or(here.and(V::splat(0x3f))), here) }
}

/// The lowest bits, one per lane.
#[inline(always)]
fn lanes_of<V: Units>(bits: u64) -> u64 {
    if V::LANES == BLOCK { bits } else { bits & ((1 << V::LANES) - 1) }
}
