//! Records made smaller.

use super::condition::Condition;
use super::{OnError, for_each_record};
use crate::selection::Name;
use crate::{FromJson, Query, from_json};
use lanewise_error::Error;
use lanewise_json::Check;
use lanewise_msgpack::writer;
use std::ops::Range;

/// How [`project`] reads and writes.
#[derive(Default)]
pub struct Project<'m> {
    /// What a record must say to be taken; without it all are.
    pub condition: Option<Condition<'m>>,
    /// What is written.
    pub target: Target,
    /// What a record that is no JSON means.
    pub on_error: OnError,
    /// How much of a record is read.
    pub check: Check,
}

/// What [`project`] writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// An object a line, each ended by `\n`. Values keep their spelling.
    #[default]
    Ndjson,
    /// Maps behind each other, values as [`from_json`] writes them.
    Msgpack,
}

/// Appends an object for each record of `input` that is taken: the first match of each selector under its name, in the order of the selectors;
/// those without a match are left out.
///
/// # Errors
/// `LW_POINTER` for the pointer of the condition, at a unit of it. With [`OnError::Throw`] those of [`Query::first`] and [`from_json`],
/// counted in the whole input. On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`], the condition's pointer included, for all records; what is written is copied once.
pub fn project(input: &[u8], query: &Query, how: &Project<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    let selected = match &how.condition {
        Some(condition) => &query.with_pointer(&condition.pointer)?,
        None => query,
    };
    for_each_record(input, selected, how.check, how.on_error, |found| {
        let (found, tested) = found.split_at(query.size());
        let is_taken = match (&how.condition, tested) {
            (Some(condition), [tested]) => condition.test.passes(tested.clone().map(|range| &input[range])),
            _ => true,
        };
        if !is_taken {
            return Ok(());
        }
        let members = query.names().iter().zip(found).filter_map(|(name, range)| Some((name, range.clone()?)));
        match how.target {
            Target::Ndjson => {
                write_json(input, members, out);
                Ok(())
            }
            Target::Msgpack => {
                let length = out.len();
                write_msgpack(input, members, out).inspect_err(|_| out.truncate(length))
            }
        }
    })
    .inspect_err(|_| out.truncate(start))
}

fn write_json<'q>(input: &[u8], members: impl Iterator<Item = (&'q Name, Range<usize>)>, out: &mut Vec<u8>) {
    let mut separator = b'{';
    for (name, range) in members {
        out.push(separator);
        out.extend_from_slice(&name.json);
        out.extend_from_slice(&input[range]);
        separator = b',';
    }
    if separator == b'{' {
        out.push(separator);
    }
    out.extend_from_slice(b"}\n");
}

fn write_msgpack<'q>(
    input: &[u8],
    members: impl Iterator<Item = (&'q Name, Range<usize>)> + Clone,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    writer::map(out, members.clone().count() as u32);
    for (name, range) in members {
        out.extend_from_slice(&name.msgpack);
        let start = range.start;
        from_json(&input[range], &FromJson::default(), out).map_err(|error| Error::new(error.code, error.offset.saturating_add(start)))?;
    }
    Ok(())
}
