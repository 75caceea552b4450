//! JSON Patch.

use crate::edit::{Container, Edit, Place, Text, Value, equal};
use crate::minify;
use crate::pointer::{Pointer, Token};
use crate::source::{ROOT, Source};
use lanewise_error::{Error, ErrorCode};

/// Appends `input` to `out` as `patch`, a list of operations, changes it. Each operation sees what the ones before it have done; when one
/// fails, nothing is written.
///
/// What no operation touches keeps its bytes, whitespace included; an object on the way to a change loses the members that a later one of
/// the same key hides, since the last of duplicate keys counts. A new value is spelled as in the patch, without whitespace; a new child has around it the
/// whitespace that the others of its container have, and a new member stands behind the others. `test` compares numbers exactly, whatever their spelling.
///
/// # Errors
/// In this order:
/// - Those of [`validate`](crate::validate) with the default limits, for `input`, then for `patch`.
/// - `LW_PATCH` without a place when `patch` is no array, with the number of the operation as its offset when one lacks a member or has it
///   twice, or when a member has a wrong value; `LW_POINTER` likewise for a malformed pointer.
/// - With the number of the operation, the first that fails: `LW_PATCH` when there is no such target, or a value would move into itself; `LW_PATCH_TEST`.
/// - `LW_SIZE`, without a place, when the result is 4 GiB or larger or there is no memory for it. How large it is is known before it is written.
///
/// # Complexity
/// O(n log n) time and O(n) memory, where n is the size of the input, the patch and the result; whoever copies pays for what he copies in
/// the result alone. `test` adds the size of the values that it compares.
/// # Source
/// RFC 6902.
/// # Examples
/// ```
/// let mut out = Vec::new();
/// let patch = br#"[{"op": "replace", "path": "/a/0", "value": 2}, {"op": "move", "from": "/b", "path": "/c"}]"#;
/// lanewise_json::patch(br#"{"a": [1.0, 1.0], "b": {}}"#, patch, &mut out)?;
/// assert_eq!(out, br#"{"a": [2, 1.0], "c": {}}"#);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn patch(input: &[u8], patch: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let document = Source::new(input)?;
    let mut minified = Vec::new();
    minify(patch, &mut minified)?;
    let patch = Source::new(&minified)?;
    let operations = Operation::read_all(&patch)?;
    let mut edit = Edit::new(document, patch);
    for (number, operation) in operations.iter().enumerate() {
        edit.tidy(std::iter::empty());
        operation.apply(&mut edit).map_err(|code| Error::new(code, number))?;
    }
    edit.write(out)
}

enum Operation {
    Add { path: Pointer, value: Value },
    Remove { path: Pointer },
    Replace { path: Pointer, value: Value },
    Move { from: Pointer, path: Pointer },
    Copy { from: Pointer, path: Pointer },
    Test { path: Pointer, value: Value },
}

impl Operation {
    fn read_all(patch: &Source<'_>) -> Result<Vec<Self>, Error> {
        if patch.kind(ROOT) != b'[' {
            return Err(Error::nowhere(ErrorCode::Patch));
        }
        let read = |(number, entry)| Self::read(patch, entry).map_err(|code| Error::new(code, number));
        patch.children(ROOT).enumerate().map(read).collect()
    }

    fn read(patch: &Source<'_>, entry: u32) -> Result<Self, ErrorCode> {
        let members = Members::read(patch, entry)?;
        let pointer = |entry: Option<u32>| match entry {
            Some(entry) if patch.kind(entry) == b'"' => Pointer::from_wtf8(&patch.string(entry)).map_err(|error| error.code),
            _ => Err(ErrorCode::Patch),
        };
        let op = members.op.filter(|&entry| patch.kind(entry) == b'"').ok_or(ErrorCode::Patch)?;
        let value = || members.value.map(|entry| Value::Raw(Place { text: Text::Patch, entry })).ok_or(ErrorCode::Patch);
        let path = || pointer(members.path);
        let from = || pointer(members.from);
        match patch.string(op).as_ref() {
            b"add" => Ok(Self::Add { path: path()?, value: value()? }),
            b"remove" => Ok(Self::Remove { path: path()? }),
            b"replace" => Ok(Self::Replace { path: path()?, value: value()? }),
            b"move" => Ok(Self::Move { from: from()?, path: path()? }),
            b"copy" => Ok(Self::Copy { from: from()?, path: path()? }),
            b"test" => Ok(Self::Test { path: path()?, value: value()? }),
            _ => Err(ErrorCode::Patch),
        }
    }

    fn apply(&self, edit: &mut Edit<'_>) -> Result<(), ErrorCode> {
        match self {
            Self::Add { path, value } => add(edit, path, *value),
            Self::Remove { path } => remove(edit, path),
            Self::Replace { path, value } => replace(edit, path, *value),
            Self::Copy { from, path } => {
                let value = get(edit, from)?;
                add(edit, path, value)
            }
            Self::Move { from, path } => {
                let value = get(edit, from)?;
                if from == path {
                    return Ok(());
                }
                if path.tokens.starts_with(&from.tokens) {
                    return Err(ErrorCode::Patch);
                }
                remove(edit, from)?;
                add(edit, path, value)
            }
            Self::Test { path, value } => {
                let target = get(edit, path)?;
                if equal(edit, target, *value) { Ok(()) } else { Err(ErrorCode::PatchTest) }
            }
        }
    }
}

/// The entries of the values of those members that mean something.
#[derive(Default)]
struct Members {
    op: Option<u32>,
    path: Option<u32>,
    from: Option<u32>,
    value: Option<u32>,
}

impl Members {
    /// Which of two members would count is not said anywhere, so a repeated one is refused.
    fn read(patch: &Source<'_>, entry: u32) -> Result<Self, ErrorCode> {
        if patch.kind(entry) != b'{' {
            return Err(ErrorCode::Patch);
        }
        let mut members = Self::default();
        for key in patch.children(entry) {
            let member = match patch.string(key).as_ref() {
                b"op" => &mut members.op,
                b"path" => &mut members.path,
                b"from" => &mut members.from,
                b"value" => &mut members.value,
                _ => continue,
            };
            if member.replace(key + 1).is_some() {
                return Err(ErrorCode::Patch);
            }
        }
        Ok(members)
    }
}

fn get(edit: &mut Edit<'_>, path: &Pointer) -> Result<Value, ErrorCode> {
    let mut value = edit.root;
    for token in &path.tokens {
        value = enter(edit, value, token).ok_or(ErrorCode::Patch)?.2;
    }
    Ok(value)
}

/// The container that `value` is, the position of the child that `token` names, and that child.
fn enter(edit: &mut Edit<'_>, value: Value, token: &Token) -> Option<(Container, u32, Value)> {
    let container = edit.open(value)?;
    let position = edit.position(container, token)?;
    Some((container, position, edit.child(container, position)))
}

fn add(edit: &mut Edit<'_>, path: &Pointer, value: Value) -> Result<(), ErrorCode> {
    let Some((token, parent)) = path.tokens.split_last() else {
        edit.root = value;
        return Ok(());
    };
    change(edit, parent, |edit, container| {
        if edit.is_object(container) {
            return Some(edit.set(container, &token.name, value));
        }
        let count = edit.count(container);
        let position = if token.name == b"-" { count } else { u32::try_from(token.index?).ok()? };
        (position <= count).then(|| edit.insert(container, position, value))
    })
}

fn remove(edit: &mut Edit<'_>, path: &Pointer) -> Result<(), ErrorCode> {
    // Without its root nothing is left that would be JSON.
    let (token, parent) = path.tokens.split_last().ok_or(ErrorCode::Patch)?;
    change(edit, parent, |edit, container| {
        let position = edit.position(container, token)?;
        Some(edit.remove(container, position))
    })
}

fn replace(edit: &mut Edit<'_>, path: &Pointer, value: Value) -> Result<(), ErrorCode> {
    let Some((token, parent)) = path.tokens.split_last() else {
        edit.root = value;
        return Ok(());
    };
    change(edit, parent, |edit, container| {
        let position = edit.position(container, token)?;
        Some(edit.replace(container, position, value))
    })
}

/// Puts what `change` makes of the container at `path` in its place.
fn change(
    edit: &mut Edit<'_>,
    path: &[Token],
    change: impl FnOnce(&mut Edit<'_>, Container) -> Option<Container>,
) -> Result<(), ErrorCode> {
    let mut value = edit.root;
    let mut trail = Vec::with_capacity(path.len());
    for token in path {
        let (container, position, child) = enter(edit, value, token).ok_or(ErrorCode::Patch)?;
        trail.push((container, position));
        value = child;
    }
    let container = edit.open(value).ok_or(ErrorCode::Patch)?;
    let mut changed = change(edit, container).ok_or(ErrorCode::Patch)?;
    for (container, position) in trail.into_iter().rev() {
        changed = edit.replace(container, position, Value::Edited(changed));
    }
    edit.root = Value::Edited(changed);
    Ok(())
}
