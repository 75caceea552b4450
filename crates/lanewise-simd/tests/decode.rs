//! UTF-8 to units, on every ISA that runs here, against the standard library.

mod common;

use common::{Guarded, by_machine};
use lanewise_simd::{Form, Kernels, NotDecoded, available};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Pieces of every length and form, the first and the last characters of each, and each kind of fault.
const PIECES: &[&[u8]] = &[
    b"",
    b"a",
    b"ASCII, of sixteen",
    b"\0\x7f",
    "é".as_bytes(),
    "\u{80}ÿ".as_bytes(),
    "\u{100}\u{7ff}".as_bytes(),
    "Привет, мир".as_bytes(),
    "\u{800}\u{fff}\u{1000}\u{d7ff}\u{e000}\u{fffd}\u{feff}\u{ffff}".as_bytes(),
    "日本語、".as_bytes(),
    "😀\u{10000}\u{fffff}\u{100000}\u{10ffff}".as_bytes(),
    "a😀é日😁".as_bytes(),
    b"\x80",
    b"\xbf\xbf\xbf\xbf\xbf",
    b"\xc3",
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xc3\xc0",
    b"\xe0\x9f\xbf",
    b"\xe2\x82",
    b"\xe2",
    b"\xed\xa0\x80",
    b"\xf0\x90\x80",
    b"\xf0\x9f",
    b"\xf0",
    b"\xf0\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xff\xfe",
];

fn form_of(units: &[u16], bytes: &[u8]) -> Form {
    if bytes.is_ascii() {
        Form::Ascii
    } else if units.iter().all(|&unit| unit < 0x100) {
        Form::Latin1
    } else {
        Form::Utf16
    }
}

/// The units that `out` holds, and in which form.
fn units_of(form: Form, bytes: &[u8], out: &[u8]) -> Vec<u16> {
    match form {
        Form::Ascii => bytes.iter().copied().map(u16::from).collect(),
        Form::Latin1 => out.iter().copied().map(u16::from).collect(),
        Form::Utf16 => out.as_chunks().0.iter().map(|&unit| u16::from_ne_bytes(unit)).collect(),
    }
}

/// Asserts on every ISA that `bytes`, at the end of guarded memory, give the units that the standard library makes of them.
fn assert_decoded(memory: &mut Guarded, out: &mut Vec<u8>, bytes: &[u8]) {
    let lossy: Vec<u16> = String::from_utf8_lossy(bytes).encode_utf16().collect();
    let strict = std::str::from_utf8(bytes).map(|text| form_of(&lossy, text.as_bytes())).map_err(|error| error.valid_up_to());
    let bytes = memory.at_end(bytes);
    for kernels in available() {
        let what = || format!("{}: {bytes:x?}", kernels.name());
        let found = kernels.decode_utf8(bytes, out);
        assert_eq!(found, strict.map_err(NotDecoded::Invalid), "{}", what());
        if let Ok(form) = found {
            assert_eq!(units_of(form, bytes, out), lossy, "{}", what());
        }
        let found = kernels.decode_utf8_lossy(bytes, out).expect("there is memory");
        assert_eq!(found, form_of(&lossy, bytes), "lossy, {}", what());
        assert_eq!(units_of(found, bytes, out), lossy, "lossy, {}", what());
    }
}

#[test]
fn each_piece_is_decoded_at_each_offset_of_the_blocks() {
    let (mut memory, mut out) = (Guarded::new(), Vec::new());
    let stride = by_machine(1, 13, 67);
    for filling in ["a", "é", "я", "€", "😀", "a€"] {
        for piece in PIECES {
            for offset in (0..=by_machine(135, 135, 130)).step_by(stride) {
                for behind in [0, 1, 70] {
                    let mut bytes = vec![b'_'; offset % filling.len()];
                    bytes.extend(filling.bytes().cycle().take(offset / filling.len() * filling.len()));
                    bytes.extend_from_slice(piece);
                    bytes.extend(filling.bytes().cycle().take(behind * filling.len()));
                    assert_decoded(&mut memory, &mut out, &bytes);
                }
            }
        }
    }
}

#[test]
fn pieces_follow_each_other_in_every_order() {
    let (mut memory, mut out) = (Guarded::new(), Vec::new());
    for first in PIECES.iter().step_by(by_machine(1, 2, 7)) {
        for second in PIECES.iter().step_by(by_machine(1, 3, 9)) {
            for shift in [0, 55, 58, 60, 61, 62, 63, 64, 120].into_iter().step_by(by_machine(1, 1, 4)) {
                for gap in [0, 1, 62, 66] {
                    let bytes = [&vec![b'x'; shift], *first, &vec![b'y'; gap], *second, &vec![b'z'; shift], *first].concat();
                    assert_decoded(&mut memory, &mut out, &bytes);
                }
            }
        }
    }
}

#[test]
fn every_character_is_decoded() {
    let step = by_machine(1, 17, 20_011);
    let all: String = ('\0'..=char::MAX).step_by(step).collect();
    let expected: Vec<u16> = all.encode_utf16().collect();
    let mut out = Vec::new();
    for kernels in available() {
        // From different places of a block.
        for shift in 0..by_machine(4, 2, 1) {
            let text = format!("{}{all}", "-".repeat(shift));
            assert_eq!(kernels.decode_utf8(text.as_bytes(), &mut out), Ok(Form::Utf16));
            assert!(units_of(Form::Utf16, &[], &out)[shift..] == expected, "{}", kernels.name());
        }
    }
}

#[test]
fn a_long_text_changes_its_form_where_it_must() {
    let (mut memory, mut out) = (Guarded::new(), Vec::new());
    for count in [0, 1, 31, 32, 33, 63, 64, 65, 300] {
        for (first, last) in [("é", "я"), ("aé", "€"), ("a", "😀"), ("é", "\u{ff}"), ("aaé", "\u{100}")] {
            let text = format!("{}{last}{}", first.repeat(count), first.repeat(count));
            assert_decoded(&mut memory, &mut out, text.as_bytes());
        }
    }
}

#[test]
fn what_is_held_does_not_matter() {
    let mut out = vec![0xaa; 1000];
    let kernels: &Kernels = lanewise_simd::active();
    assert_eq!(kernels.decode_utf8("я".as_bytes(), &mut out), Ok(Form::Utf16));
    assert_eq!(out, 0x44f_u16.to_ne_bytes());
}

#[cfg(not(target_family = "wasm"))]
mod property {
    use super::*;
    use proptest::prelude::*;

    /// Text in runs of one script, with what is above Latin-1 absent from about half of the texts.
    fn text() -> impl Strategy<Value = String> {
        let narrow = || prop_oneof!["[a-z ]{0,90}", "[\u{80}-\u{ff}]{0,40}", "[ -\u{ff}]{0,40}"];
        let any = prop_oneof![narrow(), "[а-я ]{0,60}", "[\u{800}-\u{ffff}]{0,40}", "[\u{10000}-\u{10ffff}]{0,20}", "\\PC{0,30}"];
        prop_oneof![
            prop::collection::vec(narrow(), 0..6).prop_map(|runs| runs.concat()),
            prop::collection::vec(any, 0..6).prop_map(|runs| runs.concat())
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: by_machine(3000, 300, 3), failure_persistence: None, ..ProptestConfig::default() })]

        /// Text in which some bytes are replaced, removed or doubled.
        #[test]
        fn damaged_text_is_decoded_as_the_standard_library_decodes_it(
            text in text(),
            damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 0..=4),
        ) {
            let mut bytes = text.into_bytes();
            bytes.truncate(4000);
            for (place, byte, kind) in damages {
                if !bytes.is_empty() {
                    let place = place.index(bytes.len());
                    match kind {
                        0 => bytes[place] = byte,
                        1 => drop(bytes.remove(place)),
                        _ => bytes.insert(place, bytes[place]),
                    }
                }
            }
            assert_decoded(&mut Guarded::new(), &mut Vec::new(), &bytes);
        }

        #[test]
        fn any_bytes_are_decoded_as_the_standard_library_decodes_them(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            assert_decoded(&mut Guarded::new(), &mut Vec::new(), &bytes);
        }
    }
}
