//! The table of kernels, and the one choice among the tables that a process makes.

use std::fmt;
use std::sync::OnceLock;

use crate::arch::{self, LADDER, Runner};
use crate::block::Task;
use crate::candidates::{CANDIDATES, Candidate, Pair, Teddy, Width};
use crate::set::ByteSet;
use crate::walks::{self, FollowKernel, Walks};

/// Every name there is, on whatever architecture.
pub const KNOWN: &[&str] = &["scalar", "sse4.2", "avx2", "avx512", "neon", "sve", "sve2", "simd128", "relaxed-simd"];

/// The environment variable that forces an ISA where no binding has called [`choose`].
const VARIABLE: &str = "LANEWISE_ISA";

static ACTIVE: OnceLock<&'static Kernels> = OnceLock::new();

/// The kernels of one ISA.
///
/// A `&'static Kernels` comes only from [`active`], [`available`], [`by_name`] or [`choose`], which have asked the CPU: holding one is
/// the proof that its entries may run here.
pub struct Kernels {
    pub(crate) name: &'static str,
    pub(crate) supported: fn() -> bool,
    pub(crate) runner: Runner,
    pub(crate) find_byte: unsafe fn(u8, &[u8]) -> Option<usize>,
    pub(crate) find_any3: unsafe fn([u8; 3], &[u8]) -> Option<usize>,
    pub(crate) find_in_set: unsafe fn(&ByteSet, &[u8]) -> Option<usize>,
    pub(crate) count_byte: unsafe fn(u8, &[u8]) -> usize,
    pub(crate) index_byte: unsafe fn(u8, &[u8], u32, &mut Vec<u32>),
    pub(crate) check_utf8: unsafe fn(&[u8]) -> Result<(), usize>,
    pub(crate) teddy: TeddyKernel,
    pub(crate) pair: PairKernel,
    pub(crate) follow: FollowKernel,
}

/// A filter, a haystack, where to begin, how many candidates are enough, room; gives how many there are and where to go on.
type TeddyKernel = unsafe fn(&Teddy, &[u8], usize, usize, &mut [Candidate; CANDIDATES]) -> (usize, usize);
/// The same, with the span of the pair behind it.
type PairKernel = unsafe fn(&Pair, usize, &[u8], usize, usize, &mut [Candidate; CANDIDATES]) -> (usize, usize);

impl Kernels {
    /// The name of the ISA, one of [`KNOWN`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether this ISA has vectors. Where it has none, a block costs more than its bytes one after the other.
    #[must_use]
    pub fn has_vectors(&self) -> bool {
        !matches!(self.runner, Runner::Scalar)
    }

    /// Runs `task`, compiled for this ISA.
    pub fn run<T: Task>(&self, task: T) -> T::Output {
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type), whose runner this is.
        unsafe { arch::run(self.runner, task) }
    }

    /// The offset of the first `needle` in `haystack`.
    ///
    /// # Complexity
    /// O(haystack.len()) time, no allocation.
    #[must_use]
    pub fn find_byte(&self, needle: u8, haystack: &[u8]) -> Option<usize> {
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        unsafe { (self.find_byte)(needle, haystack) }
    }

    /// The offset of the first byte of `haystack` that is one of `needles`, which may repeat.
    ///
    /// # Complexity
    /// O(haystack.len()) time, no allocation.
    #[must_use]
    pub fn find_any3(&self, needles: [u8; 3], haystack: &[u8]) -> Option<usize> {
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        unsafe { (self.find_any3)(needles, haystack) }
    }

    /// The offset of the first byte of `haystack` that is in `set`. For one to three bytes, [`Kernels::find_byte`] and [`Kernels::find_any3`]
    /// take half the time.
    ///
    /// # Complexity
    /// O(haystack.len()) time, no allocation.
    #[must_use]
    pub fn find_in_set(&self, set: &ByteSet, haystack: &[u8]) -> Option<usize> {
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        unsafe { (self.find_in_set)(set, haystack) }
    }

    /// The number of bytes of `haystack` that equal `needle`.
    ///
    /// # Complexity
    /// O(haystack.len()) time, no allocation.
    #[must_use]
    pub fn count_byte(&self, needle: u8, haystack: &[u8]) -> usize {
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        unsafe { (self.count_byte)(needle, haystack) }
    }

    /// Appends `base` plus the offset of each `needle` in `haystack` to `positions`, in ascending order.
    ///
    /// A position is a `u32`. A needle whose position would be larger than `u32::MAX` is left out, so an input that may be that
    /// large is cut by the caller into parts, each with a base of its own unit.
    ///
    /// # Complexity
    /// O(haystack.len()) time. Allocates only while `positions` grows, in proportion to what it holds: room for at most 256
    /// positions more than it needs, and doubled as a `Vec` grows.
    pub fn index_byte(&self, needle: u8, haystack: &[u8], base: u32, positions: &mut Vec<u32>) {
        let reach = u64::from(u32::MAX - base) + 1;
        let reach = usize::try_from(reach).unwrap_or(usize::MAX).min(haystack.len());
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        unsafe { (self.index_byte)(needle, &haystack[..reach], base, positions) }
    }

    /// Checks that `bytes` are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF, no sequence cut short.
    ///
    /// # Errors
    /// The offset of the first byte of the first invalid sequence, which is [`core::str::Utf8Error::valid_up_to`].
    /// # Complexity
    /// O(bytes.len()) time, no allocation.
    /// # Source
    /// The Unicode Standard, table 3-7; Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021).
    pub fn check_utf8(&self, bytes: &[u8]) -> Result<(), usize> {
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        unsafe { (self.check_utf8)(bytes) }
    }

    /// Writes candidates for the strings of `teddy` in `haystack` to the front of `out`: the first ones at unit `from` or later, ascending.
    ///
    /// It stops when those of its next step might not fit, when it has made a step and there are `want` or more (0 is taken as 1), or at the end
    /// of the haystack. How large a step is, and so how many candidates one call gives, is left to the instruction set; all calls together give
    /// the same.
    ///
    /// Returns how many candidates there are, and the unit from which to go on: the number of units of the haystack when all is searched. A
    /// candidate is a `u32`: what lies from unit `u32::MAX` on is not searched, so a haystack that may be that long is cut by the caller.
    ///
    /// # Complexity
    /// O(units of the haystack) time for all calls together, no allocation.
    pub fn teddy(&self, teddy: &Teddy, haystack: &[u8], from: usize, want: usize, out: &mut [Candidate; CANDIDATES]) -> (usize, usize) {
        let units = teddy.width().units(haystack);
        let reach = reach(teddy.width(), haystack);
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        let (count, next) = unsafe { (self.teddy)(teddy, reach, from, want, out) };
        (count, if next < teddy.width().units(reach) { next } else { units })
    }

    /// [`Kernels::teddy`] for the string of `pair`.
    ///
    /// # Complexity
    /// O(units of the haystack) time for all calls together, no allocation.
    pub fn pair(&self, pair: &Pair, haystack: &[u8], from: usize, want: usize, out: &mut [Candidate; CANDIDATES]) -> (usize, usize) {
        let units = pair.width().units(haystack);
        let Some(span) = pair.span() else {
            return (0, units);
        };
        let reach = reach(pair.width(), haystack);
        // SAFETY: `self` proves that this CPU has every feature of `self.name` (see the type).
        let (count, next) = unsafe { (self.pair)(pair, span, reach, from, want, out) };
        (count, if next < pair.width().units(reach) { next } else { units })
    }

    /// Takes each of the walks `from` one code further through the double array `slots` ([`crate::edge`]).
    ///
    /// Those that come along an edge to a node are written to the front of `on`, and those that come along an edge with which something ends, or
    /// which is a leaf with which it does not end yet, to the front of `met`; both in their order, with that edge and the place behind the code.
    /// Returns how many both are. What is behind them in both lists is of no meaning then.
    ///
    /// A walk ends where it has no code, or one that leads nowhere: zero leads nowhere, and there is no code at the last place of `codes` and behind
    /// it. Of a code the bits of [`crate::edge::LABEL`] count. Both lists need [`SPARE`](crate::SPARE) places more than there are walks; walks
    /// for which there is no room are left out.
    ///
    /// # Complexity
    /// O(walks) time, no allocation.
    pub fn follow(
        &self,
        slots: &[u32],
        codes: &[u16],
        from: Walks<&[u32]>,
        on: Walks<&mut [u32]>,
        met: Walks<&mut [u32]>,
    ) -> (usize, usize) {
        let from = walks::with_room(from, &on, &met);
        // SAFETY: both lists have room for `from`; `self` proves that this CPU has every feature of `self.name` (see the type).
        unsafe { (self.follow)(slots, codes, from, on, met) }
    }
}

/// What of `haystack` has a number that is a `u32`.
fn reach(width: Width, haystack: &[u8]) -> &[u8] {
    let bytes = match width {
        Width::One => u64::from(u32::MAX),
        Width::Two => 2 * u64::from(u32::MAX),
    };
    &haystack[..usize::try_from(bytes).unwrap_or(usize::MAX).min(haystack.len())]
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernels").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The kernels that this process uses.
///
/// The first call of this function or of [`choose`] decides for the life of the process. Here the environment variable
/// `LANEWISE_ISA` names the ISA; where it is unset or empty, the best one is taken.
///
/// # Panics
/// When this call is the one that decides and `LANEWISE_ISA` names an ISA that is unknown or cannot run here: with a silent
/// fall-back, a test that forces an ISA would prove nothing. A binding, which must not panic, calls [`choose`] first.
#[must_use]
pub fn active() -> &'static Kernels {
    ACTIVE.get_or_init(|| match std::env::var_os(VARIABLE) {
        Some(name) if !name.is_empty() => by_name(&name.to_string_lossy()).unwrap_or_else(|error| panic!("{VARIABLE}: {error}")),
        _ => best(),
    })
}

/// Makes the ISA called `name` the one that [`active`] gives, the best one when `name` is empty; gives the one in use.
///
/// A process makes one choice. A later call with the same name, or with an empty one, gives what is in use; a later call with
/// another name fails, since searchers and decoders hold on to the kernels with which they were made.
///
/// # Errors
/// When `name` is unknown, cannot run here, or comes after another choice.
pub fn choose(name: &str) -> Result<&'static Kernels, UnsupportedIsa> {
    if name.is_empty() {
        return Ok(ACTIVE.get_or_init(best));
    }
    let wanted = by_name(name)?;
    let used = *ACTIVE.get_or_init(|| wanted);
    if used.name == wanted.name { Ok(used) } else { Err(UnsupportedIsa { name: name.to_owned(), reason: Reason::AnotherInUse(used.name) }) }
}

/// The kernels that can run on this CPU, best first. There is always at least `scalar`, the last one.
pub fn available() -> impl Iterator<Item = &'static Kernels> {
    LADDER.iter().filter(|kernels| (kernels.supported)())
}

/// The kernels of the ISA called `name`.
///
/// # Errors
/// When `name` is unknown or cannot run here.
pub fn by_name(name: &str) -> Result<&'static Kernels, UnsupportedIsa> {
    available().find(|kernels| kernels.name == name).ok_or_else(|| {
        let reason = if KNOWN.contains(&name) { Reason::NotHere } else { Reason::Unknown };
        UnsupportedIsa { name: name.to_owned(), reason }
    })
}

fn best() -> &'static Kernels {
    available().next().unwrap_or(&LADDER[LADDER.len() - 1])
}

/// An ISA was asked for by a name that is unknown, that cannot run here, or that comes after another choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedIsa {
    name: String,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Unknown,
    NotHere,
    AnotherInUse(&'static str),
}

impl fmt::Display for UnsupportedIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.reason {
            Reason::Unknown => write!(f, "the instruction set {name:?} is unknown")?,
            Reason::NotHere => write!(f, "the instruction set {name:?} cannot run here")?,
            Reason::AnotherInUse(used) => write!(f, "the instruction set {name:?} comes too late: this process already uses {used:?}")?,
        }
        let here: Vec<_> = available().map(Kernels::name).collect();
        write!(f, "; here run: {}; known are: {}", here.join(", "), KNOWN.join(", "))
    }
}

impl std::error::Error for UnsupportedIsa {}
