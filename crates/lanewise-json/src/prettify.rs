//! JSON with a line for each member and element.

use crate::nesting::Nesting;
use crate::source::{ROOT, Source};
use crate::{minify, output};
use lanewise_error::Error;

/// Appends `input` to `out` laid out as `JSON.stringify` does with `indent` for each level. An empty `indent` gives the text without
/// whitespace. Strings and numbers keep their spelling, members their order; nothing is dropped.
///
/// # Errors
/// Those of [`validate`](crate::validate) with the default limits; `LW_SIZE`, without a place, when the result is 4 GiB or larger or there
/// is no memory for it. `out` then is as it was.
/// # Complexity
/// O(input.len() + n) time, where n is the size of the result: it is known before it is written, and grows with the depth of each line.
/// # Source
/// ECMA-262, SerializeJSONObject and SerializeJSONArray.
/// # Examples
/// ```
/// let mut out = Vec::new();
/// lanewise_json::prettify(br#"{"a":[1.0,{}]}"#, b"  ", &mut out)?;
/// assert_eq!(out, b"{\n  \"a\": [\n    1.0,\n    {}\n  ]\n}");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn prettify(input: &[u8], indent: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    if indent.is_empty() {
        return minify(input, out);
    }
    let source = Source::new(input)?;
    let line = line(&source, indent);
    let mut size = 0;
    lay_out(&source, indent.len(), &line, |bytes| size += bytes.len() as u64);
    output::reserve(out, size)?;
    lay_out(&source, indent.len(), &line, |bytes| out.extend_from_slice(bytes));
    Ok(())
}

/// A line break and as many indents as the deepest line has: every other one is the beginning of it.
fn line(source: &Source<'_>, indent: &[u8]) -> Vec<u8> {
    let (mut depth, mut deepest) = (0_usize, 0);
    for &[start, _] in source.entries() {
        match source.input[start as usize] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    [b"\n", &*indent.repeat(deepest)].concat()
}

/// What was written last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing, or a key, whose value stands on its line.
    Key,
    Open,
    Value,
}

/// Gives the pieces of the layout to `emit`, in order.
fn lay_out(source: &Source<'_>, indent: usize, line: &[u8], mut emit: impl FnMut(&[u8])) {
    let mut nesting = Nesting::new();
    let mut last = Last::Key;
    for entry in ROOT..source.entries().len() as u32 {
        let kind = source.kind(entry);
        let closes = matches!(kind, b'}' | b']');
        if closes {
            nesting.pop();
        }
        let (comma, breaks) = match last {
            Last::Key => (false, false),
            Last::Open => (false, !closes),
            Last::Value => (!closes, true),
        };
        if comma {
            emit(b",");
        }
        if breaks {
            emit(&line[..1 + nesting.depth() as usize * indent]);
        }
        last = match kind {
            b'{' | b'[' => {
                nesting.push(kind == b'{');
                emit(&[kind]);
                Last::Open
            }
            b'}' | b']' => {
                emit(&[kind]);
                Last::Value
            }
            _ if last != Last::Key && nesting.in_object() == Some(true) => {
                emit(source.text(entry));
                emit(b": ");
                Last::Key
            }
            _ => {
                emit(source.text(entry));
                Last::Value
            }
        };
    }
}
