//! Conditional requests.

use lanewise_http::{Head, Known, Method};

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// They hold, or there are none.
    Go,
    /// 304: the client has what there is.
    Unchanged,
    /// 412.
    Failed,
}

/// Judges a request for something whose entity tag is `tag`, a strong one. It has no modification date, so conditions that name one say nothing, and
/// those on ranges neither, as no range is served.
///
/// # Source
/// RFC 9110 section 13.2.2.
pub(crate) fn judge(head: &Head, bytes: &[u8], tag: &[u8]) -> Verdict {
    if names(|| head.all(Known::IfMatch, bytes), tag, Comparison::Strong) == Some(false) {
        return Verdict::Failed;
    }
    match names(|| head.all(Known::IfNoneMatch, bytes), tag, Comparison::Weak) {
        Some(true) if matches!(head.method(), Method::Get | Method::Head) => Verdict::Unchanged,
        Some(true) => Verdict::Failed,
        _ => Verdict::Go,
    }
}

/// How tags are compared (RFC 9110 section 8.8.3.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// A weak tag is equal to none.
    Strong,
    /// Weakness does not matter.
    Weak,
}

/// Whether the fields, which are one list, name `tag`: by itself, or all there is by `*` alone. None where there is no field. What follows something
/// that is no entity tag does not count.
fn names<'f, Fields: Iterator<Item = &'f [u8]>>(fields: impl Fn() -> Fields, tag: &[u8], comparison: Comparison) -> Option<bool> {
    let mut all = fields();
    let first = all.next()?;
    if first == b"*" && all.next().is_none() {
        return Some(true);
    }
    for field in fields() {
        match lists(field, tag, comparison) {
            Some(false) => {}
            found => return Some(found == Some(true)),
        }
    }
    Some(false)
}

/// Whether a list has `tag`; None where something comes before it that is no entity tag.
fn lists(mut list: &[u8], tag: &[u8], comparison: Comparison) -> Option<bool> {
    loop {
        list = list.trim_ascii_start();
        if let Some(rest) = list.strip_prefix(b",") {
            list = rest;
            continue;
        }
        if list.is_empty() {
            return Some(false);
        }
        let opaque = list.strip_prefix(b"W/");
        let is_weak = opaque.is_some();
        let opaque = opaque.unwrap_or(list);
        let value = opaque.strip_prefix(b"\"")?;
        let size = value.iter().position(|&byte| !is_tag_byte(byte))?;
        if value[size] != b'"' {
            return None;
        }
        let (named, rest) = opaque.split_at(size + 2);
        let rest = rest.trim_ascii_start();
        if !matches!(rest, [] | [b',', ..]) {
            return None;
        }
        if named == tag && !(is_weak && comparison == Comparison::Strong) {
            return Some(true);
        }
        list = rest;
    }
}

/// Whether a byte may stand between the quotes of a tag (RFC 9110 section 8.8.3).
fn is_tag_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TAG: &str = "\"a,b\"";

    fn named(fields: &[&str], comparison: Comparison) -> Option<bool> {
        names(|| fields.iter().map(|field| field.as_bytes()), TAG.as_bytes(), comparison)
    }

    #[test]
    fn a_tag_is_found_in_any_list() {
        for fields in [&["*"] as &[&str], &[TAG], &["\"x\", W/\"\" ,,\t\"a,b\""], &["\"x\"", TAG], &["", TAG], &[",", " ,\"a,b\","]] {
            for comparison in [Comparison::Strong, Comparison::Weak] {
                assert!(named(fields, comparison) == Some(true), "{fields:?}");
            }
        }
        assert!(named(&[], Comparison::Weak).is_none());
    }

    #[test]
    fn a_weak_tag_is_equal_by_the_weak_comparison_alone() {
        assert!(named(&["W/\"a,b\""], Comparison::Weak) == Some(true));
        assert!(named(&["W/\"a,b\""], Comparison::Strong) == Some(false));
        assert!(named(&["W/\"a,b\", \"a,b\""], Comparison::Strong) == Some(true));
    }

    #[test]
    fn nothing_else_names_it() {
        for fields in [
            &[""] as &[&str],
            &["\"x\""],
            &["\"a\",\"b\""],
            &["a,b"],
            &["\"a,b"],
            &["w/\"a,b\""],
            &["W/ \"a,b\""],
            &["**"],
            &["*,"],
            // What follows something that is no entity tag.
            &["x, \"a,b\""],
            &["x", TAG],
            &["*, \"a,b\""],
            &["*", TAG],
            &["*", ""],
            &["\"x\"\"a,b\""],
            &["\"a b\", \"a,b\""],
            &["\"a", "\"", TAG],
            &["\"a,b\"x"],
            &["\"a,b\"\"x\""],
        ] {
            for comparison in [Comparison::Strong, Comparison::Weak] {
                assert!(named(fields, comparison) == Some(false), "{fields:?}");
            }
        }
    }

    /// The same, by the grammar: the list is one text, whose tags are cut off one by one.
    fn naive(fields: &[String], is_weak_equal: bool) -> bool {
        let list = fields.join(", ");
        if list == "*" {
            return true;
        }
        let mut rest = list.as_str();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            let (opaque, is_weak) = rest.strip_prefix("W/").map_or((rest, false), |opaque| (opaque, true));
            let Some((value, behind)) = opaque.strip_prefix('"').and_then(|inside| inside.split_once('"')) else { return false };
            let behind = behind.trim_start_matches([' ', '\t']);
            if value.contains([' ', '\t']) {
                return false;
            }
            if !behind.is_empty() && !behind.starts_with(',') {
                return false;
            }
            if format!("\"{value}\"") == TAG && (is_weak_equal || !is_weak) {
                return true;
            }
            rest = behind;
        }
    }

    proptest! {
        #[test]
        fn lists_are_read_as_the_grammar_has_them(
            fields in prop::collection::vec(prop::collection::vec(prop::sample::select(vec!["\"a,b\"", "W/", "\"", ",", " ", "\t", "*", "x", "a"]), 0..8), 1..4)
        ) {
            let fields: Vec<String> = fields.iter().map(|pieces| pieces.concat().trim().to_owned()).collect();
            let texts: Vec<&str> = fields.iter().map(String::as_str).collect();
            prop_assert_eq!(named(&texts, Comparison::Weak), Some(naive(&fields, true)));
            prop_assert_eq!(named(&texts, Comparison::Strong), Some(naive(&fields, false)));
        }
    }
}
