//! The text of a JSON Pointer.

use crate::program::{ChildSelector, Segment};
use crate::wtf8;
use lanewise_error::{Error, ErrorCode};

const SLASH: u16 = b'/' as u16;
const TILDE: u16 = b'~' as u16;
const ZERO: u16 = b'0' as u16;
const ONE: u16 = b'1' as u16;

/// The tokens of a pointer, each as a segment. `units` is empty or starts with a slash.
pub(crate) fn parse(units: &[u16]) -> Result<Vec<Segment>, Error> {
    let mut start = 0;
    // What stands before the first slash is empty and no token.
    let tokens = units.split(|&unit| unit == SLASH).map(|token| {
        let token_start = start;
        start += token.len() + 1;
        parse_token(token, token_start)
    });
    tokens.skip(1).collect()
}

/// The token `units`, which starts at offset `start` of the pointer.
fn parse_token(units: &[u16], start: usize) -> Result<Segment, Error> {
    let mut plain = Vec::with_capacity(units.len());
    let mut rest = (start..).zip(units.iter().copied());
    while let Some((offset, unit)) = rest.next() {
        plain.push(match unit {
            TILDE => match rest.next() {
                Some((_, ZERO)) => TILDE,
                Some((_, ONE)) => SLASH,
                _ => return Err(Error::new(ErrorCode::Pointer, offset + 1)),
            },
            _ => unit,
        });
    }
    let index = to_index(&plain);
    Ok(Segment { descendant: false, selectors: vec![ChildSelector::Token { name: wtf8::from_units(plain), index }] })
}

/// The index that `units` spells: digits without leading zeros. One too large for any array spells none.
fn to_index(units: &[u16]) -> Option<u64> {
    if units.is_empty() || units.len() > 1 && units[0] == ZERO {
        return None;
    }
    units.iter().try_fold(0_u64, |index, &unit| {
        let digit = char::from_u32(u32::from(unit))?.to_digit(10)?;
        index.checked_mul(10)?.checked_add(digit.into())
    })
}
