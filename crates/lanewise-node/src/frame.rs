//! The frame of this thread.
use std::cell::{Cell, RefCell};
use std::ptr::{NonNull, null_mut};
use std::slice;

use lanewise_binding::{Call, FRAME_SIZE};
use napi::bindgen_prelude::{FromNapiValue, Uint8Array};
use napi::{Env, Result, check_status, sys};

thread_local! {
    static FRAME: Cell<Option<Frame>> = const { Cell::new(None) };
    /// What was lent since the last call, in order.
    static LENT: RefCell<Vec<(NonNull<u8>, usize)>> = const { RefCell::new(Vec::new()) };
}

/// An ArrayBuffer that lives as long as its environment.
#[derive(Clone, Copy)]
struct Frame {
    /// INVARIANT: points at FRAME_SIZE bytes, those of the buffer.
    start: NonNull<[u8; FRAME_SIZE]>,
    env: sys::napi_env,
    buffer: sys::napi_ref,
}

/// A view of this thread's frame, which is made when it is first asked for.
///
/// A thread has one, whoever asks: a test runner may load the addon anew for each of its files, and all of them may go on calling.
///
/// # Errors
/// When the host gives no memory for it.
pub(crate) fn view(env: Env) -> Result<Uint8Array> {
    let frame = FRAME.get().map_or_else(|| create(env.raw()), Ok)?;
    FRAME.set(Some(frame));
    let (mut buffer, mut view) = (null_mut(), null_mut());
    // SAFETY: the environments are those of this thread, one of them of the call under way, and pointers are to local variables.
    unsafe {
        check_status!(sys::napi_get_reference_value(frame.env, frame.buffer, &mut buffer))?;
        check_status!(sys::napi_create_typedarray(env.raw(), sys::TypedarrayType::uint8_array, FRAME_SIZE, buffer, 0, &mut view))?;
        Uint8Array::from_napi_value(env.raw(), view)
    }
}

fn create(env: sys::napi_env) -> Result<Frame> {
    let (mut start, mut value, mut buffer) = (null_mut(), null_mut(), null_mut());
    // SAFETY: `env` is the environment of the call under way, and every pointer is to a local variable. The reference is never given
    // back, so the buffer is not collected; nobody transfers it, since it never leaves the facade.
    unsafe {
        check_status!(sys::napi_create_arraybuffer(env, FRAME_SIZE, &mut start, &mut value))?;
        check_status!(sys::napi_create_reference(env, value, 1, &mut buffer))?;
    }
    let start = NonNull::new(start.cast()).ok_or_else(|| napi::Error::from_reason("an ArrayBuffer without memory"))?;
    Ok(Frame { start, env, buffer })
}

/// Makes `call` of what the facade has written into the frame.
///
/// # Panics
/// When [`view`] was not called before, which the facade does first.
pub(crate) fn run<T>(call: impl FnOnce(Call<'_>) -> T) -> T {
    let mut frame = FRAME.get().expect("the frame was asked for").start;
    LENT.with_borrow_mut(|lent| {
        // SAFETY: the invariant of the field, and JavaScript does not run before the call returns.
        let frame = unsafe { frame.as_mut() };
        // SAFETY: `lend` was given slices of typed arrays by the facade, which makes this call next and runs nothing in between that could
        // give up their memory (see `ts/backend/frame.ts`). None of them is a view of the frame, which never leaves the facade.
        let inputs = lent.iter().map(|&(start, size)| unsafe { slice::from_raw_parts(start.as_ptr(), size) });
        let outcome = call(Call::new(frame, inputs));
        lent.clear();
        outcome
    })
}

/// Where the memory of a Uint8Array is.
///
/// That of a slice would be checked against all other arguments, which takes longer than the rest of the call.
pub struct Lent(NonNull<u8>, usize);

impl FromNapiValue for Lent {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let (mut start, mut size, mut kind) = (null_mut(), 0, 0);
        // SAFETY: `env` is the environment of the call under way, `value` one of its arguments, and every other pointer is to a local variable or null.
        unsafe {
            check_status!(sys::napi_get_typedarray_info(env, value, &mut kind, &mut size, &mut start, null_mut(), null_mut()))?;
        }
        if kind != sys::TypedarrayType::uint8_array {
            return Err(napi::Error::from_reason("no Uint8Array"));
        }
        // Memory that was taken away is nowhere.
        Ok(NonNull::new(start.cast()).map_or(Self(NonNull::dangling(), 0), |start| Self(start, size)))
    }
}

/// Keeps where the input of the call that follows is.
pub(crate) fn lend(input: Lent) {
    LENT.with_borrow_mut(|lent| lent.push((input.0, input.1)));
}
