//! JSON Merge Patch.

use crate::edit::{Container, Edit, Place, Text, Value};
use crate::minify;
use crate::source::{ROOT, Source};
use lanewise_error::Error;

/// Appends `input` to `out` as the merge patch `patch` changes it: members that are null in the patch go, objects are merged member by
/// member, everything else takes the place of what was there.
///
/// What the patch does not name keeps its bytes, as with [`patch`](crate::patch()), which also says what becomes of whitespace and of
/// duplicate keys. Of duplicate keys in the patch the last counts.
///
/// # Errors
/// Those of [`validate`](crate::validate) with the default limits, for `input`, then for `patch`; `LW_SIZE`, without a place, when the result
/// is 4 GiB or larger or there is no memory for it. `out` then is as it was.
/// # Complexity
/// O(n log n) time and O(n) memory, where n is the size of the input and the patch.
/// # Source
/// RFC 7396.
/// # Examples
/// ```
/// let mut out = Vec::new();
/// lanewise_json::merge_patch(br#"{"a": 1.0, "b": [2], "c": {}}"#, br#"{"b": null, "c": {"d": 3}}"#, &mut out)?;
/// assert_eq!(out, br#"{"a": 1.0, "c": {"d":3}}"#);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn merge_patch(input: &[u8], patch: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let document = Source::new(input)?;
    let mut minified = Vec::new();
    minify(patch, &mut minified)?;
    let mut edit = Edit::new(document, Source::new(&minified)?);
    merge(&mut edit);
    edit.write(out)
}

/// An object of the patch that is being merged.
struct Open {
    /// What it is merged into, as that has become.
    target: Container,
    /// The object of the patch.
    patch: Container,
    /// The position of the member that comes next.
    next: u32,
}

fn merge(edit: &mut Edit<'_>) {
    let mut open = Vec::new();
    let patch = Place { text: Text::Patch, entry: ROOT };
    let mut merged = start(edit, Some(edit.root), Value::Raw(patch), &mut open);
    loop {
        let held = open.iter_mut().flat_map(|Open { target, patch, .. }| [target, patch]);
        edit.tidy(held.chain(merged.as_mut().and_then(Value::container_mut)));
        let Some(Open { target, patch, next }) = open.last_mut() else { break };
        if let Some(value) = merged.take() {
            let name = edit.name(*patch, *next - 1).into_owned();
            *target = edit.set(*target, &name, value);
        }
        if *next == edit.count(*patch) {
            merged = Some(Value::Edited(*target));
            open.pop();
            continue;
        }
        let value = edit.child(*patch, *next);
        let name = edit.name(*patch, *next).into_owned();
        let member = edit.member(*target, &name);
        *next += 1;
        if is_null(edit, value) {
            if let Some(position) = member {
                *target = edit.remove(*target, position);
            }
            continue;
        }
        let old = member.map(|position| edit.child(*target, position));
        merged = start(edit, old, value, &mut open);
    }
    edit.root = merged.unwrap_or(edit.root);
}

/// What `patch` makes of `target`, unless it is an object, which is opened.
fn start(edit: &mut Edit<'_>, target: Option<Value>, patch: Value, open: &mut Vec<Open>) -> Option<Value> {
    let Some(members) = edit.open(patch).filter(|&members| edit.is_object(members)) else { return Some(patch) };
    let target = target.and_then(|target| edit.open(target)).filter(|&target| edit.is_object(target));
    let target = target.unwrap_or_else(|| edit.emptied(members));
    open.push(Open { target, patch: members, next: 0 });
    None
}

fn is_null(edit: &Edit<'_>, value: Value) -> bool {
    matches!(value, Value::Raw(place) if edit.source(place.text).kind(place.entry) == b'n')
}
