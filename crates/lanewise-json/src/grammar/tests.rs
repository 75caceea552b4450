use super::*;
use crate::{DEPTH_MAX, Limits, read};
use lanewise_simd::{Kernels, active, available};
use proptest::prelude::*;

fn is_json_by(kernels: &Kernels, input: &[u8], depth_max: u32) -> bool {
    kernels.run(Verdict { input, depth_max })
}

/// The verdict is that of the reader.
fn assert_agrees(kernels: &Kernels, input: &[u8]) {
    let expected = read(input, &Limits::default()).is_ok();
    assert_eq!(is_json_by(kernels, input, DEPTH_MAX), expected, "{}: {}", kernels.name(), input.escape_ascii());
}

/// All sequences of `length` of `pieces`, each behind every one of `leads`.
fn assert_agrees_on_all(pieces: &[&str], length: u32, leads: &[&str]) {
    let mut input = Vec::new();
    for number in 0..pieces.len().pow(length) {
        for lead in leads {
            input.clear();
            input.extend_from_slice(lead.as_bytes());
            let mut rest = number;
            for _ in 0..length {
                input.extend_from_slice(pieces[rest % pieces.len()].as_bytes());
                rest /= pieces.len();
            }
            assert_agrees(active(), &input);
        }
    }
}

#[test]
fn agrees_on_all_short_sequences_of_tokens() {
    let tokens = ["{", "}", "[", "]", ":", ",", r#""a""#, "1", " "];
    for length in 0..=6 {
        assert_agrees_on_all(&tokens, length, &["", &" ".repeat(61)]);
    }
    let more = ["{", "}", "[", "]", ":", ",", r#""""#, "-1.5e+3", "null", "\n", "\"a", "x"];
    assert_agrees_on_all(&more, 4, &["", "[", "{\"k\":", &" ".repeat(62)]);
}

#[test]
fn agrees_on_all_short_numbers_and_literals() {
    for length in 1..=6 {
        assert_agrees_on_all(&["0", "1", "-", "+", ".", "e", "E"], length, &["", &" ".repeat(60)]);
    }
    for length in 1..=5 {
        assert_agrees_on_all(&["true", "t", "false", "nul", "null", "l", "e", "1", ",", "]"], length, &["", "[", &" ".repeat(62)]);
    }
}

#[test]
fn agrees_on_all_short_strings() {
    for length in 1..=5 {
        let pieces = ["\"", "\\", "u", "00", "e9", "é", "\n", "n", "a"];
        assert_agrees_on_all(&pieces, length, &["\"", &format!("{}\"", " ".repeat(60))]);
    }
}

#[test]
fn agrees_wherever_a_border_of_blocks_cuts() {
    let texts = [
        r#"{"a":[1.25e-7,true,false,null,"b\\\"\u00e9"],"c":{},"d":[],"e":-0,"f":0.5,"g":[[]]}"#,
        "[-0.0e0 , 10 ,\t\"\\\\\" ,{ \"é€😀\" : [ ] , \"\" : { } } ]",
        r#"["\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"]"#,
        "[123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890.1234567890]",
    ];
    let wrong: &[u8] = b"\0 \"\\,:[]{}0-+.eEtx\x1f\x80\xc3\xff";
    for kernels in available() {
        for text in texts {
            for pad in 0..BLOCK {
                let input = [" ".repeat(pad).as_bytes(), text.as_bytes()].concat();
                assert!(is_json_by(kernels, &input, DEPTH_MAX), "{} behind {pad}: {text}", kernels.name());
                for at in (pad..input.len()).step_by(1 + pad % 7) {
                    let mut broken = input.clone();
                    for &byte in wrong {
                        broken[at] = byte;
                        assert_agrees(kernels, &broken);
                    }
                    assert_agrees(kernels, &input[..at]);
                }
            }
        }
    }
}

#[test]
fn depth_is_counted_over_many_words() {
    for kernels in available() {
        for depth in [0, 1, 2, 63, 64, 65, 127, 128, 129, 1000] {
            let mut text = Vec::new();
            (0..depth).for_each(|level| text.extend_from_slice(if level % 3 == 0 { b"{\"k\":" } else { b"[1,".as_slice() }));
            text.push(b'0');
            (0..depth).rev().for_each(|level| text.push(if level % 3 == 0 { b'}' } else { b']' }));
            let depth = depth as u32;
            assert!(is_json_by(kernels, &text, depth), "{} {depth}", kernels.name());
            assert!(depth == 0 || !is_json_by(kernels, &text, depth - 1), "{} {depth}", kernels.name());
            let swapped = text.iter().rposition(|&byte| byte == b']');
            if let Some(at) = swapped {
                text[at] = b'}';
                assert!(!is_json_by(kernels, &text, depth), "{} {depth}", kernels.name());
            }
        }
    }
}

/// Bytes that matter to the grammar, and pieces that are right often enough to lead far into a text.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\"k\":",
        "\"key\" : ",
        "\"\",",
        "[1,",
        "],",
        "},",
        "{\"a\":",
        "1",
        "0",
        "-",
        ".",
        "e5",
        "12.5,",
        "true",
        "false,",
        "null",
        " ",
        "\n\t",
        "é",
        "\\n",
        "\\u00",
        "        ",
        "\"a long string that goes on for a while\",",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_on_random_pieces(pieces in prop::collection::vec(piece(), 0..60)) {
        let input = pieces.concat();
        for kernels in available() {
            assert_agrees(kernels, input.as_bytes());
        }
    }

    #[test]
    fn agrees_on_valid_texts_with_a_byte_changed(
        elements in prop::collection::vec(prop::sample::select(vec!["1", "-2.5e+10", "\"x\\\"y\"", "{}", "[]", "{\"a\":[true,null]}", " false "]), 1..40),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let mut input = format!("[{}]", elements.join(",")).into_bytes();
        for kernels in available() {
            prop_assert!(is_json_by(kernels, &input, DEPTH_MAX));
        }
        let at = at.index(input.len());
        input[at] = byte;
        for kernels in available() {
            assert_agrees(kernels, &input);
        }
    }
}
