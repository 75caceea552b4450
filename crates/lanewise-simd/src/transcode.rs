//! Conversions between UTF-8 and what JavaScript hosts keep strings in.

use std::collections::TryReserveError;

use crate::block::{Isa, Task};
use crate::dispatch::Kernels;

/// What a text was converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing: it is ASCII, so its own bytes are its Latin-1.
    Ascii,
    /// One byte for each character: none is above U+00FF.
    Latin1,
    /// Two bytes for each unit, in the order of the machine: some character is above U+00FF.
    Utf16,
}

/// Why there is no string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDecoded {
    /// The first byte of the first invalid sequence.
    Invalid(usize),
    /// There is no memory for the units.
    Memory,
}

impl Kernels {
    /// Makes the units of the string that `bytes` are the UTF-8 of, the narrow ones where they suffice. `out` loses what it held.
    ///
    /// # Errors
    /// `Invalid` with the offset that [`Kernels::check_utf8`] gives; `Memory` when `out` cannot grow. `out` is then without meaning.
    /// # Complexity
    /// O(bytes.len()) time; where there is more than ASCII, `out` gets room for two bytes per byte.
    /// # Source
    /// The units of all places of a block are made without a branch and those that count are moved together, as in Robert Clausecker and
    /// Daniel Lemire, "Transcoding Unicode Characters with AVX-512 Instructions" (2023), here for every instruction set.
    pub fn decode_utf8(&self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Form, NotDecoded> {
        self.run(Decode { bytes, lossy: false, out })
    }

    /// [`Kernels::decode_utf8`] with U+FFFD for each maximal part of an invalid sequence, as the Encoding Standard of WHATWG has it.
    ///
    /// # Errors
    /// `Memory` alone.
    pub fn decode_utf8_lossy(&self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Form, NotDecoded> {
        self.run(Decode { bytes, lossy: true, out })
    }
}

impl Kernels {
    /// Appends the UTF-8 of a string of two bytes a unit, in the order of the machine, to `out`; half of a surrogate pair becomes U+FFFD. A last
    /// odd byte is not looked at.
    ///
    /// # Errors
    /// When `out` cannot grow by two bytes a byte.
    /// # Complexity
    /// O(units.len()) time.
    pub fn encode_utf16(&self, units: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError> {
        self.run(Encode { units, is_wide: true, out })
    }

    /// Appends the UTF-8 of a string of one byte a unit to `out`.
    ///
    /// # Errors
    /// When `out` cannot grow by two bytes a byte.
    /// # Complexity
    /// O(bytes.len()) time.
    pub fn encode_latin1(&self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError> {
        self.run(Encode { units: bytes, is_wide: false, out })
    }
}

struct Encode<'a> {
    units: &'a [u8],
    is_wide: bool,
    out: &'a mut Vec<u8>,
}

impl Task for Encode<'_> {
    type Output = Result<(), TryReserveError>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        if self.is_wide { isa.encode_utf16(self.units, self.out) } else { isa.encode_latin1(self.units, self.out) }
    }
}

struct Decode<'a> {
    bytes: &'a [u8],
    lossy: bool,
    out: &'a mut Vec<u8>,
}

impl Task for Decode<'_> {
    type Output = Result<Form, NotDecoded>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Self::Output {
        isa.decode_utf8(self.bytes, self.lossy, self.out)
    }
}
