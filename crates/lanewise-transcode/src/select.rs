//! Conversions of what a query finds.

use crate::selection::Name;
use crate::stream::Format;
use crate::{FromJson, Query, Scratch, ToJson, from_json, to_json};
use lanewise_error::Error;
use lanewise_json::Check;
use lanewise_msgpack::writer;
use std::ops::Range;

/// Appends a map with the first match of each selector in the JSON text `input` under its name, in the order of the selectors, values as
/// [`from_json`] writes them. Selectors without a match are left out; of duplicate keys the last counts.
///
/// The depth limit counts in the input: what is selected lies at most as deep as it did there, but for the one map around it.
///
/// # Errors
/// Those of [`from_json`], which takes the whole input. On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`], and of [`from_json`] for each match.
/// # Examples
/// ```
/// use lanewise_transcode::{FromJson, Query, Scratch, select_from_json};
/// let query = Query::new([("id", "/id"), ("x", "$.x"), ("last", "$.list[-1]")].map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16())))?;
/// let mut out = Vec::new();
/// select_from_json(br#"{"list": [1, 2], "id": 7}"#, &query, &FromJson::default(), &mut Scratch::default(), &mut out)?;
/// assert_eq!(out, b"\x82\xa2id\x07\xa4last\x02");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn select_from_json(input: &[u8], query: &Query, options: &FromJson, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<(), Error> {
    let limits = lanewise_json::Limits { depth_max: options.depth_max, ..lanewise_json::Limits::default() };
    let found = first(input, query, Format::Json(&limits), scratch)?;
    let length = out.len();
    writer::map(out, members(query, &found).count() as u32);
    each(query, &found, |name, range| {
        out.extend_from_slice(&name.msgpack);
        from_json(&input[range], options, out)
    })
    .inspect_err(|_| out.truncate(length))
}

/// Appends a JSON object with the first match of each selector in the MessagePack value `input` under its name, in the order of the selectors,
/// values as [`to_json`] writes them. Otherwise as [`select_from_json`].
///
/// # Errors
/// Those of [`validate`](lanewise_msgpack::validate) for the whole input, whatever its keys are; then `LW_MSGPACK_NOT_JSON` as [`to_json`], in the order of the
/// selectors: what JSON cannot hold is no error where it is not selected. On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`], and of [`to_json`] for each match.
/// # Examples
/// ```
/// use lanewise_transcode::{Query, Scratch, ToJson, select_to_json};
/// let query = Query::new([("b", "/b"), ("a", "/a/0")].map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16())))?;
/// let mut out = Vec::new();
/// select_to_json(b"\x82\xa1a\x91\x01\xa1b\xc0", &query, &ToJson::default(), &mut Scratch::default(), &mut out)?;
/// assert_eq!(out, br#"{"b":null,"a":1}"#);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn select_to_json(input: &[u8], query: &Query, options: &ToJson, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<(), Error> {
    let limits = lanewise_msgpack::Limits { depth_max: options.depth_max, ..lanewise_msgpack::Limits::default() };
    let found = first(input, query, Format::Msgpack(&limits), scratch)?;
    let length = out.len();
    out.push(b'{');
    let start = out.len();
    each(query, &found, |name, range| {
        if out.len() > start {
            out.push(b',');
        }
        out.extend_from_slice(&name.json);
        to_json(&input[range], options, out)
    })
    .inspect_err(|_| out.truncate(length))?;
    out.push(b'}');
    Ok(())
}

fn first(input: &[u8], query: &Query, format: Format<'_>, scratch: &mut Scratch) -> Result<Vec<Option<Range<usize>>>, Error> {
    let mut found = Vec::new();
    query.first(input, format, Check::All, scratch, &mut found)?;
    Ok(found)
}

/// What was found, and under which name.
fn members<'m>(query: &'m Query, found: &'m [Option<Range<usize>>]) -> impl Iterator<Item = (&'m Name, Range<usize>)> {
    query.names().iter().zip(found).filter_map(|(name, range)| Some((name, range.clone()?)))
}

/// Writes each member; errors of a value count from its start.
fn each(
    query: &Query,
    found: &[Option<Range<usize>>],
    mut write: impl FnMut(&Name, Range<usize>) -> Result<(), Error>,
) -> Result<(), Error> {
    members(query, found).try_for_each(|(name, range)| {
        let start = range.start;
        write(name, range).map_err(|error| Error::new(error.code, error.offset.saturating_add(start)))
    })
}
