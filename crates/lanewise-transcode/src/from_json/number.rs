//! JSON numbers as MessagePack.
//!
//! Digits are taken eight at a time. Up to 19 of them make an exact integer; with a power of ten that is exact as well, one division or product
//! gives the nearest double (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990). Whatever is longer the standard library reads.

use lanewise_msgpack::writer::{self, Float32};

/// The largest integer that a double tells from its neighbours (`Number.MAX_SAFE_INTEGER`).
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;
/// So many digits fit in 64 bits, whatever they are.
const EXACT_DIGITS: usize = 19;
/// Integers up to here are doubles.
const EXACT_MANTISSA_MAX: u64 = 1 << 53;
/// The powers of ten that are doubles.
const EXACT_POWERS: [f64; 23] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

/// Appends the number that starts at `start`; gives the offset behind it, `None` where there is none.
#[inline(always)]
pub(super) fn write(input: &[u8], start: usize, float32: Float32, out: &mut Vec<u8>) -> Option<usize> {
    let negative = input.get(start) == Some(&b'-');
    let first = start + usize::from(negative);
    let mut magnitude = 0;
    let mut at = digits(input, first, &mut magnitude);
    let size = at - first;
    if size == 0 || size > 1 && input[first] == b'0' {
        return None;
    }
    let next = input.get(at).copied().unwrap_or_default();
    if !matches!(next, b'.' | b'e' | b'E') {
        match Integer::new(negative, magnitude).filter(|_| size <= EXACT_DIGITS) {
            Some(integer) => integer.write(out),
            None => write_long_integer(out, &input[start..at], float32),
        }
        return Some(at);
    }
    let mut fraction_size = 0;
    if next == b'.' {
        at = digits(input, at + 1, &mut magnitude);
        fraction_size = at - (first + size + 1);
        if fraction_size == 0 {
            return None;
        }
    }
    let mut power = -(fraction_size as i64);
    if matches!(input.get(at), Some(b'e' | b'E')) {
        let exponent;
        (exponent, at) = read_exponent(input, at + 1)?;
        power = power.saturating_add(exponent);
    }
    let value = match quick_double(magnitude, power).filter(|_| size + fraction_size <= EXACT_DIGITS) {
        Some(value) if negative => -value,
        Some(value) => value,
        None => to_double(&input[start..at]),
    };
    write_double(out, value, float32);
    Some(at)
}

/// Takes the digits at `at` into `value`, which wraps; gives the offset behind them.
#[inline(always)]
fn digits(input: &[u8], mut at: usize, value: &mut u64) -> usize {
    loop {
        let (more, size) = leading_digits(lanes_at(input, at));
        *value = value.wrapping_mul(POWERS[size]).wrapping_add(more);
        at += size;
        if size < LANES {
            return at;
        }
    }
}

const LANES: usize = size_of::<u64>();
const ONES: u64 = u64::from_ne_bytes([1; LANES]);
/// 10^0 to 10^8.
const POWERS: [u64; LANES + 1] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The eight bytes at `at`; behind the end of the input are zeros.
#[inline(always)]
fn lanes_at(input: &[u8], at: usize) -> [u8; LANES] {
    let rest = input.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(lanes) => *lanes,
        None => padded(rest),
    }
}

#[cold]
fn padded(rest: &[u8]) -> [u8; LANES] {
    let mut lanes = [0; LANES];
    lanes[..rest.len()].copy_from_slice(rest);
    lanes
}

/// The number that the digits at the start of `bytes` make, and how many they are.
///
/// Those behind them are shifted out, zeros in before them. Then neighbours are joined: one digit to two, two to four, four to eight
/// (D. Lemire, "Quickly parsing eight digits", 2018).
#[inline(always)]
fn leading_digits(bytes: [u8; LANES]) -> (u64, usize) {
    const BEYOND_NINE: u64 = ONES * (0x80 - 10);
    let lanes = u64::from_le_bytes(bytes) ^ (ONES * u64::from(b'0'));
    // What carries out of a byte that is no digit spoils only those behind it.
    let other = (lanes.wrapping_add(BEYOND_NINE) | lanes) & (ONES << 7);
    let size = other.trailing_zeros() / 8;
    let lanes = lanes.checked_shl(u64::BITS - 8 * size).unwrap_or(0);
    let pairs = lanes.wrapping_mul(10).wrapping_add(lanes >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let eight = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    (eight, size as usize)
}

/// The exponent whose sign or first digit is at `at`, and the offset behind it. Where it is too large for any double it may be less than it is.
#[inline]
fn read_exponent(input: &[u8], at: usize) -> Option<(i64, usize)> {
    let sign = input.get(at).copied().filter(|byte| matches!(byte, b'+' | b'-'));
    let first = at + usize::from(sign.is_some());
    let size = input[first.min(input.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = first + size;
    let value = input[first..end].iter().fold(0_i64, |value, byte| value.saturating_mul(10).saturating_add((byte - b'0').into()));
    (size > 0).then_some((if sign == Some(b'-') { -value } else { value }, end))
}

/// `magnitude` times ten to the `power` where that takes one operation on exact doubles.
#[inline(always)]
fn quick_double(magnitude: u64, power: i64) -> Option<f64> {
    let factor = *EXACT_POWERS.get(usize::try_from(power.unsigned_abs()).ok()?)?;
    let value = magnitude as f64;
    (magnitude <= EXACT_MANTISSA_MAX).then_some(if power < 0 { value / factor } else { value * factor })
}

/// Appends a number without fraction and exponent of any size.
#[cold]
fn write_long_integer(out: &mut Vec<u8>, spelling: &[u8], float32: Float32) {
    match to_integer(spelling) {
        Some(integer) => integer.write(out),
        None => write_double(out, to_double(spelling), float32),
    }
}

fn write_double(out: &mut Vec<u8>, value: f64, float32: Float32) {
    match to_safe_integer(value) {
        Some(integer) => integer.write(out),
        None => writer::float(out, value, float32),
    }
}

/// An integer within 64 bits: -2^63 to 2^64 - 1, and not -0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Integer {
    negative: bool,
    magnitude: u64,
}

/// The magnitude of the least integer within 64 bits.
const MIN_MAGNITUDE: u64 = 1 << 63;

impl Integer {
    fn new(negative: bool, magnitude: u64) -> Option<Self> {
        let fits = !negative || (1..=MIN_MAGNITUDE).contains(&magnitude);
        fits.then_some(Self { negative, magnitude })
    }

    fn write(self, out: &mut Vec<u8>) {
        match self.negative {
            false => writer::uint(out, self.magnitude),
            true => writer::int(out, 0_i64.wrapping_sub_unsigned(self.magnitude)),
        }
    }
}

/// The exact value of a number without fraction and exponent, when that is an integer within 64 bits and not -0.
fn to_integer(spelling: &[u8]) -> Option<Integer> {
    let (negative, digits) = match spelling.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, spelling),
    };
    let magnitude = digits.iter().try_fold(0_u64, |magnitude, &byte| {
        let digit = char::from(byte).to_digit(10)?;
        magnitude.checked_mul(10)?.checked_add(digit.into())
    })?;
    Integer::new(negative, magnitude)
}

/// `value` as an integer, when it is one in the safe range and not -0.
fn to_safe_integer(value: f64) -> Option<Integer> {
    let is_safe_integer = value.trunc() == value && value.abs() <= SAFE_INTEGER_MAX;
    let is_minus_zero = value == 0.0 && value.is_sign_negative();
    if !is_safe_integer || is_minus_zero {
        return None;
    }
    Integer::new(value < 0.0, value.abs() as u64)
}

/// The double nearest to `spelling`; infinite beyond the range of doubles.
fn to_double(spelling: &[u8]) -> f64 {
    let spelling = core::str::from_utf8(spelling).expect("a number is ASCII");
    spelling.parse().expect("the grammar of JSON numbers is part of that of Rust's")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(spelling: &str, float32: Float32) -> Vec<u8> {
        let mut out = Vec::new();
        let end = write(spelling.as_bytes(), 0, float32, &mut out);
        assert_eq!(end, Some(spelling.len()));
        out
    }

    #[test]
    fn what_is_a_safe_integer_in_javascript_is_an_integer_however_it_is_spelled() {
        let cases: &[(&str, i64)] = &[
            ("0", 0),
            ("0.0", 0),
            ("0e5", 0),
            ("0e99999999999999999999", 0),
            ("0.000e-99999999999999999999", 0),
            ("1", 1),
            ("1.0", 1),
            ("10e-1", 1),
            ("0.1e1", 1),
            ("1e3", 1000),
            ("1.50E+1", 15),
            ("-1", -1),
            ("-1.0", -1),
            ("-128", -128),
            ("-1.28e2", -128),
            ("9007199254740991.0", 9_007_199_254_740_991),
            ("-9007199254740991e0", -9_007_199_254_740_991),
            // No integers, but the doubles nearest to them are.
            ("0.99999999999999999999", 1),
            ("-1.00000000000000000001", -1),
            ("1e-400", 0),
        ];
        for &(spelling, value) in cases {
            let mut expected = Vec::new();
            writer::int(&mut expected, value);
            assert_eq!(written(spelling, Float32::Exact), expected, "{spelling}");
        }
    }

    #[test]
    fn an_integer_within_64_bits_is_exact_without_fraction_and_exponent() {
        for value in [1 << 53, (1 << 53) + 1, i64::MAX as u64, 1 << 63, u64::MAX] {
            let mut expected = Vec::new();
            writer::uint(&mut expected, value);
            assert_eq!(written(&value.to_string(), Float32::Exact), expected);
        }
        for value in [-(1 << 53) - 1, i64::MIN + 1, i64::MIN] {
            let mut expected = Vec::new();
            writer::int(&mut expected, value);
            assert_eq!(written(&value.to_string(), Float32::Exact), expected);
        }
    }

    #[test]
    fn everything_else_is_the_nearest_float() {
        let cases: &[(&str, f64)] = &[
            ("-0", -0.0),
            ("-0.0", -0.0),
            ("-0e9", -0.0),
            ("-1e-400", -0.0),
            ("0.5", 0.5),
            ("0.1", 0.1),
            ("-2.5e-3", -0.0025),
            ("9007199254740992.0", 9_007_199_254_740_992.0),
            ("9007199254740993.5", 9_007_199_254_740_994.0),
            ("1e19", 1e19),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("18446744073709551617", 18_446_744_073_709_551_616.0),
            ("-9223372036854775809", -9_223_372_036_854_775_808.0),
            ("1e20", 1e20),
            ("5e-324", 5e-324),
            ("1e400", f64::INFINITY),
            ("-1e99999999999999999999", f64::NEG_INFINITY),
        ];
        for &(spelling, value) in cases {
            for float32 in [Float32::Exact, Float32::Never] {
                let mut expected = Vec::new();
                writer::float(&mut expected, value, float32);
                assert_eq!(written(spelling, float32), expected, "{spelling}");
            }
        }
    }
}
