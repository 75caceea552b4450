//! Numbers without loss.

/// Whether two numbers, as JSON spells them, are the same number: exactly, not as the doubles nearest to them.
///
/// Exponents of more than 36 digits are compared as they are spelled.
pub(super) fn same_number(a: &[u8], b: &[u8]) -> bool {
    match (Decimal::new(a), Decimal::new(b)) {
        (Some(a), Some(b)) => a.negative == b.negative && a.exponent == b.exponent && a.digits().eq(b.digits()),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// A number that is not zero: an integer that ends with no zero, times a power of ten.
struct Decimal<'a> {
    negative: bool,
    /// From the first digit that is not zero to the last one, perhaps with the point among them.
    significant: &'a [u8],
    exponent: Exponent<'a>,
}

#[derive(PartialEq, Eq)]
enum Exponent<'a> {
    Exact(i128),
    /// The exponent as it is spelled, and what the point adds to it.
    Huge {
        negative: bool,
        digits: &'a [u8],
        shift: i128,
    },
}

/// So many decimal digits are far from the limits of 128 bits.
const EXACT_DIGITS: usize = 36;

impl<'a> Decimal<'a> {
    /// `None` for zero.
    fn new(spelling: &'a [u8]) -> Option<Self> {
        let (negative, spelling) = split_sign(spelling);
        let mut parts = spelling.splitn(2, |byte| matches!(byte, b'e' | b'E'));
        let mantissa = parts.next()?;
        let is_significant = |byte: &u8| matches!(byte, b'1'..=b'9');
        let first = mantissa.iter().position(is_significant)?;
        let last = mantissa.iter().rposition(is_significant)?;
        let point = mantissa.iter().position(|&byte| byte == b'.').unwrap_or(mantissa.len());
        let shift = point as i128 - last as i128 - i128::from(last < point);
        let exponent = Exponent::new(parts.next().unwrap_or_default(), shift);
        Some(Self { negative, significant: &mantissa[first..=last], exponent })
    }

    fn digits(&self) -> impl Iterator<Item = &u8> {
        self.significant.iter().filter(|&&byte| byte != b'.')
    }
}

impl<'a> Exponent<'a> {
    fn new(spelling: &'a [u8], shift: i128) -> Self {
        let (negative, digits) = split_sign(spelling);
        let zeros = digits.iter().take_while(|&&byte| byte == b'0').count();
        let digits = &digits[zeros..];
        if digits.len() > EXACT_DIGITS {
            return Self::Huge { negative, digits, shift };
        }
        let magnitude = digits.iter().fold(0, |sum, &digit| sum * 10 + i128::from(digit - b'0'));
        Self::Exact(shift + if negative { -magnitude } else { magnitude })
    }
}

fn split_sign(spelling: &[u8]) -> (bool, &[u8]) {
    match spelling {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, spelling),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_equal() {
        let huge = format!("1e1{}", "0".repeat(40));
        let classes: &[&[&str]] = &[
            &["0", "-0", "0.0", "0e5", "-0.000E-9", "0e99999999999999999999"],
            &["1", "1.0", "10e-1", "0.1e1", "1e0", "1e-0", "0.001E+3", "1e00000000000000000000000000000000000000000000"],
            &["-1", "-1.0", "-100e-2"],
            &["12.5", "125e-1", "0.0125e3", "12.500"],
            &["100", "1e2", "100.0", "1000e-1"],
            &["1e400", "10e399", "0.1E401"],
            &["1e-400", "0.1e-399"],
            &["9007199254740992"],
            &["9007199254740993", "9007199254740993.0"],
            &["0.1"],
            &["0.10000000000000000001"],
            &["1e99999999999999999999", "10e99999999999999999998"],
            &[&huge],
            &["1e-10000000000000000000000000000000000000000000"],
        ];
        for (at, class) in classes.iter().enumerate() {
            for (other_at, other) in classes.iter().enumerate() {
                for a in *class {
                    for b in *other {
                        assert_eq!(same_number(a.as_bytes(), b.as_bytes()), at == other_at, "{a} {b}");
                    }
                }
            }
        }
    }
}
