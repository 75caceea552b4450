//! Conversions of what a query finds.

use crate::selection::Name;
use crate::stream::Format;
use crate::{FromJson, Query, Scratch, ToJson, from_json_with, to_json_with};
use lanewise_error::Error;
use lanewise_json::Check;
use lanewise_msgpack::writer;
use std::ops::Range;

/// Appends a map with the first match of each selector in the JSON text `input` under its name, in the order of the selectors, values as
/// [`from_json`](crate::from_json) writes them. Selectors without a match are left out; of duplicate keys the last counts.
///
/// The depth limit counts in the input: what is selected lies at most as deep as it did there, but for the one map around it.
///
/// # Errors
/// Those of [`from_json`](crate::from_json), which takes the whole input. On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`], and of [`from_json`](crate::from_json) for each match.
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
    let write = |range, scratch: &mut Scratch, out: &mut Vec<u8>| from_json_with(&input[range], options, scratch, out);
    select(input, query, Format::Json(&limits), Form::Map, scratch, out, write)
}

/// Appends a JSON object with the first match of each selector in the JSON text `input` under its name, in the order of the selectors, without
/// white space; strings and numbers keep their spelling. Otherwise as [`select_from_json`].
///
/// # Errors
/// Those of [`validate`](lanewise_json::validate). On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`], and of [`minify`](lanewise_json::minify) for each match.
/// # Examples
/// ```
/// use lanewise_transcode::{Query, Scratch, select_json};
/// let query = Query::new([("b", "/b"), ("x", "/x"), ("a", "/a")].map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16())))?;
/// let mut out = Vec::new();
/// select_json(br#"{"a": [ 1.0 ], "b": 2e0}"#, &query, &mut Scratch::default(), &mut out)?;
/// assert_eq!(out, br#"{"b":2e0,"a":[1.0]}"#);
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn select_json(input: &[u8], query: &Query, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<(), Error> {
    let limits = lanewise_json::Limits::default();
    let write = |range, _: &mut Scratch, out: &mut Vec<u8>| lanewise_json::minify(&input[range], out);
    select(input, query, Format::Json(&limits), Form::Object, scratch, out, write)
}

/// Appends a map with the first match of each selector in the MessagePack value `input` under its name, in the order of the selectors, each the bytes
/// that it is there. Otherwise as [`select_from_json`].
///
/// # Errors
/// Those of [`validate`](lanewise_msgpack::validate), whatever the keys are. On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`].
/// # Examples
/// ```
/// use lanewise_transcode::{Query, Scratch, select_msgpack};
/// let query = Query::new([("b", "/b"), ("a", "/a/0")].map(|(name, selector)| (name.encode_utf16(), selector.encode_utf16())))?;
/// let mut out = Vec::new();
/// select_msgpack(b"\x82\xa1a\x91\x01\xa1b\xc0", &query, &mut Scratch::default(), &mut out)?;
/// assert_eq!(out, b"\x82\xa1b\xc0\xa1a\x01");
/// # Ok::<(), lanewise_error::Error>(())
/// ```
pub fn select_msgpack(input: &[u8], query: &Query, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<(), Error> {
    let limits = lanewise_msgpack::Limits::default();
    let write = |range: Range<usize>, _: &mut Scratch, out: &mut Vec<u8>| {
        out.extend_from_slice(&input[range]);
        Ok(())
    };
    select(input, query, Format::Msgpack(&limits), Form::Map, scratch, out, write)
}

/// Appends a JSON object with the first match of each selector in the MessagePack value `input` under its name, in the order of the selectors,
/// values as [`to_json`](crate::to_json) writes them. Otherwise as [`select_from_json`].
///
/// # Errors
/// Those of [`validate`](lanewise_msgpack::validate) for the whole input, whatever its keys are; then `LW_MSGPACK_NOT_JSON` as [`to_json`](crate::to_json), in the order of the
/// selectors: what JSON cannot hold is no error where it is not selected. On an error `out` is as it was.
/// # Complexity
/// That of [`Query::first`], and of [`to_json`](crate::to_json) for each match.
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
    let write = |range, scratch: &mut Scratch, out: &mut Vec<u8>| to_json_with(&input[range], options, scratch, out);
    select(input, query, Format::Msgpack(&limits), Form::Object, scratch, out, write)
}

/// What matches are put into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// JSON.
    Object,
    /// MessagePack.
    Map,
}

/// Appends the first match of each selector, each as `write` writes what is at a range of `input`; errors of that count from there.
fn select(
    input: &[u8],
    query: &Query,
    format: Format<'_>,
    form: Form,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
    mut write: impl FnMut(Range<usize>, &mut Scratch, &mut Vec<u8>) -> Result<(), Error>,
) -> Result<(), Error> {
    let length = out.len();
    let mut found = std::mem::take(&mut scratch.found);
    let mut members = || {
        query.first(input, format, Check::All, scratch, &mut found)?;
        begin(form, &found, out);
        for (i, (name, range)) in members(query, &found).enumerate() {
            push_name(form, name, i, out);
            let start = range.start;
            write(range, scratch, out).map_err(|error| Error::new(error.code, error.offset.saturating_add(start)))?;
        }
        Ok(())
    };
    let outcome = members();
    scratch.found = found;
    match (&outcome, form) {
        (Err(_), _) => out.truncate(length),
        (Ok(()), Form::Object) => out.push(b'}'),
        (Ok(()), Form::Map) => {}
    }
    outcome
}

fn begin(form: Form, found: &[Option<Range<usize>>], out: &mut Vec<u8>) {
    match form {
        Form::Object => out.push(b'{'),
        Form::Map => writer::map(out, found.iter().flatten().count() as u32),
    }
}

/// Appends the name of the member of this number.
fn push_name(form: Form, name: &Name, number: usize, out: &mut Vec<u8>) {
    match form {
        Form::Object if number > 0 => out.push(b','),
        _ => {}
    }
    out.extend_from_slice(if form == Form::Object { &name.json } else { &name.msgpack });
}

/// What was found, and under which name.
fn members<'m>(query: &'m Query, found: &'m [Option<Range<usize>>]) -> impl Iterator<Item = (&'m Name, Range<usize>)> {
    query.names().iter().zip(found).filter_map(|(name, range)| Some((name, range.clone()?)))
}
