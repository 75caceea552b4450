//! Whitespace goes, everything else stays.

use crate::document::{document, spaces};
use lanewise_error::ErrorCode;
use lanewise_json::minify;
use proptest::prelude::*;

#[test]
fn keeps_whitespace_in_strings_and_every_spelling() {
    let cases = [
        (" 1.50e+01 ", "1.50e+01"),
        ("\t[ ]\r\n", "[]"),
        (
            "{ \"a \\\" b\" : \" [ 1 , 2 ] \\\\\" , \"\" : [ -0 , \"\\u0041\" ] }",
            "{\"a \\\" b\":\" [ 1 , 2 ] \\\\\",\"\":[-0,\"\\u0041\"]}",
        ),
        ("\"é \\\\\" ", "\"é \\\\\""),
    ];
    for (input, minified) in cases {
        let mut out = b"kept".to_vec();
        minify(input.as_bytes(), &mut out).unwrap();
        assert_eq!(out, format!("kept{minified}").into_bytes());
    }
}

#[test]
fn writes_nothing_when_the_input_is_invalid() {
    for items in [2, 3000] {
        let input = " [ 1 , 2 ,".to_owned() + &" 3 ,".repeat(items - 2);
        let mut out = b"kept".to_vec();
        let error = minify(input.as_bytes(), &mut out).unwrap_err();
        assert_eq!((error.code, error.offset, &out[..]), (ErrorCode::JsonEnd, input.len(), &b"kept"[..]));
    }
}

proptest! {
    #[test]
    fn gives_the_text_without_whitespace(document in document(), spaces in spaces()) {
        let mut out = Vec::new();
        minify(document.spaced_text(&spaces).as_bytes(), &mut out).unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), document.text());
    }
}
