//! Appends values, each in its smallest format.
//!
//! A container is its header, followed by its elements or its members, key and value by turns; the caller sees to the count.

use crate::timestamp::{SECONDS_34, Timestamp};
use lanewise_error::{Error, ErrorCode};

/// When a float takes the 4-byte format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Float32 {
    /// When it keeps the value.
    #[default]
    Exact,
    /// Never.
    Never,
}

/// Appends nil.
#[inline]
pub fn nil(out: &mut Vec<u8>) {
    out.push(0xc0);
}

/// Appends false or true.
#[inline]
pub fn bool(out: &mut Vec<u8>, value: bool) {
    out.push(0xc2 | u8::from(value));
}

/// Appends an integer in 1, 2, 3, 5 or 9 bytes.
#[inline]
pub fn uint(out: &mut Vec<u8>, value: u64) {
    if value < 0x80 {
        out.push(value as u8);
    } else if let Ok(value) = u8::try_from(value) {
        headed(out, 0xcc, value.to_be_bytes());
    } else if let Ok(value) = u16::try_from(value) {
        headed(out, 0xcd, value.to_be_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        headed(out, 0xce, value.to_be_bytes());
    } else {
        headed(out, 0xcf, value.to_be_bytes());
    }
}

/// Appends an integer in 1, 2, 3, 5 or 9 bytes; one that is not negative in the format that [`uint`] gives it.
#[inline]
pub fn int(out: &mut Vec<u8>, value: i64) {
    if let Ok(value) = u64::try_from(value) {
        uint(out, value);
    } else if value >= -0x20 {
        out.push(value as u8);
    } else if let Ok(value) = i8::try_from(value) {
        headed(out, 0xd0, value.to_be_bytes());
    } else if let Ok(value) = i16::try_from(value) {
        headed(out, 0xd1, value.to_be_bytes());
    } else if let Ok(value) = i32::try_from(value) {
        headed(out, 0xd2, value.to_be_bytes());
    } else {
        headed(out, 0xd3, value.to_be_bytes());
    }
}

/// Appends a float in 5 or 9 bytes. Every NaN is written as the one quiet NaN without payload.
#[inline]
pub fn float(out: &mut Vec<u8>, value: f64, float32: Float32) {
    let is_exact = value.is_nan() || f64::from(value as f32) == value;
    let (single, double) = match value.is_nan() {
        true => (0x7fc0_0000, 0x7ff8_0000_0000_0000),
        false => ((value as f32).to_bits(), value.to_bits()),
    };
    if float32 == Float32::Exact && is_exact {
        headed(out, 0xca, single.to_be_bytes());
    } else {
        headed(out, 0xcb, double.to_be_bytes());
    }
}

/// Appends a string, which should be UTF-8.
///
/// # Errors
/// `LW_SIZE` without a place when it has 4 GiB or more; `out` then is as it was.
#[inline]
pub fn str(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Error> {
    str_header(out, text.len())?;
    out.extend_from_slice(text);
    Ok(())
}

/// Appends the header of a string of `length` bytes.
///
/// # Errors
/// As [`str()`].
#[inline]
pub fn str_header(out: &mut Vec<u8>, length: usize) -> Result<(), Error> {
    let length = u32::try_from(length).map_err(|_| Error::nowhere(ErrorCode::Size))?;
    if length < 0x20 {
        out.push(0xa0 | length as u8);
    } else if let Ok(length) = u8::try_from(length) {
        headed(out, 0xd9, length.to_be_bytes());
    } else if let Ok(length) = u16::try_from(length) {
        headed(out, 0xda, length.to_be_bytes());
    } else {
        headed(out, 0xdb, length.to_be_bytes());
    }
    Ok(())
}

/// Appends binary data.
///
/// # Errors
/// As [`str()`].
pub fn bin(out: &mut Vec<u8>, data: &[u8]) -> Result<(), Error> {
    let length = length_of(data)?;
    if let Ok(length) = u8::try_from(length) {
        headed(out, 0xc4, length.to_be_bytes());
    } else if let Ok(length) = u16::try_from(length) {
        headed(out, 0xc5, length.to_be_bytes());
    } else {
        headed(out, 0xc6, length.to_be_bytes());
    }
    out.extend_from_slice(data);
    Ok(())
}

/// Appends an extension of type `kind`.
///
/// # Errors
/// As [`str()`].
pub fn ext(out: &mut Vec<u8>, kind: i8, data: &[u8]) -> Result<(), Error> {
    let length = length_of(data)?;
    if matches!(length, 1 | 2 | 4 | 8 | 16) {
        out.push(0xd4 + length.trailing_zeros() as u8);
    } else if let Ok(length) = u8::try_from(length) {
        headed(out, 0xc7, length.to_be_bytes());
    } else if let Ok(length) = u16::try_from(length) {
        headed(out, 0xc8, length.to_be_bytes());
    } else {
        headed(out, 0xc9, length.to_be_bytes());
    }
    out.push(kind.cast_unsigned());
    out.extend_from_slice(data);
    Ok(())
}

/// Appends a timestamp in 6, 10 or 15 bytes.
///
/// # Errors
/// `LW_MSGPACK_RANGE` without a place when it has 1e9 nanoseconds or more; `out` then is as it was.
pub fn timestamp(out: &mut Vec<u8>, timestamp: Timestamp) -> Result<(), Error> {
    let Timestamp { seconds, nanoseconds } = timestamp;
    if nanoseconds >= Timestamp::NANOSECONDS {
        return Err(Error::nowhere(ErrorCode::MsgpackRange));
    }
    match (u32::try_from(seconds), u64::try_from(seconds)) {
        (Ok(seconds), _) if nanoseconds == 0 => ext(out, Timestamp::EXTENSION, &seconds.to_be_bytes()),
        (_, Ok(seconds)) if seconds <= SECONDS_34 => {
            ext(out, Timestamp::EXTENSION, &(u64::from(nanoseconds) << 34 | seconds).to_be_bytes())
        }
        _ => {
            let mut data = [0; 12];
            data[..4].copy_from_slice(&nanoseconds.to_be_bytes());
            data[4..].copy_from_slice(&seconds.to_be_bytes());
            ext(out, Timestamp::EXTENSION, &data)
        }
    }
}

/// Appends the header of an array of `count` elements.
#[inline]
pub fn array(out: &mut Vec<u8>, count: u32) {
    if count < 0x10 {
        out.push(0x90 | count as u8);
    } else if let Ok(count) = u16::try_from(count) {
        headed(out, 0xdc, count.to_be_bytes());
    } else {
        headed(out, 0xdd, count.to_be_bytes());
    }
}

/// Appends the header of a map of `count` members.
#[inline]
pub fn map(out: &mut Vec<u8>, count: u32) {
    if count < 0x10 {
        out.push(0x80 | count as u8);
    } else if let Ok(count) = u16::try_from(count) {
        headed(out, 0xde, count.to_be_bytes());
    } else {
        headed(out, 0xdf, count.to_be_bytes());
    }
}

#[inline(always)]
fn headed<const N: usize>(out: &mut Vec<u8>, header: u8, bytes: [u8; N]) {
    out.push(header);
    out.extend_from_slice(&bytes);
}

fn length_of(data: &[u8]) -> Result<u32, Error> {
    u32::try_from(data.len()).map_err(|_| Error::nowhere(ErrorCode::Size))
}
