//! Accept or reject: serde_json says. Where: a law that the offset of every error must keep.

use crate::document::{document, spaces};
use lanewise_error::ErrorCode;
use lanewise_json::{DuplicateKeys, Limits, validate};
use proptest::prelude::*;
use serde::de::IgnoredAny;

const LIMITS: Limits = Limits { depth_max: lanewise_json::DEPTH_MAX, duplicate_keys: DuplicateKeys::Last };

fn is_json(input: &[u8]) -> bool {
    core::str::from_utf8(input).is_ok() && serde_json::from_slice::<IgnoredAny>(input).is_ok()
}

/// Whether `input` may still become valid.
fn is_open(input: &[u8], limits: &Limits) -> bool {
    match validate(input, limits) {
        Ok(()) => true,
        Err(error) => error.code == ErrorCode::JsonEnd && error.offset == input.len(),
    }
}

/// The error stands at the first byte with which the input stops being the start of a valid one.
fn assert_offset_law(input: &[u8], limits: &Limits) {
    let offset = match validate(input, limits) {
        Ok(()) => input.len(),
        Err(error) => error.offset,
    };
    for end in 0..=offset {
        assert!(is_open(&input[..end], limits), "{} fails before {offset}", input[..end].escape_ascii());
    }
    let Err(error) = validate(input, limits) else { return };
    match error.code {
        ErrorCode::JsonEnd => assert_eq!(offset, input.len()),
        ErrorCode::Utf8 => {
            let bad = core::str::from_utf8(input).unwrap_err();
            assert_eq!((bad.valid_up_to(), bad.error_len().is_some()), (offset, true), "{}", input.escape_ascii());
        }
        _ => assert_eq!(validate(&input[..=offset], limits), Err(error), "{}", input.escape_ascii()),
    }
}

fn assert_agrees(input: &[u8]) {
    assert_eq!(validate(input, &LIMITS).is_ok(), is_json(input), "{}", input.escape_ascii());
    assert_offset_law(input, &LIMITS);
}

/// Bytes that matter to the grammar, one or two of each kind.
const ALPHABET: &[u8] = b"{}[],:\"\\u01-+.eEtrnl \x1f\x7f\xe2\x82\xff";

fn for_each_input(length: usize, visit: &mut impl FnMut(&[u8])) {
    let mut input = vec![0; length];
    for number in 0..ALPHABET.len().pow(length as u32) {
        let mut rest = number;
        for byte in &mut input {
            *byte = ALPHABET[rest % ALPHABET.len()];
            rest /= ALPHABET.len();
        }
        visit(&input);
    }
}

#[test]
fn agrees_on_every_short_input() {
    for length in 0..=4 {
        for_each_input(length, &mut assert_agrees);
    }
}

/// Whether some bytes, `more` at most, make `input` valid. Only branches that `validate` calls open are followed; serde_json says what is valid.
fn can_be_completed(input: &mut Vec<u8>, more: usize) -> bool {
    if is_json(input) {
        return true;
    }
    more > 0
        && b"\"0:]}ulrsea\x82\xac".iter().any(|&byte| {
            input.push(byte);
            let found = is_open(input, &LIMITS) && can_be_completed(input, more - 1);
            input.pop();
            found
        })
}

#[test]
fn whatever_ends_early_can_be_completed() {
    for length in 0..=3 {
        for_each_input(length, &mut |input| {
            if validate(input, &LIMITS).is_err_and(|error| error.code == ErrorCode::JsonEnd) {
                let found = (0..=7).any(|more| can_be_completed(&mut input.to_vec(), more));
                assert!(found, "{}", input.escape_ascii());
            }
        });
    }
}

/// Pieces of JSON and of what is nearly that.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\"a\"",
    b"\"a\":",
    b"\\",
    b"\\u",
    b"\\ud83d",
    b"\\n",
    b"0",
    b"12",
    b"-",
    b".",
    b"e",
    b"+",
    b"true",
    b"false",
    b"null",
    b"nul",
    b" ",
    b"\n",
    b"\x00",
    b"\x1f",
    b"\x7f",
    "é".as_bytes(),
    "€".as_bytes(),
    "😀".as_bytes(),
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf0\x9f",
    b"\x80",
    b"\xef\xbb\xbf",
    b"abcdefgh",
];

fn soup() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agrees_on_pieces_of_json(input in soup()) {
        assert_agrees(&input);
    }

    #[test]
    fn agrees_on_any_bytes(input in prop::collection::vec(any::<u8>(), 0..20)) {
        assert_agrees(&input);
    }

    #[test]
    fn agrees_one_mutation_away_from_json(document in document(), spaces in spaces(), at in any::<prop::sample::Index>(), piece in prop::sample::select(PIECES), delete in 0..4_usize) {
        let mut input = document.spaced_text(&spaces).into_bytes();
        let start = at.index(input.len() + 1);
        let end = input.len().min(start + delete);
        input.splice(start..end, piece.iter().copied());
        assert_agrees(&input);
    }

    #[test]
    fn the_first_of_two_errors_wins(document in document(), at in any::<prop::sample::Index>(), first in prop::sample::select(PIECES), second in prop::sample::select(PIECES)) {
        let text = document.text().into_bytes();
        let (head, tail) = text.split_at(at.index(text.len() + 1));
        assert_agrees(&[head, first, second, tail].concat());
    }

    #[test]
    fn every_truncation_of_json_ends_early_at_its_length(document in document(), spaces in spaces()) {
        let input = format!("[{}]", document.spaced_text(&spaces)).into_bytes();
        prop_assert_eq!(validate(&input, &LIMITS), Ok(()));
        for end in 0..input.len() {
            prop_assert_eq!(validate(&input[..end], &LIMITS), Err(lanewise_error::Error::new(ErrorCode::JsonEnd, end)));
        }
    }

    #[test]
    fn limits_keep_the_law_of_offsets(document in document(), depth_max in 0..6_u32) {
        let text = document.text();
        for duplicate_keys in [DuplicateKeys::Last, DuplicateKeys::Error] {
            let limits = Limits { depth_max, duplicate_keys };
            assert_offset_law(text.as_bytes(), &limits);
            let is_refused = document.depth() > depth_max || duplicate_keys == DuplicateKeys::Error && document.has_duplicate_key();
            prop_assert_eq!(validate(text.as_bytes(), &limits).is_err(), is_refused);
        }
    }
}
