//! JSON and MessagePack calls.
use lanewise_json::{Check, DuplicateKeys, Pointer};
use lanewise_transcode::{Float32, FromJson, NonStringKeys, ToJson};

use crate::outcome::{Out, verdict, with_bytes, with_words};

/// `duplicateKeys: 'error'` of the JSON calls.
const DUPLICATE_KEYS_ERROR: u32 = 1;
/// `check: 'path'` of [`json_get`].
const CHECK_PATH: u32 = 2;
/// `nonStringKeys: 'error'` of [`msgpack_validate`].
const STRING_KEYS: u32 = 1;
/// `invalidUtf8` other than 'error' of [`msgpack_validate`].
const INVALID_UTF8: u32 = 2;
/// `float32: 'never'` of [`msgpack_from_json`].
const FLOAT32_NEVER: u32 = 1;
/// `nonStringKeys: 'stringify'` of [`msgpack_to_json`].
const STRINGIFY_KEYS: u32 = 1;

/// 0, or the fault of the first error of this JSON text.
#[must_use]
pub fn json_validate(input: &[u8], depth_max: u32, flags: u32) -> f64 {
    verdict(lanewise_json::validate(input, &json_limits(depth_max, flags)))
}

/// The number of bytes of the text without white space.
pub fn json_minify(input: &[u8], out: impl Out<u8>) -> f64 {
    with_bytes(out, |bytes| lanewise_json::minify(input, bytes))
}

/// 2 and the start and end of the value at `pointer` (UTF-16LE units) in `out`, or 0 when there is none.
pub fn json_get(input: &[u8], pointer: &[u8], depth_max: u32, flags: u32, out: impl Out<u32>) -> f64 {
    with_words(out, |words| {
        let units = pointer.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let check = if flags & CHECK_PATH == 0 { Check::All } else { Check::Path };
        let found = lanewise_json::get(input, &Pointer::parse(units)?, check, &json_limits(depth_max, flags))?;
        words.extend(found.into_iter().flat_map(|range| [range.start as u32, range.end as u32]));
        Ok(())
    })
}

/// 0, or the fault of the first error of this MessagePack value.
#[must_use]
pub fn msgpack_validate(input: &[u8], depth_max: u32, flags: u32) -> f64 {
    let limits = lanewise_msgpack::Limits {
        depth_max,
        string_keys: flags & STRING_KEYS != 0,
        invalid_utf8: flags & INVALID_UTF8 != 0,
    };
    verdict(lanewise_msgpack::validate(input, &limits))
}

/// The number of bytes of the MessagePack that this JSON text says.
pub fn msgpack_from_json(input: &[u8], depth_max: u32, flags: u32, out: impl Out<u8>) -> f64 {
    let float32 = if flags & FLOAT32_NEVER == 0 { Float32::Exact } else { Float32::Never };
    with_bytes(out, |bytes| lanewise_transcode::from_json(input, &FromJson { depth_max, float32 }, bytes))
}

/// The number of bytes of the JSON text that this MessagePack value says.
pub fn msgpack_to_json(input: &[u8], depth_max: u32, flags: u32, out: impl Out<u8>) -> f64 {
    let non_string_keys = if flags & STRINGIFY_KEYS == 0 { NonStringKeys::Error } else { NonStringKeys::Stringify };
    with_bytes(out, |bytes| lanewise_transcode::to_json(input, &ToJson { depth_max, non_string_keys }, bytes))
}

fn json_limits(depth_max: u32, flags: u32) -> lanewise_json::Limits {
    let duplicate_keys = if flags & DUPLICATE_KEYS_ERROR == 0 { DuplicateKeys::Last } else { DuplicateKeys::Error };
    lanewise_json::Limits { depth_max, duplicate_keys }
}
