//! Whether two values are the same.

use super::number::same_number;
use super::{Edit, Place, Value};

/// Whether `a` and `b` are equal as RFC 6902 section 4.6 has it: numbers numerically, strings by their characters, members in any order.
pub(crate) fn equal(edit: &mut Edit<'_>, a: Value, b: Value) -> bool {
    let mut pairs = vec![(a, b)];
    while let Some((a, b)) = pairs.pop() {
        if let (Value::Raw(a), Value::Raw(b)) = (a, b)
            && edit.source(a.text).text(a.entry) == edit.source(b.text).text(b.entry)
        {
            continue;
        }
        match (a, b, edit.open(a), edit.open(b)) {
            (_, _, Some(a), Some(b)) => {
                if edit.is_object(a) != edit.is_object(b) || edit.count(a) != edit.count(b) {
                    return false;
                }
                for position in 0..edit.count(b) {
                    let other = if edit.is_object(b) { edit.member(a, &edit.name(b, position)) } else { Some(position) };
                    let Some(other) = other else { return false };
                    pairs.push((edit.child(a, other), edit.child(b, position)));
                }
            }
            (Value::Raw(a), Value::Raw(b), None, None) if same_scalar(edit, a, b) => {}
            _ => return false,
        }
    }
    true
}

fn same_scalar(edit: &Edit<'_>, a: Place, b: Place) -> bool {
    let (source, other) = (edit.source(a.text), edit.source(b.text));
    match (source.kind(a.entry), other.kind(b.entry)) {
        (b'"', b'"') => source.string(a.entry) == other.string(b.entry),
        (b'-' | b'0'..=b'9', b'-' | b'0'..=b'9') => same_number(source.text(a.entry), other.text(b.entry)),
        // Literals of the same spelling have been found equal.
        _ => false,
    }
}
