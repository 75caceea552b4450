//! Calls that write JSON anew. A text beside the input, an indent or a patch, comes where other calls have a pointer.
use crate::frame::Call;
use crate::outcome::with_bytes;

/// The number of bytes of the text laid out with the indent.
#[must_use]
pub fn json_prettify(call: Call<'_>) -> f64 {
    with_bytes(call.out, |bytes| lanewise_json::prettify(call.input, call.pointer, bytes))
}

/// The number of bytes of the canonical form.
#[must_use]
pub fn json_canonicalize(call: Call<'_>) -> f64 {
    with_bytes(call.out, |bytes| lanewise_json::canonicalize(call.input, bytes))
}

/// The number of bytes of the patched text. The offset of a fault of an operation is its number.
#[must_use]
pub fn json_patch(call: Call<'_>) -> f64 {
    with_bytes(call.out, |bytes| lanewise_json::patch(call.input, call.pointer, bytes))
}

/// The number of bytes of the merged text.
#[must_use]
pub fn json_merge_patch(call: Call<'_>) -> f64 {
    with_bytes(call.out, |bytes| lanewise_json::merge_patch(call.input, call.pointer, bytes))
}
