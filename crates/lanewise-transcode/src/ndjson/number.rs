//! Numbers, as columns hold them.

/// The largest integer that a double tells from its neighbours (`Number.MAX_SAFE_INTEGER`).
const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;
/// Digits that are read at once.
const LANES: usize = size_of::<u64>();
const ONES: u64 = u64::from_ne_bytes([1; LANES]);
/// Eight times the digit 0.
const ZEROS: u64 = ONES * b'0' as u64;

/// A number by the narrowest column that can hold it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// An integer in the safe range, spelled without fraction and exponent, and not `-0`.
    Safe(i64),
    /// Any other integer of 64 bits with sign, spelled in that way.
    Wide(i64),
    /// The nearest double of everything else, infinite beyond their range.
    Double(f64),
}

impl Number {
    /// The number that `spelling` stands for, which has the grammar of JSON.
    pub(crate) fn parse(spelling: &[u8]) -> Self {
        match to_integer(spelling) {
            Some(integer) if integer.unsigned_abs() <= SAFE_INTEGER_MAX => Self::Safe(integer),
            Some(integer) => Self::Wide(integer),
            None => Self::Double(to_double(spelling)),
        }
    }
}

fn to_integer(spelling: &[u8]) -> Option<i64> {
    let (negative, digits) = match spelling {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let magnitude = match digits.len() {
        LANES..=16 => to_long_magnitude(digits)?,
        _ => to_magnitude(digits)?,
    };
    let integer = if negative { 0_i64.checked_sub_unsigned(magnitude)? } else { i64::try_from(magnitude).ok()? };
    (!negative || integer != 0).then_some(integer)
}

/// The same for 8 to 16 digits, such as those of a time: the last eight of them, and those before with zeros in front.
fn to_long_magnitude(digits: &[u8]) -> Option<u64> {
    let bits = 8 * (digits.len() - LANES) as u32;
    let (front, back) = (u64::from_le_bytes(*digits.first_chunk()?), u64::from_le_bytes(*digits.last_chunk()?));
    let front = front.checked_shl(u64::BITS - bits).unwrap_or(0) | ZEROS.checked_shr(bits).unwrap_or(0);
    Some(to_eight_digits(front)? * 100_000_000 + to_eight_digits(back)?)
}

/// The number that eight ASCII digits spell, the first one in the low byte: neighbours are joined to pairs, pairs to fours, and those to
/// eight ("Quickly parsing eight digits", D. Lemire, 2018).
fn to_eight_digits(word: u64) -> Option<u64> {
    // A digit is 0x30 to 0x39, so its high half is 3, also when 6 is added to it.
    let high_halves = ONES * 0xf0;
    if (word & high_halves) != ZEROS || (word.wrapping_add(ONES * 6) & high_halves) != ZEROS {
        return None;
    }
    let digits = word - ZEROS;
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

fn to_magnitude(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |magnitude, &byte| {
        let digit = char::from(byte).to_digit(10)?;
        magnitude.checked_mul(10)?.checked_add(digit.into())
    })
}

fn to_double(spelling: &[u8]) -> f64 {
    let spelling = core::str::from_utf8(spelling).expect("a number is ASCII");
    spelling.parse().expect("the grammar of JSON numbers is part of that of Rust's")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_the_borders() {
        let cases = [
            ("0", Number::Safe(0)),
            ("-1", Number::Safe(-1)),
            ("9007199254740991", Number::Safe(9_007_199_254_740_991)),
            ("-9007199254740991", Number::Safe(-9_007_199_254_740_991)),
            ("9007199254740992", Number::Wide(9_007_199_254_740_992)),
            ("-9007199254740992", Number::Wide(-9_007_199_254_740_992)),
            ("999999999999999999", Number::Wide(999_999_999_999_999_999)),
            ("9223372036854775807", Number::Wide(i64::MAX)),
            ("-9223372036854775808", Number::Wide(i64::MIN)),
            ("9223372036854775808", Number::Double(9_223_372_036_854_775_808.0)),
            ("-9223372036854775809", Number::Double(-9_223_372_036_854_775_808.0)),
            ("18446744073709551616", Number::Double(18_446_744_073_709_551_616.0)),
            ("1.0", Number::Double(1.0)),
            ("1e2", Number::Double(100.0)),
            ("-1e400", Number::Double(f64::NEG_INFINITY)),
            ("1e-400", Number::Double(0.0)),
        ];
        for (spelling, expected) in cases {
            assert_eq!(Number::parse(spelling.as_bytes()), expected, "{spelling}");
        }
        assert!(matches!(Number::parse(b"-0"), Number::Double(zero) if zero == 0.0 && zero.is_sign_negative()));
    }

    #[test]
    fn eight_digits_are_read_or_refused_as_one_by_one() {
        for length in 1..=20 {
            for place in 0..length {
                for byte in 0..=255_u8 {
                    let mut digits = b"12345678901234567890"[..length].to_vec();
                    digits[place] = byte;
                    if (LANES..=16).contains(&length) {
                        assert_eq!(to_long_magnitude(&digits), to_magnitude(&digits), "{}", digits.escape_ascii());
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn integers_are_exact(integer: i64, shift in 0..64_u32) {
            let integer = integer >> shift;
            match Number::parse(integer.to_string().as_bytes()) {
                Number::Safe(safe) => prop_assert!(safe == integer && integer.unsigned_abs() <= SAFE_INTEGER_MAX),
                Number::Wide(wide) => prop_assert!(wide == integer && integer.unsigned_abs() > SAFE_INTEGER_MAX),
                Number::Double(_) => prop_assert!(false),
            }
        }

        #[test]
        fn doubles_are_the_nearest(bits: u64) {
            let double = f64::from_bits(bits);
            prop_assume!(double.is_finite());
            let spelling = format!("{double:e}");
            prop_assert!(matches!(Number::parse(spelling.as_bytes()), Number::Double(read) if read.to_bits() == bits) || !spelling.contains('e'));
        }
    }
}
