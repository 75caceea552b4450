//! JSON numbers as MessagePack.

use lanewise_msgpack::writer::{self, Float32};

/// The largest integer that a double tells from its neighbours (`Number.MAX_SAFE_INTEGER`).
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// Appends the number that `spelling` stands for. `spelling` has the grammar of JSON.
pub(crate) fn write(out: &mut Vec<u8>, spelling: &[u8], float32: Float32) {
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
        write(&mut out, spelling.as_bytes(), float32);
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
