//! Bodies checked and written anew.

use crate::media::Format;
use lanewise_error::Error;
use lanewise_transcode::{
    FromJson, Query, Scratch, ToJson, from_json_with, select_from_json, select_json, select_msgpack, select_to_json, to_json_with,
};

/// Memory of conversions, used again from body to body.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    conversion: Scratch,
    msgpack: lanewise_msgpack::Scratch,
}

/// What GET answers.
pub(crate) fn greeting(format: Format) -> &'static [u8] {
    match format {
        Format::Json => br#"{"message":"hello"}"#,
        Format::Msgpack => b"\x81\xa7message\xa5hello",
    }
}

/// About how many bytes a body of `size` bytes becomes.
pub(crate) fn guess(size: usize, came: Format, wanted: Format) -> usize {
    match (came, wanted) {
        (Format::Json, Format::Msgpack) => size - size / 5,
        (Format::Msgpack, Format::Json) => size + size / 4,
        _ => size,
    }
}

/// Appends `body`, or what is selected of it, in the format that is wanted. All of it is checked.
///
/// # Errors
/// What is wrong with the body; `out` is as it was then.
pub(crate) fn convert(
    body: &[u8],
    came: Format,
    wanted: Format,
    select: Option<&Query>,
    memory: &mut Memory,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let (from_json, to_json) = (FromJson::default(), ToJson::default());
    let scratch = &mut memory.conversion;
    match (came, wanted, select) {
        (Format::Json, Format::Json, None) => lanewise_json::minify(body, out),
        (Format::Json, Format::Json, Some(query)) => select_json(body, query, scratch, out),
        (Format::Json, Format::Msgpack, None) => from_json_with(body, &from_json, scratch, out),
        (Format::Json, Format::Msgpack, Some(query)) => select_from_json(body, query, &from_json, scratch, out),
        (Format::Msgpack, Format::Json, None) => to_json_with(body, &to_json, scratch, out),
        (Format::Msgpack, Format::Json, Some(query)) => select_to_json(body, query, &to_json, scratch, out),
        (Format::Msgpack, Format::Msgpack, None) => {
            lanewise_msgpack::validate_with(body, &lanewise_msgpack::Limits::default(), &mut memory.msgpack)?;
            out.extend_from_slice(body);
            Ok(())
        }
        (Format::Msgpack, Format::Msgpack, Some(query)) => select_msgpack(body, query, scratch, out),
    }
}
