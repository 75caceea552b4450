//! Numbers, as filters compare them.

use std::cmp::Ordering;

/// A number of a document or of a selector.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// An integer within 64 bits: -2^63 to 2^64 - 1.
    Integer(i128),
    /// Every other number, also -0.
    Double(f64),
}

impl Number {
    /// The number that `spelling` stands for, which must have the grammar of JSON: an integer where it has neither fraction nor exponent,
    /// fits in 64 bits and is not `-0`, else the nearest double, infinite beyond their range. Of anything else the result says nothing.
    ///
    /// # Complexity
    /// O(spelling.len()) time.
    /// # Examples
    /// ```
    /// use lanewise_query::Number;
    /// assert_eq!(Number::from_json(b"18446744073709551615"), Number::Integer(u64::MAX.into()));
    /// assert_eq!(Number::from_json(b"1e2"), Number::Integer(100));
    /// assert!(Number::from_json(b"9007199254740993") > Number::Integer(1 << 53));
    /// ```
    #[must_use]
    pub fn from_json(spelling: &[u8]) -> Self {
        to_integer(spelling).map_or_else(|| Self::Double(to_double(spelling)), Self::Integer)
    }

    fn to_double(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Double(double) => double,
        }
    }
}

/// Two integers are compared exactly, everything else as doubles. A NaN, which MessagePack can hold, is equal to nothing.
impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => Some(left.cmp(right)),
            _ => self.to_double().partial_cmp(&other.to_double()),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

fn to_integer(spelling: &[u8]) -> Option<i128> {
    let (sign, digits) = match spelling.strip_prefix(b"-") {
        Some(digits) => (-1, digits),
        None => (1, spelling),
    };
    let magnitude = digits.iter().try_fold(0_u64, |magnitude, &byte| {
        let digit = char::from(byte).to_digit(10)?;
        magnitude.checked_mul(10)?.checked_add(digit.into())
    })?;
    let integer = sign * i128::from(magnitude);
    let is_minus_zero = sign < 0 && magnitude == 0;
    (integer >= i128::from(i64::MIN) && !is_minus_zero).then_some(integer)
}

fn to_double(spelling: &[u8]) -> f64 {
    core::str::from_utf8(spelling).ok().and_then(|spelling| spelling.parse().ok()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_within_64_bits_are_exact() {
        for value in [0, 1, -1, (1 << 53) + 1, i128::from(i64::MIN), i128::from(u64::MAX)] {
            assert!(matches!(Number::from_json(value.to_string().as_bytes()), Number::Integer(integer) if integer == value));
        }
        for spelling in ["-0", "1.0", "1e3", "18446744073709551616", "-9223372036854775809", "-1e400"] {
            assert!(matches!(Number::from_json(spelling.as_bytes()), Number::Double(double) if double == spelling.parse().unwrap()));
        }
    }

    #[test]
    fn compares_integers_exactly_and_the_rest_as_doubles() {
        let number = |spelling: &str| Number::from_json(spelling.as_bytes());
        for (left, right) in [("0", "-0"), ("1", "1.0"), ("100", "1e2"), ("-0.0", "0e9"), ("9007199254740993", "9007199254740992.0")] {
            assert_eq!(number(left), number(right));
        }
        for (left, right) in [("9007199254740992", "9007199254740993"), ("-1", "0"), ("1", "1.5"), ("18446744073709551615", "1e400")] {
            assert!(number(left) < number(right) && number(left) != number(right), "{left} {right}");
        }
        let nan = Number::Double(f64::NAN);
        assert_eq!(nan.partial_cmp(&nan), None);
        assert_ne!(nan, nan);
    }
}
