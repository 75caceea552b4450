//! Records to MessagePack values one behind the other, and back.

use super::Records;
use crate::{FromJson, ToJson, from_json, to_json};
use lanewise_error::Error;

/// Appends each record of `input` as MessagePack, one value behind the other, as [`from_json`](crate::from_json) writes it.
///
/// # Errors
/// Those of [`from_json`](crate::from_json) for the first record that has one, counted in the whole input. On an error `out` is as it was.
/// # Complexity
/// That of [`from_json`](crate::from_json).
/// # Examples
/// ```
/// use lanewise_transcode::{FromJson, ndjson};
/// let mut out = Vec::new();
/// ndjson::to_msgpack(b"[1]\n\r\n {} \n", &FromJson::default(), &mut out)?;
/// assert_eq!(out, b"\x91\x01\x80");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn to_msgpack(input: &[u8], options: &FromJson, out: &mut Vec<u8>) -> Result<(), Error> {
    from_json::each(lanewise_simd::active(), input, Records::new(input), options, &mut Default::default(), out)
}

/// Appends each of the MessagePack values that `input` has one behind the other as a line of JSON, as [`to_json`](crate::to_json) writes it, ended by `\n`.
///
/// # Errors
/// Those of [`to_json`](crate::to_json) for the first value that has one, counted in the whole input; nothing is `LW_MSGPACK_TRAILING`. On an error
/// `out` is as it was.
/// # Complexity
/// That of [`to_json`](crate::to_json).
/// # Examples
/// ```
/// use lanewise_transcode::{ToJson, ndjson};
/// let mut out = Vec::new();
/// ndjson::from_msgpack(b"\x91\x01\x80", &ToJson::default(), &mut out)?;
/// assert_eq!(out, b"[1]\n{}\n");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn from_msgpack(input: &[u8], options: &ToJson, out: &mut Vec<u8>) -> Result<(), Error> {
    to_json::each(lanewise_simd::active(), input, options, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanewise_error::ErrorCode;
    use lanewise_simd::available;
    use proptest::prelude::*;

    /// Record by record.
    fn naive(input: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        for record in Records::new(input) {
            let start = record.start;
            crate::from_json(&input[record], &FromJson::default(), &mut out)
                .map_err(|error| Error::new(error.code, start + error.offset))?;
        }
        Ok(out)
    }

    /// Value by value.
    fn naive_back(input: &[u8]) -> Result<Vec<u8>, Error> {
        let (mut out, mut start) = (Vec::new(), 0);
        while start < input.len() {
            let rest = &input[start..];
            let size = match crate::to_json(rest, &ToJson::default(), &mut Vec::new()) {
                Err(error) if error.code == ErrorCode::MsgpackTrailing => error.offset,
                Err(error) => return Err(Error::new(error.code, start + error.offset)),
                Ok(()) => rest.len(),
            };
            crate::to_json(&rest[..size], &ToJson::default(), &mut out)?;
            out.push(b'\n');
            start += size;
        }
        Ok(out)
    }

    fn assert_agrees(input: &[u8]) {
        let expected = naive(input);
        for kernels in available() {
            let mut out = b"kept".to_vec();
            let result = from_json::each(kernels, input, Records::new(input), &FromJson::default(), &mut Default::default(), &mut out)
                .map(|()| out.split_off(4));
            assert_eq!(out, b"kept");
            assert!(result == expected, "{}: {}", kernels.name(), input.escape_ascii());
        }
    }

    fn assert_agrees_back(input: &[u8]) {
        let expected = naive_back(input);
        for kernels in available() {
            let mut out = b"kept".to_vec();
            let result = to_json::each(kernels, input, &ToJson::default(), &mut out).map(|()| out.split_off(4));
            assert_eq!(out, b"kept");
            assert!(result == expected, "{}: {}", kernels.name(), input.escape_ascii());
        }
    }

    const LINES: &[&str] = &[
        "{\"a\":1}",
        "[1,2,[3]]",
        " \"é\" ",
        "",
        "\r",
        " \t",
        "null\r",
        "[",
        "\"\\u00e9\\ud83d\"",
        "1 2",
        "0.1",
        "\u{1}",
        "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]]",
    ];

    proptest! {
        #[test]
        fn records_are_converted_one_by_one(lines in prop::collection::vec(prop::sample::select(LINES), 0..12), spoilt in prop::option::of((any::<prop::sample::Index>(), any::<u8>())), is_good in any::<bool>()) {
            let lines: Vec<_> = lines.into_iter().filter(|line| !is_good || !["[", "1 2", "\u{1}"].contains(line)).collect();
            let mut input = lines.join("\n").into_bytes();
            if let Some((at, byte)) = spoilt && !input.is_empty() {
                let at = at.index(input.len());
                input[at] = byte;
            }
            assert_agrees(&input);
        }

        #[test]
        fn values_are_converted_one_by_one(lines in prop::collection::vec(prop::sample::select(LINES), 0..12), spoilt in prop::option::of((any::<prop::sample::Index>(), any::<u8>()))) {
            let mut input = Vec::new();
            for line in lines {
                let _ = crate::from_json(line.as_bytes(), &FromJson::default(), &mut input);
            }
            assert_agrees_back(&input);
            if let Some((at, byte)) = spoilt && !input.is_empty() {
                let at = at.index(input.len());
                input[at] = byte;
                assert_agrees_back(&input);
                assert_agrees_back(&input[..at]);
            }
        }
    }

    #[test]
    fn a_sequence_does_not_go_on_in_the_next_record() {
        assert_agrees(b"1\n\"\xc3\n\xa9\"\n");
        assert_agrees(b"1\n\"\xc3\xa9\"\n\xff");
        assert_agrees_back(b"\xa1\xc3\xa1\xa9");
    }
}
