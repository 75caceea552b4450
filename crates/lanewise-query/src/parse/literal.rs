//! Strings, integers and numbers.

use super::Parser;
use crate::number::Number;
use crate::wtf8;
use lanewise_error::Error;

/// The largest magnitude of an index: integers beyond it are not exact everywhere (RFC 7493 section 2.2).
const INT_MAX: i64 = (1 << 53) - 1;

impl Parser<'_> {
    /// `string-literal`, in either kind of quotes.
    pub(super) fn string_literal(&mut self) -> Result<Vec<u8>, Error> {
        let quote = self.peek();
        self.at += 1;
        let mut units = Vec::new();
        loop {
            if self.take(quote) {
                return Ok(wtf8::from_units(units));
            }
            if self.take(b'\\') {
                self.escape(quote, &mut units)?;
                continue;
            }
            match self.peek_character() {
                Some(character) if character >= ' ' => {
                    units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
                    self.at += character.len_utf16();
                }
                _ => return self.malformed(),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, quote: u8, units: &mut Vec<u16>) -> Result<(), Error> {
        let unit = match self.peek() {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.at += 1;
                return self.hexchar(units);
            }
            itself if itself == quote || matches!(itself, b'/' | b'\\') => itself,
            _ => return self.malformed(),
        };
        self.at += 1;
        units.push(unit.into());
        Ok(())
    }

    /// `hexchar`: four digits, or eight that make a pair of surrogates.
    fn hexchar(&mut self, units: &mut Vec<u16>) -> Result<(), Error> {
        // The first two digits say whether the unit is a surrogate, and of which half.
        let first = self.hex_digit(|_| true)?;
        let second = self.hex_digit(|digit| first != 0xd || digit < 0xc)?;
        units.push(self.hex_unit(first, second)?);
        if first == 0xd && second >= 8 {
            self.expect(b'\\')?;
            self.expect(b'u')?;
            let first = self.hex_digit(|digit| digit == 0xd)?;
            let second = self.hex_digit(|digit| digit >= 0xc)?;
            units.push(self.hex_unit(first, second)?);
        }
        Ok(())
    }

    /// The unit of two digits that were read and two more.
    fn hex_unit(&mut self, first: u16, second: u16) -> Result<u16, Error> {
        let third = self.hex_digit(|_| true)?;
        let fourth = self.hex_digit(|_| true)?;
        Ok(first << 12 | second << 8 | third << 4 | fourth)
    }

    fn hex_digit(&mut self, allowed: impl Fn(u16) -> bool) -> Result<u16, Error> {
        match char::from(self.peek()).to_digit(16).map(|digit| digit as u16) {
            Some(digit) if allowed(digit) => {
                self.at += 1;
                Ok(digit)
            }
            _ => self.malformed(),
        }
    }

    /// `int`, within the range of exact integers of I-JSON: the digit that leaves it is where it fails.
    pub(super) fn int(&mut self) -> Result<i64, Error> {
        let negative = self.take(b'-');
        if !negative && self.take(b'0') {
            return Ok(0);
        }
        let mut magnitude = 0;
        while let digit @ b'0'..=b'9' = self.peek() {
            let extended = magnitude * 10 + i64::from(digit - b'0');
            if extended == 0 || extended > INT_MAX {
                return self.malformed();
            }
            magnitude = extended;
            self.at += 1;
        }
        match magnitude {
            0 => self.malformed(),
            _ if negative => Ok(-magnitude),
            _ => Ok(magnitude),
        }
    }

    /// `number`.
    pub(super) fn number(&mut self) -> Result<Number, Error> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'-') || self.take(b'+');
            self.digits()?;
        }
        Ok(Number::from_json(&wtf8::from_units(self.units[start..self.at].iter().copied())))
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { self.malformed() } else { Ok(()) }
    }
}
