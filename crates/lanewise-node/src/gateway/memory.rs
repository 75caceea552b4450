//! Memory that both sides know: one block for the numbers of a turn and for answers, and arenas for what requests bring.
//!
//! None of it ever leaves `ts/gateway/native`, so nobody can take it away from here.
use std::ptr::{NonNull, null_mut};
use std::slice;

use napi::bindgen_prelude::{FromNapiValue, Uint8Array};
use napi::{Result, check_status, sys};

/// Words before the answers: `Control` in `ts/gateway/native/joint.ts`.
const CONTROL_WORDS: usize = 16;
const WORD: usize = size_of::<u32>();
const REPLIES_SIZE: usize = 256 << 10;
const SHARED_SIZE: usize = CONTROL_WORDS * WORD + REPLIES_SIZE;

/// A usual arena: requests of thousands of turns.
const ARENA_SIZE: usize = 256 << 10;

/// Which word says what.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(crate) enum Control {
    /// Where the records of this crossing begin in the arena, in bytes.
    Start,
    /// How many there are.
    Count,
    /// 1 while a crossing is under way, which takes the answers with it when it ends.
    Crossing,
    /// How many bytes of answers there are.
    Answers,
}

/// An ArrayBuffer that is kept from being collected.
struct Kept {
    start: NonNull<u8>,
    size: usize,
    buffer: sys::napi_ref,
}

impl Kept {
    fn new(env: sys::napi_env, size: usize) -> Result<Self> {
        let (mut start, mut value, mut buffer) = (null_mut(), null_mut(), null_mut());
        // SAFETY: `env` is an environment of this thread in which a handle scope is open, and every pointer is to a local variable.
        unsafe {
            check_status!(sys::napi_create_arraybuffer(env, size, &mut start, &mut value))?;
            check_status!(sys::napi_create_reference(env, value, 1, &mut buffer))?;
        }
        let start = NonNull::new(start.cast()).ok_or_else(|| napi::Error::from_reason("an ArrayBuffer without memory"))?;
        Ok(Self { start, size, buffer })
    }

    fn value(&self, env: sys::napi_env) -> Result<sys::napi_value> {
        let mut value = null_mut();
        // SAFETY: as in `new`; the reference is one of this environment.
        check_status!(unsafe { sys::napi_get_reference_value(env, self.buffer, &mut value) })?;
        Ok(value)
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the memory lives as long as the reference, that is until `release`, which consumes this. JavaScript, the only other one who
        // knows it, does not run while Rust does: the borrow ends before anything is called.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.size) }
    }

    fn release(self, env: sys::napi_env) {
        // SAFETY: as in `value`.
        unsafe { sys::napi_delete_reference(env, self.buffer) };
    }
}

/// The block of numbers and answers.
pub(crate) struct Shared(Kept);

impl Shared {
    pub(crate) fn new(env: sys::napi_env) -> Result<Self> {
        Kept::new(env, SHARED_SIZE).map(Self)
    }

    /// A view of the whole block.
    pub(crate) fn view(&self, env: sys::napi_env) -> Result<Uint8Array> {
        let mut view = null_mut();
        // SAFETY: as in `Kept::new`; the view has the size of the buffer.
        unsafe {
            let buffer = self.0.value(env)?;
            check_status!(sys::napi_create_typedarray(env, sys::TypedarrayType::uint8_array, SHARED_SIZE, buffer, 0, &mut view))?;
            Uint8Array::from_napi_value(env, view)
        }
    }

    pub(crate) fn set(&mut self, which: Control, value: usize) {
        let at = which as usize * WORD;
        self.0.bytes()[at..at + WORD].copy_from_slice(&(value as u32).to_ne_bytes());
    }

    /// The answers that have been written, which the next ones will overwrite.
    pub(crate) fn take_answers(&mut self) -> &[u8] {
        let at = Control::Answers as usize * WORD;
        let bytes = self.0.bytes();
        let size = u32::from_ne_bytes(bytes[at..].as_chunks().0[0]) as usize;
        bytes[at..at + WORD].fill(0);
        let start = CONTROL_WORDS * WORD;
        bytes.get(start..start + size).unwrap_or_default()
    }

    pub(crate) fn release(self, env: sys::napi_env) {
        self.0.release(env);
    }
}

/// Where records are copied to: an ArrayBuffer after the other, none of it written twice, so that a request can be read for as long as
/// somebody holds it. The ArrayBuffer of requests that nobody holds any more is collected.
#[derive(Default)]
pub(crate) struct Arenas {
    current: Option<Kept>,
    used: usize,
}

/// Where records have been put.
pub(crate) struct Placed {
    /// In bytes from the start of the arena.
    pub(crate) start: usize,
    /// The arena, where it is another one than the last time.
    pub(crate) arena: Option<sys::napi_value>,
}

impl Arenas {
    /// Copies `records`, whose size is a whole number of words.
    pub(crate) fn place(&mut self, env: sys::napi_env, records: &[u8]) -> Result<Placed> {
        let mut arena = None;
        if self.current.as_ref().is_none_or(|current| current.size - self.used < records.len()) {
            let fresh = Kept::new(env, records.len().max(ARENA_SIZE))?;
            arena = Some(fresh.value(env)?);
            self.used = 0;
            if let Some(last) = self.current.replace(fresh) {
                last.release(env);
            }
        }
        let start = self.used;
        self.used += records.len();
        if let Some(current) = &mut self.current {
            current.bytes()[start..self.used].copy_from_slice(records);
        }
        Ok(Placed { start, arena })
    }

    pub(crate) fn release(&mut self, env: sys::napi_env) {
        if let Some(last) = self.current.take() {
            last.release(env);
        }
    }
}
