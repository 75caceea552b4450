//! Strings that the host makes of units.
use std::ptr::null_mut;

use lanewise_binding::{self as binding, Call, Units};
use napi::bindgen_prelude::ToNapiValue;
use napi::{Env, Result, sys};

/// A string, or the number of a fault.
pub enum Decoded {
    Text(sys::napi_value),
    Fault(f64),
}

impl ToNapiValue for Decoded {
    unsafe fn to_napi_value(env: sys::napi_env, decoded: Self) -> Result<sys::napi_value> {
        match decoded {
            Self::Text(value) => Ok(value),
            // SAFETY: the environment is that of the call under way.
            Self::Fault(fault) => unsafe { f64::to_napi_value(env, fault) },
        }
    }
}

/// The string that the input is the UTF-8 of.
pub(crate) fn decode(env: Env, call: Call<'_>) -> Decoded {
    binding::decode_utf8(call, |units| string(env.raw(), units)).map_or_else(Decoded::Fault, Decoded::Text)
}

/// The string of these units; `None` when it is longer than the strings of the host, or it has no memory for it.
fn string(env: sys::napi_env, units: Units<'_>) -> Option<sys::napi_value> {
    let mut value = null_mut();
    // SAFETY: `env` is the environment of the call under way, the units are borrowed until it returns, and `value` is a local variable.
    let status = unsafe {
        match units {
            Units::Latin1(bytes) => sys::napi_create_string_latin1(env, bytes.as_ptr().cast(), bytes.len() as isize, &mut value),
            Units::Utf16(bytes) => {
                let (before, words, _) = bytes.align_to::<u16>();
                let copy: Vec<u16>;
                // The allocator gives memory for bytes at addresses that are good for words, but need not.
                let words = if before.is_empty() {
                    words
                } else {
                    copy = bytes.as_chunks().0.iter().map(|&unit| u16::from_ne_bytes(unit)).collect();
                    &copy
                };
                sys::napi_create_string_utf16(env, words.as_ptr(), words.len() as isize, &mut value)
            }
        }
    };
    if status == sys::Status::napi_ok {
        return Some(value);
    }
    let mut thrown = null_mut();
    // SAFETY: as above. What the host may have thrown is told by the fault.
    unsafe { sys::napi_get_and_clear_last_exception(env, &mut thrown) };
    None
}
