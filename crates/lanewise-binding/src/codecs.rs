//! JSON and MessagePack calls.
use lanewise_json::{Check, DuplicateKeys, HostText, Pointer, Tape};
use lanewise_msgpack::Boundary;
use lanewise_transcode::{Float32, FromJson, NonStringKeys, ToJson, ndjson};

use crate::frame::Call;
use crate::outcome::{verdict, with_bytes, with_words};
use crate::query::{query, with_scratch};

/// `duplicateKeys: 'error'` of the JSON calls.
const DUPLICATE_KEYS_ERROR: u32 = 1;
/// `check: 'path'` of [`json_get`] and of the calls on queries.
pub(crate) const CHECK_PATH: u32 = 2;
/// `nonStringKeys: 'error'` of [`msgpack_validate`] and [`msgpack_tape`].
const STRING_KEYS: u32 = 1;
/// `invalidUtf8` other than 'error' of the same.
const INVALID_UTF8: u32 = 2;
/// `float32: 'never'` of [`msgpack_from_json`] and [`msgpack_from_ndjson`].
const FLOAT32_NEVER: u32 = 1;
/// `nonStringKeys: 'stringify'` of [`msgpack_to_json`] and [`msgpack_to_ndjson`].
const STRINGIFY_KEYS: u32 = 1;
/// The handle of [`msgpack_from_json`] and [`msgpack_to_json`] is that of a query, `select`.
const SELECT: u32 = 2;
/// Bytes in front of the state of [`msgpack_boundary`].
const BOUNDARY_HEAD: usize = 4;

/// 0, or the fault of the first error of this JSON text.
#[must_use]
pub fn json_validate(call: Call<'_>) -> f64 {
    verdict(lanewise_json::validate(call.input, &json_limits(&call)))
}

/// The number of bytes of the text without white space.
#[must_use]
pub fn json_minify(call: Call<'_>) -> f64 {
    with_bytes(call.out, |bytes| lanewise_json::minify(call.input, bytes))
}

/// 2 and the start and end of the value at the pointer, or 0 when there is none.
#[must_use]
pub fn json_get(call: Call<'_>) -> f64 {
    let limits = json_limits(&call);
    with_words(call.out, |words| {
        let units = call.pointer.as_chunks().0.iter().map(|&unit| u16::from_le_bytes(unit));
        let check = if call.flags & CHECK_PATH == 0 { Check::All } else { Check::Path };
        let found = lanewise_json::get(call.input, &Pointer::parse(units)?, check, &limits)?;
        words.extend(found.into_iter().flat_map(|range| [range.start as u32, range.end as u32]));
        Ok(())
    })
}

/// What the host's own parser is to be given for this text: 0 when nothing is known, 1 for the input itself, which is ASCII, else four times
/// the number of bytes, plus 2 for Latin-1 and 3 for UTF-16 in the order of the machine.
#[must_use]
pub fn json_host_text(call: Call<'_>) -> f64 {
    let mut form = 0.0;
    let size = with_bytes(call.out, |bytes| {
        form = match lanewise_json::host_text(call.input, call.depth_max, bytes) {
            None => 0.0,
            Some(HostText::Ascii) => 1.0,
            Some(HostText::Latin1) => 2.0,
            Some(HostText::Utf16) => 3.0,
        };
        Ok(())
    });
    4.0 * size + form
}

/// The number of words of the text's tape (`lanewise_json::Tape`), two an entry.
#[must_use]
pub fn json_tape(call: Call<'_>) -> f64 {
    let limits = json_limits(&call);
    with_words(call.out, |words| {
        *words = Tape::new(call.input, &limits)?.into_words();
        Ok(())
    })
}

/// 0, or the fault of the first error of this MessagePack value.
#[must_use]
pub fn msgpack_validate(call: Call<'_>) -> f64 {
    verdict(lanewise_msgpack::validate(call.input, &msgpack_limits(&call)))
}

/// The number of words of the value's tape (`lanewise_msgpack::Tape`), two an entry.
#[must_use]
pub fn msgpack_tape(call: Call<'_>) -> f64 {
    let limits = msgpack_limits(&call);
    with_words(call.out, |words| {
        *words = lanewise_msgpack::Tape::new(call.input, &limits)?.into_words();
        Ok(())
    })
}

/// The number of bytes of the MessagePack that this JSON text says, or of what the query selects of it.
#[must_use]
pub fn msgpack_from_json(call: Call<'_>) -> f64 {
    let options = from_json(call.depth_max, call.flags);
    with_bytes(call.out, |bytes| {
        if call.flags & SELECT == 0 {
            return lanewise_transcode::from_json(call.input, &options, bytes);
        }
        let query = query(call.handle);
        with_scratch(call.input, |scratch| lanewise_transcode::select_from_json(call.input, &query, &options, scratch, bytes))
    })
}

/// The number of bytes of the JSON text that this MessagePack value says, or of what the query selects of it.
#[must_use]
pub fn msgpack_to_json(call: Call<'_>) -> f64 {
    let options = to_json(call.depth_max, call.flags);
    with_bytes(call.out, |bytes| {
        if call.flags & SELECT == 0 {
            return lanewise_transcode::to_json(call.input, &options, bytes);
        }
        let query = query(call.handle);
        with_scratch(call.input, |scratch| lanewise_transcode::select_to_json(call.input, &query, &options, scratch, bytes))
    })
}

/// The number of bytes of the MessagePack values, one behind the other, that these lines of JSON say.
#[must_use]
pub fn msgpack_from_ndjson(call: Call<'_>) -> f64 {
    with_bytes(call.out, |bytes| ndjson::to_msgpack(call.input, &from_json(call.depth_max, call.flags), bytes))
}

/// The number of bytes of the lines of JSON that these MessagePack values say.
#[must_use]
pub fn msgpack_to_ndjson(call: Call<'_>) -> f64 {
    with_bytes(call.out, |bytes| ndjson::from_msgpack(call.input, &to_json(call.depth_max, call.flags), bytes))
}

/// Scans a chunk for the end of the last value in it. The pointer of the call is what this gave for the chunk before, empty for the first one.
///
/// The number of bytes: four with that end, the low one first, and the state of the scan; or 0 when the value that is under way has an error.
#[must_use]
pub fn msgpack_boundary(call: Call<'_>) -> f64 {
    let mut boundary = Boundary::restore(call.pointer.get(BOUNDARY_HEAD..).unwrap_or_default(), call.depth_max);
    with_bytes(call.out, |bytes| {
        if let Some(end) = boundary.scan(call.input) {
            bytes.extend((end as u32).to_le_bytes());
            boundary.save(bytes);
        }
        Ok(())
    })
}

fn from_json(depth_max: u32, flags: u32) -> FromJson {
    FromJson { depth_max, float32: if flags & FLOAT32_NEVER == 0 { Float32::Exact } else { Float32::Never } }
}

fn to_json(depth_max: u32, flags: u32) -> ToJson {
    ToJson { depth_max, non_string_keys: if flags & STRINGIFY_KEYS == 0 { NonStringKeys::Error } else { NonStringKeys::Stringify } }
}

fn msgpack_limits(call: &Call<'_>) -> lanewise_msgpack::Limits {
    lanewise_msgpack::Limits {
        depth_max: call.depth_max,
        string_keys: call.flags & STRING_KEYS != 0,
        invalid_utf8: call.flags & INVALID_UTF8 != 0,
    }
}

fn json_limits(call: &Call<'_>) -> lanewise_json::Limits {
    let duplicate_keys = if call.flags & DUPLICATE_KEYS_ERROR == 0 { DuplicateKeys::Last } else { DuplicateKeys::Error };
    lanewise_json::Limits { depth_max: call.depth_max, duplicate_keys }
}
